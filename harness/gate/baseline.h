#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/gate/effect.h"

/// Figures of a repository's rules as they were accepted: a small file that is reviewed like code.
namespace eqlab::gate {

/// The events that figures were measured on.
struct CorpusIdentity {
  std::string profile;  ///< or the folder
  std::optional<std::uint64_t> seed;
  std::uint64_t hosts = 0;
  double days = 0;
  std::uint64_t events = 0;
  std::uint64_t incidents = 0;  ///< malicious
  friend bool operator==(const CorpusIdentity&, const CorpusIdentity&) = default;
};

struct BaselineRule {
  std::string file;
  std::string rule_id;
  std::string name;
  std::string logic;  ///< logic_digest
  score::Proportion recall;
  std::map<std::string, score::Proportion> scenarios;  ///< malicious ones
  score::Rate false_alarms;
  std::optional<double> latency_p95;  ///< seconds
  std::uint64_t cap_hits = 0;
  friend bool operator==(const BaselineRule&, const BaselineRule&) = default;
};

struct Baseline {
  CorpusIdentity corpus;
  std::vector<BaselineRule> rules;  ///< in order of file, then id

  /// By id, or without one by file.
  [[nodiscard]] const BaselineRule* find(const rule::Rule& rule) const;
};

[[nodiscard]] BaselineRule baseline_of(const rule::Rule& rule, const std::string& logic,
                                       const Figures& figures);
/// `changed` over what the file had; rules of `gone` leave.
[[nodiscard]] Baseline updated(const Baseline& old, const Baseline& changed,
                               const std::vector<std::string>& kept_files);

/// Sorted keys and rules, one figure a line, ended by "\n": diffs show what changed and no more.
[[nodiscard]] std::string write_baseline(Baseline baseline);
/// Errors: E747 not a baseline, at the place.
[[nodiscard]] Result<Baseline> parse_baseline(const std::string& text, const std::string& file);

/// What a change did against stored figures. Where the corpus is the same, incidents are; the rest
/// is compared as two samples.
struct BaselineEffect {
  bool is_same_corpus = false;
  std::vector<ScenarioChange> scenarios;
  std::optional<double> recall_difference;
  std::optional<score::Interval> recall_interval;
  std::optional<double> false_alarm_difference;  ///< per host-day
  std::optional<score::Interval> false_alarm_interval;
};
[[nodiscard]] BaselineEffect compare_with_baseline(const BaselineRule& before,
                                                   const CorpusIdentity& of_before,
                                                   const Figures& after,
                                                   const CorpusIdentity& of_after);

}  // namespace eqlab::gate
