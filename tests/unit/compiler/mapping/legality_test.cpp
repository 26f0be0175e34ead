// Every rejection, by a mapping that breaks its rule, with both numbers.
#include <algorithm>
#include <functional>

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "tests/support/catch.h"
#include "tests/support/layers.h"
#include "tests/support/systems.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

using Code = RejectionCode;

Work layer() { return conv_work({1, 1, 64, 128, 16, 16, square_window(3, 1, 1), true}); }

MappingChoice sound_choice(const Work& work) {
  MappingChoice c;
  c.parts[Dim::out] = 2;
  c.t = Extents{{1, 1, 64, 64, 8, 16, 3, 3}};
  c.b = Extents{{1, 1, 64, 16, 2, 16, 3, 3}};
  c.p = {{{Dim::in, 8}}, {{Dim::out, 8}}, {{Dim::out, 8}}, {{Dim::i, 2}}};
  c.t_order = {Dim::out, Dim::i};
  c.b_order = {Dim::i, Dim::in};
  c.types.assign(work.operands.size(), {TransferType::DoubleBuffer, TransferType::Stream});
  c.types[1] = {TransferType::DoubleBuffer, TransferType::DoubleBuffer};
  c.inner = {Place::L0, Place::Lrf, Place::L0, Place::L0};
  return c;
}

void divide_reduction(MappingChoice& c) {
  c.parts[Dim::in] = 2;
  c.t[Dim::in] = c.b[Dim::in] = 32;
}

struct Case {
  Code code;
  std::function<void(MappingChoice&)> choose;
  std::function<void(RapidDsc&)> edit;
};

}  // namespace

TEST_CASE("a sound mapping has no rejection") {
  const Work work = layer();
  const System chip = rapid_chip();
  const RapidDsc dsc = compose(work, sound_choice(work));
  for (const Rejection& r : rejections(work, chip, chip.precisions.at("fp16"), dsc))
    FAIL_CHECK(to_string(r));
}

