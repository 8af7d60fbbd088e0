#pragma once

#include <string>
#include <string_view>

#include "harness/rule/rule.h"

/// The readers of each form of file; `parse_rules` chooses among them.
namespace eqlab::rule {

/// One rule file in TOML.
[[nodiscard]] RuleSet parse_rules_toml(std::string text, const std::string& file);

/// `lines`: an export, one object a line, whose rules find their exception lists in it. `document`:
/// one JSON text, a rule, an array of rules or an answer of the API's find.
enum class JsonForm : std::uint8_t { lines, document };
[[nodiscard]] RuleSet parse_rules_json(std::string_view text, const std::string& file,
                                       JsonForm form);

/// Could the text be one of rules? Folders of rules keep all kinds of TOML and JSON; what names no
/// rule there is none. `name` decides how it is looked at, as for a file.
[[nodiscard]] bool speaks_of_rules(std::string_view text, const std::string& name);

/// The rule that load_rule answers, out of what a file holds.
[[nodiscard]] Result<Rule> choose_rule(RuleSet set, const std::string& path, const std::string& id);

}  // namespace eqlab::rule
