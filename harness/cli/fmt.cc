#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "harness/base/limits.h"
#include "harness/base/line_diff.h"
#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/cli/commands.h"
#include "harness/eql/format.h"
#include "harness/event/io/byte_source.h"
#include "harness/rule/rewrite.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> paths;
  std::string query;
  std::string format = "text";
  bool check = false;
  bool diff = false;
  bool write = false;
};

/// One file, or what stands for one.
struct Source {
  std::string path;
  bool found_in_folder = false;
};

/// What became of one source.
struct Formatted {
  std::string file;
  std::string query;   ///< in canonical layout
  std::string before;  ///< the file
  std::string after;   ///< with the query in its place
  [[nodiscard]] bool changed() const { return before != after; }
};

struct Skipped {
  std::string file;
  std::string reason;
};

struct Outcome {
  std::vector<Formatted> files;
  std::vector<Skipped> skipped;
  std::vector<Diagnostic> unusable;
};

/// The files, and all `.eql` and `.toml` files in the folders and below, in order of path.
Result<std::vector<Source>> find_sources(const std::vector<std::string>& paths) {
  std::vector<Source> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      found.push_back({.path = path});
      continue;
    }
    std::vector<Source> inside;
    fs::recursive_directory_iterator walk(path, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
      const fs::path extension = walk->path().extension();
      std::error_code unreadable;
      if ((extension == ".eql" || extension == ".toml") && walk->is_regular_file(unreadable))
        inside.push_back({.path = walk->path().string(), .found_in_folder = true});
    }
    if (error) return fail(error_in(path, "E901", "folder cannot be read: " + error.message()));
    if (inside.empty())
      return fail(error_in(path, "E301", "there is no .toml or .eql file in this folder"));
    std::ranges::sort(inside, {}, &Source::path);
    std::ranges::move(inside, std::back_inserter(found));
  }
  return found;
}

