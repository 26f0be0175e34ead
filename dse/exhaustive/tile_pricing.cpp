#include "dse/exhaustive/tile_pricing.h"

#include <algorithm>
#include <tuple>

#include "compiler/support/check.h"
#include "dse/exhaustive/fitting_boxes.h"
#include "dse/room.h"

namespace tilewright::exhaustive {

namespace {

// Of one block, the types of hops at the array that it has room for.
struct TypeList {
  std::array<BlockTypes, kMostBlockTypes> types;
  size_t count = 0;

  std::span<const BlockTypes> all() const { return {types.data(), count}; }
};

class TilePricing {
 public:
  TilePricing(Tables& tables, const CoreDivision& cores, const Extents& tile,
              const PricingLimits& limits, Counters& counters)
      : tables_(tables),
        problem_(tables.problem),
        cores_(cores),
        tile_(tile),
        limits_(limits),
        counters_(counters),
        below_(limits.below + (limits.as_good ? 1 : 0)) {
    for (Dim d : kDims) {
      blocks_[d] = tables.constraints.blocks(d, tile[d]);
      plan_.cores *= cores.parts[d];
    }
  }

  TileResult run() {
    const std::vector<Section>& sections = tables_.loops.sections;
    std::vector<std::optional<size_t>> seen;
    for (const Section& section : sections) {
      if (std::find(seen.begin(), seen.end(), section.past_lx) != seen.end()) continue;
      seen.push_back(section.past_lx);
      if (!with_programs(section)) return {std::move(best_), false};
    }
    return {std::move(best_), true};
  }

 private:
  // The best mapping of those programs that are in set_.
  struct Found {
    int64_t cycles = 0;
    Extents b;
    std::array<uint32_t, 4> ranks{};
    TieKey key = 0;
    Section section;
    ArrayWork p;
    LoopOrder order;
    BlockTypes types{};
    uint32_t program = 0;
  };

  bool done() const { return counters_.effort >= limits_.max_evaluations || limits_.stop.raised(); }

  // Mappings in which the same operand bypasses Lx, if any.
  bool with_programs(const Section& any) {
    ProgramMaker maker(problem_, tables_.loops, cores_, tile_, any);
    while (maker.next(set_, tables_.steps_at_once, limits_.stop, counters_)) {
      distinct_bodies();
      bool all = true;
      for (const Section& section : tables_.loops.sections)
        all = all && (section.past_lx != any.past_lx || with_section(section));
      settle();
      if (!all) return false;
    }
    return !limits_.stop.raised();
  }

  bool with_section(const Section& section) {
    section_ = &section;
    for (size_t x = 0; x < 3; ++x) {
      plan_.hops[x].inner = section.inner[x];
      plan_.hops[x].outer = section.past_lx == x ? Place::External : Place::Lx;
    }
    return tables_.layouts.for_each(section.inner[2] != Place::Lrf, [this](const Layout& layout) {
      layout_ = &layout;
      set_unroll(plan_, layout.unroll, layout.pe_unroll);
      ++counters_.effort;
      return !done() && for_each_fitting(
                            blocks_, [this](const Extents& b) { return fits(b); },
                            [this](const Extents& b) { return price_block(b); });
    });
  }

  bool fits(const Extents& b) const {
    return fits_array(problem_, section_->inner,
                      array_needs(problem_, layout_->p, section_->inner, b), {1, 1, 1});
  }

  bool price_block(const Extents& b) {
    ++counters_.effort;
    if (done()) return false;
    DimSet loops = 0;
    for (Dim d : kDims)
      if (b[d] < tile_[d]) loops |= bit(d);
    const TypeList types = types_of(b, loops);
    const std::vector<LoopOrder>& orders = tables_.block_orders.of(loops);
    if (types.count == 0 || orders.empty()) return true;
    set_block(plan_, problem_.accesses, b);
    if (section_->past_lx) set_runs(b);
    set_order(plan_, problem_.accesses, orders[0].loops(), problem_.precision.bits,
              set_.always_wide);
    for (size_t k = 0; k < tiles_.size(); ++k)
      make_pieces(pieces_[k], problem_.accesses, problem_.times, plan_, tiles_[k]);
    where_ = found_ ? std::tie(b, layout_->ranks) <=> std::tie(found_->b, found_->ranks)
                    : std::strong_ordering::less;
    for (const LoopOrder& order : orders)
      if (!price_order(order, types)) return false;
    return true;
  }

