#include "compiler/import/inputs.h"

#include <map>
#include <optional>

#include "compiler/import/tensor_proto.h"

namespace tilewright {

namespace {

using Dimension = onnx::TensorShapeProto::Dimension;

const onnx::TensorShapeProto* declared_shape(const onnx::ValueInfoProto& input) {
  const auto& type = input.type().tensor_type();
  return input.type().has_tensor_type() && type.has_shape() ? &type.shape() : nullptr;
}

// Some exporters write -1 for an extent that is open.
bool is_fixed(const Dimension& dim) { return dim.has_dim_value() && dim.dim_value() != -1; }

// "[N,3,?,224]", as declared.
std::string declared_text(const onnx::TensorShapeProto& shape) {
  std::string out = "[";
  for (int axis = 0; axis < shape.dim_size(); ++axis) {
    const Dimension& dim = shape.dim(axis);
    out += axis == 0 ? "" : ",";
    if (is_fixed(dim))
      out += std::to_string(dim.dim_value());
    else
      out += dim.dim_param().empty() ? "?" : printable(dim.dim_param());
  }
  return out + "]";
}

bool fits(const Shape& shape, const onnx::TensorShapeProto& declared) {
  if (shape.size() != static_cast<size_t>(declared.dim_size())) return false;
  for (int axis = 0; axis < declared.dim_size(); ++axis)
    if (is_fixed(declared.dim(axis)) &&
        declared.dim(axis).dim_value() != shape[static_cast<size_t>(axis)])
      return false;
  return true;
}

class InputReader {
 public:
  InputReader(const std::string& where, const ImportOptions& options, Findings& findings)
      : where_(where), options_(options), findings_(findings), dims_(options.dims) {}

  void add(const onnx::ValueInfoProto& input) {
    names_.push_back(input.name());
    inputs_.push_back(&input);
  }

  std::vector<InputShape> run() {
    check_options();
    for (const auto* input : inputs_) learn_dims(*input);
    for (const auto* input : inputs_) read(*input);
    for (const auto& [dim, extent] : options_.dims)
      if (named_dims_.count(dim) == 0)
        bad(fmt::format("--dim names {}, no dimension of an input has that name", quoted(dim)),
            named_dims_.empty()
                ? "no input has a named dimension"
                : "named dimensions: " + quoted_list({named_dims_.begin(), named_dims_.end()}));
    return std::move(result_);
  }

 private:
  void bad(std::string message, std::string hint = "") {
    findings_.bad(where_, std::move(message), std::move(hint));
  }

  void check_options() {
    const std::set<std::string> known(names_.begin(), names_.end());
    const std::string hint =
        names_.empty() ? "the model has no run-time inputs" : "inputs: " + quoted_list(names_);
    for (const auto& [name, shape] : options_.shapes) {
      if (known.count(name) == 0)
        bad(fmt::format("--shape names {}, which is no input of the model", quoted(name)), hint);
      if (const std::string problem = problem_of_shape(shape); !problem.empty())
        bad(fmt::format("--shape {}: {}", name, problem));
    }
    for (const auto& [name, extent] : options_.dims)
      if (extent < 1) bad(fmt::format("--dim {}={}: the extent must be at least 1", name, extent));
  }

  // A --shape also binds the named dimensions of that input, for the other inputs.
  void learn_dims(const onnx::ValueInfoProto& input) {
    const auto* declared = declared_shape(input);
    if (declared == nullptr) return;
    for (const Dimension& dim : declared->dim())
      if (!dim.dim_param().empty()) named_dims_.insert(dim.dim_param());
    const auto given = options_.shapes.find(input.name());
    if (given == options_.shapes.end()) return;
    if (given->second.size() != static_cast<size_t>(declared->dim_size())) return;
    for (int axis = 0; axis < declared->dim_size(); ++axis)
      if (const std::string& name = declared->dim(axis).dim_param(); !name.empty())
        dims_.emplace(name, given->second[static_cast<size_t>(axis)]);
  }

  void read(const onnx::ValueInfoProto& input) {
    const std::string place = fmt::format("{}: input {}", where_, quoted(input.name()));
    if (!input.type().has_tensor_type()) {
      if (input.type().value_case() == onnx::TypeProto::VALUE_NOT_SET)
        findings_.bad(place, "the input has no type");
      else
        findings_.unsupported(place, "only tensors are supported");
      return;
    }
    const int32_t data_type = input.type().tensor_type().elem_type();
    const auto type = element_type(data_type);
    if (data_type == onnx::TensorProto::UNDEFINED)
      return findings_.bad(place, "the input has no element type");
    if (!type)
      return findings_.unsupported(
          place, fmt::format("tensors of {} are not supported", data_type_name(data_type)));
    const auto shape = resolve(input, place);
    if (!shape) return;
    if (*type != ElementType::Float32)
      return findings_.unsupported(
          place,
          fmt::format("the input is {}; only floating-point values are computed at run time",
                      data_type_name(data_type)),
          fmt::format("give its data for good: --bind {}=FILE", printable(input.name())));
    if (const std::string problem = problem_of_shape(*shape); !problem.empty())
      return findings_.bad(place, problem);
    if (element_count(*shape) == 0)
      return findings_.unsupported(place,
                                   fmt::format("the shape {} has no elements", print(*shape)));
    result_.push_back({input.name(), *type, *shape});
  }

