// Which seeds a test of drawn cases runs: all up to some number of cases, or those that the
// environment says.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <type_traits>

namespace tilewright::test {

// Calls run(seed) for seeds from 0 on until so many cases are done: `usual`, or NAME_CASES=n.
// run() returns whether the seed gave a case; where it returns nothing, each does. How many were
// wanted; none where NAME_SEED=n named one, which runs alone.
template <class Run>
std::optional<int> run_seeds(const std::string& name, int usual, Run&& run) {
  if (const char* one = std::getenv((name + "_SEED").c_str())) {
    run(std::strtoull(one, nullptr, 10));
    return std::nullopt;
  }
  const char* cases = std::getenv((name + "_CASES").c_str());
  const int wanted = cases != nullptr ? std::atoi(cases) : usual;
  int done = 0;
  for (uint64_t seed = 0; done < wanted; ++seed) {
    if constexpr (std::is_void_v<decltype(run(seed))>) {
      run(seed);
      ++done;
    } else {
      done += run(seed) ? 1 : 0;
    }
  }
  return wanted;
}

}  // namespace tilewright::test
