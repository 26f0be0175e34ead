// Primitives as iteration domains with affine accesses.
#include <algorithm>
#include <limits>

#include <fmt/ranges.h>

#include "compiler/mapping/describe_internal.h"
#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace describe_internal {

void add_axis(const Work& work, Operand& operand, int64_t extent, int64_t stride, int64_t offset,
              std::vector<AccessTerm> terms) {
  std::erase_if(terms, [&](const AccessTerm& t) { return work.extent[t.dim] == 1; });
  if (terms.empty() && extent == 1 && offset == 0) return;
  operand.axes.push_back({extent, stride, offset, std::move(terms)});
}

void drop_unit_dims(Work& work) {
  for (Dim d : kDims)
    if (work.extent[d] == 1) work.reduction &= static_cast<DimSet>(~bit(d));
}

namespace {

Work start(const Graph& graph, const Node& node, WorkKind kind) {
  Work work;
  work.name = node.name;
  work.op = node.op;
  work.primitive = name_of(node.primitive);
  work.kind = kind;
  (void)graph;
  return work;
}

// Input axes [N, C.., H, W] of a window primitive, without the channel axis.
void add_window_axes(const Work& work, Operand& inp, const Shape& shape, const Window& w) {
  const Dim out_dims[2] = {Dim::i, Dim::j}, kernel_dims[2] = {Dim::ki, Dim::kj};
  for (size_t a = 0; a < 2; ++a)
    add_axis(work, inp, shape[2 + a], a == 0 ? shape[3] : 1, -w.pad_begin[a],
             {{out_dims[a], w.stride[a]}, {kernel_dims[a], w.dilation[a]}});
}

Operand output_nchw(const Work& work, ValueId value, const Shape& shape, int64_t groups) {
  Operand out{Role::Out, value, {}, 0};
  const int64_t image = shape[2] * shape[3], per_group = shape[1] / groups;
  add_axis(work, out, shape[0], shape[1] * image, 0, {{Dim::mb, 1}});
  add_axis(work, out, groups, per_group * image, 0, {{Dim::grp, 1}});
  add_axis(work, out, per_group, image, 0, {{Dim::out, 1}});
  add_axis(work, out, shape[2], shape[3], 0, {{Dim::i, 1}});
  add_axis(work, out, shape[3], 1, 0, {{Dim::j, 1}});
  return out;
}

std::vector<Work> describe_one(const Graph& graph, const Node& node, const Conv& conv) {
  Work work = start(graph, node, WorkKind::Array);
  const Shape& x = graph.value(node.inputs[0]).shape;
  const Shape& w = graph.value(node.inputs[1]).shape;
  const Shape& y = graph.value(node.output).shape;
  const int64_t g = conv.groups, m = w[0] / g, c = w[1];
  work.extent = Extents{{y[0], g, m, c, y[2], y[3], w[2], w[3]}};
  work.reduction = bit(Dim::in) | bit(Dim::ki) | bit(Dim::kj);
  work.expr = node.epilogue;
  Operand inp{Role::Inp, node.inputs[0], {}, 0};
  add_axis(work, inp, x[0], x[1] * x[2] * x[3], 0, {{Dim::mb, 1}});
  add_axis(work, inp, g, c * x[2] * x[3], 0, {{Dim::grp, 1}});
  add_axis(work, inp, c, x[2] * x[3], 0, {{Dim::in, 1}});
  add_window_axes(work, inp, x, conv.window);
  Operand ker{Role::Ker, node.inputs[1], {}, 0};
  add_axis(work, ker, g, m * c * w[2] * w[3], 0, {{Dim::grp, 1}});
  add_axis(work, ker, m, c * w[2] * w[3], 0, {{Dim::out, 1}});
  add_axis(work, ker, c, w[2] * w[3], 0, {{Dim::in, 1}});
  add_axis(work, ker, w[2], w[3], 0, {{Dim::ki, 1}});
  add_axis(work, ker, w[3], 1, 0, {{Dim::kj, 1}});
  work.operands = {inp, ker, output_nchw(work, node.output, y, g)};
  if (node.inputs.size() > 2) {
    Operand bias{Role::Bias, node.inputs[2], {}, 0};
    add_axis(work, bias, g, m, 0, {{Dim::grp, 1}});
    add_axis(work, bias, m, 1, 0, {{Dim::out, 1}});
    work.operands.push_back(bias);
  }
  return {work};
}

std::vector<Work> describe_one(const Graph& graph, const Node& node, const MatMul& matmul) {
  Work work = start(graph, node, WorkKind::Array);
  const Shape& a = graph.value(node.inputs[0]).shape;
  const Shape& b = graph.value(node.inputs[1]).shape;
  const Shape& y = graph.value(node.output).shape;
  const int64_t g = y[0], rows = y[1], cols = y[2], k = matmul.transpose_a ? a[1] : a[2];
  work.extent = Extents{{rows, g, cols, k, 1, 1, 1, 1}};
  work.reduction = bit(Dim::in);
  work.expr = node.epilogue;
  Operand inp{Role::Inp, node.inputs[0], {}, 0};
  add_axis(work, inp, g, rows * k, 0, {{Dim::grp, 1}});
  add_axis(work, inp, rows, matmul.transpose_a ? 1 : k, 0, {{Dim::mb, 1}});
  add_axis(work, inp, k, matmul.transpose_a ? rows : 1, 0, {{Dim::in, 1}});
  Operand ker{Role::Ker, node.inputs[1], {}, 0};
  if (b[0] > 1) add_axis(work, ker, g, k * cols, 0, {{Dim::grp, 1}});
  add_axis(work, ker, k, matmul.transpose_b ? 1 : cols, 0, {{Dim::in, 1}});
  add_axis(work, ker, cols, matmul.transpose_b ? k : 1, 0, {{Dim::out, 1}});
  Operand out{Role::Out, node.output, {}, 0};
  add_axis(work, out, g, rows * cols, 0, {{Dim::grp, 1}});
  add_axis(work, out, rows, cols, 0, {{Dim::mb, 1}});
  add_axis(work, out, cols, 1, 0, {{Dim::out, 1}});
  work.operands = {inp, ker, out};
  if (node.inputs.size() > 2) {
    Operand bias{Role::Bias, node.inputs[2], {}, 0};
    add_axis(work, bias, cols, 1, 0, {{Dim::out, 1}});
    work.operands.push_back(bias);
  }
  return {work};
}

std::vector<Work> describe_one(const Graph& graph, const Node& node, const Pool& pool) {
  Work work = start(graph, node, WorkKind::Sfu);
  const Shape& x = graph.value(node.inputs[0]).shape;
  const Shape& y = graph.value(node.output).shape;
  const Window& w = pool.window;
  work.extent = Extents{{y[0], 1, y[1], 1, y[2], y[3], w.kernel[0], w.kernel[1]}};
  work.reduction = bit(Dim::ki) | bit(Dim::kj);
  const bool max = pool.kind == PoolKind::Max;
  work.combine = max ? Combine::Max : Combine::Add;
  work.scale = max ? 1.0f : 1.0f / static_cast<float>(w.kernel[0] * w.kernel[1]);
  Operand inp{Role::Inp, node.inputs[0], {}, max ? -std::numeric_limits<float>::infinity() : 0.0f};
  add_axis(work, inp, x[0], x[1] * x[2] * x[3], 0, {{Dim::mb, 1}});
  add_axis(work, inp, x[1], x[2] * x[3], 0, {{Dim::out, 1}});
  add_window_axes(work, inp, x, w);
  work.operands = {inp, output_nchw(work, node.output, y, 1)};
  return {work};
}

std::vector<Work> describe_one(const Graph& graph, const Node& node, const Pointwise& pointwise) {
  Work work = start(graph, node, WorkKind::Sfu);
  work.expr = pointwise.expr;
  describe_pointwise(graph, node, work);
  return {work};
}

std::vector<Work> describe_one(const Graph& graph, const Node& node, const Reduce& reduce) {
  Work work = start(graph, node, WorkKind::Sfu);
  work.combine = reduce.kind == ReduceKind::Max ? Combine::Max : Combine::Add;
  describe_reduce(graph, node, reduce, work);
  return {work};
}

std::vector<Work> describe_one(const Graph& graph, const Node& node, const Move& move) {
  std::vector<Work> works;
  for (size_t k = 0; k < move.parts.size(); ++k) {
    Work work = start(graph, node, WorkKind::Move);
    if (move.parts.size() > 1) work.name += "/" + std::to_string(k);
    describe_move(graph, node, move, move.parts[k], work);
    works.push_back(std::move(work));
  }
  return works;
}

}  // namespace

}  // namespace describe_internal

