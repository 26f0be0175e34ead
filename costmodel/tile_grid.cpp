#include "costmodel/tile_grid.h"

#include <algorithm>

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

bool wholly_inside(const AccessAxis& axis, int64_t extent) {
  return axis.terms.size() == 1 && axis.offset >= 0 &&
         axis.offset + axis.terms[0].coefficient * (extent - 1) < axis.extent;
}

AxisCounts counts_of(const AccessAxis& axis, int64_t step, const RapidDsc& dsc,
                     const LoopNest& nest) {
  AxisCounts counts;
  DimTiles dims[2];
  for (size_t k = 0; k < axis.terms.size(); ++k) {
    counts.dim[k] = axis.terms[k].dim;
    dims[k] = tiles_of(axis.terms[k].dim, dsc, nest);
    counts.loop[k] = dims[k].loop;
    counts.trips[k] = dims[k].trips;
  }
  if (!axis.terms.empty() && wholly_inside(axis, dsc.n[axis.terms[0].dim])) {
    counts.plain = true;
    counts.total = dsc.n[counts.dim[0]];
    return counts;
  }
  for (int64_t a = 0; a < counts.trips[0]; ++a)
    for (int64_t b = 0; b < counts.trips[1]; ++b) {
      int64_t most = 0;
      for (const Slice& slice_a : dims[0].slices)
        for (const Slice& slice_b : dims[1].slices) {
          Extents pos, ext = Extents::filled(1);
          const Slice tile[2] = {tile_of(dims[0], slice_a, a), tile_of(dims[1], slice_b, b)};
          for (size_t k = 0; k < axis.terms.size(); ++k) {
            pos[counts.dim[k]] = tile[k].start;
            ext[counts.dim[k]] = tile[k].size;
          }
          const int64_t points = axis_points_inside(axis, step, pos, ext);
          most = std::max(most, points);
          counts.total += points;
        }
      counts.most.push_back(most);
    }
  return counts;
}

}  // namespace

TileGrid::TileGrid(const Work& work, const RapidDsc& dsc, const LoopNest& nest) : nest_(nest) {
  for (const Motion& m : nest.external) {
    const Operand& operand = work.operands[static_cast<size_t>(m.operand)];
    std::vector<AxisCounts> axes;
    for (size_t a = 0; a < operand.axes.size(); ++a)
      axes.push_back(counts_of(operand.axes[a], m.steps[a], dsc, nest));
    axes_.push_back(std::move(axes));
    int depth = -1;
    for (size_t l = 0; l < nest.t_loops.size(); ++l)
      if (contains(m.moves, nest.t_loops[l].ref.dim)) depth = static_cast<int>(l);
    depth_.push_back(depth);
  }
  make_classes();
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
  TileShape shape{nest_.share, true, true};
  for (size_t l = 0; l < nest_.t_loops.size(); ++l) {
    const Loop& loop = nest_.t_loops[l];
    shape.ext[loop.ref.dim] = std::min(loop.step, loop.limit - index[l] * loop.step);
    if (!contains(nest_.t_partial, loop.ref.dim)) continue;
    if (index[l] > 0) shape.first = false;
    if (index[l] < loop.trips - 1) shape.final = false;
  }
  return shape;
}

int64_t TileGrid::bytes(size_t motion, const LoopIndex& index, const Extents& ext) const {
  int64_t elems = 1;
  for (const AxisCounts& axis : axes_[motion]) elems *= axis.at(index, ext);
  return elems * nest_.external[motion].link_bytes;
}

int64_t TileGrid::total_bytes(size_t motion) const {
  int64_t elems = nest_.external[motion].link_bytes;
  for (const AxisCounts& axis : axes_[motion]) elems *= axis.total;
  for (int l = 0; l < depth_[motion]; ++l)
    if (!contains(nest_.external[motion].moves, nest_.t_loops[static_cast<size_t>(l)].ref.dim))
      elems *= nest_.t_loops[static_cast<size_t>(l)].trips;
  return elems;
}

}  // namespace tilewright