  TypeList types_of(const Extents& b, DimSet loops) const {
    const std::array<int64_t, 3> needs = array_needs(problem_, layout_->p, section_->inner, b);
    TypeList found;
    const Hops& hops = tables_.loops.hops;
    std::array<int64_t, 3> buffers;
    const auto buffers_of = [](TransferType type) {
      return type == TransferType::DoubleBuffer ? 2 : 1;
    };
    for (const TransferType inp : hops.at_array(*section_, 0, loops))
      for (const TransferType ker : hops.at_array(*section_, 1, loops))
        for (const TransferType out : hops.at_array(*section_, 2, loops)) {
          buffers = {buffers_of(inp), buffers_of(ker), buffers_of(out)};
          if (fits_array(problem_, section_->inner, needs, buffers))
            found.types[found.count++] = {inp, ker, out};
        }
    return found;
  }

  // Past Lx blocks lie in external memory: along which axes as one run, a mapping tells.
  void set_runs(const Extents& b) {
    for (size_t x = 0; x < 3; ++x)
      plan_.hops[x].run_axes = run_axes(problem_.work.operands[x], problem_.work.extent, b);
  }

  bool price_order(const LoopOrder& order, const TypeList& types) {
    const bool wide = set_.always_wide || order.partial;
    const ProgramTotals& programs = wide ? set_.wide : set_.narrow;
    if (programs.size() == 0) return true;
    set_order(plan_, problem_.accesses, order.loops(), problem_.precision.bits, set_.always_wide);
    const AlikeBodies& alike = alike_[unmoved()];
    for (size_t b = 0; b < alike.first.size(); ++b) {
      const size_t body = alike.first[b];
      body_cycles(pieces_[tile_of_[body]], problem_.accesses, problem_.times, plan_,
                  set_.bodies[body], types.all(), cycles_[b]);
    }
    const int64_t wait = 2 * problem_.times.semaphore;
    for (size_t k = 0; k < types.count; ++k) {
      if (done()) return false;
      for (size_t body = 0; body < bodies_.size(); ++body)
        bodies_[body] = wait + cycles_[alike.which[body]][k];
      if (!price(programs, order, types.types[k])) return false;
    }
    return true;
  }

  // Loads (bits) that enter only with a fresh tile.
  size_t unmoved() const {
    size_t loads = 0;
    for (size_t x = 0; x < 2; ++x)
      if (plan_.hops[x].moves == 0 && plan_.hops[x].inner != Place::Pe) loads |= size_t{1} << x;
    return loads;
  }

  // Every program with one block, its order and hops; false when there were too many.
  bool price(const ProgramTotals& programs, const LoopOrder& order, const BlockTypes& types) {
    const auto count = static_cast<int64_t>(programs.size());
    const int64_t priced = std::min(count, limits_.max_evaluations - counters_.effort);
    const ProgramTotals::Least least = programs.least(bodies_, static_cast<size_t>(priced));
    counters_.effort += priced;
    counters_.evaluated += priced;
    consider(least, order, types);
    return priced == count;
  }

  void consider(const ProgramTotals::Least& least, const LoopOrder& order,
                const BlockTypes& types) {
    if (least.cycles > below_ || (least.cycles == below_ && !found_)) return;
    const TieKey key = set_.programs[least.program].key | block_key(order.rank, *section_, types);
    if (least.cycles == below_ && (where_ > 0 || (where_ == 0 && key >= found_->key))) return;
    below_ = least.cycles;
    where_ = std::strong_ordering::equal;
    found_ = Found{least.cycles, plan_.block, layout_->ranks, key,          *section_,
                   layout_->p,   order,       types,          least.program};
    settled_ = false;
  }

