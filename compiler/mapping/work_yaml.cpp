#include "compiler/mapping/work_yaml.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/mapping/footprint.h"
#include "compiler/mapping/rapid_dsc_tree.h"

namespace tilewright {

namespace {

using Need = YamlFields::Need;

constexpr std::array kKinds = {WorkKind::Array, WorkKind::Sfu, WorkKind::Move};
constexpr std::array kCombines = {Combine::Assign, Combine::Add, Combine::Max};
constexpr std::array<std::string_view, 3> kCombineNames = {"assign", "add", "max"};
constexpr size_t kMostAxes = 16;
constexpr int64_t kMostStride = int64_t{1} << 50;

// ---- printing

YamlNode axis_node(const AccessAxis& axis) {
  YamlNode terms = yaml_map();
  for (const AccessTerm& term : axis.terms)
    yaml_add(terms, name_of(term.dim), yaml_integer(term.coefficient));
  return yaml_flow(yaml_map({{"extent", yaml_integer(axis.extent)},
                             {"stride", yaml_integer(axis.stride_elems)},
                             {"offset", yaml_integer(axis.offset)},
                             {"terms", std::move(terms)}}));
}

YamlNode operand_node(const Operand& operand) {
  std::vector<YamlNode> axes;
  for (const AccessAxis& axis : operand.axes) axes.push_back(axis_node(axis));
  YamlNode node = yaml_map(
      {{"role", yaml_string(name_of(operand.role))}, {"axes", yaml_list(std::move(axes))}});
  if (operand.fill != 0) yaml_add(node, "fill", yaml_string(fmt::format("{}", operand.fill)));
  return node;
}

// ---- reading

class WorkReader {
 public:
  explicit WorkReader(YamlReader& reader) : reader_(reader) {}

  Work read(const YamlNode& node) {
    Work work;
    YamlFields fields(reader_, node, "the layer");
    fields.string("name", work.name);
    fields.string("op", work.op);
    fields.string("primitive", work.primitive);
    std::string kind, expression, combine = "assign";
    if (fields.string("kind", kind)) {
      const auto known = std::find_if(kKinds.begin(), kKinds.end(),
                                      [&](WorkKind k) { return name_of(k) == kind; });
      if (known == kKinds.end())
        reader_.report(node, "'kind' must be one of Array, Sfu, Move");
      else
        work.kind = *known;
    }
    if (const YamlNode* extent = fields.find("extent")) read_extent(*extent, work.extent);
    fields.list("reduction", kDimCount, [&](const YamlNode& item) {
      if (const auto d = dim_named(item.text))
        work.reduction |= bit(*d);
      else
        reader_.report(item, "no dim has this name");
    });
    fields.list("operands", kMostOperands,
                [&](const YamlNode& item) { work.operands.push_back(read_operand(item)); });
    if (fields.string("expression", expression, Need::Optional) &&
        !parse_expr(expression, work.expr))
      reader_.report(node, "'expression' is none");
    fields.string("combine", combine, Need::Optional);
    const auto at = std::find(kCombineNames.begin(), kCombineNames.end(), combine);
    if (at == kCombineNames.end())
      reader_.report(node, "'combine' must be one of assign, add, max");
    else
      work.combine = kCombines[static_cast<size_t>(at - kCombineNames.begin())];
    read_number(fields, "scale", work.scale);
    fields.finish();
    if (reader_.clean()) check(node, work);
    return work;
  }

 private:
  void read_extent(const YamlNode& node, Extents& extent) {
    YamlFields fields(reader_, node, "'extent'");
    for (Dim d : kDims) fields.integer(name_of(d), extent[d], {1, kMostExtent}, Need::Optional);
    fields.finish();
  }

