// SampleIterator: for every key that has an event in each box, the first combinations of distinct
// events.
#include <algorithm>
#include <map>

#include "harness/match/join_keys.h"
#include "harness/match/sequence.h"

namespace eqlab::match {
namespace {

/// The events of one key, a list for each box.
using Boxes = std::vector<std::vector<CandidateIndex>>;

class Enumeration {
 public:
  Enumeration(const Boxes& boxes, std::uint64_t wanted) : boxes_(boxes), wanted_(wanted) {}

  std::vector<std::vector<CandidateIndex>> run() {
    descend();
    return std::move(found_);
  }

 private:
  void descend() {  // NOLINT(misc-no-recursion): depth is the number of boxes, at most
                    // limits::sample_stages_max
    if (chosen_.size() == boxes_.size()) {
      found_.push_back(chosen_);
      return;
    }
    for (const CandidateIndex candidate : boxes_[chosen_.size()]) {
      if (found_.size() >= wanted_) return;
      if (std::ranges::find(chosen_, candidate) != chosen_.end()) continue;
      chosen_.push_back(candidate);
      if (can_be_filled()) descend();
      chosen_.pop_back();
    }
  }

  /// Can the boxes that are left be filled with distinct events at all? Trying as many unused
  /// events of each as there are boxes is enough, so the answer costs little, and no descent is in
  /// vain.
  bool can_be_filled() {  // NOLINT(misc-no-recursion): depth is the number of boxes
    if (chosen_.size() == boxes_.size()) return true;
    std::size_t tried = 0;
    for (const CandidateIndex candidate : boxes_[chosen_.size()]) {
      if (tried == boxes_.size()) return false;
      if (std::ranges::find(chosen_, candidate) != chosen_.end()) continue;
      ++tried;
      chosen_.push_back(candidate);
      const bool filled = can_be_filled();
      chosen_.pop_back();
      if (filled) return true;
    }
    return false;
  }

  const Boxes& boxes_;
  std::uint64_t wanted_;
  std::vector<CandidateIndex> chosen_;
  std::vector<std::vector<CandidateIndex>> found_;
};

}  // namespace

Matches find_samples(const eql::CheckedQuery& query, const scan::QueryBinding& binding,
                     const scan::CandidateLog& log, std::span<const CandidateIndex> visible,
                     const MatchOptions& options) {
  // Time plays no part: events are taken in order of input.
  std::vector<CandidateIndex> by_input(visible.begin(), visible.end());
  std::ranges::sort(by_input, {}, [&](CandidateIndex c) { return std::pair(log.ordinal(c), c); });

  const std::size_t boxes = query.stages.size();
  const std::uint64_t listed_max = boxes + options.max_samples_per_key - 1;
  Matches out;
  KeyTable keys;
  std::vector<Boxes> by_key;
  for (const CandidateIndex candidate : by_input) {
    for (std::size_t box = 0; box < boxes; ++box) {
      if (!log.satisfies(candidate, binding.stages[box].filter)) continue;
      const bool whole =
          for_each_key(log, candidate, binding.stages[box], [&](const KeyTuple& key) {
            const std::uint32_t number = keys.number(key);
            if (number >= by_key.size()) by_key.resize(keys.size(), Boxes(boxes));
            if (by_key[number][box].size() < listed_max) by_key[number][box].push_back(candidate);
          });
      out.cut_keys += whole ? 0 : 1;
    }
  }
  std::vector<std::uint32_t> order(by_key.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return key_less(log, keys.tuple(a), keys.tuple(b));
  });

  const std::uint64_t size = options.size.value_or(UINT64_MAX);
  for (const std::uint32_t number : order) {
    for (std::vector<CandidateIndex>& events :
         Enumeration(by_key[number], options.max_samples_per_key).run()) {
      if (out.matches.size() >= size) return out;
      out.matches.push_back({std::move(events), keys.tuple(number)});
    }
  }
  return out;
}

}  // namespace eqlab::match
