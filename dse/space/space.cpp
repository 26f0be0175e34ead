#include "dse/space/space.h"

#include <algorithm>

#include "compiler/mapping/share.h"
#include "compiler/support/check.h"

namespace tilewright {

// Walks the divisions dim by dim, the counts of their mappings with it: at first by the loops of
// all dims, two bits for each, then summed up over those of the dims that are decided.
class Space::Builder {
 public:
  explicit Builder(Space& space) : space_(space), dims_(space.loops_.dims) {
    const bool array = space.work_.kind == WorkKind::Array;
    for (Dim d : dims_) {
      pairs_.emplace_back();
      for (int64_t p = 1; p <= space.ways_.parts(d).most; ++p)
        pairs_.back().push_back(
            TilePairs(space.constraints_, d, largest_share(space.work_.extent[d], p), array)
                .counts());
    }
    counts_.resize(dims_.size() + 1);
    for (size_t j = 0; j < counts_.size(); ++j)
      counts_[j].resize(size_t{1} << 2 * (dims_.size() - j));
  }

  void run() {
    by_loops();
    divide(0, space_.ways_.cores());
  }

 private:
  // Orders, hops and axes by all loops.
  void by_loops() {
    const LoopTables& loops = space_.loops_;
    const size_t sets = size_t{1} << dims_.size();
    std::vector<PerSet<mpz_class>> by_b(loops.t_weights.size(), PerSet<mpz_class>(sets));
    for (size_t s = 0; s < loops.sections.size(); ++s) {
      const mpz_class axes = space_.on_axes(loops.sections[s]);
      for (size_t b = 0; b < sets; ++b)
        add_product(by_b[loops.t_weights_of[s]][b], axes, loops.b_weights[s][b]);
    }
    for (size_t k = 0; k < by_b.size(); ++k)
      for (size_t t = 0; t < sets; ++t)
        for (size_t b = 0; b < sets; ++b)
          add_product(counts_[0][spread(t) + 2 * spread(b)], by_b[k][b], loops.t_weights[k][t]);
  }

  // Its bits, each followed by a zero.
  static size_t spread(size_t set) {
    size_t bits = 0;
    for (size_t j = 0; j < kDimCount; ++j) bits |= (set >> j & 1) << 2 * j;
    return bits;
  }

  void divide(size_t j, int64_t cores) {
    if (j == dims_.size()) {
      add();
      return;
    }
    const Range parts = both(space_.ways_.parts(dims_[j]), {1, cores});
    for (int64_t p = parts.least; p <= parts.most; ++p) {
      parts_[dims_[j]] = p;
      const PairCounts& pairs = pairs_[j][static_cast<size_t>(p - 1)];
      for (size_t k = 0; k < counts_[j + 1].size(); ++k) {
        mpz_class& sum = counts_[j + 1][k] = 0;
        for (size_t t = 0; t < 2; ++t)
          for (size_t b = 0; b < 2; ++b)
            add_product(sum, counts_[j][4 * k + t + 2 * b], pairs[t][b]);
      }
      divide(j + 1, cores / p);
    }
    parts_[dims_[j]] = 1;
  }

  void add() {
    const mpz_class all = counts_.back()[0] * static_cast<long>(space_.ways_.count(parts_));
    if (all == 0) return;
    Division division = packed(dims_, parts_);
    division.before = space_.size_;
    space_.divisions_.push_back(std::move(division));
    space_.size_ += all;
  }

