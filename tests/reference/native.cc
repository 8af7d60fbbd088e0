#include "tests/reference/native.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "tests/reference/scalar.h"

namespace eqlab::reference {
namespace {

using event::FieldType;
using event::Value;

// Numbers of any two types are compared exactly: this type holds each of them without rounding.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits >= 64);

std::optional<Exact> exact(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<Exact>(*n);
  if (const auto* n = std::get_if<std::uint64_t>(&value)) return static_cast<Exact>(*n);
  if (const auto* n = std::get_if<double>(&value)) return static_cast<Exact>(*n);
  if (const auto* s = std::get_if<std::string>(&value)) {
    if (const auto n = parse_number<std::int64_t>(*s)) return static_cast<Exact>(*n);
    if (const auto n = parse_number<std::uint64_t>(*s)) return static_cast<Exact>(*n);
    if (const auto n = parse_number<double>(*s)) return static_cast<Exact>(*n);
  }
  return std::nullopt;
}

Result<bool> compare_booleans(const Value& value, eql::CompareOp op, const Value& constant) {
  const bool* wanted = std::get_if<bool>(&constant);
  const std::string* text = std::get_if<std::string>(&constant);
  if (wanted == nullptr &&
      (text == nullptr || (*text != "true" && *text != "false" && !text->empty()))) {
    return search_failure("not a boolean");
  }
  return holds(op, std::get<bool>(value) <=> (wanted != nullptr ? *wanted : *text == "true"));
}

constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;

/// The stretch of time that a constant stands for: a coarse date its whole day, hour, minute or
/// second.
struct Stretch {
  std::int64_t first;
  std::int64_t last;
};

Result<Stretch> read_date(const Value& constant) {
  std::optional<std::int64_t> milliseconds;
  if (const auto* n = std::get_if<std::int64_t>(&constant)) milliseconds = *n;
  const std::string* text = std::get_if<std::string>(&constant);
  if (text == nullptr && !milliseconds) return search_failure("not a date");
  if (text != nullptr)
    milliseconds = text->size() > 4 ? parse_number<std::int64_t>(*text) : std::nullopt;
  if (milliseconds) {
    const std::int64_t at = *milliseconds * nanoseconds_per_millisecond;
    return Stretch{at, at};
  }
  const auto first = parse_iso8601(*text);
  if (!first) return search_failure("not a date that the reference reads");
  const std::size_t t = text->find('T');
  const std::string time =
      t == std::string::npos ? "" : text->substr(t + 1, text->find_first_of("Z+-", t) - t - 1);
  std::int64_t width = 1;
  if (time.find('.') == std::string::npos) {
    constexpr std::int64_t second = 1'000'000'000;
    width = time.empty()       ? 86'400 * second
            : time.size() <= 2 ? 3'600 * second
            : time.size() <= 5 ? 60 * second
                               : second;
  }
  return Stretch{*first, *first + width - 1};
}

Result<bool> compare_dates(const event::Field& field, const Value& value, eql::CompareOp op,
                           const Value& constant) {
  EQLAB_TRY(const Stretch wanted, read_date(constant));
  const std::int64_t at = std::get<Moment>(from_field(value, field.type)).nanoseconds;
  switch (op) {
    case eql::CompareOp::equal:
      return at >= wanted.first && at <= wanted.last;
    case eql::CompareOp::not_equal:
      return at < wanted.first || at > wanted.last;
    case eql::CompareOp::less:
      return at < wanted.first;
    case eql::CompareOp::less_equal:
      return at <= wanted.last;
    case eql::CompareOp::greater:
      return at > wanted.last;
    case eql::CompareOp::greater_equal:
      return at >= wanted.first;
  }
  return false;
}

/// 16 bytes; IPv4 as ::ffff:a.b.c.d, which is also how the index orders addresses.
struct Address {
  std::array<unsigned char, 16> bytes = {};
  bool is_v4 = false;
};

std::optional<Address> read_address(std::string_view text) {
  const std::string copy(text);
  Address address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) {
    address.is_v4 = true;
    address.bytes[10] = address.bytes[11] = 0xFF;
    return address;
  }
  address.bytes = {};
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

Result<bool> compare_addresses(const Value& value, eql::CompareOp op, const Value& constant) {
  const std::string* text = std::get_if<std::string>(&constant);
  if (text == nullptr) return search_failure("not an address");
  if (op == eql::CompareOp::equal) return in_block(std::get<std::string>(value), *text);
  const auto left = read_address(std::get<std::string>(value));
  const auto right = read_address(*text);
  if (!left || !right) return search_failure("not an address");
  return holds(op, left->bytes <=> right->bytes);
}

struct Version {
  bool valid = false;
  std::vector<std::string> numbers;
  std::optional<std::vector<std::string>> prerelease;
  std::string build;
};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Version read_version(std::string_view text) {
  Version version;
  const std::size_t plus = text.find('+');
  if (plus != std::string_view::npos) version.build = std::string(text.substr(plus));
  text = text.substr(0, plus);
  const std::size_t minus = text.find('-');
  version.numbers = split(text.substr(0, minus), '.');
  if (minus != std::string_view::npos) version.prerelease = split(text.substr(minus + 1), '.');
  version.valid = std::ranges::all_of(version.numbers, is_digits);
  return version;
}

std::strong_ordering compare_digits(std::string_view left, std::string_view right) {
  while (left.size() > 1 && left.front() == '0') left.remove_prefix(1);
  while (right.size() > 1 && right.front() == '0') right.remove_prefix(1);
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left <=> right;
}

std::strong_ordering compare_identifiers(const std::vector<std::string>& left,
                                         const std::vector<std::string>& right) {
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const bool a = is_digits(left[i]);
    const bool b = is_digits(right[i]);
    if (a != b) return a ? std::strong_ordering::less : std::strong_ordering::greater;
    const auto order = a ? compare_digits(left[i], right[i]) : left[i] <=> right[i];
    if (std::is_neq(order)) return order;
  }
  return left.size() <=> right.size();
}

}  // namespace

