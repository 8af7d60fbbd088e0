// Tested in tests/unit/event/formats_test.cc.
#include <algorithm>
#include <array>

#include "harness/base/check.h"
#include "harness/event/io/format.h"

namespace eqlab::event {

extern const Format json_lines_format;
extern const Format json_format;

namespace {

/// Byte order mark, or every other one of the first bytes is zero.
bool is_utf16(const FileHead& head) {
  const std::string_view text = head.text;
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 4) return false;
  return (text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0) ||
         (text[0] == 0 && text[1] != 0 && text[2] == 0 && text[3] != 0);
}

constexpr Format utf16_format = {
    .name = "UTF-16",
    .recognises = is_utf16,
    .refusal =
        "the file is UTF-16, not UTF-8; convert it first, for example with iconv -f UTF-16 "
        "-t UTF-8"};

constexpr std::array<const Format*, 3> table = {&utf16_format, &json_lines_format, &json_format};

}  // namespace

std::span<const Format* const> formats() { return table; }

const Format& format_of(const FileHead& head) {
  const auto found =
      std::ranges::find_if(table, [&](const Format* format) { return format->recognises(head); });
  EQLAB_ASSERT(found != table.end());
  return **found;
}

}  // namespace eqlab::event
