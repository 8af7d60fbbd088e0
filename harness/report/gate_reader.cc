// The way back from gate_json.cc, key by key. Tested in tests/unit/report/gate_reader_test.cc,
// which holds every format of what was read against the original's.
#include "harness/report/gate_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "harness/base/text.h"
#include "harness/base/time.h"

namespace eqlab::report {
namespace {

using document::Node;

/// Durations beyond are no latencies, and would not fit.
constexpr double seconds_max = 9e9;
/// Of those of which only the number is stored.
constexpr std::uint64_t cases_max = 100'000;

class Reader {
 public:
  explicit Reader(const SourceText& source) : source_(source) {}
  Result<gate::GateResult> run(const Node& root) const;

 private:
  [[nodiscard]] Failure<Diagnostic> wrong(const Node& node, std::string message) const {
    return fail(locate(error_at(node.span, "E793", std::move(message),
                                "make it again: eqlab gate … --output-json FILE"),
                       source_));
  }
  Result<const Node*> member(const Node& node, std::string_view key, Node::Kind kind) const {
    const Node* const found = node.find(key, kind);
    if (found == nullptr)
      return wrong(node, format("{} is missing, or is not {}", key, document::to_string(kind)));
    return found;
  }
  Result<std::string> text(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::text));
    return found->text;
  }
  /// Null and absent: empty.
  static std::string text_or_none(const Node& node, std::string_view key) {
    return std::string(node.text_at(key).value_or(""));
  }
  Result<bool> flag(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::boolean));
    return found->truth;
  }
  Result<std::uint64_t> count(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::number));
    const auto value = document::count_of(*found);
    if (!value) return wrong(*found, format("{} must be a whole number", key));
    return *value;
  }
  Result<std::uint32_t> small_count(const Node& node, std::string_view key) const {
    EQLAB_TRY(const std::uint64_t value, count(node, key));
    if (value > std::numeric_limits<std::uint32_t>::max())
      return wrong(node, format("{} is too large", key));
    return static_cast<std::uint32_t>(value);
  }
  Result<double> number_of(const Node& node, std::string_view key) const {
    const auto value = parse_number<double>(node.text);
    if (!node.is(Node::Kind::number) || !value || !std::isfinite(*value))
      return wrong(node, format("{} must be a number", key));
    return *value;
  }
  Result<double> number(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::number));
    return number_of(*found, key);
  }
  Result<std::optional<double>> optional_number(const Node& node, std::string_view key,
                                                double scale = 1) const {
    const Node* const found = node.find(key);
    if (found == nullptr) return std::optional<double>();
    EQLAB_TRY(const double value, number_of(*found, key));
    return std::optional(value / scale);
  }
  Result<std::optional<Duration>> optional_duration(const Node& node, std::string_view key) const {
    EQLAB_TRY(const std::optional<double> value, optional_number(node, key));
    if (!value) return std::optional<Duration>();
    if (std::abs(*value) > seconds_max) return wrong(node, format("{} is too long", key));
    return std::optional(Duration(static_cast<Duration::rep>(std::llround(*value * 1e9))));
  }
  Result<std::optional<score::Interval>> interval(const Node& node, std::string_view key,
                                                  double scale = 1) const {
    const Node* const found = node.find(key);
    if (found == nullptr) return std::optional<score::Interval>();
    score::Interval out;
    EQLAB_TRY(out.low, number(*found, "low"));
    EQLAB_TRY(out.high, number(*found, "high"));
    out.low /= scale;
    out.high /= scale;
    return std::optional(out);
  }
  Result<std::vector<std::string>> texts(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const list, member(node, key, Node::Kind::list));
    std::vector<std::string> out;
    for (const Node& item : list->items) {
      if (!item.is(Node::Kind::text)) return wrong(item, format("{} holds texts", key));
      out.push_back(item.text);
    }
    return out;
  }
  /// `read` for each item of a list.
  template <class T>
  Result<std::vector<T>> list(const Node& node, std::string_view key,
                              Result<T> (Reader::*read)(const Node&) const) const {
    EQLAB_TRY(const Node* const items, member(node, key, Node::Kind::list));
    std::vector<T> out;
    for (const Node& item : items->items) {
      EQLAB_TRY(T one, (this->*read)(item));
      out.push_back(std::move(one));
    }
    return out;
  }
  /// Nothing where the member is null or absent.
  template <class T>
  Result<std::optional<T>> optional(const Node& node, std::string_view key,
                                    Result<T> (Reader::*read)(const Node&) const) const {
    const Node* const found = node.find(key);
    if (found == nullptr) return std::optional<T>();
    EQLAB_TRY(T one, (this->*read)(*found));
    return std::optional<T>(std::move(one));
  }
  /// One of an enumeration whose values have names.
  template <class Enum>
  Result<Enum> named(const Node& node, std::string_view key, std::span<const Enum> all) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::text));
    const auto value =
        std::ranges::find_if(all, [&](Enum one) { return to_string(one) == found->text; });
    if (value == all.end())
      return wrong(*found, format("{} is none of the words that stand there", key));
    return *value;
  }
  template <class Enum>
  Result<Enum> counted(const Node& node, std::string_view key, std::size_t count) const {
    std::vector<Enum> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(static_cast<Enum>(i));
    return named<Enum>(node, key, all);
  }

  Result<score::Proportion> proportion(const Node& node) const;
  Result<gate::GroupRecall> group(const Node& node) const;
  Result<gate::Figures> figures(const Node& node) const;
  Result<gate::ExampleEvent> example(const Node& node) const;
  Result<gate::IncidentChange> incident(const Node& node) const;
  Result<gate::AlertChange> alert(const Node& node) const;
  Result<gate::ScenarioChange> scenario(const Node& node) const;
  Result<gate::Effect> effect(const Node& node) const;
  Result<gate::BaselineEffect> baseline_effect(const Node& node) const;
  Result<Place> place(const Node& node) const;
  Result<Diagnostic> diagnostic(const Node& node) const;
  Result<gate::RuleChange> change(const Node& node) const;
  Result<gate::Check> check(const Node& node) const;
  Result<gate::CaseOutcome> case_outcome(const Node& node) const;
  Result<std::vector<gate::CaseOutcome>> cases(const Node& node, std::string_view key) const;
  Result<gate::MutationScore> mutation(const Node& node) const;
  Result<gate::CorpusIdentity> corpus(const Node& node) const;
  Result<gate::BaseInfo> base(const Node& node) const;
  Result<gate::RuleResult> rule(const Node& node) const;
  Result<rule::Skipped> skipped(const Node& node) const;

  const SourceText& source_;
};

