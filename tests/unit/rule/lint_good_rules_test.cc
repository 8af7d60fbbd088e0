// Rules as people write them, for each kind of data: lint has no error for any of them, and no
// warning beyond what stands beside it.
#include "harness/rule/lint_codes.h"
#include "tests/unit/rule/linting.h"

namespace eqlab::rule::linting {
namespace {

struct Good {
  std::string name;
  std::string system;  ///< tag
  std::string index;
  std::string query;
  std::string more;
  std::vector<std::string> warnings = {};
  std::string file = "rules/any/persistence_r.toml";
};

std::string text_of(const Good& rule) {
  return format(R"([metadata]
creation_date = "2023/05/02"
integration = ["endpoint"]
maturity = "production"
updated_date = "2024/11/30"

[rule]
author = ["Example"]
description = "For a test."
index = [{}]
language = "eql"
license = "none"
name = "{}"
risk_score = 47
rule_id = "5c1b7d80-93f2-4f6e-8d55-0b5f3a6e1c29"
severity = "medium"
tags = ["{}", "Tactic: Persistence"]
type = "eql"
{}
query = '''
{}
'''

[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0003"
name = "Persistence"
reference = "https://attack.mitre.org/tactics/TA0003/"
)",
                rule.index, rule.name, rule.system, rule.more, rule.query);
}

const std::string ingested = "from = \"now-9m\"\ntimestamp_override = \"event.ingested\"";

TEST(LintGoodRules, AreLeftInPeace) {
  const std::vector<Good> rules = {
      {"Run Key Points at a Temporary Folder",
       "OS: Windows",
       "\"logs-endpoint.events.registry-*\", \"winlogbeat-*\", "
       "\"logs-windows.sysmon_operational-*\"",
       "registry where host.os.type == \"windows\" and event.type == \"change\" and\n"
       "  registry.path : (\"HKLM\\\\*\\\\CurrentVersion\\\\Run\\\\*\", "
       "\"HKEY_USERS\\\\*\\\\Run\\\\*\") and\n"
       "  registry.data.strings : \"?:\\\\Users\\\\*\\\\Temp\\\\*\" and not process.name : "
       "\"setup.exe\"",
       ingested,
       {"L316"}},
      {"Kernel Module Loaded by Hand",
       "OS: Linux",
       "\"auditbeat-*\", \"logs-auditd_manager.auditd-*\"",
       "driver where host.os.type == \"linux\" and event.action == \"loaded-kernel-module\" and\n"
       "  process.args : (\"insmod\", \"modprobe\") and user.id == \"0\"",
       ingested,
       {"L316"}},
      {"Office Starts a Shell",
       "OS: Windows",
       "\"logs-endpoint.events.process-*\"",
       "process where host.os.type == \"windows\" and event.type == \"start\" and\n"
       "  process.parent.name : (\"winword.exe\", \"excel.exe\") and\n"
       "  process.name : (\"cmd.exe\", \"powershell.exe\") and process.args_count > 2",
       ingested,
       {"L316"}},
      {"Start-up Item Written",
       "OS: macOS",
       "\"logs-endpoint.events.file-*\"",
       "file where host.os.type == \"macos\" and event.action : \"modification\" and\n"
       "  file.path : \"/Library/StartupItems/*\" and not process.code_signature.trusted == true",
       ingested,
       {"L316"}},
      {"Download Started Later", "OS: Linux", "\"logs-endpoint.events.*\"",
       "sequence by host.id, process.entity_id with maxspan=1m\n"
       "  [file where host.os.type == \"linux\" and event.action == \"creation\" and\n"
       "     file.path : \"/tmp/*\"]\n"
       "  [network where host.os.type == \"linux\" and event.action == \"connection_attempted\" "
       "and\n     not cidrmatch(destination.ip, \"10.0.0.0/8\", \"127.0.0.0/8\")]",
       "from = \"now-13m\""},
      {"Unsigned Library Beside a Signed Program",
       "OS: Windows",
       "\"logs-endpoint.events.library-*\"",
       "library where host.os.type == \"windows\" and event.action == \"load\" and\n"
       "  dll.path : \"?:\\\\Users\\\\*\" and not dll.code_signature.trusted == true",
       ingested,
       {"L316"}},
      {"Address Looked Up",
       "OS: Windows",
       "\"logs-endpoint.events.network-*\"",
       "network where host.os.type == \"windows\" and dns.question.name : \"*.onion.*\" and\n"
       "  process.name != \"tor.exe\"",
       ingested,
       {"L316"}},
      {"Account Listed",
       "OS: Windows",
       "\"logs-endpoint.events.process-*\"",
       "process where host.os.type == \"windows\" and process.name : \"net.exe\" and\n"
       "  process.args : \"user\" and not user.id == \"S-1-5-18\"",
       "building_block_type = \"default\"\nfrom = \"now-119m\"\ninterval = \"60m\"\n"
       "timestamp_override = \"event.ingested\"",
       {"L316"},
       "rules_building_block/persistence_r.toml"},
  };
  for (const Good& rule : rules) {
    std::vector<std::string> warned;
    const auto found = lint_text(text_of(rule), with_fields(), rule.file);
    for (const Diagnostic& d : found) {
      EXPECT_NE(d.severity, Severity::error) << rule.name << "\n" << shown({d});
      if (d.severity == Severity::warning) warned.push_back(d.code);
    }
    EXPECT_EQ(warned, rule.warnings) << rule.name << "\n" << shown(found);
  }
}

TEST(LintGoodRules, EveryCodeIsExplained) {
  std::string_view before;
  for (const LintCode& code : lint_codes()) {
    EXPECT_LT(before, code.code);
    EXPECT_GT(code.help.size(), 40U) << code.code;
    EXPECT_EQ(find_lint_code(code.code), &code);
    before = code.code;
  }
  EXPECT_EQ(find_lint_code("E201"), nullptr);
}

}  // namespace
}  // namespace eqlab::rule::linting
