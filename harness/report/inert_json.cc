// Tested in tests/unit/report/inert_json_test.cc.
#include "harness/report/inert_json.h"

#include <charconv>
#include <cstdint>

#include "harness/base/text.h"

namespace eqlab::report {
namespace {

std::size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xC0) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Of a character that `printable` shows as `\x9b`, `\u202e`, `\ue0001`: the digits are its number.
std::string escape(std::string_view shown) {
  std::uint32_t c = 0;
  std::from_chars(shown.data() + 2, shown.data() + shown.size(), c, 16);
  if (c < 0x10000) return format("\\u{:04x}", c);
  c -= 0x10000;
  return format("\\u{:04x}\\u{:04x}", 0xD800 + (c >> 10U), 0xDC00 + (c & 0x3FFU));
}

}  // namespace

std::string inert_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const char lead = json[at];
    const std::size_t length = length_of(lead);
    const std::string_view character = json.substr(at, length);
    at += character.size();
    // Other controls are escaped wherever they can stand in JSON; its own line ends stay.
    if (length == 1 && lead != '\x7f') {
      out += lead;
      continue;
    }
    const std::string shown = printable(character);
    out += shown == character ? std::string(character) : escape(shown);
  }
  return out;
}

}  // namespace eqlab::report
