#include "dse/start.h"

#include "compiler/mapping/compose.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "dse/blocks/dataflows.h"
#include "dse/space/space.h"

namespace tilewright {

Price price_of(const Problem& problem, const RapidDsc& dsc) {
  const auto by = problem.timing == TimingModel::Waveform ? price : price_max_of_levels;
  return by(problem.work, problem.system, problem.precision, dsc);
}

Measure value_of(const Problem& problem, const RapidDsc& dsc) {
  return problem.counted_value(dsc, price_of(problem, dsc).cost.cycles);
}

Result<Best> smallest_mapping(const Problem& problem, Reach reach) {
  MappingChoice choice;
  choice.t_order = tile_orders(problem.work, problem.present).front();
  std::optional<Rejection> first;
  const bool full = reach == Reach::Full;
  const std::vector<Places> inner_places =
      full ? all_places(problem.system) : places(problem.system);
  std::vector<Bypass> bypasses = {std::nullopt};
  if (problem.may_bypass && problem.work.kind == WorkKind::Array)
    bypasses = {std::nullopt, 0, 1, 2};
  for (const Bypass past_lx : bypasses)
    for (const Places& inner : inner_places) {
      choice.past_lx = past_lx;
      choice.types.assign(problem.operands, {TransferType::BlockLoad, TransferType::Stream});
      choice.inner.assign(problem.operands, Place::L0);
      for (size_t x = 0; problem.work.kind == WorkKind::Array && x < 3; ++x) {
        choice.inner[x] = inner[x];
        if (x < 2 && inner[x] == Place::Lrf) choice.types[x][1] = TransferType::BlockLoad;
      }
      // The balanced space has some dims whole; in the full one to cut them may cost partial sums.
      for (const bool whole : {false, true}) {
        if (!whole && reach == Reach::Balanced) continue;
        for (Dim d : kDims)
          choice.t[d] = whole && contains(problem.whole, d) ? problem.work.extent[d] : 1;
        const RapidDsc dsc = compose(problem.work, choice);
        const auto broken = first_rejection(problem.work, problem.system, problem.precision, dsc);
        if (!broken) return Best{value_of(problem, dsc), dsc};
        if (!first) first = broken;
      }
    }
  return bad_input("layer '" + problem.work.name + "' on system '" + problem.system.name + "'",
                   "no mapping is legal; the least demanding one breaks " + to_string(*first),
                   "larger memories, or a smaller layer");
}

Constraints allowed_of(const SearchOptions& options, const Work& work) {
  if (options.constraints == nullptr) return {};
  return constraints_of(*options.constraints, work.name);
}
bool searches_bypass(const SearchOptions& options, const Work& work, const Constraints& allowed) {
  return options.bypass || (work.kind == WorkKind::Array && !allowed.through_lx);
}
Constraints searched(const SearchOptions& options, const Work& work) {
  Constraints within = allowed_of(options, work);
  if (!searches_bypass(options, work, within)) within.past_lx = {0};
  return within;
}

}  // namespace tilewright
