#include "tests/differential/brute_force.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace tilewright::test {

namespace {

using Index = std::array<int64_t, kDimCount>;

struct Range {
  int64_t begin = 0, end = 0;
};
using Ranges = std::array<Range, kDimCount>;

// Bytes of so many elements in one piece.
int64_t packed(int64_t elems, int64_t bits) { return (elems * bits + 7) / 8; }

bool depends(const Operand& operand, size_t dim) {
  for (const AccessAxis& axis : operand.axes)
    for (const AccessTerm& term : axis.terms)
      if (static_cast<size_t>(term.dim) == dim) return true;
  return false;
}

// Calls visit(index) for every index of the box.
template <class Visit>
void for_each_index(const Ranges& box, Visit&& visit) {
  Index at;
  for (size_t d = 0; d < kDimCount; ++d) {
    if (box[d].begin >= box[d].end) return;
    at[d] = box[d].begin;
  }
  while (true) {
    visit(at);
    size_t d = kDimCount;
    while (d-- > 0) {
      if (++at[d] < box[d].end) break;
      at[d] = box[d].begin;
      if (d == 0) return;
    }
  }
}

// Distinct elements of the operand that the box touches; `clip`: only those inside the tensor.
std::set<std::vector<int64_t>> elements_of(const Operand& operand, Ranges box, bool clip) {
  for (size_t d = 0; d < kDimCount; ++d)
    if (!depends(operand, d) && box[d].begin < box[d].end) box[d].end = box[d].begin + 1;
  std::set<std::vector<int64_t>> elements;
  for_each_index(box, [&](const Index& at) {
    std::vector<int64_t> element;
    for (const AccessAxis& axis : operand.axes) {
      int64_t x = axis.offset;
      for (const AccessTerm& term : axis.terms)
        x += term.coefficient * at[static_cast<size_t>(term.dim)];
      if (clip && (x < 0 || x >= axis.extent)) return;
      element.push_back(x);
    }
    elements.insert(element);
  });
  return elements;
}

int64_t touched(const Operand& operand, const Ranges& box, bool clip) {
  return static_cast<int64_t>(elements_of(operand, box, clip).size());
}

// Those inside the tensor that one box touches and another does not.
int64_t fresh(const Operand& operand, const Ranges& box, const Ranges& before) {
  const auto known = elements_of(operand, before, true);
  int64_t count = 0;
  for (const std::vector<int64_t>& element : elements_of(operand, box, true))
    count += known.contains(element) ? 0 : 1;
  return count;
}

// The loops of one stage, in order, over the box; every state as the sub-box of its tile. `trips`
// gives the rounds of a dim (they may exceed what the box needs).
std::vector<Ranges> states(const RapidDsc& dsc, Stage stage, const Ranges& box, const Extents& step,
                           const std::array<int64_t, kDimCount>& trips) {
  std::vector<Ranges> all = {box};
  for (const LoopRef& loop : dsc.loop_order) {
    if (loop.stage != stage) continue;
    const auto d = static_cast<size_t>(loop.dim);
    std::vector<Ranges> finer;
    for (const Ranges& outer : all)
      for (int64_t k = 0; k < trips[d]; ++k) {
        Ranges inner = outer;
        inner[d].begin = std::min(outer[d].end, outer[d].begin + k * step[loop.dim]);
        inner[d].end = std::min(outer[d].end, inner[d].begin + step[loop.dim]);
        finer.push_back(inner);
      }
    all = finer;
  }
  return all;
}

bool same(const Operand& operand, const Ranges& a, const Ranges& b) {
  for (size_t d = 0; d < kDimCount; ++d)
    if (depends(operand, d) && (a[d].begin != b[d].begin || a[d].end != b[d].end)) return false;
  return true;
}

bool empty(const Ranges& box) {
  return std::any_of(box.begin(), box.end(), [](const Range& r) { return r.begin >= r.end; });
}

struct Core {
  Ranges share;
  Index slice;  // which slice of each dim
};

std::vector<Core> cores_of(const Work& work, const RapidDsc& dsc) {
  std::vector<Core> cores = {Core{}};
  for (size_t d = 0; d < kDimCount; ++d) {
    const int64_t extent = work.extent.values[d], parts = dsc.core_d.parts.values[d];
    std::vector<Core> finer;
    for (const Core& core : cores)
      for (int64_t k = 0, at = 0; k < parts; ++k) {
        int64_t size = extent / parts + (k < extent % parts ? 1 : 0);
        if (dsc.core_d.share == ShareRule::Greedy)
          size = std::min((extent + parts - 1) / parts, extent - at);
        Core one = core;
        one.share[d] = {at, at + size};
        one.slice[d] = k;
        finer.push_back(one);
        at += size;
      }
    cores = finer;
  }
  return cores;
}

// What one core adds: external bytes of its own pieces, array-in and array-out bytes.
class CoreCount {
 public:
  CoreCount(const Work& work, const PrecisionInfo& precision, const RapidDsc& dsc)
      : work_(work), precision_(precision), dsc_(dsc) {}

