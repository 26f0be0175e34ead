#include "dse/space/constraints_yaml.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "compiler/support/near_miss.h"
#include "compiler/support/overloaded.h"
#include "compiler/support/yaml_reader.h"

namespace tilewright {

namespace {

using Need = YamlFields::Need;

constexpr size_t kMostEntries = 100'000;
constexpr size_t kMostItems = 64;
constexpr int64_t kMostIndices = int64_t{1} << 40;

constexpr std::array<Quantity, 3> kQuantities = {Quantity::Parts, Quantity::T, Quantity::B};
constexpr std::array<Sequence, 3> kSequences = {Sequence::Ring, Sequence::T, Sequence::B};

// A value of some enumeration, or anything else that has a word.
template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

template <class Values>
auto words_of(const Values& values) {
  Words<typename Values::value_type> words;
  for (const auto& v : values) words.emplace_back(name_of(v), v);
  return words;
}

class Reader {
 public:
  Reader(YamlReader& reader, ConstraintEntry& entry) : reader_(reader), entry_(entry) {}

  void read(const YamlNode& node) {
    YamlFields fields(reader_, node, "an element of 'constraints'");
    if (fields.string("layer", entry_.layer, Need::Optional) && entry_.layer.empty())
      reader_.report(node, "'layer' is empty", "leave it out to speak of all layers");
    for (Quantity of : kQuantities)
      map(fields, name_of(of), kDims, [&](const YamlNode& at, Dim d) {
        add(at, ExtentClause{of, d, range(at)});
      });
    if (const YamlNode* share = fields.find("share", Need::Optional))
      if (const auto rule =
              word(*share, words_of(std::array{ShareRule::Balanced, ShareRule::Greedy})))
        add(*share, ShareClause{*rule});
    for (Sequence of : kSequences)
      if (const YamlNode* order = fields.find(name_of(of), Need::Optional)) read_order(*order, of);
    if (const YamlNode* p = fields.find("p", Need::Optional)) {
      YamlFields axes(reader_, *p, "'p'");
      for (Axis axis : kAxes)
        if (const YamlNode* of = axes.find(name_of(axis), Need::Optional)) read_axis(*of, axis);
      axes.finish();
    }
    map(fields, "places", kArrayRoles, [&](const YamlNode& at, Role role) {
      add(at, PlaceClause{role, set<Place>(at, words_of(places_of(role)))});
    });
    if (const YamlNode* hops = fields.find("transfers", Need::Optional)) read_transfers(*hops);
    bool may = true;
    if (const YamlNode* slide = fields.find("slide", Need::Optional))
      if (reader_.boolean(*slide, "'slide'", may)) add(*slide, SlideClause{may});
    if (const YamlNode* bypass = fields.find("bypass", Need::Optional)) read_bypass(*bypass);
    fields.finish();
  }

 private:
  void add(const YamlNode& at, Clause clause) {
    entry_.clauses.push_back({std::move(clause), at.line, at.column});
  }

  // Calls read(node, key) for each entry of the map at `name`, whose keys are among `keys`.
  template <class Keys, class Read>
  void map(YamlFields& fields, std::string_view name, const Keys& keys, const Read& read) {
    const YamlNode* node = fields.find(name, Need::Optional);
    if (node == nullptr) return;
    YamlFields entries(reader_, *node, fmt::format("'{}'", name));
    for (const auto& key : keys)
      if (const YamlNode* at = entries.find(name_of(key), Need::Optional)) read(*at, key);
    entries.finish();
  }

  // 4, or {least: 2, most: 8} with either end left out.
  Range range(const YamlNode& node) {
    Range found;
    const IntegerRange ends{1, kMostIndices};
    if (node.kind != YamlNode::Kind::Map) {
      if (reader_.integer(node, "a constraint on indices", found.least, ends))
        found.most = found.least;
      return found;
    }
    YamlFields fields(reader_, node, "a range");
    fields.integer("least", found.least, ends, Need::Optional);
    fields.integer("most", found.most, ends, Need::Optional);
    fields.finish();
    if (node.items.empty())
      reader_.report(node, "a range has neither end", "for example {least: 2, most: 8}");
    if (found.empty())
      reader_.report(
          node, fmt::format("no number is at least {} and at most {}", found.least, found.most));
    return found;
  }

