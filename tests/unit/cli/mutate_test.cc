// `mutate` as its users meet it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::json;

const std::string rule =
    std::string(EQLAB_SOURCE_DIR) + "/rules/macos_installer_package_spawns_network_event.toml";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string small_rule =
    "sequence by host.id with maxspan=10s\n"
    "  [process where process.name : (\"bash\", \"sh\")]\n"
    "  [network where process.name == \"curl\"]\n";

const std::string small_case =
    "rule: small.eql\n\nwhy: a shell and its curl\nevents\n"
    "  1  @0s  process  host.id=a process.name=bash\n"
    "  2  @1s  network  host.id=a process.name=curl\n"
    "matches\n  1 2\n";

TEST(Mutate, TheCasesOfTheFirstRuleNoticeEveryMutant) {
  EXPECT_EQ(eqlab({"mutate", rule, "--min-score", "nan"}).status, 2);
  const Outcome text = eqlab({"mutate", rule, "--min-score", "95"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "104 of 104 mutants are noticed by the cases: 100.0 %"))
      << text.out;
  EXPECT_TRUE(contains(text.out, "12 of 12 alternatives are exercised by the cases"));
  const Json json = Json::parse(eqlab({"mutate", rule, "--format", "json"}).out);
  EXPECT_EQ(json["eqlab_result"], "mutation");
  EXPECT_EQ(json["by_cases"]["hits"], 104);
  EXPECT_EQ(json["by_corpus"], nullptr);
  for (const Json& mutant : json["mutants"]) {
    EXPECT_TRUE(contains(mutant["noticed_by"], ".case:")) << mutant;
    EXPECT_GT(mutant["line"], 30);
  }
}

TEST(Mutate, SurvivorsAreShownWithTheirPlaceAndTheCasesThatWouldNoticeThem) {
  const TemporaryFolder folder;
  const std::string path = folder.write("small.eql", small_rule);
  folder.write("small.case", small_case);
  folder.write("other.case",
               "why: no rule\nquery\n  process where true\ntree\n  process where true\n");
  folder.write("broken.case", "frobnicate\n");
  const Outcome poor = eqlab({"mutate", path, "--min-score", "95"});
  EXPECT_EQ(poor.status, 1);
  EXPECT_TRUE(contains(poor.err, "of the mutants are noticed, less than 95 %")) << poor.err;
  EXPECT_TRUE(contains(poor.out, path + ":2:42")) << poor.out;
  EXPECT_TRUE(contains(poor.out, "without \"sh\" in step 1  *")) << poor.out;
  EXPECT_TRUE(contains(poor.out, "never: \"sh\" in step 1")) << poor.out;
  const Outcome shown = eqlab({"mutate", path, "--show-cases"});
  EXPECT_TRUE(contains(shown.out,
                       "      why: process.name=sh in event 1: a match (without \"sh\" "
                       "in step 1 would lose it)\n      events\n"))
      << shown.out;

  // Written, they pass, and with them nothing goes unnoticed.
  const std::string written = folder.path("cases/more.case");
  const Outcome writing = eqlab({"mutate", path, "--write", written});
  EXPECT_EQ(writing.status, 0) << writing.err;
  EXPECT_TRUE(contains(writing.out, "written to " + written)) << writing.out;
  EXPECT_EQ(eqlab({"test", written}).status, 0);
  const std::string kept = read_file(written);
  const Outcome over = eqlab({"mutate", path, "--write", written});
  EXPECT_EQ(over.status, 2);
  EXPECT_TRUE(contains(over.err, "E702")) << over.err;
  EXPECT_EQ(read_file(written), kept);
  const Outcome rich = eqlab(
      {"mutate", path, folder.path("small.case"), written, "--min-score", "100", "--verbose"});
  EXPECT_EQ(rich.status, 0) << rich.out;
  EXPECT_TRUE(contains(rich.out, "by " + written)) << rich.out;
}

TEST(Mutate, WithoutCasesOrWithFailingOnesThereIsNothingToMeasure) {
  const TemporaryFolder folder;
  const std::string path = folder.write("small.eql", small_rule);
  const Outcome none = eqlab({"mutate", path});
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(contains(none.err, "E701")) << none.err;
  std::string failing = small_case;
  failing.replace(failing.rfind("1 2"), 3, "none");
  const std::string cases = folder.write("small.case", failing);
  const Outcome failed = eqlab({"mutate", path});
  EXPECT_EQ(failed.status, 1);
  EXPECT_TRUE(contains(failed.err, cases + ":3")) << failed.err;
  EXPECT_TRUE(contains(failed.err, "E700")) << failed.err;
  EXPECT_EQ(eqlab({"mutate", path, folder.path("absent.case")}).status, 3);
}

