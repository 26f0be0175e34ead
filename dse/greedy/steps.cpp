#include "dse/greedy/steps.h"

#include <algorithm>

#include "dse/greedy/bodies.h"

namespace tilewright::greedy {

namespace {

std::vector<Dim> present(const Problem& problem) {
  std::vector<Dim> dims;
  for (Dim d : kDims)
    if (contains(problem.present, d)) dims.push_back(d);
  return dims;
}

void add_pieces(std::vector<Step>& steps, StepKind pieces, StepKind shift,
                const std::vector<Dim>& dims) {
  for (Dim d : dims)
    for (int change : {kTwice, kHalf, 1, -1}) steps.push_back({pieces, d, d, change});
  for (Dim d : dims)
    for (Dim e : dims)
      if (d != e) steps.push_back({shift, d, e});
}

void add_pairs(std::vector<Step>& steps, StepKind kind, const std::vector<Dim>& dims) {
  for (size_t a = 0; a < dims.size(); ++a)
    for (size_t b = a + 1; b < dims.size(); ++b) steps.push_back({kind, dims[a], dims[b]});
}

int64_t changed(int64_t pieces, int change) {
  return change == kTwice ? 2 * pieces : change == kHalf ? pieces / 2 : pieces + change;
}

bool swap_dims(Order& order, Dim d, Dim e, DimSet loops) {
  if (!contains(loops, d) || !contains(loops, e)) return false;
  std::iter_swap(std::find(order.begin(), order.end(), d),
                 std::find(order.begin(), order.end(), e));
  return true;
}

DimSet loops_of(const Extents& whole, const Extents& piece) {
  DimSet loops = 0;
  for (Dim d : kDims)
    if (piece[d] < whole[d]) loops |= bit(d);
  return loops;
}

class Taker {
 public:
  Taker(const Problem& problem, const Draft& draft)
      : problem_(problem), draft_(draft), share_(draft.share(problem.work)), next_(draft) {}

  bool take(const Step& s) {
    const DimSet t_loops = loops_of(share_, draft_.t), b_loops = loops_of(draft_.t, draft_.b);
    switch (s.kind) {
      case StepKind::TilePieces:
        return tile_pieces(s.d, s.change);
      case StepKind::TileShift:
        return tile_pieces(s.d, 1) && tile_pieces(s.e, -1);
      case StepKind::TileExtent:
        return tile(s.d, draft_.t[s.d] + s.change);
      case StepKind::TileOrder:
        return t_loops != 0 && order(next_.t_order, s.change);
      case StepKind::TileSwap:
        return swap_dims(next_.t_order, s.d, s.e, t_loops);
      case StepKind::Spread:
        return spread(static_cast<size_t>(s.change), t_loops);
      case StepKind::BlockPieces:
        return block_pieces(s.d, s.change);
      case StepKind::BlockShift:
        return block_pieces(s.d, 1) && block_pieces(s.e, -1);
      case StepKind::BlockOrder:
        return b_loops != 0 && order(next_.b_order, s.change);
      case StepKind::BlockSwap:
        return swap_dims(next_.b_order, s.d, s.e, b_loops);
      case StepKind::Place:
        return place(static_cast<size_t>(s.change));
      case StepKind::Parts:
        return parts(s.d, s.e);
      case StepKind::Share:
        return share_rule();
      case StepKind::Ring:
        return ring(s.d, s.e);
    }
    return false;
  }

  const Draft& next() const { return next_; }

 private:
  bool tile(Dim d, int64_t extent) {
    if (extent < 1 || extent > share_[d] || extent == next_.t[d]) return false;
    const bool whole = next_.b[d] == next_.t[d];
    const int64_t pieces = ceil_div(next_.t[d], next_.b[d]);
    next_.t[d] = extent;
    next_.b[d] = whole ? extent : even_piece(extent, unroll(d), pieces);
    return true;
  }

  bool tile_pieces(Dim d, int change) {
    const int64_t pieces = changed(ceil_div(share_[d], next_.t[d]), change);
    return pieces >= 1 && pieces <= share_[d] && tile(d, ceil_div(share_[d], pieces));
  }

  bool block_pieces(Dim d, int change) {
    const int64_t pieces = changed(ceil_div(next_.t[d], next_.b[d]), change);
    if (pieces < 1) return false;
    const int64_t extent = pieces == 1 ? next_.t[d] : even_piece(next_.t[d], unroll(d), pieces);
    if (extent == next_.b[d]) return false;
    next_.b[d] = extent;
    return true;
  }

  int64_t unroll(Dim d) const {
    return problem_.work.kind == WorkKind::Array ? problem_.flows[draft_.flow].unroll[d] : 1;
  }

  bool order(Order& order, int k) const {
    const std::vector<Order> orders = kept_orders(problem_);
    if (static_cast<size_t>(k) >= orders.size() || order == orders[static_cast<size_t>(k)])
      return false;
    order = orders[static_cast<size_t>(k)];
    return true;
  }

