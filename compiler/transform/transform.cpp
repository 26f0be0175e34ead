#include "compiler/transform/transform.h"

#include "compiler/support/check.h"
#include "compiler/transform/drop_dead.h"
#include "compiler/transform/drop_identities.h"
#include "compiler/transform/fold_affine.h"
#include "compiler/transform/fold_constants.h"
#include "compiler/transform/fold_scalars.h"
#include "compiler/transform/fuse_epilogues.h"
#include "compiler/transform/merge_pointwise.h"

namespace tilewright {

const std::vector<GraphStage>& inference_stages() {
  // clang-format off
  static const std::vector<GraphStage> stages = {
      {"fold-constants", fold_constants},
      {"drop-identities", drop_identities},
      {"drop-dead", drop_dead},      // whose reading would keep others from being folded
      {"fold-affine", fold_affine},  // before scalars become immediates, which it would not see
      {"fold-scalars", fold_scalars},
      {"fuse-epilogues", fuse_epilogues},
      {"merge-pointwise", merge_pointwise},
      {"drop-views", drop_identities},  // those that fusing through views brought together
      {"drop-unused", drop_dead},
  };
  // clang-format on
  return stages;
}

Graph optimize_for_inference(Graph graph, const StageObserver& observer) {
  for (const GraphStage& stage : inference_stages()) {
    graph = stage.run(std::move(graph));
    const Diagnostics findings = verify(graph);
    TW_CHECK(findings.empty(), "after {}\n{}", stage.name, to_string(findings));
    if (observer) observer(stage.name, graph);
  }
  return graph;
}

}  // namespace tilewright
