#include "tests/reference/case_text.h"

#include "harness/base/text.h"
#include "harness/base/time.h"

namespace eqlab::reference {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string value_text(const event::Value& value, event::FieldType type) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (event::is_date(type))
    return format("\"{}\"", format_iso8601(std::get<std::int64_t>(value), 9));
  return event::to_text(value);
}

std::string field_text(const event::Field& field, const std::vector<event::Value>& values) {
  std::vector<std::string> texts;
  for (const event::Value& value : values) texts.push_back(value_text(value, field.type));
  const std::string joined = join(texts, ",");
  return format("{}={}", field.name, values.size() == 1 ? joined : "[" + joined + "]");
}

std::string event_text(int number, const Row& row, const event::Schema& schema,
                       const Options& options) {
  std::string time = "@none";
  std::string category = "-";
  std::vector<std::string> fields;
  for (const auto& [name, values] : row) {
    const event::Field* field = schema.find(name);
    if (field == nullptr || values.empty()) continue;
    if (name == options.timestamp_field) {
      time = "@" + format_iso8601(std::get<std::int64_t>(values[0]), 9);
    } else if (name == options.event_category_field && values.size() == 1) {
      category = value_text(values[0], field->type);
    } else {
      fields.push_back(field_text(*field, values));
    }
  }
  return format("  {}  {}  {}  {}\n", number, time, category, join(fields, "  "));
}

std::string match_text(const ReferenceMatch& match) {
  std::vector<std::string> parts;
  for (const int row : match.events)
    parts.push_back(row == missing_row ? "-" : std::to_string(row + 1));
  std::string text = join(parts, " ");
  for (std::size_t i = 0; i < match.keys.size(); ++i) {
    text += (i == 0 ? " / " : " ") + value_text(match.keys[i], event::FieldType::keyword);
  }
  return text;
}

}  // namespace

std::string case_text(std::string_view why, std::string_view query, const event::Schema& schema,
                      const Options& options, const std::vector<Row>& rows,
                      const std::vector<ReferenceMatch>& matches) {
  std::string text = format("why: {}\nschema\n", why);
  for (const auto& [name, field] : schema.fields())
    text += format("  {} {}\n", name, to_string(field.type));
  text += "events\n";
  for (std::size_t i = 0; i < rows.size(); ++i)
    text += event_text(static_cast<int>(i) + 1, rows[i], schema, options);
  std::string extra;
  if (!options.tiebreaker_field.empty())
    extra += format("  tiebreaker-field {}\n", options.tiebreaker_field);
  if (options.size) extra += format("  size {}\n", *options.size);
  if (options.max_samples_per_key != 1)
    extra += format("  max-samples-per-key {}\n", options.max_samples_per_key);
  if (options.result_position == Position::head) extra += "  result-position head\n";
  if (!extra.empty()) text += "options\n" + extra;
  text += format("query\n  {}\nmatches\n", query);
  for (const ReferenceMatch& match : matches) text += "  " + match_text(match) + "\n";
  return text + (matches.empty() ? "  none\n" : "");
}

}  // namespace eqlab::reference