  bool spread(size_t x, DimSet t_loops) {
    if ((problem_.dims[x] & t_loops) == 0) return false;
    next_.spread ^= 1u << x;
    return true;
  }

  // A dataflow that lays the same along the axes.
  bool place(size_t k) {
    const Dataflow& now = problem_.flows[draft_.flow];
    if (now.inner == problem_.inner_places[k]) return false;
    for (size_t f = 0; f < problem_.flows.size(); ++f)
      if (problem_.flows[f].inner == problem_.inner_places[k] && problem_.flows[f].p == now.p) {
        next_.flow = f;
        return true;
      }
    return false;
  }

  bool parts(Dim d, Dim e) {
    Extents& all = next_.cores.parts;
    if (d != e) {
      if (all[e] == 1) return false;
      all[e] /= 2;
    }
    int64_t left = std::max<int64_t>(problem_.system.chip.cores, 1);
    for (Dim x : kDims)
      if (x != d) left /= all[x];
    const int64_t n = problem_.work.extent[d];
    const int64_t most = std::min(n, left);
    all[d] = ceil_div(n, ceil_div(n, most));
    if (all == draft_.cores.parts) return false;
    std::vector<Dim>& ring = next_.cores.ring_order;
    ring.erase(std::remove_if(ring.begin(), ring.end(), [&](Dim x) { return all[x] == 1; }),
               ring.end());
    if (all[d] > 1 && std::find(ring.begin(), ring.end(), d) == ring.end()) {
      const auto reduced = std::find_if(
          ring.begin(), ring.end(), [&](Dim x) { return contains(problem_.work.reduction, x); });
      ring.insert(contains(problem_.work.reduction, d) ? ring.end() : reduced, d);
    }
    const Extents before = share_;
    share_ = next_.share(problem_.work);
    for (Dim x : {d, e}) {
      const int64_t pieces = std::min(share_[x], ceil_div(before[x], draft_.t[x]));
      tile(x, ceil_div(share_[x], pieces));
    }
    return true;
  }

  bool share_rule() {
    next_.cores.share =
        draft_.cores.share == ShareRule::Greedy ? ShareRule::Balanced : ShareRule::Greedy;
    for (Dim d : kDims)
      if (problem_.work.extent[d] % draft_.cores.parts[d] != 0) return true;
    return false;
  }

  bool ring(Dim d, Dim e) {
    std::vector<Dim>& ring = next_.cores.ring_order;
    const auto a = std::find(ring.begin(), ring.end(), d),
               b = std::find(ring.begin(), ring.end(), e);
    if (a == ring.end() || b == ring.end()) return false;
    std::iter_swap(a, b);
    return true;
  }

  const Problem& problem_;
  const Draft& draft_;
  Extents share_;
  Draft next_;
};

}  // namespace

std::vector<Step> tile_steps(const Problem& problem) {
  std::vector<Step> steps;
  const std::vector<Dim> dims = present(problem);
  for (size_t k = 0; k < kept_orders(problem).size(); ++k)
    steps.push_back({StepKind::TileOrder, {}, {}, static_cast<int>(k)});
  for (Dim d : dims)
    for (int change : {kTwice, kHalf, 1, -1}) steps.push_back({StepKind::TilePieces, d, d, change});
  return steps;
}

std::vector<Step> all_steps(const Problem& problem) {
  const std::vector<Dim> dims = present(problem);
  std::vector<Step> steps = tile_steps(problem);
  for (size_t x = 0; x < problem.operands; ++x)
    steps.push_back({StepKind::Spread, {}, {}, static_cast<int>(x)});
  for (Dim d : dims)
    for (Dim e : dims)
      if (d != e) steps.push_back({StepKind::TileShift, d, e});
  add_pairs(steps, StepKind::TileSwap, dims);
  for (Dim d : dims)
    for (int change : {1, -1}) steps.push_back({StepKind::TileExtent, d, d, change});
  if (problem.work.kind == WorkKind::Array) {
    add_pieces(steps, StepKind::BlockPieces, StepKind::BlockShift, dims);
    for (size_t k = 0; k < kept_orders(problem).size(); ++k)
      steps.push_back({StepKind::BlockOrder, {}, {}, static_cast<int>(k)});
    add_pairs(steps, StepKind::BlockSwap, dims);
    for (size_t k = 0; k < problem.inner_places.size(); ++k)
      steps.push_back({StepKind::Place, {}, {}, static_cast<int>(k)});
  }
  if (problem.system.chip.cores > 1) {
    for (Dim d : dims)
      for (Dim e : dims) steps.push_back({StepKind::Parts, d, e});
    steps.push_back({StepKind::Share});
    add_pairs(steps, StepKind::Ring, dims);
  }
  return steps;
}

std::optional<Draft> take(const Problem& problem, const Draft& draft, const Step& step) {
  Taker taker(problem, draft);
  if (!taker.take(step)) return std::nullopt;
  return taker.next();
}

}  // namespace tilewright::greedy
