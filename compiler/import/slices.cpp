// Operators that take parts of a tensor along axes: Slice, Split, Gather.
#include <algorithm>
#include <numeric>

#include "compiler/import/axes.h"
#include "compiler/import/fold.h"
#include "compiler/import/operators.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

constexpr size_t kMostParts = 4096;

// The elements start, start + step, ... of one axis.
struct Range {
  int64_t start = 0, step = 1, count = 0;
};

// Numpy's slice [start:end:step] of an axis.
Range clamped_range(int64_t start, int64_t end, int64_t step, int64_t extent) {
  constexpr int64_t kFar = int64_t{1} << 62;
  step = std::clamp(step, -kFar, kFar);
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, extent);
    end = std::clamp<int64_t>(end, 0, extent);
    return {start, step, end > start ? ceil_div(end - start, step) : 0};
  }
  start = std::clamp<int64_t>(start, -1, extent - 1);
  end = std::clamp<int64_t>(end, -1, extent - 1);
  return {start, step, start > end ? ceil_div(start - end, -step) : 0};
}

// One Move part that takes `ranges` (one per axis) out of x.
Ref take(NodeContext& node, Ref x, const std::vector<Range>& ranges, std::string_view suffix) {
  const size_t rank = x->shape.size();
  MovePart part;
  part.from = identity_maps(rank);
  part.to = identity_maps(rank);
  bool whole = true;
  for (size_t axis = 0; axis < rank; ++axis) {
    const Range& range = ranges[axis];
    part.extent.push_back(range.count);
    part.from[axis].offset = range.count == 0 ? 0 : range.start;
    part.from[axis].coefficient = range.count <= 1 ? 1 : range.step;
    whole = whole && range.start == 0 && range.step == 1 && range.count == x->shape[axis];
  }
  if (whole) return x;
  const Shape shape = part.extent;
  return node.emit(Move{{part}, 0}, {x}, shape, suffix, x->type);
}

std::vector<Range> whole_ranges(const Shape& shape) {
  std::vector<Range> ranges;
  for (int64_t extent : shape) ranges.push_back({0, 1, extent});
  return ranges;
}

struct SliceLists {
  std::vector<int64_t> starts, ends, axes, steps;
};

SliceLists read_slice(NodeContext& node) {
  SliceLists lists;
  std::optional<std::vector<int64_t>> axes, steps;
  if (node.opset() < 10) {
    const auto starts = node.integers("starts"), ends = node.integers("ends");
    if (!starts || !ends) node.bad("attributes 'starts' and 'ends' are needed");
    lists.starts = *starts;
    lists.ends = *ends;
    axes = node.integers("axes");
  } else {
    lists.starts = node.constant_ints(1, "starts");
    lists.ends = node.constant_ints(2, "ends");
    if (node.has_input(3)) axes = node.constant_ints(3, "axes");
    if (node.has_input(4)) steps = node.constant_ints(4, "steps");
  }
  const size_t count = lists.starts.size();
  if (!axes) {
    axes = std::vector<int64_t>(count);
    std::iota(axes->begin(), axes->end(), 0);
  }
  lists.axes = *axes;
  lists.steps = steps.value_or(std::vector<int64_t>(count, 1));
  if (lists.ends.size() != count || lists.axes.size() != count || lists.steps.size() != count)
    node.bad(fmt::format("{} starts, {} ends, {} axes and {} steps; equally many are needed", count,
                         lists.ends.size(), lists.axes.size(), lists.steps.size()));
  return lists;
}

std::vector<int64_t> equal_parts(const NodeContext& node, int64_t extent, int64_t parts) {
  const int64_t size = ceil_div(extent, parts);
  std::vector<int64_t> sizes(static_cast<size_t>(parts), size);
  sizes.back() = extent - size * (parts - 1);
  if (sizes.back() < 0 || (node.opset() < 18 && sizes.back() != size))
    node.bad(fmt::format("an axis of extent {} does not divide into {} parts", extent, parts));
  return sizes;
}

std::vector<int64_t> split_sizes(NodeContext& node, int64_t extent) {
  const auto outputs = static_cast<int64_t>(node.output_count());
  std::optional<std::vector<int64_t>> sizes = node.integers("split");
  const int64_t announced = node.integer("num_outputs", outputs);
  if (announced != outputs)
    node.bad(
        fmt::format("attribute 'num_outputs' is {}, the node has {} outputs", announced, outputs));
  if (node.has_input(1)) sizes = node.constant_ints(1, "split sizes");
  if (!sizes) return equal_parts(node, extent, outputs);
  std::optional<int64_t> sum = 0;
  for (int64_t size : *sizes) sum = size < 0 || !sum ? std::nullopt : checked_add(*sum, size);
  if (static_cast<int64_t>(sizes->size()) != outputs || sum != extent)
    node.bad(fmt::format("the split sizes are {}; {} that sum to {} are needed", print(*sizes),
                         outputs, extent));
  return *sizes;
}

