// What must stay the same when the same events are written another way: order and nesting of JSON
// keys, fields that the query does not name, the files they stand in, the number of threads. Random
// queries on random events, through the reader.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/eql/query.h"
#include "harness/event/io/reader-inl.h"
#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"
#include "tests/exhaustive/comparison.h"
#include "tests/exhaustive/random_query.h"
#include "tests/reference/fast_engine.h"

namespace eqlab::exhaustive {
namespace {

using event::Value;
using reference::Row;

/// How events are written; the default is the plainest.
struct Spelling {
  bool shuffled = false;     ///< keys in any order
  bool nested = false;       ///< `event` as an object or dotted, as it comes
  bool more_fields = false;  ///< that no query names
  std::size_t files = 1;
  unsigned threads = 1;
};

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

std::string json_value(const Value& value, event::FieldType type) {
  if (event::is_date(type)) return '"' + format_iso8601(std::get<std::int64_t>(value), 9) + '"';
  if (const auto* text = std::get_if<std::string>(&value)) return json_text(*text);
  return event::to_text(value);
}

using Members = std::vector<std::pair<std::string, std::string>>;

std::string object(const Members& members) {
  std::string text = "{";
  for (const auto& [key, value] : members)
    text += (text.size() > 1 ? "," : "") + json_text(key) + ":" + value;
  return text + "}";
}

void shuffle(Members& members, Rng& rng) {
  for (std::size_t i = members.size(); i > 1; --i) std::swap(members[i - 1], members[rng.below(i)]);
}

std::string document(const Row& row, const event::Schema& schema, const Spelling& spelling,
                     Rng& rng) {
  Members members;
  Members of_event;
  for (const auto& [name, values] : row) {
    std::string text;
    for (const Value& value : values)
      text += (text.empty() ? "" : ",") + json_value(value, schema.find(name)->type);
    if (values.size() != 1) text = "[" + text + "]";
    if (spelling.nested && name == "event.category" && rng.chance(0.5)) {
      of_event.emplace_back("category", text);
    } else {
      members.emplace_back(name, text);
    }
  }
  if (spelling.more_fields) {
    of_event.emplace_back("code", format("{}", rng.below(100)));
    members.emplace_back("process", R"({"name":"s","args":["n","m"],"parent":{"k":"a"}})");
    members.emplace_back("message", json_text("\"s\":\"a\" k tag {\"tag\":\"A\"}"));
    members.emplace_back("event.reason", "null");
    members.emplace_back("kk", R"([{"s":"ab"},[],{}])");
  }
  if (!of_event.empty()) {
    if (spelling.shuffled) shuffle(of_event, rng);
    members.emplace_back("event", object(of_event));
  }
  if (spelling.shuffled) shuffle(members, rng);
  return object(members);
}

/// What each of `queries` finds in the files, as text: lines of the whole input, and keys.
std::vector<std::string> ask(const std::vector<eql::CheckedQuery>& queries,
                             const event::Schema& schema, const std::vector<std::string>& paths,
                             unsigned threads, std::size_t expected_events) {
  scan::Plan plan(scan::Plan::options_for(schema, "@timestamp", ""));
  std::vector<scan::QueryBinding> bindings;
  for (const eql::CheckedQuery& query : queries) bindings.push_back(plan.add(query));
  using Piece = std::optional<scan::CandidateLog>;
  scan::CandidateLog log = plan.new_log();
  const Result<event::ReadReport> report = event::read_events<Piece>(
      {.paths = paths, .threads = threads}, plan.projection(),
      [&plan](Piece& piece, const event::EventBatch& batch) {
        if (!piece) piece.emplace(plan.new_log());
        EXPECT_TRUE(scan::Scanner(plan).scan(batch, *piece));
      },
      [&log](Piece&& piece) {
        if (piece) log.merge(std::move(*piece));
      },
      {});
  EXPECT_TRUE(report) << render(report.error());
  if (!report) return {};
  EXPECT_EQ(report->usable, expected_events);
  EXPECT_EQ(report->ill_typed, 0U);
  log.finish();
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    std::string& text = answers.emplace_back();
    for (const match::Match& match :
         match::Matcher(queries[i], bindings[i]).find(log, log.all(), {}).matches) {
      for (const scan::CandidateIndex event : match.events)
        text += event == match::missing_event ? " -" : format(" {}", log.line(event));
      for (const scan::KeyId key : match.keys)
        text += key == scan::null_key ? " /null" : " /" + event::to_text(log.key_value(key));
      text += ";";
    }
  }
  return answers;
}

class MetamorphicInput : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              format("eqlab_metamorphic_{}",
                     testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> write(const std::vector<Row>& rows, const event::Schema& schema,
                                 const Spelling& spelling, Rng& rng) {
    std::vector<std::string> paths;
    for (std::size_t file = 0; file < spelling.files; ++file) {
      paths.push_back((folder_ / format("{}-{}.ndjson", spelling.files, file)).string());
      std::ofstream out(paths.back(), std::ios::binary | std::ios::trunc);
      for (std::size_t i = rows.size() * file / spelling.files;
           i < rows.size() * (file + 1) / spelling.files; ++i) {
        out << document(rows[i], schema, spelling, rng) << "\n";
      }
    }
    return paths;
  }

  /// Plays random queries on random events, which are written plainly and as `spelling` says.
  /// Queries whose scripts fail on the events are left out: one would fail the whole scan.
  void play(const Spelling& spelling) {
    const event::Schema schema = random_schema();
    const std::uint64_t rounds = effort() > 0 ? 3'000 : 300;
    std::uint64_t asked = 0;
    std::uint64_t matched = 0;
    for (std::uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
      Rng rng = Rng(20'260'303).split(round);
      QueryWriter writer(rng);
      const std::vector<Row> rows = random_rows(rng, 5 + rng.below(40));
      std::vector<std::string> texts;
      std::vector<eql::CheckedQuery> queries;
      for (int i = 0; i < 12; ++i) {
        const std::string text = i % 4 == 0   ? writer.event_query(2)
                                 : i % 4 == 1 ? writer.sample(1)
                                              : writer.sequence(1);
        if (!reference::run_fast(text, schema, {}, rows)) continue;
        texts.push_back(text);
        queries.push_back(eql::check_query(eql::parse_query(text).value(), schema, {}).value());
      }
      const auto found = [&](const Spelling& spelled) {
        return ask(queries, schema, write(rows, schema, spelled, rng), spelled.threads,
                   rows.size());
      };
      const std::vector<std::string> expected = found({});
      const std::vector<std::string> other = found(spelling);
      ASSERT_EQ(other.size(), expected.size());
      for (std::size_t i = 0; i < texts.size(); ++i) {
        ++asked;
        if (!expected[i].empty()) ++matched;
        EXPECT_EQ(other[i], expected[i]) << "round " << round << "\n  " << texts[i];
      }
    }
    EXPECT_GT(asked, rounds * 10);
    EXPECT_GT(matched, asked / 10) << "these queries hardly ever match";
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(MetamorphicInput, KeysInAnyOrder) { play({.shuffled = true}); }
TEST_F(MetamorphicInput, DottedOrNested) { play({.nested = true}); }
TEST_F(MetamorphicInput, FieldsThatNoQueryNames) { play({.more_fields = true}); }
TEST_F(MetamorphicInput, SplitIntoFiles) { play({.files = 5}); }
TEST_F(MetamorphicInput, FourThreads) { play({.files = 9, .threads = 4}); }
TEST_F(MetamorphicInput, AllAtOnce) {
  play({.shuffled = true, .nested = true, .more_fields = true, .files = 6, .threads = 3});
}

}  // namespace
}  // namespace eqlab::exhaustive
