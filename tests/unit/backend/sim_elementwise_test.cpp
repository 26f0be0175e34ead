// Elementwise instructions: numbers, reductions, times.
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

// x[i][j] through one Elementwise into y, all fetched at once or in tiles along j.
Program over_matrix(int64_t i, int64_t j, Elementwise what, int64_t out_elems,
                    std::vector<BoxAxis> out_axes) {
  Program p = program_on({slice({{kI, i}, {kJ, j}})});
  p.inputs = {{"x", {i, j}, 0}};
  p.outputs = {{"y", {out_elems}, 1024}};
  const Buffer x = lx(0, i * j), y = lx(1024, out_elems);
  what.inputs.insert(what.inputs.begin(), operand(x, {{kI, j}, {kJ, 1}}));
  what.out.view.buffer = y;
  stream(p, Unit::Ext) = {load(external(0, i * j), x, {along(kI, j, j), along(kJ)}), Signal{0},
                          Wait{1}, store(external(1024, out_elems), y, std::move(out_axes))};
  stream(p, Unit::Sfu) = {Wait{0}, what, Signal{1}};
  return p;
}

const Tensor kMatrix = float_tensor({2, 3}, {1, -2, 3, 4, 5, -6});

Elementwise reduction(Accumulate accumulate, uint8_t dims, std::map<int, int64_t> out_strides) {
  Elementwise e;
  e.accumulate = accumulate;
  e.reduction = dims;
  e.out = operand(lx(0, 1), std::move(out_strides));
  return e;
}

}  // namespace

TEST_CASE("each element on its own") {
  Elementwise relu;
  relu.expr = unary(ScalarOp::Relu);
  relu.out = operand(lx(0, 1), {{kI, 3}, {kJ, 1}});
  const SimResult result =
      run(over_matrix(2, 3, relu, 6, {along(kI, 3, 3), along(kJ)}), {{"x", kMatrix}});
  CHECK(result.outputs.at("y").floats == std::vector<float>{1, 0, 3, 4, 5, 0});
  // 6 points on 4 lanes: 2 vectors of 1 cycle; 24 bytes in at 16, 24 out at 8 bytes per cycle.
  CHECK(result.layers[0].busy_cycles.at("sfu") == 6 + std::max({2, 2, 3}));
  CHECK(result.layers[0].link_bytes.at("array_in") == 24);
  CHECK(result.layers[0].link_bytes.at("array_out") == 24);
  CHECK(result.cycles == 2 * (10 + 3) + 2 * 2 + (6 + 3) + 100);
}

TEST_CASE("special functions take the special rate, and add up with the others") {
  Elementwise e;
  e.expr = {{ScalarStep{ScalarOp::Exp, ScalarRef::input(0), {}, {}},
             ScalarStep{ScalarOp::Add, ScalarRef::step(0), ScalarRef::constant(1), {}}}};
  e.scale = 2;
  e.out = operand(lx(0, 1), {{kI, 3}, {kJ, 1}});
  const SimResult result = run(over_matrix(2, 3, e, 6, {along(kI, 3, 3), along(kJ)}),
                               {{"x", float_tensor({2, 3}, {0, 0, 0, 0, 0, 0})}});
  CHECK(result.outputs.at("y").floats == std::vector<float>(6, 4.0f));
  CHECK(result.layers[0].busy_cycles.at("sfu") == 6 + 2 * (5 + 1 + 1));
}

TEST_CASE("sums and maxima along a dim, scaled") {
  Elementwise sum = reduction(Accumulate::Add, 1 << kJ, {{kI, 1}});
  sum.scale = 0.5f;
  const SimResult sums = run(over_matrix(2, 3, sum, 2, {along(kI)}), {{"x", kMatrix}});
  CHECK(sums.outputs.at("y").floats == std::vector<float>{1, 1.5f});
  // No steps in the expression: one cycle for the sum, one for the scale.
  CHECK(sums.layers[0].busy_cycles.at("sfu") == 6 + 2 * (1 + 1));

  const SimResult maxima =
      run(over_matrix(2, 3, reduction(Accumulate::Max, 1 << kI, {{kJ, 1}}), 3, {along(kJ)}),
          {{"x", kMatrix}});
  CHECK(maxima.outputs.at("y").floats == std::vector<float>{4, 5, 3});

  const SimResult all =
      run(over_matrix(2, 3, reduction(Accumulate::Add, 1 << kI | 1 << kJ, {}), 1, {}),
          {{"x", kMatrix}});
  CHECK(all.outputs.at("y").floats == std::vector<float>{5});
}

TEST_CASE("a reduction goes on where the last tile left it") {
  Program p = over_matrix(2, 3, reduction(Accumulate::Max, 1 << kJ, {{kI, 1}}), 2, {along(kI)});
  Elementwise e = std::get<Elementwise>(stream(p, Unit::Sfu)[1]);
  e.partial = RegisterMask{1} << kJ;
  const Buffer x = lx(0, 4), y = lx(1024, 2);
  e.inputs[0].view = view(x, {{kI, 2}, {kJ, 1}});
  const Nest tiles{{{kJ, 2, 2}}};
  stream(p, Unit::Sfu) = {tiles, Wait{0}, e, Signal{1}, EndNest{}};
  stream(p, Unit::Ext) = {tiles,     load(external(0, 6), x, {along(kI, 3, 2), along(kJ)}),
                          Signal{0}, Wait{1},
                          EndNest{}, store(external(1024, 2), y, {along(kI)})};
  const SimResult result = run(p, {{"x", kMatrix}});
  CHECK(result.outputs.at("y").floats == std::vector<float>{3, 5});
  // 4 points, 16 bytes in, 8 out; then 2 points, 8 bytes in, 8 read and 8 written.
  CHECK(result.layers[0].busy_cycles.at("sfu") == (6 + 1) + (6 + 2));
  CHECK(result.layers[0].link_bytes.at("array_out") == 8 + 16);
}

