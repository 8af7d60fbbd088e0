#include <algorithm>
#include <filesystem>
#include <set>

#include "generators/corpus/corpus.h"
#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/labelled_events.h"
#include "harness/cli/rule_choice.h"
#include "harness/match/matcher.h"
#include "harness/report/mutation.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/tune/corpus_kills.h"
#include "harness/tune/coverage.h"
#include "harness/tune/killing_case.h"
#include "harness/tune/mutants.h"
#include "harness/tune/mutation.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::string rule;
  std::vector<std::string> cases;
  RuleChoice choice;
  generators::CorpusOptions corpus;
  std::string corpus_dir;
  std::string schema;
  std::vector<CLI::Option*> corpus_options;
  std::optional<double> min_score;
  std::size_t mutants_max = tune::MutantOptions{}.mutants_max;
  std::string write;
  std::string format = "text";
  bool show_cases = false;
  bool verbose = false;
  unsigned threads = 1;

  [[nodiscard]] bool asks_corpus() const {
    return !corpus_dir.empty() ||
           std::ranges::any_of(corpus_options,
                               [](const CLI::Option* option) { return option->count() > 0; });
  }
};

/// A mutant of which more than this share of the events would have to be kept is decided part by
/// part.
constexpr double kept_share_max = 0.01;
constexpr Duration kept_span = std::chrono::hours(1);

/// One run, step by step into `result`.
class Run {
 public:
  Run(const Options& options, Console& console) : options_(options), console_(console) {}

  Result<report::MutationResult> run() {
    EQLAB_TRY(rule_, load_chosen_rule(options_.rule, options_.choice));
    if (!options_.schema.empty()) {
      EQLAB_TRY(given_schema_, schema_from(options_.schema));
    }
    EQLAB_TRY(blocks_, cases::load_cases_of(rule_, options_.cases));
    if (blocks_.empty() && !options_.asks_corpus()) {
      return fail(error_in(options_.rule, "E701", "no case runs this rule, and no corpus was named",
                           "write a .case file beside it that begins with rule: and its name, or "
                           "ask a corpus: --profile balanced"));
    }
    EQLAB_TRY(mutants_, tune::make_mutants(rule_, schema(), {.mutants_max = options_.mutants_max}));
    describe();
    if (!blocks_.empty()) EQLAB_CHECK(ask_cases());
    if (options_.asks_corpus()) EQLAB_CHECK(ask_corpus());
    result_.command = command();
    return std::move(result_);
  }

 private:
  [[nodiscard]] const event::Schema& schema() const {
    return given_schema_ ? *given_schema_ : event::Schema::builtin();
  }
  [[nodiscard]] Place place_of(Span span) const {
    Place place = locate(error_at(span, "", ""), rule_.query).place.value_or(Place{});
    place.source_line.clear();  // nobody shows it, and of long queries there are many
    return place;
  }

  void describe() {
    result_.rule_name = rule_.name;
    result_.rule_file = options_.rule;
    result_.stillborn = mutants_.stillborn;
    result_.equivalent = mutants_.equivalent;
    result_.duplicates = mutants_.duplicates;
    result_.left_out = mutants_.left_out;
    for (const tune::Mutant& mutant : mutants_.mutants) {
      report::MutantRow row;
      row.kind = std::string(tune::to_string(mutant.kind));
      row.what = mutant.what;
      row.place = place_of(mutant.place);
      result_.mutants.push_back(std::move(row));
    }
  }

  [[nodiscard]] report::CoverageTable table_of(const tune::Alternatives& alternatives,
                                               const tune::Coverage& coverage) const {
    report::CoverageTable out;
    out.matches = coverage.matches;
    out.left_out = alternatives.left_out;
    out.exercised = {coverage.exercised(), alternatives.all.size()};
    out.pairs = {coverage.by_pair.size(), coverage.pairs};
    for (std::size_t a = 0; a < alternatives.all.size(); ++a) {
      report::AlternativeRow row;
      row.what = alternatives.all[a].what;
      row.place = place_of(alternatives.all[a].place);
      row.matches = coverage.by_alternative[a];
      out.alternatives.push_back(std::move(row));
    }
    return out;
  }

  Status ask_cases() {
    EQLAB_TRY(const tune::CaseKills kills, tune::kill_by_cases(rule_, mutants_, schema(), blocks_));
    result_.blocks = kills.blocks;
    result_.by_cases = score::Proportion{kills.noticed(), mutants_.mutants.size()};
    std::vector<std::size_t> survivors;
    for (std::size_t m = 0; m < kills.noticed_by.size(); ++m) {
      if (kills.noticed_by[m]) {
        const cases::CaseBlock& block = blocks_[*kills.noticed_by[m]];
        result_.mutants[m].noticed_by = eqlab::format("{}:{}", block.file, block.line);
      } else {
        survivors.push_back(m);
      }
    }
    for (tune::KillingCase& found : tune::find_killing_cases(rule_, mutants_, survivors, blocks_))
      result_.mutants[found.mutant].killing_case = std::move(found.text);
    EQLAB_TRY(const tune::Alternatives alternatives, tune::alternatives_of(rule_));
    EQLAB_TRY(const tune::Coverage coverage, tune::cover_by_cases(alternatives, blocks_));
    result_.case_coverage = table_of(alternatives, coverage);
    return ok();
  }

