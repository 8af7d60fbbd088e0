#pragma once

#include <CLI/CLI.hpp>

#include "generators/corpus/corpus.h"

namespace eqlab::cli {

/// The options that say which corpus to make; the same for `generate` and `score`.
inline void add_corpus_options(CLI::App& command, generators::CorpusOptions& options) {
  command.add_option("--profile", options.profile, "What happens on the hosts, and how often")->check(CLI::IsMember(generators::profile_names()))->capture_default_str();
  command.add_option("--seed", options.seed, "Same seed and options, same bytes")->capture_default_str();
  command.add_option("--events", options.events, "Number of events, met within 2 %; default: what hosts and days give");
  command.add_option("--hosts", options.hosts, "Number of hosts; default: the profile's");
  command.add_option("--days", options.days, "Length in days; default: the profile's");
  command.add_option("--only", options.only, "Scenario ids, no others")->delimiter(',');
  command.add_option("--without", options.without, "Scenario ids to leave out")->delimiter(',');
  command.add_option("--scenarios", options.scenarios_dir, "Folder of scenario files instead of the built-in catalogue");
}

}  // namespace eqlab::cli
