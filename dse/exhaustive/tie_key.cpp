#include "dse/exhaustive/tie_key.h"

#include "compiler/support/check.h"

namespace tilewright::exhaustive {

namespace {

constexpr size_t kHopBits = 6, kOrderBits = 16, kMostOperands = 4;

// Orders of T loops stand foremost, then those of B loops, then operand by operand both hops.
constexpr size_t kBlockOrderAt = 2 * kHopBits * kMostOperands;
constexpr size_t kTileOrderAt = kBlockOrderAt + kOrderBits;
constexpr size_t hop_at(size_t operand, bool second) {
  return kHopBits * (2 * (kMostOperands - 1 - operand) + (second ? 0 : 1));
}

// As DataTransfer compares: a hop of one operand has one end in common with the others that it may
// have, and its loop is the same.
TieKey hop_key(Place near, TransferType type, bool slide) {
  return static_cast<TieKey>(near) << 3 | static_cast<TieKey>(type) << 1 |
         static_cast<TieKey>(slide ? 1 : 0);
}

}  // namespace

int64_t rank_of(std::span<const Dim> order) {
  int64_t rank = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    rank *= static_cast<int64_t>(order.size() - k);
    for (size_t after = k + 1; after < order.size(); ++after) rank += order[after] < order[k];
  }
  return rank;
}

TieKey tile_key(std::span<const Dim> order, std::span<const HopChoice> hops,
                std::optional<size_t> past_lx) {
  TW_CHECK(hops.size() <= kMostOperands, "{} operands", hops.size());
  TieKey key = static_cast<TieKey>(rank_of(order)) << kTileOrderAt;
  for (size_t x = 0; x < hops.size(); ++x)
    if (past_lx != x) key |= hop_key(Place::Lx, hops[x].type, hops[x].slide) << hop_at(x, false);
  return key;
}

TieKey block_key(int64_t order_rank, const Section& section,
                 const std::array<TransferType, 3>& types) {
  TieKey key = static_cast<TieKey>(order_rank) << kBlockOrderAt;
  for (size_t x = 0; x < types.size(); ++x)
    key |= hop_key(section.inner[x], types[x], false) << hop_at(x, section.past_lx != x);
  return key;
}

}  // namespace tilewright::exhaustive
