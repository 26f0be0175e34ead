#include "tests/sampler/score.h"

#include "costmodel/energy.h"
#include "costmodel/price.h"

namespace tilewright::sampler {

namespace {

constexpr Score kCycles = int64_t{1} << 40;  // more than any layer takes

}  // namespace

Score score(const Layer& layer, Aim aim, const RapidDsc& dsc) {
  const int64_t cycles = price(layer.work, layer.system, layer.precision, dsc).cost.cycles;
  if (aim == Aim::Latency) return cycles;
  const Score femtojoules = energy(layer.work, layer.system, layer.precision, dsc, cycles).total();
  return aim == Aim::Energy ? femtojoules * kCycles + cycles : femtojoules * cycles;
}

double number(Score score, Aim aim) {
  return static_cast<double>(aim == Aim::Energy ? score / kCycles : score);
}

}  // namespace tilewright::sampler
