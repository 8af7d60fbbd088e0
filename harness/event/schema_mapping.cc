// Elasticsearch mappings, in every wrapping that its APIs answer with: the wrapper is peeled until
// objects with `properties` are left, and each of those is walked. Several indices merge into one
// schema. Tested in tests/unit/event/schema_test.cc.
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/event/schema.h"

namespace eqlab::event {
namespace {

using Json = nlohmann::ordered_json;

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string text_of(const Json& json) {
  return json.is_string() ? json.get<std::string>() : json.dump();
}

/// Collects the fields of one or more mappings. The first thing that is not a mapping stops it:
/// `error`.
class MappingWalker {
 public:
  // NOLINTNEXTLINE(misc-no-recursion): wrappers are at most four deep, the depth is passed down
  void unwrap(const Json& json, int depth = 0) {
    if (!json.is_object() || depth > 4 || !error.empty()) return;
    if (const Json* mappings = member(json, "mappings");
        mappings != nullptr && mappings->is_object()) {
      return mapping(*mappings);
    }
    if (const Json* properties = member(json, "properties");
        properties != nullptr && properties->is_object()) {
      return mapping(json);
    }
    for (const char* wrapper : {"template", "index_template", "component_template"}) {
      if (const Json* inner = member(json, wrapper)) return unwrap(*inner, depth + 1);
    }
    for (const char* list : {"index_templates", "component_templates"}) {
      const Json* inner = member(json, list);
      if (inner == nullptr || !inner->is_array()) continue;
      for (const Json& entry : *inner) unwrap(entry, depth + 1);
      return;
    }
    for (const auto& [index, inner] : json.items())
      unwrap(inner, depth + 1);  // GET index/_mapping: by index
  }

  void resolve_aliases() {
    for (const auto& [name, path] : aliases_) {
      const auto target = fields.find(path);
      if (target == fields.end()) {
        if (error.empty())
          error = format("alias {} points to {}, which is not mapped", printable(name),
                         printable(path));
        continue;
      }
      Field field = target->second;
      field.name = name;
      add(std::move(field));
    }
  }

  bool found = false;
  bool dynamic = true;  ///< until an index says otherwise
  std::string error;
  std::map<std::string, Field, std::less<>> fields;

