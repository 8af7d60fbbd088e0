#include "harness/run/pass.h"

#include <gtest/gtest.h>

#include "harness/run/event_search.h"
#include "harness/run/prepare.h"
#include "tests/unit/run/files.h"

namespace eqlab::run {
namespace {

scan::Plan plan_of(const std::string& query, std::optional<scan::BoundQuery>& bound) {
  const event::Schema& schema = event::Schema::builtin();
  const rule::Rule rule = rule::bare_query(query, "q");
  scan::Plan plan = plan_for(rule, schema);
  bound = plan.bind(*rule::compile(rule, schema));
  (void)plan.carry(field_named(schema, host_field_name));
  return plan;
}

TEST(Pass, FilesHaveNoLabelsButHostsAndATime) {
  std::optional<scan::BoundQuery> bound;
  const scan::Plan plan = plan_of("process where process.name == \"curl\"", bound);
  const auto events =
      scan_events({.files = {test::written("e.ndjson", test::three_events)}}, plan, {}, {});
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->labels, score::Labels::none);
  EXPECT_EQ(events->read.usable, 3U);
  EXPECT_EQ(events->truth.events, 3U);
  EXPECT_EQ(events->truth.hosts.size(), 2U);
  EXPECT_EQ(events->log.size(), 2U);
  EXPECT_EQ(events->candidates, 2U);
  EXPECT_EQ(events->truth.to - events->truth.from, std::chrono::minutes{30});
}

TEST(Pass, WhatNoQueryNeedsIsDroppedAndWithoutQueriesAllStays) {
  std::optional<scan::BoundQuery> bound;
  const scan::Plan plan = plan_of(
      "sequence by host.id with maxspan=1m [process where process.name == \"curl\"] [process where "
      "process.name == \"bash\"]",
      bound);
  const EventSource source{.files = {test::written("e.ndjson", test::three_events)}};
  const auto all = scan_events(source, plan, {}, {});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->log.size(), 3U);
  const PassOptions near{.queries = {{.bound = &*bound}}, .kept_span = std::chrono::minutes{1}};
  const auto kept = scan_events(source, plan, near, {});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->log.size(), 0U) << "29 minutes lie between curl and bash on one host";
  EXPECT_EQ(kept->candidates, 3U);
}

TEST(Pass, AProfileIsLabelledAndSaysWhatItUsed) {
  std::optional<scan::BoundQuery> bound;
  const scan::Plan plan = plan_of("process where process.name == \"curl\"", bound);
  EventSource source;
  source.corpus.events = 5'000;
  std::uint64_t told = 0;
  const Watcher watcher{.progress = [&told](auto, auto done, auto) { told = done; }};
  const auto events = scan_events(source, plan, {.queries = {{.bound = &*bound}}}, watcher);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->labels, score::Labels::given);
  EXPECT_FALSE(events->truth.incidents.empty());
  EXPECT_GT(events->used.hosts, 0U);
  EXPECT_GT(told, 0U);
  const NamedValues options = options_of(source, events->used);
  EXPECT_EQ(options.front(), (NamedValues::value_type{"profile", events->used.profile}));
}

TEST(Pass, AStoppedPassEndsEarly) {
  std::optional<scan::BoundQuery> bound;
  const scan::Plan plan = plan_of("process where true", bound);
  EventSource source;
  source.corpus.events = 2'000'000;
  std::stop_source stop;
  std::uint64_t told = 0;
  const Watcher watcher{.progress =
                            [&](auto, auto done, auto) {
                              told = done;
                              stop.request_stop();
                            },
                        .stop = stop.get_token()};
  (void)scan_events(source, plan, {.queries = {{.bound = &*bound}}}, watcher);
  EXPECT_LT(told, 64U) << "parts in flight end, no new one begins";
}

TEST(Search, TheRuleComesFirstAndWhatIsMissingIsSaid) {
  const auto nothing = EventSearch::prepare({}, "match", {});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, "E905");
  EXPECT_EQ(nothing.error().hint, "write eqlab match RULE EVENTS…, or --query 'EQL'");
  const std::string events = test::written("e.ndjson", test::three_events);
  SearchRequest request;
  request.arguments = {test::written("r.toml", test::curl_rule), events};
  const auto search = EventSearch::prepare(request, "match", {});
  ASSERT_TRUE(search) << search.error().message;
  EXPECT_EQ(search->source.files, std::vector<std::string>{events});
  const auto found = search->scan({});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->log.size(), 2U);
  EXPECT_EQ(place_of(found->read, 2), (std::pair<std::string, std::uint64_t>(events, 2)));
}

}  // namespace
}  // namespace eqlab::run
