#include "harness/tune/frontier.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace eqlab::tune {

std::vector<std::size_t> pareto_front(std::span<const Figures> figures) {
  std::vector<std::size_t> order(figures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // All were measured on the same hosts and incidents, so counts compare.
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(figures[i].false_alarms.count,
                      -static_cast<std::int64_t>(figures[i].recall.hits), i);
  });
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    if (front.empty() || figures[i].recall.hits > figures[front.back()].recall.hits)
      front.push_back(i);
  }
  return front;
}

}  // namespace eqlab::tune