Result<score::Proportion> Reader::proportion(const Node& node) const {
  score::Proportion out;
  EQLAB_TRY(out.hits, count(node, "hits"));
  EQLAB_TRY(out.total, count(node, "of"));
  if (out.hits > out.total) return wrong(node, "hits are more than they are out of");
  return out;
}

Result<gate::GroupRecall> Reader::group(const Node& node) const {
  gate::GroupRecall out;
  EQLAB_TRY(out.name, text(node, "name"));
  out.title = text_or_none(node, "title");
  EQLAB_TRY(const Node* const recall, member(node, "recall", Node::Kind::object));
  EQLAB_TRY(out.recall, proportion(*recall));
  return out;
}

Result<gate::Figures> Reader::figures(const Node& node) const {
  gate::Figures out;
  EQLAB_TRY(const Node* const recall, member(node, "recall", Node::Kind::object));
  EQLAB_TRY(out.recall, proportion(*recall));
  EQLAB_TRY(const Node* const precision, member(node, "precision", Node::Kind::object));
  EQLAB_TRY(out.precision, proportion(*precision));
  EQLAB_TRY(const Node* const alarms, member(node, "false_alarms", Node::Kind::object));
  EQLAB_TRY(out.false_alarms.count, count(*alarms, "count"));
  EQLAB_TRY(out.false_alarms.exposure, number(*alarms, "host_days"));
  if (out.false_alarms.exposure < 0) return wrong(*alarms, "host_days must not be negative");
  EQLAB_TRY(out.alerts, count(node, "alerts"));
  EQLAB_TRY(const Node* const latency, member(node, "latency", Node::Kind::object));
  EQLAB_TRY(out.latency.count, count(*latency, "alerts"));
  EQLAB_TRY(out.latency_is_of_right_alerts, flag(*latency, "of_right_alerts"));
  EQLAB_TRY(const std::optional<Duration> median, optional_duration(*latency, "p50_seconds"));
  out.latency.p50 = median.value_or(Duration::zero());
  EQLAB_TRY(out.latency.p95, optional_duration(*latency, "p95_seconds"));
  EQLAB_TRY(out.cap_hits, count(node, "cap_hits"));
  EQLAB_TRY(out.lost_to_cap, count(node, "lost_to_cap"));
  EQLAB_TRY(out.families, list(node, "families", &Reader::group));
  EQLAB_TRY(out.scenarios, list(node, "scenarios", &Reader::group));
  return out;
}

