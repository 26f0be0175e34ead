#include "models/systems/systems.h"

#include <filesystem>

#include <fmt/format.h>

#include "compiler/arch/system_yaml.h"
#include "compiler/support/near_miss.h"
#include "compiler/support/yaml_file.h"
#include "models/systems/embedded.h"

namespace tilewright {

namespace {

std::string_view summary_of(std::string_view yaml) {
  std::string_view line = yaml.substr(0, yaml.find('\n'));
  while (!line.empty() && (line.front() == '#' || line.front() == ' ')) line.remove_prefix(1);
  return line;
}

bool looks_like_path(const std::string& text) {
  const auto ends_with = [&](std::string_view end) {
    return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  };
  return text.find('/') != std::string::npos || ends_with(".yaml") || ends_with(".yml");
}

}  // namespace

const std::vector<ShippedSystem>& shipped_systems() {
  static const std::vector<ShippedSystem> systems = [] {
    std::vector<ShippedSystem> all;
    for (const EmbeddedText& text : embedded_systems())
      all.push_back({text.name, text.text, summary_of(text.text)});
    return all;
  }();
  return systems;
}

std::vector<std::string> system_names() {
  std::vector<std::string> names;
  for (const ShippedSystem& system : shipped_systems()) names.emplace_back(system.name);
  return names;
}

Result<System> load_system(const std::string& name_or_path) {
  for (const ShippedSystem& system : shipped_systems())
    if (system.name == name_or_path) return parse_system(system.yaml, name_or_path + ".yaml");
  std::error_code error;
  if (!looks_like_path(name_or_path) && !std::filesystem::exists(name_or_path, error)) {
    return bad_input("", fmt::format("no system is called '{}', and no file is", name_or_path),
                     near_miss_hint(name_or_path, system_names()));
  }
  const Result<std::string> text = read_yaml_file(name_or_path);
  if (!text) return fail(text.error());
  return parse_system(*text, name_or_path);
}

}  // namespace tilewright
