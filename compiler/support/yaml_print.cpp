#include <array>

#include <fmt/format.h>

#include "compiler/support/check.h"
#include "compiler/support/yaml.h"

namespace tilewright {

namespace {

using Kind = YamlNode::Kind;

// Whether `text` can stand unquoted and is read as this same string.
bool is_plain(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes",  "no",   "on",
                                                              "off",  "null",  "Null", "NULL", "y"};
  if (text.empty() || text.size() > 200) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (!is_letter(text.front())) return false;
  for (const char c : text)
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '/') return false;
  for (const std::string_view word : kWords)
    if (text == word) return false;
  return true;
}

std::string scalar(const YamlNode& node) { return node.quoted ? yaml_quote(node.text) : node.text; }

bool on_one_line(const YamlNode& node) {
  return node.flow || node.kind == Kind::Null || node.kind == Kind::Scalar || node.items.empty();
}

std::string flow(const YamlNode& node) {
  const bool is_map = node.kind == Kind::Map;
  switch (node.kind) {
    case Kind::Null:
      return "~";
    case Kind::Scalar:
      return scalar(node);
    case Kind::Sequence:
    case Kind::Map:
      break;
  }
  std::string text = is_map ? "{" : "[";
  for (size_t k = 0; k < node.items.size(); ++k) {
    if (k > 0) text += ", ";
    if (is_map) text += scalar(node.keys[k]) + ": ";
    text += flow(node.items[k]);
  }
  return text + (is_map ? "}" : "]");
}

// Lines of `node`, each but the first indented by `indent`; the caller stands at the first.
void block(const YamlNode& node, size_t indent, std::string& text) {
  if (on_one_line(node)) {
    text += flow(node) + "\n";
    return;
  }
  const std::string margin(indent, ' ');
  for (size_t k = 0; k < node.items.size(); ++k) {
    if (k > 0) text += margin;
    const YamlNode& item = node.items[k];
    if (node.kind == Kind::Sequence) {
      text += "- ";
      block(item, indent + 2, text);
    } else if (on_one_line(item)) {
      text += scalar(node.keys[k]) + ": " + flow(item) + "\n";
    } else {
      text += scalar(node.keys[k]) + ":\n" + std::string(indent + 2, ' ');
      block(item, indent + 2, text);
    }
  }
}

}  // namespace

YamlNode yaml_boolean(bool value) {
  YamlNode node;
  node.kind = Kind::Scalar;
  node.text = value ? "true" : "false";
  return node;
}

YamlNode yaml_string(std::string_view text) {
  YamlNode node;
  node.kind = Kind::Scalar;
  node.quoted = !is_plain(text);
  node.text = text;
  return node;
}

YamlNode yaml_integer(int64_t value) {
  YamlNode node;
  node.kind = Kind::Scalar;
  node.text = fmt::format("{}", value);
  return node;
}

YamlNode yaml_list(std::vector<YamlNode> items) {
  YamlNode node;
  node.kind = Kind::Sequence;
  node.items = std::move(items);
  return node;
}

YamlNode yaml_map(std::initializer_list<std::pair<std::string, YamlNode>> entries) {
  YamlNode node;
  node.kind = Kind::Map;
  for (const auto& [key, value] : entries) yaml_add(node, key, value);
  return node;
}

void yaml_add(YamlNode& map, std::string_view key, YamlNode value) {
  TW_CHECK(map.kind == Kind::Map, "an entry needs a map");
  map.keys.push_back(yaml_string(key));
  map.items.push_back(std::move(value));
}

YamlNode yaml_flow(YamlNode node) {
  node.flow = true;
  return node;
}

std::string print_yaml(const YamlNode& node) {
  std::string text;
  block(node, 0, text);
  return text;
}

std::string yaml_quote(std::string_view text, size_t most) {
  std::string quoted = "\"";
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\t':
        quoted += "\\t";
        break;
      case '\r':
        quoted += "\\r";
        break;
      default:
        if (byte < 0x20 || byte == 0x7F) {
          quoted += fmt::format("\\x{:02X}", byte);
        } else {
          quoted += c;
        }
    }
  }
  return quoted + (text.size() > most ? "...\"" : "\"");
}

}  // namespace tilewright
