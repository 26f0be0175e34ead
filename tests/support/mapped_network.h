// Small networks and mappings for the emitter's tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/isa/program.h"
#include "compiler/arch/system.h"
#include "compiler/ir/graph.h"
#include "compiler/mapping/plan.h"
#include "compiler/mapping/rapid_dsc.h"
#include "compiler/support/result.h"
#include "compiler/support/rng.h"

namespace tilewright::test {

// A small chip: 4 cores of 2 corelets of 4 x 4 PEs of 2 lanes, 64 KiB of Lx.
System small_system(int64_t cores = 4);

// Builds a graph node by node; shapes follow from infer_shape(), data are small random integers.
class Network {
 public:
  explicit Network(uint64_t seed = 0) : rng_{seed, 0} { graph.name = "net"; }

  ValueId input(const std::string& name, Shape shape);
  ValueId constant(const std::string& name, Shape shape);
  ValueId node(const std::string& name, Primitive primitive, std::vector<ValueId> inputs,
               ScalarExpr epilogue = {});
  void output(ValueId value) { graph.outputs.push_back(value); }

  Graph graph;

 private:
  Rng rng_;
};

Tensor small_integers(const Shape& shape, Rng& rng);

// What a person states of a mapping; complete() derives the rest.
struct Choice {
  Extents parts = Extents::filled(1), t = Extents::filled(INT64_MAX), b = t;  // cut to the bounds
  ShareRule share = ShareRule::Balanced;
  std::vector<Dim> t_order, b_order;  // outermost first; the others follow in the order of kDims
  std::vector<Dim> ring_order;        // as for loops
  ArrayWork p;
  TransferType outer = TransferType::DoubleBuffer;  // of every operand not in `outer_of`
  TransferType inner = TransferType::Stream;
  std::map<Role, TransferType> outer_of, inner_of;
  std::map<Role, Place> near;  // L0 unless stated
  std::optional<Role> past_lx;
  bool slide = false;  // tiles slide where they may
};
RapidDsc complete(const Work& work, const Choice& choice);

Extents extents(std::map<Dim, int64_t> some, int64_t others);

// Every layer of the graph mapped by the one choice, or by its own.
Plan plan_of(const Graph& graph, const std::string& precision, const Choice& choice,
             const std::map<std::string, Choice>& own = {});

// Emits, simulates on random integers, compares with evaluate(); "" or what went wrong. Outputs
// must be equal bit by bit when `tolerance` is 0, else within tolerance * the largest magnitude. In
// int8 the reference rounds what each layer stores, too.
std::string run_and_compare(const Graph& graph, const System& system, const Plan& plan,
                            double tolerance = 0, uint64_t seed = 1);

}  // namespace tilewright::test
