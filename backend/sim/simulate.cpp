#include "backend/sim/simulate.h"

#include <algorithm>

#include <fmt/format.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include "backend/sim/data_sink.h"
#include "backend/sim/layer_run.h"
#include "backend/sim/tensors.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

using namespace sim;

int64_t saturating_sum(int64_t a, int64_t b) { return checked_add(a, b).value_or(INT64_MAX); }

// What the arithmetic of durations rests on; verify() has finer checks.
std::string problem_of(const System& system, const std::string& precision) {
  constexpr int64_t kMost = int64_t{1} << 40;
  const auto fraction = [&](const Rational& r) {
    return r.num >= 1 && r.num <= kMost && r.den >= 1 && r.den <= kMost;
  };
  if (!fraction(system.core.array_in.bytes_per_cycle) ||
      !fraction(system.core.array_out.bytes_per_cycle) ||
      !fraction(system.chip.external.bytes_per_cycle) ||
      !fraction(system.chip.external_efficiency) ||
      !fraction(system.chip.external_bytes_per_cycle()))
    return "a bandwidth is not positive, or its fraction too large";
  if (system.core.sfu.lanes < 1) return "the sfu has no lanes";
  if (system.precisions.count(precision) == 0)
    return fmt::format("there is no precision '{}'", precision);
  return "";
}

class Simulation {
 public:
  Simulation(const Program& program, const SimOptions& options)
      : program_(program), options_(options) {}

  Result<SimResult> run(const std::map<std::string, Tensor>& inputs);

 private:
  bool has_data() const { return options_.mode != SimMode::TimingOnly; }
  Result<LayerTiming> run(const LayerProgram& layer);
  Diagnostics prepare(const std::map<std::string, Tensor>& inputs);

  const Program& program_;
  SimOptions options_;
  MemoryBytes external_;
  std::vector<CoreData> cores_;
};

Diagnostics Simulation::prepare(const std::map<std::string, Tensor>& inputs) {
  if (program_.external_bytes < 0 || program_.external_bytes > options_.limits.bytes)
    return {{ErrorCode::Unsupported, "program",
             fmt::format("uses {} bytes of external memory; up to {} can be simulated",
                         program_.external_bytes, options_.limits.bytes),
             "--timing-only needs no memory"}};
  external_.assign(static_cast<size_t>(program_.external_bytes), kPoisonByte);
  Diagnostics findings = write_constants(program_, external_);
  const Diagnostics of_inputs = write_inputs(program_, inputs, external_);
  findings.insert(findings.end(), of_inputs.begin(), of_inputs.end());
  return findings;
}

Result<LayerTiming> Simulation::run(const LayerProgram& layer) {
  Result<LayerPlan> plan = plan_layer(program_, layer);
  if (!plan) return fail(std::move(plan.error()));
  if (!has_data()) return LayerRun(program_, *plan, nullptr, options_.limits).run();

  int64_t bytes = 0;
  for (size_t m = 0; m < plan->memory_bytes.size(); ++m)
    if (m != static_cast<size_t>(Memory::External))
      bytes = saturating_sum(bytes, plan->memory_bytes[m]);
  if (checked_mul(bytes, static_cast<int64_t>(layer.cores.size())).value_or(INT64_MAX) >
      options_.limits.bytes)
    return unsupported(fmt::format("layer '{}'", layer.name),
                       fmt::format("{} cores use {} bytes each; up to {} in all can be simulated",
                                   layer.cores.size(), bytes, options_.limits.bytes),
                       "--timing-only needs no memory");
  if (cores_.size() < layer.cores.size()) cores_.resize(layer.cores.size());
  CoreSink sink(*plan, external_, cores_, options_.jobs != 1);
  Result<LayerTiming> timing = LayerRun(program_, *plan, &sink, options_.limits).run();
  if (sink.fault()) return fail(*sink.fault());
  return timing;
}

Result<SimResult> Simulation::run(const std::map<std::string, Tensor>& inputs) {
  if (std::string problem = problem_of(program_.system, program_.precision); !problem.empty())
    return bad_input("system", std::move(problem));
  if (has_data())
    if (Diagnostics findings = prepare(inputs); !findings.empty()) return fail(std::move(findings));
  SimResult result;
  for (const LayerProgram& layer : program_.layers) {
    Result<LayerTiming> timing = run(layer);
    if (!timing) return fail(std::move(timing.error()));
    if (options_.mode == SimMode::NumbersOnly) {
      timing->cycles = 0;
      for (auto& [unit, cycles] : timing->busy_cycles) cycles = 0;
    }
    result.cycles = saturating_sum(result.cycles, timing->cycles);
    result.layers.push_back(std::move(*timing));
  }
  if (!has_data()) return result;
  Result<std::map<std::string, Tensor>> outputs = read_outputs(program_, external_);
  if (!outputs) return fail(std::move(outputs.error()));
  result.outputs = std::move(*outputs);
  return result;
}

}  // namespace

Result<SimResult> simulate(const Program& program, const std::map<std::string, Tensor>& inputs,
                           const SimOptions& options) {
  Simulation simulation(program, options);
  if (options.jobs == 1 || options.mode == SimMode::TimingOnly) return simulation.run(inputs);
  const int processors = tbb::info::default_concurrency();
  tbb::task_arena arena(options.jobs > 0 ? std::min(options.jobs, processors) : processors);
  return arena.execute([&] { return simulation.run(inputs); });
}

}  // namespace tilewright
