// What bodies take at least, by tile and dataflow: worked out when it is first asked for, and kept.
#pragma once

#include <atomic>

#include <tbb/concurrent_unordered_map.h>

#include "dse/blocks/family.h"

namespace tilewright {

class BlockTable {
 public:
  explicit BlockTable(const Problem& problem);

  // No body of the tile takes less, under any dataflow; INT64_MAX: no block that is allowed fits.
  // Threads may ask side by side.
  int64_t least(const BodyQuery& query) const;
  // The same of dataflows of one class (an index in Problem::unrolls), exact as far as it is below
  // `limit`: else a value from `limit` on.
  int64_t least(const BodyQuery& query, size_t unroll, int64_t limit) const;

 private:
  struct Key {
    std::array<int32_t, kDimCount> ext;
    uint32_t flags = 0;
    int32_t cores = 1;
    int32_t unroll = -1;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const;
  };
  static Key key_of(const BodyQuery& query, int32_t unroll);
  int64_t solve(const BodyQuery& query, const UnrollClass& unroll, int64_t limit) const;

  const Problem& problem_;
  mutable tbb::concurrent_unordered_map<Key, std::atomic<int64_t>, Hash> known_;
};

}  // namespace tilewright
