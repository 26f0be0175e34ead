// A mapping as the greedy answer thinks of it: the choices that it makes. Hops follow by rule.
#pragma once

#include <array>

#include "dse/problem.h"

namespace tilewright::greedy {

using Order = std::array<Dim, kDimCount>;  // of all dims, outermost first

struct Draft {
  CoreDivision cores;
  Extents t = Extents::filled(1), b = Extents::filled(1);  // b: Array alone
  Order t_order = kDims, b_order = kDims;
  size_t flow = 0;      // in Problem::flows; Array alone
  Bypass past_lx;       // Array alone
  unsigned spread = 0;  // operands (bits) that stream from or to External, where that is legal

  Extents share(const Work& work) const;
};

// Orders by what stays in place: the dims that an operand does not depend on innermost, next those
// of another one. First the order that finishes OUT before it goes on. Fixed for a problem.
std::vector<Order> kept_orders(const Problem& problem);

// The dims of `order` in `set`.
std::vector<Dim> among(const Order& order, DimSet set);

// Hops at the array by rule: what may stream streams, what sits in the LRF has two buffers where a
// block loop moves it and two fit. Buffers of each (INP, KER, OUT) in `buffers`.
std::array<TransferType, 3> array_types(const Problem& problem, size_t flow, const Extents& block,
                                        DimSet b_loops);
// Whether the arrays hold such a block.
bool fits_array(const Problem& problem, size_t flow, const Extents& block,
                const std::array<TransferType, 3>& types);

// The mapping that a draft stands for. At External two buffers wherever they fit, first for what
// the innermost loop moves; what neighbouring tiles share stays in Lx. It may be illegal.
RapidDsc complete(const Problem& problem, const Draft& draft);

}  // namespace tilewright::greedy
