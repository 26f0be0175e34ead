#include <algorithm>
#include <limits>

#include "compiler/ir/evaluate_primitive.h"

namespace tilewright::reference {

namespace {

// Kernel elements [first, last) of one axis that fall inside the input for output index o.
struct Inside {
  int64_t first = 0, last = 0;
};

Inside inside(const Window& w, size_t axis, int64_t o, int64_t extent) {
  const int64_t start = w.stride[axis] * o - w.pad_begin[axis], step = w.dilation[axis];
  const int64_t first = start >= 0 ? 0 : (-start + step - 1) / step;
  const int64_t last = start >= extent ? 0 : (extent - 1 - start) / step + 1;
  return {first, std::min(last, w.kernel[axis])};
}

float pool_one(const Pool& pool, const float* plane, const Shape& x, int64_t i, int64_t j) {
  const Window& w = pool.window;
  const Inside rows = inside(w, 0, i, x[2]), columns = inside(w, 1, j, x[3]);
  float most = -std::numeric_limits<float>::infinity();
  double sum = 0;
  for (int64_t ki = rows.first; ki < rows.last; ++ki) {
    const float* line = plane + (w.stride[0] * i - w.pad_begin[0] + w.dilation[0] * ki) * x[3];
    for (int64_t kj = columns.first; kj < columns.last; ++kj) {
      const float value = line[w.stride[1] * j - w.pad_begin[1] + w.dilation[1] * kj];
      most = apply(ScalarOp::Max, most, value, 0);
      sum += value;
    }
  }
  const double window = static_cast<double>(w.kernel[0]) * static_cast<double>(w.kernel[1]);
  return pool.kind == PoolKind::Max ? most : static_cast<float>(sum / window);
}

}  // namespace

void run(const Pool& pool, const Operands& in, const Shape& shape, float* out) {
  const Shape& x = *in[0].shape;
  for (int64_t p = 0; p < shape[0] * shape[1]; ++p)
    for (int64_t i = 0; i < shape[2]; ++i)
      for (int64_t j = 0; j < shape[3]; ++j)
        *out++ = pool_one(pool, in[0].data + p * x[2] * x[3], x, i, j);
}

}  // namespace tilewright::reference
