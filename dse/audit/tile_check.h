// The proof of one division, step by step.
#pragma once

#include "dse/audit/certificate.h"
#include "dse/audit/check.h"
#include "dse/audit/order_bound.h"
#include "dse/audit/tile_programs.h"

namespace tilewright::audit {

// Takes a proof's steps in order, and keeps the first thing that does not hold.
class Reading {
 public:
  Reading(const Proof& proof, int64_t bound, LayerAudit& audit)
      : proof_(proof), bound_(bound), audit_(audit) {}

  bool ok() const { return !audit_.refuted; }
  bool at_end() const { return at_ == proof_.size(); }
  size_t position() const { return at_; }
  int64_t bound() const { return bound_; }
  // The next step, if there is one and all was well so far.
  std::optional<Step> next();
  // The step before states `value`, which should be `right`, and closes a part by it: `right` must
  // be as much as the bound.
  void closes(int64_t value, int64_t right);
  void states(int64_t value, int64_t right);
  void refute(const std::string& why);
  // A split along the step's dim: the parts in their order, from [lo, hi] of a dim that has `n`
  // indices. None where that cannot be.
  std::optional<std::array<Box, 2>> parts(const Step& split, const Extents& n, const Box& box);
  LayerAudit& audit() { return audit_; }

 private:
  const Proof& proof_;
  int64_t bound_;
  LayerAudit& audit_;
  size_t at_ = 0;
};

// How a box is split along dim k: sizes that make as few pieces as its largest one, then the
// others; where all make as many, the upper half, then the lower one.
std::array<Box, 2> split(const Box& box, const Extents& n, size_t k);

// The programs of one tile, with what Q1 and Q2 say of it, that Q3 and Q4 leave below a bound.
TilePrograms programs_left(const Layer& layer, const Shares& shares, const Box& tile,
                           const TileBound::Least& least, int64_t bound);

void check_division(const Layer& layer, const Shares& shares, Reading& reading);

// Of one tile and dataflow.
void check_blocks(const Layer& layer, const Dataflow& flow, const Extents& tile,
                  const TilePrograms& programs, Reading& reading);

}  // namespace tilewright::audit
