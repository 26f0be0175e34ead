// The fast paths against the slow ones: products, expressions, boxes.
#include <algorithm>
#include <cmath>

#include "backend/sim/box.h"
#include "backend/sim/cells.h"
#include "backend/sim/expr_run.h"
#include "backend/sim/mac_kernel.h"
#include "compiler/support/rng.h"
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim;

namespace {

struct RandomJob {
  MacJob job;
  std::vector<float> inp, ker, acc;
};

// Strides of a dense box over the dims of `dims`, in a random order and with random gaps.
PerDim random_strides(Rng& rng, uint32_t dims, const PerDim& extent, int64_t& size) {
  PerDim strides{};
  std::vector<size_t> order;
  for (size_t d = 0; d < 8; ++d)
    if ((dims >> d & 1) != 0)
      order.insert(order.begin() + rng.between(0, static_cast<int64_t>(order.size())), d);
  size = 1;
  for (size_t d : order) {
    if (rng.between(0, 3) == 0) size += rng.between(1, 3);
    strides[d] = size;
    size *= extent[d];
  }
  size = 1;
  for (size_t d = 0; d < 8; ++d) size += strides[d] * (extent[d] - 1);
  return strides;
}

RandomJob random_job(Rng& rng, bool convolution) {
  RandomJob r;
  uint32_t inp = 0, ker = 0, acc = 0;
  for (size_t d = 0; d < 8; ++d) {
    r.job.extent[d] = rng.between(1, rng.between(0, 1) == 1 ? 5 : 2);
    switch (rng.between(0, 5)) {
      case 0:
        inp |= 1u << d, ker |= 1u << d;
        break;
      case 1:
        inp |= 1u << d, acc |= 1u << d;
        break;
      case 2:
        ker |= 1u << d, acc |= 1u << d;
        break;
      case 3:
        inp |= 1u << d, ker |= 1u << d, acc |= 1u << d;
        break;
      case 4:
        acc |= 1u << d;
        break;  // the same sum in each
      case 5:
        inp |= 1u << d;
        break;  // summed over one operand
    }
  }
  int64_t inp_size = 0, ker_size = 0, acc_size = 0;
  r.job.inp_stride = random_strides(rng, inp, r.job.extent, inp_size);
  r.job.ker_stride = random_strides(rng, ker, r.job.extent, ker_size);
  r.job.acc_stride = random_strides(rng, acc, r.job.extent, acc_size);
  if (convolution) {  // rows of a window that overlap: i with ki, j with kj
    r.job.inp_stride[6] = r.job.inp_stride[4];
    r.job.inp_stride[7] = r.job.inp_stride[5];
    inp_size += 5 * (r.job.inp_stride[4] + r.job.inp_stride[5]);
  }
  const auto random = [&](int64_t size) {
    std::vector<float> data(static_cast<size_t>(size));
    for (float& x : data) x = static_cast<float>(rng.between(-3, 3));
    return data;
  };
  r.inp = random(inp_size);
  r.ker = random(ker_size);
  r.acc = random(acc_size);
  return r;
}

}  // namespace

TEST_CASE("products by matrices are products one by one") {
  Rng rng{3, 0};
  MacKernel kernel;
  for (int round = 0; round < 2000; ++round) {
    RandomJob r = random_job(rng, round % 2 == 1);
    std::vector<float> want = r.acc, got = r.acc;
    r.job.inp = r.inp.data();
    r.job.ker = r.ker.data();
    r.job.acc = want.data();
    multiply_one_by_one(r.job);
    r.job.acc = got.data();
    CHECK(kernel.run(r.job) == MacTrouble::None);
    CHECK(got == want);  // small integers: exact in any order
  }
}

