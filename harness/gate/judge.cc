#include "harness/gate/judge.h"

#include <algorithm>
#include <filesystem>
#include <list>
#include <map>
#include <set>
#include <utility>

#include "generators/incident/scenario.h"
#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/cases/runner.h"
#include "harness/gate/checks.h"
#include "harness/gate/io/files.h"
#include "harness/gate/normal_form.h"
#include "harness/rule/rule.h"
#include "harness/run/pass.h"
#include "harness/run/prepare.h"
#include "harness/score/evaluate.h"
#include "harness/tune/mutation.h"

namespace eqlab::gate {
namespace {

constexpr std::size_t case_file_bytes_max = 64U << 20;

/// One version of a rule on its way through the scan.
struct Version {
  const rule::Rule* rule = nullptr;
  eql::CheckedQuery query;
  bool is_needed = false;  ///< to be scanned
  std::optional<Diagnostic> failure = {};
};

/// A pair that is judged, and its place among the results.
struct Job {
  const RulePair* pair = nullptr;
  std::optional<Version> before = {};
  std::optional<Version> after = {};
  std::string logic = {};  ///< of the new version
  std::size_t result = 0;
};

Place place_in(const rule::Rule& rule, Span span) {
  const SourceText document = document_of(rule);
  Diagnostic diagnostic = error_at(span, "", "");
  return locate(std::move(diagnostic), document).place.value_or(Place{});
}

/// The first line of the rule's query.
Place query_place(const rule::Rule& rule) {
  const std::size_t begin =
      std::min(rule.query.text.find_first_not_of(" \t\r\n"), rule.query.text.size());
  const std::size_t end = std::min(rule.query.text.find('\n', begin), rule.query.text.size());
  return locate(error_at({begin, std::max(end, begin + 1)}, "", ""), rule.query)
      .place.value_or(Place{});
}

class Runner {
 public:
  Runner(const Inputs& inputs, const JudgeOptions& options, const run::Watcher& watcher)
      : in_(inputs), options_(options), watcher_(watcher), schema_(event::Schema::builtin()) {}

  Result<GateResult> run();

 private:
  void prepare(const RulePair& pair);
  void describe(RuleResult& result, const RulePair& pair) const;
  void compile(Job& job, RuleResult& result);
  void lint(const Job& job, RuleResult& result);
  void compare_with_stored(Job& job, RuleResult& result);
  static void note_dates(const Job& job, RuleResult& result);
  void broken();
  void duplicates();
  void deleted_from_baseline();
  void unknown_groups(const std::set<std::string>& families,
                      const std::set<std::string>& scenarios);
  Status groups_of_catalogue();
  void cases();
  Status scan();
  Status scan_group(std::vector<Version*> versions, std::vector<Job*> jobs);
  Status scan_versions(const std::vector<Version*>& versions, const std::vector<Job*>& jobs);
  void decide(const run::ScannedEvents& events, const run::RuleGroup& group,
              const EffectInputs& inputs, Job& job);

