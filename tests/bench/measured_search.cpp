#include "tests/bench/measured_search.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/support/check.h"
#include "tests/bench/layers.h"

namespace tilewright::bench {

namespace {

std::atomic<bool> out_of_time = false;

// Counts CPU time of all threads, so that what else the machine does matters less.
void raise_after(double cpu_s) {
  std::signal(SIGPROF, [](int) { out_of_time = true; });
  const auto whole = static_cast<time_t>(cpu_s);
  const auto rest = static_cast<suseconds_t>((cpu_s - static_cast<double>(whole)) * 1e6);
  const itimerval timer{{0, 0}, {whole, rest}};
  TW_CHECK(setitimer(ITIMER_PROF, &timer, nullptr) == 0, "no timer");
}

rusage used() {
  rusage usage{};
  TW_CHECK(getrusage(RUSAGE_SELF, &usage) == 0, "no resource usage");
  return usage;
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
}
double cpu_seconds(const rusage& usage) {
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Measured measure(const SearchTask& task) {
  using Clock = std::chrono::steady_clock;
  SearchOptions options = task.options;
  options.stop = &out_of_time;
  if (task.limit_cpu_s > 0) raise_after(task.limit_cpu_s);
  const PrecisionInfo& precision = precision_of(task.system);

  const double cpu_before = cpu_seconds(used());
  const Clock::time_point begin = Clock::now();
  const Result<SearchResult> result = search_layer(task.work, task.system, precision, options);
  const std::chrono::duration<double> wall = Clock::now() - begin;
  const rusage after = used();
  TW_CHECK(result.has_value(), "{}", to_string(result.error()));

  Measured m;
  m.cpu_s = cpu_seconds(after) - cpu_before;
  m.wall_s = wall.count();
  m.peak_kib = after.ru_maxrss;
  m.effort = result->effort;
  m.evaluated = result->evaluated;
  m.cycles = result->price.cost.cycles;
  m.femtojoules = energy(task.work, task.system, precision, result->best, m.cycles).total();
  m.value = static_cast<double>(result->value);
  m.lower_bound = static_cast<double>(result->lower_bound);
  m.proven = result->proven;
  m.gap = result->gap;
  return m;
}

}  // namespace

std::optional<Measured> measured_search(const SearchTask& task) {
  int ends[2];
  TW_CHECK(pipe(ends) == 0, "no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  TW_CHECK(child >= 0, "no further process");
  if (child == 0) {
    const Measured m = measure(task);
    _exit(write(ends[1], &m, sizeof m) == sizeof m ? 0 : 1);
  }
  close(ends[1]);
  Measured m;
  const bool whole = read(ends[0], &m, sizeof m) == sizeof m;
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return m;
}

}  // namespace tilewright::bench