  template <class Value>
  std::optional<Value> word(const YamlNode& node, const Words<Value>& words) {
    std::string text;
    if (!reader_.string(node, "a word", text)) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [name, value] : words) {
      if (name == text) return value;
      names.push_back(name);
    }
    reader_.report(node, fmt::format("cannot be {}", yaml_quote(text, 60)),
                   near_miss_hint(text, names));
    return std::nullopt;
  }

  // Calls found(value) for each word of a list, or for the one that stands there alone.
  template <class Value, class Found>
  void each(const YamlNode& node, const Words<Value>& words, const Found& found) {
    const auto one = [&](const YamlNode& item) {
      if (const auto value = word(item, words)) found(item, *value);
    };
    if (node.kind != YamlNode::Kind::Sequence) return one(node);
    reader_.list(node, "the list", kMostItems, one);
    if (node.items.empty()) reader_.report(node, "nothing is allowed here");
  }

  template <class Value>
  SetOf<Value> set(const YamlNode& node, const Words<Value>& words) {
    SetOf<Value> found{0};
    each(node, words, [&](const YamlNode&, Value v) { found.add(v); });
    return found;
  }

  void read_order(const YamlNode& node, Sequence of) {
    OrderClause order{of, {}};
    each(node, words_of(kDims), [&](const YamlNode& item, Dim d) {
      if (std::find(order.dims.begin(), order.dims.end(), d) != order.dims.end())
        reader_.report(item, fmt::format("'{}' stands twice in one order", name_of(d)));
      order.dims.push_back(d);
    });
    add(node, std::move(order));
  }

  void read_axis(const YamlNode& node, Axis axis) {
    YamlFields fields(reader_, node, fmt::format("'{}'", name_of(axis)));
    if (const YamlNode* only = fields.find("only", Need::Optional)) {
      AxisClause clause{axis, 0};
      const auto take = [&](const YamlNode& item) {
        if (const auto d = word(item, words_of(kDims))) clause.only |= bit(*d);
      };
      if (reader_.list(*only, "'only'", kMostItems, take)) add(*only, clause);
    }
    for (Dim d : kDims)
      if (const YamlNode* at = fields.find(name_of(d), Need::Optional))
        add(*at, FactorClause{axis, d, range(*at)});
    fields.finish();
  }

  void read_transfers(const YamlNode& node) {
    YamlFields roles(reader_, node, "'transfers'");
    for (int r = 0; r <= static_cast<int>(Role::Inp8); ++r) {
      const auto role = static_cast<Role>(r);
      const YamlNode* hops = roles.find(name_of(role), Need::Optional);
      if (hops == nullptr) continue;
      YamlFields stages(reader_, *hops, fmt::format("'{}'", name_of(role)));
      for (Stage stage : {Stage::T, Stage::B})
        if (const YamlNode* at = stages.find(hop_name(stage), Need::Optional))
          add(*at, TypeClause{role, stage, set(*at, words_of(kTransferTypes))});
      stages.finish();
    }
    roles.finish();
  }

  void read_bypass(const YamlNode& node) {
    Words<std::optional<Role>> words = {{"none", std::nullopt}};
    for (Role role : kArrayRoles) words.emplace_back(name_of(role), role);
    BypassClause clause{false, {0}};
    each(node, words, [&](const YamlNode&, std::optional<Role> role) {
      if (role) clause.only.add(*role);
      clause.none = clause.none || !role;
    });
    add(node, clause);
  }

