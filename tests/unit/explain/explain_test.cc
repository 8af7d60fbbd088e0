// What explain says of small timelines, each decided by hand; and over random ones, that it calls
// matched what matches, and that every change it names makes the reference finder match.
#include "harness/explain/explain.h"

#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "tests/reference/fast_engine.h"
#include "tests/reference/timeline.h"
#include "tests/unit/explain/world.h"

namespace eqlab::explain {
namespace {

using reference::Row;

std::string describe_change(const ChangeView& change) {
  switch (change.then) {
    case ChangeView::Then::matches:
      return join(change.parts, ", ");
    case ChangeView::Then::matches_otherwise:
      return join(change.parts, ", ") + " (with others)";
    case ChangeView::Then::meets_stage:
      return join(change.parts, ", ") + " (only its step)";
  }
  return {};
}

/// `reason: text [change; change]`.
std::string describe(const Explanation& explanation) {
  std::vector<std::string> changes;
  for (const ChangeView& change : explanation.changes) changes.push_back(describe_change(change));
  return format("{}: {} [{}]", to_string(explanation.reason), explanation.text,
                join(changes, "; "));
}

Explanation about_line(const std::string& query, const std::vector<Row>& rows, std::uint64_t line,
                       std::size_t piece_rows = 1'000'000) {
  World world(query, rows, reference::timeline_schema(),
              {.wanted = {.lines = {line}}, .piece_rows = piece_rows});
  EXPECT_EQ(world.sightings().subjects().size(), 1U);
  return world.explainer().event(world.sightings().subjects().at(0));
}

struct Example {
  std::string_view why;
  std::string_view query;
  std::string_view timeline;
  std::uint64_t line;  ///< 0: the nearest miss
  std::string_view answer;
};
void PrintTo(const Example& example, std::ostream* out) { *out << example.why; }

constexpr Example examples[] = {
    {"an event query names the term", "any where tag == \"A\"", "X@1", 1,
     "stage-unmatched: the query is not met: tag is \"X\" [tag \"A\" instead of \"X\"]"},
    {"an event that matches says so", "any where tag == \"A\"", "X@1 A@2", 2,
     "matched: it matches []"},
    {"a missing field", "any where q == 7", "X@1", 1,
     "stage-unmatched: the query is not met: q is missing [q 7 instead of missing]"},
    {"two terms that fail", "any where q == 7 and p > 3", "X@1+p=3", 1,
     "stage-unmatched: the query is not met: 2 terms fail [q 7 instead of missing, p 4 instead of "
     "3]"},
    {"a term that must not hold", "any where p == 3 and not q == 7", "X@1+p=3+q=7", 1,
     "stage-unmatched: the query is not met: q is 7 [q missing instead of 7]"},
    {"either of two", "any where p == 3 or q == 7", "X@1+p=4", 1,
     "stage-unmatched: the query is not met: 1 term fails [p 3 instead of 4]"},
    {"no value for the side that cannot hold",
     "any where (p == 3 and p > 5) or (q == 7 and k == \"z\")", "X@1+p=4", 1,
     "stage-unmatched: the query is not met: 1 term fails [q 7 instead of missing, k \"z\" instead "
     "of missing]"},
    {"a pipe cuts it off", "any where tag == \"A\" | head 1", "A@1 A@2", 2,
     "cut-by-pipe: it matches, but the query's own pipe (head or tail) leaves it out []"},

    {"a sequence that matches", "sequence [A][B]", "A@1 B@2", 1, "matched: it matches []"},
    {"the second step fails by one value", "sequence by k [A][B]", "A@1/x X@2/x", 0,
     "stage-unmatched: step 2 is not met: tag is \"X\" [tag \"B\" instead of \"X\" at step 2]"},
    {"asked from the first step", "sequence by k [A][B]", "A@1/x X@2/x", 1,
     "stage-unmatched: step 2 is not met: tag is \"X\" [tag \"B\" instead of \"X\" at step 2]"},
    {"the first step fails, and the second waits for it", "sequence by k [A][B]",
     "X@0/y X@1/x B@2/x", 0,
     "stage-unmatched: step 1 is not met: tag is \"X\" [tag \"A\" instead of \"X\" at step 1]"},
    {"nothing follows at all", "sequence with maxspan=10s [A][B]", "A@1", 1,
     "stage-unmatched: no event satisfies step 2 near enough (maxspan 10 s) []"},
    {"over maxspan, and by how much", "sequence with maxspan=30s [A][B]", "A@0 B@33.2", 2,
     "over-maxspan: 3.2 s over maxspan: 33.2 s of 30 s [maxspan=34s]"},
    {"by a millisecond", "sequence with maxspan=30s [A][B]", "A@0 B@30.001", 1,
     "over-maxspan: 0.001 s over maxspan: 30.001 s of 30 s [maxspan=31s]"},
    {"below a second", "sequence with maxspan=500ms [A][B]", "A@0 B@0.700", 2,
     "over-maxspan: 0.2 s over maxspan: 0.7 s of 0.5 s [maxspan=700ms]"},
    {"keys that differ", "sequence by k [A][B]", "A@1/x B@2/y", 2,
     "keys-differ: k differs: \"x\", then \"y\" [k \"x\" instead of \"y\" at step 2; no join by "
     "k]"},
    {"a key that is missing", "sequence by k [A][B]", "A@1/x B@2", 2,
     "keys-differ: k differs: \"x\", then missing [k \"x\" instead of missing at step 2; no join "
     "by "
     "k]"},
    {"missing keys equal nothing", "sequence by k [A][B]", "A@1 B@2", 2,
     "keys-differ: k is missing, which equals nothing [k \"a\" instead of missing at step 1, k "
     "\"a\" instead of missing at step 2; no join by k]"},
    {"before instead of after", "sequence with maxspan=10s [A][B]", "B@1 A@3", 2,
     "out-of-order: step 2 comes 2 s before step 1 instead of after it [step 2 after step 1]"},
    {"at the same time, in the other order", "sequence with maxspan=10s [A][B]", "B@1 A@1", 1,
     "out-of-order: step 1 and step 2 are at the same time, and the input puts them in the other "
     "order [step 2 after step 1]"},
    {"until lies between", "sequence [A][B] until [U]", "A@1 U@2 B@3", 3,
     "stopped: stopped by until: the event on line 2 comes between [without the event on line 2]"},
    {"an event that must not come", "sequence with maxspan=10s [A]![M][B]", "A@1 M@2 B@3", 3,
     "spoiled: step 2 must not happen, but the event on line 2 does it [without the event on line "
     "2]"},
    {"nor afterwards", "sequence with maxspan=5s [A]![M]", "A@0 M@5", 1,
     "spoiled: step 2 must not happen, but the event on line 2 does it [without the event on line "
     "2]"},
    {"another event took its place", "sequence with maxspan=10s [A][B]", "A@1 A@2 B@3", 1,
     "replaced: another event took its place: the event on line 2 reaches step 1 again [without "
     "the "
     "event on line 2]"},
    {"the last event was used before", "sequence [A][B]", "A@1 B@2 B@3", 3,
     "paired-elsewhere: its events went into another match, with the event on line 2 [without the "
     "event on line 2]"},
    {"a run that is one short", "sequence [X] with runs=3", "X@1 X@2 Y@3", 0,
     "stage-unmatched: step 3 is not met: tag is \"Y\" [tag \"X\" instead of \"Y\" at step 3]"},
    {"two things at once", "sequence by k with maxspan=10s [A][B]", "A@0/x B@12/y", 2,
     "keys-differ: k differs: \"x\", then \"y\" [maxspan=12s, k \"x\" instead of \"y\" at step 2; "
     "maxspan=12s, no join by k]"},

    {"a sample that lacks a box", "sample by k [A][B]", "A@1/x X@2/x", 0,
     "stage-unmatched: step 2 is not met: tag is \"X\" [tag \"B\" instead of \"X\" at step 2]"},
    {"a sample's keys", "sample by k [A][B]", "A@1/x B@2/y", 1,
     "keys-differ: k differs: \"x\", then \"y\" [k \"x\" instead of \"y\" at step 2; no join by "
     "k]"},
    {"a sample needs no order", "sample by k [A][B]", "B@1/x A@2/x", 1, "matched: it matches []"},
};

class ExplainExample : public testing::TestWithParam<Example> {};

TEST_P(ExplainExample, SaysWhatWasWorkedOutByHand) {
  const Example& example = GetParam();
  const std::string query = reference::expand_query(example.query);
  const std::vector<Row> rows = reference::parse_timeline(example.timeline);
  if (example.line > 0) {
    EXPECT_EQ(describe(about_line(query, rows, example.line)), example.answer);
    return;
  }
  World world(query, rows, reference::timeline_schema());
  const std::vector<Explanation> nearest = world.explainer().nearest(1);
  ASSERT_EQ(nearest.size(), 1U);
  EXPECT_EQ(describe(nearest[0]), example.answer);
}

INSTANTIATE_TEST_SUITE_P(Explain, ExplainExample, testing::ValuesIn(examples));

TEST(Explain, AnEventWithoutATimeIsOfNoUseToASequence) {
  std::vector<Row> rows = reference::parse_timeline("A@1 B@2");
  rows[1].erase("@timestamp");
  EXPECT_EQ(describe(about_line(reference::expand_query("sequence [A][B]"), rows, 2)),
            "stage-unmatched: no event satisfies step 1 []");
}

TEST(Explain, AForbiddenAndAnUntilEventSayWhatTheyAre) {
  const auto notes = [](std::string_view query, std::string_view timeline, std::uint64_t line) {
    return about_line(reference::expand_query(query), reference::parse_timeline(timeline), line)
        .notes;
  };
  EXPECT_EQ(notes("sequence with maxspan=9s [A]![M][B]", "A@1 M@2 B@3", 2),
            std::vector<std::string>{"it is an event that step 2 forbids"});
  EXPECT_EQ(
      notes("sequence [A][B] until [U]", "A@1 U@2 B@3", 2),
      std::vector<std::string>{"it satisfies until, and ends what is in progress under its keys"});
}

TEST(Explain, NothingNearIsNoExplanation) {
  World world(reference::expand_query("sequence [A][B]"), {}, reference::timeline_schema());
  EXPECT_TRUE(world.explainer().nearest(3).empty());
}

TEST(Explain, NearMissesAreAboutDifferentEventsAndTheNearestComesFirst) {
  World world(reference::expand_query("sequence by k with maxspan=10s [A][B]"),
              reference::parse_timeline("A@0/x X@1/x  A@100/y B@130/y  A@200/z B@211/z"),
              reference::timeline_schema());
  std::vector<std::string> found;
  for (const Explanation& one : world.explainer().nearest(9)) found.push_back(describe(one));
  // With as many changes, events that satisfy their steps come before those that do not.
  EXPECT_EQ(found,
            (std::vector<std::string>{
                "over-maxspan: 1 s over maxspan: 11 s of 10 s [maxspan=11s]",
                "over-maxspan: 20 s over maxspan: 30 s of 10 s [maxspan=30s]",
                "stage-unmatched: step 2 is not met: tag is \"X\" [tag \"B\" instead of \"X\" at "
                "step 2]"}));
}

TEST(Explain, TheTreeFollowsTheQueryAndShowsValues) {
  const event::Schema schema = reference::timeline_schema();
  std::vector<Row> rows = reference::parse_timeline("X@1+p=3+q=5");
  rows[0]["tag"] = {std::string("python3")};
  World named(
      "any where (tag in (\"aa\", \"python\", \"b\") or not p == 3) and tag : \"py*\" and "
      "q != 5",
      rows, schema, {.wanted = {.lines = {1}}});
  const Explanation found = named.explainer().event(named.sightings().subjects().at(0));
  ASSERT_TRUE(found.stages[0].condition);
  const Term& all = *found.stages[0].condition;
  ASSERT_EQ(all.children.size(), 3U);
  EXPECT_EQ(all.truth, Truth::no);
  const Term& any = all.children[0];
  EXPECT_EQ(any.kind, TermKind::any);
  ASSERT_EQ(any.children.size(), 2U);
  EXPECT_EQ(any.children[0].text, "tag in (\"aa\", \"python\", \"b\")");
  EXPECT_EQ(any.children[0].nearest, "\"python\"");
  EXPECT_EQ(any.children[0].values,
            (std::vector<FieldValues>{{.field = "tag", .values = {"\"python3\""}, .total = 1}}));
  EXPECT_EQ(any.children[1].kind, TermKind::none);
  EXPECT_EQ(any.children[1].truth, Truth::no);
  EXPECT_EQ(any.children[1].children[0].truth, Truth::yes);
  EXPECT_EQ(all.children[1].truth, Truth::yes);
  EXPECT_EQ(all.children[2].text, "q != 5");
  EXPECT_EQ(all.children[2].truth, Truth::no);
}

TEST(Explain, ATermThatASearchWouldFailOnSaysSo) {
  // Elasticsearch would not ask for the quotient here: the first term is false.
  World world("any where tag == \"A\" and 7 / q > 1", reference::parse_timeline("X@1+q=0"),
              reference::timeline_schema(), {.wanted = {.lines = {1}}});
  const Explanation found = world.explainer().event(world.sightings().subjects().at(0));
  ASSERT_TRUE(found.stages[0].condition);
  EXPECT_EQ(found.stages[0].condition->children[1].truth, Truth::fails);
  EXPECT_NE(found.stages[0].condition->children[1].problem, "");
}

TEST(Explain, LongListsAreCutAndLongValuesToo) {
  std::string list;
  for (int i = 0; i < 500; ++i) list += format("{}\"v{}\"", i == 0 ? "" : ", ", i);
  std::vector<Row> rows = reference::parse_timeline("X@1");
  rows[0]["tag"] = {std::string(1 << 20, 'v')};
  World world("any where tag in (" + list + ")", rows, reference::timeline_schema(),
              {.wanted = {.lines = {1}}});
  const Explanation found = world.explainer().event(world.sightings().subjects().at(0));
  const Term& term = found.stages[0].condition->children[0];
  EXPECT_LT(term.text.size(), 100U);
  EXPECT_NE(term.text.find("494 more"), std::string::npos) << term.text;
  EXPECT_LT(term.values[0].values[0].size(), 100U);
  EXPECT_NE(term.values[0].values[0].find("(1,048,576 bytes)"), std::string::npos);
}

TEST(Explain, AHostileEventIsBounded) {
  // Ten thousand values in key and condition, a stage for every run, keys without end.
  std::vector<Row> rows;
  for (int i = 0; i < 10; ++i) {
    std::vector<Row> one = reference::parse_timeline(format("X@{}/a", i));
    one[0]["tag"].assign(1, std::string("X"));
    for (int j = 0; j < 10'000; ++j) one[0]["k"].emplace_back("key" + std::to_string(i * j));
    rows.push_back(one[0]);
  }
  World world(reference::expand_query("sequence by k [X] with runs=20 [Y] with runs=20"), rows,
              reference::timeline_schema());
  const std::vector<Explanation> found = world.explainer().nearest(2);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].stages.size(), 40U);
  EXPECT_EQ(found[0].reason, Reason::stage_unmatched);
  EXPECT_LE(world.sightings().near().size(), near_rows_max);
}

TEST(Sightings, KeepABoundedNumberOfNearMissesTheLinkedOnesFirst) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& text) {
    rows.push_back(reference::parse_timeline(text)[0]);
  };
  for (int i = 0; i < 3'000; ++i) add(format("X@{}/k{}", i, i));
  add("A@4000/here");
  add("Z@4001/here");
  World world(reference::expand_query("sequence by k with maxspan=10s [A][B]"), rows,
              reference::timeline_schema());
  EXPECT_LE(world.sightings().near().size(), near_rows_max);
  EXPECT_EQ(describe(world.explainer().nearest(1).at(0)),
            "stage-unmatched: step 2 is not met: tag is \"Z\" [tag \"B\" instead of \"Z\" at step "
            "2]");
}

