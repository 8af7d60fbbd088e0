// Reading is the C library's (inet_pton). Writing is not: inet_ntop spells ::102:304 as ::1.2.3.4,
// RFC 5952 and Elasticsearch do not.
#include "harness/event/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "harness/base/text.h"

namespace eqlab::event {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> copy{};
  std::memcpy(copy.data(), text.data(), text.size());
  IpAddress address;
  if (text.find(':') == std::string_view::npos) {
    std::copy(v4_prefix.begin(), v4_prefix.end(), address.bytes.begin());
    if (inet_pton(AF_INET, copy.data(), address.bytes.data() + v4_prefix.size()) != 1)
      return std::nullopt;
  } else if (inet_pton(AF_INET6, copy.data(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

std::string to_text(const IpAddress& address) {
  const std::array<std::uint8_t, 16>& bytes = address.bytes;
  if (address.is_v4()) return format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i] = (unsigned{bytes[2 * i]} << 8U) | bytes[2 * i + 1];
  // The first of the longest runs of two or more zero groups is written `::`.
  std::size_t run_begin = groups.size();
  std::size_t run_length = 1;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t length = 0;
    while (i + length < groups.size() && groups[i + length] == 0) ++length;
    if (length > run_length) {
      run_begin = i;
      run_length = length;
    }
    i += length;
  }
  std::string out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == run_begin) {
      out += "::";
      i += run_length - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    out += format("{:x}", groups[i]);
  }
  return out;
}

std::optional<IpBlock> IpBlock::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpBlock block;
  block.network_ = *address;
  if (slash == std::string_view::npos) return block;
  const auto bits = parse_number<int>(text.substr(slash + 1));
  // The v4 test is of the spelling: ::ffff:1.2.3.4/120 counts its bits in the long form.
  const bool is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (!bits || *bits < 0 || *bits > (is_v4 ? 32 : 128)) return std::nullopt;
  block.prefix_bits_ = is_v4 ? *bits + 96 : *bits;
  return block;
}

bool IpBlock::contains(const IpAddress& address) const {
  if (address.is_v4() != network_.is_v4()) return false;
  const auto whole = static_cast<std::size_t>(prefix_bits_ / 8);
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  network_.bytes.begin()))
    return false;
  const int rest = prefix_bits_ % 8;
  if (rest == 0) return true;
  const auto shift = static_cast<unsigned>(8 - rest);
  return (address.bytes[whole] >> shift) == (network_.bytes[whole] >> shift);
}

}  // namespace eqlab::event
