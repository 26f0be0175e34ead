// The inner problem, family by family: blocks of one dataflow that cut a tile into the same pieces,
// with one order of block loops and one choice of hops. How often each operand moves, and how much
// of it in all, is the same for a whole family; a bound of the body follows.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "dse/blocks/body_query.h"
#include "dse/blocks/plateau.h"
#include "dse/counters.h"
#include "dse/problem.h"

namespace tilewright {

struct BlockFamily {
  const UnrollClass* unroll = nullptr;
  const Places* places = nullptr;
  std::array<TransferType, 3> types{};  // INP, KER, OUT
  std::array<Plateau, kDimCount> cut;   // of each dim
  std::array<Dim, kDimCount> order{};   // of the loops of several trips, outermost first
  int loops = 0;
  bool partial = false;  // OUT's blocks leave unfinished sums in Lx
  Bypass past_lx;
  int64_t cores = 1;   // that share external memory
  int64_t steps = 1;   // the array's, at least
  int64_t least = 0;   // cycles; no body of the tile takes less
  int64_t beside = 0;  // of these, what comes on top of the array's steps
};

// Buffers at the array of operands whose hops have such types.
std::array<int64_t, 3> buffers_of(const std::array<TransferType, 3>& types);

class BlockFamilies {
 public:
  // Blocks of `tile`, bound by what one body takes: that of the tile or of one at an edge.
  BlockFamilies(const Problem& problem, const Extents& tile, const BodyQuery& query);

  // Visits the families of a class that wants(cycles) lets through, cycles being a bound of theirs,
  // and of which room(family) is true in whatever order: `loops` is 0 then; where there is one,
  // room.in_energy(family) first, of all types of hops together.
  template <class Wants, class Room, class Visit>
  void run(const UnrollClass& unroll, Wants&& wants, Room&& room, Visit&& visit,
           Counters& counters);

  // The body as one block, which no blocks take less than.
  int64_t least(const UnrollClass& unroll) const;
  // What the body takes at least under a family that is given.
  int64_t least(const BlockFamily& family);

 private:
  // What a family's operand moves in all.
  struct Moved {
    int64_t loads = 0, cycles = 0;  // over its link
  };

  template <class Wants, class Room, class Visit>
  void cut(size_t k, int64_t blocks, int64_t steps, Wants& wants, Room& room, Visit& visit);
  template <class Wants, class Room, class Visit>
  void with_places(int64_t blocks, Wants& wants, Room& room, Visit& visit);
  template <class Wants, class Visit>
  void with_types(int64_t blocks, Wants& wants, Visit& visit);
  // Whether some dataflow of the family has room for such blocks.
  bool fits(const Extents& block, const std::array<TransferType, 3>& types) const;
  // Whether the accumulators may hold the sums of a block, as far as its first dims are decided.
  bool sums_fit(size_t decided) const;
  // Sizes that pieces may have along dim k.
  Range sizes(size_t k) const {
    const Range& b = problem_.within.b.values[k];
    return {std::min(tile_.values[k], b.least), std::min(tile_.values[k], b.most)};
  }
  // Types of operand x to try: with one buffer, as no other one takes less time, and with two.
  std::array<std::optional<TransferType>, 2> types_of(size_t x) const;
  bool moved(size_t x) const { return (problem_.dims[x] & loops_) != 0; }
  // Cuts the body, whose extent may be less than the tile's, as the tile is cut.
  void cut_body(size_t k, const Plateau& cut) {
    const int64_t extent = query_.tile.ext.values[k];
    body_[k] = {extent, ceil_div(extent, cut.hi), std::min(extent, cut.lo),
                std::min(extent, cut.hi)};
  }
  int64_t least_steps(size_t k, int64_t unroll) const {
    const Plateau& cut = body_[k];
    if (ceil_div(cut.extent, cut.lo) != cut.trips) return ceil_div(cut.extent, unroll);
    return cut.least_steps(cut.lo, cut.hi, unroll);
  }
  int64_t base(int64_t blocks, int64_t steps) const {
    return ceil_mul(steps, problem_.times.mac_cycles) + blocks * block_overhead_;
  }
  // Loads of INP and KER together, where the first `decided` of dims_ are cut and the others may
  // be: with the loop over `inner` innermost; with any.
  int64_t traffic_with(Dim inner, size_t decided) const;
  int64_t traffic(size_t decided) const;
  // So many transfers of operand x, which bring or take so many bytes in all.
  int64_t over_link(size_t x, int64_t transfers, int64_t bytes) const;
  // Of all blocks, each once; the cuts of `open` dims are not decided.
  int64_t elems_in_all(size_t x, DimSet open = 0) const;
  // Works out what streams into the PEs under the unrolling, if anything may.
  void set_unroll(const UnrollClass& unroll);
  int64_t first_load(size_t x) const;
  Moved loaded(size_t x, int64_t blocks) const;
  int64_t drained(int64_t visits) const;
  int64_t last_drain() const;
  int64_t again(size_t x) const;
  int64_t bound(int64_t blocks);

