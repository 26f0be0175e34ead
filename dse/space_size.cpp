#include "dse/space_size.h"

#include <bit>

namespace tilewright {

namespace {

using Wide = unsigned __int128;

Wide factorial(int n) {
  return n < 2 ? Wide{1} : Wide(static_cast<unsigned>(n)) * factorial(n - 1);
}

std::string decimal(Wide n) {
  std::string digits;
  do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
  while ((n /= 10) != 0);
  return digits;
}

// Tiles of a dim with the blocks of each.
Wide tiles_and_blocks(const Problem& problem, const Division& division, Dim d, int64_t unroll) {
  const bool array = problem.work.kind == WorkKind::Array;
  const int64_t share = division.share[d];
  Wide points = 0;
  for (int64_t t : contains(problem.whole, d) ? std::vector<int64_t>{share} : balanced_tiles(share))
    points += array ? block_extents(d, t, unroll).size() : 1;
  return points;
}

}  // namespace

std::string space_size(const Problem& problem, const std::vector<Division>& divisions) {
  const auto free = static_cast<unsigned>(problem.present & ~problem.whole);
  const auto reduced = static_cast<unsigned>(problem.work.reduction);
  Wide choices =
      factorial(std::popcount(free & reduced)) * factorial(std::popcount(free & ~reduced));
  const bool move = problem.work.kind == WorkKind::Move;
  for (size_t x = 0; !move && x < problem.operands; ++x) choices *= 2;
  const bool array = problem.work.kind == WorkKind::Array;
  if (array) choices *= 6 * 2 * 2 * 2;
  Wide points = 0;
  for (const Division& division : divisions) {
    std::vector<Extents> unrolls{Extents::filled(1)};
    if (array) {
      unrolls.clear();
      for (const Dataflow& flow : problem.flows) unrolls.push_back(flow.unroll);
    }
    for (const Extents& unroll : unrolls) {
      Wide product = choices;
      for (Dim d : kDims) product *= tiles_and_blocks(problem, division, d, unroll[d]);
      points += product;
    }
  }
  return decimal(points);
}

}  // namespace tilewright
