#include "compiler/support/yaml_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "compiler/support/near_miss.h"

namespace tilewright {

namespace {

constexpr size_t kMostShown = 60;  // bytes of a bad value in a message
constexpr size_t kMostFindings = 200;

std::string shown(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null:
      return "empty";
    case YamlNode::Kind::Scalar:
      return yaml_quote(node.text, kMostShown);
    case YamlNode::Kind::Sequence:
      return "a list";
    case YamlNode::Kind::Map:
      return "a map";
  }
  return "";
}

bool is_plain_scalar(const YamlNode& node) {
  return node.kind == YamlNode::Kind::Scalar && !node.quoted;
}

bool only_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A decimal integer without leading zeros. Out of 64 bits gives the nearest end, and is clipped.
bool parse_integer(std::string_view text, int64_t& value) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (!only_digits(digits) || (digits.size() > 1 && digits.front() == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    value = negative ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
    return true;
  }
  return error == std::errc() && end == text.data() + text.size();
}

bool fits(std::string_view digits, int64_t& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

// Whether the text has the form of a fraction; `fits_64` tells whether its parts fit 64 bits.
bool parse_rational(std::string_view text, Rational& value, bool& fits_64) {
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view num = text.substr(0, slash), den = text.substr(slash + 1);
    if (!only_digits(num) || !only_digits(den)) return false;
    int64_t n = 0, d = 0;
    fits_64 = fits(num, n) && fits(den, d);
    if (fits_64 && d == 0) return false;
    if (fits_64) value = Rational::of(n, d);
    return true;
  }
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view part = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (!only_digits(whole) || (point != std::string_view::npos && !only_digits(part))) return false;
  while (!part.empty() && part.back() == '0') part.remove_suffix(1);
  int64_t den = 1, num = 0;
  fits_64 = part.size() <= 18 && fits(std::string(whole) + std::string(part), num);
  for (size_t k = 0; fits_64 && k < part.size(); ++k) den *= 10;
  if (fits_64) value = Rational::of(num, den);
  return true;
}

}  // namespace

bool YamlReader::full() const { return findings_.size() == kMostFindings; }

void YamlReader::report(const YamlNode& at, std::string message, std::string hint) {
  if (full()) {
    ++left_out_;
    return;
  }
  const std::string place =
      at.line > 0 ? fmt::format("{}:{}:{}", where_, at.line, at.column) : where_;
  findings_.push_back(
      {at.line, at.column, {ErrorCode::BadInput, place, std::move(message), std::move(hint)}});
}

Diagnostics YamlReader::findings() const {
  std::vector<Finding> sorted = findings_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  Diagnostics all;
  for (Finding& f : sorted) all.push_back(std::move(f.diagnostic));
  if (left_out_ > 0) {
    all.push_back({ErrorCode::BadInput, where_,
                   fmt::format("{} further findings are left out", left_out_), ""});
  }
  return all;
}

bool YamlReader::integer(const YamlNode& node, const std::string& what, int64_t& value,
                         IntegerRange range) {
  int64_t read = 0;
  if (!is_plain_scalar(node) || !parse_integer(node.text, read)) {
    report(node, fmt::format("{} must be an integer; it is {}", what, shown(node)));
    return false;
  }
  if (read < range.least || read > range.most) {
    report(node, fmt::format("{} must lie in {}..{}; it is {}", what, range.least, range.most,
                             node.text.substr(0, kMostShown)));
    return false;
  }
  value = read;
  return true;
}

bool YamlReader::rational(const YamlNode& node, const std::string& what, Rational& value,
                          int64_t most) {
  Rational read;
  bool fits_64 = false;
  if (!is_plain_scalar(node) || !parse_rational(node.text, read, fits_64)) {
    report(node, fmt::format("{} must be a number such as 40, 102.4 or 512/5; it is {}", what,
                             shown(node)));
    return false;
  }
  if (!fits_64 || read.num > most || read.den > most) {
    report(node, fmt::format("{} must be a fraction of integers up to {}; it is {}", what, most,
                             node.text.substr(0, kMostShown)));
    return false;
  }
  value = read;
  return true;
}