Result<gate::ExampleEvent> Reader::example(const Node& node) const {
  gate::ExampleEvent out;
  EQLAB_TRY(const Node* const time, member(node, "time", Node::Kind::text));
  const auto nanoseconds = parse_iso8601(time->text);
  if (!nanoseconds) return wrong(*time, "time is no ISO 8601 time");
  out.time = EventTime(Duration(*nanoseconds));
  EQLAB_TRY(out.host, text(node, "host"));
  EQLAB_TRY(out.process, text(node, "process"));
  EQLAB_TRY(out.parent, text(node, "parent"));
  EQLAB_TRY(out.id, text(node, "id"));
  return out;
}

Result<gate::IncidentChange> Reader::incident(const Node& node) const {
  gate::IncidentChange out;
  EQLAB_TRY(out.incident, text(node, "incident"));
  EQLAB_TRY(out.scenario, text(node, "scenario"));
  EQLAB_TRY(out.title, text(node, "title"));
  EQLAB_TRY(out.family, text(node, "family"));
  EQLAB_TRY(out.host, text(node, "host"));
  EQLAB_TRY(out.why, text(node, "why"));
  EQLAB_TRY(out.subject, text(node, "subject"));
  if (node.has("cause")) {
    EQLAB_TRY(const std::uint64_t cause, count(node, "cause"));
    out.cause = cause;
  }
  EQLAB_TRY(const Node* const event, member(node, "event", Node::Kind::object));
  EQLAB_TRY(out.example, example(*event));
  return out;
}

Result<gate::AlertChange> Reader::alert(const Node& node) const {
  gate::AlertChange out;
  EQLAB_TRY(out.verdict, counted<score::Verdict>(node, "verdict", score::verdict_count));
  EQLAB_TRY(out.incident, text(node, "incident"));
  EQLAB_TRY(out.scenario, text(node, "scenario"));
  EQLAB_TRY(const Node* const event, member(node, "event", Node::Kind::object));
  EQLAB_TRY(out.example, example(*event));
  return out;
}

Result<gate::ScenarioChange> Reader::scenario(const Node& node) const {
  gate::ScenarioChange out;
  EQLAB_TRY(out.id, text(node, "id"));
  EQLAB_TRY(out.title, text(node, "title"));
  EQLAB_TRY(out.incidents, count(node, "incidents"));
  EQLAB_TRY(out.before, count(node, "before"));
  EQLAB_TRY(out.after, count(node, "after"));
  return out;
}