TEST(Mutate, ACorpusAnswersTheSameAtAnyThreadCountAndFromItsFolder) {
  const TemporaryFolder folder;
  const std::vector<std::string> corpus = {"--events", "40000", "--hosts", "30", "--seed", "5"};
  const auto mutate = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"mutate", rule, "--format", "json"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = eqlab(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    Json json = Json::parse(outcome.out);
    for (const char* const told : {"command", "corpus"}) json.erase(told);
    return json;
  };
  const auto with = [&](const char* threads) {
    std::vector<std::string> words = corpus;
    words.insert(words.end(), {"--threads", threads});
    return mutate(words);
  };
  const Json one = with("1");
  EXPECT_EQ(one, with("3"));
  std::vector<std::string> generate = {"generate", "-o", folder.path("corpus")};
  generate.insert(generate.end(), corpus.begin(), corpus.end());
  ASSERT_EQ(eqlab(generate).status, 0);
  const Json read = mutate({"--corpus", folder.path("corpus")});
  // Generated events are decided host by host where a mutant accepts many, read ones all at once.
  ASSERT_EQ(one["mutants"].size(), read["mutants"].size());
  std::size_t noticed = 0;
  std::size_t early = 0;
  for (std::size_t m = 0; m < one["mutants"].size(); ++m) {
    const Json& a = one["mutants"][m];
    const Json& b = read["mutants"][m];
    if (a["noticed_by_corpus"].is_null() || b["noticed_by_corpus"].is_null()) continue;
    EXPECT_EQ(a["noticed_by_corpus"], b["noticed_by_corpus"]) << a << b;
    if (a["noticed_by_corpus"] == true) ++noticed;
    if (a["noticed_by_corpus"] == true && a["catches_other_incidents"].is_null()) ++early;
  }
  EXPECT_GT(noticed, 40U);
  EXPECT_GT(early, 5U);
  EXPECT_EQ(one["corpus_coverage"], read["corpus_coverage"]);
}

TEST(Mutate, WhatTheCorpusNoticesIsWhatScoreShows) {
  const TemporaryFolder folder;
  const std::vector<std::string> corpus = {"--events", "40000", "--hosts", "30", "--seed", "5"};
  const auto run = [&](const std::string& command, const std::string& path) {
    std::vector<std::string> words = {command, path, "--format", "json"};
    words.insert(words.end(), corpus.begin(), corpus.end());
    const Outcome outcome = eqlab(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return Json::parse(outcome.out);
  };
  const Json mutants = run("mutate", rule)["mutants"];
  const auto answer_for = [&](const std::string& what) {
    for (const Json& mutant : mutants) {
      if (mutant["what"] == what) return mutant;
    }
    ADD_FAILURE() << "no mutant " << what;
    return Json();
  };
  const std::string text = read_file(rule);
  const auto score_with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.rfind(from), from.size(), to);
    return run("score", folder.write("changed.toml", changed));
  };
  const Json as_it_is = score_with("maxspan", "maxspan");
  struct Row {
    std::string what, from, to;
  };
  ASSERT_FALSE(as_it_is["alerts"].is_null());
  std::size_t noticed = 0;
  std::size_t unnoticed = 0;
  for (const Row& row :
       {Row{"without \"curl\" in step 2", "\"curl\", ", ""},
        Row{"maxspan=15s", "maxspan=30s", "maxspan=15s"},
        Row{"without \"package_script_service\" in step 1", ", \"package_script_service\"", ""},
        Row{"\"bash\" → \"*bash\" in step 1", "\"bash\"", "\"*bash\""},
        Row{"\"wget\" → \"*wget\" in step 2", "\"wget\"", "\"*wget\""}}) {
    const Json mutant = answer_for(row.what);
    const Json card = score_with(row.from, row.to);
    if (mutant["noticed_by_corpus"] == false) {
      ++unnoticed;
      EXPECT_EQ(card["alerts"], as_it_is["alerts"]) << row.what;
      EXPECT_EQ(card["recall"], as_it_is["recall"]) << row.what;
    }
    if (mutant["catches_other_incidents"] == true) {
      ++noticed;
      EXPECT_NE(card["recall"], as_it_is["recall"]) << row.what;
    }
  }
  EXPECT_GE(noticed, 2U);
  EXPECT_GE(unnoticed, 1U);
}

}  // namespace
}  // namespace eqlab::test
