#include "harness/tune/mutate_rule.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/run/pass.h"
#include "harness/run/prepare.h"
#include "harness/schedule/prepared_rule.h"
#include "harness/tune/corpus_kills.h"
#include "harness/tune/coverage.h"
#include "harness/tune/killing_case.h"
#include "harness/tune/mutation.h"

namespace eqlab::tune {
namespace {

/// A mutant of which more than this share of the events would have to be kept is decided part by
/// part.
constexpr double kept_share_max = 0.01;

/// One run, step by step into `result`.
class Run {
 public:
  Run(const MutationRequest& request, const run::Watcher& watcher)
      : request_(request), watcher_(watcher) {}

  Result<MutationResult> run() {
    EQLAB_TRY(rule_, run::load_chosen_rule(request_.rule, request_.choice));
    if (!request_.schema.empty()) {
      EQLAB_TRY(given_schema_, run::schema_from(request_.schema));
    }
    EQLAB_TRY(blocks_, cases::load_cases_of(rule_, request_.cases));
    if (blocks_.empty() && !request_.asks_corpus) {
      return fail(error_in(request_.rule, "E701", "no case runs this rule, and no corpus was named",
                           "write a .case file beside it that begins with rule: and its name, or "
                           "ask a corpus: --profile balanced"));
    }
    EQLAB_TRY(mutants_, make_mutants(rule_, schema(), {.mutants_max = request_.mutants_max}));
    describe();
    if (!blocks_.empty()) EQLAB_CHECK(ask_cases());
    if (request_.asks_corpus) EQLAB_CHECK(ask_corpus());
    result_.used = used_;
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
    result_.rule_file = request_.rule;
    result_.stillborn = mutants_.stillborn;
    result_.equivalent = mutants_.equivalent;
    result_.duplicates = mutants_.duplicates;
    result_.left_out = mutants_.left_out;
    for (const Mutant& mutant : mutants_.mutants) {
      MutantRow row;
      row.kind = std::string(to_string(mutant.kind));
      row.what = mutant.what;
      row.place = place_of(mutant.place);
      result_.mutants.push_back(std::move(row));
    }
  }

  [[nodiscard]] CoverageTable table_of(const Alternatives& alternatives,
                                       const Coverage& coverage) const {
    CoverageTable out;
    out.matches = coverage.matches;
    out.left_out = alternatives.left_out;
    out.exercised = {coverage.exercised(), alternatives.all.size()};
    out.pairs = {coverage.by_pair.size(), coverage.pairs};
    for (std::size_t a = 0; a < alternatives.all.size(); ++a) {
      AlternativeRow row;
      row.what = alternatives.all[a].what;
      row.place = place_of(alternatives.all[a].place);
      row.matches = coverage.by_alternative[a];
      out.alternatives.push_back(std::move(row));
    }
    return out;
  }

  Status ask_cases() {
    EQLAB_TRY(const CaseKills kills, kill_by_cases(rule_, mutants_, schema(), blocks_));
    result_.blocks = kills.blocks;
    result_.by_cases = score::Proportion{kills.noticed(), mutants_.mutants.size()};
    std::vector<std::size_t> survivors;
    for (std::size_t m = 0; m < kills.noticed_by.size(); ++m) {
      if (kills.noticed_by[m]) {
        const cases::CaseBlock& block = blocks_[*kills.noticed_by[m]];
        result_.mutants[m].noticed_by = format("{}:{}", block.file, block.line);
      } else {
        survivors.push_back(m);
      }
    }
    for (KillingCase& found : find_killing_cases(rule_, mutants_, survivors, blocks_))
      result_.mutants[found.mutant].killing_case = std::move(found.text);
    EQLAB_TRY(const Alternatives alternatives, alternatives_of(rule_));
    EQLAB_TRY(const Coverage coverage, cover_by_cases(alternatives, blocks_));
    result_.case_coverage = table_of(alternatives, coverage);
    return ok();
  }

