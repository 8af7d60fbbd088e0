// Keys against each other and against what a rule repository asks. Tested in
// tests/unit/rule/lint_metadata_test.cc.
#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/rule/lint_findings.h"

namespace eqlab::rule {
namespace {

constexpr std::uint32_t max_signals_ceiling = 1000;
constexpr std::uint32_t search_size_ceiling = 10'000;

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (is_dash ? c != '-' : !is_hex) return false;
  }
  return true;
}

bool is_alphanumeric(char c) {
  const char folded = fold_ascii(c);
  return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9');
}

/// `8.18`, `9.1.0`.
bool is_stack_version(std::string_view text) {
  int parts = 1;
  char before = '.';
  for (const char c : text) {
    if (c == '.' && before == '.') return false;
    if (c != '.' && (c < '0' || c > '9')) return false;
    parts += c == '.' ? 1 : 0;
    before = c;
  }
  return before != '.' && (parts == 2 || parts == 3);
}

bool lies_in(std::string_view path, std::string_view folder) {
  while (!path.empty()) {
    const std::size_t end = path.find_first_of("/\\");
    if (end == std::string_view::npos) return false;  // the file itself
    if (path.substr(0, end) == folder) return true;
    path.remove_prefix(end + 1);
  }
  return false;
}

class MetadataLint {
 public:
  MetadataLint(const LintSubject& subject, Findings& findings)
      : subject_(subject), rule_(subject.rule), findings_(findings) {}

  void run() {
    if (subject_.is_in_repository()) {
      check_required();
      check_forms();
      check_dates();
      check_deprecation();
      check_tags();
      check_file_name();
      check_guide();
    }
    check_stack();
    check_score();
    check_cap();
    check_overrides();
    check_suppression();
    check_building_block();
    check_timeline();
  }

 private:
  void error(std::string_view code, std::string_view key, std::string message, std::string hint) {
    findings_.add(Severity::error, code, key, std::move(message), std::move(hint));
  }
  void warning(std::string_view code, std::string_view key, std::string message, std::string hint) {
    findings_.add(Severity::warning, code, key, std::move(message), std::move(hint));
  }
  [[nodiscard]] std::string_view metadata(const std::string& key) const {
    const auto found = rule_.metadata.find(key);
    return found == rule_.metadata.end() ? std::string_view() : std::string_view(found->second);
  }
  [[nodiscard]] std::string_view text(const std::string& key) const {
    const auto found = rule_.texts.find(key);
    return found == rule_.texts.end() ? std::string_view() : std::string_view(found->second);
  }

  // --- 1 ---

  void check_required() {
    struct Wanted {
      std::string_view key;
      std::string_view hint;
    };
    constexpr std::array<Wanted, 4> wanted = {
        {{"author", "author = [\"…\"]"},
         {"description", "description = \"…\""},
         {"language", "language = \"eql\""},
         {"rule_id", "rule_id = \"…\", a new UUID in lower case"}}};
    for (const Wanted& key : wanted) {
      if (!subject_.has(key.key))
        error("L301", "", format("rule has no {}", key.key), std::string(key.hint));
    }
    for (const std::string key : {"creation_date", "updated_date"}) {
      if (!rule_.metadata.contains(key))
        error("L301", "", format("metadata has no {}", key), format("{} = \"YYYY/MM/DD\"", key));
    }
  }

  void check_forms() {
    if (subject_.has("rule_id") && !is_uuid(rule_.rule_id)) {
      const std::string folded = fold_ascii(rule_.rule_id);
      error("L301", "rule_id", "rule_id is no lower-case UUID",
            is_uuid(folded) ? format("rule_id = \"{}\"", folded)
                            : "32 hexadecimal digits in groups of 8-4-4-4-12");
    }
    const std::string_view name = rule_.name;
    if (!name.empty() && (!is_alphanumeric(name.front()) ||
                          (!is_alphanumeric(name.back()) &&
                           std::string_view("[]()").find(name.back()) == std::string_view::npos))) {
      error("L301", "name",
            "a rule's name begins with a letter or digit, and ends with one or with a bracket",
            "leave out what stands around the name");
    }
    const std::string_view stack = metadata("min_stack_version");
    if (!stack.empty() && !is_stack_version(stack)) {
      error("L301", "metadata.min_stack_version",
            format("min_stack_version {} is no version", stack), "write it as 8.18.0");
    }
    if (!stack.empty() && metadata("min_stack_comments").empty()) {
      error("L301", "metadata.min_stack_version", "min_stack_version without min_stack_comments",
            "min_stack_comments = \"…\"");
    }
    if (subject_.has("timestamp_override_fallback_disabled")) {
      error("L301", "timestamp_override_fallback_disabled",
            "a rule repository cannot carry timestamp_override_fallback_disabled",
            "remove timestamp_override_fallback_disabled");
    }
  }

  // --- 13 ---

