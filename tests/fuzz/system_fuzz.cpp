// System descriptions: what is read prints to a text that reads back equal.
#include "compiler/arch/system_yaml.h"
#include "compiler/support/check.h"

using namespace tilewright;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto system = parse_system({reinterpret_cast<const char*>(data), size}, "f");
  if (!system) {
    TW_CHECK(!system.error().empty(), "refused without a finding");
    return 0;
  }
  const std::string text = print_system(*system);
  const auto again = parse_system(text, "printed");
  TW_CHECK(again, "{}{}", to_string(again.error()), text);
  TW_CHECK(*again == *system, "reads back differently:\n{}", text);
  return 0;
}
