// The schema itself and its tables: the built-in one and those that users write as CSV share one
// reader. Mappings are read in schema_mapping.cc. Tested in tests/unit/event/schema_test.cc.
#include "harness/event/schema.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "embedded/event_fields.h"
#include "harness/base/text.h"

namespace eqlab::event {
namespace {

/// Types that exist but that EQL cannot use; any other unknown name is a slip of the pen.
constexpr std::array<std::string_view, 28> unusable_types = {
    "flattened",     "geo_point",     "geo_shape",          "point",
    "shape",         "histogram",     "dense_vector",       "sparse_vector",
    "rank_feature",  "rank_features", "percolator",         "join",
    "completion",    "token_count",   "search_as_you_type", "annotated_text",
    "murmur3",       "integer_range", "long_range",         "float_range",
    "double_range",  "date_range",    "ip_range",           "aggregate_metric_double",
    "semantic_text", "passthrough",   "counted_keyword",    "unsupported"};

struct Line {
  Span span;             ///< in the whole text, without line end
  std::uint64_t number;  ///< from 1
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t next = end + 1;
    if (end > begin && text[end - 1] == '\r') --end;
    lines.push_back({{begin, end}, lines.size() + 1});
    begin = next;
  }
  return lines;
}

struct Cell {
  Span span;
  std::string text;
};

/// One row; quoted cells as RFC 4180 has them, on one line.
std::vector<Cell> cells_of(std::string_view text, Span line, char separator) {
  std::vector<Cell> cells;
  std::size_t at = line.begin;
  for (;;) {
    Cell cell{{at, at}, {}};
    if (at < line.end && text[at] == '"') {
      for (++at; at < line.end; ++at) {
        if (text[at] == '"') {
          if (at + 1 >= line.end || text[at + 1] != '"') break;
          ++at;
        }
        cell.text += text[at];
      }
      while (at < line.end && text[at] != separator) ++at;
    } else {
      while (at < line.end && text[at] != separator) cell.text += text[at++];
      cell.text = std::string(trim(cell.text));
    }
    cell.span.end = at;
    cells.push_back(std::move(cell));
    if (at >= line.end) return cells;
    ++at;
  }
}

std::string_view parent_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

bool is_known_type(std::string_view name) {
  return field_type_from_name(name) != FieldType::unsupported ||
         std::ranges::find(unusable_types, name) != unusable_types.end();
}

std::string type_hint(std::string_view wanted) {
  const std::vector<std::string_view> names = {"keyword",
                                               "constant_keyword",
                                               "wildcard",
                                               "text",
                                               "match_only_text",
                                               "byte",
                                               "short",
                                               "integer",
                                               "long",
                                               "unsigned_long",
                                               "float",
                                               "half_float",
                                               "scaled_float",
                                               "double",
                                               "boolean",
                                               "date",
                                               "date_nanos",
                                               "ip",
                                               "version",
                                               "binary",
                                               "object",
                                               "nested",
                                               "flattened"};
  const std::vector<std::string> close = nearest(wanted, names, 1);
  return close.empty()
             ? "types are those of Elasticsearch mappings, such as keyword, long, date or ip"
             : format("did you mean {}?", close[0]);
}

Result<std::vector<Field>> read_table(std::string_view text, const std::string& name) {
  const auto failure = [&](Span span, std::string_view code, std::string message,
                           std::string hint) {
    return fail(locate(error_at(span, code, std::move(message), std::move(hint)),
                       SourceText{name, std::string(text)}));
  };
  std::vector<Line> lines = lines_of(text);
  std::erase_if(lines, [&](const Line& line) {
    return trim(text.substr(line.span.begin, line.span.end - line.span.begin)).empty();
  });
  constexpr std::string_view expected =
      "a schema is an Elasticsearch mapping in JSON, or CSV whose first line names its columns, "
      "field and type among them";
  if (lines.empty()) return failure({0, 0}, "E401", "the schema is empty", std::string(expected));

  const std::string_view first =
      text.substr(lines[0].span.begin, lines[0].span.end - lines[0].span.begin);
  char separator = ',';
  if (first.find('\t') != std::string_view::npos) {
    separator = '\t';
  } else if (first.find(',') == std::string_view::npos &&
             first.find(';') != std::string_view::npos) {
    separator = ';';
  }
  const std::vector<Cell> header = cells_of(text, lines[0].span, separator);
  const auto column = [&](std::string_view wanted) {
    std::size_t i = 0;
    while (i < header.size() && fold_ascii(header[i].text) != wanted) ++i;
    return i;
  };
  const std::size_t field_at = column("field");
  const std::size_t type_at = column("type");
  if (field_at == header.size() || type_at == header.size()) {
    return failure(lines[0].span, "E401",
                   "neither a mapping nor a CSV with the columns field and type",
                   std::string(expected));
  }

  std::vector<Field> fields;
  std::map<std::string, FieldType> seen;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<Cell> cells = cells_of(text, lines[i].span, separator);
    if (cells.size() <= std::max(field_at, type_at)) {
      return failure(lines[i].span, "E402",
                     format("a row needs {} columns, this one has {}", header.size(), cells.size()),
                     "");
    }
    const Cell& field = cells[field_at];
    const Cell& type = cells[type_at];
    if (field.text.empty()) return failure(field.span, "E402", "the field has no name", "");
    if (!is_known_type(type.text)) {
      return failure(
          type.span, "E402",
          format("unknown type \"{}\" of {}", printable(type.text), printable(field.text)),
          type_hint(type.text));
    }
    const FieldType known = field_type_from_name(type.text);
    const auto [other, added] = seen.try_emplace(field.text, known);
    if (!added && other->second != known) {
      return failure(type.span, "E402",
                     format("{} was {} above", printable(field.text), to_string(other->second)),
                     "");
    }
    if (!added) continue;
    fields.push_back({.name = field.text,
                      .type = known,
                      .source = field.text,
                      .has_exact = known != FieldType::text});
  }
  return fields;
}

}  // namespace

