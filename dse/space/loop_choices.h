// Tiles, blocks, loop orders and hops, numbered: what is left to choose where the division and the
// places at the array are given.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dse/space/loop_counts.h"
#include "dse/space/orders.h"
#include "dse/space/point.h"

namespace tilewright {

// What all divisions share.
struct LoopTables {
  LoopTables(const Work& work, const System& system, const Constraints& constraints);

  DimSet set_of(size_t loops) const;  // of an index in a PerSet

  std::vector<Dim> dims;  // of more than one index, the shortest first; at least one dim
  Orders t_orders, b_orders;
  Hops hops;
  std::vector<Section> sections;
  // Orders and hops by which dims have T loops: those that occur, and which is whose.
  std::vector<PerSet<uint64_t>> t_weights;
  std::vector<size_t> t_weights_of;
  std::vector<PerSet<uint64_t>> b_weights;  // the same by B loops, per section
};

// Those of one section. `pairs` goes along the dims of the tables.
class LoopChoices {
 public:
  LoopChoices(const LoopTables& tables, size_t section, const std::vector<TilePairs>& pairs);

  // Sets T, B, orders and hops of `point`; `index` below the number of choices.
  void at(mpz_class index, Point& point) const;
  // None where they are not among them.
  std::optional<mpz_class> index_of(const Point& point) const;

 private:
  struct Weights {
    PerSet<uint64_t> t, b;  // over the dims not decided yet
  };
  Weights start() const;
  void decide(Weights& weights, DimLoops loops) const;
  mpz_class completions(const Weights& weights, size_t dim, DimLoops loops) const;
  void orders_at(uint64_t index, DimSet t_loops, DimSet b_loops, Point& point) const;
  std::optional<uint64_t> orders_index(const Point& point, DimSet t_loops, DimSet b_loops) const;

  const LoopTables& tables_;
  size_t section_;
  const std::vector<TilePairs>& pairs_;
};

}  // namespace tilewright
