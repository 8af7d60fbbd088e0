// A small scanner over one line. Tested in tests/unit/cases/event_line_test.cc.
#include "harness/cases/event_line.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::cases {
namespace {

using Json = nlohmann::json;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// A number that JSON can spell: no leading zeros, no +, no bare dot.
bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  if (at >= text.size() || text[at] < '0' || text[at] > '9') return false;
  if (text[at] == '0' && at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9')
    return false;
  if (text.back() == '.') return false;
  return parse_number<double>(text).has_value();
}

class LineReader {
 public:
  LineReader(std::string_view text, std::size_t begin, std::size_t end)
      : text_(text.substr(0, end)), at_(begin) {}

  Result<RawEvent> run() {
    RawEvent event;
    skip_blank();
    const Span id = word();
    event.id = std::string(piece(id));
    if (event.id == "-" || event.id == "none" || event.id.find('/') != std::string::npos ||
        event.id.starts_with('@')) {
      return fail(error_at(id, "E451", format("'{}' cannot be the id of an event", event.id),
                           "begin the line with a name for the event, such as 1"));
    }
    skip_blank();
    EQLAB_TRY(event.time, read_time());
    skip_blank();
    if (at_ < text_.size() && text_[at_] == '{') {
      EQLAB_CHECK(read_document(event));
      return event;
    }
    if (at_ >= text_.size()) {
      return fail(error_at(here(), "E451", "the event has no category",
                           "write it after the time, or - for none"));
    }
    EQLAB_CHECK(read_category(event));
    for (skip_blank(); at_ < text_.size(); skip_blank()) EQLAB_CHECK(read_field(event));
    return event;
  }

