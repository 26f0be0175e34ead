// Hand-tuned baselines that ship: rules that a person would write down once and apply everywhere.
#pragma once

#include <string>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"
#include "compiler/mapping/rejection.h"
#include "compiler/support/result.h"

namespace tilewright {

struct BaselineInfo {
  std::string name;
  std::string summary;
};
const std::vector<BaselineInfo>& baselines();

// The mapping that the named baseline gives a layer. Fails on an unknown name (listing what ships)
// and on a layer that the rule finds no legal mapping for (with the last rejection's numbers).
Result<RapidDsc> baseline_mapping(const std::string& name, const Work& work, const System& system,
                                  const PrecisionInfo& precision);

}  // namespace tilewright