  const Problem& problem_;
  const Extents tile_;
  const BodyQuery query_;
  int64_t block_overhead_;
  std::array<Dim, kDimCount> dims_{};  // of several indices
  size_t several_ = 0;
  BlockFamily family_;
  std::array<Plateau, kDimCount> body_;  // the cuts of the body
  DimSet loops_ = 0;
  DimSet inner_ = 0;                      // loops that may be the innermost one
  std::array<int64_t, 2> all_elems_{};    // of INP and KER, each block once
  std::array<bool, 2> streams_always_{};  // INP, KER: into the PEs, under all dataflows
  std::array<bool, 2> may_stream_{};      // under some
  std::array<int64_t, 2> streamed_{};     // elements that then stream, under the unrolling
  const UnrollClass* streamed_by_ = nullptr;
  bool gathers_always_ = false;  // OUT's sums at the columns, under all dataflows
  Counters* counters_ = nullptr;
};

template <class Wants, class Room, class Visit>
void BlockFamilies::run(const UnrollClass& unroll, Wants&& wants, Room&& room, Visit&& visit,
                        Counters& counters) {
  family_.unroll = &unroll;
  set_unroll(unroll);
  counters_ = &counters;
  loops_ = 0;
  int64_t steps = 1;
  for (size_t k = 0; k < kDimCount; ++k) {
    family_.cut[k] = Plateau::whole(tile_.values[k]);
    cut_body(k, family_.cut[k]);
    steps *= ceil_div(query_.tile.ext.values[k], unroll.unroll.values[k]);
  }
  if (wants(base(1, steps))) cut(0, 1, steps, wants, room, visit);
}

template <class Wants, class Room, class Visit>
void BlockFamilies::cut(size_t k, int64_t blocks, int64_t steps, Wants& wants, Room& room,
                        Visit& visit) {
  if (k == several_) {
    family_.steps = steps;
    with_places(blocks, wants, room, visit);
    return;
  }
  const Dim d = dims_[k];
  const auto at = static_cast<size_t>(d);
  const int64_t unroll = family_.unroll->unroll[d];
  const int64_t whole = ceil_div(body_[at].extent, unroll);
  Plateau& cut = family_.cut[at];
  const Range size = sizes(at);
  for (Plateau all = Plateau::of(tile_[d], size.most);; all = all.next()) {
    cut = {all.extent, all.trips, std::max(all.lo, size.least), std::min(all.hi, size.most)};
    cut_body(at, cut);
    // More pieces are more blocks and more traffic.
    if (cut.trips > 1) {
      loops_ |= bit(d);
      if (!wants(std::max(base(blocks * body_[at].trips, steps), traffic(k + 1)))) {
        counters_->prune(Rule::BlockBound);
        break;
      }
    }
    if (problem_.rules.has(Rule::ArrayCapacity) && !sums_fit(k + 1)) {
      counters_->prune(Rule::ArrayCapacity);
      if (all.lo <= size.least) break;
      continue;
    }
    const int64_t finer = steps / whole * least_steps(at, unroll);
    if (cut.trips == 1 || wants(base(blocks * body_[at].trips, finer)))
      this->cut(k + 1, blocks * body_[at].trips, finer, wants, room, visit);
    if (all.lo <= size.least) break;
  }
  cut = Plateau::whole(cut.extent);
  cut_body(at, cut);
  loops_ &= static_cast<DimSet>(~bit(d));
}

template <class Wants, class Room, class Visit>
void BlockFamilies::with_places(int64_t blocks, Wants& wants, Room& room, Visit& visit) {
  constexpr TransferType kOneBuffer = TransferType::Stream;  // any type with one
  Extents least;
  for (Dim d : kDims) least[d] = family_.cut[static_cast<size_t>(d)].lo;
  for (size_t x = 0; x < 2; ++x) all_elems_[x] = elems_in_all(x);
  inner_ = 0;
  for (size_t k = 0; k < several_; ++k)
    if (contains(loops_, dims_[k]) && wants(traffic_with(dims_[k], several_)))
      inner_ |= bit(dims_[k]);
  if (loops_ != 0 && inner_ == 0) {
    counters_->prune(Rule::BlockBound);
    return;
  }
  for (const Places& places : problem_.inner_places) {
    if (query_.past_lx && places[*query_.past_lx] == Place::Pe) continue;
    family_.places = &places;
    family_.loops = 0;
    if constexpr (requires { room.in_energy(family_); })
      if (!room.in_energy(static_cast<const BlockFamily&>(family_))) {
        counters_->prune(Rule::BlockBound);
        continue;
      }
    std::array<std::array<std::optional<TransferType>, 2>, 3> types;
    for (size_t x = 0; x < 3; ++x) types[x] = types_of(x);
    const bool early = problem_.rules.has(Rule::ArrayCapacity);
    if (early && !fits(least, {kOneBuffer, kOneBuffer, kOneBuffer})) {
      counters_->prune(Rule::ArrayCapacity);
      continue;
    }
    for (unsigned doubled = 0; doubled < 8; ++doubled) {
      bool sensible = true;
      for (size_t x = 0; x < 3; ++x) {
        const std::optional<TransferType>& type = types[x][doubled >> x & 1];
        sensible &= type.has_value();
        family_.types[x] = type.value_or(kOneBuffer);
      }
      if (!sensible) continue;
      if (early && doubled != 0 && !fits(least, family_.types)) {
        counters_->prune(Rule::ArrayCapacity);
        continue;
      }
      // In whatever order.
      family_.loops = 0;
      family_.least = bound(blocks);
      if (wants(family_.least) && room(static_cast<const BlockFamily&>(family_)))
        with_types(blocks, wants, visit);
      else
        counters_->prune(Rule::BlockBound);
    }
  }
}

template <class Wants, class Visit>
void BlockFamilies::with_types(int64_t blocks, Wants& wants, Visit& visit) {
  family_.loops = 0;
  for (Dim d : kDims)
    if (contains(loops_, d)) family_.order[static_cast<size_t>(family_.loops++)] = d;
  do {
    if (family_.loops > 0 &&
        !contains(inner_, family_.order[static_cast<size_t>(family_.loops - 1)]))
      continue;
    if (!problem_.within.allows_order(Sequence::B,
                                      {family_.order.data(), static_cast<size_t>(family_.loops)}))
      continue;
    family_.least = bound(blocks);
    if (wants(family_.least))
      visit(static_cast<const BlockFamily&>(family_));
    else
      counters_->prune(Rule::BlockBound);
  } while (std::next_permutation(family_.order.begin(), family_.order.begin() + family_.loops));
}

}  // namespace tilewright
