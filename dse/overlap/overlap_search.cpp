#include "dse/overlap/overlap_search.h"

#include <algorithm>

#include "dse/overlap/division_search.h"
#include "dse/tiles/division.h"

namespace tilewright::overlap {

namespace {

// Of the first look at each division: dataflows, and tiles of each.
constexpr size_t kFirstFlows = 64, kFirstPairs = 4, kFirstDivisions = 64;

class Search {
 public:
  Search(const Problem& problem, const SearchOptions& options, const RapidDsc& first)
      : problem_(problem),
        context_(problem),
        flows_(flows(problem)),
        limits_{options.max_evaluations, StopFlag(options.stop)} {
    outcome_.best = {value_of(problem, first), first};
  }

  Outcome run() {
    if (!bound_divisions()) {
      outcome_.bound =
          problem_.value(lower_bound_cycles(problem_.work, problem_.system, problem_.precision),
                         problem_.fixed_energy);
      return std::move(outcome_);
    }
    for (size_t k = 0; k < divisions_.size() && k < kFirstDivisions; ++k)
      if (divisions_[k].least < outcome_.best.value)
        search(divisions_[k]).run(outcome_, limits_, kFirstFlows, kFirstPairs);
    for (const Bounded& division : divisions_) {
      outcome_.bound = std::min(division.least, outcome_.best.value);
      if (division.least >= outcome_.best.value) break;
      DivisionSearch own = search(division);
      if (own.run(outcome_, limits_, SIZE_MAX, SIZE_MAX)) continue;
      outcome_.bound = std::min(outcome_.best.value, least_left(division, own.least()));
      return std::move(outcome_);
    }
    outcome_.bound = outcome_.best.value;
    outcome_.proven = true;
    return std::move(outcome_);
  }

 private:
  struct Bounded {
    CoreDivision cores;
    Measure least = 0;
  };

  DivisionSearch search(const Bounded& division) {
    return DivisionSearch(context_, flows_, division.cores);
  }

  // Where some division was left at a bound: of all that are not closed.
  Measure least_left(const Bounded& at, Measure least) const {
    const auto next = static_cast<size_t>(&at - divisions_.data()) + 1;
    return next < divisions_.size() ? std::min(least, divisions_[next].least) : least;
  }

  // By rising bound; false: stopped.
  bool bound_divisions() {
    for (CoreDivision& cores : core_divisions(problem_.work, problem_.system)) {
      if (limits_.stop.raised()) return false;
      bool reduces = false;
      for (Dim d : kDims) reduces |= cores.parts[d] > 1 && contains(problem_.work.reduction, d);
      // Of ring orders that make no difference the first.
      if (!reduces && !divisions_.empty() && cores.parts == divisions_.back().cores.parts &&
          cores.share == divisions_.back().cores.share)
        continue;
      divisions_.push_back({std::move(cores), 0});
      divisions_.back().least = search(divisions_.back()).least();
    }
    std::stable_sort(divisions_.begin(), divisions_.end(),
                     [](const Bounded& a, const Bounded& b) { return a.least < b.least; });
    return true;
  }

  const Problem& problem_;
  Context context_;
  const std::vector<Flow> flows_;
  const Limits limits_;
  std::vector<Bounded> divisions_;
  Outcome outcome_;
};

}  // namespace

Outcome search(const Problem& problem, const SearchOptions& options, const RapidDsc& first) {
  return Search(problem, options, first).run();
}

}  // namespace tilewright::overlap
