// What instructions do to data: the memories of a core, and the one external memory.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/sim/box.h"
#include "backend/sim/expr_run.h"
#include "backend/sim/fault.h"
#include "backend/sim/mac_kernel.h"
#include "backend/sim/plan.h"
#include "backend/sim/walker.h"

namespace tilewright::sim {

using MemoryBytes = std::vector<uint8_t>;

// One core's memories and scratch space. External memory is not among them: its vector is empty.
struct CoreData {
  std::array<MemoryBytes, kMemories> bytes;
  MacKernel kernel;
  ExprRun expr;
  std::array<std::array<float, kRun>, kMostBuffers> operands;
  std::array<float, kRun> sums, terms;

  // Poisons what the layer's buffers reach to.
  void start(const LayerPlan& layer);
};

// Executes instructions of one core. Addresses are checked against the buffer, in external memory
// against the program's bytes, before anything is touched.
class DataPath {
 public:
  DataPath(const CoreSlice& slice, bool integers, MemoryBytes& external, CoreData& core)
      : slice_(slice), integers_(integers), external_(external), core_(core) {}

  MaybeFault run(const InstructionPlan& plan, const Look& look);
  // The tile of a RingReduce, as `from` holds it, is combined with the one here.
  MaybeFault take_over(const InstructionPlan& plan, const Look& look, DataPath& from,
                       const Look& from_look);

 private:
  // The elements of a buffer that are in use, and which offsets from the first of them are allowed.
  struct Region {
    const BufferPlan* plan = nullptr;
    int64_t start = 0;
    Cells cells;  // from `start`; where the buffer slides, from its first element
    int64_t low = 0, high = 0;
    int64_t circle = 0;  // elements of a buffer that slides

    int64_t index(int64_t element) const {  // in the buffer
      return circle == 0 ? start + element : (start + element) % circle;
    }
    Cells at(int64_t element) const { return cells.at(circle == 0 ? element : index(element)); }
    // Of a run, the elements up to where it goes on at the other end of the circle.
    int64_t straight(int64_t first, int64_t stride, int64_t points) const;
    // As in cells.h.
    bool read(int64_t first, int64_t stride, int64_t points, float* to) const;
    void write(int64_t first, int64_t stride, int64_t points, const float* from) const;
  };
  Region region(const BufferPlan& plan, int64_t start);
  // "Lx byte 1024 (element 12 of 16 of copy 0 of the buffer at 0)"
  std::string address(const Region& region, int64_t element) const;
  MaybeFault check(const Region& region, int64_t lowest, int64_t highest) const;
  // For a read that met poison somewhere in the run.
  Fault unwritten(const Region& region, int64_t first, int64_t stride, int64_t points) const;
  // For a sum of array products that is no integer of FP32 for certain.
  static Fault inexact();

  MaybeFault execute(const InstructionPlan& plan, const Look& look, const Transfer& transfer);
  MaybeFault execute(const InstructionPlan& plan, const Look& look, const Mac& mac);
  MaybeFault execute(const InstructionPlan& plan, const Look& look, const Drain& drain);
  MaybeFault execute(const InstructionPlan& plan, const Look& look, const Elementwise& elementwise);

  MaybeFault pad(const Region& inner, const Transfer& transfer, const Registers& registers);
  MaybeFault copy(const Box& box, bool store, const Region& outer, int64_t outer_at,
                  const Region& inner, int64_t inner_at);
  void clear(const Region& acc, const MacJob& job);
  MaybeFault mac_trouble(MacTrouble poison, const std::array<Region, 3>& regions,
                         const MacJob& job) const;
  void finish(const Drain& drain, float* values, const float* bias, int64_t count);
  // acc, out, bias, where sums wait
  static constexpr size_t kDrainSides = 4;
  using DrainRegions = std::array<Region, kDrainSides>;
  MaybeFault drain_run(const Drain& drain, const DrainRegions& regions, bool first, bool final,
                       const Offsets& at, const Offsets& stride, int64_t points);
  int64_t drain_base(const Drain& drain, const LocalView& view, const Registers& registers) const;
  struct Elements;
  MaybeFault element_run(const Elements& work, const Offsets& at, const Offsets& stride,
                         int64_t points);
  MaybeFault element_terms(const Elements& work, const Offsets& at, const Offsets& stride,
                           const Offsets& reduced, int64_t points);

  const CoreSlice& slice_;
  bool integers_;
  MemoryBytes& external_;
  CoreData& core_;
};

}  // namespace tilewright::sim
