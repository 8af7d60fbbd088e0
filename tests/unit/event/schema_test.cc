// Schemas from every source, and what is said of those that cannot be read.
#include "harness/event/schema.h"

#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "reading.h"

namespace eqlab::event::testing {
namespace {

using Texts = std::vector<std::string>;

const Field& field(const Schema& schema, std::string_view name) {
  static const Field nothing{.name = "not found"};
  const Field* found = schema.find(name);
  return found == nullptr ? nothing : *found;
}

TEST(Schema, TheBuiltinKnowsWhatRulesUse) {
  const Schema& schema = Schema::builtin();
  EXPECT_GT(schema.size(), 2'900U);
  EXPECT_EQ(field(schema, "event.category").type, FieldType::keyword);
  EXPECT_EQ(field(schema, "@timestamp").type, FieldType::date);
  EXPECT_EQ(field(schema, "event.ingested").type, FieldType::date);
  EXPECT_EQ(field(schema, "process.pid").type, FieldType::long_);
  EXPECT_EQ(field(schema, "destination.ip").type, FieldType::ip);
  EXPECT_EQ(field(schema, "process.command_line").type, FieldType::wildcard);
  EXPECT_EQ(field(schema, "process.entity_id").source, "process.entity_id");
  EXPECT_EQ(schema.find("process.nmae"), nullptr);
  EXPECT_FALSE(schema.is_open());
}

TEST(Schema, MultiFieldsReadTheirParent) {
  const Field& caseless = field(Schema::builtin(), "process.name.caseless");
  EXPECT_EQ(caseless.type, FieldType::keyword);
  EXPECT_EQ(caseless.source, "process.name");
  EXPECT_TRUE(caseless.folds_case);
  const Field& text = field(Schema::builtin(), "process.command_line.text");
  EXPECT_EQ(text.type, FieldType::text);
  EXPECT_EQ(text.source, "process.command_line");
  EXPECT_FALSE(text.has_exact);
}

TEST(Schema, WhatLiesUnderNestedIsNested) {
  EXPECT_EQ(field(Schema::builtin(), "process.Ext.code_signature.trusted").type, FieldType::nested);
  EXPECT_EQ(field(Schema::builtin(), "process.code_signature.trusted").type, FieldType::boolean);
}

TEST(Schema, SimilarNamesAreOffered) {
  EXPECT_EQ(Schema::builtin().similar("process.nmae").front(), "process.name");
  EXPECT_TRUE(Schema::builtin().similar("entirely.different.words.altogether").empty());
}

TEST(Schema, AnOpenSchemaKnowsNothingAndSaysSo) {
  EXPECT_TRUE(Schema::open().is_open());
  EXPECT_EQ(Schema::open().find("@timestamp"), nullptr);
}

TEST(Schema, CsvHasItsColumnsInAnyOrder) {
  const auto schema = Schema::from_csv(
      "\xEF\xBB\xBFtype,level,field\r\nkeyword,core,host.id\r\n\r\nlong,core,\"odd, name\"\r\n",
      "fields.csv");
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->size(), 2U);
  EXPECT_EQ(field(*schema, "host.id").type, FieldType::keyword);
  EXPECT_EQ(field(*schema, "odd, name").type, FieldType::long_);
}

TEST(Schema, ABrokenRowIsShownWhereItStands) {
  const auto wrong_type = Schema::from_csv("field,type\nhost.id,keywor\n", "fields.csv");
  ASSERT_FALSE(wrong_type);
  EXPECT_EQ(render(wrong_type.error()),
            "fields.csv:2:9: error E402: unknown type \"keywor\" of host.id\n"
            "  host.id,keywor\n"
            "          ^^^^^^\n"
            "  did you mean keyword?\n");
  const auto short_row = Schema::from_csv("field,type\nhost.id\n", "fields.csv");
  ASSERT_FALSE(short_row);
  EXPECT_EQ(short_row.error().code, "E402");
  EXPECT_EQ(short_row.error().place->line, 2U);
  const auto twice = Schema::from_csv("field,type\na,long\na,ip\n", "fields.csv");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message, "a was long above");
  for (const std::string_view text : {"", "name,kind\na,b\n", "just words"}) {
    EXPECT_EQ(Schema::from_csv(text, "fields.csv").error().code, "E401") << text;
  }
}

constexpr std::string_view mapping = R"({"properties":{
  "@timestamp":{"type":"date_nanos"},
  "event_type":{"type":"keyword"},
  "event":{"properties":{"category":{"type":"alias","path":"event_type"}}},
  "host.name":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}},
  "message":{"type":"match_only_text"},
  "level":{"type":"keyword","null_value":"NULL","normalizer":"lowercase"},
  "day":{"type":"date","format":"dd-MM-yyyy"},
  "place":{"type":"geo_point"},
  "parts":{"type":"nested","properties":{"name":{"type":"keyword"},"inner":{"properties":{"x":{"type":"long"}}}}}
}})";

