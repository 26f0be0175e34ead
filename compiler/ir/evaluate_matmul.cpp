#include <Eigen/Core>

#include "compiler/ir/evaluate_primitive.h"

namespace tilewright::reference {

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor>;
using MutableMap = Eigen::Map<RowMajor>;

void multiply(bool transpose_a, bool transpose_b, const ConstMap& a, const ConstMap& b,
              MutableMap& c) {
  if (transpose_a && transpose_b)
    c.noalias() = a.transpose() * b.transpose();
  else if (transpose_a)
    c.noalias() = a.transpose() * b;
  else if (transpose_b)
    c.noalias() = a * b.transpose();
  else
    c.noalias() = a * b;
}

}  // namespace

void run(const MatMul& product, const Operands& in, const Shape& shape, float* out) {
  const Shape &a = *in[0].shape, &b = *in[1].shape;
  for (int64_t g = 0; g < shape[0]; ++g) {
    const ConstMap left(in[0].data + g * a[1] * a[2], a[1], a[2]);
    const ConstMap right(in[1].data + (b[0] == 1 ? 0 : g) * b[1] * b[2], b[1], b[2]);
    MutableMap result(out + g * shape[1] * shape[2], shape[1], shape[2]);
    multiply(product.transpose_a, product.transpose_b, left, right, result);
    if (in.size() > 2)
      result.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(in[2].data, shape[2]);
  }
}

}  // namespace tilewright::reference
