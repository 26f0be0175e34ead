// Spearman's rank correlation: whether two lists of numbers order the same things alike.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tilewright::test {

// In [-1, 1]; ties share their mean rank. Nothing where one of the lists is all one number.
std::optional<double> rank_correlation(const std::vector<int64_t>& a,
                                       const std::vector<int64_t>& b);

}  // namespace tilewright::test
