#include "backend/isa/verify.h"

#include <set>

#include "backend/isa/ranges.h"
#include "backend/isa/verify_layer.h"
#include "compiler/support/check.h"

namespace tilewright {

namespace {

constexpr int64_t kMost = int64_t{1} << 31;  // of a number of the system

using Report = std::function<void(std::string)>;

void verify_system(const System& system, const Report& report) {
  const auto number = [&](const char* name, int64_t value, int64_t least, int64_t most = kMost) {
    if (value < least || value > most)
      report(fmt::format("system: {} is {}; allowed: {} to {}", name, value, least, most));
  };
  const auto fraction = [&](const char* name, const Rational& r) {
    if (r.num < 1 || r.num > kMost || r.den < 1 || r.den > kMost)
      report(fmt::format("system: {} is {}/{}; both allowed: 1 to {}", name, r.num, r.den, kMost));
  };
  const auto link = [&](const char* name, const Link& l) {
    fraction(name, l.bytes_per_cycle);
    number(name, l.latency_cycles, 0);
  };
  number("clock_hz", system.clock_hz, 1, isa::kWide);
  number("chip.cores", system.chip.cores, 1, 1 << 16);
  number("chip.external_bytes", system.chip.external_bytes, 0, INT64_MAX);
  number("chip.layer_cycles", system.chip.layer_cycles, 0);
  number("chip.external_granule_bytes", system.chip.external_granule_bytes, 1);
  number("chip.turnaround_cycles", system.chip.turnaround_cycles, 0);
  link("chip.ring", system.chip.ring);
  for (int64_t stop : system.chip.memory_stops)
    number("chip.memory_stops", stop, 0, system.chip.cores - 1);
  number("core.corelets", system.core.corelets, 1);
  number("core.lx_bytes", system.core.lx_bytes, 0, isa::kWide);
  number("core.semaphore_cycles", system.core.semaphore_cycles, 0);
  number("core.sfu.lanes", system.core.sfu.lanes, 1);
  number("core.sfu.simple_cycles", system.core.sfu.simple_cycles, 0);
  number("core.sfu.special_cycles", system.core.sfu.special_cycles, 0);
  number("core.sfu.latency_cycles", system.core.sfu.latency_cycles, 0);
  number("array.fill_cycles", system.array.fill_cycles, 0);
  link("chip.external", system.chip.external);
  fraction("chip.external_efficiency", system.chip.external_efficiency);
  link("core.array_in", system.core.array_in);
  link("core.array_out", system.core.array_out);
  for (const auto& [name, info] : system.precisions) {
    number("bits of a precision", info.bits, 1, 128);
    fraction("mac_cycles of a precision", info.mac_cycles);
  }
}

// A precision that no format computes is not wrong, but outside what is built.
void verify_format(const Program& program,
                   const std::function<void(std::string, ErrorCode)>& report) {
  const Result<DataFormat> computed = data_format(program.system, program.precision);
  if (!computed) {
    const Diagnostic& why = computed.error().front();
    report(fmt::format("{} {}", why.where, why.message), why.code);
  } else if (*computed != program.format) {
    report(fmt::format("precision '{}' is computed in format {}, not {}", program.precision,
                       isa::enumerator_name(*computed), isa::enumerator_name(program.format)),
           ErrorCode::BadInput);
  }
}

void verify_tensor(const Program& program, const char* kind, const TensorPlace& tensor,
                   const Report& report) {
  isa::check_ranges(tensor, nullptr, [&](const std::string& message) {
    report(fmt::format("{} '{}': {}", kind, tensor.name.substr(0, 80), message));
  });
  const int64_t element = bytes_of(program.format);
  std::optional<int64_t> end = element;
  for (int64_t extent : tensor.shape) {
    if (extent < 0) end = std::nullopt;
    if (end) end = checked_mul(*end, extent);
  }
  if (end) end = checked_add(*end, tensor.address);
  if (!end || *end > program.external_bytes)
    report(fmt::format("{} '{}' of shape [{}] at address {} ends beyond the program's {} bytes",
                       kind, tensor.name.substr(0, 80), fmt::join(tensor.shape, ","),
                       tensor.address, program.external_bytes));
  if (tensor.address % element != 0)
    report(fmt::format("{} '{}' is at address {}, no multiple of its elements' {} bytes", kind,
                       tensor.name.substr(0, 80), tensor.address, element));
}

void verify_tensors(const Program& program, const char* kind,
                    const std::vector<TensorPlace>& tensors, const Report& report) {
  std::set<std::string_view> names;
  for (const TensorPlace& tensor : tensors) {
    verify_tensor(program, kind, tensor, report);
    if (!names.insert(tensor.name).second)
      report(fmt::format("two {}s are called '{}'", kind, tensor.name.substr(0, 80)));
  }
}

void verify_constants(const Program& program, const Report& report) {
  const int64_t element = bytes_of(program.format);
  for (size_t c = 0; c < program.constants.size(); ++c) {
    const ConstantData& constant = program.constants[c];
    const auto size = static_cast<int64_t>(constant.bytes.size());
    if (constant.address < 0 || constant.address > program.external_bytes ||
        size > program.external_bytes - constant.address)
      report(fmt::format("constant {} of {} bytes at address {} ends beyond the program's {} bytes",
                         c, size, constant.address, program.external_bytes));
    if (size % element != 0 || constant.address % element != 0)
      report(
          fmt::format("constant {} of {} bytes at address {} is not made of elements of {} bytes",
                      c, size, constant.address, element));
  }
}

void verify_header(const Program& program, const Report& report) {
  verify_system(program.system, report);
  const int64_t capacity = std::min(kMostExternalBytes, program.system.chip.external_bytes);
  if (program.external_bytes < 0 || program.external_bytes > capacity)
    report(fmt::format("the program uses {} bytes of external memory; allowed: 0 to {}",
                       program.external_bytes, capacity));
}

}  // namespace

Diagnostics verify(const Program& program, const NamePlace& where) {
  Diagnostics findings;
  const auto report_at = [&](const ProgramPlace& place, std::string message,
                             ErrorCode code = ErrorCode::BadInput) {
    if (findings.size() < kMostFindings)
      findings.push_back({code, where(place), std::move(message), ""});
  };
  const Report report = [&](std::string message) { report_at({}, std::move(message)); };
  verify_header(program, report);
  verify_format(program, [&](std::string message, ErrorCode code) {
    report_at({}, std::move(message), code);
  });
  verify_tensors(program, "input", program.inputs, report);
  verify_tensors(program, "output", program.outputs, report);
  verify_constants(program, report);

  int64_t instructions = 0;
  for (const LayerProgram& layer : program.layers)
    for (const auto& stream : layer.streams) instructions += static_cast<int64_t>(stream.size());
  if (instructions > kMostInstructions)
    report(fmt::format("{} instructions; allowed: {}", instructions, kMostInstructions));
  if (static_cast<int64_t>(program.layers.size()) > kMostLayers)
    report(fmt::format("{} layers; allowed: {}", program.layers.size(), kMostLayers));

  for (size_t l = 0; l < program.layers.size() && findings.size() < kMostFindings; ++l) {
    const auto layer = static_cast<int64_t>(l);
    isa::verify_layer(program, program.layers[l],
                      [&](int unit, int64_t instruction, std::string message) {
                        report_at({layer, unit, instruction}, std::move(message));
                      });
  }
  return findings;
}

Diagnostics verify(const Program& program, const std::string& where) {
  return verify(program, [&](const ProgramPlace& place) {
    std::string text = where;
    if (place.layer < 0) return text;
    const LayerProgram& layer = program.layers[static_cast<size_t>(place.layer)];
    text += fmt::format(": layer {} '{}'", place.layer, layer.name.substr(0, 80));
    if (place.unit < 0) return text;
    const auto unit = static_cast<size_t>(place.unit);
    text += fmt::format(": {} {}", isa::kNames<Unit>[unit], place.instruction);
    const auto& stream = layer.streams[unit];
    const auto index = static_cast<size_t>(place.instruction);
    if (place.instruction < 0 || index >= stream.size()) return text;
    return text + fmt::format(" ({})", isa::opcode_of(stream[index]).name);
  });
}

}  // namespace tilewright
