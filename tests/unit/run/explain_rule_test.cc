// One rule explained over a small labelled corpus, as `eqlab explain` calls it.
#include "harness/run/explain_rule.h"

#include <gtest/gtest.h>

#include "harness/base/text.h"
#include "harness/event/io/reader.h"
#include "harness/run/prepare.h"
#include "tests/unit/event/reading.h"

namespace eqlab::run {
namespace {

using event::testing::TempFolder;
using explain::Explained;
using explain::ExplainedRun;
using explain::Reason;
using truth::Incident;
using truth::Role;

constexpr std::int64_t ten_o_clock = 1'772'445'600'000;  // 2026-03-02T10:00:00Z, milliseconds

EventTime at(double seconds) {
  return EventTime{
      std::chrono::milliseconds{ten_o_clock + static_cast<std::int64_t>(seconds * 1000)}};
}

std::string line_of(const std::string& id, const std::string& host, const std::string& category,
                    const std::string& name, double seconds) {
  return format(R"({{"@timestamp":"{}","event":{{"category":"{}","id":"{}"}},"host":{{"id":"{}"}},)"
                R"("process":{{"name":"{}"}}}})"
                "\n",
                format_iso8601(at(seconds).time_since_epoch().count()), category, id, host, name);
}

/// A shell and its connection `gap` seconds later, on a host of their own.
struct Story {
  std::string host;
  double gap = 1;
  truth::Intent intent = truth::Intent::malicious;
  bool is_in_input = true;
};

Incident incident_of(const Story& story, double start) {
  Incident out;
  out.id = "I-" + story.host;
  out.scenario = "M01";
  out.title = "a shell that connects";
  out.intent = story.intent;
  out.behaviour = truth::Behaviour::connects;
  out.host_id = story.host;
  out.host_name = "mac-" + story.host;
  out.first = at(start);
  out.last = at(start + story.gap);
  out.events.resize(2);
  truth::IncidentEvent& script = out.events[0];
  script.id = story.host + "1";
  script.role = Role::script;
  script.time = at(start);
  script.what = "exec sh";
  truth::IncidentEvent& network = out.events[1];
  network.id = story.host + "2";
  network.role = Role::network;
  network.time = at(start + story.gap);
  network.what = "connect curl 203.0.113.8:443";
  out.true_pairs = {{0, 1}};
  return out;
}

/// Files with events and, if asked for, labels; and what a question of them is answered.
class Corpus {
 public:
  enum class Labels : std::uint8_t { none, beside };

  Corpus(const std::vector<Story>& stories, Labels labels) {
    std::string events;
    truth::Truth truth;
    truth.from = at(-3'600);
    truth.to = at(7'200);
    double start = 0;
    for (const Story& story : stories) {
      truth.hosts.emplace_back();
      truth.hosts.back().id = story.host;
      truth.hosts.back().name = "mac-" + story.host;
      truth.incidents.push_back(incident_of(story, start));
      if (story.is_in_input) {
        events += line_of(story.host + "1", story.host, "process", "sh", start) +
                  line_of(story.host + "2", story.host, "network", "curl", start + story.gap);
      }
      start += 600;
    }
    truth.events = 2 * stories.size();
    folder_.write("events-0001.ndjson", events);
    if (labels == Labels::none) return;
    folder_.write("truth.ndjson", truth::write_truth(truth));
    folder_.write("manifest.json", "{}");  // so that labels are not taken for events
  }

  [[nodiscard]] Result<ExplainedRun> ask(const ExplainRequest& request) const {
    const rule::Rule rule = rule::bare_query(
        "sequence by host.id with maxspan=30s [process where process.name == \"sh\"] "
        "[network where process.name == \"curl\"]",
        "query");
    const event::Schema& schema = event::Schema::builtin();
    EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema));
    scan::Plan plan = plan_for(rule, schema);
    const scan::BoundQuery bound = plan.bind(std::move(query));
    const std::vector<std::string> paths = {folder_.path()};
    EQLAB_TRY(const auto explaining,
              RuleExplanation::prepare(
                  {.rule = rule, .schema = schema, .bound = bound, .plan = plan}, request, paths));
    EQLAB_TRY(const event::ReadReport read, event::read_events<RuleExplanation::Piece>(
                                                {.paths = paths}, plan.projection(),
                                                explaining->scan_batch(), explaining->take(), {}));
    if (auto finished = explaining->finish(); !finished) return fail(std::move(finished.error()));
    return explaining->explain(read);
  }

