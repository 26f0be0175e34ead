#include "tests/fuzz/random_model.h"

#include <sstream>
#include <string>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

namespace tilewright::fuzz {

namespace {

constexpr int kMostNodes = 8;

struct Operator {
  const char* name;
  int inputs, outputs;  // at most
  const char* attributes;
};

// "name:i" an integer, ":f" a float, ":s" a word, ":I" and ":F" lists, ":t" a tensor.
constexpr Operator kOperators[] = {
    {"Conv", 3, 1, "auto_pad:s dilations:I group:i kernel_shape:I pads:I strides:I"},
    {"Gemm", 3, 1, "alpha:f beta:f transA:i transB:i broadcast:i"},
    {"MatMul", 2, 1, ""},
    {"BatchNormalization", 5, 1, "epsilon:f momentum:f spatial:i training_mode:i is_test:i"},
    {"LRN", 1, 1, "alpha:f beta:f bias:f size:i"},
    {"Relu", 1, 1, ""},
    {"LeakyRelu", 1, 1, "alpha:f"},
    {"Elu", 1, 1, "alpha:f"},
    {"HardSigmoid", 1, 1, "alpha:f beta:f"},
    {"Shrink", 1, 1, "bias:f lambd:f"},
    {"Gelu", 1, 1, "approximate:s"},
    {"Exp", 1, 1, ""},
    {"Not", 1, 1, ""},
    {"Neg", 1, 1, ""},
    {"Abs", 1, 1, ""},
    {"Clip", 3, 1, "min:f max:f"},
    {"PRelu", 2, 1, ""},
    {"Add", 2, 1, "broadcast:i axis:i"},
    {"Sub", 2, 1, ""},
    {"Mul", 2, 1, ""},
    {"Div", 2, 1, ""},
    {"Pow", 2, 1, ""},
    {"Less", 2, 1, ""},
    {"Equal", 2, 1, ""},
    {"And", 2, 1, ""},
    {"Max", 4, 1, ""},
    {"Mean", 4, 1, ""},
    {"Where", 3, 1, ""},
    {"AveragePool", 1, 1,
     "auto_pad:s ceil_mode:i count_include_pad:i kernel_shape:I pads:I strides:I dilations:I"},
    {"MaxPool", 1, 2, "auto_pad:s ceil_mode:i dilations:I kernel_shape:I pads:I strides:I"},
    {"GlobalAveragePool", 1, 1, ""},
    {"GlobalMaxPool", 1, 1, ""},
    {"ReduceSum", 2, 1, "axes:I keepdims:i noop_with_empty_axes:i"},
    {"ReduceMin", 2, 1, "axes:I keepdims:i"},
    {"ReduceL2", 2, 1, "axes:I keepdims:i"},
    {"ReduceMean", 2, 1, "axes:I keepdims:i"},
    {"Softmax", 1, 1, "axis:i"},
    {"LogSoftmax", 1, 1, "axis:i"},
    {"Dropout", 3, 2, "ratio:f seed:i"},
    {"Flatten", 1, 1, "axis:i"},
    {"Identity", 1, 1, ""},
    {"Reshape", 2, 1, "allowzero:i shape:I"},
    {"Squeeze", 2, 1, "axes:I"},
    {"Unsqueeze", 2, 1, "axes:I"},
    {"Concat", 4, 1, "axis:i"},
    {"DepthToSpace", 1, 1, "blocksize:i mode:s"},
    {"Expand", 2, 1, ""},
    {"Gather", 2, 1, "axis:i"},
    {"Pad", 4, 1, "mode:s pads:I value:f"},
    {"Slice", 5, 1, "axes:I ends:I starts:I"},
    {"SpaceToDepth", 1, 1, "blocksize:i"},
    {"Split", 2, 3, "axis:i split:I num_outputs:i"},
    {"Transpose", 1, 1, "perm:I"},
    {"Cast", 1, 1, "to:i"},
    {"Constant", 0, 1, "value:t value_float:f value_int:i value_ints:I value_floats:F"},
    {"ConstantOfShape", 1, 1, "value:t"},
    {"Range", 3, 1, ""},
    {"Shape", 1, 1, "start:i end:i"},
    {"Size", 1, 1, ""},
    {"LSTM", 3, 1, ""},
};
constexpr const char* kWords[] = {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID",   "constant",
                                  "edge",   "DCR",        "CRD",        "reflect", "tanh"};
constexpr int64_t kFar[] = {INT64_MAX, INT64_MIN, int64_t{1} << 62, int64_t{1} << 31, 1 << 20, -3};

class Drawer {
 public:
  Drawer(const uint8_t* data, size_t size) : bytes_(data, size) {}

  onnx::ModelProto model() {
    onnx::ModelProto model;
    model.set_ir_version(8);
    constexpr int64_t kOpsets[] = {13, 11, 7, 18, 9, 17};
    model.add_opset_import()->set_version(rare() ? small() : bytes_.PickValueInArray(kOpsets));
    graph_ = model.mutable_graph();
    graph_->set_name("g");
    for (Extents& shape : shapes_) shape = extents();
    for (int n = count(1, 3); n-- > 0;) input();
    for (int n = count(0, 5); n-- > 0;) initializer();
    for (int n = count(1, kMostNodes); n-- > 0;) node();
    for (int n = count(1, 2); n-- > 0;) graph_->add_output()->set_name(outputs_end(n));
    return model;
  }

