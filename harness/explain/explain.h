#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/explain/chain.h"
#include "harness/explain/sightings.h"
#include "harness/explain/terms.h"
#include "harness/explain/what_if.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"

/// Why an event, a few events or nothing at all came to a match or did not. Texts are data and not
/// escaped; stages count from 0 here, from 1 in text.
namespace eqlab::explain {

enum class Reason : std::uint8_t {
  matched,
  no_event,          ///< a stage has no event that satisfies it
  undated,           ///< an event without a time, which no sequence can use
  out_of_order,      ///< each stage has an event, but not one after the other
  keys_differ,       ///< in order, but join keys have other values or none
  over_maxspan,      ///< everything, but too far apart
  stopped,           ///< an `until` event lies between
  spoiled,           ///< an event came that must not
  replaced,          ///< a newer event reached the same stage and took the place
  dropped,           ///< too many sequences in progress
  paired_elsewhere,  ///< its events went into other matches
  cut_by_pipe,       ///< it matches, and the query's own pipe leaves it out
  nothing_near,      ///< no event comes near the query
};
[[nodiscard]] std::string_view to_string(Reason reason);

struct EventView {
  std::uint64_t line = 0;
  std::string id = {};
  std::optional<EventTime> time = {};
  std::vector<FieldValues> fields = {};  ///< those that the stage asks about, most telling first
};

struct KeyView {
  std::string name;
  FieldValues values;
  bool differs = false;  ///< has no value in common with the other steps
};

struct StageView {
  enum class State : std::uint8_t {
    met,
    failed,    ///< the event does not satisfy the stage
    absent,    ///< no event to show
    free,      ///< must not happen, and does not
    happened,  ///< must not happen, and does
  };
  std::size_t stage = 0;
  State state = State::absent;
  std::optional<EventView> event = {};
  std::optional<Duration> since_first = {};
  std::optional<Term> condition = {};  ///< of a failed stage; of all with Detail::full
  std::vector<KeyView> keys = {};
};

/// A change with which it matches, and which was evaluated.
struct ChangeView {
  enum class Then : std::uint8_t {
    matches,
    matches_otherwise,  ///< the changed event matches, but with other events than those shown
    meets_stage,        ///< only `stage` is met; the match still lacks an event
  };
  std::vector<std::string> parts;  ///< all of them together: `process.name "curl" instead of "nc"`
  Then then = Then::matches;
  std::size_t stage = 0;
};

struct Explanation {
  Reason reason = Reason::nothing_near;
  std::string text = {};                  ///< the reason in words
  std::optional<std::size_t> stage = {};  ///< that it is about
  std::vector<StageView> stages = {};
  /// The event that came between (stopped, spoiled, replaced, paired_elsewhere).
  std::optional<EventView> by = {};
  std::optional<Duration> over = {};  ///< over_maxspan: by so much
  std::vector<ChangeView> changes = {};
  std::vector<std::string> notes = {};
};

enum class Detail : std::uint8_t { essential, full };

/// All must outlive the explainer; `sightings` is finished.
struct ExplainInputs {
  const rule::Rule& rule;
  const event::Schema& schema;
  const eql::CheckedQuery& query;
  const scan::Plan& plan;
  const scan::QueryBinding& binding;
  const Watch& watch;
  const Sightings& sightings;
  Detail detail = Detail::essential;
};

/// Rows are those of Sightings::rows. Cost of an answer: a few passes over the log, and a bounded
/// look around the events that it is about; nothing is read again.
class Explainer {
 public:
  explicit Explainer(const ExplainInputs& inputs);
  ~Explainer();
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;

  /// What one event comes to.
  [[nodiscard]] Explanation event(event::RowIndex row);
  /// What chosen events come to, one for each stage that asks for one; nothing where there is none.
  [[nodiscard]] Explanation events(const std::vector<std::optional<event::RowIndex>>& rows);
  /// One of `matches().matches`.
  [[nodiscard]] Explanation match(const match::Match& match);
  /// Up to `count` near misses, nearest first, each about events of its own.
  [[nodiscard]] std::vector<Explanation> nearest(std::size_t count);
  /// How far the row is from a stage that asks for an event, as Scanner::distance.
  [[nodiscard]] std::uint32_t distance(event::RowIndex row, std::size_t positive);

  /// Over all events, before the query's pipes.
  [[nodiscard]] const match::Matches& matches() const;
  [[nodiscard]] std::size_t stage_count() const;  ///< that ask for an event

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eqlab::explain
