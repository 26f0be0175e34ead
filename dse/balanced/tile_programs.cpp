#include "dse/balanced/tile_programs.h"

#include <algorithm>

#include "dse/room.h"

namespace tilewright::balanced {

TilePrograms::TilePrograms(const Problem& problem, const Division& division, const Extents& tile)
    : problem_(problem), division_(division), tile_(tile) {
  for (Dim d : kDims)
    if (tile[d] < division.share[d]) several_ |= bit(d);
  for (size_t x = 0; x < problem.operands; ++x)
    if ((problem.dims[x] & several_) != 0) movable_ |= 1u << x;
  if (problem.work.kind == WorkKind::Move) movable_ = 0;  // one link, one buffer
  partial_tiles_ = (several_ & problem.work.reduction) != 0;
  if (problem.work.kind == WorkKind::Move || !partial_tiles_)
    sets_[0] = largest_doubled(problem, tile, movable_, problem.precision.bits);
  const bool may_be_partial = problem.work.kind == WorkKind::Array || partial_tiles_;
  if (may_be_partial && problem.work.reduction != 0)
    sets_[1] = largest_doubled(problem, tile, movable_, kPartialSumBits);
}

size_t TilePrograms::shape_of(const TileShape& shape) {
  const auto at = std::find(shapes_.begin(), shapes_.end(), shape);
  if (at != shapes_.end()) return static_cast<size_t>(at - shapes_.begin());
  shapes_.push_back(shape);
  return shapes_.size() - 1;
}

MappingChoice TilePrograms::choice(const TileProgram& program) const {
  MappingChoice choice;
  choice.parts = division_.parts;
  choice.t = choice.b = tile_;
  choice.t_order = program.order;
  for (size_t x = 0; x < problem_.operands; ++x) {
    const bool doubled = (program.doubled >> x & 1) != 0;
    choice.types.push_back(
        {doubled ? TransferType::DoubleBuffer : TransferType::BlockLoad, TransferType::Stream});
    choice.inner.push_back(Place::L0);
  }
  return choice;
}

namespace {

// Of what crosses the external link, there and in Lx [E4], and of what all mappings take.
int64_t outer_energy(const Problem& problem, const LoopNest& nest, const TileGrid& grid) {
  const EnergyTable& table = problem.system.energy;
  int64_t energy = problem.fixed_energy;
  for (size_t m = 0; m < nest.external.size(); ++m) {
    const Motion& motion = nest.external[m];
    const int64_t copies = motion.store ? 1 : nest.cores / motion.pieces;
    energy += grid.total_bytes(m) * (table.external + table.lx * copies);
  }
  return energy;
}

}  // namespace

TileProgram TilePrograms::compile(const std::vector<Dim>& order, unsigned doubled,
                                  bool for_partial) {
  TileProgram program;
  program.order = order;
  program.doubled = doubled;
  program.for_partial = for_partial;
  const RapidDsc dsc = compose(problem_.work, choice(program));
  const LoopNest nest = lower(problem_.work, problem_.system, problem_.precision, dsc);
  const TileGrid grid(problem_.work, problem_.times, dsc, nest);
  const TileTimeline timeline = tile_timeline(problem_.times, nest, grid);
  program.fixed = timeline.exposed + problem_.times.layer_cycles;
  if (problem_.objective.counts_energy()) program.energy = outer_energy(problem_, nest, grid);
  for (const TileTimeline::Step& step : timeline.steps) {
    program.fixed += step.blocking * step.count;
    if (problem_.work.kind == WorkKind::Move) continue;
    const TileProgram::Step one{shape_of(step.tile), step.beside, step.count};
    const auto like = std::find_if(program.steps.begin(), program.steps.end(), [&](const auto& s) {
      return s.shape == one.shape && s.beside == one.beside;
    });
    if (like == program.steps.end())
      program.steps.push_back(one);
    else
      like->count += one.count;
  }
  return program;
}

int64_t TilePrograms::cycles(const TileProgram& program, const std::vector<int64_t>& bodies) const {
  int64_t cycles = program.fixed;
  const int64_t wait = 2 * problem_.times.semaphore;
  for (const TileProgram::Step& step : program.steps)
    cycles += step.count * std::max(step.beside, wait + bodies[step.shape]);
  return cycles;
}

Measure TilePrograms::least_total(const Bodies& bodies, bool for_partial, Measure none,
                                  const TileProgram** which) const {
  Measure least = none;
  for (const TileProgram& program : programs_) {
    if (program.for_partial != for_partial) continue;
    const Measure value = total(program, bodies);
    if (value >= least) continue;
    least = value;
    if (which != nullptr) *which = &program;
  }
  return least;
}

}  // namespace tilewright::balanced
