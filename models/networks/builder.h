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
  std::vector<int64_t> shape;  // [N, C, H, W], [N, C] or [N, tokens, features]
};

struct ConvSpec {
  int64_t features = 1;  // output features
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t pad = 0;
  int64_t groups = 1;
  bool bias = true;
};

// Each layer makes a node of the given name whose output has the same name; what takes several
// nodes names the others `name.part`. Weights of convolutions and Gemm are uniform with the
// variance 2 / fan-in of He et al., so that they keep the scale of activations through ReLU.
class NetworkBuilder {
 public:
  NetworkBuilder(const std::string& name, const NetworkOptions& options, int opset = 13);

  Feature input(const std::string& name, std::vector<int64_t> shape_after_batch);
  Feature conv(const std::string& name, const Feature& x, const ConvSpec& spec);
  // Statistics near mean 0 and variance 1; `gain` is the middle of the scales.
  Feature batch_norm(const std::string& name, const Feature& x, float gain = 1);
  Feature relu(const std::string& name, const Feature& x);
  Feature clip(const std::string& name, const Feature& x, float low, float high);
  // Each extent of `b` is that of `a`, or 1.
  Feature add(const std::string& name, const Feature& a, const Feature& b);
  Feature divide(const std::string& name, const Feature& x, float divisor);
  // x / 2 * (1 + erf(x / sqrt(2))), as models are exported where there is no operator Gelu.
  Feature gelu(const std::string& name, const Feature& x);
  Feature max_pool(const std::string& name, const Feature& x, int64_t kernel, int64_t stride,
                   int64_t pad = 0);
  Feature global_average_pool(const std::string& name, const Feature& x);
  // x / (bias + alpha / size * sum of squares over `size` neighbouring features)^beta
  Feature local_response_norm(const std::string& name, const Feature& x, int64_t size, float alpha,
                              float beta, float bias);
  Feature flatten(const std::string& name, const Feature& x);
  Feature gemm(const std::string& name, const Feature& x, int64_t features);
  // MatMul and Add on the last axis, as models of sequences are exported. The variance of the
  // weights is 1 / fan-in: no ReLU halves what comes out.
  Feature linear(const std::string& name, const Feature& x, int64_t features);
  Feature matmul(const std::string& name, const Feature& a, const Feature& b);
  // Over the last axis.
  Feature softmax(const std::string& name, const Feature& x);
  // Over the last axis; opset 17.
  Feature layer_norm(const std::string& name, const Feature& x, float epsilon);
  Feature reshape(const std::string& name, const Feature& x, const std::vector<int64_t>& shape);
  Feature transpose(const std::string& name, const Feature& x, const std::vector<int64_t>& order);
  // Rows of a table of weights: [1, ids, features].
  Feature embedding(const std::string& name, int64_t rows, int64_t features,
                    const std::vector<int64_t>& ids);

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
  void integer_initializer(const std::string& name, const std::vector<int64_t>& dims,
                           const std::vector<int64_t>& values);
  // The name of a Constant of one number; one for all that ask.
  std::string number(float value);

  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
  NetworkOptions options_;
  std::set<std::string> shared_names_;  // of shapes and numbers
};

}  // namespace tilewright