 private:
  void skip_blank() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  [[nodiscard]] Span here() const { return {at_, std::min(at_ + 1, text_.size())}; }
  [[nodiscard]] std::string_view piece(Span span) const {
    return text_.substr(span.begin, span.end - span.begin);
  }
  Span word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_])) ++at_;
    return {begin, at_};
  }

  Result<std::optional<EventTime>> read_time() {
    const Span span = word();
    const std::string_view text = piece(span);
    const auto wrong = [&](std::string message) {
      return fail(
          error_at(span, "E451", std::move(message),
                   "times are @0s, @1.5s, @2m, a date such as @2026-01-01T00:00:00Z, or @none"));
    };
    if (!text.starts_with('@')) return wrong("expected the event's time");
    const std::string_view when = text.substr(1);
    if (when == "none") return std::optional<EventTime>();
    if (const auto offset = parse_offset(when)) {
      return std::optional(EventTime(Duration{*parse_iso8601(base_time)} + *offset));
    }
    if (const auto date = when.size() >= 10 ? parse_iso8601(when) : std::nullopt)
      return std::optional(EventTime(Duration{*date}));
    return wrong(format("'{}' is not a time", when));
  }

  Status read_category(RawEvent& event) {
    const std::size_t begin = at_;
    RawField category{.name = "", .values = {}, .span = {}};
    EQLAB_CHECK(read_values(category));
    category.span = {begin, at_};
    const bool is_none = !category.is_array && category.values.size() == 1 &&
                         category.values[0].is_bare && category.values[0].value.text == "-";
    if (!category.is_array && category.values[0].is_bare &&
        category.values[0].value.text.find('=') != std::string::npos) {
      return fail(error_at(category.span, "E451", "expected the event's category before its fields",
                           "write it after the time, or - for none"));
    }
    if (!is_none) event.fields.push_back(std::move(category));
    return ok();
  }

  Status read_field(RawEvent& event) {
    RawField field;
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '=' && !is_blank(text_[at_])) ++at_;
    field.name = std::string(text_.substr(begin, at_ - begin));
    field.span = {begin, at_};
    if (at_ >= text_.size() || text_[at_] != '=' || field.name.empty()) {
      return fail(error_at(field.span, "E451",
                           format("expected field=value, found '{}'", field.name),
                           "values with spaces go in double quotes"));
    }
    ++at_;
    EQLAB_CHECK(read_values(field));
    event.fields.push_back(std::move(field));
    return ok();
  }

  Status read_values(RawField& field) {
    if (at_ >= text_.size() || text_[at_] != '[') {
      EQLAB_TRY(RawValue value, read_value(" \t"));
      field.values.push_back(std::move(value));
      return ok();
    }
    field.is_array = true;
    const std::size_t begin = at_++;
    for (skip_blank(); at_ < text_.size() && text_[at_] != ']'; skip_blank()) {
      EQLAB_TRY(RawValue value, read_value(" \t,]"));
      field.values.push_back(std::move(value));
      skip_blank();
      if (at_ < text_.size() && text_[at_] == ',') ++at_;
    }
    if (at_ >= text_.size())
      return fail(error_at({begin, begin + 1}, "E451", "array is not closed", "end it with ]"));
    ++at_;
    return ok();
  }

  Result<RawValue> read_value(std::string_view ends) {
    const std::size_t begin = at_;
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
    while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) ++at_;
    const std::string_view bare = text_.substr(begin, at_ - begin);
    if (bare.empty())
      return fail(error_at(here(), "E451", "a value is missing",
                           "the empty text is \"\", a missing field is left out"));
    return RawValue{
        .value = {CaseValue::Kind::text, std::string(bare)}, .is_bare = true, .span = {begin, at_}};
  }

  Result<RawValue> read_quoted() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    if (at_ >= text_.size()) {
      at_ = text_.size();
      return fail(
          error_at({begin, begin + 1}, "E451", "text is not closed", "end it with a double quote"));
    }
    ++at_;
    const Json text = Json::parse(text_.substr(begin, at_ - begin), nullptr, false);
    if (!text.is_string()) {
      return fail(error_at({begin, at_}, "E451", "this is not a JSON string",
                           "a backslash is written \\\\"));
    }
    return RawValue{.value = {CaseValue::Kind::text, text.get<std::string>()},
                    .is_bare = false,
                    .span = {begin, at_}};
  }

  Status read_document(RawEvent& event) {
    const Span span{at_, text_.size()};
    const Json document = Json::parse(piece(span), nullptr, false);
    if (!document.is_object()) return fail(error_at(span, "E451", "this is not a JSON object"));
    return flatten(document, "", span, 0, event);
  }

  /// Objects to dotted names; arrays of objects are merged field by field, as an index does.
  Status flatten(const Json& value, const std::string& name, Span span,
                 int depth,  // NOLINT(misc-no-recursion): limits::document_depth_max
                 RawEvent& event) const {
    if (depth > limits::document_depth_max)
      return fail(error_at(span, "E451", "the document is nested too deeply"));
    if (value.is_object()) {
      for (const auto& [key, child] : value.items()) {
        EQLAB_CHECK(flatten(child, name.empty() ? key : format("{}.{}", name, key), span, depth + 1,
                            event));
      }
      return ok();
    }
    const bool only_objects =
        value.is_array() && !value.empty() &&
        std::ranges::all_of(value, [](const Json& item) { return item.is_object(); });
    if (only_objects) {
      for (const Json& item : value) EQLAB_CHECK(flatten(item, name, span, depth + 1, event));
      return ok();
    }
    auto field = std::ranges::find(event.fields, name, &RawField::name);
    if (field == event.fields.end()) {
      event.fields.push_back({.name = name, .values = {}, .span = key_span(name, span)});
      field = event.fields.end() - 1;
    }
    if (value.is_array()) {
      field->is_array = true;  // `field` is not used below: the vector may grow
      for (const Json& item : value) EQLAB_CHECK(flatten(item, name, span, depth + 1, event));
      return ok();
    }
    CaseValue scalar;
    if (value.is_string()) {
      scalar = {CaseValue::Kind::text, value.get<std::string>()};
    } else if (value.is_boolean()) {
      scalar = {CaseValue::Kind::boolean, value.get<bool>() ? "true" : "false"};
    } else if (value.is_number()) {
      scalar = {CaseValue::Kind::number, value.dump()};
    }
    if (!field->values.empty())
      field->is_array = true;  // arrays of objects bring a field several times
    field->values.push_back({.value = std::move(scalar), .is_bare = false, .span = span});
    return ok();
  }

  /// The key of a document's field where it can stand in one place only; otherwise the whole
  /// document.
  [[nodiscard]] Span key_span(const std::string& name, Span document) const {
    const std::string_view text = piece(document);
    // Written dotted as a whole, or its last parts below other keys.
    for (std::size_t begin = 0; begin < name.size();) {
      const std::string key = "\"" + name.substr(begin) + "\"";
      const std::size_t found = text.find(key);
      if (found != std::string_view::npos && text.rfind(key) == found)
        return {document.begin + found, document.begin + found + key.size()};
      const std::size_t dot = name.find('.', begin);
      begin = dot == std::string::npos ? name.size() : dot + 1;
    }
    return document;
  }

  std::string_view text_;
  std::size_t at_;
};

