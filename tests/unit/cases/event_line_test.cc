#include "harness/cases/event_line.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/cases/io/files.h"

namespace eqlab::cases {
namespace {

using std::chrono::nanoseconds;

const event::Schema& schema() {
  using event::FieldType;
  static const event::Schema fields =
      event::Schema::of({{.name = "k", .type = FieldType::keyword},
                         {.name = "n", .type = FieldType::long_},
                         {.name = "b", .type = FieldType::boolean},
                         {.name = "a.b.c", .type = FieldType::long_},
                         {.name = "process.name", .type = FieldType::keyword},
                         {.name = "labels", .type = FieldType::unsupported},
                         {.name = "other", .type = FieldType::keyword, .source = "carried.name"}});
  return fields;
}

/// The event in one line: time, then `field=[kind:text,…]`; or `CODE begin-end message`.
std::string reading(const std::string& line, const event::Schema& fields = schema()) {
  auto raw = read_event_line(line, 0, line.size());
  auto typed = raw ? type_event(*raw, fields) : Result<CaseEvent>(fail(raw.error()));
  if (!typed)
    return format("{} {}-{} {}", typed.error().code, typed.error().span.begin,
                  typed.error().span.end, typed.error().message);
  std::string out =
      typed->id + " " +
      (typed->time ? format_iso8601(typed->time->time_since_epoch().count(), 9) : "none");
  for (const CaseField& field : typed->fields) {
    out += format(" {}={}", field.name, field.is_array ? "[" : "");
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      constexpr std::string_view kinds = "zbnt";
      out += format("{}{}:{}", i == 0 ? "" : ",",
                    kinds[static_cast<std::size_t>(field.values[i].kind)], field.values[i].text);
    }
    if (field.is_array) out += "]";
  }
  return out;
}

TEST(EventLine, OffsetsAreExactToTheNanosecond) {
  EXPECT_EQ(parse_offset("29.999999999s"), nanoseconds{29'999'999'999});
  EXPECT_EQ(parse_offset("0s"), nanoseconds{0});
  EXPECT_EQ(parse_offset("2m"), std::chrono::minutes{2});
  EXPECT_EQ(parse_offset("1.5h"), std::chrono::minutes{90});
  EXPECT_EQ(parse_offset("-3s"), std::chrono::seconds{-3});
  EXPECT_EQ(parse_offset("1ns"), nanoseconds{1});
  for (const std::string_view wrong : {"", "s", "1", "1w", "1.s", "1.0000000001s", "1.5ns",
                                       "1.2.3s", "--1s", "+1s", "99999999999999d"}) {
    EXPECT_EQ(parse_offset(wrong), std::nullopt) << wrong;
  }
}

TEST(EventLine, ValuesTakeTheTypeOfTheirField) {
  EXPECT_EQ(reading("1 @0s process k=12 n=12 b=true"),
            "1 2026-01-01T00:00:00.000000000Z =t:process k=t:12 n=n:12 b=b:true");
}

TEST(EventLine, AnOpenSchemaTakesAnyFieldAsItLooks) {
  EXPECT_EQ(reading("1 @none process k=12 u=007 v=true w=word", event::Schema::open()),
            "1 none =t:process k=n:12 u=t:007 v=b:true w=t:word");
}

TEST(EventLine, AFieldThatTheSchemaDoesNotHaveIsASlipOfThePen) {
  const auto hint_for = [](const std::string& line, const event::Schema& fields) {
    const auto raw = read_event_line(line, 0, line.size());
    const auto typed = type_event(*raw, fields);
    return typed ? "none" : typed.error().hint;
  };
  EXPECT_EQ(reading("1 @0s process procss.name=a"),
            "E451 14-25 the block's schema has no field procss.name");
  EXPECT_EQ(hint_for("1 @0s process procss.name=a", schema()), "did you mean process.name?");
  EXPECT_EQ(hint_for("1 @0s process procss.name=a", event::Schema::builtin()),
            "did you mean process.name?");
  EXPECT_EQ(hint_for("1 @0s process zebra=a", schema()),
            "a field of your own goes under schema, as FIELD TYPE");
  EXPECT_EQ(reading("1 @0s process process.name=a process.nmae=[]"),
            "E451 29-41 the block's schema has no field process.nmae");
}

TEST(EventLine, AnUnknownKeyOfADocumentIsShownWhereItStands) {
  EXPECT_EQ(reading(R"(1 @0s {"process":{"nmae":"a"}})"),
            "E451 18-24 the block's schema has no field process.nmae");
  EXPECT_EQ(reading(R"(1 @0s {"process.nmae":"a"})"),
            "E451 7-21 the block's schema has no field process.nmae");
  EXPECT_EQ(reading(R"(1 @0s {"x":{"y":1},"z":{"y":1}})"),
            "E451 6-31 the block's schema has no field x.y")
      << "a key that stands twice is not guessed at";
}

TEST(EventLine, FieldsAreThoseThatEventsCarry) {
  EXPECT_EQ(reading("1 @none - carried.name=a"), "1 none carried.name=t:a")
      << "the source of an alias";
  EXPECT_EQ(reading("1 @none - other=a"),
            "E451 10-15 events do not carry other, which is read from carried.name");
  EXPECT_EQ(reading("1 @none - labels.team=a"), "1 none labels.team=t:a")
      << "nothing is known of what lies below";
  EXPECT_EQ(reading("1 @none - n.team=a"), "E451 10-16 the block's schema has no field n.team");
}

TEST(EventLine, NullQuotesAndArrays) {
  EXPECT_EQ(
      reading(R"(1 @1.5s - k="a \"b\" c" n=[1, 2] a.b.c=[] b=null process.name="null")"),
      R"(1 2026-01-01T00:00:01.500000000Z k=t:a "b" c n=[n:1,n:2] a.b.c=[] b=z: process.name=t:null)");
}

TEST(EventLine, CategoriesMayBeSeveral) {
  EXPECT_EQ(reading("1 @none [process,network]"), "1 none =[t:process,t:network]");
}

TEST(EventLine, AbsoluteTimes) {
  EXPECT_EQ(reading("x @2024-02-29T12:00:00.5Z -"), "x 2024-02-29T12:00:00.500000000Z");
}

TEST(EventLine, DocumentsAreFlattened) {
  EXPECT_EQ(reading(R"(1 @0s {"a":{"b":[{"c":1},{"c":[2,null]}]},"k":5,"b":"x"})"),
            "1 2026-01-01T00:00:00.000000000Z a.b.c=[n:1,n:2,z:] b=t:x k=n:5");
}

TEST(EventLine, MistakesAreNamedWhereTheyStand) {
  EXPECT_EQ(reading("1 0s process"), "E451 2-4 expected the event's time");
  EXPECT_EQ(reading("1 @soon process"), "E451 2-7 'soon' is not a time");
  EXPECT_EQ(reading("1 @0s"), "E451 5-5 the event has no category");
  EXPECT_EQ(reading("1 @0s k=a"), "E451 6-9 expected the event's category before its fields");
  EXPECT_EQ(reading("1 @0s process k a"), "E451 14-15 expected field=value, found 'k'");
  EXPECT_EQ(reading("1 @0s process n=abc"), "E451 16-19 n is of type long, which needs a number");
  EXPECT_EQ(reading("1 @0s process n=007"), "E451 16-19 n is of type long, which needs a number");
  EXPECT_EQ(reading("1 @0s process b=1"),
            "E451 16-17 b is of type boolean, which needs true or false");
  EXPECT_EQ(reading("1 @0s process k=\"a"), "E451 16-17 text is not closed");
  EXPECT_EQ(reading("1 @0s process k=\"a\\"), "E451 16-17 text is not closed");
  EXPECT_EQ(reading("1 @0s process k=[a"), "E451 16-17 array is not closed");
  EXPECT_EQ(reading("1 @0s process k="), "E451 16-16 a value is missing");
  EXPECT_EQ(reading("1 @0s process k=a k=b"), "E451 18-19 k is given twice");
  EXPECT_EQ(reading("1 @0s {\"a\":}"), "E451 6-12 this is not a JSON object");
  EXPECT_EQ(reading("- @0s process"), "E451 0-1 '-' cannot be the id of an event");
}

TEST(EventLine, ADocumentHasADepth) {
  const auto nested = [](int depth) {
    std::string begin;
    for (int i = 1; i < depth; ++i) begin += R"({"a":)";
    return "1 @0s " + begin + R"({"k":1})" + std::string(static_cast<std::size_t>(depth) - 1, '}');
  };
  EXPECT_TRUE(read_event_line(nested(1'000), 0, nested(1'000).size()));
  const std::string deeper = nested(1'001);
  const auto refused = read_event_line(deeper, 0, deeper.size());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the document is nested too deeply");
}

bool same_field(const CaseField& a, const CaseField& b) {
  return a.name == b.name && a.values == b.values && a.is_array == b.is_array;
}

TEST(EventLine, WhatIsWrittenReadsBack) {
  const std::string root = EQLAB_SOURCE_DIR;
  const auto files = find_case_files({root + "/rules", root + "/tests/cases"});
  ASSERT_TRUE(files);
  std::size_t events = 0;
  for (const std::string& file : *files) {
    const auto blocks = load_cases(file);
    if (!blocks) continue;
    for (const CaseBlock& block : *blocks) {
      const std::string& category = block.rule->event_category_field;
      for (const CaseEvent& event : block.events) {
        const std::string line = write_event_line(event, category, block.schema());
        const auto raw = read_event_line(line, 0, line.size());
        ASSERT_TRUE(raw) << line << raw.error().message;
        auto typed = type_event(*raw, block.schema());
        ASSERT_TRUE(typed) << line << typed.error().message;
        for (CaseField& field : typed->fields) {
          if (field.name.empty()) field.name = category;
        }
        EXPECT_EQ(typed->id, event.id);
        EXPECT_EQ(typed->time, event.time) << line;
        ASSERT_EQ(typed->fields.size(), event.fields.size()) << line;
        // The order of fields says nothing; documents sort them.
        for (const CaseField& wanted : event.fields) {
          const auto got = std::ranges::find(typed->fields, wanted.name, &CaseField::name);
          ASSERT_NE(got, typed->fields.end()) << line << wanted.name;
          EXPECT_TRUE(same_field(*got, wanted)) << line << "\n" << wanted.name;
        }
        ++events;
      }
    }
  }
  EXPECT_GT(events, 1'000U);
}

}  // namespace
}  // namespace eqlab::cases