  Status ask_corpus() {
    const event::Schema& schema = this->schema();
    EQLAB_TRY(const eql::CheckedQuery original, rule::compile(rule_, schema));
    scan::Plan plan(scan::Plan::options_for(schema, rule_.timestamp_field, rule_.tiebreaker_field));
    std::vector<const eql::CheckedQuery*> queries = {&original};
    for (const tune::Mutant& mutant : mutants_.mutants) queries.push_back(&mutant.query);
    std::vector<scan::QueryBinding> bindings;
    for (const eql::CheckedQuery* query : queries) bindings.push_back(plan.add(*query));
    EQLAB_TRY(const tune::Alternatives alternatives, tune::alternatives_of(rule_));
    std::vector<scan::FilterIndex> probes;
    for (const tune::Alternative& alternative : alternatives.all) {
      EQLAB_TRY(const eql::CheckedQuery probe, tune::compile_probe(rule_, schema, alternative));
      probes.push_back(plan.add(probe).stages[0].filter);
    }
    std::vector<PlannedQuery> planned;
    for (std::size_t q = 0; q < queries.size(); ++q)
      planned.push_back({.query = queries[q], .binding = &bindings[q]});
    auto events = scan_labelled(
        {.corpus = options_.corpus, .corpus_dir = options_.corpus_dir, .threads = options_.threads},
        plan, {.queries = planned, .kept_span = kept_span, .kept_share_max = kept_share_max},
        console_);
    if (!events) return fail(locate(std::move(events.error()), rule_.query));
    if (console_.stop().stop_requested()) return ok();
    used_ = events->used;
    const truth::TruthIndex index(events->truth);
    judge(*events, index, planned);

    const match::Matches matches =
        match::Matcher(original, bindings[0]).find(events->log, events->log.dated(), {});
    result_.corpus_coverage = table_of(
        alternatives,
        tune::cover_by_matches(alternatives, original, events->log, matches.matches, probes));
    result_.corpus = eqlab::format(
        "{}, {} events", options_.corpus_dir.empty() ? used_.profile : options_.corpus_dir,
        group_digits(static_cast<std::int64_t>(events->truth.events)));
    return ok();
  }

  void judge(const LabelledEvents& events, const truth::TruthIndex& index,
             const std::vector<PlannedQuery>& planned) {
    const auto is_wide = [&](std::size_t q) {
      return q < events.widths.size() && events.widths[q].is_wide;
    };
    std::vector<std::size_t> asked;
    std::vector<tune::AskedQuery> queries;
    for (std::size_t q = 1; q < planned.size(); ++q) {
      report::MutantRow& row = result_.mutants[q - 1];
      if (!is_wide(q)) {
        asked.push_back(q - 1);
        queries.push_back({.query = planned[q].query, .binding = planned[q].binding});
      } else if (events.widths[q].differs) {
        row.noticed_by_corpus = true;
      } else {
        row.is_too_wide = true;
      }
    }
    const std::vector<tune::CorpusKill> kills =
        tune::kill_by_corpus(events.log, events.truth, index, rule_.schedule,
                             {.query = planned[0].query, .binding = planned[0].binding}, queries);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      result_.mutants[asked[i]].noticed_by_corpus = kills[i].alerts_differ;
      result_.mutants[asked[i]].catches_others = kills[i].catches_others;
    }
    score::Proportion noticed;
    for (const report::MutantRow& row : result_.mutants) {
      if (!row.noticed_by_corpus) continue;
      ++noticed.total;
      if (*row.noticed_by_corpus) ++noticed.hits;
    }
    result_.by_corpus = noticed;
  }

  [[nodiscard]] std::string command() const {
    std::vector<std::string> again = {"eqlab", "mutate", options_.rule};
    again.insert(again.end(), options_.cases.begin(), options_.cases.end());
    const auto add = [&](const std::string& name, const std::string& value) {
      again.push_back("--" + name);
      again.push_back(value);
    };
    if (!options_.choice.rule_id.empty()) add("rule-id", options_.choice.rule_id);
    if (!options_.choice.at.empty()) add("at", options_.choice.at);
    if (!options_.schema.empty()) add("schema", options_.schema);
    if (!options_.corpus_dir.empty()) {
      add("corpus", options_.corpus_dir);
    } else if (options_.asks_corpus()) {
      add("profile", used_.profile);
      add("seed", eqlab::format("{}", used_.seed));
      if (used_.events > 0) add("events", eqlab::format("{}", used_.events));
      add("hosts", eqlab::format("{}", used_.hosts));
      add("days", eqlab::format("{}", used_.days));
      if (!used_.only.empty()) add("only", join(used_.only, ","));
      if (!used_.without.empty()) add("without", join(used_.without, ","));
      if (!used_.scenarios_dir.empty()) add("scenarios", used_.scenarios_dir);
    }
    return quote_command(again);
  }

  const Options& options_;
  Console& console_;
  rule::Rule rule_;
  std::optional<event::Schema> given_schema_;
  std::vector<cases::CaseBlock> blocks_;
  tune::MutantSet mutants_;
  generators::CorpusOptions used_;
  report::MutationResult result_;
};

