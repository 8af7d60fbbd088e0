// Tested in tests/unit/gate/git_test.cc, against repositories made there.
#include "harness/gate/io/git.h"

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <boost/process.hpp>
#include <filesystem>
#include <system_error>

#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::gate {
namespace {

namespace process = boost::process;

constexpr std::size_t error_bytes_max = 64U << 10;

/// Settings for where the configuration lies stay (CI names safe directories that way); all else of
/// git's own variables could lead elsewhere.
bool is_kept(std::string_view name) {
  constexpr std::array<std::string_view, 3> kept = {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
                                                    "GIT_CONFIG_NOSYSTEM"};
  if (!name.starts_with("GIT_")) return name != "LC_ALL" && name != "LANGUAGE";
  return name == "GIT_CONFIG_COUNT" || name.starts_with("GIT_CONFIG_KEY_") ||
         name.starts_with("GIT_CONFIG_VALUE_") || std::ranges::find(kept, name) != kept.end();
}

std::string find_program(const std::vector<std::pair<std::string, std::string>>& environment) {
  const auto path =
      std::ranges::find(environment, "PATH", &std::pair<std::string, std::string>::first);
  if (path == environment.end()) return {};
  std::string_view rest = path->second;
  while (!rest.empty()) {
    const std::size_t end = rest.find(':');
    const std::string_view folder = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    // A relative entry would find programs of the repository that is judged.
    if (!folder.starts_with('/')) continue;
    const std::filesystem::path program = std::filesystem::path(folder) / "git";
    std::error_code error;
    const auto status = std::filesystem::status(program, error);
    using std::filesystem::perms;
    if (std::filesystem::is_regular_file(status) &&
        (status.permissions() & (perms::owner_exec | perms::group_exec | perms::others_exec)) !=
            perms::none) {
      return program.string();
    }
  }
  return {};
}

/// Reads a pipe to its end, or until it says more than it may.
struct PipeReader {
  boost::asio::io_context& context;
  process::async_pipe& pipe;
  std::size_t bytes_max;
  std::string text = {};
  bool done = false;
  bool overflowed = false;
  std::array<char, 65'536> block = {};

