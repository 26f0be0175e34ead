// The structure of an ONNX graph, checked before any operator is looked at.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/import/report.h"

namespace tilewright {

inline constexpr int64_t kNewestOpset = 24;

struct ModelStructure {
  int64_t opset = 0;                    // of the default domain
  std::vector<int> order;               // indices of the nodes that outputs depend on, sorted
  std::vector<std::string> node_names;  // per node of the model: unique
  std::vector<std::string> places;      // per node: "model.onnx: node 'conv1' (Conv)"
  std::map<std::string, int64_t> uses;  // tensor -> reads by nodes in `order`, plus graph outputs
};

// Operator sets, names (present, unique, UTF-8), each tensor defined once and before use possible,
// no cycles. Nothing when there are findings.
std::optional<ModelStructure> check_structure(const onnx::ModelProto& model,
                                              const std::string& where, Findings& findings);

}  // namespace tilewright
