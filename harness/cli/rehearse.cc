// Every scenario told alone, many times; every rule run on each telling without a schedule; and
// what fired held against what the scenario file promises.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "generators/corpus/rehearsal.h"
#include "harness/base/parallel.h"
#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/rule_options.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"
#include "harness/score/statistics.h"

namespace eqlab::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A share that a scenario promises is broken when it lies outside this interval of the share seen.
constexpr double share_confidence = 0.9999;

struct Options {
  std::vector<std::string> rules;
  std::vector<std::string> only;
  std::string scenarios_dir;
  std::string schema;
  std::string format = "text";
  std::uint32_t runs = 1000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  std::string merging = "off";
  std::string entity_id = "pid";

  [[nodiscard]] generators::TellingOptions variant() const {
    return {.merging = merging == "on", .id_per_exec = entity_id == "exec"};
  }
  /// Promises speak of neither, so a variant is told beside what they are held to.
  [[nodiscard]] bool has_variant() const { return variant().merging || variant().id_per_exec; }
};

struct LoadedRule {
  rule::Rule rule;
  eql::CheckedQuery query;
  std::optional<std::size_t> promised;  ///< place in Rehearsal::rules; nothing: no promise is made
  std::size_t group = 0;                ///< place in the list of plans
  std::string label;
};

/// Rules that read time alike share one scan.
struct Group {
  std::string timestamp_field;
  std::string tiebreaker_field;
  scan::Plan plan;
};

/// What one rule did on the tellings of one scenario.
struct Cell {
  std::uint32_t fired = 0;
  std::uint32_t promised = 0;  ///< tellings on which it ought to fire; a promised share: 0
  std::uint32_t broken = 0;    ///< tellings that went the other way
  std::uint32_t first_broken = 0;
  bool has_promise = false;
  bool share_is_kept = true;
  std::optional<std::uint32_t> fired_in_variant;
  [[nodiscard]] bool is_kept() const { return broken == 0 && share_is_kept; }
};

struct Row {
  std::size_t scenario = 0;
  std::uint32_t connects = 0;  ///< tellings whose package code connects within 60 s
  std::vector<Cell> cells;     ///< by rule
  std::optional<Diagnostic> failure;
};

/// Which rule is which, and everything shared by all scenarios.
struct Stage {
  const Options& options;
  generators::Rehearsal rehearsal;
  std::vector<LoadedRule> rules;
  std::vector<Group> groups;
  std::vector<scan::QueryBinding> bindings;  ///< by rule
};

Result<std::vector<LoadedRule>> load_rules(const Options& options,
                                           const generators::Rehearsal& rehearsal) {
  EQLAB_TRY(const event::Schema schema, run::schema_from(options.schema));
  std::vector<LoadedRule> rules;
  bool any_promised = false;
  for (const std::string& path : options.rules) {
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
    return fail(error_in(options.rules.front(), "E522",
                         "the scenarios promise nothing of a rule with this rule_id",
                         "they speak of " + join(ids, ", ")));
  }
  return rules;
}

Result<Stage> set_stage(const Options& options) {
  EQLAB_TRY(generators::Rehearsal rehearsal,
            generators::Rehearsal::open(options.scenarios_dir, options.only));
  EQLAB_TRY(std::vector<LoadedRule> rules, load_rules(options, rehearsal));
  EQLAB_TRY(const event::Schema schema, run::schema_from(options.schema));
  Stage stage{.options = options,
              .rehearsal = std::move(rehearsal),
              .rules = std::move(rules),
              .groups = {},
              .bindings = {}};
  for (LoadedRule& loaded : stage.rules) {
    const std::string& timestamp = loaded.rule.timestamp_field;
    const std::string& tiebreaker = loaded.rule.tiebreaker_field;
    const auto found = std::ranges::find_if(stage.groups, [&](const Group& group) {
      return group.timestamp_field == timestamp && group.tiebreaker_field == tiebreaker;
    });
    loaded.group = static_cast<std::size_t>(found - stage.groups.begin());
    if (found == stage.groups.end()) {
      stage.groups.push_back(
          {.timestamp_field = timestamp,
           .tiebreaker_field = tiebreaker,
           .plan = scan::Plan(scan::Plan::options_for(schema, timestamp, tiebreaker))});
    }
    stage.bindings.push_back(stage.groups[loaded.group].plan.add(loaded.query));
  }
  return stage;
}

