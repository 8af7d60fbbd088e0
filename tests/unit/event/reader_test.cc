// What read_events makes of single files: which documents count, what their values become, what is
// said of the rest.
#include <gtest/gtest.h>

#include "reading.h"

namespace eqlab::event::testing {
namespace {

using Texts = std::vector<std::string>;

Projection name_column() { return columns({{"process.name", FieldType::keyword}}); }

TEST(Reader, NestedObjectsAndDottedKeysMeanTheSameInAnyMix) {
  const Projection projection = columns({{"process.parent.name", FieldType::keyword}});
  const Reading reading = read_text(
      R"({"process":{"parent":{"name":"a"}}}
{"process.parent.name":"b"}
{"process":{"parent.name":"c"}}
{"process.parent":{"name":"d"}}
{"process":{"parent":{"name":"e"}},"process.parent.name":"f"}
{"process":[{"parent":{"name":"g"}},{"parent":[{"name":["h",null,"i"]}]}]}
{"process":{"name":"not the parent"}}
)",
      projection);
  EXPECT_EQ(first_column(reading), (Texts{"a", "b", "c", "d", "e+f", "g+h+i", ""}));
  EXPECT_EQ(reading.report.usable, 7U);
  EXPECT_EQ(reading.report.malformed, 0U);
}

TEST(Reader, LinesAndOrdinalsCountOverAllInputs) {
  const TempFolder folder;
  const std::string first =
      folder.write("a.ndjson", "{\"process.name\":\"one\"}\n\n{broken\n{\"process.name\":\"two\"}");
  const std::string second = folder.write("b.ndjson", "\n{\"process.name\":\"three\"}\r\n");
  const Reading reading = read({.paths = {first, second}}, name_column());
  ASSERT_EQ(first_column(reading), (Texts{"one", "two", "three"}));
  EXPECT_EQ(reading.rows[0].line, 1U);
  EXPECT_EQ(reading.rows[1].line, 4U);
  EXPECT_EQ(reading.rows[2].line,
            6U);  // the first file has four lines though the last lacks its end
  EXPECT_EQ(reading.rows[1].ordinal, 1U);
  EXPECT_EQ(reading.rows[2].ordinal, 2U);
  EXPECT_EQ(reading.report.read, 4U);
  EXPECT_EQ(problems(reading), (Texts{"3: expected a quoted key but found broken"}));
}

TEST(Reader, EveryMistakeIsNamedInWordsAndLosesOnlyItself) {
  struct Case {
    std::string document;
    std::string problem;
  };
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{\"a\":";
  deep += "1" + std::string(10'000, '}');
  const std::vector<Case> cases = {
      {R"({"process.name":"cut off)", "document ends before its last bracket closes"},
      {R"({"process":{"name":"x"})", "document ends before its last bracket closes"},
      {"{\"process.name\":\"\xFF\xFE\"}", "not valid UTF-8"},
      {R"({"process":{"name":"x"},"process":{"pid":1}})", "duplicate key \"process\""},
      {R"({"a":{"b":1,"b":1}})", "duplicate key \"b\""},
      {R"({"a":1,"\u0061":1})", "duplicate key \"a\""},
      {deep, "nested deeper than 1,000"},
      {R"({"a":"""b""","c":1})",
       "triple quotes are Kibana console syntax, not JSON: write one quoted string with \\n for "
       "each line break"},
      {R"({"a":01})", "not a JSON value: 01"},
      {R"({"a":nul})", "not a JSON value: nul"},
      {R"({"a":1,})", "a comma before the closing }"},
      {R"({"a" 1})", "expected : after the key \"a\""},
      {R"({"a":"\x"})", "\\x is not an escape of JSON; a backslash is written \\\\"},
      {R"({"a":1}})", "text after the end of the document"},
      {"17", "a document is an object in {}, this is a number"},
      {"\"text\"", "a document is an object in {}, this is text"},
      {"hello world", "a document is an object in {}, this is not JSON: hello world"},
  };
  for (const Case& wrong : cases) {
    const Reading reading = read_text(
        "{\"process.name\":\"before\"}\n" + wrong.document + "\n{\"process.name\":\"after\"}\n",
        name_column());
    ASSERT_EQ(first_column(reading), (Texts{"before", "after"})) << wrong.document.substr(0, 60);
    EXPECT_EQ(reading.report.read, 3U);
    EXPECT_EQ(reading.report.malformed, 1U);
    ASSERT_EQ(reading.report.problems.size(), 1U);
    const std::string expected = wrong.document.find("cut off") == std::string::npos
                                     ? wrong.problem
                                     : "a string has no closing quote on its line";
    EXPECT_EQ(reading.report.problems[0].message, expected);
    EXPECT_EQ(reading.report.problems[0].line, 2U);
    EXPECT_EQ(reading.rows[1].line, 3U);
  }
}

TEST(Reader, DocumentsNestedAThousandDeepAreRead) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 1; i < depth; ++i) text += "{\"a\":";
    return text + "{\"process.name\":\"x\"}" +
           std::string(static_cast<std::size_t>(depth) - 1, '}');
  };
  EXPECT_EQ(read_text(nested(1'000), name_column()).report.usable, 1U);
  const Reading deeper = read_text(nested(1'001), name_column());
  EXPECT_EQ(problems(deeper), (Texts{"1: nested deeper than 1,000"}));
}

TEST(Reader, DuplicateKeysAreFoundInLargeObjects) {
  std::string document = "{";
  for (int i = 0; i < 3'000; ++i) document += format("\"key{}\":{},", i, i);
  EXPECT_EQ(read_text(document + "\"process.name\":\"x\"}", name_column()).report.usable, 1U);
  const Reading twice = read_text(document + "\"key17\":0}", name_column());
  EXPECT_EQ(problems(twice), (Texts{"1: duplicate key \"key17\""}));
}

TEST(Reader, ATruncatedFileKeepsWhatCameBefore) {
  const Reading reading =
      read_text("{\"process.name\":\"a\"}\n{\"process.name\":\"b\"}\n{\"process.na", name_column());
  EXPECT_EQ(first_column(reading), (Texts{"a", "b"}));
  EXPECT_EQ(reading.report.malformed, 1U);
  EXPECT_EQ(reading.report.problems[0].line, 3U);
}

TEST(Reader, AListLeftOpenIsReportedWhereverChunksEnd) {
  const std::string text = "[{\"process.name\":\"a\"},\n{\"process.name\":\"b\"}";
  for (std::size_t bytes = 1; bytes <= text.size() + 1; ++bytes) {
    const Reading reading = read_text(text, name_column(), {}, {.chunk_bytes = bytes});
    EXPECT_EQ(reading.report.usable, 2U) << bytes;
    EXPECT_EQ(problems(reading),
              (Texts{"2: the list of documents ends before its last bracket closes"}))
        << bytes;
  }
}

TEST(Reader, OnlyTheFirstProblemsAreNamedAndAllAreCounted) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "{\"process.name\":}\n{\"process.name\":\"x\"}\n";
  const Reading reading = read_text(text, name_column(), {.threads = 3}, {.chunk_bytes = 50});
  EXPECT_EQ(reading.report.malformed, 25U);
  EXPECT_EQ(reading.report.usable, 25U);
  ASSERT_EQ(reading.report.problems.size(), limits::reported_problems_max);
  EXPECT_EQ(reading.report.problems[9].line, 19U);
}

TEST(Reader, StrictStopsAtTheFirstMalformedDocument) {
  const std::string text = "{\"process.name\":\"a\"}\n{\"process.name\":}\n{\"process.name\":}\n";
  const Reading reading = read_text(text, name_column(), {.strict = true});
  EXPECT_EQ(reading.error, "E403 not a JSON value: }");
  EXPECT_EQ(reading.error_place, "events.json:2");
}

TEST(Reader, PrettyPrintedDocumentsOneAfterAnother) {
  const Reading reading = read_text(R"({
  "process": {
    "name": "one"
  }
}
{
  "process": { "name": "two" }
},

      {
        "process.name": "three",
        "items": [
          { "process.name": "inside" }
        ]
      }{"process.name":"four"}
)",
                                    name_column());
  EXPECT_EQ(first_column(reading), (Texts{"one", "two", "three", "four"}));
  EXPECT_EQ(reading.rows[1].line, 6U);
  EXPECT_EQ(reading.rows[2].line, 10U);
  EXPECT_EQ(reading.report.malformed, 0U);
}

TEST(Reader, ABrokenPrettyPrintedDocumentLosesOnlyItself) {
  const Reading reading = read_text(R"({
  "process": {
    "name": "lost",
    "args": ["a", "b"
  }
{
  "process": { "name": "kept" }
}
{
  "process": { "name": """first line
second { line""" }
}
{
  "process": { "name": "kept too" },
  "note": "no closing quote,
  "pid": 7
}
{
  "process": { "name": "last" }
}
)",
                                    name_column());
  EXPECT_EQ(first_column(reading), (Texts{"kept", "last"}));
  EXPECT_EQ(problems(reading),
            (Texts{"5: expected , or ] but found } (in the document that begins on line 1)",
                   "10: triple quotes are Kibana console syntax, not JSON: write one quoted string "
                   "with \\n for each line "
                   "break (in the document that begins on line 9)",
                   "15: a string has no closing quote on its line (in the document that begins on "
                   "line 13)"}));
}

TEST(Reader, HitsGiveTheirSourceAndWhatItLacksFromFields) {
  Projection projection =
      columns({{"process.name", FieldType::keyword}, {"host.id", FieldType::keyword}});
  projection.add({.name = "_index", .type = FieldType::keyword, .source = "_index"});
  projection.add({.name = "name", .type = FieldType::keyword, .source = "process.name"});
  const Reading reading = read_text(
      R"({"_index":"logs-1","_id":"A","_source":{"process":{"name":"a"},"@timestamp":"2026-03-02T09:14:07Z"},"fields":{"process.name":["other"],"host.id":["h1","h2"]}}
{"_index":"logs-2","_id":"B","fields":{"process.name":["b"],"@timestamp":["2026-03-02T09:14:08Z"]}}
{"_index":"logs-3","_id":"C","_source":{"event":{"id":"from the event"}}}
)",
      projection);
  ASSERT_EQ(reading.rows.size(), 3U);
  EXPECT_EQ(reading.rows[0].values, (std::vector<Texts>{{"a"}, {"h1", "h2"}, {"logs-1"}, {"a"}}));
  EXPECT_EQ(reading.rows[0].id, "A");
  EXPECT_EQ(reading.rows[1].values, (std::vector<Texts>{{"b"}, {}, {"logs-2"}, {"b"}}));
  EXPECT_TRUE(reading.rows[1].is_dated);
  EXPECT_EQ(reading.rows[2].id, "from the event");
}

TEST(Reader, ResponsesGiveEachOfTheirHits) {
  const std::string hit = R"({"_index":"i","_id":"1","_source":{"process":{"name":"hit"}}})";
  const std::string gap = R"({"_index":"","_id":"","_source":{},"missing":true})";
  const std::vector<std::string> responses = {
      R"({"took":1,"timed_out":false,"hits":{"total":{"value":2},"max_score":null,"hits":[)" + hit +
          "," + hit + "]}}",
      R"({"is_partial":false,"took":3,"hits":{"total":{"value":2},"events":[)" + hit + ",\n" + hit +
          "]}}\n",
      R"({"took":3,"hits":{"sequences":[{"join_keys":["a"],"events":[)" + hit + "," + gap +
          R"(]},{"events":[)" + hit + "]}],\"total\":{\"value\":2}}}",
      R"({"hits":{"hits":[)" + hit + "," + hit +
          R"(]},"aggregations":{"by_name":{"buckets":[{"key":"x"}]}}})",
  };
  for (const std::string& response : responses) {
    const Reading alone = read_text(response, name_column());
    EXPECT_EQ(first_column(alone), (Texts{"hit", "hit"})) << response;
    EXPECT_EQ(alone.report.read, 2U);
    // Among other documents too, on lines and in an array.
    const Reading after = read_text(
        "{\"process.name\":\"x\"}\n" + response + "\n{\"process.name\":\"y\"}\n", name_column());
    EXPECT_EQ(first_column(after), (Texts{"x", "hit", "hit", "y"})) << response;
    const Reading listed = read_text("[" + response + "]", name_column());
    EXPECT_EQ(first_column(listed), (Texts{"hit", "hit"})) << response;
  }
  EXPECT_EQ(
      read_text(R"({"took":1,"hits":{"total":{"value":0},"hits":[]}})", name_column()).report.read,
      0U);
}

TEST(Reader, ACutOffResponseKeepsItsWholeHits) {
  const std::string hit = R"({"_index":"i","_id":"1","_source":{"process":{"name":"hit"}}})";
  const Reading in_hit =
      read_text(R"({"took":1,"hits":{"hits":[)" + hit + ",{\"_index\":\"i\",\"_so", name_column());
  EXPECT_EQ(first_column(in_hit), (Texts{"hit"}));
  EXPECT_GE(in_hit.report.malformed, 1U);
  const Reading after_hit = read_text(R"({"took":1,"hits":{"hits":[)" + hit, name_column());
  EXPECT_EQ(first_column(after_hit), (Texts{"hit"}));
  EXPECT_EQ(after_hit.report.malformed, 1U);
}

TEST(Reader, BulkBodiesGiveTheirDocumentsAndIds) {
  const Reading reading = read_text(R"({"index":{"_index":"logs","_id":"1"}}
{"process":{"name":"indexed"}}
{"delete":{"_id":"9"}}
{"create":{}}

{"process":{"name":"created"},"event":{"id":"own"}}
{"update":{"_id":"3"}}
{"doc":{"process":{"name":"updated"}},"doc_as_upsert":true}
{"process":{"name":"plain"}}
{"index":{"_id":"4"}}
{"index":{"inner":{"process.name":"looks like an action"}},"process.name":"is a document"}
)",
                                    name_column());
  EXPECT_EQ(first_column(reading),
            (Texts{"indexed", "created", "updated", "plain", "is a document"}));
  EXPECT_EQ(reading.rows[0].id, "1");
  EXPECT_EQ(reading.rows[1].id, "own");
  EXPECT_EQ(reading.rows[2].id, "3");
  EXPECT_EQ(reading.rows[3].id, "");
  EXPECT_EQ(reading.report.read, 5U);
  const Reading lonely =
      read_text("{\"index\":{}}\n{\"process.name\":\"x\"}\n{\"index\":{}}\n", name_column());
  EXPECT_EQ(problems(lonely), (Texts{"3: a bulk action without the document that it announces"}));
}

TEST(Reader, TimesKeepEveryDigitAndSayWhenTheyAreMissing) {
  const Projection projection =
      columns({{"@timestamp", FieldType::date}, {"at", FieldType::date_nanos}});
  const Reading reading = read_text(
      R"({"@timestamp":"2026-03-02T09:14:07.123456789Z","at":"2026-03-02T09:14:07.123456789Z","event":{"ingested":"2026-03-02T09:14:09Z"}}
{"@timestamp":1772442847123}
{"@timestamp":["1772442847123"]}
{"process":{"name":"undated"}}
{"@timestamp":"yesterday"}
)",
      projection);
  ASSERT_EQ(reading.rows.size(), 5U);
  EXPECT_EQ(reading.rows[0].event_time, 1'772'442'847'123'456'789);
  EXPECT_EQ(reading.rows[0].ingest_time, 1'772'442'849'000'000'000);
  EXPECT_EQ(reading.rows[0].values,
            (std::vector<Texts>{{"1772442847123000000"}, {"1772442847123456789"}}));
  EXPECT_EQ(reading.rows[1].event_time, 1'772'442'847'123'000'000);
  EXPECT_EQ(reading.rows[1].ingest_time, reading.rows[1].event_time);
  EXPECT_EQ(reading.rows[2].event_time, reading.rows[1].event_time);
  EXPECT_FALSE(reading.rows[3].is_dated);
  EXPECT_FALSE(reading.rows[4].is_dated);
  EXPECT_EQ(reading.report.undated, 2U);
  EXPECT_EQ(reading.report.usable, 5U);
  EXPECT_EQ(reading.report.problems.size(), 0U);
  ASSERT_EQ(reading.report.undated_places.size(), 2U);
  EXPECT_EQ(reading.report.undated_places[0].message, "no @timestamp");
  EXPECT_EQ(reading.report.undated_places[1].message, "@timestamp is not a date: yesterday");
  EXPECT_EQ(reading.report.undated_places[1].line, 5U);
  EXPECT_EQ(reading.report.ill_typed, 1U);  // the column, not the place
}

TEST(Reader, NumbersInTextFieldsKeepTheirSpelling) {
  const Projection projection = columns({{"v", FieldType::keyword}});
  const Reading reading = read_text(
      R"({"v":501}
{"v":1.0}
{"v":1.50e3}
{"v":-0}
{"v":0}
{"v":123456789012345678901234567890}
{"v":18446744073709551615}
{"v":true}
{"v":"\ud83d\ude00"}
{"v":"\ud800!"}
{"v":[1.0,"\u0001"]}
)",
      projection);
  EXPECT_EQ(first_column(reading),
            (Texts{"501", "1.0", "1.50e3", "-0", "0", "123456789012345678901234567890",
                   "18446744073709551615", "true", "😀", "\uFFFD!", std::string("1.0+\x01")}));
  EXPECT_EQ(reading.report.malformed, 0U);
}

TEST(Reader, ValuesThatTheirTypeCannotHoldAreMissingAndCounted) {
  const Projection projection =
      columns({{"process.pid", FieldType::long_}, {"source.ip", FieldType::ip}});
  const Reading reading = read_text(
      R"({"process":{"pid":"12"},"source":{"ip":"::FFFF:10.0.0.1"}}
{"process":{"pid":"twelve"},"source":{"ip":["2001:DB8:0:0::1","not an address"]}}
{"process":{"pid":{"value":7}}}
)",
      projection);
  EXPECT_EQ(reading.rows[0].values, (std::vector<Texts>{{"12"}, {"10.0.0.1"}}));
  EXPECT_EQ(reading.rows[1].values, (std::vector<Texts>{{}, {"2001:db8::1"}}));
  EXPECT_EQ(reading.rows[2].values, (std::vector<Texts>{{}, {}}));
  EXPECT_EQ(reading.report.ill_typed, 3U);
  EXPECT_EQ(reading.report.malformed, 0U);
}

TEST(Reader, MalformedDoesNotDependOnTheProjection) {
  const std::string text =
      "{\"other\":{\"deep\":[1,2,{\"x\":1,\"x\":2}]}}\n{\"other\":tru}\n{\"a\":1}\n";
  EXPECT_EQ(read_text(text, columns({})).report.malformed, 2U);
  EXPECT_EQ(read_text(text, columns({{"other.deep.x", FieldType::long_}})).report.malformed, 2U);
}

TEST(Reader, ArraysAreBounded) {
  std::string text = "{\"v\":[";
  for (std::size_t i = 0; i < limits::values_per_field_max + 5; ++i) text += i == 0 ? "1" : ",1";
  text += "]}";
  const Reading reading = read_text(text, columns({{"v", FieldType::long_}}));
  EXPECT_EQ(reading.rows.at(0).values[0].size(), limits::values_per_field_max);
  EXPECT_EQ(reading.report.cut_values, 5U);
}

TEST(Reader, DocumentsThatAreTooLargeAreSkipped) {
  const std::string large = "{\"process.name\":\"" + std::string(5'000, 'x') + "\"}";
  for (const std::size_t chunk : {64U, 100'000U}) {
    for (const std::string& between : {std::string("\n"), std::string(",\n")}) {
      const Reading reading = read_text(
          "{\"process.name\":\"a\"}" + between + large + between + "{\"process.name\":\"b\"}\n",
          name_column(), {}, {.chunk_bytes = chunk, .document_bytes_max = 1'000});
      EXPECT_EQ(first_column(reading), (Texts{"a", "b"})) << chunk;
      EXPECT_EQ(problems(reading), (Texts{"2: the document is too large"}));
      ASSERT_EQ(reading.rows.size(), 2U);
      EXPECT_EQ(reading.rows[1].line, 3U);
    }
  }
}

TEST(Reader, ALineOfAHundredMegabytesIsRead) {
  std::string text = "{\"process\":{\"name\":\"before\"}}\n{\"note\":\"";
  text += std::string(100U << 20U, 'x') +
          "\",\"process\":{\"name\":\"large\"}}\n{\"process\":{\"name\":\"after\"}}\n";
  const Reading reading = read_text(text, name_column());
  EXPECT_EQ(first_column(reading), (Texts{"before", "large", "after"}));
  EXPECT_EQ(reading.rows.at(2).line, 3U);
}

TEST(Reader, MegabytesOfBracketsThatDoNotFitTakeNoLongerThanOthers) {
  const std::string text = "{\"n\":1},\n" + std::string(1U << 20U, '[') +
                           std::string(1U << 20U, '}') + "\n{\"process.name\":\"after\"}\n";
  const Reading reading = read_text(text, name_column());
  EXPECT_EQ(first_column(reading), (Texts{"", "after"}));
  EXPECT_EQ(reading.report.usable + reading.report.malformed, reading.report.read);
}

TEST(Reader, ByteOrderMarkIsSkippedAndUtf16IsRefusedByName) {
  const Reading marked = read_text("\xEF\xBB\xBF{\"process.name\":\"x\"}\r\n", name_column());
  EXPECT_EQ(first_column(marked), (Texts{"x"}));
  for (const std::string_view text :
       {std::string_view("\xFF\xFE{\0}\0\n\0", 8), std::string_view("{\0\"\0a\0\"\0", 8)}) {
    const Reading wide = read_text(text, name_column());
    EXPECT_EQ(problems(wide), (Texts{"1: the file is UTF-16, not UTF-8; convert it first, for "
                                     "example with iconv -f UTF-16 -t UTF-8"}));
    EXPECT_EQ(wide.report.read, 1U);
  }
}

TEST(Reader, SourcesAreTheEventsOnOneLine) {
  const Reading reading = read_text(R"({
  "process": { "name": "a b" }, "n": 1.50
}
{"_index":"i","_id":"1","_source":{ "process.name" : "c" }}
)",
                                    name_column(), {.keep_sources = true});
  ASSERT_EQ(reading.rows.size(), 2U);
  EXPECT_EQ(reading.rows[0].source, R"({"process":{"name":"a b"},"n":1.50})");
  EXPECT_EQ(reading.rows[1].source, R"({"process.name":"c"})");
}

TEST(Reader, AnAliasAndAMultiFieldReadWhereDocumentsCarryThem) {
  Projection projection;
  projection.add({.name = "event.category", .type = FieldType::keyword, .source = "event_type"});
  projection.add({.name = "process.name.caseless",
                  .type = FieldType::keyword,
                  .source = "process.name",
                  .folds_case = true});
  projection.add({.name = "level",
                  .type = FieldType::keyword,
                  .source = "level",
                  .null_value = "NULL",
                  .ignore_above = 4});
  const Reading reading = read_text(
      "{\"event_type\":\"process\",\"process\":{\"name\":\"CMD.exe\"},\"level\":null}\n{\"level\":["
      "\"äöüß\",\"longer\"]}\n",
      projection);
  EXPECT_EQ(reading.rows.at(0).values, (std::vector<Texts>{{"process"}, {"cmd.exe"}, {"NULL"}}));
  EXPECT_EQ(reading.rows.at(1).values[2], (Texts{"äöüß"}));
  EXPECT_EQ(reading.report.ill_typed, 0U);
}

TEST(Reader, BatchesStayWithinTheirLimit) {
  std::string text;
  const std::size_t events = limits::batch_rows_max * 2 + 7;
  for (std::size_t i = 0; i < events; ++i) text += "{\"n\":1}\n";
  const TempFolder folder;
  std::vector<std::size_t> sizes;
  using Sizes = std::vector<std::size_t>;
  const Result<ReadReport> report = read_events<Sizes>(
      {.paths = {folder.write("a.ndjson", text)}}, columns({{"n", FieldType::long_}}),
      [](Sizes& out, const EventBatch& batch) { out.push_back(batch.row_count()); },
      [&](Sizes&& out) { sizes.insert(sizes.end(), out.begin(), out.end()); }, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(sizes, (Sizes{limits::batch_rows_max, limits::batch_rows_max, 7}));
}

TEST(Reader, StopsWhenAsked) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "{\"n\":1}\n";
  const TempFolder folder;
  std::stop_source stop;
  std::uint64_t events = 0;
  const Result<ReadReport> report = read_events_cut<std::uint64_t>(
      {.paths = {folder.write("a.ndjson", text)}}, columns({}),
      [](std::uint64_t& count, const EventBatch& batch) { count += batch.row_count(); },
      [&](std::uint64_t&& count) {
        events += count;
        stop.request_stop();
      },
      stop.get_token(), {.chunk_bytes = 80});
  ASSERT_TRUE(report);
  EXPECT_EQ(events, 10U);
  EXPECT_EQ(report->usable, 10U);
}

}  // namespace
}  // namespace eqlab::event::testing