  Space& space_;
  const std::vector<Dim>& dims_;
  std::vector<std::vector<PairCounts>> pairs_;  // per dim and parts
  std::vector<std::vector<mpz_class>> counts_;  // per number of decided dims
  Extents parts_ = Extents::filled(1);
};

Space::Space(const Work& work, const System& system, const Constraints& constraints)
    : work_(work),
      constraints_(constraints),
      ways_(work, system.chip.cores, constraints),
      loops_(work, system, constraints) {
  TW_CHECK(system.chip.cores <= UINT16_MAX, "{} cores", system.chip.cores);
  const bool array = work.kind == WorkKind::Array;
  if (array)
    for (size_t sums = 0; sums < 2; ++sums)
      axes_[sums] = axis_factors(work, system, constraints, sums == 0);
  bool possible = true;  // along the dims that no mapping can change
  for (Dim d : kDims) {
    if (std::find(loops_.dims.begin(), loops_.dims.end(), d) != loops_.dims.end()) continue;
    const TilePairs pairs(constraints, d, work.extent[d], array);
    possible = possible && ways_.parts(d).holds(1) && pairs.counts()[0][0] == 1;
  }
  if (possible) Builder(*this).run();
}

Space::Division Space::packed(const std::vector<Dim>& dims, const Extents& parts) {
  Division division;
  for (size_t j = 0; j < dims.size(); ++j)
    division.parts[j] = static_cast<uint16_t>(parts[dims[j]]);
  return division;
}

Extents Space::parts_of(const Division& division) const {
  Extents parts = Extents::filled(1);
  for (size_t j = 0; j < loops_.dims.size(); ++j) parts[loops_.dims[j]] = division.parts[j];
  return parts;
}

std::vector<TilePairs> Space::pairs_of(const Extents& parts) const {
  std::vector<TilePairs> pairs;
  for (Dim d : loops_.dims)
    pairs.emplace_back(constraints_, d, largest_share(work_.extent[d], parts[d]),
                       work_.kind == WorkKind::Array);
  return pairs;
}

mpz_class Space::on_axes(const Section& section) const {
  mpz_class ways = 1;
  for (const AxisFactors& axis : axes_[sums_of(section)]) ways *= static_cast<long>(axis.count());
  return ways;
}

std::vector<Space::Share> Space::shares_of(const std::vector<TilePairs>& pairs) const {
  std::vector<PairCounts> counts;
  for (const TilePairs& along : pairs) counts.push_back(along.counts());
  std::vector<PerSet<mpz_class>> by_loops;
  for (const PerSet<uint64_t>& weight : loops_.t_weights)
    by_loops.push_back(passed(weight, counts));
  std::vector<Share> shares;
  for (size_t s = 0; s < loops_.sections.size(); ++s) {
    const mpz_class loops = dot(by_loops[loops_.t_weights_of[s]], loops_.b_weights[s]);
    shares.push_back({loops, loops * on_axes(loops_.sections[s])});
  }
  return shares;
}

// Mappings of the first `sections`.
mpz_class Space::sum_of(const std::vector<Share>& shares, size_t sections) {
  mpz_class sum;
  for (size_t s = 0; s < sections; ++s) sum += shares[s].all;
  return sum;
}

RapidDsc Space::at(const mpz_class& index) const {
  TW_CHECK(index >= 0 && index < size_, "{} of {}", index.get_str(), size_.get_str());
  auto division =
      std::upper_bound(divisions_.begin(), divisions_.end(), index,
                       [](const mpz_class& i, const Division& other) { return i < other.before; });
  --division;
  const Extents parts = parts_of(*division);
  const std::vector<TilePairs> pairs = pairs_of(parts);
  const std::vector<Share> shares = shares_of(pairs);
  const mpz_class of_one_way = sum_of(shares, shares.size());
  mpz_class rest = index - division->before;
  Point point;
  point.core_d = ways_.at(parts, mpz_class(rest / of_one_way).get_si());
  rest %= of_one_way;
  size_t s = 0;
  for (; rest >= shares[s].all; ++s) rest -= shares[s].all;
  point.section = loops_.sections[s];
  mpz_class axes = rest / shares[s].loops;
  for (size_t k = axes_[sums_of(point.section)].size(); k-- > 0;) {
    const AxisFactors& factors = axes_[sums_of(point.section)][k];
    const mpz_class at = axes % static_cast<long>(factors.count());
    axes /= static_cast<long>(factors.count());
    along(point.p, kAxes[k]) = factors.at(at.get_si());
  }
  LoopChoices(loops_, s, pairs).at(rest % shares[s].loops, point);
  return dsc_of(work_, point);
}

std::optional<mpz_class> Space::index_of(const RapidDsc& dsc) const {
  const std::optional<Point> point = point_of(work_, dsc);
  if (!point) return std::nullopt;
  for (Dim d : loops_.dims)
    if (!ways_.parts(d).holds(point->core_d.parts[d])) return std::nullopt;
  const Division wanted = packed(loops_.dims, point->core_d.parts);
  const auto division = std::lower_bound(divisions_.begin(), divisions_.end(), wanted);
  if (division == divisions_.end() || division->parts != wanted.parts) return std::nullopt;
  const Extents parts = parts_of(*division);
  const auto way = ways_.index_of({parts, point->core_d.share, point->core_d.ring_order});
  const auto section = std::find(loops_.sections.begin(), loops_.sections.end(), point->section);
  if (!way || section == loops_.sections.end()) return std::nullopt;
  const std::vector<TilePairs> pairs = pairs_of(parts);
  const std::vector<Share> shares = shares_of(pairs);
  const auto s = static_cast<size_t>(section - loops_.sections.begin());
  mpz_class axes;
  for (size_t k = 0; k < axes_[sums_of(*section)].size(); ++k) {
    const AxisFactors& factors = axes_[sums_of(*section)][k];
    const std::optional<int64_t> at = factors.index_of(along(point->p, kAxes[k]));
    if (!at) return std::nullopt;
    axes = axes * static_cast<long>(factors.count()) + static_cast<long>(*at);
  }
  const std::optional<mpz_class> loops = LoopChoices(loops_, s, pairs).index_of(*point);
  if (!loops) return std::nullopt;
  mpz_class index = division->before;
  index += sum_of(shares, shares.size()) * static_cast<long>(*way);
  index += sum_of(shares, s) + axes * shares[s].loops + *loops;
  if (index >= size_ || at(index) != dsc) return std::nullopt;
  return index;
}

RapidDsc Space::sample(Rng& rng) const {
  TW_CHECK(size_ > 0, "nothing to draw from");
  const size_t bits = mpz_sizeinbase(size_.get_mpz_t(), 2);
  for (;;) {
    mpz_class index;
    for (size_t have = 0; have < bits; have += 64) index = (index << 64) + rng.next();
    index >>= (64 - bits % 64) % 64;
    if (index < size_) return at(index);
  }
}

}  // namespace tilewright
