// From the choices that matter to a whole RapidDsc: fills in everything that follows from them.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

// The free choices of a mapping. Orders name dims outermost first, and may name dims whose loop
// turns out to have one trip (it is left out).
struct MappingChoice {
  Extents parts = Extents::filled(1);  // CoreD
  ShareRule share = ShareRule::Balanced;
  Extents t = Extents::filled(1);
  Extents b = Extents::filled(1);     // Array only
  ArrayWork p;                        // Array only
  std::vector<Dim> t_order, b_order;  // each dim at most once; dims left out come last
  // Per operand, in the order of Work::operands: the hop at External, then the hop at Lx.
  std::vector<std::array<TransferType, 2>> types;
  // Array only, per operand: where it sits at the array, L0, Lrf or Pe; of OUT where its partial
  // sums gather, Lrf or else Acc.
  std::vector<Place> inner;
  std::optional<size_t> past_lx;  // the operand that bypasses Lx, if any
  uint32_t slides = 0;            // operands whose hop at External slides, as bits
  std::vector<Dim> ring_order;    // none: the order of dims
};

// The mapping that `choice` describes; it may be illegal (see rejection.h). Sfu and Move layers
// have b = t.
RapidDsc compose(const Work& work, const MappingChoice& choice);

}  // namespace tilewright
