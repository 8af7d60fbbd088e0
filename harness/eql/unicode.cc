#include "harness/eql/unicode.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <charconv>
#include <cmath>
#include <vector>

#include "harness/base/text.h"

namespace eqlab::eql {
namespace {

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

}  // namespace

Utf16 to_utf16(std::string_view text) {
  const icu::UnicodeString wide = from_utf8(text);
  return {wide.getBuffer(), static_cast<std::size_t>(wide.length())};
}

std::string to_utf8(const Utf16& text) {
  std::string out;
  icu::UnicodeString(text.data(), static_cast<int32_t>(text.size())).toUTF8String(out);
  return out;
}

std::size_t utf16_length(std::string_view text) {
  return static_cast<std::size_t>(from_utf8(text).length());
}

std::string lower(std::string_view text) {
  std::string out;
  from_utf8(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
  return out;
}

bool equal_folded(std::string_view a, std::string_view b) {
  const icu::UnicodeString x = from_utf8(a);
  const icu::UnicodeString y = from_utf8(b);
  if (x.length() != y.length()) return false;
  for (int32_t i = 0; i < x.length(); ++i) {
    if (x[i] != y[i] && u_tolower(u_toupper(x[i])) != u_tolower(u_toupper(y[i]))) return false;
  }
  return true;
}

std::string java_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  const double size = std::abs(number);
  if (number == 0 || (size >= 1e-3 && size < 1e7)) {
    char buffer[64];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
    std::string text(buffer, end);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
  }
  char buffer[64];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  // 1.5e+10 → 1.5E10; 1e-05 → 1.0E-5
  std::string text(buffer, end);
  const std::size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  const int exponent =
      *parse_number<int>(text[e + 1] == '+' ? std::string_view(text).substr(e + 2)
                                            : std::string_view(text).substr(e + 1));
  return format("{}E{}", mantissa, exponent);
}

bool wildcard_within_lines(std::string_view pattern, std::string_view text) {
  const auto p = split_characters(pattern);
  const auto t = split_characters(text);
  const auto ends_line = [](std::string_view c) {
    return c == "\n" || c == "\r" || c == "\xC2\x85" || c == "\xE2\x80\xA8" || c == "\xE2\x80\xA9";
  };
  // reach[j]: the pattern so far can end after j characters of the text.
  std::vector<char> reach(t.size() + 1, 0);
  reach[0] = 1;
  for (const std::string_view c : p) {
    std::vector<char> after(t.size() + 1, 0);
    if (c == "*") {
      after = reach;
      for (std::size_t j = 0; j < t.size(); ++j) {
        if (after[j] != 0 && !ends_line(t[j])) after[j + 1] = 1;
      }
    } else {
      for (std::size_t j = 0; j < t.size(); ++j) {
        if (reach[j] != 0 && (c == "?" ? !ends_line(t[j]) : c == t[j])) after[j + 1] = 1;
      }
    }
    reach = std::move(after);
  }
  return reach[t.size()] != 0;
}

}  // namespace eqlab::eql
