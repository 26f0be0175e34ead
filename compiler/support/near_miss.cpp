#include "compiler/support/near_miss.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tilewright {

namespace {

constexpr size_t kMostLetters = 64;  // longer words are never a slip of the pen

// Optimal string alignment distance.
size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string near_miss(std::string_view word, const std::vector<std::string>& names) {
  if (word.empty() || word.size() > kMostLetters) return "";
  std::string best;
  size_t least = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& name : names) {
    if (name.size() > kMostLetters) continue;
    const size_t distance = edits(word, name);
    if (distance >= least || distance >= name.size()) continue;
    least = distance;
    best = name;
  }
  return best;
}

std::string near_miss_hint(std::string_view word, const std::vector<std::string>& names) {
  const std::string meant = near_miss(word, names);
  if (names.empty()) return "";
  if (meant.empty()) return fmt::format("known: {}", fmt::join(names, ", "));
  return fmt::format("did you mean '{}'? Known: {}", meant, fmt::join(names, ", "));
}

}  // namespace tilewright