  void check_dates() {
    const std::string_view created = metadata("creation_date");
    const std::string_view updated = metadata("updated_date");
    if (!created.empty() && !updated.empty() && updated < created) {
      error("L313", "metadata.updated_date",
            format("updated {} before it was created {}", updated, created),
            format("updated_date = \"{}\"", created));
    }
    if (!subject_.options.version_locked) return;
    for (const std::string_view key : {"version", "revision"}) {
      if (subject_.has(key)) {
        error("L313", key, format("{} stands in the rule, but comes from the version lock", key),
              format("remove {}", key));
      }
    }
  }

  void check_stack() {
    if (subject_.has("timestamp_field") && subject_.stack_may_be_below(8, 0)) {
      error("L313", "metadata.min_stack_version", "timestamp_field needs version 8.0",
            "min_stack_version = \"8.0.0\"");
    }
    if (!rule_.suppression) return;
    if (subject_.is_sequence() && subject_.stack_may_be_below(8, 18)) {
      error("L312", "metadata.min_stack_version",
            "alert_suppression on a sequence needs version 8.18", "min_stack_version = \"8.18.0\"");
    } else if (subject_.stack_may_be_below(8, 14)) {
      error("L312", "metadata.min_stack_version", "alert_suppression needs version 8.14",
            "min_stack_version = \"8.14.0\"");
    }
  }

  void check_deprecation() {
    const bool is_deprecated = metadata("maturity") == "deprecated";
    if (!is_deprecated) {
      if (rule_.metadata.contains("deprecation_date")) {
        error("L301", "metadata.deprecation_date",
              "deprecation_date on a rule that is not deprecated", "maturity = \"deprecated\"");
      }
      return;
    }
    if (metadata("deprecation_date") != metadata("updated_date")) {
      error("L301",
            rule_.metadata.contains("deprecation_date") ? "metadata.deprecation_date"
                                                        : "metadata.maturity",
            "a deprecated rule was updated last on the day of its deprecation",
            format("deprecation_date = \"{}\"", metadata("updated_date")));
    }
    if (!lies_in(rule_.file, "_deprecated")) {
      error("L301", "metadata.maturity", "a deprecated rule lies in a folder named _deprecated",
            "move the file there");
    }
    if (metadata("deprecated_reason").empty()) {
      warning("L301", "metadata.maturity", "deprecated without a reason",
              "deprecated_reason = \"…\"");
    }
  }

  // --- 5 ---

  void check_score() {
    struct Band {
      std::string_view severity;
      std::uint32_t low;
      std::uint32_t high;
    };
    constexpr std::array<Band, 4> bands = {
        {{"low", 0, 21}, {"medium", 22, 47}, {"high", 48, 73}, {"critical", 74, 100}}};
    const auto stated = std::ranges::find(bands, rule_.severity, &Band::severity);
    const auto scored = std::ranges::find_if(bands, [&](const Band& band) {
      return rule_.risk_score >= band.low && rule_.risk_score <= band.high;
    });
    if (stated == bands.end() || scored == bands.end() || stated == scored) return;
    error("L305", "risk_score",
          format("risk score {} is {}, but severity is {} ({} to {})", rule_.risk_score,
                 scored->severity, stated->severity, stated->low, stated->high),
          format("severity = \"{}\", or a risk_score from {} to {}", scored->severity, stated->low,
                 stated->high));
  }

  void check_cap() {
    const std::uint32_t cap = rule_.schedule.max_signals;
    if (cap <= max_signals_ceiling) return;
    error("L305", "max_signals",
          cap > search_size_ceiling
              ? format("max_signals {} is above the {} results that a search may ask for: the "
                       "rule fails",
                       group_digits(cap), group_digits(search_size_ceiling))
              : format("max_signals {} is above the {} alerts that Kibana allows one run",
                       group_digits(cap), group_digits(max_signals_ceiling)),
          format("max_signals = {}", max_signals_ceiling));
  }

  // --- 22 ---

  void check_overrides() {
    if (!subject_.is_sequence()) return;
    for (const std::string_view key :
         {"risk_score_mapping", "rule_name_override", "severity_mapping"}) {
      if (subject_.has(key)) {
        warning("L322", key, format("{} is ignored for sequences", key), format("remove {}", key));
      }
    }
  }

  // --- 12 ---

  void check_suppression() {
    // Only rule repositories want it said.
    if (rule_.format == RuleFormat::json || !rule_.suppression ||
        !rule_.suppression->missing_fields_strategy.empty())
      return;
    warning("L312", "alert_suppression",
            "alert_suppression without missing_fields_strategy: Kibana takes suppress, rule "
            "repositories want it said",
            "missing_fields_strategy = \"suppress\"");
  }

  // --- 29 ---