/// Some line is `[rule]`: a rule has one, other TOML files and queries do not.
bool has_rule_table(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (trim(text.substr(0, end)) == "[rule]") return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Result<std::string> read_standard_input() {
  EQLAB_TRY(event::ByteSource in, event::ByteSource::open("-"));
  std::string text;
  std::string block(1U << 16U, '\0');
  for (;;) {
    EQLAB_TRY(const std::size_t size, in.read(block.data(), block.size()));
    if (size == 0) return text;
    text.append(block, 0, size);
    if (text.size() > limits::rule_file_bytes_max) {
      return fail(error_in("-", "E301",
                           format("input is longer than {} bytes",
                                  group_digits(std::int64_t{limits::rule_file_bytes_max}))));
    }
  }
}

Result<rule::Rule> load(const std::string& path) {
  if (path != "-") return rule::load_rule(path);
  EQLAB_TRY(std::string text, read_standard_input());
  if (has_rule_table(text)) return rule::parse_rule_toml(std::move(text), path);
  return rule::bare_query(std::move(text), path);
}

std::string without_carriage_returns(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

Result<Formatted> format_rule(const rule::Rule& rule) {
  auto query = eql::format_query(rule.query.text);
  if (!query) return fail(locate(std::move(query.error()), rule.query));
  const bool is_bare = rule.key_positions.empty();
  Formatted done{.file = rule.file,
                 .query = std::move(*query),
                 .before = rule.query.file_text.empty() ? rule.query.text : rule.query.file_text,
                 .after = {}};
  // In a rule, a line end more or less before the closing quotes is no difference of layout.
  const std::string old_query = without_carriage_returns(rule.query.text);
  if (!is_bare && (old_query == done.query || old_query + "\n" == done.query)) {
    done.after = done.before;
  } else {
    EQLAB_TRY(done.after, rule::with_query(rule, done.query));
  }
  return done;
}

void take(const Source& source, Outcome& outcome) {
  auto rule = load(source.path);
  if (!rule) {
    if (rule.error().code == "E305") {
      outcome.skipped.push_back({source.path, rule.error().message});
      return;
    }
    const auto text =
        source.found_in_folder ? cases::read_text(source.path) : std::string("[rule]");
    if (text && source.path.ends_with(".toml") && !has_rule_table(*text)) {
      outcome.skipped.push_back({source.path, "this TOML file has no [rule] table"});
    } else {
      outcome.unusable.push_back(std::move(rule.error()));
    }
    return;
  }
  auto done = format_rule(*rule);
  if (done) {
    outcome.files.push_back(std::move(*done));
  } else {
    outcome.unusable.push_back(std::move(done.error()));
  }
}

/// Text of rules as a terminal may show it; anything else gets the bytes.
void print_text(std::string_view text, Console& console) {
  if (!console.output_is_terminal()) {
    console.print(text);
    return;
  }
  std::string shown;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    shown += printable(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  console.print(shown);
}

std::string in_json(const Options& options, const Outcome& outcome) {
  Json out = {{"eqlab_result", "fmt"},
              {"schema_version", 1},
              {"changed", std::ranges::count_if(outcome.files, &Formatted::changed)},
              {"files", Json::array()},
              {"skipped", Json::array()},
              {"unusable", Json::array()}};
  for (const Formatted& file : outcome.files) {
    Json row = {{"file", file.file}, {"changed", file.changed()}, {"query", file.query}};
    if (options.diff) row["diff"] = unified_diff(file.before, file.after, file.file);
    out["files"].push_back(std::move(row));
  }
  for (const Skipped& file : outcome.skipped)
    out["skipped"].push_back({{"file", file.file}, {"reason", file.reason}});
  for (const Diagnostic& diagnostic : outcome.unusable) {
    const Place place = diagnostic.place.value_or(Place{});
    out["unusable"].push_back({{"file", place.file},
                               {"line", place.line},
                               {"column", place.column},
                               {"code", diagnostic.code},
                               {"message", diagnostic.message}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void show(const Options& options, const Outcome& outcome, Console& console) {
  for (const Formatted& file : outcome.files) {
    if (options.diff) {
      print_text(unified_diff(file.before, file.after, file.file), console);
    } else if (options.check || options.write) {
      if (file.changed())
        console.print((options.write ? "rewrote " : "") + printable(file.file) + "\n");
    } else {
      // Standard input comes back whole, so that an editor can put the output in its place.
      if (outcome.files.size() > 1) console.print(format("// {}\n", printable(file.file)));
      print_text(file.file == "-" ? file.after : file.query, console);
    }
  }
  for (const Skipped& file : outcome.skipped)
    console.note(format("{}: skipped: {}\n", printable(file.file), printable(file.reason)));
}

/// Writes what changed. A file that cannot be written is reported, and is as before.
void write_changes(Outcome& outcome) {
  std::vector<Formatted> done;
  for (Formatted& file : outcome.files) {
    if (file.changed()) {
      if (auto written = write_file(file.file, file.after); !written) {
        outcome.unusable.push_back(std::move(written.error()));
        continue;
      }
    }
    done.push_back(std::move(file));
  }
  outcome.files = std::move(done);
}

Status check_arguments(const Options& options) {
  const bool has_input = std::ranges::find(options.paths, "-") != options.paths.end();
  if (options.paths.empty() == options.query.empty()) {
    return fail(error_in({}, "E905", "either files or --query are needed",
                         "for example: eqlab fmt --query 'process where true'"));
  }
  if (options.write && (has_input || !options.query.empty())) {
    return fail(error_in({}, "E905", "--write rewrites files, and this is none",
                         "leave --write out: the result goes to standard output"));
  }
  return ok();
}

Exit run(const Options& options, Console& console) {
  if (const auto usable = check_arguments(options); !usable) {
    console.report(usable.error());
    return exit_for(usable.error());
  }
  Outcome outcome;
  if (!options.query.empty()) {
    auto done = format_rule(rule::bare_query(options.query + "\n", "--query"));
    if (done) {
      outcome.files.push_back(std::move(*done));
    } else {
      outcome.unusable.push_back(std::move(done.error()));
    }
  } else {
    const auto sources = find_sources(options.paths);
    if (!sources) {
      console.report(sources.error());
      return exit_for(sources.error());
    }
    for (const Source& source : *sources) take(source, outcome);
  }
  if (options.write) write_changes(outcome);

  Exit status = Exit::fine;
  if (options.check && std::ranges::any_of(outcome.files, &Formatted::changed))
    status = Exit::check_failed;
  for (const Diagnostic& diagnostic : outcome.unusable) {
    // A file that is not laid out is outweighed by one that is no rule, and this by broken input.
    if (const Exit worse = exit_for(diagnostic); static_cast<int>(worse) > static_cast<int>(status))
      status = worse;
  }
  if (options.format == "json") {
    console.print(in_json(options, outcome));
  } else {
    show(options, outcome, console);
    for (const Diagnostic& diagnostic : outcome.unusable) console.report(diagnostic);
  }
  return status;
}

}  // namespace

void define_fmt(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("fmt", "Print queries in canonical layout, comments kept");
  auto options = std::make_shared<Options>();
  command->add_option("PATH", options->paths,
                      "Rule files (detection-rules TOML), bare queries, folders of both, or - for "
                      "standard input, which comes back whole");
  command->add_option("--query", options->query, "A query instead of files");
  CLI::Option* const check = command->add_flag(
      "--check", options->check, "Name the files whose layout would change, and exit with 1");
  command->add_flag("--diff", options->diff, "Show what would change, as diff -u does");
  command->add_flag("--write", options->write, "Rewrite the files; in a rule, its query alone")
      ->excludes(check);
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(
      "Rules of other types are skipped; case files are not read.\n"
      "Example:\n  eqlab fmt --check rules\nExit status: 0 fine, 1 --check found a file to change, "
      "2 a query cannot be used, 3 a file cannot be\nread or written.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
