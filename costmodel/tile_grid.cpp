#include "costmodel/tile_grid.h"

#include <algorithm>
#include <optional>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/share.h"

namespace tilewright {

namespace {

// One dim of a layer: how it falls to cores and tiles.
struct DimTiles {
  std::vector<Slice> slices{{0, 1}};
  int64_t tile = 1;
  int64_t trips = 1;
  int loop = -1;
};

DimTiles tiles_of(Dim dim, const RapidDsc& dsc, const LoopNest& nest) {
  DimTiles t{slices(dsc.n[dim], dsc.core_d.parts[dim], dsc.core_d.share), dsc.t[dim], 1, -1};
  for (size_t l = 0; l < nest.t_loops.size(); ++l)
    if (nest.t_loops[l].ref.dim == dim) {
      t.trips = nest.t_loops[l].trips;
      t.loop = static_cast<int>(l);
    }
  return t;
}

// Position and extent of tile `index` in a slice.
Slice tile_of(const DimTiles& t, const Slice& slice, int64_t index) {
  const int64_t start = index * t.tile;
  return {slice.start + start, std::clamp<int64_t>(slice.size - start, 0, t.tile)};
}

// One axis of an external motion.
struct MovedAxis {
  const AccessAxis& axis;
  int64_t step = 1;
  const Slide* slide = nullptr;  // along this axis

