#include <algorithm>

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

// The mapping of a layer of that rank; nothing where the layer has fewer.
const Json* ranked(const Json& layer, int64_t rank) {
  if (rank == 1) return layer.contains("rapid_dsc") ? &layer["rapid_dsc"] : nullptr;
  const auto others = layer.find("others");
  const auto at = static_cast<size_t>(rank - 2);
  if (others == layer.end() || !others->is_array() || at >= others->size()) return nullptr;
  const Json& other = (*others)[at];
  return other.is_object() && other.contains("rapid_dsc") ? &other["rapid_dsc"] : nullptr;
}

// The mappings of a result document: the name and the rapid_dsc of each layer.
Result<std::vector<NamedMapping>> from_result(const std::string& text, const std::string& path,
                                              int64_t rank) {
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
    const Json* mapping = named ? ranked(layer, rank) : nullptr;
    if (mapping == nullptr && named && rank > 1) continue;
    if (mapping == nullptr) {
      findings.push_back({ErrorCode::BadInput, where, "must have 'name' and 'rapid_dsc'", ""});
      continue;
    }
    Result<RapidDsc> dsc = parse_rapid_dsc(mapping->dump(), where + ".rapid_dsc");
    if (dsc)
      mappings.push_back({layer["name"].get<std::string>(), std::move(*dsc)});
    else
      findings.insert(findings.end(), dsc.error().begin(), dsc.error().end());
  }
  if (!findings.empty()) return fail(std::move(findings));
  return mappings;
}

// One of several documents, the lines of the others empty: places stay what they are. A single
// document is left as it is; nothing where there are not so many.
std::string document_of(const std::string& text, int64_t rank) {
  const std::string separator = "---\n";
  std::string found;
  int64_t at = 1;
  bool any = false, content = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string line = text.substr(begin, end - begin);
    const bool separates = content && line == separator;
    content = content || (line != separator && line[0] != '#' && line[0] != '\n');
    at += separates ? 1 : 0;
    any = any || at == rank;
    found += at == rank && !separates ? line : "\n";
    begin = end;
  }
  return any ? found : "";
}

}  // namespace

Result<std::vector<NamedMapping>> read_mappings(const std::string& path, int64_t rank) {
  Result<std::string> text = read_yaml_file(path);
  if (!text) return fail(text.error());
  if (looks_like_json(*text)) {
    Result<std::vector<NamedMapping>> mappings = from_result(*text, path, rank);
    if (!mappings || rank == 1 || !mappings->empty()) return mappings;
    return bad_input(path, fmt::format("has no mapping of rank {}", rank), "");
  }
  const std::string document = document_of(*text, rank);
  if (document.empty() && rank > 1)
    return bad_input(path, fmt::format("has no mapping of rank {}", rank), "");
  return parse_mappings(document, path);
}

}  // namespace tilewright
