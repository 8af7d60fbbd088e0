#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "harness/base/text.h"
#include "harness/cases/case_block.h"
#include "harness/cases/io/files.h"
#include "harness/cli/commands.h"
#include "harness/cli/first_case.h"
#include "harness/cli/starter_files.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t case_files_max = 10'000;
/// Rules that are tried for one for which a match can be made.
constexpr std::size_t rules_tried_max = 200;

struct Options {
  std::string folder = ".";
  std::string pipeline;  ///< empty: as the repository suggests
  std::string source;    ///< empty: to be filled in
  std::string format = "text";
  bool force = false;
};

enum class Role : std::uint8_t { policy, first_case, pipeline };

struct PlannedFile {
  Role role = Role::policy;
  std::string path;
  std::string text;
  std::string about;
};

struct Outcome {
  std::size_t rules = 0;
  std::size_t unusable = 0;
  std::vector<PlannedFile> files;
  std::vector<std::string> notes;                         ///< what was left out, and why
  std::vector<std::pair<std::string, std::string>> next;  ///< what to do, and why
};

/// A path as a user would type it.
std::string shown_path(const fs::path& path) {
  const std::string text = path.lexically_normal().string();
  return text.starts_with("./") ? text.substr(2) : text;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

Result<rule::RuleSet> find_rules(const std::string& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found)
    return fail(error_in(folder, "E901", "there is no such folder"));
  if (!fs::is_directory(status)) {
    return fail(error_in(folder, "E770", "this is not a folder",
                         "name the folder that your rules lie in or below"));
  }
  rule::RuleSet set = rule::load_rules({folder});
  if (!set.rules.empty()) return set;
  // A folder that cannot be read is one thing, rules that cannot be used another.
  for (Diagnostic& diagnostic : set.diagnostics) {
    const bool is_of_folder = diagnostic.place && diagnostic.place->file == folder;
    if (diagnostic.code != "E301" || !is_of_folder) return fail(std::move(diagnostic));
  }
  return fail(error_in(folder, "E771", "there is no EQL rule in this folder or below",
                       "rules are .toml, .eql, .ndjson or .json files; start with one, and "
                       "`eqlab check` says what it lacks"));
}

/// The files of rules that some case file names, in canonical spelling.
std::set<std::string> rules_with_cases(const std::string& folder) {
  std::set<std::string> out;
  const auto files = cases::find_case_files({folder});
  if (!files) return out;
  for (std::size_t i = 0; i < std::min(files->size(), case_files_max); ++i) {
    const auto text = cases::read_text((*files)[i]);
    if (!text) continue;
    const auto blocks = cases::parse_cases(*text, (*files)[i]);
    if (!blocks) continue;
    for (const cases::CaseBlock& block : *blocks) {
      if (block.rule_path.empty()) continue;
      std::string path = block.rule_path;
      std::error_code error;
      const fs::path beside = fs::path((*files)[i]).parent_path();
      // `export.ndjson#ID` is one rule of several; one that has a case is enough of a start.
      if (!fs::exists(beside / path, error)) path = path.substr(0, path.rfind('#'));
      out.insert(fs::weakly_canonical(beside / path, error).string());
    }
  }
  return out;
}

/// The case file of the first rule that has none and for which a match can be made; else one that
/// only begins.
void plan_case(const Options& options, const rule::RuleSet& set, Outcome& outcome) {
  const std::set<std::string> have_cases = rules_with_cases(options.folder);
  std::map<std::string, std::size_t> rules_of_file;
  for (const rule::Rule& rule : set.rules) ++rules_of_file[rule.file];
  std::optional<PlannedFile> begun;
  std::size_t tried = 0;
  std::size_t without = 0;
  for (const rule::Rule& rule : set.rules) {
    std::error_code error;
    if (have_cases.contains(fs::weakly_canonical(rule.file, error).string())) continue;
    ++without;
    const fs::path path = fs::path(rule.file).replace_extension(".case");
    if (is_there(path) || tried == rules_tried_max) continue;
    const auto query = rule::compile(rule, event::Schema::builtin());
    if (!query) continue;
    ++tried;
    std::string rule_path = fs::path(rule.file).filename().string();
    if (rules_of_file[rule.file] > 1)
      rule_path += "#" + (rule.rule_id.empty() ? rule.name : rule.rule_id);
    FirstCase made = first_case(rule, *query, rule_path);
    if (made.text.empty() || (begun && !made.has_match)) continue;
    begun = PlannedFile{.role = Role::first_case,
                        .path = path.string(),
                        .text = std::move(made.text),
                        .about = made.has_match
                                     ? format("first cases of {}, which pass", printable(rule.name))
                                     : format("where the cases of {} begin", printable(rule.name))};
    if (made.has_match) break;
  }
  if (begun) {
    outcome.files.push_back(std::move(*begun));
  } else if (without == 0) {
    outcome.notes.emplace_back("every rule has cases already");
  } else {
    outcome.notes.emplace_back("no case could be made for any rule without cases");
  }
}

