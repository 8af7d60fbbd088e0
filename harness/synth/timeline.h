#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"
#include "harness/event/value.h"

/// Events from a checked query: a timeline that the rule asks for, and the same with one thing
/// changed. Nothing here runs a query: what is made is likely, and whoever shows it lets the
/// matcher judge it first.
namespace eqlab::synth {

struct FieldValues {
  event::Field field;                ///< the name is where documents carry it
  std::vector<event::Value> values;  ///< one, or several for an array; dates: ns since 1970
  /// Some condition wants these values, rather than any value or the join alone.
  bool is_wanted = false;
  bool is_key = false;
};

struct TimelineEvent {
  std::size_t stage = 0;            ///< of CheckedQuery::stages
  Duration at = {};                 ///< after the first event
  std::vector<FieldValues> fields;  ///< each once: join keys first, then as the filter names them
};

/// One event for each stage that asks for one, in their order, their times rising.
struct Timeline {
  std::vector<TimelineEvent> events;
};

/// Events with only the fields that the query asks about, with constants of the query as values:
/// the filters become conjunctions, branch by branch, and each field gets a value that its leaves
/// allow; join keys are equal. Nothing where the search finds none: a filter that can never hold, a
/// condition on the timestamp itself, functions of values that are not guessed. Bounded: some
/// hundred conjunctions a stage, some thousand evaluations of functions.
[[nodiscard]] std::optional<Timeline> positive_timeline(const eql::CheckedQuery& query,
                                                        const std::string& timestamp_field);

/// A timeline that differs from another in one value, or in one time.
struct NearMiss {
  Timeline timeline;
  std::size_t event = 0;  ///< of `timeline`
  std::string field;      ///< that has another value; empty: the event comes later than maxspan
  bool is_key = false;
};

/// Single changes of `timeline` with which the query should find nothing, those that say most about
/// the rule first: values that a list of the last stages asks for, join keys, numbers and flags; at
/// most some hundreds.
[[nodiscard]] std::vector<NearMiss> near_misses(const eql::CheckedQuery& query,
                                                const Timeline& timeline);

}  // namespace eqlab::synth
