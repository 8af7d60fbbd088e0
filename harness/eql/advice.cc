#include "harness/eql/advice.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"

namespace eqlab::eql {
namespace {

using TokenList = std::span<const Token>;

const Token& token(TokenList tokens, std::size_t at) {
  return tokens[std::min(at, tokens.size() - 1)];
}
const Token& before(TokenList tokens, std::size_t at) { return tokens[at == 0 ? 0 : at - 1]; }

bool is_name(const Token& t) {
  return t.kind == TokenKind::identifier || t.kind == TokenKind::quoted_identifier;
}
bool touches(const Token& left, const Token& right) { return left.span.end == right.span.begin; }
bool is_word(const Token& t, std::string_view lower) {
  return t.kind == TokenKind::identifier && fold_ascii(t.text) == lower;
}

/// `AND`, `Or`: a reserved word but for its case.
std::string lower_case_advice(const Token& t) {
  const std::string lower = fold_ascii(t.text);
  if (t.kind != TokenKind::identifier || lower == t.text || !is_reserved(lower)) return {};
  return format("keywords are written in lower case: {}", lower);
}

/// Operators of other languages that are words there.
struct Habit {
  std::string_view word;
  std::string_view instead;
};
constexpr std::array<Habit, 14> operator_words = {
    {{"contains", "write: FIELD : \"*text*\", or stringContains(FIELD, \"text\")"},
     {"startswith", "write: FIELD : \"text*\", or startsWith(FIELD, \"text\")"},
     {"endswith", "write: FIELD : \"*text\", or endsWith(FIELD, \"text\")"},
     {"between", "write: FIELD >= 1 and FIELD <= 5"},
     {"is", "write: FIELD == null, or FIELD != null"},
     {"matches", "write: FIELD regex \"…\", or : with wildcards"},
     {"match", "write: FIELD regex \"…\", or : with wildcards"},
     {"rlike", "write: FIELD regex \"…\""},
     {"wildcard", "write: FIELD like \"…\", or : to ignore case"},
     {"ilike", "write: FIELD like~ \"…\""},
     {"eq", "write =="},
     {"equals", "write =="},
     {"exists", "write: FIELD != null"},
     {"then", "the events of a sequence follow one another without a word: […] […]"}}};

std::string word_advice(const Token& t) {
  const std::string lower = fold_ascii(t.text);
  const auto* const found = std::ranges::find(operator_words, lower, &Habit::word);
  return t.kind == TokenKind::identifier && found != operator_words.end()
             ? std::string(found->instead)
             : std::string();
}

/// `10.0.0.1` and `args.0`: a decimal where none can stand.
std::string number_advice(const Token& left, const Token& t) {
  if (t.kind != TokenKind::decimal || !touches(left, t)) return {};
  if (is_name(left))
    return "array elements have no address; a part of a name that begins with a digit goes in "
           "backticks";
  if (left.text.ends_with('.')) return "write: FIELD >= 1 and FIELD <= 5";
  return "addresses, dates and versions are written in double quotes";
}

constexpr std::string_view optional_advice = "an optional field has its ? in front: ?process.name";
constexpr std::string_view several_values =
    "several values are a list: FIELD in (\"a\", \"b\"), or : to ignore case and allow wildcards";

}  // namespace

std::string category_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  if (t.is_keyword("where")) return "write the event category before it, or any: any where …";
  if (t.is_symbol("*")) return "every category is written any: any where …";
  if (t.is_keyword("not"))
    return "not belongs to the condition: process where not …; a missing event is ![process where "
           "…]";
  if (at == 0 && (t.is_symbol("[") || t.is_symbol("![")))
    return "events in brackets belong to a sequence or sample: sequence by host.id […] […]";
  return "for example: process where …";
}

std::string where_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  const Token& category = before(tokens, at);
  if (fold_ascii(t.text) == "where") return "keywords are written in lower case: where";
  if (const std::string hint = lower_case_advice(category); !hint.empty()) return hint;
  if (is_word(category, "select") || is_word(category, "from"))
    return "this is not SQL: an event filter is written CATEGORY where CONDITION";
  if (t.is_symbol(".") || t.is_symbol(":") || t.is_symbol("==") || t.is_symbol("!="))
    return "the event category comes first: process where …, or any where … for all";
  if (t.is_symbol(",") || t.is_keyword("or"))
    return "one category, or any: any where event.category in (\"process\", \"network\") and …";
  return "an event filter is written CATEGORY where CONDITION";
}

