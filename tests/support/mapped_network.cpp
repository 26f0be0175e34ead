#include "tests/support/mapped_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "backend/emit/emit.h"
#include "backend/isa/verify.h"
#include "backend/sim/simulate.h"
#include "compiler/mapping/compose.h"
#include "compiler/mapping/share.h"
#include "compiler/mapping/slide.h"
#include "compiler/support/check.h"
#include "compiler/support/number_format.h"

namespace tilewright::test {

System small_system(int64_t cores) {
  System s;
  s.name = "small";
  s.clock_hz = 1'000'000'000;
  s.chip.cores = cores;
  s.chip.ring = {{16, 1}, 2};
  s.chip.external_bytes = 1 << 24;
  s.chip.external = {{32, 1}, 40};
  s.chip.external_efficiency = {3, 4};
  s.chip.layer_cycles = 100;
  s.core.corelets = 2;
  s.core.lx_bytes = 1 << 16;
  s.core.array_in = {{16, 1}, 3};
  s.core.array_out = {{16, 1}, 3};
  s.core.sfu = {8, 1, 4, 6};
  s.core.semaphore_cycles = 2;
  s.array.rows = 4;
  s.array.columns = 4;
  s.array.lanes = 2;
  s.array.row_dims = {"in", "ki", "kj"};
  s.array.column_dims = {"out", "mb", "i"};
  s.array.lane_dims = {"out", "j"};
  s.array.corelet_dims = {"out", "mb", "in"};
  s.array.l0_bytes = 1 << 14;
  s.array.lrf_bytes = 1 << 10;
  s.array.accumulators = 1 << 10;
  s.array.fill_cycles = 8;
  s.precisions = {{"fp16", {16, {1, 1}}}, {"fp32", {32, {4, 1}}}, {"int8", {8, {1, 4}}}};
  s.default_precision = "fp16";
  return s;
}

Tensor small_integers(const Shape& shape, Rng& rng) {
  std::vector<float> data(static_cast<size_t>(element_count(shape).value()));
  for (float& x : data) x = static_cast<float>(rng.between(-4, 4));
  return float_tensor(shape, std::move(data));
}

ValueId Network::input(const std::string& name, Shape shape) {
  const ValueId id = graph.add_value({name, ElementType::Float32, std::move(shape), nullptr});
  graph.inputs.push_back(id);
  return id;
}

ValueId Network::constant(const std::string& name, Shape shape) {
  auto data = std::make_shared<const Tensor>(small_integers(shape, rng_));
  return graph.add_value({name, ElementType::Float32, std::move(shape), std::move(data)});
}

ValueId Network::node(const std::string& name, Primitive primitive, std::vector<ValueId> inputs,
                      ScalarExpr epilogue) {
  std::vector<Shape> shapes;
  for (ValueId v : inputs) shapes.push_back(graph.value(v).shape);
  Result<Shape> shape = infer_shape(primitive, shapes);
  TW_CHECK(shape, "{}: {}", name, to_string(shape.error()));
  const ValueId out = graph.add_value({name + "_out", ElementType::Float32, *shape, nullptr});
  const std::string op{name_of(primitive)};
  graph.nodes.push_back({name, op, std::move(primitive), std::move(inputs), out, epilogue});
  return out;
}

Extents extents(std::map<Dim, int64_t> some, int64_t others) {
  Extents all = Extents::filled(others);
  for (const auto& [dim, value] : some) all[dim] = value;
  return all;
}

namespace {

std::vector<Dim> all_dims(std::vector<Dim> first) {
  for (Dim d : kDims)
    if (std::find(first.begin(), first.end(), d) == first.end()) first.push_back(d);
  return first;
}

template <class T>
T chosen(const std::map<Role, T>& of, Role role, T otherwise) {
  const auto found = of.find(role);
  return found == of.end() ? otherwise : found->second;
}

}  // namespace

namespace {

void slide_where_legal(const Work& work, RapidDsc& dsc) {
  for (size_t o = 0; o < work.operands.size(); ++o) {
    DataTransfer& hop = dsc.data_structures[o].transfers[0];
    const std::optional<Slide> slide = slide_of(work.operands[o], dsc);
    hop.slide = work.kind != WorkKind::Move && hop.dst == Place::Lx &&
                hop.type != TransferType::Stream && slide && slide->overlaps();
  }
}

}  // namespace

RapidDsc complete(const Work& work, const Choice& choice) {
  MappingChoice whole;
  for (Dim d : kDims) {
    whole.parts[d] = std::min(choice.parts[d], work.extent[d]);
    whole.t[d] = std::min(choice.t[d], largest_share(work.extent[d], whole.parts[d]));
    whole.b[d] = std::min(choice.b[d], whole.t[d]);
  }
  whole.share = choice.share;
  whole.p = choice.p;
  whole.t_order = choice.t_order;
  whole.b_order = choice.b_order;
  for (const Operand& operand : work.operands) {
    const Role role = operand.role;
    whole.types.push_back(
        {chosen(choice.outer_of, role, choice.outer), chosen(choice.inner_of, role, choice.inner)});
    whole.inner.push_back(chosen(choice.near, role, Place::L0));
    if (choice.past_lx == role) whole.past_lx = whole.inner.size() - 1;
  }
  RapidDsc dsc = compose(work, whole);
  dsc.core_d.ring_order.clear();
  for (Dim d : all_dims(choice.ring_order))
    if (dsc.core_d.parts[d] > 1) dsc.core_d.ring_order.push_back(d);
  if (choice.slide) slide_where_legal(work, dsc);
  return dsc;
}

Plan plan_of(const Graph& graph, const std::string& precision, const Choice& choice,
             const std::map<std::string, Choice>& own) {
  const Result<std::vector<Work>> works = describe(graph);
  TW_CHECK(works, "{}", to_string(works.error()));
  Plan plan{graph.name, "small", precision, {}};
  for (const Work& work : *works) {
    const auto found = own.find(work.name);
    plan.layers.push_back(
        {work.name, complete(work, found == own.end() ? choice : found->second), 0, {}});
  }
  return plan;
}

namespace {

std::string difference(const std::string& name, const Tensor& want, const Tensor& got,
                       double tolerance) {
  if (want.shape != got.shape || want.floats.size() != got.floats.size())
    return fmt::format("{}: shape {} instead of {}", name, print(got.shape), print(want.shape));
  double largest = 0;
  for (float x : want.floats) largest = std::max(largest, std::fabs(static_cast<double>(x)));
  for (size_t k = 0; k < want.floats.size(); ++k) {
    const bool same =
        want.floats[k] == got.floats[k] ||
        std::fabs(static_cast<double>(want.floats[k]) - got.floats[k]) <= tolerance * largest;
    if (!same)
      return fmt::format("{}[{}] of {}: {} instead of {}", name, k, print(want.shape),
                         got.floats[k], want.floats[k]);
  }
  return "";
}

}  // namespace

std::string run_and_compare(const Graph& graph, const System& system, const Plan& plan,
                            double tolerance, uint64_t seed) {
  if (const Diagnostics unsound = verify(graph); !unsound.empty()) return to_string(unsound);
  Rng rng{seed, 0};
  std::map<std::string, Tensor> inputs;
  for (ValueId v : graph.inputs)
    inputs[graph.value(v).name] = small_integers(graph.value(v).shape, rng);
  const bool integers = plan.precision == "int8";
  const auto want = evaluate(graph, inputs, integers ? int8_round : nullptr);
  if (!want) return "evaluate: " + to_string(want.error());
  const auto program = emit(graph, system, plan.precision, plan);
  if (!program) return "emit: " + to_string(program.error());
  if (const Diagnostics bad = verify(*program); !bad.empty()) return "verify: " + to_string(bad);
  const auto got = simulate(*program, inputs, {});
  if (!got) return "simulate: " + to_string(got.error());
  for (const auto& [name, tensor] : *want) {
    const auto found = got->outputs.find(name);
    if (found == got->outputs.end()) return "no output " + name;
    std::string wrong = difference(name, tensor, found->second, tolerance);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace tilewright::test
