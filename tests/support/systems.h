// Systems for tests: the one that ships, and variations of it.
#pragma once

#include "compiler/arch/system.h"
#include "compiler/arch/system_yaml.h"
#include "compiler/support/files.h"

namespace tilewright::test {

inline System shipped(const std::string& name) {
  const std::string path = std::string(TILEWRIGHT_SOURCE_DIR) + "/models/systems/" + name + ".yaml";
  const auto system = parse_system(read_file(path).value(), path);
  if (!system) throw std::runtime_error(to_string(system.error()));
  return *system;
}
inline System rapid_chip() { return shipped("rapid-chip"); }

}  // namespace tilewright::test
