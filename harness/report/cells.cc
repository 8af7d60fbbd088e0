#include "harness/report/cells.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "harness/base/text.h"

namespace eqlab::report {

std::string pad_right(std::string_view text, std::size_t columns) {
  const std::size_t used = width(text);
  return std::string(text) + std::string(columns > used ? columns - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t used = width(text);
  return std::string(columns > used ? columns - used : 0, ' ') + std::string(text);
}

std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns) {
  std::size_t filled = 0;
  if (whole > 0 && part > 0) {
    const double share = static_cast<double>(part) / static_cast<double>(whole);
    filled = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::lround(share * static_cast<double>(columns))), 1, columns);
  }
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) out += i < filled ? "█" : "░";
  return out;
}

std::string grouped(std::uint64_t number) {
  return group_digits(static_cast<std::int64_t>(number));
}

std::string percent(double share) { return format("{:.1f} %", share * 100); }

std::string percent_interval(const score::Interval& interval) {
  return format("[{:.1f} – {:.1f}]", interval.low * 100, interval.high * 100);
}

std::string figure(double number) {
  if (number >= 100) return group_digits(std::llround(number));
  // Far below it {:g} turns to powers of ten.
  if (number > 0 && number < 0.001) return "< 0.001";
  return format("{:.3g}", number);
}

std::string figure_of(double number, std::string_view singular, std::string_view plural) {
  const std::string text = figure(number);
  return format("{} {}", text, text == "1" ? singular : plural);
}

std::string small_percent(double share) {
  const double hundredths = share * 100;
  if (hundredths >= 10) return percent(share);
  if (hundredths > 0 && hundredths < 0.001) return "< 0.001 %";
  return format("{:.2g} %", hundredths);
}

std::string days_text(double days) {
  if (days == 1) return "1 day";
  if (days >= 1'000) return format("{} days", group_digits(std::llround(days)));
  if (days >= 0.1) return format("{:.4g} days", days);
  return human_duration(
      std::chrono::round<Duration>(std::chrono::duration<double, std::ratio<86'400>>(days)));
}

std::string count_of(std::uint64_t number, std::string_view singular, std::string_view plural) {
  return format("{} {}", grouped(number), number == 1 ? singular : plural);
}

std::string hits_of_total(const score::Proportion& proportion) {
  return format("{} of {}", grouped(proportion.hits), grouped(proportion.total));
}

std::string alerts_by_kind(const score::Scorecard& card) {
  if (card.labels == score::Labels::none)
    return "nobody says which are right" + suppressed_text(card);
  std::string out = format("{} right · {} false", grouped(card.precision.hits),
                           grouped(card.false_alarms.rate.count));
  const std::uint64_t repeats = card.verdict(score::Verdict::duplicate);
  if (repeats > 0) out += " · " + count_of(repeats, "repeat", "repeats");
  return out + suppressed_text(card);
}

std::string suppressed_text(const score::Scorecard& card) {
  if (!card.suppression || card.suppression->matches == 0) return {};
  return format(" ({} more suppressed)", grouped(card.suppression->matches));
}

HeadlineLatency headline_latency(const score::Scorecard& card) {
  if (card.latency_malicious.from_event.count > 0)
    return {"right alerts", card.latency_malicious.from_event};
  return {"all alerts", card.latency.from_event};
}

std::string explain_command(const RunInfo& info, const score::MissGroup& group) {
  if (info.explain.empty() || group.example_incident.empty()) return {};
  return printable(info.explain) + " --incident " + printable(group.example_incident);
}

std::optional<score::Interval> best_interval(const score::Measured<score::Interval>& by_host,
                                             std::optional<score::Interval> by_counts) {
  return by_host ? by_host.value() : by_counts;
}

std::string schedule_text(const rule::Schedule& schedule) {
  std::string out = format("every {}, looks back {}", human_duration(schedule.interval),
                           human_duration(schedule.look_back));
  if (schedule.to != Duration::zero()) out += format(" to {} ago", human_duration(schedule.to));
  return out + format(", cap {}", grouped(schedule.max_signals));
}

std::string engine_text(const score::Scorecard& card) {
  return card.engine == score::EngineKind::streaming ? "streaming, sees each event as it arrives"
                                                     : schedule_text(card.schedule);
}

std::optional<double> shown(std::optional<double> per_host_day) {
  if (!per_host_day) return std::nullopt;
  return *per_host_day * score::hosts_shown;
}

double rounded(double number) {
  if (!std::isfinite(number)) return 0;
  return parse_number<double>(format("{:.6g}", number)).value_or(0);
}

std::string not_measured(std::string_view reason) { return format("not measured: {}", reason); }

std::string percent_or_why(std::optional<double> share, std::string_view reason) {
  return share ? percent(*share) : not_measured(reason);
}

std::string losses_by_cause(const score::Recall& recall) {
  constexpr std::array<std::string_view, score::cause_count> words = {
      "with nothing to see", "by design",      "by telemetry", "by delay",
      "by the schedule",     "by suppression", "by the cap",   "unexplained"};
  std::vector<std::size_t> causes;
  for (std::size_t c = 0; c < score::cause_count; ++c) {
    if (recall.lost[c] > 0) causes.push_back(c);
  }
  std::ranges::stable_sort(causes, std::greater<>(), [&](std::size_t c) { return recall.lost[c]; });
  std::vector<std::string> parts;
  for (const std::size_t c : causes)
    parts.push_back(format("{} {}", grouped(recall.lost[c]), words[c]));
  return join(parts, " · ");
}

}  // namespace eqlab::report
