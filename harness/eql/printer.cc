// Canonical text. Brackets appear only where the grammar needs them.
#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/eql/token.h"

namespace eqlab::eql {
namespace {

// Binding strength of each rule of the grammar, loosest first.
enum Level : std::uint8_t {
  level_or = 1,
  level_and,
  level_not,
  level_compare,
  level_sum,
  level_product,
  level_unary,
  level_predicate,
  level_primary
};

class Printer {
 public:
  explicit Printer(const Query& query) : query_(query) {}

  std::string query() {
    if (query_.kind == QueryKind::event) {
      filter(query_.stages[0].filter);
    } else {
      out_ += query_.kind == QueryKind::sequence ? "sequence" : "sample";
      keys(query_.shared_keys);
      if (query_.maxspan) out_ += " with maxspan=" + exact_duration(*query_.maxspan);
      for (const Stage& s : query_.stages) stage(s);
      if (query_.until) {
        out_ += " until";
        stage(*query_.until);
      }
    }
    for (const Pipe& pipe : query_.pipes) {
      out_ += " | " + pipe.name;
      for (std::size_t i = 0; i < pipe.arguments.size(); ++i) {
        out_ += i == 0 ? " " : ", ";
        expr(pipe.arguments[i], level_or);
      }
    }
    return std::move(out_);
  }

  std::string one(ExprId id) {
    expr(id, level_or);
    return std::move(out_);
  }

 private:
  void keys(const std::vector<ExprId>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      out_ += i == 0 ? " by " : ", ";
      expr(ids[i], level_or);
    }
  }

  void filter(const EventFilter& f) {
    if (!f.category) {
      out_ += "any";
    } else if (is_plain(*f.category)) {
      out_ += *f.category;
    } else {
      quote(*f.category);
    }
    out_ += " where ";
    expr(f.condition, level_or);
  }

  void stage(const Stage& s) {
    out_ += s.missing ? " ![" : " [";
    filter(s.filter);
    out_ += "]";
    keys(s.keys);
    if (s.runs != 1) out_ += format(" with runs={}", s.runs);
  }

  static bool is_plain(std::string_view name) {
    const auto letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
    };
    if (name.empty() || !letter(name[0]) || is_reserved(name)) return false;
    return std::ranges::all_of(
        name.substr(1), [&](char c) { return (letter(c) && c != '@') || (c >= '0' && c <= '9'); });
  }

