// Which of several known names someone probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilewright {

// The name with the fewest edits (insert, delete, replace, swap of neighbours) from `word`, the
// first of equals; "" when none is within a third of the word's length (at least one edit).
std::string near_miss(std::string_view word, const std::vector<std::string>& names);

// "did you mean 'cores'? Known: cores, ring" or "known: cores, ring"; for the hint of a diagnostic.
std::string near_miss_hint(std::string_view word, const std::vector<std::string>& names);

}  // namespace tilewright
