#include "tools/driver/what_if.h"

namespace tilewright {

namespace {

struct Doubling {
  const char* name;
  bool bandwidth;  // the same mapping can use it
  void (*apply)(System&);
};

void twice(Link& link) { link.bytes_per_cycle = link.bytes_per_cycle * Rational{2, 1}; }

constexpr Doubling kDoublings[] = {
    {"external bandwidth", true, [](System& s) { twice(s.chip.external); }},
    {"array-in bandwidth", true, [](System& s) { twice(s.core.array_in); }},
    {"array-out bandwidth", true, [](System& s) { twice(s.core.array_out); }},
    {"SFU lanes", true, [](System& s) { s.core.sfu.lanes *= 2; }},
    {"Lx capacity", false, [](System& s) { s.core.lx_bytes *= 2; }},
    {"L0 capacity", false, [](System& s) { s.array.l0_bytes *= 2; }},
    {"LRF capacity", false, [](System& s) { s.array.lrf_bytes *= 2; }},
    {"accumulators", false, [](System& s) { s.array.accumulators *= 2; }},
    {"lanes of the PEs", false, [](System& s) { s.array.lanes *= 2; }},
};

}  // namespace

Result<std::vector<WhatIf>> what_if(const MappedLayer& layer, const Target& target,
                                    const SearchFlags& flags) {
  std::vector<WhatIf> answers;
  for (const Doubling& doubling : kDoublings) {
    Target other = target;
    doubling.apply(other.system);
    const Result<MappedNetwork> best = search_mappings({layer.work}, other, flags);
    if (!best) return fail(best.error());
    WhatIf answer{doubling.name, std::nullopt, best->layers[0]};
    if (doubling.bandwidth) answer.same = price_layer(layer.work, other, layer.dsc);
    answers.push_back(answer);
  }
  return answers;
}

}  // namespace tilewright
