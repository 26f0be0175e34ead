#include "compiler/import/operators.h"

namespace tilewright {

namespace {

constexpr int kAny = -1;

constexpr Operator kOperators[] = {
    // array operations
    {"Conv", 2, 3, 1, lower_conv},
    {"Gemm", 2, 3, 1, lower_gemm},
    {"MatMul", 2, 2, 1, lower_matmul},
    // normalisation
    {"BatchNormalization", 5, 5, 5, lower_batch_normalization},
    {"LayerNormalization", 2, 3, 3, lower_layer_normalization},
    {"LRN", 1, 1, 1, lower_lrn},
    // functions of one value
    {"Abs", 1, 1, 1, lower_activation},
    {"Acos", 1, 1, 1, lower_activation},
    {"Acosh", 1, 1, 1, lower_activation},
    {"Asin", 1, 1, 1, lower_activation},
    {"Asinh", 1, 1, 1, lower_activation},
    {"Atan", 1, 1, 1, lower_activation},
    {"Atanh", 1, 1, 1, lower_activation},
    {"Ceil", 1, 1, 1, lower_activation},
    {"Celu", 1, 1, 1, lower_activation},
    {"Cos", 1, 1, 1, lower_activation},
    {"Cosh", 1, 1, 1, lower_activation},
    {"Elu", 1, 1, 1, lower_activation},
    {"Erf", 1, 1, 1, lower_activation},
    {"Exp", 1, 1, 1, lower_activation},
    {"Floor", 1, 1, 1, lower_activation},
    {"Gelu", 1, 1, 1, lower_activation},
    {"HardSigmoid", 1, 1, 1, lower_activation},
    {"HardSwish", 1, 1, 1, lower_activation},
    {"LeakyRelu", 1, 1, 1, lower_activation},
    {"Log", 1, 1, 1, lower_activation},
    {"Mish", 1, 1, 1, lower_activation},
    {"Neg", 1, 1, 1, lower_activation},
    {"Not", 1, 1, 1, lower_activation},
    {"Reciprocal", 1, 1, 1, lower_activation},
    {"Relu", 1, 1, 1, lower_activation},
    {"Round", 1, 1, 1, lower_activation},
    {"Selu", 1, 1, 1, lower_activation},
    {"Shrink", 1, 1, 1, lower_activation},
    {"Sigmoid", 1, 1, 1, lower_activation},
    {"Sign", 1, 1, 1, lower_activation},
    {"Sin", 1, 1, 1, lower_activation},
    {"Sinh", 1, 1, 1, lower_activation},
    {"Softplus", 1, 1, 1, lower_activation},
    {"Softsign", 1, 1, 1, lower_activation},
    {"Sqrt", 1, 1, 1, lower_activation},
    {"Tan", 1, 1, 1, lower_activation},
    {"Tanh", 1, 1, 1, lower_activation},
    {"ThresholdedRelu", 1, 1, 1, lower_activation},
    {"Clip", 1, 3, 1, lower_clip},
    {"PRelu", 2, 2, 1, lower_prelu},
    // functions of several values
    {"Add", 2, 2, 1, lower_binary},
    {"And", 2, 2, 1, lower_binary},
    {"Div", 2, 2, 1, lower_binary},
    {"Equal", 2, 2, 1, lower_binary},
    {"Greater", 2, 2, 1, lower_binary},
    {"GreaterOrEqual", 2, 2, 1, lower_binary},
    {"Less", 2, 2, 1, lower_binary},
    {"LessOrEqual", 2, 2, 1, lower_binary},
    {"Mul", 2, 2, 1, lower_binary},
    {"Or", 2, 2, 1, lower_binary},
    {"Pow", 2, 2, 1, lower_binary},
    {"Sub", 2, 2, 1, lower_binary},
    {"Max", 1, kAny, 1, lower_variadic},
    {"Mean", 1, kAny, 1, lower_variadic},
    {"Min", 1, kAny, 1, lower_variadic},
    {"Sum", 1, kAny, 1, lower_variadic},
    {"Where", 3, 3, 1, lower_where},
    // pools
    {"AveragePool", 1, 1, 1, lower_pool},
    {"MaxPool", 1, 1, 2, lower_pool},
    {"GlobalAveragePool", 1, 1, 1, lower_global_pool},
    {"GlobalMaxPool", 1, 1, 1, lower_global_pool},
    // reductions
    {"ReduceL1", 1, 2, 1, lower_reduce},
    {"ReduceL2", 1, 2, 1, lower_reduce},
    {"ReduceLogSum", 1, 2, 1, lower_reduce},
    {"ReduceMax", 1, 2, 1, lower_reduce},
    {"ReduceMean", 1, 2, 1, lower_reduce},
    {"ReduceMin", 1, 2, 1, lower_reduce},
    {"ReduceSum", 1, 2, 1, lower_reduce},
    {"ReduceSumSquare", 1, 2, 1, lower_reduce},
    {"LogSoftmax", 1, 1, 1, lower_softmax},
    {"Softmax", 1, 1, 1, lower_softmax},
    // views
    {"Dropout", 1, 3, 2, lower_dropout},
    {"Flatten", 1, 1, 1, lower_flatten},
    {"Identity", 1, 1, 1, lower_identity},
    {"Reshape", 1, 2, 1, lower_reshape},
    {"Squeeze", 1, 2, 1, lower_squeeze},
    {"Unsqueeze", 1, 2, 1, lower_unsqueeze},
    // moves
    {"Concat", 1, kAny, 1, lower_concat},
    {"DepthToSpace", 1, 1, 1, lower_depth_to_space},
    {"Expand", 2, 2, 1, lower_expand},
    {"Gather", 2, 2, 1, lower_gather},
    {"Pad", 1, 4, 1, lower_pad},
    {"Slice", 1, 5, 1, lower_slice},
    {"SpaceToDepth", 1, 1, 1, lower_space_to_depth},
    {"Split", 1, 2, kAny, lower_split},
    {"Transpose", 1, 1, 1, lower_transpose},
    // known at import
    {"Cast", 1, 1, 1, lower_cast},
    {"Constant", 0, 0, 1, lower_constant},
    {"ConstantOfShape", 1, 1, 1, lower_constant_of_shape},
    {"Range", 3, 3, 1, lower_range},
    {"Shape", 1, 1, 1, lower_shape},
    {"Size", 1, 1, 1, lower_size},
};

}  // namespace

const Operator* find_operator(std::string_view name) {
  for (const Operator& op : kOperators)
    if (op.name == name) return &op;
  return nullptr;
}

}  // namespace tilewright
