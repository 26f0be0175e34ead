#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/support/yaml_file.h"
#include "tools/driver/mapped_network.h"

namespace tilewright {

namespace {

using Json = nlohmann::ordered_json;

bool looks_like_json(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{' &&
         text.find("\"rapid_dsc\"") != std::string::npos;
}

// The mappings of a result document: the name and the rapid_dsc of each layer.
Result<std::vector<NamedMapping>> from_result(const std::string& text, const std::string& path) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return bad_input(path, "is not well-formed JSON");
  const auto layers = document.find("layers");
  if (layers == document.end() || !layers->is_array())
    return bad_input(path, "has no list 'layers'", "a result of map, compile or evaluate has one");
  std::vector<NamedMapping> mappings;
  Diagnostics findings;
  for (size_t k = 0; k < layers->size(); ++k) {
    const Json& layer = (*layers)[k];
    const std::string where = fmt::format("{}: layers[{}]", path, k);
    const bool named = layer.is_object() && layer.contains("name") && layer["name"].is_string();
    if (!named || !layer.contains("rapid_dsc")) {
      findings.push_back({ErrorCode::BadInput, where, "must have 'name' and 'rapid_dsc'", ""});
      continue;
    }
    Result<RapidDsc> dsc = parse_rapid_dsc(layer["rapid_dsc"].dump(), where + ".rapid_dsc");
    if (dsc)
      mappings.push_back({layer["name"].get<std::string>(), std::move(*dsc)});
    else
      findings.insert(findings.end(), dsc.error().begin(), dsc.error().end());
  }
  if (!findings.empty()) return fail(std::move(findings));
  return mappings;
}

}  // namespace

Result<std::vector<NamedMapping>> read_mappings(const std::string& path) {
  Result<std::string> text = read_yaml_file(path);
  if (!text) return fail(text.error());
  if (looks_like_json(*text)) return from_result(*text, path);
  return parse_mappings(*text, path);
}

}  // namespace tilewright