Result<gate::Effect> Reader::effect(const Node& node) const {
  gate::Effect out;
  EQLAB_TRY(const Node* const recall, member(node, "recall", Node::Kind::object));
  EQLAB_TRY(out.recall.both, count(*recall, "both"));
  EQLAB_TRY(out.recall.only_before, count(*recall, "lost"));
  EQLAB_TRY(out.recall.only_after, count(*recall, "gained"));
  EQLAB_TRY(out.recall.neither, count(*recall, "neither"));
  EQLAB_TRY(out.recall.change, optional_number(*recall, "change"));
  EQLAB_TRY(const std::optional<score::Interval> of_recall, interval(*recall, "interval"));
  if (of_recall) out.recall.interval = *of_recall;
  EQLAB_TRY(out.recall.p_value, number(*recall, "p_value"));
  EQLAB_TRY(const Node* const alarms, member(node, "false_alarms", Node::Kind::object));
  EQLAB_TRY(out.false_alarms.before.count, count(*alarms, "before"));
  EQLAB_TRY(out.false_alarms.after.count, count(*alarms, "after"));
  EQLAB_TRY(out.false_alarms.change,
            optional_number(*alarms, "change_per_1000_hosts_a_day", score::hosts_shown));
  EQLAB_TRY(const std::optional<score::Interval> of_alarms,
            interval(*alarms, "interval", score::hosts_shown));
  if (of_alarms) out.false_alarms.interval = *of_alarms;
  EQLAB_TRY(out.scenarios, list(node, "scenarios", &Reader::scenario));
  EQLAB_TRY(out.lost, list(node, "lost", &Reader::incident));
  EQLAB_TRY(out.gained, list(node, "gained", &Reader::incident));
  EQLAB_TRY(out.alerts_lost, count(node, "alerts_lost"));
  EQLAB_TRY(out.alerts_gained, count(node, "alerts_gained"));
  EQLAB_TRY(out.lost_alerts, list(node, "lost_alerts", &Reader::alert));
  EQLAB_TRY(out.gained_alerts, list(node, "gained_alerts", &Reader::alert));
  return out;
}

Result<gate::BaselineEffect> Reader::baseline_effect(const Node& node) const {
  gate::BaselineEffect out;
  EQLAB_TRY(out.is_same_corpus, flag(node, "same_corpus"));
  EQLAB_TRY(out.recall_difference, optional_number(node, "recall_change"));
  EQLAB_TRY(out.recall_interval, interval(node, "recall_interval"));
  EQLAB_TRY(out.false_alarm_difference,
            optional_number(node, "false_alarms_change_per_1000_hosts_a_day", score::hosts_shown));
  EQLAB_TRY(out.false_alarm_interval, interval(node, "false_alarms_interval", score::hosts_shown));
  EQLAB_TRY(out.scenarios, list(node, "scenarios", &Reader::scenario));
  return out;
}

Result<Place> Reader::place(const Node& node) const {
  Place out;
  EQLAB_TRY(out.file, text(node, "file"));
  EQLAB_TRY(out.line, small_count(node, "line"));
  EQLAB_TRY(out.column, small_count(node, "column"));
  if (node.has("end_column")) {
    EQLAB_TRY(out.end_column, small_count(node, "end_column"));
  }
  out.source_line = text_or_none(node, "source_line");
  return out;
}

Result<Diagnostic> Reader::diagnostic(const Node& node) const {
  Diagnostic out;
  EQLAB_TRY(out.code, text(node, "code"));
  EQLAB_TRY(out.severity, counted<Severity>(node, "severity", 3));
  EQLAB_TRY(out.message, text(node, "message"));
  out.hint = text_or_none(node, "hint");
  EQLAB_TRY(out.place, optional(node, "place", &Reader::place));
  if (!out.place && node.has("file")) {
    EQLAB_TRY(const std::string file, text(node, "file"));
    out.place = Place{.file = file, .source_line = {}};
  }
  return out;
}

Result<gate::RuleChange> Reader::change(const Node& node) const {
  gate::RuleChange out;
  EQLAB_TRY(out.kind,
            counted<gate::RuleChangeKind>(
                node, "kind", static_cast<std::size_t>(gate::RuleChangeKind::metadata) + 1));
  if (node.has("step")) {
    EQLAB_TRY(const std::uint32_t step, small_count(node, "step"));
    if (step == 0) return wrong(node, "steps count from 1");
    out.step = step - 1;
  }
  EQLAB_TRY(out.subject, text(node, "subject"));
  EQLAB_TRY(out.before, text(node, "before"));
  EQLAB_TRY(out.after, text(node, "after"));
  return out;
}

Result<gate::Check> Reader::check(const Node& node) const {
  gate::Check out;
  EQLAB_TRY(out.id, text(node, "id"));
  EQLAB_TRY(out.outcome, counted<gate::Outcome>(node, "outcome", 3));
  EQLAB_TRY(out.text, text(node, "text"));
  EQLAB_TRY(out.actual, optional_number(node, "actual"));
  EQLAB_TRY(out.limit, optional_number(node, "limit"));
  EQLAB_TRY(out.interval, interval(node, "interval"));
  EQLAB_TRY(out.certain, flag(node, "certain"));
  EQLAB_TRY(out.undecided, flag(node, "undecided"));
  return out;
}