namespace {

std::string place_of(const std::string& name, const std::string& op) {
  return "node '" + name + "' (" + op + ")";
}

// A loop that moves several axes of the input at once reads a diagonal, which is no box.
void check_diagonals(const Node& node, Diagnostics& found) {
  const auto* move = std::get_if<Move>(&node.primitive);
  for (size_t p = 0; move != nullptr && p < move->parts.size(); ++p) {
    const MovePart& part = move->parts[p];
    for (size_t loop = 0; loop < part.extent.size(); ++loop) {
      std::vector<size_t> axes;
      for (size_t a = 0; a < part.from.size(); ++a)
        if (part.from[a].coefficient != 0 && static_cast<size_t>(part.from[a].loop) == loop)
          axes.push_back(a);
      if (part.extent[loop] > 1 && axes.size() > 1)
        found.push_back({ErrorCode::Unsupported, place_of(node.name, node.op),
                         fmt::format("part {}: loop {} of extent {} moves axes {} of operand {} at "
                                     "once, at most one axis per loop can be mapped",
                                     p, loop, part.extent[loop], fmt::join(axes, ", "), part.input),
                         ""});
    }
  }
}

// What no mapping could handle: overflow, empty reductions, more dims than there are.
void check_work(const Work& work, Diagnostics& found) {
  const std::string where = place_of(work.name, work.op);
  std::optional<int64_t> points = 1;
  for (Dim d : kDims)
    if (points) points = checked_mul(*points, work.extent[d]);
  if (!points || *points > (int64_t{1} << 52))
    found.push_back({ErrorCode::Unsupported, where,
                     "the layer has more than 2^52 points, more than can be priced exactly", ""});
  else if (*points == 0)
    found.push_back({ErrorCode::Unsupported, where, "a reduced dim has extent 0", ""});
  for (const Operand& o : work.operands)
    for (const AccessAxis& axis : o.axes)
      for (const AccessTerm& term : axis.terms)
        if (term.coefficient <= 0)
          found.push_back({ErrorCode::Unsupported, where, "an axis is read backwards", ""});
}

}  // namespace

