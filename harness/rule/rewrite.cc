// Finds the query's string from its key on, and writes another one in its place. Nothing else of
// the file is touched, so nothing else can change; that the new string ends where it should is
// checked by reading it back. Tested in tests/unit/rule/rewrite_test.cc.
#include "harness/rule/rewrite.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/document/decoded_string.h"

namespace eqlab::rule {
namespace {

/// The byte of the value's opening quote, from the key at `at` on; the file's end if there is none.
std::size_t value_begin(std::string_view file, std::size_t at) {
  char quote = '\0';  // of a quoted key
  for (; at < file.size(); ++at) {
    const char c = file[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '=') {
      break;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '\n') {
      return file.size();
    }
  }
  at = file.find_first_not_of(" \t", std::min(at + 1, file.size()));
  return std::min(at, file.size());
}

bool is_triple(std::string_view file, std::size_t at) {
  return file.substr(at, 3) == "'''" || file.substr(at, 3) == "\"\"\"";
}

/// Whether a literal string, which has no escapes, may hold the text.
bool fits_literal(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == '\x7F';
  });
}

/// For strings in double quotes.
std::string escaped(std::string_view text, bool multi_line) {
  std::string out;
  std::size_t quotes = 0;  // in a row
  for (const char c : text) {
    quotes = c == '"' ? quotes + 1 : 0;
    if (c == '\\' || (c == '"' && (!multi_line || quotes == 3))) {
      out += '\\';
      out += c;
      quotes = 0;
    } else if (static_cast<unsigned char>(c) < 0x20 ? c != '\t' && c != '\n' : c == '\x7F') {
      out += format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

/// `old_form`: how the string that it replaces begins.
std::string encoded(std::string_view query, std::string_view old_form) {
  const bool was_triple = is_triple(old_form, 0);
  const std::string_view line = query.substr(0, query.find_last_not_of('\n') + 1);
  if (!was_triple && line.find('\n') == std::string_view::npos) {
    if (old_form[0] == '\'' && fits_literal(line) && line.find('\'') == std::string_view::npos)
      return format("'{}'", line);
    return format("\"{}\"", escaped(line, false));
  }
  const bool literal = fits_literal(query) && query.find("'''") == std::string_view::npos;
  if (literal && old_form[0] == '\'') return format("'''\n{}'''", query);
  if (literal && !was_triple) return format("'''\n{}'''", query);
  return format("\"\"\"\n{}\"\"\"", escaped(query, true));
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += line_end;
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view line_end_of(std::string_view file) {
  const std::size_t first = file.find('\n');
  return first != std::string_view::npos && first > 0 && file[first - 1] == '\r' ? "\r\n" : "\n";
}

std::string_view without_last_line_ends(std::string_view text) {
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

bool is_json(const Rule& rule) {
  const std::string_view file = rule.query.file_text;
  const std::size_t first = file.find_first_not_of(" \t\r\n");
  return (first != std::string_view::npos && file[first] == '{') || rule.file.ends_with(".json");
}

Failure<Diagnostic> not_found(const Rule& rule) {
  return fail(error_in(rule.file, "E303", "the query's string cannot be replaced in this file",
                       "write it as query = '''…'''"));
}

}  // namespace

Result<std::string> with_query(const Rule& rule, std::string_view query) {
  const auto key = rule.key_positions.find("query");
  if (key == rule.key_positions.end()) {  // a bare query
    const std::string_view mark =
        rule.query.origin.empty()
            ? std::string_view()
            : std::string_view(rule.query.file_text).substr(0, rule.query.origin[0]);
    return std::string(mark) + with_line_ends(query, line_end_of(rule.query.text));
  }
  if (is_json(rule)) {
    return fail(error_in(rule.file, "E303", "a JSON export is not written back",
                         "change the query where the rule is kept, or keep the rule as TOML"));
  }
  const std::string_view file = rule.query.file_text;
  const std::size_t begin = value_begin(file, key->second);
  const auto old = document::decode_toml_string(file, begin);
  if (!old) return not_found(rule);
  const std::size_t end = old->origin.back() + (is_triple(file, begin) ? 3 : 1);
  std::string text(file.substr(0, begin));
  text += with_line_ends(encoded(query, file.substr(begin, 3)), line_end_of(file));
  const std::size_t new_end = text.size();
  text += file.substr(end);

  const auto string = document::decode_toml_string(text, begin);
  if (!string || string->origin.back() >= new_end ||
      new_end - string->origin.back() != (is_triple(text, begin) ? 3U : 1U))
    return not_found(rule);
  const auto again = parse_rule_toml(text, rule.file);
  if (!again || again->rule_id != rule.rule_id ||
      without_last_line_ends(string->text) != without_last_line_ends(query))
    return not_found(rule);
  return text;
}

}  // namespace eqlab::rule
