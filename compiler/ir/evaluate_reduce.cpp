#include <limits>

#include "compiler/ir/evaluate_primitive.h"
#include "compiler/ir/odometer.h"

namespace tilewright::reference {

// Sums are formed in double and rounded once, so that the reference does not depend on their order.
void run(const Reduce& reduce, const Operands& in, const Shape& shape, float* out) {
  const Shape& x = *in[0].shape;
  const size_t results = static_cast<size_t>(*element_count(shape));
  const bool is_max = reduce.kind == ReduceKind::Max;
  std::vector<double> sums(results, is_max ? -std::numeric_limits<double>::infinity() : 0.0);

  const std::vector<int64_t> strides = row_major_strides(shape);
  const float* next = in[0].data;
  for_each_index(x, [&](const std::vector<int64_t>& index) {
    size_t at = 0;
    for (size_t a = 0; a < index.size(); ++a)
      if (shape[a] != 1) at += static_cast<size_t>(strides[a] * index[a]);
    const float value = *next++;
    if (is_max)
      sums[at] = apply(ScalarOp::Max, static_cast<float>(sums[at]), value, 0);
    else
      sums[at] += value;
  });

  double count = 1;
  for (int64_t axis : reduce.axes) count *= static_cast<double>(x[static_cast<size_t>(axis)]);
  for (size_t i = 0; i < results; ++i)
    out[i] = static_cast<float>(reduce.kind == ReduceKind::Mean ? sums[i] / count : sums[i]);
}

}  // namespace tilewright::reference
