// Element-wise layers, reductions and moves: axes that move together become one dim.
#include <algorithm>

#include "compiler/mapping/describe_internal.h"

namespace tilewright::describe_internal {

namespace {

// Names for merged dims, innermost first.
constexpr Dim kFree[] = {Dim::j, Dim::i, Dim::out, Dim::mb, Dim::grp, Dim::kj, Dim::ki, Dim::in};
constexpr Dim kKept[] = {Dim::j, Dim::i, Dim::out, Dim::mb, Dim::grp};
constexpr Dim kReduced[] = {Dim::kj, Dim::ki, Dim::in};

template <size_t n>
Dim nth(const Dim (&names)[n], size_t k, size_t wanted) {
  if (k >= n) throw TooManyDims{static_cast<int>(wanted), static_cast<int>(n)};
  return names[k];
}

// Row-major strides of `shape` aligned to the right of rank `rank`; 0 where it broadcasts.
std::vector<int64_t> broadcast_strides(const Shape& shape, size_t rank) {
  const std::vector<int64_t> own = row_major_strides(shape);
  std::vector<int64_t> strides(rank, 0);
  for (size_t a = 0; a < shape.size(); ++a)
    if (shape[a] != 1) strides[rank - shape.size() + a] = own[a];
  return strides;
}

// One merged run of axes: its extent and, per operand, the stride of its innermost axis.
struct Run {
  int64_t extent = 1;
  bool reduced = false;
  std::vector<int64_t> strides;
};

// Axes outermost first; neighbours merge when each operand walks them as one.
std::vector<Run> merge_axes(const Shape& shape, const std::vector<std::vector<int64_t>>& strides,
                            const std::vector<bool>& reduced) {
  std::vector<Run> runs;
  for (size_t a = 0; a < shape.size(); ++a) {
    if (shape[a] == 1) continue;
    Run axis{shape[a], reduced[a], {}};
    for (const auto& s : strides) axis.strides.push_back(s[a]);
    bool together = !runs.empty() && runs.back().reduced == axis.reduced;
    for (size_t o = 0; together && o < strides.size(); ++o)
      together = runs.back().strides[o] == axis.strides[o] * axis.extent;
    if (together) {
      runs.back().extent *= axis.extent;
      runs.back().strides = axis.strides;
    } else {
      runs.push_back(axis);
    }
  }
  return runs;
}

Operand operand_of(const Work& work, Role role, ValueId value, const std::vector<Run>& runs,
                   const std::vector<Dim>& dims, size_t which) {
  Operand operand{role, value, {}, 0};
  for (size_t r = 0; r < runs.size(); ++r)
    if (runs[r].strides[which] != 0)
      add_axis(work, operand, runs[r].extent, runs[r].strides[which], 0, {{dims[r], 1}});
  return operand;
}

constexpr Role kInputRoles[] = {Role::Inp,  Role::Inp2, Role::Inp3, Role::Inp4,
                                Role::Inp5, Role::Inp6, Role::Inp7, Role::Inp8};

}  // namespace

void describe_pointwise(const Graph& graph, const Node& node, Work& work) {
  const Shape& y = graph.value(node.output).shape;
  std::vector<std::vector<int64_t>> strides;
  for (ValueId input : node.inputs)
    strides.push_back(broadcast_strides(graph.value(input).shape, y.size()));
  strides.push_back(broadcast_strides(y, y.size()));
  const std::vector<Run> runs = merge_axes(y, strides, std::vector<bool>(y.size(), false));
  std::vector<Dim> dims(runs.size());
  for (size_t r = 0; r < runs.size(); ++r) {
    dims[r] = nth(kFree, runs.size() - 1 - r, runs.size());
    work.extent[dims[r]] = runs[r].extent;
  }
  if (node.inputs.size() > std::size(kInputRoles))
    throw TooManyDims{static_cast<int>(node.inputs.size()),
                      static_cast<int>(std::size(kInputRoles))};
  for (size_t o = 0; o < node.inputs.size(); ++o)
    work.operands.push_back(operand_of(work, kInputRoles[o], node.inputs[o], runs, dims, o));
  work.operands.push_back(operand_of(work, Role::Out, node.output, runs, dims, node.inputs.size()));
}

void describe_reduce(const Graph& graph, const Node& node, const Reduce& reduce, Work& work) {
  const Shape& x = graph.value(node.inputs[0]).shape;
  const Shape& y = graph.value(node.output).shape;
  std::vector<bool> reduced(x.size(), false);
  for (int64_t axis : reduce.axes) reduced[static_cast<size_t>(axis)] = true;
  const std::vector<Run> runs =
      merge_axes(x, {broadcast_strides(x, x.size()), broadcast_strides(y, x.size())}, reduced);
  std::vector<Dim> dims(runs.size());
  size_t kept = 0, folded = 0;
  int64_t count = 1;
  for (size_t r = runs.size(); r-- > 0;) {
    dims[r] =
        runs[r].reduced ? nth(kReduced, folded++, runs.size()) : nth(kKept, kept++, runs.size());
    work.extent[dims[r]] = runs[r].extent;
    if (!runs[r].reduced) continue;
    work.reduction |= bit(dims[r]);
    count *= runs[r].extent;
  }
  if (reduce.kind == ReduceKind::Mean) work.scale = 1.0f / static_cast<float>(count);
  work.operands = {operand_of(work, Role::Inp, node.inputs[0], runs, dims, 0),
                   operand_of(work, Role::Out, node.output, runs, dims, 1)};
}

namespace {

// One loop of a move with the axis that it moves on either side; -1: none.
struct MoveLoop {
  int64_t extent = 1;
  int from = -1, to = -1;
};

struct MoveSide {
  Shape shape;  // per axis
  std::vector<int64_t> stride;
  std::vector<AxisMap> maps;
  std::vector<bool> gone;  // merged into the axis before it
};

MoveSide side_of(const Shape& shape, const std::vector<AxisMap>& maps) {
  return {shape, row_major_strides(shape), maps, std::vector<bool>(shape.size(), false)};
}

int axis_of_loop(const MoveSide& side, size_t loop, int64_t extent) {
  for (size_t a = 0; a < side.maps.size(); ++a)
    if (extent > 1 && side.maps[a].coefficient != 0 &&
        static_cast<size_t>(side.maps[a].loop) == loop)
      return static_cast<int>(a);
  return -1;
}

// Whether axis `inner` is wholly covered by its loop, densely, right below axis `outer`.
bool mergeable(const MoveSide& side, int outer, int inner, int64_t inner_extent) {
  if (outer < 0 && inner < 0) return true;
  if (outer < 0 || inner < 0) return false;
  const size_t o = static_cast<size_t>(outer), i = static_cast<size_t>(inner);
  return side.maps[o].coefficient == 1 && side.maps[i].coefficient == 1 &&
         side.maps[i].offset == 0 && side.shape[i] == inner_extent &&
         side.stride[o] == side.stride[i] * side.shape[i];
}

void merge(MoveSide& side, int outer, int inner) {
  if (outer < 0) return;
  const size_t o = static_cast<size_t>(outer), i = static_cast<size_t>(inner);
  side.maps[o].offset *= side.shape[i];
  side.shape[o] *= side.shape[i];
  side.stride[o] = side.stride[i];
  side.gone[i] = true;
}

void add_side(const Work& work, Operand& operand, const MoveSide& side,
              const std::vector<MoveLoop>& loops, const std::vector<Dim>& dims, bool from) {
  for (size_t a = 0; a < side.shape.size(); ++a) {
    if (side.gone[a]) continue;
    std::vector<AccessTerm> terms;
    for (size_t l = 0; l < loops.size(); ++l)
      if ((from ? loops[l].from : loops[l].to) == static_cast<int>(a))
        terms.push_back({dims[l], side.maps[a].coefficient});
    add_axis(work, operand, side.shape[a], side.stride[a], side.maps[a].offset, terms);
  }
}

}  // namespace

void describe_move(const Graph& graph, const Node& node, const Move& move, const MovePart& part,
                   Work& work) {
  const ValueId input = node.inputs[static_cast<size_t>(part.input)];
  MoveSide from = side_of(graph.value(input).shape, part.from);
  MoveSide to = side_of(graph.value(node.output).shape, part.to);
  std::vector<MoveLoop> loops;
  for (size_t l = 0; l < part.extent.size(); ++l) {
    if (part.extent[l] == 1) continue;
    const MoveLoop loop{part.extent[l], axis_of_loop(from, l, part.extent[l]),
                        axis_of_loop(to, l, part.extent[l])};
    if (!loops.empty() && mergeable(from, loops.back().from, loop.from, loop.extent) &&
        mergeable(to, loops.back().to, loop.to, loop.extent)) {
      merge(from, loops.back().from, loop.from);
      merge(to, loops.back().to, loop.to);
      loops.back().extent *= loop.extent;
    } else {
      loops.push_back(loop);
    }
  }
  std::vector<Dim> dims(loops.size());
  for (size_t l = 0; l < loops.size(); ++l) {
    dims[l] = nth(kFree, loops.size() - 1 - l, loops.size());
    work.extent[dims[l]] = loops[l].extent;
  }
  Operand inp{Role::Inp, input, {}, move.fill}, out{Role::Out, node.output, {}, 0};
  add_side(work, inp, from, loops, dims, true);
  add_side(work, out, to, loops, dims, false);
  work.operands = {inp, out};
}

}  // namespace tilewright::describe_internal
