// An adversary of the search: nothing that it can write down and price may beat a proven best.
//
//   SAMPLER_NETWORKS=resnet18 SAMPLER_SAMPLES=100000 build/dev/tests/sampler "[networks]"
//
// README.md has all variables.
#include <algorithm>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/energy.h"
#include "tests/sampler/form.h"
#include "tests/sampler/proven.h"
#include "tests/sampler/targets.h"
#include "tests/support/catch.h"
#include "tests/support/one_chip_systems.h"
#include "tools/results/numbers.h"
#include "tools/results/table.h"

namespace tilewright::sampler {
namespace {

Aim aim() {
  const std::string name = variable("SAMPLER_GOAL", "latency");
  if (name == "latency") return Aim::Latency;
  if (name == "energy") return Aim::Energy;
  REQUIRE(name == "edp");
  return Aim::Edp;
}

AttackOptions options(int64_t samples) {
  AttackOptions o;
  o.aim = aim();
  o.samples = variable("SAMPLER_SAMPLES", samples);
  o.seed = static_cast<uint64_t>(variable("SAMPLER_SEED", 0));
  o.climbs = variable("SAMPLER_CLIMBS", o.climbs);
  o.steps = variable("SAMPLER_STEPS", o.steps);
  return o;
}

struct Outcome {
  std::optional<Scored> sample, neighbour, climbed;
  Tally samples, walked;

  const Scored* best() const {
    const Scored* found = nullptr;
    for (const auto* s : {&sample, &neighbour, &climbed})
      if (*s && (found == nullptr || **s < *found)) found = &**s;
    return found;
  }
};

// Climbs begin at `starts`, as far as the features go, and at the best of the samples.
Outcome attack(const Layer& layer, const AttackOptions& o, const std::vector<RapidDsc>& starts) {
  Outcome outcome;
  const Samples drawn = sample(layer, o, static_cast<size_t>(std::max<int64_t>(1, o.climbs)));
  outcome.samples = drawn.tally;
  if (!drawn.best.empty()) outcome.sample = drawn.best.front();
  const Neighbourhood around = neighbourhood(layer, o, starts.front());
  if (!around.all.empty()) outcome.neighbour = around.all.front();
  std::set<Scored> from(drawn.best.begin(), drawn.best.end());
  for (const RapidDsc& start : starts)
    if (const RapidDsc dsc = formed(layer, start, o.allowed); !layer.rejection(dsc))
      from.insert({score(layer, o.aim, dsc), dsc});
  if (o.climbs == 0) from.clear();
  for (const Scored& start : from) {
    const Climb c = climb(layer, o, start);
    outcome.walked.add(c.tally);
    if (!outcome.climbed || c.best < *outcome.climbed) outcome.climbed = c.best;
  }
  return outcome;
}

std::string shown(const std::optional<Scored>& s, Aim aim) {
  return s ? grouped(static_cast<int64_t>(number(s->score, aim))) : "-";
}

// What neighbours were dropped for, and how many.
std::string codes(const Tally& tally) {
  std::string words;
  for (size_t k = 0; k < kCodes; ++k)
    if (tally.by_code[k] > 0)
      words += fmt::format(
          " {} {}",
          to_string(Rejection{static_cast<RejectionCode>(k), {}, {}, {}, 0, 0}).substr(0, 3),
          grouped(tally.by_code[k]));
  return words;
}

Table empty_table() {
  Table table;
  table.column("layer");
  for (const char* title : {"search", "sample", "neighbour", "climbed", "best/search",
                            "drawn legal", "in vain", "walked legal"})
    table.column(title, Table::Align::Right);
  table.column("features of the best");
  return table;
}

std::string replay(const Target& target, const AttackOptions& o) {
  return fmt::format(
      "{} SAMPLER_GOAL={} SAMPLER_SAMPLES={} SAMPLER_SEED={} SAMPLER_CLIMBS={} SAMPLER_STEPS={} "
      "SAMPLER_FEATURES=\"{}\" build/dev/tests/sampler",
      target.replay, variable("SAMPLER_GOAL", "latency"), o.samples, o.seed, o.climbs, o.steps,
      variable("SAMPLER_FEATURES", "searched"));
}

double ratio(const Outcome& outcome, const Scored& search) {
  const Scored* best = outcome.best();
  return best == nullptr ? 1 : static_cast<double>(best->score) / static_cast<double>(search.score);
}

// One attack; fails if it finds what the search covers and is better than its proven best.
Outcome attacked(Table& table, const Target& target, const Layer& layer, const AttackOptions& o,
                 const Proven& proven, const std::vector<RapidDsc>& starts) {
  const Scored search{proven.value, proven.best};
  const Outcome outcome = attack(layer, o, starts);
  const Scored* best = outcome.best();
  REQUIRE(best != nullptr);
  const FeatureSet features = features_of(layer, best->dsc);
  if (proven.proven && best->score < search.score && (features & ~kSearched) == 0) {
    fmt::print("{}replay with {}\n", print_mappings({{target.name, best->dsc}}), replay(target, o));
    FAIL_CHECK(target.name << ": better than a proven best");
  }
  table.row({target.name, shown(search, o.aim), shown(outcome.sample, o.aim),
             shown(outcome.neighbour, o.aim), shown(outcome.climbed, o.aim),
             fmt::format("{:.4f}", ratio(outcome, search)), grouped(outcome.samples.legal),
             grouped(outcome.samples.illegal), grouped(outcome.walked.legal),
             best->score < search.score ? print(features) : ""});
  return outcome;
}

// What the search says of its best must be so.
Proven checked_best(const Layer& layer, Aim aim) {
  const Result<Proven> found = proven_best(layer, aim);
  if (!found) FAIL(to_string(found.error()));
  CHECK_FALSE(layer.rejection(found->best).has_value());
  CHECK(score(layer, aim, found->best) == found->value);
  CHECK(print(features_of(layer, found->best) & ~kSearched) == "none");
  return *found;
}

// A set that is allowed, and its name in the table.
struct Allowed {
  FeatureSet features = 0;
  std::string name;
};

// SAMPLER_FEATURES=each: what the search covers, with each feature more, with all, with all but
// each.
std::vector<Allowed> feature_sets() {
  const std::string words = variable("SAMPLER_FEATURES", "searched");
  if (words != "each") {
    const std::optional<FeatureSet> set = features_named(words);
    REQUIRE(set.has_value());
    return {{*set, words}};
  }
  std::vector<Allowed> sets{{kSearched, "searched"}};
  const auto for_each = [](const auto& visit) {
    for (int k = 0; k < kFeatures; ++k)
      if (const auto f = static_cast<Feature>(k); !contains(kSearched, f)) visit(f);
  };
  for_each([&](Feature f) { sets.push_back({kSearched | bit(f), std::string(name_of(f))}); });
  sets.push_back({kAllFeatures, "all"});
  for_each([&](Feature f) {
    sets.push_back({kAllFeatures & ~bit(f), fmt::format("all but {}", name_of(f))});
  });
  return sets;
}

// What a set of features gained over the layers that were attacked.
struct Gain {
  int64_t layers = 0, better = 0;
  double most = 0, search = 0, best = 0;  // gain of a layer; sums, times each
  std::string most_at;
  Tally walked;
};

class Attack {
 public:
  explicit Attack(int64_t samples) : options_(options(samples)), sets_(feature_sets()) {
    gains_.resize(sets_.size());
    tables_.resize(sets_.size(), empty_table());
  }

