// The networks that ship, as ONNX models built by code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace tilewright {

struct NetworkOptions {
  int64_t batch = 1;
  uint64_t seed = 0;    // of the random weights
  bool weights = true;  // false: each weight is a ConstantOfShape, and the file a few kilobytes
};

struct NetworkInfo {
  std::string name;
  std::string summary;  // one line
};

// In the order in which they are listed to the user.
const std::vector<NetworkInfo>& networks();

// A serialized ModelProto, opset 13, IR version 8: the same bytes for the same options on every
// platform. Fails on an unknown name or a batch outside [1, 65536].
Result<std::string> build_network(const std::string& name, const NetworkOptions& options = {});

}  // namespace tilewright
