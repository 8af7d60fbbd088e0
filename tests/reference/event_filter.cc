// From Kibana's build_exception_filter.ts and get_query_filter.ts, and Elasticsearch's
// documentation of the queries. Every question is answered by looking at the values one after the
// other.
#include "tests/reference/event_filter.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/base/check.h"
#include "harness/base/time.h"
#include "tests/reference/characters.h"
#include "tests/reference/native.h"
#include "tests/reference/regex.h"

namespace eqlab::reference {
namespace {

using event::FieldType;
using event::Value;
using nlohmann::json;

Value constant(const json& given) {
  if (given.is_boolean()) return given.get<bool>();
  if (given.is_number_unsigned()) {
    const auto number = given.get<std::uint64_t>();
    if (number <= INT64_MAX) return static_cast<std::int64_t>(number);
    return number;
  }
  if (given.is_number_integer()) return given.get<std::int64_t>();
  if (given.is_number()) return given.get<double>();
  return given.get<std::string>();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

class Looker {
 public:
  Looker(const event::Schema& schema, const Row& row) : schema_(schema), row_(row) {}

  /// Some value of a mapped field passes the test.
  bool some(const std::string& name,
            const std::function<bool(const event::Field&, const Value&)>& test) const {
    const event::Field* field = schema_.find(name);
    const auto values = row_.find(name);
    if (field == nullptr || values == row_.end()) return false;
    for (const Value& value : values->second) {
      if (test(*field, value)) return true;
    }
    return false;
  }

  bool exists(const std::string& name) const {
    if (some(name, [](const event::Field&, const Value&) { return true; })) return true;
    const event::Field* field = schema_.find(name);
    if (field == nullptr || field->type != FieldType::object) return false;
    for (const auto& [inner, values] : row_) {
      if (inner.starts_with(name + ".") && exists(inner)) return true;
    }
    return false;
  }

  static bool holds(const event::Field& field, const Value& value, eql::CompareOp op,
                    const json& given, bool fold_case) {
    Value wanted = constant(given);
    if (event::is_string(field.type)) {
      std::string text = event::to_text(wanted);
      std::string have = std::get<std::string>(value);
      if (fold_case || field.folds_case) text = lower(text);
      if (fold_case) have = lower(have);
      return *native_compare(field, have, op, text);
    }
    return *native_compare(field, value, op, wanted);
  }
  bool equal(const std::string& name, const json& given, bool fold_case = false) const {
    return some(name, [&](const event::Field& field, const Value& value) {
      return holds(field, value, eql::CompareOp::equal, given, fold_case);
    });
  }
  bool matches(const std::string& name, const std::string& pattern, bool fold_case) const {
    return some(name, [&](const event::Field& field, const Value& value) {
      return matches_wildcard(parse_wildcard(to_utf32(pattern), PatternSyntax::with_escapes),
                              to_utf32(std::get<std::string>(value)),
                              {.fold_ascii = fold_case || field.folds_case});
    });
  }
  bool begins(const std::string& name, const std::string& prefix, bool fold_case) const {
    return some(name, [&](const event::Field& field, const Value& value) {
      const bool folds = fold_case || field.folds_case;
      const std::string& have = std::get<std::string>(value);
      return folds ? lower(have).starts_with(lower(prefix)) : have.starts_with(prefix);
    });
  }
  bool is_like(const std::string& name, const std::string& pattern, bool fold_case) const {
    return some(name, [&](const event::Field& field, const Value& value) {
      return *matches_regex(to_utf32(pattern), to_utf32(std::get<std::string>(value)),
                            {.fold_ascii = fold_case || field.folds_case});
    });
  }
  bool in_range(const std::string& name, const json& bounds) const {
    return some(name, [&](const event::Field& field, const Value& value) {
      for (const auto& [key, bound] : bounds.items()) {
        const auto op = key == "gt"    ? eql::CompareOp::greater
                        : key == "gte" ? eql::CompareOp::greater_equal
                        : key == "lt"  ? eql::CompareOp::less
                                       : eql::CompareOp::less_equal;
        if (!holds(field, value, op, bound, false)) return false;
      }
      return true;
    });
  }

 private:
  const event::Schema& schema_;
  const Row& row_;
};

/// `{FIELD: VALUE}` or `{FIELD: {KEY: VALUE, "case_insensitive": …}}`.
struct FieldQuery {
  FieldQuery(const json& body, const char* key) {
    field = body.begin().key();
    value = body.begin().value();
    if (!value.is_object()) return;
    fold_case = value.value("case_insensitive", false);
    value = json(value.at(key));
  }
  std::string field;
  json value;
  bool fold_case = false;
};

// NOLINTNEXTLINE(misc-no-recursion): tests write shallow queries
bool holds_query(const json& query, const Looker& event);

std::vector<bool> answers(const json& body, const char* key, const Looker& event) {
  std::vector<bool> out;
  if (!body.contains(key)) return out;
  if (body.at(key).is_object()) return {holds_query(body.at(key), event)};
  for (const json& clause : body.at(key)) out.push_back(holds_query(clause, event));
  return out;
}

bool holds_bool(const json& body, const Looker& event) {
  std::size_t required = 0;
  for (const char* key : {"must", "filter"}) {
    for (const bool answer : answers(body, key, event)) {
      ++required;
      if (!answer) return false;
    }
  }
  for (const bool answer : answers(body, "must_not", event)) {
    if (answer) return false;
  }
  const std::vector<bool> should = answers(body, "should", event);
  std::int64_t met = 0;
  for (const bool answer : should) met += answer ? 1 : 0;
  const auto size = static_cast<std::int64_t>(should.size());
  if (!body.contains("minimum_should_match")) return size == 0 || required > 0 || met >= 1;
  std::int64_t wanted = body.at("minimum_should_match").get<std::int64_t>();
  if (wanted < 0) wanted += size;
  return met >= wanted;
}

bool holds_query(const json& query, const Looker& event) {
  EQLAB_ASSERT(query.is_object() && query.size() == 1);
  const std::string name = query.begin().key();
  const json& body = query.begin().value();
  if (name == "match_all") return true;
  if (name == "match_none") return false;
  if (name == "bool") return holds_bool(body, event);
  if (name == "constant_score") return holds_query(body.at("filter"), event);
  if (name == "exists") return event.exists(body.at("field"));
  if (name == "range") return event.in_range(body.begin().key(), body.begin().value());
  if (name == "terms") {
    for (const json& value : body.begin().value()) {
      if (event.equal(body.begin().key(), value)) return true;
    }
    return false;
  }
  if (name == "term" || name == "match" || name == "match_phrase") {
    const FieldQuery field(body, name == "term" ? "value" : "query");
    return event.equal(field.field, field.value, field.fold_case);
  }
  const FieldQuery field(body, "value");
  if (name == "wildcard") return event.matches(field.field, field.value, field.fold_case);
  if (name == "prefix") return event.begins(field.field, field.value, field.fold_case);
  EQLAB_ASSERT(name == "regexp");
  return event.is_like(field.field, field.value, field.fold_case);
}

// NOLINTNEXTLINE(misc-no-recursion): combined filters are one level deep
bool holds_filter(const json& filter, const Looker& event) {
  const json meta = filter.value("meta", json::object());
  if (meta.value("disabled", false)) return true;
  bool answer = false;
  if (meta.value("type", "") == "combined") {
    const bool is_and = meta.at("relation") == "AND";
    answer = is_and;
    for (const json& part : meta.at("params")) {
      const bool holds = holds_filter(part, event);
      answer = is_and ? answer && holds : answer || holds;
    }
  } else {
    json query = filter;
    query.erase("meta");
    query.erase("$state");
    if (query.contains("query")) query = json(query.at("query"));
    answer = holds_query(query, event);
  }
  return answer != meta.value("negate", false);
}

// NOLINTNEXTLINE(misc-no-recursion): one level of nested entries
bool holds_entry(const json& entry, const std::string& outer, const Looker& event) {
  const std::string field = outer + entry.at("field").get<std::string>();
  const std::string type = entry.at("type");
  if (type == "nested") {
    for (const json& inner : entry.at("entries")) {
      if (!holds_entry(inner, field + ".", event)) return false;
    }
    return true;
  }
  bool answer = false;
  if (type == "match") answer = event.equal(field, entry.at("value"));
  if (type == "exists") answer = event.exists(field);
  if (type == "wildcard") answer = event.matches(field, entry.at("value"), false);
  if (type == "match_any") {
    for (const json& value : entry.at("value")) answer = answer || event.equal(field, value);
  }
  return answer == (entry.at("operator") == "included");
}

bool holds_item(const json& item, const Looker& event) {
  const json systems = item.value("os_types", json::array());
  if (!systems.empty()) {
    bool on_system = false;
    for (const json& system : systems) {
      on_system = on_system || event.equal("host.os.type", system) ||
                  event.equal("host.os.name.caseless", system);
    }
    if (!on_system) return false;
  }
  for (const json& entry : item.at("entries")) {
    if (!holds_entry(entry, "", event)) return false;
  }
  return true;
}

}  // namespace

bool passes_filters(const json& filters, const event::Schema& schema, const Row& row) {
  const Looker event(schema, row);
  for (const json& filter : filters) {
    if (!holds_filter(filter, event)) return false;
  }
  return true;
}

bool is_excepted(const json& items, const event::Schema& schema, const Row& row,
                 std::optional<std::int64_t> as_of) {
  const Looker event(schema, row);
  for (const json& item : items) {
    if (item.contains("expire_time") && as_of &&
        *parse_iso8601(item.at("expire_time").get<std::string>()) < *as_of)
      continue;
    bool asks_value_list = false;
    for (const json& entry : item.at("entries"))
      asks_value_list = asks_value_list || entry.at("type") == "list";
    if (!asks_value_list && holds_item(item, event)) return true;
  }
  return false;
}

}  // namespace eqlab::reference
