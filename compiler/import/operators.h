// The operators that the importer knows: one table, one lowering function per row.
#pragma once

#include <string_view>

#include "compiler/import/node_context.h"

namespace tilewright {

struct Operator {
  std::string_view name;
  int least_inputs = 1;
  int most_inputs = 1;  // -1: any number
  int most_outputs = 1;
  void (*lower)(NodeContext&) = nullptr;  // binds every output that is used, or throws
};

// The row of an operator of the default domain, or null.
const Operator* find_operator(std::string_view name);

// conv.cpp
void lower_conv(NodeContext& node);
// matmul.cpp
void lower_gemm(NodeContext& node);
void lower_matmul(NodeContext& node);
// norm.cpp
void lower_batch_normalization(NodeContext& node);
void lower_layer_normalization(NodeContext& node);
void lower_lrn(NodeContext& node);
// activation.cpp
void lower_activation(NodeContext& node);
void lower_clip(NodeContext& node);
void lower_prelu(NodeContext& node);
// arithmetic.cpp
void lower_binary(NodeContext& node);
void lower_variadic(NodeContext& node);
void lower_where(NodeContext& node);
// pool.cpp
void lower_pool(NodeContext& node);
void lower_global_pool(NodeContext& node);
// reduce.cpp
void lower_reduce(NodeContext& node);
void lower_softmax(NodeContext& node);
// views.cpp
void lower_reshape(NodeContext& node);
void lower_flatten(NodeContext& node);
void lower_squeeze(NodeContext& node);
void lower_unsqueeze(NodeContext& node);
void lower_identity(NodeContext& node);
void lower_dropout(NodeContext& node);
// moves.cpp
void lower_transpose(NodeContext& node);
void lower_concat(NodeContext& node);
void lower_pad(NodeContext& node);
void lower_expand(NodeContext& node);
void lower_depth_to_space(NodeContext& node);
void lower_space_to_depth(NodeContext& node);
// slices.cpp
void lower_slice(NodeContext& node);
void lower_split(NodeContext& node);
void lower_gather(NodeContext& node);
// constants.cpp
void lower_constant(NodeContext& node);
void lower_constant_of_shape(NodeContext& node);
void lower_shape(NodeContext& node);
void lower_size(NodeContext& node);
void lower_range(NodeContext& node);
void lower_cast(NodeContext& node);

}  // namespace tilewright
