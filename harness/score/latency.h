#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/base/time.h"
#include "harness/scan/candidate_log.h"
#include "harness/schedule/simulation.h"
#include "harness/score/statistics.h"

/// How late alerts come, and of what the time is made. An alert is as late as its `@timestamp`,
/// which Kibana sets when it builds the alert.
namespace eqlab::score {

/// Order statistics by nearest rank: every figure is one of the values. A percentile stands only
/// where at least one value is expected beyond it: p75 from 4 values on, p90 from 10, p95 from 20,
/// p99 from 100, p99.9 from 1,000.
struct LatencySummary {
  std::uint64_t count = 0;  ///< 0: the others mean nothing
  Duration mean{};
  Duration p50{};
  /// Of the median at confidence_default, by ranks (the sign test turned round): from 6 values on.
  /// Takes alerts as independent.
  std::optional<Duration> p50_low;
  std::optional<Duration> p50_high;
  std::optional<Duration> p75;
  std::optional<Duration> p90;
  std::optional<Duration> p95;
  std::optional<Duration> p99;
  std::optional<Duration> p999;
  Duration max{};
  /// The values in whole seconds, for charts: single seconds up to 127, then 64 buckets to an
  /// octave (base/histogram.h). `below`: all in the bucket are less than this.
  struct Bucket {
    std::chrono::seconds below{};
    std::uint64_t count = 0;
    friend bool operator==(const Bucket&, const Bucket&) = default;
  };
  std::vector<Bucket> histogram;
  friend bool operator==(const LatencySummary&, const LatencySummary&) = default;
};
[[nodiscard]] LatencySummary summarize(std::vector<Duration> values);
/// The rank, from 1, of the value that is the lower end of that interval, its upper end being as
/// far from the other side; 0 where there are too few values.
[[nodiscard]] std::uint64_t median_rank(std::uint64_t count, double confidence);
/// How many values a percentile of share `p` (0.999) needs.
[[nodiscard]] std::uint64_t values_needed(double p);

/// What state the host's connection was in, told by the delay from event to ingest of whichever
/// event of the alert was ingested last.
enum class Stratum : std::uint8_t { online, congested, offline };
inline constexpr std::size_t stratum_count = 3;
[[nodiscard]] std::string_view to_string(Stratum stratum);
/// Borders between the strata. Prompt delivery is 3 s and LN(6 s, 0.8) in the profiles:
/// 99 % within 42 s. A congested link is LN(60 s, 1.0): half above 60 s, 99 % within 10 min; a
/// laptop that was off is not back before 5 min and typically after hours.
inline constexpr Duration congested_from = std::chrono::minutes{1};
inline constexpr Duration offline_from = std::chrono::minutes{10};
[[nodiscard]] Stratum stratum_of(Duration ingest_delay);

/// The time from the completing event to one alert, whose parts add up to it.
struct AlertLatency {
  Duration ingest{};  ///< until the last of its events was ingested
  Duration wait{};    ///< from then until the run that saw it started
  Duration run{};     ///< from then until the alert existed
  Stratum stratum = Stratum::online;
  [[nodiscard]] Duration from_event() const;
  [[nodiscard]] Duration from_ingest() const;
  friend bool operator==(const AlertLatency&, const AlertLatency&) = default;
};
[[nodiscard]] AlertLatency latency_of(const scan::CandidateLog& log, const schedule::Alert& alert);

/// Of a set of alerts.
struct Latencies {
  LatencySummary from_event;   ///< from the completing event's own time
  LatencySummary from_ingest;  ///< from the ingest of the last of its events
  LatencySummary ingest;       ///< parts of `from_event`; means add up, percentiles do not
  LatencySummary wait;
  LatencySummary run;
  std::array<LatencySummary, stratum_count> by_stratum;  ///< from the event
  friend bool operator==(const Latencies&, const Latencies&) = default;
};
[[nodiscard]] Latencies summarize(const std::vector<AlertLatency>& alerts);

}  // namespace eqlab::score
