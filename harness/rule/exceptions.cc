// Exception items to conditions. Kibana turns an item into the conjunction of its entries, once for
// each operating system that it is limited to; all items are then denied at once. Source:
// build_exception_filter.ts. Tested in tests/unit/rule/exceptions_test.cc, and against a
// plain reading in tests/unit/rule/event_filter_test.cc.
#include "harness/rule/exceptions.h"

#include <algorithm>
#include <array>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/base/time.h"

namespace eqlab::rule {
namespace {

using document::Node;
using Kind = Node::Kind;

constexpr std::string_view types_hint = "match, match_any, wildcard, exists, list or nested";

Failure<Diagnostic> error(Span span, std::string message, std::string_view hint = {}) {
  return fail(error_at(span, "E308", std::move(message), std::string(hint)));
}

class ItemReader {
 public:
  Result<ExceptionItem> run(const Node& node) {
    ExceptionItem item;
    item.item_id = node.text_at("item_id").value_or("");
    item.name = node.text_at("name").value_or(item.item_id);
    // What a person knows the item by.
    const Node* const shown = node.find(node.has("name") ? "name" : "item_id");
    item.span = shown != nullptr ? shown->span : Span{node.span.begin, node.span.begin + 1};
    const Node* const entries = node.find("entries", Kind::list);
    if (entries == nullptr || entries->items.empty())
      return error(item.span, format("exception item {} has no entries", printable(item.item_id)));
    Clause all{.kind = Clause::Kind::all, .span = node.span};
    for (const Node& entry : entries->items) {
      EQLAB_TRY(Clause clause, read_entry(entry, nullptr));
      all.children.push_back(std::move(clause));
    }
    EQLAB_TRY(std::optional<Clause> systems, read_systems(node));
    if (systems) all.children.insert(all.children.begin(), *std::move(systems));
    item.condition = std::move(all);
    item.uses_value_list = uses_value_list_;
    item.has_nested = has_nested_;
    if (const Node* const expires = node.find("expire_time")) {
      item.expire_time = parse_iso8601(expires->text);
      if (!item.expire_time || !expires->is(Kind::text))
        return error(expires->span, "expire_time must be a date and time",
                     "for example: \"2026-03-02T00:00:00.000Z\"");
    }
    return item;
  }

 private:
  Result<Clause> read_entry(const Node& entry,
                            const Node* outer) {  // NOLINT(misc-no-recursion): one level
    if (++entries_ > limits::filter_clauses_max) {
      return fail(error_at(
          entry.span, "E310",
          format("more than {} entries", group_digits(std::int64_t{limits::filter_clauses_max}))));
    }
    if (!entry.is(Kind::object)) return error(entry.span, "an entry must be an object");
    const auto field = entry.text_at("field");
    if (!field || field->empty()) return error(entry.span, "an entry needs a field");
    const auto type = entry.text_at("type");
    if (!type) return error(entry.span, "an entry needs a type", types_hint);
    if (*type == "nested") return read_nested(entry, outer);
    const auto op = entry.text_at("operator");
    if (op && *op != "included" && *op != "excluded")
      return error(entry.find("operator")->span, "operator must be included or excluded");
    Clause clause{.field = std::string(*field), .span = entry.span};
    if (outer != nullptr) {
      clause.field = format("{}.{}", *outer->text_at("field"), *field);
      clause.nested = true;
    }
    EQLAB_CHECK(read_condition(entry, *type, clause));
    if (!op || *op == "included") return clause;
    return Clause{.kind = Clause::Kind::none, .children = {std::move(clause)}, .span = entry.span};
  }

  Status read_condition(const Node& entry, std::string_view type, Clause& clause) {
    if (type == "exists") {
      clause.kind = Clause::Kind::exists;
      return ok();
    }
    if (type == "list") {
      uses_value_list_ = true;
      clause.kind = Clause::Kind::never;
      return ok();
    }
    const Node* const value = entry.find("value");
    if (value == nullptr) return missing_value(entry, type);
    if (type == "match" || type == "wildcard") {
      clause.kind = type == "match" ? Clause::Kind::equal : Clause::Kind::wildcard;
      clause.text_match = TextMatch::phrase;
      return add_value(*value, clause);
    }
    if (type != "match_any") {
      return error(entry.find("type")->span, format("unknown type of entry {}", printable(type)),
                   types_hint);
    }
    clause.kind = Clause::Kind::equal;
    clause.text_match = TextMatch::phrase;
    if (!value->is(Kind::list) || value->items.empty())
      return error(value->span, "match_any needs a list of values");
    for (const Node& item : value->items) EQLAB_CHECK(add_value(item, clause));
    return ok();
  }

