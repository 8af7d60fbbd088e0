// One rule object of Kibana's API. What lint looks at later is taken here, with the place of each
// key; what nobody looks at is passed over. Tested in tests/unit/rule/json_files_test.cc.
#include "harness/rule/json_reader.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/document/decoded_string.h"
#include "harness/rule/date_math.h"
#include "harness/rule/filters.h"
#include "harness/rule/toml_keys.h"

namespace eqlab::rule {
namespace {

using document::Node;
using Kind = Node::Kind;

Failure<Diagnostic> wrong(const Node& node, std::string_view key, std::string_view expected) {
  return fail(error_at(node.span, "E303", format("{} must be {}", key, expected)));
}

class RuleReader {
 public:
  explicit RuleReader(const Node& node) : node_(node) {}

  Result<Rule> run() {
    rule_.format = RuleFormat::json;
    EQLAB_CHECK(take_texts());
    EQLAB_CHECK(take_language());
    EQLAB_CHECK(take_lists());
    EQLAB_CHECK(take_numbers());
    EQLAB_CHECK(take_schedule());
    EQLAB_CHECK(take_suppression());
    EQLAB_CHECK(take_threats());
    if (const Node* const filters = node_.find("filters")) {
      EQLAB_TRY(rule_.filters, read_filters(*filters));
    }
    if (const Node* const lists = node_.find("exceptions_list")) {
      EQLAB_TRY(rule_.exception_references, read_exception_references(*lists));
    }
    rule_.key_positions[""] = node_.span.begin;
    for (const Node::Member& member : node_.members) {
      if (!member.value.is(Kind::null)) rule_.key_positions[member.key] = member.key_span.begin;
    }
    return std::move(rule_);
  }

 private:
  Status take_text(std::string_view key, std::string& into) {
    const Node* const value = node_.find(key);
    if (value == nullptr) return ok();
    if (!value->is(Kind::text)) return wrong(*value, key, "text");
    if (!value->text.empty()) into = value->text;
    return ok();
  }

  Status take_texts() {
    rule_.license = "";
    // Alerts are named by it; whatever else it is, it is no rule's mistake.
    if (const auto id = node_.text_at("id"); id && !id->empty()) rule_.texts["id"] = *id;
    EQLAB_CHECK(take_text("rule_id", rule_.rule_id));
    EQLAB_CHECK(take_text("name", rule_.name));
    EQLAB_CHECK(take_text("description", rule_.description));
    EQLAB_CHECK(take_text("license", rule_.license));
    EQLAB_CHECK(take_text("severity", rule_.severity));
    EQLAB_CHECK(take_text("timestamp_override", rule_.timestamp_override));
    EQLAB_CHECK(take_text("timestamp_field", rule_.timestamp_field));
    EQLAB_CHECK(take_text("tiebreaker_field", rule_.tiebreaker_field));
    EQLAB_CHECK(take_text("event_category_override", rule_.event_category_field));
    EQLAB_CHECK(take_fallback());
    if (rule_.name.empty()) rule_.name = rule_.rule_id;
    return ok();
  }

  Status take_fallback() {
    constexpr std::string_view key = "timestamp_override_fallback_disabled";
    const Node* const value = node_.find(key);
    if (value == nullptr) return ok();
    if (!value->is(Kind::boolean)) return wrong(*value, key, "true or false");
    rule_.texts[std::string(key)] = value->truth ? "true" : "false";
    return ok();
  }

  Status take_language() {
    for (const std::string_view key : {"query", "language"}) {
      if (node_.has(key)) continue;
      const Span opening = {node_.span.begin, node_.span.begin + 1};
      return fail(error_at(opening, "E302", format("rule has no {}", key)));
    }
    const Node& query = *node_.find("query");
    if (!query.is(Kind::text) || trim(query.text).empty())
      return wrong(query, "query", "text that is not empty");
    const Node& language = *node_.find("language");
    if (language.text != "eql") return wrong(language, "language", "\"eql\"");
    return ok();
  }

  Status take_list(std::string_view key, std::vector<std::string>& into) {
    const Node* const value = node_.find(key);
    if (value == nullptr) return ok();
    const bool is_list =
        value->is(Kind::list) &&
        std::ranges::all_of(value->items, [](const Node& n) { return n.is(Kind::text); });
    if (!is_list) return wrong(*value, key, "a list of texts");
    for (const Node& item : value->items) into.push_back(item.text);
    return ok();
  }
  Status take_lists() {
    EQLAB_CHECK(take_list("index", rule_.index));
    EQLAB_CHECK(take_list("tags", rule_.tags));
    EQLAB_CHECK(take_list("author", rule_.author));
    EQLAB_CHECK(take_list("references", rule_.references));
    return take_list("false_positives", rule_.false_positives);
  }

  Status take_number(std::string_view key, std::uint64_t low, std::uint64_t high,
                     std::uint32_t& into) {
    const Node* const value = node_.find(key);
    if (value == nullptr) return ok();
    const auto count = count_of(*value);
    if (!count || *count < low || *count > high)
      return wrong(*value, key, format("a whole number from {} to {}", low, high));
    into = static_cast<std::uint32_t>(*count);
    return ok();
  }
  Status take_numbers() {
    constexpr std::uint64_t any = 0xFFFF'FFFF;
    EQLAB_CHECK(take_number("risk_score", 0, 100, rule_.risk_score));
    EQLAB_CHECK(take_number("version", 1, any, rule_.version));
    return take_number("max_signals", 1, any, rule_.schedule.max_signals);
  }

