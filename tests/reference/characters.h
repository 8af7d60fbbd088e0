#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Texts as the two halves of the language see them: code points for native leaves, UTF-16 units
/// for scripts.
namespace eqlab::reference {

[[nodiscard]] std::u32string to_utf32(std::string_view utf8);
[[nodiscard]] std::u16string to_utf16(std::string_view utf8);
[[nodiscard]] std::string to_utf8(std::u16string_view text);
[[nodiscard]] std::u32string to_utf32(std::u16string_view text);

/// Java's case mapping for ASCII, Latin-1, basic Greek and Cyrillic, and `İ`; other letters stay.
[[nodiscard]] std::u16string java_lower(std::u16string_view text);
/// Unit by unit: equal after upper-casing, or after lower-casing that.
[[nodiscard]] bool java_equal_ignoring_case(std::u16string_view left, std::u16string_view right);

/// One item of a wildcard pattern.
struct PatternItem {
  enum class Kind { literal, one, run } kind = Kind::literal;
  char32_t literal = 0;
};
enum class PatternSyntax { plain, with_escapes };
[[nodiscard]] std::vector<PatternItem> parse_wildcard(std::u32string_view pattern,
                                                      PatternSyntax syntax);

struct WildcardOptions {
  bool fold_ascii = false;
  bool stop_at_line_ends = false;  ///< script leaves: `*` and `?` do not match line terminators
};
/// The whole text, by a table over (items × characters).
[[nodiscard]] bool matches_wildcard(const std::vector<PatternItem>& items, std::u32string_view text,
                                    WildcardOptions options);

[[nodiscard]] char32_t fold_ascii(char32_t c);

}  // namespace eqlab::reference
