// Loop orders, by what they make each operand move again.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "dse/problem.h"

namespace tilewright::overlap {

struct Profile {
  std::vector<Dim> order;  // outermost first: one that does so
  // Per operand: loops that it does not depend on but that lie outside the innermost one that moves
  // it; and that one, -1: none.
  std::array<DimSet, kMostOperands> again{};
  std::array<int, kMostOperands> innermost{};
};

Profile profile_of(const Problem& problem, std::span<const Dim> order);

class Profiles {
 public:
  // `slides`: which loop is an operand's innermost matters where its tile may slide.
  Profiles(const Problem& problem, bool slides) : problem_(problem), slides_(slides) {}

  // Of loops over these dims: no other moves as little again of everything, or less.
  const std::vector<Profile>& of(DimSet loops);
  // The same once all are there.
  void make_all();
  const std::vector<Profile>& known(DimSet loops) const { return known_[loops]; }

 private:
  bool slides(size_t operand) const;
  bool as_good(const Profile& a, const Profile& b) const;
  void find(DimSet loops);

  const Problem& problem_;
  bool slides_;
  std::array<std::vector<Profile>, 256> known_;
};

}  // namespace tilewright::overlap
