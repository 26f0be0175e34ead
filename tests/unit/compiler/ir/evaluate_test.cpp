#include <cmath>
#include <limits>

#include "compiler/support/math.h"
#include "tests/unit/compiler/ir/graph_builder.h"

namespace tilewright {
namespace {

// 1 at [n, c, h, w] inside, `outside` elsewhere; row-major.
float element(const Tensor& x, int64_t n, int64_t c, int64_t h, int64_t w, float outside) {
  if (h < 0 || h >= x.shape[2] || w < 0 || w >= x.shape[3]) return outside;
  return x.floats[static_cast<size_t>(((n * x.shape[1] + c) * x.shape[2] + h) * x.shape[3] + w)];
}

int64_t at(const Window& w, size_t axis, int64_t o, int64_t k) {
  return w.stride[axis] * o + w.dilation[axis] * k - w.pad_begin[axis];
}

// The definition, in double: one loop per dim.
double naive_conv(const Conv& conv, const Tensor& x, const Tensor& w, int64_t n, int64_t m,
                  int64_t i, int64_t j) {
  const int64_t group = m / (w.shape[0] / conv.groups);
  double sum = 0;
  for (int64_t c = 0; c < w.shape[1]; ++c)
    for (int64_t ki = 0; ki < w.shape[2]; ++ki)
      for (int64_t kj = 0; kj < w.shape[3]; ++kj)
        sum += static_cast<double>(element(w, m, c, ki, kj, 0)) *
               static_cast<double>(element(x, n, group * w.shape[1] + c, at(conv.window, 0, i, ki),
                                           at(conv.window, 1, j, kj), 0));
  return sum;
}

Window random_window(Rng& rng, const Shape& x) {
  Window w;
  for (size_t a = 0; a < 2; ++a) {
    w.kernel[a] = rng.between(1, 4), w.stride[a] = rng.between(1, 3);
    w.dilation[a] = rng.between(1, 2);
    w.pad_begin[a] = rng.between(0, 3), w.pad_end[a] = rng.between(0, 3);
    const int64_t span = w.dilation[a] * (w.kernel[a] - 1) + 1;
    const int64_t short_of = span - x[2 + a] - w.pad_begin[a] - w.pad_end[a];
    if (short_of > 0) w.pad_end[a] += short_of;
  }
  return w;
}

Tensor single_output(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  const auto results = must_evaluate(graph, inputs);
  REQUIRE(results.size() == 1);
  return results.begin()->second;
}

TEST_CASE("convolution agrees with naive loops over random shapes") {
  Rng rng{5, 0};
  for (int trial = 0; trial < 150; ++trial) {
    Conv conv;
    conv.groups = rng.between(1, 3);
    const int64_t features = rng.between(1, 3);
    const Shape shape = {rng.between(1, 2), conv.groups * features, rng.between(1, 9),
                         rng.between(1, 9)};
    conv.window = random_window(rng, shape);
    const Shape weights = {conv.groups * rng.between(1, 3), features, conv.window.kernel[0],
                           conv.window.kernel[1]};
    GraphBuilder build;
    const ValueId x = build.input("x", shape), w = build.input("w", weights);
    std::vector<ValueId> operands = {x, w};
    const bool biased = rng.coin();
    if (biased) operands.push_back(build.input("b", {weights[0]}));
    const Graph graph = build.finish({build.node(conv, operands)});
    const auto inputs = random_inputs(graph, static_cast<uint64_t>(trial));
    const Tensor y = single_output(graph, inputs);
    INFO("trial " << trial << "\n" << print(graph));
    size_t next = 0;
    for (int64_t n = 0; n < y.shape[0]; ++n)
      for (int64_t m = 0; m < y.shape[1]; ++m)
        for (int64_t i = 0; i < y.shape[2]; ++i)
          for (int64_t j = 0; j < y.shape[3]; ++j) {
            const double bias =
                biased ? static_cast<double>(inputs.at("b").floats[static_cast<size_t>(m)]) : 0;
            const double expected =
                naive_conv(conv, inputs.at("x"), inputs.at("w"), n, m, i, j) + bias;
            REQUIRE(static_cast<double>(y.floats[next++]) == Approx(expected).margin(1e-5));
          }
  }
}

TEST_CASE("a convolution that is unfolded piece by piece agrees with naive loops") {
  // 64 * 9 unfolded rows of 200 * 200 columns are several pieces.
  GraphBuilder build;
  Conv conv{1, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}};
  const ValueId x = build.input("x", {1, 64, 200, 200}), w = build.input("w", {2, 64, 3, 3});
  const Graph graph = build.finish({build.node(conv, {x, w})});
  const auto inputs = random_inputs(graph, 1);
  const Tensor y = single_output(graph, inputs);
  Rng rng{6, 0};
  for (int trial = 0; trial < 500; ++trial) {
    const int64_t m = rng.below(2), i = rng.below(200), j = rng.below(200);
    const double expected = naive_conv(conv, inputs.at("x"), inputs.at("w"), 0, m, i, j);
    REQUIRE(static_cast<double>(element(y, 0, m, i, j, 0)) == Approx(expected).margin(1e-4));
  }
}

TEST_CASE("matrix products agree with naive loops, transposed or not") {
  Rng rng{7, 0};
  for (int trial = 0; trial < 60; ++trial) {
    const MatMul product{rng.coin(), rng.coin()};
    const int64_t g = rng.between(1, 3), r = rng.between(1, 6), k = rng.between(1, 6);
    const int64_t c = rng.between(1, 6), gb = rng.coin() ? 1 : g;
    GraphBuilder build;
    const ValueId a = build.input("a", product.transpose_a ? Shape{g, k, r} : Shape{g, r, k});
    const ValueId b = build.input("b", product.transpose_b ? Shape{gb, c, k} : Shape{gb, k, c});
    const ValueId bias = build.input("bias", {c});
    const Graph graph = build.finish({build.node(product, {a, b, bias})});
    const auto inputs = random_inputs(graph, static_cast<uint64_t>(trial));
    const Tensor y = single_output(graph, inputs);
    const auto& left = inputs.at("a").floats;
    const auto& right = inputs.at("b").floats;
    size_t next = 0;
    for (int64_t gi = 0; gi < g; ++gi)
      for (int64_t ri = 0; ri < r; ++ri)
        for (int64_t ci = 0; ci < c; ++ci) {
          double sum = static_cast<double>(inputs.at("bias").floats[static_cast<size_t>(ci)]);
          for (int64_t ki = 0; ki < k; ++ki) {
            const int64_t la = product.transpose_a ? ki * r + ri : ri * k + ki;
            const int64_t lb = product.transpose_b ? ci * k + ki : ki * c + ci;
            sum += static_cast<double>(left[static_cast<size_t>(gi * r * k + la)]) *
                   static_cast<double>(right[static_cast<size_t>((gb == 1 ? 0 : gi) * k * c + lb)]);
          }
          REQUIRE(static_cast<double>(y.floats[next++]) == Approx(sum).margin(1e-5));
        }
  }
}

TEST_CASE("pooling agrees with naive loops over random windows") {
  Rng rng{8, 0};
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  for (int trial = 0; trial < 100; ++trial) {
    const bool is_max = rng.coin();
    const Shape shape = {rng.between(1, 2), rng.between(1, 3), rng.between(1, 9),
                         rng.between(1, 9)};
    const Pool pool{is_max ? PoolKind::Max : PoolKind::Average, random_window(rng, shape)};
    GraphBuilder build;
    const Graph graph = build.finish({build.node(pool, {build.input("x", shape)})});
    const auto inputs = random_inputs(graph, static_cast<uint64_t>(trial));
    const Tensor& x = inputs.at("x");
    const Tensor y = single_output(graph, inputs);
    INFO("trial " << trial << "\n" << print(graph));
    size_t next = 0;
    for (int64_t n = 0; n < y.shape[0]; ++n)
      for (int64_t c = 0; c < y.shape[1]; ++c)
        for (int64_t i = 0; i < y.shape[2]; ++i)
          for (int64_t j = 0; j < y.shape[3]; ++j) {
            float most = kLowest;
            double sum = 0;
            for (int64_t ki = 0; ki < pool.window.kernel[0]; ++ki)
              for (int64_t kj = 0; kj < pool.window.kernel[1]; ++kj) {
                const int64_t h = at(pool.window, 0, i, ki), w = at(pool.window, 1, j, kj);
                most = std::max(most, element(x, n, c, h, w, kLowest));
                sum += static_cast<double>(element(x, n, c, h, w, 0));
              }
            const double mean =
                sum / static_cast<double>(pool.window.kernel[0] * pool.window.kernel[1]);
            const float result = y.floats[next++];
            if (is_max)
              REQUIRE(result == most);
            else
              REQUIRE(static_cast<double>(result) == Approx(mean).margin(1e-6));
          }
  }
}

TEST_CASE("elementwise operations broadcast") {
  GraphBuilder build;
  const ValueId a = build.constant({2, 1, 3}, {1, 2, 3, 4, 5, 6});
  const ValueId b = build.constant({2, 1}, {10, 20});
  const ValueId s = build.constant({}, {100});
  const Graph graph = build.finish({build.pointwise("add(add(%0, %1), %2)", {a, b, s})});
  const Tensor y = single_output(graph, {});
  CHECK(y == float_tensor({2, 2, 3}, {111, 112, 113, 121, 122, 123, 114, 115, 116, 124, 125, 126}));
}

TEST_CASE("reductions over chosen axes") {
  const auto reduced = [](ReduceKind kind, std::vector<int64_t> axes) {
    GraphBuilder build;
    const ValueId x = build.constant({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12});
    return single_output(build.finish({build.node(Reduce{kind, std::move(axes)}, {x})}), {});
  };
  CHECK(reduced(ReduceKind::Sum, {0}) == float_tensor({1, 2, 3}, {8, 10, 12, 14, 16, -6}));
  CHECK(reduced(ReduceKind::Mean, {1, 2}) == float_tensor({2, 1, 1}, {3.5f, 33 / 6.0f}));
  CHECK(reduced(ReduceKind::Max, {2}) == float_tensor({2, 2, 1}, {3, 6, 9, 11}));
  CHECK(reduced(ReduceKind::Max, {0, 1, 2}) == float_tensor({1, 1, 1}, {11}));
  CHECK(reduced(ReduceKind::Sum, {}).floats.size() == 12);
}

TEST_CASE("moves copy, fill and reshape") {
  GraphBuilder build;
  const ValueId x = build.constant({2, 3}, {1, 2, 3, 4, 5, 6});
  const ValueId transposed =
      build.node(Move{{{0, {3, 2}, {{0, 1, 1}, {0, 1, 0}}, {{0, 1, 0}, {0, 1, 1}}}}, 0}, {x});
  // Padded by one column on either side, read backwards.
  const ValueId padded =
      build.node(Move{{{0, {2, 5}, {{0, 1, 0}, {3, -1, 1}}, {{0, 1, 0}, {0, 1, 1}}}}, 9}, {x});
  const ValueId viewed = build.view(x, {3, 2});
  const auto results = must_evaluate(build.finish({transposed, padded, viewed}), {});
  CHECK(results.at("v0") == float_tensor({3, 2}, {1, 4, 2, 5, 3, 6}));
  CHECK(results.at("v1") == float_tensor({2, 5}, {9, 3, 2, 1, 9, 9, 6, 5, 4, 9}));
  CHECK(results.at("v2") == float_tensor({3, 2}, {1, 2, 3, 4, 5, 6}));
}

TEST_CASE("an epilogue is applied after the bias") {
  GraphBuilder build;
  const ValueId a = build.constant({1, 1, 2}, {1, 2}),
                b = build.constant({1, 2, 2}, {1, -1, 1, -1});
  Graph graph = build.finish({build.node(MatMul{}, {a, b, build.constant({2}, {1, 2})})});
  REQUIRE(parse_expr("relu(%0)", graph.nodes[0].epilogue));
  CHECK(single_output(graph, {}) == float_tensor({1, 1, 2}, {4, 0}));
}

TEST_CASE("inputs, constants and values read twice can be outputs") {
  GraphBuilder build;
  const ValueId x = build.input("x", {2}), c = build.constant({1}, {5});
  const ValueId y = build.pointwise("add(%0, %1)", {x, c});
  const ValueId z = build.pointwise("mul(%0, %1)", {y, y});
  const auto results =
      must_evaluate(build.finish({x, c, y, z}), {{"x", float_tensor({2}, {1, 2})}});
  CHECK(results.at("x").floats == std::vector<float>{1, 2});
  CHECK(results.at("c1").floats == std::vector<float>{5});
  CHECK(results.at("v0").floats == std::vector<float>{6, 7});
  CHECK(results.at("v1").floats == std::vector<float>{36, 49});
}

TEST_CASE("missing and misshapen inputs are all reported") {
  GraphBuilder build;
  const ValueId a = build.input("a", {2}), b = build.input("b", {2}), c = build.input("c", {2});
  const Graph graph = build.finish({build.pointwise("select(%0, %1, %2)", {a, b, c})});
  const auto results = evaluate(graph, {{"b", float_tensor({3}, {1, 2, 3})},
                                        {"c", float_tensor({2}, {1})},
                                        {"unknown", float_tensor({2}, {1, 2})}});
  REQUIRE(!results);
  CHECK(to_string(results.error()) ==
        "input 'a': error: no tensor is given\n  hint: it is float32 [2]\n"
        "input 'b': error: float32 [3] is given, float32 [2] is wanted\n"
        "input 'c': error: a tensor of shape [2] holds 1 floats\n");
}

TEST_CASE("what the evaluator does not compute is unsupported, not wrong") {
  GraphBuilder build;
  const ValueId x = build.input("x", {2});
  Graph graph = build.finish({build.pointwise("not(%0)", {x})});
  graph.values[1].type = ElementType::Bool;
  const auto results = evaluate(graph, {{"x", float_tensor({2}, {0, 1})}});
  REQUIRE(!results);
  CHECK(exit_status(results.error()) == 3);
}

}  // namespace
}  // namespace tilewright
