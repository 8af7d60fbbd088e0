#include "tests/reference/characters.h"

#include "harness/base/text.h"

namespace eqlab::reference {
namespace {

char32_t decode(std::string_view piece) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(piece[i]));
  };
  switch (piece.size()) {
    case 1:
      return byte(0) < 0x80 ? byte(0) : U'\uFFFD';
    case 2:
      return (byte(0) & 0x1FU) << 6 | (byte(1) & 0x3FU);
    case 3:
      return (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    default:
      return (byte(0) & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 |
             (byte(3) & 0x3FU);
  }
}

bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r' || c == U'\u0085' || c == U'\u2028' || c == U'\u2029';
}

char16_t lower_unit(char16_t c) {
  if (c >= u'A' && c <= u'Z') return static_cast<char16_t>(c + 32);
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return static_cast<char16_t>(c + 32);
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return static_cast<char16_t>(c + 32);
  if (c >= 0x410 && c <= 0x42F) return static_cast<char16_t>(c + 32);
  if (c >= 0x400 && c <= 0x40F) return static_cast<char16_t>(c + 80);
  return c;
}

char16_t upper_unit(char16_t c) {
  if (c >= u'a' && c <= u'z') return static_cast<char16_t>(c - 32);
  if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return static_cast<char16_t>(c - 32);
  if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) return static_cast<char16_t>(c - 32);
  if (c >= 0x430 && c <= 0x44F) return static_cast<char16_t>(c - 32);
  if (c >= 0x450 && c <= 0x45F) return static_cast<char16_t>(c - 80);
  return c;
}

}  // namespace

std::u32string to_utf32(std::string_view utf8) {
  std::u32string out;
  for (const std::string_view piece : split_characters(utf8)) out += decode(piece);
  return out;
}

std::u16string to_utf16(std::string_view utf8) {
  std::u16string out;
  for (const char32_t c : to_utf32(utf8)) {
    if (c < 0x10000) {
      out += static_cast<char16_t>(c);
    } else {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::u32string to_utf32(std::u16string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t unit = text[i];
    if (unit >= 0xD800 && unit < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 &&
        text[i + 1] < 0xE000) {
      out += 0x10000 + ((unit - 0xD800) << 10) + (char32_t{text[++i]} - 0xDC00);
    } else {
      out += unit;
    }
  }
  return out;
}

std::string to_utf8(std::u16string_view text) {
  std::string out;
  for (const char32_t c : to_utf32(text))
    append_utf8(out, c >= 0xD800 && c < 0xE000 ? U'\uFFFD' : c);
  return out;
}

std::u16string java_lower(std::u16string_view text) {
  std::u16string out;
  for (const char16_t c : text) {
    if (c == 0x130) {
      out += u"i\u0307";
    } else {
      out += lower_unit(c);
    }
  }
  return out;
}

bool java_equal_ignoring_case(std::u16string_view left, std::u16string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const char16_t a = upper_unit(left[i]);
    const char16_t b = upper_unit(right[i]);
    if (a != b && lower_unit(a) != lower_unit(b)) return false;
  }
  return true;
}

char32_t fold_ascii(char32_t c) { return c >= U'A' && c <= U'Z' ? c + 32 : c; }

std::vector<PatternItem> parse_wildcard(std::u32string_view pattern, PatternSyntax syntax) {
  std::vector<PatternItem> items;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char32_t c = pattern[i];
    if (c == U'*') {
      items.push_back({PatternItem::Kind::run, 0});
    } else if (c == U'?') {
      items.push_back({PatternItem::Kind::one, 0});
    } else if (c == U'\\' && syntax == PatternSyntax::with_escapes && i + 1 < pattern.size()) {
      items.push_back({PatternItem::Kind::literal, pattern[++i]});
    } else {
      items.push_back({PatternItem::Kind::literal, c});
    }
  }
  return items;
}

bool matches_wildcard(const std::vector<PatternItem>& items, std::u32string_view text,
                      WildcardOptions options) {
  // reached[i]: the items so far can match the first i characters.
  std::vector<bool> reached(text.size() + 1, false);
  reached[0] = true;
  for (const PatternItem& item : items) {
    std::vector<bool> next(text.size() + 1, false);
    if (item.kind == PatternItem::Kind::run) next[0] = reached[0];
    for (std::size_t i = 1; i <= text.size(); ++i) {
      const char32_t c = text[i - 1];
      const bool wild = !options.stop_at_line_ends || !is_line_end(c);
      switch (item.kind) {
        case PatternItem::Kind::run:
          next[i] = reached[i] || (next[i - 1] && wild);
          break;
        case PatternItem::Kind::one:
          next[i] = reached[i - 1] && wild;
          break;
        case PatternItem::Kind::literal: {
          const bool same =
              options.fold_ascii ? fold_ascii(c) == fold_ascii(item.literal) : c == item.literal;
          next[i] = reached[i - 1] && same;
          break;
        }
      }
    }
    reached = next;
  }
  return reached[text.size()];
}

}  // namespace eqlab::reference
