#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

ModelBuilder product(const Shape& a, const Shape& b) {
  ModelBuilder m;
  m.input("a", a).input("b", b).output("y");
  m.node("MatMul", {"a", "b"}, {"y"}).named("p");
  return m;
}

}  // namespace

TEST_CASE("MatMul folds the batch into rows where all products share the weights") {
  CHECK(nodes_of(imported(product({2, 3, 4, 5}, {5, 6}))) ==
        Lines{"p/a Move [1,24,5]", "p/b Move [1,5,6]", "p MatMul [1,24,6]", "p/y Move [2,3,4,6]"});
  CHECK(nodes_of(imported(product({4, 5}, {1, 1, 5, 6}))) ==
        Lines{"p/a Move [1,4,5]", "p/b Move [1,5,6]", "p MatMul [1,4,6]", "p/y Move [1,1,4,6]"});
}

TEST_CASE("MatMul keeps a batch of products, and repeats what broadcasts") {
  CHECK(nodes_of(imported(product({2, 3, 4, 5}, {2, 3, 5, 6}))) ==
        Lines{"p/a Move [6,4,5]", "p/b Move [6,5,6]", "p MatMul [6,4,6]", "p/y Move [2,3,4,6]"});
  CHECK(nodes_of(imported(product({4, 5}, {2, 5, 6}))) ==
        Lines{"p/a Move [2,4,5]", "p MatMul [2,4,6]"});
  const Tensor y = computed(product({2, 1, 1, 2}, {1, 3, 2, 1}),
                            {{"a", counting({2, 1, 1, 2})}, {"b", counting({1, 3, 2, 1})}});
  CHECK(y.shape == Shape{2, 3, 1, 1});
  CHECK(y.floats == Floats{0 * 0 + 1 * 1, 0 * 2 + 1 * 3, 0 * 4 + 1 * 5,  //
                           2 * 0 + 3 * 1, 2 * 2 + 3 * 3, 2 * 4 + 3 * 5});
}

TEST_CASE("MatMul of vectors drops their axes") {
  CHECK(imported(product({5}, {5})).values.back().shape == Shape{});
  const Tensor left =
      computed(product({2}, {2, 3}), {{"a", counting({2})}, {"b", counting({2, 3})}});
  CHECK(left.shape == Shape{3});
  CHECK(left.floats == Floats{3, 4, 5});
  const Tensor right =
      computed(product({3, 2}, {2}), {{"a", counting({3, 2})}, {"b", counting({2})}});
  CHECK(right.shape == Shape{3});
  CHECK(right.floats == Floats{1, 3, 5});
}

TEST_CASE("MatMul refuses operands that do not meet") {
  CHECK(findings(product({2, 3}, {4, 5})) ==
        Lines{"2 m.onnx: node 'p' (MatMul): the inputs [2,3] and [4,5] reduce over 3 and 4"});
  CHECK(
      findings(product({2, 4, 3}, {3, 3, 5})) ==
      Lines{"2 m.onnx: node 'p' (MatMul): the batch axes of [2,4,3] and [3,3,5] do not broadcast"});
  CHECK(findings(product({}, {3})) ==
        Lines{"2 m.onnx: node 'p' (MatMul): the inputs [] and [3] must have at least one axis"});
}

namespace {

struct GemmCase {
  Shape c;
  bool c_is_constant = true;
  float alpha = 1, beta = 1;
  Lines nodes;
};

}  // namespace

TEST_CASE("Gemm takes a row as its bias and scales constants at import") {
  // A [2,3] counts, B [3,2] is all ones: rows of A B are 3 and 12.
  const Lines plain = {"g/a Move [1,2,3]", "g MatMul [1,2,2]", "g/y Move [2,2]"};
  const Lines extra = {"g/a Move [1,2,3]", "g MatMul [1,2,2]", "g/y Move [2,2]",
                       "g/scale Pointwise [2,2]"};
  const GemmCase cases[] = {
      {{2}, true, 1, 1, plain},  {{1, 2}, true, 2, 3, plain}, {{}, true, 1, 0.5f, plain},
      {{1}, true, 2, 1, plain},  {{2, 1}, true, 1, 1, extra}, {{2, 2}, true, 2, 3, extra},
      {{2}, false, 1, 1, plain}, {{2}, false, 1, 2, extra},   {{2, 1}, false, 3, 2, extra},
  };
  for (const GemmCase& gemm : cases) {
    CAPTURE(print(gemm.c), gemm.c_is_constant, gemm.alpha, gemm.beta);
    ModelBuilder m;
    m.input("a", {2, 3}).weights("b", float_tensor({3, 2}, Floats(6, 1))).output("y");
    const Tensor c = counting(gemm.c, 10);
    if (gemm.c_is_constant)
      m.weights("c", c);
    else
      m.input("c", gemm.c);
    m.node("Gemm", {"a", "b", "c"}, {"y"})
        .named("g")
        .set("alpha", gemm.alpha)
        .set("beta", gemm.beta);
    const Graph graph = imported(m);
    CHECK(nodes_of(graph) == gemm.nodes);
    std::map<std::string, Tensor> feeds = {{"a", counting({2, 3})}};
    if (!gemm.c_is_constant) feeds["c"] = c;
    const Tensor y = computed(graph, feeds);
    Floats wanted;
    for (size_t row = 0; row < 2; ++row)
      for (size_t column = 0; column < 2; ++column) {
        const size_t columns = gemm.c.empty() ? 1 : static_cast<size_t>(gemm.c.back());
        const size_t rows = gemm.c.size() == 2 ? static_cast<size_t>(gemm.c[0]) : 1;
        const float addend =
            c.floats[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)];
        wanted.push_back(gemm.alpha * (row == 0 ? 3.f : 12.f) + gemm.beta * addend);
      }
    CHECK(y.floats == wanted);
  }
}

TEST_CASE("Gemm with run-time operands scales the product afterwards") {
  ModelBuilder m;
  m.input("a", {3, 2}).input("b", {4, 3}).weights("c", counting({4})).output("y");
  m.node("Gemm", {"a", "b", "c"}, {"y"})
      .named("g")
      .set("transA", int64_t{1})
      .set("transB", int64_t{1})
      .set("alpha", 2.0f)
      .set("beta", 3.0f);
  const Graph graph = imported(m);
  CHECK(nodes_of(graph) == Lines{"g/a Move [1,3,2]", "g/b Move [1,4,3]", "g MatMul [1,2,4]",
                                 "g/y Move [2,4]", "g/scale Pointwise [2,4]"});
  CHECK(primitive_at<MatMul>(graph, 2) == MatMul{true, true});
  const Tensor y = computed(graph, {{"a", float_tensor({3, 2}, Floats(6, 1))},
                                    {"b", float_tensor({4, 3}, Floats(12, 1))}});
  CHECK(y.floats == Floats{6, 9, 12, 15, 6, 9, 12, 15});
}

TEST_CASE("Gemm refuses operands that do not meet") {
  ModelBuilder m;
  m.input("a", {2, 3}).input("b", {2, 3}).input("c", {4}).output("y").output("z");
  m.node("Gemm", {"a", "b"}, {"y"}).named("g");
  m.node("Gemm", {"a", "b", "c"}, {"z"}).named("h").set("transB", int64_t{1});
  CHECK(findings(m) ==
        Lines{"2 m.onnx: node 'g' (Gemm): the inputs [2,3] and [2,3] reduce over 3 and 2",
              "2 m.onnx: node 'h' (Gemm): the third input [4] does not broadcast to the product "
              "[2,2]"});
}
