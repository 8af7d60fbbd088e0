// `and`, `or` and `not` are followed as written; what lies below them is a term. Truth is never
// worked out here: every node becomes an event query of its own (`any where NODE`), which the scan
// answers for a batch of one row.
#include "harness/explain/terms.h"

#include <algorithm>
#include <optional>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/event/batch_rows.h"
#include "harness/explain/one_row.h"
#include "harness/rule/event_filter.h"

namespace eqlab::explain {
namespace {

using eql::ExprKind;
using event::EventBatch;
using event::RowIndex;

constexpr std::size_t values_shown_max = 4;
constexpr std::size_t value_characters_max = 48;
constexpr std::size_t constants_shown_max = 6;
constexpr std::size_t constants_compared_max = 4096;

bool is_chain(const eql::Expr& expr) {
  return expr.kind == ExprKind::logical_and || expr.kind == ExprKind::logical_or ||
         expr.kind == ExprKind::logical_not;
}

void collect_fields(const eql::Query& query, eql::ExprId id,
                    std::vector<std::string>& out) {  // NOLINT(misc-no-recursion): depth bounded by
                                                      // the parser
  const eql::Expr& expr = query.at(id);
  if (expr.kind == ExprKind::field && std::ranges::find(out, expr.name) == out.end())
    out.push_back(expr.name);
  for (const eql::ExprId child : expr.children) collect_fields(query, child, out);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// `passes filter "…" on user.id`.
Term as_term(std::string_view verb, Term term) {
  term.text = format("{} {}", verb, term.guard);
  if (term.values.size() == 1) term.text += " on " + term.values[0].field;
  return term;
}

/// An event that has what an exception item asks for is left out: the item holds, its `not` fails.
Term as_negation(Term term) {
  Term out{.kind = TermKind::none, .truth = term.truth, .guard = term.guard};
  if (term.truth == Truth::no) term.truth = Truth::yes;
  out.children.push_back(std::move(term));
  return out;
}

/// What most events of a rule share says little about one of them.
bool is_telling(const std::string& field) {
  return !field.starts_with("host.") && !field.starts_with("event.") && field != "@timestamp";
}

}  // namespace

std::string show_value(const event::Value& value, event::FieldType type,
                       std::size_t characters_max) {
  if (const auto* const time = std::get_if<std::int64_t>(&value);
      time != nullptr && event::is_date(type)) {
    return format_iso8601(*time, type == event::FieldType::date_nanos ? 9 : 3);
  }
  const auto* const text = std::get_if<std::string>(&value);
  if (text == nullptr) return event::to_text(value);
  // A few bytes more than can be shown are enough to look at.
  const std::string_view begin = std::string_view(*text).substr(0, characters_max * 4 + 4);
  const auto characters = split_characters(begin);
  if (begin.size() == text->size() && characters.size() <= characters_max) return quoted(*text);
  std::string cut;
  for (std::size_t i = 0; i < std::min(characters.size(), characters_max); ++i)
    cut += characters[i];
  return quoted(cut) +
         format("… ({} bytes)", group_digits(static_cast<std::int64_t>(text->size())));
}

FieldValues field_values(const event::Projection& projection, const EventBatch& rows, RowIndex row,
                         const std::string& field, std::size_t values_max) {
  FieldValues out{.field = field};
  const auto column = projection.by_name.find(field);
  if (column == projection.by_name.end()) return out;
  out.total = rows.columns[column->second].codes(row).size();
  const event::FieldType type = projection.columns[column->second].type;
  for (const event::Value& value : event::values_of(rows, column->second, row, values_max))
    out.values.push_back(show_value(value, type, value_characters_max));
  return out;
}

const std::string* category_of(const eql::CheckedQuery& query, std::size_t stage) {
  const std::uint32_t written = query.stages[stage].written;
  const auto& stages = query.syntax.stages;
  return written < stages.size() && stages[written].filter.category
             ? &*stages[written].filter.category
             : nullptr;
}

std::string asked_for(const eql::CheckedQuery& query, std::size_t stage) {
  const std::string* const category = category_of(query, stage);
  return category != nullptr ? *category + " event" : "event";
}

void read_named_fields(const rule::Rule& rule, const event::Schema& schema,
                       const eql::CheckedQuery& query, scan::Plan& plan) {
  for (const std::string& name : rule::field_names(rule)) {
    event::Field field{.name = name, .source = name};
    if (const event::Field* const known = schema.find(name)) {
      if (event::is_opaque(known->type)) continue;
      field = *known;
    } else if (const auto assumed =
                   std::ranges::find(query.assumed, name, &eql::AssumedField::name);
               assumed != query.assumed.end()) {
      field.type = assumed->type;
    } else if (name == rule.timestamp_field || !schema.is_open()) {
      continue;  // the reader brings the time of its own accord
    }
    plan.also_read(field);
  }
}

/// One node of a condition, compiled; `plan` is empty where it could not be.
struct TermReader::Part {
  std::optional<scan::Plan> plan;
  std::string problem;
};

TermReader::TermReader(const rule::Rule& rule, const event::Schema& schema,
                       const eql::CheckedQuery& query, const scan::Plan& plan)
    : rule_(rule),
      query_(query),
      plan_(plan),
      // An open schema takes types from use; a part alone must see those of the whole.
      // Samples need no timestamp, but each part is an event query, which does.
      schema_(schema.with(plan.projection().columns)
                  .with({{.name = rule.timestamp_field,
                          .type = event::FieldType::date,
                          .source = rule.timestamp_field}})) {
  // The whole rule may be as large as an export: of it, each part needs the settings alone.
  unguarded_.index = rule.index;
  unguarded_.timestamp_field = rule.timestamp_field;
  unguarded_.event_category_field = rule.event_category_field;
  unguarded_.as_of = rule.as_of;
  if (const auto view = rule.key_positions.find("data_view_id"); view != rule.key_positions.end())
    unguarded_.key_positions.insert(*view);
}
TermReader::~TermReader() = default;

std::unique_ptr<TermReader::Part> TermReader::part_of(const rule::Rule& rule,
                                                      const event::Schema& schema) {
  auto part = std::make_unique<Part>();
  if (auto query = rule::compile(rule, schema)) {
    part->plan.emplace(scan::Plan::options_for(schema, rule.timestamp_field, {}));
    (void)part->plan->add(*query);
  } else {
    part->problem = query.error().message;
  }
  return part;
}

Truth TermReader::ask(const Part& part, const EventBatch& rows, RowIndex row,
                      std::string& problem) const {
  if (!part.plan) {
    problem = part.problem;
    return Truth::fails;
  }
  const OneRow one(*part.plan, plan_.projection(), rows, row);
  if (one.failure()) {
    problem = one.failure()->message;
    return Truth::fails;
  }
  return one.satisfies_any() ? Truth::yes : Truth::no;
}

void TermReader::answer(Term& term, const std::string& condition, const EventBatch& rows,
                        RowIndex row) {
  std::unique_ptr<Part>& part = parts_[condition];
  if (part == nullptr) {
    rule::Rule alone = unguarded_;
    alone.query = {.file = rule_.query.file, .text = condition};
    part = part_of(alone, schema_);
  }
  term.truth = ask(*part, rows, row, term.problem);
}

void TermReader::add_guards(Term& whole, const EventBatch& rows, RowIndex row) {
  const std::vector<const rule::ExceptionItem*> items = rule::items_in_force(rule_);
  if (rule_.filters.empty() && items.empty()) return;
  rule::Rule bare = unguarded_;
  bare.query = {.file = rule_.query.file, .text = "any where true"};
  std::unique_ptr<Part>& together = parts_["filters and exceptions"];  // no condition reads so
  if (together == nullptr) {
    rule::Rule guarded = bare;
    guarded.filters = rule_.filters;
    guarded.exceptions = rule_.exceptions;
    together = part_of(guarded, schema_);
  }
  Term all{.text = "passes the rule's filters and exceptions", .guard = "the rule's filters"};
  all.truth = ask(*together, rows, row, all.problem);
  if (all.truth != Truth::no) {
    whole.children.push_back(std::move(all));
    return;
  }
  std::vector<Term> failing;
  for (const rule::Filter& filter : rule_.filters) {
    rule::Rule alone = bare;
    alone.filters = {filter};
    Term term{.guard = format("filter \"{}\"", filter.name)};
    if (!lets_pass(term, alone, filter.condition, rows, row))
      failing.push_back(as_term("passes", std::move(term)));
  }
  for (const rule::ExceptionItem* const item : items) {
    auto list = std::make_shared<rule::ExceptionList>();
    list->items = {*item};
    rule::Rule alone = bare;
    alone.exceptions = {std::move(list)};
    Term term{.guard =
                  format("exception item \"{}\"", item->name.empty() ? item->item_id : item->name)};
    if (!lets_pass(term, alone, item->condition, rows, row))
      failing.push_back(as_negation(as_term("left out by", std::move(term))));
  }
  const std::size_t shown = std::min(failing.size(), guards_shown_max);
  whole.hidden += failing.size() - shown;
  std::move(failing.begin(), failing.begin() + static_cast<std::ptrdiff_t>(shown),
            std::back_inserter(whole.children));
}

/// Asks a filter or exception item, alone in a rule. Rarely asked, and of items there may be
/// thousands: compiled anew each time.
bool TermReader::lets_pass(Term& term, const rule::Rule& alone, const rule::Clause& condition,
                           const EventBatch& rows, RowIndex row) const {
  term.truth = ask(*part_of(alone, schema_), rows, row, term.problem);
  if (term.truth == Truth::yes) return true;
  for (const std::string& name : rule::field_names(condition)) {
    if (term.values.size() == values_shown_max) break;
    term.values.push_back(values(name, rows, row));
  }
  return false;
}

FieldValues TermReader::values(const std::string& field, const EventBatch& rows,
                               RowIndex row) const {
  return field_values(plan_.projection(), rows, row, field, values_shown_max);
}

const eql::EventFilter& TermReader::filter_of(std::size_t stage) const {
  const std::uint32_t written = query_.stages[stage].written;
  const auto& stages = query_.syntax.stages;
  return written < stages.size() ? stages[written].filter : query_.syntax.until->filter;
}

std::string TermReader::text_of(eql::ExprId id) const {
  const eql::Expr& expr = query_.syntax.at(id);
  const bool is_list = expr.kind == ExprKind::membership || expr.kind == ExprKind::pattern;
  const std::string& source = rule_.query.text;
  const auto written = [&](std::size_t begin, std::size_t end) {
    const std::string_view text = end <= source.size() && begin <= end
                                      ? std::string_view(source).substr(begin, end - begin)
                                      : std::string_view();
    const bool is_plain = !text.empty() && text.find_first_of("\n\r\t") == std::string_view::npos &&
                          text.find("//") == std::string_view::npos &&
                          text.find("/*") == std::string_view::npos;
    return is_plain ? std::string(text) : eql::print(query_.syntax, id);
  };
  if (is_list && expr.children.size() > constants_shown_max + 2) {
    const std::string start =
        written(expr.span.begin, query_.syntax.at(expr.children[constants_shown_max]).span.end);
    // Over several lines there is no telling where to cut; the canonical text begins the same way.
    if (start.size() < 400 && start.find("…") == std::string::npos &&
        start != eql::print(query_.syntax, id)) {
      return start + format(", … {} more)", expr.children.size() - 1 - constants_shown_max);
    }
    std::vector<std::string> shown;
    for (std::size_t i = 1; i <= constants_shown_max; ++i)
      shown.push_back(eql::print(query_.syntax, expr.children[i]));
    return format("{} {} ({}, … {} more)", eql::print(query_.syntax, expr.children[0]),
                  expr.kind == ExprKind::membership ? (expr.negated ? "not in" : "in")
                  : expr.pattern == eql::PatternOp::colon
                      ? ":"
                      : (expr.pattern == eql::PatternOp::like ? "like" : "regex"),
                  join(shown, ", "), expr.children.size() - 1 - constants_shown_max);
  }
  return written(expr.span.begin, expr.span.end);
}

/// By the beginning that they have in common, letters of either case alike.
std::string TermReader::nearest_constant(const eql::Expr& list,
                                         const std::vector<FieldValues>& values) const {
  if (list.children.size() < 3 || values.empty() || values[0].values.empty()) return {};
  const std::string value = fold_ascii(values[0].values[0]);
  std::size_t best_length = 3;  // the quote, and two letters that are no chance
  std::string best;
  const std::size_t end = std::min(list.children.size(), constants_compared_max);
  for (std::size_t i = 1; i < end; ++i) {
    const eql::Expr& constant = query_.syntax.at(list.children[i]);
    const auto* const text = std::get_if<std::string>(&constant.value);
    if (constant.kind != ExprKind::literal || text == nullptr) continue;
    const std::string other = fold_ascii(quoted(text->substr(0, 256)));
    const auto differ = std::ranges::mismatch(value, other);
    const auto length = static_cast<std::size_t>(differ.in1 - value.begin());
    if (length <= best_length) continue;
    best_length = length;
    best = quoted(text->substr(0, 256));
  }
  return best;
}

Term TermReader::read(eql::ExprId id, const EventBatch& rows,
                      RowIndex row) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  const eql::Expr& expr = query_.syntax.at(id);
  Term term;
  if (budget_ > 0) --budget_;
  answer(term, "any where " + eql::print(query_.syntax, id), rows, row);
  if (!is_chain(expr)) {
    term.text = text_of(id);
    std::vector<std::string> names;
    collect_fields(query_.syntax, id, names);
    for (const std::string& name : names) term.values.push_back(values(name, rows, row));
    if (term.truth == Truth::no && !expr.negated &&
        (expr.kind == ExprKind::membership || expr.kind == ExprKind::pattern))
      term.nearest = nearest_constant(expr, term.values);
    return term;
  }
  term.kind = expr.kind == ExprKind::logical_and  ? TermKind::all
              : expr.kind == ExprKind::logical_or ? TermKind::any
                                                  : TermKind::none;
  for (const eql::ExprId child : expr.children) {
    if (budget_ == 0)
      ++term.hidden;
    else
      term.children.push_back(read(child, rows, row));
  }
  return term;
}

Term TermReader::read(std::size_t stage, const EventBatch& rows, RowIndex row) {
  budget_ = terms_max;
  const eql::EventFilter& filter = filter_of(stage);
  Term whole{.kind = TermKind::all};
  if (filter.category) {
    Term category{.text = format("{} == {}", rule_.event_category_field, quoted(*filter.category))};
    answer(category, quoted(*filter.category) + " where true", rows, row);
    category.values.push_back(values(rule_.event_category_field, rows, row));
    whole.children.push_back(std::move(category));
  }
  Term condition = read(filter.condition, rows, row);
  if (condition.kind == TermKind::all) {
    std::ranges::move(condition.children, std::back_inserter(whole.children));
    whole.hidden = condition.hidden;
  } else {
    whole.children.push_back(std::move(condition));
  }
  add_guards(whole, rows, row);
  whole.truth = Truth::yes;
  for (const Term& child : whole.children) {
    if (child.truth == Truth::no) whole.truth = Truth::no;
  }
  for (const Term& child : whole.children) {
    if (child.truth == Truth::fails && whole.truth == Truth::yes) whole.truth = Truth::fails;
  }
  return whole;
}

std::vector<FieldValues> TermReader::fields(std::size_t stage, const EventBatch& rows,
                                            RowIndex row) const {
  std::vector<std::string> names;
  collect_fields(query_.syntax, filter_of(stage).condition, names);
  std::stable_partition(names.begin(), names.end(), is_telling);
  std::vector<FieldValues> out;
  for (const std::string& name : names) out.push_back(values(name, rows, row));
  return out;
}

}  // namespace eqlab::explain
