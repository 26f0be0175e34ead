#include <algorithm>

#include <Eigen/Core>

#include "compiler/ir/evaluate_primitive.h"

namespace tilewright::reference {

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor>;
using StridedMap = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;

constexpr int64_t kPatchElements = int64_t{1} << 22;  // of unfolded input held at once

// The output columns [first, first + count) of the row `k` (one input feature and kernel element)
// of the unfolded input: out[o] = plane[row][stride * o + shift], zero outside the plane.
void unfold_row(const float* line, int64_t width, int64_t stride, int64_t shift, int64_t count,
                float* out) {
  for (int64_t o = 0; o < count; ++o) {
    const int64_t column = stride * o + shift;
    out[o] = line != nullptr && column >= 0 && column < width ? line[column] : 0.0f;
  }
}

// Unfolds output rows [row, row + rows) of one image's group: a [features * kH * kW, rows * OW]
// matrix.
void unfold(const Window& w, const float* image, int64_t features, int64_t height, int64_t width,
            int64_t row, int64_t rows, int64_t out_width, RowMajor& patches) {
  Eigen::Index k = 0;
  for (int64_t f = 0; f < features; ++f)
    for (int64_t ki = 0; ki < w.kernel[0]; ++ki)
      for (int64_t kj = 0; kj < w.kernel[1]; ++kj, ++k)
        for (int64_t r = 0; r < rows; ++r) {
          const int64_t in_row = w.stride[0] * (row + r) + w.dilation[0] * ki - w.pad_begin[0];
          const bool inside = in_row >= 0 && in_row < height;
          const float* line = inside ? image + (f * height + in_row) * width : nullptr;
          unfold_row(line, width, w.stride[1], w.dilation[1] * kj - w.pad_begin[1], out_width,
                     patches.data() + k * patches.cols() + r * out_width);
        }
}

}  // namespace

void run(const Conv& conv, const Operands& in, const Shape& shape, float* out) {
  const Shape &x = *in[0].shape, &w = *in[1].shape;
  const int64_t features = w[1], kernel = w[1] * w[2] * w[3], plane = shape[2] * shape[3];
  const int64_t group_out = shape[1] / conv.groups, out_width = shape[3];
  const int64_t chunk =
      std::clamp<int64_t>(kPatchElements / std::max<int64_t>(1, kernel * out_width), 1, shape[2]);
  RowMajor patches;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t g = 0; g < conv.groups; ++g) {
      const float* image = in[0].data + (n * x[1] + g * features) * x[2] * x[3];
      const ConstMap weights(in[1].data + g * group_out * kernel, group_out, kernel);
      float* result = out + (n * shape[1] + g * group_out) * plane;
      for (int64_t row = 0; row < shape[2]; row += chunk) {
        const int64_t rows = std::min(chunk, shape[2] - row);
        patches.resize(kernel, rows * out_width);
        unfold(conv.window, image, features, x[2], x[3], row, rows, out_width, patches);
        StridedMap block(result + row * out_width, group_out, rows * out_width,
                         Eigen::OuterStride<>(plane));
        block.noalias() = weights * patches;
        if (in.size() > 2)
          block.colwise() +=
              Eigen::Map<const Eigen::VectorXf>(in[2].data + g * group_out, group_out);
      }
    }
}

}  // namespace tilewright::reference