  /// The code of the error.
  [[nodiscard]] std::string failure_of(const ExplainRequest& request) const {
    const auto answer = ask(request);
    return answer ? "none" : answer.error().code;
  }

 private:
  TempFolder folder_;
};

/// a is caught, b comes too late, c is benign and raises an alert, d is in the labels alone.
Corpus labelled() {
  return Corpus({{.host = "a"},
                 {.host = "b", .gap = 33.2},
                 {.host = "c", .intent = truth::Intent::benign},
                 {.host = "d", .is_in_input = false}},
                Corpus::Labels::beside);
}

TEST(ExplainRule, AnEventByItsIdOrLine) {
  const Corpus corpus = labelled();
  for (const std::string name : {"b2", "4"}) {
    const auto answer = corpus.ask({.event = name});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->items.size(), 1U);
    EXPECT_EQ(answer->items[0].title, "event on line 4 · b2");
    EXPECT_EQ(answer->items[0].reason, Reason::over_maxspan);
    EXPECT_EQ(answer->events_read, 6U);
    EXPECT_EQ(answer->matches_found, 2U);
  }
  EXPECT_EQ(corpus.failure_of({.event = "z9"}), "E409");
}

TEST(ExplainRule, WithoutASubjectTheFirstMatch) {
  const auto answer = labelled().ask({});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->items.size(), 1U);
  EXPECT_EQ(answer->items[0].title, "the first of 2 matches");
}

TEST(ExplainRule, IncidentsHaveTheReasonsOfTheScorecard) {
  const auto answer = labelled().ask({.incidents = {.ids = {"I-a", "I-b", "I-c"}}});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->items.size(), 3U);
  const Explained& caught = answer->items[0];
  EXPECT_TRUE(caught.is_match);
  EXPECT_EQ(caught.reason, Reason::matched);
  EXPECT_EQ(caught.title, "I-a  M01 a shell that connects · host mac-a · malicious · caught");
  const Explained& missed = answer->items[1];
  EXPECT_FALSE(missed.is_match);
  EXPECT_EQ(missed.reason, Reason::over_maxspan);
  EXPECT_EQ(missed.title.substr(missed.title.rfind(' ') + 1), "missed");
  EXPECT_EQ(missed.explanation.stages.size(), 2U);
  EXPECT_EQ(missed.facts.front(), std::pair(std::string("incident"), std::string("I-b")));
  EXPECT_TRUE(answer->items[2].title.ends_with("raised an alert"));
}

TEST(ExplainRule, MissesAreThoseOfMaliciousIncidents) {
  const auto answer = Corpus({{.host = "a"}, {.host = "b", .gap = 40}, {.host = "c", .gap = 50}},
                             Corpus::Labels::beside)
                          .ask({.incidents = {.misses_max = 1}});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->items.size(), 1U);
  EXPECT_EQ(answer->items[0].facts[0].second, "I-b");
}

TEST(ExplainRule, MissesWithoutLabelsAreTheNearestMisses) {
  const auto answer = Corpus({{.host = "a"}, {.host = "b", .gap = 40}}, Corpus::Labels::none)
                          .ask({.incidents = {.misses_max = 5}});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->items.size(), 1U);
  EXPECT_EQ(answer->items[0].kind, Explained::Kind::near_miss);
  EXPECT_EQ(answer->items[0].reason, Reason::over_maxspan);
}

TEST(ExplainRule, IncidentsThatCannotBeExplainedAreErrors) {
  EXPECT_EQ(
      Corpus({{.host = "a"}}, Corpus::Labels::none).failure_of({.incidents = {.ids = {"I-a"}}}),
      "E407");
  const Corpus corpus = labelled();
  EXPECT_EQ(corpus.failure_of({.incidents = {.ids = {"I-z"}}}), "E408");
  EXPECT_EQ(corpus.failure_of({.incidents = {.ids = {"I-d"}}}), "E408") << "not in the input";
  EXPECT_EQ(corpus.failure_of({.incidents = {.ids = {"I-a"}, .truth_file = "/nowhere"}}), "E901");
}

}  // namespace
}  // namespace eqlab::run
