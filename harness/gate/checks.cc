// Tested in tests/unit/gate/checks_test.cc.
#include "harness/gate/checks.h"

#include <algorithm>
#include <cmath>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/gate/words.h"

namespace eqlab::gate {
namespace {

/// A figure that equals its limit is within it, whatever its last bit says.
constexpr double slack = 1e-9;
constexpr double significant = 0.05;

enum class Side : std::uint8_t { at_least, at_most };

struct Held {
  bool failed = false;
  bool undecided = false;   ///< beyond the limit, but not with certainty
  bool unmeasured = false;  ///< beyond the limit, and nothing says how certainly
};

/// `interval` is that of `actual`.
Held hold(double actual, const std::optional<score::Interval>& interval, const Limit& limit,
          Side side) {
  const double sign = side == Side::at_most ? 1 : -1;
  const bool is_beyond = sign * (actual - limit.value) > slack;
  if (!limit.certain || !is_beyond) return {.failed = is_beyond};
  if (!interval) return {.unmeasured = true};
  const double nearest = side == Side::at_most ? interval->low : interval->high;
  const bool is_certain = sign * (nearest - limit.value) > slack;
  return {.failed = is_certain, .undecided = !is_certain};
}

class Checker {
 public:
  Checker(RuleResult& result, const Demands& demands, const BaseInfo& base)
      : result_(result), demands_(demands), base_(base) {}
  void run();

 private:
  Check& add(std::string id, Outcome outcome, std::string text) {
    result_.checks.push_back({.id = std::move(id), .outcome = outcome, .text = std::move(text)});
    return result_.checks.back();
  }
  void add_held(std::string id, const Held& held, std::string text, double actual,
                const Limit& limit, const std::optional<score::Interval>& interval) {
    if (held.undecided) text += ": not certain";
    if (held.unmeasured) text += ": how certain that is was not measured, for want of an interval";
    const Outcome outcome = held.failed       ? Outcome::failed
                            : held.unmeasured ? Outcome::skipped
                                              : Outcome::passed;
    Check& check = add(std::move(id), outcome, std::move(text));
    check.undecided = held.undecided;
    check.actual = actual;
    check.limit = limit.value;
    check.interval = interval;
    check.certain = limit.certain;
  }
  void skip(std::string id, std::string_view why) {
    add(std::move(id), Outcome::skipped, format("not measured: {}", why));
  }

  /// An author asked for a figure and there is none: that is not met.
  void unmet(std::string id, std::string_view what, std::string_view why) {
    add(std::move(id), Outcome::failed,
        format("{} cannot be measured, though the policy asks for it: {}", what, why));
  }

  void measured();
  void deleted();
  void lint();
  void identity();
  void cases();
  void absolute();
  void least_recall(const std::string& id, const std::string& what, const Limit& limit,
                    const score::Proportion* recall);
  void by_group();
  void relative();
  void drop();
  void lost_scenarios(const std::vector<ScenarioChange>& scenarios);
  void rise();
  void mutation();

