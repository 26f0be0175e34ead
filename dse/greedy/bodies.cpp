#include "dse/greedy/bodies.h"

#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"
#include "dse/room.h"

namespace tilewright::greedy {

namespace {

constexpr size_t kLookedAt = 24;    // unrollings, of one share
constexpr size_t kConstructed = 6;  // of them, per tile
constexpr size_t kImproved = 3;     // bodies, per tile

}  // namespace

int64_t even_piece(int64_t extent, int64_t unroll, int64_t pieces) {
  const int64_t units = ceil_div(extent, unroll);
  return std::min(extent, unroll * ceil_div(units, std::min(units, pieces)));
}

Bodies::Bodies(const Problem& problem) : problem_(problem), orders_(kept_orders(problem)) {
  for (const UnrollClass& u : problem.unrolls) {
    std::vector<size_t>& flows = one_of_each_.emplace_back();
    for (size_t f : u.flows)
      if (std::none_of(flows.begin(), flows.end(), [&](size_t known) {
            return problem.flows[known].inner == problem.flows[f].inner;
          }))
        flows.push_back(f);
  }
}

// What array steps take; without an L0 the larger of these and of what comes into the array beside
// them (into LRFs once), and as many fills as the sums need blocks.
int64_t Bodies::busy(size_t unroll, const Extents& tile) const {
  const UnrollClass& u = problem_.unrolls[unroll];
  const UnitTimes& t = problem_.times;
  const ArrayTier& array = problem_.system.array;
  const int64_t steps = t.array_busy(tile, u.unroll);
  if (array.l0_bytes > 0) return steps;
  std::array<int64_t, 2> once{}, streamed{};
  for (size_t x = 0; x < 2; ++x) {
    const Operand& operand = problem_.work.operands[x];
    const auto link = [&](int64_t elems) {
      return hold_cycles(problem_.bytes(elems), t.array_in.bytes_per_cycle);
    };
    int64_t of_pe = t.lrf_load_cycles;
    for (Dim d : kDims)
      if (contains(problem_.dims[x], d)) of_pe *= ceil_div(tile[d], u.pe_unroll[d]);
    once[x] = std::max(link(footprint_elems(operand, tile, tile)), of_pe);
    streamed[x] = link(elems_in_steps(operand, u.unroll, tile));
  }
  int64_t least = INT64_MAX;
  for (size_t f : one_of_each_[unroll]) {
    const Places& places = problem_.flows[f].inner;
    int64_t in = 0;
    for (size_t x = 0; x < 2; ++x) in += places[x] == Place::Pe ? streamed[x] : once[x];
    const int64_t sums =
        block_elems(problem_.work.operands[2], problem_.flows[f].p, tile, places[2]);
    const int64_t room =
        places[2] == Place::Acc ? array.accumulators : array.lrf_bytes / kPartialSumBytes;
    const int64_t blocks = ceil_div(sums, std::max<int64_t>(room, 1));
    least = std::min(least, std::max(steps, in) + blocks * (t.fill + 4 * t.semaphore));
  }
  return least;
}

// The first `most` of `unrolls` by that.
std::vector<size_t> Bodies::soonest(const std::vector<size_t>& unrolls, const Extents& tile,
                                    size_t most) const {
  std::vector<std::pair<int64_t, size_t>> order;
  for (size_t u : unrolls) order.emplace_back(busy(u, tile), u);
  const size_t kept = std::min(most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(kept), order.end());
  std::vector<size_t> first;
  for (size_t k = 0; k < kept; ++k) first.push_back(order[k].second);
  return first;
}

void Bodies::look_at(const Extents& share) {
  if (share == share_) return;
  share_ = share;
  std::vector<size_t> all;
  for (size_t u = 0; u < problem_.unrolls.size(); ++u)
    if (!problem_.unrolls[u].dominated) all.push_back(u);
  looked_at_ = soonest(all, share, kLookedAt);
}

int64_t Bodies::least(const Extents& tile) const {
  int64_t least = INT64_MAX;
  for (size_t u : looked_at_) {
    if (problem_.times.array_busy(tile, problem_.unrolls[u].unroll) >= least) continue;
    least = std::min(least, busy(u, tile));
  }
  return least + problem_.times.fill + 2 * problem_.times.semaphore;
}

bool Bodies::fit(size_t unroll, const Places& places, const Extents& tile, Body& body) const {
  const UnrollClass& u = problem_.unrolls[unroll];
  const std::array<int64_t, 3> one{1, 1, 1};
  Extents pieces;
  for (Dim d : kDims) pieces[d] = ceil_div(tile[d], body.b[d]);
  for (;;) {
    const int flow = flow_that_fits(problem_, u, places, body.b, one);
    if (flow >= 0) {
      body.flow = static_cast<size_t>(flow);
      return true;
    }
    // Of what overflows most the dim with most steps is cut further.
    const ArrayTier& array = problem_.system.array;
    const Dataflow* any = nullptr;
    for (size_t f : u.flows)
      if (problem_.flows[f].inner == places) any = &problem_.flows[f];
    if (any == nullptr) return false;
    size_t worst = 0;
    int64_t most = -1;
    for (size_t x = 0; x < 3; ++x) {
      if (places[x] == Place::Pe) continue;
      const int64_t elems = block_elems(problem_.work.operands[x], any->p, body.b, places[x]);
      const int64_t bytes = packed_bytes(elems, x == 2 ? kPartialSumBits : problem_.precision.bits);
      const int64_t used =
          places[x] == Place::Acc
              ? elems * 1024 / std::max<int64_t>(array.accumulators, 1)
              : bytes * 1024 /
                    std::max<int64_t>(places[x] == Place::L0 ? array.l0_bytes : array.lrf_bytes, 1);
      if (used > most) {
        most = used;
        worst = x;
      }
    }
    Dim longest = Dim::mb;
    int64_t steps = 0;
    for (Dim d : kDims)
      if (contains(problem_.dims[worst], d) && body.b[d] > 1 &&
          ceil_div(body.b[d], u.unroll[d]) > steps) {
        steps = ceil_div(body.b[d], u.unroll[d]);
        longest = d;
      }
    if (steps == 0) return false;
    const int64_t before = body.b[longest];
    if (steps == 1) {
      body.b[longest] = ceil_div(before, 2);
    } else {
      int64_t& n = pieces[longest];
      do {
        n += 1 + n / 4;
        body.b[longest] = even_piece(tile[longest], u.unroll[longest], n);
      } while (body.b[longest] >= before);
    }
  }
}

void Bodies::price(size_t unroll, const TileShape& tile, bool wide, Body& body) const {
  DimSet loops = 0;
  for (Dim d : kDims)
    if (body.b[d] < tile.ext[d]) loops |= bit(d);
  const std::array<TransferType, 3> types = array_types(problem_, body.flow, body.b, loops);
  BlockPlan plan;
  set_unroll(plan, problem_.unrolls[unroll].unroll, problem_.unrolls[unroll].pe_unroll);
  for (size_t x = 0; x < 3; ++x) {
    plan.hops[x].inner = problem_.flows[body.flow].inner[x];
    plan.hops[x].type = types[x];
  }
  set_order(plan, problem_.accesses, among(body.order, loops), problem_.precision.bits, wide);
  set_block(plan, problem_.accesses, body.b);
  body.cycles = body_cycles(problem_.accesses, problem_.times, plan, tile);
}

std::optional<Body> Bodies::under(size_t unroll, const Places& places, const TileShape& tile,
                                  bool wide) const {
  Body body;
  body.b = tile.ext;
  if (!fit(unroll, places, tile.ext, body)) return std::nullopt;
  std::optional<Body> best;
  for (const Order& order : orders_) {
    body.order = order;
    price(unroll, tile, wide, body);
    if (!best || body.cycles < best->cycles) best = body;
    if (body.b == tile.ext) break;  // no loops
  }
  return best;
}

// Blocks of one dim more or fewer, or of twice as many or half.
void Bodies::improve(size_t unroll, const TileShape& tile, bool wide, Body& best) const {
  const UnrollClass& u = problem_.unrolls[unroll];
  const Places places = problem_.flows[best.flow].inner;
  bool better = true;
  for (int round = 0; better && round < 4; ++round) {
    better = false;
    for (Dim d : kDims) {
      if (tile.ext[d] == 1) continue;
      const int64_t pieces = ceil_div(tile.ext[d], best.b[d]);
      for (const int64_t n : {pieces - 1, pieces + 1, pieces / 2, 2 * pieces}) {
        if (n < 1) continue;
        Body next = best;
        next.b[d] = even_piece(tile.ext[d], u.unroll[d], n);
        if (next.b[d] == best.b[d] || !fit(unroll, places, tile.ext, next)) continue;
        price(unroll, tile, wide, next);
        if (next.cycles >= best.cycles) continue;
        best = next;
        better = true;
      }
    }
    for (const Order& order : orders_) {
      Body next = best;
      next.order = order;
      price(unroll, tile, wide, next);
      if (next.cycles >= best.cycles) continue;
      best = next;
      better = true;
    }
  }
}

std::optional<Body> Bodies::construct(const TileShape& tile, bool wide) const {
  std::vector<std::pair<Body, size_t>> found;
  for (size_t u : soonest(looked_at_, tile.ext, kConstructed))
    for (const Places& places : problem_.inner_places)
      if (const auto body = under(u, places, tile, wide)) found.emplace_back(*body, u);
  if (found.empty()) return std::nullopt;
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first.cycles < b.first.cycles; });
  found.resize(std::min(found.size(), kImproved));
  size_t best = 0;
  for (size_t k = 0; k < found.size(); ++k) {
    improve(found[k].second, tile, wide, found[k].first);
    if (found[k].first.cycles < found[best].first.cycles) best = k;
  }
  return found[best].first;
}

}  // namespace tilewright::greedy
