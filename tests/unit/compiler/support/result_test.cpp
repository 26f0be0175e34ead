#include "compiler/support/result.h"

#include "tests/support/catch.h"

namespace tilewright {
namespace {

TEST_CASE("findings print with place, message and hint") {
  const Diagnostics findings = {
      {ErrorCode::BadInput, "a.yaml:3:5", "rows is 0", "at least 1"},
      {ErrorCode::Unsupported, "", "no such thing", ""},
  };
  CHECK(to_string(findings) ==
        "a.yaml:3:5: error: rows is 0\n  hint: at least 1\nerror: no such thing\n");
}

TEST_CASE("the exit status is 3 only when everything is merely unsupported") {
  const Diagnostic bad{ErrorCode::BadInput, "", "", ""};
  const Diagnostic unbuilt{ErrorCode::Unsupported, "", "", ""};
  CHECK(exit_status({bad}) == 2);
  CHECK(exit_status({unbuilt}) == 3);
  CHECK(exit_status({unbuilt, bad}) == 2);
}

}  // namespace
}  // namespace tilewright
