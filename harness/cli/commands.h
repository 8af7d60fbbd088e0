#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "generators/corpus/corpus.h"
#include "harness/cli/console.h"

namespace eqlab::cli {

/// A command that was chosen on the command line, ready to run.
using Action = std::function<Exit(Console&)>;

/// Each defines one command: its options, its help with an example, and what to do. The action is
/// put into `chosen` when the command line names the command.
void define_check(CLI::App& app, Action& chosen);
void define_match(CLI::App& app, Action& chosen);
void define_test(CLI::App& app, Action& chosen);
void define_generate(CLI::App& app, Action& chosen);
void define_rehearse(CLI::App& app, Action& chosen);
void define_score(CLI::App& app, Action& chosen);
void define_tune(CLI::App& app, Action& chosen);
void define_mutate(CLI::App& app, Action& chosen);
void define_corpus(CLI::App& app, Action& chosen);

/// What a corpus of these options would hold; `generate --describe`.
[[nodiscard]] Exit describe_corpus(const generators::CorpusOptions& options,
                                   const std::string& form, Console& console);
void define_fmt(CLI::App& app, Action& chosen);
void define_explain(CLI::App& app, Action& chosen);
void define_init(CLI::App& app, Action& chosen);
/// `completions` and `manual`, which describe `app` as it is when they run.
void define_completions(CLI::App& app, Action& chosen);
void define_gate(CLI::App& app, Action& chosen);
void define_report(CLI::App& app, Action& chosen);

}  // namespace eqlab::cli
