#include "compiler/transform/fold_affine.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"
#include "compiler/transform/absorb.h"
#include "compiler/transform/uses.h"

namespace tilewright {

namespace {

// scale * x + offset; a constant when scale is 0.
struct Affine {
  double scale = 0, offset = 0;
  bool is_constant() const { return scale == 0; }
};

std::optional<Affine> apply_affine(ScalarOp op, const Affine& a, const Affine& b) {
  switch (op) {
    case ScalarOp::Add:
      return Affine{a.scale + b.scale, a.offset + b.offset};
    case ScalarOp::Sub:
      return Affine{a.scale - b.scale, a.offset - b.offset};
    case ScalarOp::Neg:
      return Affine{-a.scale, -a.offset};
    case ScalarOp::Mul:
      if (a.is_constant()) return Affine{a.offset * b.scale, a.offset * b.offset};
      if (b.is_constant()) return Affine{a.scale * b.offset, a.offset * b.offset};
      return std::nullopt;
    case ScalarOp::Div:
      if (!b.is_constant()) return std::nullopt;
      return Affine{a.scale / b.offset, a.offset / b.offset};
    case ScalarOp::Sqrt:
      if (!a.is_constant()) return std::nullopt;
      return Affine{0, std::sqrt(a.offset)};
    case ScalarOp::Reciprocal:
      if (!a.is_constant()) return std::nullopt;
      return Affine{0, 1 / a.offset};
    default:
      return std::nullopt;  // not affine, or not worth folding
  }
}

// The expression as a function of input `operand`, the others being `constants`.
std::optional<Affine> as_affine(const ScalarExpr& expr, size_t operand,
                                const std::vector<double>& constants) {
  std::vector<Affine> results;
  const auto read = [&](const ScalarRef& ref) {
    const auto index = static_cast<size_t>(ref.index);
    switch (ref.kind) {
      case ScalarRef::Kind::Input:
        return index == operand ? Affine{1, 0} : Affine{0, constants[index]};
      case ScalarRef::Kind::Step:
        return results[index];
      case ScalarRef::Kind::Constant:
        return Affine{0, static_cast<double>(ref.value)};
    }
    return Affine{};
  };
  for (const ScalarStep& step : expr.steps) {
    const Affine b = arity(step.op) > 1 ? read(step.b) : Affine{};
    const auto result = apply_affine(step.op, read(step.a), b);
    if (!result || !std::isfinite(result->scale) || !std::isfinite(result->offset))
      return std::nullopt;
    results.push_back(*result);
  }
  return results.empty() ? Affine{1, 0} : results.back();
}

int64_t product(const Shape& shape, size_t first) {
  int64_t count = 1;
  for (size_t a = first; a < shape.size(); ++a) count *= shape[a];
  return count;
}

// The axis of `seen` (the array's output, perhaps under another shape) that counts its features.
std::optional<size_t> feature_axis(const Shape& out, size_t out_axis, const Shape& seen) {
  for (size_t a = 0; a < seen.size(); ++a)
    if (seen[a] == out[out_axis] && product(seen, a + 1) == product(out, out_axis + 1)) return a;
  return std::nullopt;
}

// Whether `constant`, broadcast over `seen`, varies along `axis` only.
bool varies_along(const Shape& constant, const Shape& seen, size_t axis) {
  const size_t lead = seen.size() - constant.size();
  for (size_t a = 0; a < constant.size(); ++a)
    if (constant[a] != 1 && lead + a != axis) return false;
  return true;
}

// Per feature, what `pointwise` does to the array's output; nothing when that is not affine.
std::optional<std::vector<Affine>> affine_per_feature(const Graph& graph, const Node& pointwise,
                                                      size_t operand, const Shape& out,
                                                      size_t out_axis) {
  const Shape& seen = graph.value(pointwise.output).shape;
  const auto axis = feature_axis(out, out_axis, seen);
  if (!axis) return std::nullopt;
  std::vector<const Tensor*> tensors;
  for (size_t i = 0; i < pointwise.inputs.size(); ++i) {
    const Tensor* tensor = graph.value(pointwise.inputs[i]).constant.get();
    tensors.push_back(tensor);
    if (i != operand &&
        (tensor->type != ElementType::Float32 || !varies_along(tensor->shape, seen, *axis)))
      return std::nullopt;
  }
  const ScalarExpr& expr = std::get<Pointwise>(pointwise.primitive).expr;
  std::vector<Affine> features;
  std::vector<double> constants(tensors.size(), 0);
  for (size_t f = 0; f < static_cast<size_t>(out[out_axis]); ++f) {
    for (size_t i = 0; i < tensors.size(); ++i)
      if (i != operand)
        constants[i] =
            static_cast<double>(tensors[i]->floats[tensors[i]->floats.size() == 1 ? 0 : f]);
    const auto affine = as_affine(expr, operand, constants);
    if (!affine) return std::nullopt;
    features.push_back(*affine);
  }
  return features;
}

// Weights with the elements of output feature f, found along `axis`, multiplied by its scale.
std::vector<float> scaled_weights(const Value& weights, size_t axis,
                                  const std::vector<Affine>& features) {
  const Shape& shape = weights.shape;
  std::vector<float> data = weights.constant->floats;
  const auto inner = static_cast<size_t>(product(shape, axis + 1));
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = static_cast<float>(data[i] * features[i / inner % features.size()].scale);
  return data;
}

// Whether each constant is one number, so that the expression can be applied on the way out.
bool by_scalars(const Graph& graph, const Node& pointwise, size_t operand) {
  for (size_t i = 0; i < pointwise.inputs.size(); ++i)
    if (i != operand && graph.value(pointwise.inputs[i]).constant->floats.size() != 1) return false;
  return true;
}

bool are_integers(const std::vector<float>& data) {
  return std::all_of(data.begin(), data.end(), [](float x) { return x == std::trunc(x); });
}

bool fold_into(NewConstants& constants, Graph& graph, Node& root, const Node& pointwise,
               size_t operand) {
  const auto* product_node = std::get_if<MatMul>(&root.primitive);
  const bool is_conv = std::holds_alternative<Conv>(root.primitive);
  if ((!is_conv && product_node == nullptr) || !root.epilogue.steps.empty()) return false;
  const bool has_bias = root.inputs.size() > 2;
  const Tensor* bias = has_bias ? graph.value(root.inputs[2]).constant.get() : nullptr;
  if (has_bias && bias == nullptr) return false;

  const Shape out = graph.value(root.output).shape;
  const size_t feature = is_conv ? 1 : out.size() - 1;
  const auto features = affine_per_feature(graph, pointwise, operand, out, feature);
  if (!features) return false;
  const bool scales =
      std::any_of(features->begin(), features->end(), [](const Affine& f) { return f.scale != 1; });
  if (scales && !graph.value(root.inputs[1]).constant) return false;

  std::vector<float> offsets;
  for (size_t f = 0; f < features->size(); ++f) {
    const Affine& affine = (*features)[f];
    const double before = bias != nullptr ? static_cast<double>(bias->floats[f]) : 0.0;
    offsets.push_back(static_cast<float>(affine.scale * before + affine.offset));
  }
  if (scales) {
    const size_t axis = is_conv ? 0 : product_node->transpose_b ? 1 : 2;
    const Value& weights = graph.value(root.inputs[1]);
    const Shape shape = weights.shape;
    std::vector<float> scaled = scaled_weights(weights, axis, *features);
    if (by_scalars(graph, pointwise, operand) && are_integers(weights.constant->floats) &&
        !are_integers(scaled))
      return false;
    root.inputs[1] = constants.add(graph, root.name + ".scaled_weights", shape, std::move(scaled));
  }
  root.inputs.resize(3);
  root.inputs[2] =
      constants.add(graph, root.name + ".folded_bias", {out[feature]}, std::move(offsets));
  return true;
}

}  // namespace

Graph fold_affine(Graph graph) {
  NewConstants constants(graph);
  return absorb_pointwise(std::move(graph),
                          [&](Graph& changed, Node& root, const Node& pointwise, size_t operand) {
                            return fold_into(constants, changed, root, pointwise, operand);
                          });
}

}  // namespace tilewright
