#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/run/event_source.h"
#include "harness/run/rule_choice.h"
#include "harness/run/watcher.h"
#include "harness/tune/tuning.h"

/// A rule's file tuned over one source of events: load, plan, scan, then `tune`.
namespace eqlab::tune {

/// Sweeps as people write them; empty ones are not asked for.
struct SweepTexts {
  std::string maxspan;   ///< as schedule::parse_durations
  std::string interval;  ///< likewise
  std::string look_back;
  std::vector<std::string> by;  ///< `host.id, user.id`: one join each
  [[nodiscard]] bool are_named() const {
    return !maxspan.empty() || !interval.empty() || !look_back.empty() || !by.empty();
  }
};

struct RuleTuningRequest {
  std::string rule;  ///< its file
  run::RuleChoice choice;
  run::EventSource source;
  std::string schema;                  ///< as run::schema_from
  std::vector<std::string> schedules;  ///< changes of the rule's own, one after another
  SweepTexts sweeps;                   ///< named: these and nothing else
  std::uint64_t split_seed = 1;
  std::size_t suggestions = 8;
  bool must_be_writable = false;  ///< a suggestion will be written into the rule's file
};

class RuleTuning {
 public:
  explicit RuleTuning(RuleTuningRequest request) : request_(std::move(request)) {}

  /// Errors: those of rule, schema, schedules and sweeps (E720 to E722); E905.
  [[nodiscard]] Status prepare();
  /// `scanned` is called between the scan and the decisions. Errors: those of run::scan_events.
  [[nodiscard]] Result<Tuning> run(const run::Watcher& watcher,
                                   const std::function<void()>& scanned);

  [[nodiscard]] const RuleTuningRequest& request() const { return request_; }
  [[nodiscard]] const rule::Rule& rule() const { return rule_; }
  [[nodiscard]] const eql::CheckedQuery& query() const { return query_; }
  /// Of a profile that was run: with its own numbers filled in.
  [[nodiscard]] const generators::CorpusOptions& used() const { return used_; }

 private:
  RuleTuningRequest request_;
  rule::Rule rule_;
  event::Schema schema_ = event::Schema::open();
  eql::CheckedQuery query_;
  TuningRequest tuning_;
  std::unique_ptr<WidePlan> plan_;
  std::vector<std::string> notes_;
  generators::CorpusOptions used_;
};

/// The changed query, lines ended by "\n" as rule::with_query wants them.
[[nodiscard]] std::string changed_query(const rule::Rule& rule, const Variant& variant);
/// Of the rule's file, or, where a rule cannot be written back (an export of many), of the query.
[[nodiscard]] std::string diff_of(const rule::Rule& rule, const Variant& variant);
/// What was edited in the meantime must not be lost. Errors: E724; those of reading the file.
[[nodiscard]] Status unchanged_since_read(const rule::Rule& rule);
/// What the cases beside the rule say of it; nothing where there are none.
[[nodiscard]] std::vector<std::string> words_of_cases(const rule::Rule& rule);

}  // namespace eqlab::tune