  void add(const Target& target) {
    INFO(target.replay);
    const Layer layer(target.work, target.system, target.precision);
    if (options_.aim != Aim::Latency && !has_energy(target.system, target.precision)) return;
    const Proven proven = checked_best(layer, options_.aim);
    std::vector<RapidDsc> starts{proven.best};
    for (size_t k = 0; k < sets_.size(); ++k) {
      options_.allowed = sets_[k].features;
      const Outcome outcome = attacked(tables_[k], target, layer, options_, proven, starts);
      if (outcome.best()->score < proven.value) starts.push_back(outcome.best()->dsc);
      gains_[k].walked.add(outcome.walked);
      count(gains_[k], target, proven, std::min(outcome.best()->score, proven.value));
    }
  }

  void print_all(const std::string& title) const {
    if (gains_[0].layers == 0) return;
    fmt::print("{}\n", title);
    for (size_t k = 0; k < sets_.size(); ++k)
      fmt::print("features: {}\n{}neighbours dropped:{}\n\n", sets_[k].name, tables_[k].print(),
                 codes(gains_[k].walked));
    if (sets_.size() < 2) return;
    Table table;
    table.column("features");
    for (const char* column : {"layers", "better", "most"})
      table.column(column, Table::Align::Right);
    table.column("at");
    table.column("in all", Table::Align::Right);
    for (size_t k = 0; k < sets_.size(); ++k) {
      const Gain& g = gains_[k];
      table.row({sets_[k].name, std::to_string(g.layers), std::to_string(g.better),
                 fmt::format("{:.2f} %", 100 * g.most), g.most_at,
                 fmt::format("{:.2f} %", 100 * (1 - g.best / g.search))});
    }
    fmt::print("{}\n", table.print());
  }

 private:
  void count(Gain& gain, const Target& target, const Proven& proven, Score best) const {
    const double before = number(proven.value, options_.aim), after = number(best, options_.aim);
    ++gain.layers;
    gain.better += best < proven.value ? 1 : 0;
    if (1 - after / before > gain.most) {
      gain.most = 1 - after / before;
      gain.most_at = target.name;
    }
    gain.search += before * static_cast<double>(target.times);
    gain.best += after * static_cast<double>(target.times);
  }

  AttackOptions options_;
  std::vector<Allowed> sets_;
  std::vector<Gain> gains_;
  std::vector<Table> tables_;
};

TEST_CASE("no mapping that the search covers beats its proven best of a network's layer",
          "[networks]") {
  std::istringstream words(variable("SAMPLER_NETWORKS", "tiny-resnet tiny-mobilenet"));
  for (std::string word; words >> word;) {
    Attack attack(300);
    for (const Target& target : network_layers(word, variable("SAMPLER_LAYER", "")))
      attack.add(target);
    attack.print_all(word);
  }
}

TEST_CASE("no mapping that the search covers beats its proven best of a random layer", "[random]") {
  const std::string only = variable("SAMPLER_LAYER", "");
  const auto seed = static_cast<uint64_t>(variable("SAMPLER_SEED", 0));
  for (const System& system : test::one_chip_systems()) {
    Attack attack(300);
    for (const Target& target : random_layers(system, variable("SAMPLER_LAYERS", 1), seed))
      if (only.empty() || only == target.name) attack.add(target);
    attack.print_all("random layers on " + system.name);
  }
}

}  // namespace
}  // namespace tilewright::sampler
