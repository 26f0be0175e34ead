// The run-time inputs of a model: types, and shapes with all dimensions bound.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/import/import.h"
#include "compiler/import/report.h"

namespace tilewright {

struct InputShape {
  std::string name;
  ElementType type = ElementType::Float32;
  Shape shape;
};

// Every graph input that is neither `stored` (an initializer) nor bound by an option, in order;
// those with findings are left out. Options that fit no input are findings too.
std::vector<InputShape> read_inputs(const onnx::GraphProto& graph,
                                    const std::set<std::string>& stored, const std::string& where,
                                    const ImportOptions& options, Findings& findings);

struct BoundInput {
  std::string name;
  const Tensor* tensor = nullptr;  // of the options
};

// Graph inputs that an option binds to data of the declared type and shape; others are findings.
std::vector<BoundInput> read_bindings(const onnx::GraphProto& graph,
                                      const std::set<std::string>& stored, const std::string& where,
                                      const ImportOptions& options, Findings& findings);

}  // namespace tilewright