  void field(const Expr& e) {
    if (e.optional) out_ += '?';
    std::string_view rest = e.name;
    if (rest.starts_with('.') || rest.ends_with('.') || rest.find("..") != std::string_view::npos) {
      // Such a name has no segments to write one by one.
      quote_name(rest);
      return;
    }
    for (bool first = true;; first = false) {
      const std::size_t dot = rest.find('.');
      const std::string_view segment = rest.substr(0, dot);
      if (!first) out_ += '.';
      if (is_plain(segment)) {
        out_ += segment;
      } else {
        quote_name(segment);
      }
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
  }

  void quote_name(std::string_view name) {
    out_ += '`';
    for (const char c : name) out_ += c == '`' ? std::string("``") : std::string(1, c);
    out_ += '`';
  }

  void quote(std::string_view text) {
    out_ += '"';
    for (const char c : text) {
      constexpr std::string_view special = "\b\t\n\f\r\"\\";
      constexpr std::string_view letters = "btnfr\"\\";
      if (const std::size_t known = special.find(c); known != std::string_view::npos) {
        out_ += '\\';
        out_ += letters[known];
      } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
        out_ += format("\\u{{{:02x}}}", static_cast<unsigned>(c));
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  void literal(const event::Value& value) {
    if (const auto* const text = std::get_if<std::string>(&value)) {
      quote(*text);
    } else {
      out_ += event::to_text(value);
    }
  }

  static Level level_of(const Expr& e) {
    switch (e.kind) {
      case ExprKind::logical_or:
        return level_or;
      case ExprKind::logical_and:
        return level_and;
      case ExprKind::logical_not:
        return level_not;
      case ExprKind::compare:
        return level_compare;
      case ExprKind::arithmetic:
        return e.arithmetic == ArithmeticOp::add || e.arithmetic == ArithmeticOp::subtract
                   ? level_sum
                   : level_product;
      case ExprKind::negate:
        return level_unary;
      case ExprKind::membership:
      case ExprKind::pattern:
        return level_predicate;
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::call:
        return level_primary;
    }
    return level_primary;
  }

  void list(const Expr& e, std::size_t from) {
    for (std::size_t i = from; i < e.children.size(); ++i) {
      if (i > from) out_ += ", ";
      expr(e.children[i], level_or);
    }
  }

  void chain(const Expr& e, std::string_view between, Level level) {
    for (std::size_t i = 0; i < e.children.size(); ++i) {
      if (i > 0) out_ += between;
      expr(e.children[i], static_cast<Level>(level + 1));
    }
  }

  void expr(ExprId id, Level allowed) {  // NOLINT(misc-no-recursion): depth bounded by the parser
    const Expr& e = query_.at(id);
    const Level level = level_of(e);
    const bool brackets = level < allowed;
    if (brackets) out_ += '(';
    switch (e.kind) {
      case ExprKind::literal:
        literal(e.value);
        break;
      case ExprKind::field:
        field(e);
        break;
      case ExprKind::call:
        out_ += e.name + (e.fold_case ? "~(" : "(");
        list(e, 0);
        out_ += ')';
        break;
      case ExprKind::negate:
        out_ += '-';
        expr(e.children[0], level_unary);
        break;
      case ExprKind::logical_not:
        out_ += "not ";
        expr(e.children[0], level_not);
        break;
      case ExprKind::logical_and:
        chain(e, " and ", level_and);
        break;
      case ExprKind::logical_or:
        chain(e, " or ", level_or);
        break;
      case ExprKind::compare: {
        constexpr std::array<std::string_view, 6> ops = {" == ", " != ", " < ",
                                                         " <= ", " > ",  " >= "};
        expr(e.children[0], level_sum);
        out_ += ops[static_cast<std::size_t>(e.compare)];
        expr(e.children[1], level_sum);
        break;
      }
      case ExprKind::arithmetic: {
        constexpr std::array<std::string_view, 5> ops = {" + ", " - ", " * ", " / ", " % "};
        expr(e.children[0], level);
        out_ += ops[static_cast<std::size_t>(e.arithmetic)];
        expr(e.children[1], static_cast<Level>(level + 1));
        break;
      }
      case ExprKind::membership:
        expr(e.children[0], level_primary);
        out_ += e.negated ? " not in" : " in";
        out_ += e.fold_case ? "~ (" : " (";
        list(e, 1);
        out_ += ')';
        break;
      case ExprKind::pattern: {
        expr(e.children[0], level_primary);
        const std::string_view op = e.pattern == PatternOp::colon ? " : "
                                    : e.pattern == PatternOp::like
                                        ? (e.fold_case ? " like~ " : " like ")
                                        : (e.fold_case ? " regex~ " : " regex ");
        out_ += op;
        if (e.children.size() > 2) out_ += '(';
        list(e, 1);
        if (e.children.size() > 2) out_ += ')';
        break;
      }
    }
    if (brackets) out_ += ')';
  }

  const Query& query_;
  std::string out_;
};

}  // namespace

std::vector<std::string> field_names(const Query& query) {
  std::vector<std::string> names;
  for (const Expr& expr : query.exprs) {
    if (expr.kind == ExprKind::field && std::ranges::find(names, expr.name) == names.end())
      names.push_back(expr.name);
  }
  return names;
}

std::string print(const Query& query) { return Printer(query).query(); }
std::string print(const Query& query, ExprId expr) { return Printer(query).one(expr); }

}  // namespace eqlab::eql
