#include "dse/balanced/division.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"

namespace tilewright::balanced {

namespace {

// Elements along one axis at tile `index` of its carrier, on the core that has most: [T1].
class AxisCount {
 public:
  AxisCount(const Problem& problem, const Division& division, const AccessAxis& axis, int64_t tile)
      : axis_(axis), at_(carrier(problem, axis)), tile_(tile) {
    Extents box = Extents::filled(1);
    for (size_t k = 0; k < axis.terms.size(); ++k) {
      const Dim d = axis.terms[k].dim;
      slices_[k] = slices(problem.work.extent[d], division.parts[d], ShareRule::Balanced);
      box[d] = k == at_ ? tile : division.share[d];
    }
    step_ = lattice_step(axis, box);
  }

  int64_t operator()(int64_t index) const {
    int64_t most = 0;
    for (const Slice& a : slices_[0])
      for (const Slice& b : slices_[1]) {
        Extents pos, ext = Extents::filled(1);
        for (size_t k = 0; k < axis_.terms.size(); ++k) {
          const Slice& slice = k == 0 ? a : b;
          const Dim d = axis_.terms[k].dim;
          const int64_t start = k == at_ ? index * tile_ : 0;
          pos[d] = slice.start + start;
          ext[d] = k == at_ ? std::clamp<int64_t>(slice.size - start, 0, tile_) : slice.size;
        }
        most = std::max(most, axis_points_inside(axis_, step_, pos, ext));
      }
    return most;
  }

