#include "harness/tune/tune_rule.h"

#include <chrono>

#include "harness/base/line_diff.h"
#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/rule/rewrite.h"
#include "harness/run/pass.h"
#include "harness/schedule/duration_list.h"
#include "harness/schedule/schedule_change.h"
#include "harness/tune/mutation.h"

namespace eqlab::tune {
namespace {

/// `host.id, user.id` as a list.
std::vector<std::string> split_keys(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view key = trim(text.substr(0, comma));
    if (!key.empty()) out.emplace_back(key);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

/// The sweeps that were named, and nothing else.
Result<TuningRequest> named_sweeps(const SweepTexts& sweeps, const rule::Rule& rule,
                                   const eql::CheckedQuery& query) {
  TuningRequest out;
  out.suggests = false;
  if (!sweeps.maxspan.empty()) {
    if (query.kind != eql::QueryKind::sequence) {
      return fail(error_in({}, "E722", "--maxspan: the query is no sequence and has no maxspan",
                           "leave it out; without sweeps of its own, tune varies what it can"));
    }
    EQLAB_TRY(out.maxspans, schedule::parse_durations(sweeps.maxspan, "maxspan"));
  }
  if (!sweeps.by.empty()) {
    if (query.kind == eql::QueryKind::event) {
      return fail(error_in({}, "E722", "--by: a query of one event joins nothing",
                           "leave it out; without sweeps of its own, tune varies what it can"));
    }
    out.keys.emplace();
    for (const std::string& keys : sweeps.by) out.keys->push_back(split_keys(keys));
  }
  if (!sweeps.interval.empty() || !sweeps.look_back.empty()) {
    std::vector<Duration> intervals;
    std::vector<Duration> look_backs;
    if (!sweeps.interval.empty()) {
      EQLAB_TRY(intervals, schedule::parse_durations(sweeps.interval, "interval"));
      if (intervals.front() < std::chrono::seconds{1})
        return fail(error_in({}, "E720", "--interval: a rule runs at most once a second",
                             "write for example: --interval 1m,5m,15m"));
    }
    if (!sweeps.look_back.empty()) {
      EQLAB_TRY(look_backs, schedule::parse_durations(sweeps.look_back, "lookback"));
    }
    out.schedules = schedule_grid(rule.schedule, intervals, look_backs);
    if (out.schedules->size() > schedule::sweep_points_max)
      return fail(error_in({}, "E720",
                           format("--interval, --lookback: {} pairs, more than {}",
                                  out.schedules->size(), schedule::sweep_points_max),
                           "name fewer"));
  }
  return out;
}

const std::string& file_text(const rule::Rule& rule) {
  return rule.query.file_text.empty() ? rule.query.text : rule.query.file_text;
}

}  // namespace

std::string changed_query(const rule::Rule& rule, const Variant& variant) {
  const std::string text = with_edits(rule.query.text, variant.edits);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

std::string diff_of(const rule::Rule& rule, const Variant& variant) {
  const std::string query = changed_query(rule, variant);
  if (const auto file = rule::with_query(rule, query))
    return unified_diff(file_text(rule), *file, rule.file);
  return unified_diff(rule.query.text, query, "query");
}

Status unchanged_since_read(const rule::Rule& rule) {
  EQLAB_TRY(const std::string now, cases::read_text(rule.file));
  if (now == file_text(rule)) return ok();
  return fail(error_in(rule.file, "E724", "the rule's file changed while it was measured",
                       "run the same command again"));
}

std::vector<std::string> words_of_cases(const rule::Rule& rule) {
  const auto blocks = cases::load_cases_of(rule, {});
  if (!blocks || blocks->empty()) return {};
  const auto summary = summarize_cases(rule, *blocks);
  // A case that fails is for `eqlab test` to tell.
  if (!summary) return {"cases: " + summary.error().message};
  const auto share = [](const score::Proportion& of) {
    return format("{} of {}", of.hits, of.total);
  };
  return {format("cases: {} mutants noticed, {} alternatives exercised by {}: eqlab mutate {}",
                 share(summary->noticed), share(summary->alternatives),
                 summary->blocks == 1 ? "1 case" : format("{} cases", summary->blocks), rule.file)};
}

Status RuleTuning::prepare() {
  EQLAB_TRY(rule_, run::load_chosen_rule(request_.rule, request_.choice));
  if (request_.must_be_writable) {
    // Better now than after minutes of measuring.
    EQLAB_CHECK(rule::with_query(rule_, changed_query(rule_, {})));
  }
  for (const std::string& text : request_.schedules) {
    EQLAB_TRY(const schedule::ScheduleChange change, schedule::parse_schedule_change(text));
    EQLAB_CHECK(change.apply(rule_.schedule, tuning_.simulation));
  }
  EQLAB_TRY(schema_, run::schema_from(request_.schema));
  EQLAB_TRY(query_, rule::compile(rule_, schema_));
  const schedule::SimulationOptions simulation = std::move(tuning_.simulation);
  if (request_.sweeps.are_named()) {
    EQLAB_TRY(tuning_, named_sweeps(request_.sweeps, rule_, query_));
  } else {
    DefaultRequest all = default_request(rule_, query_, schema_);
    tuning_ = std::move(all.request);
    notes_ = std::move(all.notes);
    // What is applied does not depend on the sweeps that take part in the search, so they stay.
    tuning_.suggestions_max = request_.suggestions;
  }
  tuning_.seed = request_.split_seed;
  tuning_.simulation = simulation;
  EQLAB_TRY(plan_, plan_for(rule_, schema_, tuning_));
  return ok();
}

Result<Tuning> RuleTuning::run(const run::Watcher& watcher, const std::function<void()>& scanned) {
  run::PassOptions pass{.kept_span = plan_->horizon(), .keep_rows = plan_->keeps_rows()};
  for (const PlannedVariant* const planned : plan_->queries())
    pass.queries.push_back({.bound = &planned->bound, .kept_span = plan_->horizon_of(*planned)});
  auto events = run::scan_events(request_.source, plan_->plan(), pass, watcher);
  if (watcher.stop.stop_requested()) return Tuning{};
  if (!events) return fail(locate(std::move(events.error()), rule_.query));
  scanned();
  used_ = events->used;
  const truth::TruthIndex index(events->truth);
  Tuning out = tune({.rule = rule_,
                     .schema = schema_,
                     .plan = *plan_,
                     .log = events->log,
                     .rows = events->rows,
                     .ties = events->ties,
                     .truth = events->truth,
                     .index = index,
                     .threads = request_.source.threads,
                     .stop = watcher.stop},
                    tuning_);
  out.notes.insert(out.notes.begin(), notes_.begin(), notes_.end());
  return out;
}

}  // namespace eqlab::tune
