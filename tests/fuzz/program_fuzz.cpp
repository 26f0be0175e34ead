// Program files.
#include "backend/asm/container.h"
#include "compiler/support/check.h"
#include "tests/fuzz/try_program.h"

using namespace tilewright;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto program = parse_program({reinterpret_cast<const char*>(data), size}, "f");
  if (program)
    fuzz::try_program(*program);
  else
    TW_CHECK(!program.error().empty(), "refused without a finding");
  return 0;
}
