// Typed, strict reads from a YAML tree that collect every finding instead of stopping at the first.
//
//   YamlReader reader("chip.yaml");
//   YamlFields fields(reader, node, "chip");
//   fields.integer("cores", chip.cores, {1, 4096});
//   fields.finish();                       // reports the keys that nobody asked for
//   if (!reader.clean()) return fail(reader.findings());
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/math.h"
#include "compiler/support/result.h"
#include "compiler/support/yaml.h"

namespace tilewright {

// Both ends are allowed.
struct IntegerRange {
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t most = std::numeric_limits<int64_t>::max();
};

class YamlReader {
 public:
  explicit YamlReader(std::string where) : where_(std::move(where)) {}

  void report(const YamlNode& at, std::string message, std::string hint = "");
  bool clean() const { return findings_.empty(); }
  bool full() const;             // what is reported from now on is counted, but not kept
  Diagnostics findings() const;  // in the order of the text; the first 200

  // Each reads `node`, named `what` in messages ("'cores'"), into `value` and returns true, or
  // reports why it cannot and leaves `value` alone.
  bool integer(const YamlNode& node, const std::string& what, int64_t& value, IntegerRange range);
  // "512/5", "102.4" or "40", exactly; numerator and denominator each at most `most`.
  bool rational(const YamlNode& node, const std::string& what, Rational& value, int64_t most);
  bool boolean(const YamlNode& node, const std::string& what, bool& value);
  bool string(const YamlNode& node, const std::string& what, std::string& value);
  // Calls `read` on each element; false when it is no list or has more than `most` elements.
  bool list(const YamlNode& node, const std::string& what, size_t most,
            const std::function<void(const YamlNode&)>& read);

 private:
  struct Finding {
    int32_t line, column;
    Diagnostic diagnostic;
  };
  std::string where_;
  std::vector<Finding> findings_;
  int64_t left_out_ = 0;  // findings beyond the first 200
};

// The keys of one map. What a node is not (a list, say) is reported once, by the constructor.
class YamlFields {
 public:
  enum class Need : uint8_t { Required, Optional };

  YamlFields(YamlReader& reader, const YamlNode& node, std::string what);

  bool is_map() const { return node_.kind == YamlNode::Kind::Map; }
  // The value of `key`, or null; a missing required key is reported at the map's place.
  const YamlNode* find(std::string_view key, Need need = Need::Required);

  // find() and the reader's read of the same name; true when `value` was set.
  bool integer(std::string_view key, int64_t& value, IntegerRange range,
               Need need = Need::Required);
  bool rational(std::string_view key, Rational& value, int64_t most, Need need = Need::Required);
  bool boolean(std::string_view key, bool& value, Need need = Need::Required);
  bool string(std::string_view key, std::string& value, Need need = Need::Required);
  bool list(std::string_view key, size_t most, const std::function<void(const YamlNode&)>& read,
            Need need = Need::Required);

  // Reports every key that find() was never asked for.
  void finish();

 private:
  YamlReader& reader_;
  const YamlNode& node_;
  std::string what_;
  std::vector<std::string> known_;
};

// "102.4" where the value has few decimal places, else "1/3".
YamlNode yaml_rational(Rational value);

}  // namespace tilewright
