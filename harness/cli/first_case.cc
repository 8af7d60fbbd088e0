// Blocks are written as text, read back as a case file is, and run; what does not pass is not kept.
#include "harness/cli/first_case.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/cases/case_time.h"
#include "harness/cases/event_line.h"
#include "harness/cases/runner.h"
#include "harness/synth/timeline.h"

namespace eqlab::cli {
namespace {

constexpr std::size_t near_misses_tried_max = 40;

cases::CaseValue case_value(const event::Field& field, const event::Value& value) {
  using Kind = cases::CaseValue::Kind;
  if (const auto* const text = std::get_if<std::string>(&value)) return {Kind::text, *text};
  if (const auto* const truth = std::get_if<bool>(&value))
    return {Kind::boolean, *truth ? "true" : "false"};
  if (event::is_date(field.type)) {
    if (const auto* const time = std::get_if<std::int64_t>(&value))
      return {Kind::text, format_iso8601(*time, 9)};
  }
  return {Kind::number, event::to_text(value)};
}

std::string event_line(const rule::Rule& rule, const synth::TimelineEvent& event,
                       std::size_t number) {
  cases::CaseEvent out{.id = std::to_string(number),
                       .time = EventTime(Duration{*parse_iso8601(cases::base_time)} + event.at),
                       .fields = {}};
  for (const synth::FieldValues& field : event.fields) {
    cases::CaseField written{
        .name = field.field.name, .values = {}, .is_array = field.values.size() > 1};
    for (const event::Value& value : field.values)
      written.values.push_back(case_value(field.field, value));
    out.fields.push_back(std::move(written));
  }
  return "  " + cases::write_event_line(out, rule.event_category_field, event::Schema::builtin()) +
         "\n";
}

std::string block(const rule::Rule& rule, const std::string& why, const synth::Timeline& timeline,
                  const std::string& expectation) {
  std::string out = "why: " + why + "\nevents\n";
  for (std::size_t i = 0; i < timeline.events.size(); ++i)
    out += event_line(rule, timeline.events[i], i + 1);
  return out + expectation;
}

/// Does the block say what the rule does? On every engine, as `eqlab test` will ask.
bool passes(const rule::Rule& rule, const std::string& head, const std::string& text) {
  auto blocks = cases::parse_cases(head + text, "first.case");
  if (!blocks || blocks->size() != 1) return false;
  cases::apply_rule(blocks->front(), rule);
  return cases::run_block(blocks->front(), {}).passed();
}

std::string expected_matches(const eql::CheckedQuery& query) {
  if (query.kind == eql::QueryKind::event) return "ids\n  1\n";
  std::string line;
  std::size_t number = 0;
  for (const eql::CheckedStage& stage : query.stages)
    line += stage.missing ? " -" : format(" {}", ++number);
  return "matches\n " + line + "\n";
}

std::string nothing_expected(const eql::CheckedQuery& query) {
  return query.kind == eql::QueryKind::event ? "ids\n  none\n" : "matches\n  none\n";
}

/// What is special about a near miss, in words.
std::string why_of(const eql::CheckedQuery& query, const synth::NearMiss& miss) {
  if (miss.field.empty())
    return format("the last event later than maxspan, {}, is not seen",
                  human_duration(query.maxspan.value_or(Duration::zero())));
  if (query.kind == eql::QueryKind::event)
    return format("an event with another {} is not seen", miss.field);
  const std::size_t step = query.stages[miss.timeline.events[miss.event].stage].written + 1;
  return miss.is_key ? format("step {} with another {} than the rest is not seen", step, miss.field)
                     : format("step {} with another {} is not seen", step, miss.field);
}

/// The category that a filter wants, or `-`.
std::string some_category(const eql::CheckedQuery& query) {
  for (const eql::Stage& stage : query.syntax.stages) {
    const auto& category = stage.filter.category;
    if (category && !category->empty() &&
        category->find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos) {
      return *category;
    }
  }
  return "-";
}

std::optional<std::string> skeleton(const rule::Rule& rule, const eql::CheckedQuery& query,
                                    const std::string& head) {
  const std::string quiet = format(
      "why: an event without the fields that the rule asks about is not seen\nevents\n"
      "  1  @0s  {}\n{}",
      some_category(query), nothing_expected(query));
  if (!passes(rule, head, quiet)) return std::nullopt;
  std::string out = quiet +
                    "\n# No events could be made that satisfy this rule. Write some of your own: "
                    "one a line, with "
                    "an id, a\n# time, a category and fields; then take the # away, and look at "
                    "what `eqlab test` "
                    "says.\n#\n# why: what the rule is for\n# events\n";
  std::size_t number = 0;
  for (const eql::CheckedStage& stage : query.stages) {
    if (stage.missing) continue;
    const auto& category = query.syntax.stages[stage.written].filter.category;
    out += format("#   {}  @{}s  {}  FIELD=VALUE FIELD=\"VALUE WITH BLANKS\"\n", number + 1, number,
                  category ? printable(*category) : "-");
    ++number;
  }
  std::string expected = expected_matches(query);
  expected.pop_back();
  for (std::size_t at = 0; (at = expected.find('\n', at)) != std::string::npos; ++at)
    expected.replace(at, 1, "\n# ");
  return out + "# " + expected + "\n";
}

}  // namespace

FirstCase first_case(const rule::Rule& rule, const eql::CheckedQuery& query,
                     const std::string& rule_path) {
  const bool can_be_written =
      !rule_path.empty() && trim(rule_path) == rule_path &&
      std::ranges::none_of(rule_path, [](char c) { return c >= 0 && c < ' '; }) &&
      is_utf8(rule_path);
  if (!can_be_written) return {};
  const std::string head = "rule: " + rule_path + "\n\n";
  const std::string about =
      "# What the rule sees and what it does not, one behaviour a block; `eqlab test` runs them.\n";

  const auto timeline = synth::positive_timeline(query, rule.timestamp_field);
  if (timeline) {
    const std::string seen = block(rule,
                                   query.kind == eql::QueryKind::event
                                       ? "an event that the rule is for"
                                       : "one event for each step, close together, is a match",
                                   *timeline, expected_matches(query));
    if (passes(rule, head, seen)) {
      std::string text = about +
                         "# The values are the rule's own: put in what a real incident has.\n\n" +
                         head + seen;
      std::size_t tried = 0;
      bool has_value = false;
      bool has_time = false;
      for (const synth::NearMiss& miss : synth::near_misses(query, *timeline)) {
        bool& has_one = miss.field.empty() ? has_time : has_value;
        if (has_one || (!miss.field.empty() && ++tried > near_misses_tried_max)) continue;
        const std::string unseen =
            block(rule, why_of(query, miss), miss.timeline, nothing_expected(query));
        if (!passes(rule, head, unseen)) continue;
        has_one = true;
        text += "\n" + unseen;
      }
      return {.text = std::move(text), .has_match = true};
    }
  }
  auto made = skeleton(rule, query, head);
  if (!made) return {};
  return {.text = about + "\n" + head + *made, .has_match = false};
}

}  // namespace eqlab::cli
