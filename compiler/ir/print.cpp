#include <fmt/ranges.h>

#include "compiler/ir/graph.h"
#include "compiler/support/check.h"
#include "compiler/support/overloaded.h"

namespace tilewright {

namespace {

// What differs from a plain window, e.g. " kernel 3x3 stride 2x2 pad 1,1:1,1".
std::string print_window(const Window& w) {
  const std::array<int64_t, 2> ones{1, 1}, zeros{0, 0};
  std::string text = fmt::format(" kernel {}x{}", w.kernel[0], w.kernel[1]);
  if (w.stride != ones) text += fmt::format(" stride {}x{}", w.stride[0], w.stride[1]);
  if (w.dilation != ones) text += fmt::format(" dilation {}x{}", w.dilation[0], w.dilation[1]);
  if (w.pad_begin != zeros || w.pad_end != zeros)
    text +=
        fmt::format(" pad {},{}:{},{}", w.pad_begin[0], w.pad_begin[1], w.pad_end[0], w.pad_end[1]);
  return text;
}

std::string print_axes(const std::vector<AxisMap>& axes) {
  std::string text;
  for (const AxisMap& axis : axes) {
    text += text.empty() ? "" : ", ";
    if (axis.coefficient == 0) {
      text += fmt::format("{}", axis.offset);
      continue;
    }
    if (axis.offset != 0) text += fmt::format("{} + ", axis.offset);
    if (axis.coefficient != 1) text += fmt::format("{}*", axis.coefficient);
    text += fmt::format("l{}", axis.loop);
  }
  return "(" + text + ")";
}

std::string print_move(const Move& move) {
  if (move.is_view()) return " view";
  std::string text = move.fill == 0 ? "" : fmt::format(" fill {}", move.fill);
  for (const MovePart& part : move.parts)
    text += fmt::format(" {{#{}{} -> {} over {}}}", part.input, print_axes(part.from),
                        print_axes(part.to), print(part.extent));
  return text;
}

std::string_view name_of(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::Sum:
      return "sum";
    case ReduceKind::Mean:
      return "mean";
    case ReduceKind::Max:
      return "max";
  }
  TW_CHECK(false, "reduce kind {}", static_cast<int>(kind));
}

std::string print_attributes(const Primitive& primitive) {
  return std::visit(
      Overloaded{
          [](const Conv& conv) {
            const std::string groups =
                conv.groups == 1 ? "" : fmt::format(" groups {}", conv.groups);
            return print_window(conv.window) + groups;
          },
          [](const MatMul& product) {
            return std::string(product.transpose_a ? " transpose_a" : "") +
                   (product.transpose_b ? " transpose_b" : "");
          },
          [](const Pool& pool) {
            return (pool.kind == PoolKind::Max ? " max" : " average") + print_window(pool.window);
          },
          [](const Pointwise& pointwise) { return " " + print(pointwise.expr); },
          [](const Reduce& reduce) {
            return fmt::format(" {} axes {}", name_of(reduce.kind), print(reduce.axes));
          },
          [](const Move& move) { return print_move(move); },
      },
      primitive);
}

std::string print_value(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  return fmt::format("%{} \"{}\" {} {}", id, value.name, name_of(value.type), print(value.shape));
}

std::string print_constant(const Graph& graph, ValueId id) {
  const Tensor& tensor = *graph.value(id).constant;
  std::string text = "constant " + print_value(graph, id);
  if (element_count(tensor.shape) != 1) return text;
  return text + (tensor.type == ElementType::Float32 ? fmt::format(" = {}", tensor.floats[0])
                                                     : fmt::format(" = {}", tensor.ints[0]));
}

std::string print_node(const Graph& graph, const Node& node) {
  std::string text =
      fmt::format("{} = {}(", print_value(graph, node.output), name_of(node.primitive));
  for (size_t i = 0; i < node.inputs.size(); ++i)
    text += fmt::format("{}%{}", i == 0 ? "" : ", ", node.inputs[i]);
  text += ")" + print_attributes(node.primitive);
  if (!node.epilogue.steps.empty()) text += " then " + print(node.epilogue);
  return text + fmt::format("  # {} '{}'", node.op, node.name);
}

}  // namespace

std::string print(const Graph& graph) {
  std::string text = fmt::format("graph \"{}\"\n", graph.name);
  for (ValueId id : graph.inputs) text += "  input " + print_value(graph, id) + "\n";
  for (size_t i = 0; i < graph.values.size(); ++i)
    if (graph.values[i].constant)
      text += "  " + print_constant(graph, static_cast<ValueId>(i)) + "\n";
  for (const Node& node : graph.nodes) text += "  " + print_node(graph, node) + "\n";
  for (ValueId id : graph.outputs) text += fmt::format("  output %{}\n", id);
  return text;
}

}  // namespace tilewright
