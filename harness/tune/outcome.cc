#include "harness/tune/outcome.h"

#include <algorithm>
#include <utility>

// The order of alerts decides only which of several is the first of an incident, or of those that
// begin with one event (see score::judge); all else about a match stays what it is under every
// schedule and maxspan, and is kept.
namespace eqlab::tune {

using score::Verdict;

HostNumber host_of(const JudgedLog& log, const Population& population, const match::Match& match,
                   const score::JudgedAlert& alert) {
  if (alert.incident) return population.host_of(*alert.incident);
  if (log.host_slot) {
    for (const scan::CandidateIndex event : match.events) {
      if (event == match::missing_event) continue;
      const auto keys = log.log.keys(event, *log.host_slot);
      if (!keys.empty())
        return population.host_number(event::to_text(log.log.key_value(keys.front())));
    }
  }
  return population.unlisted();
}

Judge::Judge(const JudgedLog& log, const scan::BoundQuery& bound, const Population& population)
    : log_(log), rule_{.bound = bound, .maxspan = std::nullopt}, population_(population) {}

const Judge::Judged& Judge::judged(const match::Match& match) {
  const auto [entry, is_new] = known_.try_emplace(match.events);
  if (!is_new) return entry->second;
  // One alert alone is never a repeat.
  const score::JudgedAlert alone =
      score::judge(log_.log, {{.match = match}}, rule_, population_.truth(), log_.index).front();
  Judged& out = entry->second;
  out.verdict = alone.verdict;
  if (alone.causal) out.incident = alone.incident;
  out.host = host_of(log_, population_, match, alone);
  out.event_time = log_.log.event_time(match.completing()).time_since_epoch();
  // Two documents of one id are one event; those without an id are told apart by place.
  const scan::CandidateIndex first = match.first();
  const std::string_view id = log_.log.event_id(first);
  out.start = id.empty() ? nameless_starts_.try_emplace(first, start_count_).first->second
                         : starts_.try_emplace(id, start_count_).first->second;
  start_count_ += out.start == start_count_ ? 1U : 0U;
  return out;
}

Outcome Judge::outcome(const schedule::Simulation& simulation) {
  Outcome out = outcome(simulation.alerts);
  out.reached_cap = simulation.counters.runs_at_cap > 0;
  return out;
}

Outcome Judge::outcome(const std::vector<schedule::Alert>& alerts) {
  Outcome out{.caught = std::vector<std::uint8_t>(population_.incident_count(), 0),
              .false_by_host = std::vector<std::uint32_t>(population_.host_count(), 0),
              .alerts_by_host = std::vector<std::uint32_t>(population_.host_count(), 0),
              .repeats_by_host = std::vector<std::uint32_t>(population_.host_count(), 0)};
  std::vector<Duration> all;
  std::vector<Duration> right;
  std::vector<std::uint8_t> is_started(start_count_, 0);
  for (const schedule::Alert& alert : alerts) {
    const Judged& now = judged(alert.match);
    ++out.alerts_by_host[now.host];
    if (now.verdict == Verdict::impossible) {
      ++out.false_by_host[now.host];
      continue;
    }
    if (now.start >= is_started.size()) is_started.resize(now.start + 1, 0);
    const bool is_first_of_start = std::exchange(is_started[now.start], 1) == 0;
    const bool is_repeat =
        now.incident ? std::exchange(out.caught[*now.incident], 1) != 0 : !is_first_of_start;
    if (is_repeat) {
      ++out.repeats_by_host[now.host];
      continue;
    }
    const Duration late = alert.alert_time.time_since_epoch() - now.event_time;
    all.push_back(late);
    if (now.verdict == Verdict::causal_malicious)
      right.push_back(late);
    else
      ++out.false_by_host[now.host];
  }
  out.latency = score::summarize(std::move(all));
  out.latency_right = score::summarize(std::move(right));
  return out;
}

double host_days(const Population& population, const HostSet& hosts) {
  const auto listed = std::count(hosts.begin(), hosts.begin() + population.unlisted(), 1);
  return population.truth().days() * static_cast<double>(listed);
}

Figures figures_of(const Outcome& outcome, const Population& population, const HostSet& hosts) {
  Figures out;
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    if (!population.is_malicious(i) || hosts[population.host_of(i)] == 0) continue;
    ++out.recall.total;
    out.recall.hits += outcome.caught[i];
  }
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    if (hosts[host] == 0) continue;
    out.alerts += outcome.alerts_by_host[host];
    out.repeats += outcome.repeats_by_host[host];
    out.false_alarms.count += outcome.false_by_host[host];
  }
  out.false_alarms.exposure = host_days(population, hosts);
  out.precision = {.hits = out.recall.hits, .total = out.alerts - out.repeats};
  return out;
}

}  // namespace eqlab::tune
