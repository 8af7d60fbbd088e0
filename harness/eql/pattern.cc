// The pattern is cut at its stars. The first and the last run are anchored and have a fixed number
// of characters, so they are compared where they must stand; each run between is taken at its first
// occurrence after the one before, which is always right because a star can take the rest.
//
// A run with `?` is looked for by its longest literal, and what stands around each occurrence is
// compared character by character. That is fast and can be made slow on purpose (`*a??…?b*` over a
// long row of `a`), so such comparisons are counted, and when they have cost more than a few passes
// over the text, the run is found bit-parallel instead: bit i of the state says that the run's
// first i + 1 elements end here (Baeza-Yates and Gonnet: A new approach to text searching, 1992).
// Held equal to a plain matcher in tests/unit/eql/pattern_test.cc and tests/exhaustive.
#include "harness/eql/pattern.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "harness/base/text.h"

namespace eqlab::eql {
namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Moves `at` over `count` code points; false where the text has not as many.
bool skip_forward(std::string_view text, std::size_t& at, std::size_t count) {
  for (; count > 0; --count) {
    if (at >= text.size()) return false;
    ++at;
    while (at < text.size() && is_continuation(text[at])) ++at;
  }
  return true;
}

/// The same towards the front.
bool skip_backward(std::string_view text, std::size_t& at, std::size_t count) {
  for (; count > 0; --count) {
    if (at == 0) return false;
    --at;
    while (at > 0 && is_continuation(text[at])) --at;
  }
  return true;
}

/// The library's find may take O(text × literal); memmem does not, but prepares itself first, which
/// short texts do not repay.
std::size_t find_literal(std::string_view text, std::string_view literal, std::size_t from) {
  constexpr std::size_t short_text = 256;
  const std::string_view rest = text.substr(from);
  if (rest.size() <= short_text) {
    const std::size_t at = rest.find(literal);
    return at == npos ? npos : from + at;
  }
  const void* const found = ::memmem(rest.data(), rest.size(), literal.data(), literal.size());
  return found == nullptr ? npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

/// Finds the runs of one pattern in one text, left to right.
class Wildcard::Search {
 public:
  explicit Search(std::string_view text) : text_(text), work_left_(4 * text.size() + 256) {}

  [[nodiscard]] std::size_t size() const { return text_.size(); }

  bool take_front(const Run& run) {
    std::size_t end = 0;
    if (!matches_from(run, 0, end)) return false;
    text_.remove_prefix(end);
    return true;
  }

  bool take_back(const Run& run) {
    std::size_t begin = text_.size();
    for (auto segment = run.segments.rbegin(); segment != run.segments.rend(); ++segment) {
      if (!text_.substr(0, begin).ends_with(segment->literal)) return false;
      begin -= segment->literal.size();
      if (!skip_backward(text_, begin, segment->any)) return false;
    }
    text_ = text_.substr(0, begin);
    return true;
  }

  /// Takes the text up to the end of the run's first occurrence.
  bool take_first(const Run& run) {
    const std::size_t end = find_end(run);
    if (end == npos) return false;
    text_.remove_prefix(end);
    return true;
  }

 private:
  /// Do the segments from number `first` on stand at `end`? Moves it behind them.
  bool matches_from(const Run& run, std::size_t first, std::size_t& end) {
    for (std::size_t i = first; i < run.segments.size(); ++i) {
      const Segment& segment = run.segments[i];
      spend(1 + segment.any + segment.literal.size());
      if (!skip_forward(text_, end, segment.any)) return false;
      if (!text_.substr(end).starts_with(segment.literal)) return false;
      end += segment.literal.size();
    }
    return true;
  }

  /// Do the segments before number `last`, and the `?` of that one, stand before `begin`?
  bool matches_before(const Run& run, std::size_t last, std::size_t begin) {
    for (std::size_t i = last;; --i) {
      const Segment& segment = run.segments[i];
      spend(1 + segment.any);
      if (!skip_backward(text_, begin, segment.any)) return false;
      if (i == 0) return true;
      const std::string& literal = run.segments[i - 1].literal;
      spend(literal.size());
      if (!text_.substr(0, begin).ends_with(literal)) return false;
      begin -= literal.size();
    }
  }

  std::size_t find_end(const Run& run) {
    if (run.segments.empty()) return 0;
    const Segment& longest = run.segments[run.longest];
    if (longest.literal.empty()) {
      std::size_t end = 0;
      return skip_forward(text_, end, longest.any) ? end : npos;
    }
    const bool is_plain = run.segments.size() == 1 && longest.any == 0;
    for (std::size_t from = 0;; ++from) {
      if (!is_plain && work_left_ == 0) return find_end_by_bits(run);
      from = find_literal(text_, longest.literal, from);
      if (from == npos) return npos;
      std::size_t end = from + longest.literal.size();
      if (is_plain) return end;
      spend(1 + longest.literal.size());
      if (matches_before(run, run.longest, from) && matches_from(run, run.longest + 1, end))
        return end;
    }
  }

  /// One pass over the text, a shift for each 64 elements of the run.
  [[nodiscard]] std::size_t find_end_by_bits(const Run& run) const {
    using Word = std::uint64_t;
    constexpr std::size_t bits = 64;
    std::size_t count = 0;
    for (const Segment& segment : run.segments) count += segment.any + segment.literal.size();
    const std::size_t words = (count + bits - 1) / bits;
    // One row of the table for each byte of the run, one for all other bytes.
    std::array<std::uint16_t, 256> row_of = {};
    std::uint16_t rows = 1;
    for (const Segment& segment : run.segments) {
      for (const char byte : segment.literal) {
        std::uint16_t& row = row_of[static_cast<unsigned char>(byte)];
        if (row == 0) row = rows++;
      }
    }
    std::vector<Word> any(words, 0);
    std::vector<Word> table(rows * words, 0);
    std::size_t element = 0;
    for (const Segment& segment : run.segments) {
      for (std::size_t i = 0; i < segment.any; ++i, ++element)
        any[element / bits] |= Word{1} << (element % bits);
      for (const char byte : segment.literal) {
        const std::size_t row = row_of[static_cast<unsigned char>(byte)];
        table[row * words + element / bits] |= Word{1} << (element % bits);
        ++element;
      }
    }
    std::vector<Word> state(words, 0);
    const std::size_t last_word = (count - 1) / bits;
    const Word last_bit = Word{1} << ((count - 1) % bits);
    for (std::size_t at = 0; at < text_.size(); ++at) {
      const Word* const row = &table[row_of[static_cast<unsigned char>(text_[at])] * words];
      // `?` begins with the first byte of a character and stays for its other bytes.
      const Word stays = is_continuation(text_[at]) ? ~Word{0} : 0;
      Word carry = 1;
      for (std::size_t i = 0; i < words; ++i) {
        const Word before = state[i];
        const Word shifted = (before << 1U) | carry;
        carry = before >> (bits - 1);
        state[i] = (shifted & (row[i] | (any[i] & ~stays))) | (before & any[i] & stays);
      }
      if ((state[last_word] & last_bit) != 0) {
        std::size_t end = at + 1;
        while (end < text_.size() && is_continuation(text_[end])) ++end;
        return end;
      }
    }
    return npos;
  }

  void spend(std::size_t work) { work_left_ -= std::min(work_left_, work); }

  std::string_view text_;  ///< what is left of it
  std::size_t work_left_;
};

Wildcard::Wildcard(std::string_view pattern, Escapes escapes) {
  runs_.emplace_back();
  anchored_front_ = !pattern.starts_with('*');
  anchored_back_ = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    anchored_back_ = c != '*';
    if (c == '*') {
      if (!runs_.back().segments.empty()) runs_.emplace_back();
      continue;
    }
    ++bytes_min_;
    if (c == '?') {
      add_any(runs_.back());
    } else if (c == '\\' && escapes == Escapes::backslash && i + 1 < pattern.size()) {
      add_literal(runs_.back(), pattern[++i]);
    } else {
      add_literal(runs_.back(), c);
    }
  }
  if (!anchored_back_ && runs_.back().segments.empty() && runs_.size() > 1) runs_.pop_back();
  for (Run& run : runs_) {
    const auto longest = std::ranges::max_element(
        run.segments, {}, [](const Segment& segment) { return segment.literal.size(); });
    run.longest = static_cast<std::size_t>(longest - run.segments.begin());
  }
}

Wildcard Wildcard::beginning_with(std::string_view text) {
  Wildcard pattern("*");
  pattern.anchored_front_ = true;
  for (const char byte : text) add_literal(pattern.runs_[0], byte);
  pattern.bytes_min_ = text.size();
  return pattern;
}

void Wildcard::add_any(Run& run) {
  if (run.segments.empty() || !run.segments.back().literal.empty()) run.segments.emplace_back();
  ++run.segments.back().any;
}

void Wildcard::add_literal(Run& run, char byte) {
  if (run.segments.empty()) run.segments.emplace_back();
  run.segments.back().literal += byte;
}

bool Wildcard::matches(std::string_view text) const {
  if (text.size() < bytes_min_) return false;
  Search search(text);
  std::size_t first = 0;
  std::size_t last = runs_.size();
  if (anchored_front_) {
    if (!search.take_front(runs_[0])) return false;
    if (runs_.size() == 1) return !anchored_back_ || search.size() == 0;
    first = 1;
  }
  if (anchored_back_) {
    --last;
    if (!search.take_back(runs_[last])) return false;
  }
  for (std::size_t i = first; i < last; ++i) {
    if (!search.take_first(runs_[i])) return false;
  }
  return true;
}

std::vector<std::string_view> Wildcard::literals() const {
  std::vector<std::string_view> all;
  for (const Run& run : runs_) {
    for (const Segment& segment : run.segments) {
      if (!segment.literal.empty()) all.emplace_back(segment.literal);
    }
  }
  return all;
}

std::size_t Wildcard::any_count() const {
  std::size_t count = 0;
  for (const Run& run : runs_) {
    for (const Segment& segment : run.segments) count += segment.any;
  }
  return count;
}

bool has_wildcards(std::string_view text) { return text.find_first_of("*?") != npos; }

bool matches_everything(std::string_view pattern) {
  return !pattern.empty() && pattern.find_first_not_of('*') == npos;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

}  // namespace eqlab::eql
