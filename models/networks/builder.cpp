#include "models/networks/builder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include <fmt/ranges.h>

#include "compiler/support/check.h"
#include "compiler/support/rng.h"

namespace tilewright {

namespace {

constexpr int kIrVersion = 8;

void add_attribute(onnx::NodeProto& node, const std::string& name, int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void add_attribute(onnx::NodeProto& node, const std::string& name, float value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void add_attribute(onnx::NodeProto& node, const std::string& name,
                   const std::vector<int64_t>& values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values) attribute.add_ints(value);
}

// Little-endian, as ONNX wants raw data on every platform.
template <class Word>
void put_word(char* at, Word word) {
  for (size_t byte = 0; byte < sizeof(Word); ++byte)
    at[byte] = static_cast<char>((word >> (8 * byte)) & 0xff);
}

void add_float(onnx::NodeProto& node, const std::string& name, float value,
               const std::vector<int64_t>& dims) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::TENSOR);
  onnx::TensorProto& element = *attribute.mutable_t();
  element.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t extent : dims) element.add_dims(extent);
  std::string& word = *element.mutable_raw_data();
  word.resize(sizeof(float));
  put_word(word.data(), std::bit_cast<uint32_t>(value));
}

void describe(onnx::ValueInfoProto& info, const Feature& feature) {
  info.set_name(feature.name);
  onnx::TypeProto::Tensor& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (int64_t extent : feature.shape) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

int64_t window_extent(int64_t extent, int64_t kernel, int64_t stride, int64_t pad) {
  return (extent + 2 * pad - kernel) / stride + 1;
}

// Half the width of the uniform distribution of variance 2 / fan_in.
float he_bound(int64_t fan_in) { return std::sqrt(6.0f / static_cast<float>(fan_in)); }

constexpr float kBiasSpread = 0.05f;

}  // namespace

NetworkBuilder::NetworkBuilder(const std::string& name, const NetworkOptions& options, int opset)
    : graph_(*model_.mutable_graph()), options_(options) {
  model_.set_ir_version(kIrVersion);
  model_.set_producer_name("tilewright");
  model_.add_opset_import()->set_version(opset);
  graph_.set_name(name);
}

Feature NetworkBuilder::input(const std::string& name, std::vector<int64_t> shape_after_batch) {
  Feature feature{name, std::move(shape_after_batch)};
  feature.shape.insert(feature.shape.begin(), options_.batch);
  describe(*graph_.add_input(), feature);
  return feature;
}

Feature NetworkBuilder::conv(const std::string& name, const Feature& x, const ConvSpec& spec) {
  const int64_t in = x.shape[1] / spec.groups, fan_in = in * spec.kernel * spec.kernel;
  std::vector<std::string> inputs = {
      x.name,
      weight(name + ".weight", {spec.features, in, spec.kernel, spec.kernel}, 0, he_bound(fan_in))};
  if (spec.bias) inputs.push_back(weight(name + ".bias", {spec.features}, 0, kBiasSpread));
  onnx::NodeProto& conv = node("Conv", name, inputs);
  add_attribute(conv, "kernel_shape", std::vector<int64_t>{spec.kernel, spec.kernel});
  add_attribute(conv, "strides", std::vector<int64_t>{spec.stride, spec.stride});
  add_attribute(conv, "pads", std::vector<int64_t>(4, spec.pad));
  add_attribute(conv, "group", spec.groups);
  return {name,
          {x.shape[0], spec.features, window_extent(x.shape[2], spec.kernel, spec.stride, spec.pad),
           window_extent(x.shape[3], spec.kernel, spec.stride, spec.pad)}};
}

Feature NetworkBuilder::batch_norm(const std::string& name, const Feature& x, float gain) {
  const std::vector<int64_t> per_feature = {x.shape[1]};
  std::vector<std::string> inputs = {
      x.name,
      weight(name + ".weight", per_feature, gain, gain / 8),
      weight(name + ".bias", per_feature, 0, 0.1f),
      weight(name + ".running_mean", per_feature, 0, 0.1f),
      weight(name + ".running_var", per_feature, 1, 0.25f),
  };
  add_attribute(node("BatchNormalization", name, inputs), "epsilon", 1e-5f);
  return {name, x.shape};
}

Feature NetworkBuilder::relu(const std::string& name, const Feature& x) {
  node("Relu", name, {x.name});
  return {name, x.shape};
}

Feature NetworkBuilder::clip(const std::string& name, const Feature& x, float low, float high) {
  const std::string least = number(low), most = number(high);
  node("Clip", name, {x.name, least, most});
  return {name, x.shape};
}

