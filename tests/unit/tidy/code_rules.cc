// What code may not say: calls that belong to the command line, randomness that is the library's
// choice, and paths of one machine.

#include <algorithm>
#include <regex>
#include <string>
#include <utility>

#include "tests/unit/tidy/rules.h"

namespace eqlab::tidy {
namespace {

struct Ban {
  std::regex pattern;
  std::string reason;
  bool for_cli_too;
};

const std::vector<Ban>& bans() {
  static const std::vector<Ban> all = [] {
    const std::string own = "belongs to harness/cli alone";
    const std::string chosen =
        "its numbers are the library's choice; draw from an Rng that is handed in";
    std::vector<Ban> bans;
    const auto ban = [&](const char* pattern, const std::string& reason, bool for_cli_too) {
      bans.push_back({std::regex(pattern, std::regex::optimize), reason, for_cli_too});
    };
    ban(R"(\bstd::(w?c(out|err|log|in))\b)", "a standard stream " + own, false);
    ban(R"(\b(stdout|stderr|stdin)\b|\b(printf|puts|putchar|perror)\s*\()", "printing " + own,
        false);
    ban(R"((^|[^\w.>])(std::)?(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\()",
        "ending the program " + own, false);
    ban(R"(\b(secure_)?getenv\s*\(|\bsetenv\s*\(|\bputenv\s*\(|\benviron\b)",
        "the environment " + own, false);
    ban(R"(\b(system|steady|high_resolution|utc|file)_clock\b|\b(gettimeofday|clock_gettime|localtime(_r)?)\s*\()",
        "the real clock " + own, false);
    // A variable may be called `time`: only what can be nothing but the call.
    ban(R"(\bstd::(time|clock)\s*\(|(^|[^\w.>])time\s*\(\s*(0|NULL|nullptr|&\w+)\s*\)|(^|[^\w.>])clock\s*\(\s*\))",
        "the real clock " + own, false);
    ban(R"(\bstd::\w+_distribution\b)", chosen, true);
    ban(R"(\bstd::(ranges::)?(shuffle|sample)\b|\brandom_shuffle\b)", chosen, true);
    ban(R"(\b(random_device|default_random_engine|mt19937(_64)?|minstd_rand0?)\b)", chosen, true);
    ban(R"((^|[^\w.>])(std::)?s?rand\s*\(|\b[dlm]rand48\s*\()", chosen, true);
    ban(R"(\bstd::ranges::(unique|remove|remove_if|rotate|partition|stable_partition|search|search_n|find_end|equal_range)\b)",
        "clang 14, which fuzzing may have to do with, cannot compile it; take the iterators", true);
    ban(R"(\busing\s+namespace\s+std\s*;)", "name what is meant", true);
    return bans;
  }();
  return all;
}

// The one place where our own mistakes stop the program, from any layer.
bool is_assertion(const SourceFile& file) { return file.path == "harness/base/check.cc"; }

// Data may name any path, for such are the events; code and build files may not. The patterns are
// put together so that this file does not contain what it looks for.
struct MachinePath {
  std::regex pattern;
  bool in_sources;  ///< forbidden in C++ and pages too, not only in build files and scripts
};
const std::vector<MachinePath>& machine_paths() {
  static const std::vector<MachinePath> all = [] {
    const std::string begin = R"((^|[^\w.~$}/-])/)";
    std::vector<MachinePath> paths;
    paths.push_back({std::regex(begin + "(work|workspace|workspaces|builds)/[a-z]"), true});
    paths.push_back({std::regex(begin + "(home|Users|tmp|opt|root)/[A-Za-z]"), false});
    return paths;
  }();
  return all;
}

bool is_build_file(const SourceFile& file) {
  return is_in(file.path, "ci") || is_in(file.path, ".ci") || is_in(file.path, ".github") ||
         file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake") ||
         file.path == "CMakePresets.json";
}

}  // namespace

std::vector<Violation> check_banned_calls(const std::vector<SourceFile>& files) {
  std::vector<Violation> violations;
  for (const SourceFile& file : files) {
    const bool product = is_in(file.path, "harness") || is_in(file.path, "generators");
    if (!is_cpp(file) || !product || is_assertion(file)) continue;
    const bool cli = is_in(file.path, "harness/cli");
    const std::vector<std::string> lines = lines_of(code_only(file.text));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const Ban& ban : bans()) {
        std::smatch found;
        if ((cli && !ban.for_cli_too) || !std::regex_search(lines[i], found, ban.pattern)) continue;
        violations.push_back({file.path, i + 1, "`" + found.str() + "`: " + ban.reason});
        break;
      }
    }
  }
  return violations;
}

std::vector<Violation> check_machine_paths(const std::vector<SourceFile>& files) {
  std::vector<Violation> violations;
  for (const SourceFile& file : files) {
    const bool build_file = is_build_file(file);
    const bool page = file.path.ends_with(".md");
    if (!build_file && !page && !is_cpp(file)) continue;
    const std::vector<std::string> lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const MachinePath& path : machine_paths()) {
        std::smatch found;
        if ((build_file || path.in_sources) && std::regex_search(lines[i], found, path.pattern)) {
          violations.push_back({file.path, i + 1, "a path of one machine: " + found.str() + "…"});
          break;
        }
      }
    }
  }
  return violations;
}

std::vector<Violation> check_comments_of_tests(const std::vector<SourceFile>& files) {
  // Put together so that this file does not break its own rules.
  static const std::regex path(std::string("\\b(tests") + R"(/[\w/]*\w(?:[.*][\w.*]*\w)?))");
  static const std::regex page(std::string("\\b(eql|detection-engine|scenario) sp") + "ec\\b");
  static const std::regex name(R"(^\s*TEST(_F|_P)?\(\w+, ([a-z]\w*)\))");
  // The part before a `*` begins the path of some file.
  const auto exists = [&](const std::string& cited) {
    const std::string start = cited.substr(0, cited.find('*'));
    return std::ranges::any_of(
        files, [&](const SourceFile& file) { return file.path.starts_with(start); });
  };
  std::vector<Violation> violations;
  for (const SourceFile& file : files) {
    if (!is_cpp(file)) continue;
    const std::vector<std::string> lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch found;
      const std::size_t comment = lines[i].find("//");
      const std::string said = comment == std::string::npos ? "" : lines[i].substr(comment);
      if (std::regex_search(said, found, path) && !exists(found[1]))
        violations.push_back({file.path, i + 1, "no such test: " + found.str(1)});
      if (std::regex_search(said, found, page))
        violations.push_back({file.path, i + 1, "cites what is not in the repository"});
      if (std::regex_search(lines[i], found, name))
        violations.push_back({file.path, i + 1, "tests are named InThisWay: " + found.str(2)});
    }
  }
  return violations;
}

}  // namespace eqlab::tidy