/// Below fields of types that this program does not look into (`flattened`, ranges, …) any name may
/// stand.
bool is_below_unsupported(std::string_view name, const event::Schema& schema) {
  for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos;
       dot = name.rfind('.', dot - 1)) {
    const event::Field* const parent = schema.find(name.substr(0, dot));
    if (parent != nullptr && parent->type == event::FieldType::unsupported) return true;
    if (dot == 0) break;
  }
  return false;
}

/// Whether documents under this schema can carry the field.
Status check_field(const RawField& raw, const event::Schema& schema) {
  if (raw.name.empty() || schema.is_open()) return ok();  // the category
  const event::Field* const field = schema.find(raw.name);
  if (field != nullptr && (field->source.empty() || field->source == raw.name)) return ok();
  const bool is_source = std::ranges::any_of(
      schema.fields(), [&](const auto& entry) { return entry.second.source == raw.name; });
  if (is_source || is_below_unsupported(raw.name, schema)) return ok();
  if (field != nullptr) {
    return fail(
        error_at(raw.span, "E451",
                 format("events do not carry {}, which is read from {}", raw.name, field->source),
                 format("give them {}", field->source)));
  }
  const std::vector<std::string> similar = schema.similar(raw.name);
  // The built-in schema does not know all families; the runner holds these against the query.
  if (schema.is_assumed() && !schema.is_slip(raw.name) && raw.name.find('.') != std::string::npos)
    return ok();
  return fail(error_at(raw.span, "E451", format("the block's schema has no field {}", raw.name),
                       similar.empty() ? "a field of your own goes under schema, as FIELD TYPE"
                                       : format("did you mean {}?", similar.front())));
}

/// Brings a bare word to the type that its field has; without a schema entry to what it looks like.
Status type_bare(RawValue& raw, const std::string& name, const event::Schema& schema) {
  using Kind = CaseValue::Kind;
  const std::string& text = raw.value.text;
  if (text == "null") {
    raw.value = {Kind::null, {}};
    return ok();
  }
  const event::Field* field = schema.find(name);
  const auto wrong = [&](std::string_view wanted) {
    return fail(error_at(
        raw.span, "E451",
        format("{} is of type {}, which needs {}", name, to_string(field->type), wanted),
        "to give it a value of another type on purpose, write the event as JSON: ID @TIME {…}"));
  };
  const bool is_boolean = text == "true" || text == "false";
  if (field == nullptr) {
    if (is_boolean) raw.value.kind = Kind::boolean;
    if (is_json_number(text)) raw.value.kind = Kind::number;
    return ok();
  }
  if (event::is_numeric(field->type)) {
    if (!is_json_number(text)) return wrong("a number");
    raw.value.kind = Kind::number;
  } else if (field->type == event::FieldType::boolean) {
    if (!is_boolean) return wrong("true or false");
    raw.value.kind = Kind::boolean;
  }
  return ok();
}

}  // namespace

