#include "harness/schedule/range_field.h"

#include <gtest/gtest.h>

#include <fstream>

#include "harness/event/io/reader.h"
#include "harness/scan/scanner.h"
#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/tiny_log.h"

// build_events_query.ts: which events a window holds when it goes by another field
// than the one that orders them. Slot 1 carries P, slot 2 carries S.
namespace eqlab::schedule {
namespace {

using scan::CandidateIndex;
using tiny::at;
using Kind = TimeSource::Kind;

constexpr double minute = 60;

RangeField by_ingest(bool falls_back) {
  RangeField range{.primary = {.kind = Kind::carried, .slot = 1, .whole_seconds = true}};
  if (falls_back) range.fallback = TimeSource{};
  return range;
}

std::vector<std::string> held(const std::vector<tiny::Event>& events, const SearchWindow& window,
                              const std::optional<RangeField>& range) {
  const scan::CandidateLog log = tiny::log_of(events, 2, 1, 2);
  const RangeIndex index(log, range);
  std::vector<std::string> out;
  for (const CandidateIndex c : index.inside(window)) {
    EXPECT_TRUE(is_inside(log, c, window, range));
    out.emplace_back(log.event_id(c));
  }
  std::size_t count = 0;
  for (const CandidateIndex c : log.all()) count += is_inside(log, c, window, range) ? 1U : 0U;
  EXPECT_EQ(count, out.size());
  return out;
}

using Ids = std::vector<std::string>;

TEST(RangeField, BothEndsBelongToTheWindow) {
  const std::vector<tiny::Event> events = {{.id = "before", .at = 9.999},
                                           {.id = "first", .at = 10},
                                           {.id = "last", .at = 20},
                                           {.id = "after", .at = 20.001}};
  const SearchWindow window{at(10), at(20)};
  EXPECT_EQ(held(events, window, std::nullopt), (Ids{"first", "last"}));
  EXPECT_EQ(held(events, window, RangeField{}), (Ids{"first", "last"}));
}

TEST(RangeField, WithoutFallbackAnEventWithoutTheFieldIsNeverSeen) {
  const std::vector<tiny::Event> events = {{.id = "in", .at = 0, .dates = {15.0}},
                                           {.id = "out", .at = 15, .dates = {30.0}},
                                           {.id = "none", .at = 15}};
  const SearchWindow window{at(10), at(20)};
  EXPECT_EQ(held(events, window, by_ingest(false)), Ids{"in"});
  EXPECT_EQ(held(events, window, by_ingest(true)), (Ids{"in", "none"}))
      << "the event time of one whose field lies outside does not help it";
}

TEST(RangeField, FallsBackToAnotherCarriedField) {
  RangeField range = by_ingest(false);
  range.fallback = TimeSource{.kind = Kind::carried, .slot = 2};
  const std::vector<tiny::Event> events = {
      {.id = "second", .at = 900, .dates = {std::nullopt, 15.0}},
      {.id = "first", .at = 900, .dates = {30.0, 15.0}},
      {.id = "neither", .at = 15}};
  EXPECT_EQ(held(events, {at(10), at(20)}, range), Ids{"second"});
}

TEST(RangeField, IngestTimesAreCutToWholeSeconds) {
  const std::vector<tiny::Event> events = {{.id = "x", .at = 0, .dates = {20.9}},
                                           {.id = "y", .at = 0, .dates = {9.9}}};
  EXPECT_EQ(held(events, {at(10), at(20)}, by_ingest(false)), Ids{"x"});
  RangeField exact = by_ingest(false);
  exact.primary.whole_seconds = false;
  EXPECT_EQ(held(events, {at(10), at(20)}, exact), Ids{});
}

TEST(RangeField, UndatedEventsCanStillLieInside) {
  const std::vector<tiny::Event> events = {{.id = "u", .at = 0, .dates = {15.0}, .dated = false},
                                           {.id = "v", .at = 15, .dated = false}};
  EXPECT_EQ(held(events, {at(10), at(20)}, by_ingest(true)), Ids{"u"});
  EXPECT_EQ(held(events, {at(10), at(20)}, std::nullopt), Ids{});
  // Alone they alert, in sequences they have no place.
  const tiny::Rule rule = tiny::rule_of({"process"}, std::nullopt);
  const scan::CandidateLog log =
      tiny::log_of({{.id = "u", .at = 0, .stages = {0}, .dates = {15.0}, .dated = false}}, 1, 1, 1);
  const Simulation out = simulate(log, match::Matcher(rule.query, rule.binding), {},
                                  {.start = at(0), .range = by_ingest(true)});
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.alerts[0].started_at, tiny::wall(5 * minute));
}

TEST(RangeField, AnUnmappedFieldIsNoEventsField) {
  const std::vector<tiny::Event> events = {{.id = "x", .at = 15}};
  RangeField range{.primary = {.kind = Kind::absent}};
  EXPECT_EQ(held(events, {at(10), at(20)}, range), Ids{});
  range.fallback = TimeSource{};
  EXPECT_EQ(held(events, {at(10), at(20)}, range), Ids{"x"});
}

TEST(RangeField, OfSeveralValuesAnyMayLieInside) {
  scan::CandidateLog log(1, 1, false);
  const std::uint64_t word = 1;
  const auto value = [](double s) { return event::Value(at(s).time_since_epoch().count()); };
  log.add({.filter_words = {&word, 1}, .event_time = at(0), .id = "x", .source = {}},
          std::vector<std::vector<event::Value>>{{value(5), value(15), value(16)}});
  log.finish();
  const RangeField range{.primary = {.kind = Kind::carried, .slot = 0}};
  EXPECT_TRUE(is_inside(log, 0, {at(10), at(20)}, range));
  EXPECT_FALSE(is_inside(log, 0, {at(17), at(20)}, range));
  EXPECT_EQ(RangeIndex(log, range).inside({at(10), at(20)}), std::vector<CandidateIndex>{0});
  EXPECT_EQ(RangeIndex(log, range).first(), at(5));
  EXPECT_EQ(RangeIndex(log, range).last(), at(16));
}

TEST(RangeField, NoEvents) {
  const scan::CandidateLog log = tiny::log_of({}, 2, 1, 2);
  EXPECT_FALSE(RangeIndex(log, by_ingest(true)).first().has_value());
  EXPECT_FALSE(RangeIndex(log, std::nullopt).last().has_value());
}

Simulation run_by_ingest(const std::vector<tiny::Event>& events) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const scan::CandidateLog log = tiny::log_of(events, 2, 1, 1);
  return simulate(log, match::Matcher(rule.query, rule.binding),
                  {.interval = std::chrono::minutes{5}, .look_back = std::chrono::minutes{9}},
                  {.start = at(0), .refresh = Duration::zero(), .range = by_ingest(true)});
}

