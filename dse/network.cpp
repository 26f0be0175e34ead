#include "dse/network.h"

#include <algorithm>

#include <fmt/format.h>

namespace tilewright {

namespace {

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
  std::vector<SearchResult> results;
  const std::vector<size_t> first = first_alike(works, options.constraints);
  std::vector<uint8_t> mapped(works.size());
  Diagnostics findings;
  for (size_t k = 0; k < works.size(); ++k) {
    if (mapped[first[k]] != 0) {
      results.push_back(SearchResult(results[first[k]]));
    } else {
      SearchOptions own = options;
      add_seeds(own, works, first, k, seeds);
      Result<SearchResult> result = search_layer(works[k], system, precision, own);
      if (!result) findings.insert(findings.end(), result.error().begin(), result.error().end());
      mapped[k] = result ? 1 : 0;
      results.push_back(result ? std::move(*result) : SearchResult{});
    }
    if (mapped[first[k]] != 0) {
      if (auto finding = outside(works[k], options, results[k].best); finding)
        findings.push_back(std::move(*finding));
    }
    if (progress) progress(k + 1, works.size(), works[k]);
  }
  if (!findings.empty()) return fail(std::move(findings));
  return results;
}

}  // namespace tilewright
