// JSON files of rules. An export is read line by line into rules and exception lists, and the two
// are put together at its end, because Kibana writes the rules first. Source: Kibana's rule export.
// Tested in tests/unit/rule/json_files_test.cc.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/document/json.h"
#include "harness/rule/json_reader.h"
#include "harness/rule/rule_files.h"

namespace eqlab::rule {
namespace {

using document::Node;
using Kind = Node::Kind;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

enum class LineKind : std::uint8_t { rule, container, item, connector, summary, other };

LineKind kind_of(const Node& node) {
  if (node.has("exported_count")) return LineKind::summary;
  if (node.has("item_id")) return LineKind::item;
  const std::string_view type = node.text_at("type").value_or("");
  if (is_rule_type(type) && (node.has("rule_id") || node.has("query") || node.has("name")))
    return LineKind::rule;
  if (node.has("rule_id")) return LineKind::rule;
  if (node.has("list_id")) return LineKind::container;
  if (type == "action" || (node.has("attributes") && node.has("type"))) return LineKind::connector;
  return LineKind::other;
}

void shift(Node& node, std::size_t by) {  // NOLINT(misc-no-recursion): rule_document_depth_max
  node.span = {node.span.begin - by, node.span.end - by};
  for (Node& item : node.items) shift(item, by);
  for (Node::Member& member : node.members) {
    member.key_span = {member.key_span.begin - by, member.key_span.end - by};
    shift(member.value, by);
  }
}

std::string list_key(std::string_view list_id, std::string_view namespace_type) {
  return format("{}\n{}", namespace_type, list_id);
}

/// Walks once through a text and knows the place in it.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  void advance(std::size_t to) {
    for (; at_ < to; ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        line_begin_ = at_ + 1;
        column_ = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) {
        ++column_;
      }
    }
  }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::size_t line_begin() const { return line_begin_; }

  /// The lines of `span`, which begins here; of long ones the span alone.
  [[nodiscard]] SourceText lines_of(Span span) const {
    SourceText source{.file = {}, .text = {}, .first_line = line_};
    const std::size_t room = limits::shown_lines_bytes_max;
    const std::string_view after = text_.substr(span.end, room);
    const std::size_t rest = after.find('\n');
    const std::size_t end = span.end + (rest != std::string_view::npos ? rest : after.size());
    if (end - line_begin_ <= room || at_ == line_begin_) {
      source.text = text_.substr(
          line_begin_, std::max(span.end, std::min(end, line_begin_ + room)) - line_begin_);
    } else {
      source.text = text_.substr(span.begin, span.end - span.begin);
      source.first_column = column_;
    }
    return source;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

class FileReader {
 public:
  explicit FileReader(const std::string& file) : file_(file) {}

  RuleSet read_lines(std::string_view text) {
    std::uint32_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view content = text.substr(at, end - at);
      at = end + 1;
      if (++line == 1 && content.starts_with(byte_order_mark))
        content.remove_prefix(byte_order_mark.size());
      if (trim(content).empty()) continue;
      if (!admit(line)) break;
      read_line(content, line);
    }
    finish_export();
    return std::move(set_);
  }

  RuleSet read_document(std::string_view text) {
    auto root = document::parse_json(text);
    if (!root) {
      set_.diagnostics.push_back(
          locate(std::move(root.error()), {.file = file_, .text = std::string(text)}));
      return std::move(set_);
    }
    const Node* const data = root->is(Kind::object) ? root->find("data", Kind::list) : nullptr;
    Cursor cursor(text);
    const auto read_one = [&](Node& node) {
      cursor.advance(node.span.begin);
      if (!admit(cursor.line())) return false;
      read_element(cursor, node);
      return true;
    };
    if (root->is(Kind::list) || data != nullptr) {
      const Node& list = data != nullptr ? *data : *root;
      for (Node node : list.items) {
        if (!read_one(node)) break;
      }
      if (list.items.empty())
        complain({.begin = 0, .end = 1}, source_of(std::string(text), 1), "E301",
                 "there is no rule in this file");
    } else {
      read_one(*root);
    }
    for (Rule& rule : set_.rules) {
      if (!rule.exception_references.empty()) rule.not_applied.emplace_back("exceptions_list");
    }
    return std::move(set_);
  }

 private:
  [[nodiscard]] SourceText source_of(std::string text, std::uint32_t line) const {
    return {.file = file_, .text = std::move(text), .first_line = line};
  }
  void complain(Span span, const SourceText& source, std::string_view code, std::string message,
                std::string hint = {}) {
    set_.diagnostics.push_back(
        locate(error_at(span, code, std::move(message), std::move(hint)), source));
  }
  /// A rule that could be read, said of it as a whole or of a part of it.
  void complain_of(const Rule& rule, Span span, std::string_view code, std::string message,
                   std::string hint = {}) {
    complain(span, document_of(rule), code, std::move(message), std::move(hint));
  }

  /// One more object; false, and said once, when there are too many.
  bool admit(std::uint32_t line) {
    if (++objects_ <= limits::rules_per_file_max) return true;
    Diagnostic diagnostic =
        error_in(file_, "E310",
                 format("more than {} objects in one file; line {} and what follows is not read",
                        group_digits(std::int64_t{limits::rules_per_file_max}), line),
                 "export fewer rules at once");
    set_.diagnostics.push_back(std::move(diagnostic));
    return false;
  }
  // --- one JSON text ---

  /// The element keeps its lines whole, so that messages can show them, unless they are long.
  void read_element(const Cursor& cursor, Node& node) {
    SourceText source = cursor.lines_of(node.span);
    source.file = file_;
    shift(node, source.first_column > 1 ? node.span.begin : cursor.line_begin());
    if (!node.is(Kind::object) || kind_of(node) != LineKind::rule) {
      complain({node.span.begin, node.span.begin + 1}, source, "E301", "this is JSON, but no rule",
               "a rule has type, language and query; exports have one object a line");
      return;
    }
    take_rule(node, std::move(source));
  }

  // --- lines of an export ---

  void read_line(std::string_view content, std::uint32_t line) {
    auto node = document::parse_json(content);
    SourceText source = source_of(std::string(content), line);
    if (!node) {
      set_.diagnostics.push_back(locate(std::move(node.error()), source));
      return;
    }
    switch (node->is(Kind::object) ? kind_of(*node) : LineKind::other) {
      case LineKind::rule:
        ++rules_seen_;
        take_rule(*node, std::move(source));
        return;
      case LineKind::container:
        ++containers_seen_;
        take_container(*node);
        return;
      case LineKind::item:
        ++items_seen_;
        take_item(*node, std::move(source));
        return;
      case LineKind::connector:
        ++connectors_seen_;
        return;
      case LineKind::summary:
        summary_ = std::move(*node);
        summary_source_ = std::move(source);
        return;
      case LineKind::other:
        complain({0, 1}, source, "E311",
                 "this line is no rule, exception, connector or summary of an export",
                 "one JSON object a line, as Kibana exports rules");
        return;
    }
  }

  void take_rule(const Node& node, SourceText source) {
    const std::string_view type = node.text_at("type").value_or("");
    if (!is_rule_type(type)) {
      const Node* const given = node.find("type");
      complain(given != nullptr ? given->span : Span{node.span.begin, node.span.begin + 1}, source,
               given != nullptr ? "E303" : "E302",
               given != nullptr ? "type must be eql or another rule type of Kibana"
                                : "rule has no type");
      return;
    }
    if (type != "eql") {
      set_.skipped.push_back(
          {.file = file_,
           .name = std::string(node.text_at("name").value_or(node.text_at("rule_id").value_or(""))),
           .type = std::string(type),
           .line = source.first_line});
      return;
    }
    auto rule = read_json_rule(node, std::move(source));
    if (rule)
      set_.rules.push_back(std::move(*rule));
    else
      set_.diagnostics.push_back(std::move(rule.error()));
  }

  ExceptionList& list_of(const Node& node) {
    const std::string id(node.text_at("list_id").value_or(""));
    const std::string space(node.text_at("namespace_type").value_or("single"));
    auto& list = lists_[list_key(id, space)];
    if (list == nullptr) {
      list = std::make_shared<ExceptionList>();
      list->list_id = id;
      list->namespace_type = space;
    }
    return *list;
  }

  void take_container(const Node& node) {
    ExceptionList& list = list_of(node);
    list.name = node.text_at("name").value_or("");
    list.type = node.text_at("type").value_or("detection");
    containers_.insert(list_key(list.list_id, list.namespace_type));
  }

  void take_item(const Node& node, SourceText source) {
    ExceptionList& list = list_of(node);
    const Node* const id = node.find("list_id");
    item_places_.push_back(
        {list_key(list.list_id, list.namespace_type),
         locate(error_at(id != nullptr ? id->span : Span{0, 1}, "L314", ""), source)});
    auto item = read_exception_item(node);
    if (!item) {
      ++list.broken_items;
      set_.diagnostics.push_back(locate(std::move(item.error()), source));
      return;
    }
    list.clauses += size_of(item->condition);
    item->source = std::move(source);
    list.items.push_back(std::move(*item));
  }

  // --- the end of an export ---

  void finish_export() {
    if (objects_ > 0 && rules_seen_ + containers_seen_ + items_seen_ + connectors_seen_ == 0 &&
        set_.diagnostics.empty() && !summary_)
      set_.diagnostics.push_back(error_in(file_, "E301", "there is no rule in this file"));
    std::vector<Rule> usable;
    for (Rule& rule : set_.rules) {
      if (attach_lists(rule)) usable.push_back(std::move(rule));
    }
    set_.rules = std::move(usable);
    for (auto& [key, place] : item_places_) {
      if (containers_.contains(key)) continue;
      place.message = "this exception item belongs to no list of the file";
      place.hint = "export the rules again with their exception lists";
      set_.diagnostics.push_back(std::move(place));
    }
    check_summary();
  }

  /// False, and said why, when a list of the rule holds an item that cannot be read: without it
  /// the rule would raise other alerts than in Kibana.
  bool attach_lists(Rule& rule) {
    for (ExceptionReference& reference : rule.exception_references) {
      if (is_endpoint_list(reference.type)) continue;
      const std::string key = list_key(reference.list_id, reference.namespace_type);
      reference.is_lost = !containers_.contains(key);
      if (reference.is_lost) continue;  // said by lint: the rule still runs, as without the list
      const auto& list = lists_.at(key);
      if (list->broken_items > 0) {
        complain_of(
            rule, reference.span, "E308",
            format("rule {} cannot be used: the exception list {} has {} that cannot be read",
                   printable(rule.name), printable(reference.list_id),
                   list->broken_items == 1 ? std::string("an item")
                                           : format("{} items", list->broken_items)));
        return false;
      }
      if (!is_endpoint_list(list->type)) rule.exceptions.push_back(list);
    }
    return check_size(rule);
  }

  bool check_size(const Rule& rule) {
    std::size_t clauses = 0;
    for (const auto& list : rule.exceptions) clauses += list->clauses;
    if (clauses <= limits::filter_clauses_max) return true;
    complain_of(rule, {0, 1}, "E310",
                format("rule {} has exceptions of more than {} clauses", printable(rule.name),
                       group_digits(std::int64_t{limits::filter_clauses_max})));
    return false;
  }

  void check_summary() {
    if (!summary_) return;
    struct Counter {
      std::string_view key;
      std::size_t counted;
      std::string_view what;
    };
    const std::array<Counter, 5> counters = {{
        {"exported_count", rules_seen_ + containers_seen_ + items_seen_ + connectors_seen_,
         "objects"},
        {"exported_rules_count", rules_seen_, "rules"},
        {"exported_exception_list_count", containers_seen_, "exception lists"},
        {"exported_exception_list_item_count", items_seen_, "exception items"},
        {"exported_action_connector_count", connectors_seen_, "connectors"},
    }};
    for (const Counter& counter : counters) {
      const Node* const stated = summary_->find(counter.key);
      if (stated == nullptr || count_of(*stated) == counter.counted) continue;
      complain(stated->span, summary_source_, "L314",
               format("the export says {} {}, but holds {}", printable(stated->text), counter.what,
                      counter.counted),
               "lines have been lost, added or broken since the export");
    }
    for (const std::string_view key :
         {"missing_rules", "missing_exception_lists", "missing_exception_list_items"}) {
      const Node* const missing = summary_->find(key, Kind::list);
      if (missing == nullptr || missing->items.empty()) continue;
      complain(missing->span, summary_source_, "L314",
               format("the export says that {} of its {} could not be found", missing->items.size(),
                      key == "missing_rules"             ? "rules"
                      : key == "missing_exception_lists" ? "exception lists"
                                                         : "exception items"));
    }
  }

  const std::string& file_;
  RuleSet set_;
  std::map<std::string, std::shared_ptr<ExceptionList>> lists_;
  std::set<std::string> containers_;  ///< keys of the lists whose own line was seen
  std::vector<std::pair<std::string, Diagnostic>> item_places_;
  std::optional<Node> summary_;
  SourceText summary_source_;
  std::size_t objects_ = 0;
  std::size_t rules_seen_ = 0;
  std::size_t containers_seen_ = 0;
  std::size_t items_seen_ = 0;
  std::size_t connectors_seen_ = 0;
};

}  // namespace

RuleSet parse_rules_json(std::string_view text, const std::string& file, JsonForm form) {
  FileReader reader(file);
  return form == JsonForm::lines ? reader.read_lines(text) : reader.read_document(text);
}

}  // namespace eqlab::rule
