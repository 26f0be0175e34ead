#include "compiler/import/window.h"

#include <algorithm>

#include "compiler/support/math.h"

namespace tilewright {

namespace {

// Larger kernels, strides, dilations and pads than tensors are refused, which also keeps all sums
// and products below within 64 bits.
constexpr int64_t kMostWindow = kMostElements;

std::vector<int64_t> read_list(NodeContext& node, const char* name, size_t count, int64_t least) {
  const auto given = node.integers(name);
  if (!given || given->empty()) return std::vector<int64_t>(count, least);
  if (given->size() != count)
    node.bad(
        fmt::format("attribute '{}' is {}; {} numbers are needed", name, print(*given), count));
  for (int64_t value : *given)
    if (value < least || value > kMostWindow)
      node.bad(fmt::format("attribute '{}' is {}; each must be {} to {}", name, print(*given),
                           least, kMostWindow));
  return *given;
}

void pad_to_same(WindowAxis& axis, bool upper) {
  axis.out = ceil_div(axis.in, axis.stride);
  const int64_t reach = axis.dilation * (axis.kernel - 1) + 1;
  const int64_t total = std::max<int64_t>((axis.out - 1) * axis.stride + reach - axis.in, 0);
  axis.pad_begin = upper ? total / 2 : total - total / 2;
  axis.pad_end = total - axis.pad_begin;
}

void find_output(const NodeContext& node, WindowAxis& axis, size_t number, bool ceil_mode) {
  const int64_t reach = axis.dilation * (axis.kernel - 1) + 1;
  const int64_t padded = axis.in + axis.pad_begin + axis.pad_end;
  if (padded < reach)
    node.bad(fmt::format("the window spans {} along spatial axis {}, the padded input only {}",
                         reach, number, padded));
  axis.out = (padded - reach) / axis.stride + 1;
  if (!ceil_mode || (padded - reach) % axis.stride == 0) return;
  // One more window that runs over the end, unless it would start behind the input.
  if (axis.out * axis.stride >= axis.in + axis.pad_begin) return;
  ++axis.out;
  axis.ceil_extra = (axis.out - 1) * axis.stride + reach - padded;
}

}  // namespace

int64_t WindowAxis::positions(int64_t o, int64_t before, int64_t after) const {
  const int64_t start = o * stride - pad_begin;
  const int64_t low = -before, high = in + after;  // half-open
  const int64_t first = start >= low ? 0 : ceil_div(low - start, dilation);
  if (start >= high) return 0;
  const int64_t last = std::min(kernel - 1, (high - 1 - start) / dilation);
  return std::max<int64_t>(last - first + 1, 0);
}

std::vector<WindowAxis> read_window(NodeContext& node, const Shape& shape, WindowOptions options) {
  if (shape.size() < 3) node.bad(fmt::format("the input {} has no spatial axis", print(shape)));
  const size_t count = shape.size() - 2;
  if (count > 2)
    node.unsupported(fmt::format("the input {} has {} spatial axes; 1 and 2 are supported",
                                 print(shape), count));
  if (node.has("kernel_shape")) {
    const auto kernel = read_list(node, "kernel_shape", count, 1);
    if (!options.kernel.empty() && kernel != options.kernel)
      node.bad(fmt::format("attribute 'kernel_shape' is {}, the weights have {}", print(kernel),
                           print(options.kernel)));
    options.kernel = kernel;
  } else if (options.kernel.empty()) {
    node.bad("attribute 'kernel_shape' is missing");
  }
  const auto stride = read_list(node, "strides", count, 1);
  const auto dilation = read_list(node, "dilations", count, 1);
  const auto pads = read_list(node, "pads", 2 * count, 0);
  const std::string auto_pad = node.word("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  if (!same && auto_pad != "NOTSET" && auto_pad != "VALID" && !auto_pad.empty())
    node.bad(
        fmt::format("attribute 'auto_pad' is {}; known are NOTSET, SAME_UPPER, SAME_LOWER and "
                    "VALID",
                    quoted(auto_pad)));
  std::vector<WindowAxis> axes(count);
  for (size_t a = 0; a < count; ++a) {
    axes[a].in = shape[2 + a];
    axes[a].kernel = options.kernel[a];
    axes[a].stride = stride[a];
    axes[a].dilation = dilation[a];
    const bool explicit_pads = auto_pad == "NOTSET" || auto_pad.empty();
    axes[a].pad_begin = explicit_pads ? pads[a] : 0;
    axes[a].pad_end = explicit_pads ? pads[count + a] : 0;
    if (same)
      pad_to_same(axes[a], auto_pad == "SAME_UPPER");
    else
      find_output(node, axes[a], a, options.ceil_mode);
  }
  return axes;
}

Window window_of(const std::vector<WindowAxis>& axes) {
  Window window;
  for (size_t a = 0; a < axes.size(); ++a) {
    const size_t to = 2 - axes.size() + a;
    window.kernel[to] = axes[a].kernel;
    window.stride[to] = axes[a].stride;
    window.dilation[to] = axes[a].dilation;
    window.pad_begin[to] = axes[a].pad_begin;
    window.pad_end[to] = axes[a].pad_end + axes[a].ceil_extra;
  }
  return window;
}

Shape as_image(const Shape& shape) {
  return shape.size() == 3 ? Shape{shape[0], shape[1], 1, shape[2]} : shape;
}

}  // namespace tilewright
