#include "tests/sampler/proven.h"

#include "dse/search.h"

namespace tilewright::sampler {

Result<Proven> proven_best(const Layer& layer, Aim aim) {
  SearchOptions options;
  options.goal = aim == Aim::Latency  ? Goal::Latency
                 : aim == Aim::Energy ? Goal::Energy
                                      : Goal::Edp;
  const Result<SearchResult> found =
      search_layer(layer.work, layer.system, layer.precision, options);
  if (!found) return fail(found.error());
  return Proven{found->best, found->value, found->proven};
}

}  // namespace tilewright::sampler
