#include "dse/exhaustive/programs.h"

#include <algorithm>
#include <tuple>

#include "compiler/mapping/share.h"

namespace tilewright::exhaustive {

namespace {

// Steps that are alike but for their count.
void unite(std::vector<ProgramStep>& steps) {
  std::sort(steps.begin(), steps.end(), [](const auto& a, const auto& b) {
    return std::tie(a.body, a.beside) < std::tie(b.body, b.beside);
  });
  size_t kept = 0;
  for (const ProgramStep& step : steps) {
    if (kept > 0 && steps[kept - 1].body == step.body && steps[kept - 1].beside == step.beside)
      steps[kept - 1].count += step.count;
    else
      steps[kept++] = step;
  }
  steps.resize(kept);
}

}  // namespace

void ProgramTotals::clear() {
  rows_.clear();
  steps_.clear();
}

void ProgramTotals::add(uint32_t program, int64_t fixed, std::span<const ProgramStep> steps) {
  steps_.insert(steps_.end(), steps.begin(), steps.end());
  rows_.push_back({fixed, static_cast<uint32_t>(steps_.size()), program});
}

ProgramTotals::Least ProgramTotals::least(std::span<const int64_t> bodies, size_t count) const {
  Least least{INT64_MAX, 0};
  const ProgramStep* step = steps_.data();
  for (size_t k = 0; k < count; ++k) {
    const Row& row = rows_[k];
    int64_t total = row.fixed;
    for (const ProgramStep* end = steps_.data() + row.end; step != end; ++step)
      total += step->count * std::max(step->beside, bodies[step->body]);
    if (total < least.cycles) least = {total, row.program};
  }
  return least;
}

ProgramMaker::ProgramMaker(const Problem& problem, const LoopTables& tables,
                           const CoreDivision& cores, const Extents& tile, const Section& section)
    : problem_(problem), tables_(tables) {
  for (Dim d : kDims) {
    if (tile[d] < largest_share(problem.work.extent[d], cores.parts[d])) t_loops_ |= bit(d);
    reduces_ |= cores.parts[d] > 1 && contains(problem.work.reduction, d);
  }
  always_wide_ = reduces_ || (t_loops_ & problem.work.reduction) != 0;
  point_.core_d = cores;
  point_.section = section;
  point_.t = point_.b = tile;
  point_.outer.resize(problem.operands);
  for (size_t x = 0; x < 3; ++x)
    point_.inner.push_back(tables.hops.at_array(section, x, 0).front());
}

bool ProgramMaker::next(ProgramSet& set, size_t steps, StopFlag stop, Counters& counters) {
  counters_ = &counters;
  made_.clear();
  made_steps_ = 0;
  bodies_.clear();
  for (; order_ < tables_.t_orders.count(t_loops_) && made_steps_ < steps; ++order_) {
    if (stop.raised()) return false;
    point_.t_order = tables_.t_orders.at(t_loops_, order_);
    with_order();
  }
  if (made_.empty()) return false;
  std::sort(made_.begin(), made_.end(),
            [](const Made& a, const Made& b) { return a.program.key < b.program.key; });
  set.programs.clear();
  set.narrow.clear();
  set.wide.clear();
  set.always_wide = always_wide_;
  for (Made& made : made_) {
    const auto index = static_cast<uint32_t>(set.programs.size());
    if (!always_wide_) set.narrow.add(index, made.fixed, made.steps);
    if (made.fits_wide) set.wide.add(index, made.fixed, made.steps);
    set.programs.push_back(std::move(made.program));
  }
  set.bodies = bodies_;
  made_.clear();
  return true;
}

void ProgramMaker::with_order() {
  const OrderTimeline order(problem_, tables_, point_);
  ++counters_->effort;
  if (!order.legal()) return;
  row_bodies_.clear();
  for (const OrderTimeline::Row& row : order.rows()) row_bodies_.push_back(body_of(row.tile));
  columns_.clear();
  with_hops(order, 0, {0, 0, problem_.times.layer_cycles + order.reduction_cycles()});
}

void ProgramMaker::with_hops(const OrderTimeline& order, size_t operand, Sums sums) {
  if (sums.lx_bytes > problem_.system.core.lx_bytes) return;
  if (operand == problem_.operands) {
    add(order, sums);
    return;
  }
  const bool past_lx = point_.section.past_lx == operand;
  for (const TimedHop& hop : order.hops()[operand]) {
    point_.outer[operand] = hop.hop;
    if (!past_lx) columns_.push_back(hop.column);
    with_hops(order, operand + 1,
              {sums.lx_bytes + hop.lx_bytes, sums.wide_lx_bytes + hop.wide_lx_bytes,
               sums.fixed + hop.fixed});
    if (!past_lx) columns_.pop_back();
  }
}

void ProgramMaker::add(const OrderTimeline& order, const Sums& sums) {
  ++counters_->effort;
  Made& made = made_.emplace_back();
  made.program = {point_.t_order, point_.outer,
                  tile_key(point_.t_order, point_.outer, point_.section.past_lx)};
  made.fits_wide = sums.wide_lx_bytes <= problem_.system.core.lx_bytes;
  made.fixed = sums.fixed;
  const int64_t least = problem_.least_step_cycles();
  for (size_t row = 0; row < order.rows().size(); ++row) {
    int64_t beside = 0;
    for (const size_t column : columns_) beside += order.beside(row, column);
    // What is shorter than any body makes no difference.
    made.steps.push_back({beside <= least ? 0 : beside, order.rows()[row].count, row_bodies_[row]});
  }
  unite(made.steps);
  made_steps_ += made.steps.size();
}

uint32_t ProgramMaker::body_of(TileShape tile) {
  tile.final &= !reduces_;  // sums are finished after the body
  tile.fresh &= 3;          // OUT is no load
  const auto at = std::find(bodies_.begin(), bodies_.end(), tile);
  const auto index = static_cast<uint32_t>(at - bodies_.begin());
  if (at == bodies_.end()) bodies_.push_back(tile);
  return index;
}

}  // namespace tilewright::exhaustive