TEST(RangeField, F9AnOlderStartThatWasIngestedLaterMakesAnArtefact) {
  // Run 10:05 sees all three and pairs the newer start. Run 10:10 looks back to 10:01: the newer
  // start's ingest time has left the window, the older one's has not.
  const Simulation out =
      run_by_ingest({{.id = "old", .at = 55, .stages = {0}, .delay = 10, .dates = {65.0}},
                     {.id = "new", .at = 58, .stages = {0}, .dates = {58.0}},
                     {.id = "b", .at = 70, .stages = {1}, .dates = {70.0}}});
  ASSERT_EQ(out.alerts.size(), 2U);
  EXPECT_EQ(out.alerts[0].match.events, (std::vector<CandidateIndex>{1, 2}));
  EXPECT_EQ(out.alerts[0].started_at, tiny::wall(5 * minute));
  EXPECT_EQ(out.alerts[1].match.events, (std::vector<CandidateIndex>{0, 2})) << "(a″, b)";
  EXPECT_EQ(out.alerts[1].started_at, tiny::wall(10 * minute));
}

Result<std::optional<RangeField>> planned(const rule::Rule& rule, const event::Schema& schema) {
  scan::Plan plan(scan::Plan::options_for(schema, rule.timestamp_field, ""));
  return carry_range_field(rule, schema, plan);
}

TEST(CarryRangeField, OrdinaryRulesGoByTheEventTime) {
  rule::Rule rule;
  EXPECT_FALSE(planned(rule, event::Schema::builtin())->has_value());
  rule.timestamp_override = "@timestamp";
  EXPECT_FALSE(planned(rule, event::Schema::builtin())->has_value());
}

