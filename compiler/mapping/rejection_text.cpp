#include <fmt/format.h>

#include "compiler/mapping/rejection.h"

namespace tilewright {

namespace {

struct Entry {
  std::string_view number, name, text, unit;
};

constexpr std::array kTable = {
#define X(number, id, name, text, unit) Entry{#number, name, text, unit},
    TILEWRIGHT_REJECTIONS(X)
#undef X
};

// "KER: ", "T.out: ", "OUT, T.in: "; "" when the rejection is about the mapping as a whole.
std::string subject(const Rejection& rejection) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (rejection.role) add(std::string(name_of(*rejection.role)));
  if (rejection.code == RejectionCode::TransferType) {
    // Of the loop only the stage is meant.
    if (rejection.loop)
      add(rejection.loop->stage == Stage::T ? "hop between External and Lx"
                                            : "hop between Lx and the array");
  } else if (rejection.code == RejectionCode::TransferLoop) {
    if (rejection.role && !rejection.loop) add("no loop moves it");
    if (rejection.loop) {
      add(fmt::format("expected at {}.{}", name_of(rejection.loop->stage),
                      name_of(rejection.loop->dim)));
    }
  } else if (rejection.loop) {
    add(fmt::format("{}.{}", name_of(rejection.loop->stage), name_of(rejection.loop->dim)));
  } else if (rejection.dim) {
    add(std::string(name_of(*rejection.dim)));
  }
  return text.empty() ? "" : text + ": ";
}

}  // namespace

std::string to_string(const Rejection& rejection) {
  const Entry& entry = kTable[static_cast<size_t>(rejection.code)];
  std::string text =
      fmt::format("{} {}: {}{}", entry.number, entry.name, subject(rejection), entry.text);
  const bool counts = !entry.unit.empty() || rejection.code == RejectionCode::WorkMismatch;
  if (!counts) return text;
  const std::string unit = entry.unit.empty() ? "" : fmt::format(" {}", entry.unit);
  return text + fmt::format(": required {}{}, available {}", rejection.required, unit,
                            rejection.available);
}

}  // namespace tilewright
