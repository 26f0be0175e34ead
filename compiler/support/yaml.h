// YAML text as a tree of values with places, and back. Strict: what could surprise a reader
// (duplicate keys, anchors, tags, several documents, control characters) is a finding.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/support/result.h"

namespace tilewright {

// Bounds on what is read, so that no text exhausts the machine.
inline constexpr int64_t kMostYamlBytes = int64_t{8} << 20;
inline constexpr int64_t kMostYamlNodes = 2'000'000;
inline constexpr int kMostYamlDepth = 32;

struct YamlNode {
  enum class Kind : uint8_t { Null, Scalar, Sequence, Map };

  Kind kind = Kind::Null;
  bool quoted = false;          // Scalar: a string, whatever it looks like
  bool flow = false;            // Sequence, Map: printed on one line
  int32_t line = 0;             // both from 1; 0 when not read from a text
  int32_t column = 0;           // in bytes
  std::string text;             // Scalar
  std::vector<YamlNode> items;  // Sequence: its elements; Map: its values
  std::vector<YamlNode> keys;   // Map: scalars, one per item, each text once
};

// Builders for printing.
YamlNode yaml_boolean(bool value);
YamlNode yaml_string(std::string_view text);  // quoted where it must be
YamlNode yaml_integer(int64_t value);
YamlNode yaml_list(std::vector<YamlNode> items);
YamlNode yaml_map(std::initializer_list<std::pair<std::string, YamlNode>> entries = {});
void yaml_add(YamlNode& map, std::string_view key, YamlNode value);  // appends an entry
YamlNode yaml_flow(YamlNode node);  // the same node, to be printed on one line

// The one document of `text`, or every finding at "where:line:column". An empty text is a Null.
// No exception leaves, whatever the bytes.
Result<YamlNode> parse_yaml(std::string_view text, const std::string& where,
                            int64_t most_bytes = kMostYamlBytes);

// Two spaces per level, entries in their order, "\n" at the end; empty lists and maps as [] and {}.
// The same tree (but for places and quoting) is read back, for any bytes in its texts; keys must be
// shorter than 1024 bytes.
std::string print_yaml(const YamlNode& node);

// `text` in double quotes with everything unprintable escaped, cut to `most` bytes for messages.
std::string yaml_quote(std::string_view text, size_t most = static_cast<size_t>(-1));

}  // namespace tilewright
