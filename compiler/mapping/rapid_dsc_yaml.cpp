#include "compiler/mapping/rapid_dsc_yaml.h"

#include <optional>

#include <fmt/format.h>

#include "compiler/mapping/rapid_dsc_tree.h"
#include "compiler/support/near_miss.h"

namespace tilewright {

namespace {

using Need = YamlFields::Need;

// Lists that are longer than any mapping of eight dims and two stages can need.
constexpr size_t kMostLoops = 64;
constexpr size_t kMostItems = 256;

std::vector<std::string> dim_names() {
  std::vector<std::string> all;
  for (Dim d : kDims) all.emplace_back(name_of(d));
  return all;
}

// ---- printing

std::string print_loop(LoopRef loop) {
  return fmt::format("{}.{}", name_of(loop.stage), name_of(loop.dim));
}

YamlNode extents_node(const Extents& extents) {
  YamlNode node = yaml_flow(yaml_map());
  for (Dim d : kDims)
    if (extents[d] != 1) yaml_add(node, name_of(d), yaml_integer(extents[d]));
  return node;
}

YamlNode axis_node(const std::vector<Unroll>& axis) {
  std::vector<YamlNode> items;
  for (const Unroll& u : axis)
    items.push_back(yaml_map({{std::string(name_of(u.dim)), yaml_integer(u.factor)}}));
  return yaml_list(std::move(items));
}

YamlNode core_node(const CoreDivision& core) {
  std::vector<YamlNode> order;
  for (Dim d : core.ring_order) order.push_back(yaml_string(name_of(d)));
  YamlNode node = yaml_map({{"parts", extents_node(core.parts)}});
  if (core.share != ShareRule::Balanced) yaml_add(node, "share", yaml_string(name_of(core.share)));
  yaml_add(node, "ring_order", yaml_list(std::move(order)));
  return yaml_flow(std::move(node));
}

YamlNode array_work_node(const ArrayWork& p) {
  YamlNode node = yaml_flow(yaml_map());
  if (!p.rows.empty()) yaml_add(node, "rows", axis_node(p.rows));
  if (!p.columns.empty()) yaml_add(node, "columns", axis_node(p.columns));
  if (!p.lanes.empty()) yaml_add(node, "lanes", axis_node(p.lanes));
  if (!p.corelets.empty()) yaml_add(node, "corelets", axis_node(p.corelets));
  return node;
}

YamlNode structure_node(const DataStructure& data) {
  YamlNode node = yaml_map({{"role", yaml_string(name_of(data.role))}});
  if (data.layout != DataStructure{}.layout) yaml_add(node, "layout", yaml_string(data.layout));
  if (data.home != DataStructure{}.home) yaml_add(node, "home", yaml_string(name_of(data.home)));
  std::vector<YamlNode> transfers;
  for (const DataTransfer& t : data.transfers) {
    YamlNode hop = yaml_map({{"src", yaml_string(name_of(t.src))},
                             {"dst", yaml_string(name_of(t.dst))},
                             {"type", yaml_string(name_of(t.type))}});
    if (t.loop) yaml_add(hop, "loop", yaml_string(print_loop(*t.loop)));
    if (t.slide) yaml_add(hop, "slide", yaml_boolean(true));
    transfers.push_back(yaml_flow(std::move(hop)));
  }
  yaml_add(node, "transfers", yaml_list(std::move(transfers)));
  return node;
}

// ---- reading

class MappingReader {
 public:
  explicit MappingReader(YamlReader& reader) : reader_(reader) {}

  RapidDsc read(const YamlNode& node) {
    RapidDsc dsc;
    YamlFields fields(reader_, node, "the mapping");
    if (const YamlNode* n = fields.find("n")) read_extents(*n, "n", dsc.n);
    if (const YamlNode* chip = fields.find("chip_d", Need::Optional))
      read_chip_d(*chip, dsc.chip_d);
    if (const YamlNode* core = fields.find("core_d", Need::Optional))
      read_core_d(*core, dsc.core_d);
    if (const YamlNode* t = fields.find("t")) read_extents(*t, "t", dsc.t);
    dsc.b = dsc.t;
    if (const YamlNode* b = fields.find("b", Need::Optional)) {
      dsc.b = Extents::filled(1);
      read_extents(*b, "b", dsc.b);
    }
    if (const YamlNode* p = fields.find("p", Need::Optional)) read_p(*p, dsc.p);
    const auto loop = [&](const YamlNode& item) {
      if (const auto read = read_loop(item)) dsc.loop_order.push_back(*read);
    };
    fields.list("loop_order", kMostLoops, loop, Need::Optional);
    const auto structure = [&](const YamlNode& item) {
      dsc.data_structures.push_back(read_structure(item));
    };
    fields.list("data_structures", kMostItems, structure);
    const auto member = [&](const YamlNode& item) {
      std::string text;
      if (reader_.string(item, "an element of 'comp_primitives'", text))
        dsc.comp_primitives.push_back(std::move(text));
    };
    fields.list("comp_primitives", kMostItems, member);
    fields.finish();
    return dsc;
  }

