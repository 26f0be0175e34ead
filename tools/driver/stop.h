// When a search must end early: Ctrl-C, or the end of --time-budget.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tilewright {

// While one exists, the first Ctrl-C (or SIGTERM) sets flag(), a second one ends the process; so
// does the end of the budget. One at a time.
class StopWatch {
 public:
  explicit StopWatch(double budget_seconds);  // 0: no limit
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;
  ~StopWatch();

  static const std::atomic<bool>* flag();
  bool stopped() const { return flag()->load(); }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread timer_;
};

}  // namespace tilewright
