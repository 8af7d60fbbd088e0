#include "harness/report/scorecard_markdown.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/report/cells.h"

namespace eqlab::report {
namespace {

using score::Scorecard;

constexpr std::size_t examples_max = 4;

std::string row(const std::vector<std::string>& cells) {
  return "| " + join(cells, " | ") + " |\n";
}

/// `aligned` has one character a column: `l` or `r`.
std::string table_head(const std::vector<std::string>& titles, std::string_view aligned) {
  std::vector<std::string> rule;
  for (const char side : aligned) rule.emplace_back(side == 'r' ? "--:" : "---");
  return row(titles) + row(rule);
}

std::string examples(const std::vector<score::NamedCount>& counts) {
  std::vector<std::string> parts;
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (i < examples_max) {
      parts.push_back(format("{} {}", markdown_text(cut(printable(counts[i].name), 60)),
                             grouped(counts[i].count)));
    } else {
      rest += counts[i].count;
    }
  }
  if (rest > 0) parts.push_back(format("+{}", grouped(rest)));
  return join(parts, " · ");
}

std::vector<std::string> proportion_row(std::string title, const score::Proportion& p,
                                        std::string_view otherwise,
                                        const score::Measured<score::Interval>& by_host) {
  if (!p.value()) return {std::move(title), "–", std::string(otherwise), "", ""};
  return {std::move(title), hits_of_total(p), percent(*p.value()), percent_interval(*p.interval()),
          by_host ? percent_interval(*by_host) : "–"};
}

std::string rate_interval(const std::optional<score::Interval>& interval) {
  return interval ? format("[{} – {}]", figure(interval->low * score::hosts_shown),
                           figure(interval->high * score::hosts_shown))
                  : "–";
}

std::vector<std::string> rate_row(std::string title, const score::Rate& rate,
                                  const std::string& why_not,
                                  const score::Measured<score::Interval>& by_host) {
  if (!why_not.empty())
    return {std::move(title), grouped(rate.count), not_measured(why_not), "", ""};
  return {std::move(title), grouped(rate.count), figure(*shown(rate.value())),
          rate_interval(rate.interval()), rate_interval(by_host.value())};
}

std::vector<std::string> estimate_row(std::string title, std::optional<double> value,
                                      const score::Measured<score::Interval>& by_host) {
  return {std::move(title), "", value ? percent(*value) : "–", "",
          by_host ? percent_interval(*by_host) : "–"};
}

std::string latency_text(const score::LatencySummary& late) {
  std::vector<std::string> parts;
  if (late.p95) parts.push_back(human_duration(*late.p95) + " p95");
  if (late.p99) parts.push_back(human_duration(*late.p99) + " p99");
  parts.push_back(human_duration(late.max) + " worst");
  return join(parts, ", ");
}

std::string headline(const Scorecard& card) {
  std::string out = table_head({"", "count", "value", "95 % by counts", "95 % by hosts"}, "lrrrr");
  const score::HostIntervals& hosts = card.by_host;
  out += row(proportion_row("malicious incidents caught", card.recall.all,
                            not_measured(why_no_recall(card)), hosts.recall_all));
  if (card.labels == score::Labels::given) {
    out += row(proportion_row("… of those that open a connection", card.recall.with_behaviour, "–",
                              hosts.recall_with_behaviour));
    out += row(proportion_row("… of those whose events satisfy the rule", card.recall.reachable,
                              "–", hosts.recall_reachable));
    out += row(proportion_row("… of those that some run could see", card.recall.visible, "–",
                              hosts.recall_visible));
  }
  out += row({"alerts raised", grouped(card.alert_count()),
              card.alert_count() > 0 ? alerts_by_kind(card) : "–", "", ""});
  out += row(rate_row("alerts per 1,000 hosts a day", card.alert_rate, why_no_alert_rate(card),
                      hosts.alerts));
  if (card.labels == score::Labels::given) {
    const std::string why = not_measured(why_no_precision(card));
    out += row(proportion_row("right: alerts about a malicious incident (repeats left out)",
                              card.precision, why, hosts.precision));
    out += row(
        proportion_row("alerts whose events belong together, whoever's they are (repeats left out)",
                       card.behaviour_precision, why, hosts.behaviour_precision));
    out += row(estimate_row("F1 of caught incidents and right alerts", card.f1, hosts.f1));
    out += row(
        estimate_row(format("F{:.3g}: recall counts {:.3g} times as much", card.beta, card.beta),
                     card.f_beta, hosts.f_beta));
    out += row(estimate_row(format("right alerts where {} attacks a day come to 1,000 hosts",
                                   figure(card.at_prevalence.per_host_day * score::hosts_shown)),
                            card.at_prevalence.precision.value(), card.at_prevalence.by_host));
    out += row(rate_row("false alarms per 1,000 hosts a day (repeats left out)",
                        card.false_alarms.rate, why_no_alarm_rate(card), hosts.false_alarms));
  }
  const auto [whose, late] = headline_latency(card);
  const std::string title = late.count > 0 ? format("from the last event to the alert ({})", whose)
                                           : std::string("from the last event to the alert");
  out += late.count > 0
             ? row({title, grouped(late.count), format("{} median", human_duration(late.p50)),
                    latency_text(late), ""})
             : row({title, "–", not_measured(why_no_latency(late)), "", ""});
  if (card.alert_count() > 0 && card.load.hours > 0) {
    out += row({"alerts an hour", grouped(card.alert_count()),
                format("{} on average", figure(card.load.per_hour_mean)),
                format("{} in the busiest", grouped(card.load.per_hour_max)), ""});
  }
  return out;
}

std::string misses(const Scorecard& card) {
  if (card.misses.empty()) return {};
  std::string out = "\n### Where the misses went\n\n" + losses_by_cause(card.recall) + "\n\n" +
                    table_head({"missed", "reason", "examples", "look at"}, "rlll");
  for (const score::MissGroup& group : card.misses) {
    const std::string detail =
        group.note.empty() ? examples(group.examples) : markdown_text(group.note);
    out += row({grouped(group.count), markdown_text(group.text), detail,
                markdown_text(group.example_incident)});
  }
  return out;
}

std::string alarms(const Scorecard& card) {
  const score::FalseAlarms& alarms = card.false_alarms;
  if (alarms.rate.count == 0) return {};
  std::string out = "\n### Where the false alarms come from\n\n" +
                    table_head({"alerts", "cause", "examples"}, "rll");
  if (alarms.coincidence > 0) {
    out += row({grouped(alarms.coincidence), "coincidence: events of unrelated activity",
                examples(alarms.coincidence_by_persona)});
  }
  if (alarms.causal_benign + alarms.out_of_scope > 0) {
    std::string cause = "benign activity that really does it";
    if (alarms.out_of_scope > 0)
      cause += format(" ({} of them out of scope)", grouped(alarms.out_of_scope));
    out += row({grouped(alarms.causal_benign + alarms.out_of_scope), cause,
                examples(alarms.causal_by_scenario)});
  }
  if (alarms.impossible > 0)
    out += row({grouped(alarms.impossible), "break the rule: a fault of the matcher", ""});
  return out;
}

std::string expectation(const score::ScenarioRow& scenario) {
  std::vector<std::string> parts;
  if (scenario.expected_fires > 0) parts.emplace_back("fires");
  if (scenario.expected_silent > 0) parts.emplace_back("silent");
  if (scenario.expected_depends > 0) parts.emplace_back("depends");
  return parts.empty() ? "–" : join(parts, " or ");
}

std::string scenarios(const Scorecard& card) {
  if (card.scenarios.empty()) return {};
  std::string out =
      "\n### Scenarios\n\n" + table_head({"", "scenario", "intent", "alerted", "by chance",
                                          "expected", "main reason of misses", ""},
                                         "lllrrlll");
  for (const score::ScenarioRow& scenario : card.scenarios) {
    const std::string why = scenario.main_reason.empty()
                                ? std::string()
                                : format("{} ({})", markdown_text(scenario.main_reason),
                                         grouped(scenario.main_reason_count));
    out += row({markdown_text(scenario.id), markdown_text(scenario.title),
                std::string(truth::to_string(scenario.intent)),
                format("{} of {}", grouped(scenario.alerted), grouped(scenario.incidents)),
                grouped(scenario.coincidences), expectation(scenario), why,
                scenario.disagrees() ? "**differs**" : ""});
  }
  return out;
}

std::string breakdowns(const Scorecard& card) {
  std::string out;
  for (const score::Dimension dimension :
       {score::Dimension::family, score::Dimension::persona, score::Dimension::agent_version,
        score::Dimension::tag}) {
    const auto& rows = card.breakdowns[static_cast<std::size_t>(dimension)];
    if (rows.empty()) continue;
    std::string name(to_string(dimension));
    std::ranges::replace(name, '_', ' ');
    out +=
        "\n### By " + name + "\n\n" +
        table_head({"", "caught", "", "95 %", "false alarms", "a day per 1,000 hosts"}, "lrrrrr");
    for (const score::BreakdownRow& part : rows) {
      const bool any = part.caught.total > 0;
      const auto rate =
          why_no_alarm_rate(card).empty() ? shown(part.false_alarms.value()) : std::nullopt;
      out += row({markdown_text(part.name), any ? hits_of_total(part.caught) : "–",
                  any ? percent(*part.caught.value()) : "",
                  any ? percent_interval(*part.caught.interval()) : "",
                  grouped(part.false_alarms.count), rate ? figure(*rate) : "–"});
    }
  }
  return out;
}

/// A block that nothing inside can close.
std::string code_block(std::string_view text) {
  std::string fence = "```";
  while (text.find(fence) != std::string_view::npos) fence += '`';
  return fence + "sh\n" + std::string(text) + "\n" + fence + "\n";
}

}  // namespace

