// Mac and Drain: a block from Lx through the arrays and back.
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim_test;

namespace {

constexpr int kBIn = kBlock + kIn, kBOut = kBlock + kOut;

// y[out] = sum over in of a[in] * w[in][out]; everything fetched at once, multiplied in blocks of
// `step` input features, and drained once.
Program product(int64_t in, int64_t out, int64_t step) {
  Program p = program_on({slice({{kIn, in}, {kOut, out}})});
  p.inputs = {{"a", {in}, 0}, {"w", {in, out}, 256}};
  p.outputs = {{"y", {out}, 1024}};
  const Buffer a = lx(0, in), w = lx(256, in * out), y = lx(1024, out);
  stream(p, Unit::Ext) = {load(external(0, in), a, {along(kIn)}),
                          load(external(256, in * out), w, {along(kIn, out, out), along(kOut)}),
                          Signal{0}, Wait{3}, store(external(1024, out), y, {along(kOut)})};
  const Nest blocks{{{kBIn, step, 0}}};
  stream(p, Unit::Load) = {Wait{0},
                           blocks,
                           load(a, l0(0, step), {along(kBIn)}),
                           load(w, lrf(0, step * out), {along(kBIn, out, out), along(kBOut)}),
                           Signal{1},
                           Wait{2},
                           EndNest{}};
  Mac mac;
  mac.inp = view(l0(0, step), {{kIn, 1}});
  mac.ker = view(lrf(0, step * out), {{kIn, out}, {kOut, 1}});
  mac.acc = view(acc(0, out), {{kOut, 1}});
  mac.unroll = {1, 1, 2, 2, 1, 1, 1, 1};
  stream(p, Unit::Pe) = {blocks, Wait{1}, mac, Signal{2}, EndNest{}, Signal{4}};
  Drain drain;
  drain.acc = view(acc(0, out), {{kOut, 1}});
  drain.out = view(y, {{kOut, 1}});
  drain.dims = 1 << kOut;
  drain.epilogue = unary(ScalarOp::Relu);
  stream(p, Unit::Sfu) = {Wait{4}, drain, Signal{3}};
  return p;
}

std::map<std::string, Tensor> product_inputs() {
  return {{"a", numbers({1, 2, 3})}, {"w", float_tensor({3, 2}, {1, -1, 10, -10, 100, 100})}};
}

}  // namespace

TEST_CASE("a block of products: numbers and every cycle of the way") {
  const SimResult result = run(product(3, 2, 3), product_inputs());
  CHECK(result.outputs.at("y").floats == std::vector<float>{321, 279});
  const int64_t fetch = (10 + 2) + (10 + 3);         // 12 bytes, 24 bytes, at 8 per cycle
  const int64_t loads = 2 + (3 + 1) + (3 + 2);       // 12 bytes, 24 bytes, at 16 per cycle
  const int64_t mac = 2 + 7 + 3 * 2;                 // ceil(3 / 2) * ceil(2 / 2) steps of 3
  const int64_t drain = 2 + std::max(6 + 1, 2 + 1);  // relu of one vector; 8 bytes
  const int64_t leave = 2 + (10 + 1);
  CHECK(result.cycles == fetch + loads + mac + drain + leave + 100);
  CHECK(result.layers[0].busy_cycles.at("pe") == 7 + 3 * 2);
  CHECK(result.layers[0].busy_cycles.at("sfu") == 6 + 1);
  CHECK(result.layers[0].link_bytes.at("array_in") == 12 + 24);
  CHECK(result.layers[0].link_bytes.at("array_out") == 8);
}

TEST_CASE("blocks add up in the accumulators, the last one smaller") {
  const SimResult result = run(product(3, 2, 2), product_inputs());
  CHECK(result.outputs.at("y").floats == std::vector<float>{321, 279});
  CHECK(result.layers[0].busy_cycles.at("pe") == (7 + 3) + (7 + 3));
}

TEST_CASE("accumulators start anew in states that enter their mask") {
  Program p = product(3, 2, 1);
  std::get<Mac>(stream(p, Unit::Pe)[2]).clear = RegisterMask{1} << kBIn;
  CHECK(run(p, product_inputs()).outputs.at("y").floats == std::vector<float>{300, 300});
}

