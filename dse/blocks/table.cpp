#include "dse/blocks/table.h"

namespace tilewright {

BlockTable::BlockTable(const Problem& problem) : problem_(problem) {}

size_t BlockTable::Hash::operator()(const Key& key) const {
  uint64_t h = (static_cast<uint64_t>(static_cast<uint32_t>(key.unroll)) << 32) |
               (static_cast<uint32_t>(key.cores) << 8) | key.flags;
  for (int32_t e : key.ext) {
    h ^= static_cast<uint64_t>(static_cast<uint32_t>(e)) + 0x9e3779b97f4a7c15ull + (h << 6) +
         (h >> 2);
    h *= 0xff51afd7ed558ccdull;
  }
  return h ^ (h >> 32);
}

BlockTable::Key BlockTable::key_of(const BodyQuery& query, int32_t unroll) {
  Key key;
  for (size_t k = 0; k < kDimCount; ++k)
    key.ext[k] = static_cast<int32_t>(query.tile.ext.values[k]);
  key.flags = (query.tile.fresh & 3) | (query.tile.first ? 4u : 0u) | (query.tile.final ? 8u : 0u) |
              (query.wide ? 16u : 0u) |
              (query.past_lx ? static_cast<uint32_t>(*query.past_lx + 1) << 5 : 0u);
  key.cores = static_cast<int32_t>(query.cores);
  key.unroll = unroll;
  return key;
}

int64_t BlockTable::solve(const BodyQuery& query, const UnrollClass& unroll, int64_t limit) const {
  BlockFamilies families(problem_, query.tile.ext, query);
  Counters counters;
  families.run(
      unroll, [&](int64_t cycles) { return cycles < limit; },
      [](const BlockFamily&) { return true; },
      [&](const BlockFamily& family) { limit = family.least; }, counters);
  return limit;
}

int64_t BlockTable::least(const BodyQuery& query) const {
  const Key key = key_of(query, -1);
  if (const auto at = known_.find(key); at != known_.end()) return at->second.load();
  BlockFamilies families(problem_, query.tile.ext, query);
  std::vector<std::pair<int64_t, size_t>> order;
  for (size_t u = 0; u < problem_.unrolls.size(); ++u)
    order.emplace_back(families.least(problem_.unrolls[u]), u);
  std::sort(order.begin(), order.end());
  int64_t least = INT64_MAX;
  for (const auto& [cycles, u] : order) {
    if (cycles >= least) break;
    least = solve(query, problem_.unrolls[u], least);
  }
  known_.emplace(key, least);
  return least;
}

int64_t BlockTable::least(const BodyQuery& query, size_t unroll, int64_t limit) const {
  const Key key = key_of(query, static_cast<int32_t>(unroll));
  std::atomic<int64_t>& known = known_.emplace(key, 0).first->second;
  // A value that a limit cut off stands below zero; 0: nothing is known.
  const int64_t so_far = known.load();
  if (so_far > 0) return so_far;
  if (-so_far >= limit) return -so_far;
  const int64_t least = solve(query, problem_.unrolls[unroll], limit);
  known.store(least < limit ? least : -limit);
  return least;
}

}  // namespace tilewright
