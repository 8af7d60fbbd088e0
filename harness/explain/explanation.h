#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/explain/reason.h"
#include "harness/explain/terms.h"

/// What an explanation says. Texts are data and not escaped; stages count from 0 here, from 1 in
/// text.
namespace eqlab::explain {

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
  std::vector<std::string> parts =
      {};  ///< all of them together: `process.name "curl" instead of "nc"`
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

}  // namespace eqlab::explain
