#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "harness/run/event_search.h"
#include "harness/run/rule_choice.h"

/// Options that several commands have.
namespace eqlab::cli {

/// `--rule-id` and `--at`.
void add_rule_choice(CLI::App& command, run::RuleChoice& choice);
/// `--at` alone.
void add_at_option(CLI::App& command, std::string& at);
/// `--schema`.
void add_schema_option(CLI::App& command, std::string& schema);
/// `--threads` with the machine's number as default; checked to be 1 to 256.
void add_threads_option(CLI::App& command, unsigned& threads);
/// `--schedule`, which may be given several times where `many` says so: one variant each.
CLI::Option* add_schedule_option(CLI::App& command, std::vector<std::string>& schedules, bool many);
/// What `match` and `explain` share. Answers --query, whose count says whether it was given
/// (`has_query`).
CLI::Option* add_search_options(CLI::App& command, run::SearchRequest& request);

}  // namespace eqlab::cli
