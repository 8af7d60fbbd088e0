#pragma once

#include <cstdint>
#include <vector>

#include "generators/background/stories.h"

namespace eqlab::generators {

/// When unrelated listed clients connect: a Poisson process that is on a fifth of the time, at five
/// times its mean rate, because such connections cluster. Its mean is exactly the rate given.
class BurstyArrivals {
 public:
  BurstyArrivals(Rng rng, double mean_per_hour, EventTime from);
  /// Appends the arrivals in [where the last call ended, to). They do not depend on how the calls
  /// divide time.
  void advance(EventTime to, std::vector<EventTime>& arrivals);

 private:
  void draw_next();

  Rng rng_;
  double gap_minutes_;  ///< mean, while on; 0: never
  EventTime now_;       ///< of the next arrival
  EventTime switch_at_;
  bool is_on_ = false;
};

/// The background of one host, added story by story to the host's pending events.
class Background {
 public:
  Background(const BackgroundStories& stories, const Rng& host_rng, HostTables& tables,
             EventTime from);

  /// Adds what listed clients do from where the last call ended until `to`; rates of the persona,
  /// never thinned.
  void add_listed(EventTime to, std::vector<Event>& events);
  /// The two minutes after an install bring more of them on managed hosts.
  void add_after_install(EventTime installed, Rng& rng, std::vector<Event>& events);
  /// Adds ballast that begins in [from, to) until `wanted` more events stand in `events`, exactly.
  void add_ballast(EventTime from, EventTime to, std::uint64_t wanted, std::vector<Event>& events);
  /// One event by itself at that time: a connection that outlives the corpus.
  void add_single(EventTime time, std::vector<Event>& events);

 private:
  void add(const Story& story, EventTime time, Rng& rng, std::vector<Event>& events);

  const BackgroundStories& stories_;
  HostTables& tables_;
  Rng ballast_rng_;
  Rng listed_rng_;
  BurstyArrivals root_;
  BurstyArrivals console_;
  std::vector<EventTime> arrivals_;
};

/// How many connections listed clients make on a host in [from, to), by user: exactly those that
/// Background will add, apart from the extra ones after installs.
struct ListedCounts {
  std::uint64_t root = 0;
  std::uint64_t console = 0;
};
[[nodiscard]] ListedCounts count_listed(const Host& host, const Rng& host_rng, EventTime from,
                                        EventTime to);

/// Times are whole microseconds: what documents can express.
[[nodiscard]] constexpr EventTime whole_microseconds(EventTime time) {
  return EventTime(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()));
}

/// A public address out of the ranges reserved for documentation, the same for the same bits.
[[nodiscard]] Address external_address(std::uint64_t bits);

}  // namespace eqlab::generators
