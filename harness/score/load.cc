#include "harness/score/load.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace eqlab::score {
namespace {

std::int64_t hour_of(Duration since_1970) {
  return std::chrono::floor<std::chrono::hours>(since_1970).count();
}

std::vector<LoadCell> cells(const std::map<std::int64_t, std::uint64_t>& counts,
                            std::int64_t hours) {
  std::vector<LoadCell> out;
  for (const auto& [number, count] : counts) {
    out.push_back({.start = WallTime(std::chrono::hours{number * hours}), .alerts = count});
  }
  return out;
}

}  // namespace

Load load_of(const std::vector<WallTime>& times, EventTime from, EventTime to) {
  Load out;
  std::map<std::int64_t, std::uint64_t> hours;
  std::map<std::int64_t, std::uint64_t> days;
  for (const WallTime time : times) {
    const std::int64_t hour = hour_of(time.time_since_epoch());
    ++hours[hour];
    const std::int64_t day = std::chrono::floor<std::chrono::days>(time.time_since_epoch()).count();
    ++days[day];
    ++out.by_hour_of_day[static_cast<std::size_t>(hour - day * 24)];
  }
  if (from >= to && times.empty()) return out;
  std::int64_t first = hour_of(from.time_since_epoch());
  std::int64_t last = from < to ? hour_of(to.time_since_epoch() - Duration(1)) : first;
  if (!hours.empty()) {
    if (from >= to) first = hours.begin()->first;
    first = std::min(first, hours.begin()->first);
    last = std::max(last, hours.rbegin()->first);
  }
  out.hours = static_cast<std::uint64_t>(last - first + 1);
  out.first_hour = WallTime(std::chrono::hours{first});
  out.per_hour_mean = static_cast<double>(times.size()) / static_cast<double>(out.hours);
  std::vector<std::uint64_t> counts;  // of hours with any, falling
  for (const auto& [hour, count] : hours) {
    counts.push_back(count);
    if (count > out.per_hour_max) {
      out.per_hour_max = count;
      out.busiest_hour = WallTime(std::chrono::hours{hour});
    }
  }
  if (out.hours >= 20) {
    std::ranges::sort(counts, std::greater<>());
    // By nearest rank; hours without alerts stand at the low end.
    const std::uint64_t rank = (out.hours * 95 + 99) / 100;
    const std::uint64_t from_above = out.hours - rank;
    out.per_hour_p95 = from_above < counts.size() ? counts[from_above] : 0;
  }
  out.by_hour = cells(hours, 1);
  out.by_day = cells(days, 24);
  return out;
}

}  // namespace eqlab::score
