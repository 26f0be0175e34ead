#include "backend/isa/data_format.h"

#include <fmt/format.h>

namespace tilewright {

namespace {

struct Named {
  const char* precision;
  DataFormat format;
};
constexpr Named kNamed[] = {
    {"fp32", DataFormat::Fp32}, {"fp16", DataFormat::DlFloat16}, {"int8", DataFormat::Int8}};

}  // namespace

Result<DataFormat> data_format(const System& system, const std::string& precision) {
  const std::string where = fmt::format("system '{}'", system.name);
  const auto found = system.precisions.find(precision);
  if (found == system.precisions.end())
    return bad_input(where, fmt::format("has no precision '{}'", precision.substr(0, 80)));
  std::string computed;
  for (const Named& named : kNamed) {
    if (precision == named.precision && found->second.bits == 8 * bytes_of(named.format))
      return named.format;
    computed += fmt::format("{}{} ({} bits)", computed.empty() ? "" : ", ", named.precision,
                            8 * bytes_of(named.format));
  }
  return unsupported(where, fmt::format("precision '{}' ({} bits) can be priced, not simulated; {} "
                                        "can",
                                        precision, found->second.bits, computed));
}

}  // namespace tilewright
