#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eqlab::event {

/// An address as Elasticsearch's `ip` type orders it: 16 bytes, IPv4 mapped into IPv6.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes = {};
  [[nodiscard]] bool is_v4() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// Nothing unless `text` is one IPv4 or IPv6 address (no zone, no port, no leading zeros in IPv4).
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);
/// RFC 5952; mapped addresses as IPv4.
[[nodiscard]] std::string to_text(const IpAddress& address);

/// `10.0.0.0/8`, host bits ignored; a bare address is the block of itself. IPv4 and IPv6 blocks
/// never contain each other's addresses.
class IpBlock {
 public:
  [[nodiscard]] static std::optional<IpBlock> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress network_;
  int prefix_bits_ = 128;  ///< counted in the 16-byte form
};

}  // namespace eqlab::event
