#include "dse/network.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "compiler/support/check.h"
#include "dse/stop.h"
#include "dse/workers.h"

namespace tilewright {

namespace {

// Effort of the first look at a layer. Layers that it leaves open wait until all had theirs, so
// that an end by time finds every layer looked at.
constexpr int64_t kFirstLook = 100'000;

// The problem that a layer poses, whatever it is called and whichever tensors it reads.
Work anonymous(Work work) {
  work.name.clear();
  work.op.clear();
  for (Operand& operand : work.operands) operand.value = 0;
  return work;
}

// The best of a space is the best of each part of it that it lies in, with the same proof.
std::optional<Diagnostic> outside(const Work& work, const SearchOptions& options,
                                  const RapidDsc& best) {
  if (options.constraints == nullptr ||
      allows(constraints_of(*options.constraints, work.name), work, best))
    return std::nullopt;
  return Diagnostic{ErrorCode::Unsupported, fmt::format("layer '{}'", work.name),
                    "the best mapping is not within the constraints",
                    "the search of the full space for latency keeps to them"};
}

// Those of all layers that pose the problem of layer k.
void add_seeds(SearchOptions& options, const std::vector<Work>& works,
               const std::vector<size_t>& first, size_t k, const std::vector<NamedMapping>& seeds) {
  for (const NamedMapping& seed : seeds)
    for (size_t n = k; n < works.size(); ++n)
      if (first[n] == first[k] && works[n].name == seed.layer) options.seeds.push_back(seed.dsc);
}

// A layer that a first look left open, from what that found; never a worse answer or bound.
void go_on(SearchResult& known, const Work& work, const System& system,
           const PrecisionInfo& precision, SearchOptions options) {
  if (!known.from_outside) options.seeds.push_back(known.best);
  options.seeds.insert(options.seeds.end(), known.others.begin(), known.others.end());
  Result<SearchResult> result = search_layer(work, system, precision, options);
  TW_CHECK(result.has_value(), "layer {}: a second look fails", work.name);
  if (!result->proven && result->lower_bound < known.lower_bound) {
    result->lower_bound = known.lower_bound;
    result->gap =
        static_cast<double>(result->value - known.lower_bound) / static_cast<double>(result->value);
  }
  known = std::move(*result);
}

}  // namespace

std::vector<size_t> first_alike(const std::vector<Work>& works, const ConstraintFile* constraints) {
  std::vector<std::pair<Work, Constraints>> problems;
  std::vector<size_t> first;
  for (const Work& work : works) {
    problems.emplace_back(anonymous(work), constraints != nullptr
                                               ? constraints_of(*constraints, work.name)
                                               : Constraints{});
    const auto same = std::find(problems.begin(), problems.end(), problems.back());
    first.push_back(static_cast<size_t>(same - problems.begin()));
  }
  return first;
}

Result<std::vector<SearchResult>> search_network(const std::vector<Work>& works,
                                                 const System& system,
                                                 const PrecisionInfo& precision,
                                                 const SearchOptions& options,
                                                 const SearchProgress& progress,
                                                 const std::vector<NamedMapping>& seeds) {
  if (auto fits = check_goal(options.goal, system, precision); !fits) return fail(fits.error());
  const std::vector<size_t> first = first_alike(works, options.constraints);
  std::vector<SearchResult> results(works.size());
  std::vector<uint8_t> mapped(works.size());
  std::vector<Diagnostics> why(works.size());  // a layer has no mapping
  std::mutex telling;
  size_t told = 0;
  const auto tell = [&](size_t k) {
    const std::lock_guard lock(telling);
    if (progress) progress(std::min(++told, works.size()), works.size(), works[k]);
  };
  SearchOptions look = options;
  if (options.method == Method::Optimal)
    look.max_evaluations = std::min(options.max_evaluations, kFirstLook);
  // Layers side by side, and each on as many threads as are left.
  Workers workers(options.jobs);
  const auto search = [&](size_t k) {
    SearchOptions own = look;
    add_seeds(own, works, first, k, seeds);
    Result<SearchResult> result = search_layer(works[k], system, precision, own);
    mapped[k] = result ? 1 : 0;
    if (result)
      results[k] = std::move(*result);
    else
      why[k] = std::move(result.error());
  };
  workers.each_long(works.size(), [&](size_t k) {
    if (first[k] == k) search(k);
    tell(k);
  });
  // Each layer that has none is named.
  for (size_t k = 0; k < works.size(); ++k)
    if (first[k] != k && mapped[first[k]] == 0) search(k);
  Diagnostics findings;
  for (Diagnostics& some : why) findings.insert(findings.end(), some.begin(), some.end());
  const StopFlag stop(options.stop);
  if (look.max_evaluations < options.max_evaluations && findings.empty())
    workers.each_long(works.size(), [&](size_t k) {
      if (first[k] != k || results[k].proven || stop.raised()) return;
      SearchOptions own = options;
      add_seeds(own, works, first, k, seeds);
      go_on(results[k], works[k], system, precision, own);
      tell(k);
    });
  for (size_t k = 0; k < works.size(); ++k) {
    if (mapped[first[k]] == 0) continue;
    if (first[k] != k) results[k] = SearchResult(results[first[k]]);
    if (auto finding = outside(works[k], options, results[k].best); finding)
      findings.push_back(std::move(*finding));
  }
  if (!findings.empty()) return fail(std::move(findings));
  return results;
}

}  // namespace tilewright
