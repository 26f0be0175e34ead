#include "compiler/ir/evaluate_primitive.h"
#include "compiler/ir/odometer.h"

namespace tilewright::reference {

namespace {

// Strides of `in` along the axes of `out`; 0 where it is broadcast.
std::vector<int64_t> broadcast_strides(const Shape& in, const Shape& out) {
  const std::vector<int64_t> own = row_major_strides(in);
  std::vector<int64_t> strides(out.size(), 0);
  const size_t lead = out.size() - in.size();
  for (size_t a = 0; a < in.size(); ++a) strides[lead + a] = in[a] == 1 ? 0 : own[a];
  return strides;
}

}  // namespace

void run(const Pointwise& pointwise, const Operands& in, const Shape& shape, float* out) {
  // The last axis is the inner loop; the others are walked as a box of lines.
  const int64_t length = shape.empty() ? 1 : shape.back();
  const Shape lines(shape.begin(), shape.empty() ? shape.end() : shape.end() - 1);
  std::vector<std::vector<int64_t>> strides;
  for (const Operand& operand : in) strides.push_back(broadcast_strides(*operand.shape, shape));

  std::vector<const float*> line(in.size());
  std::vector<float> arguments(in.size());
  for_each_index(lines, [&](const std::vector<int64_t>& index) {
    for (size_t i = 0; i < in.size(); ++i) {
      line[i] = in[i].data;
      for (size_t a = 0; a < index.size(); ++a) line[i] += strides[i][a] * index[a];
    }
    for (int64_t e = 0; e < length; ++e) {
      for (size_t i = 0; i < in.size(); ++i)
        arguments[i] = line[i][shape.empty() ? 0 : strides[i].back() * e];
      *out++ = evaluate(pointwise.expr, arguments.data());
    }
  });
}

}  // namespace tilewright::reference
