// Reductions over axes, and the softmax family that is made of them.
#include <numeric>

#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

using Op = ScalarOp;
using F = ExpressionWriter;

// An operator as: function before, reduction, function after.
struct Reduction {
  std::string_view name;
  ScalarExpr before;
  ReduceKind kind;
  ScalarExpr after;
};

ScalarExpr unary(ScalarOp op) { return {{{op, ScalarRef::input(0), {}, {}}}}; }
ScalarExpr squared() { return {{{Op::Mul, ScalarRef::input(0), ScalarRef::input(0), {}}}}; }

Reduction reduction_of(const NodeContext& node) {
  const Reduction all[] = {
      {"ReduceSum", {}, ReduceKind::Sum, {}},
      {"ReduceMean", {}, ReduceKind::Mean, {}},
      {"ReduceMax", {}, ReduceKind::Max, {}},
      {"ReduceMin", unary(Op::Neg), ReduceKind::Max, unary(Op::Neg)},
      {"ReduceL1", unary(Op::Abs), ReduceKind::Sum, {}},
      {"ReduceL2", squared(), ReduceKind::Sum, unary(Op::Sqrt)},
      {"ReduceLogSum", {}, ReduceKind::Sum, unary(Op::Log)},
      {"ReduceSumSquare", squared(), ReduceKind::Sum, {}},
  };
  for (const Reduction& reduction : all)
    if (reduction.name == node.op()) return reduction;
  node.unsupported("this reduction has no form");
}

std::vector<int64_t> reduced_axes(NodeContext& node, size_t rank) {
  std::optional<std::vector<int64_t>> axes = node.integers("axes");
  if (node.has_input(1)) axes = node.constant_ints(1, "axes");
  const bool none_means_none = node.integer("noop_with_empty_axes", 0) != 0;
  if ((!axes || axes->empty()) && !none_means_none) {
    axes = std::vector<int64_t>(rank);
    std::iota(axes->begin(), axes->end(), 0);
  }
  return normalized_axes(node, axes.value_or(std::vector<int64_t>{}), rank);
}

Ref applied(NodeContext& node, const ScalarExpr& expr, Ref operand, std::string_view suffix) {
  if (expr.steps.empty()) return operand;
  return node.emit(Pointwise{expr}, {operand}, operand->shape, suffix);
}

}  // namespace

void lower_reduce(NodeContext& node) {
  const Ref x = node.float_input(0);
  const Reduction reduction = reduction_of(node);
  const size_t rank = x->shape.size();
  const std::vector<int64_t> axes = reduced_axes(node, rank);
  const bool keep = node.integer("keepdims", 1) != 0;
  Shape kept = x->shape, dropped;
  for (int64_t axis : axes) kept[static_cast<size_t>(axis)] = 1;
  for (size_t axis = 0, next = 0; axis < rank; ++axis) {
    if (next < axes.size() && static_cast<size_t>(axes[next]) == axis)
      ++next;
    else
      dropped.push_back(x->shape[axis]);
  }
  const Ref before = applied(node, reduction.before, x, "/before");
  const Ref reduced =
      axes.empty() ? before : node.emit(Reduce{reduction.kind, axes}, {before}, kept);
  const Ref after = applied(node, reduction.after, reduced, "/after");
  node.bind(node.view(after, keep ? kept : dropped, "/y"));
}

void lower_softmax(NodeContext& node) {
  const Ref x = node.float_input(0);
  const size_t rank = x->shape.size();
  const bool one_axis = node.opset() >= 13;
  const int64_t given = node.integer("axis", one_axis ? -1 : 1);
  // Until opset 12 all axes from `axis` on belong together; `axis` may be the rank then.
  std::vector<int64_t> axes;
  if (one_axis) {
    axes = {normalized_axis(node, given, rank, "attribute 'axis'")};
  } else if (given != static_cast<int64_t>(rank)) {
    axes.resize(rank - static_cast<size_t>(normalized_axis(node, given, rank, "attribute 'axis'")));
    std::iota(axes.begin(), axes.end(), static_cast<int64_t>(rank - axes.size()));
  }
  Shape kept = x->shape;
  for (int64_t axis : axes) kept[static_cast<size_t>(axis)] = 1;

  const bool log = node.op() == "LogSoftmax";
  const Ref largest = node.emit(Reduce{ReduceKind::Max, axes}, {x}, kept, "/max");
  F exponential;
  exponential(Op::Exp, exponential(Op::Sub, exponential.x, ScalarRef::input(1)));
  const Ref powers = node.emit(Pointwise{exponential.expr}, {x, largest}, x->shape, "/exp");
  const Ref sum = node.emit(Reduce{ReduceKind::Sum, axes}, {powers}, kept, "/sum");
  F last;
  if (log) {
    const F::Term shifted = last(Op::Sub, last.x, ScalarRef::input(1));
    last(Op::Sub, shifted, last(Op::Log, ScalarRef::input(2)));
    node.bind(node.emit(Pointwise{last.expr}, {x, largest, sum}, x->shape));
  } else {
    last(Op::Div, last.x, ScalarRef::input(1));
    node.bind(node.emit(Pointwise{last.expr}, {powers, sum}, x->shape));
  }
}

}  // namespace tilewright