std::optional<Duration> parse_offset(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> units = {
      {{"ns", 1},
       {"us", 1'000},
       {"ms", 1'000'000},
       {"s", 1'000'000'000},
       {"m", 60'000'000'000},
       {"h", 3'600'000'000'000},
       {"d", 86'400'000'000'000}}};
  const std::size_t unit_begin = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto* const unit = std::ranges::find(units, text.substr(unit_begin),
                                             &std::pair<std::string_view, std::int64_t>::first);
  if (unit == units.end()) return std::nullopt;
  const std::string_view number = text.substr(0, unit_begin);
  const std::size_t dot = number.find('.');
  const auto whole = parse_number<long>(number.substr(0, dot));
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() / unit->second / 2)
    return std::nullopt;
  std::int64_t total = *whole * unit->second;
  std::int64_t place = unit->second;
  for (const char digit :
       dot == std::string_view::npos ? std::string_view() : number.substr(dot + 1)) {
    if (digit == '.' || place % 10 != 0) return std::nullopt;  // finer than a nanosecond
    place /= 10;
    total += place * (digit - '0');
  }
  if (number.ends_with('.')) return std::nullopt;
  return Duration{is_negative ? -total : total};
}

Result<RawEvent> read_event_line(std::string_view text, std::size_t begin, std::size_t end) {
  return LineReader(text, begin, end).run();
}

Result<CaseEvent> type_event(const RawEvent& event, const event::Schema& schema) {
  CaseEvent out{.id = event.id, .time = event.time, .fields = {}, .line = event.line};
  for (const RawField& raw : event.fields) {
    EQLAB_CHECK(check_field(raw, schema));
    CaseField field{.name = raw.name, .values = {}, .is_array = raw.is_array};
    if (std::ranges::find(out.fields, field.name, &CaseField::name) != out.fields.end()) {
      return fail(error_at(raw.span, "E451", format("{} is given twice", field.name),
                           "several values are an array: field=[a,b]"));
    }
    for (RawValue value : raw.values) {
      if (value.is_bare) EQLAB_CHECK(type_bare(value, field.name, schema));
      field.values.push_back(std::move(value.value));
    }
    out.fields.push_back(std::move(field));
  }
  return out;
}

namespace {

bool is_bare_word(const std::string& text, const event::Field* field) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/:@%+~").find(c) != std::string_view::npos;
  };
  if (text.empty() || text == "null" || text == "-" || !std::ranges::all_of(text, plain))
    return false;
  if (field != nullptr)
    return !event::is_numeric(field->type) && field->type != event::FieldType::boolean;
  return text != "true" && text != "false" && !is_json_number(text);
}

std::string write_case_value(const CaseValue& value, const event::Field* field) {
  if (value.kind == CaseValue::Kind::null) return "null";
  if (value.kind != CaseValue::Kind::text || is_bare_word(value.text, field)) return value.text;
  return Json(value.text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string write_values(const CaseField& given, const event::Schema& schema) {
  const event::Field* const field = schema.find(given.name);
  std::vector<std::string> values;
  for (const CaseValue& value : given.values) values.push_back(write_case_value(value, field));
  return given.is_array ? format("[{}]", join(values, ",")) : join(values, ",");
}

/// A bare or quoted word would read back as something else: values of another type than the field
/// has, which only documents can say.
bool needs_document(const CaseField& given, const event::Schema& schema) {
  if (given.name.find_first_of(" \t=") != std::string::npos || given.name.empty() ||
      (given.values.size() != 1 && !given.is_array))
    return true;
  const event::Field* const field = schema.find(given.name);
  return std::ranges::any_of(given.values, [field](const CaseValue& value) {
    if (value.kind == CaseValue::Kind::number)
      return field != nullptr ? !event::is_numeric(field->type) : !is_json_number(value.text);
    return value.kind == CaseValue::Kind::boolean && field != nullptr &&
           field->type != event::FieldType::boolean;
  });
}

std::string write_document(const CaseEvent& event) {
  const auto scalar = [](const CaseValue& value) {
    return value.kind == CaseValue::Kind::text
               ? Json(value.text)
               : Json::parse(value.kind == CaseValue::Kind::null ? "null" : value.text, nullptr,
                             false);
  };
  Json out = Json::object();
  for (const CaseField& field : event.fields) {
    Json values = Json::array();
    for (const CaseValue& value : field.values) values.push_back(scalar(value));
    out[field.name] = field.is_array || values.empty() ? values : values[0];
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string write_offset(EventTime time) {
  constexpr Duration far = std::chrono::hours{24 * 365};
  const EventTime base(Duration{*parse_iso8601(base_time)});
  if (time > base + far || time < base - far)
    return "@" + format_iso8601(time.time_since_epoch().count(), 9);
  const Duration offset = time - EventTime(Duration{*parse_iso8601(base_time)});
  const std::int64_t whole = std::abs(offset.count());
  std::string text = format("{}.{:09}", whole / 1'000'000'000, whole % 1'000'000'000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return format("@{}{}s", offset.count() < 0 ? "-" : "", text);
}

}  // namespace

std::string write_event_line(const CaseEvent& event, const std::string& category_field,
                             const event::Schema& schema) {
  std::string out = format("{}  {}", event.id, event.time ? write_offset(*event.time) : "@none");
  if (std::ranges::any_of(event.fields,
                          [&](const CaseField& field) { return needs_document(field, schema); }))
    return out + "  " + write_document(event);
  const auto category = std::ranges::find(event.fields, category_field, &CaseField::name);
  out += category == event.fields.end() ? "  -" : "  " + write_values(*category, schema);
  for (const CaseField& field : event.fields) {
    if (field.name != category_field)
      out += format(" {}={}", field.name, write_values(field, schema));
  }
  return out;
}

}  // namespace eqlab::cases