Result<gate::CaseOutcome> Reader::case_outcome(const Node& node) const {
  gate::CaseOutcome out;
  EQLAB_TRY(out.file, text(node, "file"));
  EQLAB_TRY(out.line, small_count(node, "line"));
  EQLAB_TRY(out.why, text(node, "why"));
  out.detail = text_or_none(node, "detail");
  return out;
}

/// In their order, where the result tells it; else those that failed first.
Result<std::vector<gate::CaseOutcome>> Reader::cases(const Node& node, std::string_view key) const {
  EQLAB_TRY(const Node* const all, member(node, key, Node::Kind::object));
  std::vector<std::pair<std::uint64_t, gate::CaseOutcome>> numbered;
  for (const bool passed : {false, true}) {
    if (passed && !all->has("passed")) continue;
    EQLAB_TRY(const Node* const listed,
              member(*all, passed ? "passed" : "failed", Node::Kind::list));
    for (const Node& item : listed->items) {
      EQLAB_TRY(gate::CaseOutcome outcome, case_outcome(item));
      outcome.passed = passed;
      std::uint64_t number = 0;
      if (item.has("number")) {
        EQLAB_TRY(number, count(item, "number"));
      }
      numbered.emplace_back(number, std::move(outcome));
    }
  }
  std::ranges::stable_sort(numbered, {}, [](const auto& one) { return one.first; });
  std::vector<gate::CaseOutcome> out;
  for (auto& [number, outcome] : numbered) out.push_back(std::move(outcome));
  EQLAB_TRY(const std::uint64_t ran, count(*all, "count"));
  // Results written before passing cases were listed: how many there were is all that is known.
  while (!all->has("passed") && out.size() < std::min(ran, cases_max)) out.emplace_back();
  return out;
}

Result<gate::MutationScore> Reader::mutation(const Node& node) const {
  gate::MutationScore out;
  EQLAB_TRY(out.noticed, count(node, "noticed"));
  EQLAB_TRY(out.of, count(node, "of"));
  return out;
}

Result<gate::CorpusIdentity> Reader::corpus(const Node& node) const {
  gate::CorpusIdentity out;
  EQLAB_TRY(out.profile, text(node, "profile"));
  if (node.has("seed")) {
    EQLAB_TRY(const std::uint64_t seed, count(node, "seed"));
    out.seed = seed;
  }
  EQLAB_TRY(out.hosts, count(node, "hosts"));
  EQLAB_TRY(out.days, number(node, "days"));
  EQLAB_TRY(out.events, count(node, "events"));
  EQLAB_TRY(out.incidents, count(node, "incidents"));
  return out;
}

Result<gate::BaseInfo> Reader::base(const Node& node) const {
  constexpr std::array<std::pair<std::string_view, gate::BaseKind>, 4> kinds = {
      {{"none", gate::BaseKind::none},
       {"git", gate::BaseKind::git},
       {"file", gate::BaseKind::file},
       {"baseline", gate::BaseKind::baseline}}};
  gate::BaseInfo out;
  EQLAB_TRY(const Node* const named, member(node, "kind", Node::Kind::text));
  const auto kind =
      std::ranges::find_if(kinds, [&](const auto& one) { return one.first == named->text; });
  if (kind == kinds.end()) return wrong(*named, "kind is none of none, git, file and baseline");
  out.kind = kind->second;
  out.name = text_or_none(node, "name");
  out.commit = text_or_none(node, "commit");
  EQLAB_TRY(out.is_merge_base, flag(node, "is_merge_base"));
  return out;
}

