// Reads detection-rules TOML. First every key is held against the tables of toml_keys.cc, in the
// order of the file, so that the first mistake a reader meets is the one reported; then the values
// are taken, which can no longer fail. Tested in tests/unit/rule/toml_reader_test.cc.
#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/document/decoded_string.h"
#include "harness/rule/date_math.h"
#include "harness/rule/filters.h"
#include "harness/rule/rule_files.h"
#include "harness/rule/toml_keys.h"

namespace eqlab::rule {
namespace {

using document::Node;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The library's positions (line, column in characters) as bytes of the text.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text) {
    line_starts_.push_back(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }
  [[nodiscard]] std::size_t byte(const toml::source_position& position) const {
    if (position.line == 0 || position.line > line_starts_.size()) return text_.size();
    const std::vector<std::size_t>& marks = marks_of(position.line);
    const std::size_t characters = position.column > 0 ? position.column - 1 : 0;
    const std::size_t mark = std::min(characters / mark_every, marks.size() - 1);
    std::size_t at = marks[mark];
    for (std::size_t i = mark * mark_every; i < characters && at < text_.size(); ++i)
      at = next_character(at);
    return at;
  }
  [[nodiscard]] Span span(const toml::source_region& region) const {
    const std::size_t begin = byte(region.begin);
    return {begin, std::max(begin, byte(region.end))};
  }

 private:
  static constexpr std::size_t mark_every = 256;

  [[nodiscard]] std::size_t next_character(std::size_t at) const {
    ++at;
    while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U) ++at;
    return at;
  }
  /// The byte of every 256th character of a line, so that a file of one long line is no trap.
  [[nodiscard]] const std::vector<std::size_t>& marks_of(std::size_t line) const {
    std::vector<std::size_t>& marks = marks_[line];
    if (!marks.empty()) return marks;
    const std::size_t end = line < line_starts_.size() ? line_starts_[line] : text_.size();
    marks.push_back(line_starts_[line - 1]);
    std::size_t characters = 0;
    for (std::size_t at = marks[0]; at < end; at = next_character(at)) {
      if (characters > 0 && characters % mark_every == 0) marks.push_back(at);
      ++characters;
    }
    return marks;
  }

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  mutable std::map<std::size_t, std::vector<std::size_t>> marks_;  ///< by line, once asked for
};

struct Entry {
  const toml::key* key;
  const toml::node* node;
  std::size_t at;
};

std::string text_at(const toml::table& table, std::string_view key,
                    std::string_view otherwise = {}) {
  return std::string(table[key].value_or(otherwise));
}

std::vector<std::string> list_at(const toml::table& table, std::string_view key) {
  std::vector<std::string> out;
  if (const toml::array* array = table[key].as_array()) {
    for (const toml::node& item : *array) out.push_back(item.value_or(std::string()));
  }
  return out;
}

std::string scalar_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (const auto number = node.value_exact<std::int64_t>()) return format("{}", *number);
  if (const auto number = node.value_exact<double>()) return shortest(*number);
  if (const toml::array* array = node.as_array()) {
    std::vector<std::string> parts;
    for (const toml::node& item : *array) parts.push_back(scalar_text(item));
    return join(parts, ", ");
  }
  return {};
}

class Reader {
 public:
  Reader(std::string text, const std::string& file)
      : text_(std::move(text)), file_(file), positions_(text_) {}

  /// `other`: filled when this is a rule of another type, which is then the error.
  Result<Rule> run(std::optional<Skipped>& other) {
    EQLAB_CHECK(check_text());
    EQLAB_TRY(const toml::table root, parse());
    if (auto status = check_type(root); !status) {
      const toml::table& rule = *root["rule"].as_table();
      other = Skipped{.file = file_,
                      .name = text_at(rule, "name"),
                      .type = text_at(rule, "type"),
                      .line = status.error().place->line};
      return fail(std::move(status.error()));
    }
    EQLAB_CHECK(check_table(root, file_keys(), "", {}));
    const Span header = rule_header(root);
    const toml::table& rule = *root["rule"].as_table();
    if (const toml::table* metadata = root["metadata"].as_table()) {
      EQLAB_CHECK(check_table(*metadata, metadata_keys(), "metadata", header));
    }
    EQLAB_CHECK(check_table(rule, rule_keys(), "rule", header));
    EQLAB_CHECK(check_nested(rule));
    return take(root, rule, header);
  }

