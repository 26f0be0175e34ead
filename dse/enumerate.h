// Every mapping of the declared space, one after another, in a fixed order: no bounds, no rules.
#pragma once

#include <functional>

#include "compiler/mapping/compose.h"
#include "dse/problem.h"

namespace tilewright {

// Calls visit(choice), legal or not, until it returns false; whether all were visited. Hops of
// operands that no loop of their stage moves have one type: block-load at External and into the
// LRF, stream elsewhere.
bool for_each_mapping(const Problem& problem,
                      const std::function<bool(const MappingChoice&)>& visit);

}  // namespace tilewright
