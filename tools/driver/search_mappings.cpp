#include <ctime>

#include "dse/network.h"
#include "tools/driver/mapped_network.h"
#include "tools/driver/stop.h"
#include "tools/driver/terminal.h"

namespace tilewright {

namespace {

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

Result<MappedNetwork> search_mappings(const std::vector<Work>& works, const Target& target,
                                      const SearchFlags& flags) {
  Progress progress;
  const StopWatch watch(flags.time_budget);
  SearchOptions options;
  options.jobs = static_cast<int>(flags.jobs);
  options.exhaustive = flags.exhaustive;
  if (flags.max_evaluations > 0) options.max_evaluations = flags.max_evaluations;
  if (flags.max_evaluations > 0) options.max_evaluations = flags.max_evaluations;
  options.stop = StopWatch::flag();
  const double begin = cpu_seconds();
  Result<std::vector<SearchResult>> found = search_network(
      works, target.system, target.info, options,
      [&](size_t done, size_t all, const Work& work) { progress.show(done, all, work.name); });
  if (!found) return fail(found.error());

  MappedNetwork network;
  network.cpu_seconds = cpu_seconds() - begin;
  bool all_proven = true;
  for (size_t k = 0; k < works.size(); ++k) {
    SearchResult& result = (*found)[k];
    MappedLayer layer = price_layer(works[k], target, result.best);
    layer.search = {result.space, result.evaluated, std::move(result.pruned), result.proven,
                    result.gap};
    all_proven = all_proven && result.proven;
    network.layers.push_back(std::move(layer));
  }
  network.stopped = (watch.stopped() || flags.max_evaluations > 0) && !all_proven;
  return network;
}

}  // namespace tilewright
