#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/random_world.h"

// The engine once more, in the order of Kibana's own steps (getRuleRangeTuples,
// build_events_query.ts, task_runner.ts, create_persistence_rule_type_wrapper.ts), run by run, with
// nothing skipped and nothing shared. Only the times of the runs come from RunClock, which has
// tests of its own.
namespace eqlab::schedule {
namespace {

using scan::CandidateIndex;

struct Written {
  std::vector<CandidateIndex> events;
  std::uint64_t run = 0;
  bool manual = false;
  std::int64_t at = 0;
  std::uint32_t sightings = 1;
  friend bool operator==(const Written&, const Written&) = default;
};
struct Outcome {
  std::vector<Written> alerts;
  std::vector<std::pair<std::int64_t, std::int64_t>> gaps;
  std::uint64_t runs = 0;
  std::size_t warnings = 0;       ///< searches that reached the cap
  std::uint64_t runs_at_cap = 0;  ///< scheduled ones
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Reference {
 public:
  Reference(const scan::CandidateLog& log, const tiny::Rule& rule, const rule::Schedule& schedule,
            const SimulationOptions& options)
      : log_(log), matcher_(rule.query, rule.binding), schedule_(schedule), options_(options) {}

  Outcome run(std::int64_t until) {
    Duration phase = options_.phase % schedule_.interval;
    if (phase == Duration::zero()) phase = schedule_.interval;
    RunClock clock(on_clock<WallTime>(*options_.start) + phase,
                   {.interval = schedule_.interval,
                    .drift_threshold = options_.drift_threshold,
                    .run_duration = options_.run_duration,
                    .disturbances = options_.disturbances,
                    .pauses = options_.pauses,
                    .times = options_.run_times});
    std::optional<std::int64_t> prev;
    if (options_.previous_run) prev = count(*options_.previous_run);
    std::size_t manual = 0;
    const auto do_manual = [&] {
      for (const WallTime slot : options_.manual_runs[manual].slots)
        search(count(slot), 0, count(options_.manual_runs[manual].executed_at), manual, true);
      ++manual;
    };
    for (; !clock.is_done(); clock.advance()) {
      const std::int64_t t = count(clock.now().started_at);
      if (options_.run_times.empty() && t > until) break;
      while (manual < options_.manual_runs.size() &&
             count(options_.manual_runs[manual].executed_at) < t)
        do_manual();
      ++out_.runs;
      const RunOutcome outcome = clock.now().outcome;
      if (outcome == RunOutcome::task_throws) continue;
      const std::int64_t interval = schedule_.interval.count();
      const std::int64_t length = (schedule_.look_back - schedule_.to).count();
      const std::int64_t gap = prev ? (t - *prev) - length : 0;
      const std::int64_t n =
          gap <= 0 ? 0 : std::min<std::int64_t>(4, (gap + interval - 1) / interval);
      if (const std::int64_t remaining = gap - n * interval; prev && remaining > 0)
        out_.gaps.emplace_back(*prev, *prev + remaining);
      if (outcome != RunOutcome::search_fails) {
        for (std::int64_t j = n; j >= 0; --j) search(t, j * interval, t, clock.now().index, false);
      }
      if (outcome != RunOutcome::dies) prev = t;
    }
    while (manual < options_.manual_runs.size()) do_manual();
    out_.runs_at_cap = at_cap_.size();
    return out_;
  }

 private:
  static std::int64_t count(WallTime time) { return time.time_since_epoch().count(); }

  std::vector<std::int64_t> times(CandidateIndex c, const TimeSource& source) const {
    std::vector<std::int64_t> out;
    if (source.kind == TimeSource::Kind::event_time && c < log_.dated_count())
      out.push_back(log_.event_time(c).time_since_epoch().count());
    if (source.kind == TimeSource::Kind::carried) {
      for (const scan::KeyId key : log_.keys(c, source.slot))
        out.push_back(std::get<std::int64_t>(log_.key_value(key)));
    }
    constexpr std::int64_t second = 1'000'000'000;  // and no event lies before 1970 here
    for (std::int64_t& time : out) time -= source.whole_seconds ? time % second : 0;
    return out;
  }

  void search(std::int64_t started, std::int64_t back, std::int64_t now, std::uint64_t run,
              bool manual) {
    const std::int64_t from = started - schedule_.look_back.count() - back;
    const std::int64_t to = started - schedule_.to.count() - back;
    const RangeField range = options_.range.value_or(RangeField{});
    std::vector<CandidateIndex> considered;
    for (const CandidateIndex c : log_.all()) {
      std::vector<std::int64_t> of_event = times(c, range.primary);
      if (of_event.empty() && range.fallback) of_event = times(c, *range.fallback);
      const bool inside = std::ranges::any_of(
          of_event, [&](std::int64_t time) { return from <= time && time <= to; });
      const std::int64_t searchable =
          log_.ingest_time(c).time_since_epoch().count() + options_.refresh.count();
      if (inside && searchable <= now + options_.search_delay.count()) considered.push_back(c);
    }
    if (considered.empty()) return;
    const match::Matches found = matcher_.find(log_, considered, {.size = schedule_.max_signals});
    if (found.matches.size() == schedule_.max_signals) {
      ++out_.warnings;
      if (!manual) at_cap_.insert(run);
    }
    for (const match::Match& match : found.matches) {
      std::string id;
      for (const CandidateIndex event : match.events) {
        if (event == match::missing_event) continue;
        id += log_.event_id(event).empty() ? "#" + std::to_string(event)
                                           : std::string(log_.event_id(event));
        id += '/';
      }
      const auto [known, is_new] = store_.try_emplace(id, out_.alerts.size());
      if (is_new)
        out_.alerts.push_back({match.events, run, manual, now + options_.run_duration.count()});
      else
        ++out_.alerts[known->second].sightings;
    }
  }

  const scan::CandidateLog& log_;
  match::Matcher matcher_;
  const rule::Schedule& schedule_;
  const SimulationOptions& options_;
  std::map<std::string, std::size_t> store_;
  std::set<std::uint64_t> at_cap_;
  Outcome out_;
};

Outcome outcome_of(const Simulation& simulation) {
  Outcome out;
  for (const Alert& alert : simulation.alerts) {
    out.alerts.push_back({alert.match.events, alert.run, alert.manual,
                          alert.alert_time.time_since_epoch().count(), alert.sightings});
  }
  for (const Gap& gap : simulation.gaps) {
    for (std::uint64_t i = 0; i < gap.times; ++i) {
      const std::int64_t from = gap.from_of(i).time_since_epoch().count();
      out.gaps.emplace_back(from, from + gap.length().count());
    }
  }
  out.runs = simulation.counters.runs;
  out.runs_at_cap = simulation.counters.runs_at_cap;
  out.warnings = static_cast<std::size_t>(
      std::ranges::count(simulation.searches, true, &SearchRecord::at_cap));
  return out;
}

TEST(ReferenceEngine, AgreesOverDisturbedSchedules) {
  Rng rng(71);
  std::uint64_t alerts = 0;
  for (int round = 0; round < 15'000; ++round) {
    const tiny::Shape shape = tiny::random_shape(rng, tiny::Absent::sometimes);
    tiny::Rule rule = tiny::rule_of(shape);
    if (rng.chance(0.1)) rule.query.limits.push_back({eql::Limit::Side::head, 2});
    std::vector<tiny::Event> events = tiny::random_events(rng, shape.stages + 1, {});
    SimulationOptions options = tiny::random_options(rng);
    if (rng.chance(0.5)) {
      options.range = tiny::random_range(rng);
      tiny::add_random_dates(rng, events);
    }
    const scan::CandidateLog log = tiny::log_of(events, shape.stages + 1, 1, 2);
    const rule::Schedule schedule = tiny::random_schedule(rng);
    const Simulation out =
        simulate(log, match::Matcher(rule.query, rule.binding), schedule, options);
    const std::int64_t until = out.last_run.time_since_epoch().count();
    ASSERT_EQ(outcome_of(out), Reference(log, rule, schedule, options).run(until))
        << "round " << round;
    for (const SearchRecord& search : out.searches) {
      const auto seen = std::ranges::count_if(
          log.all(), [&](CandidateIndex c) { return could_see(out, search, log, c); });
      ASSERT_EQ(static_cast<std::uint32_t>(seen), search.visible) << "round " << round;
    }
    // No run after the last one could have seen anything.
    SimulationOptions longer = options;
    longer.end = tiny::at(40'000);
    const Simulation after =
        simulate(log, match::Matcher(rule.query, rule.binding), schedule, longer);
    ASSERT_EQ(out.alerts, after.alerts) << "round " << round;
    alerts += out.alerts.size();
  }
  EXPECT_GT(alerts, 5'000U) << "the timelines must be busy enough to prove something";
}

}  // namespace
}  // namespace eqlab::schedule