/// Diagnostics: E772, E773, E774.
Status plan_pipeline(const Options& options, Outcome& outcome) {
  Source source{.repository = "OWNER/eqlab", .revision = "RELEASE"};
  if (!options.source.empty()) {
    EQLAB_TRY(source, parse_source(options.source));
  }
  const Repository repository = find_repository(options.folder);
  const bool is_asked_for = !options.pipeline.empty();
  const Pipeline pipeline = is_asked_for ? *pipeline_named(options.pipeline) : repository.suggested;
  if (pipeline == Pipeline::none) {
    if (!is_asked_for) {
      outcome.notes.emplace_back(
          "no pipeline: the folder is in no git repository (--ci says which)");
    }
    return ok();
  }
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(fs::absolute(options.folder, error), error);
  const fs::path top = repository.top.empty() ? folder : fs::path(repository.top);
  const fs::path path = top / pipeline_path(pipeline);
  const fs::path here = fs::current_path(error);
  fs::path written = path.lexically_relative(here);
  if (written.empty() || written.string().starts_with("../..")) written = path;
  const std::string policy = (folder / "eqlab.toml").lexically_relative(top).generic_string();
  EQLAB_TRY(std::string text, pipeline_file(pipeline, policy, source));
  if (!is_asked_for && is_there(path) && !options.force) {
    outcome.notes.push_back(format(
        "{} is there already: what the gate needs in it is in {}", printable(written.string()),
        pipeline == Pipeline::gitlab ? "ci/gitlab/README.md of eqlab" : "ci/README.md of eqlab"));
    return ok();
  }
  outcome.files.push_back({.role = Role::pipeline,
                           .path = written.string(),
                           .text = std::move(text),
                           .about = pipeline == Pipeline::pre_commit
                                        ? "checks, layout and cases before each commit"
                                        : "the gate on each change"});
  if (options.source.empty()) {
    outcome.next.emplace_back(
        format("in {}, put the repository and release of eqlab for OWNER/eqlab and RELEASE",
               printable(written.string())),
        "or run this again with --source OWNER/NAME@RELEASE --force");
  }
  return ok();
}

/// All of them, or none: what was there is put back when one cannot be written.
Status write_all(const std::vector<PlannedFile>& files) {
  std::vector<std::pair<std::string, std::optional<std::string>>> before;
  const auto undo = [&] {
    for (const auto& [path, text] : before) {
      std::error_code error;
      if (text) {
        (void)write_file(path, *text);
      } else {
        fs::remove(path, error);
      }
    }
  };
  for (const PlannedFile& file : files) {
    std::optional<std::string> old;
    if (is_there(file.path)) {
      auto text = cases::read_text(file.path);
      if (!text) {
        undo();
        return fail(std::move(text.error()));
      }
      old = std::move(*text);
    }
    auto written = write_file(file.path, file.text);
    if (!written) {
      undo();
      return written;
    }
    before.emplace_back(file.path, std::move(old));
  }
  return ok();
}

/// Errors: E772.
Status refuse_existing(const Options& options, const Outcome& outcome) {
  if (options.force) return ok();
  std::vector<std::string> there;
  for (const PlannedFile& file : outcome.files) {
    if (is_there(file.path)) there.push_back(file.path);
  }
  if (there.empty()) return ok();
  std::string hint = "--force replaces what is there";
  if (std::ranges::any_of(outcome.files, [](const PlannedFile& file) {
        return file.role == Role::pipeline && is_there(file.path);
      })) {
    hint += "; --ci none leaves the pipeline out";
  }
  return fail(error_in(there.front(), "E772",
                       there.size() == 1
                           ? "is there already; nothing was written"
                           : format("is there already, and so is {}; nothing was written",
                                    join({there.begin() + 1, there.end()}, ", ")),
                       hint));
}

