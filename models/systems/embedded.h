// What the build makes of models/systems/*.yaml; for systems.cpp only.
#pragma once

#include <string_view>
#include <vector>

namespace tilewright {

struct EmbeddedText {
  std::string_view name, text;
};

// In the order of their names.
std::vector<EmbeddedText> embedded_systems();

}  // namespace tilewright
