// The text form of constraints, which people write; parse(print(c)) == c. README.md of dse explains
// it.
#pragma once

#include <string>
#include <string_view>

#include "compiler/support/result.h"
#include "dse/space/clause.h"

namespace tilewright {

Result<ConstraintFile> parse_constraints(std::string_view yaml, const std::string& where);
std::string print_constraints(const ConstraintFile& file);

}  // namespace tilewright