  void read_number(YamlFields& fields, const char* key, float& value) {
    std::string text;
    if (!fields.string(key, text, Need::Optional)) return;
    char* end = nullptr;
    value = std::strtof(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0')
      reader_.report(*fields.find(key), fmt::format("'{}' must be a number", key));
  }

  AccessAxis read_axis(const YamlNode& node) {
    AccessAxis axis;
    YamlFields fields(reader_, node, "an element of 'axes'");
    fields.integer("extent", axis.extent, {1, kMostExtent});
    fields.integer("stride", axis.stride_elems, {0, kMostStride});
    fields.integer("offset", axis.offset, {-kMostExtent, kMostExtent});
    if (const YamlNode* terms = fields.find("terms")) {
      YamlFields of(reader_, *terms, "'terms'");
      for (const YamlNode& key : terms->keys) {
        const auto d = dim_named(key.text);
        int64_t coefficient = 1;
        if (d && of.integer(key.text, coefficient, {1, kMostExtent}))
          axis.terms.push_back({*d, coefficient});
      }
      of.finish();
      if (axis.terms.size() > 2) reader_.report(*terms, "an axis has at most two terms");
    }
    fields.finish();
    return axis;
  }

  Operand read_operand(const YamlNode& node) {
    Operand operand;
    YamlFields fields(reader_, node, "an element of 'operands'");
    std::string role;
    if (fields.string("role", role) && !role_named(role, operand.role))
      reader_.report(node, "no operand has such a role");
    fields.list("axes", kMostAxes,
                [&](const YamlNode& item) { operand.axes.push_back(read_axis(item)); });
    read_number(fields, "fill", operand.fill);
    fields.finish();
    return operand;
  }

  // Whether the operands are those that such a layer has, and of sizes that can be counted.
  void check(const YamlNode& node, const Work& work) {
    std::vector<Role> roles, wanted = {Role::Inp, Role::Out};
    for (const Operand& operand : work.operands) roles.push_back(operand.role);
    if (work.kind == WorkKind::Array) {
      wanted = {Role::Inp, Role::Ker, Role::Out};
      if (roles.size() == 4) wanted.push_back(Role::Bias);
    } else if (work.kind == WorkKind::Sfu) {
      wanted = {Role::Inp};
      for (size_t k = 1; k + 1 < roles.size(); ++k)
        wanted.push_back(static_cast<Role>(static_cast<size_t>(Role::Inp2) + k - 1));
      wanted.push_back(Role::Out);
    }
    if (roles != wanted) return reader_.report(node, "these are not the operands of such a layer");
    const size_t inputs = work.kind == WorkKind::Sfu ? roles.size() - 1 : 1;
    if (const std::string wrong = problem_of(work.expr, inputs); !wrong.empty())
      return reader_.report(node, "'expression': " + wrong);
    double points = 1;
    for (Dim d : kDims) points *= static_cast<double>(work.extent[d]);
    if (points > static_cast<double>(kMostPoints))
      reader_.report(node, fmt::format("the layer has more than {} points", kMostPoints));
    for (const Operand& operand : work.operands) check(node, work, operand);
  }

  void check(const YamlNode& node, const Work& work, const Operand& operand) {
    double elems = 1;
    for (const AccessAxis& axis : operand.axes) {
      double span = 1;
      for (const AccessTerm& term : axis.terms)
        span +=
            static_cast<double>(term.coefficient) * static_cast<double>(work.extent[term.dim] - 1);
      elems *= std::max(span, static_cast<double>(axis.extent));
    }
    if (elems > static_cast<double>(kMostElems))
      reader_.report(
          node, fmt::format("{} has more than {} elements", name_of(operand.role), kMostElems));
    if (operand.role == Role::Out && (operand.dims() & work.reduction) != 0)
      reader_.report(node, "OUT depends on a reduced dim");
  }

  YamlReader& reader_;
};

}  // namespace

YamlNode to_yaml(const Work& work) {
  YamlNode extent = yaml_flow(yaml_map());
  std::vector<YamlNode> reduction, operands;
  for (Dim d : kDims) {
    if (work.extent[d] != 1) yaml_add(extent, name_of(d), yaml_integer(work.extent[d]));
    if (contains(work.reduction, d)) reduction.push_back(yaml_string(name_of(d)));
  }
  for (const Operand& operand : work.operands) operands.push_back(operand_node(operand));
  YamlNode node = yaml_map({{"name", yaml_string(work.name)},
                            {"op", yaml_string(work.op)},
                            {"primitive", yaml_string(work.primitive)},
                            {"kind", yaml_string(name_of(work.kind))},
                            {"extent", std::move(extent)},
                            {"reduction", yaml_flow(yaml_list(std::move(reduction)))},
                            {"operands", yaml_list(std::move(operands))}});
  if (!work.expr.steps.empty()) yaml_add(node, "expression", yaml_string(print(work.expr)));
  if (work.combine != Combine::Assign)
    yaml_add(node, "combine", yaml_string(kCombineNames[static_cast<size_t>(work.combine)]));
  if (work.scale != 1) yaml_add(node, "scale", yaml_string(fmt::format("{}", work.scale)));
  return node;
}

Work read_work(YamlReader& reader, const YamlNode& node) { return WorkReader(reader).read(node); }

}  // namespace tilewright
