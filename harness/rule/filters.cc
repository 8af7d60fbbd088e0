// Filter objects to conditions. Whatever is not understood is refused by name: a filter that were
// passed over in silence would make the rule's answer another one than Kibana's. Tested in
// tests/unit/rule/filters_test.cc, and against a plain reading in
// tests/unit/rule/event_filter_test.cc.
#include "harness/rule/filters.h"

#include <algorithm>
#include <array>
#include <functional>

#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

using document::Node;
using Kind = Node::Kind;

Failure<Diagnostic> not_applied(Span span, std::string message) {
  return fail(
      error_at(span, "E306", std::move(message),
               "disable the filter (meta.disabled), or write its condition into the query"));
}
Failure<Diagnostic> out_of_shape(Span span, std::string message) {
  return fail(error_at(span, "E307", std::move(message)));
}

Clause negation(Clause clause) {
  const Span span = clause.span;
  return {.kind = Clause::Kind::none, .children = {std::move(clause)}, .span = span};
}

/// Options that change the score or the way of searching, never which events are found.
bool is_harmless(std::string_view option) {
  constexpr std::array<std::string_view, 6> names = {
      "_name", "boost", "rewrite", "max_determinized_states", "zero_terms_query", "relation"};
  return std::ranges::find(names, option) != names.end();
}

/// One field of a leaf query with what stands below it: `{FIELD: VALUE}` or `{FIELD: {…}}`.
struct FieldQuery {
  std::string field;
  const Node* body = nullptr;
};

/// Choices of `count` out of `size`, or one more than limits::should_choices_max.
std::size_t choices(std::size_t size, std::size_t count) {
  std::size_t out = 1;
  for (std::size_t i = 1; i <= std::min(count, size - count); ++i) {
    out = out * (size - i + 1) / i;
    if (out > limits::should_choices_max) return limits::should_choices_max + 1;
  }
  return out;
}

