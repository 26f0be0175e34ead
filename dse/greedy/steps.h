// Single steps from one draft to another, and the descent along them.
#pragma once

#include <optional>
#include <vector>

#include "dse/greedy/draft.h"

namespace tilewright::greedy {

enum class StepKind : uint8_t {
  TilePieces,   // of dim d: so many more pieces (change), or twice as many or half
  TileShift,    // one piece of d more, one of e fewer
  TileExtent,   // of d: by so many indices
  TileOrder,    // the change-th of kept_orders()
  TileSwap,     // loops over d and e change places
  Spread,       // what the change-th operand moves over External is spread, or no longer
  BlockPieces,  // as for tiles
  BlockShift,
  BlockOrder,
  BlockSwap,
  Place,  // operands in the change-th of Problem::inner_places
  Parts,  // of d as many as the cores allow, of e half
  Share,  // the other rule
  Ring,   // d and e change places
};
struct Step {
  StepKind kind = StepKind::TilePieces;
  Dim d = Dim::mb, e = Dim::mb;
  int change = 0;
};
inline constexpr int kTwice = 100, kHalf = -100;  // of a change of pieces

// Those of T and of its loops alone; all.
std::vector<Step> tile_steps(const Problem& problem);
std::vector<Step> all_steps(const Problem& problem);

// The draft one step on; none where the step leads nowhere. Blocks keep their number of pieces
// where T changes, tiles where parts do.
std::optional<Draft> take(const Problem& problem, const Draft& draft, const Step& step);

// Takes every step that makes value(draft) less, over and over, until none does or `most` values
// were looked at.
template <class Measure, class Value>
void descend(const Problem& problem, const std::vector<Step>& steps, int64_t& most, Draft& draft,
             Measure& value, Value&& value_of) {
  size_t idle = 0;
  for (size_t k = 0; idle < steps.size() && most > 0; k = (k + 1) % steps.size(), ++idle) {
    const std::optional<Draft> next = take(problem, draft, steps[k]);
    if (!next) continue;
    --most;
    const Measure found = value_of(*next);
    if (found >= value) continue;
    draft = *next;
    value = found;
    idle = 0;
  }
}

}  // namespace tilewright::greedy
