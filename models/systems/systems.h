// The systems that ship, embedded in the library, and any other system by its file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/support/result.h"

namespace tilewright {

// One of models/systems/*.yaml.
struct ShippedSystem {
  std::string_view name;     // the file's name without ".yaml", and the system's `name`
  std::string_view yaml;     // the file
  std::string_view summary;  // its first line, without the comment sign
};

// In the order of their names.
const std::vector<ShippedSystem>& shipped_systems();
std::vector<std::string> system_names();

// A shipped system by its name, else the system of the file at that path ("./NAME" where a file is
// called like a shipped one). What is neither gets a finding that lists what ships.
Result<System> load_system(const std::string& name_or_path);

}  // namespace tilewright
