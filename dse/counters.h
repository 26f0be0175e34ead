// What a search did, by named rule.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tilewright {

// Why a part of the space was left out. README.md gives the reason of each.
enum class Rule : uint8_t {
  TripsBound,
  TileBound,
  LxCapacity,
  OrderBound,
  UnrollBound,
  BlockBound,
  ArrayCapacity,
  BodyBound,
  EnergyBound,
  BodyTable,
  WaveformBound,
};
inline constexpr std::array<std::string_view, 11> kRuleNames = {
    "trips-bound",    "tile-bound", "lx-capacity",  "order-bound", "unroll-bound",  "block-bound",
    "array-capacity", "body-bound", "energy-bound", "body-table",  "waveform-bound"};
inline std::string_view name_of(Rule rule) { return kRuleNames[static_cast<size_t>(rule)]; }
inline std::optional<Rule> rule_named(std::string_view name) {
  for (size_t k = 0; k < kRuleNames.size(); ++k)
    if (kRuleNames[k] == name) return static_cast<Rule>(k);
  return std::nullopt;
}

// Which of them are in use.
class RuleSet {
 public:
  bool has(Rule rule) const { return (off_ >> static_cast<unsigned>(rule) & 1) == 0; }
  bool all() const { return off_ == 0; }
  void disable(Rule rule) { off_ |= 1u << static_cast<unsigned>(rule); }

 private:
  uint32_t off_ = 0;
};

struct Counters {
  int64_t evaluated = 0;  // exact totals of legal mappings
  int64_t effort = 0;     // tile nests and block nests evaluated
  std::array<int64_t, kRuleNames.size()> pruned{};

  // Those above 0, by name.
  std::map<std::string, int64_t> pruned_by_name() const {
    std::map<std::string, int64_t> named;
    for (size_t r = 0; r < pruned.size(); ++r)
      if (pruned[r] > 0) named.emplace(kRuleNames[r], pruned[r]);
    return named;
  }
  void prune(Rule rule, int64_t n = 1) { pruned[static_cast<size_t>(rule)] += n; }
  void add(const Counters& other) {
    evaluated += other.evaluated;
    effort += other.effort;
    for (size_t r = 0; r < pruned.size(); ++r) pruned[r] += other.pruned[r];
  }
};

}  // namespace tilewright
