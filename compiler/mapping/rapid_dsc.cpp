#include "compiler/mapping/rapid_dsc.h"

#include "compiler/support/check.h"

namespace tilewright {

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::T:
      return "T";
    case Stage::B:
      return "B";
  }
  TW_CHECK(false, "stage {}", static_cast<int>(stage));
}

std::string_view name_of(Place place) {
  switch (place) {
    case Place::External:
      return "External";
    case Place::Lx:
      return "Lx";
    case Place::L0:
      return "L0";
    case Place::Lrf:
      return "Lrf";
    case Place::Acc:
      return "Acc";
    case Place::Pe:
      return "Pe";
  }
  TW_CHECK(false, "place {}", static_cast<int>(place));
}

std::string_view name_of(TransferType type) {
  switch (type) {
    case TransferType::Stream:
      return "stream";
    case TransferType::BlockLoad:
      return "block-load";
    case TransferType::DoubleBuffer:
      return "double-buffer";
  }
  TW_CHECK(false, "transfer type {}", static_cast<int>(type));
}

std::string_view name_of(ShareRule rule) {
  switch (rule) {
    case ShareRule::Balanced:
      return "balanced";
    case ShareRule::Greedy:
      return "greedy";
  }
  TW_CHECK(false, "share rule {}", static_cast<int>(rule));
}

std::vector<std::string> comp_primitives(const Work& work) {
  std::vector<std::string> members = {work.primitive};
  if (work.find(Role::Bias) != nullptr) members.emplace_back("bias");
  if (!work.expr.steps.empty()) members.push_back(print(work.expr));
  return members;
}

}  // namespace tilewright
