#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/cli/console.h"
#include "harness/cli/rule_choice.h"
#include "harness/event/io/reader.h"
#include "harness/event/schema.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"

/// What commands share that look for one rule in events: which rule, which events, how fields are
/// read, one pass over them.
namespace eqlab::cli {

struct SearchOptions {
  std::vector<std::string> arguments;  ///< the rule, unless a query is given, then the inputs
  std::string query;
  std::string query_file;
  RuleChoice choice;
  std::string timestamp_field;
  std::string tiebreaker_field;
  std::string category_field;
  std::string schema;
  bool has_query = false;
  bool strict = false;
  unsigned threads = 1;
};
/// Defines them. Answers --query, whose count says whether it was given (`has_query`).
CLI::Option* add_search_options(CLI::App& command, SearchOptions& options);

/// Standard input kept in a file without a name, for when it has to be read twice; it goes with the
/// object.
class SpooledInput {
 public:
  SpooledInput() = default;
  ~SpooledInput();
  SpooledInput(const SpooledInput&) = delete;
  SpooledInput& operator=(const SpooledInput&) = delete;

  /// A path to what standard input held. Errors: E902.
  Result<std::string> take();
  /// The name that a user knows the file by.
  [[nodiscard]] std::string shown(const std::string& file) const {
    return !path_.empty() && file == path_ ? "-" : file;
  }

 private:
  std::FILE* file_ = nullptr;
  std::string path_;
};

/// A rule made ready, and where its events are.
struct EventSearch {
  rule::Rule rule;
  event::Schema schema;
  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
  event::ReadOptions reading;
  std::unique_ptr<SpooledInput> spooled;

  /// Takes the rule out of `options.arguments`; `command` is named in messages. Errors: E905, and
  /// those of rules, schemas and, where the schema lets documents add fields, of reading.
  [[nodiscard]] static Result<EventSearch> prepare(SearchOptions options, std::string_view command,
                                                   Console& console);

  /// One pass over the events; see event::read_events.
  template <class Piece>
  [[nodiscard]] Result<event::ReadReport> read(
      const std::function<void(Piece&, const event::EventBatch&)>& scan,
      const std::function<void(Piece&&)>& take, const std::stop_token& stop) const {
    EQLAB_TRY(event::ReadReport read,
              event::read_events<Piece>(reading, plan.projection(), scan, take, stop));
    for (event::InputProblem& problem : read.problems) problem.file = spooled->shown(problem.file);
    for (event::FileStart& start : read.file_starts) start.file = spooled->shown(start.file);
    return read;
  }
};

/// The file that a line of the whole input stands in, and the line there.
[[nodiscard]] std::pair<std::string, std::uint64_t> place_of(const event::ReadReport& read,
                                                             std::uint64_t line);
/// Malformed events, to standard error.
void note_read(const event::ReadReport& read, Console& console);
/// `read 7 events: 6 usable, 1 malformed` and what else is worth knowing; without a line end.
[[nodiscard]] std::string read_summary(const event::ReadReport& read);
/// What limits cut off, to standard error.
void note_limits(const match::Matches& all, Console& console);

}  // namespace eqlab::cli
