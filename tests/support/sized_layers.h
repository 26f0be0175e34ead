// Random layers of one primitive each, as large as suits a system: its arrays fill, its cores have
// something to divide. Shares nothing with the search.
#pragma once

#include "compiler/arch/system.h"
#include "tests/support/mapped_network.h"

namespace tilewright::test {

struct SizedPrimitive {
  const char* name;  // of the primitive
  void (*add)(Network&, Rng&, const System&);
};

// All primitives, each with its generator of one layer.
const std::vector<SizedPrimitive>& sized_primitives();

}  // namespace tilewright::test
