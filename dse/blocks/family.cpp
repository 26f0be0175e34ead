#include "dse/blocks/family.h"

#include <numeric>

#include "compiler/mapping/footprint.h"
#include "dse/room.h"

namespace tilewright {

std::array<int64_t, 3> buffers_of(const std::array<TransferType, 3>& types) {
  std::array<int64_t, 3> buffers{};
  for (size_t x = 0; x < 3; ++x) buffers[x] = types[x] == TransferType::DoubleBuffer ? 2 : 1;
  return buffers;
}

BlockFamilies::BlockFamilies(const Problem& problem, const Extents& tile, const BodyQuery& query)
    : problem_(problem),
      tile_(tile),
      query_(query),
      block_overhead_(problem.times.fill + 2 * problem.times.semaphore) {
  for (Dim d : kDims)
    if (tile[d] > 1) dims_[several_++] = d;
  for (size_t x = 0; x < 2; ++x) {
    const auto streams = [x](const Places& p) { return p[x] == Place::Pe; };
    const std::vector<Places>& all = problem.inner_places;
    streams_always_[x] = std::all_of(all.begin(), all.end(), streams);
    may_stream_[x] = std::any_of(all.begin(), all.end(), streams);
  }
  gathers_always_ = std::all_of(problem.inner_places.begin(), problem.inner_places.end(),
                                [](const Places& p) { return p[2] == Place::Acc; });
  family_.past_lx = query.past_lx;
  family_.cores = query.cores;
}

int64_t BlockFamilies::least(const UnrollClass& unroll) const {
  return problem_.times.array_busy(query_.tile.ext, unroll.unroll) + block_overhead_;
}

bool BlockFamilies::fits(const Extents& block, const std::array<TransferType, 3>& types) const {
  return flow_that_fits(problem_, *family_.unroll, *family_.places, block, buffers_of(types)) >= 0;
}

bool BlockFamilies::sums_fit(size_t decided) const {
  if (!gathers_always_) return true;
  int64_t outputs = 1;
  for (size_t k = 0; k < decided; ++k)
    if (contains(problem_.out_dims, dims_[k]))
      outputs *=
          ceil_div(family_.cut[static_cast<size_t>(dims_[k])].lo, family_.unroll->unroll[dims_[k]]);
  return outputs <= problem_.system.array.accumulators;
}

std::array<std::optional<TransferType>, 2> BlockFamilies::types_of(size_t x) const {
  using enum TransferType;
  const Place place = (*family_.places)[x];
  const bool lrf = x < 2 && place == Place::Lrf;
  if (!moved(x)) return {lrf ? BlockLoad : Stream, std::nullopt};
  const auto allowed = [&](TransferType type) -> std::optional<TransferType> {
    const bool yes = problem_.within.allows_type(problem_.work.operands[x].role, Stage::B, type);
    return yes ? std::optional(type) : std::nullopt;
  };
  std::optional<TransferType> one = allowed(lrf ? BlockLoad : Stream);
  if (!one && x < 2 && place == Place::L0) one = allowed(BlockLoad);
  return {one, place == Place::Pe ? std::nullopt : allowed(DoubleBuffer)};
}

namespace {

// Points along an axis that blocks bring of n indices of its first term, in so many pieces, and m
// of its second one, however that is cut: distinct ones, for cuts may leave holes out.
int64_t least_points(const AccessTerm& first, int64_t n, int64_t pieces, const AccessTerm& second,
                     int64_t m) {
  const int64_t a = first.coefficient, b = second.coefficient;
  if (a % b == 0) return (n - pieces) * std::min(a / b, m) + pieces * m;
  if (b % a == 0) return (m - 1) * std::min(b / a, n) + n;
  return n + pieces * (m - 1);
}

}  // namespace

// [B4] along an axis, summed over the pieces of its dims. Exact where all are decided: the sum of
// c (e - 1) over pieces is c (extent - pieces), and the step depends on the number of pieces alone.
int64_t BlockFamilies::elems_in_all(size_t x, DimSet open) const {
  int64_t elems = 1;
  for (const AccessAxis& axis : problem_.work.operands[x].axes) {
    int64_t step = 0, pieces = 1;
    const AccessTerm* undecided = nullptr;
    const AccessTerm* other = nullptr;
    for (const AccessTerm& term : axis.terms) {
      const auto k = static_cast<size_t>(term.dim);
      if (family_.cut[k].lo > 1) step = std::gcd(step, term.coefficient);
      pieces *= body_[k].trips;
      (undecided == nullptr && contains(open, term.dim) ? undecided : other) = &term;
    }
    if (undecided != nullptr) {
      const Plateau& cut = body_[static_cast<size_t>(undecided->dim)];
      const Plateau* known = other != nullptr ? &body_[static_cast<size_t>(other->dim)] : nullptr;
      elems *= known == nullptr
                   ? cut.extent
                   : least_points(*other, known->extent, known->trips, *undecided, cut.extent);
      continue;
    }
    int64_t points = pieces;
    for (const AccessTerm& term : axis.terms) {
      const auto k = static_cast<size_t>(term.dim);
      const Plateau& cut = body_[k];
      if (family_.cut[k].lo > 1)
        points += pieces / cut.trips * (term.coefficient / step) * (cut.extent - cut.trips);
    }
    elems *= points;
  }
  return elems;
}

void BlockFamilies::set_unroll(const UnrollClass& unroll) {
  if (streamed_by_ == &unroll) return;
  streamed_by_ = &unroll;
  for (size_t x = 0; x < 2; ++x)
    if (may_stream_[x])
      streamed_[x] = elems_in_steps(problem_.work.operands[x], unroll.unroll, query_.tile.ext);
}

int64_t BlockFamilies::over_link(size_t x, int64_t transfers, int64_t bytes) const {
  const UnitTimes& t = problem_.times;
  if (query_.past_lx == x)
    return transfers * (t.external_latency + (x == 2 ? t.turnaround : 0)) +
           hold_cycles(bytes * query_.cores, t.external_bandwidth);
  const LinkTime& link = x == 2 ? t.array_out : t.array_in;
  return transfers * link.latency_cycles + hold_cycles(bytes, link.bytes_per_cycle);
}

// What the innermost loop moves comes anew with each round of all loops that do not move it; loops
// of one trip in this body do not exist there.
int64_t BlockFamilies::traffic_with(Dim inner, size_t decided) const {
  const auto at = static_cast<size_t>(inner);
  const bool exists = body_[at].trips > 1 || body_[at].extent == tile_.values[at];
  DimSet open = 0;
  for (size_t k = decided; k < several_; ++k) open |= bit(dims_[k]);
  int64_t cycles = 0;
  for (size_t x = 0; x < 2; ++x) {
    if (!streams_always_[x] && !moved(x) && (query_.tile.fresh >> x & 1) == 0 &&
        !contains(problem_.dims[x], inner))
      continue;
    int64_t own = 1, others = 1;
    for (size_t k = 0; k < decided; ++k)
      (contains(problem_.dims[x], dims_[k]) ? own : others) *=
          body_[static_cast<size_t>(dims_[k])].trips;
    const int64_t times = exists && contains(problem_.dims[x], inner) ? others : 1;
    int64_t elems = elems_in_all(x, open) * times;
    if (may_stream_[x])  // which may leave out holes that blocks have
      elems = std::min(elems, streamed_[x]);
    cycles += over_link(x, own * times, problem_.bytes(elems));
  }
  return cycles;
}

int64_t BlockFamilies::traffic(size_t decided) const {
  int64_t least = INT64_MAX;
  for (size_t k = 0; k < several_; ++k)
    if (k >= decided || contains(loops_, dims_[k]))
      least = std::min(least, traffic_with(dims_[k], decided));
  if (least == INT64_MAX) return 0;
  return query_.past_lx == size_t{2} ? std::max(least, drained(1)) : least;
}

int64_t BlockFamilies::again(size_t x) const {
  int64_t times = 1, outside = 1;
  for (int l = 0; l < family_.loops; ++l) {
    const Dim d = family_.order[static_cast<size_t>(l)];
    const int64_t trips = body_[static_cast<size_t>(d)].trips;
    if (trips == 1) continue;
    if (contains(problem_.dims[x], d))
      times = outside;
    else
      outside *= trips;
  }
  return times;
}

BlockFamilies::Moved BlockFamilies::loaded(size_t x, int64_t blocks) const {
  Moved all;
  int64_t bytes = 0;
  if ((*family_.places)[x] == Place::Pe) {
    all.loads = blocks;
    bytes = problem_.bytes(streamed_[x]);
  } else if (!moved(x)) {
    if ((query_.tile.fresh >> x & 1) == 0) return all;  // it is there
    all.loads = 1;
    bytes = problem_.bytes(all_elems_[x]);
  } else {
    const int64_t times = again(x);
    all.loads = times;
    for (Dim d : kDims)
      if (contains(problem_.dims[x], d)) all.loads *= body_[static_cast<size_t>(d)].trips;
    bytes = problem_.bytes(times * all_elems_[x]);
  }
  all.cycles = over_link(x, all.loads, bytes);
  return all;
}

// The smallest first block.
int64_t BlockFamilies::first_load(size_t x) const {
  Extents least;
  for (Dim d : kDims) least[d] = body_[static_cast<size_t>(d)].lo;
  const int64_t elems = footprint_elems(problem_.work.operands[x], least, least);
  return over_link(x, 1, problem_.bytes(elems));
}

// All drains of the tile, each with the start that the array gives it.
int64_t BlockFamilies::drained(int64_t visits) const {
  const UnitTimes& t = problem_.times;
  int64_t outputs = 1, blocks = 1;
  for (Dim d : kDims) {
    if (!contains(problem_.out_dims, d)) continue;
    outputs *= query_.tile.ext[d];
    blocks *= body_[static_cast<size_t>(d)].trips;
  }
  const int64_t added = query_.tile.first ? visits - 1 : visits;
  int64_t bits = 0;  // per output, in all
  if (query_.past_lx == size_t{2})
    bits = (added + visits - 1) * kPartialSumBits +
           (query_.tile.final ? problem_.precision.bits : kPartialSumBits);
  else
    bits =
        (visits + added) * (query_.wide || visits > 1 ? kPartialSumBits : problem_.precision.bits);
  const int64_t link = over_link(2, blocks * visits, packed_bytes(outputs, bits));
  const int64_t functions = added * t.simple_cycles + (query_.tile.final ? t.epilogue_cycles : 0);
  const int64_t sfu = ceil_div(outputs * functions, t.sfu_lanes);
  return blocks * visits * 2 * t.semaphore + std::max(link, sfu);
}

int64_t BlockFamilies::last_drain() const {
  int64_t outputs = 1;
  for (Dim d : kDims)
    if (contains(problem_.out_dims, d)) {
      const Plateau& cut = body_[static_cast<size_t>(d)];
      outputs *= cut.last(cut.hi);
    }
  const int64_t bits = std::min(problem_.precision.bits, kPartialSumBits);
  return 2 * problem_.times.semaphore + over_link(2, 1, packed_bytes(outputs, bits));
}

int64_t BlockFamilies::bound(int64_t blocks) {
  const int64_t busy = base(blocks, family_.steps);
  int64_t exposed = 0, all = 0, blocking = 0;
  std::array<Moved, 2> side;  // what runs beside blocks
  for (size_t x = 0; x < 2; ++x) {
    const Moved m = loaded(x, blocks);
    all += m.cycles;
    if (family_.types[x] == TransferType::BlockLoad)
      blocking += m.cycles;
    else
      side[x] = m;
    if (family_.types[x] != TransferType::DoubleBuffer || m.loads == 0) continue;
    const int64_t first = first_load(x);  // at least; the rest comes beside blocks
    exposed += first;
    side[x].cycles -= first;
    --side[x].loads;
  }
  if (family_.types[2] == TransferType::DoubleBuffer) exposed += last_drain();
  // Loads that only few blocks wait for: what they take beyond the longest blocks.
  int64_t longest = 1;
  for (Dim d : kDims)
    longest *= ceil_div(body_[static_cast<size_t>(d)].hi, family_.unroll->unroll[d]);
  longest = ceil_mul(longest, problem_.times.mac_cycles) + block_overhead_;
  int64_t beyond = 0;
  for (const Moved& m :
       {side[0], side[1], Moved{side[0].loads + side[1].loads, side[0].cycles + side[1].cycles}})
    beyond = std::max(beyond, m.cycles - std::min(m.loads, blocks) * longest);
  const int64_t visits = again(2);
  // As the mapping's loops say, of which this body may lack some.
  family_.partial = query_.past_lx != size_t{2} &&
                    unfinished({family_.order.data(), static_cast<size_t>(family_.loops)},
                               problem_.out_dims, problem_.work.reduction) != 0;
  family_.beside =
      busy - ceil_mul(family_.steps, problem_.times.mac_cycles) + blocking + exposed + beyond;
  return std::max({busy + blocking + exposed + beyond, all, blocking + drained(visits)});
}

int64_t BlockFamilies::least(const BlockFamily& family) {
  family_ = family;
  set_unroll(*family.unroll);
  loops_ = 0;
  int64_t blocks = 1, steps = 1;
  for (size_t k = 0; k < kDimCount; ++k) {
    cut_body(k, family.cut[k]);
    if (family.cut[k].trips > 1) loops_ |= bit(kDims[k]);
    blocks *= body_[k].trips;
    steps *= least_steps(k, family.unroll->unroll.values[k]);
  }
  family_.steps = steps;
  for (size_t x = 0; x < 2; ++x) all_elems_[x] = elems_in_all(x);
  return bound(blocks);
}

}  // namespace tilewright