TEST_CASE("products of integers are exact to 2^24, and said to leave it beyond") {
  Rng rng{6, 0};
  MacKernel kernel;
  int left = 0;
  for (int round = 0; round < 2000; ++round) {
    RandomJob r = random_job(rng, round % 2 == 1);
    const bool large = rng.coin();
    for (auto* data : {&r.inp, &r.ker})
      for (float& x : *data) x = static_cast<float>(rng.between(-127, 127));
    for (float& x : r.acc)
      x = static_cast<float>(rng.between(-100, 100) + (large ? (1 << 24) - 10000 : 0));
    // In integers, one by one.
    std::vector<int64_t> sums(r.acc.begin(), r.acc.end());
    Box box(3);
    for (size_t d = 0; d < 8; ++d)
      if (r.job.extent[d] > 1) {
        Offsets& strides = box.add(r.job.extent[d]);
        strides[0] = r.job.inp_stride[d], strides[1] = r.job.ker_stride[d];
        strides[2] = r.job.acc_stride[d];
      }
    box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
      const auto element = [&](size_t side, int64_t p) {
        return static_cast<size_t>(at[side] + p * stride[side]);
      };
      for (int64_t p = 0; p < points; ++p)
        sums[element(2, p)] += static_cast<int64_t>(r.inp[element(0, p)] * r.ker[element(1, p)]);
      return true;
    });
    const bool fits =
        std::all_of(sums.begin(), sums.end(), [](int64_t sum) { return std::abs(sum) <= 1 << 24; });
    r.job.inp = r.inp.data();
    r.job.ker = r.ker.data();
    r.job.acc = r.acc.data();
    r.job.integers = true;
    CHECK(kernel.run(r.job) == (fits ? MacTrouble::None : MacTrouble::Sum));
    if (fits) CHECK(std::equal(sums.begin(), sums.end(), r.acc.begin()));
    left += fits ? 0 : 1;
  }
  CHECK(left > 100);
  CHECK(left < 1000);
}

TEST_CASE("products find poison wherever it is read, and only there") {
  Rng rng{4, 0};
  MacKernel kernel;
  int found = 0;
  for (int round = 0; round < 2000; ++round) {
    RandomJob r = random_job(rng, false);
    std::vector<float>* const operands[] = {&r.inp, &r.ker, &r.acc};
    const PerDim* const strides[] = {&r.job.inp_stride, &r.job.ker_stride, &r.job.acc_stride};
    const auto side = static_cast<size_t>(rng.between(0, 2));
    const auto at =
        static_cast<size_t>(rng.between(0, static_cast<int64_t>(operands[side]->size()) - 1));
    poison_run({reinterpret_cast<uint8_t*>(&(*operands[side])[at]), CellFormat::Float}, 1, 1);
    bool reads = false;
    Box box(1);
    for (size_t d = 0; d < 8; ++d)
      if (r.job.extent[d] > 1) box.add(r.job.extent[d])[0] = (*strides[side])[d];
    box.for_each_run([&](const Offsets& from, const Offsets& stride, int64_t points) {
      for (int64_t p = 0; p < points; ++p)
        reads |= from[0] + p * stride[0] == static_cast<int64_t>(at);
      return true;
    });
    r.job.inp = r.inp.data();
    r.job.ker = r.ker.data();
    r.job.acc = r.acc.data();
    const MacTrouble poison = kernel.run(r.job);
    CHECK((poison == MacTrouble::None) == !reads);
    if (reads) CHECK(static_cast<size_t>(poison) == side + 1);
    found += reads ? 1 : 0;
  }
  CHECK(found > 1000);
}

