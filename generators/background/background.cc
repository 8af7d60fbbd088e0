// Tested in tests/unit/generators/background_test.cc.
#include "generators/background/background.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "generators/draw/portable_math.h"
#include "harness/base/check.h"

namespace eqlab::generators {
namespace {

constexpr double on_share = 0.2;
constexpr double on_minutes = 6;
constexpr double off_minutes = on_minutes * (1 - on_share) / on_share;

constexpr std::array<std::string_view, 16> domains = {
    "www.example.com",    "cdn.example.com",  "api.example.net",   "mail.example.com",
    "static.example.net", "img.example.org",  "login.example.com", "telemetry.example.net",
    "docs.example.com",   "news.example.org", "chat.example.com",  "files.example.net",
    "maps.example.org",   "git.example.com",  "auth.example.net",  "media.example.com"};

Duration exponential(Rng& rng, double mean_minutes) {
  const double u = (static_cast<double>(rng.next() >> 12U) + 0.5) * 0x1.0p-52;
  return Duration(static_cast<std::int64_t>(-portable_log(u) * mean_minutes * 60e9));
}

BurstyArrivals root_arrivals(const Host& host, const Rng& host_rng, EventTime from) {
  const double rate =
      host.root_runner ? listed_per_hour_root_runner : host.traits().listed_per_hour_root;
  return {host_rng.split("listed root times"), rate, from};
}
BurstyArrivals console_arrivals(const Host& host, const Rng& host_rng, EventTime from) {
  return {host_rng.split("listed console times"), host.traits().listed_per_hour_console, from};
}

}  // namespace

Address external_address(std::uint64_t bits) {
  const auto low = static_cast<std::uint32_t>(bits & 0xFFU);
  if (((bits >> 8U) & 7U) == 0)
    return {.bits = static_cast<std::uint32_t>(bits >> 32U) | 0x1'0000U, .is_v6 = true};
  constexpr std::uint32_t test_net_2 = 198U << 24U | 51U << 16U | 100U << 8U;
  constexpr std::uint32_t test_net_3 = 203U << 24U | 0U << 16U | 113U << 8U;
  const std::uint32_t last = 1 + low % 254;
  return {.bits = (((bits >> 11U) & 1U) == 0 ? test_net_2 : test_net_3) | last};
}

BurstyArrivals::BurstyArrivals(Rng rng, double mean_per_hour, EventTime from)
    : rng_(rng),
      gap_minutes_(mean_per_hour > 0 ? 60 * on_share / mean_per_hour : 0),
      now_(from),
      switch_at_(from) {
  is_on_ = rng_.chance(on_share);
  switch_at_ = from + exponential(rng_, is_on_ ? on_minutes : off_minutes);
  if (gap_minutes_ > 0) draw_next();
}

/// Moves `now_` to the next arrival. Waiting times have no memory, so one that crosses the end of a
/// period is simply drawn anew in the next.
void BurstyArrivals::draw_next() {
  for (;;) {
    if (is_on_) {
      now_ += exponential(rng_, gap_minutes_);
      if (now_ < switch_at_) return;
    }
    now_ = switch_at_;
    is_on_ = !is_on_;
    switch_at_ += exponential(rng_, is_on_ ? on_minutes : off_minutes);
  }
}

void BurstyArrivals::advance(EventTime to, std::vector<EventTime>& arrivals) {
  if (gap_minutes_ <= 0) return;
  for (; now_ < to; draw_next()) arrivals.push_back(now_);
}

ListedCounts count_listed(const Host& host, const Rng& host_rng, EventTime from, EventTime to) {
  ListedCounts counts;
  std::vector<EventTime> arrivals;
  root_arrivals(host, host_rng, from).advance(to, arrivals);
  for (const EventTime time : arrivals) counts.root += host.is_awake(time) ? 1U : 0U;
  arrivals.clear();
  console_arrivals(host, host_rng, from).advance(to, arrivals);
  for (const EventTime time : arrivals) counts.console += host.is_working(time) ? 1U : 0U;
  return counts;
}

Background::Background(const BackgroundStories& stories, const Rng& host_rng, HostTables& tables,
                       EventTime from)
    : stories_(stories),
      tables_(tables),
      ballast_rng_(host_rng.split("ballast")),
      listed_rng_(host_rng.split("listed")),
      root_(root_arrivals(tables.host, host_rng, from)),
      console_(console_arrivals(tables.host, host_rng, from)) {}

void Background::add_listed(EventTime to, std::vector<Event>& events) {
  const Host& host = tables_.host;
  arrivals_.clear();
  root_.advance(to, arrivals_);
  for (const EventTime time : arrivals_) {
    if (host.is_awake(time))
      add(stories_.listed_root.draw(host.persona, listed_rng_), time, listed_rng_, events);
  }
  arrivals_.clear();
  console_.advance(to, arrivals_);
  for (const EventTime time : arrivals_) {
    if (host.is_working(time))
      add(stories_.listed_console.draw(host.persona, listed_rng_), time, listed_rng_, events);
  }
}

void Background::add_after_install(EventTime installed, Rng& rng, std::vector<Event>& events) {
  const double window_hours = 2.0 / 60;
  const std::uint64_t count =
      draw_count(rng, tables_.host.traits().listed_extra_after_install * window_hours);
  for (std::uint64_t i = 0; i < count; ++i) {
    const EventTime time = installed + Duration(rng.in_range(0, 120'000'000'000));
    add(stories_.listed_root.draw(tables_.host.persona, rng), time, rng, events);
  }
}

void Background::add_ballast(EventTime from, EventTime to, std::uint64_t wanted,
                             std::vector<Event>& events) {
  if (wanted == 0) return;
  // People and builds work in bouts: half of the stories begin near one of a few moments of the
  // slice.
  const std::int64_t length = (to - from).count();
  std::array<std::int64_t, 4> bouts{};
  for (std::int64_t& bout : bouts) bout = ballast_rng_.in_range(0, length - 1);
  const std::int64_t width = std::min<std::int64_t>(length, 90'000'000'000);
  const std::size_t goal = events.size() + wanted;
  while (events.size() < goal) {
    const std::uint64_t bits = ballast_rng_.next();
    std::int64_t offset = 0;
    if ((bits & 1U) == 0) {
      // The upper 53 bits as a share of the slice.
      offset = static_cast<std::int64_t>(static_cast<double>(bits >> 11U) * 0x1.0p-53 *
                                         static_cast<double>(length));
    } else {
      offset = bouts[(bits >> 1U) & 3U] +
               static_cast<std::int64_t>(static_cast<double>(bits >> 11U) * 0x1.0p-53 *
                                         static_cast<double>(width));
      if (offset >= length) offset -= length;
    }
    const EventTime time = from + Duration(offset);
    const Story& story = stories_.ballast.draw(tables_.host.persona, ballast_rng_);
    if (events.size() + story.steps.size() <= goal) {
      add(story, time, ballast_rng_, events);
    } else {
      add_single(time, events);
    }
  }
}

void Background::add_single(EventTime time, std::vector<Event>& events) {
  Event event;
  event.time = whole_microseconds(time);
  event.process = index_of(Standing::nsurlsessiond);
  event.image = index_of(Standing::nsurlsessiond);
  event.parent = index_of(Standing::launchd);
  event.parent_image = index_of(Standing::launchd);
  event.kind = Kind::connect;
  const std::uint64_t bits = ballast_rng_.next();
  event.detail =
      tables_.add_flow({.destination = external_address(bits), .domain = domains[bits >> 60U]});
  events.push_back(event);
}

void Background::add(const Story& story, EventTime time, Rng& rng, std::vector<Event>& events) {
  std::array<ProcessIndex, 8> members{};
  EQLAB_ASSERT(story.members.size() <= members.size());
  const auto index = [&members](Actor actor) {
    return actor.is_standing ? actor.number : members[actor.number];
  };
  bool is_first = true;
  std::uint32_t flow = nothing;
  for (const StoryStep& step : story.steps) {
    if (!is_first) time += stories_.paces[static_cast<std::size_t>(step.pace)].sample(rng);
    is_first = false;
    Event event;
    event.time = whole_microseconds(time);
    event.kind = step.kind;
    if (step.actor.is_standing) {
      const auto process = static_cast<Standing>(step.actor.number);
      event.user = user_of(process);
    } else {
      event.user = story.members[step.actor.number].user;
    }
    if (step.kind == Kind::fork) {
      const ProcessIndex parent = index(story.members[step.actor.number].parent);
      members[step.actor.number] =
          tables_.add_process(event.time, parent, tables_.processes[parent].image);
    }
    event.process = index(step.actor);
    Process& process = tables_.processes[event.process];
    if (step.kind == Kind::exec) process.image = step.image;
    event.image = process.image;
    event.parent = process.parent;
    event.parent_image = tables_.processes[process.parent].image;
    if (step.kind == Kind::connect || (step.kind == Kind::lookup && flow == nothing)) {
      const std::uint64_t bits = rng.next();
      flow = tables_.add_flow(
          {.destination = external_address(bits),
           .destination_port = step.kind == Kind::lookup ? std::uint16_t{53} : story.port,
           .sent = static_cast<std::uint32_t>(300 + ((bits >> 16U) & 0xFFFU)),
           .received = static_cast<std::uint32_t>(900 + ((bits >> 28U) & 0x3FFFFU)),
           .domain = domains[bits >> 60U]});
    }
    if (step.kind == Kind::connect || step.kind == Kind::disconnect || step.kind == Kind::lookup)
      event.detail = flow;
    if (step.kind == Kind::modification) {
      const std::uint64_t bits = rng.next();
      event.detail = tables_.add_change({.path = story.files[(bits >> 40U) % story.files.size()],
                                         .size = 200 + (bits & 0x3FFFFU),
                                         .inode = bits >> 32U,
                                         .label = {},
                                         .job_args = {}});
    }
    events.push_back(event);
  }
}

}  // namespace eqlab::generators
