// What the three makers of rows need of the one builder: documents (JSON), cases, the generator.
#include "harness/event/batch_builder.h"

#include <gtest/gtest.h>

#include "reading.h"

namespace eqlab::event::testing {
namespace {

using Kind = Scalar::Kind;
using Outcome = Coercer::Outcome;
using Texts = std::vector<std::string>;

Scalar text(std::string_view value) { return {.kind = Kind::text, .text = value}; }
Scalar integer(std::int64_t value) { return {.kind = Kind::integer, .integer = value}; }

Projection name_and_pid() {
  return columns({{"name", FieldType::keyword}, {"pid", FieldType::long_}});
}

TEST(BatchBuilder, ARowHasWhatWasStoredAndNothingElse) {
  const Projection projection = name_and_pid();
  BatchBuilder builder(projection);
  EventBatch batch(projection);
  builder.begin_row(batch);
  EXPECT_EQ(builder.store(0, text("a")), Outcome::kept);
  EXPECT_EQ(builder.store(0, integer(7)), Outcome::kept);
  EXPECT_EQ(builder.store(1, text("12")), Outcome::kept);
  EXPECT_TRUE(builder.has(0));
  builder.end_row({.event_time = EventTime(Duration{5}), .line = 3, .ordinal = 2, .id = "x"});
  builder.begin_row(batch);
  EXPECT_FALSE(builder.has(0));
  EXPECT_EQ(builder.store(0, {}), Outcome::absent);
  EXPECT_EQ(builder.store(1, text("twelve")), Outcome::ill_typed);
  EXPECT_EQ(builder.ill_typed(), 1U);
  builder.end_row({.ingest_time = IngestTime(Duration{9}), .source = "{}"});

  const std::vector<Row> rows = rows_of(batch);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].values, (std::vector<Texts>{{"a", "7"}, {"12"}}));
  EXPECT_TRUE(rows[0].is_dated);
  EXPECT_EQ(rows[0].event_time, 5);
  EXPECT_EQ(rows[0].ingest_time, 5);  // ingested when it happened, unless stated
  EXPECT_EQ(rows[0].line, 3U);
  EXPECT_EQ(rows[0].ordinal, 2U);
  EXPECT_EQ(rows[0].id, "x");
  EXPECT_EQ(rows[1].values, (std::vector<Texts>{{}, {}}));
  EXPECT_FALSE(rows[1].is_dated);
  EXPECT_EQ(rows[1].ingest_time, 9);
}

TEST(BatchBuilder, ARowThatIsNotEndedLeavesNoRow) {
  const Projection projection = name_and_pid();
  BatchBuilder builder(projection);
  EventBatch batch(projection);
  builder.begin_row(batch);
  builder.store(0, text("a broken document"));
  builder.store(1, text("x"));
  builder.store(builder.timestamp(), text("2026-03-02"));
  builder.store(builder.id(), text("1"));
  builder.begin_row(batch);
  EXPECT_EQ(builder.ill_typed(), 0U);
  EXPECT_FALSE(builder.has(builder.id()));
  builder.store(0, text("b"));
  builder.end_row(builder.place());
  const std::vector<Row> rows = rows_of(batch);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].values, (std::vector<Texts>{{"b"}, {}}));
  EXPECT_FALSE(rows[0].is_dated);
  EXPECT_EQ(rows[0].id, "");
}

TEST(BatchBuilder, PlacesAreReadByTheFormatsOfTheirFields) {
  Projection projection = columns({{"name", FieldType::keyword}});
  projection.add({.name = "@timestamp",
                  .type = FieldType::date,
                  .source = "@timestamp",
                  .date_format = "epoch_second"});
  BatchBuilder builder(projection);
  EventBatch batch(projection);
  builder.begin_row(batch);
  builder.store(builder.timestamp(), {});  // null is no value
  EXPECT_FALSE(builder.has(builder.timestamp()));
  builder.store(builder.timestamp(), integer(100));
  builder.store(builder.timestamp(), integer(200));  // the first one counts
  builder.store(builder.ingest(), text("1970-01-01T00:03:00Z"));
  builder.store(builder.id(), integer(7));
  EXPECT_EQ(builder.place().event_time, EventTime(std::chrono::seconds(100)));
  EXPECT_EQ(builder.place().ingest_time, IngestTime(std::chrono::minutes(3)));
  EXPECT_EQ(builder.place().id, "7");

  builder.begin_row(batch);
  builder.store(builder.timestamp(), text("yesterday"));
  EXPECT_TRUE(builder.has(builder.timestamp()));
  EXPECT_EQ(builder.place().event_time, std::nullopt);
  EXPECT_EQ(builder.unread_time(), "yesterday");
}

