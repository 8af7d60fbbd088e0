#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/score/paired.h"
#include "harness/tune/change.h"
#include "harness/tune/decider.h"
#include "harness/tune/mining.h"

/// Which of many changes are worth making. They are chosen by what they do on one half of the hosts
/// and judged by what they do on the other, which had no part in the choice: figures of the half
/// that a change was chosen on flatter it.
namespace eqlab::tune {

/// A change that was tried, over all hosts.
struct Tried {
  Candidate candidate;
  Outcome outcome;
};

/// What a change is worth: how many times its own recall the rule gains, less how many times its
/// own false alarms. 0 keeps the trade between the two that the rule has; a rule that catches or
/// raises nothing counts as one that does once. Without incidents: the false alarms alone.
[[nodiscard]] double worth(const Outcome& before, const Outcome& after,
                           const Population& population, const HostSet& hosts);

enum class Advice : std::uint8_t {
  keep,        ///< proven better, nothing proven lost
  at_a_price,  ///< proven better, and something is lost: `price` says what
  unmeasured,  ///< proven to raise less, and nothing says what it misses
  not_proven,
};
[[nodiscard]] std::string_view to_string(Advice advice);

struct Suggestion {
  Candidate change;
  /// Of these changes, where it is several at once: places among the suggestions.
  std::vector<std::size_t> parts;
  Figures search_before;
  Figures search_after;
  Figures held_before;
  Figures held_after;
  /// On the hosts held out, by resampling them.
  score::PairedComparison recall;
  score::RateComparison false_alarms;
  /// Of `worth`, at `confidence_shared`.
  score::Measured<score::Interval> worth_interval = score::Unmeasured{"nothing to compare"};
  Advice advice = Advice::not_proven;
  std::string price;    ///< at_a_price: what must be accepted
  std::string why_not;  ///< not_proven: why, where it is not the size of the effect
  Figures all_after;    ///< of all hosts
};

struct SuggestOptions {
  std::size_t suggestions_max = 8;
  std::uint32_t resamples = 4'000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

struct Suggestions {
  std::vector<Suggestion> list;  ///< best advice first, then by worth on the searched hosts
  std::size_t taken_over = 0;    ///< how many were looked at on the hosts held out
  /// Of each single proof, so that all together err no more than one in twenty times (Bonferroni).
  double confidence_shared = score::confidence_default;
};

/// For each list, the values that are each worth adding on the searched hosts, as one change: most
/// worth first, without those that catch nothing more than the ones before.
[[nodiscard]] std::vector<Candidate> joined_values(const Outcome& current,
                                                   std::span<const Tried> tried,
                                                   const Population& population,
                                                   const HostSet& searched, const QueryText& text);

/// A change that loses more than this share of the catches is another rule, not a better one.
inline constexpr double loss_max = 0.2;

/// The most promising changes on the searched hosts, in order: places in `tried`. One of several
/// that do the same, one maxspan, one join, and of the values of one list none that catches nothing
/// more than another does. Independent of what happens on the hosts held out.
[[nodiscard]] std::vector<std::size_t> shortlist(const Outcome& current,
                                                 std::span<const Tried> tried,
                                                 const Population& population,
                                                 const HostSet& searched, std::size_t count_max);

/// Shortlist, the best of it together, and the judgement of each on the hosts held out. `decider`
/// decides the combinations. Cost: as many resamplings as suggestions.
[[nodiscard]] Suggestions suggest(const Outcome& current, std::span<const Tried> tried,
                                  const Population& population, const HostSplit& split,
                                  const VariantDecider& decider, const SuggestOptions& options);

}  // namespace eqlab::tune
