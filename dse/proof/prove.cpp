#include "dse/proof/prove.h"

#include <algorithm>

#include "dse/audit/tile_check.h"
#include "dse/cut_order.h"
#include "dse/proof/block_proof.h"
#include "dse/workers.h"

namespace tilewright {

namespace {

using audit::Act;
using audit::Box;

class DivisionProof {
 public:
  DivisionProof(const audit::Layer& layer, const audit::Shares& shares, int64_t least)
      : layer_(layer), shares_(shares), least_(least), bound_(layer, shares) {}

  bool run() {
    Box all;
    all.hi = shares_.n;
    return prove(all);
  }
  audit::Proof take() { return std::move(proof_); }

 private:
  bool close(Act act, int64_t value) {
    proof_.push_back({act, value});
    return true;
  }

  bool prove(Box box) {
    for (;;) {
      const audit::TileBound::Least least = bound_.of(box);
      if (least.cycles >= least_) return close(Act::Bound, least.cycles);
      if (const int64_t bytes = bound_.lx_bytes(box); bytes > layer_.system.core.lx_bytes)
        return close(Act::Memory, bytes);
      std::optional<Dim> dim = undecided(box);
      if (!dim && audit::OrderBound::covers(layer_, shares_, box)) {
        audit::OrderBound orders(layer_, shares_, box, least);
        if (orders.reaches(least_)) return close(Act::Orders, orders.least());
      }
      if (!dim && box.is_point()) return prove_tile(box, least);
      if (!dim) dim = kDims[widest(box.lo.values, box.hi.values)];
      const auto parts = split(box, shares_.n, static_cast<size_t>(*dim));
      proof_.push_back({Act::Split, static_cast<int64_t>(*dim)});
      if (!prove(parts[0])) return false;
      box = parts[1];
    }
  }

  std::optional<Dim> undecided(const Box& box) const {
    for (Dim d : kCutOrder)
      if (!audit::cut_of(shares_.n[d], box.lo[d], box.hi[d]).decided) return d;
    return std::nullopt;
  }

  bool prove_tile(const Box& box, const audit::TileBound::Least& least) {
    const audit::TilePrograms programs = audit::programs_left(layer_, shares_, box, least, least_);
    close(Act::Tile, static_cast<int64_t>(programs.count()));
    if (programs.count() == 0) return true;
    if (!layer_.is_array()) {
      close(Act::Exact, programs.least_off_array());
      return programs.least_off_array() >= least_;
    }
    return std::all_of(layer_.dataflows.begin(), layer_.dataflows.end(), [&](const auto& flow) {
      return prove_blocks(layer_, flow, box.lo, programs, least_, proof_);
    });
  }

  const audit::Layer& layer_;
  const audit::Shares& shares_;
  const int64_t least_;
  const audit::TileBound bound_;
  audit::Proof proof_;
};

}  // namespace

std::optional<std::vector<audit::Proof>> prove(const Work& work, const System& system,
                                               const PrecisionInfo& precision, int64_t bound,
                                               int jobs) {
  const audit::Layer layer(work, system, precision);
  const std::vector<CoreDivision> divisions = audit::divisions(layer);
  std::vector<audit::Proof> proofs(divisions.size());
  std::vector<uint8_t> proven(divisions.size(), 0);
  Workers(jobs).each(divisions.size(), [&](size_t k) {
    const audit::Shares shares(layer, divisions[k]);
    DivisionProof division(layer, shares, bound);
    proven[k] = division.run() ? 1 : 0;
    proofs[k] = division.take();
  });
  if (std::count(proven.begin(), proven.end(), 0) > 0) return std::nullopt;
  return proofs;
}

}  // namespace tilewright
