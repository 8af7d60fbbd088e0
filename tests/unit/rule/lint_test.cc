#include <gtest/gtest.h>

#include "harness/base/text.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {
namespace {

using std::chrono::seconds;

eql::CheckedQuery sequence(std::optional<Duration> maxspan) {
  eql::CheckedQuery query;
  query.kind = eql::QueryKind::sequence;
  query.maxspan = maxspan;
  query.syntax.kind = eql::QueryKind::sequence;
  return query;
}

/// A sequence rule with a sound schedule and the given lines added or replacing it.
Rule rule_with(const std::string& lines) {
  std::string text =
      "[rule]\nname = \"n\"\ntype = \"eql\"\nquery = 'any where true'\nindex = [\"x\"]\n";
  if (lines.find("severity =") == std::string::npos) text += "severity = \"medium\"\n";
  if (lines.find("risk_score =") == std::string::npos) text += "risk_score = 47\n";
  if (lines.find("from =") == std::string::npos) text += "from = \"now-13m\"\n";
  auto rule = parse_rule_toml(text + lines + "\n", "r.toml");
  EXPECT_TRUE(rule) << render(rule.error());
  return *rule;
}

/// `CODE severity line message | hint`, one a line.
std::string findings(const Rule& rule, const eql::CheckedQuery& query) {
  std::string out;
  for (const Diagnostic& d : lint(rule, query)) {
    out += format("{} {} {} {} | {}\n", d.code, to_string(d.severity), d.place->line, d.message,
                  d.hint);
  }
  return out;
}

TEST(Lint, ASoundScheduleGetsOneNote) {
  EXPECT_EQ(findings(rule_with(""), sequence(seconds{30})),
            "L315 note 8 every match is seen if its events arrive within 450 s; the budget is 120 "
            "s | \n");
}

TEST(Lint, FirstRuleToleratesOneDelayButNotAFailedRun) {
  // L = 540, T = 300, M = 30, d = 120: L - T - M = 210; 2T + M + d - L = 210.
  EXPECT_EQ(
      findings(rule_with("from = \"now-9m\""), sequence(seconds{30})),
      "L316 warning 8 one failed run loses 210 s of events, two in a row 510 s; runs more than "
      "1,740 s apart leave time that is never searched | from = \"now-13m\"\n"
      "L315 note 8 every match is seen if its events arrive within 210 s; the budget is 120 "
      "s | \n");
}

TEST(Lint, HolesBetweenRunsAreErrors) {
  EXPECT_EQ(findings(rule_with("from = \"now-4m\""), sequence(seconds{30})),
            "L303 error 8 60 s of every 300 s are never read | from = \"now-8m\"\n");
  EXPECT_EQ(findings(rule_with("from = \"now-5m\""), sequence(seconds{30})),
            "L303 error 8 sequences that use maxspan can fall between two runs: the look-back is "
            "30 s too short; of those that use all of it 10.0 % are lost | from = \"now-8m\"\n");
}

TEST(Lint, LookBackOfExactlyIntervalAndMaxspanIsNoHole) {
  const std::string found = findings(rule_with("from = \"now-330s\""), sequence(seconds{30}));
  EXPECT_EQ(found.find("L303"), std::string::npos) << found;
  EXPECT_NE(found.find("L315 warning 8 events that arrive more than 0 s late can be missed; the "
                       "budget is 120 s late, where 40.0 % of the matches that come so late are "
                       "missed, and a run 15 s late | from = \"now-8m\""),
            std::string::npos)
      << found;
}

TEST(Lint, TheSuggestedFromMendsWhatItIsSuggestedFor) {
  EXPECT_NE(findings(rule_with("from = \"now-7m\""), sequence(seconds{30})).find("L315 warning"),
            std::string::npos);
  EXPECT_EQ(findings(rule_with("from = \"now-8m\""), sequence(seconds{30})).find("L315 warning"),
            std::string::npos);
  EXPECT_NE(findings(rule_with("from = \"now-12m\""), sequence(seconds{30})).find("L316"),
            std::string::npos);
  EXPECT_EQ(findings(rule_with("from = \"now-13m\""), sequence(seconds{30})).find("L316"),
            std::string::npos);
}

TEST(Lint, AWindowThatEndsInThePastCountsFromItsEnd) {
  const std::string found =
      findings(rule_with("from = \"now-10m\"\nto = \"now-5m\""), sequence(seconds{30}));
  EXPECT_TRUE(found.starts_with(
      "L303 error 8 sequences that use maxspan can fall between two runs: the "
      "look-back is 30 s too short; of those that use all of it 10.0 % are lost | "
      "from = \"now-11m\""))
      << found;
  EXPECT_TRUE(findings(rule_with("from = \"now-1m\"\nto = \"now-5m\""), sequence(seconds{30}))
                  .starts_with("L302 error 9 the window ends before it begins"));
}

TEST(Lint, MaxspanMustFitTheLookBack) {
  EXPECT_TRUE(findings(rule_with("from = \"now-6m\""), sequence(seconds{360}))
                  .find("L304 error 8 maxspan 360 s is not shorter than the look-back 360 s") !=
              std::string::npos);
  EXPECT_EQ(findings(rule_with("from = \"now-6m\""), sequence(seconds{359})).find("L304"),
            std::string::npos);
}

TEST(Lint, LongLookBackRepeatsSightings) {
  const std::string found = findings(rule_with("from = \"now-16m\""), sequence(seconds{30}));
  EXPECT_NE(found.find("L317 warning 8 each match is found again in about 2.7 runs, and takes a "
                       "place under max_signals each time | from = \"now-13m\""),
            std::string::npos)
      << found;
  EXPECT_EQ(findings(rule_with("from = \"now-15m\""), sequence(seconds{30})).find("L317"),
            std::string::npos);
}

TEST(Lint, SequenceWithoutMaxspan) {
  const std::string found = findings(rule_with(""), sequence(std::nullopt));
  EXPECT_NE(found.find("L318 warning 4 sequence without maxspan: only sequences shorter than 345 s "
                       "are sure to be seen whole"),
            std::string::npos)
      << found;
}

TEST(Lint, EventsComeFromAnIndexOrADataViewNotBoth) {
  const std::string both =
      findings(rule_with("data_view_id = \"security\""), sequence(seconds{30}));
  EXPECT_NE(both.find("L307 error 9 index and data_view_id are both set | remove data_view_id"),
            std::string::npos)
      << both;
  auto neither = parse_rule_toml(
      "[rule]\nname = \"n\"\ntype = \"eql\"\nquery = 'any where true'\nseverity = "
      "\"low\"\nrisk_score = 21\n",
      "r.toml");
  ASSERT_TRUE(neither) << render(neither.error());
  const std::string warned = findings(*neither, sequence(seconds{30}));
  EXPECT_NE(warned.find("L307 warning 1 neither index nor data_view_id"), std::string::npos)
      << warned;
}

TEST(Lint, OverridesAreIgnoredForSequences) {
  const std::string line = "rule_name_override = \"host.name\"";
  EXPECT_NE(findings(rule_with(line), sequence(seconds{30}))
                .find("L322 warning 9 rule_name_override is ignored for sequences"),
            std::string::npos);
  EXPECT_EQ(findings(rule_with(line), eql::CheckedQuery{}).find("L322"), std::string::npos);
}

TEST(Lint, AnOptionalFieldOutsideTheSchemaIsNamedOnce) {
  Rule rule = rule_with("");
  rule.query = SourceText{
      "r.toml",
      "any where not ?cloud.tenant in (\"a\") and ?cloud.tenant != null and ?user.id == \"0\""};
  const event::Schema own =
      event::Schema::of({{.name = "@timestamp", .type = event::FieldType::date},
                         {.name = "user.id", .type = event::FieldType::keyword}});
  auto query = compile(rule, own);
  ASSERT_TRUE(query) << render(query.error());
  const std::string found = findings(rule, *query);
  const std::size_t first =
      found.find("L308 warning 1 ?cloud.tenant is not in the schema, so it counts as null");
  EXPECT_NE(first, std::string::npos) << found;
  EXPECT_EQ(found.find("L308", first + 1), std::string::npos) << found;
}

TEST(Lint, AMissingEventAtTheEndIsJudgedTooEarly) {
  Rule rule = rule_with("");
  const auto lint_query = [&](const std::string& text) {
    rule.query = SourceText{"r.toml", text};
    auto query = compile(rule, event::Schema::open());
    EXPECT_TRUE(query) << render(query.error());
    return findings(rule, *query);
  };
  EXPECT_NE(lint_query("sequence by a with maxspan=1m [any where b == 1] ![any where c == 1]")
                .find("L310 error"),
            std::string::npos);
  EXPECT_EQ(
      lint_query(
          "sequence by a with maxspan=1m [any where b == 1] ![any where c == 1] [any where d == 1]")
          .find("L310"),
      std::string::npos);
}

TEST(Lint, RiskScoreBelongsToTheSeverity) {
  EXPECT_TRUE(findings(rule_with("risk_score = 48"), sequence(seconds{30}))
                  .starts_with("L305 error 8 risk score 48 is high, but severity is medium (22 to "
                               "47) | severity = \"high\", or a risk_score from 22 to 47\n"));
  for (const auto& [severity, score] : {std::pair("low", 0),
                                        {"low", 21},
                                        {"medium", 22},
                                        {"high", 73},
                                        {"critical", 74},
                                        {"critical", 100}}) {
    EXPECT_EQ(findings(rule_with(format("severity = \"{}\"\nrisk_score = {}", severity, score)),
                       sequence(seconds{30}))
                  .find("L305"),
              std::string::npos)
        << severity << score;
  }
}

TEST(Lint, CapAboveTheFramework) {
  EXPECT_TRUE(findings(rule_with("max_signals = 1001"), sequence(seconds{30}))
                  .starts_with("L305 error 9 max_signals 1,001 is above the 1,000 alerts"));
  EXPECT_EQ(findings(rule_with("max_signals = 1000"), sequence(seconds{30})).find("L305"),
            std::string::npos);
}

TEST(Lint, TimestampsOfSequencesAndEvents) {
  eql::CheckedQuery event_query;
  EXPECT_NE(findings(rule_with(""), event_query).find("L319 warning 1 no timestamp_override"),
            std::string::npos);
  EXPECT_EQ(
      findings(rule_with("timestamp_override = \"event.ingested\""), event_query).find("L319"),
      std::string::npos);
  EXPECT_NE(findings(rule_with("timestamp_override = \"event.ingested\""), sequence(seconds{30}))
                .find("L319 warning 9 the window is cut by event.ingested"),
            std::string::npos);
  EXPECT_NE(findings(rule_with("timestamp_field = \"event.ingested\""), sequence(seconds{30}))
                .find("L309 error 9"),
            std::string::npos);
}

TEST(Lint, AttackAddressesAgreeWithTheirIds) {
  const auto threat = [](const std::string& tactic, const std::string& technique,
                         const std::string& sub) {
    return rule_with(
        format("[[rule.threat]]\nframework = \"MITRE ATT&CK\"\n"
               "tactic = {{id = \"TA0002\", name = \"Execution\", reference = "
               "\"https://attack.mitre.org/tactics/{}\"}}\n"
               "[[rule.threat.technique]]\nid = \"T1059\"\nname = \"a\"\nreference = "
               "\"https://attack.mitre.org/techniques/{}\"\n"
               "[[rule.threat.technique.subtechnique]]\nid = \"{}\"\nname = \"b\"\nreference = "
               "\"https://attack.mitre.org/techniques/T1059/007/\"",
               tactic, technique, sub));
  };
  EXPECT_EQ(findings(threat("TA0002/", "T1059", "T1059.007"), sequence(seconds{30})).find("L313"),
            std::string::npos)
      << "a missing last slash is forgiven";
  EXPECT_NE(findings(threat("TA0011/", "T1059/", "T1059.007"), sequence(seconds{30}))
                .find("L313 error 11 the address does not belong to TA0002 | reference = "
                      "\"https://attack.mitre.org/tactics/TA0002/\""),
            std::string::npos);
  EXPECT_NE(findings(threat("TA0002/", "T1071/", "T1059.007"), sequence(seconds{30}))
                .find("L313 error 15 the address does not belong to T1059"),
            std::string::npos);
  EXPECT_NE(findings(threat("TA0002/", "T1059/", "T1059.006"), sequence(seconds{30}))
                .find("L313 error 19 the address does not belong to T1059.006"),
            std::string::npos);
  EXPECT_NE(
      findings(threat("TA0002/", "T1059/", "T1071.001"), sequence(seconds{30}))
          .find("L313 error 17 T1071.001 is not a sub-technique of T1059 | move it under T1071"),
      std::string::npos);
}

TEST(Lint, SaysWhatIsNotApplied) {
  EXPECT_NE(findings(rule_with("exceptions_list = [{id = \"a\"}]"), sequence(seconds{30}))
                .find("L311 warning 9 exceptions_list is not applied here"),
            std::string::npos);
  EXPECT_EQ(findings(rule_with("exceptions_list = []"), sequence(seconds{30})).find("L311"),
            std::string::npos);
}

TEST(Lint, WorstComesFirst) {
  const auto found = lint(rule_with("risk_score = 99\nfrom = \"now-9m\""), sequence(seconds{30}));
  ASSERT_GE(found.size(), 3U);
  EXPECT_EQ(found.front().severity, Severity::error);
  EXPECT_EQ(found.back().severity, Severity::info);
}

TEST(Lint, ABareQueryIsNotJudgedByAScheduleItDoesNotHave) {
  EXPECT_EQ(findings(bare_query("sequence [any where true] [any where true]", "q.eql"),
                     sequence(seconds{30})),
            "");
}

}  // namespace
}  // namespace eqlab::rule
