#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace eqlab {

/// Runs `work` on a pool of threads over the items that `produce` hands out one after another, and
/// gives the results to `consume` in the order of the items: the outcome never depends on the
/// thread count. `produce` and `consume` run on the calling thread, `work` on any; at most `2 ×
/// threads + 2` items are between the two, so memory does not grow with their number. `threads` ≤ 1
/// runs everything here. Stops early, with what was consumed so far, once `stop` is requested.
/// Exceptions of `work` (memory) come out here.
class OrderedPool {
 public:
  explicit OrderedPool(unsigned threads);
  ~OrderedPool();
  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;

  template <class Item, class Out>
  void run(const std::function<std::optional<Item>()>& produce,
           const std::function<Out(Item)>& work, const std::function<void(Out)>& consume,
           const std::stop_token& stop);

 private:
  struct Impl;
  /// Queues `job`; it will be run once, by one of the threads.
  void submit(std::function<void()> job);
  unsigned threads_;
  std::unique_ptr<Impl> impl_;
};

/// Threads that the machine offers, at least 1.
[[nodiscard]] unsigned hardware_threads();

}  // namespace eqlab

#include "harness/base/parallel-inl.h"
