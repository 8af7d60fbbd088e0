// Judges the tree as written: each check is a habit from another language that EQL takes for
// something else without complaint. Tested in tests/unit/rule/lint_query_text_test.cc.
#include "harness/rule/lint_query_text.h"

#include <algorithm>
#include <map>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/eql/script.h"

namespace eqlab::rule {
namespace {

using eql::Expr;
using eql::ExprId;
using eql::ExprKind;

class TextLinter {
 public:
  TextLinter(const Rule& rule, const eql::CheckedQuery& query, std::vector<Diagnostic>& out)
      : rule_(rule), query_(query), out_(out) {}

  void run() {
    name_assumed();
    const eql::Query& syntax = query_.syntax;
    for (const eql::Stage& stage : syntax.stages) visit(stage.filter.condition);
    if (syntax.until) visit(syntax.until->filter.condition);
    for (const eql::Leaf& leaf : query_.leaves) check_order(leaf);
    say_how_many();
  }

 private:
  /// The first few of each code are shown, and the last of them says how many follow: a query may
  /// have thousands, and each costs a copy of its line.
  void add(Severity severity, std::string_view code, Span where, std::string message,
           std::string hint) {
    Found& found = found_[std::string(code)];
    if (++found.count > shown_max) return;
    found.last = out_.size();
    Diagnostic diagnostic = error_at(where, code, std::move(message), std::move(hint));
    diagnostic.severity = severity;
    out_.push_back(locate(std::move(diagnostic), rule_.query));
  }
  void say_how_many() {
    for (const auto& [code, found] : found_) {
      if (found.count > shown_max)
        out_[found.last].message += format("; {} more like this", found.count - shown_max);
    }
  }
  [[nodiscard]] const Expr& at(ExprId id) const { return query_.syntax.at(id); }
  /// The text of a string literal.
  [[nodiscard]] const std::string* literal(ExprId id) const {
    return at(id).kind == ExprKind::literal ? std::get_if<std::string>(&at(id).value) : nullptr;
  }

  // --- fields that the schema lacks ---

  void name_assumed() {
    std::vector<std::string> types;
    const eql::AssumedField* first = nullptr;
    for (const eql::AssumedField& field : query_.assumed) {
      if (field.optional) {
        add(Severity::info, "L308", field.span,
            format("?{} is not in the built-in schema: it counts as mapped, as {} from its use. "
                   "Where no index maps it, it is null, and most negations with it hold for no "
                   "event",
                   field.name, event::to_string(field.type)),
            "--schema FILE says which fields are mapped");
        continue;
      }
      if (first == nullptr) first = &field;
      types.push_back(format("{} {}", field.name, event::to_string(field.type)));
    }
    if (first == nullptr) return;
    const std::size_t count = types.size();
    constexpr std::size_t types_shown_max = 8;
    if (count > types_shown_max) {
      types.resize(types_shown_max);
      types.emplace_back("…");
    }
    const std::string others =
        count == 1 ? std::string(" is")
                   : format(" and {} other field{} are", count - 1, count == 2 ? "" : "s");
    add(Severity::warning, "L308", first->span,
        format("{}{} not in the built-in schema: {} from use", first->name, others,
               count == 1 ? "its type is taken" : "their types are taken"),
        format("--schema FILE gives those of your index; taken here: {}", join(types, ", ")));
  }

  // --- conditions ---

  void visit(ExprId root) {  // NOLINT(misc-no-recursion): depth bounded by the parser
    const Expr& e = at(root);
    switch (e.kind) {
      case ExprKind::compare:
        check_comparison(e);
        break;
      case ExprKind::membership:
        // Once for each list, however long.
        for (std::size_t i = 1; i < e.children.size(); ++i) {
          if (check_literal_star(e.children[i], e.fold_case ? "in~" : "in")) break;
        }
        break;
      case ExprKind::pattern:
        check_pattern(e);
        break;
      case ExprKind::call:
        check_call(e);
        break;
      case ExprKind::logical_or:
        check_alternatives(e);
        break;
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::negate:
      case ExprKind::logical_not:
      case ExprKind::logical_and:
      case ExprKind::arithmetic:
        break;
    }
    for (const ExprId child : e.children) visit(child);
  }