 private:
  const AccessAxis& axis_;
  size_t at_;
  int64_t tile_, step_ = 1;
  std::vector<Slice> slices_[2] = {{{0, 1}}, {{0, 1}}};
};

struct CarriedAxis {
  size_t operand;
  AxisCount count;
};

void put(DimTile& t, int64_t index, const TileClass& at) {
  size_t c = 0;
  while (c < t.classes.size() && !t.classes[c].alike(at)) ++c;
  if (c == t.classes.size()) t.classes.push_back(at);
  if (t.runs.empty() || t.runs.back().of != c) t.runs.push_back({index, c});
}

void make_kinds(DimTile& t) {
  for (const IndexClass& run : PlainClasses::of(t.trips)) {
    if (t.trips == 1) {
      t.kinds.push_back({0, 1});
      return;
    }
    // Cut where a class begins or ends within reach of a neighbour.
    int64_t begin = run.index;
    const int64_t end = run.index + run.count;
    while (begin < end) {
      int64_t upto = begin + 1;
      size_t r = t.runs.size() - 1;
      while (t.runs[r].begin > begin - 1 && r > 0) --r;
      const int64_t reach = r + 1 < t.runs.size() ? t.runs[r + 1].begin : t.trips;
      if (begin >= 1 && t.class_at(begin - 1) == t.class_at(begin))
        upto = std::max(upto, std::min(end, reach - 1));
      t.kinds.push_back({begin, upto - begin});
      begin = upto;
    }
  }
}

}  // namespace

Division::Division(const Problem& problem, const Extents& parts_in) : parts(parts_in) {
  constant.fill(1);
  for (Dim d : kDims) share[d] = largest_share(problem.work.extent[d], parts[d]);
  for (size_t x = 0; x < problem.operands; ++x) {
    pieces[x] = 1;
    for (Dim d : kDims)
      if (contains(problem.dims[x], d)) pieces[x] *= parts[d];
    for (const AccessAxis& axis : problem.work.operands[x].axes)
      if (axis.terms.empty())
        constant[x] *= axis_points_inside(axis, 1, Extents{}, Extents::filled(1));
  }
  for (Dim d : kDims) {
    const auto k = static_cast<size_t>(d);
    candidates_[k] =
        contains(problem.whole, d) ? std::vector<int64_t>{share[d]} : balanced_tiles(share[d]);
    add_tile(problem, d, share[d]);
  }
  for (size_t x = 0; x < problem.operands; ++x) {
    monotone[x] = true;
    for (const AccessAxis& axis : problem.work.operands[x].axes)
      monotone[x] = monotone[x] && axis_monotone(problem, axis);
  }
}

// Whether no tiling of the axis fetches fewer elements than the whole. Windows without holes are
// so by their shape; with holes, tiles of one index may skip what the whole's lattice covers.
bool Division::axis_monotone(const Problem& problem, const AccessAxis& axis) const {
  if (axis.terms.size() < 2) return true;
  const size_t at = carrier(problem, axis);
  const AccessTerm &moving = axis.terms[at], &window = axis.terms[1 - at];
  if (moving.coefficient % window.coefficient == 0 &&
      moving.coefficient <= window.coefficient * share[window.dim])
    return true;
  if (problem.objective.counts_energy()) return false;  // this looks at one core only
  const auto k = static_cast<size_t>(moving.dim);
  const int64_t all = AxisCount(problem, *this, axis, share[moving.dim])(0);
  for (int64_t tile : candidates_[k]) {
    const AxisCount count(problem, *this, axis, tile);
    int64_t sum = 0;
    for (int64_t index = 0; index * tile < share[moving.dim]; ++index) sum += count(index);
    if (sum < all) return false;
  }
  return true;
}

void Division::extend(const Problem& problem, int64_t trips) {
  if (trips <= reached_) return;
  reached_ = trips;
  for (Dim d : kDims) {
    const auto k = static_cast<size_t>(d);
    while (tiles[k].size() < candidates_[k].size()) {
      const int64_t tile = candidates_[k][tiles[k].size()];
      if (ceil_div(share[d], tile) > trips) break;
      add_tile(problem, d, tile);
    }
  }
}

void Division::add_tile(const Problem& problem, Dim d, int64_t tile) {
  const auto k = static_cast<size_t>(d);
  DimTile t;
  t.tile = tile;
  t.trips = ceil_div(share[d], tile);
  TileClass at;
  at.factor.fill(1);
  std::vector<CarriedAxis> carried;
  std::array<int, kMostOperands> plain{};  // axes that count the tile's extent
  for (size_t x = 0; x < problem.operands; ++x)
    for (const AccessAxis& axis : problem.work.operands[x].axes) {
      if (axis.terms.empty() || axis.terms[carrier(problem, axis)].dim != d) continue;
      if (axis.terms.size() == 1 && without_padding(axis, problem.work.extent))
        ++plain[x];
      else
        carried.push_back({x, AxisCount(problem, *this, axis, tile)});
    }
  auto fill = [&](int64_t index) {
    TileClass c = at;
    c.ext = std::min(tile, share[d] - index * tile);
    for (size_t x = 0; x < problem.operands; ++x)
      for (int a = 0; a < plain[x]; ++a) c.factor[x] *= c.ext;
    for (const CarriedAxis& axis : carried) c.factor[axis.operand] *= axis.count(index);
    return c;
  };
  if (carried.empty()) {
    put(t, 0, fill(0));
    if (t.trips > 1) put(t, t.trips - 1, fill(t.trips - 1));
  } else {
    for (int64_t index = 0; index < t.trips; ++index) put(t, index, fill(index));
  }
  for (size_t r = 0; r < t.runs.size(); ++r)
    t.classes[t.runs[r].of].count +=
        (r + 1 < t.runs.size() ? t.runs[r + 1].begin : t.trips) - t.runs[r].begin;
  make_kinds(t);
  for (int64_t u : problem.unroll_values[k]) {
    int64_t steps = 0;
    for (const TileClass& c : t.classes) steps += c.count * ceil_div(c.ext, u);
    t.steps.push_back(steps);
  }
  tiles[k].push_back(std::move(t));
  if (problem.objective.counts_energy()) sums[k].emplace_back(problem, parts, d, tile);
}

namespace {

struct SlotSum {
  const Problem& problem;
  const Division& division;
  const TileChoice& choice;
  size_t x;

  int64_t from(size_t k, int64_t elems) const {
    while (k < kDimCount && !contains(problem.dims[x], kDims[k])) ++k;
    if (k == kDimCount) return division.slot(problem, x, elems);
    int64_t sum = 0;
    for (const TileClass& c : division.tiles[k][choice[k]].classes)
      sum += c.count * from(k + 1, elems * c.factor[x]);
    return sum;
  }
};

}  // namespace

int64_t Division::slot_sum(const Problem& problem, size_t x, const TileChoice& choice) const {
  return SlotSum{problem, *this, choice, x}.from(0, constant[x]);
}

int64_t Division::end_slot(const Problem& problem, size_t x, const TileChoice& choice,
                           bool last) const {
  int64_t elems = constant[x];
  for (size_t k = 0; k < kDimCount; ++k) {
    const DimTile& t = tiles[k][choice[k]];
    elems *= t.classes[last ? t.runs.back().of : t.runs.front().of].factor[x];
  }
  return slot(problem, x, elems);
}

TileChoice Division::choice(const Extents& tile) const {
  TileChoice choice{};
  for (size_t k = 0; k < kDimCount; ++k)
    while (tiles[k][choice[k]].tile != tile.values[k]) ++choice[k];
  return choice;
}

Extents Division::extents(const TileChoice& choice) const {
  Extents t;
  for (Dim d : kDims) t[d] = tile(choice, d).tile;
  return t;
}

}  // namespace tilewright::balanced
