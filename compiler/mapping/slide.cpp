#include "compiler/mapping/slide.h"

#include "compiler/mapping/footprint.h"

namespace tilewright {

std::optional<Slide> slide_of(const Operand& operand, const RapidDsc& dsc) {
  std::optional<Dim> innermost;
  for (const LoopRef& loop : dsc.loop_order)
    if (loop.stage == Stage::T && contains(operand.dims(), loop.dim)) innermost = loop.dim;
  if (!innermost) return std::nullopt;
  std::optional<Slide> found;
  for (size_t a = 0; a < operand.axes.size(); ++a) {
    const AccessAxis& axis = operand.axes[a];
    for (const AccessTerm& term : axis.terms) {
      if (term.dim != *innermost) continue;
      const int64_t step = lattice_step(axis, dsc.t);
      if (found || term.coefficient % step != 0) return std::nullopt;
      const int64_t per_index = term.coefficient / step;
      found = Slide{term.dim, static_cast<int>(a), per_index, per_index * dsc.t[term.dim],
                    axis_points(axis, step, dsc.t)};
    }
  }
  return found;
}

}  // namespace tilewright
