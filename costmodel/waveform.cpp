#include "costmodel/waveform.h"

#include <algorithm>

#include "costmodel/block_nest.h"
#include "costmodel/tile_nest.h"

namespace tilewright {

namespace {

constexpr std::string_view kLaneNames[kLanes] = {"external", "array-in", "array", "array-out"};

class Drawing {
 public:
  Drawing(const Work& work, const System& system, const PrecisionInfo& precision,
          const RapidDsc& dsc)
      : work_(work),
        times_(work, system, precision),
        nest_(lower(work, system, precision, dsc)),
        grid_(work, times_, dsc, nest_) {}

  Waveform draw(int64_t most_tiles, int64_t most_blocks) {
    const std::vector<ExternalSlot> exposed = exposed_slots(times_, nest_, grid_);
    for (const ExternalSlot& slot : exposed)
      if (!slot.store) now_ = external(slot, now_);
    Kind state = grid_.odometer().state(LoopIndex{});
    for (int64_t tile = 0; tile < most_tiles; ++tile) {
      step(state, most_blocks);
      result_.whole = state.is_last();
      if (state.is_last()) break;
      state = grid_.odometer().state(grid_.odometer().next(state));
    }
    if (result_.whole)
      for (const ExternalSlot& slot : exposed)
        if (slot.store) now_ = external(slot, now_);
    result_.end = now_;
    std::stable_sort(result_.spans.begin(), result_.spans.end(),
                     [](const Span& a, const Span& b) { return a.start < b.start; });
    return std::move(result_);
  }

 private:
  int64_t put(Lane lane, int64_t start, int64_t cycles, std::string what) {
    if (cycles > 0) result_.spans.push_back({lane, start, start + cycles, std::move(what)});
    return start + cycles;
  }
  int64_t external(const ExternalSlot& slot, int64_t start) {
    const std::string role{name_of(nest_.external[slot.motion].role)};
    return put(Lane::External, start, slot.cycles, slot.part ? role + " part" : role);
  }

  void step(const Kind& state, int64_t most_blocks) {
    const std::vector<ExternalSlot> slots = slots_at(times_, nest_, grid_, state);
    for (const ExternalSlot& slot : slots)
      if (slot.blocking && !slot.store) now_ = external(slot, now_);
    int64_t link = now_, end = now_;
    for (const ExternalSlot& slot : slots)
      if (!slot.blocking) link = external(slot, link);
    if (work_.kind != WorkKind::Move)
      end = body(grid_.tile(state.index), now_ + times_.semaphore, most_blocks) + times_.semaphore;
    now_ = std::max(link, end);
    reduce(state);
    for (const ExternalSlot& slot : slots)
      if (slot.blocking && slot.store) now_ = external(slot, now_);
  }

  // [N5] Sums over the ring, and what finishes them.
  void reduce(const Kind& state) {
    const TileReduction r = reduction_at(times_, nest_, grid_, state);
    now_ = put(Lane::External, now_, r.ring_cycles, "ring");
    now_ = put(Lane::ArrayOut, now_ + r.meeting_cycles / 2, r.finish_cycles, "finish");
    now_ += r.meeting_cycles / 2;
  }

  // Returns when the body that starts at `start` is over.
  int64_t body(const TileShape& tile, int64_t start, int64_t most_blocks) {
    const int64_t end = start + body_cost(work_, times_, nest_, tile).cost.cycles;
    if (work_.kind != WorkKind::Array) {
      put(Lane::Array, start, end - start, "sfu");
      return end;
    }
    int64_t at = start;
    const auto loads = first_block_loads(work_, times_, nest_, tile);
    for (size_t m = 0; m < 2; ++m)
      at = put(lane_in(m), at, loads[m], std::string(name_of(nest_.inner[m].role)));
    const std::vector<BlockStep> steps = first_block_steps(work_, times_, nest_, tile, most_blocks);
    for (const BlockStep& step : steps) at = block(step, at);
    // Blocks beyond those, and the last drain of accumulators that are double-buffered.
    put(Lane::Array, at, end - at, "...");
    return end;
  }

  Lane lane_in(size_t m) const {
    return nest_.inner[m].outer == Place::External ? Lane::External : Lane::ArrayIn;
  }

  int64_t block(const BlockStep& step, int64_t at) {
    for (size_t m = 0; m < 2; ++m)
      at = put(lane_in(m), at, step.blocking[m], std::string(name_of(nest_.inner[m].role)));
    int64_t link = at;
    for (size_t m = 0; m < 2; ++m)
      link = put(lane_in(m), link, step.beside[m], std::string(name_of(nest_.inner[m].role)));
    const int64_t sigma = times_.semaphore;
    const int64_t mac = put(Lane::Array, at + sigma, times_.fill + step.array, "mac");
    const int64_t drain = put(step.drain_external ? Lane::External : Lane::ArrayOut, at + 2 * sigma,
                              std::max(step.drain_sfu, step.drain_link), "OUT");
    return std::max({link, mac + sigma, drain + sigma, at + 3 * sigma});
  }

  const Work& work_;
  const UnitTimes times_;
  const LoopNest nest_;
  const TileGrid grid_;
  Waveform result_;
  int64_t now_ = 0;
};

}  // namespace

std::string_view name_of(Lane lane) { return kLaneNames[static_cast<size_t>(lane)]; }

Waveform waveform(const Work& work, const System& system, const PrecisionInfo& precision,
                  const RapidDsc& dsc, int64_t most_tiles, int64_t most_blocks) {
  return Drawing(work, system, precision, dsc).draw(most_tiles, most_blocks);
}

}  // namespace tilewright