/// Whether the rule fires on each telling, seen alone.
std::vector<bool> fires(const LoadedRule& loaded, const scan::QueryBinding& binding,
                        const scan::CandidateLog& log,
                        const std::vector<std::vector<scan::CandidateIndex>>& by_run) {
  const match::Matcher matcher(loaded.query, binding);
  std::vector<bool> fired;
  for (const auto& visible : by_run)
    fired.push_back(!visible.empty() && !matcher.find(log, visible, {}).matches.empty());
  return fired;
}

Cell judge(const std::vector<bool>& fired, const std::vector<generators::ToldRun>& told,
           std::optional<std::size_t> rule, const generators::PromiseSummary* promise) {
  Cell cell;
  cell.fired = static_cast<std::uint32_t>(std::ranges::count(fired, true));
  if (!rule || promise == nullptr) return cell;
  cell.has_promise = true;
  for (std::uint32_t run = 0; run < told.size(); ++run) {
    // Y is always, whatever the window says; a condition is for D.
    const std::optional<bool> ought =
        promise->outcome == "Y" ? std::optional(true) : told[run].promised[*rule];
    if (!ought) continue;
    cell.promised += *ought ? 1U : 0U;
    if (*ought == fired[run]) continue;
    if (cell.broken++ == 0) cell.first_broken = run;
  }
  if (promise->share) {
    const auto seen =
        score::Proportion{.hits = cell.fired, .total = told.size()}.interval(share_confidence);
    cell.share_is_kept =
        !seen || (seen->low <= promise->share->second && seen->high >= promise->share->first);
  }
  return cell;
}

/// What one group of rules sees of all tellings of one scenario.
struct Seen {
  scan::CandidateLog log;
  std::vector<generators::ToldRun> told;
  std::vector<std::vector<scan::CandidateIndex>> by_run;
};

Result<Seen> see(const Stage& stage, std::size_t scenario, const scan::Plan& plan,
                 const generators::TellingOptions& how) {
  Seen seen{.log = plan.new_log(), .told = {}, .by_run = {}};
  scan::Scanner scanner(plan);
  Status status = ok();
  seen.told = stage.rehearsal.tell(
      scenario, stage.options.runs, stage.options.seed, plan.projection(),
      [&](const event::EventBatch& batch) {
        if (status) status = scanner.scan(batch, seen.log);
      },
      how);
  if (!status) return fail(std::move(status.error()));
  seen.log.finish(scan::CandidateLog::Ties::by_full_time);
  seen.by_run.resize(seen.told.size());
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
    const auto& [log, told, by_run] = *seen;
    for (std::size_t r = 0; r < stage.rules.size(); ++r) {
      const LoadedRule& loaded = stage.rules[r];
      if (loaded.group != g) continue;
      row.cells[r] = judge(fires(loaded, stage.bindings[r], log, by_run), told, loaded.promised,
                           loaded.promised ? &promises[*loaded.promised] : nullptr);
    }
    if (stage.options.has_variant()) {
      auto other = see(stage, scenario, plan, stage.options.variant());
      if (!other) {
        row.failure = std::move(other.error());
        return row;
      }
      for (std::size_t r = 0; r < stage.rules.size(); ++r) {
        if (stage.rules[r].group != g) continue;
        row.cells[r].fired_in_variant = static_cast<std::uint32_t>(std::ranges::count(
            fires(stage.rules[r], stage.bindings[r], other->log, other->by_run), true));
      }
    }
    if (g == 0) {
      row.connects = static_cast<std::uint32_t>(
          std::ranges::count_if(told, [](const generators::ToldRun& run) { return run.connects; }));
    }
  }
  return row;
}

std::string promise_in_words(const generators::PromiseSummary& promise) {
  std::string text = promise.outcome;
  if (!promise.condition.empty()) text += format(" (if {})", printable(promise.condition));
  if (promise.share)
    text += format(" ({:.0f} to {:.0f} % of tellings)", promise.share->first * 100,
                   promise.share->second * 100);
  return text;
}

std::string broken_in_words(const Cell& cell, std::uint32_t runs) {
  if (cell.broken == 0) return format("fired in {} of {} tellings", cell.fired, runs);
  return format("fired in {} of {} tellings; {} went the other way, first telling {}", cell.fired,
                runs, cell.broken, cell.first_broken);
}

std::string variant_in_words(const Options& options) {
  std::vector<std::string> parts;
  if (options.variant().merging) parts.emplace_back("merging on");
  if (options.variant().id_per_exec) parts.emplace_back("a new entity id at every exec");
  return join(parts, " and ");
}

