// All mappings of one division, one dataflow, and tiles that make so many trips.
#pragma once

#include "dse/outcome.h"
#include "dse/overlap/cut_options.h"
#include "dse/overlap/level_bound.h"

namespace tilewright::overlap {

// What all searches of a layer share.
struct Context {
  const Problem& problem;
  Profiles tile_orders, block_orders;

  explicit Context(const Problem& p) : problem(p), tile_orders(p, true), block_orders(p, false) {}
};

// The value of a legal mapping where the slowest level counts alone.
Measure value_of(const Problem& problem, const RapidDsc& dsc);

class MappingSearch {
 public:
  // One dim's choices; those of a dim of one index are one.
  using Choices = std::array<const std::vector<Cut>*, kDimCount>;

  // `least`: of each dim, over its choices.
  MappingSearch(Context& context, const CoreDivision& cores, LevelBound& bound, const Flow& flow,
                const Cuts& least)
      : context_(context),
        problem_(context.problem),
        cores_(cores),
        bound_(bound),
        flow_(flow),
        cuts_(least) {}

  // Adopts what is better; `outside`: that no tile goes below.
  void run(const Choices& choices, const Outside& outside, Outcome& outcome);

 private:
  void choose(size_t k);
  bool fits() const;
  void with_cuts();
  void price(const Profile& tiles, const Profile& blocks);

  Context& context_;
  const Problem& problem_;
  const CoreDivision& cores_;
  LevelBound& bound_;
  const Flow& flow_;
  Cuts cuts_;
  const Choices* choices_ = nullptr;
  Outside outside_;
  Outcome* outcome_ = nullptr;
};

}  // namespace tilewright::overlap
