#include "tests/sampler/attack.h"

#include <algorithm>
#include <map>
#include <set>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>

#include "tests/sampler/draw.h"
#include "tests/sampler/neighbours.h"

namespace tilewright::sampler {

namespace {

using Kind = std::vector<uint8_t>;

Kind kind_of(const Layer& layer, const RapidDsc& dsc) {
  Kind kind;
  if (!layer.array()) {
    for (Dim d : layer.present) kind.push_back(dsc.core_d.parts[d] > 1 ? 1 : 0);
    return kind;
  }
  for (size_t o = 0; o < 3; ++o)
    kind.push_back(static_cast<uint8_t>(choice_of(dsc.data_structures[o]).inner));
  for (const Axis& axis : layer.axes) {
    DimSet along = 0;
    for (const Unroll& u : dsc.p.*axis.list) along |= bit(u.dim);
    kind.push_back(along);
  }
  return kind;
}

// The same in whichever order mappings come.
struct Found {
  std::map<Kind, Scored> best;
  Tally tally;

  void keep(const Kind& kind, Scored found) {
    const auto [at, fresh] = best.try_emplace(kind, found);
    if (!fresh && found < at->second) at->second = std::move(found);
  }
};

}  // namespace

void Tally::add(const Tally& other) {
  legal += other.legal;
  illegal += other.illegal;
  for (size_t k = 0; k < kCodes; ++k) by_code[k] += other.by_code[k];
  seen |= other.seen;
}

Samples sample(const Layer& layer, const AttackOptions& options, size_t most) {
  const auto some = [&](const tbb::blocked_range<int64_t>& range, Found found) {
    for (int64_t k = range.begin(); k < range.end(); ++k) {
      Rng rng{stream_seed(options.seed, std::to_string(k)), 0};
      std::optional<RapidDsc> dsc = draw_legal(layer, options.allowed, rng);
      ++(dsc ? found.tally.legal : found.tally.illegal);
      if (!dsc) continue;
      found.tally.seen |= features_of(layer, *dsc);
      const Score value = score(layer, options.aim, *dsc);
      const Kind kind = kind_of(layer, *dsc);
      found.keep(kind, {value, std::move(*dsc)});
    }
    return found;
  };
  const auto join = [](Found a, Found b) {
    for (auto& [kind, scored] : b.best) a.keep(kind, std::move(scored));
    a.tally.add(b.tally);
    return a;
  };
  Found found = tbb::parallel_reduce(tbb::blocked_range<int64_t>(0, options.samples, 64), Found{},
                                     some, join);
  Samples samples{{}, found.tally};
  for (auto& [kind, scored] : found.best) samples.best.push_back(std::move(scored));
  std::sort(samples.best.begin(), samples.best.end());
  if (samples.best.size() > most) samples.best.resize(most);
  return samples;
}

Neighbourhood neighbourhood(const Layer& layer, const AttackOptions& options, const RapidDsc& dsc) {
  std::vector<RapidDsc> around = neighbours(layer, dsc, options.allowed);
  std::vector<std::optional<RejectionCode>> refused(around.size());
  std::vector<Score> scores(around.size());
  tbb::parallel_for(size_t{0}, around.size(), [&](size_t k) {
    if (const auto rejection = layer.rejection(around[k]))
      refused[k] = rejection->code;
    else
      scores[k] = score(layer, options.aim, around[k]);
  });
  Neighbourhood found;
  for (size_t k = 0; k < around.size(); ++k) {
    ++(refused[k] ? found.tally.illegal : found.tally.legal);
    if (refused[k]) ++found.tally.by_code[static_cast<size_t>(*refused[k])];
    if (refused[k]) continue;
    found.tally.seen |= features_of(layer, around[k]);
    found.all.push_back({scores[k], std::move(around[k])});
  }
  std::sort(found.all.begin(), found.all.end());
  return found;
}

Climb climb(const Layer& layer, const AttackOptions& options, const Scored& start) {
  Climb result{start, 0, {}};
  std::set<RapidDsc> visited{start.dsc};
  Scored here = start;
  for (int64_t idle = 0; result.steps < options.steps && idle < options.patience;) {
    Neighbourhood around = neighbourhood(layer, options, here.dsc);
    result.tally.add(around.tally);
    ++result.steps;
    const auto next = std::find_if(around.all.begin(), around.all.end(),
                                   [&](const Scored& s) { return visited.insert(s.dsc).second; });
    if (next == around.all.end()) break;
    here = std::move(*next);
    idle = here.score < result.best.score ? 0 : idle + 1;
    if (here.score < result.best.score) result.best = here;
  }
  return result;
}

}  // namespace tilewright::sampler
