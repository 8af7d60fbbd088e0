#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/gate/result.h"

/// What the writers of the gate's result share. Texts are data: each writer escapes them.
namespace eqlab::report {

/// `PASS`, `FAIL`, `SAME` (proved), `ERROR` (cannot be used).
[[nodiscard]] std::string_view word_of(const gate::RuleResult& rule);
[[nodiscard]] std::string_view word_of(gate::Verdict verdict);
/// `renamed from X`, `added`, `deleted`; empty where nothing of the kind is known.
[[nodiscard]] std::string change_text(const gate::RuleResult& rule, const gate::BaseInfo& base);

/// One scenario's incidents that only one of the versions catches.
struct ScenarioShift {
  std::string id;
  std::string title;
  std::uint64_t count = 0;
  const gate::IncidentChange* example = nullptr;
};
/// By count, then id.
[[nodiscard]] std::vector<ScenarioShift> shifts_of(
    const std::vector<gate::IncidentChange>& changes);
/// Why incidents were lost: a change of the rule, or the reason of the miss; by count.
[[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> causes_of(
    const gate::RuleResult& rule);

/// A figure before and after: `28.5 % → 21.0 %`, or one value where nothing changed or is known.
[[nodiscard]] std::string shift_text(const std::optional<std::string>& before,
                                     const std::optional<std::string>& after);
[[nodiscard]] std::string recall_text(const gate::RuleResult& rule);
[[nodiscard]] std::string false_alarms_text(const gate::RuleResult& rule);
[[nodiscard]] std::string latency_text(const gate::RuleResult& rule);
[[nodiscard]] std::string alerts_text(const gate::RuleResult& rule);

/// `12:04:31.702 mbp-0312 curl < bash`.
[[nodiscard]] std::string example_text(const gate::ExampleEvent& example);

/// Changes that decide something; those of metadata are counted.
[[nodiscard]] std::vector<const gate::RuleChange*> deciding_changes(const gate::RuleResult& rule);
[[nodiscard]] std::size_t metadata_changes(const gate::RuleResult& rule);

/// `against the merge base of origin/main (1a2b3c4d5e)`, `against base.json`, `no base: …`.
[[nodiscard]] std::string base_text(const gate::BaseInfo& base);
/// `balanced · 400 hosts · 2 days · 2,000,123 events · seed 1`.
[[nodiscard]] std::string corpus_text(const gate::CorpusIdentity& corpus);

/// Where a failed check is best shown: at the change that did it, else at the query.
[[nodiscard]] Place place_of(const gate::RuleResult& rule, const gate::Check& check);
/// What a check asks, for those who meet its id in a report.
struct CheckTitle {
  std::string_view id;
  std::string_view title;
  std::string_view help;
};
[[nodiscard]] const CheckTitle& title_of(std::string_view check_id);

}  // namespace eqlab::report
