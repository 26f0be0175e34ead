// The threads of a search, and the batches that they work through.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

namespace tilewright {

class Workers {
 public:
  // `jobs` threads, also where the machine has fewer; 0: as many as it has.
  explicit Workers(int jobs)
      : threads_(tbb::global_control::max_allowed_parallelism,
                 static_cast<size_t>(jobs > 0 ? jobs : tbb::this_task_arena::max_concurrency())),
        arena_(jobs > 0 ? jobs : tbb::task_arena::automatic) {}

  // work(k) for k in [0, n), side by side.
  template <class Work>
  void each(size_t n, Work&& work) {
    arena_.execute([&] { tbb::parallel_for(size_t{0}, n, work); });
  }
  // The same of works that take long, and of very different lengths: each may go to another thread.
  template <class Work>
  void each_long(size_t n, Work&& work) {
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<size_t>(0, n, 1),
          [&](const tbb::blocked_range<size_t>& some) {
            for (size_t k = some.begin(); k < some.end(); ++k) work(k);
          },
          tbb::simple_partitioner());
    });
  }

 private:
  tbb::global_control threads_;
  tbb::task_arena arena_;
};

// At most `size` of them, from `at` on.
template <class T>
std::span<const T> batch_at(const std::vector<T>& all, size_t at, size_t size) {
  return std::span<const T>(all).subspan(at, std::min(size, all.size() - at));
}

}  // namespace tilewright
