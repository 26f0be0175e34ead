// Prints random layers, systems and mappings with what the cycle model says of each, as JSON: one
// case per line. from_the_page.py prices them again, by costmodel/README.md alone.
// from_the_page_cases COUNT [FIRST]: seeds FIRST to FIRST + COUNT - 1.
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

#include "compiler/mapping/rapid_dsc.h"
#include "costmodel/energy.h"
#include "costmodel/price.h"
#include "tests/laws/random_case.h"
#include "tests/support/random_layers.h"
#include "tests/support/random_system.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

template <class Items, class Print>
std::string list(const Items& items, Print print, const char* ends = "[]") {
  std::string text(1, ends[0]);
  for (const auto& item : items) {
    if (text.size() > 1) text += ", ";
    text += print(item);
  }
  return text + ends[1];
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

std::string json(const Rational& r) { return fmt::format("[{}, {}]", r.num, r.den); }

std::string json(const Link& link) {
  return fmt::format(R"({{"bytes_per_cycle": {}, "latency_cycles": {}}})",
                     json(link.bytes_per_cycle), link.latency_cycles);
}

std::string json(const Extents& e) {
  return list(
      kDims, [&](Dim d) { return fmt::format("\"{}\": {}", name_of(d), e[d]); }, "{}");
}

std::string json(const Operand& operand) {
  const auto term = [](const AccessTerm& t) {
    return fmt::format("[\"{}\", {}]", name_of(t.dim), t.coefficient);
  };
  const auto axis = [&](const AccessAxis& a) {
    return fmt::format(R"({{"extent": {}, "stride": {}, "offset": {}, "terms": {}}})", a.extent,
                       a.stride_elems, a.offset, list(a.terms, term));
  };
  return fmt::format(R"({{"role": "{}", "axes": {}}})", name_of(operand.role),
                     list(operand.axes, axis));
}

std::string json(const Work& work) {
  std::vector<Dim> reduced;
  for (Dim d : kDims)
    if (contains(work.reduction, d)) reduced.push_back(d);
  return fmt::format(
      R"({{"kind": "{}", "extent": {}, "reduction": {}, "operands": {}, "functions": {}, )"
      R"("combines": {}, "scales": {}}})",
      name_of(work.kind), json(work.extent),
      list(reduced, [](Dim d) { return quoted(name_of(d)); }),
      list(work.operands, [](const Operand& o) { return json(o); }),
      list(work.expr.steps, [](const ScalarStep& s) { return quoted(name_of(s.op)); }),
      work.combine != Combine::Assign, work.scale != 1);
}

// In the words of the system file.
std::string json(const System& s) {
  const ChipTier& chip = s.chip;
  const CoreTier& core = s.core;
  const ArrayTier& a = s.array;
  const std::string outside = fmt::format(
      R"({{"cores": {}, "ring": {}, "external": {}, "efficiency": {}, "granule_bytes": {}, )"
      R"("turnaround_cycles": {}, "memory_stops": {}, "layer_cycles": {}}})",
      chip.cores, json(chip.ring), json(chip.external), json(chip.external_efficiency),
      chip.external_granule_bytes, chip.turnaround_cycles,
      list(chip.memory_stops, [](int64_t stop) { return fmt::format("{}", stop); }),
      chip.layer_cycles);
  const std::string inside =
      fmt::format(R"({{"corelets": {}, "array_in": {}, "array_out": {}, "sfu": {{"lanes": {}, )"
                  R"("simple_cycles": {}, "special_cycles": {}, "latency_cycles": {}}}, )"
                  R"("semaphore_cycles": {}}})",
                  core.corelets, json(core.array_in), json(core.array_out), core.sfu.lanes,
                  core.sfu.simple_cycles, core.sfu.special_cycles, core.sfu.latency_cycles,
                  core.semaphore_cycles);
  const EnergyTable& e = s.energy;
  return fmt::format(
      R"({{"chip": {}, "core": {}, "array": {{"rows": {}, "columns": {}, "lanes": {}, )"
      R"("fill_cycles": {}, "lrf_load_cycles": {}}}, "energy_fj": {{"lrf": {}, "l0": {}, )"
      R"("accumulator": {}, "lx": {}, "external": {}, "ring": {}, "sfu": {}, "leakage": {}}}}})",
      outside, inside, a.rows, a.columns, a.lanes, a.fill_cycles, a.lrf_load_cycles, e.lrf, e.l0,
      e.accumulator, e.lx, e.external, e.ring, e.sfu, e.leakage);
}

std::string json(const DataStructure& operand) {
  const auto loop = [](const LoopRef& l) {
    return fmt::format("[\"{}\", \"{}\"]", name_of(l.stage), name_of(l.dim));
  };
  const auto hop = [&](const DataTransfer& t) {
    return fmt::format(R"({{"src": "{}", "dst": "{}", "type": "{}", "slide": {}, "loop": {}}})",
                       name_of(t.src), name_of(t.dst), name_of(t.type), t.slide,
                       t.loop ? loop(*t.loop) : "null");
  };
  return fmt::format(R"({{"role": "{}", "transfers": {}}})", name_of(operand.role),
                     list(operand.transfers, hop));
}

std::string json(const RapidDsc& dsc) {
  const auto axis = [](const std::vector<Unroll>& unrolls) {
    return list(unrolls, [](const Unroll& u) {
      return fmt::format("[\"{}\", {}]", name_of(u.dim), u.factor);
    });
  };
  const auto loop = [](const LoopRef& l) {
    return fmt::format("[\"{}\", \"{}\"]", name_of(l.stage), name_of(l.dim));
  };
  return fmt::format(
      R"({{"parts": {}, "share": "{}", "ring_order": {}, "t": {}, "b": {}, "p": {{"rows": {}, )"
      R"("columns": {}, "lanes": {}, "corelets": {}}}, "loop_order": {}, "data_structures": {}}})",
      json(dsc.core_d.parts), name_of(dsc.core_d.share),
      list(dsc.core_d.ring_order, [](Dim d) { return quoted(name_of(d)); }), json(dsc.t),
      json(dsc.b), axis(dsc.p.rows), axis(dsc.p.columns), axis(dsc.p.lanes), axis(dsc.p.corelets),
      list(dsc.loop_order, loop),
      list(dsc.data_structures, [](const DataStructure& d) { return json(d); }));
}

std::string answer(const Work& work, const System& system, const PrecisionInfo& precision,
                   const RapidDsc& dsc) {
  const Price p = price(work, system, precision, dsc);
  std::string classes, charged;
  for (int c = 0; c < kCostClasses; ++c)
    classes += fmt::format("{}\"{}\": {}", c == 0 ? "" : ", ", name_of(static_cast<CostClass>(c)),
                           p.cost.classes[static_cast<size_t>(c)]);
  for (int r = 0; r < kResources; ++r)
    charged += fmt::format("{}\"{}\": {}", r == 0 ? "" : ", ", name_of(static_cast<Resource>(r)),
                           p.cost.charged[static_cast<size_t>(r)]);
  const std::string bytes = list(
      link_bytes(work, system, precision, dsc),
      [](const auto& link) { return fmt::format("\"{}\": {}", link.first, link.second); }, "{}");
  const Energy e = energy(work, system, precision, dsc, p.cost.cycles);
  return fmt::format(
      R"({{"cycles": {}, "classes": {{{}}}, "charged": {{{}}}, "bottleneck": "{}", )"
      R"("link_bytes": {}, "lower_bound_cycles": {}, "energy_fj": {{"mac": {}, "sfu": {}, )"
      R"("lrf": {}, "l0": {}, "accumulator": {}, "lx": {}, "external": {}, "ring": {}, )"
      R"("leakage": {}}}}})",
      p.cost.cycles, classes, charged, name_of(p.bottleneck), bytes,
      lower_bound_cycles(work, system, precision), e.mac, e.sfu, e.lrf, e.l0, e.accumulator, e.lx,
      e.external, e.ring, e.leakage);
}

ScalarOp any_op(Rng& rng, ScalarOp first, ScalarOp last) {
  return static_cast<ScalarOp>(
      rng.between(static_cast<int64_t>(first), static_cast<int64_t>(last)));
}

// Half of the array layers get one function of one operand and one of two, whichever.
void vary_epilogue(Graph& graph, Rng& rng) {
  for (Node& node : graph.nodes) {
    if (!std::holds_alternative<Conv>(node.primitive) &&
        !std::holds_alternative<MatMul>(node.primitive))
      continue;
    if (rng.coin()) continue;
    const ScalarOp one = any_op(rng, ScalarOp::Neg, ScalarOp::Atanh);
    const ScalarOp two = any_op(rng, ScalarOp::Add, ScalarOp::Or);
    node.epilogue = {
        {{one, ScalarRef::input(0), {}, {}}, {two, ScalarRef::input(0), ScalarRef::step(0), {}}}};
  }
}

void print_seed(uint64_t seed) {
  Rng rng{stream_seed(seed, "page"), 0};
  Network net(seed);
  add_random_layer(net, rng);
  if (element_count(net.graph.value(net.graph.outputs[0]).shape) == 0) return;
  vary_epilogue(net.graph, rng);
  System system = random_system(rng);
  if (rng.coin()) system.chip.memory_stops.clear();  // operands may bypass Lx then
  if (rng.coin()) {
    EnergyTable& e = system.energy;
    for (int64_t* fj :
         {&e.lrf, &e.l0, &e.accumulator, &e.lx, &e.external, &e.ring, &e.sfu, &e.leakage})
      *fj = rng.between(0, 1000);
  }
  system.precisions["other"] = {rng.between(1, 40),
                                Rational::of(rng.between(1, 20), rng.between(1, 20)),
                                rng.between(0, 1000)};
  const std::string name = rng.coin() ? "other" : rng.coin() ? "fp16" : "fp32";
  const PrecisionInfo& precision = system.precisions.at(name);
  const std::vector<Work> works = describe(net.graph).value();
  const Plan plan = random_plan(rng, net.graph, system, name);
  for (size_t k = 0; k < works.size(); ++k)
    std::cout << fmt::format(
        R"({{"seed": {}, "work": {}, "system": {}, "precision": {{"bits": {}, "mac_cycles": {}, )"
        R"("mac_fj": {}}}, "mapping": {}, "model": {}}})"
        "\n",
        seed, json(works[k]), json(system), precision.bits, json(precision.mac_cycles),
        precision.mac_energy, json(plan.layers[k].dsc),
        answer(works[k], system, precision, plan.layers[k].dsc));
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 400;
  const uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  for (uint64_t seed = first; seed < first + count; ++seed) print_seed(seed);
}
