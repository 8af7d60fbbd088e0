// Clauses meet the schema here: each becomes the native leaf that Elasticsearch's query of that
// name comes to for a field of that type, and the engine that runs the query's own leaves runs
// these. Tested in tests/unit/rule/event_filter_test.cc, at random against the plain interpreter in
// tests/reference/event_filter.h.
#include "harness/rule/event_filter.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "harness/base/text.h"
#include "harness/eql/condition_builder.h"
#include "harness/eql/constants.h"
#include "harness/eql/regex.h"
#include "harness/eql/types.h"
#include "harness/event/ip.h"
#include "harness/rule/unknown_fields.h"

namespace eqlab::rule {
namespace {

using eql::ConditionId;
using eql::Leaf;
using eql::LeafKind;
using eql::ValueType;
using event::Field;
using event::FieldType;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (fold_ascii(c) >= 'a' && fold_ascii(c) <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// What analysis of text leaves of a constant: words of letters, digits and underscores. The
/// standard analyser also keeps `a.b` and `1,5` together, which this cuts on both sides alike.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    if (!is_letter_or_digit(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += c;
  }
  return words;
}

/// Lucene's pattern for text that has these words one after the other.
std::string words_pattern(const std::vector<std::string>& words) {
  constexpr std::string_view gap = "[^a-zA-Z0-9_\xC2\x80-\xF4\x8F\xBF\xBF]";
  return format("(.*{0})?{1}({0}.*)?", gap, join(words, format("{}+", gap)));
}

class Translator {
 public:
  Translator(const event::Schema& schema, eql::UnknownFields unknown, eql::CheckedQuery& query)
      : schema_(schema), unknown_(unknown), builder_(query) {
    // Types that the query's own use has given.
    for (const eql::AssumedField& field : query.assumed)
      take({.name = field.name, .type = field.type, .source = field.name});
    if (!schema.is_open()) return;
    for (const eql::Leaf& leaf : query.leaves) take(leaf.field);
    for (const eql::CheckedStage& stage : query.stages) {
      for (const eql::JoinKey& key : stage.keys) take(key.field);
    }
    for (const auto& [name, field] : query.script_fields) take(field);
  }

  // NOLINTNEXTLINE(misc-no-recursion): limits::filter_depth_max
  Result<ConditionId> translate(const Clause& clause) {
    switch (clause.kind) {
      case Clause::Kind::always:
        return builder_.constant(true);
      case Clause::Kind::never:
        return builder_.constant(false);
      case Clause::Kind::all:
      case Clause::Kind::any: {
        std::vector<ConditionId> parts;
        for (const Clause& child : clause.children) {
          EQLAB_TRY(const ConditionId part, translate(child));
          parts.push_back(part);
        }
        return clause.kind == Clause::Kind::all ? builder_.all(parts) : builder_.any(parts);
      }
      case Clause::Kind::none: {
        EQLAB_TRY(const ConditionId part, translate(clause.children[0]));
        return builder_.negation(part);
      }
      case Clause::Kind::exists:
        return exists(clause);
      case Clause::Kind::equal:
      case Clause::Kind::range:
      case Clause::Kind::prefix:
      case Clause::Kind::wildcard:
      case Clause::Kind::regexp:
        break;
    }
    const std::optional<Field> field = field_of(clause);
    if (!field) return builder_.constant(false);
    if (clause.kind == Clause::Kind::equal) return equal(clause, *field);
    if (clause.kind == Clause::Kind::range) return range(clause, *field);
    return pattern(clause, *field);
  }

  eql::ConditionBuilder& builder() { return builder_; }

 private:
  void take(const Field& field) {
    if (!field.name.empty()) by_use_.try_emplace(field.name, field);
  }

