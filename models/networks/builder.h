// Writes an ONNX graph layer by layer, tracking shapes and drawing weights as it goes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "models/networks/networks.h"

namespace tilewright {

// A value of the graph under construction.
struct Feature {
  std::string name;
  std::vector<int64_t> shape;  // [N, C, H, W] or [N, C]
};

struct ConvSpec {
  int64_t features = 1;  // output features
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t pad = 0;
  int64_t groups = 1;
  bool bias = true;
};

// Each layer makes a node of the given name whose output has the same name. Weights are uniform
// with the variance 2 / fan-in of He et al., so that they keep the scale of activations through
// ReLU.
class NetworkBuilder {
 public:
  NetworkBuilder(const std::string& name, const NetworkOptions& options);

  Feature input(const std::string& name, std::vector<int64_t> shape_after_batch);
  Feature conv(const std::string& name, const Feature& x, const ConvSpec& spec);
  // Statistics near mean 0 and variance 1; `gain` is the middle of the scales.
  Feature batch_norm(const std::string& name, const Feature& x, float gain = 1);
  Feature relu(const std::string& name, const Feature& x);
  Feature add(const std::string& name, const Feature& a, const Feature& b);
  Feature max_pool(const std::string& name, const Feature& x, int64_t kernel, int64_t stride,
                   int64_t pad = 0);
  Feature global_average_pool(const std::string& name, const Feature& x);
  // x / (bias + alpha / size * sum of squares over `size` neighbouring features)^beta
  Feature local_response_norm(const std::string& name, const Feature& x, int64_t size, float alpha,
                              float beta, float bias);
  Feature flatten(const std::string& name, const Feature& x);
  Feature gemm(const std::string& name, const Feature& x, int64_t features);
  Feature softmax(const std::string& name, const Feature& x);

  // Serializes the model with `result` as its only output.
  std::string finish(const Feature& result);

 private:
  onnx::NodeProto& node(const std::string& op, const std::string& name,
                        const std::vector<std::string>& inputs);
  // Uniform in [middle - spread, middle + spread); a ConstantOfShape of `middle` (of `spread`,
  // where the middle is 0) when weights are off.
  std::string weight(const std::string& name, const std::vector<int64_t>& shape, float middle,
                     float spread);
  void random_initializer(const std::string& name, const std::vector<int64_t>& shape, float middle,
                          float spread);
  void constant_of_shape(const std::string& name, const std::vector<int64_t>& shape, float value);
  // The name of an initializer that holds these extents; one for all that ask.
  std::string shape_initializer(const std::vector<int64_t>& shape);

  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
  NetworkOptions options_;
  std::set<std::string> shape_names_;
};

}  // namespace tilewright
