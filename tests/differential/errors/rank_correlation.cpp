#include "tests/differential/errors/rank_correlation.h"

#include <cmath>

namespace tilewright::test {

namespace {

// Twice the rank, less a constant: 1 for each smaller one, -1 for each larger one.
std::vector<double> ranks(const std::vector<int64_t>& list) {
  std::vector<double> rank;
  for (int64_t x : list) {
    double r = 0;
    for (int64_t y : list) r += x > y ? 1 : x < y ? -1 : 0;
    rank.push_back(r);
  }
  return rank;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

std::optional<double> rank_correlation(const std::vector<int64_t>& a,
                                       const std::vector<int64_t>& b) {
  const std::vector<double> x = ranks(a), y = ranks(b);  // of mean 0
  const double xx = dot(x, x), yy = dot(y, y);
  if (xx == 0 || yy == 0) return std::nullopt;
  return dot(x, y) / std::sqrt(xx * yy);
}

}  // namespace tilewright::test