  /// The field, or nothing when no event has a value of it that a search could find.
  std::optional<Field> field_of(const Clause& clause) {
    if (const Field* const known = schema_.find(clause.field)) {
      if (clause.nested && known->type == FieldType::nested) return as_keyword(clause.field);
      if (event::is_opaque(known->type)) return std::nullopt;
      return *known;
    }
    if (const auto used = by_use_.find(clause.field); used != by_use_.end()) return used->second;
    if (is_mapped(clause.field))
      return by_use_.try_emplace(clause.field, guessed(clause)).first->second;
    if (clause.nested) {
      const std::string parent = clause.field.substr(0, clause.field.rfind('.'));
      const Field* const outer = schema_.find(parent);
      if (outer != nullptr && outer->type == FieldType::nested) return as_keyword(clause.field);
    }
    return std::nullopt;
  }
  /// A field that the schema does not have and the query does not name.
  bool is_mapped(const std::string& name) {
    if (schema_.is_open()) return true;
    if (unknown_ != eql::UnknownFields::mapped) return false;
    // Looking for slips costs a walk over the schema: no more of them than people write.
    constexpr std::size_t looked_at_max = 256;
    const auto known = slips_.find(name);
    if (known != slips_.end()) return !known->second;
    if (slips_.size() >= looked_at_max) return true;
    return !slips_.emplace(name, schema_.is_slip(name)).first->second;
  }
  /// The schema forgets the types inside nested objects; as text every value can be compared.
  static Field as_keyword(const std::string& name) {
    return {.name = name, .type = FieldType::keyword, .source = name};
  }
  /// With an open schema, the type that the constants speak of.
  static Field guessed(const Clause& clause) {
    std::vector<event::Value> values = clause.values;
    if (clause.low) values.push_back(clause.low->value);
    if (clause.high) values.push_back(clause.high->value);
    const auto all_are = [&values](auto test) {
      return !values.empty() && std::ranges::all_of(values, test);
    };
    FieldType type = FieldType::keyword;
    if (all_are([](const event::Value& v) { return std::holds_alternative<bool>(v); })) {
      type = FieldType::boolean;
    } else if (all_are([](const event::Value& v) {
                 return !std::holds_alternative<std::string>(v) && !std::holds_alternative<bool>(v);
               })) {
      type = FieldType::double_;
    } else if (clause.kind == Clause::Kind::range && all_are([](const event::Value& v) {
                 return eql::date_constant(eql::operand_of(v)).has_value();
               })) {
      type = FieldType::date;
    }
    return {.name = clause.field, .type = type, .source = clause.field};
  }

  [[nodiscard]] static Failure<Diagnostic> mismatch(const Clause& clause, const Field& field,
                                                    const event::Value& value) {
    return fail(error_at(clause.span, "E309",
                         format("{} is {}, and \"{}\" cannot be read as one: the search would fail",
                                printable(field.name), event::to_string(field.type),
                                printable(event::to_text(value)))));
  }
  Result<ConditionId> refuse(const Clause& clause, const Field& field, const event::Value& value) {
    if (clause.lenient) return builder_.constant(false);
    return mismatch(clause, field, value);
  }
  [[nodiscard]] static Failure<Diagnostic> no_such_query(const Clause& clause, const Field& field,
                                                         std::string_view what) {
    return fail(error_at(clause.span, "E309",
                         format("{} is {}, which has no {}: the search would fail",
                                printable(field.name), event::to_string(field.type), what)));
  }

  ConditionId leaf(LeafKind kind, const Field& field, std::vector<event::Value> constants,
                   bool fold_case = false) {
    return builder_.leaf({.kind = kind,
                          .field = field,
                          .fold_case = fold_case,
                          .constants = std::move(constants),
                          .span = {}});
  }

