#include "compiler/import/node_context.h"

#include <algorithm>

#include "compiler/import/fold.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

using Attribute = onnx::AttributeProto;

// Pointwise functions of more constants than this are not computed at import.
constexpr int64_t kMostFolded = int64_t{1} << 22;

const char* type_name(int type) {
  switch (type) {
    case Attribute::FLOAT:
      return "a float";
    case Attribute::INT:
      return "an integer";
    case Attribute::STRING:
      return "a string";
    case Attribute::TENSOR:
      return "a tensor";
    case Attribute::GRAPH:
      return "a graph";
    case Attribute::FLOATS:
      return "a list of floats";
    case Attribute::INTS:
      return "a list of integers";
    case Attribute::STRINGS:
      return "a list of strings";
    default:
      return "of another type";
  }
}

// Models of the first IR versions do not say the type.
int type_of(const Attribute& attribute) {
  if (attribute.type() != Attribute::UNDEFINED) return attribute.type();
  if (attribute.has_f()) return Attribute::FLOAT;
  if (attribute.has_i()) return Attribute::INT;
  if (attribute.has_s()) return Attribute::STRING;
  if (attribute.has_t()) return Attribute::TENSOR;
  if (attribute.floats_size() > 0) return Attribute::FLOATS;
  if (attribute.ints_size() > 0) return Attribute::INTS;
  return Attribute::UNDEFINED;
}

}  // namespace

NodeContext::NodeContext(Builder& builder, Site site, const std::set<std::string>& graph_outputs,
                         const std::map<std::string, int64_t>& uses)
    : builder_(builder), site_(std::move(site)), graph_outputs_(graph_outputs), uses_(uses) {
  for (const auto& name : site_.node->input())
    inputs_.push_back(name.empty() ? nullptr : builder_.find(name));
  while (!inputs_.empty() && inputs_.back() == nullptr) inputs_.pop_back();
}

Ref NodeContext::input(size_t index) {
  if (!has_input(index))
    bad(fmt::format("input {} is missing; the node has {}", index, inputs_.size()));
  return inputs_[index];
}

Ref NodeContext::float_input(size_t index) {
  const Ref operand = input(index);
  if (operand->type == ElementType::Float32) return operand;
  const std::string message = fmt::format(
      "input {} ({}) is {}; only floating-point values are "
      "computed at run time",
      index, quoted(operand->name), name_of(operand->type));
  unsupported(message);
}

const std::string& NodeContext::input_name(size_t index) const {
  return site_.node->input(static_cast<int>(index));
}

std::vector<int64_t> NodeContext::constant_ints(size_t index, std::string_view what) {
  const Ref operand = input(index);
  const std::string place = fmt::format("input {} ({}, {})", index, what, quoted(operand->name));
  if (!operand->is_constant())
    unsupported(place + " is computed at run time; it must be known at import",
                "make it an initializer, or bind the graph input it comes from with --bind");
  if (operand->type != ElementType::Int64 || operand->shape.size() > 1)
    bad(fmt::format("{} is {} {}, not a list of integers", place, name_of(operand->type),
                    print(operand->shape)));
  return builder_.data(operand).ints;
}

const Attribute* NodeContext::attribute(const char* name, Attribute::AttributeType type) {
  known_attributes_.insert(name);
  for (const Attribute& attribute : site_.node->attribute()) {
    if (attribute.name() != name) continue;
    const int given = type_of(attribute);
    const bool empty_list = given == Attribute::UNDEFINED;
    if (given != type && !(empty_list && (type == Attribute::INTS || type == Attribute::FLOATS)))
      bad(fmt::format("attribute '{}' is {}, not {}", name, type_name(given), type_name(type)));
    return &attribute;
  }
  return nullptr;
}

bool NodeContext::has(const char* name) {
  known_attributes_.insert(name);
  return std::any_of(site_.node->attribute().begin(), site_.node->attribute().end(),
                     [&](const Attribute& attribute) { return attribute.name() == name; });
}

int64_t NodeContext::integer(const char* name, int64_t otherwise) {
  const Attribute* found = attribute(name, Attribute::INT);
  return found != nullptr ? found->i() : otherwise;
}

