#include "compiler/mapping/work.h"

#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {
constexpr std::array<std::string_view, 11> kRoleNames = {
    "INP", "KER", "OUT", "BIAS", "INP2", "INP3", "INP4", "INP5", "INP6", "INP7", "INP8"};
}

std::string_view name_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::Array:
      return "array";
    case WorkKind::Sfu:
      return "sfu";
    case WorkKind::Move:
      return "move";
  }
  TW_CHECK(false, "work kind {}", static_cast<int>(kind));
}

std::string_view name_of(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

bool role_named(std::string_view name, Role& role) {
  for (size_t k = 0; k < kRoleNames.size(); ++k)
    if (kRoleNames[k] == name) {
      role = static_cast<Role>(k);
      return true;
    }
  return false;
}

DimSet Operand::dims() const {
  DimSet set = 0;
  for (const AccessAxis& axis : axes)
    for (const AccessTerm& term : axis.terms) set |= bit(term.dim);
  return set;
}

int64_t Work::points() const {
  int64_t product = 1;
  for (Dim d : kDims) product *= extent[d];
  return product;
}

int64_t Work::macs() const { return kind == WorkKind::Array ? points() : 0; }

const Operand* Work::find(Role role) const {
  for (const Operand& o : operands)
    if (o.role == role) return &o;
  return nullptr;
}

const Operand& Work::operand(Role role) const {
  const Operand* found = find(role);
  TW_CHECK(found != nullptr, "layer {} has no operand {}", name, name_of(role));
  return *found;
}

}  // namespace tilewright
