// A RapidDsc taken apart into the choices that the declared space numbers, and put together again.
#pragma once

#include <optional>
#include <vector>

#include "compiler/arch/system.h"
#include "dse/space/hops.h"

namespace tilewright {

struct Point {
  CoreDivision core_d;
  Section section;
  ArrayWork p;
  Extents t = Extents::filled(1), b = Extents::filled(1);
  std::vector<Dim> t_order, b_order;
  std::vector<HopChoice> outer;     // per operand; any value of the one that bypasses Lx
  std::vector<TransferType> inner;  // Array only: INP, KER, OUT
};

RapidDsc dsc_of(const Work& work, const Point& point);

// What a mapping says of these; none where it is no mapping of the layer's form. Only
// dsc_of(work, *point_of(work, dsc)) == dsc shows that it says nothing else.
std::optional<Point> point_of(const Work& work, const RapidDsc& dsc);

}  // namespace tilewright
