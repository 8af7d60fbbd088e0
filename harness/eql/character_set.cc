#include "harness/eql/character_set.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::eql {
namespace {

constexpr char32_t case_gap = 'a' - 'A';

bool is_letter_in_both_cases(const CharacterSet& set) {
  const auto& ranges = set.ranges();
  return ranges.size() == 2 && ranges[0].first == ranges[0].last && ranges[0].first >= 'A' &&
         ranges[0].first <= 'Z' &&
         ranges[1] == CharacterRange{ranges[0].first + case_gap, ranges[0].first + case_gap};
}

}  // namespace

CharacterSet::CharacterSet(std::initializer_list<CharacterRange> ranges) {
  for (const CharacterRange range : ranges) add(range);
}

void CharacterSet::add(CharacterRange range) {
  // The ranges that overlap or touch the new one are one run: they and it become a single range.
  const auto from = std::ranges::lower_bound(ranges_, range.first, {},
                                             [](const CharacterRange& r) { return r.last + 1; });
  auto to = from;
  for (; to != ranges_.end() && to->first <= range.last + 1; ++to) {
    range.first = std::min(range.first, to->first);
    range.last = std::max(range.last, to->last);
  }
  ranges_.insert(ranges_.erase(from, to), range);
}

void CharacterSet::add(const CharacterSet& other) {
  for (const CharacterRange range : other.ranges_) add(range);
}

CharacterSet CharacterSet::complement() const {
  CharacterSet out;
  char32_t next = 0;
  for (const auto& [first, last] : ranges_) {
    if (first > next) out.ranges_.push_back({next, first - 1});
    next = last + 1;
  }
  if (next <= code_point_max) out.ranges_.push_back({next, code_point_max});
  return out;
}

CharacterSet CharacterSet::intersect(const CharacterSet& other) const {
  CharacterSet outside = complement();
  outside.add(other.complement());
  return outside.complement();
}

CharacterSet CharacterSet::fold_ascii() const {
  CharacterSet out = *this;
  for (const CharacterRange upper : intersect({{'A', 'Z'}}).ranges_)
    out.add({upper.first + case_gap, upper.last + case_gap});
  for (const CharacterRange lower : intersect({{'a', 'z'}}).ranges_)
    out.add({lower.first - case_gap, lower.last - case_gap});
  return out;
}

bool CharacterSet::contains(char32_t c) const {
  const auto at = std::ranges::lower_bound(ranges_, c, {}, &CharacterRange::last);
  return at != ranges_.end() && at->first <= c;
}

CharacterSet characters::digits() { return {{'0', '9'}}; }
CharacterSet characters::word() { return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; }

void append_re2(std::string& out, const CharacterSet& set) {
  const auto append = [&](char32_t c) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    out += plain ? std::string(1, static_cast<char>(c))
                 : format("\\x{{{:x}}}", static_cast<unsigned>(c));
  };
  const auto& ranges = set.ranges();
  if (ranges.empty()) {
    out += "[^\\x{0}-\\x{10ffff}]";
  } else if (set == CharacterSet::any()) {
    out += "(?s:.)";
  } else if (ranges.size() == 1 && ranges[0].first == ranges[0].last) {
    append(ranges[0].first);
  } else if (is_letter_in_both_cases(set)) {
    // Written as a class, RE2 would take it for a literal that ignores case; and where it merges
    // such a one with its neighbours in an alternation it adds what else folds to the letter (the
    // Kelvin sign, the long s), or forgets the upper case if the lower is there already.
    out += "(?:";
    append(ranges[0].first);
    out += '|';
    append(ranges[1].first);
    out += ')';
  } else {
    out += '[';
    for (const auto& [first, last] : ranges) {
      append(first);
      if (last == first) continue;
      out += '-';
      append(last);
    }
    out += ']';
  }
}

char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  constexpr char32_t replacement = 0xFFFD;
  if (length == 1) {
    text.remove_prefix(1);
    return lead;
  }
  char32_t c = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || (byte(i) & 0xC0U) != 0x80U) {
      text.remove_prefix(1);
      return replacement;
    }
    c = (c << 6U) | (byte(i) & 0x3FU);
  }
  text.remove_prefix(std::max<std::size_t>(length, 1));
  return length == 0 ? replacement : c;
}

}  // namespace eqlab::eql
