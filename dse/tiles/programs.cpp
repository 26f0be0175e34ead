#include "dse/tiles/programs.h"

#include <algorithm>

#include "dse/room.h"

namespace tilewright {

TilePrograms::TilePrograms(const Problem& problem, const Division& division, const Extents& tile,
                           Bypass past_lx, int64_t room)
    : problem_(problem), division_(division), tile_(tile), past_lx_(past_lx) {
  DimSet several = 0;
  for (Dim d : kDims)
    if (tile[d] < division.share[d]) {
      several_.push_back(d);
      several |= bit(d);
      tiles_ *= ceil_div(division.share[d], tile[d]);
    }
  partial_tiles_ = (several & problem.work.reduction) != 0;
  choose_buffers(room);
}

// Where no type that is allowed has one buffer an operand has two, in all sets; and where two
// buffers are for a stream alone, which may take longer than one, it has them in some.
void TilePrograms::choose_buffers(int64_t room) {
  const Problem& p = problem_;
  DimSet several = 0;
  for (Dim d : several_) several |= bit(d);
  unsigned single = 0, moved = 0;
  for (size_t x = 0; x < p.operands; ++x) {
    if ((p.dims[x] & several) == 0 || past_lx_ == x) continue;
    moved |= 1u << x;
    if (allows(x, TransferType::BlockLoad)) single |= 1u << x;
    if (p.work.kind == WorkKind::Move || past_lx_) continue;  // one buffer each
    if (x == p.out && division_.reduces) continue;            // waits for the sums of other cores
    if (allows(x, TransferType::DoubleBuffer)) double_ |= 1u << x;
    if (allows(x, TransferType::Stream)) stream_ |= 1u << x;
  }
  const unsigned always = moved & ~single, sometimes = stream_ & ~double_ & single;
  if ((always & ~(double_ | stream_)) != 0) return;
  const auto sets = [&](int64_t out_cell) {
    std::vector<unsigned> all;
    for (unsigned some = sometimes;; some = (some - 1) & sometimes) {
      const unsigned fixed = always | some;
      for (unsigned set :
           largest_doubled(p, tile_, double_ & single, out_cell, fixed, past_lx_, room))
        all.push_back(set | fixed);
      if (some == 0) break;
    }
    return all;
  };
  if (p.work.kind == WorkKind::Move || !always_wide()) sets_[0] = sets(p.precision.bits);
  const bool may_be_wide = past_lx_ != p.out && (p.work.kind == WorkKind::Array || always_wide());
  if (may_be_wide && p.work.reduction != 0) sets_[1] = sets(kPartialSumBits);
}

size_t TilePrograms::body_of(const BodyQuery& body) {
  const auto at = std::find(bodies_.begin(), bodies_.end(), body);
  if (at != bodies_.end()) return static_cast<size_t>(at - bodies_.begin());
  bodies_.push_back(body);
  return bodies_.size() - 1;
}

MappingChoice TilePrograms::choice(const TileProgram& program) const {
  MappingChoice choice;
  choice.parts = division_.cores.parts;
  choice.share = division_.cores.share;
  choice.ring_order = division_.cores.ring_order;
  choice.t = choice.b = tile_;
  choice.t_order = program.order;
  choice.slides = program.slides;
  choice.past_lx = past_lx_;
  for (size_t x = 0; x < problem_.operands; ++x) {
    choice.types.push_back({program.types[x], TransferType::Stream});
    choice.inner.push_back(Place::L0);
  }
  return choice;
}

// What neighbouring tiles share is kept wherever it may be: fewer bytes move, in as many transfers.
void TilePrograms::compile(TileProgram& program) {
  program.slides = 0;
  RapidDsc dsc = compose(problem_.work, choice(program));
  for (size_t x = 0; x < problem_.operands; ++x) {
    if (x == problem_.out || past_lx_ == x || problem_.work.kind == WorkKind::Move ||
        program.types[x] == TransferType::Stream || !problem_.within.slide)
      continue;
    const std::optional<Slide> slide = slide_of(problem_.work.operands[x], dsc);
    if (!slide || !slide->overlaps()) continue;
    program.slides |= 1u << x;
    dsc.data_structures[x].transfers[0].slide = true;
  }
  const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
  const TileGrid grid(problem_.work, problem_.times, dsc, nest);
  const TileTimeline timeline = tile_timeline(problem_.times, nest, grid);
  program.fixed = timeline.exposed + problem_.times.layer_cycles;
  program.steps.clear();
  for (const TileTimeline::Step& step : timeline.steps) {
    program.fixed += (step.blocking + step.reduction.cycles()) * step.count;
    if (problem_.work.kind == WorkKind::Move) continue;
    BodyQuery body{step.tile, always_wide(), past_lx_, past_lx_ ? division_.working : 1};
    body.tile.final &= !division_.reduces;  // sums are finished after the body
    body.tile.fresh &= 3;
    const TileProgram::Step one{body_of(body), step.beside, step.count};
    const auto like = std::find_if(program.steps.begin(), program.steps.end(), [&](const auto& s) {
      return s.body == one.body && s.beside == one.beside;
    });
    if (like == program.steps.end())
      program.steps.push_back(one);
    else
      like->count += one.count;
  }
}

int64_t TilePrograms::cycles(const TileProgram& program, const std::vector<int64_t>& bodies) const {
  int64_t cycles = program.fixed;
  const int64_t wait = 2 * problem_.times.semaphore;
  for (const TileProgram::Step& step : program.steps)
    cycles += step.count * std::max(step.beside, wait + bodies[step.body]);
  return cycles;
}

int64_t TilePrograms::least_total(const std::vector<int64_t>& bodies, bool wide, int64_t none,
                                  const TileProgram** which) const {
  int64_t least = none;
  for (const TileProgram& program : programs_) {
    if (program.wide != wide) continue;
    const int64_t total = cycles(program, bodies);
    if (total >= least) continue;
    least = total;
    if (which != nullptr) *which = &program;
  }
  return least;
}

void TilePrograms::keep_below(int64_t below, const std::vector<int64_t>& bodies,
                              Counters& counters) {
  if (!problem_.rules.has(Rule::OrderBound)) return;
  const auto gone =
      std::remove_if(programs_.begin(), programs_.end(),
                     [&](const TileProgram& program) { return cycles(program, bodies) >= below; });
  counters.prune(Rule::OrderBound, programs_.end() - gone);
  programs_.erase(gone, programs_.end());
}

}  // namespace tilewright