  Result<ConditionId> exists(const Clause& clause) {
    const Field* const known = schema_.find(clause.field);
    if (known == nullptr || !event::is_opaque(known->type) || clause.nested) {
      const std::optional<Field> field = field_of(clause);
      return field ? leaf(LeafKind::exists, *field, {}) : builder_.constant(false);
    }
    if (known->type != FieldType::object) return builder_.constant(false);
    // An object is there when something inside it is.
    const std::string prefix = clause.field + ".";
    std::vector<ConditionId> parts;
    for (auto inner = schema_.fields().lower_bound(prefix);
         inner != schema_.fields().end() && inner->first.starts_with(prefix); ++inner) {
      const Field& field = inner->second;
      if (!event::is_opaque(field.type) && field.source == field.name)
        parts.push_back(leaf(LeafKind::exists, field, {}));
    }
    return builder_.any(parts);
  }

  // --- equality ---

  Result<ConditionId> equal(const Clause& clause, const Field& field) {
    if (field.type == FieldType::text) return words(clause, field);
    if (clause.fold_case && eql::value_type(field.type) != ValueType::text)
      return no_such_query(clause, field, "comparison that ignores case");
    std::vector<ConditionId> parts;
    std::vector<event::Value> constants;
    for (const event::Value& value : clause.values) {
      EQLAB_TRY(const std::optional<ConditionId> part, equal_to(clause, field, value, constants));
      if (part) parts.push_back(*part);
    }
    if (!constants.empty())
      parts.push_back(leaf(LeafKind::equal, field, std::move(constants), clause.fold_case));
    return builder_.any(parts);
  }

  /// One of the values: a constant of the leaf that they share, or a condition of its own.
  Result<std::optional<ConditionId>> equal_to(const Clause& clause, const Field& field,
                                              const event::Value& value,
                                              std::vector<event::Value>& constants) {
    using Part = std::optional<ConditionId>;
    const auto wrong = [&]() -> Result<Part> {
      if (clause.lenient) return Part();
      return mismatch(clause, field, value);
    };
    const std::string text = event::to_text(value);
    switch (eql::value_type(field.type)) {
      case ValueType::text:
        constants.emplace_back(clause.fold_case ? fold_ascii(text) : text);
        return Part();
      case ValueType::number: {
        auto number = eql::numeric_constant(eql::operand_of(value));
        if (!number) return wrong();
        constants.push_back(std::move(*number));
        return Part();
      }
      case ValueType::boolean:
        if (text != "true" && text != "false" && !text.empty()) return wrong();
        constants.emplace_back(text == "true");
        return Part();
      case ValueType::date: {
        const auto range = date_of(field, value);
        if (!range) return wrong();
        return Part(builder_.leaf(
            {.kind = LeafKind::within, .field = field, .ranges = {*range}, .span = {}}));
      }
      case ValueType::ip: {
        if (const auto address = event::parse_ip(text)) {
          constants.emplace_back(event::to_text(*address));
          return Part();
        }
        if (!event::IpBlock::parse(text)) return wrong();
        return Part(leaf(LeafKind::cidr, field, {text}));
      }
      case ValueType::version:
        constants.emplace_back(text);
        return Part();
      case ValueType::binary:
      case ValueType::null:
      case ValueType::unknown:
        break;
    }
    return no_such_query(clause, field, "search by value");
  }

  /// Analysed text: words in order, in any letter case.
  Result<ConditionId> words(const Clause& clause, const Field& field) {
    std::vector<ConditionId> parts;
    for (const event::Value& value : clause.values) {
      const std::string text = event::to_text(value);
      const std::vector<std::string> words = words_of(text);
      std::vector<std::vector<std::string>> phrases;
      switch (clause.text_match) {
        case TextMatch::phrase:
          if (!words.empty()) phrases = {words};
          break;
        case TextMatch::any_word:
        case TextMatch::all_words:
          for (const std::string& word : words) phrases.push_back({word});
          break;
        case TextMatch::term:
          // A term is looked up as it stands among words that are kept in lower case.
          if (words.size() == 1 && words[0] == text &&
              (clause.fold_case || fold_ascii(text) == text))
            phrases = {words};
          break;
      }
      std::vector<ConditionId> found;
      for (const std::vector<std::string>& phrase : phrases) {
        EQLAB_TRY(const ConditionId part, regex(clause, field, words_pattern(phrase), true));
        found.push_back(part);
      }
      if (found.empty()) continue;
      parts.push_back(clause.text_match == TextMatch::all_words ? builder_.all(found)
                                                                : builder_.any(found));
    }
    return builder_.any(parts);
  }