TEST_CASE("partial sums wait in Lx between drains; bias and epilogue come last") {
  Program p = product(3, 2, 1);
  Mac& mac = std::get<Mac>(stream(p, Unit::Pe)[2]);
  mac.clear = RegisterMask{1} << kBIn;
  p.inputs.push_back({"b", {2}, 512});
  const Buffer bias = lx(1536, 2);
  auto& ext = stream(p, Unit::Ext);
  ext.insert(ext.begin(), load(external(512, 2), bias, {along(kOut)}));
  Drain drain = std::get<Drain>(stream(p, Unit::Sfu)[1]);
  drain.partial = RegisterMask{1} << kBIn;
  drain.has_bias = true;
  drain.bias = view(bias, {{kOut, 1}});
  // Drained after every block: the pe waits until the sfu is done.
  const Nest blocks{{{kBIn, 1, 0}}};
  stream(p, Unit::Pe) = {blocks, Wait{1}, mac, Signal{5}, Wait{6}, Signal{2}, EndNest{}};
  drain.when.mask = RegisterMask{1} << kBIn;
  stream(p, Unit::Sfu) = {blocks, Wait{5}, drain, Signal{6}, EndNest{}, Signal{3}};
  auto inputs = product_inputs();
  inputs["b"] = numbers({-1000, 1});
  const SimResult result = run(p, inputs);
  CHECK(result.outputs.at("y").floats == std::vector<float>{0, 280});
  // First: bytes only. Second: one addition. Last: addition, bias, relu. Two elements: one vector.
  const int64_t first = 2 + 1, middle = std::max(6 + 1, 2 + 2), last = 6 + 3;
  CHECK(result.layers[0].busy_cycles.at("sfu") == first + middle + last);
  CHECK(result.layers[0].link_bytes.at("array_out") == 8 + 16 + 16);
}

TEST_CASE("no extent of a block may be empty for the array to work") {
  Program p = product(3, 2, 3);
  p.layers[0].cores = {slice({{kIn, 3}, {kOut, 0}})};
  p.outputs.clear();
  const SimResult result = run(p, product_inputs());
  CHECK(result.layers[0].busy_cycles.at("pe") == 0);
  CHECK(result.layers[0].busy_cycles.at("sfu") == 0);
}

namespace {

// y = scale * (a . w), twice, in blocks of `block` whose sums gather in Lx.
Program integer_products(int64_t in, int64_t block, float scale) {
  Program p = program_on({slice({{kIn, in}, {kOut, 2}})}, DataFormat::Int8);
  p.external_bytes = 8192;
  p.inputs = {{"a", {in}, 0}, {"w", {in}, 2048}};
  p.outputs = {{"y", {2}, 4096}};
  p.system.core.lx_bytes = p.system.array.l0_bytes = 1 << 13;
  const Buffer a = lx(0, in, 1), w = lx(2048, in, 1), y = lx(4096, 2, 4);
  Buffer near_a = l0(0, block), near_w = l0(block, block);
  near_a.cell_bytes = near_w.cell_bytes = 1;
  stream(p, Unit::Ext) = {load(external(0, in, 1), a, {along(kIn)}),
                          load(external(2048, in, 1), w, {along(kIn)}), Signal{0}, Wait{3},
                          store(external(4096, 2, 1), y, {along(kOut)})};
  const RegisterMask moves = RegisterMask{1} << kBOut;
  const Nest blocks{{{kBIn, block, 0}, {kBOut, 1, 0}}};
  stream(p, Unit::Load) = {
      Wait{0}, blocks,   load(a, near_a, {along(kBIn)}), load(w, near_w, {along(kBIn)}), Signal{1},
      Wait{4}, EndNest{}};
  Mac mac;
  mac.inp = view(near_a, {{kIn, 1}});
  mac.ker = view(near_w, {{kIn, 1}});
  mac.acc = view(acc(0, 1), {{kOut, 1}});
  mac.clear = moves;
  mac.unroll.fill(1);
  stream(p, Unit::Pe) = {blocks, Wait{1}, mac, Signal{2}, EndNest{}};
  Drain drain;
  drain.acc = view(acc(0, 1), {{kOut, 1}});
  drain.out = view(y, {{kOut, 1}});
  drain.dims = 1 << kOut;
  drain.partial = RegisterMask{1} << kBIn;
  drain.epilogue = {
      {ScalarStep{ScalarOp::Mul, ScalarRef::input(0), ScalarRef::constant(scale), {}}}};
  stream(p, Unit::Sfu) = {blocks,    Wait{2},   at(drain, At::Current, Trigger::Leaving, moves),
                          Signal{4}, EndNest{}, Signal{3}};
  return p;
}

std::map<std::string, Tensor> integers(int64_t in, float a, float w, float last) {
  std::vector<float> many(static_cast<size_t>(in), a), ws(static_cast<size_t>(in), w);
  many.back() = last;
  return {{"a", numbers(many)}, {"w", numbers(ws)}};
}

}  // namespace

TEST_CASE("sums of INT8 are exact, scaled in FP32, rounded and cut on the way out") {
  // 1040 * 127 * 127 = 16,774,160 < 2^24 = 16,777,216
  for (const int64_t block : {1040, 104}) {
    const auto y = [&](float scale, float a, float w, float last) {
      const SimResult r = run(integer_products(1040, block, scale), integers(1040, a, w, last));
      CHECK(r.outputs.at("y").floats.at(0) == r.outputs.at("y").floats.at(1));
      return r.outputs.at("y").floats.at(0);
    };
    CHECK(y(0x1p-18f, 127, 127, 127) == 64);  // 63.99
    CHECK(y(1, 127, 127, 127) == 127);
    CHECK(y(1, -127, 127, -127) == -127);
    CHECK(y(0x1p-18f, -127, 127, 127) == -64);
    CHECK(y(1, 0, 1, 1) == 1);
    CHECK(y(0.5f, 0, 1, 5) == 2);  // 2.5, to even
  }
}

