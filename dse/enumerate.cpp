#include "dse/enumerate.h"

#include "compiler/mapping/share.h"

namespace tilewright {

namespace {

// Each function fixes one kind of choice and goes on to the next; false: stop.
class Enumeration {
 public:
  Enumeration(const Problem& problem, const std::function<bool(const MappingChoice&)>& visit)
      : problem_(problem), visit_(visit) {}

  bool run() {
    for (const Extents& parts : divisions(problem_.work, problem_.system.chip.cores)) {
      choice_.parts = parts;
      for (Dim d : kDims) share_[d] = largest_share(problem_.work.extent[d], parts[d]);
      choice_.types.assign(problem_.operands, {TransferType::BlockLoad, TransferType::Stream});
      choice_.inner.assign(problem_.operands, Place::L0);
      if (!tiles(0)) return false;
    }
    return true;
  }

 private:
  bool array() const { return problem_.work.kind == WorkKind::Array; }

  static DimSet several(const Extents& limit, const Extents& step) {
    DimSet set = 0;
    for (Dim d : kDims)
      if (step[d] < limit[d]) set |= bit(d);
    return set;
  }

  // Operands that move with some of the loops, as bits.
  unsigned moving(DimSet loops, size_t operands) const {
    unsigned set = 0;
    for (size_t x = 0; x < operands; ++x)
      if ((problem_.dims[x] & loops) != 0) set |= 1u << x;
    return set;
  }

  bool tiles(size_t k) {
    if (k == kDimCount) return tile_loops();
    const Dim d = kDims[k];
    const bool whole = contains(problem_.whole, d);
    for (int64_t t : whole ? std::vector<int64_t>{share_[d]} : balanced_tiles(share_[d])) {
      choice_.t[d] = t;
      if (!tiles(k + 1)) return false;
    }
    return true;
  }

  bool tile_loops() {
    const DimSet loops = several(share_, choice_.t);
    const bool move = problem_.work.kind == WorkKind::Move;
    const unsigned movable = move ? 0 : moving(loops, problem_.operands);
    for (const auto& order : tile_orders(problem_.work, loops)) {
      choice_.t_order = order;
      for (unsigned doubled = movable;; doubled = (doubled - 1) & movable) {
        for (size_t x = 0; x < problem_.operands; ++x)
          choice_.types[x][0] =
              (doubled >> x & 1) != 0 ? TransferType::DoubleBuffer : TransferType::BlockLoad;
        if (!(array() ? flows() : visit_(choice_))) return false;
        if (doubled == 0) break;
      }
    }
    return true;
  }

  bool flows() {
    for (const Dataflow& flow : problem_.flows) {
      choice_.p = flow.p;
      for (size_t x = 0; x < 3; ++x) choice_.inner[x] = flow.inner[x];
      if (!blocks(flow, 0)) return false;
    }
    return true;
  }

  bool blocks(const Dataflow& flow, size_t k) {
    if (k == kDimCount) return block_loops(flow);
    const Dim d = kDims[k];
    for (int64_t b : block_extents(d, choice_.t[d], flow.unroll[d])) {
      choice_.b[d] = b;
      if (!blocks(flow, k + 1)) return false;
    }
    return true;
  }

  bool block_loops(const Dataflow& flow) {
    const DimSet loops = several(choice_.t, choice_.b);
    unsigned movable = moving(loops, 3);
    for (size_t x = 0; x < 2; ++x)
      if (flow.inner[x] == Place::Pe) movable &= ~(1u << x);
    for (const auto& order : block_orders(loops)) {
      choice_.b_order = order;
      for (unsigned doubled = movable;; doubled = (doubled - 1) & movable) {
        for (size_t x = 0; x < 3; ++x) {
          const bool lrf = x < 2 && flow.inner[x] == Place::Lrf;
          choice_.types[x][1] = (doubled >> x & 1) != 0 ? TransferType::DoubleBuffer
                                : lrf                   ? TransferType::BlockLoad
                                                        : TransferType::Stream;
        }
        if (!visit_(choice_)) return false;
        if (doubled == 0) break;
      }
    }
    return true;
  }

  const Problem& problem_;
  const std::function<bool(const MappingChoice&)>& visit_;
  Extents share_;
  MappingChoice choice_;
};

}  // namespace

bool for_each_mapping(const Problem& problem,
                      const std::function<bool(const MappingChoice&)>& visit) {
  return Enumeration(problem, visit).run();
}

}  // namespace tilewright
