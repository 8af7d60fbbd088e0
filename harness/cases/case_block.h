#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/event/schema.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/schedule/run_clock.h"

/// The `.case` format: a timeline of events, a rule or query, and what must come out. README.md
/// describes it.
namespace eqlab::cases {

/// One value as the case file has it, brought to JSON by the type of its field.
struct CaseValue {
  enum class Kind : std::uint8_t { null, boolean, number, text } kind = Kind::null;
  std::string text = {};  ///< number: as JSON spells it; boolean: true or false
  friend bool operator==(const CaseValue&, const CaseValue&) = default;
};

struct CaseField {
  std::string name;               ///< dotted
  std::vector<CaseValue> values;  ///< none: an empty array
  bool is_array = false;
};

struct CaseEvent {
  std::string id;
  std::optional<EventTime> time;  ///< none: an event without timestamp
  std::vector<CaseField> fields;  ///< in the order written, the category among them
  std::uint32_t line = 0;         ///< of the case file
};

enum class ExpectationKind : std::uint8_t { matches, ids, error, tree, normal, alerts };

/// What must come out, as text in one canonical spelling, so that it compares and rewrites line by
/// line.
struct Expectation {
  ExpectationKind kind = ExpectationKind::ids;
  std::vector<std::string> lines;  ///< body without indentation; error: the messages
  /// Alerts: what stands below `gaps` and `missed`; compared only where the block has them.
  std::optional<std::vector<std::string>> gaps = std::nullopt;
  std::optional<std::vector<std::string>> missed = std::nullopt;
  std::string code;  ///< error
  std::uint32_t query_line =
      0;  ///< error: line of the query that the caret stands under, from 1; 0: not stated
  /// Error: columns of the carets in the file, from 1, [first, second); nothing when no caret line
  /// is there.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> carets;
  std::uint32_t first_line = 0;  ///< lines of the file that it takes up, [first, last)
  std::uint32_t last_line = 0;
};

/// What a block says of its rule's schedule; where it is silent the rule decides.
struct CaseSchedule {
  std::optional<Duration> interval = std::nullopt;
  std::optional<Duration> look_back = std::nullopt;
  std::optional<Duration> to = std::nullopt;
  std::optional<std::uint32_t> cap = std::nullopt;
  /// As schedule::SimulationOptions, but 0 unless stated: delays are the events' own.
  Duration refresh = Duration::zero();
  Duration search_delay = Duration::zero();
  Duration run_time = Duration::zero();
  std::optional<rule::Suppression> suppression = std::nullopt;
};

/// Runs that one block may need, about a month of every five minutes: each is evaluated.
inline constexpr std::int64_t case_runs_max = 10'000;

/// One run; after the last that a block lists they go on, an interval apart.
struct CaseRun {
  WallTime at{};  ///< whole milliseconds
  schedule::RunOutcome outcome = schedule::RunOutcome::succeeds;
};

struct Skip {
  std::string configuration;
  std::string reason;
};

struct CaseBlock {
  std::string file;
  std::uint32_t line = 0;  ///< of its `why:`
  std::string why;
  std::string rule_path;  ///< as written, relative to the case file; empty with an own query
  Place rule_place;       ///< of `rule:`, when there is a `rule_path`
  /// The rule of the file, or the query with defaults and the block's options; its query's places
  /// are those of the case file. Nothing until `apply_rule`.
  std::optional<rule::Rule> rule;
  std::uint32_t query_first_line = 0;  ///< of the case file
  std::optional<event::Schema> own_schema;
  std::vector<CaseEvent> events;      ///< in the order written, which is the order of arrival
  match::MatchOptions match_options;  ///< without a size: all results
  std::string timestamp_field;        ///< these three: from `options`, empty where the rule decides
  std::string tiebreaker_field;
  std::string event_category_field;
  CaseSchedule schedule;
  std::vector<CaseRun> runs;  ///< rising; at least one where alerts are expected
  std::vector<Skip> skips;
  Expectation expectation;

  [[nodiscard]] const event::Schema& schema() const {
    return own_schema ? *own_schema : event::Schema::builtin();
  }
};

/// At least one block. Errors: E450 a line that does not belong where it stands, or no block at
/// all; E451 an event, or a field of one that the block's schema does not have; E452 an
/// expectation; E455, E456 what `schedule:` and `runs:` say; E457 an expectation of alerts. Rule
/// files are not opened here: blocks with a `rule_path` have no `rule`; `apply_rule` completes
/// them.
[[nodiscard]] Result<std::vector<CaseBlock>> parse_cases(const std::string& text,
                                                         const std::string& file);

/// Sets the block's rule, overrides it by the block's options, and gives the events' category its
/// field.
void apply_rule(CaseBlock& block, rule::Rule rule);

/// The events as documents, one a line, in the order written, with `@timestamp` and `event.id`;
/// event n is on line n.
[[nodiscard]] std::string to_ndjson(const CaseBlock& block);

/// The expectation as it stands in a file, header line first.
[[nodiscard]] std::vector<std::string> expectation_text(const Expectation& expectation);

}  // namespace eqlab::cases
