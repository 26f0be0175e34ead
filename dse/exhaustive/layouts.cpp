#include "dse/exhaustive/layouts.h"

#include <algorithm>

namespace tilewright::exhaustive {

namespace {

std::vector<AxisChoice> choices_of(const AxisFactors& factors) {
  std::vector<AxisChoice> choices;
  for (int64_t k = 0; k < factors.count(); ++k) {
    AxisChoice choice;
    choice.dims = factors.at(k);
    for (const Unroll& u : choice.dims) choice.factor[u.dim] = u.factor;
    choices.push_back(std::move(choice));
  }
  return choices;
}

}  // namespace

Layouts::Layouts(const Work& work, const System& system, const Constraints& constraints) {
  for (size_t sums = 0; sums < choices_.size(); ++sums) {
    const std::vector<AxisFactors> axes = axis_factors(work, system, constraints, sums == 0);
    for (size_t k = 0; k < axes.size(); ++k) choices_[sums][k] = choices_of(axes[k]);
  }
  for (size_t k = 0; k < kAxes.size(); ++k) {
    std::vector<std::vector<Unroll>> all;
    for (const auto& axes : choices_)
      for (const AxisChoice& choice : axes[k]) all.push_back(choice.dims);
    std::sort(all.begin(), all.end());
    for (auto& axes : choices_)
      for (AxisChoice& choice : axes[k])
        choice.rank = static_cast<uint32_t>(std::lower_bound(all.begin(), all.end(), choice.dims) -
                                            all.begin());
  }
}

}  // namespace tilewright::exhaustive
