#include "compiler/ir/dim.h"

namespace tilewright {

namespace {
constexpr std::array<std::string_view, kDimCount> kNames = {"mb", "grp", "out", "in",
                                                            "i",  "j",   "ki",  "kj"};
}

std::string_view name_of(Dim dim) { return kNames[static_cast<size_t>(dim)]; }

std::optional<Dim> dim_named(std::string_view name) {
  for (Dim d : kDims)
    if (name_of(d) == name) return d;
  return std::nullopt;
}

}  // namespace tilewright