float NodeContext::number(const char* name, float otherwise) {
  const Attribute* found = attribute(name, Attribute::FLOAT);
  return found != nullptr ? found->f() : otherwise;
}

std::string NodeContext::word(const char* name, const char* otherwise) {
  const Attribute* found = attribute(name, Attribute::STRING);
  return found != nullptr ? found->s() : otherwise;
}

std::optional<std::vector<int64_t>> NodeContext::integers(const char* name) {
  const Attribute* found = attribute(name, Attribute::INTS);
  if (found == nullptr) return std::nullopt;
  return std::vector<int64_t>(found->ints().begin(), found->ints().end());
}

std::optional<std::vector<float>> NodeContext::numbers(const char* name) {
  const Attribute* found = attribute(name, Attribute::FLOATS);
  if (found == nullptr) return std::nullopt;
  return std::vector<float>(found->floats().begin(), found->floats().end());
}

const onnx::TensorProto* NodeContext::tensor(const char* name) {
  const Attribute* found = attribute(name, Attribute::TENSOR);
  return found != nullptr ? &found->t() : nullptr;
}

void NodeContext::ignore(std::initializer_list<const char*> names) {
  known_attributes_.insert(names.begin(), names.end());
}

void NodeContext::check_all_attributes_known() {
  for (const Attribute& attribute : site_.node->attribute())
    if (known_attributes_.count(attribute.name()) == 0)
      bad(fmt::format("{} of opset {} has no attribute {}", op(), opset(),
                      quoted(attribute.name())));
}

void NodeContext::check_size(const Shape& shape) const {
  const std::string problem = problem_of_shape(shape);
  if (!problem.empty()) bad("the result is too large: " + problem);
}

void NodeContext::check_emission(const std::vector<Ref>& inputs, const Shape& shape,
                                 ElementType type) const {
  check_size(shape);
  if (element_count(shape) == 0)
    unsupported(fmt::format("the result {} has no elements", print(shape)));
  if (type != ElementType::Float32)
    unsupported(fmt::format("the result is {}; only floating-point values are computed at run time",
                            name_of(type)));
  for (Ref operand : inputs) {
    if (element_count(operand->shape) == 0)
      unsupported(
          fmt::format("input {} {} has no elements", quoted(operand->name), print(operand->shape)));
    if (operand->type != ElementType::Float32)
      unsupported(fmt::format("input {} is {}; only floating-point values are computed at run time",
                              quoted(operand->name), name_of(operand->type)));
  }
}

Ref NodeContext::emit(Primitive primitive, const std::vector<Ref>& inputs, Shape shape,
                      std::string_view suffix, ElementType type) {
  if (const Ref folded = fold(primitive, inputs, shape, suffix, type)) return folded;
  check_emission(inputs, shape, type);
  return emit_node(std::move(primitive), inputs, std::move(shape), suffix, type);
}

Ref NodeContext::emit_node(Primitive primitive, const std::vector<Ref>& inputs, Shape shape,
                           std::string_view suffix, ElementType type) {
  Node node;
  // The node's own name is reserved for the first one without a suffix.
  const bool main = suffix.empty() && !main_emitted_;
  node.name = main ? site_.name : builder_.unique_node_name(site_.name + std::string(suffix));
  main_emitted_ = main_emitted_ || main;
  node.op = op();
  node.primitive = std::move(primitive);
  for (Ref operand : inputs) node.inputs.push_back(builder_.value_of(operand));
  const Ref result =
      builder_.add_value(builder_.unique_value_name(node.name), type, std::move(shape));
  node.output = result->id;
  builder_.add_node(std::move(node));
  return result;
}

