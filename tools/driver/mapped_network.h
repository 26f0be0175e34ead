// A network with a mapping and its price for each layer, by search or as given.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/mapping/plan.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "costmodel/energy.h"
#include "costmodel/levels.h"
#include "costmodel/price.h"
#include "dse/search.h"
#include "dse/space/clause.h"
#include "tools/driver/load.h"

namespace tilewright {

// How a mapping was found. A mapping that was given was not searched for: a space of one.
struct LayerSearch {
  std::string space = "1";  // mappings in the declared space, a decimal number of any length
  int64_t evaluated = 1;    // distinct legal mappings that were priced
  std::map<std::string, int64_t> pruned;  // by rule
  bool proven_optimal = false;  // under the objective, in the declared space, by the cost model
  bool from_outside = false;    // a seed that the space does not hold, than which it has no better
  double gap = 0;               // (value - proven bound) / value; 0 when proven optimal
  std::optional<int64_t> bound_cycles = {};  // under latency: no mapping of the space takes fewer
  bool within_constraints = false;           // that speak of this layer: proven means within them
};

struct MappedLayer {
  Work work;
  RapidDsc dsc;
  Price price;
  int64_t lower_bound_cycles = 0;
  std::map<std::string, int64_t> link_bytes;  // modelled
  Energy energy;                              // all 0 where the system states none
  LayerSearch search;
  std::vector<MappedLayer> others;  // by rank, from the second on

  int64_t cycles() const { return price.cost.cycles; }
};

struct MappedNetwork {
  std::vector<MappedLayer> layers;  // in order of execution
  double cpu_seconds = 0;           // of the search
  bool stopped = false;  // by Ctrl-C or a limit that the user gave, with something left unproven

  int64_t cycles() const;
  int64_t macs() const;
  Cost cost() const;  // summed over the layers
  Energy energy() const;
  int64_t energy_femtojoules() const { return energy().total(); }
};

// The legal mapping `dsc` of `work`, priced.
MappedLayer price_layer(const Work& work, const Target& target, const RapidDsc& dsc,
                        TimingModel timing = TimingModel::Waveform);

// Prices the mappings of a file, by layer name; a layer may be missing (`mapped` layers come back).
// Unknown layers and illegal mappings are findings, all of them, with both numbers.
Result<MappedNetwork> price_mappings(const std::vector<Work>& works, const Target& target,
                                     const std::vector<NamedMapping>& mappings,
                                     const std::string& where,
                                     TimingModel timing = TimingModel::Waveform);
// From a mapping file, a plan (which is one) or a result document of --json; `rank`: which of
// several of each layer, layers that have fewer are left out.
Result<std::vector<NamedMapping>> read_mappings(const std::string& path, int64_t rank = 1);

// What the flags ask of a search, which Ctrl-C and the end of the budget stop.
SearchOptions search_options(const SearchFlags& flags, const Target& target,
                             const ConstraintFile* constraints);
// Whether all of the declared space is searched, as asked for or by itself.
bool searches_full_space(const SearchFlags& flags, const Target& target);

// What the user asked to minimise, and how to time it; the names must be known.
TimingModel timing_model_of(const SearchFlags& flags);
Objective objective_of(const SearchFlags& flags, const Target& target);
// What it makes of a layer's cycles and energy.
Measure value(const MappedLayer& layer, const Objective& objective);

// The best mapping of each layer, or the greedy one, within constraints if there are any, and none
// worse than the seeds, by layer name; Ctrl-C ends the search early, with the best so far.
Result<MappedNetwork> search_mappings(const std::vector<Work>& works, const Target& target,
                                      const SearchFlags& flags,
                                      const ConstraintFile* constraints = nullptr,
                                      const std::vector<NamedMapping>& seeds = {});

Plan plan_of(const LoadedModel& model, const Target& target, const MappedNetwork& network);
// One plan for each rank; those after the first leave out layers with fewer mappings.
std::vector<Plan> plans_of(const LoadedModel& model, const Target& target,
                           const MappedNetwork& network);

// Options that this version does not have yet, as findings.
Diagnostics not_in_this_version(const SearchFlags& flags);

// MACs over what the chip's arrays could do in these cycles; idle cores count.
double utilization(int64_t macs, int64_t cycles, const Target& target);

}  // namespace tilewright