  Status take_duration(std::string_view key, std::optional<Duration> (*read)(std::string_view),
                       std::string_view expected, Duration& into) {
    const Node* const value = node_.find(key);
    if (value == nullptr) return ok();
    const auto duration = value->is(Kind::text) ? read(value->text) : std::nullopt;
    if (!duration) return wrong(*value, key, expected);
    into = *duration;
    return ok();
  }
  Status take_schedule() {
    constexpr std::string_view past =
        "now or now-NUMBER and one of s m h d w, such as now-9m, up to now-3650d";
    Schedule& schedule = rule_.schedule;
    EQLAB_CHECK(
        take_duration("interval", parse_interval,
                      "a whole number of at least 1 and one of s m h d, such as 5m, up to 3650d",
                      schedule.interval));
    EQLAB_CHECK(take_duration("from", parse_date_math, past, schedule.look_back));
    return take_duration("to", parse_date_math, past, schedule.to);
  }

  Status take_suppression() {
    const Node* const given = node_.find("alert_suppression");
    if (given == nullptr) return ok();
    if (!given->is(Kind::object)) return wrong(*given, "alert_suppression", "an object");
    Suppression out;
    const Node* const group_by = given->find("group_by");
    const bool is_group_by =
        group_by != nullptr && group_by->is(Kind::list) && !group_by->items.empty() &&
        group_by->items.size() <= 3 &&
        std::ranges::all_of(group_by->items, [](const Node& n) { return n.is(Kind::text); });
    if (!is_group_by) {
      return wrong(group_by != nullptr ? *group_by : *given, "group_by",
                   "a list of one to three field names");
    }
    for (const Node& name : group_by->items) out.group_by.push_back(name.text);
    if (const Node* const strategy = given->find("missing_fields_strategy")) {
      if (strategy->text != "suppress" && strategy->text != "doNotSuppress")
        return wrong(*strategy, "missing_fields_strategy", "suppress or doNotSuppress");
      out.missing_fields_strategy = strategy->text;
    }
    if (const Node* const duration = given->find("duration")) {
      const Node* const value = duration->find("value");
      const auto unit = duration->text_at("unit");
      if (value != nullptr && value->is(Kind::number) &&
          (unit == "s" || unit == "m" || unit == "h"))
        out.duration = parse_interval(format("{}{}", value->text, *unit));
      if (!out.duration)
        return wrong(*duration, "duration", "an object of value (at least 1) and unit (s, m or h)");
    }
    for (const Node::Member& member : given->members)
      rule_.key_positions["alert_suppression." + member.key] = member.key_span.begin;
    rule_.suppression = std::move(out);
    return ok();
  }

  // --- threats ---

  void take_reference(const Node& node, const std::string& path, ThreatReference& into) {
    into = {std::string(node.text_at("id").value_or("")),
            std::string(node.text_at("name").value_or("")),
            std::string(node.text_at("reference").value_or(""))};
    for (const Node::Member& member : node.members) {
      if (member.key == "id" || member.key == "reference")
        rule_.key_positions[format("{}.{}", path, member.key)] = member.key_span.begin;
    }
  }
  static const std::vector<Node>& items_at(const Node& node, std::string_view key) {
    static const std::vector<Node> none;
    const Node* const list = node.find(key, Kind::list);
    return list != nullptr ? list->items : none;
  }
  Status take_threats() {
    if (const Node* const threats = node_.find("threat");
        threats != nullptr && !threats->is(Kind::list))
      return wrong(*threats, "threat", "a list");
    const std::vector<Node>& entries = items_at(node_, "threat");
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Node* const tactic = entries[i].find("tactic", Kind::object);
      if (tactic == nullptr) return wrong(entries[i], "threat", "a list of objects with a tactic");
      Threat& threat = rule_.threat.emplace_back();
      threat.framework = entries[i].text_at("framework").value_or("");
      const std::string path = format("threat.{}", i);
      take_reference(*tactic, path + ".tactic", threat.tactic);
      const std::vector<Node>& techniques = items_at(entries[i], "technique");
      for (std::size_t j = 0; j < techniques.size(); ++j) {
        ThreatTechnique& technique = threat.techniques.emplace_back();
        const std::string technique_path = format("{}.technique.{}", path, j);
        take_reference(techniques[j], technique_path, technique.technique);
        const std::vector<Node>& subs = items_at(techniques[j], "subtechnique");
        for (std::size_t k = 0; k < subs.size(); ++k) {
          take_reference(subs[k], format("{}.subtechnique.{}", technique_path, k),
                         technique.subtechniques.emplace_back());
        }
      }
    }
    return ok();
  }

  const Node& node_;
  Rule rule_;
};

}  // namespace

bool is_rule_type(std::string_view type) {
  return type == "eql" || std::ranges::find(other_rule_types(), type) != other_rule_types().end();
}

Result<Rule> read_json_rule(const Node& node, SourceText source) {
  auto rule = RuleReader(node).run();
  if (!rule) return fail(locate(std::move(rule.error()), source));
  rule->file = source.file;
  document::DecodedString query =
      document::decode_json_string(source.text, node.find("query")->span.begin);
  rule->query = std::move(source);
  rule->query.file_text = std::move(rule->query.text);
  rule->query.text = std::move(query.text);
  rule->query.origin = std::move(query.origin);
  return rule;
}

}  // namespace eqlab::rule
