#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

/// Sets of code points, for the two regular expression dialects.
namespace eqlab::eql {

inline constexpr char32_t code_point_max = 0x10FFFF;

struct CharacterRange {
  char32_t first = 0;
  char32_t last = 0;  ///< included
  friend auto operator<=>(const CharacterRange&, const CharacterRange&) = default;
};

/// Ranges are sorted, disjoint and never touch, so equal sets compare equal.
class CharacterSet {
 public:
  CharacterSet() = default;
  CharacterSet(std::initializer_list<CharacterRange> ranges);
  [[nodiscard]] static CharacterSet of(char32_t c) { return {{c, c}}; }
  [[nodiscard]] static CharacterSet any() { return {{0, code_point_max}}; }

  void add(CharacterRange range);
  void add(const CharacterSet& other);
  [[nodiscard]] CharacterSet complement() const;
  [[nodiscard]] CharacterSet intersect(const CharacterSet& other) const;
  /// With both cases of every ASCII letter of the set; nothing beyond ASCII folds.
  [[nodiscard]] CharacterSet fold_ascii() const;
  [[nodiscard]] bool contains(char32_t c) const;
  [[nodiscard]] const std::vector<CharacterRange>& ranges() const { return ranges_; }

  friend auto operator<=>(const CharacterSet&, const CharacterSet&) = default;

 private:
  std::vector<CharacterRange> ranges_;
};

namespace characters {
/// `\d`, `\w` of both dialects: ASCII.
[[nodiscard]] CharacterSet digits();
[[nodiscard]] CharacterSet word();
}  // namespace characters

/// Appends `set` as one unit of RE2 syntax, which a repetition may follow.
void append_re2(std::string& out, const CharacterSet& set);

/// Takes the first code point off `text`, which is not empty. A byte that is not UTF-8 reads as
/// U+FFFD.
[[nodiscard]] char32_t take_character(std::string_view& text);

}  // namespace eqlab::eql
