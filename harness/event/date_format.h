#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::event {

/// The `format` of a date field: alternatives joined by `||`, tried in order. Known are the names
/// `epoch_millis`, `epoch_second`, the ISO 8601 ones (`strict_date_optional_time`, `date_time`,
/// `strict_date`, …), `basic_date`, and patterns of the letters y u M d H h m s S a E X x Z with
/// literals (`dd-MM-yyyy`, `yyyy-MM-dd HH:mm:ss`). Other names are read as ISO 8601. Empty:
/// `strict_date_optional_time||epoch_millis`.
class DateFormat {
 public:
  explicit DateFormat(std::string_view format = {});

  /// UTC nanoseconds since 1970; without an offset UTC. Nothing where no alternative fits, or
  /// outside 1677 to 2262.
  [[nodiscard]] std::optional<std::int64_t> parse(std::string_view text) const;
  /// A JSON number is an epoch, if the format has one.
  [[nodiscard]] std::optional<std::int64_t> parse(std::int64_t number) const;
  [[nodiscard]] std::optional<std::int64_t> parse(double number) const;

 private:
  enum class Kind : std::uint8_t { iso, epoch_millis, epoch_second, pattern };
  struct Alternative {
    Kind kind = Kind::iso;
    std::string pattern = {};
  };
  std::vector<Alternative> alternatives_;
};

}  // namespace eqlab::event