std::string markdown_text(std::string_view text) {
  const std::string safe = printable(text);
  std::string out;
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const char c = safe[i];
    const bool is_link = (c == ':' && i + 1 < safe.size() && safe[i + 1] == '/') ||
                         (c == '.' && i >= 3 && fold_ascii(safe.substr(i - 3, 3)) == "www");
    constexpr std::string_view special = "\\`*_{}[]<>#|~&!$@";
    if (c == '@' || c == '#') {
      // Mentions and issue numbers are recognised after entities are resolved; an invisible space
      // parts them.
      out += format("&#{};&#8203;", static_cast<int>(c));
    } else if (is_link || special.find(c) != std::string_view::npos) {
      out += format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string scorecard_markdown(const Scorecard& card, const RunInfo& info) {
  std::string out = "## " + markdown_text(info.rule_name);
  if (info.rule_version > 0) out += format(" · v{}", info.rule_version);
  out += "\n\n";
  std::vector<std::string> parts;
  if (!info.corpus.empty()) parts.push_back(markdown_text(info.corpus));
  parts.push_back(count_of(card.hosts, "host", "hosts"));
  parts.push_back(days_text(card.days));
  parts.push_back(count_of(card.events, "event", "events"));
  if (info.malformed > 0) parts.push_back(format("{} malformed", grouped(info.malformed)));
  if (info.seed) parts.push_back(format("seed {}", *info.seed));
  parts.push_back(engine_text(card));
  out += join(parts, " · ") + "\n\n";
  out += headline(card);
  out += misses(card);
  out += alarms(card);
  out += breakdowns(card);
  out += scenarios(card);
  if (!info.command.empty()) out += "\n### Again\n\n" + code_block(printable(info.command));
  return out;
}

}  // namespace eqlab::report