  std::optional<Shape> resolve(const onnx::ValueInfoProto& input, const std::string& place) {
    const auto* declared = declared_shape(input);
    const auto option = options_.shapes.find(input.name());
    const Shape* given = option == options_.shapes.end() ? nullptr : &option->second;
    if (declared == nullptr) {
      if (given != nullptr) return *given;
      findings_.bad(place, "the input has no shape",
                    fmt::format("give one: --shape {}=1x3x224x224", printable(input.name())));
      return std::nullopt;
    }
    if (given != nullptr && given->size() != static_cast<size_t>(declared->dim_size())) {
      findings_.bad(place, fmt::format("--shape gives {} axes, the model declares {}",
                                       given->size(), declared_text(*declared)));
      return std::nullopt;
    }
    Shape shape;
    bool sound = true;
    for (int axis = 0; axis < declared->dim_size(); ++axis) {
      const int64_t chosen = given != nullptr ? (*given)[static_cast<size_t>(axis)] : -1;
      const auto extent = resolve_axis(*declared, axis, chosen, input.name(), place);
      sound = sound && extent.has_value();
      shape.push_back(extent.value_or(1));
    }
    if (!sound) return std::nullopt;
    return shape;
  }

  // `chosen`: by --shape, or -1.
  std::optional<int64_t> resolve_axis(const onnx::TensorShapeProto& declared, int axis,
                                      int64_t chosen, const std::string& input,
                                      const std::string& place) {
    const Dimension& dim = declared.dim(axis);
    if (is_fixed(dim)) {
      if (dim.dim_value() < 0) {
        findings_.bad(place,
                      fmt::format("axis {} of {} is negative", axis, declared_text(declared)));
        return std::nullopt;
      }
      if (chosen >= 0 && chosen != dim.dim_value()) {
        findings_.bad(place, fmt::format("--shape gives axis {} the extent {}, the model fixes it "
                                         "to {}",
                                         axis, chosen, dim.dim_value()));
        return std::nullopt;
      }
      return dim.dim_value();
    }
    const std::string& name = dim.dim_param();
    const auto bound = name.empty() ? dims_.end() : dims_.find(name);
    if (bound != dims_.end() && chosen >= 0 && chosen != bound->second) {
      findings_.bad(place, fmt::format("dimension {} is bound to {} and, by --shape, to {}",
                                       quoted(name), bound->second, chosen));
      return std::nullopt;
    }
    if (bound != dims_.end()) return bound->second;
    if (chosen >= 0) return chosen;
    const std::string shape = declared_text(declared);
    if (name.empty())
      findings_.bad(place, fmt::format("axis {} of {} has no extent", axis, shape),
                    fmt::format("give the whole shape: --shape {}=...", printable(input)));
    else
      findings_.bad(
          place,
          fmt::format("dimension {} (axis {} of {}) has no extent", quoted(name), axis, shape),
          fmt::format("bind it: --dim {}=1", printable(name)));
    return std::nullopt;
  }

  const std::string& where_;
  const ImportOptions& options_;
  Findings& findings_;
  std::map<std::string, int64_t> dims_;
  std::vector<std::string> names_;
  std::vector<const onnx::ValueInfoProto*> inputs_;
  std::set<std::string> named_dims_;
  std::vector<InputShape> result_;
};

}  // namespace

std::vector<InputShape> read_inputs(const onnx::GraphProto& graph,
                                    const std::set<std::string>& stored, const std::string& where,
                                    const ImportOptions& options, Findings& findings) {
  InputReader reader(where, options, findings);
  for (const auto& input : graph.input())
    if (stored.count(input.name()) == 0 && options.bindings.count(input.name()) == 0)
      reader.add(input);
  return reader.run();
}

std::vector<BoundInput> read_bindings(const onnx::GraphProto& graph,
                                      const std::set<std::string>& stored, const std::string& where,
                                      const ImportOptions& options, Findings& findings) {
  std::map<std::string, const onnx::ValueInfoProto*> open;
  std::vector<std::string> names;
  for (const auto& input : graph.input()) {
    if (stored.count(input.name()) > 0) continue;
    open[input.name()] = &input;
    names.push_back(input.name());
  }
  std::vector<BoundInput> result;
  for (const auto& [name, tensor] : options.bindings) {
    const auto found = open.find(name);
    if (found == open.end()) {
      findings.bad(
          where, fmt::format("--bind names {}, which is no input of the model", quoted(name)),
          names.empty() ? "the model has no run-time inputs" : "inputs: " + quoted_list(names));
      continue;
    }
    const onnx::ValueInfoProto& input = *found->second;
    const auto type = element_type(input.type().tensor_type().elem_type());
    const auto* shape = declared_shape(input);
    if (type != tensor.type || (shape != nullptr && !fits(tensor.shape, *shape)))
      findings.bad(
          fmt::format("{}: input {}", where, quoted(name)),
          fmt::format("--bind gives {} {}, the model declares {} {}", name_of(tensor.type),
                      print(tensor.shape), data_type_name(input.type().tensor_type().elem_type()),
                      shape == nullptr ? "of any shape" : declared_text(*shape)));
    else
      result.push_back({name, &tensor});
  }
  return result;
}

}  // namespace tilewright
