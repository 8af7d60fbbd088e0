#include "harness/explain/word.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/match/elapsed.h"

namespace eqlab::explain {
namespace {

constexpr std::size_t conditions_max = 40;  // shown of one explanation
constexpr std::size_t key_values_shown_max = 4;

std::string event_or(const std::optional<EventView>& event, std::string otherwise) {
  return event ? format("the event on line {}", event->line) : std::move(otherwise);
}

/// Terms that fail, with their text.
void collect_failing(const Term& term,
                     std::vector<const Term*>& out) {  // NOLINT(misc-no-recursion): depth bounded
                                                       // by the parser
  if (term.truth == Truth::yes) return;
  const bool is_negated_term = term.kind == TermKind::none && term.children.size() == 1 &&
                               term.children[0].kind == TermKind::term;
  if (is_negated_term) {
    out.push_back(&term.children[0]);
  } else if (term.kind == TermKind::all) {
    for (const Term& child : term.children) collect_failing(child, out);
  } else {
    out.push_back(&term);
  }
}

std::string shown(const FieldValues& values) {
  return values.total == 0 ? "missing" : join(values.values, ", ");
}

/// Why the event on show does not satisfy its stage, by the terms of the condition that fail.
std::string unmet(const std::string& name, const std::optional<Term>& condition) {
  std::vector<const Term*> failing;
  if (condition) collect_failing(*condition, failing);
  if (failing.empty()) return format("{} is not met", name);
  if (std::ranges::none_of(failing, [](const Term* term) { return term->guard.empty(); })) {
    const std::size_t others = failing.size() - 1 + condition->hidden;
    return format("{} is met, but the event is left out by {}{}", name, failing[0]->guard,
                  others > 0 ? format(" and {} more", others) : "");
  }
  if (failing.size() > 1) return format("{} is not met: {} terms fail", name, failing.size());
  const Term& term = *failing[0];
  if (term.values.size() == 1 && term.truth != Truth::fails)
    return format("{} is not met: {} is {}", name, term.values[0].field, shown(term.values[0]));
  return format("{} is not met: 1 term fails", name);
}

}  // namespace

std::string name_of_stage(const Evidence& evidence, std::size_t positive) {
  return evidence.in.query.stages.size() == 1
             ? "the query"
             : format("step {}", evidence.chains.positives()[positive] + 1);
}

Wording::Wording(Evidence& evidence)
    : evidence_(evidence),
      terms_(evidence.in.rule, evidence.in.schema, evidence.in.query, evidence.in.plan) {}

Explanation Wording::explain(const Rows& chosen, const Judgement& judged) {
  Explanation out{.reason = judged.reason};
  const std::vector<std::size_t> differing = differing_keys(evidence_, chosen);
  std::optional<EventTime> first;
  std::size_t conditions = 0;
  std::size_t positive = 0;
  for (std::size_t stage = 0; stage < evidence_.in.query.stages.size(); ++stage) {
    if (evidence_.in.query.stages[stage].missing) {
      out.stages.push_back(show_missing(stage, judged));
      continue;
    }
    const std::size_t place = positive++;
    out.stages.push_back({.stage = stage});
    if (!chosen[place]) continue;
    const RowIndex row = *chosen[place];
    StageView& shown = out.stages.back();
    shown = show(row, place, differing);
    if (evidence_.is_dated(row) && evidence_.is_sequence()) {
      if (!first) first = evidence_.time(row);
      shown.since_first = match::elapsed(*first, evidence_.time(row));
    }
    const bool wants =
        shown.state == StageView::State::failed || evidence_.in.detail == Detail::full;
    if (wants && conditions++ < conditions_max)
      shown.condition = terms_.read(stage, evidence_.rows, row);
  }
  // Also where something else already stands in the way: time is no lesser obstacle.
  const Duration over = over_maxspan(evidence_, chosen);
  const bool is_unordered =
      judged.reason == Reason::undated || misplaced(evidence_, chosen).has_value();
  if (over > Duration::zero() && !is_unordered) out.over = over;
  if (judged.by)
    out.by = view(evidence_.row_of(*judged.by),
                  judged.reason == Reason::spoiled ? judged.spoiled_stage : 0);
  word(out, chosen, judged);
  return out;
}

EventView Wording::view(RowIndex row, std::size_t stage) const {
  EventView out{.line = evidence_.rows.line[row], .id = std::string(evidence_.rows.ids[row])};
  if (evidence_.is_dated(row)) out.time = evidence_.time(row);
  out.fields = terms_.fields(stage, evidence_.rows, row);
  return out;
}

StageView Wording::show_missing(std::size_t stage, const Judgement& judged) const {
  const bool happened = judged.reason == Reason::spoiled && judged.spoiled_stage == stage;
  StageView out{.stage = stage,
                .state = happened ? StageView::State::happened : StageView::State::free};
  if (happened && judged.by) out.event = view(evidence_.row_of(*judged.by), stage);
  return out;
}

StageView Wording::show(RowIndex row, std::size_t positive,
                        const std::vector<std::size_t>& differing) const {
  const std::size_t stage = evidence_.chains.positives()[positive];
  StageView out{.stage = stage,
                .state = evidence_.satisfies(row, positive) ? StageView::State::met
                                                            : StageView::State::failed,
                .event = view(row, stage)};
  for (std::size_t i = 0; i < evidence_.key_count(); ++i) {
    out.keys.push_back({.name = evidence_.key_field(positive, i).name,
                        .values = key_values(row, positive, i),
                        .differs = std::ranges::count(differing, i) > 0});
  }
  return out;
}

FieldValues Wording::key_values(RowIndex row, std::size_t positive, std::size_t key) const {
  const std::string& name = evidence_.key_field(positive, key).name;
  if (!evidence_.chains.stage(positive).keys[key]) return {.field = name};  // unmapped
  return field_values(evidence_.in.plan.projection(), evidence_.rows, row, name,
                      key_values_shown_max);
}

void Wording::word(Explanation& out, const Rows& chosen, const Judgement& judged) const {
  const std::size_t stage = evidence_.chains.positives()[judged.positive];
  const std::string name = name_of_stage(evidence_, judged.positive);
  const std::string by = event_or(out.by, "another event");
  switch (judged.reason) {
    case Reason::matched:
      out.text = "it matches";
      return;
    case Reason::cut_by_pipe:
      out.text = "it matches, but the query's own pipe (head or tail) leaves it out";
      return;
    case Reason::stage_unmatched:
      out.stage = stage;
      out.text = chosen[judged.positive] ? unmet(name, out.stages[stage].condition)
                                         : absent(chosen, judged.positive);
      return;
    case Reason::undated:
      out.stage = stage;
      out.text = format("the event for {} has no time ({}), and no sequence can use it", name,
                        evidence_.in.rule.timestamp_field);
      return;
    case Reason::out_of_order:
      out.stage = stage;
      out.text = out_of_order(chosen, judged.positive);
      return;
    case Reason::keys_differ:
      out.text = differing(chosen, judged.keys);
      return;
    case Reason::over_maxspan:
      out.over = judged.span - *evidence_.in.query.maxspan;
      out.text =
          format("{} over maxspan: {} of {}", precise_duration(*out.over),
                 precise_duration(judged.span), precise_duration(*evidence_.in.query.maxspan));
      return;
    case Reason::stopped:
      out.text = format("stopped by until: {} comes between", by);
      return;
    case Reason::spoiled:
      out.stage = judged.spoiled_stage;
      out.text = format("step {} must not happen, but {} does it", judged.spoiled_stage + 1, by);
      return;
    case Reason::replaced:
      out.stage = stage;
      out.text = format("another event took its place: {} reaches {} again", by, name);
      return;
    case Reason::dropped:
      out.text = "too many sequences were in progress, and it was the oldest";
      return;
    case Reason::paired_elsewhere:
      out.text = out.by ? format("its events went into another match, with {}", by)
                        : "its events went into other matches";
      return;
    case Reason::nothing_near:
    case Reason::no_connection:
    case Reason::document_missing:
    case Reason::runs_disturbed:
    case Reason::too_late:
    case Reason::look_back_too_short:
    case Reason::suppressed:
    case Reason::cut_by_cap:
    case Reason::unexplained:
      return;  // never judged of chosen events
  }
}

std::string Wording::absent(const Rows& chosen, std::size_t positive) const {
  const eql::CheckedQuery& query = evidence_.in.query;
  const std::string what = asked_for(query, evidence_.chains.positives()[positive]);
  const bool is_beside = std::ranges::any_of(chosen, [](const auto& row) { return bool(row); });
  const bool is_in_time =
      query.stages.size() > 1 && is_beside && query.maxspan && evidence_.is_sequence();
  return format(
      "no {} satisfies {}{}", what, name_of_stage(evidence_, positive),
      is_in_time ? format(" near enough (maxspan {})", precise_duration(*query.maxspan)) : "");
}

std::string Wording::out_of_order(const Rows& chosen, std::size_t positive) const {
  const std::string here = name_of_stage(evidence_, positive);
  const std::string before = name_of_stage(evidence_, positive - 1);
  const Duration early =
      match::elapsed(evidence_.time(*chosen[positive]), evidence_.time(*chosen[positive - 1]));
  if (early != Duration::zero())
    return format("{} comes {} before {} instead of after it", here, precise_duration(early),
                  before);
  return format("{} and {} are at the same time, and the {} puts them in the other order", before,
                here, evidence_.log.has_tiebreaker() ? "tiebreaker" : "input");
}

std::string Wording::differing(const Rows& chosen, const std::vector<std::size_t>& keys) const {
  std::vector<std::string> parts;
  for (const std::size_t i : keys) {
    std::vector<std::string> values;
    std::string name;
    for (std::size_t p = 0; p < chosen.size(); ++p) {
      if (!chosen[p]) continue;
      const FieldValues here = key_values(*chosen[p], p, i);
      if (name.empty()) name = here.field;
      const std::string text = shown(here);
      if (values.empty() || values.back() != text) values.push_back(text);
    }
    if (values.size() == 1 && values[0] == "missing")
      parts.push_back(format("{} is missing, which equals nothing", name));
    else
      parts.push_back(format("{} differs: {}", name, join(values, ", then ")));
  }
  return join(parts, "; ");
}

}  // namespace eqlab::explain