// Index lists as few runs of equal steps; of more than kMostParts, so many and one.
std::vector<Range> runs_of(const std::vector<int64_t>& indices) {
  std::vector<Range> runs;
  for (int64_t index : indices) {
    if (!runs.empty()) {
      Range& run = runs.back();
      if (run.count == 1) run.step = index - run.start;
      if (run.step != 0 && index == run.start + run.step * run.count) {
        ++run.count;
        continue;
      }
      if (run.count == 1) run.step = 1;
      if (runs.size() > kMostParts) return runs;
    }
    runs.push_back({index, 1, 1});
  }
  return runs;
}

// x [outer, extent, inner] -> [outer, indices, inner].
Ref gather_middle(NodeContext& node, Ref x, const std::vector<int64_t>& indices) {
  const int64_t outer = x->shape[0], inner = x->shape[2];
  if (x->is_constant()) {
    node.announce(x->type, outer * static_cast<int64_t>(indices.size()) * inner);
    return node.constant(fold_gather(node.data(x), indices), "");
  }
  const std::vector<Range> runs = runs_of(indices);
  if (runs.size() > kMostParts)
    node.unsupported(fmt::format("the indices make more than {} separate runs", kMostParts));
  Move move;
  int64_t done = 0;
  for (const Range& run : runs) {
    MovePart part{0, {outer, run.count, inner}, identity_maps(3), identity_maps(3)};
    part.from[1].offset = run.start;
    part.from[1].coefficient = run.step;
    part.to[1].offset = done;
    done += run.count;
    move.parts.push_back(std::move(part));
  }
  return node.emit(std::move(move), {x}, {outer, done, inner}, "", x->type);
}

}  // namespace

void lower_slice(NodeContext& node) {
  const Ref x = node.input(0);
  const SliceLists lists = read_slice(node);
  normalized_axes(node, lists.axes, x->shape.size());
  std::vector<Range> ranges = whole_ranges(x->shape);
  for (size_t k = 0; k < lists.axes.size(); ++k) {
    if (lists.steps[k] == 0) node.bad(fmt::format("step {} is 0", k));
    const auto axis =
        static_cast<size_t>(normalized_axis(node, lists.axes[k], x->shape.size(), "axis"));
    ranges[axis] = clamped_range(lists.starts[k], lists.ends[k], lists.steps[k], x->shape[axis]);
  }
  node.bind(take(node, x, ranges, ""));
}

void lower_split(NodeContext& node) {
  const Ref x = node.input(0);
  const int64_t given_axis = node.integer("axis", 0);
  const auto axis =
      static_cast<size_t>(normalized_axis(node, given_axis, x->shape.size(), "attribute 'axis'"));
  const std::vector<int64_t> sizes = split_sizes(node, x->shape[axis]);
  std::vector<Range> ranges = whole_ranges(x->shape);
  int64_t start = 0;
  for (size_t k = 0; k < sizes.size(); ++k) {
    ranges[axis] = {start, 1, sizes[k]};
    start += sizes[k];
    if (node.output_is_used(k)) node.bind(k, take(node, x, ranges, fmt::format("/{}", k)));
  }
}

void lower_gather(NodeContext& node) {
  const Ref x = node.input(0), where = node.input(1);
  const int64_t given_axis = node.integer("axis", 0);
  const size_t rank = x->shape.size();
  const auto axis =
      static_cast<size_t>(normalized_axis(node, given_axis, rank, "attribute 'axis'"));
  if (!where->is_constant())
    node.unsupported(fmt::format("the indices ({}) are computed at run time", quoted(where->name)));
  if (where->type != ElementType::Int64)
    node.bad(fmt::format("the indices ({}) are {}, not integers", quoted(where->name),
                         name_of(where->type)));
  const int64_t extent = x->shape[axis];
  Shape shape(x->shape.begin(), x->shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), where->shape.begin(), where->shape.end());
  shape.insert(shape.end(), x->shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
               x->shape.end());
  node.check_size(shape);
  if (element_count(shape) == 0)
    node.unsupported(fmt::format("the result {} is empty", print(shape)));
  std::vector<int64_t> indices = node.data(where).ints;
  for (int64_t& index : indices) {
    if (index < -extent || index >= extent)
      node.bad(fmt::format("index {} is outside axis {} of extent {}", index, axis, extent));
    if (index < 0) index += extent;
  }
  const Shape middle = {product(x->shape, 0, axis), extent, product(x->shape, axis + 1, rank)};
  const Ref taken = gather_middle(node, node.view(x, middle, "/rows"), indices);
  node.bind(node.view(taken, shape, "/y"));
}

}  // namespace tilewright