bool is_changed(const Cell& cell) {
  return cell.fired_in_variant && *cell.fired_in_variant != cell.fired;
}

std::string changes_in_words(const Stage& stage, const std::vector<Row>& rows) {
  std::string out;
  std::size_t width = 4;
  for (const LoadedRule& loaded : stage.rules)
    width = std::max(width, printable(loaded.label).size());
  for (const Row& row : rows) {
    for (std::size_t r = 0; r < stage.rules.size(); ++r) {
      if (!is_changed(row.cells[r])) continue;
      out += format("{:<6}{:<{}}{:>9} → {}\n", printable(stage.rehearsal.scenario(row.scenario).id),
                    printable(stage.rules[r].label), width, row.cells[r].fired,
                    *row.cells[r].fired_in_variant);
    }
  }
  const std::string what = variant_in_words(stage.options);
  if (out.empty()) return format("\nwith {}: nothing changes\n", what);
  return format("\nwith {}, tellings on which a rule fires, before → then:\n{}", what, out);
}

void print_text(const Stage& stage, const std::vector<Row>& rows, Console& console) {
  std::string out = format(
      "tellings of {} that connect and that a rule fires in; promised: Y all, N none, D as the "
      "scenario's file says\n",
      stage.options.runs);
  std::size_t label_width = 0;
  for (const LoadedRule& loaded : stage.rules)
    label_width = std::max(label_width, printable(loaded.label).size());
  for (const LoadedRule& loaded : stage.rules)
    out +=
        format("  {:<{}}  {}\n", printable(loaded.label), label_width, printable(loaded.rule.file));
  const auto end_line = [&out] {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  };
  out += format("{:<6}{:<18}{:>9}", "", "class", "connects");
  std::vector<std::size_t> widths;
  for (const LoadedRule& loaded : stage.rules) {
    const std::string label = printable(loaded.label);
    widths.push_back(std::max<std::size_t>(7, label.size()));
    out += format("  {:>{}}  ", label, widths.back());
  }
  end_line();
  for (const Row& row : rows) {
    const generators::ScenarioSummary summary = stage.rehearsal.scenario(row.scenario);
    const auto promises = stage.rehearsal.promises(row.scenario);
    out += format("{:<6}{:<18}{:>9}", printable(summary.id), summary.scenario_class, row.connects);
    for (std::size_t r = 0; r < stage.rules.size(); ++r) {
      const Cell& cell = row.cells[r];
      const std::string promise =
          cell.has_promise ? promises[*stage.rules[r].promised].outcome : std::string(" ");
      out +=
          format("  {} {:>{}}{}", promise, cell.fired, widths[r] - 2, cell.is_kept() ? "  " : " ✗");
    }
    end_line();
  }
  for (const Row& row : rows) {
    const auto promises = stage.rehearsal.promises(row.scenario);
    for (std::size_t r = 0; r < stage.rules.size(); ++r) {
      if (row.cells[r].is_kept()) continue;
      const auto& promise = promises[*stage.rules[r].promised];
      out += format("\n{} {}: promises {}\n    {}\n",
                    printable(stage.rehearsal.scenario(row.scenario).id),
                    printable(stage.rules[r].label), promise_in_words(promise),
                    broken_in_words(row.cells[r], stage.options.runs));
    }
  }
  if (stage.options.has_variant()) out += changes_in_words(stage, rows);
  console.print(out);
}

Json cell_json(const Cell& cell, const LoadedRule& loaded,
               const std::vector<generators::PromiseSummary>& promises) {
  Json out = {{"rule", loaded.label}};
  if (cell.has_promise) {
    const generators::PromiseSummary& promise = promises[*loaded.promised];
    out["promise"] = promise.outcome;
    if (!promise.because.empty()) out["because"] = promise.because;
    if (!promise.condition.empty()) out["if"] = promise.condition;
    if (promise.share) out["share"] = {promise.share->first, promise.share->second};
  }
  out["fired"] = cell.fired;
  if (cell.fired_in_variant) out["fired_in_variant"] = *cell.fired_in_variant;
  if (cell.has_promise) {
    out["kept"] = cell.is_kept();
    if (cell.broken > 0) {
      out["broken_tellings"] = cell.broken;
      out["first_broken_telling"] = cell.first_broken;
    }
  }
  return out;
}