TEST_CASE("operands broadcast, and two of them meet") {
  Elementwise e;
  e.expr = binary(ScalarOp::Sub);
  e.inputs = {operand(lx(512, 3), {{kJ, 1}})};
  e.out = operand(lx(0, 1), {{kI, 3}, {kJ, 1}});
  Program p = over_matrix(2, 3, e, 6, {along(kI, 3, 3), along(kJ)});
  p.inputs.push_back({"row", {3}, 512});
  auto& ext = stream(p, Unit::Ext);
  ext.insert(ext.begin(), load(external(512, 3), lx(512, 3), {along(kJ)}));
  const SimResult result = run(p, {{"x", kMatrix}, {"row", numbers({10, 20, 30})}});
  CHECK(result.outputs.at("y").floats == std::vector<float>{-9, -22, -27, -6, -15, -36});
  CHECK(result.layers[0].link_bytes.at("array_in") == 24 + 12);
}

TEST_CASE("runs longer than one pass of the scratch space") {
  const int64_t j = 700;
  Elementwise e;
  e.expr = unary(ScalarOp::Neg);
  e.out = operand(lx(0, 1), {{kI, j}, {kJ, 1}});
  Program p = program_on({slice({{kJ, j}})});
  p.external_bytes = 8192;
  p.system.core.lx_bytes = 8192;
  p.inputs = {{"x", {j}, 0}};
  p.outputs = {{"y", {j}, 4096}};
  e.inputs = {operand(lx(0, j), {{kJ, 1}})};
  e.out.view.buffer = lx(4096, j);
  stream(p, Unit::Ext) = {load(external(0, j), lx(0, j), {along(kJ)}), Signal{0}, Wait{1},
                          store(external(4096, j), lx(4096, j), {along(kJ)})};
  stream(p, Unit::Sfu) = {Wait{0}, e, Signal{1}};
  std::vector<float> x, minus;
  for (int64_t k = 0; k < j; ++k) {
    x.push_back(static_cast<float>(k));
    minus.push_back(-static_cast<float>(k));
  }
  CHECK(run(p, {{"x", numbers(x)}}).outputs.at("y").floats == minus);
}

TEST_CASE("an empty tile takes no time") {
  Elementwise relu;
  relu.expr = unary(ScalarOp::Relu);
  relu.out = operand(lx(0, 1), {{kI, 3}, {kJ, 1}});
  Program p = over_matrix(2, 3, relu, 6, {along(kI, 3, 3), along(kJ)});
  p.layers[0].cores = {slice({{kI, 0}, {kJ, 3}})};
  p.outputs.clear();
  CHECK(run(p, {{"x", kMatrix}}).cycles == 2 * 2 + 100);
}

TEST_CASE("a scalar expression of a program of INT8 is rounded and cut when stored") {
  Program p = program_on({slice({{kJ, 6}})}, DataFormat::Int8);
  p.inputs = {{"x", {6}, 0}};
  p.outputs = {{"y", {6}, 1024}};
  Elementwise e;
  e.expr = {{ScalarStep{ScalarOp::Mul, ScalarRef::input(0), ScalarRef::constant(2.5f), {}}}};
  e.inputs = {operand(lx(0, 6, 1), {{kJ, 1}})};
  e.out = operand(lx(64, 6, 1), {{kJ, 1}});
  stream(p, Unit::Ext) = {load(external(0, 6, 1), lx(0, 6, 1), {along(kJ)}), Signal{0}, Wait{1},
                          store(external(1024, 6, 1), lx(64, 6, 1), {along(kJ)})};
  stream(p, Unit::Sfu) = {Wait{0}, e, Signal{1}};
  CHECK(run(p, {{"x", numbers({1, 3, -1, 50, 51, -90})}}).outputs.at("y").floats ==
        std::vector<float>{2, 8, -2, 125, 127, -127});
}

TEST_CASE("a scalar expression of a program of DLFloat16 is rounded when stored") {
  Program p = program_on({slice({{kJ, 2}})}, DataFormat::DlFloat16);
  p.inputs = {{"x", {2}, 0}};
  p.outputs = {{"y", {2}, 1024}};
  Elementwise e;
  e.expr = {
      {ScalarStep{ScalarOp::Mul, ScalarRef::input(0), ScalarRef::constant(1 + 3.0f / 4096), {}}}};
  e.inputs = {operand(lx(0, 2, 2), {{kJ, 1}})};
  e.out = operand(lx(64, 2, 2), {{kJ, 1}});
  stream(p, Unit::Ext) = {load(external(0, 2, 2), lx(0, 2, 2), {along(kJ)}), Signal{0}, Wait{1},
                          store(external(1024, 2, 2), lx(64, 2, 2), {along(kJ)})};
  stream(p, Unit::Sfu) = {Wait{0}, e, Signal{1}};
  // 1 + 3/4096 rounds to 1; 1.5 * (1 + 3/4096) = 1.5 + 4.5/4096 rounds to 1.5 + 1/512.
  CHECK(run(p, {{"x", numbers({1, 1.5f})}}).outputs.at("y").floats ==
        std::vector<float>{1, 1.5f + 1.0f / 512});
}