  Result<ConditionId> regex(const Clause& clause, const Field& field, const std::string& pattern,
                            bool fold_case) {
    auto compiled = eql::LuceneRegex::compile(pattern, fold_case || field.folds_case, {});
    if (!compiled) {
      return fail(error_at(clause.span, "E309",
                           format("a pattern that cannot be used: {}", compiled.error().message)));
    }
    return leaf(LeafKind::regex, field, {pattern}, fold_case);
  }

  // --- patterns ---

  Result<ConditionId> pattern(const Clause& clause, const Field& field) {
    const bool is_text = eql::value_type(field.type) == ValueType::text;
    const bool is_wildcard_on_version =
        field.type == FieldType::version && clause.kind != Clause::Kind::prefix;
    if (field.type == FieldType::text || (!is_text && !is_wildcard_on_version)) {
      // Analysed text has patterns, over words; here it has none.
      const std::string_view what = clause.kind == Clause::Kind::prefix     ? "prefixes"
                                    : clause.kind == Clause::Kind::wildcard ? "wildcards"
                                                                            : "regular expressions";
      if (field.type != FieldType::text) return no_such_query(clause, field, what);
      return fail(error_at(clause.span, "E306",
                           format("{} on {}, which is analysed text, are not applied here", what,
                                  printable(field.name)),
                           "ask a keyword field, or write the condition into the query"));
    }
    const std::string text = event::to_text(clause.values[0]);
    const std::string folded = clause.fold_case ? fold_ascii(text) : text;
    if (clause.kind == Clause::Kind::prefix)
      return leaf(LeafKind::prefix, field, {folded}, clause.fold_case);
    if (clause.kind == Clause::Kind::wildcard)
      return leaf(LeafKind::escaped_wildcard, field, {folded}, clause.fold_case);
    return regex(clause, field, text, clause.fold_case);
  }

  // --- ranges ---

  /// What the constant covers; a field of milliseconds is compared by whole ones.
  static std::optional<eql::TimeRange> date_of(const Field& field, const event::Value& value) {
    auto range = eql::date_constant(eql::operand_of(value));
    if (range && field.type == FieldType::date) {
      constexpr std::int64_t millisecond = 1'000'000;
      range->first -= ((range->first % millisecond) + millisecond) % millisecond;
      range->last = std::max(range->last, range->first + millisecond - 1);
    }
    return range;
  }

  Result<ConditionId> range(const Clause& clause, const Field& field) {
    switch (eql::value_type(field.type)) {
      case ValueType::date:
        return date_range(clause, field);
      case ValueType::text:
        if (field.type == FieldType::text) {
          return fail(error_at(clause.span, "E306",
                               format("ranges on {}, which is analysed text, are not applied here",
                                      printable(field.name)),
                               "ask a keyword field, or write the condition into the query"));
        }
        break;
      case ValueType::number:
      case ValueType::ip:
      case ValueType::version:
        break;
      case ValueType::boolean:
      case ValueType::binary:
      case ValueType::null:
      case ValueType::unknown:
        return no_such_query(clause, field, "ranges");
    }
    std::vector<event::Value> bounds;
    for (const auto* const side : {&clause.low, &clause.high}) {
      if (!*side) continue;
      const auto bound = bound_of(field, (*side)->value);
      if (!bound) return refuse(clause, field, (*side)->value);
      bounds.push_back(*bound);
    }
    if (clause.low && clause.high) {
      return builder_.leaf({.kind = LeafKind::between,
                            .field = field,
                            .constants = std::move(bounds),
                            .open_low = clause.low->open,
                            .open_high = clause.high->open,
                            .span = {}});
    }
    if (clause.low)
      return leaf(clause.low->open ? LeafKind::greater : LeafKind::greater_equal, field,
                  std::move(bounds));
    return leaf(clause.high->open ? LeafKind::less : LeafKind::less_equal, field,
                std::move(bounds));
  }

