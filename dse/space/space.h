// The declared space of one layer on one chip as a value: how many mappings there are, the k-th of
// them, and which one a mapping is. README.md of dse says what is in it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/support/rng.h"
#include "dse/space/axis_factors.h"
#include "dse/space/division_ways.h"
#include "dse/space/loop_choices.h"

namespace tilewright {

// Distinct indices are distinct mappings. Not all are legal: what some memory cannot hold, and what
// the rules on loops and hops refuse (R13, R16, R24, R26 - R28), is in the space, too.
class Space {
 public:
  // `work` must outlive it. Holds a list of all divisions: some thousands for a chip of 32 cores.
  Space(const Work& work, const System& system, const Constraints& constraints = {});
  Space(Work&&, const System&, const Constraints& = {}) = delete;

  const mpz_class& size() const { return size_; }
  // `index` in [0, size()).
  RapidDsc at(const mpz_class& index) const;
  // None when it is outside: not within the constraints, or a mapping that the space writes in
  // another way (without factors of 1, say).
  std::optional<mpz_class> index_of(const RapidDsc& dsc) const;
  // Each mapping as likely as any other; size() > 0.
  RapidDsc sample(Rng& rng) const;

 private:
  struct Division {
    std::array<uint16_t, kDimCount> parts{};
    mpz_class before;  // mappings of the divisions before it
    bool operator<(const Division& other) const { return parts < other.parts; }
  };
  // Of one way to do a division, the mappings of one section.
  struct Share {
    mpz_class loops;  // choices of them
    mpz_class all;    // with the ways to lay dims along the axes
  };
  class Builder;

  static Division packed(const std::vector<Dim>& dims, const Extents& parts);
  Extents parts_of(const Division& division) const;
  std::vector<TilePairs> pairs_of(const Extents& parts) const;
  std::vector<Share> shares_of(const std::vector<TilePairs>& pairs) const;
  static mpz_class sum_of(const std::vector<Share>& shares, size_t sections);
  size_t sums_of(const Section& section) const { return section.inner[2] == Place::Lrf ? 1 : 0; }
  mpz_class on_axes(const Section& section) const;

  const Work& work_;
  Constraints constraints_;
  DivisionWays ways_;
  LoopTables loops_;
  // Array: per Axis, for sums at the columns and in the PEs.
  std::array<std::vector<AxisFactors>, 2> axes_;
  std::vector<Division> divisions_;  // ascending
  mpz_class size_;
};

}  // namespace tilewright
