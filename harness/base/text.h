#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab {

/// The only way to format text here; the standard library of the oldest supported compiler has
/// none. An object, not a function: newer libraries do have a `std::format`, which a call
/// `format("{}", name)` with a std::string would find beside a function of ours, and be ambiguous.
struct Formatter {
  template <class... Args>
  [[nodiscard]] std::string operator()(fmt::format_string<Args...> pattern, Args&&... args) const {
    return fmt::format(pattern, std::forward<Args>(args)...);
  }
};
inline constexpr Formatter format{};

/// Control characters, bidirectional marks and invalid UTF-8 as visible escapes (`\n`, `\x1b`,
/// `\u202e`): what may be printed on a terminal when the text comes from events or rules.
[[nodiscard]] std::string printable(std::string_view text);

/// The code points of `text` as pieces of it; a byte that is not UTF-8 is a piece of its own.
[[nodiscard]] std::vector<std::string_view> split_characters(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text);
/// Appends code point `c` as UTF-8.
void append_utf8(std::string& out, char32_t c);

/// ASCII letters to lower case, all else unchanged (in EQL, native leaves fold ASCII only).
[[nodiscard]] std::string fold_ascii(std::string_view text);
[[nodiscard]] constexpr char fold_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The whole of `text` as a number, or nothing. Decimal, no spaces; a sign where the type has one.
template <class Number>
requires std::integral<Number> || std::floating_point<Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text);
extern template std::optional<int> parse_number<int>(std::string_view);
extern template std::optional<long> parse_number<long>(std::string_view);
extern template std::optional<unsigned> parse_number<unsigned>(std::string_view);
extern template std::optional<unsigned long> parse_number<unsigned long>(std::string_view);
extern template std::optional<double> parse_number<double>(std::string_view);

/// 1234567 → "1,234,567".
[[nodiscard]] std::string group_digits(std::int64_t number);
/// Shortest text that reads back as the same number; "1.0" for whole numbers.
[[nodiscard]] std::string shortest(double number);

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view between);
[[nodiscard]] std::string_view trim(std::string_view text);

/// The candidates nearest to `wanted` by edit distance (case ignored), best first, at most `count`;
/// only those close enough to be a slip of the pen. O(candidates × length²).
[[nodiscard]] std::vector<std::string> nearest(std::string_view wanted,
                                               const std::vector<std::string_view>& candidates,
                                               std::size_t count);

}  // namespace eqlab
