#include "backend/emit/emit.h"

#include <algorithm>

#include <fmt/format.h>

#include "backend/emit/allocate.h"
#include "backend/emit/encode.h"
#include "backend/emit/layer.h"
#include "compiler/mapping/rejection.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

struct Format {
  PrecisionInfo info;
  DataFormat data = DataFormat::Fp32;

  int64_t bytes() const { return bytes_of(data); }
};

Result<Format> format_of(const System& system, const std::string& precision, const Plan& plan) {
  const Result<DataFormat> format = data_format(system, precision);
  if (!format) return fail(format.error());
  if (plan.precision != precision)
    return bad_input(
        "plan", fmt::format("is made for precision '{}', not '{}'", plan.precision, precision));
  return Format{system.precisions.at(precision), *format};
}

// The plan's layers are those of the graph, and legal.
Diagnostics check_plan(const std::vector<Work>& works, const System& system,
                       const PrecisionInfo& info, const Plan& plan) {
  Diagnostics findings;
  if (works.size() != plan.layers.size())
    findings.push_back(
        {ErrorCode::BadInput, "plan",
         fmt::format("maps {} layers, the graph has {}", plan.layers.size(), works.size()),
         "plan this graph anew"});
  for (size_t k = 0; k < std::min(works.size(), plan.layers.size()); ++k) {
    const PlannedLayer& planned = plan.layers[k];
    const std::string where = fmt::format("plan: layer '{}'", planned.layer);
    if (planned.layer != works[k].name) {
      findings.push_back({ErrorCode::BadInput, where,
                          fmt::format("stands where the graph has layer '{}'", works[k].name),
                          "plan this graph anew"});
      break;
    }
    if (const auto broken = first_rejection(works[k], system, info, planned.dsc))
      findings.push_back({ErrorCode::BadInput, where, to_string(*broken), ""});
  }
  return findings;
}

int64_t elems_of(const Graph& graph, ValueId value) {
  const auto elems = element_count(graph.value(value).shape);
  TW_CHECK(elems, "value {} is too large", graph.value(value).name);
  return *elems;
}

std::vector<TensorPlace> places_of(const Graph& graph, const ExternalLayout& layout,
                                   const std::vector<ValueId>& values) {
  std::vector<TensorPlace> places;
  for (ValueId v : values)
    places.push_back(
        {graph.value(v).name, graph.value(v).shape, layout.address[static_cast<size_t>(v)]});
  return places;
}

// Data: a tensor or a number.
template <class Data>
void check_format(const std::string& where, const Data& data, DataFormat format,
                  Diagnostics& findings) {
  const std::string problem = problem_of(data, format);
  if (problem.empty()) return;
  const bool wider = problem_of(data, DataFormat::Fp32).empty();
  const char* const hint = format == DataFormat::Int8
                               ? "programs of int8 run quantised models; map prices any"
                           : wider ? "a precision of 4 bytes per element can stand for it"
                                   : "";
  findings.push_back({ErrorCode::Unsupported, where, problem, hint});
}

// What the graph knows at compile time and no node computes; views of it need no data of their own.
std::vector<ConstantData> constants_of(const Graph& graph, const ExternalLayout& layout,
                                       DataFormat format, Diagnostics& findings) {
  std::vector<bool> computed(graph.values.size(), false);
  for (const Node& node : graph.nodes) computed[static_cast<size_t>(node.output)] = true;
  std::vector<ConstantData> constants;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const Value& value = graph.values[v];
    if (!value.constant || computed[v] || layout.address[v] < 0) continue;
    check_format(fmt::format("constant '{}'", value.name), *value.constant, format, findings);
    constants.push_back({layout.address[v], encode(*value.constant, format)});
  }
  return constants;
}

// Infinite padding becomes the largest number that there is.
void fit_padding(Work& work, DataFormat format, Diagnostics& findings) {
  for (Operand& operand : work.operands) {
    operand.fill = representable(operand.fill, format);
    check_format(fmt::format("padding of layer '{}'", work.name), operand.fill, format, findings);
  }
}

// One region behind all tensors serves every layer whose partial sums leave Lx.
int64_t scratch_bytes(const Graph& graph, const Work& work, const LoopNest& nest) {
  for (const auto* motions : {&nest.external, &nest.inner})
    for (const Motion& motion : *motions) {
      const bool past_lx = motion.inner != Place::Lx && motion.outer == Place::External;
      if (motion.revisits == 0 && !(motion.store && past_lx && nest.has_partial_sums())) continue;
      return kPartialSumBytes *
             elems_of(graph, work.operands[static_cast<size_t>(motion.operand)].value);
    }
  return 0;
}

}  // namespace

Result<Program> emit(const Graph& graph, const System& system, const std::string& precision,
                     const Plan& plan) {
  const Result<Format> format = format_of(system, precision, plan);
  if (!format) return fail(format.error());
  const Result<std::vector<Work>> works = describe(graph);
  if (!works) return fail(works.error());
  Diagnostics findings = check_plan(*works, system, format->info, plan);
  if (!findings.empty()) return fail(std::move(findings));
  const Result<ExternalLayout> layout =
      allocate_external(graph, format->bytes(), system.chip.external_bytes);
  if (!layout) return fail(layout.error());

  Program program;
  program.system = system;
  program.precision = precision;
  program.format = format->data;
  program.external_bytes = layout->bytes;
  program.inputs = places_of(graph, *layout, graph.inputs);
  program.outputs = places_of(graph, *layout, graph.outputs);
  program.constants = constants_of(graph, *layout, format->data, findings);
  for (size_t k = 0; k < works->size(); ++k) {
    Work work = (*works)[k];
    fit_padding(work, format->data, findings);
    const RapidDsc& dsc = plan.layers[k].dsc;
    const LoopNest nest = lower(work, system, format->info, dsc);
    std::vector<ExternalTensor> tensors;
    for (const Operand& operand : work.operands)
      tensors.push_back(
          {layout->address[static_cast<size_t>(operand.value)], elems_of(graph, operand.value)});
    const int64_t scratch = round_up(layout->bytes, kExternalAlignment);
    program.external_bytes =
        std::max(program.external_bytes, scratch + scratch_bytes(graph, work, nest));
    program.layers.push_back(emit_layer({work, dsc, nest, tensors, scratch, format->bytes()}));
  }
  if (!findings.empty()) return fail(std::move(findings));
  if (program.external_bytes > system.chip.external_bytes)
    return bad_input(fmt::format("graph '{}'", graph.name),
                     fmt::format("tensors and partial sums take {} bytes of external memory, which "
                                 "has {}",
                                 program.external_bytes, system.chip.external_bytes),
                     "mappings that keep partial sums in Lx, or a smaller minibatch");
  return program;
}

}  // namespace tilewright