TEST_CASE("expressions over runs are expressions element by element") {
  Rng rng{5, 0};
  ExprRun run;
  for (int round = 0; round < 500; ++round) {
    ScalarExpr expr;
    const int64_t steps = rng.between(0, 5);
    for (int32_t s = 0; s < steps; ++s) {
      const auto ref = [&] {
        const int64_t kind = rng.between(0, s > 0 ? 2 : 1);
        if (kind == 0) return ScalarRef::input(static_cast<int>(rng.between(0, 2)));
        if (kind == 1) return ScalarRef::constant(static_cast<float>(rng.between(-2, 2)));
        return ScalarRef::step(static_cast<int>(rng.between(0, s - 1)));
      };
      const auto op = static_cast<ScalarOp>(rng.between(0, static_cast<int64_t>(ScalarOp::Select)));
      expr.steps.push_back({op, ref(), ref(), ref()});
    }
    const int64_t count = rng.between(1, kRun);
    std::array<std::vector<float>, 3> inputs;
    for (auto& input : inputs)
      for (int64_t e = 0; e < count; ++e) {
        const int64_t x = rng.between(-9, 9);
        input.push_back(x == 9 ? NAN : static_cast<float>(x) / 2);
      }
    const float* const sources[] = {inputs[0].data(), inputs[1].data(), inputs[2].data()};
    std::vector<float> got(static_cast<size_t>(count));
    run.evaluate(expr, sources, count, got.data());
    for (size_t e = 0; e < got.size(); ++e) {
      const float element[] = {inputs[0][e], inputs[1][e], inputs[2][e]};
      const float want = evaluate(expr, element);
      const bool same = std::isnan(want) ? std::isnan(got[e]) : got[e] == want;
      CHECK(same);
    }
  }
}

TEST_CASE("arranging a box keeps its points") {
  Rng rng{6, 0};
  for (int round = 0; round < 500; ++round) {
    Box box(2);
    int64_t dense = 1;
    for (int64_t a = rng.between(0, 4); a > 0; --a) {
      const int64_t points = rng.between(2, 4);
      Offsets& stride = box.add(points);
      stride[0] = rng.between(0, 2) == 0 ? rng.between(-5, 5) : dense;
      stride[1] = dense;
      dense *= points;
    }
    const auto points_of = [](const Box& b) {
      std::vector<std::pair<int64_t, int64_t>> points;
      b.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t count) {
        for (int64_t p = 0; p < count; ++p)
          points.emplace_back(at[0] + p * stride[0], at[1] + p * stride[1]);
        return true;
      });
      std::sort(points.begin(), points.end());
      return points;
    };
    const auto before = points_of(box);
    CHECK(static_cast<int64_t>(before.size()) == dense);
    const auto [low, high] =
        std::minmax_element(before.begin(), before.end(),
                            [](const auto& a, const auto& b) { return a.first < b.first; });
    CHECK(box.lowest(0) == low->first);
    CHECK(box.highest(0) == high->first);
    box.arrange(static_cast<int>(rng.between(0, 1)));
    CHECK(points_of(box) == before);
  }
}

TEST_CASE("each pair of cell formats copies, rounds where it must, and finds poison") {
  const float values[] = {1, -2.5f, 1 + 1.0f / 4096, 0};
  const CellFormat formats[] = {CellFormat::Float, CellFormat::Rounded, CellFormat::Code,
                                CellFormat::Integer, CellFormat::Byte};
  const auto to_integers = [](CellFormat f) {
    return f == CellFormat::Integer || f == CellFormat::Byte;
  };
  for (const CellFormat from : formats)
    for (const CellFormat to : formats)
      for (const int64_t stride : {1, 3}) {
        std::array<uint8_t, 64> a, b;
        a.fill(kPoisonByte);
        b.fill(kPoisonByte);
        const Cells source{a.data(), from}, target{b.data(), to};
        write_run(source, stride, 4, values);
        CHECK(copy_run(source, stride, target, 1, 4));
        std::array<float, 4> read;
        CHECK(read_run(target, 1, 4, read.data()));
        const bool rounds = from != CellFormat::Float || to != CellFormat::Float;
        CHECK(read[0] == 1);
        CHECK(read[1] == (to_integers(from) || to_integers(to) ? -2 : -2.5f));
        CHECK(read[2] == (rounds ? 1 : values[2]));
        poison_run(source.at(2 * stride), 1, 1);
        CHECK_FALSE(copy_run(source, stride, target, 1, 4));
        CHECK(poisoned_in_run(source, stride, 4) == 2);
      }
}