  Status ask_corpus() {
    const event::Schema& schema = this->schema();
    EQLAB_TRY(eql::CheckedQuery original, rule::compile(rule_, schema));
    scan::Plan plan = run::plan_for(rule_, schema);
    // The rule itself, then its mutants.
    std::vector<scan::BoundQuery> queries;
    queries.push_back(plan.bind(std::move(original)));
    for (const Mutant& mutant : mutants_.mutants) queries.push_back(plan.bind(mutant.query));
    EQLAB_TRY(const Alternatives alternatives, alternatives_of(rule_));
    std::vector<scan::FilterIndex> probes;
    for (const Alternative& alternative : alternatives.all) {
      EQLAB_TRY(const eql::CheckedQuery probe, compile_probe(rule_, schema, alternative));
      probes.push_back(plan.add(probe).stages[0].filter);
    }
    EQLAB_TRY(const schedule::CarriedFields fields, schedule::carry_fields(rule_, schema, plan));
    run::PassOptions pass{.kept_share_max = kept_share_max};
    for (const scan::BoundQuery& query : queries) pass.queries.push_back({.bound = &query});
    auto events = run::scan_events(request_.source, plan, pass, watcher_);
    if (!events) return fail(locate(std::move(events.error()), rule_.query));
    if (watcher_.stop.stop_requested()) return ok();
    used_ = events->used;
    judge(*events, fields, queries);

    const match::Matches matches =
        match::Matcher(queries[0]).find(events->log, events->log.dated(), {});
    result_.corpus_coverage = table_of(
        alternatives,
        cover_by_matches(alternatives, queries[0].query, events->log, matches.matches, probes));
    result_.corpus = format("{}, {} events", name_of(request_.source, used_),
                            group_digits(static_cast<std::int64_t>(events->truth.events)));
    return ok();
  }

  void judge(const run::ScannedEvents& events, const schedule::CarriedFields& fields,
             const std::vector<scan::BoundQuery>& queries) {
    std::vector<std::size_t> asked;
    std::vector<const scan::BoundQuery*> narrow;
    for (std::size_t q = 1; q < queries.size(); ++q) {
      MutantRow& row = result_.mutants[q - 1];
      if (!events.widths[q].is_wide) {
        asked.push_back(q - 1);
        narrow.push_back(&queries[q]);
      } else if (events.widths[q].differs) {
        row.noticed_by_corpus = true;
      } else {
        row.is_too_wide = true;
      }
    }
    const truth::TruthIndex index(events.truth);
    const std::vector<CorpusKill> kills = kill_by_corpus({.log = events.log,
                                                          .truth = events.truth,
                                                          .index = index,
                                                          .schedule = rule_.schedule,
                                                          .simulation = fields.in()},
                                                         queries[0], narrow);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      result_.mutants[asked[i]].noticed_by_corpus = kills[i].alerts_differ;
      result_.mutants[asked[i]].catches_others = kills[i].catches_others;
    }
    score::Proportion noticed;
    for (const MutantRow& row : result_.mutants) {
      if (!row.noticed_by_corpus) continue;
      ++noticed.total;
      if (*row.noticed_by_corpus) ++noticed.hits;
    }
    result_.by_corpus = noticed;
  }

  const MutationRequest& request_;
  const run::Watcher& watcher_;
  rule::Rule rule_;
  std::optional<event::Schema> given_schema_;
  std::vector<cases::CaseBlock> blocks_;
  MutantSet mutants_;
  generators::CorpusOptions used_;
  MutationResult result_;
};

}  // namespace

Result<MutationResult> mutate_rule(const MutationRequest& request, const run::Watcher& watcher) {
  return Run(request, watcher).run();
}

Result<std::string> killing_cases(MutationResult& result, const MutationRequest& request,
                                  const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::exists(path, error)) {
    return fail(error_in(path, "E702", "there is such a file already: nothing was written",
                         "name a new one, and move what you agree with"));
  }
  const fs::path folder = fs::absolute(path, error).parent_path();
  const fs::path rule = fs::absolute(request.rule, error).lexically_relative(folder);
  std::string name = rule.empty() ? request.rule : rule.generic_string();
  if (!request.choice.rule_id.empty()) name += "#" + request.choice.rule_id;
  std::string out = format(
      "# What the rule does today where no case says what it should do: agree with each, or "
      "correct "
      "the rule.\n\nrule: {}\n",
      name);
  std::set<std::string> written;  // without their reasons
  for (const MutantRow& row : result.mutants) {
    if (row.killing_case.empty()) continue;
    if (written.insert(row.killing_case.substr(row.killing_case.find('\n'))).second)
      out += "\n" + row.killing_case;
  }
  result.written = path;
  result.written_cases = written.size();
  return out;
}

}  // namespace eqlab::tune
