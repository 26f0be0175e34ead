// Systems as YAML: reading, checking, printing. parse(print(s)) == s.
#pragma once

#include <string>
#include <string_view>

#include "compiler/arch/system.h"
#include "compiler/support/result.h"

namespace tilewright {

// Every finding of the text at once (unknown, missing and duplicate keys, wrong types, numbers out
// of range), each at "where:line:column".
Result<System> parse_system(std::string_view yaml, const std::string& where);
std::string print_system(const System& system);

}  // namespace tilewright