void print_json(const Stage& stage, const std::vector<Row>& rows, std::size_t kept,
                std::size_t broken, Console& console) {
  Json out = {{"eqlab_result", "rehearsal"},    {"schema_version", 1},
              {"tellings", stage.options.runs}, {"seed", stage.options.seed},
              {"promises_kept", kept},          {"promises_broken", broken},
              {"rules", Json::array()},         {"scenarios", Json::array()}};
  if (stage.options.has_variant())
    out["variant"] = {{"merging", stage.options.merging}, {"entity_id", stage.options.entity_id}};
  for (const LoadedRule& loaded : stage.rules) {
    out["rules"].push_back({{"rule", loaded.label},
                            {"file", loaded.rule.file},
                            {"name", loaded.rule.name},
                            {"rule_id", loaded.rule.rule_id}});
  }
  for (const Row& row : rows) {
    const generators::ScenarioSummary summary = stage.rehearsal.scenario(row.scenario);
    const auto promises = stage.rehearsal.promises(row.scenario);
    Json cells = Json::array();
    for (std::size_t r = 0; r < stage.rules.size(); ++r)
      cells.push_back(cell_json(row.cells[r], stage.rules[r], promises));
    out["scenarios"].push_back({{"id", summary.id},
                                {"title", summary.title},
                                {"class", summary.scenario_class},
                                {"connects", row.connects},
                                {"rules", std::move(cells)}});
  }
  console.print(out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Exit run(const Options& options, Console& console) {
  auto stage = set_stage(options);
  if (!stage) {
    console.report(stage.error());
    return exit_for(stage.error());
  }
  std::vector<Row> rows;
  std::size_t next = 0;
  OrderedPool pool(options.threads);
  const std::function<std::optional<std::size_t>()> produce = [&]() -> std::optional<std::size_t> {
    if (next == stage->rehearsal.scenario_count()) return std::nullopt;
    return next++;
  };
  const std::function<Row(std::size_t)> work = [&](std::size_t scenario) {
    return rehearse(*stage, scenario);
  };
  const std::function<void(Row)> consume = [&](Row row) {
    rows.push_back(std::move(row));
    console.progress("rehearsing", rows.size(), stage->rehearsal.scenario_count());
  };
  pool.run<std::size_t, Row>(produce, work, consume, console.stop());
  if (console.stop().stop_requested()) {
    console.note("interrupted\n");
    return Exit::interrupted;
  }
  std::size_t kept = 0;
  std::size_t broken = 0;
  for (const Row& row : rows) {
    if (row.failure) {
      console.report(*row.failure);
      return exit_for(*row.failure);
    }
    for (const Cell& cell : row.cells) {
      if (cell.has_promise) ++(cell.is_kept() ? kept : broken);
    }
  }
  if (options.format == "json") {
    print_json(*stage, rows, kept, broken, console);
  } else {
    print_text(*stage, rows, console);
  }
  console.note(format("{} scenarios, {} tellings of each: {} promises kept, {} broken\n",
                      rows.size(), options.runs, kept, broken));
  return broken == 0 ? Exit::fine : Exit::check_failed;
}

}  // namespace

void define_rehearse(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "rehearse",
      "Tell every scenario alone, many times, and hold rules to what its file promises");
  auto options = std::make_shared<Options>();
  command
      ->add_option("RULE", options->rules,
                   "Rule files; known to the scenarios by rule_id, others are counted only")
      ->required();
  command->add_option("--only", options->only, "Scenario ids, no others")->delimiter(',');
  command->add_option("--scenarios", options->scenarios_dir,
                      "Folder of scenario files instead of the built-in catalogue");
  command->add_option("--runs", options->runs, "Tellings of each scenario")
      ->check(whole_number(1, 100'000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Same seed and options, same result")
      ->check(whole_number(0, UINT64_MAX))
      ->capture_default_str();
  add_schema_option(*command, options->schema);
  command
      ->add_option("--merging", options->merging,
                   "on: say also what changes if short lives and connections come as one document")
      ->check(CLI::IsMember({"off", "on"}))
      ->capture_default_str();
  command
      ->add_option("--entity-id", options->entity_id,
                   "exec: say also what changes if every exec gives a process a new entity id, as "
                   "agents up to 8.1 do")
      ->check(CLI::IsMember({"pid", "exec"}))
      ->capture_default_str();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_threads_option(*command, options->threads);
  command->footer(
      "Y must fire in every telling, N in none, D exactly when the condition in the file holds, or "
      "in the share that it states. What --merging and --entity-id change is told beside it and "
      "breaks no promise.\n"
      "Example:\n  eqlab rehearse rules/*.toml rules/history/*.toml --runs 1000\n"
      "Exit status: 0 all promises kept, 1 some broken.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