Result<std::vector<Work>> describe(const Graph& graph, const Node& node) {
  if (element_count(graph.value(node.output).shape) == 0) return std::vector<Work>{};
  Diagnostics found;
  check_diagonals(node, found);
  if (!found.empty()) return fail(std::move(found));
  try {
    std::vector<Work> works =
        std::visit([&](const auto& p) { return describe_internal::describe_one(graph, node, p); },
                   node.primitive);
    for (Work& work : works) {
      describe_internal::drop_unit_dims(work);
      check_work(work, found);
    }
    if (!found.empty()) return fail(std::move(found));
    return works;
  } catch (const describe_internal::TooManyDims& e) {
    return unsupported(
        place_of(node.name, node.op),
        fmt::format("{} dims remain after merging, at most {} can be mapped", e.dims, e.limit),
        "split the operator, or merge axes that are laid out together");
  }
}

Result<std::vector<Work>> describe(const Graph& graph) {
  std::vector<Work> all;
  Diagnostics found;
  for (const Node& node : graph.nodes) {
    Result<std::vector<Work>> works = describe(graph, node);
    if (works)
      all.insert(all.end(), works->begin(), works->end());
    else
      found.insert(found.end(), works.error().begin(), works.error().end());
  }
  if (!found.empty()) return fail(std::move(found));
  return all;
}

}  // namespace tilewright