  void check_building_block() {
    const bool is_block = !text("building_block_type").empty();
    const bool in_folder = lies_in(rule_.file, "rules_building_block");
    if (in_folder && !is_block) {
      warning("L329", "", "a rule in rules_building_block that is no building block",
              "building_block_type = \"default\"");
    }
    if (!is_block) return;
    if (!in_folder && lies_in(rule_.file, "rules")) {
      warning("L329", "building_block_type", "a building block outside rules_building_block",
              "move the file there");
    }
    if (metadata("bypass_bbr_timing") == "true") return;
    if (rule_.schedule.interval < std::chrono::minutes{60}) {
      warning("L329", subject_.has("interval") ? "interval" : "building_block_type",
              format("a building block runs every {}, more often than once an hour",
                     human_duration(rule_.schedule.interval)),
              "interval = \"60m\"");
    }
    if (rule_.schedule.look_back < std::chrono::minutes{119}) {
      warning("L329", subject_.has("from") ? "from" : "building_block_type",
              format("a building block looks back {}, less than 119 m",
                     human_duration(rule_.schedule.look_back)),
              "from = \"now-119m\"");
    }
  }

  void check_timeline() {
    for (const auto& [key, other] :
         {std::pair("timeline_id", "timeline_title"), std::pair("timeline_title", "timeline_id")}) {
      if (subject_.has(key) && !subject_.has(other)) {
        warning("L329", key, format("{} without {}: neither is used", key, other),
                format("add {}, or remove {}", other, key));
      }
    }
  }

  [[nodiscard]] bool is_tagged(const std::string& tag) const {
    return std::ranges::find(rule_.tags, tag) != rule_.tags.end();
  }

  void check_tags() {
    if (rule_.tags.empty()) return;
    if (!rule_.threat.empty()) {
      const std::string tag = format("Tactic: {}", rule_.threat[0].tactic.name);
      if (!is_tagged(tag)) {
        warning("L329", "tags", "the first tactic is not among the tags",
                format("add \"{}\" to tags", tag));
      }
    }
    const std::string tag = system_tag();
    if (!tag.empty() && !is_tagged(tag)) {
      warning("L329", "tags",
              "every stage asks for one operating system, which is not among the tags",
              format("add \"{}\" to tags", tag));
    }
  }

  /// `rules/linux/execution_….toml`: repositories sort by system, then by first tactic.
  void check_file_name() {
    const std::size_t slash = rule_.file.find_last_of("/\\");
    if (rule_.threat.empty() || slash == std::string::npos) return;
    const std::string_view folder = std::string_view(rule_.file).substr(0, slash);
    if (!lies_in(folder, "rules") || lies_in(rule_.file, "_deprecated")) return;
    std::string prefix = fold_ascii(rule_.threat[0].tactic.name) + "_";
    std::ranges::replace(prefix, ' ', '_');
    if (std::string_view(rule_.file).substr(slash + 1).starts_with(prefix)) return;
    warning("L329", "", "the file is not named after the first tactic",
            format("begin its name with {}", prefix));
  }

  /// `OS: …` when every stage demands the same host.os.type, else empty.
  [[nodiscard]] std::string system_tag() const {
    std::string found;
    for (const eql::CheckedStage& stage : subject_.query.stages) {
      const std::string system = demanded_system(stage.filter);
      if (system.empty() || (!found.empty() && system != found)) return {};
      found = system;
    }
    if (found == "windows") return "OS: Windows";
    if (found == "macos") return "OS: macOS";
    if (found == "linux") return "OS: Linux";
    return {};
  }
  [[nodiscard]] std::string demanded_system(eql::ConditionId filter) const {
    std::vector<eql::ConditionId> open = {filter};
    while (!open.empty()) {
      const eql::Condition& condition = subject_.query.conditions[open.back()];
      open.pop_back();
      if (condition.kind == eql::ConditionKind::all)
        open.insert(open.end(), condition.children.begin(), condition.children.end());
      if (condition.kind != eql::ConditionKind::leaf) continue;
      const eql::Leaf& leaf = subject_.query.leaves[condition.leaf];
      if (leaf.kind != eql::LeafKind::equal || leaf.field.source != "host.os.type" ||
          leaf.constants.size() != 1) {
        continue;
      }
      if (const auto* text = std::get_if<std::string>(&leaf.constants[0])) return fold_ascii(*text);
    }
    return {};
  }

  void check_guide() {
    constexpr std::string_view title = "### Investigating ";
    const std::string_view note = text("note");
    std::size_t at = note.find(title);
    if (at == std::string_view::npos || (at > 0 && note[at - 1] != '\n')) return;
    at += title.size();
    const std::string_view named =
        trim(note.substr(at, std::min(note.find_first_of("\r\n", at), note.size()) - at));
    if (named == rule_.name) return;
    warning("L329", "note", format("the investigation guide is that of {}", named),
            format("### Investigating {}", rule_.name));
  }

  const LintSubject& subject_;
  const Rule& rule_;
  Findings& findings_;
};

}  // namespace

void lint_metadata(const LintSubject& subject, Findings& findings) {
  MetadataLint(subject, findings).run();
}

}  // namespace eqlab::rule