  // Writes the best mapping down before its program goes.
  void settle() {
    if (settled_) return;
    settled_ = true;
    const Program& program = set_.programs[found_->program];
    Point point;
    point.core_d = cores_;
    point.section = found_->section;
    point.p = found_->p;
    point.t = tile_;
    point.b = found_->b;
    point.t_order = program.order;
    point.b_order.assign(found_->order.loops().begin(), found_->order.loops().end());
    point.outer = program.hops;
    point.inner.assign(found_->types.begin(), found_->types.end());
    best_ = Best{found_->cycles, dsc_of(problem_.work, point)};
  }

  // Bodies that differ only in what enters and leaves share the pieces of their blocks; and are
  // alike but for fresh tiles of loads that no block loop moves.
  void distinct_bodies() {
    tiles_.clear();
    tile_of_.clear();
    for (const TileShape& body : set_.bodies) {
      const auto at = std::find(tiles_.begin(), tiles_.end(), body.ext);
      tile_of_.push_back(static_cast<size_t>(at - tiles_.begin()));
      if (at == tiles_.end()) tiles_.push_back(body.ext);
    }
    if (pieces_.size() < tiles_.size()) pieces_.resize(tiles_.size());
    bodies_.resize(set_.bodies.size());
    cycles_.resize(set_.bodies.size());
    for (size_t unmoved = 0; unmoved < alike_.size(); ++unmoved) find_alike(unmoved);
  }

  void find_alike(size_t unmoved) {
    AlikeBodies& alike = alike_[unmoved];
    alike.first.clear();
    alike.which.clear();
    const auto seen_as = [&](size_t body) {
      TileShape tile = set_.bodies[body];
      tile.fresh &= static_cast<unsigned>(unmoved);
      return tile;
    };
    for (size_t body = 0; body < set_.bodies.size(); ++body) {
      const TileShape tile = seen_as(body);
      const auto at = std::find_if(alike.first.begin(), alike.first.end(),
                                   [&](size_t other) { return seen_as(other) == tile; });
      alike.which.push_back(static_cast<size_t>(at - alike.first.begin()));
      if (at == alike.first.end()) alike.first.push_back(body);
    }
  }

  Tables& tables_;
  const Problem& problem_;
  const CoreDivision& cores_;
  const Extents tile_;
  const PricingLimits& limits_;
  Counters& counters_;
  DimMap<Range> blocks_;

  ProgramSet set_;
  const Section* section_ = nullptr;
  const Layout* layout_ = nullptr;
  BlockPlan plan_;
  std::vector<Extents> tiles_;
  std::vector<size_t> tile_of_;  // per body
  std::vector<BlockPieces> pieces_;
  // Those that take as long: the first of each kind, and of each body its kind.
  struct AlikeBodies {
    std::vector<size_t> first, which;
  };
  std::array<AlikeBodies, 4> alike_;                          // by unmoved()
  std::vector<std::array<int64_t, kMostBlockTypes>> cycles_;  // of each kind, by types
  std::vector<int64_t> bodies_;

  int64_t below_;  // once something is found: its cycles
  std::optional<Found> found_;
  std::strong_ordering where_ = std::strong_ordering::less;  // the block, to the one of found_
  bool settled_ = true;
  std::optional<Best> best_;
};

}  // namespace

Tables::Tables(const Problem& problem_in, const Constraints& constraints_in,
               size_t steps_at_once_in)
    : problem(problem_in),
      constraints(constraints_in),
      loops(problem_in.work, problem_in.system, constraints_in),
      layouts(problem_in.work, problem_in.system, constraints_in),
      block_orders(problem_in.work, loops.b_orders),
      steps_at_once(steps_at_once_in) {}

TileResult price_tile(Tables& tables, const CoreDivision& cores, const Extents& tile,
                      const PricingLimits& limits, Counters& counters) {
  return TilePricing(tables, cores, tile, limits, counters).run();
}

}  // namespace tilewright::exhaustive
