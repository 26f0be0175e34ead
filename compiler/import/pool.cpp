// MaxPool and AveragePool over one or two spatial axes, and the global pools over any number.
#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"
#include "compiler/import/window.h"

namespace tilewright {

namespace {

constexpr int64_t kMostOutputs = int64_t{1} << 24;

// Positions of each output's window that count; every window must have one.
std::vector<int64_t> positions(const NodeContext& node, const WindowAxis& axis, size_t number,
                               bool with_padding) {
  if (axis.out > kMostOutputs)
    node.unsupported(fmt::format("spatial axis {} has {} outputs, at most {} are supported", number,
                                 axis.out, kMostOutputs));
  std::vector<int64_t> counts;
  for (int64_t o = 0; o < axis.out; ++o) {
    if (axis.positions(o, 0, 0) == 0)
      node.bad(
          fmt::format("the window of output {} on spatial axis {} lies wholly in the padding "
                      "({} and {})",
                      o, number, axis.pad_begin, axis.pad_end));
    counts.push_back(with_padding ? axis.positions(o, axis.pad_begin, axis.pad_end)
                                  : axis.positions(o, 0, 0));
  }
  return counts;
}

bool has_padding(const std::vector<WindowAxis>& axes) {
  for (const WindowAxis& axis : axes)
    if (axis.pad_begin + axis.pad_end + axis.ceil_extra > 0) return true;
  return false;
}

// window / count for each output: turns the mean over the whole window into the mean over what
// counts. Empty when all are 1.
std::optional<Tensor> correction(NodeContext& node, const std::vector<WindowAxis>& axes,
                                 const std::vector<std::vector<int64_t>>& counts) {
  bool needed = false;
  for (size_t a = 0; a < axes.size(); ++a)
    for (int64_t count : counts[a]) needed = needed || count != axes[a].kernel;
  if (!needed) return std::nullopt;
  const std::vector<int64_t> one = {1};
  const auto& rows = axes.size() == 2 ? counts[0] : one;
  const auto& columns = counts.back();
  const double window =
      static_cast<double>(axes[0].kernel) * (axes.size() == 2 ? axes[1].kernel : 1);
  const auto height = static_cast<int64_t>(rows.size()),
             width = static_cast<int64_t>(columns.size());
  node.announce(ElementType::Float32, height * width);
  Tensor factors{ElementType::Float32, {1, 1, height, width}, {}, {}};
  for (int64_t row : rows)
    for (int64_t column : columns)
      factors.floats.push_back(
          static_cast<float>(window / (static_cast<double>(row) * static_cast<double>(column))));
  return factors;
}

}  // namespace

void lower_pool(NodeContext& node) {
  node.ignore({"storage_order"});
  const Ref x = node.float_input(0);
  const bool average = node.op() == "AveragePool";
  if (node.output_is_used(1))
    node.unsupported(fmt::format("output 1 (indices) is used; only the maximum is supported"));
  const bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  const bool with_padding = average && node.integer("count_include_pad", 0) != 0;
  const auto axes = read_window(node, x->shape, {{}, ceil_mode});
  std::vector<std::vector<int64_t>> counts;
  if (has_padding(axes))
    for (size_t a = 0; a < axes.size(); ++a)
      counts.push_back(positions(node, axes[a], a, with_padding));

  Shape shape = {x->shape[0], x->shape[1]};
  for (const WindowAxis& axis : axes) shape.push_back(axis.out);
  const Shape image = as_image(shape);
  const Pool pool{average ? PoolKind::Average : PoolKind::Max, window_of(axes)};
  Ref result = node.emit(pool, {node.view(x, as_image(x->shape), "/x")}, image);
  if (average && !counts.empty())
    if (auto factors = correction(node, axes, counts)) {
      ExpressionWriter f;
      f(ScalarOp::Mul, f.x, ScalarRef::input(1));
      const Ref constant = node.constant(*std::move(factors), "/count");
      result = node.emit(Pointwise{f.expr}, {result, constant}, image, "/divide");
    }
  node.bind(node.view(result, shape, "/y"));
}

void lower_global_pool(NodeContext& node) {
  const Ref x = node.float_input(0);
  const size_t rank = x->shape.size();
  if (rank < 3) node.bad(fmt::format("the input {} has no spatial axis", print(x->shape)));
  const int64_t rows = rank == 3 ? 1 : x->shape[2];
  const int64_t columns = product(x->shape, rank == 3 ? 2 : 3, rank);
  Pool pool{node.op() == "GlobalAveragePool" ? PoolKind::Average : PoolKind::Max, {}};
  pool.window.kernel = {rows, columns};
  const Shape image = {x->shape[0], x->shape[1], rows, columns};
  const Ref result = node.emit(pool, {node.view(x, image, "/x")}, {x->shape[0], x->shape[1], 1, 1});
  Shape shape(rank, 1);
  shape[0] = x->shape[0];
  shape[1] = x->shape[1];
  node.bind(node.view(result, shape, "/y"));
}

}  // namespace tilewright