TEST(CarryRangeField, AnOverrideIsCarriedAndFallsBack) {
  rule::Rule rule;
  rule.timestamp_override = "event.ingested";
  const auto range = planned(rule, event::Schema::builtin());
  ASSERT_TRUE(range && *range);
  EXPECT_EQ((*range)->primary,
            (TimeSource{.kind = Kind::carried, .slot = 0, .whole_seconds = true}));
  EXPECT_EQ((*range)->fallback, TimeSource{});
  rule.texts["timestamp_override_fallback_disabled"] = "true";
  EXPECT_FALSE((*planned(rule, event::Schema::builtin()))->fallback.has_value());
  rule.texts["timestamp_override_fallback_disabled"] = "false";
  EXPECT_TRUE((*planned(rule, event::Schema::builtin()))->fallback.has_value());
}

TEST(CarryRangeField, OrderingByAnotherFieldDoesNotMoveTheWindow) {
  rule::Rule rule;
  rule.timestamp_field = "event.created";
  const auto range = planned(rule, event::Schema::builtin());
  ASSERT_TRUE(range && *range);
  EXPECT_EQ((*range)->primary, (TimeSource{.kind = Kind::carried, .slot = 0}));
  EXPECT_FALSE((*range)->fallback.has_value());
  rule.timestamp_override = "event.created";
  const auto same = planned(rule, event::Schema::builtin());
  ASSERT_TRUE(same && *same);
  EXPECT_EQ((*same)->primary, TimeSource{});
  EXPECT_EQ((*same)->fallback, (TimeSource{.kind = Kind::carried, .slot = 0}));
}

TEST(CarryRangeField, AFieldThatIsNoDateIsAnError) {
  rule::Rule rule;
  rule.timestamp_override = "process.name";
  const auto range = planned(rule, event::Schema::builtin());
  ASSERT_FALSE(range);
  EXPECT_EQ(range.error().code, "E660");
  EXPECT_EQ(range.error().message, "process.name is keyword, not a date: searches cannot go by it");
}

TEST(CarryRangeField, UnknownFieldsAreDatesWhereTheSchemaMayNotKnowAll) {
  rule::Rule rule;
  rule.timestamp_override = "acme.seen";
  EXPECT_EQ((*planned(rule, event::Schema::builtin()))->primary.kind, Kind::carried);
  const event::Schema closed =
      event::Schema::of({{.name = "@timestamp", .type = event::FieldType::date}});
  EXPECT_EQ((*planned(rule, closed))->primary.kind, Kind::absent);
}

TEST(CarryRangeField, DocumentsAreReadAsTheWindowReadsThem) {
  const event::Schema& schema = event::Schema::builtin();
  rule::Rule rule = rule::bare_query("any where true", "q");
  rule.timestamp_override = "event.ingested";
  const auto query = rule::compile(rule, schema);
  ASSERT_TRUE(query);
  scan::Plan plan(scan::Plan::options_for(schema, rule.timestamp_field, ""));
  const scan::QueryBinding binding = plan.add(*query);
  const auto range = carry_range_field(rule, schema, plan);
  ASSERT_TRUE(range && *range);
  const std::string text =
      "{\"@timestamp\":\"2026-03-02T09:15:00Z\",\"event\":{\"ingested\":"
      "\"2026-03-02T10:00:00.900Z\",\"category\":\"process\"}}\n"
      "{\"@timestamp\":\"2026-03-02T10:00:00Z\",\"event\":{\"category\":\"process\"}}\n";
  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  const std::string path = ::testing::TempDir() + "eqlab_range_field.ndjson";
  std::ofstream(path) << text;
  using Batches = std::vector<event::EventBatch>;
  const auto report = event::read_events<Batches>(
      {.paths = {path}}, plan.projection(),
      [](Batches& batches, const event::EventBatch& batch) { batches.push_back(batch); },
      [&](Batches&& batches) {
        for (const event::EventBatch& batch : batches) ASSERT_TRUE(scanner.scan(batch, log));
      },
      {});
  ASSERT_TRUE(report);
  log.finish();
  ASSERT_EQ(log.size(), 2U);
  const SearchWindow window{at(0), at(0)};
  EXPECT_TRUE(is_inside(log, 0, window, *range)) << "ingested within the second";
  EXPECT_TRUE(is_inside(log, 1, window, *range)) << "by its event time";
  EXPECT_EQ(binding.stages.size(), 1U);
}

}  // namespace
}  // namespace eqlab::schedule
