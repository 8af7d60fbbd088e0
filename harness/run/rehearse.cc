#include "harness/run/rehearse.h"

#include <algorithm>
#include <deque>
#include <functional>

#include "harness/base/parallel.h"
#include "harness/base/text.h"
#include "harness/match/matcher.h"
#include "harness/run/prepare.h"
#include "harness/run/rule_choice.h"
#include "harness/scan/scanner.h"
#include "harness/score/statistics.h"

namespace eqlab::run {
namespace {

/// A share that a scenario promises is broken when it lies outside this interval of the share seen.
constexpr double share_confidence = 0.9999;

struct LoadedRule {
  rule::Rule rule;
  eql::CheckedQuery query;
  std::optional<std::size_t> promised;  ///< place in Rehearsal::rules; nothing: no promise is made
  std::string label;
  std::size_t group = 0;     ///< place in Stage::groups
  std::size_t in_group = 0;  ///< and in RuleGroup::rules
};

struct Row {
  std::size_t scenario = 0;
  std::uint32_t connects = 0;
  std::vector<RehearsedCell> cells;  ///< by rule
  std::optional<Diagnostic> failure;
};

/// Which rule is which, and everything shared by all scenarios.
struct Stage {
  const RehearsalRequest& request;
  generators::Rehearsal rehearsal;
  std::vector<LoadedRule> rules;
  std::deque<RuleGroup> groups;  ///< in place: logs refer to their plans
};

bool has_variant(const RehearsalVariant& variant) {
  return variant.merging == "on" || variant.entity_id == "exec";
}
generators::AgentOptions agents_of(const RehearsalVariant& variant) {
  return {.merging = variant.merging == "on", .id_per_exec = variant.entity_id == "exec"};
}

Result<std::vector<LoadedRule>> load_rules(const RehearsalRequest& request,
                                           const event::Schema& schema,
                                           const generators::Rehearsal& rehearsal) {
  std::vector<LoadedRule> rules;
  bool any_promised = false;
  for (const std::string& path : request.rules) {
    EQLAB_TRY(rule::Rule rule, rule::load_rule(path));
    EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema));
    LoadedRule loaded{
        .rule = std::move(rule), .query = std::move(query), .promised = {}, .label = {}};
    const auto known = std::ranges::find(rehearsal.rules(), loaded.rule.rule_id,
                                         &generators::Rehearsal::Rule::rule_id);
    if (known != rehearsal.rules().end() && !loaded.rule.rule_id.empty()) {
      loaded.promised = static_cast<std::size_t>(known - rehearsal.rules().begin());
      loaded.label = known->key;
      any_promised = true;
      const auto same = std::ranges::find(rules, loaded.promised, &LoadedRule::promised);
      if (same != rules.end()) {
        return fail(error_in(path, "E523",
                             format("{} has the same rule_id, {}", printable(same->rule.file),
                                    printable(loaded.rule.rule_id)),
                             "give one of them"));
      }
    } else {
      const std::string file = path.substr(path.rfind('/') + 1);
      loaded.label = file.substr(0, file.rfind('.'));
    }
    rules.push_back(std::move(loaded));
  }
  if (!any_promised) {
    std::vector<std::string> ids;
    for (const auto& rule : rehearsal.rules()) ids.push_back(printable(rule.rule_id));
    return fail(error_in(request.rules.front(), "E522",
                         "the scenarios promise nothing of a rule with this rule_id",
                         "they speak of " + join(ids, ", ")));
  }
  return rules;
}

Result<Stage> set_stage(const RehearsalRequest& request) {
  EQLAB_TRY(generators::Rehearsal rehearsal,
            generators::Rehearsal::open(request.scenarios_dir, request.only));
  EQLAB_TRY(const event::Schema schema, schema_from(request.schema));
  EQLAB_TRY(std::vector<LoadedRule> rules, load_rules(request, schema, rehearsal));
  Stage stage{.request = request,
              .rehearsal = std::move(rehearsal),
              .rules = std::move(rules),
              .groups = {}};
  std::vector<const rule::Rule*> order;
  for (const LoadedRule& loaded : stage.rules) order.push_back(&loaded.rule);
  for (const std::vector<std::size_t>& members : groups_by_order(order)) {
    std::vector<CompiledRule> compiled;
    for (const std::size_t member : members) {
      LoadedRule& loaded = stage.rules[member];
      loaded.group = stage.groups.size();
      loaded.in_group = compiled.size();
      compiled.push_back({.rule = &loaded.rule, .query = std::move(loaded.query)});
    }
    EQLAB_TRY(RuleGroup group, prepare_group(std::move(compiled), schema, {}));
    stage.groups.push_back(std::move(group));
  }
  return stage;
}

/// Whether the rule fires on each run, seen alone.
std::vector<bool> fires(const Stage& stage, const LoadedRule& loaded, const scan::CandidateLog& log,
                        const std::vector<std::vector<scan::CandidateIndex>>& by_run) {
  const match::Matcher matcher(stage.groups[loaded.group].rules[loaded.in_group].bound);
  std::vector<bool> fired;
  for (const auto& visible : by_run)
    fired.push_back(!visible.empty() && !matcher.find(log, visible, {}).matches.empty());
  return fired;
}

