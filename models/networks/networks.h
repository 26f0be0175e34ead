// The networks that ship, as ONNX models built by code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace tilewright {

struct NetworkOptions {
  int64_t batch = 1;
  uint64_t seed = 0;     // of the random weights
  bool weights = true;   // false: each weight is a ConstantOfShape, and the file a few kilobytes
  int64_t sequence = 0;  // tokens of each sample; 0: as many as the network names
};

struct NetworkInfo {
  std::string name;
  std::string summary;  // one line
};

// In the order in which they are listed to the user.
const std::vector<NetworkInfo>& networks();

// Positions that networks of sequences know.
inline constexpr int64_t kMostSequence = 512;

// A serialized ModelProto, opset 13 (with LayerNormalization: 17), IR version 8: the same bytes for
// the same options on every platform. Fails on an unknown name, a batch outside [1, 65536], a
// sequence outside [0, 512], or one for a network that reads images.
Result<std::string> build_network(const std::string& name, const NetworkOptions& options = {});

}  // namespace tilewright