 private:
  void mapping(const Json& mappings) {
    found = true;
    if (const Json* setting = member(mappings, "dynamic"))
      dynamic = text_of(*setting) == "true" || text_of(*setting) == "runtime";
    if (const Json* runtime = member(mappings, "runtime");
        runtime != nullptr && runtime->is_object()) {
      for (const auto& [name, definition] : runtime->items()) leaf(name, definition, {});
    }
    if (const Json* properties = member(mappings, "properties"))
      return walk(*properties, "", false, 0);
    // Before Elasticsearch 7 the mapping type stood between.
    for (const auto& [type, inner] : mappings.items()) {
      if (!inner.is_object()) continue;
      if (const Json* properties = member(inner, "properties")) walk(*properties, "", false, 0);
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::document_depth_max
  void walk(const Json& properties, const std::string& prefix, bool in_nested, int depth) {
    if (!properties.is_object()) return broken(prefix, "\"properties\" is not an object");
    if (depth > limits::document_depth_max) return broken(prefix, "nested too deep");
    for (const auto& [key, definition] : properties.items()) {
      if (!error.empty()) return;
      const std::string name = prefix + key;
      if (!definition.is_object()) return broken(name, "its definition is not an object");
      containers_of(name, in_nested);
      const Json* type = member(definition, "type");
      const Json* inner = member(definition, "properties");
      if (type != nullptr && !type->is_string()) return broken(name, "\"type\" is not text");
      const std::string type_name = type != nullptr ? type->get<std::string>() : "object";
      const bool is_nested = type_name == "nested";
      if (is_nested || type_name == "object" || type_name == "passthrough") {
        const FieldType container = is_nested || in_nested ? FieldType::nested : FieldType::object;
        add({.name = name, .type = container, .source = name});
        if (inner != nullptr) walk(*inner, name + ".", is_nested || in_nested, depth + 1);
      } else if (in_nested) {
        add({.name = name, .type = FieldType::nested, .source = name});
      } else if (type_name == "alias") {
        const Json* path = member(definition, "path");
        if (path == nullptr || !path->is_string()) return broken(name, "an alias needs a \"path\"");
        aliases_.emplace_back(name, path->get<std::string>());
      } else {
        leaf(name, definition, name);
      }
    }
  }

  /// A dotted key maps the objects on its way too.
  void containers_of(const std::string& name, bool in_nested) {
    for (std::size_t dot = name.find('.'); dot != std::string::npos;
         dot = name.find('.', dot + 1)) {
      const std::string up = name.substr(0, dot);
      if (!fields.contains(up)) {
        add({.name = up, .type = in_nested ? FieldType::nested : FieldType::object, .source = up});
      }
    }
  }

  /// `source` empty: the field's own name.
  void leaf(const std::string& name, const Json& definition, const std::string& source) {
    if (!definition.is_object()) return broken(name, "its definition is not an object");
    Field field{.name = name, .source = source.empty() ? name : source};
    if (const Json* type = member(definition, "type"); type != nullptr && type->is_string()) {
      field.type = field_type_from_name(type->get<std::string>());
    }
    read_settings(definition, field);
    field.has_exact = field.type != FieldType::text;
    const Json* sub_fields = member(definition, "fields");
    if (sub_fields != nullptr && sub_fields->is_object()) {
      for (const auto& [label, sub_definition] : sub_fields->items()) {
        leaf(name + "." + label, sub_definition, field.source);
        const auto sub = fields.find(name + "." + label);
        if (sub == fields.end() || field.type != FieldType::text || field.has_exact) continue;
        if (!is_string(sub->second.type) || sub->second.type == FieldType::text) continue;
        // Queries on the text are answered by this sub-field, so its settings count.
        field.has_exact = true;
        field.ignore_above = sub->second.ignore_above;
        field.null_value = sub->second.null_value;
        field.folds_case = sub->second.folds_case;
      }
    }
    add(std::move(field));
  }

  static void read_settings(const Json& definition, Field& field) {
    if (const Json* value = member(definition, "null_value");
        value != nullptr && value->is_primitive() && !value->is_null()) {
      field.null_value = text_of(*value);
    }
    if (const Json* value = member(definition, "ignore_above")) {
      const auto number = parse_number<unsigned long>(text_of(*value));
      if (number) field.ignore_above = *number;
    }
    if (const Json* value = member(definition, "format"); value != nullptr && value->is_string()) {
      field.date_format = value->get<std::string>();
    }
    if (const Json* value = member(definition, "normalizer");
        value != nullptr && value->is_string()) {
      field.folds_case = value->get<std::string>().find("lower") != std::string::npos;
    }
  }

  /// Merges indices. A field that two of them map to types which EQL tells apart is of no use to
  /// it.
  void add(Field field) {
    const auto [known, added] = fields.try_emplace(field.name, field);
    if (added || known->second.type == field.type) return;
    const FieldType other = known->second.type;
    const bool both_exact = is_string(other) && is_string(field.type) && other != FieldType::text &&
                            field.type != FieldType::text;
    if (!both_exact) known->second.type = FieldType::unsupported;
  }

  void broken(const std::string& name, std::string_view why) {
    if (error.empty())
      error = name.empty() ? std::string(why) : format("field {}: {}", printable(name), why);
  }

  std::vector<std::pair<std::string, std::string>> aliases_;
};

}  // namespace

Result<Schema> Schema::from_mapping(std::string_view json, const std::string& name) {
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  MappingWalker walker;
  try {
    const Json parsed = Json::parse(json.begin(), json.end());
    walker.unwrap(parsed);
    walker.resolve_aliases();
  } catch (const Json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, json.size());
    return fail(locate(
        error_at({at, std::min(at + 1, json.size())}, "E401", "the mapping is not valid JSON",
                 at >= json.size() ? "the text ends before its last bracket closes" : ""),
        SourceText{name, std::string(json)}));
  } catch (const Json::exception& error) {
    return fail(
        error_in(name, "E401", format("the mapping cannot be read: {}", printable(error.what()))));
  }
  if (walker.error.empty() && !walker.found) {
    walker.error = "no \"mappings\" or \"properties\" found";
  }
  if (!walker.error.empty()) {
    return fail(error_in(name, "E401", walker.error,
                         "expected an Elasticsearch mapping, the answer of GET index/_mapping, or "
                         "an index template"));
  }
  Schema schema;
  schema.fields_ = std::move(walker.fields);
  schema.dynamic_ = walker.dynamic;
  return schema;
}

}  // namespace eqlab::event
