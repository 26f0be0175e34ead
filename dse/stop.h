// Whether somebody outside wants a search to end.
#pragma once

#include <atomic>

namespace tilewright {

class StopFlag {
 public:
  StopFlag() = default;  // never raised
  explicit StopFlag(const std::atomic<bool>* flag) : flag_(flag) {}

  bool raised() const { return flag_ != nullptr && flag_->load(std::memory_order_relaxed); }

 private:
  const std::atomic<bool>* flag_ = nullptr;
};

}  // namespace tilewright
