// The worked example of costmodel/README.md, G1 to G3, E7 and N5: 32 rows by 256 columns, summed
// over 256 inputs in four parts, with bias and ReLU, on 8 x 4 cores.
#include "costmodel/reduction.h"

#include "costmodel/energy.h"
#include "costmodel/levels.h"
#include "costmodel/price.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Work layer(bool finished) {
  Network net;
  std::vector<ValueId> operands = {net.input("x", {1, 32, 256}), net.constant("w", {1, 256, 256})};
  if (finished) operands.push_back(net.constant("b", {256}));
  const ScalarExpr relu{{{ScalarOp::Relu, ScalarRef::input(0), {}, {}}}};
  net.output(net.node("fc", MatMul{}, operands, finished ? relu : ScalarExpr{}));
  return describe(net.graph).value().front();
}

RapidDsc mapping(const Work& work, std::vector<Dim> ring_order) {
  Choice c;
  c.parts[Dim::out] = 8;
  c.parts[Dim::in] = 4;
  c.ring_order = std::move(ring_order);
  c.outer_of[Role::Out] = TransferType::BlockLoad;
  return complete(work, c);
}

const std::vector<Dim> kNeighbours = {Dim::out, Dim::in}, kApart = {Dim::in, Dim::out};

}  // namespace

TEST_CASE("G1, G2: rounds over the ring, then bias and ReLU on the last core") {
  const System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  const Work work = layer(true);
  const UnitTimes times(work, chip, fp16);
  const auto reduction = [&](const std::vector<Dim>& order) {
    const LoopNest nest = lower(work, chip, fp16, mapping(work, order));
    return tile_reduction(work, times, nest, nest.share);
  };
  const int64_t sums = 4 * 32 * 32;  // bytes of a core's tile
  CHECK(reduction(kNeighbours).ring_cycles == 3 * (1 * 8 + sums / 128));
  CHECK(reduction(kApart).ring_cycles == 3 * (8 * 8 + 8 * sums / 128));
  // Two functions of 16 vectors are less than reading 4,096 bytes of sums and 64 of bias.
  CHECK(reduction(kApart).finish_cycles == 8 + (sums + 2 * 32 + 63) / 64);
  CHECK(reduction(kApart).meeting_cycles == 2 * 2);
}

TEST_CASE("N5: they stand between body and store") {
  const System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  const Work work = layer(true), plain = layer(false);
  const Cost near = price(work, chip, fp16, mapping(work, kNeighbours)).cost;
  const Cost apart = price(work, chip, fp16, mapping(work, kApart)).cost;
  CHECK(near.charged[static_cast<size_t>(Resource::Ring)] == 120);
  CHECK(apart.charged[static_cast<size_t>(Resource::Ring)] == 960);
  CHECK(apart.cycles - near.cycles == 960 - 120);
  CHECK(near[CostClass::Auxiliary] == 73);  // drains to Lx have nothing to do
  // Without bias and ReLU nothing is finished; the bias needs no fetch either.
  const Cost bare = price(plain, chip, fp16, mapping(plain, kNeighbours)).cost;
  CHECK(bare[CostClass::Auxiliary] == 0);
  const int64_t bias = UnitTimes(work, chip, fp16).external(2 * 32, 8, false);
  CHECK(near.cycles - bare.cycles == 73 + 4 + bias);
  CHECK(levels(plain, chip, fp16, mapping(plain, kApart)).ring == 3 * 8 * 4 * 32 * 32 / 128);
}

TEST_CASE("G3, E7: bytes and energy of sums that cores hand on") {
  System chip = rapid_chip();
  chip.energy = {};
  chip.energy.ring = 1;
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  const Work work = layer(true);
  const RapidDsc near = mapping(work, kNeighbours), apart = mapping(work, kApart);
  const int64_t ring = 3 * 32 * 256 * 4;
  CHECK(link_bytes(work, chip, fp16, near).at("ring") == ring);
  CHECK(link_bytes(work, chip, fp16, apart).at("ring") == ring);
  CHECK(energy(work, chip, fp16, near, 0).ring == ring);
  CHECK(energy(work, chip, fp16, apart, 0).ring == 8 * ring);
  CHECK(energy(work, chip, fp16, apart, 0).total() - 8 * ring ==
        energy(work, chip, fp16, near, 0).mac);
  chip.energy = {};
  chip.energy.lx = 1;
  const Traffic bytes = traffic(work, chip, fp16, near);
  CHECK(energy(work, chip, fp16, near, 0).lx ==
        bytes.lx_outer + bytes.array_in + bytes.array_out + 3 * ring);
  chip.energy = {};
  chip.energy.sfu = 1;
  // An addition per sum handed on; bias and ReLU once.
  CHECK(energy(work, chip, fp16, near, 0).sfu == 3 * 32 * 256 + 2 * 32 * 256);
}