Result<gate::RuleResult> Reader::rule(const Node& node) const {
  gate::RuleResult out;
  EQLAB_TRY(out.file, text(node, "file"));
  out.old_file = text_or_none(node, "old_file");
  EQLAB_TRY(out.rule_id, text(node, "rule_id"));
  EQLAB_TRY(out.name, text(node, "name"));
  out.logic = text_or_none(node, "logic");
  if (node.has("change")) {
    EQLAB_TRY(out.change, counted<gate::ChangeKind>(node, "change", 4));
  }
  EQLAB_TRY(out.usable, flag(node, "usable"));
  EQLAB_TRY(out.base_usable, flag(node, "base_usable"));
  EQLAB_TRY(const std::optional<Place> where, optional(node, "place", &Reader::place));
  out.place = where.value_or(Place{});
  gate::RuleDiff diff;
  EQLAB_TRY(diff.is_equivalent, flag(node, "equivalent"));
  EQLAB_TRY(diff.changes, list(node, "changes", &Reader::change));
  for (const Node& item : node.find("changes")->items) {
    EQLAB_TRY(const std::optional<Place> of_change, optional(item, "place", &Reader::place));
    out.change_places.push_back(of_change.value_or(Place{}));
  }
  const std::size_t changes = diff.changes.size();
  out.diff = std::move(diff);
  EQLAB_TRY(out.checks, list(node, "checks", &Reader::check));
  EQLAB_TRY(out.diagnostics, list(node, "diagnostics", &Reader::diagnostic));
  for (const Node& item : node.find("diagnostics")->items) {
    EQLAB_TRY(const bool is_new, flag(item, "new"));
    out.diagnostic_is_new.push_back(is_new);
  }
  EQLAB_TRY(out.ignored, count(node, "ignored"));
  EQLAB_TRY(out.before, optional(node, "before", &Reader::figures));
  EQLAB_TRY(out.after, optional(node, "after", &Reader::figures));
  EQLAB_TRY(out.effect, optional(node, "effect", &Reader::effect));
  if (out.effect) {
    for (const auto* const moved : {&out.effect->lost, &out.effect->gained}) {
      for (const gate::IncidentChange& one : *moved) {
        if (one.cause && *one.cause >= changes)
          return wrong(node, "a cause is none of the changes");
      }
    }
  }
  EQLAB_TRY(out.baseline_effect, optional(node, "baseline_effect", &Reader::baseline_effect));
  EQLAB_TRY(out.cases, cases(node, "cases"));
  EQLAB_TRY(out.mutation, optional(node, "mutation", &Reader::mutation));
  EQLAB_TRY(out.notes, texts(node, "notes"));
  return out;
}

Result<rule::Skipped> Reader::skipped(const Node& node) const {
  rule::Skipped out;
  EQLAB_TRY(out.file, text(node, "file"));
  EQLAB_TRY(out.name, text(node, "name"));
  EQLAB_TRY(out.type, text(node, "type"));
  return out;
}

Result<gate::GateResult> Reader::run(const Node& root) const {
  gate::GateResult out;
  EQLAB_TRY(out.tool_version, text(root, "tool_version"));
  EQLAB_TRY(out.verdict, counted<gate::Verdict>(root, "verdict", 4));
  EQLAB_TRY(out.reason, text(root, "reason"));
  EQLAB_TRY(const Node* const against, member(root, "base", Node::Kind::object));
  EQLAB_TRY(out.base, base(*against));
  out.policy_file = text_or_none(root, "policy");
  EQLAB_TRY(out.repository_prefix, text(root, "repository_prefix"));
  EQLAB_TRY(out.corpus, optional(root, "corpus", &Reader::corpus));
  EQLAB_TRY(out.unchanged, count(root, "unchanged"));
  EQLAB_TRY(out.rules, list(root, "rules", &Reader::rule));
  EQLAB_TRY(out.other_cases, cases(root, "other_cases"));
  EQLAB_TRY(out.diagnostics, list(root, "diagnostics", &Reader::diagnostic));
  EQLAB_TRY(out.skipped, list(root, "skipped", &Reader::skipped));
  EQLAB_TRY(out.notes, texts(root, "notes"));
  EQLAB_TRY(out.command, text(root, "repeat"));
  return out;
}

}  // namespace

Result<gate::GateResult> read_gate(const StoredResult& stored) {
  return Reader(stored.source).run(stored.root);
}

}  // namespace eqlab::report