 private:
  void read_extents(const YamlNode& node, const std::string& what, Extents& extents) {
    YamlFields fields(reader_, node, fmt::format("'{}'", what));
    for (Dim d : kDims) fields.integer(name_of(d), extents[d], {1, kMostExtent}, Need::Optional);
    fields.finish();
  }

  void read_chip_d(const YamlNode& node, ChipDivision& chip) {
    YamlFields fields(reader_, node, "'chip_d'");
    if (const YamlNode* x = fields.find("x", Need::Optional)) read_extents(*x, "x", chip.x);
    if (const YamlNode* y = fields.find("y", Need::Optional)) read_extents(*y, "y", chip.y);
    fields.finish();
  }

  void read_core_d(const YamlNode& node, CoreDivision& core) {
    YamlFields fields(reader_, node, "'core_d'");
    if (const YamlNode* parts = fields.find("parts")) read_extents(*parts, "parts", core.parts);
    if (const YamlNode* share = fields.find("share", Need::Optional))
      read_name(*share, "'share'", {ShareRule::Balanced, ShareRule::Greedy}, core.share);
    const auto dim = [&](const YamlNode& item) {
      if (const auto read = read_dim(item, item.text)) core.ring_order.push_back(*read);
    };
    if (const YamlNode* order = fields.find("ring_order", Need::Optional)) {
      reader_.list(*order, "'ring_order'", kMostLoops, dim);
    } else {
      for (Dim d : kDims)
        if (core.parts[d] > 1) core.ring_order.push_back(d);
    }
    fields.finish();
  }

  void read_p(const YamlNode& node, ArrayWork& p) {
    YamlFields fields(reader_, node, "'p'");
    read_axis(fields, "rows", p.rows);
    read_axis(fields, "columns", p.columns);
    read_axis(fields, "lanes", p.lanes);
    read_axis(fields, "corelets", p.corelets);
    fields.finish();
  }

  // [{in: 8}, ...]: each element a map of one entry.
  void read_axis(YamlFields& fields, std::string_view key, std::vector<Unroll>& axis) {
    const auto unroll = [&](const YamlNode& item) {
      if (item.kind != YamlNode::Kind::Map || item.keys.size() != 1) {
        reader_.report(item, fmt::format("an element of '{}' must be one dim with its factor", key),
                       "for example {in: 8}");
        return;
      }
      Unroll read;
      const auto dim = read_dim(item.keys[0], item.keys[0].text);
      const bool factor = reader_.integer(item.items[0], fmt::format("the factor in '{}'", key),
                                          read.factor, {1, kMostExtent});
      if (!dim || !factor) return;
      read.dim = *dim;
      axis.push_back(read);
    };
    fields.list(key, kMostLoops, unroll, Need::Optional);
  }

  std::optional<Dim> read_dim(const YamlNode& node, const std::string& name) {
    const auto dim = node.kind == YamlNode::Kind::Scalar ? dim_named(name) : std::nullopt;
    if (!dim) {
      reader_.report(node, fmt::format("no such dim: {}", yaml_quote(name, 60)),
                     near_miss_hint(name, dim_names()));
    }
    return dim;
  }

  // "T.out"
  std::optional<LoopRef> read_loop(const YamlNode& node) {
    const std::string& text = node.text;
    const bool form = node.kind == YamlNode::Kind::Scalar && text.size() > 2 && text[1] == '.' &&
                      (text[0] == 'T' || text[0] == 'B');
    if (!form) {
      reader_.report(
          node,
          fmt::format("a loop must be a stage and a dim; it is {}",
                      node.kind == YamlNode::Kind::Scalar ? yaml_quote(text, 60) : "no text"),
          "for example T.out or B.in");
      return std::nullopt;
    }
    const auto dim = read_dim(node, text.substr(2));
    if (!dim) return std::nullopt;
    return LoopRef{text[0] == 'T' ? Stage::T : Stage::B, *dim};
  }

