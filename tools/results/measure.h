// What was minimised, as people read it: cycles, energy, or their product.
#pragma once

#include <string>

#include "dse/objective.h"
#include "tools/driver/mapped_network.h"

namespace tilewright {

// Of a layer or a network.
struct Amount {
  int64_t cycles = 0, femtojoules = 0;
};
inline Amount amount_of(const MappedLayer& layer) { return {layer.cycles(), layer.energy.total()}; }
inline Amount amount_of(const MappedNetwork& network) {
  return {network.cycles(), network.energy_femtojoules()};
}

double joule_seconds(const Amount& amount, int64_t clock_hz);

// "1,234", "5.67 uJ" or "8.901 uJ us".
std::string print_amount(Goal goal, const Amount& amount, int64_t clock_hz);
// How many times as much the other takes.
double ratio(Goal goal, const Amount& other, const Amount& best);

// "mac 12.3 %, ..."
std::string print_parts(const Energy& energy);
// "proven optimal in the declared space, under the cycle model", and what it means elsewhere.
std::string proven_words(Goal goal);

}  // namespace tilewright
