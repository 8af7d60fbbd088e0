#include "harness/report/gate_pieces.h"

#include <algorithm>
#include <array>
#include <map>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/gate/words.h"
#include "harness/report/cells.h"

namespace eqlab::report {

using gate::BaseKind;
using gate::ChangeKind;
using gate::Figures;
using gate::RuleResult;

std::string_view word_of(const RuleResult& rule) {
  if (!rule.usable) return "ERROR";
  if (rule.outcome() == gate::Outcome::failed) return "FAIL";
  return rule.is_equivalent() ? "SAME" : "PASS";
}

std::string_view word_of(gate::Verdict verdict) {
  switch (verdict) {
    case gate::Verdict::pass:
      return "PASS";
    case gate::Verdict::fail:
      return "FAIL";
    case gate::Verdict::unusable:
    case gate::Verdict::trouble:
      return "ERROR";
  }
  return "";
}

std::string change_text(const RuleResult& rule, const gate::BaseInfo& base) {
  if (base.kind == BaseKind::none) return {};
  if (!rule.old_file.empty()) return format("renamed from {}", rule.old_file);
  switch (rule.change) {
    case ChangeKind::added:
      return "added";
    case ChangeKind::deleted:
      return "deleted";
    case ChangeKind::unchanged:
      return "unchanged";
    case ChangeKind::modified:
      break;
  }
  return {};
}

std::vector<ScenarioShift> shifts_of(const std::vector<gate::IncidentChange>& changes) {
  std::map<std::string, ScenarioShift> by_id;
  for (const gate::IncidentChange& change : changes) {
    ScenarioShift& shift = by_id[change.scenario];
    if (shift.count++ == 0) {
      shift.id = change.scenario;
      shift.title = change.title;
      shift.example = &change;
    }
  }
  std::vector<ScenarioShift> out;
  for (auto& [id, shift] : by_id) out.push_back(std::move(shift));
  std::ranges::stable_sort(out, std::greater<>{}, &ScenarioShift::count);
  return out;
}

std::vector<std::pair<std::string, std::uint64_t>> causes_of(const RuleResult& rule) {
  std::map<std::string, std::uint64_t> counts;
  for (const gate::IncidentChange& change : rule.effect->lost) {
    std::string cause = change.why.empty() ? "not explained" : change.why;
    if (change.cause) cause = describe(rule.diff->changes[*change.cause]);
    ++counts[cause];
  }
  std::vector<std::pair<std::string, std::uint64_t>> out(counts.begin(), counts.end());
  std::ranges::stable_sort(out, std::greater<>{}, [](const auto& cause) { return cause.second; });
  return out;
}

std::string shift_text(const std::optional<std::string>& before,
                       const std::optional<std::string>& after) {
  if (!before || before == after) return after.value_or(before.value_or("–"));
  if (!after) return format("{} → –", *before);
  return format("{} → {}", *before, *after);
}

namespace {

template <class Text>
std::string shift_of(const RuleResult& rule, const Text& text) {
  std::optional<std::string> before;
  std::optional<std::string> after;
  if (rule.before) before = text(*rule.before);
  if (rule.after) after = text(*rule.after);
  return shift_text(before, after);
}

}  // namespace

std::string recall_text(const RuleResult& rule) {
  return shift_of(rule, [](const Figures& figures) -> std::optional<std::string> {
    const auto value = figures.recall.value();
    return value ? std::optional(gate::percent(*value)) : std::nullopt;
  });
}

std::string false_alarms_text(const RuleResult& rule) {
  return shift_of(rule, [](const Figures& figures) -> std::optional<std::string> {
    const auto value = figures.false_alarms.value();
    return value ? std::optional(gate::figure(*value * score::hosts_shown)) : std::nullopt;
  });
}

std::string latency_text(const RuleResult& rule) {
  return shift_of(rule, [](const Figures& figures) -> std::optional<std::string> {
    return figures.latency.p95 ? std::optional(human_duration(*figures.latency.p95)) : std::nullopt;
  });
}

std::string alerts_text(const RuleResult& rule) {
  return shift_of(rule, [](const Figures& figures) -> std::optional<std::string> {
    return grouped(figures.alerts);
  });
}

std::string example_text(const gate::ExampleEvent& example) {
  std::string out = format_iso8601(example.time.time_since_epoch().count());
  for (const std::string* const part : {&example.host, &example.process})
    if (!part->empty()) out += " " + *part;
  if (!example.parent.empty()) out += " < " + example.parent;
  return out;
}

std::vector<const gate::RuleChange*> deciding_changes(const RuleResult& rule) {
  std::vector<const gate::RuleChange*> out;
  if (!rule.diff) return out;
  for (const gate::RuleChange& change : rule.diff->changes) {
    if (!is_metadata(change)) out.push_back(&change);
  }
  return out;
}

std::size_t metadata_changes(const RuleResult& rule) {
  return rule.diff ? rule.diff->changes.size() - deciding_changes(rule).size() : 0;
}

std::string base_text(const gate::BaseInfo& base) {
  switch (base.kind) {
    case BaseKind::none:
      return "no base: judged by absolute thresholds alone";
    case BaseKind::git:
      return format("against {}{} ({})", base.is_merge_base ? "the merge base of " : "", base.name,
                    base.commit.substr(0, 10));
    case BaseKind::file:
      return format("against {}", base.name);
    case BaseKind::baseline:
      return format("against the figures stored in {}", base.name);
  }
  return {};
}

std::string corpus_text(const gate::CorpusIdentity& corpus) {
  std::vector<std::string> parts = {
      corpus.profile, count_of(corpus.hosts, "host", "hosts"), days_text(corpus.days),
      count_of(corpus.events, "event", "events"),
      count_of(corpus.incidents, "malicious incident", "malicious incidents")};
  if (corpus.seed) parts.push_back(format("seed {}", *corpus.seed));
  return join(parts, " · ");
}

Place place_of(const RuleResult& rule, const gate::Check& check) {
  const bool is_about_recall =
      check.id.starts_with("recall") || check.id == "scenarios-lost" || check.id == "cases";
  const bool is_about_alarms = check.id.starts_with("false-alarms") || check.id == "cap-hits";
  const auto at = [&](std::size_t change) {
    return change < rule.change_places.size() && rule.change_places[change].line > 0
               ? std::optional(rule.change_places[change])
               : std::nullopt;
  };
  if (is_about_recall && rule.effect) {
    // The change that lost most.
    std::map<std::size_t, std::size_t> counts;
    for (const gate::IncidentChange& lost : rule.effect->lost) {
      if (lost.cause) ++counts[*lost.cause];
    }
    const auto most =
        std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    if (most != counts.end()) {
      if (const auto place = at(most->first)) return *place;
    }
  }
  if ((is_about_recall || is_about_alarms || check.id == "rule-id") && rule.diff) {
    for (std::size_t i = 0; i < rule.diff->changes.size(); ++i) {
      const gate::RuleChange& change = rule.diff->changes[i];
      const bool is_meant = check.id == "rule-id" ? change.kind == gate::RuleChangeKind::identity
                                                  : !is_metadata(change);
      if (is_meant) {
        if (const auto place = at(i)) return *place;
      }
    }
  }
  return rule.place;
}

const CheckTitle& title_of(std::string_view check_id) {
  static constexpr std::array<CheckTitle, 19> titles = {{
      {"usable", "the rule can be used", "A rule that cannot be read or compiled raises no alert."},
      {"lint", "lint finds nothing that fails", "The policy says from which severity on it fails."},
      {"rule-id", "the rule keeps its id",
       "Alerts, exceptions and the history of a rule hang on its rule_id; a new one is a new "
       "rule."},
      {"cases", "the rule's cases pass", "The case files beside the rules say what must match."},
      {"mutation", "the cases notice mutants of the rule",
       "A case that no mutant of the rule fails proves little."},
      {"equivalent", "the change alters nothing",
       "Both versions have the same normal form, so that they raise the same alerts."},
      {"recall", "enough incidents are caught", "Incident-level, of all malicious incidents."},
      {"recall-family", "enough incidents of a family are caught", "Incident-level."},
      {"recall-scenario", "enough incidents of a scenario are caught", "Incident-level."},
      {"recall-drop", "recall does not drop below the base's",
       "Old and new version decide over the same events; the exact test of McNemar and resampling "
       "of hosts say whether a drop is real."},
      {"scenarios-lost", "no scenario is lost altogether",
       "A malicious scenario that the base catches and the change never does."},
      {"false-alarms", "few enough false alarms", "Per 1,000 hosts a day, repeats left out."},
      {"false-alarms-rise", "false alarms do not rise above the base's",
       "Per 1,000 hosts a day, on the same events."},
      {"false-alarms-growth", "false alarms do not grow beyond the base's",
       "As a share of the base's, on the same events."},
      {"latency", "alerts come soon enough", "From the last event to the alert."},
      {"against-base", "the change against its base",
       "Without a base only what a rule does by itself can be judged."},
      {"figures", "the rule was run", "Rules that are not run have no figures to judge."},
      {"deleted", "the rule was deleted", "What it caught nobody else may catch."},
      {"cap-hits", "runs stay below the cap on alerts",
       "A run that returns as many matches as the cap allows may have lost some."},
  }};
  static constexpr CheckTitle other = {"check", "a check of the gate", "The message says more."};
  const std::string_view base = check_id.substr(0, check_id.find(':'));
  const auto found = std::ranges::find(titles, base, &CheckTitle::id);
  return found == titles.end() ? other : *found;
}

}  // namespace eqlab::report