  void run(const Core& core, std::map<std::string, int64_t>& bytes) {
    std::array<int64_t, kDimCount> trips;
    for (size_t d = 0; d < kDimCount; ++d) {
      const int64_t parts = dsc_.core_d.parts.values[d], t = dsc_.t.values[d];
      const int64_t share = (work_.extent.values[d] + parts - 1) / parts;
      trips[d] = (share + t - 1) / t;
    }
    const std::vector<Ranges> tiles = states(dsc_, Stage::T, core.share, dsc_.t, trips);
    for (size_t n = 0; n < tiles.size(); ++n) {
      for (const Operand& o : work_.operands) {
        if (!leads(core, o) || past_lx(o)) continue;
        const auto at_one_place = [&](size_t a, size_t b) {
          return same_position(o, a, b, tiles, trips);
        };
        if (o.role == Role::Out)
          bytes["external"] +=
              packed(touched(o, tiles[n], true), bits_of_out(n, tiles.size(), at_one_place));
        else if (n > 0 && slides(o, n, trips))
          bytes["external"] += packed(fresh(o, tiles[n], tiles[n - 1]), precision_.bits);
        else if (n == 0 || !at_one_place(n, n - 1))
          bytes["external"] += packed(touched(o, tiles[n], true), precision_.bits);
      }
      const Operand& out = work_.operand(Role::Out);
      if (divided() && (n + 1 == tiles.size() || !same_position(out, n, n + 1, tiles, trips)))
        sum_up(core, tiles[n], bytes);
      if (empty(tiles[n])) continue;
      const auto stays = [&](const Operand& o) {
        return n > 0 && same_position(o, n, n - 1, tiles, trips) && !moves_in_blocks(o);
      };
      body(tiles[n], core.share, stays, bytes);
    }
  }

 private:
  // Bits per element of OUT that state n moves: partial sums that come back to where the state
  // goes on with an earlier visit, what leaves when it is the last state here.
  template <class Same>
  int64_t bits_of_out(size_t n, size_t states, Same&& at_one_place) const {
    int64_t bits = 0;
    if (n > 0 && !at_one_place(n, n - 1))
      for (size_t m = 0; m < n; ++m)
        if (at_one_place(n, m)) {
          bits += 32;
          break;
        }
    if (n + 1 < states && at_one_place(n, n + 1)) return bits;
    for (size_t m = n + 1; m < states; ++m)
      if (at_one_place(n, m)) return bits + 32;
    return bits + precision_.bits;
  }

  bool divided() const {
    for (size_t d = 0; d < kDimCount; ++d)
      if (contains(work_.reduction, kDims[d]) && dsc_.core_d.parts.values[d] > 1) return true;
    return false;
  }

  // A tile of OUT that is left: every core but the last of those that differ in reduced dims hands
  // it on, that one finishes it.
  void sum_up(const Core& core, Ranges tile, std::map<std::string, int64_t>& bytes) const {
    bool last = true;
    for (size_t d = 0; d < kDimCount; ++d) {
      if (!contains(work_.reduction, kDims[d])) continue;
      tile[d] = {0, 1};
      last &= core.slice[d] == dsc_.core_d.parts.values[d] - 1;
    }
    const int64_t sums = 4 * touched(work_.operand(Role::Out), tile, false);
    if (sums == 0) return;
    const Operand* bias = work_.find(Role::Bias);
    if (!last) {
      bytes["ring"] += sums;
    } else if (work_.kind == WorkKind::Array && (bias != nullptr || !work_.expr.steps.empty())) {
      bytes["array_in"] += sums;
      bytes["array_out"] += sums;
      if (bias != nullptr)
        bytes["array_in"] += packed(touched(*bias, tile, false), precision_.bits);
    }
  }

  // One core of each multicast group counts.
  bool leads(const Core& core, const Operand& o) const {
    for (size_t d = 0; d < kDimCount; ++d)
      if (!depends(o, d) && core.slice[d] != 0) return false;
    return true;
  }

