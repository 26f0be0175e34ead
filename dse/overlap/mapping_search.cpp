#include "dse/overlap/mapping_search.h"

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "compiler/mapping/slide.h"
#include "costmodel/levels.h"
#include "dse/room.h"

namespace tilewright::overlap {

Measure value_of(const Problem& problem, const RapidDsc& dsc) {
  return problem.counted_value(dsc,
                               levels(problem.work, problem.system, problem.precision, dsc).most());
}

void MappingSearch::run(const Choices& choices, const Outside& outside, Outcome& outcome) {
  choices_ = &choices;
  outside_ = outside;
  outcome_ = &outcome;
  choose(0);
}

void MappingSearch::choose(size_t k) {
  if (k == kDimCount) return with_cuts();
  const Cut least = cuts_[k];
  for (const Cut& cut : *(*choices_)[k]) {
    cuts_[k] = cut;
    ++outcome_->counters.effort;
    if (!fits()) {
      outcome_->counters.prune(Rule::ArrayCapacity);
      continue;
    }
    if (bound_.value(flow_, cuts_, outside_) >= outcome_->best.value) {
      outcome_->counters.prune(Rule::BlockBound);
      continue;
    }
    choose(k + 1);
  }
  cuts_[k] = least;
}

// Whether some choice of what is not decided has room, as far as can be said.
bool MappingSearch::fits() const {
  Extents tile, block;
  for (size_t k = 0; k < kDimCount; ++k) {
    tile.values[k] = cuts_[k].t;
    block.values[k] = cuts_[k].b;
  }
  const bool sums =
      problem_.work.kind != WorkKind::Move && bound_.partial(cuts_, LevelBound::kIdeal);
  if (lx_bytes(problem_, tile, 0, sums ? kPartialSumBits : problem_.precision.bits) >
      problem_.system.core.lx_bytes)
    return false;
  if (problem_.work.kind != WorkKind::Array) return true;
  return fits_array(problem_, flow_.inner, array_needs(problem_, flow_.p, flow_.inner, block),
                    {1, 1, 1});
}

void MappingSearch::with_cuts() {
  Extents tile;
  DimSet tile_loops = 0, block_loops = 0;
  for (size_t k = 0; k < kDimCount; ++k) {
    tile.values[k] = cuts_[k].t;
    if (cuts_[k].trips > 1) tile_loops |= bit(kDims[k]);
    if (cuts_[k].blocked) block_loops |= bit(kDims[k]);
  }
  for (const Profile& tiles : context_.tile_orders.of(tile_loops)) {
    if (bound_.reduces() && tiles.again[problem_.out] != 0) continue;
    const Outside outside = bound_.outside(tiles, tile);
    if (bound_.value(flow_, cuts_, outside, tiles) >= outcome_->best.value) continue;
    for (const Profile& blocks : context_.block_orders.of(block_loops))
      if (bound_.value(flow_, cuts_, outside, tiles, blocks) < outcome_->best.value)
        price(tiles, blocks);
  }
}

void MappingSearch::price(const Profile& tiles, const Profile& blocks) {
  const Work& work = problem_.work;
  MappingChoice choice;
  choice.parts = cores_.parts;
  choice.share = cores_.share;
  choice.ring_order = cores_.ring_order;
  choice.p = flow_.p;
  choice.t_order = tiles.order;
  choice.b_order = blocks.order;
  for (size_t k = 0; k < kDimCount; ++k) {
    choice.t.values[k] = cuts_[k].t;
    choice.b.values[k] = cuts_[k].b;
  }
  choice.types.assign(problem_.operands, {TransferType::BlockLoad, TransferType::Stream});
  choice.inner.assign(problem_.operands, Place::L0);
  for (size_t x = 0; work.kind == WorkKind::Array && x < 3; ++x) {
    choice.inner[x] = flow_.inner[x];
    if (x < 2 && flow_.inner[x] == Place::Lrf) choice.types[x][1] = TransferType::BlockLoad;
  }
  // A tile that slides fetches less, in the same room.
  const RapidDsc whole = compose(work, choice);
  for (size_t x = 0; work.kind != WorkKind::Move && x < problem_.operands; ++x) {
    const auto slide = x == problem_.out ? std::nullopt : slide_of(work.operands[x], whole);
    if (slide && slide->overlaps()) choice.slides |= 1u << x;
  }
  const RapidDsc dsc = choice.slides == 0 ? whole : compose(work, choice);
  ++outcome_->counters.effort;
  if (first_rejection(work, problem_.system, problem_.precision, dsc)) {
    outcome_->counters.prune(Rule::LxCapacity);
    return;
  }
  ++outcome_->counters.evaluated;
  outcome_->adopt({value_of(problem_, dsc), dsc});
}

}  // namespace tilewright::overlap
