// What each field type makes of the values that documents carry.
#include <gtest/gtest.h>

#include "harness/event/date_format.h"
#include "reading.h"

namespace eqlab::event::testing {
namespace {

struct Case {
  FieldType type;
  std::string json;
  std::string value;  ///< `-` missing, `!` missing and counted as ill typed
};

TEST(Coerce, EachTypeTakesWhatItsMapperTakes) {
  using enum FieldType;
  const std::vector<Case> cases = {
      {keyword, "501", "501"},
      {keyword, "true", "true"},
      {keyword, "\"\"", ""},
      {keyword, "null", "-"},
      {keyword, "{\"a\":1}", "!"},
      {long_, "\"12\"", "12"},
      {long_, "\"+12\"", "12"},
      {long_, "12.9", "12"},
      {long_, "\"-12.9\"", "-12"},
      {long_, "\"1e3\"", "1000"},
      {long_, "\"\"", "-"},
      {long_, "\"nan\"", "!"},
      {long_, "true", "!"},
      {long_, "9223372036854775807", "9223372036854775807"},
      {long_, "9223372036854775808", "!"},
      {long_, "1e30", "!"},
      {integer, "2147483648", "!"},
      {short_, "\"32767\"", "32767"},
      {byte_, "-129", "!"},
      {unsigned_long, "18446744073709551615", "18446744073709551615"},
      {unsigned_long, "-1", "!"},
      {unsigned_long, "1.5", "!"},
      {unsigned_long, "2.0", "2"},
      {double_, "1", "1.0"},
      {double_, "\" 2.5 \"", "2.5"},
      {double_, "\"inf\"", "!"},
      {double_, "1e400", "!"},
      {half_float, "70000", "!"},
      {boolean, "\"true\"", "true"},
      {boolean, "\"\"", "false"},
      {boolean, "0", "!"},
      {boolean, "\"yes\"", "!"},
      {ip, "\"::ffff:192.0.2.1\"", "192.0.2.1"},
      {ip, "\"2001:0db8:0000:0000:0001:0000:0000:0001\"", "2001:db8::1:0:0:1"},
      {ip, "\"::0102:0304\"", "::102:304"},
      {ip, "\"010.0.0.1\"", "!"},
      {ip, "\"fe80::1%en0\"", "!"},
      {ip, "1.5", "!"},
      {date, "\"2026-03-02T09:14:07.999999999+02:00\"", "1772435647999000000"},
      {date, "\"1969-12-31T23:59:59.9999Z\"", "-1000000"},
      {date_nanos, "\"2026-03-02T09:14:07.999999999Z\"", "1772442847999999999"},
      {date, "\"2026\"", "1767225600000000000"},
      {date, "\"2026-03\"", "1772323200000000000"},
      {date, "1500", "1500000000"},
      {date, "\"1500.25\"", "1500000000"},
      {date_nanos, "1500.25", "1500250000"},
      {date, "true", "!"},
      {date, "\"2026-02-30\"", "!"},
      {version, "\"1.2.3-beta\"", "1.2.3-beta"},
      {object, "\"ignored\"", "-"},
  };
  for (const Case& one : cases) {
    const Reading reading = read_text("{\"v\":" + one.json + "}", columns({{"v", one.type}}));
    ASSERT_EQ(reading.report.usable, 1U) << one.json;
    const std::vector<std::string>& values = reading.rows[0].values[0];
    const bool is_missing = one.value == "-" || one.value == "!";
    EXPECT_EQ(values, is_missing ? std::vector<std::string>{} : std::vector<std::string>{one.value})
        << to_string(one.type) << " " << one.json;
    EXPECT_EQ(reading.report.ill_typed, one.value == "!" ? 1U : 0U)
        << to_string(one.type) << " " << one.json;
  }
}

TEST(Coerce, ANullIsWhatTheMappingSays) {
  Projection projection;
  projection.add({.name = "v", .type = FieldType::long_, .source = "v", .null_value = "-1"});
  const Reading reading =
      read_text("{\"v\":null}\n{\"v\":[1,null]}\n{\"v\":\"\"}\n{}\n", projection);
  EXPECT_EQ(first_column(reading), (std::vector<std::string>{"-1", "1+-1", "-1", ""}));
}

TEST(Coerce, DatesFollowTheFormatOfTheirField) {
  struct DateCase {
    std::string format;
    std::string text;
    std::optional<std::string> time;
  };
  const std::vector<DateCase> cases = {
      {"dd-MM-yyyy", "02-03-2026", "2026-03-02T00:00:00.000Z"},
      {"dd-MM-yyyy", "2026-03-02", std::nullopt},
      {"dd-MM-yyyy", "2-3-2026", std::nullopt},
      {"yyyy-MM-dd HH:mm:ss", "2026-03-02 09:14:07", "2026-03-02T09:14:07.000Z"},
      {"dd-MM-yyyy||strict_date_optional_time", "2026-03-02T09:14Z", "2026-03-02T09:14:00.000Z"},
      {"yyyy-MM-dd'T'HH:mm:ss.SSSX", "2026-03-02T09:14:07.250+01:00", "2026-03-02T08:14:07.250Z"},
      {"dd/MMM/yyyy:HH:mm:ss Z", "02/Mar/2026:09:14:07 +0000", "2026-03-02T09:14:07.000Z"},
      {"M/d/yyyy h:mm a", "3/2/2026 1:05 PM", "2026-03-02T13:05:00.000Z"},
      {"epoch_second", "1772442847", "2026-03-02T09:14:07.000Z"},
      {"epoch_second", "1772442847.5", "2026-03-02T09:14:07.500Z"},
      {"epoch_millis", "1772442847123", "2026-03-02T09:14:07.123Z"},
      {"epoch_millis", "2026-03-02", std::nullopt},
      {"basic_date", "20260302", "2026-03-02T00:00:00.000Z"},
      {"", "99999999999999999999", std::nullopt},
  };
  for (const DateCase& one : cases) {
    const auto time = DateFormat(one.format).parse(std::string_view(one.text));
    EXPECT_EQ(time.has_value(), one.time.has_value()) << one.format << " " << one.text;
    if (time && one.time) {
      EXPECT_EQ(format_iso8601(*time), *one.time) << one.format << " " << one.text;
    }
  }
  EXPECT_EQ(DateFormat("epoch_second").parse(std::int64_t{2}), 2'000'000'000);
  EXPECT_EQ(DateFormat("strict_date_optional_time").parse(std::int64_t{2}), std::nullopt);
}

}  // namespace
}  // namespace eqlab::event::testing
