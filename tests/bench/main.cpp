// bench [PART]... [--benchmark_...]: the benchmarks of the parts named, or of all.
#include <algorithm>
#include <cstdio>

#include <malloc.h>

#include "tests/bench/parts.h"

using namespace tilewright::bench;

namespace {

bool known(const std::string& name) {
  return std::any_of(parts().begin(), parts().end(),
                     [&](const Part& part) { return part.name == name; });
}

// Registers what was asked for; a filter keeps what registers itself out, unless it was.
std::string add(const std::vector<std::string>& names) {
  std::string filter = "--benchmark_filter=^(none";
  for (const Part& part : parts())
    if (names.empty() || std::find(names.begin(), names.end(), part.name) != names.end()) {
      if (part.add != nullptr) part.add();
      filter += "|" + part.name;
    }
  return filter + ")/";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names;
  std::vector<char*> flags = {argv[0]};
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    if (word.starts_with("-")) {
      flags.push_back(argv[k]);
    } else if (known(word)) {
      names.push_back(word);
    } else {
      std::fprintf(stderr, "no part '%s'; there are:", word.c_str());
      for (const Part& part : parts()) std::fprintf(stderr, " %s", part.name.c_str());
      std::fprintf(stderr, "\n");
      return 2;
    }
  }
  std::string filter = add(names);
  flags.insert(flags.begin() + 1, filter.data());
  int count = static_cast<int>(flags.size());
  benchmark::AddCustomContext("compiler", TILEWRIGHT_BENCH_COMPILER);
  benchmark::AddCustomContext("flags", TILEWRIGHT_BENCH_FLAGS);
  benchmark::Initialize(&count, flags.data());
  if (benchmark::ReportUnrecognizedArguments(count, flags.data())) return 2;
  malloc_trim(0);  // what making the networks took is in no search's peak
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
