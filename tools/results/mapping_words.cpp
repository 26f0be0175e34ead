#include "tools/results/mapping_words.h"

#include <array>

#include <fmt/format.h>

namespace tilewright {

namespace {

void join(std::string& text, const std::string& more, std::string_view between = " ") {
  if (!text.empty()) text += between;
  text += more;
}

// Number of block loops down to the innermost one that the operand moves with.
size_t depth_of(const Motion& motion, const std::vector<Loop>& loops) {
  size_t depth = 0;
  for (size_t k = 0; k < loops.size(); ++k)
    if (contains(motion.moves, loops[k].ref.dim)) depth = k + 1;
  return depth;
}

// Of operands that move equally seldom, the weights, then the outputs, count as those that stay.
int rank(Role role) { return role == Role::Ker ? 0 : role == Role::Out ? 1 : 2; }

}  // namespace

std::string division_words(const RapidDsc& dsc) {
  std::string text;
  for (Dim d : kDims)
    if (dsc.core_d.parts[d] > 1) join(text, fmt::format("{}/{}", name_of(d), dsc.core_d.parts[d]));
  return text.empty() ? "1 core" : text;
}

std::string tile_words(const RapidDsc& dsc, const LoopNest& nest) {
  std::string text;
  for (Dim d : kDims)
    if (dsc.t[d] < nest.share[d]) join(text, fmt::format("{} {}", name_of(d), dsc.t[d]));
  return text.empty() ? "whole" : text;
}

std::string array_words(const Work& work, const RapidDsc& dsc) {
  if (work.kind != WorkKind::Array) return "";
  const std::array<const std::vector<Unroll>*, 4> axes = {&dsc.p.rows, &dsc.p.columns, &dsc.p.lanes,
                                                          &dsc.p.corelets};
  std::string reduced, kept;
  for (Dim d : kDims) {
    std::string factors;
    for (const auto* axis : axes)
      for (const Unroll& u : *axis)
        if (u.dim == d && u.factor > 1) factors += fmt::format("*{}", u.factor);
    if (factors.empty()) continue;
    join(contains(work.reduction, d) ? reduced : kept, std::string(name_of(d)) + factors);
  }
  return fmt::format("{} | {}", reduced.empty() ? "-" : reduced, kept.empty() ? "-" : kept);
}

std::string stationary_operand(const LoopNest& nest) {
  const Motion* best = nullptr;
  for (const Motion& m : nest.inner) {
    if (best != nullptr) {
      const size_t depth = depth_of(m, nest.b_loops), least = depth_of(*best, nest.b_loops);
      if (depth > least || (depth == least && rank(m.role) > rank(best->role))) continue;
    }
    best = &m;
  }
  return best == nullptr ? "" : std::string(name_of(best->role));
}

std::string mapping_words(const Work& work, const RapidDsc& dsc, const LoopNest& nest) {
  std::string text = "cores " + division_words(dsc) + "; tile " + tile_words(dsc, nest);
  if (work.kind == WorkKind::Array)
    text += "; array " + array_words(work, dsc) + "; " + stationary_operand(nest) + " stays";
  return text;
}

}  // namespace tilewright