// --- random worlds ---

std::vector<Row> random_rows(Rng& rng) {
  std::string timeline;
  const auto count = rng.in_range(1, 9);
  std::int64_t time = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    time += rng.in_range(0, 6);
    constexpr std::string_view letters = "ABCMUX";
    timeline += format("{}{}@{}", i == 0 ? "" : " ",
                       letters[static_cast<std::size_t>(rng.in_range(0, 5))], time);
    if (rng.in_range(0, 9) > 0) timeline += rng.in_range(0, 2) > 0 ? "/x" : "/y";
  }
  return reference::parse_timeline(timeline);
}

constexpr std::string_view random_queries[] = {
    "sequence by k [A][B]",
    "sequence by k with maxspan=8s [A][B][C]",
    "sequence with maxspan=5s [A][B] until [U]",
    "sequence by k with maxspan=9s [A]![M][B]",
    "sequence with maxspan=6s [A]![M]",
    "sequence by ?k [A] with runs=2 [B]",
    "sample by k [A][B]",
    "any where tag == \"A\" and k == \"x\"",
};

/// Does the reference find a match with all these rows (from 1)?
bool matches_all(const std::string& query, const std::vector<Row>& rows,
                 const std::vector<std::uint64_t>& lines) {
  const auto found = reference::run(query, reference::timeline_schema(), {}, rows);
  EXPECT_TRUE(found);
  return std::ranges::any_of(*found, [&](const reference::ReferenceMatch& match) {
    return std::ranges::all_of(lines, [&](std::uint64_t line) {
      return std::ranges::find(match.events, static_cast<int>(line) - 1) != match.events.end();
    });
  });
}

