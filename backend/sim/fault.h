// What went wrong in the middle of a run; the place is added by whoever knows it.
#pragma once

#include <optional>
#include <string>

namespace tilewright::sim {

struct Fault {
  std::string message;
  std::string hint;
};
using MaybeFault = std::optional<Fault>;

}  // namespace tilewright::sim
