// The table of formats: which row takes a file, and what each row owes to the others.
#include <gtest/gtest.h>

#include <map>

#include "harness/event/io/format.h"
#include "reading.h"

namespace eqlab::event::testing {
namespace {

std::string_view told(std::string_view text, bool is_whole_file = true) {
  return format_of({.text = text, .is_whole_file = is_whole_file}).name;
}

TEST(Formats, AreToldByContent) {
  EXPECT_EQ(told("{\"a\":1}\n{\"b\":2}\n"), "JSON lines");
  EXPECT_EQ(told("\n  {\"a\":1} \r\n"), "JSON lines");
  EXPECT_EQ(told("{\"index\":{}}\n{\"b\":2}"), "JSON lines");
  EXPECT_EQ(told("[{\"a\":1}]"), "JSON");
  EXPECT_EQ(told("{\n\"a\":1}"), "JSON");
  EXPECT_EQ(told(R"({"took":1,"hits":{"hits":[]}})"), "JSON");
  EXPECT_EQ(told(""), "JSON");
  EXPECT_EQ(told("text"), "JSON");  // who takes everything says what is wrong with it
  EXPECT_EQ(told("\xFF\xFE{"), "UTF-16");
  EXPECT_EQ(told(std::string_view("{\0\"\0", 4)), "UTF-16");
}

TEST(Formats, ALineThatIsCutOffTellsNothing) {
  EXPECT_EQ(told("{\"a\":1}\n{\"b\":", false), "JSON lines");
  EXPECT_EQ(told("{\"a\":1}\n{\"b\":", true), "JSON");
  EXPECT_EQ(told("{\"a\":1}", false), "JSON");
}

TEST(Formats, EveryRowIsReadOrRefused) {
  std::map<std::string_view, int> names;
  for (const Format* const row : formats()) {
    SCOPED_TRACE(row->name);
    EXPECT_EQ(++names[row->name], 1);
    ASSERT_NE(row->recognises, nullptr);
    EXPECT_EQ(row->make_cutter == nullptr, !row->refusal.empty());
    EXPECT_EQ(row->make_parser == nullptr, !row->refusal.empty());
  }
  EXPECT_TRUE(formats().back()->recognises({.text = "\x7F"
                                                    "ELF"}));
}

TEST(Formats, CuttersCutTheWholeTextWhateverTheySeeOfIt) {
  const std::map<std::string_view, std::string> examples = {
      {"JSON lines", "{\"a\":1}\n\n{\"index\":{}}\n{\"b\":[2]}\n{\"c\":3}"},
      {"JSON", "[{\"a\":1},\n {\"b\":[2]} , {\"c\":\n3}]\n"}};
  for (const Format* const row : formats()) {
    if (row->make_cutter == nullptr) continue;
    SCOPED_TRACE(row->name);
    ASSERT_TRUE(examples.contains(row->name)) << "a new format needs an example here";
    const std::string& text = examples.at(row->name);
    EXPECT_EQ(told(text), row->name);
    for (std::size_t step = 1; step <= text.size(); ++step) {
      const auto cutter = row->make_cutter(limits::document_bytes_max);
      std::size_t begin = 0;
      std::size_t wanted = step;
      while (begin < text.size()) {
        const std::size_t held = std::min(text.size() - begin, wanted);
        const bool is_last = begin + held == text.size();
        const Cut cut = cutter->cut(std::string_view(text).substr(begin, held), wanted, is_last);
        ASSERT_NE(cut.kind, Cut::Kind::too_large);
        if (cut.kind == Cut::Kind::needs_more) {
          wanted *= 2;
          ASSERT_LT(wanted, 4 * text.size());
          continue;
        }
        ASSERT_LE(cut.end, held);
        ASSERT_GT(cut.end, 0U);
        begin += cut.end;
        wanted = step;
      }
      EXPECT_FALSE(cutter->is_open());
    }
  }
}

TEST(Formats, AFolderIsSearchedForTheEndingsOfAll) {
  for (const Format* const row : formats()) {
    for (const std::string_view ending : row->endings) {
      const TempFolder folder;
      folder.write("events" + std::string(ending), "{\"n\":\"x\"}\n");
      EXPECT_EQ(read({.paths = {folder.path()}}, columns({{"n", FieldType::keyword}})).report.files,
                1U)
          << ending;
    }
  }
}

TEST(ReadPlan, APathIsWhereItsValuesGo) {
  Projection projection = columns({{"process.name", FieldType::keyword}});
  projection.add({.name = "process.name.text", .type = FieldType::text, .source = "process.name"});
  const ReadPlan plan(projection, 100, false);
  const BatchBuilder builder(projection);
  const auto targets = [&](std::string_view path) {
    const auto found = plan.targets_of(path);
    return std::vector<BatchBuilder::Target>(found.begin(), found.end());
  };
  EXPECT_EQ(targets("process.name"), (std::vector<BatchBuilder::Target>{0, 1}));
  EXPECT_EQ(targets("@timestamp"), std::vector{builder.timestamp()});
  EXPECT_EQ(targets("event.ingested"), std::vector{builder.ingest()});
  EXPECT_EQ(targets("event.id"), std::vector{builder.id()});
  EXPECT_TRUE(targets("process").empty());
  EXPECT_TRUE(targets("process.name.text").empty());
  EXPECT_TRUE(targets("unknown").empty());
}

}  // namespace
}  // namespace eqlab::event::testing