Feature NetworkBuilder::add(const std::string& name, const Feature& a, const Feature& b) {
  const bool fits =
      std::equal(b.shape.rbegin(), b.shape.rend(), a.shape.rbegin(), a.shape.rend(),
                 [](int64_t of_b, int64_t of_a) { return of_b == of_a || of_b == 1; });
  TW_CHECK(fits, "{}: {} does not broadcast to {}", name, b.name, a.name);
  node("Add", name, {a.name, b.name});
  return {name, a.shape};
}

Feature NetworkBuilder::divide(const std::string& name, const Feature& x, float divisor) {
  const std::string constant = number(divisor);
  node("Div", name, {x.name, constant});
  return {name, x.shape};
}

Feature NetworkBuilder::gelu(const std::string& name, const Feature& x) {
  const Feature scaled = divide(name + ".div", x, std::numbers::sqrt2_v<float>);
  const std::string one = number(1), half = number(0.5f);
  node("Erf", name + ".erf", {scaled.name});
  node("Add", name + ".add", {name + ".erf", one});
  node("Mul", name + ".mul", {x.name, name + ".add"});
  node("Mul", name, {name + ".mul", half});
  return {name, x.shape};
}

Feature NetworkBuilder::max_pool(const std::string& name, const Feature& x, int64_t kernel,
                                 int64_t stride, int64_t pad) {
  onnx::NodeProto& pool = node("MaxPool", name, {x.name});
  add_attribute(pool, "kernel_shape", std::vector<int64_t>{kernel, kernel});
  add_attribute(pool, "strides", std::vector<int64_t>{stride, stride});
  add_attribute(pool, "pads", std::vector<int64_t>(4, pad));
  return {name,
          {x.shape[0], x.shape[1], window_extent(x.shape[2], kernel, stride, pad),
           window_extent(x.shape[3], kernel, stride, pad)}};
}

Feature NetworkBuilder::global_average_pool(const std::string& name, const Feature& x) {
  node("GlobalAveragePool", name, {x.name});
  return {name, {x.shape[0], x.shape[1], 1, 1}};
}

Feature NetworkBuilder::local_response_norm(const std::string& name, const Feature& x, int64_t size,
                                            float alpha, float beta, float bias) {
  onnx::NodeProto& norm = node("LRN", name, {x.name});
  add_attribute(norm, "size", size);
  add_attribute(norm, "alpha", alpha);
  add_attribute(norm, "beta", beta);
  add_attribute(norm, "bias", bias);
  return {name, x.shape};
}

Feature NetworkBuilder::flatten(const std::string& name, const Feature& x) {
  add_attribute(node("Flatten", name, {x.name}), "axis", int64_t{1});
  int64_t features = 1;
  for (size_t axis = 1; axis < x.shape.size(); ++axis) features *= x.shape[axis];
  return {name, {x.shape[0], features}};
}

Feature NetworkBuilder::gemm(const std::string& name, const Feature& x, int64_t features) {
  TW_CHECK(x.shape.size() == 2, "{}: {} is not flat", name, x.name);
  const int64_t in = x.shape[1];
  add_attribute(node("Gemm", name,
                     {x.name, weight(name + ".weight", {features, in}, 0, he_bound(in)),
                      weight(name + ".bias", {features}, 0, kBiasSpread)}),
                "transB", int64_t{1});
  return {name, {x.shape[0], features}};
}

Feature NetworkBuilder::linear(const std::string& name, const Feature& x, int64_t features) {
  const int64_t in = x.shape.back();
  const float spread = std::sqrt(3.0f / static_cast<float>(in));
  const Feature weights{weight(name + ".weight", {in, features}, 0, spread), {in, features}};
  const std::string bias = weight(name + ".bias", {features}, 0, kBiasSpread);
  const Feature product = matmul(name + ".matmul", x, weights);
  node("Add", name, {bias, product.name});
  return {name, product.shape};
}

Feature NetworkBuilder::matmul(const std::string& name, const Feature& a, const Feature& b) {
  const size_t rank = b.shape.size();
  TW_CHECK(rank >= 2 && a.shape.back() == b.shape[rank - 2], "{}: {} times {}", name, a.name,
           b.name);
  node("MatMul", name, {a.name, b.name});
  Feature product{name, a.shape};
  product.shape.back() = b.shape.back();
  return product;
}

