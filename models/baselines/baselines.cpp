#include "models/baselines/baselines.h"

#include "models/baselines/planner_rule.h"

namespace tilewright {

const std::vector<BaselineInfo>& baselines() {
  static const std::vector<BaselineInfo> all = {
      {"planner-rule",
       "weight-stationary, cores along the largest output dims, largest double-buffered tile"}};
  return all;
}

Result<RapidDsc> baseline_mapping(const std::string& name, const Work& work, const System& system,
                                  const PrecisionInfo& precision) {
  if (name == "planner-rule") return planner_rule(work, system, precision);
  std::string known;
  for (const BaselineInfo& b : baselines()) known += (known.empty() ? "" : ", ") + b.name;
  return bad_input("", "no baseline is called '" + name + "'", "shipped baselines: " + known);
}

}  // namespace tilewright
