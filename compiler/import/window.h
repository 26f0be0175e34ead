// Sliding windows of convolutions and pools: attributes to one axis' numbers.
#pragma once

#include <vector>

#include "compiler/import/node_context.h"

namespace tilewright {

// One spatial axis. Output o reads stride * o + dilation * k - pad_begin for k in [0, kernel).
struct WindowAxis {
  int64_t in = 1, out = 1;
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t pad_begin = 0, pad_end = 0;
  int64_t ceil_extra = 0;  // further padding at the end that ceil_mode brings; not in pad_end

  // How many of output o's positions lie in [-before, in + after).
  int64_t positions(int64_t o, int64_t before, int64_t after) const;
};

struct WindowOptions {
  std::vector<int64_t> kernel;  // from the weights; empty: attribute kernel_shape is required
  bool ceil_mode = false;
};

// Reads kernel_shape, strides, dilations, pads and auto_pad for the spatial axes of `shape`
// [N, C, spatial...]; one or two axes.
std::vector<WindowAxis> read_window(NodeContext& node, const Shape& shape, WindowOptions options);

// The axes as a 2-D window (1-D: rows have extent 1), ceil_extra counted as padding.
Window window_of(const std::vector<WindowAxis>& axes);

// [N, C, L] as [N, C, 1, L]; a shape of rank 4 as it is.
Shape as_image(const Shape& shape);

}  // namespace tilewright