  const Inputs& in_;
  const JudgeOptions& options_;
  const run::Watcher& watcher_;
  const event::Schema& schema_;
  std::list<Job> jobs_;
  GateResult out_;
};

void Runner::describe(RuleResult& result, const RulePair& pair) const {
  const rule::Rule& rule = pair.rule();
  result.file = rule.file;
  result.rule_id = rule.rule_id;
  result.name = rule.name;
  result.change = pair.kind();
  if (pair.is_moved()) result.old_file = pair.before->file;
  result.place = query_place(rule);
  if (in_.base.kind == BaseKind::git && result.change == ChangeKind::added &&
      std::ranges::find(in_.base_broken, rule.file) != in_.base_broken.end()) {
    result.change = ChangeKind::modified;
    result.base_usable = false;
    result.notes.emplace_back("the base version cannot be read: judged by itself alone");
  }
  if (in_.base.kind == BaseKind::file && !in_.base_broken.empty()) {
    result.change = ChangeKind::modified;
    result.base_usable = false;
    result.notes.emplace_back("the base file cannot be read: judged by itself alone");
  }
}

void Runner::compile(Job& job, RuleResult& result) {
  const RulePair& pair = *job.pair;
  if (pair.after) {
    auto query = rule::compile(*pair.after, schema_);
    if (query) {
      job.after = Version{.rule = &*pair.after, .query = std::move(*query)};
    } else {
      result.usable = false;
      result.place = query.error().place.value_or(result.place);
      result.diagnostics.push_back(std::move(query.error()));
      result.diagnostic_is_new.push_back(true);
    }
  }
  if (pair.before) {
    auto query = rule::compile(*pair.before, schema_);
    if (query) {
      job.before = Version{.rule = &*pair.before, .query = std::move(*query)};
    } else {
      result.base_usable = false;
      result.notes.push_back(format("the base version cannot be used ({}): judged by itself alone",
                                    query.error().message));
    }
  }
}

void Runner::lint(const Job& job, RuleResult& result) {
  const rule::LintOptions options{.schema = &event::Schema::builtin()};
  const LintPolicy policy = demands_on(in_.policy, in_.in_policy(result.file), result.rule_id).lint;
  std::multiset<std::pair<std::string, std::string>> known;
  if (job.before) {
    for (const Diagnostic& found : rule::lint(*job.before->rule, job.before->query, options))
      known.emplace(found.code, found.message);
  }
  for (Diagnostic& found : rule::lint(*job.after->rule, job.after->query, options)) {
    if (std::ranges::find(policy.ignore, found.code) != policy.ignore.end()) {
      ++result.ignored;
      continue;
    }
    const auto same = known.find({found.code, found.message});
    result.diagnostic_is_new.push_back(same == known.end());
    if (same != known.end()) known.erase(same);
    result.diagnostics.push_back(std::move(found));
  }
}

void Runner::compare_with_stored(Job& job, RuleResult& result) {
  if (in_.base.kind != BaseKind::baseline || !job.after) return;
  const BaselineRule* const stored = in_.baseline ? in_.baseline->find(*job.after->rule) : nullptr;
  if (stored == nullptr) return;
  result.change = stored->logic == job.logic ? ChangeKind::unchanged : ChangeKind::modified;
}

/// Repositories ask that a change moves the date (detection-rules' test_all_rules.py).
void Runner::note_dates(const Job& job, RuleResult& result) {
  if (!result.diff || result.diff->changes.empty()) return;
  const auto date_of = [](const rule::Rule& rule) {
    const auto found = rule.metadata.find("updated_date");
    return found == rule.metadata.end() ? std::string() : found->second;
  };
  const std::string date = date_of(*job.after->rule);
  if (!date.empty() && date == date_of(*job.before->rule))
    result.notes.push_back(format("the rule changed, its updated_date did not: {}", date));
}

void Runner::prepare(const RulePair& pair) {
  const ChangeKind kind = pair.kind();
  if (kind == ChangeKind::unchanged && !pair.is_moved() && !options_.judges_unchanged) {
    ++out_.unchanged;
    return;
  }
  Job job;
  job.pair = &pair;
  RuleResult result;
  describe(result, pair);
  compile(job, result);
  if (job.after) {
    lint(job, result);
    job.logic = logic_digest(*job.after->rule, job.after->query);
  }
  compare_with_stored(job, result);
  if (in_.base.kind == BaseKind::baseline && result.change == ChangeKind::unchanged &&
      !options_.judges_unchanged) {
    ++out_.unchanged;
    return;
  }
  if (job.before && job.after) {
    result.diff =
        diff_rules({*job.before->rule, job.before->query}, {*job.after->rule, job.after->query});
    for (const RuleChange& change : result.diff->changes) {
      result.change_places.push_back(
          change.span == Span{} ? Place{} : place_in(*job.after->rule, change.span));
    }
  }
  note_dates(job, result);
  const bool is_settled = result.is_equivalent() && !options_.judges_unchanged;
  if (job.after) job.after->is_needed = !is_settled;
  if (job.before) job.before->is_needed = kind == ChangeKind::deleted || (job.after && !is_settled);
  job.result = out_.rules.size();
  out_.rules.push_back(std::move(result));
  jobs_.push_back(std::move(job));
}

/// Files of the work tree that hold no readable rule.
void Runner::broken() {
  for (const Diagnostic& diagnostic : in_.broken) {
    RuleResult result;
    result.usable = false;
    result.change = ChangeKind::modified;
    if (diagnostic.place) {
      result.file = diagnostic.place->file;
      result.place = *diagnostic.place;
    }
    result.diagnostics.push_back(diagnostic);
    result.diagnostic_is_new.push_back(true);
    // Its old version is no rule that was deleted.
    const auto gone = std::ranges::find_if(out_.rules, [&](const RuleResult& other) {
      return other.change == ChangeKind::deleted && other.file == result.file;
    });
    if (gone != out_.rules.end()) {
      result.rule_id = gone->rule_id;
      result.name = gone->name;
      const auto place = static_cast<std::size_t>(gone - out_.rules.begin());
      jobs_.remove_if([&](const Job& job) { return job.result == place; });
      *gone = std::move(result);
    } else {
      out_.rules.push_back(std::move(result));
    }
  }
}

void Runner::duplicates() {
  std::vector<const rule::Rule*> rules;
  for (const RulePair& pair : in_.pairs) {
    if (pair.after) rules.push_back(&*pair.after);
  }
  for (auto& [place, diagnostic] : rule::lint_duplicates(rules)) {
    for (const Job& job : jobs_) {
      if (!job.after || job.after->rule != rules[place]) continue;
      RuleResult& result = out_.rules[job.result];
      const LintPolicy policy =
          demands_on(in_.policy, in_.in_policy(result.file), result.rule_id).lint;
      if (std::ranges::find(policy.ignore, diagnostic.code) != policy.ignore.end()) continue;
      result.diagnostics.insert(result.diagnostics.begin(), diagnostic);
      result.diagnostic_is_new.insert(result.diagnostic_is_new.begin(), true);
    }
  }
}

void Runner::deleted_from_baseline() {
  if (!in_.baseline) return;
  for (const BaselineRule& stored : in_.baseline->rules) {
    const bool is_there = std::ranges::any_of(in_.pairs, [&](const RulePair& pair) {
      return pair.after && in_.baseline->find(*pair.after) == &stored;
    });
    const bool is_broken = std::ranges::any_of(in_.broken, [&](const Diagnostic& diagnostic) {
      return diagnostic.place && diagnostic.place->file == stored.file;
    });
    // Rules that the command line leaves out are not gone.
    if (is_there || is_broken || !is_rule_path(in_.policy, in_.in_policy(stored.file))) continue;
    RuleResult result;
    result.file = stored.file;
    result.rule_id = stored.rule_id;
    result.name = stored.name;
    result.change = ChangeKind::deleted;
    result.before.emplace();
    result.before->recall = stored.recall;
    result.before->false_alarms = stored.false_alarms;
    for (const auto& [id, recall] : stored.scenarios)
      result.before->scenarios.push_back({.name = id, .title = {}, .recall = recall});
    out_.rules.push_back(std::move(result));
  }
}

/// A demand on what does not exist would be met by nothing, and is a slip of the pen.
void Runner::unknown_groups(const std::set<std::string>& families,
                            const std::set<std::string>& scenarios) {
  const auto look_at = [&](const std::map<std::string, Limit>& demanded,
                           const std::set<std::string>& known, std::string_view key,
                           std::string_view kind, const Place& place) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    for (const auto& [name, limit] : demanded) {
      if (known.contains(name)) continue;
      const std::vector<std::string> close = nearest(name, names, 1);
      Diagnostic unknown = error_in(
          in_.policy.file, "E742",
          format("{} names {}, and the events have no such {}", key, printable(name), kind),
          close.empty() ? std::string("eqlab generate --list names what there is")
                        : format("did you mean {}?", printable(close.front())));
      if (place.line > 0) unknown.place = place;
      out_.diagnostics.push_back(std::move(unknown));
    }
  };
  const auto look_at_both = [&](const Thresholds& limits, const Place& place) {
    look_at(limits.recall_min_by_family, families, "recall_min_by_family", "family", place);
    look_at(limits.recall_min_by_scenario, scenarios, "recall_min_by_scenario", "scenario", place);
  };
  look_at_both(in_.policy.demands.thresholds, {});
  for (const RulePolicy& rule : in_.policy.rules) look_at_both(rule.thresholds, rule.place);
}

Status Runner::groups_of_catalogue() {
  const auto has_groups = [](const Thresholds& limits) {
    return !limits.recall_min_by_family.empty() || !limits.recall_min_by_scenario.empty();
  };
  if (!options_.source.corpus_dir.empty()) return ok();  // its incidents tell, once they are read
  if (!has_groups(in_.policy.demands.thresholds) &&
      std::ranges::none_of(in_.policy.rules, has_groups, &RulePolicy::thresholds))
    return ok();
  EQLAB_TRY(const generators::Catalogue catalogue,
            generators::load_catalogue(options_.source.corpus.scenarios_dir));
  std::set<std::string> families;
  std::set<std::string> scenarios;
  for (const generators::Scenario& scenario : catalogue.scenarios) {
    families.insert(scenario.family);
    scenarios.insert(scenario.id);
  }
  unknown_groups(families, scenarios);
  return ok();
}

/// The rule file that a case speaks of, and the id after `#`.
std::pair<std::string, std::string> rule_of_case(const std::string& case_file,
                                                 const std::string& rule_path) {
  const std::size_t hash = rule_path.find('#');
  const std::filesystem::path path =
      std::filesystem::path(case_file).parent_path() / rule_path.substr(0, hash);
  return {path.lexically_normal().generic_string(),
          hash == std::string::npos ? std::string() : rule_path.substr(hash + 1)};
}

/// Nothing where the cases fail already, which their own check says.
std::optional<MutationScore> measure_mutants(const rule::Rule& rule,
                                             const std::vector<std::string>& case_files) {
  const auto blocks = cases::load_cases_of(rule, case_files);
  if (!blocks) return std::nullopt;
  const auto summary = tune::summarize_cases(rule, *blocks);
  if (!summary) return std::nullopt;
  return MutationScore{.noticed = summary->noticed.hits, .of = summary->noticed.total};
}

void Runner::cases() {
  if (in_.case_files.empty()) return;
  auto report = cases::run_cases(in_.case_files, {});
  if (!report) {
    out_.diagnostics.push_back(std::move(report.error()));
    return;
  }
  for (Diagnostic& diagnostic : report->unusable) {
    // A rule that cannot be read is reported itself.
    if (diagnostic.code == "E454" && !in_.broken.empty()) continue;
    out_.diagnostics.push_back(std::move(diagnostic));
  }
  std::map<std::pair<std::string, std::uint32_t>, std::pair<std::string, std::string>> rule_of;
  std::map<std::string, std::vector<std::string>> files_of;
  for (const std::string& file : in_.case_files) {
    const auto text = read_text(file, case_file_bytes_max);
    if (!text) continue;  // run_cases has said so
    const auto blocks = cases::parse_cases(*text, file);
    if (!blocks) continue;
    for (const cases::CaseBlock& block : *blocks) {
      if (block.rule_path.empty()) continue;
      auto rule = rule_of_case(file, block.rule_path);
      std::vector<std::string>& files = files_of[rule.first];
      if (files.empty() || files.back() != file) files.push_back(file);
      rule_of.insert_or_assign({file, block.line}, std::move(rule));
    }
  }
  for (const cases::CaseResult& one : report->results) {
    CaseOutcome outcome{
        .file = one.file, .line = one.line, .why = one.why, .passed = one.passed(), .detail = {}};
    for (const cases::CaseFailure& failure : one.failures)
      outcome.detail += format("expected\n{}got\n{}", failure.expected, failure.got);
    std::vector<CaseOutcome>* to = &out_.other_cases;
    if (const auto named = rule_of.find({one.file, one.line}); named != rule_of.end()) {
      const auto& [file, id] = named->second;
      for (RuleResult& result : out_.rules) {
        const bool is_meant =
            std::filesystem::path(result.file).lexically_normal().generic_string() == file &&
            (id.empty() || id == result.rule_id || id == result.name);
        if (is_meant) to = &result.cases;
      }
    }
    to->push_back(std::move(outcome));
  }
  for (const Job& job : jobs_) {
    RuleResult& result = out_.rules[job.result];
    const auto demands = demands_on(in_.policy, in_.in_policy(result.file), result.rule_id);
    if (!demands.thresholds.mutation_score_min || !job.after) continue;
    const auto files =
        files_of.find(std::filesystem::path(result.file).lexically_normal().generic_string());
    result.mutation = measure_mutants(
        *job.after->rule, files == files_of.end() ? std::vector<std::string>() : files->second);
  }
}

void Runner::decide(const run::ScannedEvents& events, const run::RuleGroup& group,
                    const EffectInputs& inputs, Job& job) {
  RuleResult& result = out_.rules[job.result];
  struct Decided {
    const eql::CheckedQuery& query;
    score::Evaluation evaluation;
  };
  const auto decide = [&](const std::optional<Version>& version) {
    std::optional<Decided> out;
    if (!version || !version->is_needed || version->failure) return out;
    const auto prepared =
        std::ranges::find(group.rules, version->rule, &schedule::PreparedRule::rule);
    out.emplace(prepared->bound.query, score::evaluate({.log = events.log,
                                                        .truth = events.truth,
                                                        .index = inputs.index,
                                                        .candidates = events.candidates},
                                                       {.bound = prepared->bound,
                                                        .schedule = version->rule->schedule,
                                                        .rule_id = version->rule->rule_id},
                                                       {.simulation = prepared->fields.in()}));
    return out;
  };
  const std::optional<Decided> before = decide(job.before);
  const std::optional<Decided> after = decide(job.after);
  if (before) result.before = figures_of(inputs, {before->query, before->evaluation});
  if (after) result.after = figures_of(inputs, {after->query, after->evaluation});
  if (before && after) {
    result.effect = compare(inputs, {before->query, before->evaluation},
                            {after->query, after->evaluation}, *result.diff);
  }
}

/// The scan itself. Errors: E216 also, when a search fails on some event, and E660, when a rule's
/// windows go by what is no date.
Status Runner::scan_versions(const std::vector<Version*>& versions, const std::vector<Job*>& jobs) {
  std::vector<run::CompiledRule> compiled;
  run::PassOptions pass;
  for (const Version* const version : versions) {
    compiled.push_back({.rule = version->rule, .query = version->query});
    pass.kept_span = std::max(pass.kept_span, version->query.maxspan.value_or(pass.kept_span));
  }
  EQLAB_TRY(const run::RuleGroup group,
            run::prepare_group(std::move(compiled), schema_,
                               {.carry = {"process.name", "process.parent.name"}}));
  pass.queries = run::wanted(group.rules);
  EQLAB_TRY(const run::ScannedEvents events,
            run::scan_events(options_.source, group.plan, pass, watcher_));
  if (watcher_.stop.stop_requested()) return ok();
  const truth::TruthIndex index(events.truth);
  EffectInputs inputs{.log = events.log,
                      .truth = events.truth,
                      .index = index,
                      .host = group.host,
                      .process = group.carried[0],
                      .parent = group.carried[1],
                      .host_names = host_names_of(events.truth)};
  for (Job* const job : jobs) decide(events, group, inputs, *job);
  if (!out_.corpus) {
    if (!options_.source.corpus_dir.empty()) {
      std::set<std::string> families;
      std::set<std::string> scenarios;
      for (const truth::Incident& incident : events.truth.incidents) {
        families.insert(incident.family);
        scenarios.insert(incident.scenario);
      }
      unknown_groups(families, scenarios);
    }
    CorpusIdentity corpus{.profile = name_of(options_.source, events.used),
                          .seed = {},
                          .hosts = events.truth.hosts.size(),
                          .days = events.truth.days(),
                          .events = events.truth.events};
    if (options_.source.corpus_dir.empty()) corpus.seed = events.used.seed;
    corpus.incidents = static_cast<std::uint64_t>(std::ranges::count(
        events.truth.incidents, truth::Intent::malicious, &truth::Incident::intent));
    out_.corpus = std::move(corpus);
  }
  return ok();
}

Status Runner::scan_group(std::vector<Version*> versions, std::vector<Job*> jobs) {
  Status done = scan_versions(versions, jobs);
  const auto is_of_one_rule = [](const Status& status) {
    return !status && (status.error().code == "E216" || status.error().code == "E660");
  };
  if (!is_of_one_rule(done)) return done;
  // Some rule's search fails on these events: find out whose, one by one, and go on without.
  for (Version* const version : versions) {
    const Status alone = scan_versions({version}, {});
    if (!is_of_one_rule(alone)) continue;
    version->failure = locate(Diagnostic(alone.error()), version->rule->query);
  }
  for (Job* const job : jobs) {
    RuleResult& result = out_.rules[job->result];
    if (job->after && job->after->failure) {
      result.usable = false;
      result.diagnostics.insert(result.diagnostics.begin(), *job->after->failure);
      result.diagnostic_is_new.insert(result.diagnostic_is_new.begin(), true);
    }
    if (job->before && job->before->failure) {
      result.base_usable = false;
      result.notes.push_back(
          format("the base version fails on these events ({}): judged by itself "
                 "alone",
                 job->before->failure->message));
    }
  }
  const std::size_t all = versions.size();
  std::erase_if(versions, [](const Version* version) { return version->failure.has_value(); });
  if (versions.empty()) return ok();
  if (versions.size() == all) return done;  // none alone: the error stays
  return scan_versions(versions, jobs);
}

Status Runner::scan() {
  std::vector<Version*> versions;
  std::vector<const rule::Rule*> rules;
  std::vector<Job*> jobs;  // as `versions`
  for (Job& job : jobs_) {
    Version* const after = job.after && job.after->is_needed ? &*job.after : nullptr;
    Version* before = job.before && job.before->is_needed ? &*job.before : nullptr;
    if (after != nullptr && before != nullptr &&
        run::groups_by_order({before->rule, after->rule}).size() > 1) {
      out_.rules[job.result].notes.emplace_back(
          "the versions order events by different fields: judged by itself alone");
      before->is_needed = false;
      before = nullptr;
    }
    for (Version* const version : {before, after}) {
      if (version == nullptr) continue;
      versions.push_back(version);
      rules.push_back(version->rule);
      jobs.push_back(&job);
    }
  }
  for (const std::vector<std::size_t>& members : run::groups_by_order(rules)) {
    std::vector<Version*> of_group;
    std::vector<Job*> jobs_of_group;
    for (const std::size_t member : members) {
      of_group.push_back(versions[member]);
      if (jobs_of_group.empty() || jobs_of_group.back() != jobs[member])
        jobs_of_group.push_back(jobs[member]);
    }
    EQLAB_CHECK(scan_group(std::move(of_group), std::move(jobs_of_group)));
    if (watcher_.stop.stop_requested()) return ok();
  }
  return ok();
}

Result<GateResult> Runner::run() {
  out_.base = in_.base;
  out_.policy_file = in_.policy.file;
  out_.notes = in_.notes;
  out_.skipped = in_.skipped;
  out_.repository_prefix = in_.repository_prefix;
  for (const RulePair& pair : in_.pairs) prepare(pair);
  broken();
  duplicates();
  deleted_from_baseline();
  cases();
  EQLAB_CHECK(groups_of_catalogue());
  EQLAB_CHECK(scan());
  if (watcher_.stop.stop_requested()) return std::move(out_);
  for (Job& job : jobs_) {
    RuleResult& result = out_.rules[job.result];
    result.logic = job.logic;
    const BaselineRule* const stored =
        in_.baseline && job.after ? in_.baseline->find(*job.after->rule) : nullptr;
    if (stored == nullptr || !result.after || !out_.corpus) continue;
    result.before.emplace();
    result.before->recall = stored->recall;
    result.before->false_alarms = stored->false_alarms;
    result.before->cap_hits = stored->cap_hits;
    if (stored->latency_p95) {
      result.before->latency.count = 1;
      result.before->latency.p95 =
          std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*stored->latency_p95));
    }
    result.baseline_effect =
        compare_with_baseline(*stored, in_.baseline->corpus, *result.after, *out_.corpus);
    if (!result.baseline_effect->is_same_corpus) {
      result.notes.emplace_back(
          "the stored figures come from another corpus: differences are those of two samples");
    }
  }
  for (RuleResult& result : out_.rules) {
    check_rule(result, demands_on(in_.policy, in_.in_policy(result.file), result.rule_id),
               in_.base);
  }
  std::ranges::stable_sort(out_.rules, {}, &RuleResult::file);
  return std::move(out_);
}

}  // namespace

Result<GateResult> judge_change(const Inputs& inputs, const JudgeOptions& options,
                                const run::Watcher& watcher) {
  return Runner(inputs, options, watcher).run();
}

}  // namespace eqlab::gate
