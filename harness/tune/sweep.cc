#include "harness/tune/sweep.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/match/matcher.h"
#include "harness/schedule/sweep.h"
#include "harness/truth/truth.h"

namespace eqlab::tune {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

schedule::SimulationOptions covering(const Population& population,
                                     schedule::SimulationOptions options) {
  options.start = population.truth().from;
  options.end = population.truth().to;
  options.maxspan = std::nullopt;
  return options;
}

/// Times that people write down.
constexpr Duration ladder[] = {
    milliseconds(1),  milliseconds(2),   milliseconds(5),   milliseconds(10),  milliseconds(20),
    milliseconds(50), milliseconds(100), milliseconds(200), milliseconds(500), seconds(1),
    seconds(2),       seconds(3),        seconds(5),        seconds(10),       seconds(15),
    seconds(20),      seconds(30),       seconds(45),       minutes(1),        seconds(90),
    minutes(2),       minutes(3),        minutes(5),        minutes(10),       minutes(15),
    minutes(20),      minutes(30),       minutes(45),       hours(1),          minutes(90),
    hours(2),         hours(3),          hours(6),          hours(12),         hours(24),
    hours(48),        hours(72),         hours(24 * 5),     hours(24 * 7),     hours(24 * 10),
    hours(24 * 15),   hours(24 * 30),    hours(24 * 60),    hours(24 * 90),    hours(24 * 120)};

/// The nearest of them.
Duration rounded_for_people(Duration duration) {
  return *std::ranges::min_element(
      ladder, {}, [&](Duration rung) { return std::chrono::abs(rung - duration); });
}

}  // namespace

Outcome decide(const JudgedLog& log, const score::EvaluatedRule& rule, const Population& population,
               schedule::SimulationOptions options) {
  const match::Matcher matcher(rule.bound);
  Judge judge(log, rule.bound, population);
  return judge.outcome(schedule::simulate(log.log, matcher, rule.schedule,
                                          covering(population, std::move(options))));
}

SweepPoint point_of(Setting setting, const Outcome& outcome, const Outcome& current,
                    const Population& population) {
  const HostSet all = all_hosts(population);
  return {.setting = std::move(setting),
          .is_current = false,
          .figures = figures_of(outcome, population, all),
          .latency = outcome.latency_right.count > 0 ? outcome.latency_right : outcome.latency,
          .latency_is_of_right = outcome.latency_right.count > 0,
          .reached_cap = outcome.reached_cap,
          .change = compare(current, outcome, population, all)};
}

std::vector<Outcome> sweep_maxspan(const JudgedLog& log, const score::EvaluatedRule& rule,
                                   const Population& population, std::span<const Duration> maxspans,
                                   const schedule::SimulationOptions& options) {
  const match::Matcher matcher(rule.bound);
  Judge judge(log, rule.bound, population);
  const schedule::Sweep sweep =
      schedule::simulate_sweep(log.log, matcher, rule.schedule, covering(population, options),
                               std::vector<Duration>(maxspans.begin(), maxspans.end()));
  std::vector<Outcome> out;
  for (std::size_t i = 0; i < sweep.size(); ++i) out.push_back(judge.outcome(sweep.simulation(i)));
  return out;
}

std::vector<Duration> default_maxspans(std::optional<Duration> own) {
  static constexpr std::pair<int, int> shares[] = {{1, 6}, {1, 3}, {2, 3}, {3, 2},
                                                   {2, 1}, {3, 1}, {4, 1}};
  if (!own || *own > hours(24 * 30)) {
    return {seconds(5), seconds(15), seconds(30), minutes(1),
            minutes(2), minutes(5),  minutes(15), hours(1)};
  }
  std::set<Duration> out = {*own};
  for (const auto& [times, of] : shares) out.insert(rounded_for_people(*own * times / of));
  return {out.begin(), out.end()};
}

std::vector<rule::Schedule> schedule_grid(const rule::Schedule& own,
                                          const std::vector<Duration>& intervals,
                                          const std::vector<Duration>& look_backs) {
  std::vector<rule::Schedule> out;
  std::vector<rule::Schedule> with_gaps;
  for (const Duration interval : intervals.empty() ? std::vector{own.interval} : intervals) {
    for (const Duration look_back : look_backs.empty() ? std::vector{own.look_back} : look_backs) {
      rule::Schedule schedule = own;
      schedule.interval = interval;
      schedule.look_back = look_back;
      if (look_back <= own.to) continue;
      (look_back - own.to < interval && schedule != own ? with_gaps : out).push_back(schedule);
    }
  }
  return out.empty() ? with_gaps : out;
}

std::vector<rule::Schedule> default_schedules(const rule::Schedule& own) {
  const std::set<Duration> intervals = {own.interval, minutes(1), minutes(5), minutes(15)};
  const std::set<Duration> look_backs = {own.look_back, minutes(6), minutes(9), minutes(20),
                                         minutes(60)};
  return schedule_grid(own, {intervals.begin(), intervals.end()},
                       {look_backs.begin(), look_backs.end()});
}

bool names_host(std::string_view field) {
  return field == "host.id" || field == "agent.id" || field == "host.name";
}

std::vector<std::string> keys_of(const eql::Query& query) {
  std::vector<std::string> out;
  for (const eql::ExprId key : query.shared_keys) {
    const eql::Expr& expr = query.at(key);
    out.push_back((expr.optional ? "?" : "") + expr.name);
  }
  return out;
}

std::vector<std::vector<std::string>> default_keys(const eql::CheckedQuery& query,
                                                   const event::Schema& schema) {
  if (query.kind == eql::QueryKind::event) return {};
  const std::vector<std::string> own = keys_of(query.syntax);
  std::vector<std::vector<std::string>> out;
  const auto offer = [&](std::vector<std::string> keys) {
    if (keys.empty() || keys == own || std::ranges::find(out, keys) != out.end()) return;
    out.push_back(std::move(keys));
  };
  for (std::size_t dropped = 0; dropped < own.size(); ++dropped) {
    // Without the host, events of different machines would pair.
    if (names_host(own[dropped])) continue;
    std::vector<std::string> keys = own;
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(dropped));
    offer(std::move(keys));
  }
  static constexpr std::string_view companions[] = {"user.id", "process.entity_id",
                                                    "process.parent.entity_id"};
  if (schema.find("host.id") == nullptr) return out;
  offer({"host.id"});
  for (const std::string_view companion : companions) {
    if (schema.find(std::string(companion)) != nullptr) offer({"host.id", std::string(companion)});
  }
  return out;
}

}  // namespace eqlab::tune
