#include <algorithm>

#include "harness/rule/event_filter.h"
#include "harness/rule/rule.h"
#include "harness/rule/unknown_fields.h"

namespace eqlab::rule {

Result<eql::CheckedQuery> compile(const Rule& rule, const event::Schema& schema) {
  auto query = eql::parse_query(rule.query.text);
  if (!query) return fail(locate(std::move(query.error()), rule.query));
  const eql::CheckOptions options{.timestamp_field = rule.timestamp_field,
                                  .event_category_field = rule.event_category_field,
                                  .tiebreaker_field = rule.tiebreaker_field,
                                  .unknown_fields = unknown_fields(rule, schema)};
  auto checked = eql::check_query(std::move(*query), schema, options);
  if (!checked) return fail(locate(std::move(checked.error()), rule.query));
  EQLAB_CHECK(apply_event_filters(rule, schema, *checked));
  return checked;
}

SourceText document_of(const Rule& rule) {
  return {.file = rule.file,
          .text = rule.query.origin.empty() ? rule.query.text : rule.query.file_text,
          .first_line = rule.query.first_line,
          .first_column = rule.query.first_column};
}

Span key_span(const Rule& rule, std::string_view key) {
  auto found = rule.key_positions.find(std::string(key));
  if (found == rule.key_positions.end()) found = rule.key_positions.find("");
  if (found == rule.key_positions.end()) return {};
  const std::size_t begin = found->second;
  const std::string& text = rule.query.file_text;
  if (rule.format == RuleFormat::json) {
    const std::size_t closing = text.find('"', begin + 1);
    const bool is_key = begin < text.size() && text[begin] == '"' && closing != std::string::npos;
    return {begin, is_key ? closing + 1 : begin + 1};
  }
  return {begin, std::min(text.find_first_of("\r\n", begin), text.size())};
}

std::vector<std::string> field_names(const Rule& rule) {
  std::vector<std::string> names;
  if (const auto query = eql::parse_query(rule.query.text)) names = eql::field_names(*query);
  const auto add = [&names](const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const std::string& setting :
       {rule.timestamp_field, rule.event_category_field, rule.tiebreaker_field})
    add(setting);
  for (const std::string& name : filter_field_names(rule)) add(name);
  return names;
}

}  // namespace eqlab::rule