class FilterReader {
 public:
  Result<std::vector<Filter>> run(const Node& list) {
    std::vector<Filter> out;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const Node& node = list.items[i];
      if (!node.is(Kind::object)) return out_of_shape(node.span, "a filter must be an object");
      if (is_disabled(node)) continue;
      EQLAB_TRY(Clause condition, read_filter(node, 0));
      out.push_back({std::move(condition), name_of(node, i)});
    }
    return out;
  }

 private:
  // --- filter objects ---

  static bool is_disabled(const Node& filter) {
    const Node* const meta = filter.find("meta", Kind::object);
    const Node* const disabled = meta != nullptr ? meta->find("disabled", Kind::boolean) : nullptr;
    return disabled != nullptr && disabled->truth;
  }
  static std::string name_of(const Node& filter, std::size_t place) {
    if (const Node* const meta = filter.find("meta", Kind::object)) {
      for (const std::string_view key : {"alias", "key"}) {
        const auto text = meta->text_at(key);
        if (text && !text->empty()) return std::string(*text);
      }
    }
    return format("number {}", place + 1);
  }

  Result<Clause> read_filter(const Node& filter, int depth) {  // NOLINT(misc-no-recursion)
    EQLAB_CHECK(count_clause(filter.span, depth));
    const Node* const meta = filter.find("meta", Kind::object);
    const Node* const negate = meta != nullptr ? meta->find("negate", Kind::boolean) : nullptr;
    EQLAB_TRY(Clause condition, read_positive(filter, meta, depth));
    return negate != nullptr && negate->truth ? negation(std::move(condition))
                                              : std::move(condition);
  }

  Result<Clause> read_positive(const Node& filter, const Node* meta,
                               int depth) {  // NOLINT(misc-no-recursion)
    if (meta != nullptr && meta->text_at("type") == "combined")
      return read_combined(filter, *meta, depth);
    if (const Node* const query = filter.find("query")) return read_query(*query, depth + 1);
    // Old filters carry their query beside `meta`.
    Node bare;
    bare.kind = Kind::object;
    bare.span = filter.span;
    for (const Node::Member& member : filter.members) {
      if (member.key != "meta" && member.key != "$state" && member.key != "query")
        bare.members.push_back(member);
    }
    return read_query(bare, depth + 1);
  }

  /// Filters joined by `meta.relation` AND or OR in `meta.params`.
  Result<Clause> read_combined(const Node& filter, const Node& meta,
                               int depth) {  // NOLINT(misc-no-recursion)
    const Node* const parts = meta.find("params", Kind::list);
    const std::string_view relation = meta.text_at("relation").value_or("");
    if (parts == nullptr || (relation != "AND" && relation != "OR"))
      return out_of_shape(filter.span,
                          "a combined filter needs meta.relation (AND or OR) and meta.params");
    Clause out{.kind = relation == "AND" ? Clause::Kind::all : Clause::Kind::any,
               .span = filter.span};
    for (const Node& part : parts->items) {
      if (!part.is(Kind::object)) return out_of_shape(part.span, "a filter must be an object");
      if (is_disabled(part)) {
        // As Kibana builds it: a part without a condition, which every event meets.
        out.children.push_back({.span = part.span});
        continue;
      }
      EQLAB_TRY(Clause condition, read_filter(part, depth + 1));
      out.children.push_back(std::move(condition));
    }
    return out;
  }

  // --- queries ---

  Status count_clause(Span span, int depth) {
    if (depth > limits::filter_depth_max) {
      return fail(error_at(span, "E310",
                           format("filters nested deeper than {}", limits::filter_depth_max)));
    }
    if (++clauses_ > limits::filter_clauses_max) {
      return fail(error_at(span, "E310",
                           format("filters of more than {} clauses",
                                  group_digits(std::int64_t{limits::filter_clauses_max}))));
    }
    return ok();
  }

  Result<Clause> read_query(const Node& query, int depth) {  // NOLINT(misc-no-recursion)
    EQLAB_CHECK(count_clause(query.span, depth));
    if (!query.is(Kind::object))
      return out_of_shape(query.span,
                          format("a query must be an object, this is {}", to_string(query.kind)));
    if (query.members.size() != 1) {
      return out_of_shape(
          query.span, query.members.empty()
                          ? "a filter without a query"
                          : format("a query is one clause, these are {}", query.members.size()));
    }
    const Node::Member& member = query.members[0];
    const std::string& name = member.key;
    const Node& body = member.value;
    const Span span = {member.key_span.begin, body.span.end};
    if (name == "bool") return read_bool(body, span, depth);
    if (name == "constant_score") return read_constant_score(body, span, depth);
    if (name == "match_all") return Clause{.kind = Clause::Kind::always, .span = span};
    if (name == "match_none") return Clause{.kind = Clause::Kind::never, .span = span};
    if (name == "exists") return read_exists(body, span);
    if (name == "terms") return read_terms(body, span);
    using Reader = Result<Clause> (FilterReader::*)(const FieldQuery&, Span);
    struct Known {
      std::string_view name;
      Reader reader;
    };
    static constexpr std::array<Known, 7> known = {{
        {"match", &FilterReader::read_match},
        {"match_phrase", &FilterReader::read_match_phrase},
        {"prefix", &FilterReader::read_prefix},
        {"range", &FilterReader::read_range},
        {"regexp", &FilterReader::read_regexp},
        {"term", &FilterReader::read_term},
        {"wildcard", &FilterReader::read_wildcard},
    }};
    const auto* const found = std::ranges::find(known, name, &Known::name);
    if (found == known.end()) {
      return not_applied(member.key_span,
                         format("filters with a query {} are not applied here", printable(name)));
    }
    EQLAB_TRY(const FieldQuery field, field_of(name, body));
    return (this->*found->reader)(field, span);
  }

  static Result<FieldQuery> field_of(const std::string& name, const Node& body) {
    if (!body.is(Kind::object) || body.members.size() != 1)
      return out_of_shape(body.span, format("{} needs one field with its value", name));
    return FieldQuery{body.members[0].key, &body.members[0].value};
  }

  /// The object below the field, its options: those in `known` are read, harmless ones passed over.
  static Status check_options(const Node& body, std::string_view query,
                              std::initializer_list<std::string_view> known) {
    for (const Node::Member& member : body.members) {
      if (is_harmless(member.key) || std::ranges::find(known, member.key) != known.end()) continue;
      return not_applied(member.key_span, format("option {} of {} is not applied here",
                                                 printable(member.key), query));
    }
    return ok();
  }

  /// The constant: the body itself, or the member `key` of it.
  Result<event::Value> constant(const FieldQuery& query, std::string_view name,
                                std::string_view key) {
    const Node* const node = query.body->is(Kind::object) ? query.body->find(key) : query.body;
    event::Value value = node != nullptr ? value_of(*node) : event::Value{};
    if (event::is_null(value))
      return out_of_shape(query.body->span,
                          format("{} on {} has no value", name, printable(query.field)));
    EQLAB_CHECK(count_value(node->span));
    return value;
  }
  Status count_value(Span span) {
    if (++values_ <= limits::filter_values_max) return ok();
    return fail(error_at(span, "E310",
                         format("filters of more than {} values",
                                group_digits(std::int64_t{limits::filter_values_max}))));
  }
  static bool flag(const FieldQuery& query, std::string_view name) {
    const Node* const node = query.body->find(name, Kind::boolean);
    return node != nullptr && node->truth;
  }

  Result<Clause> read_exists(const Node& body, Span span) const {
    const auto field = body.text_at("field");
    if (!field || field->empty()) return out_of_shape(body.span, "exists needs a field");
    EQLAB_CHECK(check_options(body, "exists", {"field"}));
    return Clause{.kind = Clause::Kind::exists, .field = std::string(*field), .span = span};
  }

  Result<Clause> read_terms(const Node& body, Span span) {
    Clause clause{.kind = Clause::Kind::equal, .span = span};
    const Node* values = nullptr;
    for (const Node::Member& member : body.members) {
      if (is_harmless(member.key)) continue;
      if (values != nullptr) return out_of_shape(body.span, "terms needs one field");
      clause.field = member.key;
      values = &member.value;
    }
    if (values == nullptr) return out_of_shape(body.span, "terms needs a field");
    if (values->is(Kind::object))
      return not_applied(values->span, "terms looked up in another index are not applied here");
    if (!values->is(Kind::list)) return out_of_shape(values->span, "terms needs a list of values");
    for (const Node& item : values->items) {
      event::Value value = value_of(item);
      if (event::is_null(value)) return out_of_shape(item.span, "a term must be a single value");
      EQLAB_CHECK(count_value(item.span));
      clause.values.push_back(std::move(value));
    }
    if (clause.values.empty()) clause.kind = Clause::Kind::never;
    return clause;
  }

  Result<Clause> read_term(const FieldQuery& query, Span span) {
    EQLAB_CHECK(check_options(*query.body, "term", {"value", "case_insensitive"}));
    EQLAB_TRY(event::Value value, constant(query, "term", "value"));
    return Clause{.kind = Clause::Kind::equal,
                  .field = query.field,
                  .values = {std::move(value)},
                  .fold_case = flag(query, "case_insensitive"),
                  .span = span};
  }

  Result<Clause> read_match(const FieldQuery& query, Span span) {
    EQLAB_CHECK(check_options(*query.body, "match", {"query", "type", "operator", "lenient"}));
    EQLAB_TRY(event::Value value, constant(query, "match", "query"));
    Clause clause{.kind = Clause::Kind::equal,
                  .field = query.field,
                  .values = {std::move(value)},
                  .text_match = TextMatch::any_word,
                  .lenient = flag(query, "lenient"),
                  .span = span};
    if (query.body->is(Kind::object)) {
      const std::string op = fold_ascii(query.body->text_at("operator").value_or("or"));
      if (op != "or" && op != "and")
        return out_of_shape(query.body->span, "operator must be or, or and");
      if (op == "and") clause.text_match = TextMatch::all_words;
      // The way Kibana once wrote a phrase.
      if (query.body->text_at("type") == "phrase") clause.text_match = TextMatch::phrase;
    }
    return clause;
  }

  Result<Clause> read_match_phrase(const FieldQuery& query, Span span) {
    EQLAB_CHECK(check_options(*query.body, "match_phrase", {"query", "slop"}));
    EQLAB_TRY(event::Value value, constant(query, "match_phrase", "query"));
    if (const Node* const slop = query.body->find("slop"); slop != nullptr && count_of(*slop) != 0)
      return not_applied(slop->span, "option slop of match_phrase is not applied here");
    return Clause{.kind = Clause::Kind::equal,
                  .field = query.field,
                  .values = {std::move(value)},
                  .text_match = TextMatch::phrase,
                  .span = span};
  }

  Result<Clause> pattern(const FieldQuery& query, Span span, std::string_view name,
                         Clause::Kind kind, std::string_view key) {
    EQLAB_TRY(const event::Value value, constant(query, name, key));
    return Clause{.kind = kind,
                  .field = query.field,
                  .values = {event::to_text(value)},
                  .fold_case = flag(query, "case_insensitive"),
                  .span = span};
  }
  Result<Clause> read_prefix(const FieldQuery& query, Span span) {
    EQLAB_CHECK(check_options(*query.body, "prefix", {"value", "case_insensitive"}));
    return pattern(query, span, "prefix", Clause::Kind::prefix, "value");
  }
  Result<Clause> read_wildcard(const FieldQuery& query, Span span) {
    EQLAB_CHECK(check_options(*query.body, "wildcard", {"value", "wildcard", "case_insensitive"}));
    const bool is_old = query.body->is(Kind::object) && query.body->has("wildcard");
    return pattern(query, span, "wildcard", Clause::Kind::wildcard, is_old ? "wildcard" : "value");
  }
  Result<Clause> read_regexp(const FieldQuery& query, Span span) {
    EQLAB_CHECK(check_options(*query.body, "regexp", {"value", "flags", "case_insensitive"}));
    if (const auto flags = query.body->text_at("flags"); flags && *flags != "ALL")
      return not_applied(query.body->find("flags")->span,
                         "flags of regexp other than ALL are not applied here");
    return pattern(query, span, "regexp", Clause::Kind::regexp, "value");
  }

  Result<Clause> read_range(const FieldQuery& query, Span span) {
    if (!query.body->is(Kind::object))
      return out_of_shape(query.body->span, "range needs gt, gte, lt or lte below its field");
    EQLAB_CHECK(check_options(*query.body, "range",
                              {"gt", "gte", "lt", "lte", "from", "to", "include_lower",
                               "include_upper", "format", "time_zone"}));
    EQLAB_CHECK(check_date_options(*query.body));
    Clause clause{.kind = Clause::Kind::range, .field = query.field, .span = span};
    const auto is_true = [&](std::string_view key) {
      const Node* const node = query.body->find(key, Kind::boolean);
      return node == nullptr || node->truth;
    };
    struct Side {
      std::string_view key;
      bool is_low;
      bool open;
    };
    const std::array<Side, 6> sides = {{{"from", true, !is_true("include_lower")},
                                        {"gte", true, false},
                                        {"gt", true, true},
                                        {"to", false, !is_true("include_upper")},
                                        {"lte", false, false},
                                        {"lt", false, true}}};
    for (const Side& side : sides) {
      const Node* const node = query.body->find(side.key);
      if (node == nullptr) continue;
      event::Value value = value_of(*node);
      if (event::is_null(value))
        return out_of_shape(node->span, "a bound of a range must be a single value");
      EQLAB_CHECK(count_value(node->span));
      (side.is_low ? clause.low : clause.high) =
          RangeBound{std::move(value), side.open, node->span};
    }
    // Without a bound, a range asks for any value at all.
    if (!clause.low && !clause.high) clause.kind = Clause::Kind::exists;
    return clause;
  }

  static Status check_date_options(const Node& body) {
    if (const auto zone = body.text_at("time_zone");
        zone && *zone != "UTC" && *zone != "Z" && *zone != "+00:00")
      return not_applied(body.find("time_zone")->span,
                         "a range in another time zone than UTC is not applied here");
    constexpr std::array<std::string_view, 4> formats = {"strict_date_optional_time",
                                                         "date_optional_time", "epoch_millis",
                                                         "strict_date_optional_time||epoch_millis"};
    const auto name = body.text_at("format");
    if (name && std::ranges::find(formats, *name) == formats.end())
      return not_applied(body.find("format")->span,
                         format("dates in the format {} are not read here", printable(*name)));
    return ok();
  }

  Result<Clause> read_constant_score(const Node& body, Span span,
                                     int depth) {  // NOLINT(misc-no-recursion)
    const Node* const filter = body.find("filter");
    if (filter == nullptr) return out_of_shape(span, "constant_score needs a filter");
    return read_query(*filter, depth + 1);
  }

  // --- bool ---

  Result<std::vector<Clause>> read_clauses(const Node& body, std::string_view key,
                                           int depth) {  // NOLINT(misc-no-recursion)
    std::vector<Clause> out;
    const Node* const node = body.find(key);
    if (node == nullptr) return out;
    if (!node->is(Kind::list)) {
      EQLAB_TRY(Clause clause, read_query(*node, depth + 1));
      out.push_back(std::move(clause));
      return out;
    }
    for (const Node& item : node->items) {
      EQLAB_TRY(Clause clause, read_query(item, depth + 1));
      out.push_back(std::move(clause));
    }
    return out;
  }

  Result<Clause> read_bool(const Node& body, Span span, int depth) {  // NOLINT(misc-no-recursion)
    if (!body.is(Kind::object)) return out_of_shape(span, "bool needs an object");
    for (const Node::Member& member : body.members) {
      constexpr std::array<std::string_view, 6> known = {
          "must", "filter", "should", "must_not", "minimum_should_match", "adjust_pure_negative"};
      if (!is_harmless(member.key) && std::ranges::find(known, member.key) == known.end())
        return out_of_shape(member.key_span,
                            format("unknown key {} in bool", printable(member.key)));
    }
    Clause out{.kind = Clause::Kind::all, .span = span};
    for (const std::string_view key : {"must", "filter"}) {
      EQLAB_TRY(std::vector<Clause> clauses, read_clauses(body, key, depth));
      std::ranges::move(clauses, std::back_inserter(out.children));
    }
    const bool has_required = !out.children.empty();
    EQLAB_TRY(std::vector<Clause> should, read_clauses(body, "should", depth));
    EQLAB_TRY(std::vector<Clause> denied, read_clauses(body, "must_not", depth));
    for (Clause& clause : denied) out.children.push_back(negation(std::move(clause)));
    if (should.empty()) {
      // Nothing can be met where something must.
      if (const Node* const least = body.find("minimum_should_match")) {
        EQLAB_TRY(const std::size_t count, least_matches(*least, 0));
        if (count > 0) out.children.push_back({.kind = Clause::Kind::never, .span = span});
      }
      return out;
    }
    std::size_t count = has_required ? 0 : 1;
    if (const Node* const least = body.find("minimum_should_match")) {
      EQLAB_TRY(count, least_matches(*least, should.size()));
    }
    EQLAB_CHECK(add_at_least(out, std::move(should), count, span));
    return out;
  }

  /// How many of `size` clauses `minimum_should_match` asks for: a number, negative for how many
  /// may fail, or a percentage of either kind, cut to a whole number.
  static Result<std::size_t> least_matches(const Node& node, std::size_t size) {
    std::string_view text = trim(node.text);
    const bool is_percentage = text.ends_with('%');
    if (is_percentage) text.remove_suffix(1);
    const auto number = parse_number<long>(text);
    if (!number || *number > 1'000'000 || *number < -1'000'000)
      return not_applied(
          node.span, format("minimum_should_match {} is not applied here", printable(node.text)));
    const auto clauses = static_cast<long>(size);
    long count = is_percentage ? clauses * *number / 100 : *number;
    if (*number < 0) count += clauses;
    return static_cast<std::size_t>(std::max(count, 0L));
  }

  /// At least `count` of the clauses: every choice of so many, joined by `any`.
  Status add_at_least(Clause& out, std::vector<Clause> clauses, std::size_t count, Span span) {
    if (count == 0) return ok();
    if (count > clauses.size()) {
      out.children.push_back({.kind = Clause::Kind::never, .span = span});
      return ok();
    }
    if (count == clauses.size()) {
      std::ranges::move(clauses, std::back_inserter(out.children));
      return ok();
    }
    Clause any{.kind = Clause::Kind::any, .span = span};
    if (count == 1) {  // as Kibana writes `is one of`: as many as the filter may hold
      any.children = std::move(clauses);
      out.children.push_back(std::move(any));
      return ok();
    }
    const std::size_t ways = choices(clauses.size(), count);
    // Each choice repeats its clauses, so what is inside them counts as often.
    std::size_t size = 0;
    for (const Clause& clause : clauses) size += size_of(clause);
    clauses_ += std::min(ways, limits::should_choices_max) * size;
    EQLAB_CHECK(count_clause(span, 0));
    if (ways > limits::should_choices_max) {
      return fail(
          error_at(span, "E310",
                   format("{} of {} should clauses can be chosen in more than {} ways", count,
                          clauses.size(), group_digits(std::int64_t{limits::should_choices_max}))));
    }
    std::vector<bool> chosen(clauses.size(), false);
    std::fill_n(chosen.begin(), count, true);
    do {
      Clause all{.kind = Clause::Kind::all, .span = span};
      for (std::size_t i = 0; i < clauses.size(); ++i) {
        if (chosen[i]) all.children.push_back(clauses[i]);
      }
      any.children.push_back(std::move(all));
    } while (std::prev_permutation(chosen.begin(), chosen.end()));
    out.children.push_back(std::move(any));
    return ok();
  }

  std::size_t clauses_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Result<std::vector<Filter>> read_filters(const Node& list) {
  if (!list.is(Kind::list)) return out_of_shape(list.span, "filters must be a list");
  return FilterReader().run(list);
}

}  // namespace eqlab::rule