std::vector<std::uint64_t> lines_of(const Explanation& explanation) {
  std::vector<std::uint64_t> out;
  for (const StageView& stage : explanation.stages) {
    if (stage.event && stage.state != StageView::State::happened) out.push_back(stage.event->line);
  }
  return out;
}

/// Makes the change that the text names, and asks the reference.
void check_change(const std::string& query, std::vector<Row> rows, const Explanation& explanation,
                  const ChangeView& change) {
  if (change.then == ChangeView::Then::meets_stage) return;
  std::string changed = query;
  const std::string what = join(change.parts, ", ");
  std::vector<std::uint64_t> lines = lines_of(explanation);
  std::vector<std::uint64_t> changed_lines;
  static const std::regex maxspan("maxspan=([0-9]+m?s)");
  static const std::regex without("without the event on line ([0-9]+)");
  static const std::regex value(
      "(tag|k) (?:\"([^\"]*)\"|missing) instead of (?:\"[^\"]*\"|missing)(?: at step ([0-9]+))?");
  std::smatch found;
  bool is_understood = false;
  if (std::regex_search(what, found, maxspan)) {
    changed = std::regex_replace(changed, maxspan, found[0].str());
    is_understood = true;
  }
  if (std::regex_search(what, found, without)) {
    const std::size_t gone = std::stoul(found[1]) - 1;
    rows[gone] = reference::parse_timeline("none@0")[0];
    is_understood = true;
  }
  for (auto it = std::sregex_iterator(what.begin(), what.end(), value);
       it != std::sregex_iterator(); ++it) {
    const std::size_t stage = (*it)[3].matched ? std::stoul((*it)[3]) - 1 : 0;
    const std::uint64_t line = explanation.stages.at(stage).event->line;
    changed_lines.push_back(line);
    if ((*it)[2].matched)
      rows[line - 1][(*it)[1]] = {(*it)[2].str()};
    else
      rows[line - 1].erase((*it)[1]);
    is_understood = true;
  }
  if (what.find("no join by k") != std::string::npos) {
    changed = std::regex_replace(changed, std::regex(" by \\??k"), "");
    is_understood = changed.starts_with("sequence");  // a sample without keys cannot be written
  }
  if (what.find(" after step ") != std::string::npos) return;  // times are not rewritten
  if (!is_understood) return;
  if (change.then == ChangeView::Then::matches_otherwise) lines = changed_lines;
  EXPECT_TRUE(matches_all(changed, rows, lines)) << query << "\n" << describe(explanation);
}

