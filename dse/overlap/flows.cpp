#include "dse/overlap/flows.h"

#include <algorithm>
#include <set>

#include "dse/blocks/dataflows.h"
#include "dse/space/axis_factors.h"

namespace tilewright::overlap {

namespace {

using Laid = std::pair<std::vector<Unroll>, Extents>;

class Flows {
 public:
  explicit Flows(const Problem& problem) : problem_(problem), work_(problem.work) {
    all_ = dims_with_holes(work_, problem.system) != 0;
  }

  std::vector<Flow> run() {
    for (const Place sums : {Place::Acc, Place::Lrf}) {
      std::vector<Places> inner;
      for (const Places& places : all_places(problem_.system))
        if (places[2] == sums) inner.push_back(places);
      if (!inner.empty()) add(inner, sums);
    }
    return std::move(found_);
  }

 private:
  std::vector<Laid> laid(const AxisFactors& axis, int64_t length, DimSet among) const {
    std::vector<Laid> ways;
    for (int64_t k = 0; k < axis.count(); ++k) {
      std::vector<Unroll> way = axis.at(k);
      Extents factors = Extents::filled(1);
      for (const Unroll& u : way) factors[u.dim] = u.factor;
      if (all_ || !has_room(factors, length, among)) ways.emplace_back(std::move(way), factors);
    }
    return ways;
  }

  // Whether some dim could have one place more.
  bool has_room(const Extents& factors, int64_t length, DimSet among) const {
    int64_t product = 1;
    for (Dim d : kDims) product *= factors[d];
    return std::any_of(kDims.begin(), kDims.end(), [&](Dim d) {
      return contains(among, d) && factors[d] < work_.extent[d] &&
             product / factors[d] * (factors[d] + 1) <= length;
    });
  }

  // Dims that some way lays along the axis.
  DimSet dims_of(const AxisFactors& axis) const {
    DimSet dims = 0;
    for (int64_t k = 0; k < axis.count(); ++k)
      for (const Unroll& u : axis.at(k)) dims |= bit(u.dim);
    return dims;
  }

  void add(const std::vector<Places>& inner, Place sums) {
    const ArrayTier& a = problem_.system.array;
    const std::array<int64_t, 4> lengths{a.rows, a.columns, a.lanes, problem_.system.core.corelets};
    const std::vector<AxisFactors> axes =
        axis_factors(work_, problem_.system, {}, sums == Place::Acc);
    std::array<std::vector<Laid>, 4> ways;
    for (size_t k = 0; k < 4; ++k) ways[k] = laid(axes[k], lengths[k], dims_of(axes[k]));
    std::set<std::array<Extents, 6>> known;
    for (const Laid& row : ways[0])
      for (const Laid& column : ways[1])
        for (const Laid& lane : ways[2])
          for (const Laid& corelet : ways[3]) {
            Flow flow;
            for (Dim d : kDims) {
              const int64_t r = row.second[d], c = column.second[d], l = lane.second[d],
                            o = corelet.second[d];
              flow.unroll[d] = r * c * l * o;
              flow.pe[d] = r * c * o;
              flow.corelets[d] = o;
              flow.sums[d] = c * l * o;
              flow.lanes[d] = l;
              flow.summed[d] = r * o;
            }
            const auto if_matters = [](bool matters, const Extents& factors) {
              return matters ? factors : Extents{};
            };
            const bool acc = sums == Place::Acc;
            if (!known
                     .insert({flow.unroll, if_matters(a.lrf_bytes > 0, flow.pe),
                              if_matters(a.l0_bytes > 0, flow.corelets), if_matters(acc, flow.sums),
                              if_matters(a.lrf_bytes > 0, flow.lanes),
                              if_matters(acc, flow.summed)})
                     .second)
              continue;
            flow.p = {row.first, column.first, lane.first, corelet.first};
            for (const Places& places : inner) {
              flow.inner = places;
              found_.push_back(flow);
            }
          }
  }

  const Problem& problem_;
  const Work& work_;
  bool all_ = false;
  std::vector<Flow> found_;
};

}  // namespace

std::vector<Flow> flows(const Problem& problem) {
  if (problem.work.kind != WorkKind::Array) return {Flow{}};
  return Flows(problem).run();
}

}  // namespace tilewright::overlap
