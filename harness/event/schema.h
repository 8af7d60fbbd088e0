#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/field_type.h"

namespace eqlab::event {

/// One mapped field.
struct Field {
  std::string name;
  FieldType type = FieldType::keyword;
  /// Where documents carry it: the name itself, the target of an alias, or the parent of a
  /// multi-field
  /// (`process.name.caseless` reads `process.name`).
  std::string source = {};
  /// For `text`: it has a keyword sub-field, so that EQL can use it (Verifier). Always true
  /// otherwise.
  bool has_exact = true;
  /// Mapping's `null_value`: what an explicit JSON null is read as.
  std::optional<std::string> null_value = std::nullopt;
  /// Keyword values with more characters than this are not indexed and count as missing.
  std::optional<std::size_t> ignore_above = std::nullopt;
  /// Mapping's `format` of a date field; empty means ISO 8601 or epoch milliseconds.
  std::string date_format = {};
  /// Mapping's `normalizer` folds case (`lowercase`, and Defend's `.caseless` sub-fields): values
  /// are kept with ASCII letters in lower case.
  bool folds_case = false;
  friend bool operator==(const Field&, const Field&) = default;
};

/// The fields of the targeted indices. Immutable once made; look-ups are thread-safe.
class Schema {
 public:
  /// ECS 9.x and Elastic Defend's fields (table `harness/event/fields/fields.tsv`).
  [[nodiscard]] static const Schema& builtin();
  /// Accepts any field with a type taken from use; `find` answers nothing, `is_open` is true.
  [[nodiscard]] static Schema open();
  /// An Elasticsearch mapping in JSON (`{"mappings":{"properties":…}}`, `{"properties":…}`, the
  /// answer of GET index/_mapping, or an index template) or a CSV with a header that has `field`
  /// and `type`. Errors: E401 not readable as either, E402 the place of a broken row; E901 cannot
  /// be opened.
  [[nodiscard]] static Result<Schema> load(const std::string& path);
  [[nodiscard]] static Result<Schema> from_mapping(std::string_view json, const std::string& name);
  [[nodiscard]] static Result<Schema> from_csv(std::string_view csv, const std::string& name);
  /// Fields as given; an empty `source` means the name.
  [[nodiscard]] static Schema of(std::vector<Field> fields);

  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] bool is_open() const { return open_; }
  /// A mapping that lets documents add fields, as Elasticsearch's do unless told otherwise: what it
  /// does not name, the events may (`io/discover.h`).
  [[nodiscard]] bool is_dynamic() const { return dynamic_; }
  /// The built-in schema: what most indices map, not what the rule's own indices do.
  [[nodiscard]] bool is_assumed() const { return assumed_; }
  /// Some field lies below `name`: `process` has `process.name`.
  [[nodiscard]] bool has_below(std::string_view name) const;
  /// `name` is not known and reads like a slip of the pen: part by part it is near one that is.
  [[nodiscard]] bool is_slip(std::string_view name) const;
  /// The same schema with more fields; a name that is known keeps its meaning.
  [[nodiscard]] Schema with(std::vector<Field> more) const;
  /// Up to three field names close to `name`.
  [[nodiscard]] std::vector<std::string> similar(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  /// In order of name.
  [[nodiscard]] const std::map<std::string, Field, std::less<>>& fields() const { return fields_; }

 private:
  /// Follows from the names: what lies under `nested` is nested, `a.b` under a field `a` with
  /// values is its multi-field, and a keyword sub-field makes `text` usable.
  void derive();

  std::map<std::string, Field, std::less<>> fields_;
  bool open_ = false;
  bool dynamic_ = false;
  bool assumed_ = false;
};

}  // namespace eqlab::event