std::string operator_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  if (std::string hint = lower_case_advice(t); !hint.empty()) return hint;
  if (std::string hint = word_advice(t); !hint.empty()) return hint;
  const Token& next = token(tokens, at + 1);
  if (t.is_keyword("not")) {
    return next.is_keyword("null") ? "write: FIELD != null"
                                   : "two conditions need a word between them: … and not …";
  }
  if (t.is_symbol("?")) return std::string(optional_advice);
  const Token& left = before(tokens, at);
  if (std::string hint = number_advice(left, t); !hint.empty()) return hint;
  if (t.is_symbol("[") && is_name(left) && touches(left, t))
    return "parts of a name are joined by dots: process.name";
  if (t.is_symbol(")")) return "there is no ( before it that it could close";
  if (t.is_symbol("[") || t.is_symbol("![")) return "close the event filter before it with ]";
  if (t.is_symbol(",")) {
    for (std::size_t i = at; i-- > 0 && tokens[i].kind != TokenKind::keyword;) {
      if (tokens[i].is_symbol("[") || tokens[i].is_symbol("![")) break;
      if (tokens[i].is_symbol("==") || tokens[i].is_symbol("!=") || tokens[i].is_symbol(":"))
        return std::string(several_values);
    }
    return "two conditions are joined by and or or";
  }
  if (t.is_keyword("until")) return "until belongs to a sequence, after its last event";
  const bool is_now = at >= 3 && is_word(tokens[at - 3], "now");
  if (is_now && is_name(t)) return "a date relative to now has no meaning in a replay";
  if ((left.kind == TokenKind::integer || left.kind == TokenKind::decimal) && touches(left, t) &&
      t.kind == TokenKind::identifier)
    return "numbers are written in decimal digits, without unit";
  if (t.kind == TokenKind::string || t.is_symbol("!="))
    return "is something missing before it: and, or, an operator?";
  if (is_name(t) || t.is_keyword("true") || t.is_keyword("false") || t.is_keyword("null"))
    return "is something missing before it: and, or, an operator?";
  if (t.is_symbol("(")) return "is an operator missing before the bracket, or a function's name?";
  if (t.is_symbol(".")) return "a dot stands between two parts of a name";
  if (t.kind == TokenKind::end || t.is_symbol("]")) return {};
  return "two conditions are joined by and or or";
}

std::string operand_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  const Token& last = before(tokens, at);
  if (last.is_symbol("<") && t.is_symbol(">")) return "unequal is written !=";
  if (t.is_symbol("=") && touches(last, t)) {
    if (last.is_symbol("!=")) return "unequal is written !=";
    if (last.is_symbol("==")) return "equality is written ==";
  }
  if (t.is_symbol("[") || t.is_symbol("!["))
    return last.is_symbol(",") ? "a comma must be followed by another key"
                               : "close the event filter before it with ]; lists are in round "
                                 "brackets";
  for (const std::string_view op : {":", "==", "!=", "<", "<=", ">", ">="}) {
    if (t.is_symbol(op) && last.kind == TokenKind::keyword) return "write the field before it";
  }
  if (t.is_keyword("in") || t.is_keyword("in~") || t.is_keyword("like") || t.is_keyword("like~") ||
      t.is_keyword("regex") || t.is_keyword("regex~"))
    return "write the field before it";
  if (t.is_keyword("with") && last.is_symbol(",")) return "a comma must be followed by another key";
  if (t.is_symbol(")") && last.is_symbol("(")) return "write a condition between the brackets";
  const bool has_star = at >= 2 && last.is_symbol("*") &&
                        tokens[at - 2].kind == TokenKind::string && touches(tokens[at - 2], last);
  if (has_star) return "wildcards stand inside the quotes: \"curl*\"";
  if (t.is_symbol("*") && (last.is_symbol("==") || last.is_symbol("!=")))
    return "whether the field has a value is asked by FIELD != null";
  const bool is_end = t.kind == TokenKind::end || t.is_symbol("]") || t.is_symbol(")");
  if (last.is_keyword("and") || last.is_keyword("or") || last.is_keyword("not")) {
    if (t.is_keyword("and") || t.is_keyword("or")) return "leave one of the two out";
    if (is_end) return format("a condition is missing after {}", last.text);
  }
  if (last.is_keyword("where")) {
    if (is_end) return "to take every event of the category: where true";
    if (t.is_keyword("and") || t.is_keyword("or")) return format("leave {} out", t.text);
  }
  if (last.kind == TokenKind::symbol &&
      std::string_view("==!=<=>=+-*/%").find(last.text) != std::string_view::npos)
    return format("{} needs a field or a value on its right", last.text);
  return "a field is written process.name, a text \"curl\", a number 5";
}