TEST_CASE("a sum of INT8 that FP32 may not hold ends the run") {
  const std::string beyond =
      "a sum of integers is beyond 16777216, up to which FP32 holds them all";
  check_mentions(failure(integer_products(1041, 1041, 1), integers(1041, 127, 127, 127)),
                 "pe 2 (Mac): error: " + beyond);
  // Each block alone is small enough; in Lx they are added up.
  check_mentions(failure(integer_products(1050, 105, 1), integers(1050, 127, -127, 127)),
                 "sfu 2 (Drain): error: " + beyond);
}

TEST_CASE("sums stay in FP32, and are rounded to DLFloat16 once on the way out") {
  // 1024 products of 1 and 1/1024 on top of 1: each alone would be lost in DLFloat16.
  const int64_t in = 1024;
  Program p = program_on({slice({{kIn, in}, {kOut, 1}})}, DataFormat::DlFloat16);
  p.external_bytes = 8192;
  p.inputs = {{"a", {in}, 0}, {"w", {in}, 2048}};
  p.outputs = {{"y", {1}, 4096}};
  p.system.core.lx_bytes = 1 << 13;
  p.system.array.l0_bytes = 1 << 13;
  const Buffer a = lx(0, in, 2), w = lx(2048, in, 2), y = lx(4096, 1, 2);
  Buffer near_a = l0(0, in), near_w = l0(in, in);
  near_a.cell_bytes = near_w.cell_bytes = 2;
  stream(p, Unit::Ext) = {load(external(0, in, 2), a, {along(kIn)}),
                          load(external(2048, in, 2), w, {along(kIn)}), Signal{0}, Wait{3},
                          store(external(4096, 1, 2), y, {along(kOut)})};
  stream(p, Unit::Load) = {Wait{0}, load(a, near_a, {along(kBIn)}), load(w, near_w, {along(kBIn)}),
                           Signal{1}};
  Mac mac;
  mac.inp = view(near_a, {{kIn, 1}});
  mac.ker = view(near_w, {{kIn, 1}});
  mac.acc = view(acc(0, 1), {});
  mac.unroll.fill(1);
  stream(p, Unit::Pe) = {Wait{1}, mac, Signal{2}};
  Drain drain;
  drain.acc = view(acc(0, 1), {});
  drain.out = view(y, {});
  stream(p, Unit::Sfu) = {Wait{2}, drain, Signal{3}};
  std::vector<float> ones(in, 1.0f), small(in, 1.0f / 1024);
  small[0] = 1;
  const SimResult result = run(p, {{"a", numbers(ones)}, {"w", numbers(small)}});
  // 1 + 1023/1024 lies half way between 2 - 1/512 and 2, and goes to 2.
  CHECK(result.outputs.at("y").floats == std::vector<float>{2});
}

TEST_CASE(
    "a block that stays for several rounds of an outer loop is drained once, as first and last") {
  // Loops in, then out in blocks of 2: with 4 outputs each block is left and met again, with 2 the
  // only block stays, and no partial sums pass through Lx.
  for (const int64_t out : {2, 4}) {
    Program p = product(3, out, 1);
    const RegisterMask moves = RegisterMask{1} << kBOut;
    const Nest blocks{{{kBIn, 1, 0}, {kBOut, 2, 0}}};
    const Buffer near_w = lrf(0, 2), block = acc(0, 2);
    stream(p, Unit::Load) = {Wait{0},
                             blocks,
                             load(lx(0, 3), l0(0, 1), {along(kBIn)}),
                             load(lx(256, 3 * out), near_w, {along(kBIn, out, 2), along(kBOut)}),
                             Signal{1},
                             Wait{2},
                             EndNest{}};
    Mac mac = std::get<Mac>(stream(p, Unit::Pe)[2]);
    mac.ker = view(near_w, {{kIn, 2}, {kOut, 1}});
    mac.acc = view(block, {{kOut, 1}});
    mac.clear = moves;
    stream(p, Unit::Pe) = {blocks, Wait{1}, mac, Signal{5}, Wait{6}, Signal{2}, EndNest{}};
    Drain drain =
        at(std::get<Drain>(stream(p, Unit::Sfu)[1]), At::Current, Trigger::Leaving, moves);
    drain.acc = mac.acc;
    drain.partial = RegisterMask{1} << kBIn;
    stream(p, Unit::Sfu) = {blocks, Wait{5}, drain, Signal{6}, EndNest{}, Signal{3}};
    std::vector<float> w;
    for (int64_t k = 0; k < 3 * out; ++k) w.push_back(static_cast<float>(k));
    const SimResult result = run(p, {{"a", numbers({1, 2, 3})}, {"w", float_tensor({3, out}, w)}});
    for (int64_t o = 0; o < out; ++o)
      CHECK(result.outputs.at("y").floats[static_cast<size_t>(o)] ==
            static_cast<float>(1 * o + 2 * (out + o) + 3 * (2 * out + o)));
    // 8 bytes per drain of two elements; those that add to Lx read them, too.
    CHECK(result.layers[0].link_bytes.at("array_out") == (out == 2 ? 8 : 2 * (8 + 16 + 16)));
  }
}