 private:
  [[nodiscard]] Failure<Diagnostic> error_here(Span span, std::string_view code,
                                               std::string message, std::string hint = {}) const {
    return fail(locate(error_at(span, code, std::move(message), std::move(hint)),
                       SourceText{.file = file_, .text = text_}));
  }

  [[nodiscard]] Result<toml::table> parse() const {
    try {
      return toml::parse(std::string_view(text_), std::string_view(file_));
    } catch (const toml::parse_error& error) {
      return error_here(positions_.span(error.source()), "E301",
                        format("not TOML: {}", lower_first(error.description())));
    }
  }

  /// Library messages begin with a capital letter; ours do not.
  static std::string lower_first(std::string_view text) {
    std::string out(text);
    if (!out.empty()) out[0] = fold_ascii(out[0]);
    return out;
  }

  Status check_text() const {
    if (is_utf8(text_)) return ok();
    std::size_t at = 0;
    for (const std::string_view piece : split_characters(text_)) {
      if (!is_utf8(piece)) break;
      at += piece.size();
    }
    return error_here({at, at + 1}, "E301",
                      format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text_[at])),
                      "save the file as UTF-8");
  }

  /// A rule of another type is named as such before anything else in it is judged: its keys are not
  /// ours.
  Status check_type(const toml::table& root) const {
    const toml::table* rule = root["rule"].as_table();
    const auto* type = rule != nullptr ? (*rule)["type"].as_string() : nullptr;
    if (type == nullptr ||
        std::ranges::find(other_rule_types(), type->get()) == other_rule_types().end())
      return ok();
    return error_here(key_span(*rule, "type"), "E305",
                      format("this is a rule of type {}, not eql", type->get()));
  }

  [[nodiscard]] Span key_span(const toml::table& table, std::string_view name) const {
    for (const auto& [key, node] : table) {
      if (key.str() == name) return positions_.span(key.source());
    }
    return {};
  }

  /// The `[rule]` line, where keys that are not written would stand.
  [[nodiscard]] Span rule_header(const toml::table& root) const { return key_span(root, "rule"); }

  [[nodiscard]] std::vector<Entry> in_file_order(const toml::table& table) const {
    std::vector<Entry> entries;
    for (const auto& [key, node] : table)
      entries.push_back({&key, &node, positions_.byte(key.source().begin)});
    std::ranges::sort(entries, {}, &Entry::at);
    return entries;
  }

  Status check_table(const toml::table& table, std::span<const KeyRule> known,
                     std::string_view table_name, Span where) const {
    for (const Entry& entry : in_file_order(table)) {
      const std::string_view name = entry.key->str();
      const auto rule = std::ranges::find(known, name, &KeyRule::name);
      const Span span = positions_.span(entry.key->source());
      if (rule == known.end()) return unknown_key(span, name, known, table_name);
      if (!rule->accepts(*entry.node)) {
        return error_here(span, "E303", format("{} must be {}", name, rule->expected));
      }
    }
    for (const KeyRule& rule : known) {
      if (!rule.required || table.contains(rule.name)) continue;
      if (table_name.empty()) {
        return fail(error_in(file_, "E302", "there is no [rule] table",
                             "a rule file begins its rule with a line [rule]"));
      }
      return error_here(where, "E302", format("{} has no {}", table_name, rule.name),
                        format("{} must be {}", rule.name, rule.expected));
    }
    return ok();
  }

  [[nodiscard]] Failure<Diagnostic> unknown_key(Span span, std::string_view name,
                                                std::span<const KeyRule> known,
                                                std::string_view table_name) const {
    std::vector<std::string_view> names;
    for (const KeyRule& rule : known) names.push_back(rule.name);
    const auto similar = nearest(name, names, 1);
    std::string hint;
    if (!similar.empty()) hint = format("did you mean {}?", similar.front());
    // A rule's key written above the line [rule], or under [metadata], is a frequent slip.
    const auto elsewhere = std::ranges::find(rule_keys(), name, &KeyRule::name);
    if (table_name != "rule" && elsewhere != rule_keys().end())
      hint = format("{} belongs under [rule]", name);
    const std::string where = table_name.empty() ? "the file" : std::string(table_name);
    return error_here(span, "E304", format("unknown key {} in {}", name, where), hint);
  }

  Status check_nested(const toml::table& rule) const {
    if (const toml::table* suppression = rule["alert_suppression"].as_table()) {
      EQLAB_CHECK(check_table(*suppression, suppression_keys(), "alert_suppression",
                              key_span(rule, "alert_suppression")));
    }
    if (const toml::table* fields = rule["investigation_fields"].as_table()) {
      EQLAB_CHECK(check_table(*fields, investigation_keys(), "investigation_fields",
                              key_span(rule, "investigation_fields")));
    }
    EQLAB_CHECK(check_list(rule, "exceptions_list", exception_reference_keys()));
    EQLAB_CHECK(check_list(rule, "related_integrations", related_integration_keys()));
    EQLAB_CHECK(check_list(rule, "required_fields", required_field_keys()));
    EQLAB_CHECK(check_list(rule, "risk_score_mapping", risk_score_mapping_keys()));
    EQLAB_CHECK(check_list(rule, "severity_mapping", severity_mapping_keys()));
    const toml::array* threats = rule["threat"].as_array();
    if (threats == nullptr) return ok();
    const Span where = key_span(rule, "threat");
    for (const toml::node& item : *threats) {
      const toml::table& threat = *item.as_table();
      EQLAB_CHECK(check_table(threat, threat_keys(), "threat", where));
      EQLAB_CHECK(check_table(*threat["tactic"].as_table(), tactic_keys(), "tactic",
                              key_span(threat, "tactic")));
      EQLAB_CHECK(check_list(threat, "technique", technique_keys()));
      const toml::array* techniques = threat["technique"].as_array();
      for (std::size_t i = 0; techniques != nullptr && i < techniques->size(); ++i) {
        EQLAB_CHECK(check_list(*(*techniques)[i].as_table(), "subtechnique", tactic_keys()));
      }
    }
    return ok();
  }

  Status check_list(const toml::table& parent, std::string_view name,
                    std::span<const KeyRule> known) const {
    const toml::array* items = parent[name].as_array();
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
      EQLAB_CHECK(check_table(*(*items)[i].as_table(), known, name, key_span(parent, name)));
    }
    return ok();
  }

  Result<Rule> take(const toml::table& root, const toml::table& table, Span header) {
    Rule rule;
    rule.file = file_;
    rule.format = RuleFormat::toml;
    rule.key_positions[""] = header.begin;
    for (const auto& [key, node] : table)
      rule.key_positions[std::string(key.str())] = positions_.byte(key.source().begin);
    if (const toml::table* metadata = root["metadata"].as_table()) {
      for (const auto& [key, node] : *metadata)
        rule.metadata[std::string(key.str())] = scalar_text(node);
    }
    rule.rule_id = text_at(table, "rule_id");
    rule.name = text_at(table, "name");
    rule.description = text_at(table, "description");
    rule.type = text_at(table, "type");
    rule.language = text_at(table, "language", "eql");
    rule.index = list_at(table, "index");
    rule.severity = text_at(table, "severity");
    rule.risk_score = static_cast<std::uint32_t>(table["risk_score"].value_or(std::int64_t{0}));
    rule.version = static_cast<std::uint32_t>(table["version"].value_or(std::int64_t{0}));
    rule.tags = list_at(table, "tags");
    rule.author = list_at(table, "author");
    rule.license = text_at(table, "license");
    rule.references = list_at(table, "references");
    rule.false_positives = list_at(table, "false_positives");
    take_threats(table, rule);
    take_schedule(table, rule.schedule);
    rule.timestamp_override = text_at(table, "timestamp_override");
    rule.timestamp_field = text_at(table, "timestamp_field", rule.timestamp_field);
    rule.tiebreaker_field = text_at(table, "tiebreaker_field");
    rule.event_category_field =
        text_at(table, "event_category_override", rule.event_category_field);
    EQLAB_CHECK(take_filters(table, rule));
    take_lint_keys(root, table, rule);
    take_query(table, rule);
    return rule;
  }

  static void take_schedule(const toml::table& table, Schedule& schedule) {
    if (const auto text = table["interval"].value<std::string_view>())
      schedule.interval = *parse_interval(*text);
    if (const auto text = table["from"].value<std::string_view>())
      schedule.look_back = *parse_date_math(*text);
    if (const auto text = table["to"].value<std::string_view>())
      schedule.to = *parse_date_math(*text);
    schedule.max_signals = static_cast<std::uint32_t>(
        table["max_signals"].value_or(std::int64_t{schedule.max_signals}));
  }

  /// What narrows the events of a rule beside its query. Exception lists live in Kibana: a TOML
  /// file can name them, but never has their items.
  Status take_filters(const toml::table& table, Rule& rule) const {
    if (const toml::array* filters = table["filters"].as_array()) {
      auto read = read_filters(node_of(*filters));
      if (!read) return fail(locate(std::move(read.error()), {.file = file_, .text = text_}));
      rule.filters = std::move(*read);
    }
    if (const toml::array* lists = table["exceptions_list"].as_array()) {
      auto read = read_exception_references(node_of(*lists));
      if (!read) return fail(locate(std::move(read.error()), {.file = file_, .text = text_}));
      rule.exception_references = std::move(*read);
      if (!lists->empty()) rule.not_applied.emplace_back("exceptions_list");
    }
    return ok();
  }

  /// A part of the file in the form that JSON has too. The parser bounds the depth.
  // NOLINTNEXTLINE(misc-no-recursion)
  [[nodiscard]] Node node_of(const toml::node& from) const {
    Node node;
    node.span = positions_.span(from.source());
    if (const toml::table* table = from.as_table()) {
      node.kind = Node::Kind::object;
      for (const Entry& entry : in_file_order(*table)) {
        node.members.push_back({std::string(entry.key->str()), positions_.span(entry.key->source()),
                                node_of(*entry.node)});
      }
      return node;
    }
    if (const toml::array* array = from.as_array()) {
      node.kind = Node::Kind::list;
      for (const toml::node& item : *array) node.items.push_back(node_of(item));
      return node;
    }
    if (const auto truth = from.value_exact<bool>()) {
      node.kind = Node::Kind::boolean;
      node.truth = *truth;
      return node;
    }
    node.kind = from.is_number() ? Node::Kind::number : Node::Kind::text;
    node.text = from.is_string() || from.is_number() ? scalar_text(from) : date_text(from);
    return node;
  }
  static std::string date_text(const toml::node& node) {
    std::ostringstream out;
    if (const auto* const moment = node.as_date_time()) out << moment->get();
    if (const auto* const date = node.as_date()) out << date->get();
    if (const auto* const time = node.as_time()) out << time->get();
    return out.str();
  }

  /// What only lint asks for.
  void take_lint_keys(const toml::table& root, const toml::table& table, Rule& rule) const {
    for (const auto& [key, node] : table) {
      if (key.str() != "query" && node.is_value())
        rule.texts[std::string(key.str())] = scalar_text(node);
    }
    if (const toml::table* metadata = root["metadata"].as_table()) {
      for (const auto& [key, node] : *metadata)
        rule.key_positions[format("metadata.{}", key.str())] = positions_.byte(key.source().begin);
    }
    const toml::array* mappings = table["threat_mappings"].as_array();
    for (std::size_t i = 0; mappings != nullptr && i < mappings->size(); ++i) {
      const toml::table& mapping = *(*mappings)[i].as_table();
      const toml::node* const version = mapping.get("version");
      rule.threat_mappings.emplace_back(text_at(mapping, "framework"),
                                        version == nullptr ? "" : scalar_text(*version));
    }
    if (const toml::table* suppression = table["alert_suppression"].as_table()) {
      rule.suppression =
          Suppression{.group_by = list_at(*suppression, "group_by"),
                      .missing_fields_strategy = text_at(*suppression, "missing_fields_strategy")};
      if (const toml::table* duration = (*suppression)["duration"].as_table()) {
        rule.suppression->duration =
            parse_interval(scalar_text(*duration->get("value")) + text_at(*duration, "unit"));
      }
      rule.key_positions["alert_suppression.group_by"] = key_span(*suppression, "group_by").begin;
    }
  }

  void take_reference(const toml::table& table, const std::string& path, ThreatReference& reference,
                      Rule& rule) const {
    reference = {text_at(table, "id"), text_at(table, "name"), text_at(table, "reference")};
    for (const std::string_view key : {"id", "reference"}) {
      rule.key_positions[format("{}.{}", path, key)] = key_span(table, key).begin;
    }
  }

  void take_threats(const toml::table& table, Rule& rule) const {
    const toml::array* threats = table["threat"].as_array();
    for (std::size_t i = 0; threats != nullptr && i < threats->size(); ++i) {
      const toml::table& entry = *(*threats)[i].as_table();
      Threat threat;
      threat.framework = text_at(entry, "framework");
      const std::string path = format("threat.{}", i);
      rule.key_positions[path + ".framework"] = key_span(entry, "framework").begin;
      take_reference(*entry["tactic"].as_table(), path + ".tactic", threat.tactic, rule);
      const toml::array* techniques = entry["technique"].as_array();
      for (std::size_t j = 0; techniques != nullptr && j < techniques->size(); ++j) {
        const toml::table& item = *(*techniques)[j].as_table();
        ThreatTechnique technique;
        const std::string technique_path = format("{}.technique.{}", path, j);
        take_reference(item, technique_path, technique.technique, rule);
        const toml::array* subs = item["subtechnique"].as_array();
        for (std::size_t k = 0; subs != nullptr && k < subs->size(); ++k) {
          ThreatReference& sub = technique.subtechniques.emplace_back();
          take_reference(*(*subs)[k].as_table(), format("{}.subtechnique.{}", technique_path, k),
                         sub, rule);
        }
        threat.techniques.push_back(std::move(technique));
      }
      rule.threat.push_back(std::move(threat));
    }
  }

  void take_query(const toml::table& table, Rule& rule) {
    const auto& query = *table["query"].as_string();
    const std::size_t at = positions_.byte(query.source().begin);
    rule.query.file = file_;
    rule.query.text = query.get();
    auto decoded = document::decode_toml_string(text_, at);
    if (decoded && decoded->text == rule.query.text) {
      rule.query.origin = std::move(decoded->origin);
    } else {
      // Better a caret at the query's beginning than one at a wrong place.
      rule.query.origin.assign(rule.query.text.size() + 1, static_cast<std::uint32_t>(at));
    }
    rule.query.file_text = std::move(text_);
  }

  std::string text_;
  std::string file_;
  Positions positions_;
};

}  // namespace

