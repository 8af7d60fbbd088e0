#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <vector>

#include "generators/corpus/corpus.h"
#include "harness/base/text.h"

namespace eqlab::cli {

/// A whole number from `low` to `high` and nothing else: no sign that wraps round, no rest that is
/// dropped.
[[nodiscard]] inline CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  return CLI::Validator(
      [low, high](const std::string& text) {
        const auto number = parse_number<unsigned long>(text);
        if (number && *number >= low && *number <= high) return std::string();
        return format("must be a whole number from {} to {}", low, high);
      },
      "NUMBER");
}

/// A finite number from `low` to `high`: `nan` is never one, nor is what follows a number.
[[nodiscard]] inline CLI::Validator number_between(double low, double high) {
  return CLI::Validator(
      [low, high](const std::string& text) {
        const auto number = parse_number<double>(text);
        // A comparison with NaN is false, so it must be one that holds.
        if (number && *number >= low && *number <= high) return std::string();
        return format("must be a number from {} to {}", low, high);
      },
      "NUMBER");
}

/// A built-in profile's name, or what can only be the path of a file.
[[nodiscard]] inline CLI::Validator profile_or_file() {
  return CLI::Validator(
      [](const std::string& text) {
        const std::vector<std::string> names = generators::profile_names();
        if (std::ranges::find(names, text) != names.end() || text.ends_with(".toml") ||
            text.find('/') != std::string::npos)
          return std::string();
        return format("there is no profile \"{}\": {}, or the path of a .toml file",
                      printable(text), join(names, ", "));
      },
      "PROFILE");
}

/// The options that say which corpus to make; the same for `generate` and `score`. Answers them,
/// for excludes().
inline std::vector<CLI::Option*> add_corpus_options(CLI::App& command,
                                                    generators::CorpusOptions& options) {
  const CLI::Validator length(
      [](const std::string& text) {
        const auto days = parse_number<double>(text);
        return days && *days > 0 && *days <= 3650
                   ? std::string()
                   : std::string("must be a number of days above 0, at most 3650");
      },
      "DAYS");
  return {
      command
          .add_option("--profile", options.profile,
                      format("What happens on the hosts, and how often: {}, or a file of your own",
                             join(generators::profile_names(), ", ")))
          ->check(profile_or_file())
          ->capture_default_str(),
      command.add_option("--seed", options.seed, "Same seed and options, same bytes")
          ->check(whole_number(0, UINT64_MAX))
          ->capture_default_str(),
      command
          .add_option("--events", options.events,
                      "Number of events, met within 2 %; default: what hosts and days give")
          ->check(whole_number(1, 10'000'000'000)),
      command.add_option("--hosts", options.hosts, "Number of hosts; default: the profile's")
          ->check(whole_number(1, 1'000'000)),
      command.add_option("--days", options.days, "Length in days; default: the profile's")
          ->check(length),
      command.add_option("--only", options.only, "Scenario ids, no others")->delimiter(','),
      command.add_option("--without", options.without, "Scenario ids to leave out")->delimiter(','),
      command.add_option("--scenarios", options.scenarios_dir,
                         "Folder of scenario files instead of the built-in catalogue")};
}

}  // namespace eqlab::cli