  /// A constant that reads like a pattern where none is taken for one.
  bool check_literal_star(ExprId constant, std::string_view op) {
    const std::string* const text = literal(constant);
    if (text == nullptr) return false;
    const bool has_star = text->find('*') != std::string::npos;
    const bool has_drive = text->starts_with("?:\\");
    if (!has_star && !has_drive) return false;
    add(Severity::warning, "L331", at(constant).span,
        format("{} has no wildcards: this {} stands for itself", op,
               has_star ? "star" : "question mark"),
        "write : for wildcards that ignore case, like for those that mind it");
    return true;
  }

  void check_comparison(const Expr& e) {
    if (e.compare != eql::CompareOp::equal && e.compare != eql::CompareOp::not_equal) return;
    const std::string_view op = e.compare == eql::CompareOp::equal ? "==" : "!=";
    if (literal(e.children[0]) != nullptr && at(e.children[1]).kind == ExprKind::literal) {
      add(Severity::warning, "L335", e.span,
          "both sides are constants, so this is the same for every event",
          "names of fields are written without quotes");
      return;
    }
    for (const ExprId side : e.children) {
      check_literal_star(side, op);
      const std::string* const text = literal(side);
      if (text != nullptr && fold_ascii(*text) == "null") {
        add(Severity::warning, "L334", at(side).span, "this is the text null, not a missing value",
            format("write: {} null", op));
      }
    }
  }

  /// Numbers beside fields of another kind.
  void check_order(const eql::Leaf& leaf) {
    using eql::LeafKind;
    const bool has_order = leaf.kind == LeafKind::less || leaf.kind == LeafKind::less_equal ||
                           leaf.kind == LeafKind::greater || leaf.kind == LeafKind::greater_equal;
    if (has_order && event::is_string(leaf.field.type)) {
      const std::string text = event::to_text(leaf.constants[0]);
      if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
        add(Severity::warning, "L338", leaf.span,
            format("{} is a {}: it is ordered as text, so 10 comes before 9", leaf.field.name,
                   event::to_string(leaf.field.type)),
            "write number(FIELD) before the comparison, or list the values");
      }
    }
    if (!event::is_date(leaf.field.type)) return;
    std::optional<std::int64_t> time;
    if (!leaf.ranges.empty()) time = leaf.ranges[0].first;
    if (has_order) time = std::get<std::int64_t>(leaf.constants[0]);
    constexpr std::int64_t early_1970 = 100 * 86'400'000'000'000;
    if (time && *time >= 0 && *time < early_1970) {
      add(Severity::warning, "L339", leaf.span,
          format("a number beside a date is milliseconds since 1970: this is {}",
                 format_iso8601(*time)),
          "write the date in double quotes: \"2026-03-02T09:14:07Z\"");
    }
  }

  /// One finding for each list, however long.
  void check_pattern(const Expr& e) {
    const bool is_regex = e.pattern == eql::PatternOp::regex;
    if (is_regex && at(e.children[0]).kind != ExprKind::field) return;  // Java has all of it
    bool is_found = false;
    for (std::size_t i = 1; i < e.children.size() && !is_found; ++i) {
      const std::string* const text = literal(e.children[i]);
      if (text == nullptr || text->empty()) continue;
      const Span where = at(e.children[i]).span;
      is_found = is_regex ? check_anchors(*text, where) : check_wildcards(*text, where);
    }
  }

  bool check_wildcards(const std::string& text, Span where) {
    if (text.find_first_not_of('*') == std::string::npos) {
      add(Severity::info, "L333", where, "a pattern of stars alone asks for any value",
          "the same in words: FIELD != null");
    } else if (text.find_first_of("*?") == std::string::npos &&
               (text.starts_with('%') || text.ends_with('%'))) {
      add(Severity::warning, "L337", where, "% stands for itself: this is no SQL pattern",
          "wildcards are * for any text and ? for one character");
    } else if (text.starts_with(".*") && text.size() > 2) {
      add(Severity::warning, "L337", where,
          "the dot stands for itself: this is no regular expression",
          "write * alone for any text, or regex instead");
    } else {
      return false;
    }
    return true;
  }

