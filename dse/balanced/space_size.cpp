#include "dse/balanced/space_size.h"

#include <bit>
#include <map>
#include <vector>

#include "compiler/mapping/share.h"

namespace tilewright::balanced {

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

// Per dim: points along it, by share. Divisions have few different shares of a dim.
class DimPoints {
 public:
  DimPoints(const Problem& problem, Dim dim)
      : problem_(problem), dim_(dim), unrolls_(problem.unroll_values[static_cast<size_t>(dim)]) {
    if (unrolls_.empty()) unrolls_.push_back(1);  // off the array
  }

  // Per unrolling of the dim: tiles with the blocks of each.
  const std::vector<Wide>& of(int64_t share) {
    std::vector<Wide>& points = known_[share];
    if (!points.empty()) return points;
    const bool array = problem_.work.kind == WorkKind::Array;
    points.assign(unrolls_.size(), 0);
    for (int64_t t :
         contains(problem_.whole, dim_) ? std::vector<int64_t>{share} : balanced_tiles(share))
      for (size_t u = 0; u < unrolls_.size(); ++u)
        points[u] += array ? block_extents(dim_, t, unrolls_[u]).size() : 1;
    return points;
  }

 private:
  const Problem& problem_;
  Dim dim_;
  std::vector<int64_t> unrolls_;
  std::map<int64_t, std::vector<Wide>> known_;
};

// Types of hops at the array that a dataflow leaves open.
Wide hop_types(const Problem& problem, size_t flow) {
  Wide types = 2;
  for (size_t x = 0; x < 2; ++x)
    if (problem.flows[flow].inner[x] != Place::Pe) types *= 2;
  return types;
}

// Tiles with their blocks and hops at the array, over all dataflows.
Wide points_of(const Problem& problem, const std::vector<UnrollClass>& unrolls,
               const Extents& parts, std::vector<DimPoints>& dims) {
  std::array<const std::vector<Wide>*, kDimCount> along{};
  for (size_t k = 0; k < kDimCount; ++k)
    along[k] = &dims[k].of(largest_share(problem.work.extent[kDims[k]], parts[kDims[k]]));
  Wide points = 0;
  for (const UnrollClass& unroll : unrolls) {
    Wide product = 0;
    for (size_t f : unroll.flows) product += problem.flows.empty() ? 1 : hop_types(problem, f);
    for (size_t k = 0; k < kDimCount; ++k) product *= (*along[k])[unroll.value[k]];
    points += product;
  }
  return points;
}

}  // namespace

std::string space_size(const Problem& problem) {
  const auto free = static_cast<unsigned>(problem.present & ~problem.whole);
  const auto reduced = static_cast<unsigned>(problem.work.reduction);
  Wide choices =
      factorial(std::popcount(free & reduced)) * factorial(std::popcount(free & ~reduced));
  const bool move = problem.work.kind == WorkKind::Move;
  for (size_t x = 0; !move && x < problem.operands; ++x) choices *= 2;
  if (problem.work.kind == WorkKind::Array) choices *= 6;
  std::vector<UnrollClass> unrolls = problem.unrolls;
  if (unrolls.empty()) {  // off the array
    unrolls.resize(1);
    unrolls[0].flows.push_back(0);
  }
  std::vector<DimPoints> dims;
  for (Dim d : kDims) dims.emplace_back(problem, d);
  Wide points = 0;
  for (const Extents& parts : divisions(problem.work, problem.system.chip.cores))
    points += points_of(problem, unrolls, parts, dims);
  return decimal(points * choices);
}

}  // namespace tilewright::balanced
