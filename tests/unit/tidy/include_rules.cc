// Which folder may include what: the picture of the layers, and the place of each library.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "tests/unit/tidy/rules.h"

namespace eqlab::tidy {
namespace {

struct Layer {
  std::string_view name;
  std::string_view folder;
  std::vector<std::string_view> below;  ///< next below; what lies under those is allowed too
};

// Lowest first, as in CMakeLists.txt and README.md. Layers that are not built yet have their place.
const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = {
      {"base", "harness/base", {}},
      {"event", "harness/event", {"base"}},
      {"truth", "harness/truth", {"base"}},
      {"eql", "harness/eql", {"event"}},
      {"rule", "harness/rule", {"eql"}},
      {"scan", "harness/scan", {"eql"}},
      {"match", "harness/match", {"scan", "rule"}},
      {"explain", "harness/explain", {"match"}},
      {"schedule", "harness/schedule", {"match"}},
      {"score", "harness/score", {"schedule", "explain", "truth"}},
      {"cases", "harness/cases", {"schedule"}},
      {"run", "harness/run", {"score", "explain"}},
      {"tune", "harness/tune", {"run", "cases"}},
      {"gate", "harness/gate", {"tune"}},
      {"report", "harness/report", {"gate"}},
      {"engines", "harness/engines", {"match"}},
      {"synth", "harness/synth", {"eql", "truth"}},
      // Never eql or above: a generator must not know the matcher that its events are to test.
      {"generators", "generators", {"truth", "event"}},
      {"cli", "harness/cli", {"report", "cases", "engines", "synth", "generators"}},
  };
  return all;
}

const Layer* layer_named(std::string_view name) {
  const auto found = std::ranges::find(layers(), name, &Layer::name);
  return found == layers().end() ? nullptr : &*found;
}

const Layer* layer_of(std::string_view path) {
  const auto found =
      std::ranges::find_if(layers(), [&](const Layer& layer) { return is_in(path, layer.folder); });
  return found == layers().end() ? nullptr : &*found;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the picture, which has no cycle
bool may_use(const Layer& user, const Layer& used) {
  if (&user == &used) return true;
  for (const std::string_view name : user.below) {
    if (may_use(*layer_named(name), used)) return true;
  }
  return false;
}

struct Include {
  std::size_t line;
  bool is_system;  ///< <…> rather than "…"
  std::string header;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  const std::vector<std::string> code = lines_of(code_only(file.text));
  const std::vector<std::string> lines = lines_of(file.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch found;
    // The blanked line tells whether the directive is real; the header's name is in the original.
    if (code[i].find("include") != std::string::npos &&
        std::regex_search(lines[i], found, pattern)) {
      includes.push_back({.line = i + 1, .is_system = found[1] == "<", .header = found[2]});
    }
  }
  return includes;
}

bool is_product(std::string_view path) {
  return is_in(path, "harness") || is_in(path, "generators");
}

// `eqlab_layer(NAME FOLDER DEPS eqlab::…)` of the build against the picture.
void check_build(const SourceFile& file, std::vector<Violation>& violations) {
  static const std::regex pattern(R"(eqlab_layer\(\s*(\w+)\s+(\S+)([^)]*)\))");
  static const std::regex dependency(R"(eqlab::(\w+))");
  for (auto call = std::sregex_iterator(file.text.begin(), file.text.end(), pattern);
       call != std::sregex_iterator(); ++call) {
    const std::string name = (*call)[1];
    const std::size_t line =
        1 + static_cast<std::size_t>(
                std::count(file.text.begin(), file.text.begin() + call->position(), '\n'));
    const Layer* layer = layer_named(name);
    if (layer == nullptr || layer->folder != (*call)[2].str()) {
      violations.push_back(
          {file.path, line, "layer " + name + " is not in the picture (include_rules.cc)"});
      continue;
    }
    const std::string dependencies = (*call)[3];
    for (auto it = std::sregex_iterator(dependencies.begin(), dependencies.end(), dependency);
         it != std::sregex_iterator(); ++it) {
      const Layer* used = layer_named((*it)[1].str());
      if (used != nullptr && !may_use(*layer, *used)) {
        violations.push_back(
            {file.path, line, "layer " + name + " must not use " + (*it)[1].str()});
      }
    }
  }
}

// Where each library from outside may be included. A new one is a decision: name it here and, with
// the reason, in README.md under "Dependencies".
struct ThirdParty {
  std::string_view prefix;
  std::vector<std::string_view> folders;
};
const std::vector<ThirdParty>& third_party() {
  static const std::vector<ThirdParty> all = {
      {"fmt/", {"harness/base"}},
      {"Random123/", {"harness/base"}},
      {"simdjson.h", {"harness/event"}},
      {"zlib.h", {"harness/event"}},
      {"zstd.h", {"harness/event", "generators"}},
      {"nlohmann/",
       {"harness/event", "harness/truth", "harness/rule", "harness/schedule", "harness/cases",
        "harness/gate", "harness/report", "harness/cli", "generators"}},
      {"toml++/", {"harness/rule", "harness/gate", "generators"}},
      {"re2/", {"harness/eql", "harness/scan"}},
      {"unicode/", {"harness/eql"}},
      {"openssl/", {"harness/schedule", "harness/gate", "generators"}},
      {"pugixml.hpp", {"harness/report"}},
      {"CLI/", {"harness/cli"}},
      {"boost/unordered/", {"harness", "generators"}},
      {"boost/container/", {"harness", "generators"}},
      {"boost/container_hash/", {"harness", "generators"}},
      {"boost/math/", {"harness/score"}},
      {"boost/process", {"harness/gate"}},
      {"boost/asio", {"harness/gate"}},
  };
  return all;
}

// Of the operating system: files in `event`, signals and terminals in `cli`.
constexpr std::array<std::string_view, 3> system_folders = {"harness/event", "harness/cli",
                                                            "generators"};

bool is_standard(std::string_view header) {
  return header.find('/') == std::string_view::npos && header.find('.') == std::string_view::npos;
}
bool is_operating_system(std::string_view header) {
  static const std::set<std::string_view> names = {"unistd.h", "fcntl.h", "signal.h", "poll.h",
                                                   "termios.h"};
  return header.starts_with("sys/") || header.starts_with("arpa/") || names.contains(header);
}

template <class Folders>
bool is_in_any(std::string_view path, const Folders& folders) {
  return std::ranges::any_of(folders, [&](std::string_view folder) { return is_in(path, folder); });
}

}  // namespace

std::vector<Violation> check_layers(const std::vector<SourceFile>& files) {
  std::vector<Violation> violations;
  for (const SourceFile& file : files) {
    if (file.path == "CMakeLists.txt") check_build(file, violations);
    if (!is_cpp(file) || !is_product(file.path)) continue;
    const Layer* layer = layer_of(file.path);
    if (layer == nullptr) {
      violations.push_back(
          {file.path, 1,
           "this folder has no place in the picture of the layers (include_rules.cc)"});
      continue;
    }
    for (const Include& include : includes_of(file)) {
      const auto complain = [&](const std::string& why) {
        violations.push_back({file.path, include.line, why + ": " + include.header});
      };
      if (is_in(include.header, "tests")) {
        complain("the product must not include tests");
      } else if (const Layer* used = layer_of(include.header)) {
        if (include.is_system) complain("our own headers stand in \"…\"");
        if (!may_use(*layer, *used))
          complain(std::string(layer->name) + " must not include " + std::string(used->name));
      } else if (!include.is_system && !is_in(include.header, "embedded")) {
        complain("a header's path begins at the root of the checkout");
      }
    }
  }
  return violations;
}

std::vector<Violation> check_third_party(const std::vector<SourceFile>& files) {
  std::vector<Violation> violations;
  for (const SourceFile& file : files) {
    if (!is_cpp(file) || !is_product(file.path)) continue;
    for (const Include& include : includes_of(file)) {
      if (!include.is_system || is_standard(include.header)) continue;
      if (is_operating_system(include.header)) {
        if (!is_in_any(file.path, system_folders)) {
          violations.push_back(
              {file.path, include.line,
               "only event/io, generators and cli touch the system: <" + include.header + ">"});
        }
        continue;
      }
      const auto known = std::ranges::find_if(third_party(), [&](const ThirdParty& party) {
        return include.header.starts_with(party.prefix);
      });
      if (known == third_party().end()) {
        violations.push_back({file.path, include.line,
                              "unknown header <" + include.header +
                                  ">: a new dependency goes into include_rules.cc, "
                                  "ci/packages and README.md"});
      } else if (!is_in_any(file.path, known->folders)) {
        violations.push_back({file.path, include.line,
                              "<" + include.header + "> belongs elsewhere (include_rules.cc)"});
      }
    }
  }
  return violations;
}

}  // namespace eqlab::tidy
