#include "tests/unit/rule/linting.h"

namespace eqlab::rule::linting {
namespace {

const std::string suppression =
    "\n[rule.alert_suppression]\ngroup_by = [\"host.id\"]\nmissing_fields_strategy = "
    "\"suppress\"\n";

std::string good_event() {
  const std::string text = good_sequence();
  const std::size_t begin = text.find("sequence by");
  std::string event = text;
  event.replace(begin, text.find("'''", begin) - begin,
                "process where host.os.type == \"linux\" and process.name == \"sh\"\n");
  return set(event, "timestamp_override = \"event.ingested\"");
}

TEST(LintMetadata, RepositoriesWantTheirKeys) {
  const std::string good = good_sequence();
  const std::vector<Slip> slips = {
      {"no language", without(good, "language"), "L301", Severity::error, "rule has no language"},
      {"no description", without(good, "description"), "L301", Severity::error,
       "rule has no description"},
      {"no author", without(good, "author"), "L301", Severity::error, "rule has no author"},
      {"no id", without(good, "rule_id"), "L301", Severity::error, "rule has no rule_id", good},
      {"no date", without(good, "updated_date"), "L301", Severity::error,
       "metadata has no updated_date", good},
      {"no date of birth", without(good, "creation_date"), "L301", Severity::error,
       "metadata has no creation_date", good},
      {"an id in capitals", set(good, "rule_id = \"0F1E2D3C-4B5A-4987-8A6B-1C2D3E4F5A6B\""), "L301",
       Severity::error, "no lower-case UUID"},
      {"an id of another kind", set(good, "rule_id = \"shell-calls-out\""), "L301", Severity::error,
       "no lower-case UUID", good},
      {"a name that ends in a stop", set(good, "name = \"Shell Calls Out.\""), "L301",
       Severity::error, "begins with a letter or digit", good},
      {"a version that is none",
       set(set(good, "min_stack_version = \"8\""), "min_stack_comments = \"new\""), "L301",
       Severity::error, "min_stack_version 8 is no version",
       set(set(good, "min_stack_version = \"8.18.0\""), "min_stack_comments = \"new\"")},
      {"a version without its reason", set(good, "min_stack_version = \"8.18.0\""), "L301",
       Severity::error, "without min_stack_comments"},
      {"a key that repositories do not have",
       set(good, "timestamp_override_fallback_disabled = true"), "L301", Severity::error,
       "cannot carry"},
      {"a date of deprecation on a living rule", set(good, "deprecation_date = \"2024/03/11\""),
       "L301", Severity::error, "not deprecated", good},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
}

TEST(LintMetadata, ARuleOutsideRepositoriesNeedsNoneOfThem) {
  const std::string text =
      "[rule]\nname = \"n.\"\ntype = \"eql\"\nquery = 'any where true'\nindex = "
      "[\"x\"]\nseverity = \"low\"\nrisk_score = 1\nrule_id = \"a\"\n";
  EXPECT_EQ(find(lint_text(text), "L301", ""), nullptr);
}

TEST(LintMetadata, DeprecatedRulesSayWhenAndWhyAndMove) {
  const std::string good = set(
      set(set(good_sequence(), "maturity = \"deprecated\""), "deprecation_date = \"2024/03/11\""),
      "deprecated_reason = \"replaced\"");
  const std::string there = "rules/_deprecated/r.toml";
  EXPECT_EQ(find(lint_text(good, with_fields(), there), "L301", ""), nullptr);
  const std::vector<Slip> slips = {
      {"another day",
       set(good, "deprecation_date = \"2024/03/12\""),
       "L301",
       Severity::error,
       "on the day of its deprecation",
       {},
       there},
      {"no day",
       without(good, "deprecation_date"),
       "L301",
       Severity::error,
       "on the day of its deprecation",
       {},
       there},
      {"among the living", good, "L301", Severity::error, "a folder named _deprecated", good,
       "rules/linux/r.toml", there},
      {"no reason",
       without(good, "deprecated_reason"),
       "L301",
       Severity::warning,
       "without a reason",
       {},
       there},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
}

TEST(LintMetadata, IdsAndNamesAreTakenOnce) {
  const auto first = parse_rule_toml(good_sequence(), "a.toml");
  const auto second = parse_rule_toml(set(good_sequence(), "name = \"Other\""), "b.toml");
  const auto third = parse_rule_toml(
      set(good_sequence(), "rule_id = \"1f1e2d3c-4b5a-4987-8a6b-1c2d3e4f5a6b\""), "c.toml");
  const Rule bare = bare_query("any where true", "a.toml");
  ASSERT_TRUE(first && second && third);
  const auto found = lint_duplicates({&*first, &*second, &*third, &bare, &bare});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].first, 2U);
  EXPECT_EQ(shown({found[0].second}),
            "L301 error 15:1 name Shell Calls Out is that of a.toml too | give one of them another "
            "name\n");
  EXPECT_EQ(found[1].first, 1U);
  EXPECT_EQ(found[1].second.message,
            "rule_id 0f1e2d3c-4b5a-4987-8a6b-1c2d3e4f5a6b is that of a.toml too");
  EXPECT_EQ(found[1].second.place->file, "b.toml");
}

TEST(LintMetadata, ScoresCapsAndOverrides) {
  const std::string good = good_sequence();
  const std::vector<Slip> slips = {
      {"a high score", set(good, "risk_score = 48"), "L305", Severity::error,
       "risk score 48 is high, but severity is medium (22 to 47)"},
      {"a cap above the framework's", set(good, "max_signals = 1001"), "L305", Severity::error,
       "1,001 is above the 1,000 alerts"},
      {"a cap above the search's", set(good, "max_signals = 10001"), "L305", Severity::error,
       "10,001 is above the 10,000 results that a search may ask for: the rule fails"},
      {"an override of names", set(good, "rule_name_override = \"host.name\""), "L322",
       Severity::warning, "ignored for sequences"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  EXPECT_EQ(find(lint_text(set(good_event(), "rule_name_override = \"host.name\"")), "L322", ""),
            nullptr);
  EXPECT_EQ(find(lint_text(set(good, "max_signals = 1000")), "L305", ""), nullptr);
}

TEST(LintMetadata, SuppressionNeedsItsStackAndItsStrategy) {
  const std::string commented = set(good_sequence(), "min_stack_comments = \"new\"");
  const std::string event = set(good_event(), "min_stack_comments = \"new\"") + suppression;
  const std::string sequence = commented + suppression;
  const std::vector<Slip> slips = {
      {"a sequence before 8.18", set(sequence, "min_stack_version = \"8.17.3\""), "L312",
       Severity::error, "on a sequence needs version 8.18"},
      {"an event before 8.14", set(event, "min_stack_version = \"8.13\""), "L312", Severity::error,
       "needs version 8.14"},
      {"no strategy", without(sequence, "missing_fields_strategy"), "L312", Severity::warning,
       "without missing_fields_strategy"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  for (const std::string version : {"8.18.0", "8.19", "9.0.0"}) {
    EXPECT_EQ(
        find(lint_text(set(sequence, format("min_stack_version = \"{}\"", version))), "L312", ""),
        nullptr)
        << version;
  }
  EXPECT_EQ(find(lint_text(set(event, "min_stack_version = \"8.14\"")), "L312", ""), nullptr);
  EXPECT_EQ(find(lint_text(sequence), "L312", ""), nullptr) << "no version is stated";
}

TEST(LintMetadata, DatesVersionsAndFieldsOfYoungerStacks) {
  const std::string good = good_sequence();
  LintOptions locked = with_fields();
  locked.version_locked = true;
  const std::vector<Slip> slips = {
      {"updated before created", set(good, "updated_date = \"2023/12/31\""), "L313",
       Severity::error, "updated 2023/12/31 before it was created 2024/01/10"},
      {"a version under lock",
       set(good, "version = 3"),
       "L313",
       Severity::error,
       "comes from the version lock",
       {},
       "r.toml",
       {},
       locked},
      {"a revision under lock",
       set(good, "revision = 3"),
       "L313",
       Severity::error,
       "comes from the version lock",
       {},
       "r.toml",
       {},
       locked},
      {"timestamp_field before 8.0",
       set(set(set(good, "timestamp_field = \"@timestamp\""), "min_stack_version = \"7.16.0\""),
           "min_stack_comments = \"x\""),
       "L313", Severity::error, "timestamp_field needs version 8.0"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  EXPECT_EQ(find(lint_text(set(good, "version = 3")), "L313", ""), nullptr) << "not locked";
  EXPECT_EQ(find(lint_text(set(good, "updated_date = \"2024/01/10\"")), "L313", ""), nullptr);
}

TEST(LintMetadata, Conventions) {
  const std::string good = good_sequence();
  const std::string block =
      set(set(set(good_event(), "building_block_type = \"default\""), "interval = \"60m\""),
          "from = \"now-119m\"");
  const std::string there = "rules_building_block/r.toml";
  EXPECT_EQ(find(lint_text(block, with_fields(), there), "L329", ""), nullptr);
  const std::vector<Slip> slips = {
      {"a block that runs often", set(block, "interval = \"5m\""), "L329", Severity::warning,
       "runs every 5m, more often than once an hour"},
      {"a block that looks back a little", set(block, "from = \"now-9m\""), "L329",
       Severity::warning, "looks back 9m, less than 119 m"},
      {"a block among other rules", block, "L329", Severity::warning,
       "outside rules_building_block", block, "rules/linux/r.toml", there},
      {"another rule among blocks", good, "L329", Severity::warning, "that is no building block",
       block, there},
      {"a timeline without a title", set(good, "timeline_id = \"a\""), "L329", Severity::warning,
       "timeline_id without timeline_title", good},
      {"a title without a timeline", set(good, "timeline_title = \"a\""), "L329", Severity::warning,
       "timeline_title without timeline_id",
       set(set(good, "timeline_title = \"a\""), "timeline_id = \"a\"")},
      {"no tag of the tactic", set(good, "tags = [\"OS: Linux\"]"), "L329", Severity::warning,
       "first tactic", good},
      {"no tag of the system", set(good, "tags = [\"Tactic: Execution\"]"), "L329",
       Severity::warning, "one operating system", good},
      {"another rule's guide", with(good, "Investigating Shell Calls Out", "Investigating Else"),
       "L329", Severity::warning, "the investigation guide is that of Else", good},
      {"a file of another name", good, "L329", Severity::warning, "named after the first tactic",
       good, "rules/linux/persistence_shell.toml", "rules/linux/execution_shell.toml"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
  EXPECT_EQ(find(lint_text(set(set(block, "interval = \"5m\""), "bypass_bbr_timing = true"),
                           with_fields(), there),
                 "L329", ""),
            nullptr);
  for (const std::string file : {"rules/shell.toml", "shell.toml", "my_rules/linux/shell.toml"})
    EXPECT_EQ(find(lint_text(good, with_fields(), file), "L329", ""), nullptr) << file;
  EXPECT_EQ(find(lint_text(with(set(good, "tags = [\"Tactic: Execution\"]"),
                                "network where host.os.type == \"linux\"",
                                "network where host.os.type == \"macos\"")),
                 "L329", ""),
            nullptr)
      << "a rule for two systems";
}

}  // namespace
}  // namespace eqlab::rule::linting
