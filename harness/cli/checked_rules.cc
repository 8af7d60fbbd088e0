#include "harness/cli/checked_rules.h"

#include <algorithm>
#include <map>

#include "harness/base/text.h"

namespace eqlab::cli {
namespace {

using report::CheckedRule;

std::string describe(const rule::Rule& rule, const eql::CheckedQuery& query) {
  std::string text;
  switch (query.kind) {
    case eql::QueryKind::event:
      text = "event query";
      break;
    case eql::QueryKind::sequence:
      text = format("sequence of {}", query.stages.size());
      break;
    case eql::QueryKind::sample:
      text = format("sample of {}", query.stages.size());
      break;
  }
  std::vector<std::string> keys;
  for (const eql::JoinKey& key : query.stages[0].keys) keys.push_back(key.field.name);
  if (!keys.empty()) text += " by " + join(keys, ", ");
  if (query.maxspan) text += format(" within {}", human_duration(*query.maxspan));
  const rule::Schedule& schedule = rule.schedule;
  return text + format(" · every {}, looks back {}, at most {} alerts a run",
                       human_duration(schedule.interval), human_duration(schedule.look_back),
                       schedule.max_signals);
}

CheckedRule check_one(const rule::Rule& rule, const event::Schema& schema,
                      const rule::LintOptions& lint) {
  CheckedRule checked{.file = rule.file, .name = rule.name, .summary = {}, .diagnostics = {}};
  if (rule.format == rule::RuleFormat::json) checked.line = rule.query.first_line;
  auto query = rule::compile(rule, schema);
  if (!query) {
    checked.diagnostics.push_back(std::move(query.error()));
    return checked;
  }
  checked.usable = true;
  checked.summary = describe(rule, *query);
  checked.schedule =
      rule::schedule_figures(rule, query->maxspan.value_or(Duration::zero()), lint.delay);
  checked.diagnostics = rule::lint(rule, *query, lint);
  return checked;
}

}  // namespace

report::CheckResult check_rules(const std::vector<std::string>& paths, const event::Schema& schema,
                                const rule::LintOptions& lint,
                                const std::optional<WallTime>& as_of) {
  rule::RuleSet set = rule::load_rules(paths);
  report::CheckResult out;
  out.skipped = std::move(set.skipped);
  std::vector<const rule::Rule*> usable;
  std::vector<std::size_t> places;
  for (rule::Rule& rule : set.rules) {
    rule.as_of = as_of;
    out.rules.push_back(check_one(rule, schema, lint));
    if (!out.rules.back().usable) continue;
    usable.push_back(&rule);
    places.push_back(out.rules.size() - 1);
  }
  // Ids and names that two of the rules share.
  for (auto& [at, diagnostic] : rule::lint_duplicates(usable)) {
    std::vector<Diagnostic>& found = out.rules[places[at]].diagnostics;
    found.insert(found.begin(), std::move(diagnostic));
  }
  for (Diagnostic& diagnostic : set.diagnostics) {
    if (diagnostic.code == "L314") {
      out.file_diagnostics.push_back(std::move(diagnostic));
      continue;
    }
    CheckedRule broken{.file = diagnostic.place->file,
                       .line = diagnostic.place->line,
                       .name = {},
                       .summary = {},
                       .diagnostics = {}};
    broken.diagnostics.push_back(std::move(diagnostic));
    out.rules.push_back(std::move(broken));
  }
  std::map<std::string, std::size_t> order;
  for (const std::string& file : set.files) order.try_emplace(file, order.size());
  std::ranges::stable_sort(out.rules, {}, [&order](const CheckedRule& rule) {
    const auto place = order.find(rule.file);
    return std::pair(place == order.end() ? order.size() : place->second, rule.line);
  });
  return out;
}

std::string summary_line(const CheckedRule& rule) {
  if (rule.line == 0) return format("{}: {}\n", printable(rule.file), rule.summary);
  return format("{}:{}: {}: {}\n", printable(rule.file), rule.line, printable(rule.name),
                rule.summary);
}

std::string schedule_line(const rule::ScheduleFigures& figures) {
  std::vector<std::string> parts;
  if (figures.delay_max < Duration::zero()) {
    parts.emplace_back("loses even matches whose events come at once");
  } else if (!figures.by_ingest) {
    parts.push_back("survives delays up to " + human_duration(figures.delay_max));
  } else if (figures.span > Duration::zero()) {
    parts.push_back("survives any delay, up to " + human_duration(figures.delay_max) +
                    " between its events");
  } else {
    parts.emplace_back("survives any delay");
  }
  const std::string late = human_duration(figures.delay) + " late: ";
  if (figures.latency) {
    parts.push_back(format("{}seen {:.1f} times, alert {} later on average, {} at worst", late,
                           figures.sightings, human_duration(figures.latency->mean),
                           human_duration(figures.latency->worst)));
  } else {
    parts.push_back(late + "never seen");
  }
  parts.push_back(figures.failed_run_loss > Duration::zero()
                      ? format("a failed run loses {}", human_duration(figures.failed_run_loss))
                      : std::string("a failed run loses nothing"));
  return "  " + join(parts, " · ") + "\n";
}

}  // namespace eqlab::cli
