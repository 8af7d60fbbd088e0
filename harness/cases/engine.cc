// Events go from the case's values straight into columns, past JSON: a case tests matching, and the
// reader has tests of its own. Rows are made by the reader's own BatchBuilder, so the two cannot
// drift apart.
#include "harness/cases/engine.h"

#include <algorithm>
#include <set>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/cases/case_time.h"
#include "harness/event/batch_builder.h"
#include "harness/match/join_keys.h"
#include "harness/match/matcher.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"
#include "harness/schedule/prepared_rule.h"
#include "harness/schedule/simulation.h"

namespace eqlab::cases {
namespace {

/// More gaps than anybody lists are cut: a run of each second leaves one, over any length of time.
constexpr std::size_t gaps_listed_max = 10'000;

std::vector<std::pair<WallTime, WallTime>> listed(const std::vector<schedule::Gap>& gaps) {
  std::vector<std::pair<WallTime, WallTime>> out;
  for (const schedule::Gap& gap : gaps) {
    for (std::uint64_t i = 0; i < gap.times && out.size() < gaps_listed_max; ++i) {
      const WallTime from = gap.from_of(i);
      out.emplace_back(from, schedule::saturating_add(from, gap.length()));
    }
  }
  return out;
}

using event::Scalar;

Scalar to_scalar(const CaseValue& value) {
  switch (value.kind) {
    case CaseValue::Kind::null:
      return {};
    case CaseValue::Kind::boolean:
      return {.kind = Scalar::Kind::boolean, .boolean = value.text == "true"};
    case CaseValue::Kind::text:
      return {.kind = Scalar::Kind::text, .text = value.text};
    case CaseValue::Kind::number:
      break;
  }
  if (const auto integer = parse_number<long>(value.text))
    return {.kind = Scalar::Kind::integer, .integer = *integer};
  if (const auto natural = parse_number<unsigned long>(value.text))
    return {.kind = Scalar::Kind::natural, .natural = *natural};
  return {.kind = Scalar::Kind::real,
          .real = parse_number<double>(value.text).value_or(0),
          .text = value.text};
}

const CaseField* find_field(const CaseEvent& event, const std::string& name) {
  const auto found = std::ranges::find(event.fields, name, &CaseField::name);
  return found == event.fields.end() ? nullptr : &*found;
}

/// Two documents may be given one id on purpose.
std::string_view id_of(const CaseEvent& event, const event::Projection& projection) {
  const CaseField* const given = find_field(event, projection.id_field);
  const bool is_text = given != nullptr && given->values.size() == 1 &&
                       given->values[0].kind == CaseValue::Kind::text;
  return is_text ? given->values[0].text : event.id;
}

std::optional<IngestTime> ingest_time(const CaseEvent& event, const event::Projection& projection) {
  const CaseField* const given = find_field(event, projection.ingest_field);
  if (given == nullptr || given->values.empty()) return std::nullopt;
  const auto stated = parse_iso8601(given->values[0].text);
  return stated ? std::optional(IngestTime(Duration{*stated})) : std::nullopt;
}

void push_event(event::BatchBuilder& row, event::EventBatch& batch,
                const event::Projection& projection, const CaseEvent& event, std::size_t place) {
  row.begin_row(batch);
  for (event::ColumnIndex c = 0; c < projection.columns.size(); ++c) {
    const event::Field& field = projection.columns[c];
    const std::string& source = field.source.empty() ? field.name : field.source;
    if (source == projection.timestamp_field && event.time) {
      const std::string text = format_iso8601(event.time->time_since_epoch().count(), 9);
      row.store(c, {.kind = Scalar::Kind::text, .text = text});
    } else if (const CaseField* const given = find_field(event, source)) {
      for (const CaseValue& value : given->values) row.store(c, to_scalar(value));
    } else if (source == projection.id_field) {
      row.store(c, {.kind = Scalar::Kind::text, .text = event.id});
    }
  }
  row.end_row({.event_time = event.time,
               .ingest_time = ingest_time(event, projection),
               .line = place + 1,
               .ordinal = place,
               .id = id_of(event, projection)});
}

/// A block's candidates. Holds references: the query must outlive it.
struct Scanned {
  scan::QueryBinding binding;
  scan::CandidateLog log;
  schedule::CarriedFields fields;
};
Result<Scanned> scan_block(const CaseBlock& block, const eql::CheckedQuery& query,
                           std::size_t batch_rows) {
  const rule::Rule& rule = *block.rule;
  scan::Plan plan(
      scan::Plan::options_for(block.schema(), rule.timestamp_field, rule.tiebreaker_field));
  scan::QueryBinding binding = plan.add(query);
  EQLAB_TRY(schedule::CarriedFields fields, schedule::carry_fields(rule, block.schema(), plan));

  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  event::BatchBuilder builder(plan.projection());
  event::EventBatch batch(plan.projection());
  for (std::size_t place = 0; place < block.events.size(); ++place) {
    push_event(builder, batch, plan.projection(), block.events[place], place);
    if (batch.row_count() == batch_rows || place + 1 == block.events.size()) {
      // Each batch into a log of its own, merged in input order: what parallel reading does.
      scan::CandidateLog part = plan.new_log();
      EQLAB_CHECK(scanner.scan(batch, part));
      log.merge(std::move(part));
      batch.clear();
    }
  }
  log.finish();
  return Scanned{.binding = std::move(binding), .log = std::move(log), .fields = std::move(fields)};
}

FoundMatch found_match(const eql::CheckedQuery& query, const scan::CandidateLog& log,
                       const match::Match& match) {
  FoundMatch found;
  for (const scan::CandidateIndex candidate : match.events) {
    found.events.push_back(candidate == match::missing_event
                               ? std::nullopt
                               : std::optional<std::size_t>(log.line(candidate) - 1));
  }
  for (std::size_t i = 0; i < match.keys.size(); ++i)
    found.keys.push_back(match::shown_key(query.kind, query.stages[0].keys[i].field.type,
                                          log.key_value(match.keys[i])));
  return found;
}

Result<std::vector<FoundMatch>> run_built_in(const CaseBlock& block, const eql::CheckedQuery& query,
                                             std::size_t batch_rows) {
  EQLAB_TRY(const Scanned scanned, scan_block(block, query, batch_rows));
  const scan::CandidateLog& log = scanned.log;
  const auto visible = query.kind == eql::QueryKind::sequence ? log.dated() : log.all();
  const match::Matches matches =
      match::Matcher(query, scanned.binding).find(log, visible, block.match_options);
  std::vector<FoundMatch> out;
  for (const match::Match& match : matches.matches) out.push_back(found_match(query, log, match));
  return out;
}

/// Runs from the first listed one until no event is left to see, near enough for a limit.
double run_count(const CaseBlock& block) {
  const auto in_nanos = [](auto time) {
    return static_cast<double>(time.time_since_epoch().count());
  };
  double last = in_nanos(block.runs.back().at);
  for (const CaseEvent& event : block.events) {
    if (event.time) last = std::max(last, in_nanos(*event.time));
  }
  const rule::Schedule& schedule = block.rule->schedule;
  return (last - in_nanos(block.runs.front().at) +
          static_cast<double>(schedule.look_back.count())) /
         static_cast<double>(schedule.interval.count());
}

/// The grid on which the listed runs are those that come late.
Result<schedule::SimulationOptions> simulation_options(const CaseBlock& block) {
  const Duration interval = block.rule->schedule.interval;
  EQLAB_ASSERT(!block.runs.empty());
  if (run_count(block) > case_runs_max) {
    return fail(error_in(block.file, "E456",
                         format("the events need more than {} runs", group_digits(case_runs_max)),
                         "move them nearer to the first run, or lengthen the interval"));
  }
  schedule::SimulationOptions options{
      .start = on_clock<EventTime>(schedule::saturating_add(block.runs.front().at, -interval)),
      .end = on_clock<EventTime>(block.runs.back().at),
      .refresh = block.schedule.refresh,
      .search_delay = block.schedule.search_delay,
      .run_duration = block.schedule.run_time};
  for (std::size_t i = 0; i < block.runs.size(); ++i) {
    const CaseRun& run = block.runs[i];
    const Duration late = i == 0 ? Duration::zero() : run.at - block.runs[i - 1].at - interval;
    if (late < Duration::zero()) {
      return fail(
          error_in(block.file, "E456",
                   format("the runs {} and {} are closer than the interval of {}",
                          case_time_text(on_clock<EventTime>(block.runs[i - 1].at)),
                          case_time_text(on_clock<EventTime>(run.at)), exact_seconds(interval)),
                   "write schedule: interval=1m for a rule that runs more often"));
    }
    if (late > Duration::zero() || run.outcome != schedule::RunOutcome::succeeds)
      options.disturbances.push_back({.run = i, .late = late, .outcome = run.outcome});
  }
  return options;
}

Result<FoundAlerts> run_schedule(const CaseBlock& block, const eql::CheckedQuery& query,
                                 std::size_t batch_rows, schedule::Effort effort) {
  EQLAB_TRY(const Scanned scanned, scan_block(block, query, batch_rows));
  EQLAB_TRY(schedule::SimulationOptions options, simulation_options(block));
  options = scanned.fields.in(std::move(options));
  options.effort = effort;
  const scan::CandidateLog& log = scanned.log;
  const match::Matcher matcher(query, scanned.binding);
  const schedule::Simulation simulation =
      schedule::simulate(log, matcher, block.rule->schedule, options);
  FoundAlerts out;
  // What an alert is known by: its events' ids.
  const auto identity = [&](const match::Match& match) {
    std::vector<std::string_view> ids;
    for (const scan::CandidateIndex event : match.events) {
      if (event != match::missing_event) ids.push_back(log.event_id(event));
    }
    return ids;
  };
  std::set<std::vector<std::string_view>> written;
  for (const schedule::Alert& alert : simulation.alerts) {
    written.insert(identity(alert.match));
    const WallTime completed = on_clock<WallTime>(log.event_time(alert.match.completing()));
    out.alerts.push_back({.match = found_match(query, log, alert.match),
                          .started_at = alert.started_at,
                          .sightings = alert.sightings,
                          .after = alert.alert_time - completed,
                          .suppressed = alert.suppression ? alert.suppression->count : 0});
  }
  for (const schedule::SuppressedMatch& match : simulation.suppressed)
    written.insert(identity(match.match));
  if (block.expectation.gaps) out.gaps = listed(simulation.gaps);
  const match::Matches all = matcher.find(log, log.dated(), {});
  for (const match::Match& match : all.matches) {
    if (!written.contains(identity(match))) out.missed.push_back(found_match(query, log, match));
  }
  return out;
}

}  // namespace

Engine fast_engine() {
  return [](const CaseBlock& block, const eql::CheckedQuery& query) {
    return run_built_in(block, query, limits::batch_rows_max);
  };
}

std::vector<NamedEngine> built_in_engines() {
  const auto with_rows = [](std::size_t rows) {
    return [rows](const CaseBlock& block, const eql::CheckedQuery& query) {
      return run_built_in(block, query, rows);
    };
  };
  const auto under_schedule = [](std::size_t rows, schedule::Effort effort) {
    return [rows, effort](const CaseBlock& block, const eql::CheckedQuery& query) {
      return run_schedule(block, query, rows, effort);
    };
  };
  using schedule::Effort;
  constexpr std::size_t all = limits::batch_rows_max;
  return {{"batch-1", with_rows(1), under_schedule(1, Effort::skip_unchanged)},
          {"batch-7", with_rows(7), under_schedule(7, Effort::skip_unchanged)},
          {"whole", with_rows(all), under_schedule(all, Effort::skip_unchanged)},
          {"every-run", {}, under_schedule(all, Effort::every)}};
}

}  // namespace eqlab::cases
