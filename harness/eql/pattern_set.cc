// Rule writers repeat themselves: `C:\Users\*\a.exe`, `C:\Users\*\b.exe`. A literal that many
// patterns share is common in events as well and would bring them all in, so the literal of a
// pattern is chosen by its length less the logarithm of how many patterns have it.
#include "harness/eql/pattern_set.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>
#include <utility>

namespace eqlab::eql {

PatternSet::PatternSet(std::vector<Wildcard> patterns, std::size_t one_by_one)
    : patterns_(std::move(patterns)), one_by_one_(patterns_.size() <= one_by_one) {
  if (!one_by_one_) represent_by_literals();
}

void PatternSet::represent_by_literals() {
  std::vector<std::vector<std::string_view>> literals;
  std::unordered_map<std::string_view, std::size_t> uses;  // looked up, never iterated
  for (const Wildcard& pattern : patterns_) {
    literals.push_back(pattern.literals());
    for (const std::string_view literal : literals.back()) ++uses[literal];
  }
  const auto rarity = [&](std::string_view literal) {
    return static_cast<std::ptrdiff_t>(literal.size()) -
           static_cast<std::ptrdiff_t>(std::bit_width(uses.find(literal)->second));
  };
  std::vector<std::string> chosen;
  std::unordered_map<std::string_view, std::uint32_t> ids;  // looked up, never iterated
  std::vector<std::vector<std::uint32_t>> patterns_of;
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
    if (literals[i].empty()) {
      const std::size_t length = patterns_[i].any_count();
      if (patterns_[i].has_star()) {
        shortest_open_ = std::min(shortest_open_.value_or(length), length);
      } else {
        exact_lengths_.push_back(length);
      }
      continue;
    }
    const std::string_view literal = *std::ranges::max_element(literals[i], {}, rarity);
    const auto [known, is_new] =
        ids.try_emplace(literal, static_cast<std::uint32_t>(chosen.size()));
    if (is_new) {
      chosen.emplace_back(literal);
      patterns_of.emplace_back();
    }
    patterns_of[known->second].push_back(i);
  }
  std::ranges::sort(exact_lengths_);
  for (const std::vector<std::uint32_t>& patterns : patterns_of) {
    first_.push_back(static_cast<std::uint32_t>(tried_.size()));
    tried_.insert(tried_.end(), patterns.begin(), patterns.end());
  }
  first_.push_back(static_cast<std::uint32_t>(tried_.size()));
  finder_ = LiteralFinder(chosen);
}

bool PatternSet::matches(std::string_view text, Scratch& scratch) const {
  if (one_by_one_) return matches_one_by_one(text);
  if (matches_by_length(text)) return true;
  return finder_.find(text, scratch.marks, [&](LiteralFinder::LiteralId literal) {
    const auto tried = tried_.begin();
    return std::any_of(tried + first_[literal], tried + first_[literal + 1],
                       [&](std::uint32_t i) { return patterns_[i].matches(text); });
  });
}

bool PatternSet::matches_by_length(std::string_view text) const {
  if (exact_lengths_.empty() && !shortest_open_) return false;
  const std::size_t length = count_characters(text);
  return (shortest_open_ && length >= *shortest_open_) ||
         std::ranges::binary_search(exact_lengths_, length);
}

bool PatternSet::matches_one_by_one(std::string_view text) const {
  return std::ranges::any_of(patterns_,
                             [&](const Wildcard& pattern) { return pattern.matches(text); });
}

}  // namespace eqlab::eql
