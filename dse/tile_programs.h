// The tile loops of one (D, T): for each loop order and choice of double buffers, the total as a
// function of what the bodies take.
#pragma once

#include <vector>

#include "compiler/mapping/compose.h"
#include "costmodel/tile_nest.h"
#include "dse/counters.h"
#include "dse/division.h"
#include "dse/stop.h"

namespace tilewright {

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
  std::vector<Step> steps;
  std::vector<Dim> order;
  unsigned doubled = 0;      // operands that are double-buffered, as bits
  bool for_partial = false;  // made for OUT in cells of partial sums in Lx, else in the precision's
};

class TilePrograms {
 public:
  TilePrograms(const Problem& problem, const Division& division, const Extents& tile);

  // Makes the programs of every order that may take at most `limit` cycles when the body of shape s
  // takes at least least(s). False: `stop` was raised before all were there.
  template <class Least>
  bool make(int64_t limit, Least&& least, StopFlag stop, Counters& counters);

  const std::vector<TileShape>& shapes() const { return shapes_; }
  const std::vector<TileProgram>& programs() const { return programs_; }
  // Reduction loops of several trips among the tile loops.
  bool partial_tiles() const { return partial_tiles_; }
  bool fits() const { return !sets_[0].empty() || !sets_[1].empty(); }

  int64_t total(const TileProgram& program, const std::vector<int64_t>& bodies) const;
  // Least total of the programs made for such OUT cells, at most `none` if there is none.
  int64_t least_total(const std::vector<int64_t>& bodies, bool for_partial, int64_t none,
                      const TileProgram** which = nullptr) const;

  MappingChoice choice(const TileProgram& program) const;

 private:
  // Choices of double buffers, none of which fits with one more; per kind of OUT cell, in bits.
  std::vector<unsigned> largest_sets(int64_t out_cell) const;
  int64_t lx_bytes(unsigned doubled, int64_t out_cell) const;
  TileProgram compile(const std::vector<Dim>& order, unsigned doubled, bool for_partial);
  size_t shape_of(const TileShape& shape);

  const Problem& problem_;
  const Division& division_;
  Extents tile_;
  DimSet several_ = 0;
  unsigned movable_ = 0;  // operands that move with some loop, as bits
  bool partial_tiles_ = false;
  std::array<std::vector<unsigned>, 2> sets_;  // [for_partial]
  std::vector<TileShape> shapes_;
  std::vector<TileProgram> programs_;
};

template <class Least>
bool TilePrograms::make(int64_t limit, Least&& least, StopFlag stop, Counters& counters) {
  std::vector<int64_t> bodies;
  for (const OrderProfile& profile : problem_.profiles(several_))
    for (const std::vector<Dim>& order : profile.orders)
      for (bool for_partial : {false, true})
        for (unsigned doubled : sets_[for_partial ? 1 : 0]) {
          if (stop.raised()) return false;
          TileProgram program = compile(order, doubled, for_partial);
          ++counters.effort;
          while (bodies.size() < shapes_.size()) bodies.push_back(least(shapes_[bodies.size()]));
          if (total(program, bodies) > limit)
            counters.prune(Rule::OrderBound);
          else
            programs_.push_back(std::move(program));
        }
  return true;
}

}  // namespace tilewright