bool YamlReader::boolean(const YamlNode& node, const std::string& what, bool& value) {
  if (!is_plain_scalar(node) || (node.text != "true" && node.text != "false")) {
    report(node, fmt::format("{} must be true or false; it is {}", what, shown(node)));
    return false;
  }
  value = node.text == "true";
  return true;
}

bool YamlReader::string(const YamlNode& node, const std::string& what, std::string& value) {
  if (node.kind != YamlNode::Kind::Scalar) {
    report(node, fmt::format("{} must be text; it is {}", what, shown(node)));
    return false;
  }
  value = node.text;
  return true;
}

bool YamlReader::list(const YamlNode& node, const std::string& what, size_t most,
                      const std::function<void(const YamlNode&)>& read) {
  if (node.kind != YamlNode::Kind::Sequence) {
    report(node, fmt::format("{} must be a list; it is {}", what, shown(node)));
    return false;
  }
  if (node.items.size() > most) {
    report(node, fmt::format("{} must have at most {} elements; it has {}", what, most,
                             node.items.size()));
    return false;
  }
  for (const YamlNode& item : node.items) read(item);
  return true;
}

YamlFields::YamlFields(YamlReader& reader, const YamlNode& node, std::string what)
    : reader_(reader), node_(node), what_(std::move(what)) {
  if (!is_map())
    reader_.report(node_, fmt::format("{} must be a map; it is {}", what_, shown(node_)));
}

const YamlNode* YamlFields::find(std::string_view key, Need need) {
  known_.emplace_back(key);
  if (!is_map()) return nullptr;
  for (size_t k = 0; k < node_.keys.size(); ++k)
    if (node_.keys[k].text == key) return &node_.items[k];
  if (need == Need::Required) reader_.report(node_, fmt::format("{} lacks '{}'", what_, key));
  return nullptr;
}

bool YamlFields::integer(std::string_view key, int64_t& value, IntegerRange range, Need need) {
  const YamlNode* node = find(key, need);
  return node != nullptr && reader_.integer(*node, fmt::format("'{}'", key), value, range);
}

bool YamlFields::rational(std::string_view key, Rational& value, int64_t most, Need need) {
  const YamlNode* node = find(key, need);
  return node != nullptr && reader_.rational(*node, fmt::format("'{}'", key), value, most);
}

bool YamlFields::boolean(std::string_view key, bool& value, Need need) {
  const YamlNode* node = find(key, need);
  return node != nullptr && reader_.boolean(*node, fmt::format("'{}'", key), value);
}

bool YamlFields::string(std::string_view key, std::string& value, Need need) {
  const YamlNode* node = find(key, need);
  return node != nullptr && reader_.string(*node, fmt::format("'{}'", key), value);
}

bool YamlFields::list(std::string_view key, size_t most,
                      const std::function<void(const YamlNode&)>& read, Need need) {
  const YamlNode* node = find(key, need);
  return node != nullptr && reader_.list(*node, fmt::format("'{}'", key), most, read);
}

void YamlFields::finish() {
  if (!is_map()) return;
  for (const YamlNode& key : node_.keys) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    reader_.report(key, fmt::format("{} has no key {}", what_, yaml_quote(key.text, kMostShown)),
                   reader_.full() ? "" : near_miss_hint(key.text, known_));
  }
}

YamlNode yaml_rational(Rational value) {
  YamlNode node = yaml_integer(value.num);
  int64_t scale = 1;
  for (int digits = 0; digits <= 6; ++digits, scale *= 10) {
    if (scale % value.den != 0) continue;
    const auto scaled = checked_mul(value.num, scale / value.den);
    if (!scaled) break;
    if (digits > 0) node.text = fmt::format("{}.{:0{}}", *scaled / scale, *scaled % scale, digits);
    return node;
  }
  node.text = fmt::format("{}/{}", value.num, value.den);
  return node;
}

}  // namespace tilewright
