// What is known of a layer's instructions before it runs: how nests match, which nest an
// instruction looks at, how copies of buffers are counted, who shares fetches, what vectors cost.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "backend/isa/program.h"
#include "backend/sim/cells.h"
#include "backend/sim/nest.h"
#include "backend/sim/ring_plan.h"
#include "compiler/support/result.h"

namespace tilewright::sim {

inline constexpr int kMostBuffers = 17;  // of one instruction
inline constexpr int kMemories = 6;

// Counts the states of a stage's nests that entered `mask`, apart those where `slide` went on.
struct CounterPlan {
  RegisterMask mask = 0;
  LoopStage stage = LoopStage::Tile;
  RegisterMask slide = 0;
  bool operator==(const CounterPlan&) const = default;
};

struct BufferPlan {
  Buffer buffer;
  CellFormat format = CellFormat::Float;
  int counter = -1;  // of its stream; -1: always the same elements
};

// How the cores share what one of them does for its group: transfers of ext by their multicast
// mask, element-wise instructions by `over`.
struct SharePlan {
  // Per core: who stands for its group, the first, or the last where that one is `alone` in moving
  // or computing anything; and the group's size.
  std::vector<int> group, group_size;
  bool alone = false;
  // Over the ring, where that is their way: pieces over the fullest link, and links to the farthest
  // core that takes one.
  int64_t ring_pieces = 0, ring_hops = 0;
};

struct InstructionPlan {
  const Instruction* what = nullptr;
  const When* when = nullptr;  // null for instructions without one
  // Nest, EndNest: the nest itself. At First: the next one of this level; Last: the one before.
  int nest = -1;
  // Transfer: outer, inner. Mac: inp, ker, acc. Drain: acc, out, bias (or out again), where sums
  // wait. Elementwise: inputs, out. RingReduce: tile.
  std::vector<BufferPlan> buffers;
  bool spread = false;  // Transfer
  // Drain: cycles per vector of the last state's bias and epilogue. Elementwise: cycles per vector.
  int64_t vector_cycles = 0;
  std::shared_ptr<const SharePlan> share;  // Transfers of ext, Elementwise with `over`
  std::shared_ptr<const RingPlan> ring;    // RingReduce
};

struct StreamPlan {
  std::vector<InstructionPlan> instructions;
  std::vector<NestPlan> nests;
  std::vector<CounterPlan> counters;
};

struct LayerPlan {
  const LayerProgram* layer = nullptr;
  bool integers = false;  // whose sums must be exact
  std::array<StreamPlan, kUnits> streams;
  std::array<int64_t, kMemories> memory_bytes{};  // that the layer's buffers reach to, per core
};

// Fails on what verify() should have refused, and on buffers beyond a memory's capacity.
Result<LayerPlan> plan_layer(const Program& program, const LayerProgram& layer);

// "layer 'conv1': core 3: load 12 (Transfer)"; a negative core is left out.
std::string place_of(const LayerProgram& layer, int core, int unit, int instruction);

}  // namespace tilewright::sim
