#include "tests/unit/dse/random_constraints.h"

#include <algorithm>

namespace tilewright::test {

namespace {

Range random_range(Rng& rng, int64_t most) {
  switch (rng.below(3)) {
    case 0: {
      const int64_t n = rng.between(1, most);
      return {n, n};
    }
    case 1:
      return {1, rng.between(1, most)};
    default: {
      const int64_t least = rng.between(1, most);
      return {least, rng.coin() ? Range{}.most : rng.between(least, most)};
    }
  }
}

std::vector<Dim> some_dims(Rng& rng) {
  std::vector<Dim> dims(kDims.begin(), kDims.end());
  for (size_t k = dims.size(); k > 1; --k)
    std::swap(dims[k - 1], dims[static_cast<size_t>(rng.below(static_cast<int64_t>(k)))]);
  dims.resize(static_cast<size_t>(rng.between(1, 4)));
  return dims;
}

template <class Values>
auto some(Rng& rng, const Values& values) {
  SetOf<typename Values::value_type> set{0};
  while (set.bits == 0)
    for (const auto& v : values)
      if (rng.below(3) != 0) set.add(v);
  return set;
}

class Clauses {
 public:
  Clauses(Rng& rng, int64_t most) : rng_(rng), most_(most) {}

  std::vector<ClauseAt> draw() {
    for (Quantity of : {Quantity::Parts, Quantity::T, Quantity::B})
      for (Dim d : kDims)
        if (seldom()) add(ExtentClause{of, d, random_range(rng_, most_)});
    if (seldom()) add(ShareClause{rng_.coin() ? ShareRule::Balanced : ShareRule::Greedy});
    for (Sequence of : {Sequence::Ring, Sequence::T, Sequence::B})
      if (seldom()) add(OrderClause{of, some_dims(rng_)});
    for (Axis axis : kAxes) {
      if (seldom()) add(AxisClause{axis, static_cast<DimSet>(rng_.below(256))});
      for (Dim d : kDims)
        if (seldom()) add(FactorClause{axis, d, random_range(rng_, most_)});
    }
    for (Role role : kArrayRoles)
      if (seldom()) add(PlaceClause{role, some(rng_, places_of(role))});
    for (Role role : {Role::Inp, Role::Ker, Role::Out, Role::Bias, Role::Inp2})
      for (Stage stage : {Stage::T, Stage::B})
        if (seldom()) add(TypeClause{role, stage, some(rng_, kTransferTypes)});
    if (seldom()) add(SlideClause{rng_.coin()});
    if (seldom()) {
      BypassClause bypass{rng_.coin(), {0}};
      if (!bypass.none || rng_.coin()) bypass.only = some(rng_, kArrayRoles);
      add(bypass);
    }
    return std::move(clauses_);
  }

 private:
  bool seldom() { return rng_.below(12) == 0; }
  void add(Clause clause) { clauses_.push_back({std::move(clause), 0, 0}); }

  Rng& rng_;
  int64_t most_;
  std::vector<ClauseAt> clauses_;
};

}  // namespace

std::vector<ClauseAt> random_clauses(Rng& rng, int64_t most) { return Clauses(rng, most).draw(); }

}  // namespace tilewright::test