Feature NetworkBuilder::softmax(const std::string& name, const Feature& x) {
  add_attribute(node("Softmax", name, {x.name}), "axis", int64_t{-1});
  return {name, x.shape};
}

Feature NetworkBuilder::layer_norm(const std::string& name, const Feature& x, float epsilon) {
  const std::vector<int64_t> per_feature = {x.shape.back()};
  onnx::NodeProto& norm = node("LayerNormalization", name,
                               {x.name, weight(name + ".weight", per_feature, 1, 1.0f / 8),
                                weight(name + ".bias", per_feature, 0, 0.1f)});
  add_attribute(norm, "axis", int64_t{-1});
  add_attribute(norm, "epsilon", epsilon);
  return {name, x.shape};
}

Feature NetworkBuilder::reshape(const std::string& name, const Feature& x,
                                const std::vector<int64_t>& shape) {
  node("Reshape", name, {x.name, shape_initializer(shape)});
  return {name, shape};
}

Feature NetworkBuilder::transpose(const std::string& name, const Feature& x,
                                  const std::vector<int64_t>& order) {
  add_attribute(node("Transpose", name, {x.name}), "perm", order);
  Feature result{name, {}};
  for (int64_t axis : order) result.shape.push_back(x.shape[static_cast<size_t>(axis)]);
  return result;
}

Feature NetworkBuilder::embedding(const std::string& name, int64_t rows, int64_t features,
                                  const std::vector<int64_t>& ids) {
  const auto count = static_cast<int64_t>(ids.size());
  integer_initializer(name + ".ids", {1, count}, ids);
  node("Gather", name, {weight(name + ".weight", {rows, features}, 0, 0.5f), name + ".ids"});
  return {name, {1, count, features}};
}

std::string NetworkBuilder::finish(const Feature& result) {
  describe(*graph_.add_output(), result);
  std::string bytes;
  TW_CHECK(model_.SerializeToString(&bytes), "{} does not serialize", graph_.name());
  return bytes;
}

onnx::NodeProto& NetworkBuilder::node(const std::string& op, const std::string& name,
                                      const std::vector<std::string>& inputs) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(name);
  return node;
}

std::string NetworkBuilder::weight(const std::string& name, const std::vector<int64_t>& shape,
                                   float middle, float spread) {
  if (options_.weights)
    random_initializer(name, shape, middle, spread);
  else
    constant_of_shape(name, shape, middle == 0 ? spread : middle);
  return name;
}

void NetworkBuilder::random_initializer(const std::string& name, const std::vector<int64_t>& shape,
                                        float middle, float spread) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  size_t count = 1;
  for (int64_t extent : shape) {
    tensor.add_dims(extent);
    count *= static_cast<size_t>(extent);
  }
  std::string& raw = *tensor.mutable_raw_data();
  raw.resize(count * sizeof(float));
  Rng rng{stream_seed(options_.seed, graph_.name() + "/" + name), 0};
  for (size_t i = 0; i < count; ++i) {
    const float unit = 2 * rng.uniform() - 1;  // in [-1, 1), exact
    const float value = static_cast<float>(static_cast<double>(middle) +
                                           static_cast<double>(spread) * static_cast<double>(unit));
    put_word(raw.data() + i * sizeof(float), std::bit_cast<uint32_t>(value));
  }
}

std::string NetworkBuilder::shape_initializer(const std::vector<int64_t>& shape) {
  const std::string name = fmt::format("shape.{}", fmt::join(shape, "x"));
  if (shared_names_.insert(name).second)
    integer_initializer(name, {static_cast<int64_t>(shape.size())}, shape);
  return name;
}

void NetworkBuilder::integer_initializer(const std::string& name, const std::vector<int64_t>& dims,
                                         const std::vector<int64_t>& values) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (int64_t extent : dims) tensor.add_dims(extent);
  std::string& raw = *tensor.mutable_raw_data();
  raw.resize(values.size() * sizeof(int64_t));
  for (size_t n = 0; n < values.size(); ++n)
    put_word(raw.data() + n * sizeof(int64_t), static_cast<uint64_t>(values[n]));
}

void NetworkBuilder::constant_of_shape(const std::string& name, const std::vector<int64_t>& shape,
                                       float value) {
  add_float(node("ConstantOfShape", name, {shape_initializer(shape)}), "value", value, {1});
}

std::string NetworkBuilder::number(float value) {
  const std::string name = fmt::format("number.{}", value);
  if (shared_names_.insert(name).second) add_float(node("Constant", name, {}), "value", value, {});
  return name;
}

}  // namespace tilewright