std::strong_ordering compare_versions(std::string_view left, std::string_view right) {
  const Version a = read_version(left);
  const Version b = read_version(right);
  if (a.valid != b.valid)
    return a.valid ? std::strong_ordering::less : std::strong_ordering::greater;
  if (!a.valid) return left <=> right;
  if (const auto order = compare_identifiers(a.numbers, b.numbers); std::is_neq(order))
    return order;
  if (a.prerelease.has_value() != b.prerelease.has_value()) {
    return a.prerelease ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (a.prerelease) {
    if (const auto order = compare_identifiers(*a.prerelease, *b.prerelease); std::is_neq(order))
      return order;
  }
  return a.build <=> b.build;
}

Result<bool> in_block(std::string_view address, std::string_view block) {
  const std::size_t slash = block.find('/');
  const auto network = read_address(block.substr(0, slash));
  const auto host = read_address(address);
  if (!network || !host) return search_failure("not an address or block");
  int bits = 128;
  if (slash != std::string_view::npos) {
    const auto prefix = parse_number<int>(block.substr(slash + 1));
    if (!prefix || *prefix < 0 || *prefix > (network->is_v4 ? 32 : 128))
      return search_failure("not a block");
    bits = *prefix + (network->is_v4 ? 96 : 0);
  }
  if (network->is_v4 != host->is_v4) return false;
  for (int bit = 0; bit < bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((network->bytes[byte] & mask) != (host->bytes[byte] & mask)) return false;
  }
  return true;
}

Result<bool> native_compare(const event::Field& field, const Value& value, eql::CompareOp op,
                            const Value& constant) {
  if (event::is_string(field.type) || field.type == FieldType::binary) {
    return holds(op, std::get<std::string>(value) <=> to_text(from_literal(constant)));
  }
  if (event::is_numeric(field.type)) {
    const auto left = exact(value);
    const auto right = exact(constant);
    if (!left || !right) return search_failure("not a number");
    return holds(op, *left <=> *right);
  }
  if (field.type == FieldType::boolean) return compare_booleans(value, op, constant);
  if (event::is_date(field.type)) return compare_dates(field, value, op, constant);
  if (field.type == FieldType::ip) return compare_addresses(value, op, constant);
  if (field.type == FieldType::version) {
    const std::string* text = std::get_if<std::string>(&constant);
    if (text == nullptr) return search_failure("not a version");
    return holds(op, compare_versions(std::get<std::string>(value), *text));
  }
  return search_failure("a field of this type cannot be compared");
}

}  // namespace eqlab::reference