  YamlReader& reader_;
  ConstraintEntry& entry_;
};

YamlNode range_node(Range range) {
  if (range.least == range.most) return yaml_integer(range.least);
  YamlNode node = yaml_map();
  if (range.least != 1) yaml_add(node, "least", yaml_integer(range.least));
  if (range.most != Range{}.most) yaml_add(node, "most", yaml_integer(range.most));
  if (node.keys.empty()) yaml_add(node, "least", yaml_integer(1));
  return node;
}

template <class Values, class Has>
YamlNode word_list(const Values& values, const Has& has) {
  std::vector<YamlNode> words;
  for (const auto& v : values)
    if (has(v)) words.push_back(yaml_string(name_of(v)));
  return yaml_list(std::move(words));
}

// The map at `key`, added where it is not there yet.
YamlNode& below(YamlNode& node, std::string_view key) {
  for (size_t k = 0; k < node.keys.size(); ++k)
    if (node.keys[k].text == key) return node.items[k];
  yaml_add(node, key, yaml_map());
  return node.items.back();
}

void add_to(YamlNode& entry, const Clause& clause) {
  std::visit(
      Overloaded{
          [&](const ExtentClause& c) {
            yaml_add(below(entry, name_of(c.of)), name_of(c.dim), range_node(c.range));
          },
          [&](const ShareClause& c) { yaml_add(entry, "share", yaml_string(name_of(c.share))); },
          [&](const OrderClause& c) {
            yaml_add(entry, name_of(c.of), word_list(c.dims, [](Dim) { return true; }));
          },
          [&](const AxisClause& c) {
            yaml_add(below(below(entry, "p"), name_of(c.axis)), "only",
                     word_list(kDims, [&](Dim d) { return contains(c.only, d); }));
          },
          [&](const FactorClause& c) {
            yaml_add(below(below(entry, "p"), name_of(c.axis)), name_of(c.dim),
                     range_node(c.range));
          },
          [&](const PlaceClause& c) {
            yaml_add(below(entry, "places"), name_of(c.role),
                     word_list(places_of(c.role), [&](Place p) { return c.only.has(p); }));
          },
          [&](const TypeClause& c) {
            yaml_add(below(below(entry, "transfers"), name_of(c.role)), hop_name(c.stage),
                     word_list(kTransferTypes, [&](TransferType t) { return c.only.has(t); }));
          },
          [&](const SlideClause& c) { yaml_add(entry, "slide", yaml_boolean(c.may)); },
          [&](const BypassClause& c) {
            YamlNode list = word_list(kArrayRoles, [&](Role r) { return c.only.has(r); });
            if (c.none) list.items.insert(list.items.begin(), yaml_string("none"));
            yaml_add(entry, "bypass", std::move(list));
          },
      },
      clause);
}

}  // namespace

Result<ConstraintFile> parse_constraints(std::string_view yaml, const std::string& where) {
  const Result<YamlNode> root = parse_yaml(yaml, where);
  if (!root) return fail(root.error());
  YamlReader reader(where);
  ConstraintFile file{where, {}};
  YamlFields fields(reader, *root, "a constraints file");
  const auto entry = [&](const YamlNode& node) {
    file.entries.push_back({"", {}, node.line, node.column});
    Reader(reader, file.entries.back()).read(node);
  };
  fields.list("constraints", kMostEntries, entry);
  fields.finish();
  if (!reader.clean()) return fail(reader.findings());
  return file;
}

std::string print_constraints(const ConstraintFile& file) {
  std::vector<YamlNode> entries;
  for (const ConstraintEntry& entry : file.entries) {
    YamlNode node = yaml_map();
    if (!entry.layer.empty()) yaml_add(node, "layer", yaml_string(entry.layer));
    for (const ClauseAt& at : entry.clauses) add_to(node, at.clause);
    for (YamlNode& item : node.items) item = yaml_flow(std::move(item));
    entries.push_back(std::move(node));
  }
  return print_yaml(yaml_map({{"constraints", yaml_list(std::move(entries))}}));
}

}  // namespace tilewright