Result<Rule> parse_rule_toml(std::string text, const std::string& file) {
  if (text.size() > limits::rule_file_bytes_max) {
    return fail(error_in(file, "E301",
                         format("rule file is longer than {} bytes",
                                group_digits(std::int64_t{limits::rule_file_bytes_max}))));
  }
  std::optional<Skipped> other;
  return Reader(std::move(text), file).run(other);
}

RuleSet parse_rules_toml(std::string text, const std::string& file) {
  RuleSet set;
  std::optional<Skipped> other;
  auto rule = Reader(std::move(text), file).run(other);
  if (rule)
    set.rules.push_back(std::move(*rule));
  else if (other)
    set.skipped.push_back(*std::move(other));
  else
    set.diagnostics.push_back(std::move(rule.error()));
  return set;
}

Rule bare_query(std::string text, const std::string& name) {
  Rule rule;
  rule.file = name;
  rule.name = name;
  rule.query.file = name;
  if (text.starts_with(byte_order_mark)) {
    rule.query.file_text = text;
    text.erase(0, byte_order_mark.size());
    for (std::size_t i = 0; i <= text.size(); ++i) {
      rule.query.origin.push_back(static_cast<std::uint32_t>(i + byte_order_mark.size()));
    }
  }
  rule.query.text = std::move(text);
  return rule;
}

}  // namespace eqlab::rule