Ref NodeContext::fold(const Primitive& primitive, const std::vector<Ref>& inputs,
                      const Shape& shape, std::string_view suffix, ElementType type) {
  if (!std::all_of(inputs.begin(), inputs.end(), [](Ref r) { return r->is_constant(); }))
    return nullptr;
  check_size(shape);
  const int64_t count = *element_count(shape);
  std::vector<const Tensor*> tensors;
  if (const auto* move = std::get_if<Move>(&primitive); move != nullptr && !move->is_view()) {
    announce(inputs[0]->type, count);
    for (Ref operand : inputs) tensors.push_back(&builder_.data(operand));
    return constant(fold_move(*move, tensors, shape), suffix);
  }
  const auto* pointwise = std::get_if<Pointwise>(&primitive);
  const bool integers = std::any_of(inputs.begin(), inputs.end(),
                                    [](Ref r) { return r->type == ElementType::Int64; });
  if (pointwise == nullptr || (!integers && count > kMostFolded)) return nullptr;
  if (count > kMostFolded)
    unsupported(fmt::format("integer arithmetic on {} elements; at most {} are computed at import",
                            count, kMostFolded));
  announce(type, count);
  for (Ref operand : inputs) tensors.push_back(&builder_.data(operand));
  std::optional<Tensor> result = fold_pointwise(pointwise->expr, tensors, shape, type);
  if (!result) bad("the integer arithmetic of the constants overflows or divides by zero");
  return constant(*std::move(result), suffix);
}

Ref NodeContext::view(Ref operand, const Shape& shape, std::string_view suffix) {
  TW_CHECK(element_count(shape) == element_count(operand->shape), "{} viewed as {}",
           print(operand->shape), print(shape));
  if (operand->shape == shape) return operand;
  if (operand->is_constant()) return builder_.reshape_constant(operand, shape, site_.place);
  const Ref source = operand->viewed != nullptr ? operand->viewed : operand;
  if (source->shape == shape) return source;
  check_emission({source}, shape, source->type);
  const Ref result = emit_node(Move{}, {source}, shape, suffix, operand->type);
  result->viewed = source;
  return result;
}

Ref NodeContext::constant(Tensor data, std::string_view suffix) {
  return builder_.add_constant(site_.name + std::string(suffix), std::move(data));
}

Ref NodeContext::filled(const Shape& shape, const Tensor& element) {
  check_size(shape);
  return builder_.add_filled(site_.name, shape, element, site_.place);
}

Ref NodeContext::cast_constant(Ref operand, ElementType type, std::string_view suffix) {
  announce(type, *element_count(operand->shape));
  auto result = fold_cast(builder_.data(operand), type);
  if (!result) bad(fmt::format("{} holds values that no integer has", quoted(operand->name)));
  return constant(*std::move(result), suffix);
}

Ref NodeContext::stored(const onnx::TensorProto& proto) {
  return builder_.add_stored(builder_.unique_value_name(site_.name), proto, site_.place);
}

bool NodeContext::output_is_used(size_t index) const {
  if (index >= output_count()) return false;
  const std::string& name = site_.node->output(static_cast<int>(index));
  const auto found = uses_.find(name);
  return !name.empty() && found != uses_.end() && found->second > 0;
}

void NodeContext::bind(size_t index, Ref operand) {
  if (index >= output_count()) return;
  const std::string& name = site_.node->output(static_cast<int>(index));
  if (name.empty()) return;
  const auto found = uses_.find(name);
  const int64_t uses = found == uses_.end() ? 0 : found->second;
  if (operand->named_by_model && graph_outputs_.count(name) > 0) {
    // An output of the graph needs a value of its own.
    if (operand->is_constant()) {
      NodeOperand copy = *operand;
      copy.id = -1;
      operand = builder_.add_operand(std::move(copy));
    } else {
      operand = emit_node(Move{}, {operand}, operand->shape, "", operand->type);
    }
    operand->named_by_model = false;
  }
  operand->uses += uses;
  if (!operand->named_by_model) builder_.rename(operand, name);
  builder_.define(name, operand);
}

void NodeContext::bad(std::string message, std::string hint) const {
  throw ImportError{{ErrorCode::BadInput, site_.place, std::move(message), std::move(hint)}};
}

void NodeContext::unsupported(std::string message, std::string hint) const {
  throw ImportError{{ErrorCode::Unsupported, site_.place, std::move(message), std::move(hint)}};
}

}  // namespace tilewright
