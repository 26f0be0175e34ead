#include "tools/driver/stop.h"

#include <chrono>
#include <csignal>

namespace tilewright {

namespace {

std::atomic<bool> stop_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int signal) {
  stop_flag.store(true);
  std::signal(signal, SIG_DFL);
}

}  // namespace

const std::atomic<bool>* StopWatch::flag() { return &stop_flag; }

StopWatch::StopWatch(double budget_seconds) {
  stop_flag.store(false);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (budget_seconds <= 0) return;
  timer_ = std::thread([this, budget_seconds] {
    std::unique_lock lock(mutex_);
    const auto budget = std::chrono::duration<double>(budget_seconds);
    if (!ended_.wait_for(lock, budget, [this] { return over_; })) stop_flag.store(true);
  });
}

StopWatch::~StopWatch() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
  if (timer_.joinable()) timer_.join();
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace tilewright
