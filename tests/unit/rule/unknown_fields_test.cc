#include "harness/rule/unknown_fields.h"

#include <gtest/gtest.h>

#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

using eql::UnknownFields;

Rule rule_of(const std::string& keys, const std::string& query) {
  auto rule =
      parse_rule_toml("[rule]\nname = \"n\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n" +
                          keys + "\nquery = '''" + query + "'''\n",
                      "r.toml");
  EXPECT_TRUE(rule) << render(rule.error());
  return *rule;
}

/// `NAME TYPE` of each field that is taken as mapped, `?` before optional ones; or the error.
std::string assumed(const Rule& rule, const event::Schema& schema = event::Schema::builtin()) {
  const auto query = compile(rule, schema);
  if (!query) return format("{} {}", query.error().code, query.error().hint);
  std::string out;
  for (const eql::AssumedField& field : query->assumed)
    out += format("{}{} {}\n", field.optional ? "?" : "", field.name, to_string(field.type));
  for (const auto& [name, where] : query->unmapped) out += format("null {}\n", name);
  return out;
}
std::string assumed(const std::string& query) { return assumed(bare_query(query, "q.eql")); }

TEST(UnknownFields, FollowFromTheSchemaAndTheIndex) {
  const event::Schema& builtin = event::Schema::builtin();
  const auto of = [&](const std::string& keys, const event::Schema& schema) {
    return unknown_fields(rule_of(keys, "any where true"), schema);
  };
  EXPECT_EQ(of("index = [\"logs-endpoint.events.process-*\", \"logs-endpoint.alerts-*\"]", builtin),
            UnknownFields::other_families_mapped);
  EXPECT_EQ(of("index = [\"eu:logs-endpoint.events.*\", \".ds-logs-endpoint.events.*\"]", builtin),
            UnknownFields::other_families_mapped);
  EXPECT_EQ(of("index = [\"logs-endpoint.events.*\", \"-logs-old.*\"]", builtin),
            UnknownFields::other_families_mapped);
  EXPECT_EQ(of("index = [\"logs-endpoint.events.*\", \"winlogbeat-*\"]", builtin),
            UnknownFields::mapped);
  EXPECT_EQ(of("index = [\"logs-*\"]", builtin), UnknownFields::mapped);
  EXPECT_EQ(of("data_view_id = \"x\"", builtin), UnknownFields::mapped);
  EXPECT_EQ(unknown_fields(bare_query("any where true", "q"), builtin),
            UnknownFields::other_families_mapped);
  const event::Schema own = event::Schema::of({{.name = "a", .type = event::FieldType::keyword}});
  EXPECT_EQ(of("index = [\"logs-*\"]", own), UnknownFields::unmapped);
  EXPECT_EQ(of("index = [\"logs-*\"]", event::Schema::open()), UnknownFields::unmapped);
}

TEST(UnknownFields, OtherFamiliesAreMapped) {
  EXPECT_EQ(assumed("any where winlog.event_data.SubjectUserSid == \"x\" and okta.score > 5 and "
                    "endgame.ok and cidrMatch(aws.address, \"10.0.0.0/8\")"),
            "winlog.event_data.SubjectUserSid keyword\nokta.score double\nendgame.ok boolean\n"
            "aws.address ip\n");
}

TEST(UnknownFields, ExtensionsOfElasticDefendAreMapped) {
  EXPECT_EQ(assumed("process where process.Ext.api.name == \"VirtualProtect\" and "
                    "dll.Ext.load_index == 2"),
            "process.Ext.api.name keyword\ndll.Ext.load_index double\n");
  EXPECT_EQ(assumed("process where process.Ext.toke.integrity_level_name == \"high\"").substr(0, 4),
            "E201");
}

TEST(UnknownFields, SlipsOfThePenAreErrors) {
  EXPECT_EQ(assumed("any where proces.name == \"x\""), "E201 did you mean process.name?");
  EXPECT_EQ(assumed("any where process.nmae == \"x\"").substr(0, 22), "E201 did you mean proc");
  const Rule elsewhere = rule_of("index = [\"winlogbeat-*\"]", "any where process.nmae == \"x\"");
  EXPECT_EQ(assumed(elsewhere).substr(0, 22), "E201 did you mean proc");
}

