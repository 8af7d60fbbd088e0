#include "harness/score/latency.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "harness/base/histogram.h"
#include "harness/match/matcher.h"

namespace eqlab::score {
namespace {

/// The value that a share of `thousandths` / 1,000 of a sorted list does not exceed, by nearest
/// rank.
Duration ranked(const std::vector<Duration>& sorted, std::size_t thousandths) {
  const std::size_t rank = (sorted.size() * thousandths + 999) / 1'000;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/// Stops at the ends of what a duration can hold: events may carry any date.
Duration between(std::int64_t from, std::int64_t to) {
  std::int64_t out = 0;
  if (!__builtin_sub_overflow(to, from, &out)) return Duration(out);
  return to < from ? Duration::min() : Duration::max();
}
Duration plus(Duration a, Duration b) {
  std::int64_t out = 0;
  if (!__builtin_add_overflow(a.count(), b.count(), &out)) return Duration(out);
  return a < Duration::zero() ? Duration::min() : Duration::max();
}

}  // namespace

Duration AlertLatency::from_event() const { return plus(ingest, from_ingest()); }
Duration AlertLatency::from_ingest() const { return plus(wait, run); }

std::uint64_t median_rank(std::uint64_t count, double confidence) {
  if (count == 0) return 0;
  const double tail = (1 - confidence) / 2;
  const boost::math::binomial_distribution<> below(static_cast<double>(count), 0.5);
  // The largest rank below which at most `tail` of all samples have the median. The quantile is
  // near it; which way it is rounded does not matter then.
  const auto fits = [&](std::uint64_t rank) {
    return boost::math::cdf(below, static_cast<double>(rank - 1)) <= tail;
  };
  auto rank = static_cast<std::uint64_t>(std::max(boost::math::quantile(below, tail), 0.0));
  while (rank > 0 && !fits(rank)) --rank;
  while (fits(rank + 1)) ++rank;
  return rank;
}

std::uint64_t values_needed(double p) {
  return static_cast<std::uint64_t>(std::llround(std::ceil(1 / (1 - p) - 1e-9)));
}

LatencySummary summarize(std::vector<Duration> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  LatencySummary out;
  out.count = values.size();
  const auto percentile = [&](std::size_t thousandths) -> std::optional<Duration> {
    if (values.size() * (1'000 - thousandths) < 1'000) return std::nullopt;
    return ranked(values, thousandths);
  };
  // In two sums, because events may carry any date.
  std::int64_t whole = 0;
  std::int64_t rest = 0;
  const auto count = static_cast<std::int64_t>(values.size());
  Histogram histogram;
  for (const Duration value : values) {
    whole += value.count() / count;
    rest += value.count() % count;
    histogram.add(std::chrono::floor<std::chrono::seconds>(value).count());
  }
  out.mean = Duration(whole + rest / count);
  out.p50 = ranked(values, 500);
  if (const std::uint64_t rank = median_rank(values.size(), confidence_default); rank > 0) {
    out.p50_low = values[rank - 1];
    out.p50_high = values[values.size() - rank];
  }
  out.p75 = percentile(750);
  out.p90 = percentile(900);
  out.p95 = percentile(950);
  out.p99 = percentile(990);
  out.p999 = percentile(999);
  out.max = values.back();
  for (const Histogram::Bucket& bucket : histogram.buckets())
    out.histogram.push_back({.below = std::chrono::seconds{bucket.top + 1}, .count = bucket.count});
  return out;
}

std::string_view to_string(Stratum stratum) {
  switch (stratum) {
    case Stratum::online:
      return "online";
    case Stratum::congested:
      return "congested";
    case Stratum::offline:
      return "offline";
  }
  return "";
}

Stratum stratum_of(Duration ingest_delay) {
  if (ingest_delay < congested_from) return Stratum::online;
  return ingest_delay < offline_from ? Stratum::congested : Stratum::offline;
}

AlertLatency latency_of(const scan::CandidateLog& log, const schedule::Alert& alert) {
  scan::CandidateIndex latest = alert.match.completing();
  for (const scan::CandidateIndex event : alert.match.events) {
    if (event != match::missing_event && log.ingest_time(event) > log.ingest_time(latest))
      latest = event;
  }
  const IngestTime ingested = log.ingest_time(latest);
  const EventTime completed = log.event_time(alert.match.completing());
  const auto ns = [](auto time) { return time.time_since_epoch().count(); };
  return {.ingest = between(ns(completed), ns(ingested)),
          .wait = between(ns(ingested), ns(alert.started_at)),
          .run = between(ns(alert.started_at), ns(alert.alert_time)),
          .stratum = stratum_of(between(ns(log.event_time(latest)), ns(ingested)))};
}

Latencies summarize(const std::vector<AlertLatency>& alerts) {
  const auto all = [&](auto part) {
    std::vector<Duration> values;
    for (const AlertLatency& alert : alerts) values.push_back(part(alert));
    return summarize(std::move(values));
  };
  Latencies out;
  out.from_event = all([](const AlertLatency& a) { return a.from_event(); });
  out.from_ingest = all([](const AlertLatency& a) { return a.from_ingest(); });
  out.ingest = all([](const AlertLatency& a) { return a.ingest; });
  out.wait = all([](const AlertLatency& a) { return a.wait; });
  out.run = all([](const AlertLatency& a) { return a.run; });
  for (std::size_t s = 0; s < stratum_count; ++s) {
    std::vector<Duration> values;
    for (const AlertLatency& alert : alerts) {
      if (static_cast<std::size_t>(alert.stratum) == s) values.push_back(alert.from_event());
    }
    out.by_stratum[s] = summarize(std::move(values));
  }
  return out;
}

}  // namespace eqlab::score
