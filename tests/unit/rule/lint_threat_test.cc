#include "tests/unit/rule/linting.h"

namespace eqlab::rule::linting {
namespace {

TEST(LintThreat, ReferencesAgreeWithThemselves) {
  const std::string good = good_sequence();
  const std::string address = "https://attack.mitre.org/";
  const std::vector<Slip> slips = {
      {"another tactic's address", with(good, "tactics/TA0002/", "tactics/TA0011/"), "L313",
       Severity::error, "does not belong to TA0002", good},
      {"another technique's address", with(good, "techniques/T1059/\"", "techniques/T1071/\""),
       "L313", Severity::error, "does not belong to T1059", good},
      {"another sub-technique's address", with(good, "T1059/004/", "T1059/001/"), "L313",
       Severity::error, "does not belong to T1059.004", good},
      {"another site", with(good, address + "tactics/TA0002/", "https://example.org/TA0002/"),
       "L313", Severity::error, "does not belong to TA0002", good},
      {"a sub-technique under another", with(good, "\"T1059.004\"", "\"T1071.001\""), "L313",
       Severity::error, "T1071.001 is not a sub-technique of T1059", good},
      {"a tactic's id", with(good, "\"TA0002\"", "\"T0002\""), "L313", Severity::error,
       "T0002 is no id of ATT&CK's tactics", good},
      {"a technique's id", with(good, "\"T1059\"", "\"1059\""), "L313", Severity::error,
       "1059 is no id of ATT&CK's techniques", good},
      {"a framework nobody knows", with(good, "MITRE ATT&CK", "Mitre Attack"), "L313",
       Severity::error, "the framework Mitre Attack is not known"},
      {"a tactic twice",
       good + good.substr(good.find("[[rule.threat]]"),
                          good.find("[[rule.threat.technique]]") - good.find("[[rule.threat]]")),
       "L313", Severity::error, "tactic TA0002 is listed twice", good},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
}

TEST(LintThreat, MappingsAreOnePerFrameworkAndVersion) {
  const auto mapping = [](const std::string& version) {
    return format("\n[[rule.threat_mappings]]\nframework = \"MITRE ATT&CK\"\nversion = \"{}\"\n",
                  version);
  };
  const std::string good = good_sequence() + mapping("17") + mapping("18");
  EXPECT_EQ(find(lint_text(good), "L313", ""), nullptr);
  expect_seen_and_mended({"the same version twice", good + mapping("17"), "L313", Severity::error,
                          "MITRE ATT&CK 17 is mapped twice", good});
}

TEST(LintThreat, TheHintIsTheLineToWrite) {
  const auto found = lint_text(with(good_sequence(), "T1059/004/", "T1059/001/"));
  const Diagnostic* const seen = find(found, "L313", "");
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->hint, "reference = \"https://attack.mitre.org/techniques/T1059/004/\"");
  EXPECT_EQ(seen->place->source_line,
            "reference = \"https://attack.mitre.org/techniques/T1059/001/\"");
}

TEST(LintThreat, AMissingLastSlashAndTheOtherFrameworkAreFine) {
  EXPECT_EQ(find(lint_text(with(good_sequence(), "T1059/004/", "T1059/004")), "L313", ""), nullptr);
  const std::string text = good_sequence();
  const std::string atlas =
      text.substr(0, text.find("[[rule.threat]]")) +
      "[[rule.threat]]\nframework = \"MITRE ATLAS\"\ntactic = {id = \"AML.TA0005\", name = "
      "\"Execution\", reference = \"https://atlas.mitre.org/tactics/AML.TA0005/\"}\n";
  EXPECT_EQ(find(lint_text(atlas), "L313", ""), nullptr);
}

}  // namespace
}  // namespace eqlab::rule::linting