TEST_CASE("each broken rule is named") {
  const auto keep = [](auto&) {};
  const std::vector<Case> cases = {
      {Code::WorkMismatch, keep, [](RapidDsc& d) { d.n[Dim::in] = 65; }},
      {Code::ChipsDivided, keep, [](RapidDsc& d) { d.chip_d.x[Dim::mb] = 2; }},
      {Code::PartsExceedDim, [](MappingChoice& c) { c.parts[Dim::mb] = 2; }, keep},
      {Code::PartsExceedCores,
       [](MappingChoice& c) {
         c.parts[Dim::out] = 64;
         c.t[Dim::out] = c.b[Dim::out] = 2;
       },
       keep},
      {Code::ReductionDivided,
       [](MappingChoice& c) {
         c.parts[Dim::out] = 1;
         c.parts[Dim::in] = 24;
         c.share = ShareRule::Greedy;
       },
       keep},
      {Code::TransferType, [](MappingChoice& c) { divide_reduction(c); }, keep},
      {Code::PartialSumsDivided,
       [](MappingChoice& c) {
         divide_reduction(c);
         c.types[2][0] = TransferType::BlockLoad;
         c.t[Dim::in] = c.b[Dim::in] = 16;
         c.t_order = {Dim::in, Dim::i};
       },
       keep},
      {Code::RingOrder, keep, [](RapidDsc& d) { d.core_d.ring_order = {Dim::i}; }},
      {Code::TileExceedsShare, [](MappingChoice& c) { c.t[Dim::out] = 65; }, keep},
      {Code::BlockExceedsTile, [](MappingChoice& c) { c.b[Dim::i] = 9; }, keep},
      {Code::AxisDim,
       [](MappingChoice& c) {
         c.p.columns = {{Dim::in, 8}};
       },
       keep},
      {Code::AxisExtent,
       [](MappingChoice& c) {
         c.p.rows = {{Dim::in, 9}};
       },
       keep},
      {Code::AxisCombination,
       [](MappingChoice& c) {
         c.p.rows = {{Dim::in, 4}, {Dim::in, 2}};
       },
       keep},
      {Code::AxisExtent,
       [](MappingChoice& c) {
         c.p.rows = {{Dim::in, 4}, {Dim::ki, 3}};
       },
       keep},
      {Code::LoopOrder, keep, [](RapidDsc& d) { d.loop_order.pop_back(); }},
      {Code::LoopOrder, keep,
       [](RapidDsc& d) { std::reverse(d.loop_order.begin(), d.loop_order.end()); }},
      {Code::PartialSumsStream,
       [](MappingChoice& c) {
         c.t[Dim::in] = 32;
         c.t_order = {Dim::in, Dim::i};
         c.types[2][0] = TransferType::Stream;
       },
       keep},
      {Code::Operands, keep, [](RapidDsc& d) { d.data_structures.pop_back(); }},
      {Code::TransferRoute,
       [](MappingChoice& c) {
         c.inner[0] = Place::Pe;  // past the L0
       },
       keep},
      {Code::TransferRoute, [](MappingChoice& c) { c.inner[2] = Place::Lrf; }, keep},
      {Code::TransferRoute, keep, [](RapidDsc& d) { d.data_structures[0].transfers.pop_back(); }},
      {Code::TransferType, [](MappingChoice& c) { c.types[1][1] = TransferType::Stream; }, keep},
      {Code::TransferType, [](MappingChoice& c) { c.types[2][1] = TransferType::BlockLoad; }, keep},
      {Code::TransferLoop, keep,
       [](RapidDsc& d) { d.data_structures[0].transfers[0].loop = std::nullopt; }},
      {Code::LxCapacity,
       [](MappingChoice& c) {
         c.parts[Dim::out] = 1;
         c.t = Extents{{1, 1, 128, 64, 16, 16, 3, 3}};
         c.t[Dim::i] = 8;
         c.t[Dim::out] = 127;
       },
       keep},
      {Code::L0Capacity,
       [](MappingChoice& c) {
         c.b[Dim::in] = 64;
         c.b[Dim::i] = 8;
         c.b[Dim::out] = 8;
         c.types[0][1] = TransferType::DoubleBuffer;
         c.b[Dim::j] = 15;
         c.types[1][1] = TransferType::BlockLoad;
         c.p.corelets.clear();
       },
       keep},
      {Code::LrfCapacity,
       [](MappingChoice& c) {
         c.b[Dim::in] = 63;
         c.types[1][1] = TransferType::DoubleBuffer;
         c.b[Dim::out] = 64;
       },
       keep},
      {Code::AccCapacity,
       [](MappingChoice& c) {
         c.b[Dim::i] = 8;
         c.p.corelets.clear();
       },
       keep},
      {Code::CompPrimitives, keep, [](RapidDsc& d) { d.comp_primitives = {"Conv"}; }},
      {Code::BypassAlone,
       [](MappingChoice& c) {
         c.past_lx = 1;  // and INP double-buffered
         c.types[1][1] = TransferType::BlockLoad;
       },
       keep},
      {Code::BypassPadding, [](MappingChoice& c) { c.past_lx = 0; }, keep},
      {Code::Home, keep, [](RapidDsc& d) { d.data_structures[0].home = Place::Lx; }},
      {Code::Slide, keep, [](RapidDsc& d) { d.data_structures[1].transfers[0].slide = true; }},
      {Code::Slide, keep, [](RapidDsc& d) { d.data_structures[2].transfers[0].slide = true; }},
      {Code::Slide, keep, [](RapidDsc& d) { d.data_structures[0].transfers[1].slide = true; }},
      {Code::Slide, [](MappingChoice& c) { c.types[0][0] = TransferType::Stream; },
       [](RapidDsc& d) { d.data_structures[0].transfers[0].slide = true; }},
  };
  const Work work = layer();
  System chip = rapid_chip();
  chip.core.lx_bytes = 400000;
  chip.array.l0_bytes = 24 * 1024;
  chip.array.lrf_bytes = 2300;
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  for (const Case& c : cases) {
    MappingChoice choice = sound_choice(work);
    c.choose(choice);
    RapidDsc dsc = compose(work, choice);
    c.edit(dsc);
    const std::vector<Rejection> all = rejections(work, chip, fp16, dsc);
    std::string names;
    bool named = false;
    for (const Rejection& r : all) {
      names += to_string(r) + "\n";
      named |= r.code == c.code;
      if (r.code == c.code && r.code >= Code::LxCapacity && r.code <= Code::AccCapacity)
        CHECK(r.required > r.available);
    }
    INFO("expected code " << static_cast<int>(c.code) + 1 << ", found:\n" << names);
    CHECK(named);
    const auto first = first_rejection(work, chip, fp16, dsc);
    REQUIRE(first.has_value());
    CHECK(*first == all.front());
  }
}

TEST_CASE("several dims lie side by side along an axis") {
  const Work work = layer();
  const System chip = rapid_chip();
  MappingChoice c = sound_choice(work);
  c.p.rows = {{Dim::ki, 2}, {Dim::in, 4}};
  CHECK(rejections(work, chip, chip.precisions.at("fp16"), compose(work, c)).empty());
}

