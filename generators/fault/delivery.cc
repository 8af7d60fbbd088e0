// Tested in tests/unit/generators/delivery_test.cc against the medians and tails of the model.
#include "generators/fault/delivery.h"

#include <algorithm>

namespace eqlab::generators {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration batch_length = seconds(3);

std::size_t stream_of(Kind kind) {
  switch (kind) {
    case Kind::fork:
    case Kind::exec:
    case Kind::end:
    case Kind::fork_exec:
    case Kind::fork_end:
    case Kind::exec_end:
    case Kind::fork_exec_end:
      return 0;
    case Kind::connect:
    case Kind::disconnect:
    case Kind::connect_disconnect:
    case Kind::lookup:
      return 1;
    case Kind::modification:
    case Kind::launch_daemon:
      return 2;
  }
  return 0;
}

const Distribution& online_delay() {
  static const Distribution made = Distribution::lognormal(seconds(6), 0.8);
  return made;
}
const Distribution& congested_delay() {
  static const Distribution made = Distribution::lognormal(seconds(60), 1.0);
  return made;
}
/// Length of a spell offline. An event inside one waits for the rest of it; long spells hold more
/// events, and with this median the rest has the median of three hours that the model wants.
const Distribution& offline_length() {
  static const Distribution made = Distribution::lognormal(minutes(145), 1.0);
  return made;
}
constexpr Duration offline_min = minutes(5);
constexpr Duration offline_max = hours(24 * 7);
const QuantileTable& online_table() {
  static const QuantileTable made(online_delay());
  return made;
}

}  // namespace

Delivery::Delivery(const Host& host, const Rng& host_rng, EventTime from, EventTime to,
                   double scale)
    : batches_(host_rng.split("delivery")), scale_(scale) {
  plan(host, host_rng.split("congested periods"), from, to, State::congested);
  plan(host, host_rng.split("offline periods"), from, to, State::offline);
  // Where the two overlap the host is offline: look-ups take the first period that fits.
  std::ranges::sort(periods_, [](const Period& a, const Period& b) {
    return std::pair(a.begin, a.state) < std::pair(b.begin, b.state);
  });
}

/// Spells and gaps take turns; the mean gap follows from the share of time. Begun two weeks early,
/// so that the corpus opens in the middle of things.
void Delivery::plan(const Host& host, const Rng& host_rng, EventTime from, EventTime to,
                    State state) {
  const bool is_offline = state == State::offline;
  const double share = is_offline ? host.traits().share_offline : host.traits().share_congested;
  if (share <= 0) return;
  Rng rng = host_rng;
  const Distribution spell = is_offline ? offline_length() : Distribution::exponential(minutes(30));
  const double mean_spell =
      is_offline ? 145 * 1.6487 : 30;  // e^½: mean over median of a lognormal, sigma 1
  const Distribution gap = Distribution::exponential(
      Duration(static_cast<std::int64_t>(mean_spell * 60e9 * (1 - share) / share)));
  const Distribution flush = Distribution::uniform(seconds(10), seconds(300));
  EventTime time = from - hours(24 * 14);
  while (time < to) {
    time += gap.sample(rng);
    Duration length = spell.sample(rng);
    if (is_offline) length = std::clamp(length, offline_min, offline_max);
    const Duration flushing = flush.sample(rng);
    if (time + length > from && time < to) {
      periods_.push_back({.begin = time, .end = time + length, .state = state, .flush = flushing});
    }
    time += length;
  }
}

void Delivery::draw_batch(std::int64_t number, State state) {
  Rng rng = batches_.split(static_cast<std::uint64_t>(number));
  batch_ = number;
  batch_state_ = state;
  // A batch leaves when its three seconds are over; ingest adds that wait, event by event.
  delay_ = state == State::congested ? congested_delay().sample(rng) : online_table().sample(rng);
  for (Duration& delay : stream_delay_) {
    delay = Duration(static_cast<std::int64_t>(rng.next() % 5'000'000'000U));
  }
}

IngestTime Delivery::ingest(EventTime time, Kind kind) {
  if (time < last_) period_ = 0;
  last_ = time;
  while (period_ < periods_.size() && periods_[period_].end <= time) ++period_;
  const Period* inside = nullptr;
  for (std::size_t i = period_; i < periods_.size() && periods_[i].begin <= time; ++i) {
    if (periods_[i].end > time && (inside == nullptr || periods_[i].state == State::offline))
      inside = &periods_[i];
  }
  const State state = inside == nullptr ? State::online : inside->state;
  // What waited offline leaves as one batch, so that it arrives in order.
  const EventTime sent = state == State::offline ? inside->begin : time;
  const std::int64_t number = sent.time_since_epoch() / batch_length;
  if (number != batch_ || state != batch_state_) draw_batch(number, state);
  const Duration stream = stream_delay_[stream_of(kind)];
  share_of_spell_.reset();
  Duration at = time.time_since_epoch();
  if (state == State::offline) {
    const double share = static_cast<double>((time - inside->begin).count()) /
                         static_cast<double>((inside->end - inside->begin).count());
    share_of_spell_ = share;
    at = inside->end.time_since_epoch() +
         Duration(static_cast<std::int64_t>(share * static_cast<double>(inside->flush.count()))) +
         stream;
  } else {
    at = (number + 1) * batch_length + delay_ + stream;
  }
  if (scale_ != 1) {
    const double delay = static_cast<double>((at - time.time_since_epoch()).count());
    at = time.time_since_epoch() + Duration(static_cast<std::int64_t>(delay * scale_));
  }
  return IngestTime(std::chrono::ceil<seconds>(at));
}

std::vector<EventTime> Delivery::returns() const {
  std::vector<EventTime> ends;
  for (const Period& period : periods_) {
    if (period.state == State::offline) ends.push_back(period.end);
  }
  std::ranges::sort(ends);
  return ends;
}

}  // namespace eqlab::generators
