#include "compiler/ir/intensity.h"

#include <limits>
#include <set>

#include "compiler/support/math.h"
#include "compiler/support/overloaded.h"

namespace tilewright {

namespace {

int64_t times(int64_t a, int64_t b) {
  return checked_mul(a, b).value_or(std::numeric_limits<int64_t>::max());
}

int64_t elements(const Graph& graph, ValueId id) {
  return element_count(graph.value(id).shape).value_or(std::numeric_limits<int64_t>::max());
}

int64_t operations(const Graph& graph, const Node& node) {
  const int64_t results = elements(graph, node.output);
  return std::visit(Overloaded{
                        [&](const Conv&) { return times(2, mac_count(graph, node)); },
                        [&](const MatMul&) { return times(2, mac_count(graph, node)); },
                        [&](const Pool& pool) {
                          return times(results,
                                       times(pool.window.kernel[0], pool.window.kernel[1]));
                        },
                        [&](const Pointwise& pointwise) {
                          return times(results, static_cast<int64_t>(pointwise.expr.steps.size()));
                        },
                        [&](const Reduce&) { return elements(graph, node.inputs[0]); },
                        [&](const Move&) { return int64_t{0}; },
                    },
                    node.primitive);
}

int64_t moved_elements(const Graph& graph, const Node& node) {
  const auto* move = std::get_if<Move>(&node.primitive);
  if (move != nullptr && move->is_view()) return 0;
  const bool is_array = std::holds_alternative<Conv>(node.primitive) ||
                        std::holds_alternative<MatMul>(node.primitive);
  std::set<ValueId> counted;
  int64_t sum = elements(graph, node.output);
  for (size_t i = 0; i < node.inputs.size() && !(is_array && i == 2); ++i)
    if (counted.insert(node.inputs[i]).second)
      sum = checked_add(sum, elements(graph, node.inputs[i]))
                .value_or(std::numeric_limits<int64_t>::max());
  return sum;
}

}  // namespace

Intensity intensity(const Graph& graph, const Node& node, int64_t bytes_per_element) {
  return {operations(graph, node), times(moved_elements(graph, node), bytes_per_element)};
}

double ops_per_byte(const Intensity& intensity) {
  if (intensity.bytes == 0) return 0;
  return static_cast<double>(intensity.ops) / static_cast<double>(intensity.bytes);
}

}  // namespace tilewright