  MovedAxis(const Work& work, const Motion& m, size_t a)
      : axis(work.operands[static_cast<size_t>(m.operand)].axes[a]), step(m.steps[a]) {
    if (m.slide && m.slide->axis == static_cast<int>(a)) slide = &*m.slide;
  }
  // [T5] Those points of a tile that are fetched, where the sliding loop is past its first index
  // or not.
  int64_t points(const Extents& pos, const Extents& ext, bool slides) const {
    return axis_points_inside(axis, step, pos, ext,
                              slides ? slide->per_index * ext[slide->dim] : INT64_MAX);
  }
};

// Calls visit(points) for each pair of slices at tile indices `at` of the axis' dims.
template <class Visit>
void for_slices(const MovedAxis& moved, const DimTiles (&dims)[2], const int64_t (&at)[2],
                Visit&& visit) {
  const AccessAxis& axis = moved.axis;
  bool slides = false;
  for (size_t k = 0; moved.slide != nullptr && k < axis.terms.size(); ++k)
    slides |= axis.terms[k].dim == moved.slide->dim && at[k] > 0;
  for (const Slice& a : dims[0].slices)
    for (const Slice& b : dims[1].slices) {
      Extents pos, ext = Extents::filled(1);
      const Slice tile[2] = {tile_of(dims[0], a, at[0]), tile_of(dims[1], b, at[1])};
      for (size_t k = 0; k < axis.terms.size(); ++k) {
        pos[axis.terms[k].dim] = tile[k].start;
        ext[axis.terms[k].dim] = tile[k].size;
      }
      visit(moved.points(pos, ext, slides));
    }
}

AxisCounts counts_of(const MovedAxis& moved, const RapidDsc& dsc, const LoopNest& nest) {
  const AccessAxis& axis = moved.axis;
  AxisCounts counts;
  DimTiles dims[2];
  for (size_t k = 0; k < axis.terms.size(); ++k) {
    counts.dim[k] = axis.terms[k].dim;
    dims[k] = tiles_of(axis.terms[k].dim, dsc, nest);
    counts.loop[k] = dims[k].loop;
    counts.trips[k] = dims[k].trips;
  }
  counts.plain = moved.slide == nullptr && axis.terms.size() == 1 && without_padding(axis, dsc.n);
  if (counts.plain) return counts;
  for (int64_t a = 0; a < counts.trips[0]; ++a)
    for (int64_t b = 0; b < counts.trips[1]; ++b) {
      int64_t most = 0;
      for_slices(moved, dims, {a, b}, [&](int64_t n) { most = std::max(most, n); });
      counts.most.push_back(most);
    }
  return counts;
}

// Sum of value(points along the axis) over all tiles and distinct slices of the cores.
template <class Value>
int64_t sum_over_tiles(const MovedAxis& moved, const RapidDsc& dsc, const LoopNest& nest,
                       Value&& value) {
  const AccessAxis& axis = moved.axis;
  DimTiles dims[2];
  for (size_t k = 0; k < axis.terms.size(); ++k) dims[k] = tiles_of(axis.terms[k].dim, dsc, nest);
  int64_t sum = 0;
  for (int64_t a = 0; a < dims[0].trips; ++a)
    for (int64_t b = 0; b < dims[1].trips; ++b)
      for_slices(moved, dims, {a, b}, [&](int64_t n) { sum += value(n); });
  return sum;
}

}  // namespace

TileGrid::TileGrid(const Work& work, const UnitTimes& times, const RapidDsc& dsc,
                   const LoopNest& nest)
    : work_(work), times_(times), dsc_(dsc), nest_(nest) {
  for (const Motion& m : nest.external) {
    const Operand& operand = work.operands[static_cast<size_t>(m.operand)];
    std::vector<AxisCounts> axes;
    for (size_t a = 0; a < operand.axes.size(); ++a)
      axes.push_back(counts_of(MovedAxis(work, m, a), dsc, nest));
    axes_.push_back(std::move(axes));
    depth_.push_back(innermost(m.moves));
  }
  for (const Motion& inner : nest.inner) tile_depth_.push_back(innermost(inner.tile_moves));
  make_classes();
}

int TileGrid::innermost(DimSet moves) const {
  int depth = -1;
  for (size_t l = 0; l < nest_.t_loops.size(); ++l)
    if (contains(moves, nest_.t_loops[l].ref.dim)) depth = static_cast<int>(l);
  return depth;
}

// [T2] Indices of a loop fall into one class while every axis counts the same there and on both
// sides.
void TileGrid::make_classes() {
  odometer_.loops = static_cast<int>(nest_.t_loops.size());
  for (size_t l = 0; l < nest_.t_loops.size(); ++l) {
    const int64_t trips = odometer_.trips[l] = nest_.t_loops[l].trips;
    std::vector<const AxisCounts*> tables;
    for (const auto& operand : axes_)
      for (const AxisCounts& axis : operand)
        if (!axis.plain &&
            (axis.loop[0] == static_cast<int>(l) || axis.loop[1] == static_cast<int>(l)))
          tables.push_back(&axis);
    const PlainClasses plain = PlainClasses::of(trips);
    auto& classes = odometer_.classes[l];
    if (tables.empty()) {
      classes.assign(plain.begin(), plain.end());
      continue;
    }
    // Whether indices i and i+1 count alike in every table.
    auto alike = [&](int64_t i) {
      for (const AxisCounts* t : tables) {
        const bool outer = t->loop[0] == static_cast<int>(l);
        const int64_t partners = outer ? t->trips[1] : t->trips[0];
        for (int64_t p = 0; p < partners; ++p) {
          const int64_t x = outer ? i * t->trips[1] + p : p * t->trips[1] + i;
          const int64_t y = outer ? x + t->trips[1] : x + 1;
          if (t->most[static_cast<size_t>(x)] != t->most[static_cast<size_t>(y)]) return false;
        }
      }
      return true;
    };
    for (const IndexClass& run : plain)
      for (int64_t i = run.index; i < run.index + run.count; ++i) {
        const bool joins = i > run.index && alike(i - 2) && alike(i - 1) && alike(i);
        if (joins)
          ++classes.back().count;
        else
          classes.push_back({i, 1});
      }
  }
}

TileShape TileGrid::tile(const LoopIndex& index) const {
  TileShape shape;
  shape.ext = nest_.share;
  for (size_t l = 0; l < nest_.t_loops.size(); ++l) {
    const Loop& loop = nest_.t_loops[l];
    shape.ext[loop.ref.dim] = std::min(loop.step, loop.limit - index[l] * loop.step);
    if (index[l] > 0) shape.fresh &= fresh_beside(loop.ref.dim);
    if (!contains(nest_.t_partial, loop.ref.dim)) continue;
    if (index[l] > 0) shape.first = false;
    if (index[l] < loop.trips - 1) shape.final = false;
  }
  return shape;
}

unsigned TileGrid::fresh_beside(Dim d) const {
  int loop = -1;
  for (size_t l = 0; l < nest_.t_loops.size(); ++l)
    if (nest_.t_loops[l].ref.dim == d) loop = static_cast<int>(l);
  unsigned fresh = ~0u;
  for (size_t m = 0; m < tile_depth_.size(); ++m)
    if (loop > tile_depth_[m]) fresh &= ~(1u << m);
  return fresh;
}

int64_t TileGrid::bytes(size_t motion, const LoopIndex& index, int64_t elem_bits) const {
  const Motion& m = nest_.external[motion];
  const Extents ext = tile(index).ext;
  int64_t runs = 1, run = 1;
  for (size_t a = 0; a < axes_[motion].size(); ++a)
    ((m.run_axes >> a & 1) != 0 ? run : runs) *= axes_[motion][a].at(index, ext);
  return runs * run_bytes(run, elem_bits);
}

bool TileGrid::first_visit(size_t motion, const LoopIndex& index) const {
  for (size_t l = 0; l < nest_.t_loops.size(); ++l)
    if (contains(nest_.external[motion].revisits, nest_.t_loops[l].ref.dim) && index[l] > 0)
      return false;
  return true;
}

bool TileGrid::last_visit(size_t motion, const LoopIndex& index) const {
  for (size_t l = 0; l < nest_.t_loops.size(); ++l)
    if (contains(nest_.external[motion].revisits, nest_.t_loops[l].ref.dim) &&
        index[l] < nest_.t_loops[l].trips - 1)
      return false;
  return true;
}

// Of all tiles and distinct slices, once each. All axes of a run but one are whole in every tile:
// the sum over that one's tiles is the run's.
int64_t TileGrid::bytes_once(size_t motion, int64_t elem_bits) const {
  const Motion& m = nest_.external[motion];
  const Operand& operand = work_.operands[static_cast<size_t>(m.operand)];
  int64_t whole = 1, runs = 1;
  std::optional<size_t> varied;
  const auto each = [&](size_t a, auto&& value) {
    return sum_over_tiles(MovedAxis(work_, m, a), dsc_, nest_, value);
  };
  for (size_t a = 0; a < operand.axes.size(); ++a) {
    const bool several = each(a, [](int64_t) { return 1; }) > 1;
    if ((m.run_axes >> a & 1) == 0)
      runs *= each(a, [](int64_t n) { return n; });
    else if (several)
      varied = a;
    else
      whole *= each(a, [](int64_t n) { return n; });
  }
  return runs * (varied ? each(*varied, [&](int64_t n) { return run_bytes(n * whole, elem_bits); })
                        : run_bytes(whole, elem_bits));
}

// Fetches repeat with the loops outside that do not move the operand. OUT's visits but the last
// store partial sums, those but the first load them.
int64_t TileGrid::total_bytes(size_t motion) const {
  const Motion& m = nest_.external[motion];
  int64_t times = 1;
  for (int l = 0; l < depth_[motion]; ++l)
    if (!contains(m.moves, nest_.t_loops[static_cast<size_t>(l)].ref.dim))
      times *= nest_.t_loops[static_cast<size_t>(l)].trips;
  if (!m.store) return times * bytes_once(motion, m.link_bits);
  return bytes_once(motion, m.link_bits) + 2 * (times - 1) * bytes_once(motion, kPartialSumBits);
}

}  // namespace tilewright
