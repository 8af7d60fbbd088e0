#include "tests/exhaustive/random_query.h"

#include "harness/base/text.h"
#include "tests/exhaustive/worlds.h"

namespace eqlab::exhaustive {
namespace {

using event::FieldType;
using event::Value;
using reference::Row;

const std::vector<std::string_view> texts = {
    "",   "a",   "b",        "ab",       "ba",  "A",   "aBc",  "B*",
    "a?", "a*b", "\xC3\xA9", "\xC3\x89", "a\\", "\\b", "a\nb", "\xF0\x9F\x98\x80"};
const std::vector<std::string_view> numbers = {"0",   "1",   "2", "3",         "-1",
                                               "2.5", "1.0", "7", "2147483647"};

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

template <class Draw>
void add_field(Rng& rng, Row& row, const std::string& name, const Draw& draw) {
  const std::uint64_t kind = rng.below(10);
  if (kind < 2) return;
  const std::uint64_t count = kind == 2 ? 2 + rng.below(2) : 1;
  for (std::uint64_t i = 0; i < count; ++i) row[name].push_back(draw());
}

}  // namespace

event::Schema random_schema() {
  return schema_of({{"@timestamp", FieldType::date},
                    {"event.category", FieldType::keyword},
                    {"tb", FieldType::long_},
                    {"tag", FieldType::keyword},
                    {"k", FieldType::keyword},
                    {"s", FieldType::keyword},
                    {"n", FieldType::long_},
                    {"m", FieldType::long_},
                    {"d", FieldType::double_},
                    {"b", FieldType::boolean},
                    {"when", FieldType::date},
                    {"ip", FieldType::ip},
                    {"v", FieldType::version}});
}

std::vector<Row> random_rows(Rng& rng, std::size_t count) {
  std::vector<Row> rows;
  std::int64_t time_ms = 1'580'601'600'000;  // 2020-02-02
  const auto any_text = [&] { return Value(std::string(texts[rng.below(texts.size())])); };
  const auto any_number = [&] { return Value(rng.in_range(-1, 7)); };
  const std::vector<std::string> tags = {"A", "B", "C", "U"};
  const std::vector<std::string> categories = {"process", "network", "file"};
  const std::vector<std::string> addresses = {"10.0.0.1", "10.0.1.7", "192.168.1.9", "::1",
                                              "2001:db8::1"};
  const std::vector<std::string> versions = {"1.2.0", "1.10.0", "1.2.0-rc1", "2.0.0"};
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    constexpr std::int64_t steps[] = {0, 0, 1, 999, 1000, 1001, -1000};
    time_ms += steps[rng.below(std::size(steps))];
    if (!rng.chance(0.02))
      row["@timestamp"] = {Value(time_ms * 1'000'000 + rng.in_range(0, 999'999))};
    add_field(rng, row, "event.category",
              [&] { return Value(categories[rng.below(categories.size())]); });
    add_field(rng, row, "tb", any_number);
    if (row.contains("tb")) row["tb"].resize(1);
    add_field(rng, row, "tag", [&] { return Value(tags[rng.below(tags.size())]); });
    add_field(rng, row, "k", [&] { return Value(std::string(texts[1 + rng.below(2)])); });
    add_field(rng, row, "s", any_text);
    add_field(rng, row, "n", any_number);
    add_field(rng, row, "m", any_number);
    add_field(rng, row, "d", [&] { return Value(static_cast<double>(rng.in_range(-2, 8)) / 2); });
    add_field(rng, row, "b", [&] { return Value(rng.chance(0.5)); });
    add_field(rng, row, "when", [&] {
      return Value((1'580'601'600'000 + rng.in_range(0, 40) * 3'600'000) * 1'000'000);
    });
    add_field(rng, row, "ip", [&] { return Value(addresses[rng.below(addresses.size())]); });
    add_field(rng, row, "v", [&] { return Value(versions[rng.below(versions.size())]); });
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string_view QueryWriter::pick(const std::vector<std::string_view>& options) {
  return options[rng_->below(options.size())];
}

bool QueryWriter::chance(int percent) {
  return rng_->below(100) < static_cast<std::uint64_t>(percent);
}

std::string QueryWriter::text_literal() { return quote(pick(texts)); }

std::string QueryWriter::number_literal() { return std::string(pick(numbers)); }

std::string QueryWriter::text_list(std::string_view between_parts) {
  std::string list = text_literal();
  while (chance(50)) list += std::string(between_parts) + text_literal();
  return list;
}

// NOLINTNEXTLINE(misc-no-recursion): `depth` bounds it, here and below
std::string QueryWriter::text(int depth) {
  if (depth <= 0 || chance(40)) {
    return std::string(pick({"k", "s", "s", "tag", "?s", "?unknown", "event.category"}));
  }
  switch (rng_->below(6)) {
    case 0:
      return format("substring({}, {})", text(depth - 1), rng_->in_range(-3, 3));
    case 1:
      return format("substring({}, {}, {})", text(depth - 1), rng_->in_range(-3, 3),
                    rng_->in_range(-3, 3));
    case 2:
      return format("concat({}, {})", text(depth - 1),
                    chance(50) ? text(depth - 1) : number(depth - 1));
    case 3: {
      const std::string_view name = pick({"between", "between~"});
      return format("{}({}, {}, {}{})", name, text(depth - 1), text_literal(), text_literal(),
                    chance(20) ? ", true" : "");
    }
    case 4:
      return format("string({})", chance(50) ? number(depth - 1) : text(depth - 1));
    default:
      return format("string({})", pick({"b", "ip", "n > 1", "k : \"a*\"", "b and m < 2"}));
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
std::string QueryWriter::number(int depth) {
  if (depth <= 0 || chance(40))
    return std::string(pick({"n", "m", "d", "n", "?m", "?unknown_number"}));
  switch (rng_->below(5)) {
    case 0:
      return format("length({})", text(depth - 1));
    case 1: {
      const std::string_view name = pick({"indexOf", "indexOf~"});
      return format("{}({}, {}{})", name, text(depth - 1), text_literal(), chance(30) ? ", 1" : "");
    }
    case 2:
      return format("(-({}))", number(depth - 1));
    case 3:
      return format("({} {} {})", number(depth - 1), pick({"+", "-", "*", "/", "%"}),
                    number_literal());
    default:
      return format("({} {} {})", number(depth - 1), pick({"+", "-", "*"}), number(depth - 1));
  }
}

std::string QueryWriter::text_leaf(const std::string& subject, bool is_bare) {
  switch (rng_->below(12)) {
    case 0:
      return format("{} == {}", subject, text_literal());
    case 1:
      return format("{} != {}", subject, text_literal());
    case 2:
      return format("{} {} {}", subject, pick({"<", "<=", ">", ">="}),
                    quote(pick({"a", "ab", "B", "b"})));
    case 3:
      return format("{} : {}", subject, text_literal());
    case 4:
      return format("{} : ({})", subject, text_list(", "));
    case 5:
      return format("{} {} ({})", subject, pick({"like", "like~"}), text_list(", "));
    case 6:
      return format("{} {} ({})", subject, pick({"in", "not in", "in~", "not in~"}),
                    text_list(", "));
    case 7:
      return format("{} {} null", subject, pick({"==", "!="}));
    case 8:
      return format("{} == {}", text_literal(), subject);
    case 9: {
      if (is_bare && chance(50))
        return format("{} regex {}", subject, quote(pick({"~a", "a&.", "@b@", "~(a.*)&..*"})));
      return format("{} {} {}", subject, pick({"regex", "regex~"}),
                    quote(pick({"a.*", "[ab]+", "a|b", "(ab)*", "a?b", "..", "b{1,2}", "\\\\.*",
                                "[^a]", "A[Bb]c"})));
    }
    case 10: {
      const std::string_view name =
          pick({"startsWith", "endsWith", "stringContains", "startsWith~", "endsWith~",
                "stringContains~", "wildcard", "wildcard~", "STARTSWITH"});
      return format("{}({}, {})", name, subject, text_literal());
    }
    default: {
      const std::string_view name =
          pick({"startsWith", "endsWith", "stringContains", "startsWith~"});
      // The subject may be half of a character outside the basic plane, which the engine, working
      // on UTF-8, does not find inside the whole one; so the constants here have none.
      return chance(50) ? format("{}({}, {})", name, subject, pick({"k", "s", "tag"}))
                        : format("{}({}, {})", name,
                                 quote(pick({"ab", "aBc", "B*", "a*b", "", "a\\b"})), subject);
    }
  }
}

std::string QueryWriter::number_leaf(const std::string& subject) {
  const std::string_view order = pick({"==", "!=", "<", "<=", ">", ">="});
  switch (rng_->below(6)) {
    case 0:
      return format("{} {} null", subject, pick({"==", "!="}));
    case 1:
      return format("{} {} {}", number_literal(), order, subject);
    case 2:
      return format("{} {} ({}, {})", subject, pick({"in", "not in"}), number_literal(),
                    number_literal());
    case 3:
      return format("{} {} {} + 1", subject, order,
                    pick({"0", "1", "-1", "2.5", "length(\"ab\")"}));
    default:
      return format("{} {} {}", subject, order, number_literal());
  }
}

std::string QueryWriter::boolean_leaf() {
  return std::string(
      pick({"b", "b == true", "b != true", "b == false", "b == null", "b != null", "?b", "?unknown",
            "true", "false", "null", "b == \"true\"", "false == b"}));
}

std::string QueryWriter::other_leaf() {
  return std::string(pick({"ip == \"10.0.0.1\"",
                           "ip != \"10.0.0.0/8\"",
                           "ip == null",
                           "ip >= \"10.0.1.0\"",
                           "ip < \"192.168.0.0\"",
                           "cidrMatch(ip, \"10.0.0.0/24\", \"::/0\")",
                           "cidrmatch(ip, \"192.168.0.0/16\")",
                           "cidrMatch(?unknown, \"10.0.0.0/8\")",
                           "when == \"2020-02-02\"",
                           "when > \"2020-02-02\"",
                           "when <= \"2020-02-02\"",
                           "when >= \"2020-02-03T01:00:00Z\"",
                           "when < 1580688000000",
                           "when == null",
                           "when != \"2020-02-03T00\"",
                           "v == \"1.2.0\"",
                           "v > \"1.2.0\"",
                           "v <= \"1.2.0-rc1\"",
                           "v != \"2.0.0\"",
                           "?unknown == ?other",
                           "?unknown : \"*\"",
                           "string(ip) : \"10.*\""}));
}

std::string QueryWriter::leaf(int depth) {
  switch (rng_->below(10)) {
    case 0:
    case 1:
    case 2:
      return text_leaf(std::string(pick({"k", "s", "s", "tag", "?s", "?unknown"})), true);
    case 3:
    case 4:
      return text_leaf(text(depth), false);
    case 5:
      return number_leaf(std::string(pick({"n", "m", "d", "?n", "?unknown"})));
    case 6:
    case 7:
      return number_leaf(number(depth));
    case 8:
      return boolean_leaf();
    default:
      return other_leaf();
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
std::string QueryWriter::condition(int depth) {
  if (depth <= 0 || chance(20)) return leaf(1 + static_cast<int>(rng_->below(2)));
  switch (rng_->below(8)) {
    case 0:
    case 1:
      return format("({} and {})", condition(depth - 1), condition(depth - 1));
    case 2:
    case 3:
      return format("({} or {})", condition(depth - 1), condition(depth - 1));
    case 4:
      return format("({} or {} or {})", condition(depth - 1), condition(depth - 1),
                    condition(depth - 1));
    case 5:
      return format("({} and not {})", condition(depth - 1), condition(depth - 1));
    case 6:
      return format("not ({})", condition(depth - 1));
    default:
      return leaf(2);
  }
}

std::string QueryWriter::event_query(int depth) {
  std::string query = filter(depth);
  if (chance(10)) query += format(" | {} {}", pick({"head", "tail"}), rng_->below(5));
  return query;
}

std::string QueryWriter::filter(int depth) {
  const std::string_view category =
      pick({"any", "any", "process", "network", "file", "\"process\""});
  return format("{} where {}", category, condition(depth));
}

std::string QueryWriter::keys() {
  return std::string(pick({"", " by k", " by k", " by ?k", " by k, n", " by ?unknown", " by b",
                           " by ?n, k", " by tag"}));
}

std::string QueryWriter::sequence(int depth) {
  const bool missing = chance(25);
  std::string query = "sequence" + keys();
  if (missing || chance(60))
    query += format(" with maxspan={}ms", pick({"1", "999", "1000", "1001", "2000", "5000"}));
  const std::vector<std::string_view> own = {"", "", " by m", " by ?s"};
  const std::string_view own_key = pick(own);
  const auto stage = [&](bool absent) {
    // Plain stages often, so that long sequences are found at all.
    const std::string inner =
        chance(60) ? format("any where tag == \"{}\"", pick({"A", "B", "C"})) : filter(depth);
    const std::string_view key =
        own_key == " by ?s" ? pick({" by ?s", " by k", " by ?k"}) : own_key;
    return format(" {}[{}]{}", absent ? "!" : "", inner, key);
  };
  const std::uint64_t stages = 2 + rng_->below(3);
  const std::uint64_t absent = missing ? rng_->below(stages) : stages;
  for (std::uint64_t i = 0; i < stages; ++i) {
    query += stage(i == absent || (missing && i > 1 && chance(20)));
    if (chance(8)) query += " with runs=2";
  }
  if (chance(30)) query += " until" + stage(false);
  if (chance(15)) query += format(" | {} {}", pick({"head", "tail"}), rng_->below(4));
  return query;
}

std::string QueryWriter::sample(int depth) {
  std::string query =
      "sample" + std::string(pick({" by k", " by ?k", " by k, b", " by n", " by ?unknown, k"}));
  const std::uint64_t stages = 2 + rng_->below(3);
  for (std::uint64_t i = 0; i < stages; ++i) query += format(" [{}]", filter(depth));
  return query;
}

}  // namespace eqlab::exhaustive