TEST_CASE("where sums gather decides what may lie on an axis") {
  const Work work = layer();
  System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  chip.array.row_dims.emplace_back("mb");
  chip.array.row_dims.emplace_back("i");
  chip.array.column_dims.emplace_back("in");
  chip.array.sums_in_lrf = true;
  MappingChoice c = sound_choice(work);
  c.p.rows = {{Dim::i, 2}, {Dim::ki, 3}};
  c.p.columns = {{Dim::in, 8}};
  c.types[1][1] = TransferType::BlockLoad;
  c.b[Dim::j] = 8;
  for (const Place sums : {Place::Acc, Place::Lrf}) {
    c.inner[2] = sums;
    const auto found = rejections(work, chip, fp16, compose(work, c));
    const auto broken = std::count_if(found.begin(), found.end(), [](const Rejection& r) {
      return r.code == Code::AxisCombination;
    });
    CHECK(broken == (sums == Place::Acc ? 2 : 0));
  }
}

TEST_CASE("without an L0 operands stream into the PEs, and L0 holds nothing") {
  const Work work = layer();
  System chip = rapid_chip();
  chip.array.l0_bytes = 0;
  MappingChoice c = sound_choice(work);
  auto first = first_rejection(work, chip, chip.precisions.at("fp16"), compose(work, c));
  REQUIRE(first);
  CHECK(first->code == Code::L0Capacity);
  c.inner[0] = Place::Pe;
  first = first_rejection(work, chip, chip.precisions.at("fp16"), compose(work, c));
  CHECK_FALSE(first);
  c.types[0][1] = TransferType::DoubleBuffer;
  first = first_rejection(work, chip, chip.precisions.at("fp16"), compose(work, c));
  REQUIRE(first);
  CHECK(first->code == Code::TransferType);
}

TEST_CASE("one operand may bypass Lx, where external memory has no stops") {
  const Work work = layer();
  System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  MappingChoice c = sound_choice(work);
  for (auto& types : c.types) types[0] = TransferType::BlockLoad;
  for (const size_t operand : {1, 2}) {
    c.past_lx = operand;
    const auto broken = first_rejection(work, chip, fp16, compose(work, c));
    INFO((broken ? to_string(*broken) : ""));
    CHECK_FALSE(broken);
  }
  chip.chip.memory_stops = {0, 16};
  const auto broken = first_rejection(work, chip, fp16, compose(work, c));
  REQUIRE(broken);
  CHECK(broken->code == Code::BypassStops);
  CHECK(broken->required == 2);
}

TEST_CASE("a capacity is rejected with what is asked and what there is") {
  const Work work = layer();
  System chip = rapid_chip();
  chip.core.lx_bytes = 150000;
  const RapidDsc dsc = compose(work, sound_choice(work));
  const auto r = first_rejection(work, chip, chip.precisions.at("fp16"), dsc);
  REQUIRE(r.has_value());
  CHECK(r->code == Code::LxCapacity);
  // INP 64 x 10 x 18 and OUT 64 x 8 x 16 twice, KER 64 x 64 x 3 x 3 and BIAS 64 once, 2 bytes each
  CHECK(r->required == 2 * (2 * 64 * 10 * 18 + 2 * 64 * 8 * 16 + 64 * 64 * 9 + 64));
  CHECK(r->available == 150000);
}

TEST_CASE("a reduction is divided where each core has a part of it and OUT waits for all") {
  const Work work = layer();
  const System chip = rapid_chip();
  const PrecisionInfo& fp16 = chip.precisions.at("fp16");
  MappingChoice c = sound_choice(work);
  divide_reduction(c);
  auto r = first_rejection(work, chip, fp16, compose(work, c));
  REQUIRE(r.has_value());
  CHECK((r->code == Code::TransferType && r->role == Role::Out));
  c.types[2][0] = TransferType::BlockLoad;
  r = first_rejection(work, chip, fp16, compose(work, c));
  INFO((r ? to_string(*r) : ""));
  CHECK_FALSE(r.has_value());
  c.t[Dim::in] = c.b[Dim::in] = 16;
  c.t_order = {Dim::in, Dim::i};
  r = first_rejection(work, chip, fp16, compose(work, c));
  REQUIRE(r.has_value());
  CHECK(*r ==
        Rejection{Code::PartialSumsDivided, Role::Out, LoopRef{Stage::T, Dim::i}, Dim::i, 1, 0});
  c.parts[Dim::out] = 1;
  c.parts[Dim::in] = 24;  // greedy: 3 each, all 64 in 22
  c.share = ShareRule::Greedy;
  r = first_rejection(work, chip, fp16, compose(work, c));
  REQUIRE(r.has_value());
  CHECK(*r == Rejection{Code::ReductionDivided, {}, {}, Dim::in, 24, 22});
}
