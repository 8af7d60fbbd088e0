#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "harness/schedule/simulation.h"

/// What all searches of a simulation found before the cap, so that other caps and shorter maxspans
/// follow from it without matching again. For `sweep`.
namespace eqlab::schedule {

/// The run that a search belongs to.
struct Occasion {
  std::uint64_t run = 0;
  WallTime scheduled_at{};
  WallTime started_at{};
  std::optional<WallTime> slot = std::nullopt;  ///< of a manual run
};

/// A match, and the number of its identity: equal for equal ordered lists of event ids.
struct Found {
  match::Match match;
  std::uint32_t identity = 0;
};

struct Recording {
  struct Entry {
    Found found;
    Duration span = Duration::zero();  ///< first to completing event
  };
  struct Search {
    Occasion occasion;
    SearchWindow window;
    std::uint32_t visible = 0;
    std::uint32_t answer = 0;
  };
  std::vector<Entry> entries;              ///< distinct matches
  std::vector<std::uint32_t> places;       ///< in `entries`, answer by answer, ascending in each
  std::vector<std::uint64_t> answer_ends;  ///< in `places`; searches that see the same share one
  std::vector<Search> searches;            ///< in order of time
  std::uint32_t identity_count = 0;
  Simulation frame;  ///< what does not depend on matches: runs, gaps, failures
  /// Nothing was dropped for a limit's sake, so that it answers for shorter maxspans too.
  bool is_whole = true;
};

/// One simulation without a cap. The query must have no pipes and be no sample.
[[nodiscard]] Recording record(const scan::CandidateLog& log, const match::Matcher& matcher,
                               const rule::Schedule& schedule, const SimulationOptions& options);

/// What simulate() gives under `cap`, and for matches no longer than `maxspan` alone.
/// O(places of all searches).
[[nodiscard]] Simulation replay(const Recording& recording, const scan::CandidateLog& log,
                                const SimulationOptions& options, std::uint32_t cap,
                                std::optional<Duration> maxspan);

}  // namespace eqlab::schedule
