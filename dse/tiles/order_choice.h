// An order of T loops, and which operands come or leave spread over the loops inside.
#pragma once

#include <vector>

#include "compiler/ir/dim.h"

namespace tilewright {

struct OrderChoice {
  std::vector<Dim> order;               // outermost first
  unsigned told_apart = 0, spread = 0;  // operands: any of the others may be spread or not

  bool covers(unsigned streams) const { return (streams & told_apart) == spread; }
};

}  // namespace tilewright