void Schema::derive() {
  for (auto& [name, field] : fields_) {
    // In order of name, so a parent is settled before its children.
    for (std::string_view up = parent_of(name); !up.empty(); up = parent_of(up)) {
      const Field* parent = find(up);
      if (parent != nullptr && parent->type == FieldType::nested) field.type = FieldType::nested;
    }
    const auto parent = fields_.find(parent_of(name));
    if (parent == fields_.end() || is_opaque(parent->second.type)) continue;
    field.source = parent->second.source;
    if (name.ends_with(".caseless")) field.folds_case = true;
    if (parent->second.type == FieldType::text && is_string(field.type) &&
        field.type != FieldType::text) {
      parent->second.has_exact = true;
    }
  }
}

const Schema& Schema::builtin() {
  static const Schema schema = [] {
    Result<Schema> table = from_csv(embedded::event_fields, "fields.tsv");
    EQLAB_ASSERT(table.has_value());
    table->assumed_ = true;
    return std::move(*table);
  }();
  return schema;
}

Schema Schema::open() {
  Schema schema;
  schema.open_ = true;
  return schema;
}

Schema Schema::of(std::vector<Field> fields) {
  Schema schema;
  for (Field& field : fields) {
    if (field.source.empty()) field.source = field.name;
    std::string name = field.name;
    schema.fields_.insert_or_assign(std::move(name), std::move(field));
  }
  return schema;
}

Result<Schema> Schema::from_csv(std::string_view csv, const std::string& name) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  EQLAB_TRY(std::vector<Field> fields, read_table(csv, name));
  Schema schema = of(std::move(fields));
  schema.derive();
  return schema;
}

Result<Schema> Schema::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(error_in(path, "E901", format("cannot be opened: {}", std::strerror(errno))));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return fail(error_in(path, "E901", "cannot be read"));
  const std::size_t first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first != std::string::npos && text[first] == '{') return from_mapping(text, path);
  return from_csv(text, path);
}

const Field* Schema::find(std::string_view name) const {
  const auto found = fields_.find(name);
  return found == fields_.end() ? nullptr : &found->second;
}

bool Schema::has_below(std::string_view name) const {
  const std::string prefix = std::string(name) + ".";
  const auto next = fields_.lower_bound(prefix);
  return next != fields_.end() && next->first.starts_with(prefix);
}

std::vector<std::string> Schema::similar(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& [known, field] : fields_) {
    if (!is_opaque(field.type)) names.push_back(known);
  }
  return nearest(name, names, 3);
}

bool Schema::is_slip(std::string_view name) const {
  if (find(name) != nullptr) return false;
  const auto next_part = [](std::string_view& rest) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view part = rest.substr(0, dot);
    rest.remove_prefix(std::min(dot + 1, rest.size()));
    return part;
  };
  for (const std::string& known : similar(name)) {
    std::string_view wanted = name;
    std::string_view other = known;
    bool is_near = std::ranges::count(wanted, '.') == std::ranges::count(other, '.');
    while (is_near && !wanted.empty()) {
      const std::string_view part = next_part(wanted);
      const std::string_view other_part = next_part(other);
      is_near = part == other_part || !nearest(part, {other_part}, 1).empty();
    }
    if (is_near) return true;
  }
  return false;
}

Schema Schema::with(std::vector<Field> more) const {
  Schema schema = *this;
  for (Field& field : more) schema.fields_.try_emplace(field.name, std::move(field));
  return schema;
}

}  // namespace eqlab::event