  RuleResult& result_;
  const Demands& demands_;
  const BaseInfo& base_;
};

void Checker::lint() {
  if (!demands_.lint.fail_on) return;
  std::size_t failing = 0;
  std::size_t milder = 0;
  const Diagnostic* first = nullptr;
  for (std::size_t i = 0; i < result_.diagnostics.size(); ++i) {
    const Diagnostic& found = result_.diagnostics[i];
    const bool counts = found.severity <= *demands_.lint.fail_on &&
                        (!demands_.lint.only_new || result_.diagnostic_is_new[i]);
    if (counts && failing++ == 0) first = &found;
    milder += counts ? 0U : 1U;
  }
  if (first != nullptr) {
    add("lint", Outcome::failed,
        format("lint: {} {}{}", first->code, first->message,
               failing > 1 ? format(" (and {} more)", failing - 1) : std::string()));
    return;
  }
  add("lint", Outcome::passed,
      milder == 0 ? std::string("lint: nothing found")
                  : format("lint: {} found, none that fails", count_words(milder, "remark")));
}

void Checker::identity() {
  if (!result_.diff) return;
  const auto& changes = result_.diff->changes;
  const auto id = std::ranges::find(changes, RuleChangeKind::identity, &RuleChange::kind);
  if (id != changes.end() && !id->before.empty()) {
    add("rule-id", Outcome::failed,
        format("rule_id changed from {} to {}: alerts, exceptions and history belong to the id",
               id->before, id->after.empty() ? "none" : id->after));
  }
}

void Checker::cases() {
  if (result_.cases.empty()) return;
  std::vector<const CaseOutcome*> failed;
  for (const CaseOutcome& outcome : result_.cases) {
    if (!outcome.passed) failed.push_back(&outcome);
  }
  const std::size_t total = result_.cases.size();
  if (failed.empty()) {
    add("cases", Outcome::passed, format("{} pass", count_words(total, "case")));
    return;
  }
  add("cases", Outcome::failed,
      format("{} of {} fail: {}:{} {}{}", failed.size(), count_words(total, "case"),
             failed.front()->file, failed.front()->line, failed.front()->why,
             failed.size() > 1 ? format(" (and {} more)", failed.size() - 1) : std::string()));
}

/// `what`: as it follows "recall".
void Checker::least_recall(const std::string& id, const std::string& what, const Limit& limit,
                           const score::Proportion* recall) {
  const auto value = recall != nullptr ? recall->value() : std::nullopt;
  if (!value) {
    unmet(id, "recall" + what, "the corpus has no malicious incident of that kind");
    return;
  }
  const auto interval = recall->interval();
  add_held(id, hold(*value, interval, limit, Side::at_least),
           format("recall{} {} {} ({} of {}); policy asks for {}", what, percent(*value),
                  percent_interval(interval), recall->hits, recall->total, percent(limit.value)),
           *value, limit, interval);
}

void Checker::by_group() {
  const auto find = [](const std::vector<GroupRecall>& groups, const std::string& name) {
    const auto found = std::ranges::find(groups, name, &GroupRecall::name);
    return found == groups.end() ? nullptr : &found->recall;
  };
  for (const auto& [name, limit] : demands_.thresholds.recall_min_by_family)
    least_recall("recall-family:" + name, " of family " + name, limit,
                 find(result_.after->families, name));
  for (const auto& [name, limit] : demands_.thresholds.recall_min_by_scenario)
    least_recall("recall-scenario:" + name, " of scenario " + name, limit,
                 find(result_.after->scenarios, name));
}

void Checker::absolute() {
  const Thresholds& limits = demands_.thresholds;
  const Figures& now = *result_.after;
  if (limits.recall_min)
    least_recall("recall", " of malicious incidents", *limits.recall_min, &now.recall);
  by_group();
  if (limits.false_alarms_max) {
    const auto rate = now.false_alarms.value();
    if (!rate) {
      unmet("false-alarms", "the rate of false alarms",
            "the corpus has no hosts or covers no time");
    } else {
      const double shown = *rate * score::hosts_shown;
      const auto interval = shown_interval(now.false_alarms.interval());
      add_held("false-alarms", hold(shown, interval, *limits.false_alarms_max, Side::at_most),
               format("false alarms {} {} per 1,000 hosts a day; policy allows {}", figure(shown),
                      figure_interval(interval), figure(limits.false_alarms_max->value)),
               shown, *limits.false_alarms_max, interval);
    }
  }
  if (limits.latency_p95_max) {
    if (now.latency.count == 0) {
      skip("latency", "no alerts");
    } else {
      // Too few alerts for a percentile: the slowest one is at least as late.
      const Duration late = now.latency.p95.value_or(now.latency.max);
      const double seconds = std::chrono::duration<double>(late).count();
      const std::string whose = now.latency_is_of_right_alerts ? "right alerts" : "alerts";
      const std::string which = now.latency.p95
                                    ? format("95 of 100 {} come", whose)
                                    : format("all {} {} come", now.latency.count, whose);
      add_held(
          "latency", hold(seconds, std::nullopt, *limits.latency_p95_max, Side::at_most),
          format("{} within {} of the last event; policy allows {}", which, human_duration(late),
                 human_duration(std::chrono::duration_cast<Duration>(
                     std::chrono::duration<double>(limits.latency_p95_max->value)))),
          seconds, *limits.latency_p95_max, std::nullopt);
    }
  }
  if (limits.cap_hits_max) {
    const auto hits = static_cast<double>(now.cap_hits);
    add_held(
        "cap-hits", hold(hits, std::nullopt, *limits.cap_hits_max, Side::at_most),
        format("{} met the cap on alerts, {} lost to it; policy allows {}",
               count_words(now.cap_hits, "run"), count_words(now.lost_to_cap, "match", "matches"),
               figure(limits.cap_hits_max->value)),
        hits, *limits.cap_hits_max, std::nullopt);
  }
}

void Checker::mutation() {
  const auto& limit = demands_.thresholds.mutation_score_min;
  if (!limit) return;
  const bool has_failing = !std::ranges::all_of(result_.cases, &CaseOutcome::passed);
  if (!result_.mutation && has_failing) {
    skip("mutation", "the rule's cases fail already");
    return;
  }
  if (!result_.mutation) {
    unmet("mutation", "the share of mutants that cases notice",
          result_.cases.empty() ? "no case names the rule" : "the rule's cases cannot be used");
    return;
  }
  if (result_.mutation->of == 0) {
    skip("mutation", "the rule has no mutants");
    return;
  }
  const double score =
      static_cast<double>(result_.mutation->noticed) / static_cast<double>(result_.mutation->of);
  add_held(
      "mutation", hold(score, std::nullopt, *limit, Side::at_least),
      format("the cases notice {} of {} mutants, {}; policy asks for {}", result_.mutation->noticed,
             result_.mutation->of, percent(score), percent(limit->value)),
      score, *limit, std::nullopt);
}

void Checker::drop() {
  const auto& limit = demands_.thresholds.recall_drop_max;
  if (!limit) return;
  std::optional<double> change;
  std::optional<score::Interval> interval;
  std::string how;
  std::optional<double> p;
  if (result_.effect) {
    const score::PairedComparison& paired = result_.effect->recall;
    change = paired.change;
    interval = paired.interval.value();
    p = paired.p_value;
    how = format("{}, paired, {}", p_text(*p), count_words(paired.total(), "incident"));
  } else if (result_.baseline_effect) {
    change = result_.baseline_effect->recall_difference;
    interval = result_.baseline_effect->recall_interval;
    how = result_.baseline_effect->is_same_corpus ? "against stored figures"
                                                  : "against stored figures of another corpus";
  }
  if (!change) {
    skip("recall-drop", "the corpus has no malicious incidents");
    return;
  }
  const double drop = -*change;
  std::optional<score::Interval> of_drop;
  if (interval) of_drop = score::Interval{.low = -interval->high, .high = -interval->low};
  Held held = hold(drop, of_drop, *limit, Side::at_most);
  if (limit->certain && p) {
    // Where hosts are too few to be resampled the exact test decides alone.
    if (held.failed && *p >= significant) held = {.failed = false, .undecided = true};
    if (held.unmeasured) held = {.failed = *p < significant, .undecided = *p >= significant};
  }
  const auto before = result_.before ? result_.before->recall.value() : std::nullopt;
  const auto after = result_.after->recall.value();
  const std::string from_to = before && after ? format("{} → {}", percent(*before), percent(*after))
                                              : std::string("changed");
  // What did not move needs no statistics.
  const std::string detail =
      std::abs(drop) < slack && (!p || *p >= 1)
          ? how
          : format("{}{}, {}", points(*change),
                   interval ? " " + points_interval(*interval) : std::string(), how);
  add_held("recall-drop", held,
           format("recall {} ({}); policy allows {}", from_to, detail, points(-limit->value)), drop,
           *limit, of_drop);
}

void Checker::lost_scenarios(const std::vector<ScenarioChange>& scenarios) {
  const auto& limit = demands_.thresholds.scenarios_lost_max;
  if (!limit) return;
  std::vector<std::string> lost;
  for (const ScenarioChange& scenario : scenarios) {
    if (scenario.before > 0 && scenario.after == 0)
      lost.push_back(std::string(trim(format("{} {}", scenario.id, scenario.title))));
  }
  const auto count = static_cast<double>(lost.size());
  constexpr std::size_t named_max = 4;
  const std::size_t total = lost.size();
  if (lost.size() > named_max) lost.resize(named_max);
  add_held("scenarios-lost", hold(count, std::nullopt, *limit, Side::at_most),
           total == 0 ? std::string("no scenario is lost altogether")
                      : format("{} lost altogether: {}{}; policy allows {}",
                               count_words(total, "scenario"), join(lost, ", "),
                               total > named_max ? format(" and {} more", total - named_max)
                                                 : std::string(),
                               figure(limit->value)),
           count, *limit, std::nullopt);
}

void Checker::rise() {
  const auto& absolute = demands_.thresholds.false_alarms_rise_max;
  const auto& growth = demands_.thresholds.false_alarms_growth_max;
  if (!absolute && !growth) return;
  std::optional<double> change;
  std::optional<score::Interval> interval;
  if (result_.effect) {
    change = result_.effect->false_alarms.change;
    interval = result_.effect->false_alarms.interval.value();
  } else if (result_.baseline_effect) {
    change = result_.baseline_effect->false_alarm_difference;
    interval = result_.baseline_effect->false_alarm_interval;
  }
  const auto before = result_.before ? result_.before->false_alarms.value() : std::nullopt;
  const auto after = result_.after->false_alarms.value();
  if (!change || !before || !after) {
    skip("false-alarms-rise", "the corpus has no hosts or covers no time");
    return;
  }
  std::string how;
  if (!interval && std::abs(*change) > slack) {
    // Too few hosts to be resampled: exact intervals of both, as if of different events. What the
    // versions share makes that too wide, not too narrow.
    const auto of_before = result_.before->false_alarms.interval();
    const auto of_after = result_.after->false_alarms.interval();
    if (of_before && of_after) {
      interval = unpaired_difference(*before, *of_before, *after, *of_after);
      how = ", hosts too few to resample: as two samples";
    }
  }
  const double shown = *change * score::hosts_shown;
  const auto of_change = shown_interval(interval);
  const std::string from_to =
      std::abs(shown) < slack
          ? format("false alarms {} per 1,000 hosts a day, as before",
                   figure(*after * score::hosts_shown))
          : format("false alarms {} → {} per 1,000 hosts a day ({}{}{})",
                   figure(*before * score::hosts_shown), figure(*after * score::hosts_shown),
                   signed_figure(shown),
                   of_change ? " " + signed_interval(*of_change) : std::string(), how);
  if (absolute) {
    add_held("false-alarms-rise", hold(shown, of_change, *absolute, Side::at_most),
             format("{}; policy allows +{}", from_to, figure(absolute->value)), shown, *absolute,
             of_change);
  }
  if (growth) {
    const double allowed = growth->value * *before * score::hosts_shown;
    const Limit in_figures{.value = allowed, .certain = growth->certain};
    add_held("false-alarms-growth", hold(shown, of_change, in_figures, Side::at_most),
             format("{}; policy allows +{} ({})", from_to, figure(allowed), percent(growth->value)),
             shown, in_figures, of_change);
  }
}

void Checker::relative() {
  drop();
  lost_scenarios(result_.effect ? result_.effect->scenarios : result_.baseline_effect->scenarios);
  rise();
}

/// What was measured comes first: it is what a reader wants to know.
void Checker::measured() {
  if (result_.is_equivalent() && !result_.after) {
    add("equivalent", Outcome::passed,
        "proved to raise the same alerts as the base: nothing to measure");
    return;
  }
  if (!result_.after) {
    skip("figures", "the rule was not run");
    return;
  }
  if (result_.effect || result_.baseline_effect) {
    relative();
  } else {
    // Said once, so that a pass by absolute thresholds alone is not taken for more.
    const std::string_view why = base_.kind == BaseKind::none ? "there is no base to compare with"
                                 : !result_.base_usable       ? "the base version cannot be used"
                                 : result_.change == ChangeKind::added ? "the base has no such rule"
                                                                       : "the base was not run";
    skip("against-base", why);
  }
  absolute();
}

/// A rule that goes catches nothing any more, as if it had been changed to that.
void Checker::deleted() {
  const auto recall = result_.before ? result_.before->recall : score::Proportion{};
  add("deleted", Outcome::passed,
      recall.total > 0 ? format("the rule is gone; it caught {} of {} malicious incidents",
                                recall.hits, recall.total)
                       : std::string("the rule is gone"));
  const auto& limit = demands_.thresholds.recall_drop_max;
  const bool is_judged = limit || demands_.thresholds.scenarios_lost_max;
  if (demands_.deletions_allowed || !is_judged) return;
  const auto drop = recall.value();
  if (!drop) {
    skip("against-base", result_.before ? "the corpus has no malicious incidents"
                                        : "the version that is gone was not run");
    return;
  }
  if (limit) {
    const auto interval = recall.interval();
    Held held = hold(*drop, interval, *limit, Side::at_most);
    if (held.failed && limit->certain && score::mcnemar_exact(recall.hits, 0) >= significant)
      held = {.undecided = true};
    add_held("recall-drop", held,
             format("recall {} → none, as the rule is gone; policy allows {}", percent(*drop),
                    points(-limit->value)),
             *drop, *limit, interval);
  }
  std::vector<ScenarioChange> scenarios;
  for (const GroupRecall& scenario : result_.before->scenarios) {
    scenarios.push_back({.id = scenario.name,
                         .title = scenario.title,
                         .incidents = scenario.recall.total,
                         .before = scenario.recall.hits});
  }
  lost_scenarios(scenarios);
  if (result_.outcome() == Outcome::failed)
    result_.notes.emplace_back("rules.deleted = \"allowed\" in eqlab.toml lets rules go");
}

void Checker::run() {
  if (result_.change == ChangeKind::deleted) {
    deleted();
    return;
  }
  if (!result_.usable) {
    add("usable", Outcome::failed,
        result_.diagnostics.empty() ? "the rule cannot be used"
                                    : result_.diagnostics.front().message);
    return;
  }
  measured();
  cases();
  mutation();
  lint();
  identity();
}

}  // namespace

void check_rule(RuleResult& result, const Demands& demands, const BaseInfo& base) {
  result.checks.clear();
  Checker(result, demands, base).run();
}

}  // namespace eqlab::gate
