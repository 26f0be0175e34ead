#include "dse/pareto/by_limits.h"

#include <algorithm>

#include "dse/balanced/layer_search.h"
#include "dse/room.h"
#include "dse/start.h"
#include "dse/stop.h"

namespace tilewright {

namespace {

struct Found {
  RapidDsc dsc;
  int64_t cycles = 0;
  int64_t bytes = 0;
  Measure value = 0;  // of what was minimised
};

class ByLimits {
 public:
  ByLimits(const Work& work, const System& system, const PrecisionInfo& precision,
           const SearchOptions& options)
      : work_(work), system_(system), precision_(precision), options_(options) {}

  // One goal against bytes: the best within some bytes, then within fewer, until nothing fits.
  ParetoDraft against_bytes(Goal goal) {
    int64_t room = system_.core.lx_bytes;
    Measure least = 0;
    while (const auto found = best(goal, Objective::kAnyCycles, room, nullptr, least)) {
      draft_.found.push_back(found->dsc);
      room = found->bytes - 1;
      least = found->value;
    }
    return std::move(draft_);
  }

  // Cycles against energy; with bytes, the same front within fewer and fewer bytes: what does not
  // fit any more is taken out, and its place searched again.
  ParetoDraft of_energy(bool bytes) {
    int64_t room = system_.core.lx_bytes;
    std::vector<Found> front;  // by falling cycles
    while (refill(front, room) && bytes) {
      room = 0;
      for (const Found& point : front) room = std::max(room, point.bytes - 1);
    }
    return std::move(draft_);
  }

 private:
  // The best mapping within `room` bytes of Lx, of equal energy the one of fewer cycles; `start`:
  // one that is known; `least`: none has a lower value. Nothing where there is none, or where the
  // search ended before it met one.
  std::optional<Found> best(Goal goal, int64_t most_cycles, int64_t room, const Found* start,
                            Measure least) {
    if (!draft_.complete) return std::nullopt;
    System less = system_;
    less.core.lx_bytes = room;
    Problem problem(work_, less, precision_, goal);
    problem.objective.limit_cycles = most_cycles;
    const auto smallest = smallest_mapping(problem, Reach::Balanced);
    if (!smallest) return std::nullopt;
    SearchOptions rest = options_;
    rest.max_evaluations -= draft_.counters.effort;
    const Outcome outcome = balanced::search(
        problem, rest,
        start != nullptr ? Best{value_of(problem, start->dsc), start->dsc} : *smallest, least);
    draft_.counters.add(outcome.counters);
    draft_.complete = outcome.proven;
    if (outcome.best.value >= Objective::kNone) return std::nullopt;
    const RapidDsc& dsc = outcome.best.dsc;
    return Found{dsc, price(work_, less, precision_, dsc).cost.cycles, lx_bytes(problem, dsc),
                 outcome.best.value};
  }

  // Makes the front of what fits `room` from that of what fits more. False: nothing fits, or the
  // search ended.
  bool refill(std::vector<Found>& front, int64_t room) {
    std::vector<Found> next;
    int64_t limit = Objective::kAnyCycles;
    bool gap = front.empty();
    least_ = 0;
    for (const Found& point : front) {
      if (point.bytes > room) {
        // What is as fast and fits takes as much energy.
        if (!gap) least_ = of_energy_alone(point);
        gap = true;
        continue;
      }
      if (gap) fill(next, limit, room, point);
      gap = false;
      next.push_back(point);
      limit = point.cycles - 1;
    }
    if (gap)
      if (const auto fastest = best(Goal::Latency, Objective::kAnyCycles, room, nullptr, fastest_);
          fastest && fastest->cycles <= limit) {
        fastest_ = fastest->value;
        draft_.found.push_back(fastest->dsc);
        fill_to_end(next, limit, room, *fastest);
      }
    front = std::move(next);
    return draft_.complete && !front.empty();
  }

  // Points of more cycles than `last`, which is of the front.
  void fill(std::vector<Found>& next, int64_t limit, int64_t room, const Found& last) {
    while (const auto found = best(Goal::Energy, limit, room, &last, least_)) {
      if (found->cycles <= last.cycles) return;
      add(next, *found);
      limit = found->cycles - 1;
    }
  }

  // Points of as many cycles as `fastest`, or more.
  void fill_to_end(std::vector<Found>& next, int64_t limit, int64_t room, const Found& fastest) {
    while (const auto found = best(Goal::Energy, limit, room, &fastest, least_)) {
      add(next, *found);
      limit = found->cycles - 1;
      if (limit < fastest.cycles) return;
    }
  }

  static Measure of_energy_alone(const Found& point) {
    return point.value / Objective::kCycles * Objective::kCycles;
  }

  void add(std::vector<Found>& next, const Found& found) {
    next.push_back(found);
    least_ = of_energy_alone(found);
    draft_.found.push_back(found.dsc);
  }

  const Work& work_;
  const System& system_;
  const PrecisionInfo& precision_;
  const SearchOptions& options_;
  Measure fastest_ = 0;  // cycles that all take within the last room
  Measure least_ = 0;    // value that all have that may fill a gap
  ParetoDraft draft_;
};

}  // namespace

ParetoDraft front_by_limits(const Work& work, const System& system, const PrecisionInfo& precision,
                            const SearchOptions& options, CriterionSet criteria) {
  ByLimits by_limits(work, system, precision, options);
  if (!criteria.has(Criterion::Energy)) return by_limits.against_bytes(Goal::Latency);
  if (!criteria.has(Criterion::Latency)) return by_limits.against_bytes(Goal::Energy);
  return by_limits.of_energy(criteria.has(Criterion::Scratchpad));
}

}  // namespace tilewright
