#pragma once

#include <string>
#include <string_view>

/// Text as Java sees it, for script leaves. The tables are ICU's.
namespace eqlab::eql {

using Utf16 = std::u16string;

[[nodiscard]] Utf16 to_utf16(std::string_view text);
/// Unpaired surrogates become U+FFFD.
[[nodiscard]] std::string to_utf8(const Utf16& text);
[[nodiscard]] std::size_t utf16_length(std::string_view text);

/// Lower case in the root locale; may change the length (`İ`).
[[nodiscard]] std::string lower(std::string_view text);
/// Java's equalsIgnoreCase: unit by unit, upper case then lower case.
[[nodiscard]] bool equal_folded(std::string_view a, std::string_view b);

/// A double as Java prints it: `2.0`, `1.0E10`, `1.0E-5`, `NaN`, `Infinity`.
[[nodiscard]] std::string java_text(double number);

/// `*` and `?` as a Java regex without dot-all reads them: neither takes a line end. O(text ×
/// pattern).
[[nodiscard]] bool wildcard_within_lines(std::string_view pattern, std::string_view text);

}  // namespace eqlab::eql
