// The part of a LayerRun in which cores sum up over the ring.
#include <algorithm>

#include <fmt/format.h>

#include "backend/sim/durations.h"
#include "backend/sim/geometry.h"
#include "backend/sim/layer_run.h"

namespace tilewright::sim {

namespace {

bool same_tile(const Registers& a, const Registers& b, uint8_t over) {
  for (size_t d = 0; d < kBlockRegisters; ++d)
    if ((over >> d & 1) == 0 && a.extent[d] != b.extent[d]) return false;
  return true;
}

}  // namespace

// Whether all cores stand at the same instruction of `ext`; else it is reported.
bool LayerRun::at_one_place() {
  const Stream& first = streams_[0];
  for (int core = 1; core < cores_; ++core) {
    const Stream& stream = streams_[static_cast<size_t>(core * kUnits)];
    if (stream.at == first.at) continue;
    findings_.push_back({ErrorCode::BadInput, place(stream),
                         fmt::format("comes to the external memory together with {}, which does "
                                     "another transfer",
                                     place(first)),
                         "the loops around transfers of ext need the same trips on every core"});
    return false;
  }
  return true;
}

bool LayerRun::step(Stream& stream, const RingReduce&) {
  if (stream.walker.look(instruction(stream), look_)) return meet(stream);
  ++stream.at;
  return true;
}

void LayerRun::reduce_together() {
  if (!at_one_place()) return;
  const InstructionPlan& plan = instruction(streams_[0]);
  const RingReduce& reduce = std::get<RingReduce>(*plan.what);
  const auto over = reduce.over;
  const auto tile = [&](int core) -> const Registers& {
    return meeting_[static_cast<size_t>(core)].registers;
  };
  const auto elems = [&](int core) {
    return extent_product(tile(core), 0, static_cast<uint8_t>(~over));
  };
  int64_t start = 0, most = 0;
  for (int core = 0; core < cores_; ++core) {
    start = std::max(start, streams_[static_cast<size_t>(core * kUnits)].time);
    most = std::max(most, elems(core));
  }
  for (const std::vector<int>& group : plan.ring->groups)
    for (size_t k = 0; k + 1 < group.size(); ++k) {
      const Stream& receiver = streams_[static_cast<size_t>(group[k + 1] * kUnits)];
      if (!same_tile(tile(group[k]), tile(group[k + 1]), over)) {
        findings_.push_back({ErrorCode::BadInput, place(receiver),
                             fmt::format("gets a tile of another shape from core {}", group[k]),
                             "the loops around it need the same positions on every core"});
        return;
      }
      const int64_t bytes = times(elems(group[k]), reduce.tile.buffer.cell_bytes);
      ring_bytes_ = std::min(ring_bytes_ + bytes, kMostCycles);
      points_ = std::min(points_ + elems(group[k]), kMostPoints);
      if (sink_ != nullptr && points_ > limits_.points)
        return refuse(receiver,
                      fmt::format("the layer touches more than {} points; no more are simulated",
                                  limits_.points));
    }
  const int64_t cycles = ring_cycles(program_.system.chip.ring, plan.ring->rounds,
                                     times(most, reduce.tile.buffer.cell_bytes));
  if (sink_ != nullptr && !sink_->reduce(streams_[0].at, meeting_)) stopped_ = true;
  release(start, cycles);
}

// All cores go on from their meeting, which took so long.
void LayerRun::release(int64_t start, int64_t cycles) {
  met_ = 0;
  for (int core = 0; core < cores_; ++core) {
    Stream& stream = streams_[static_cast<size_t>(core * kUnits)];
    ++stream.at;
    stream.time = start + cycles;
    stream.busy = std::min(stream.busy + cycles, kMostTime);
    make_ready(index_of(stream));
  }
}

}  // namespace tilewright::sim