  /// What other expressions give a meaning: `^` at the beginning, `$` at the end, `(?`, and the
  /// backspace that `\b` is in a plain string.
  bool check_anchors(const std::string& text, Span where) {
    const bool ends = text.ends_with('$') && !text.ends_with("\\$");
    if (text.starts_with('^') || ends) {
      add(Severity::warning, "L332", where,
          format("{} is a plain character here: the expression always covers the whole value",
                 text.starts_with('^') ? "^" : "$"),
          "leave it out");
    } else if (text.find("(?") != std::string::npos && text.find("\\(?") == std::string::npos) {
      add(Severity::warning, "L332", where,
          "(? begins an ordinary group with a question mark: there are no flags or assertions here",
          "to ignore case write regex~");
    } else if (text.find('\b') != std::string::npos) {
      add(Severity::warning, "L332", where,
          "\\b in a string is a backspace, and there are no word boundaries here",
          "write what may stand on either side: (.*[^a-z])?");
    } else {
      return false;
    }
    return true;
  }

  /// endsWith and stringContains of a field and a constant are executed as wildcard patterns
  /// (StringUtils).
  void check_call(const Expr& e) {
    const eql::Function* const function = eql::find_function(e.name);
    using Id = eql::Function::Id;
    if (function == nullptr || e.children.size() != 2 ||
        (function->id != Id::ends_with && function->id != Id::string_contains) ||
        at(e.children[0]).kind != ExprKind::field)
      return;
    const std::string* const text = literal(e.children[1]);
    if (text == nullptr) return;
    const std::size_t found = text->find_first_of("*?\\");
    if (found == std::string::npos) return;
    const bool is_backslash = (*text)[found] == '\\';
    // `\*` asks for the star itself: the author knows.
    if (is_backslash && found + 1 < text->size() &&
        std::string_view("*?\\").find((*text)[found + 1]) != std::string_view::npos)
      return;
    add(Severity::warning, "L336", at(e.children[1]).span,
        is_backslash
            ? format(
                  "in {} of a field a backslash only shields the next character: it matches none",
                  function->name)
            : format("in {} of a field {} is a wildcard", function->name, (*text)[found]),
        is_backslash ? "write FIELD : \"*…\", where a backslash stands for itself"
                     : "write two backslashes before it to mean the character itself");
  }

  /// `a != 1 or a != 2` holds for every single value.
  void check_alternatives(const Expr& e) {
    std::vector<std::pair<std::string, std::string>> excluded;
    for (const ExprId child : e.children) {
      const auto part = excluded_by(child);
      if (part.first.empty()) continue;
      const bool has_other = std::ranges::any_of(excluded, [&](const auto& other) {
        return other.first == part.first && other.second != part.second;
      });
      if (has_other) {
        add(Severity::warning, "L335", at(child).span,
            format("every value of {} differs from one of the two, so this holds always",
                   part.first),
            "join them by and, or write: not FIELD in (\"a\", \"b\")");
        return;
      }
      excluded.push_back(part);
    }
  }
  /// Field and constant of `f != K` or `not f == K`; empty for anything else.
  [[nodiscard]] std::pair<std::string, std::string> excluded_by(ExprId id) const {
    const bool is_not = at(id).kind == ExprKind::logical_not;
    const Expr& e = at(is_not ? at(id).children[0] : id);
    const auto wanted = is_not ? eql::CompareOp::equal : eql::CompareOp::not_equal;
    if (e.kind != ExprKind::compare || e.compare != wanted) return {};
    const Expr& left = at(e.children[0]);
    const Expr& right = at(e.children[1]);
    if (left.kind != ExprKind::field || right.kind != ExprKind::literal ||
        event::is_null(right.value))
      return {};
    return {left.name, event::to_text(right.value)};
  }

  const Rule& rule_;
  const eql::CheckedQuery& query_;
  std::vector<Diagnostic>& out_;
  static constexpr std::size_t shown_max = 10;
  struct Found {
    std::size_t count = 0;
    std::size_t last = 0;  ///< place in `out_` of the last one shown
  };
  std::map<std::string, Found> found_;
};

}  // namespace

void lint_query_text(const Rule& rule, const eql::CheckedQuery& query,
                     std::vector<Diagnostic>& out) {
  TextLinter(rule, query, out).run();
}

}  // namespace eqlab::rule