TEST(BatchBuilder, ANumberInATextColumnIsSpelledAsItsCallerSays) {
  const Projection projection = name_and_pid();
  BatchBuilder builder(projection);
  EventBatch batch(projection);
  builder.begin_row(batch);
  EXPECT_TRUE(builder.is_text(0));
  EXPECT_FALSE(builder.is_text(1));
  EXPECT_FALSE(builder.is_text(builder.id()));
  EXPECT_EQ(builder.store(0, {.kind = Kind::real, .real = 1.5}), Outcome::needs_spelling);
  EXPECT_FALSE(builder.has(0));
  builder.store(0, {.kind = Kind::number_text, .text = "1.50"});         // as a document has it
  builder.store(0, {.kind = Kind::real, .real = 1.5, .text = "15e-1"});  // as a case has it
  builder.store(1, {.kind = Kind::real, .real = 1.5, .text = "15e-1"});
  builder.end_row({});
  EXPECT_EQ(rows_of(batch)[0].values, (std::vector<Texts>{{"1.50", "15e-1"}, {"1"}}));
}

TEST(BatchBuilder, AnObjectInPlaceOfAValueIsIllTyped) {
  const Projection projection =
      columns({{"name", FieldType::keyword}, {"process", FieldType::object}});
  BatchBuilder builder(projection);
  EventBatch batch(projection);
  builder.begin_row(batch);
  builder.store_object(1);
  builder.store_object(builder.id());
  EXPECT_EQ(builder.ill_typed(), 0U);
  builder.store_object(0);
  EXPECT_EQ(builder.ill_typed(), 1U);
}

TEST(BatchBuilder, ArraysAreBounded) {
  const Projection projection = name_and_pid();
  BatchBuilder builder(projection);
  EventBatch batch(projection);
  builder.begin_row(batch);
  for (std::size_t i = 0; i < limits::values_per_field_max + 3; ++i) builder.store(1, integer(1));
  EXPECT_EQ(builder.cut_values(), 3U);
  builder.end_row({});
  EXPECT_EQ(batch.columns[1].codes(0).size(), limits::values_per_field_max);
}

TEST(BatchBuilder, CodesMayBeKeptAndPushedWithoutTheBuilder) {
  const Projection projection = name_and_pid();
  BatchBuilder builder(projection);
  EventBatch stored(projection);
  EventBatch pushed(projection);
  ValueCode code = no_value;
  EXPECT_EQ(builder.code_of(1, text("12"), pushed.columns[1].dictionary(), code), Outcome::kept);
  for (std::uint64_t row = 0; row < 3; ++row) {
    const RowPlace place{.event_time = EventTime(Duration{7}), .line = row, .id = "x"};
    builder.begin_row(stored);
    builder.store(1, text("12"));
    builder.end_row(place);
    pushed.columns[0].push_missing();
    pushed.columns[1].push(code);
    pushed.place_row(place);
  }
  EXPECT_EQ(rows_of(stored), rows_of(pushed));
}

TEST(EventBatch, APlaceComesBackAsItWasGiven) {
  EventBatch batch{Projection{}};
  batch.place_row({.event_time = EventTime(Duration{5}),
                   .ingest_time = IngestTime(Duration{6}),
                   .line = 3,
                   .ordinal = 2,
                   .id = "x",
                   .source = "{}"});
  const RowPlace place = batch.place_of(0);
  EXPECT_EQ(place.event_time, EventTime(Duration{5}));
  EXPECT_EQ(place.ingest_time, IngestTime(Duration{6}));
  EXPECT_EQ(place.line, 3U);
  EXPECT_EQ(place.ordinal, 2U);
  EXPECT_EQ(place.id, "x");
  EXPECT_EQ(place.source, "{}");
}

}  // namespace
}  // namespace eqlab::event::testing
