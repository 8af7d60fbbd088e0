#include "generators/incident/toml_reader.h"

#include <algorithm>
#include <cmath>

namespace eqlab::generators {
namespace {

std::string line_of(std::string_view text, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < line && begin != std::string_view::npos; ++i) {
    const std::size_t end = text.find('\n', begin);
    begin = end == std::string_view::npos ? end : end + 1;
  }
  if (begin == std::string_view::npos) return {};
  std::string found(text.substr(begin, text.find('\n', begin) - begin));
  if (!found.empty() && found.back() == '\r') found.pop_back();
  return found;
}

std::string suggestion(std::string_view wanted, const std::vector<std::string_view>& known) {
  const auto close = nearest(wanted, known, 1);
  return close.empty() ? std::string() : format("did you mean \"{}\"?", close.front());
}

std::string listed(const std::vector<std::string_view>& choices) {
  std::string out;
  for (const std::string_view choice : choices)
    out += (out.empty() ? "" : ", ") + std::string(choice);
  return out;
}

}  // namespace

Result<toml::table> TomlReader::parse() const {
  try {
    return toml::parse(text_, file_);
  } catch (const toml::parse_error& error) {
    return fail(diagnostic(error.source(), "E510", format("not TOML: {}", error.description())));
  }
}

Diagnostic TomlReader::diagnostic(const toml::source_region& where, std::string_view code,
                                  std::string message, std::string hint) const {
  Diagnostic made = error_in(file_, code, std::move(message), std::move(hint));
  made.place->line = where.begin.line;
  made.place->column = where.begin.column;
  made.place->end_column =
      where.end.line == where.begin.line && where.end.column > where.begin.column
          ? where.end.column
          : where.begin.column + 1;
  made.place->source_line = line_of(text_, where.begin.line);
  return made;
}

void TomlReader::wrong(const toml::source_region& where, std::string_view code, std::string message,
                       std::string hint) {
  if (!error_) error_ = diagnostic(where, code, std::move(message), std::move(hint));
}

void TomlReader::allow_keys(const toml::table& table, const std::vector<std::string_view>& known,
                            std::string_view where) {
  // The table is sorted by key; report the unknown key that stands first in the file.
  const toml::key* first = nullptr;
  for (const auto& [key, value] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    if (first == nullptr || key.source().begin.line < first->source().begin.line) first = &key;
  }
  if (first != nullptr) {
    wrong(first->source(), "E511",
          format("there is no key \"{}\" {}", printable(first->str()), where),
          suggestion(first->str(), known));
  }
}

const toml::node* TomlReader::required(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) wrong(table, "E512", format("\"{}\" is missing here", key));
  return node;
}

std::string TomlReader::text(const toml::table& table, std::string_view key, bool is_required) {
  const toml::node* node = is_required ? required(table, key) : table.get(key);
  if (node == nullptr) return {};
  const auto* value = node->as_string();
  if (value == nullptr) {
    wrong(*node, "E512", format("\"{}\" must be a string", key));
    return {};
  }
  if (is_required && value->get().empty()) wrong(*node, "E512", format("\"{}\" is empty", key));
  return value->get();
}

double TomlReader::number(const toml::table& table, std::string_view key, double otherwise,
                          double min, double max) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return otherwise;
  const auto value = node->value<double>();
  if (!value || node->is_boolean() || !std::isfinite(*value) || *value < min || *value > max) {
    wrong(*node, "E512", format("\"{}\" must be a number from {} to {}", key, min, max));
    return otherwise;
  }
  return *value;
}

std::int64_t TomlReader::whole(const toml::table& table, std::string_view key,
                               std::int64_t otherwise, std::int64_t min, std::int64_t max) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return otherwise;
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < min || value->get() > max) {
    wrong(*node, "E512", format("\"{}\" must be a whole number from {} to {}", key, min, max));
    return otherwise;
  }
  return value->get();
}

bool TomlReader::truth(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  const auto* value = node->as_boolean();
  if (value == nullptr) wrong(*node, "E512", format("\"{}\" must be true or false", key));
  return value != nullptr && value->get();
}

std::vector<std::string> TomlReader::texts(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  std::vector<std::string> values;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong(*node, "E512", format("\"{}\" must be a list of strings", key));
    return {};
  }
  for (const toml::node& element : *array) {
    if (const auto* value = element.as_string()) {
      values.push_back(value->get());
    } else {
      wrong(element, "E512", format("\"{}\" must hold strings only", key));
    }
  }
  return values;
}

std::optional<Duration> TomlReader::length(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  const auto parsed = value == nullptr ? std::nullopt : parse_duration(value->get());
  if (value != nullptr && value->get().starts_with('-')) {
    wrong(*node, "E516", "a length of time cannot be negative");
  } else if (!parsed) {
    wrong(*node, "E512", format("\"{}\" must be a length of time such as \"30s\"", key));
  }
  return parsed;
}

std::optional<Distribution> TomlReader::distribution(const toml::table& table, std::string_view key,
                                                     const DistributionTable& named) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  return distribution(*node, named);
}

Distribution TomlReader::distribution(const toml::node& node, const DistributionTable& named) {
  const auto* value = node.as_string();
  if (value == nullptr) {
    wrong(node, "E512", "a distribution must be a string",
          "write \"2s\" or \"lognormal(0.3s, 0.9)\"");
    return {};
  }
  auto parsed = parse_distribution(value->get(), named);
  if (parsed) return *parsed;
  wrong_inside(node, parsed.error());
  return {};
}

void TomlReader::wrong_inside(const toml::node& node, const Diagnostic& inner) {
  // The span counts from the first character between the quotes.
  toml::source_region where = node.source();
  where.end.line = where.begin.line;
  where.end.column = where.begin.column + 1 + static_cast<toml::source_index>(inner.span.end);
  where.begin.column += 1 + static_cast<toml::source_index>(inner.span.begin);
  wrong(where, inner.code, inner.message, inner.hint);
}

std::size_t TomlReader::choice_of(const toml::node& node, std::string_view key,
                                  const std::vector<std::string_view>& choices) {
  const auto* value = node.as_string();
  const auto found =
      value == nullptr ? choices.end() : std::ranges::find(choices, std::string_view(value->get()));
  if (found == choices.end()) {
    wrong(node, "E512", format("\"{}\" must be one of {}", key, listed(choices)),
          value == nullptr ? std::string() : suggestion(value->get(), choices));
    return 0;
  }
  return static_cast<std::size_t>(found - choices.begin());
}

std::size_t TomlReader::choice(const toml::table& table, std::string_view key,
                               const std::vector<std::string_view>& choices, bool is_required) {
  const toml::node* node = is_required ? required(table, key) : table.get(key);
  return node == nullptr ? 0 : choice_of(*node, key, choices);
}

const toml::table& TomlReader::table(const toml::table& parent, std::string_view key) {
  static const toml::table empty;
  const toml::node* node = parent.get(key);
  if (node == nullptr) return empty;
  if (const toml::table* found = node->as_table()) return *found;
  wrong(*node, "E512", format("\"{}\" must be a table: [{}]", key, key));
  return empty;
}

}  // namespace eqlab::generators