  // Whether two states of the tile nest stand at the same index in every loop the operand moves
  // with (empty tiles of short slices still are states of their own).
  bool same_position(const Operand& o, size_t a, size_t b, const std::vector<Ranges>& tiles,
                     const std::array<int64_t, kDimCount>& trips) const {
    size_t left = tiles.size();
    for (const LoopRef& loop : dsc_.loop_order) {
      if (loop.stage != Stage::T) continue;
      const auto d = static_cast<size_t>(loop.dim);
      left /= static_cast<size_t>(trips[d]);
      if (depends(o, d) &&
          (a / left) % static_cast<size_t>(trips[d]) != (b / left) % static_cast<size_t>(trips[d]))
        return false;
    }
    return true;
  }

  // Whether an operand whose tiles slide has come to state n by a step of its innermost loop.
  bool slides(const Operand& o, size_t n, const std::array<int64_t, kDimCount>& trips) const {
    const size_t number = static_cast<size_t>(&o - work_.operands.data());
    if (!dsc_.data_structures[number].transfers[0].slide) return false;
    size_t inside = 1;
    for (auto loop = dsc_.loop_order.rbegin(); loop != dsc_.loop_order.rend(); ++loop) {
      if (loop->stage != Stage::T) continue;
      const auto d = static_cast<size_t>(loop->dim);
      if (depends(o, d)) return n % inside == 0 && n / inside % static_cast<size_t>(trips[d]) != 0;
      inside *= static_cast<size_t>(trips[d]);
    }
    return false;
  }

  bool moves_in_blocks(const Operand& o) const {
    for (const LoopRef& loop : dsc_.loop_order)
      if (loop.stage == Stage::B && depends(o, static_cast<size_t>(loop.dim))) return true;
    return false;
  }

  bool partial_sums() const {
    bool reduction_outside = divided();
    DimSet pending = 0;
    const Operand& out = work_.operand(Role::Out);
    for (const LoopRef& loop : dsc_.loop_order) {
      const bool reduced = contains(work_.reduction, loop.dim);
      if (loop.stage == Stage::T && reduced) reduction_outside = true;
      if (loop.stage == Stage::B && reduced) pending |= bit(loop.dim);
      if (loop.stage == Stage::B && depends(out, static_cast<size_t>(loop.dim)) && pending != 0)
        reduction_outside = true;
    }
    return reduction_outside;
  }

  // `stays(operand)`: what the tile before brought to the array is still right.
  template <class Stays>
  void body(const Ranges& tile, const Ranges& share, Stays&& stays,
            std::map<std::string, int64_t>& bytes) {
    if (work_.kind == WorkKind::Move) return;
    if (work_.kind == WorkKind::Sfu) return element_wise(tile, share, bytes);
    std::array<int64_t, kDimCount> trips;
    for (size_t d = 0; d < kDimCount; ++d)
      trips[d] = (tile[d].end - tile[d].begin + dsc_.b.values[d] - 1) / dsc_.b.values[d];
    const std::vector<Ranges> blocks = states(dsc_, Stage::B, tile, dsc_.b, trips);
    const int64_t cell = partial_sums() ? 32 : precision_.bits;
    for (const Operand& o : work_.operands) {
      if (o.role == Role::Bias) continue;
      const char* const in = past_lx(o) ? "external" : "array_in";
      size_t entered = 0;
      for (size_t n = 0; n < blocks.size(); ++n) {
        if (streams_into_pes(o)) {
          int64_t elems = 0;
          for (const Ranges& step : array_steps(blocks[n])) elems += touched(o, step, false);
          bytes["array_in"] += packed(elems, precision_.bits);
          continue;
        }
        if (o.role != Role::Out) {
          if (n == 0 ? !stays(o) : !same(o, blocks[n], blocks[n - 1]))
            bytes[in] += packed(touched(o, blocks[n], false), precision_.bits);
          continue;
        }
        if (n > 0 && !same(o, blocks[n], blocks[n - 1])) entered = n;
        if (n + 1 < blocks.size() && same(o, blocks[n], blocks[n + 1])) continue;
        const bool anew = starts_anew(blocks[entered], share);
        const int64_t outputs = touched(o, blocks[n], false);
        if (past_lx(o))
          bytes["external"] += (anew ? 0 : packed(outputs, 32)) +
                               packed(outputs, ends(blocks[n], share) ? precision_.bits : 32);
        else
          bytes["array_out"] += packed(outputs, cell) * (anew ? 1 : 2);
      }
    }
  }

