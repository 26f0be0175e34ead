#include "backend/emit/address.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

bool is_one_point(const AccessAxis& axis, const Extents& box) {
  return std::none_of(axis.terms.begin(), axis.terms.end(),
                      [&](const AccessTerm& term) { return box[term.dim] > 1; });
}

int64_t exactly(int64_t a, int64_t b) {
  TW_CHECK(a % b == 0, "{} is no multiple of lattice step {}", a, b);
  return a / b;
}

}  // namespace

DenseBox dense_box(const Operand& operand, const std::vector<int64_t>& steps,
                   const Extents& nominal, const std::optional<Slide>& slide) {
  TW_CHECK(steps.size() == operand.axes.size(), "{} steps for {} axes of {}", steps.size(),
           operand.axes.size(), name_of(operand.role));
  DenseBox box{nominal, steps, {}, std::vector<int64_t>(steps.size()), 1};
  for (size_t a = 0; a < steps.size(); ++a)
    box.points.push_back(axis_points(operand.axes[a], steps[a], nominal));
  const auto put_outside = [&box](size_t a) {
    box.strides[a] = box.elems;
    box.elems *= box.points[a];
  };
  for (size_t a = steps.size(); a-- > 0;)
    if (!slide || slide->axis != static_cast<int>(a)) put_outside(a);
  if (slide) put_outside(static_cast<size_t>(slide->axis));
  return box;
}

Count count_of(const AccessAxis& axis, int64_t step, int first_register) {
  Count count{{}, step};
  for (const AccessTerm& term : axis.terms)
    count.terms.push_back({first_register + static_cast<int32_t>(term.dim), term.coefficient});
  return count;
}

std::vector<BoxAxis> tile_axes(const Operand& operand, const DenseBox& tile) {
  std::vector<BoxAxis> axes;
  for (size_t a = 0; a < operand.axes.size(); ++a) {
    const AccessAxis& axis = operand.axes[a];
    BoxAxis box;
    box.count = count_of(axis, tile.steps[a], 0);
    box.outer = {axis.offset, box.count.terms, tile.steps[a], axis.stride_elems};
    box.inner = {0, {}, 1, tile.strides[a]};
    box.limit = axis.extent;
    axes.push_back(std::move(box));
  }
  return axes;
}

std::vector<BoxAxis> only_fresh(std::vector<BoxAxis> axes, const Slide& slide) {
  axes[static_cast<size_t>(slide.axis)].last = {{tile_register(slide.dim), slide.per_index}};
  return axes;
}

std::vector<BoxAxis> block_axes(const Operand& operand, const DenseBox& tile,
                                const DenseBox& block) {
  std::vector<BoxAxis> axes;
  for (size_t a = 0; a < operand.axes.size(); ++a) {
    const AccessAxis& axis = operand.axes[a];
    BoxAxis box;
    box.count = count_of(axis, block.steps[a], kFirstBlockRegister);
    // A dim with one index in the tile has no block position but 0.
    for (const AccessTerm& term : axis.terms)
      if (tile.nominal[term.dim] > 1)
        box.outer.terms.push_back(
            {block_register(term.dim), exactly(term.coefficient, tile.steps[a])});
    box.outer.step = is_one_point(axis, block.nominal) ? 1 : exactly(block.steps[a], tile.steps[a]);
    box.outer.stride = tile.strides[a];
    box.inner.stride = block.strides[a];
    axes.push_back(std::move(box));
  }
  return axes;
}

std::vector<BoxAxis> outside_block_axes(const Operand& operand, const DenseBox& block) {
  std::vector<BoxAxis> axes;
  for (size_t a = 0; a < operand.axes.size(); ++a) {
    const AccessAxis& axis = operand.axes[a];
    BoxAxis box;
    box.count = count_of(axis, block.steps[a], kFirstBlockRegister);
    box.outer = {axis.offset, box.count.terms, block.steps[a], axis.stride_elems};
    for (const AccessTerm& term : axis.terms)
      box.outer.terms.push_back({tile_register(term.dim), term.coefficient});
    box.inner.stride = block.strides[a];
    box.limit = axis.extent;
    axes.push_back(std::move(box));
  }
  return axes;
}

std::vector<BoxAxis> moved_axes(const Operand& out, const DenseBox& out_tile, const Operand& inp,
                                const DenseBox& inp_tile) {
  const std::array<int64_t, 8> inp_strides = local_strides(inp, inp_tile);
  std::vector<BoxAxis> axes = tile_axes(out, out_tile);
  for (size_t a = 0; a < axes.size(); ++a) {
    const std::vector<AccessTerm>& terms = out.axes[a].terms;
    TW_CHECK(terms.size() <= 1, "an axis of a moved OUT follows {} dims", terms.size());
    axes[a].inner.stride = terms.empty() ? 0 : inp_strides[static_cast<size_t>(terms[0].dim)];
  }
  return axes;
}

std::array<int64_t, 8> outside_strides(const Operand& operand) {
  std::array<int64_t, 8> strides{};
  for (const AccessAxis& axis : operand.axes)
    for (const AccessTerm& term : axis.terms)
      strides[static_cast<size_t>(term.dim)] += term.coefficient * axis.stride_elems;
  return strides;
}

std::array<int64_t, 8> local_strides(const Operand& operand, const DenseBox& box) {
  std::array<int64_t, 8> strides{};
  for (size_t a = 0; a < operand.axes.size(); ++a)
    for (const AccessTerm& term : operand.axes[a].terms)
      if (box.nominal[term.dim] > 1)
        strides[static_cast<size_t>(term.dim)] +=
            exactly(term.coefficient, box.steps[a]) * box.strides[a];
  return strides;
}

}  // namespace tilewright
