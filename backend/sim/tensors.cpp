#include "backend/sim/tensors.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "compiler/support/math.h"
#include "compiler/support/number_format.h"

namespace tilewright::sim {

namespace {

CellFormat format_of(const Program& program) { return sim::format_of(program.format); }

// Elements of a tensor that lies within external memory, or nothing.
std::optional<int64_t> elements_within(const Program& program, const TensorPlace& place,
                                       const MemoryBytes& external) {
  const auto elems = element_count(place.shape);
  const auto bytes = elems ? checked_mul(*elems, bytes_of(format_of(program))) : std::nullopt;
  const auto end = bytes ? checked_add(*bytes, place.address) : std::nullopt;
  if (!end || place.address < 0 || *bytes < 0 || *end > static_cast<int64_t>(external.size()))
    return std::nullopt;
  return elems;
}

Cells cells_of(const Program& program, const TensorPlace& place, MemoryBytes& external) {
  return {external.data() + place.address, format_of(program)};
}

Diagnostic outside(const char* kind, const TensorPlace& place) {
  return {ErrorCode::BadInput, fmt::format("{} '{}'", kind, place.name),
          fmt::format("{} at byte {} is outside of the external memory in use", print(place.shape),
                      place.address),
          ""};
}

std::optional<Diagnostic> write_input(const Program& program, const TensorPlace& place,
                                      const Tensor& tensor, MemoryBytes& external) {
  const auto elems = elements_within(program, place, external);
  if (!elems) return outside("input", place);
  const std::string where = fmt::format("input '{}'", place.name);
  if (tensor.shape != place.shape)
    return Diagnostic{ErrorCode::BadInput, where,
                      fmt::format("has shape {}, but the program was compiled for {}",
                                  print(tensor.shape), print(place.shape)),
                      ""};
  const bool floats = tensor.type == ElementType::Float32;
  const size_t given = floats ? tensor.floats.size() : tensor.ints.size();
  if (given != static_cast<size_t>(*elems))
    return Diagnostic{ErrorCode::BadInput, where,
                      fmt::format("has {} elements for shape {}", given, print(tensor.shape)), ""};
  const Cells cells = cells_of(program, place, external);
  const std::vector<float> converted(tensor.ints.begin(), tensor.ints.end());
  const float* const data = floats ? tensor.floats.data() : converted.data();
  if (program.format == DataFormat::Int8)
    for (int64_t e = 0; e < *elems; ++e)
      if (int8_round(data[e]) != data[e])
        return Diagnostic{
            ErrorCode::BadInput, where,
            fmt::format("element {} is {}; the program takes the integers -127 to 127", e, data[e]),
            ""};
  write_run(cells, 1, *elems, data);
  return std::nullopt;
}

}  // namespace

Diagnostics write_inputs(const Program& program, const std::map<std::string, Tensor>& inputs,
                         MemoryBytes& external) {
  Diagnostics findings;
  const auto known = [&](const std::string& name) {
    return std::any_of(program.inputs.begin(), program.inputs.end(),
                       [&](const TensorPlace& place) { return place.name == name; });
  };
  for (const TensorPlace& place : program.inputs) {
    const auto given = inputs.find(place.name);
    if (given == inputs.end()) {
      findings.push_back({ErrorCode::BadInput, fmt::format("input '{}'", place.name),
                          fmt::format("is missing; its shape is {}", print(place.shape)), ""});
    } else if (auto finding = write_input(program, place, given->second, external)) {
      findings.push_back(std::move(*finding));
    }
  }
  for (const auto& [name, tensor] : inputs)
    if (!known(name))
      findings.push_back({ErrorCode::BadInput, fmt::format("input '{}'", name),
                          "is given, but the program has no such input", ""});
  return findings;
}

// Element by element, since no stored number may look like poison.
Diagnostics write_constants(const Program& program, MemoryBytes& external) {
  Diagnostics findings;
  const CellFormat format = format_of(program);
  for (const ConstantData& constant : program.constants) {
    const auto size = static_cast<int64_t>(constant.bytes.size());
    if (constant.address < 0 || constant.address > static_cast<int64_t>(external.size()) - size) {
      findings.push_back({ErrorCode::BadInput, "program",
                          fmt::format("constant of {} bytes at byte {} is outside of the external "
                                      "memory in use",
                                      size, constant.address),
                          ""});
      continue;
    }
    uint8_t* const to = external.data() + constant.address;
    std::copy(constant.bytes.begin(), constant.bytes.end(), to);
    const Cells cells{to, format};
    const int64_t elems = size / bytes_of(format);
    for (int64_t at = 0; at < elems;) {
      const int64_t poisoned = poisoned_in_run(cells.at(at), 1, elems - at);
      if (poisoned < 0) break;
      if (program.format == DataFormat::Int8) {
        findings.push_back({ErrorCode::BadInput, "program",
                            fmt::format("the constant at byte {} holds -128 at element {}, which "
                                        "is no number of the format",
                                        constant.address, at + poisoned),
                            ""});
        break;
      }
      at += poisoned;
      fill_run(cells.at(at), 1, 1, std::bit_cast<float>(0x7fc00000u));
      ++at;
    }
  }
  return findings;
}

Result<std::map<std::string, Tensor>> read_outputs(const Program& program, MemoryBytes& external) {
  std::map<std::string, Tensor> outputs;
  Diagnostics findings;
  for (const TensorPlace& place : program.outputs) {
    const auto elems = elements_within(program, place, external);
    if (!elems) {
      findings.push_back(outside("output", place));
      continue;
    }
    Tensor tensor = float_tensor(place.shape, std::vector<float>(static_cast<size_t>(*elems)));
    const Cells cells = cells_of(program, place, external);
    if (!read_run(cells, 1, *elems, tensor.floats.data()))
      findings.push_back({ErrorCode::BadInput, fmt::format("output '{}'", place.name),
                          fmt::format("element {} of {} was never written",
                                      poisoned_in_run(cells, 1, *elems), *elems),
                          ""});
    outputs.insert_or_assign(place.name, std::move(tensor));
  }
  if (!findings.empty()) return fail(std::move(findings));
  return outputs;
}

}  // namespace tilewright::sim
