#include "dse/least_demanding.h"

#include <algorithm>

#include "compiler/mapping/share.h"
#include "dse/space/orders.h"
#include "dse/space/point.h"
#include "dse/tiles/division.h"

namespace tilewright {

namespace {

constexpr size_t kMostDivisions = 32;  // looked at

class Smallest {
 public:
  explicit Smallest(const Problem& problem)
      : problem_(problem),
        t_orders_(problem.within.outside[static_cast<size_t>(Sequence::T)]),
        b_orders_(problem.within.outside[static_cast<size_t>(Sequence::B)]),
        hops_(problem.work, problem.within),
        array_(problem.work.kind == WorkKind::Array) {}

  LeastDemanding run() {
    WindowTable windows(problem_.work);
    size_t left = kMostDivisions;
    for (CoreDivision& cores : core_divisions(problem_.work, problem_.system, problem_.within)) {
      const Division division(problem_, std::move(cores), windows);
      if (std::any_of(kDims.begin(), kDims.end(), [&](Dim d) { return division.tiles[d].empty(); }))
        continue;
      for (const Section& section : sections(problem_.work, problem_.system, problem_.within))
        // To cut reduced dims may cost partial sums.
        for (const DimSet whole : {DimSet{0}, problem_.work.reduction})
          if (look_at(division, section, whole)) return std::move(found_);
      if (--left == 0) break;
    }
    return std::move(found_);
  }

 private:
  bool look_at(const Division& division, const Section& section, DimSet whole) {
    const std::optional<Point> point = point_of(division, section, whole);
    if (!point) return false;
    RapidDsc dsc = dsc_of(problem_.work, *point);
    const auto broken = first_rejection(problem_.work, problem_.system, problem_.precision, dsc);
    if (!broken) found_.legal = std::move(dsc);
    if (!found_.broken) found_.broken = broken;
    return !broken;
  }

  // None where constraints leave no such one.
  std::optional<Point> point_of(const Division& division, const Section& section,
                                DimSet whole) const {
    Point point;
    point.core_d = division.cores;
    point.section = section;
    DimSet t_loops = 0, b_loops = 0;
    for (Dim d : kDims) {
      const Range& tiles = division.tiles[d];
      point.t[d] = contains(whole, d) ? tiles.most : tiles.least;
      const Range blocks = problem_.within.blocks(d, point.t[d]);
      point.b[d] = !array_ ? point.t[d] : contains(whole, d) ? blocks.most : blocks.least;
      if (point.t[d] < division.share[d]) t_loops |= bit(d);
      if (point.b[d] < point.t[d]) b_loops |= bit(d);
    }
    if (t_orders_.count(t_loops) == 0 || b_orders_.count(b_loops) == 0) return std::nullopt;
    point.t_order = t_orders_.at(t_loops, 0);
    point.b_order = b_orders_.at(b_loops, 0);
    for (size_t x = 0; x < problem_.operands; ++x) {
      if (section.past_lx == x) {
        point.outer.emplace_back();
        continue;
      }
      const auto& choices = hops_.external(section, x, t_loops);
      if (choices.empty()) return std::nullopt;
      point.outer.push_back(choices.front());
    }
    if (!array_) return point;
    for (size_t x = 0; x < 3; ++x) {
      const auto& types = hops_.at_array(section, x, b_loops);
      if (types.empty()) return std::nullopt;
      point.inner.push_back(types.front());
    }
    const auto flow = std::find_if(problem_.flows.begin(), problem_.flows.end(),
                                   [&](const Dataflow& f) { return f.inner == section.inner; });
    if (flow == problem_.flows.end()) return std::nullopt;
    point.p = flow->p;
    return point;
  }

  const Problem& problem_;
  const Orders t_orders_, b_orders_;
  const Hops hops_;
  const bool array_;
  LeastDemanding found_;
};

}  // namespace

LeastDemanding least_demanding(const Problem& problem) { return Smallest(problem).run(); }

}  // namespace tilewright
