#include "compiler/ir/graph.h"
#include "compiler/support/check.h"

namespace tilewright {

int64_t mac_count(const Graph& graph, const Node& node) {
  const Shape& out = graph.value(node.output).shape;
  Shape loops;
  if (std::holds_alternative<Conv>(node.primitive)) {
    const Shape& weights = graph.value(node.inputs[1]).shape;  // [M, C/groups, kH, kW]
    loops = {out[0], out[1], out[2], out[3], weights[1], weights[2], weights[3]};
  } else if (const auto* product = std::get_if<MatMul>(&node.primitive)) {
    const Shape& a = graph.value(node.inputs[0]).shape;
    loops = {out[0], out[1], out[2], a[product->transpose_a ? 1 : 2]};
  } else {
    return 0;
  }
  const auto macs = element_count(loops);
  TW_CHECK(macs.has_value(), "node {} has more multiply-accumulates than 64 bits hold", node.name);
  return *macs;
}

}  // namespace tilewright
