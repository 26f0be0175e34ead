// The tile loops of one (D, T): for each loop order and choice of double buffers, the total as a
// function of what the bodies take.
#pragma once

#include <vector>

#include "compiler/mapping/compose.h"
#include "costmodel/tile_nest.h"
#include "dse/balanced/division.h"
#include "dse/counters.h"
#include "dse/stop.h"

namespace tilewright::balanced {

// total = fixed + sum over steps of count * max(beside, wait + body[shape]), wait = 2 semaphores;
// of a Move, fixed alone.
struct TileProgram {
  struct Step {
    size_t shape = 0;  // in TilePrograms::shapes
    int64_t beside = 0;
    int64_t count = 0;
    bool operator==(const Step&) const = default;
  };
  int64_t fixed = 0;
  int64_t energy = 0;  // of external transfers and of all mappings; 0 where it does not count
  size_t profile = 0;  // of the order, in TilePrograms::profiles
  std::vector<Step> steps;
  std::vector<Dim> order;
  unsigned doubled = 0;      // operands that are double-buffered, as bits
  bool for_partial = false;  // made for OUT in cells of partial sums in Lx, else in the precision's
};

// What the bodies of a tile take: cycles per shape, femtojoules of all of them per profile.
struct Bodies {
  std::vector<int64_t> cycles, energy;
};

class TilePrograms {
 public:
  TilePrograms(const Problem& problem, const Division& division, const Extents& tile);

  // Makes the programs of every order that may stay below `below` when the body of shape s takes at
  // least least(s) cycles and all bodies `energy`. False: `stop` was raised before all were there.
  template <class Least>
  bool make(Measure below, Least&& least, int64_t energy, StopFlag stop, Counters& counters);

  const std::vector<OrderProfile>& profiles() const { return problem_.profiles(several_); }
  const std::vector<TileShape>& shapes() const { return shapes_; }
  const std::vector<TileProgram>& programs() const { return programs_; }
  // Reduction loops of several trips among the tile loops.
  bool partial_tiles() const { return partial_tiles_; }
  bool fits() const { return !sets_[0].empty() || !sets_[1].empty(); }

  int64_t cycles(const TileProgram& program, const std::vector<int64_t>& bodies) const;
  Measure total(const TileProgram& program, const Bodies& bodies) const {
    return problem_.value(cycles(program, bodies.cycles),
                          program.energy + bodies.energy[program.profile]);
  }
  // Least total of the programs made for such OUT cells, at most `none` if there is none.
  Measure least_total(const Bodies& bodies, bool for_partial, Measure none,
                      const TileProgram** which = nullptr) const;

  MappingChoice choice(const TileProgram& program) const;

 private:
  TileProgram compile(const std::vector<Dim>& order, unsigned doubled, bool for_partial);
  size_t shape_of(const TileShape& shape);

  const Problem& problem_;
  const Division& division_;
  Extents tile_;
  DimSet several_ = 0;
  unsigned movable_ = 0;  // operands that move with some loop, as bits
  bool partial_tiles_ = false;
  // Operands with two buffers, as many as fit: two never take longer than one. [for_partial]
  std::array<std::vector<unsigned>, 2> sets_;
  std::vector<TileShape> shapes_;
  std::vector<TileProgram> programs_;
};

template <class Least>
bool TilePrograms::make(Measure below, Least&& least, int64_t energy, StopFlag stop,
                        Counters& counters) {
  Bodies bodies{{}, std::vector<int64_t>(profiles().size(), energy)};
  for (size_t p = 0; p < profiles().size(); ++p)
    for (const std::vector<Dim>& order : profiles()[p].orders)
      for (bool for_partial : {false, true})
        for (unsigned doubled : sets_[for_partial ? 1 : 0]) {
          if (stop.raised()) return false;
          TileProgram program = compile(order, doubled, for_partial);
          ++counters.effort;
          program.profile = p;
          while (bodies.cycles.size() < shapes_.size())
            bodies.cycles.push_back(least(shapes_[bodies.cycles.size()]));
          if (total(program, bodies) >= below)
            counters.prune(Rule::OrderBound);
          else
            programs_.push_back(std::move(program));
        }
  return true;
}

}  // namespace tilewright::balanced