TEST(UnknownFields, KnownFamiliesAreCompleteForElasticDefendOnly) {
  const std::string query = "any where process.sandbox_verdict == \"x\"";
  EXPECT_EQ(assumed(query).substr(0, 4), "E201");
  EXPECT_EQ(assumed(rule_of("index = [\"logs-endpoint.events.*\"]", query)).substr(0, 4), "E201");
  EXPECT_EQ(assumed(rule_of("index = [\"logs-endpoint.events.*\", \"endgame-*\"]", query)),
            "process.sandbox_verdict keyword\n");
}

TEST(UnknownFields, ANameWithoutFamilyIsNone) {
  EXPECT_EQ(assumed("any where verdict == \"x\"").substr(0, 4), "E201");
  EXPECT_EQ(assumed(rule_of("index = [\"own-*\"]", "any where verdict == \"x\"")),
            "verdict keyword\n");
}

TEST(UnknownFields, OptionalOnesAreMappedUnlessASchemaSaysOtherwise) {
  const std::string query = "any where not ?process.sandbox_verdict in (\"x\")";
  EXPECT_EQ(assumed(query), "?process.sandbox_verdict keyword\n");
  const event::Schema own =
      event::Schema::of({{.name = "@timestamp", .type = event::FieldType::date}});
  EXPECT_EQ(assumed(bare_query(query, "q"), own), "null process.sandbox_verdict\n");
  EXPECT_EQ(assumed(bare_query(query, "q"), event::Schema::open()), "");
}

TEST(UnknownFields, OneFieldHasOneType) {
  EXPECT_EQ(assumed("any where okta.a != null and okta.a > 5"), "okta.a double\n")
      << "null says nothing";
  EXPECT_EQ(assumed("any where okta.a == \"10.0.0.1\" or cidrMatch(okta.a, \"10.0.0.0/8\")"),
            "okta.a ip\n")
      << "an argument says more than a constant beside it";
  EXPECT_EQ(assumed("any where okta.a == 5 or okta.a + 1 == 6"), "okta.a double\n");
  EXPECT_EQ(assumed("any where okta.a : \"x\" and length(okta.a) > 3"), "okta.a keyword\n");
  EXPECT_EQ(assumed("any where okta.a : \"x\" and okta.a + 1 == 2"),
            "E213 write number(…) around it, or concat to join")
      << "it cannot be both";
}

TEST(UnknownFields, KeysTakeTheTypeOfTheirPlace) {
  EXPECT_EQ(assumed("sequence [process where true] by process.pid [any where true] by okta.pid"),
            "okta.pid double\n");
  EXPECT_EQ(assumed("sequence by okta.id [any where okta.id > 5] [any where true]"),
            "okta.id double\n");
  EXPECT_EQ(assumed("sequence by ?okta.id [any where true] [any where true]"),
            "?okta.id keyword\n");
}

TEST(UnknownFields, ScriptsOnDifferentTypesAreDifferentLeaves) {
  const auto leaf = [](const std::string& query) {
    const auto checked = compile(bare_query(query, "q"), event::Schema::builtin());
    EXPECT_TRUE(checked) << render(checked.error());
    return checked ? checked->leaves[0].identity : "";
  };
  EXPECT_EQ(leaf("any where string(okta.a) == \"5\""),
            "script(string(okta.a) == \"5\" okta.a:keyword)");
  EXPECT_EQ(leaf("any where string(okta.a) == \"5\" and okta.a > 3"),
            "script(string(okta.a) == \"5\" okta.a:double)");
}

TEST(UnknownFields, NothingIsAssumedOfSettings) {
  Rule rule = bare_query("any where true", "q");
  rule.timestamp_field = "okta.time";
  EXPECT_EQ(assumed(rule).substr(0, 4), "E201");
  rule.timestamp_field = "@timestamp";
  rule.tiebreaker_field = "okta.sequence";
  EXPECT_EQ(assumed(rule).substr(0, 4), "E201");
}

}  // namespace
}  // namespace eqlab::rule
