#include "harness/base/message_codes.h"

#include <algorithm>

#include "embedded/message_codes.h"
#include "harness/base/text.h"

namespace eqlab {

const std::vector<MessageCode>& message_codes() {
  static const std::vector<MessageCode> codes = [] {
    std::vector<MessageCode> rows;
    std::string_view rest = embedded::message_codes;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      // `| E101 | 2 | when |`
      if (line.size() < 15 || (!line.starts_with("| E") && !line.starts_with("| L"))) continue;
      rows.push_back({.code = line.substr(2, 4),
                      .status = line[9] - '0',
                      .when = trim(line.substr(13, line.rfind('|') - 13))});
    }
    return rows;
  }();
  return codes;
}

const MessageCode* find_message_code(std::string_view code) {
  const auto found = std::ranges::lower_bound(message_codes(), code, {}, &MessageCode::code);
  return found == message_codes().end() || found->code != code ? nullptr : &*found;
}

}  // namespace eqlab