std::string constant_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  if (t.is_symbol("-") || t.is_symbol("+"))
    return "a sign is not part of a constant: compare with == instead";
  if (t.is_symbol("*")) return "write \"*\" in quotes, or FIELD != null";
  if (t.is_symbol("[")) return "lists are in round brackets: (\"a\", \"b\")";
  if (t.is_symbol("/")) return "regular expressions are strings: FIELD regex \"…\"";
  if (is_name(t)) {
    const Token& next = token(tokens, at + 1);
    if (next.is_symbol(".") || next.is_symbol("("))
      return "two fields fit into one function: startsWith(a, b), or stringContains(a, b)";
    const bool has_star = next.is_symbol("*") && touches(t, next);
    return format("text is written in double quotes: \"{}{}\"", printable(t.text),
                  has_star ? "*" : "");
  }
  return "write a text in double quotes, or a list: (\"a\", \"b\")";
}

std::string list_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  if (t.is_keyword("or") || t.is_keyword("and") || t.kind == TokenKind::string || is_name(t))
    return "items of a list are separated by commas: (\"a\", \"b\")";
  if (t.is_symbol("|")) return "items of a list are separated by commas: (\"a\", \"b\")";
  if (t.kind == TokenKind::end) return ") is missing";
  if (std::string hint = number_advice(before(tokens, at), t); !hint.empty()) return hint;
  return "items of a list are separated by commas, and ) ends it";
}

std::string event_advice(TokenList tokens, std::size_t at) {
  const Token& t = token(tokens, at);
  if (t.is_keyword("maxspan")) return "write with before it: with maxspan=30s";
  if (is_word(t, "runs")) return "write with before it: with runs=3";
  if (t.is_symbol(",")) return "the events follow one another without a comma: […] […]";
  if (t.is_keyword("and") || t.is_keyword("or") || is_word(t, "then"))
    return "the events of a sequence follow one another without a word: […] […]";
  if (t.is_keyword("with")) return "maxspan comes before the events: sequence by … with maxspan=…";
  if (t.is_keyword("until")) return "until comes after the events";
  if (t.is_keyword("by")) return "by comes before with: […] by KEYS with runs=3";
  const Token& next = token(tokens, at + 1);
  if (before(tokens, at).is_keyword("sequence") || before(tokens, at).is_keyword("sample")) {
    if (next.is_symbol(".") || next.is_symbol("[") || is_word(t, "on"))
      return "join keys follow by: sequence by host.id […] […]";
  }
  if (t.is_keyword("where") || is_name(t) || t.is_keyword("any") || t.kind == TokenKind::string)
    return "each event stands in brackets: [process where process.name == \"curl\"]";
  return "for example: [process where process.name == \"curl\"]";
}

std::string pipe_advice(std::string_view name) {
  const std::string lower = fold_ascii(name);
  if (lower == "limit") return "write: | head 5 for the first, | tail 5 for the last";
  if (lower == "filter" || lower == "where" || lower == "search")
    return "put it into the condition with and; pipes are head and tail";
  if (lower == "sort") return "leave it out: results are in order of time; pipes are head and tail";
  if (lower == "count" || lower == "unique" || lower == "unique_count" || lower == "stats")
    return "leave it out, and count outside the query; pipes are head and tail";
  return {};
}

}  // namespace eqlab::eql
