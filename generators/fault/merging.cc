// Tested in tests/unit/generators/fault_test.cc.
#include "generators/fault/merging.h"

#include <algorithm>
#include <tuple>

namespace eqlab::generators {
namespace {

bool is_process(Kind kind) { return kind == Kind::fork || kind == Kind::exec || kind == Kind::end; }
bool is_flow(Kind kind) { return kind == Kind::connect || kind == Kind::disconnect; }

/// What belongs together: (0, process) or (1, flow).
std::tuple<int, std::uint32_t> subject_of(const Event& event) {
  return is_process(event.kind) ? std::tuple(0, event.process) : std::tuple(1, event.detail);
}

Kind merged_kind(bool has_fork, bool has_exec, bool has_end) {
  if (!has_end) return Kind::fork_exec;
  if (!has_exec) return Kind::fork_end;
  return has_fork ? Kind::fork_exec_end : Kind::exec_end;
}

}  // namespace

bool merges(const FaultOptions& options, const Host& host) {
  switch (options.merging) {
    case Merging::off:
      return false;
    case Merging::by_version:
      return host.agent.at_least(8, 18);
    case Merging::on:
      return true;
  }
  return false;
}

void merge_events(std::vector<Event>& events, EventTime to, MergedTime merged_time,
                  std::vector<Event>& absorbed) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    if (is_process(events[i].kind) || is_flow(events[i].kind)) order.push_back(i);
  }
  // Of equal time, in the order in which they happened: a fork before its exec.
  std::ranges::sort(order, {}, [&](std::uint32_t i) {
    return std::tuple(subject_of(events[i]), events[i].time, i);
  });
  std::vector<bool> is_gone(events.size(), false);
  for (std::size_t first = 0; first < order.size();) {
    const Event& head = events[order[first]];
    std::size_t end = first + 1;
    const bool opens = head.kind != Kind::end && head.kind != Kind::disconnect && head.time < to;
    while (opens && end < order.size() && subject_of(events[order[end]]) == subject_of(head) &&
           events[order[end]].time - head.time <= merge_window &&
           // A pid's life has one end; the table may give a place to nothing else before that.
           events[order[end - 1]].kind != Kind::end)
      ++end;
    if (end - first >= 2) {
      // The last exec, or what there is, lives on: it has the image that the document shows.
      std::size_t keeper = first;
      bool has_fork = false;
      bool has_exec = false;
      bool has_end = false;
      for (std::size_t k = first; k < end; ++k) {
        const Kind kind = events[order[k]].kind;
        has_fork = has_fork || kind == Kind::fork;
        has_exec = has_exec || kind == Kind::exec;
        has_end = has_end || kind == Kind::end;
        if (kind == Kind::exec) keeper = k;
      }
      Event& kept = events[order[keeper]];
      const Event& last = events[order[end - 1]];
      for (std::size_t k = first; k < end; ++k) {
        if (k == keeper) continue;
        absorbed.push_back(events[order[k]]);
        is_gone[order[k]] = true;
      }
      if (is_flow(head.kind)) {
        kept.kind = Kind::connect_disconnect;
      } else {
        kept.kind = merged_kind(has_fork, has_exec, has_end);
        if (has_end) kept.detail = last.detail;  // the exit code
      }
      if (merged_time == MergedTime::end) kept.time = last.time;
    }
    first = end;
  }
  std::size_t place = 0;
  std::erase_if(events, [&](const Event&) { return is_gone[place++]; });
}

}  // namespace eqlab::generators
