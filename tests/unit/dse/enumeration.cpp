#include "tests/unit/dse/enumeration.h"

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "compiler/mapping/share.h"
#include "costmodel/price.h"
#include "dse/balanced/tile_search.h"
#include "dse/space.h"
#include "tests/support/catch.h"

namespace tilewright::test {

using namespace tilewright::balanced;

namespace {

// Bit x of `doubled` doubles operand x, at External (level 0) or Lx (1). `still`: also operands
// that no loop moves, which can gain nothing by it.
class Enumeration {
 public:
  Enumeration(const Work& work, const System& system, const PrecisionInfo& precision, Goal goal,
              bool still, const VisitMapping& visit)
      : work_(work),
        system_(system),
        precision_(precision),
        problem_(work, system, precision, goal),
        still_(still),
        visit_(visit) {}

  Measure run() {
    walk();
    if (points_ > kMost) return -2;
    pricing_ = true;
    walk();
    return least_;
  }

 private:
  static constexpr int64_t kMost = 60000;

  void walk() {
    for (const Extents& parts : divisions(work_, system_.chip.cores)) {
      choice_ = {};
      choice_.parts = parts;
      choice_.types.assign(work_.operands.size(), {TransferType::BlockLoad, TransferType::Stream});
      choice_.inner.assign(work_.operands.size(), Place::L0);
      division_least_ = -1;
      if (pricing_) make_division();
      tiles(0);
      if (division_least_ >= 0)
        CHECK(bounds(division_bound(problem_, *division_), division_least_));
    }
  }

  void make_division() {
    division_.emplace(problem_, choice_.parts);
    division_->extend(problem_, INT64_MAX);
  }

  // What the search takes for the least that this division and tile allow.
  Measure bound() const {
    TileChoice tile{};
    for (size_t k = 0; k < kDimCount; ++k) {
      const auto& known = division_->tiles[k];
      while (known[tile[k]].tile != choice_.t[kDims[k]]) ++tile[k];
    }
    return TileSearch(problem_, *division_, 0).bound(tile);
  }

  int64_t share(Dim d) const { return largest_share(work_.extent[d], choice_.parts[d]); }

  void tiles(size_t k) {
    if (points_ > kMost) return;
    if (k == kDimCount) {
      tile_least_ = -1;
      tile_orders_of();
      if (tile_least_ >= 0) CHECK(bounds(bound(), tile_least_));
      return;
    }
    const Dim d = kDims[k];
    for (int64_t t : contains(whole_dims(work_), d) ? std::vector<int64_t>{share(d)}
                                                    : balanced_tiles(share(d))) {
      choice_.t[d] = t;
      tiles(k + 1);
    }
  }

  DimSet several(const Extents& limit, const Extents& step) const {
    DimSet set = 0;
    for (Dim d : kDims)
      if (step[d] < limit[d]) set |= bit(d);
    return set;
  }

  // Whether the set doubles operands that none of the loops moves.
  bool pointless(unsigned doubled, DimSet loops) const {
    for (size_t x = 0; !still_ && x < work_.operands.size(); ++x)
      if ((doubled >> x & 1) != 0 && (work_.operands[x].dims() & loops) == 0) return true;
    return false;
  }

  void tile_orders_of() {
    Extents shares;
    for (Dim d : kDims) shares[d] = share(d);
    const DimSet loops = several(shares, choice_.t);
    for (const auto& order : tile_orders(work_, loops)) {
      choice_.t_order = order;
      const unsigned sets = work_.kind == WorkKind::Move ? 1u : 1u << work_.operands.size();
      for (unsigned doubled = 0; doubled < sets; ++doubled) {
        if (pointless(doubled, loops)) continue;
        for (size_t x = 0; x < work_.operands.size(); ++x)
          choice_.types[x][0] =
              (doubled >> x & 1) != 0 ? TransferType::DoubleBuffer : TransferType::BlockLoad;
        if (work_.kind == WorkKind::Array)
          flows();
        else
          consider();
      }
    }
  }

  void flows() {
    for (const Dataflow& flow : dataflows(work_, system_)) {
      choice_.p = flow.p;
      for (size_t x = 0; x < 3; ++x) choice_.inner[x] = flow.inner[x];
      blocks(flow, 0);
    }
  }

  void blocks(const Dataflow& flow, size_t k) {
    if (points_ > kMost) return;
    if (k == kDimCount) return block_orders_of(flow);
    const Dim d = kDims[k];
    for (int64_t b : block_extents(d, choice_.t[d], flow.unroll[d])) {
      choice_.b[d] = b;
      blocks(flow, k + 1);
    }
  }

  void block_orders_of(const Dataflow& flow) {
    const DimSet loops = several(choice_.t, choice_.b);
    for (const auto& order : block_orders(loops)) {
      choice_.b_order = order;
      for (unsigned doubled = 0; doubled < 8; ++doubled) {
        if (pointless(doubled, loops)) continue;
        for (size_t x = 0; x < 3; ++x) {
          const bool lrf = x < 2 && flow.inner[x] == Place::Lrf;
          choice_.types[x][1] = (doubled >> x & 1) != 0 ? TransferType::DoubleBuffer
                                : lrf                   ? TransferType::BlockLoad
                                                        : TransferType::Stream;
        }
        consider();
      }
    }
  }

  void consider() {
    if (!pricing_) {
      ++points_;
      return;
    }
    const RapidDsc dsc = compose(work_, choice_);
    if (first_rejection(work_, system_, precision_, dsc)) return;
    const int64_t cycles = price(work_, system_, precision_, dsc).cost.cycles;
    if (visit_) visit_(dsc, cycles);
    const Measure value =
        problem_.objective.of(cycles, energy(work_, system_, precision_, dsc, cycles));
    for (Measure* least : {&least_, &division_least_, &tile_least_})
      if (*least < 0 || value < *least) *least = value;
  }

  // Shown as doubles by a failure.
  static bool bounds(Measure bound, Measure least) {
    if (bound > least)
      UNSCOPED_INFO(static_cast<double>(bound) << " > " << static_cast<double>(least));
    return bound <= least;
  }

  const Work& work_;
  const System& system_;
  const PrecisionInfo& precision_;
  const Problem problem_;
  std::optional<Division> division_;
  MappingChoice choice_;
  bool still_, pricing_ = false;
  const VisitMapping& visit_;
  Measure least_ = -1, division_least_ = -1, tile_least_ = -1;
  int64_t points_ = 0;
};

}  // namespace

Measure enumerate_balanced(const Work& work, const System& system, const PrecisionInfo& precision,
                           Goal goal, bool still, const VisitMapping& visit) {
  return Enumeration(work, system, precision, goal, still, visit).run();
}

std::optional<std::vector<Least>> enumerate_through_lx(const Work& work, const System& system,
                                                       const PrecisionInfo& precision,
                                                       std::span<const Goal> goals,
                                                       PriceBy& price_by) {
  constexpr int64_t kMost = 20000;
  Constraints through;
  through.past_lx = {0};
  const Space space(work, system, through);
  if (space.size() > kMost) return std::nullopt;
  std::vector<Least> least(goals.size());
  each_legal(work, system, precision, space, [&](const RapidDsc& dsc) {
    const int64_t cycles = price_by(work, system, precision, dsc).cost.cycles;
    const Energy used = energy(work, system, precision, dsc, cycles);
    for (size_t g = 0; g < goals.size(); ++g) {
      const Measure value = Objective{goals[g], system.energy.leakage}.of(cycles, used);
      if (least[g].value < 0 || value < least[g].value) least[g] = {value, dsc};
    }
  });
  return least;
}

}  // namespace tilewright::test