RehearsedCell judge(const std::vector<bool>& fired,
                    const std::vector<generators::ScenarioRun>& runs,
                    std::optional<std::size_t> rule, const generators::PromiseSummary* promise) {
  RehearsedCell cell;
  cell.fired = static_cast<std::uint32_t>(std::ranges::count(fired, true));
  if (!rule || promise == nullptr) return cell;
  cell.promise = RehearsedPromise{.outcome = promise->outcome,
                                  .because = promise->because,
                                  .condition = promise->condition,
                                  .share = promise->share};
  for (std::uint32_t run = 0; run < runs.size(); ++run) {
    // Y is always, whatever the window says; a condition is for D.
    const std::optional<bool> ought =
        promise->outcome == "Y" ? std::optional(true) : runs[run].promised[*rule];
    if (!ought) continue;
    if (*ought == fired[run]) continue;
    if (cell.broken++ == 0) cell.first_broken = run;
  }
  if (promise->share) {
    const auto seen =
        score::Proportion{.hits = cell.fired, .total = runs.size()}.interval(share_confidence);
    cell.share_is_kept =
        !seen || (seen->low <= promise->share->second && seen->high >= promise->share->first);
  }
  return cell;
}

/// What one group of rules sees of all runs of one scenario.
struct Seen {
  scan::CandidateLog log;
  std::vector<generators::ScenarioRun> runs;
  std::vector<std::vector<scan::CandidateIndex>> by_run;
};

Result<Seen> see(const Stage& stage, std::size_t scenario, const scan::Plan& plan,
                 const generators::AgentOptions& how) {
  Seen seen{.log = plan.new_log(), .runs = {}, .by_run = {}};
  scan::Scanner scanner(plan);
  Status status = ok();
  seen.runs = stage.rehearsal.run(
      scenario, stage.request.runs, stage.request.seed, plan.projection(),
      [&](const event::EventBatch& batch) {
        if (status) status = scanner.scan(batch, seen.log);
      },
      how);
  if (!status) return fail(std::move(status.error()));
  seen.log.finish(scan::CandidateLog::Ties::by_full_time);
  seen.by_run.resize(seen.runs.size());
  for (const scan::CandidateIndex candidate : seen.log.dated())
    seen.by_run[seen.log.line(candidate) >> 32U].push_back(candidate);
  return seen;
}

Row rehearse(const Stage& stage, std::size_t scenario) {
  Row row{.scenario = scenario, .cells = {}, .failure = {}};
  row.cells.resize(stage.rules.size());
  const auto promises = stage.rehearsal.promises(scenario);
  for (std::size_t g = 0; g < stage.groups.size(); ++g) {
    const scan::Plan& plan = stage.groups[g].plan;
    auto seen = see(stage, scenario, plan, {});
    if (!seen) {
      row.failure = std::move(seen.error());
      return row;
    }
    const auto& [log, runs, by_run] = *seen;
    for (std::size_t r = 0; r < stage.rules.size(); ++r) {
      const LoadedRule& loaded = stage.rules[r];
      if (loaded.group != g) continue;
      row.cells[r] = judge(fires(stage, loaded, log, by_run), runs, loaded.promised,
                           loaded.promised ? &promises[*loaded.promised] : nullptr);
    }
    if (has_variant(stage.request.variant)) {
      auto other = see(stage, scenario, plan, agents_of(stage.request.variant));
      if (!other) {
        row.failure = std::move(other.error());
        return row;
      }
      for (std::size_t r = 0; r < stage.rules.size(); ++r) {
        if (stage.rules[r].group != g) continue;
        row.cells[r].fired_in_variant = static_cast<std::uint32_t>(
            std::ranges::count(fires(stage, stage.rules[r], other->log, other->by_run), true));
      }
    }
    if (g == 0) {
      row.connects = static_cast<std::uint32_t>(std::ranges::count_if(
          runs, [](const generators::ScenarioRun& run) { return run.connects; }));
    }
  }
  return row;
}

std::size_t count_promises(const RehearsalResult& result, bool are_kept) {
  std::size_t count = 0;
  for (const RehearsedScenario& scenario : result.scenarios) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        scenario.cells,
        [&](const RehearsedCell& cell) { return cell.promise && cell.is_kept() == are_kept; }));
  }
  return count;
}

}  // namespace

std::size_t RehearsalResult::promises_kept() const { return count_promises(*this, true); }
std::size_t RehearsalResult::promises_broken() const { return count_promises(*this, false); }

Result<RehearsalResult> rehearse(const RehearsalRequest& request, const Watcher& watcher) {
  EQLAB_TRY(const Stage stage, set_stage(request));
  RehearsalResult out{.runs = request.runs, .seed = request.seed};
  if (has_variant(request.variant)) out.variant = request.variant;
  for (const LoadedRule& loaded : stage.rules) {
    out.rules.push_back({.label = loaded.label,
                         .file = loaded.rule.file,
                         .name = loaded.rule.name,
                         .rule_id = loaded.rule.rule_id});
  }
  std::optional<Diagnostic> failure;
  std::size_t next = 0;
  OrderedPool pool(request.threads);
  const std::function<std::optional<std::size_t>()> produce = [&]() -> std::optional<std::size_t> {
    if (next == stage.rehearsal.scenario_count()) return std::nullopt;
    return next++;
  };
  const std::function<Row(std::size_t)> work = [&](std::size_t scenario) {
    return rehearse(stage, scenario);
  };
  const std::function<void(Row)> consume = [&](Row row) {
    if (row.failure && !failure) failure = std::move(row.failure);
    const generators::ScenarioSummary summary = stage.rehearsal.scenario(row.scenario);
    out.scenarios.push_back({.id = summary.id,
                             .title = summary.title,
                             .scenario_class = std::string(summary.scenario_class),
                             .connects = row.connects,
                             .cells = std::move(row.cells)});
    watcher.tell("rehearsing", out.scenarios.size(), stage.rehearsal.scenario_count());
  };
  pool.run<std::size_t, Row>(produce, work, consume, watcher.stop);
  if (failure) return fail(std::move(*failure));
  return out;
}

}  // namespace eqlab::run
