#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "generators/corpus/corpus.h"
#include "generators/corpus/describe.h"
#include "generators/stats/event_stats.h"
#include "harness/base/rng.h"

namespace eqlab::generators {
namespace {

class Stats : public testing::Test {
 protected:
  Result<EventStats> measure(const std::string& text, unsigned threads = 1) {
    std::ofstream(path_, std::ios::binary) << text;
    return measure_events({.paths = {path_.string()}, .threads = threads}, nullptr, {});
  }
  ~Stats() override { std::filesystem::remove(path_); }
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / "eqlab_stats.ndjson";
};

TEST_F(Stats, AreThoseThatCanBeCountedByHand) {
  const auto stats = measure(
      R"({"@timestamp":"2026-03-02T10:00:00Z","host":{"id":"a"},"event":{"category":["process"],"type":["start"],"action":"exec","ingested":"2026-03-02T10:00:10Z"},"process":{"entity_id":"p1","name":"bash","parent":{"entity_id":"p0"}}}
{"@timestamp":"2026-03-02T10:00:01Z","host":{"id":"a"},"event":{"category":["process"],"type":["start","end"],"action":["fork","exec","end"],"ingested":"2026-03-02T10:00:31Z"},"process":{"entity_id":"p2","name":"curl","parent":{"entity_id":"p0"}}}
{"@timestamp":"2026-03-02T10:00:02Z","host":{"id":"a"},"event":{"category":["network"],"type":["start"],"action":"connection_attempted","ingested":"2026-03-02T09:59:00Z"},"process":{"entity_id":"p1","name":"bash"}}
{"@timestamp":"2026-03-03T11:30:00Z","host":{"id":"b"},"event":{"category":["file"],"type":["change"],"action":"modification"},"process":{"name":"bash"}}
{"host":{"id":"b"},"event":{"category":["file"]}}
not json
)");
  ASSERT_TRUE(stats) << render(stats.error());
  EXPECT_EQ(stats->read.usable, 5U);
  EXPECT_EQ(stats->read.malformed, 1U);
  EXPECT_EQ(stats->hosts, 2U);
  EXPECT_EQ(stats->host_hours, 2U);
  EXPECT_EQ(stats->categories.at("process"), 2U);
  EXPECT_EQ(stats->categories.at("file"), 2U);
  EXPECT_EQ(stats->actions.at("fork+exec+end"), 1U);
  EXPECT_EQ(stats->by_hour[10], 3U);
  EXPECT_EQ(stats->by_hour[11], 1U);
  EXPECT_EQ(stats->by_weekday[0], 3U) << "a Monday";
  EXPECT_EQ(stats->delay.count(), 3U);
  EXPECT_EQ(stats->early_ingest, 1U);
  EXPECT_EQ(stats->children.max(), 2) << "two starts under p0";
  EXPECT_EQ(stats->start_to_connection.count(), 1U);
  EXPECT_NEAR(static_cast<double>(stats->start_to_connection.quantile(0.5)), 2e9, 2e9 / 64);
  EXPECT_EQ(stats->process_names, 2U);
  ASSERT_FALSE(stats->common_names.empty());
  EXPECT_EQ(stats->common_names.front(), (std::pair<std::string, std::uint64_t>("bash", 3)));
}

TEST_F(Stats, TellAClockFromChanceAndFromBursts) {
  const auto timeline = [](const std::function<std::int64_t(int)>& milliseconds) {
    std::string text;
    for (int i = 0; i < 30'000; ++i)
      text += "{\"@timestamp\":" + std::to_string(1'772'445'600'000 + milliseconds(i)) +
              ",\"host\":{\"id\":\"a\"},\"event\":{\"category\":\"process\"}}\n";
    return text;
  };
  Rng rng(3);
  std::int64_t now = 0;
  const auto clock = measure(timeline([](int i) { return i * 1000; }));
  ASSERT_TRUE(clock);
  EXPECT_NEAR(clock->burstiness_median, -1, 1e-9);
  const auto chance = measure(timeline(
      [&](int) { return now += static_cast<std::int64_t>(-1000 * std::log(1 - rng.uniform())); }));
  ASSERT_TRUE(chance);
  EXPECT_NEAR(chance->burstiness_median, 0, 0.05);
  EXPECT_NEAR(chance->fano_median, 1, 0.25);
  const auto bursts = measure(timeline([](int i) { return (i / 100) * 600'000 + i % 100; }));
  ASSERT_TRUE(bursts);
  EXPECT_GT(bursts->burstiness_median, 0.7);
  EXPECT_GT(bursts->fano_median, 10);
}

TEST_F(Stats, NeedAtLeastOneEvent) {
  const auto stats = measure("nothing here\n");
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().code, "E406");
}

TEST(Descriptions, CountWhatWillBeMade) {
  const auto corpus = Corpus::plan({.profile = "storm", .events = 400'000, .hosts = 200});
  ASSERT_TRUE(corpus) << render(corpus.error());
  const CorpusDescription description = describe(*corpus);
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus->part_count(); ++part)
    corpus->make_batches(
        part, {}, [](const event::EventBatch&) {}, truth);
  std::map<std::string, std::uint64_t> made;
  for (const truth::Incident& incident : truth.incidents) ++made[incident.scenario];
  std::uint64_t installs = 0;
  for (const auto& row : description.scenarios) {
    EXPECT_EQ(made[row.id], row.installs) << row.id;
    installs += row.installs;
  }
  EXPECT_EQ(installs, truth.incidents.size());
  std::uint64_t of_personas = 0;
  std::uint32_t hosts = 0;
  for (const auto& row : description.personas) {
    of_personas += row.installs;
    hosts += row.hosts;
  }
  EXPECT_EQ(of_personas, installs);
  EXPECT_EQ(hosts, 200U);
  EXPECT_EQ(description.events, 400'000U);
  EXPECT_EQ(description.faults.size(), 2U) << "merging and clocks";
}

}  // namespace
}  // namespace eqlab::generators