void plan_next(const Options& options, Outcome& outcome) {
  std::vector<std::string> steps = {"git", "add"};
  std::vector<std::pair<std::string, std::string>> first;
  for (const PlannedFile& file : outcome.files) {
    if (file.role == Role::first_case) {
      first.emplace_back(quote_command({"eqlab", "test", file.path}),
                         "then put in what a real incident has");
    }
    steps.push_back(file.path);
  }
  if (outcome.unusable > 0) {
    first.emplace_back(quote_command({"eqlab", "check", options.folder}),
                       "says what is wrong with the rules that cannot be used");
  }
  first.emplace_back(quote_command({"eqlab", "gate", "--policy",
                                    shown_path(fs::path(options.folder) / "eqlab.toml")}),
                     "what the gate says of the rules as they are");
  outcome.next.insert(outcome.next.begin(), first.begin(), first.end());
  if (!find_repository(options.folder).top.empty())
    outcome.next.emplace_back(quote_command(steps), "when you agree with them");
}

std::string in_text(const Options& options, const Outcome& outcome) {
  std::string out =
      format("rules   {} in {}{}\n", outcome.rules, printable(options.folder),
             outcome.unusable == 0 ? "" : format(", and {} that cannot be used", outcome.unusable));
  std::size_t width = 0;
  for (const PlannedFile& file : outcome.files)
    width = std::max(width, split_characters(printable(file.path)).size());
  std::string_view head = "wrote ";
  for (const PlannedFile& file : outcome.files) {
    const std::string path = printable(file.path);
    out += format("{}  {}{}   {}\n", head, path,
                  std::string(width - split_characters(path).size(), ' '), file.about);
    head = "      ";
  }
  for (const std::string& note : outcome.notes) out += format("note    {}\n", note);
  head = "next  ";
  for (const auto& [what, why] : outcome.next) {
    out += format("{}  {}\n          {}\n", head, printable(what), why);
    head = "      ";
  }
  return out;
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::policy:
      return "policy";
    case Role::first_case:
      return "case";
    case Role::pipeline:
      return "pipeline";
  }
  return {};
}

std::string in_json(const Options& options, const Outcome& outcome) {
  Json out = {{"eqlab_result", "init"}, {"schema_version", 1},          {"folder", options.folder},
              {"rules", outcome.rules}, {"unusable", outcome.unusable}, {"written", Json::array()},
              {"notes", outcome.notes}, {"next", Json::array()}};
  for (const PlannedFile& file : outcome.files) {
    out["written"].push_back(
        {{"kind", name_of(file.role)}, {"file", file.path}, {"about", file.about}});
  }
  for (const auto& [what, why] : outcome.next) out["next"].push_back({{"do", what}, {"why", why}});
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Outcome> plan(const Options& options) {
  EQLAB_TRY(const rule::RuleSet set, find_rules(options.folder));
  Outcome outcome;
  outcome.rules = set.rules.size();
  outcome.unusable = set.diagnostics.size();
  for (const rule::Rule& rule : set.rules) {
    if (!rule::compile(rule, event::Schema::builtin())) ++outcome.unusable;
  }
  outcome.files.push_back({.role = Role::policy,
                           .path = shown_path(fs::path(options.folder) / "eqlab.toml"),
                           .text = starter_policy(options.folder, set),
                           .about = "what a change must keep"});
  plan_case(options, set, outcome);
  EQLAB_CHECK(plan_pipeline(options, outcome));
  EQLAB_CHECK(refuse_existing(options, outcome));
  plan_next(options, outcome);
  return outcome;
}

Exit run(const Options& options, Console& console) {
  auto outcome = plan(options);
  if (!outcome) {
    console.report(outcome.error());
    return exit_for(outcome.error());
  }
  console.wait_for_clean_up();
  if (auto written = write_all(outcome->files); !written) {
    console.report(written.error());
    return exit_for(written.error());
  }
  console.print(options.format == "json" ? in_json(options, *outcome) : in_text(options, *outcome));
  return Exit::fine;
}

}  // namespace

void define_init(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand("init",
                                               "Begin with a folder of rules: a policy, a first "
                                               "case file, and a pipeline that runs the gate");
  auto options = std::make_shared<Options>();
  command->add_option("FOLDER", options->folder, "The folder that rules lie in or below")
      ->capture_default_str();
  command
      ->add_option("--ci", options->pipeline,
                   "Whose pipeline: github, gitlab, pre-commit or none; default: what the "
                   "repository looks like")
      ->check(CLI::IsMember({"github", "gitlab", "pre-commit", "none"}));
  command->add_option("--source", options->source,
                      "Where the pipeline gets eqlab from, as OWNER/NAME@REVISION");
  command->add_flag("--force", options->force, "Replace policy and pipeline that are there");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(
      "Example:\n  eqlab init rules --ci github --source my-team/eqlab@v0.1.0\n"
      "The case file is for the first rule that has none, from the rule's own constants, and "
      "passes.\n"
      "Case files are never replaced, and nothing is written unless all can be.\n"
      "Exit status: 0 written, 2 no rules, or files are there already, 3 input or output failed.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