  static Status missing_value(const Node& entry, std::string_view type) {
    constexpr std::array<std::string_view, 3> known = {"match", "match_any", "wildcard"};
    if (std::ranges::find(known, type) == known.end()) {
      return error(entry.find("type")->span, format("unknown type of entry {}", printable(type)),
                   types_hint);
    }
    return error(entry.span, format("an entry of type {} needs a value", type));
  }

  Status add_value(const Node& node, Clause& clause) {
    event::Value value = value_of(node);
    if (event::is_null(value))
      return error(node.span, format("a value must be text, this is {}", to_string(node.kind)));
    if (++values_ > limits::filter_values_max) {
      return fail(error_at(
          node.span, "E310",
          format("more than {} values", group_digits(std::int64_t{limits::filter_values_max}))));
    }
    clause.values.push_back(std::move(value));
    return ok();
  }

  Result<Clause> read_nested(const Node& entry,
                             const Node* outer) {  // NOLINT(misc-no-recursion): one level
    if (outer != nullptr) return error(entry.span, "a nested entry cannot hold another");
    const Node* const inner = entry.find("entries", Kind::list);
    if (inner == nullptr || inner->items.empty())
      return error(entry.span, "a nested entry needs entries");
    has_nested_ = true;
    Clause all{.kind = Clause::Kind::all, .span = entry.span};
    for (const Node& part : inner->items) {
      EQLAB_TRY(Clause clause, read_entry(part, &entry));
      all.children.push_back(std::move(clause));
    }
    return all;
  }

  /// `host.os.type` or `host.os.name.caseless` is one of the systems; nothing for all systems.
  Result<std::optional<Clause>> read_systems(const Node& node) {
    const Node* const systems = node.find("os_types");
    if (systems == nullptr || systems->items.empty()) return std::optional<Clause>();
    Clause type{.kind = Clause::Kind::equal, .field = "host.os.type", .span = systems->span};
    type.text_match = TextMatch::phrase;
    for (const Node& system : systems->items) {
      if (!system.is(Kind::text)) return error(system.span, "os_types must be a list of names");
      EQLAB_CHECK(add_value(system, type));
    }
    Clause name = type;
    name.field = "host.os.name.caseless";
    return std::optional<Clause>(Clause{.kind = Clause::Kind::any,
                                        .children = {std::move(type), std::move(name)},
                                        .span = systems->span});
  }

  std::size_t entries_ = 0;
  std::size_t values_ = 0;
  bool uses_value_list_ = false;
  bool has_nested_ = false;
};

}  // namespace

bool is_endpoint_list(std::string_view type) { return type.starts_with("endpoint"); }

Result<ExceptionItem> read_exception_item(const Node& item) { return ItemReader().run(item); }

Result<std::vector<ExceptionReference>> read_exception_references(const Node& list) {
  if (!list.is(Kind::list)) return error(list.span, "exceptions_list must be a list");
  if (list.items.size() > limits::exception_lists_max) {
    return fail(error_at(list.span, "E310",
                         format("more than {} exception lists",
                                group_digits(std::int64_t{limits::exception_lists_max}))));
  }
  std::vector<ExceptionReference> out;
  for (const Node& node : list.items) {
    ExceptionReference reference;
    reference.list_id = node.text_at("list_id").value_or(node.text_at("id").value_or(""));
    reference.type = node.text_at("type").value_or("detection");
    reference.namespace_type = node.text_at("namespace_type").value_or("single");
    reference.span = node.span;
    if (!node.is(Kind::object) || reference.list_id.empty())
      return error(node.span, "an entry of exceptions_list needs a list_id");
    out.push_back(std::move(reference));
  }
  return out;
}

}  // namespace eqlab::rule
