#include "generators/fault/delivery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace eqlab::generators {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr EventTime monday{seconds(1'772'409'600)};

/// Delays in seconds of one event a minute over many hosts.
std::vector<double> delays(Persona persona, std::uint32_t hosts, int days) {
  std::vector<double> values;
  for (std::uint32_t index = 0; index < hosts; ++index) {
    const Host host = make_host(Rng(2), index, persona);
    Delivery delivery(host, Rng(50 + index), monday, monday + hours(25 * days));
    for (int m = 0; m < days * 24 * 60; ++m) {
      // Sixty-one seconds, so that every place within a batch comes up.
      const EventTime time = monday + seconds(61) * m;
      const IngestTime ingest = delivery.ingest(time, Kind::exec);
      values.push_back(
          static_cast<double>((ingest.time_since_epoch() - time.time_since_epoch()).count()) / 1e9);
    }
  }
  std::ranges::sort(values);
  return values;
}

double quantile(const std::vector<double>& values, double p) {
  return values[static_cast<std::size_t>(p * static_cast<double>(values.size()))];
}

TEST(Delivery, MostEventsOfAServerArriveWithinHalfAMinute) {
  const std::vector<double> values = delays(Persona::ci, 40, 20);
  // 0-3 s until the batch leaves, a lognormal of median 6 s, 0-5 s for the stream.
  EXPECT_NEAR(quantile(values, 0.5), 10.5, 1);
  EXPECT_NEAR(quantile(values, 0.9), 22, 4);
  EXPECT_GT(values.front(), 0);
}

TEST(Delivery, TheShareAndTheLengthOfBeingOfflineAreThePersonaS) {
  const std::vector<double> values = delays(Persona::office, 100, 40);
  const auto offline = static_cast<double>(values.end() - std::ranges::lower_bound(values, 1200));
  EXPECT_NEAR(offline / static_cast<double>(values.size()),
              traits_of(Persona::office).share_offline, 0.006);
  const std::vector<double> waits(std::ranges::lower_bound(values, 1200), values.end());
  EXPECT_NEAR(quantile(waits, 0.5) / 3600, 3.3, 0.8);
  EXPECT_NEAR(quantile(waits, 0.95) / 3600, 17, 6);
}

TEST(Delivery, WhatWaitedOfflineArrivesInOrder) {
  const Host host = make_host(Rng(2), 1, Persona::office);
  int flushed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Delivery delivery(host, Rng(seed), monday, monday + hours(24 * 7));
    IngestTime last{};
    bool was_waiting = false;
    for (int s = 0; s < 7 * 24 * 360; ++s) {
      const EventTime time = monday + seconds(10 * s);
      const IngestTime ingest = delivery.ingest(time, Kind::connect);
      const bool is_waiting = ingest.time_since_epoch() - time.time_since_epoch() > minutes(20);
      if (is_waiting && was_waiting) {
        EXPECT_GE(ingest, last);
        ++flushed;
      }
      was_waiting = is_waiting;
      last = ingest;
    }
  }
  EXPECT_GT(flushed, 1000);
}

TEST(Delivery, EventsOfOneBatchAndStreamArriveTogetherAndStreamsApart) {
  const Host host = make_host(Rng(2), 1, Persona::ci);
  Delivery delivery(host, Rng(5), monday, monday + hours(24));
  int apart = 0;
  for (int s = 0; s < 3000; s += 3) {
    const EventTime time = monday + seconds(s);
    const IngestTime first = delivery.ingest(time, Kind::exec);
    EXPECT_EQ(first, delivery.ingest(time + seconds(1), Kind::end));
    apart += first == delivery.ingest(time + seconds(1), Kind::connect) ? 0 : 1;
  }
  EXPECT_GT(apart, 600);
}

TEST(Delivery, IngestTimesAreWholeSecondsAfterTheEvent) {
  const Host host = make_host(Rng(2), 1, Persona::office);
  Delivery delivery(host, Rng(5), monday, monday + hours(24));
  for (int m = 0; m < 1440; ++m) {
    const EventTime time = monday + minutes(m) + Duration(123'456'000);
    const IngestTime ingest = delivery.ingest(time, Kind::fork);
    EXPECT_EQ(ingest.time_since_epoch() % seconds(1), Duration::zero());
    EXPECT_GT(ingest.time_since_epoch(), time.time_since_epoch());
  }
}

}  // namespace
}  // namespace eqlab::generators