 private:
  using Extents = std::vector<int64_t>;

  int count(int least, int most) { return bytes_.ConsumeIntegralInRange<int>(least, most); }
  bool rare() { return bytes_.ConsumeIntegral<uint8_t>() >= 250; }
  bool coin() { return (bytes_.ConsumeIntegral<uint8_t>() & 1) != 0; }
  int64_t small() {
    return rare() ? bytes_.PickValueInArray(kFar) : bytes_.ConsumeIntegralInRange<int>(-2, 8);
  }
  Extents list() {
    Extents list(static_cast<size_t>(count(0, 5)));
    for (int64_t& number : list) number = small();
    return list;
  }
  Extents extents() {
    Extents extents(static_cast<size_t>(count(0, 5)));
    for (int64_t& extent : extents)
      extent = rare() ? bytes_.PickValueInArray(kFar) : count(1, 6) - (rare() ? 1 : 0);
    return extents;
  }

  std::string new_name() { return names_.emplace_back("t" + std::to_string(names_.size())); }
  std::string any_name() {
    if (names_.empty() || rare()) return coin() ? "" : "nowhere";
    // Later tensors are as likely as all others together, so that chains grow.
    const size_t last = names_.size() - 1;
    return names_[coin() ? last : static_cast<size_t>(count(0, static_cast<int>(last)))];
  }
  std::string outputs_end(int n) {
    const auto back = static_cast<size_t>(n) + 1;
    return back <= names_.size() ? names_[names_.size() - back] : any_name();
  }

  void input() {
    auto* info = graph_->add_input();
    info->set_name(new_name());
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(rare() ? count(0, 20) : onnx::TensorProto::FLOAT);
    for (const int64_t extent : bytes_.PickValueInArray(shapes_))
      type->mutable_shape()->add_dim()->set_dim_value(extent);
  }

  void initializer() {
    auto* tensor = graph_->add_initializer();
    tensor->set_name(new_name());
    fill(*tensor);
  }

  // Floats of a known shape, or a short list of integers as shapes, axes and sizes are.
  void fill(onnx::TensorProto& tensor) {
    if (coin()) {
      tensor.set_data_type(onnx::TensorProto::FLOAT);
      int64_t elements = 1;
      for (const int64_t extent : bytes_.PickValueInArray(shapes_)) {
        tensor.add_dims(extent);
        elements = extent < 0 || extent > 8 ? 0 : elements * extent;
      }
      if (rare()) --elements;
      const bool raw = coin();
      if (raw)
        tensor.set_data_type(rare() ? onnx::TensorProto::BFLOAT16 : onnx::TensorProto::FLOAT16);
      for (int64_t n = 0; n < elements; ++n) {
        if (raw)
          tensor.mutable_raw_data()->append("\x01\x3c", 2);  // about 1, in both formats
        else
          tensor.add_float_data(static_cast<float>(n % 5) - 1);
      }
      return;
    }
    const Extents numbers = list();
    tensor.set_data_type(rare() ? count(0, 20) : onnx::TensorProto::INT64);
    if (numbers.size() != 1 || coin()) tensor.add_dims(static_cast<int64_t>(numbers.size()));
    if (coin()) {
      tensor.set_raw_data(numbers.data(), numbers.size() * sizeof(int64_t));
    } else {
      for (const int64_t number : numbers) tensor.add_int64_data(number);
    }
  }

  void node() {
    const Operator& op = bytes_.PickValueInArray(kOperators);
    auto* node = graph_->add_node();
    node->set_op_type(op.name);
    if (coin()) node->set_name("n" + std::to_string(graph_->node_size()));
    for (int n = count(std::min(op.inputs, 1), op.inputs + (rare() ? 1 : 0)); n-- > 0;)
      node->add_input(any_name());
    std::istringstream attributes(op.attributes);
    for (std::string attribute; attributes >> attribute;)
      if (coin()) add_attribute(*node, attribute);
    for (int n = count(1, op.outputs); n-- > 0;) node->add_output(new_name());
  }

  void add_attribute(onnx::NodeProto& node, const std::string& described) {
    auto* attribute = node.add_attribute();
    attribute->set_name(described.substr(0, described.size() - 2));
    switch (described.back()) {
      case 'i':
        attribute->set_type(onnx::AttributeProto::INT);
        attribute->set_i(small());
        break;
      case 'f':
        attribute->set_type(onnx::AttributeProto::FLOAT);
        attribute->set_f(static_cast<float>(small()) / 2);
        break;
      case 's':
        attribute->set_type(onnx::AttributeProto::STRING);
        attribute->set_s(bytes_.PickValueInArray(kWords));
        break;
      case 'I':
        attribute->set_type(onnx::AttributeProto::INTS);
        for (const int64_t number : list()) attribute->add_ints(number);
        break;
      case 'F':
        attribute->set_type(onnx::AttributeProto::FLOATS);
        for (const int64_t number : list()) attribute->add_floats(static_cast<float>(number));
        break;
      default:
        attribute->set_type(onnx::AttributeProto::TENSOR);
        fill(*attribute->mutable_t());
    }
  }

  FuzzedDataProvider bytes_;
  onnx::GraphProto* graph_ = nullptr;
  std::array<Extents, 4> shapes_;
  std::vector<std::string> names_;
};

}  // namespace

onnx::ModelProto random_model(const uint8_t* data, size_t size) {
  return Drawer(data, size).model();
}

}  // namespace tilewright::fuzz