TEST(ExplainRandomly, MatchedIsWhatMatchesAndChangesAreTrue) {
  Rng rng(20'260'302);
  std::size_t changes = 0;
  for (int round = 0; round < 400; ++round) {
    const std::vector<Row> rows = random_rows(rng);
    const std::string query =
        reference::expand_query(random_queries[static_cast<std::size_t>(round) % 8]);
    for (std::uint64_t line = 1; line <= rows.size(); ++line) {
      const Explanation explanation = about_line(query, rows, line);
      const bool is_match = explanation.reason == Reason::matched;
      EXPECT_EQ(is_match, matches_all(query, rows, {line})) << query << " line " << line;
      EXPECT_NE(explanation.text, "");
      for (const ChangeView& change : explanation.changes) {
        check_change(query, rows, explanation, change);
        ++changes;
      }
      if (is_match) {
        EXPECT_TRUE(matches_all(query, rows, lines_of(explanation)));
      }
    }
  }
  EXPECT_GT(changes, 500U);
}

TEST(ExplainRandomly, TheAnswerDoesNotDependOnHowTheInputIsCut) {
  Rng rng(7);
  for (int round = 0; round < 100; ++round) {
    const std::vector<Row> rows = random_rows(rng);
    const std::string query =
        reference::expand_query(random_queries[static_cast<std::size_t>(round) % 8]);
    std::vector<std::string> whole;
    std::vector<std::string> cut;
    World one(query, rows, reference::timeline_schema());
    World many(query, rows, reference::timeline_schema(), {.piece_rows = 2});
    for (const Explanation& found : one.explainer().nearest(5)) whole.push_back(describe(found));
    for (const Explanation& found : many.explainer().nearest(5)) cut.push_back(describe(found));
    EXPECT_EQ(whole, cut) << query;
  }
}

}  // namespace
}  // namespace eqlab::explain
