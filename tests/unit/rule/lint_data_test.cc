#include "tests/unit/rule/linting.h"

namespace eqlab::rule::linting {
namespace {

/// The good rule with another query.
std::string asking(const std::string& query) {
  std::string text = good_sequence();
  const std::size_t begin = text.find("sequence by");
  return text.replace(begin, text.find("'''", begin) - begin, query + "\n");
}
std::string reading(const std::string& index, const std::string& query) {
  return set(asking(query), "index = " + index);
}

std::string suppressed_by(const std::string& fields, const std::string& strategy = "suppress") {
  return good_sequence() + format(
                               "\n[rule.alert_suppression]\ngroup_by = [{}]\n"
                               "missing_fields_strategy = \"{}\"\n",
                               fields, strategy);
}

TEST(LintData, IndicesThatCannotHoldTheEvents) {
  const std::string good = good_sequence();
  const std::vector<Slip> slips = {
      {"an index list narrowed to one stage",
       set(good, "index = [\"logs-endpoint.events.process-*\"]"), "L307", Severity::error,
       "none of the rule's indices holds network events: stage 2 can never match"},
      {"a query of other data",
       reading("[\"logs-endpoint.events.process*\"]", "file where file.name == \"a\""), "L307",
       Severity::error, "holds file events: the rule can never match"},
      {"on another cluster",
       reading("[\"far:logs-endpoint.events.file-default\"]", "registry where true"), "L307",
       Severity::error, "holds registry events"},
      {"drivers are in the library stream",
       reading("[\"logs-endpoint.events.process-*\"]", "driver where true"), "L307",
       Severity::error, "holds driver events"},
      {"DNS look-ups are network events",
       reading("[\"logs-endpoint.events.network-*\"]", "dns where dns.question.name == \"a\""),
       "L307", Severity::error, "writes DNS look-ups as network events",
       reading("[\"logs-endpoint.events.network-*\"]", "network where dns.question.name == \"a\"")},
      {"two sources", set(good, "data_view_id = \"security\""), "L307", Severity::error,
       "index and data_view_id are both set"},
      {"no source", without(good, "index"), "L307", Severity::warning, "neither index nor"},
      {"an empty list", set(good, "index = []"), "L307", Severity::warning, "neither index nor"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
}

TEST(LintData, ALongListIsNotRepeated) {
  std::string index;
  for (int i = 0; i < 40; ++i) index += format("\"logs-endpoint.events.process-n{}\", ", i);
  const auto found = lint_text(reading("[" + index + "]", "file where true"));
  const Diagnostic* const seen = find(found, "L307", "");
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->hint, "add \"logs-endpoint.events.file-*\" to index");
  EXPECT_EQ(
      find(lint_text(reading("[" + index + "\"logs-endpoint.events.file-*\"]", "file where true")),
           "L307", ""),
      nullptr);
}

TEST(LintData, UnknownIndicesMayHoldAnything) {
  for (const std::string index :
       {"logs-endpoint.events.*", "logs-*", "auditbeat-*", "logs-endpoint.events.security-*",
        "logs-endpoint.events.pro*", "logs-windows.sysmon_operational-*", "*:logs-*",
        "logs-endpoint.events.process.new-*", "logs-endpoint.alerts-*"}) {
    const auto found = lint_text(reading(format("[\"{}\"]", index), "registry where true"));
    EXPECT_EQ(find(found, "L307", ""), nullptr) << index << "\n" << shown(found);
  }
  EXPECT_EQ(find(lint_text(reading("[\"logs-endpoint.events.process-*\"]", "iam where true")),
                 "L307", ""),
            nullptr)
      << "a category that the table does not speak about";
  EXPECT_EQ(find(lint_text(reading("[\"logs-endpoint.events.process-*\"]", "any where true")),
                 "L307", ""),
            nullptr);
  EXPECT_EQ(
      find(lint_text(set(reading("[\"logs-endpoint.events.process-*\"]", "registry where true"),
                         "event_category_override = \"event.module\"")),
           "L307", ""),
      nullptr);
}

TEST(LintData, KeysThatAStageDoesNotHave) {
  const std::string query =
      "sequence by host.id with maxspan=30s\n"
      "  [process where process.name == \"a\"] by process.working_directory\n"
      "  [network where process.name == \"a\"] by process.working_directory";
  const auto found = lint_text(asking(query));
  const Diagnostic* const seen = find(found, "L308", "");
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(shown({*seen}),
            "L308 error 28:42 no network event of Elastic Defend has process.working_directory, so "
            "stage 2 never joins | join by a field that all stages have, such as "
            "process.entity_id or host.id\n");
  const std::string mended =
      with(with(query, "by process.working_directory", "by process.entity_id"),
           "by process.working_directory", "by process.entity_id");
  EXPECT_EQ(find(lint_text(asking(mended)), "L308", ""), nullptr);
  // Said to be optional, on data that others may write too, or with another schema: not judged.
  EXPECT_EQ(find(lint_text(asking(with(with(query, "by process.w", "by ?process.w"), "by process.w",
                                       "by ?process.w"))),
                 "L308", ""),
            nullptr);
  EXPECT_EQ(
      find(lint_text(reading("[\"logs-endpoint.events.*\", \"auditbeat-*\"]", query)), "L308", ""),
      nullptr);
  const event::Schema own = event::Schema::builtin();
  LintOptions options;
  options.schema = &own;
  EXPECT_EQ(find(lint_text(asking(query), options), "L308", ""), nullptr);
}

TEST(LintData, ASharedKeyIsNamedOnceForEachStream) {
  const auto found = lint_text(
      asking("sequence by file.path with maxspan=30s [process where true] [network where true]\n"
             "  [network where user.id == \"0\"]"));
  EXPECT_EQ(std::ranges::count(found, "L308", &Diagnostic::code), 2) << shown(found);
}

TEST(LintData, ConditionsOnFieldsThatTheDocumentsNeverHave) {
  const std::string query =
      "sequence by host.id with maxspan=30s\n"
      "  [process where process.args == \"x\"]\n"
      "  [network where process.args == \"x\" or process.args : \"y*\"]";
  const auto found = lint_text(asking(query));
  const Diagnostic* const seen = find(found, "L308", "");
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(shown({*seen}),
            "L308 warning 28:18 no network event of Elastic Defend has process.args, so it counts "
            "as missing here | write ?process.args if other data is meant to have it, or remove "
            "the condition\n");
  EXPECT_EQ(std::ranges::count(found, "L308", &Diagnostic::code), 1) << "once a stage";
  const std::string mended =
      with(with(query, "[network where process.args", "[network where ?process.args"),
           "or process.args", "or ?process.args");
  EXPECT_EQ(find(lint_text(asking(mended)), "L308", ""), nullptr);
  EXPECT_EQ(find(lint_text(asking(with(with(query, "process.args == \"x\" or process.args : \"y*\"",
                                            "process.args == null"),
                                       "\"x\"", "\"x\""))),
                 "L308", ""),
            nullptr)
      << "asking for what is missing is no slip";
  EXPECT_EQ(find(lint_text(asking("sequence by host.id with maxspan=30s [process where "
                                  "process.name.caseless == \"x\"] [network where "
                                  "process.name.caseless == \"x\"]")),
                 "L308", ""),
            nullptr)
      << "a multi-field is where its field is";
}

TEST(LintData, SettingsThatNameNoFieldOrNoDate) {
  const std::string event = reading("[\"logs-endpoint.events.*\"]", "process where true");
  const std::vector<Slip> slips = {
      {"a misspelt override", set(event, "timestamp_override = \"event.ingestet\""), "L308",
       Severity::error, "the field of timestamp_override event.ingestet is not in the schema",
       set(event, "timestamp_override = \"event.ingested\"")},
      {"an override that is no date", set(event, "timestamp_override = \"event.action\""), "L308",
       Severity::error, "names event.action, which is keyword, not a date"},
      {"a misspelt group", suppressed_by("\"host.idd\""), "L308", Severity::error,
       "the field of group_by host.idd is not in the schema", suppressed_by("\"host.id\"")},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  EXPECT_EQ(find(lint_text(slips[0].text, LintOptions{}), "L308", ""), nullptr) << "no schema";
  const event::Schema open = event::Schema::open();
  LintOptions options;
  options.schema = &open;
  EXPECT_EQ(find(lint_text(slips[0].text, options), "L308", ""), nullptr);
}

TEST(LintData, Timestamps) {
  const std::string good = good_sequence();
  const std::string event = reading("[\"logs-endpoint.events.*\"]", "process where true");
  const std::vector<Slip> slips = {
      {"an event query without", event, "L319", Severity::warning,
       "events that arrive more than 480 s late can be lost"},
      {"a sequence with", set(good, "timestamp_override = \"event.ingested\""), "L319",
       Severity::warning, "cut by event.ingested and the sequence ordered by @timestamp"},
      {"a sequence in order of arrival", set(good, "timestamp_field = \"event.ingested\""), "L309",
       Severity::error, "whole seconds"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  const std::string other = set(event, "timestamp_override = \"event.created\"");
  const auto found = lint_text(other);
  const Diagnostic* const seen = find(found, "L319", "without event.created are taken by");
  ASSERT_NE(seen, nullptr) << shown(found);
  EXPECT_EQ(seen->severity, Severity::info);
  EXPECT_EQ(find(lint_text(set(other, "timestamp_override_fallback_disabled = true")), "L319", ""),
            nullptr);
}

TEST(LintData, GroupsThatAlertsOfSequencesDoNotHave) {
  const std::vector<Slip> slips = {
      {"a field of one stage", suppressed_by("\"process.args\""), "L323", Severity::warning,
       "stage 2 never has process.args, so the alert of the sequence has none: such alerts all "
       "fall into one group"},
      {"the same, not suppressed", suppressed_by("\"process.args\"", "doNotSuppress"), "L323",
       Severity::warning, "such alerts are not suppressed at all"},
      {"a field that differs from event to event", suppressed_by("\"destination.ip\""), "L323",
       Severity::warning, "stage 1 never has destination.ip"},
      {"a field of events of any process",
       with(suppressed_by("\"process.name\""), "by host.id, process.entity_id", "by host.id"),
       "L323", Severity::warning, "process.name is no join key"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  const auto found = lint_text(suppressed_by("\"host.id\", \"process.name\", \"user.id\""));
  EXPECT_EQ(std::ranges::count(found, Severity::warning, &Diagnostic::severity), 0) << shown(found);
  const Diagnostic* const room = find(found, "L323", "");
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(room->message,
            "a sequence writes 3 documents, so max_signals 100 leaves room for 33 whole groups a "
            "run");
  EXPECT_EQ(room->severity, Severity::info);
}

TEST(LintData, RulesOverAlerts) {
  const std::string text = set(good_sequence(), "index = [\".alerts-security*\", \"logs-*\"]");
  const auto found = lint_text(text);
  const Diagnostic* const seen = find(found, "L327", ".alerts-security* holds alerts");
  ASSERT_NE(seen, nullptr) << shown(found);
  EXPECT_EQ(seen->severity, Severity::warning);
  EXPECT_TRUE(seen->hint.starts_with("remove \".alerts-security*\" from index"));
  EXPECT_EQ(find(lint_text(with(text, "\".alerts-security*\", ", "")), "L327", ""), nullptr);
}

}  // namespace
}  // namespace eqlab::rule::linting
