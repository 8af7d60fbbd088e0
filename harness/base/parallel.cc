#include "harness/base/parallel.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace eqlab {

struct OrderedPool::Impl {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> jobs;
  bool closing = false;
  std::vector<std::thread> threads;

  void serve() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return closing || !jobs.empty(); });
        if (jobs.empty()) return;
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      job();
    }
  }
};

OrderedPool::OrderedPool(unsigned threads) : threads_(threads), impl_(std::make_unique<Impl>()) {
  if (threads_ <= 1) return;
  try {
    for (unsigned i = 0; i < threads_; ++i) impl_->threads.emplace_back([this] { impl_->serve(); });
  } catch (const std::system_error&) {
    // The system gives no more threads: those that started do the work, or this one does.
    if (impl_->threads.empty()) threads_ = 1;
  }
}

OrderedPool::~OrderedPool() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
  }
  impl_->wake.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

void OrderedPool::submit(std::function<void()> job) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->jobs.push_back(std::move(job));
  }
  impl_->wake.notify_one();
}

unsigned hardware_threads() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace eqlab