  void read() {
    pipe.async_read_some(boost::asio::buffer(block),
                         [this](const boost::system::error_code& error, std::size_t bytes) {
                           text.append(block.data(), bytes);
                           overflowed = overflowed || text.size() > bytes_max;
                           done = static_cast<bool>(error) || overflowed;
                           if (!done) read();
                           // Nobody empties the pipe any more, so the program would wait for ever.
                           if (overflowed) context.stop();
                         });
  }
};

std::string first_line(std::string_view text) {
  text = trim(text);
  return printable(text.substr(0, std::min(text.find('\n'), std::size_t{300})));
}

/// Pieces of what `-z` separates.
std::vector<std::string> split_at_zero(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Diagnostic trouble(std::string message, std::string hint = {}) {
  return error_in({}, "E745", std::move(message), std::move(hint));
}

}  // namespace

Result<Git::Answer> Git::ask(const std::vector<std::string>& arguments) const {
  process::environment environment;
  for (const auto& [name, value] : options_.environment) {
    if (is_kept(name)) environment[name] = value;
  }
  environment["LC_ALL"] = "C";
  environment["GIT_OPTIONAL_LOCKS"] = "0";
  environment["GIT_TERMINAL_PROMPT"] = "0";
  environment["GIT_NO_LAZY_FETCH"] = "1";
  // Older versions do not know that variable: no way to fetch is open to them.
  environment["GIT_ALLOW_PROTOCOL"] = "none";
  environment["GIT_PAGER"] = "cat";
  std::vector<std::string> words = {"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
                                    "-c", "core.quotePath=false",
                                    // Paths count from the top, whatever is set: else a changed
                                    // file is not found under its name and passes for the same.
                                    "-c", "diff.relative=false"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::string what = format("git {}", arguments.front());
  try {
    boost::asio::io_context context;
    process::async_pipe out(context);
    process::async_pipe err(context);
    process::child child(
        process::exe = program_, process::args = words, process::start_dir = options_.folder,
        environment, process::std_in<process::null, process::std_out> out, process::std_err > err);
    PipeReader output{context, out, options_.output_bytes_max};
    PipeReader errors{context, err, error_bytes_max};
    output.read();
    errors.read();
    context.run_for(options_.time_limit);
    if (!output.done || !errors.done || output.overflowed || errors.overflowed) {
      std::error_code ignored;
      child.terminate(ignored);
      child.wait(ignored);
      return fail(
          output.overflowed
              ? trouble(format("{} says more than {} bytes", what,
                               group_digits(static_cast<std::int64_t>(options_.output_bytes_max))))
              : trouble(
                    format("{} took longer than {}", what, human_duration(options_.time_limit))));
    }
    child.wait();
    return Answer{child.exit_code(), std::move(output.text), std::move(errors.text)};
  } catch (const std::system_error& error) {
    return fail(trouble(format("{} cannot be run: {}", what, printable(error.what()))));
  }
}

Result<std::string> Git::run(const std::vector<std::string>& arguments) const {
  EQLAB_TRY(Answer answer, ask(arguments));
  if (answer.status != 0) {
    const bool is_partial = answer.err.find("promisor") != std::string::npos ||
                            answer.err.find("lazy fetching") != std::string::npos;
    return fail(trouble(format("git {} failed with status {}: {}", arguments.front(), answer.status,
                               first_line(answer.err)),
                        is_partial ? "the clone is partial and nothing is fetched here: clone it "
                                     "without --filter"
                                   : ""));
  }
  return std::move(answer.out);
}

Result<Git> Git::open(GitOptions options) {
  Git git(std::move(options));
  git.program_ = find_program(git.options_.environment);
  if (git.program_.empty()) {
    return fail(error_in({}, "E746", "git was not found on this machine",
                         "install git, or compare with --base-file or --baseline"));
  }
  EQLAB_TRY(Answer answer, git.ask({"rev-parse", "--show-toplevel", "--show-prefix"}));
  const std::size_t end = answer.out.find('\n');
  if (answer.status != 0 || end == std::string::npos || end == 0) {
    const bool is_unsafe = answer.err.find("dubious ownership") != std::string::npos;
    return fail(
        error_in({}, "E746",
                 is_unsafe ? "git does not trust this work tree, because it belongs to another user"
                           : format("{} is not in a git work tree", printable(git.options_.folder)),
                 is_unsafe ? "git config --global --add safe.directory \"$PWD\""
                           : "compare with --base-file or --baseline, or leave --base out"));
  }
  git.top_ = answer.out.substr(0, end);
  git.prefix_ = answer.out.substr(end + 1);
  while (git.prefix_.ends_with('\n')) git.prefix_.pop_back();
  return git;
}

Result<GitBase> Git::find_base(const std::string& revision) const {
  GitBase base{.name = revision, .commit = {}};
  EQLAB_TRY(const std::string shallow, run({"rev-parse", "--is-shallow-repository"}));
  base.is_shallow = trim(shallow) == "true";
  const bool could_be_option =
      revision.empty() || revision.starts_with('-') || revision.find('\0') != std::string::npos;
  Answer found{.status = 1, .out = {}, .err = {}};
  if (!could_be_option) {
    EQLAB_TRY(found, ask({"rev-parse", "--verify", "--quiet", revision + "^{commit}"}));
  }
  if (found.status != 0) {
    return fail(error_in(
        {}, "E744", format("git does not know the base {}", printable(revision)),
        base.is_shallow
            ? "the clone is shallow: fetch the base first (git fetch --depth=1 origin BRANCH, "
              "then --base FETCH_HEAD; in GitHub's checkout action fetch-depth: 0)"
            : "git fetch origin, or name a branch, tag or commit that git rev-parse knows"));
  }
  base.commit = std::string(trim(found.out));
  // Seen from a branch, what others have merged meanwhile is no part of the change.
  EQLAB_TRY(const Answer merge, ask({"merge-base", base.commit, "HEAD"}));
  if (merge.status == 0 && !trim(merge.out).empty()) {
    base.commit = std::string(trim(merge.out));
    base.is_merge_base = true;
  }
  return base;
}

Result<std::vector<GitFile>> Git::files(const std::string& commit) const {
  // MODE SP TYPE SP OBJECT SP+ SIZE TAB PATH
  EQLAB_TRY(const std::string out, run({"ls-tree", "-r", "-z", "-l", "--full-name", commit}));
  std::vector<GitFile> files;
  for (const std::string& entry : split_at_zero(out)) {
    const std::size_t tab = entry.find('\t');
    const bool is_regular = entry.starts_with("100644") || entry.starts_with("100755");
    if (tab == std::string::npos || !is_regular) continue;
    const std::size_t space = entry.rfind(' ', tab);
    const auto bytes =
        parse_number<unsigned long>(std::string_view(entry).substr(space + 1, tab - space - 1));
    files.push_back({.path = entry.substr(tab + 1), .bytes = bytes.value_or(0)});
  }
  std::ranges::sort(files, {}, &GitFile::path);
  return files;
}

Result<std::vector<std::string>> Git::changed(const std::string& commit) const {
  EQLAB_TRY(const std::string out,
            run({"diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv",
                 "--ignore-submodules=all", commit, "--", "."}));
  return split_at_zero(out);
}

Result<std::string> Git::read(const std::string& commit, const std::string& path) const {
  EQLAB_TRY(std::string text, run({"cat-file", "blob", commit + ":" + path}));
  if (text.size() > limits::rule_file_bytes_max) {
    return fail(trouble(format("{} at the base is longer than {} bytes", printable(path),
                               group_digits(std::int64_t{limits::rule_file_bytes_max}))));
  }
  return text;
}

}  // namespace eqlab::gate