void expect_mapping(const Result<Schema>& schema) {
  ASSERT_TRUE(schema) << render(schema.error());
  EXPECT_EQ(field(*schema, "@timestamp").type, FieldType::date_nanos);
  EXPECT_EQ(field(*schema, "event").type, FieldType::object);
  EXPECT_EQ(field(*schema, "event.category").type, FieldType::keyword);
  EXPECT_EQ(field(*schema, "event.category").source, "event_type");
  EXPECT_EQ(field(*schema, "host").type, FieldType::object);
  EXPECT_TRUE(field(*schema, "host.name").has_exact);
  EXPECT_EQ(field(*schema, "host.name").ignore_above, 256U);
  EXPECT_EQ(field(*schema, "host.name.keyword").source, "host.name");
  EXPECT_FALSE(field(*schema, "message").has_exact);
  EXPECT_EQ(field(*schema, "level").null_value, "NULL");
  EXPECT_TRUE(field(*schema, "level").folds_case);
  EXPECT_EQ(field(*schema, "day").date_format, "dd-MM-yyyy");
  EXPECT_EQ(field(*schema, "place").type, FieldType::unsupported);
  EXPECT_EQ(field(*schema, "parts.name").type, FieldType::nested);
  EXPECT_EQ(field(*schema, "parts.inner.x").type, FieldType::nested);
}

TEST(Schema, MappingsComeInManyWrappings) {
  const std::string inner(mapping);
  expect_mapping(Schema::from_mapping(inner, "m.json"));
  expect_mapping(Schema::from_mapping("{\"mappings\":" + inner + "}", "m.json"));
  expect_mapping(Schema::from_mapping("{\"logs-1\":{\"mappings\":" + inner + "}}", "m.json"));
  expect_mapping(Schema::from_mapping(
      "{\"logs-1\":{\"mappings\":" + inner + "},\"logs-2\":{\"mappings\":{}}}", "m.json"));
  expect_mapping(Schema::from_mapping(
      "{\"index_patterns\":[\"logs-*\"],\"template\":{\"settings\":{},\"mappings\":" + inner + "}}",
      "m.json"));
  expect_mapping(Schema::from_mapping(
      "{\"index_templates\":[{\"name\":\"logs\",\"index_template\":{\"template\":{\"mappings\":" +
          inner + "}}}]}",
      "m.json"));
  const TempFolder folder;
  expect_mapping(Schema::load(folder.write("schema.txt", "\n" + inner)));
}

TEST(Schema, IndicesMergeAndConflictingTypesAreOfNoUse) {
  const auto schema = Schema::from_mapping(
      R"({"a":{"mappings":{"properties":{"x":{"type":"keyword"},"y":{"type":"long"},"z":{"type":"keyword"}}}},
          "b":{"mappings":{"properties":{"x":{"type":"wildcard"},"y":{"type":"ip"},"w":{"type":"ip"}}}}})",
      "m.json");
  ASSERT_TRUE(schema);
  EXPECT_EQ(field(*schema, "x").type, FieldType::keyword);
  EXPECT_EQ(field(*schema, "y").type, FieldType::unsupported);
  EXPECT_EQ(field(*schema, "z").type, FieldType::keyword);
  EXPECT_EQ(field(*schema, "w").type, FieldType::ip);
}

TEST(Schema, BrokenMappingsAreShownWhereTheyBreak) {
  const auto broken = Schema::from_mapping("{\"properties\":\n  {\"a\": nonsense}}", "m.json");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "E401");
  EXPECT_EQ(broken.error().place->line, 2U);
  EXPECT_EQ(Schema::from_mapping("{\"settings\":{}}", "m.json").error().message,
            "no \"mappings\" or \"properties\" found");
  EXPECT_EQ(Schema::from_mapping(R"({"properties":{"a":{"type":"alias","path":"b"}}})", "m.json")
                .error()
                .message,
            "alias a points to b, which is not mapped");
  EXPECT_EQ(Schema::load("/nonexistent/schema.json").error().code, "E901");
}

TEST(SchemaMapping, ObjectsAreReadAsDeepAsDocumentsAre) {
  const auto nested = [](int depth) {
    std::string begin;
    std::string end;
    for (int i = 0; i < depth; ++i) {
      begin += R"({"properties":{"a":)";
      end += "}}";
    }
    return begin + R"({"type":"keyword"})" + end;
  };
  EXPECT_TRUE(Schema::from_mapping(nested(limits::document_depth_max), "m.json"));
  const auto deeper = Schema::from_mapping(nested(limits::document_depth_max + 2), "m.json");
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, "E401");
}

}  // namespace
}  // namespace eqlab::event::testing
