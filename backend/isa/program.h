// A program: what the accelerator needs to run a network, and nothing of how it was found.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/isa/data_format.h"
#include "backend/isa/instruction.h"
#include "compiler/arch/system.h"

namespace tilewright {

// A tensor in external memory, row-major.
struct TensorPlace {
  std::string name;
  std::vector<int64_t> shape;
  int64_t address = 0;  // bytes
  bool operator==(const TensorPlace&) const = default;
};

// Constant data, encoded in the program's format.
struct ConstantData {
  int64_t address = 0;
  std::string bytes;
  bool operator==(const ConstantData&) const = default;
};

// The part of the layer that one core works on; dims mb grp out in i j ki kj.
struct CoreSlice {
  std::array<int64_t, 8> start{}, size{};
  bool operator==(const CoreSlice&) const = default;
};

// One layer: the same four streams on every working core.
struct LayerProgram {
  std::string name;
  std::vector<CoreSlice> cores;  // core k of the ring has cores[k]; the others idle
  int32_t semaphores = 0;        // used: 0 .. semaphores-1
  std::array<std::vector<Instruction>, kUnits> streams;
  bool operator==(const LayerProgram&) const = default;
};

struct Program {
  System system;
  std::string precision;  // key of system.precisions
  DataFormat format = DataFormat::Fp32;
  int64_t external_bytes = 0;                // used, from address 0
  std::vector<TensorPlace> inputs, outputs;  // of the network
  std::vector<ConstantData> constants;
  std::vector<LayerProgram> layers;
  bool operator==(const Program&) const = default;
};

}  // namespace tilewright
