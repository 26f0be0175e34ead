// One mapped layer as the four instruction streams of a core. README.md states the protocol.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/isa/program.h"
#include "compiler/mapping/loop_nest.h"

namespace tilewright {

// Where an operand's tensor lies in external memory.
struct ExternalTensor {
  int64_t address = 0;  // bytes
  int64_t elems = 0;
};

struct LayerToEmit {
  const Work& work;
  const RapidDsc& dsc;                  // legal for `work`
  const LoopNest& nest;                 // lowered from both
  std::vector<ExternalTensor> tensors;  // per operand of `work`
  int64_t scratch_address = 0;          // of OUT's partial sums, 4 bytes each, where they leave Lx
  int64_t element_bytes = 0;            // in external memory
};

LayerProgram emit_layer(const LayerToEmit& layer);

// The slice of each working core, by its place on the ring.
std::vector<CoreSlice> core_slices(const Work& work, const CoreDivision& division);

}  // namespace tilewright
