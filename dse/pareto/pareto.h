// The mappings of one layer between which a choice is a matter of taste: those of which no other is
// at least as good in all that is minimised, and better in something.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/search.h"

namespace tilewright {

// What a front may be about.
enum class Criterion : uint8_t {
  Latency,     // cycles
  Energy,      // femtojoules
  Scratchpad,  // bytes that the mapping takes of each core's Lx, all buffers, aligned (R18)
};
inline constexpr Criterion kCriteria[] = {Criterion::Latency, Criterion::Energy,
                                          Criterion::Scratchpad};
std::string_view name_of(Criterion criterion);  // "latency", "energy", "scratchpad"
std::optional<Criterion> criterion_named(std::string_view name);

class CriterionSet {
 public:
  bool has(Criterion c) const { return (set_ >> static_cast<unsigned>(c) & 1) != 0; }
  void add(Criterion c) { set_ |= 1u << static_cast<unsigned>(c); }
  int size() const { return has(kCriteria[0]) + has(kCriteria[1]) + has(kCriteria[2]); }
  bool operator==(const CriterionSet&) const = default;

 private:
  unsigned set_ = 0;
};

struct ParetoPoint {
  RapidDsc dsc;
  int64_t cycles = 0;
  int64_t femtojoules = 0;  // 0 where the system states no energy
  int64_t scratchpad_bytes = 0;
  int64_t of(Criterion c) const {
    return c == Criterion::Latency  ? cycles
           : c == Criterion::Energy ? femtojoules
                                    : scratchpad_bytes;
  }
};

struct ParetoResult {
  // By rising cycles, energy, bytes; one for each value of what is minimised.
  std::vector<ParetoPoint> points;
  // Every mapping of the space is at least as bad as some point in all that is minimised. If not,
  // others may be missing, and points may be worse than these.
  bool complete = false;
  // Where it is not complete: points of fewer cycles are of the front, and none is missing there.
  int64_t certain_below_cycles = 0;
  std::string space;  // points of the space that was searched
  int64_t evaluated = 0, effort = 0;
  std::map<std::string, int64_t> pruned;
};

// The exact front of at least two criteria: with energy of the balanced space, else of
// `options.reach`. Fails as search_layer() does; goal, seeds, method and top have no say. The
// result does not depend on `jobs`, unless `stop` ends it.
Result<ParetoResult> search_pareto(const Work& work, const System& system,
                                   const PrecisionInfo& precision, const SearchOptions& options,
                                   CriterionSet criteria);

}  // namespace tilewright
