#include "tests/reference/timeline.h"

#include "harness/base/check.h"
#include "harness/base/text.h"

namespace eqlab::reference {
namespace {

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

/// Seconds with up to nine decimals.
std::int64_t nanoseconds(std::string_view seconds) {
  const bool negative = seconds.starts_with('-');
  const std::vector<std::string> parts = split(negative ? seconds.substr(1) : seconds, '.');
  EQLAB_ASSERT(parts.size() <= 2);
  std::string fraction = parts.size() == 2 ? parts[1] : "";
  EQLAB_ASSERT(fraction.size() <= 9);
  fraction.resize(9, '0');
  const auto value = parse_number<std::int64_t>(parts[0] + fraction);
  EQLAB_ASSERT(value.has_value());
  return negative ? -*value : *value;
}

Row parse_event(std::string_view token) {
  Row row;
  const std::vector<std::string> additions = split(token, '+');
  const std::vector<std::string> head_and_key = split(additions[0], '/');
  const std::vector<std::string> head = split(head_and_key[0], '@');
  EQLAB_ASSERT(head.size() == 2);
  for (const char letter : head[0]) row["tag"].emplace_back(std::string(1, letter));
  row["@timestamp"] = {event::Value(nanoseconds(head[1]))};
  if (head_and_key.size() == 2) {
    for (const std::string& key : split(head_and_key[1], ',')) row["k"].emplace_back(key);
  }
  for (std::size_t i = 1; i < additions.size(); ++i) {
    const std::vector<std::string> pair = split(additions[i], '=');
    EQLAB_ASSERT(pair.size() == 2);
    for (const std::string& text : split(pair[1], ',')) {
      const auto number = parse_number<std::int64_t>(text);
      EQLAB_ASSERT(number.has_value());
      row[pair[0]].emplace_back(*number);
    }
  }
  return row;
}

}  // namespace

event::Schema timeline_schema() {
  const auto field = [](std::string name, event::FieldType type) {
    event::Field made;
    made.name = name;
    made.source = std::move(name);
    made.type = type;
    return made;
  };
  return event::Schema::of({
      field("@timestamp", event::FieldType::date),
      field("event.category", event::FieldType::keyword),
      field("tag", event::FieldType::keyword),
      field("k", event::FieldType::keyword),
      field("tb", event::FieldType::long_),
      field("p", event::FieldType::long_),
      field("q", event::FieldType::long_),
  });
}

std::vector<Row> parse_timeline(std::string_view text) {
  std::vector<Row> rows;
  for (const std::string& token : split(text, ' ')) {
    if (!token.empty()) rows.push_back(parse_event(token));
  }
  return rows;
}

std::string expand_query(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool letter = i + 2 < text.size() && text[i] == '[' && text[i + 1] >= 'A' &&
                        text[i + 1] <= 'Z' && text[i + 2] == ']';
    if (letter) {
      out += format("[any where tag == \"{}\"]", text[i + 1]);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string describe(const std::vector<ReferenceMatch>& matches) {
  if (matches.empty()) return "none";
  std::vector<std::string> texts;
  for (const ReferenceMatch& match : matches) {
    std::vector<std::string> parts;
    for (const int row : match.events)
      parts.push_back(row == missing_row ? "-" : std::to_string(row + 1));
    std::vector<std::string> keys;
    for (const event::Value& key : match.keys) keys.push_back(event::to_text(key));
    texts.push_back(join(parts, " ") + (keys.empty() ? "" : " /" + join(keys, ",")));
  }
  return join(texts, "; ");
}

}  // namespace eqlab::reference
