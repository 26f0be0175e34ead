// The mappings that a search has found so far and that count, and what others must stay below.
#pragma once

#include <vector>

#include "dse/bar.h"
#include "dse/outcome.h"
#include "dse/problem.h"

namespace tilewright {

// The several of lowest value that differ in division or tile; or a front: those of which no other
// has as low a value in as few bytes of Lx. By rising value, then as mappings.
class Kept {
 public:
  static Kept best(const Problem& problem, size_t top) { return {problem, top, false}; }
  static Kept front(const Problem& problem) { return {problem, SIZE_MAX, true}; }

  bool is_front() const { return front_; }
  // Whether it counts.
  bool add(const Best& found);
  const std::vector<Best>& all() const { return all_; }

  // What is not below it is of no use; `cap`: nor is what is not below that.
  Bar bar(Measure cap) const;
  // From here on nothing is, but in a front for what takes less of Lx than all that are kept.
  Measure below(Measure cap) const;

 private:
  Kept(const Problem& problem, size_t top, bool front)
      : problem_(&problem), top_(top), front_(front) {}
  bool add_to_best(const Best& found);
  bool add_to_front(const Best& found);

  const Problem* problem_;
  size_t top_;
  bool front_;
  std::vector<Best> all_;
  std::vector<int64_t> bytes_;  // of a front, of each
};

// Whether mappings with the same parts that stand in another order on the ring differ.
bool ring_order_matters(const Problem& problem, const CoreDivision& cores);

}  // namespace tilewright