  bool past_lx(const Operand& o) const {
    for (const DataStructure& data : dsc_.data_structures)
      if (data.role == o.role && data.transfers.size() == 1) {
        const DataTransfer& hop = data.transfers[0];
        return hop.src != Place::Lx && hop.dst != Place::Lx;
      }
    return false;
  }

  bool ends(const Ranges& block, const Ranges& share) const {
    for (size_t d = 0; d < kDimCount; ++d)
      if (contains(work_.reduction, kDims[d]) && block[d].end != share[d].end) return false;
    return true;
  }

  bool streams_into_pes(const Operand& o) const {
    for (const DataStructure& data : dsc_.data_structures)
      if (data.role == o.role) return data.transfers.back().dst == Place::Pe;
    return false;
  }

  // What the array does at once, step by step.
  std::vector<Ranges> array_steps(const Ranges& block) const {
    Extents at_once = Extents::filled(1);
    for (const auto* axis : {&dsc_.p.rows, &dsc_.p.columns, &dsc_.p.lanes, &dsc_.p.corelets})
      for (const Unroll& u : *axis) at_once[u.dim] *= u.factor;
    std::vector<Ranges> steps = {block};
    for (size_t d = 0; d < kDimCount; ++d) {
      std::vector<Ranges> finer;
      for (Ranges step : steps)
        for (const int64_t end = step[d].end; step[d].begin < end;
             step[d].begin += at_once.values[d]) {
          step[d].end = std::min(end, step[d].begin + at_once.values[d]);
          finer.push_back(step);
        }
      steps = finer;
    }
    return steps;
  }

  bool starts_anew(const Ranges& block, const Ranges& share) const {
    for (size_t d = 0; d < kDimCount; ++d)
      if (contains(work_.reduction, kDims[d]) && block[d].begin != share[d].begin) return false;
    return true;
  }

  void element_wise(const Ranges& tile, const Ranges& share,
                    std::map<std::string, int64_t>& bytes) {
    for (const Operand& o : work_.operands) {
      if (o.role != Role::Out)
        bytes["array_in"] += packed(touched(o, tile, false), precision_.bits);
      else
        bytes["array_out"] +=
            packed(touched(o, tile, false), partial_sums() ? 32 : precision_.bits) *
            (starts_anew(tile, share) ? 1 : 2);
    }
  }

  const Work& work_;
  const PrecisionInfo& precision_;
  const RapidDsc& dsc_;
};

}  // namespace

std::map<std::string, int64_t> brute_force_bytes(const Work& work, const PrecisionInfo& precision,
                                                 const RapidDsc& dsc) {
  std::map<std::string, int64_t> bytes{{"external", 0}, {"array_in", 0}, {"array_out", 0}};
  for (const Core& core : cores_of(work, dsc)) CoreCount(work, precision, dsc).run(core, bytes);
  return bytes;
}

bool may_have_holes(const Work& work, const RapidDsc& dsc) {
  // Steps of `wide` leave no index out when all of `fine`'s unit steps lie between.
  const auto covered = [&](const AccessTerm& fine, const AccessTerm& wide) {
    const bool whole = dsc.t[fine.dim] == work.extent[fine.dim] &&
                       dsc.b[fine.dim] == work.extent[fine.dim] && dsc.core_d.parts[fine.dim] == 1;
    return fine.coefficient == 1 &&
           (wide.coefficient == 1 || (whole && work.extent[fine.dim] >= wide.coefficient));
  };
  const auto both_unrolled = [&](const AccessAxis& axis) {
    DimSet unrolled = 0;
    for (const auto* along : {&dsc.p.rows, &dsc.p.columns, &dsc.p.lanes, &dsc.p.corelets})
      for (const Unroll& u : *along)
        if (u.factor > 1) unrolled |= bit(u.dim);
    return contains(unrolled, axis.terms[0].dim) && contains(unrolled, axis.terms[1].dim);
  };
  for (const Operand& o : work.operands)
    for (const AccessAxis& axis : o.axes)
      if (axis.terms.size() == 2 && both_unrolled(axis) &&
          axis.terms[0].coefficient * axis.terms[1].coefficient > 1)
        return true;
  for (const Operand& o : work.operands)
    for (const AccessAxis& axis : o.axes)
      if (axis.terms.size() == 2 && !covered(axis.terms[0], axis.terms[1]) &&
          !covered(axis.terms[1], axis.terms[0]))
        return true;
  return false;
}

}  // namespace tilewright::test