  template <class Enum>
  void read_name(const YamlNode& node, const std::string& what, std::initializer_list<Enum> values,
                 Enum& value) {
    std::string text;
    if (!reader_.string(node, what, text)) return;
    std::vector<std::string> names;
    for (const Enum v : values) {
      if (name_of(v) == text) {
        value = v;
        return;
      }
      names.emplace_back(name_of(v));
    }
    reader_.report(node, fmt::format("{} cannot be {}", what, yaml_quote(text, 60)),
                   near_miss_hint(text, names));
  }

  void read_place(const YamlNode* node, const std::string& what, Place& place) {
    if (node == nullptr) return;
    read_name(*node, what,
              {Place::External, Place::Lx, Place::L0, Place::Lrf, Place::Acc, Place::Pe}, place);
  }

  DataStructure read_structure(const YamlNode& node) {
    DataStructure data;
    YamlFields fields(reader_, node, "an element of 'data_structures'");
    if (const YamlNode* role = fields.find("role")) read_role(*role, data.role);
    fields.string("layout", data.layout, Need::Optional);
    read_place(fields.find("home", Need::Optional), "'home'", data.home);
    const auto hop = [&](const YamlNode& item) { data.transfers.push_back(read_transfer(item)); };
    fields.list("transfers", kMostLoops, hop);
    fields.finish();
    return data;
  }

  void read_role(const YamlNode& node, Role& role) {
    std::string text;
    if (!reader_.string(node, "'role'", text) || role_named(text, role)) return;
    std::vector<std::string> names;
    for (int r = 0; r <= static_cast<int>(Role::Inp8); ++r)
      names.emplace_back(name_of(static_cast<Role>(r)));
    reader_.report(node, fmt::format("'role' cannot be {}", yaml_quote(text, 60)),
                   near_miss_hint(text, names));
  }

  DataTransfer read_transfer(const YamlNode& node) {
    DataTransfer hop;
    YamlFields fields(reader_, node, "an element of 'transfers'");
    read_place(fields.find("src"), "'src'", hop.src);
    read_place(fields.find("dst"), "'dst'", hop.dst);
    if (const YamlNode* type = fields.find("type")) {
      read_name(*type, "'type'",
                {TransferType::Stream, TransferType::BlockLoad, TransferType::DoubleBuffer},
                hop.type);
    }
    if (const YamlNode* loop = fields.find("loop", Need::Optional)) hop.loop = read_loop(*loop);
    fields.boolean("slide", hop.slide, Need::Optional);
    fields.finish();
    return hop;
  }

  YamlReader& reader_;
};

}  // namespace

YamlNode to_yaml(const RapidDsc& dsc) {
  YamlNode node = yaml_map({{"n", extents_node(dsc.n)}});
  if (dsc.chip_d != ChipDivision{}) {
    yaml_add(node, "chip_d",
             yaml_flow(
                 yaml_map({{"x", extents_node(dsc.chip_d.x)}, {"y", extents_node(dsc.chip_d.y)}})));
  }
  if (dsc.core_d != CoreDivision{}) yaml_add(node, "core_d", core_node(dsc.core_d));
  yaml_add(node, "t", extents_node(dsc.t));
  yaml_add(node, "b", extents_node(dsc.b));
  if (dsc.p != ArrayWork{}) yaml_add(node, "p", array_work_node(dsc.p));
  std::vector<YamlNode> loops, structures, members;
  for (const LoopRef& loop : dsc.loop_order) loops.push_back(yaml_string(print_loop(loop)));
  for (const DataStructure& data : dsc.data_structures) structures.push_back(structure_node(data));
  for (const std::string& member : dsc.comp_primitives) members.push_back(yaml_string(member));
  yaml_add(node, "loop_order", yaml_flow(yaml_list(std::move(loops))));
  yaml_add(node, "data_structures", yaml_list(std::move(structures)));
  yaml_add(node, "comp_primitives", yaml_flow(yaml_list(std::move(members))));
  return node;
}

RapidDsc read_rapid_dsc(YamlReader& reader, const YamlNode& node) {
  return MappingReader(reader).read(node);
}

Result<RapidDsc> parse_rapid_dsc(std::string_view yaml, const std::string& where) {
  const Result<YamlNode> root = parse_yaml(yaml, where);
  if (!root) return fail(root.error());
  YamlReader reader(where);
  RapidDsc dsc = read_rapid_dsc(reader, *root);
  if (!reader.clean()) return fail(reader.findings());
  return dsc;
}

std::string print_rapid_dsc(const RapidDsc& dsc) { return print_yaml(to_yaml(dsc)); }

}  // namespace tilewright