  static std::optional<event::Value> bound_of(const Field& field, const event::Value& value) {
    const std::string text = event::to_text(value);
    if (eql::value_type(field.type) == ValueType::number)
      return eql::numeric_constant(eql::operand_of(value));
    if (field.type == FieldType::ip) {
      const auto address = event::parse_ip(text);
      if (!address) return std::nullopt;
      return event::to_text(*address);
    }
    return text;
  }

  /// `gte` and `lt` speak of the beginning of what is written, `gt` and `lte` of its end.
  Result<ConditionId> date_range(const Clause& clause, const Field& field) {
    eql::TimeRange range{INT64_MIN, INT64_MAX};
    for (const auto* const side : {&clause.low, &clause.high}) {
      if (!*side) continue;
      const RangeBound& bound = **side;
      if (eql::is_date_math(eql::operand_of(bound.value))) {
        return fail(error_at(bound.span, "E306",
                             "a date relative to now has no meaning in a replay",
                             "write the date itself, or disable the filter"));
      }
      const auto date = date_of(field, bound.value);
      if (!date) return refuse(clause, field, bound.value);
      if (side == &clause.low)
        range.first =
            bound.open ? (date->last == INT64_MAX ? date->last : date->last + 1) : date->first;
      else
        range.last =
            bound.open ? (date->first == INT64_MIN ? date->first : date->first - 1) : date->last;
    }
    if (range.first > range.last) return builder_.constant(false);
    return builder_.leaf({.kind = LeafKind::within, .field = field, .ranges = {range}, .span = {}});
  }

  const event::Schema& schema_;
  eql::UnknownFields unknown_;
  eql::ConditionBuilder builder_;
  std::unordered_map<std::string, Field> by_use_;
  std::unordered_map<std::string, bool> slips_;
};

}  // namespace

std::vector<const ExceptionItem*> items_in_force(const Rule& rule) {
  std::vector<const ExceptionItem*> out;
  for (const auto& list : rule.exceptions) {
    for (const ExceptionItem& item : list->items) {
      const bool expired = rule.as_of && item.expire_time &&
                           *item.expire_time < rule.as_of->time_since_epoch().count();
      if (!expired && !item.uses_value_list) out.push_back(&item);
    }
  }
  return out;
}

std::vector<std::string> filter_field_names(const Rule& rule) {
  Clause everything{.kind = Clause::Kind::all};
  for (const Filter& filter : rule.filters) everything.children.push_back(filter.condition);
  for (const ExceptionItem* const item : items_in_force(rule))
    everything.children.push_back(item->condition);
  return field_names(everything);
}

Status apply_event_filters(const Rule& rule, const event::Schema& schema,
                           eql::CheckedQuery& query) {
  if (rule.filters.empty() && rule.exceptions.empty()) return ok();
  Translator translator(schema, unknown_fields(rule, schema), query);
  eql::ConditionBuilder& builder = translator.builder();
  std::vector<ConditionId> guards;
  for (const Filter& filter : rule.filters) {
    auto condition = translator.translate(filter.condition);
    if (!condition) return fail(locate(std::move(condition.error()), document_of(rule)));
    guards.push_back(*condition);
  }
  for (const ExceptionItem* const item : items_in_force(rule)) {
    auto condition = translator.translate(item->condition);
    if (!condition) return fail(locate(std::move(condition.error()), item->source));
    guards.push_back(builder.negation(*condition));
  }
  const ConditionId guard = builder.all(guards);
  for (eql::CheckedStage& stage : query.stages) stage.filter = builder.all({stage.filter, guard});
  if (query.until) query.until->filter = builder.all({query.until->filter, guard});
  return ok();
}

}  // namespace eqlab::rule