/// The killing cases as a file, which finds the rule from where it lies. Counts them in `result`:
/// one may notice several mutants. Errors: E702 the file is there already.
Status write_cases(report::MutationResult& result, const Options& options) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::exists(options.write, error)) {
    return fail(error_in(options.write, "E702", "there is such a file already: nothing was written",
                         "name a new one, and move what you agree with"));
  }
  const fs::path folder = fs::absolute(options.write, error).parent_path();
  const fs::path rule = fs::absolute(options.rule, error).lexically_relative(folder);
  std::string name = rule.empty() ? options.rule : rule.generic_string();
  if (!options.choice.rule_id.empty()) name += "#" + options.choice.rule_id;
  std::string out = eqlab::format(
      "# What the rule does today where no case says what it should do: agree with each, or "
      "correct "
      "the rule.\n\nrule: {}\n",
      name);
  std::set<std::string> written;  // without their reasons
  for (const report::MutantRow& row : result.mutants) {
    if (row.killing_case.empty()) continue;
    if (written.insert(row.killing_case.substr(row.killing_case.find('\n'))).second)
      out += "\n" + row.killing_case;
  }
  EQLAB_CHECK(write_file(options.write, out));
  result.written = options.write;
  result.written_cases = written.size();
  return ok();
}

Exit run(const Options& options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  auto result = Run(options, console).run();
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!result) return give_up(result.error());
  if (!options.write.empty()) {
    const bool has_cases = std::ranges::any_of(
        result->mutants, [](const report::MutantRow& row) { return !row.killing_case.empty(); });
    if (has_cases) {
      if (auto written = write_cases(*result, options); !written) return give_up(written.error());
    } else {
      console.note("no case was found that would notice more: no file written\n");
    }
  }
  console.print(options.format == "json"
                    ? report::mutation_json(*result)
                    : report::mutation_text(
                          *result, {.show_cases = options.show_cases, .verbose = options.verbose}));
  const auto& judged = result->by_cases ? result->by_cases : result->by_corpus;
  const double share = judged ? judged->value().value_or(1) : 1;
  if (options.min_score && share * 100 < *options.min_score) {
    console.note(eqlab::format("{:.1f} % of the mutants are noticed, less than {} %\n", share * 100,
                               *options.min_score));
    return Exit::check_failed;
  }
  return Exit::fine;
}

}  // namespace

void define_mutate(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "mutate", "Put small faults into a rule and see whether its cases, or a corpus, notice");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->rule, "Rule file")->required();
  command->add_option("CASE", options->cases,
                      ".case files or folders; default: those beside the rule that name it");
  add_rule_choice(*command, options->choice);
  auto* const folder = command->add_option("--corpus", options->corpus_dir,
                                           "Ask this corpus folder too; a profile or its options, "
                                           "below, ask a corpus that is generated");
  options->corpus_options = add_corpus_options(*command, options->corpus);
  for (CLI::Option* const option : options->corpus_options) option->excludes(folder);
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none, for rule and corpus; cases keep "
      "theirs; default: ECS and Elastic Defend");
  command->add_option("--mutants", options->mutants_max, "Mutants tried at most")
      ->check(whole_number(1, 100'000))
      ->capture_default_str();
  command->add_flag("--show-cases", options->show_cases,
                    "Print, below each mutant that no case notices, a case that would");
  command->add_option("--write", options->write, "Write these cases to a new .case file");
  command
      ->add_option("--min-score", options->min_score,
                   "Exit with 1 when fewer percent of the mutants are noticed, by the cases "
                   "where there are any, else by the corpus")
      ->check(number_between(0, 100));
  command->add_flag("--verbose", options->verbose, "Also list the mutants that are noticed");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_threads_option(*command, options->threads);
  command->footer(
      "Example:\n  eqlab mutate rules/macos_installer_package_spawns_network_event.toml "
      "--min-score 95\nExit status: 0 fine, 1 too few are noticed or a case fails, 2 the rule or "
      "its cases cannot "
      "be used, 3 input or output failed.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
