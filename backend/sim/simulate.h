// The simulator: runs a program, and says what comes out of it and how many cycles it takes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backend/isa/program.h"
#include "compiler/ir/tensor.h"
#include "compiler/support/result.h"

namespace tilewright {

enum class SimMode : uint8_t {
  Full,         // numbers and cycles
  TimingOnly,   // no data at all: inputs are not looked at, outputs stay empty
  NumbersOnly,  // the same run, but all cycles are reported as 0
};

// The most that a run may take; one that needs more is refused.
struct SimLimits {
  int64_t bytes = int64_t{1} << 34;         // of the simulated memories
  int64_t instructions = int64_t{1} << 34;  // executed in one layer, over all streams
  int64_t points = int64_t{1} << 46;        // that those touch, where data moves
};

struct SimOptions {
  SimMode mode = SimMode::Full;
  int jobs = 0;  // threads that move data; 0: one per processor. The result is the same for any.
  SimLimits limits = {};
};

// Bytes and busy cycles of a layer; the keys are always all there.
struct LayerTiming {
  std::string name;
  int64_t cycles = 0;  // with system.chip.layer_cycles
  // "external", "array_in", "array_out" and, if used, "ring", summed over the chip. A piece that a
  // multicast group fetches counts once.
  std::map<std::string, int64_t> link_bytes;
  // "ext", "load", "pe", "sfu": of the core that ends last (the first of these).
  std::map<std::string, int64_t> busy_cycles;
};

struct SimResult {
  std::vector<LayerTiming> layers;
  int64_t cycles = 0;  // of all layers
  std::map<std::string, Tensor> outputs;
};

// `program` must have passed verify(). What goes wrong in the run - data that was never written, an
// address outside its buffer, a deadlock, a missing or misshapen input - is a diagnostic that names
// layer, core, unit and instruction.
Result<SimResult> simulate(const Program& program, const std::map<std::string, Tensor>& inputs,
                           const SimOptions& options = {});

}  // namespace tilewright
