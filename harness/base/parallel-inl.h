#pragma once

// Bodies of parallel.h that must be visible to callers.

#include <deque>
#include <future>
#include <memory>

namespace eqlab {

template <class Item, class Out>
void OrderedPool::run(const std::function<std::optional<Item>()>& produce,
                      const std::function<Out(Item)>& work, const std::function<void(Out)>& consume,
                      const std::stop_token& stop) {
  if (threads_ <= 1) {
    while (!stop.stop_requested()) {
      std::optional<Item> item = produce();
      if (!item) return;
      consume(work(std::move(*item)));
    }
    return;
  }
  std::deque<std::future<Out>> flying;
  // Tasks hold a reference to `work`: whatever leaves this function waits for them first.
  const struct Drain {
    std::deque<std::future<Out>>& futures;
    ~Drain() {
      for (auto& future : futures) {
        if (future.valid()) future.wait();  // the one that threw is spent
      }
    }
  } drain{flying};
  const std::size_t flying_max = std::size_t{2} * threads_ + 2;
  bool more = true;
  while (more || !flying.empty()) {
    while (more && flying.size() < flying_max && !stop.stop_requested()) {
      std::optional<Item> item = produce();
      if (!item) {
        more = false;
        break;
      }
      // std::function must be copyable, so the task is shared with it.
      auto task = std::make_shared<std::packaged_task<Out()>>(
          [&work, held = std::make_shared<Item>(std::move(*item))] {
            return work(std::move(*held));
          });
      flying.push_back(task->get_future());
      submit([task] { (*task)(); });
    }
    if (stop.stop_requested()) more = false;
    if (flying.empty()) continue;
    Out out = flying.front().get();
    flying.pop_front();
    if (!stop.stop_requested()) consume(std::move(out));
  }
}

}  // namespace eqlab
