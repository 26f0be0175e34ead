// MatMul and Gemm: products of [G, R, K] and [G or 1, K, C], with views around them.
#include <algorithm>

#include "compiler/import/axes.h"
#include "compiler/import/expression.h"
#include "compiler/import/operators.h"

namespace tilewright {

namespace {

using Op = ScalarOp;
using F = ExpressionWriter;

void check_work(const NodeContext& node, int64_t groups, int64_t rows, int64_t depth,
                int64_t columns) {
  if (!element_count({groups, rows, depth, columns}))
    node.bad("the product has more than 2^63 multiply-accumulates");
  if (depth == 0) node.unsupported("the product reduces over no elements");
}

// One operand with its batch axes apart from its matrix; vectors become matrices.
struct Factor {
  Shape batch;
  int64_t rows = 1, columns = 1;
};

Factor factor_of(const Shape& shape, bool left) {
  Factor factor;
  if (shape.size() == 1) {
    (left ? factor.columns : factor.rows) = shape[0];
    return factor;
  }
  factor.batch.assign(shape.begin(), shape.end() - 2);
  factor.rows = shape[shape.size() - 2];
  factor.columns = shape.back();
  return factor;
}

Shape matrix_shape(const Shape& batch, int64_t rows, int64_t columns) {
  Shape shape = batch;
  shape.push_back(rows);
  shape.push_back(columns);
  return shape;
}

// The constant times a number; the constant itself for 1.
Ref scaled(NodeContext& node, Ref constant, float factor, std::string_view suffix) {
  if (factor == 1) return constant;
  node.announce(ElementType::Float32, *element_count(constant->shape));
  Tensor tensor = node.data(constant);
  for (float& value : tensor.floats) value *= factor;
  return node.constant(std::move(tensor), suffix);
}

// What the third operand of Gemm is to the product.
struct Addend {
  Ref bias = nullptr;  // a row that the product adds itself: [columns]
  Ref rest = nullptr;  // anything else, to be added afterwards
  float beta = 1;      // times this
};

Addend find_addend(NodeContext& node, const Shape& result, float beta) {
  Addend addend{nullptr, nullptr, beta};
  if (!node.has_input(2) || beta == 0) return addend;
  const Ref c = node.float_input(2);
  if (broadcast(result, c->shape) != result)
    node.bad(fmt::format("the third input {} does not broadcast to the product {}", print(c->shape),
                         print(result)));
  const int64_t count = *element_count(c->shape), columns = result[1];
  const bool row = count == columns && (c->shape.empty() || c->shape.back() == columns);
  if (row && (c->is_constant() || beta == 1)) {
    const Ref flat = node.view(c, {columns}, "/bias");
    addend.bias = flat->is_constant() ? scaled(node, flat, beta, "/bias") : flat;
  } else if (count == 1 && c->is_constant()) {
    addend.bias = node.filled({columns}, float_tensor({}, {node.data(c).floats[0] * beta}));
  } else {
    addend.rest = c;
  }
  return addend;
}

// alpha * product + beta * c for what the product could not take in.
Ref finish_gemm(NodeContext& node, Ref product, float alpha, const Addend& addend) {
  if (alpha == 1 && addend.rest == nullptr) return product;
  F f;
  F::Term result = alpha == 1 ? f.x : f(Op::Mul, f.x, alpha);
  std::vector<Ref> inputs = {product};
  if (addend.rest != nullptr) {
    inputs.push_back(addend.rest);
    const F::Term c = ScalarRef::input(1);
    f(Op::Add, result, addend.beta == 1 ? c : f(Op::Mul, c, addend.beta));
  }
  return node.emit(Pointwise{f.expr}, inputs, product->shape, "/scale");
}

}  // namespace

void lower_gemm(NodeContext& node) {
  node.ignore({"broadcast"});
  Ref a = node.float_input(0), b = node.float_input(1);
  if (a->shape.size() != 2 || b->shape.size() != 2)
    node.bad(
        fmt::format("the inputs {} and {} must be matrices", print(a->shape), print(b->shape)));
  const bool transpose_a = node.integer("transA", 0) != 0;
  const bool transpose_b = node.integer("transB", 0) != 0;
  float alpha = node.number("alpha", 1);
  const float beta = node.number("beta", 1);
  const int64_t rows = a->shape[transpose_a ? 1 : 0], depth = a->shape[transpose_a ? 0 : 1];
  const int64_t columns = b->shape[transpose_b ? 0 : 1], depth_b = b->shape[transpose_b ? 1 : 0];
  if (depth != depth_b)
    node.bad(fmt::format("the inputs {}{} and {}{} reduce over {} and {}", print(a->shape),
                         transpose_a ? " (transposed)" : "", print(b->shape),
                         transpose_b ? " (transposed)" : "", depth, depth_b));
  check_work(node, 1, rows, depth, columns);

  for (Ref* operand : {&b, &a})
    if (alpha != 1 && (*operand)->is_constant()) {
      *operand = scaled(node, *operand, alpha, "/alpha");
      alpha = 1;
    }
  const Shape shape = {rows, columns};
  Addend addend = find_addend(node, shape, beta);
  if (alpha != 1 && addend.bias != nullptr) {
    addend.rest = addend.bias;  // only the product is scaled
    addend.bias = nullptr;
    addend.beta = 1;
  }
  const Shape a_shape = {1, a->shape[0], a->shape[1]}, b_shape = {1, b->shape[0], b->shape[1]};
  std::vector<Ref> inputs = {node.view(a, a_shape, "/a"), node.view(b, b_shape, "/b")};
  if (addend.bias != nullptr) inputs.push_back(addend.bias);
  const Ref product = node.emit(MatMul{transpose_a, transpose_b}, inputs, {1, rows, columns});
  node.bind(finish_gemm(node, node.view(product, shape, "/y"), alpha, addend));
}

void lower_matmul(NodeContext& node) {
  Ref a = node.float_input(0), b = node.float_input(1);
  if (a->shape.empty() || b->shape.empty())
    node.bad(fmt::format("the inputs {} and {} must have at least one axis", print(a->shape),
                         print(b->shape)));
  const Factor left = factor_of(a->shape, true), right = factor_of(b->shape, false);
  if (left.columns != right.rows)
    node.bad(fmt::format("the inputs {} and {} reduce over {} and {}", print(a->shape),
                         print(b->shape), left.columns, right.rows));
  const auto batch = broadcast(left.batch, right.batch);
  if (!batch)
    node.bad(fmt::format("the batch axes of {} and {} do not broadcast", print(a->shape),
                         print(b->shape)));
  Shape shape = *batch;
  if (a->shape.size() > 1) shape.push_back(left.rows);
  if (b->shape.size() > 1) shape.push_back(right.columns);
  node.check_size(shape);
  int64_t groups = product(*batch), rows = left.rows;
  check_work(node, groups, rows, left.columns, right.columns);

  const int64_t left_groups = product(left.batch), right_groups = product(right.batch);
  if (right_groups == 1) {
    // One matrix for all: the batch becomes further rows, so that the weights are shared.
    rows *= left_groups;
    groups = 1;
  } else {
    if (left_groups != groups)
      a = expand(node, node.view(a, matrix_shape(left.batch, left.rows, left.columns), "/a"),
                 matrix_shape(*batch, left.rows, left.columns), "/a");
    if (right_groups != groups)
      b = expand(node, node.view(b, matrix_shape(right.batch, right.rows, right.columns), "/b"),
                 matrix_shape(*batch, right.rows, right.columns), "/b");
  }
  const Ref product_a = node.view(a, {groups, rows, left.columns}, "/a");
  const Ref product_b = node.view(b, {groups, right.rows, right.columns}, "/b");
  const Ref result = node.emit(MatMul{}, {product_a, product_b}, {groups, rows, right.columns});
  node.bind(node.view(result, shape, "/y"));
}

}  // namespace tilewright
