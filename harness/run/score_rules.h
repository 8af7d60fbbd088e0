#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/schema.h"
#include "harness/run/pass.h"
#include "harness/run/prepare.h"
#include "harness/run/rule_choice.h"
#include "harness/run/watcher.h"
#include "harness/schedule/schedule_change.h"
#include "harness/score/evaluate.h"

/// Rules, schedules and maxspans side by side over one source of events: what `score` does.
namespace eqlab::run {

struct ScoreRequest {
  std::vector<std::string> rules;  ///< files, exports, folders of them
  RuleChoice choice;
  EventSource source;
  std::string schema;                  ///< as schema_from takes it
  std::vector<std::string> schedules;  ///< as schedule::parse_schedule_change; one variant each
  std::string maxspans;                ///< as schedule::parse_durations; one variant each
  std::string runs_at;                 ///< as schedule::parse_runs_at, or `@` and a file's name
  std::string failed_runs;             ///< as schedule::parse_failed_runs, or `@` and a file's name
  score::EngineKind engine = score::EngineKind::scheduled;
  score::ScoreOptions score = {};
  bool writes_alerts = false;  ///< documents will be made of alerts: RuleGroup::addresses is there
};

/// One scorecard: a rule under one schedule, with one maxspan.
struct ScoredVariant {
  std::size_t rule = 0;  ///< place in Scoring::rules
  std::string schedule;  ///< as given; empty: the rule's own
  schedule::ScheduleChange change;
  std::optional<Duration> maxspan = {};  ///< nothing: the query's own
};

/// What a variant came to, while the events of its pass are at hand.
struct DecidedVariant {
  std::size_t place = 0;  ///< in Scoring::variants
  const schedule::PreparedRule& rule;
  const RuleGroup& group;
  const ScannedEvents& events;
  const truth::TruthIndex& index;
  const score::Evaluation& evaluation;
  std::optional<Duration> maxspan;
};

/// Who takes the results of a scoring, on the calling thread.
struct ScoreSink {
  std::function<void(const ScannedEvents&)> scanned;   ///< once for each pass
  std::function<void(const DecidedVariant&)> decided;  ///< pass by pass, in order of variants
};

/// Prepare, look at the variants, then run.
class Scoring {
 public:
  explicit Scoring(ScoreRequest request) : request_(std::move(request)) {}

  /// Loads and compiles the rules, makes the variants, and finds what is wrong with schedules
  /// before events are read. A rule that cannot be used ends it: a table with holes would be taken
  /// for whole. Errors: those of rules, schemas, run lists and schedules; E905.
  [[nodiscard]] Status prepare(const Watcher& watcher);
  /// Errors: those of scan_events; E406 no document is an event, or none has a time.
  [[nodiscard]] Status run(const Watcher& watcher, const ScoreSink& sink);

  [[nodiscard]] const ScoreRequest& request() const { return request_; }
  [[nodiscard]] const std::deque<rule::Rule>& rules() const { return rules_; }
  /// Of a rule's place.
  [[nodiscard]] const eql::CheckedQuery& query(std::size_t rule) const {
    return prepared(rule).bound.query;
  }
  [[nodiscard]] const std::vector<ScoredVariant>& variants() const { return variants_; }
  [[nodiscard]] const std::vector<Duration>& maxspans() const { return maxspans_; }
  [[nodiscard]] std::size_t pass_count() const { return groups_.size(); }

 private:
  /// Where a rule is.
  struct Place {
    std::size_t group = 0;
    std::size_t rule = 0;
  };
  Status load(const Watcher& watcher);
  Status make_groups(const Watcher& watcher);
  Status make_variants();
  [[nodiscard]] const schedule::PreparedRule& prepared(std::size_t rule) const {
    return groups_[places_[rule].group].rules[places_[rule].rule];
  }
  [[nodiscard]] Result<score::EvaluateOptions> engine_options(const ScoredVariant& variant,
                                                              rule::Schedule& schedule,
                                                              EventTime start) const;
  Status run_pass(std::size_t group, const Watcher& watcher, const ScoreSink& sink);
  [[nodiscard]] static Status is_usable(const event::ReadReport& read, const RuleGroup& group);

  ScoreRequest request_;
  event::Schema schema_ = event::Schema::open();
  std::deque<rule::Rule> rules_;  ///< in place: groups refer to them
  std::deque<RuleGroup> groups_;  ///< in place: rows refer to their plans
  std::vector<Place> places_;     ///< as rules_
  std::vector<ScoredVariant> variants_;
  std::vector<Duration> maxspans_;
};

}  // namespace eqlab::run
