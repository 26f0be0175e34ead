// What one layer has to do, as an iteration domain over the loop dims and an affine access per
// operand. Everything that maps, prices or emits a layer starts from this one form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/dim.h"
#include "compiler/ir/graph.h"

namespace tilewright {

// Which unit does the layer's arithmetic.
enum class WorkKind : uint8_t {
  Array,  // Conv, MatMul: PE arrays, SFU behind them
  Sfu,    // Pool, Pointwise, Reduce
  Move,   // transfer units only
};
std::string_view name_of(WorkKind kind);

// Inp2, Inp3, ... are the further operands of a Pointwise; Bias is added on the way out.
enum class Role : uint8_t { Inp, Ker, Out, Bias, Inp2, Inp3, Inp4, Inp5, Inp6, Inp7, Inp8 };
inline constexpr size_t kMostOperands = 11;  // of a layer: one of each role
std::string_view name_of(Role role);         // "INP", "KER", "OUT", "BIAS", "INP2", ...
bool role_named(std::string_view name, Role& role);

// One axis of a tensor: index = offset + sum of coefficient * loop index, valid in [0, extent).
struct AccessTerm {
  Dim dim = Dim::mb;
  int64_t coefficient = 1;  // > 0
  bool operator==(const AccessTerm&) const = default;
};
struct AccessAxis {
  int64_t extent = 1;
  int64_t stride_elems = 1;  // in external memory
  int64_t offset = 0;
  std::vector<AccessTerm> terms;  // at most two; of distinct dims; empty: the index is `offset`
  bool operator==(const AccessAxis&) const = default;
};

// One operand. Axes with no terms and extent 1 are left out. Outside of an axis' extent lies
// padding, which reads as `fill` and is never moved.
struct Operand {
  Role role = Role::Inp;
  ValueId value = 0;
  std::vector<AccessAxis> axes;
  float fill = 0;
  bool operator==(const Operand&) const = default;

  DimSet dims() const;  // that any axis depends on
};

enum class Combine : uint8_t { Assign, Add, Max };

struct Work {
  std::string name;       // of the layer: the node's name, "/k" appended for part k of a Move
  std::string op;         // operator of the model
  std::string primitive;  // "Conv", ...
  WorkKind kind = WorkKind::Array;
  Extents extent = Extents::filled(1);
  DimSet reduction = 0;  // dims that OUT does not depend on and that are summed (or maximised) over
  std::vector<Operand>
      operands;     // Array: INP KER OUT [BIAS]; Sfu: INP [INP2 ...] OUT; Move: INP OUT
  ScalarExpr expr;  // Array: epilogue of one input; Sfu: the element expression over INP, INP2...
  Combine combine = Combine::Assign;  // Sfu: how elements along `reduction` meet
  float scale = 1;                    // Sfu with Combine::Add: each element is multiplied by it
  bool operator==(const Work&) const = default;

  int64_t points() const;                   // product of the extents
  int64_t macs() const;                     // points() for Array, else 0
  const Operand& operand(Role role) const;  // must exist
  const Operand* find(Role role) const;
};

// The layers of one node: none for a view, one per part for a Move, one otherwise. Pointwise and
// Move operands are brought to few dims by merging axes that move together. Fails (Unsupported)
// when more than eight dims remain, or one loop of a Move moves several axes of its input.
Result<std::vector<Work>> describe(const Graph& graph, const Node& node);

// All layers of the graph in order.
Result<std::vector<Work>> describe(const Graph& graph);

}  // namespace tilewright
