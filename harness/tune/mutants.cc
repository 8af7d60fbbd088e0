// Each operator is one function that writes edits; what they come to is decided by compiling.
#include "harness/tune/mutants.h"

#include <algorithm>
#include <array>
#include <set>

#include "harness/base/text.h"
#include "harness/eql/normal_form.h"
#include "harness/eql/pattern.h"
#include "harness/eql/query.h"
#include "harness/tune/variant.h"

namespace eqlab::tune {
namespace {

using eql::Expr;
using eql::ExprId;
using eql::ExprKind;

/// Before it is compiled.
struct Draft {
  MutationKind kind;
  std::string what;
  std::vector<TextEdit> edits;
  Span place;
};

/// What a constant stands for where it stands.
enum class Role : std::uint8_t { plain, wildcard };
enum class Alone : std::uint8_t { no, yes };

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Another letter or digit of the same sort.
char neighbour(char c) {
  return c == 'z' || c == 'Z' || c == '9' ? static_cast<char>(c - 1) : static_cast<char>(c + 1);
}

class DraftWriter {
 public:
  explicit DraftWriter(const QueryText& query) : query_(query), tree_(query.tree()) {}

  std::vector<Draft> run() {
    for (step_ = 0; step_ < query_.step_count(); ++step_) write_step();
    where_ = {};
    for (const ExprId key : tree_.shared_keys) toggle_optional(key);
    take(MutationKind::key, keys_left_out());
    write_maxspan_drafts();
    take(MutationKind::until, without_until(query_));
    write_pipes();
    std::ranges::stable_sort(out_, {}, [](const Draft& draft) { return draft.place.begin; });
    return std::move(out_);
  }

 private:
  void add(MutationKind kind, std::string what, std::vector<TextEdit> edits) {
    Span place = edits.front().span;
    for (const TextEdit& edit : edits) {
      place.begin = std::min(place.begin, edit.span.begin);
      place.end = std::max(place.end, edit.span.end);
    }
    add_at(place, kind, std::move(what), std::move(edits));
  }
  void add_at(Span place, MutationKind kind, std::string what, std::vector<TextEdit> edits) {
    // Blanks that an edit takes along are no place to point at.
    while (place.begin < place.end && query_.is_blank(place.begin, place.begin + 1)) ++place.begin;
    while (place.end > place.begin + 1 && query_.is_blank(place.end - 1, place.end)) --place.end;
    out_.push_back({kind, what + where_, std::move(edits), place});
  }
  void take(MutationKind kind, std::optional<Variant> variant) {
    if (!variant) return;
    const std::string where = std::exchange(where_, {});
    add(kind, variant->what, variant->edits);
    where_ = where;
  }
  void take(MutationKind kind, std::vector<std::optional<Variant>> variants) {
    for (std::optional<Variant>& one : variants) take(kind, std::move(one));
  }
  void replace(MutationKind kind, Span span, std::string text) {
    if (query_.at(span) == text) return;
    std::string what = format("{} → {}", shortened(query_.at(span)), shortened(text));
    add(kind, std::move(what), {{span, std::move(text)}});
  }
  [[nodiscard]] Span token_after(std::size_t byte) const {
    return query_.tokens()[query_.token_at(byte)].span;
  }

  // --- parts of the query ---

  void write_step() {
    const eql::Stage& stage = query_.step(step_);
    where_ = query_.in_step(step_);
    const bool is_until = step_ >= tree_.stages.size();
    write_category(stage.filter);
    visit_condition(stage.filter.condition);
    if (query_.terms(step_).size() == 1) take(MutationKind::term, without_term(query_, step_, 0));
    for (const ExprId key : stage.keys) toggle_optional(key);
    if (tree_.kind == eql::QueryKind::event) return;
    write_runs(stage);
    if (is_until) return;
    take(MutationKind::step, without_step(query_, step_));
    const Span open = token_after(stage.span.begin);
    if (tree_.kind == eql::QueryKind::sequence)
      replace(MutationKind::step, open, stage.missing ? "[" : "![");
    if (step_ + 1 < tree_.stages.size()) {
      const Span next = tree_.stages[step_ + 1].span;
      where_ = {};
      add_at(
          stage.span, MutationKind::step, format("steps {} and {} swapped", step_ + 1, step_ + 2),
          {{stage.span, std::string(query_.at(next))}, {next, std::string(query_.at(stage.span))}});
    }
  }

  void write_category(const eql::EventFilter& filter) {
    if (filter.category) replace(MutationKind::category, filter.category_span, "any");
    for (const std::string_view other : {"process", "network", "file"}) {
      if (filter.category == other) continue;
      replace(MutationKind::category, filter.category_span, std::string(other));
      break;
    }
  }

  void write_runs(const eql::Stage& stage) {
    // … with runs = N, the last four tokens of the stage.
    const std::size_t behind = query_.token_at(stage.span.end);
    const auto& tokens = query_.tokens();
    if (behind < 4 || tokens[behind - 3].text != "runs" || !tokens[behind - 4].is_keyword("with"))
      return;
    const Span number = tokens[behind - 1].span;
    replace(MutationKind::runs, number, format("{}", stage.runs + 1));
    if (stage.runs > 1) replace(MutationKind::runs, number, format("{}", stage.runs - 1));
    add(MutationKind::runs, "without runs",
        {query_.without({tokens[behind - 4].span.begin, number.end})});
  }

  [[nodiscard]] std::vector<std::optional<Variant>> keys_left_out() const {
    std::vector<std::optional<Variant>> out;
    for (std::size_t i = 0; i < tree_.shared_keys.size(); ++i)
      out.push_back(without_shared_key(query_, i));
    for (std::size_t i = 0; i < tree_.stages[0].keys.size(); ++i)
      out.push_back(without_own_key(query_, i));
    return out;
  }

  void write_maxspan_drafts() {
    if (!tree_.maxspan) return;
    const Duration now = *tree_.maxspan;
    constexpr Duration step = std::chrono::milliseconds{1};
    const Duration half = Duration{now.count() / 2 / step.count() * step.count()};
    for (const Duration other : {now - step, now + step, half})
      take(MutationKind::maxspan, with_maxspan(query_, other));
    if (now < Duration::max() / 2) take(MutationKind::maxspan, with_maxspan(query_, 2 * now));
    take(MutationKind::maxspan, without_maxspan(query_));
  }

  void write_pipes() {
    for (const eql::Pipe& pipe : tree_.pipes) {
      add(MutationKind::pipe, format("without {}", shortened(query_.at(pipe.span))),
          {query_.without(pipe.span)});
      replace(MutationKind::pipe, pipe.name_span, pipe.name == "head" ? "tail" : "head");
      for (const ExprId argument : pipe.arguments) visit_value(argument, Role::plain, Alone::no);
    }
  }

  void toggle_optional(ExprId field) {
    const Span span = tree_.at(field).span;
    if (tree_.at(field).optional) {
      replace(MutationKind::optional, span, std::string(query_.at({span.begin + 1, span.end})));
    } else {
      replace(MutationKind::optional, span, format("?{}", query_.at(span)));
    }
  }

  // --- conditions ---

  void negate(ExprId id) {
    const Span span = query_.written(id);
    const bool has_brackets = span != query_.bare(id);
    add_at(span, MutationKind::negation, format("not {}", shortened(query_.at(span))),
           {{{span.begin, span.begin}, has_brackets ? "not " : "not ("},
            {{span.end, span.end}, has_brackets ? "" : ")"}});
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::expression_depth_max
  void visit_condition(ExprId id) {
    const Expr& e = tree_.at(id);
    switch (e.kind) {
      case ExprKind::logical_and:
      case ExprKind::logical_or:
        visit_chain(id);
        break;
      case ExprKind::logical_not: {
        const Span word = token_after(e.span.begin);
        const Span rest = query_.written(e.children[0]);
        add(MutationKind::negation, format("without not before {}", shortened(query_.at(rest))),
            {{{word.begin, rest.begin}, {}}});
        visit_condition(e.children[0]);
        break;
      }
      case ExprKind::compare:
        visit_comparison(e);
        break;
      case ExprKind::membership:
        visit_membership(id);
        break;
      case ExprKind::pattern:
        visit_pattern(id);
        break;
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::call:
      case ExprKind::negate:
      case ExprKind::arithmetic:
        negate(id);
        visit_value(id, Role::plain, Alone::yes);
        break;
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_chain(ExprId id) {
    const Expr& e = tree_.at(id);
    if (e.kind == ExprKind::logical_or) negate(id);
    std::vector<Span> spans;
    for (const ExprId child : e.children) spans.push_back(query_.written(child));
    for (std::size_t i = 0; i < spans.size(); ++i) {
      add_at(spans[i], MutationKind::term, format("without {}", shortened(query_.at(spans[i]))),
             query_.without_item(spans, i));
      if (i + 1 < spans.size()) {
        const Span word = token_after(spans[i].end);
        const std::string other = e.kind == ExprKind::logical_or ? "and" : "or";
        add(MutationKind::connective,
            format("{} → {} before {}", query_.at(word), other, shortened(query_.at(spans[i + 1]))),
            {{word, other}});
      }
    }
    for (const ExprId child : e.children) visit_condition(child);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_comparison(const Expr& e) {
    using eql::CompareOp;
    const Span op = token_after(query_.written(e.children[0]).end);
    const Expr& left = tree_.at(e.children[0]);
    const Expr& right = tree_.at(e.children[1]);
    const bool has_text = left.kind == ExprKind::field && right.kind == ExprKind::literal &&
                          std::holds_alternative<std::string>(right.value);
    const auto to = [&](MutationKind kind, std::string_view other) {
      add_operator(kind, op, std::string(other), e.children[0], e.children[1]);
    };
    switch (e.compare) {
      case CompareOp::equal:
        to(MutationKind::comparison, "!=");
        if (has_text) to(MutationKind::case_folding, ":");
        break;
      case CompareOp::not_equal:
        to(MutationKind::comparison, "==");
        break;
      case CompareOp::less:
        to(MutationKind::comparison, "<=");
        to(MutationKind::comparison, ">=");
        break;
      case CompareOp::less_equal:
        to(MutationKind::comparison, "<");
        to(MutationKind::comparison, ">");
        break;
      case CompareOp::greater:
        to(MutationKind::comparison, ">=");
        to(MutationKind::comparison, "<=");
        break;
      case CompareOp::greater_equal:
        to(MutationKind::comparison, ">");
        to(MutationKind::comparison, "<");
        break;
    }
    visit_value(e.children[0], Role::plain, Alone::yes);
    visit_value(e.children[1], Role::plain, Alone::yes);
  }

  void add_operator(MutationKind kind, Span op, std::string other, ExprId left, ExprId right) {
    const Span a = query_.written(left);
    const Span b = query_.written(right);
    std::string what = format("{} {} {} → {}", shortened(query_.at(a)), query_.at(op),
                              shortened(query_.at(b)), other);
    add_at({a.begin, b.end}, kind, std::move(what), {{op, std::move(other)}});
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_membership(ExprId id) {
    const Expr& e = tree_.at(id);
    const Span left = query_.written(e.children[0]);
    Span op = token_after(left.end);
    if (e.negated) {
      const Span in = token_after(op.end);
      add(MutationKind::negation, format("{} not in → in", shortened(query_.at(left))),
          {{{op.begin, in.begin}, {}}});
      op = in;
    } else {
      negate(id);
    }
    add(MutationKind::case_folding,
        format("{} {} → {}", shortened(query_.at(left)), query_.at(op), e.fold_case ? "in" : "in~"),
        {{op, e.fold_case ? "in" : "in~"}});
    visit_value(e.children[0], Role::plain, Alone::yes);
    visit_members(e, Role::plain);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_pattern(ExprId id) {
    const Expr& e = tree_.at(id);
    const Span left = query_.written(e.children[0]);
    const Span op = token_after(left.end);
    const std::string field = shortened(query_.at(left));
    const bool has_brackets = query_.at(token_after(op.end)) == "(";
    const auto to = [&](MutationKind kind, std::string other) {
      const std::string_view after = op.begin == left.end ? " " : "";
      add(kind, format("{} {} → {}", field, query_.at(op), other),
          {{op, std::string(after) + other}});
    };
    switch (e.pattern) {
      case eql::PatternOp::colon:
        to(MutationKind::case_folding, "like");
        to(MutationKind::wildcard, has_brackets ? "in~" : "==");
        break;
      case eql::PatternOp::like:
        to(MutationKind::case_folding, e.fold_case ? "like" : "like~");
        break;
      case eql::PatternOp::regex:
        to(MutationKind::case_folding, e.fold_case ? "regex" : "regex~");
        break;
    }
    negate(id);
    visit_value(e.children[0], Role::plain, Alone::yes);
    visit_members(e, e.pattern == eql::PatternOp::regex ? Role::plain : Role::wildcard);
  }

  /// The list of a membership or pattern.
  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_members(const Expr& e, Role role) {
    std::vector<Span> spans;
    for (std::size_t i = 1; i < e.children.size(); ++i)
      spans.push_back(query_.written(e.children[i]));
    for (std::size_t i = 0; i < spans.size(); ++i) {
      if (spans.size() > 1) {
        add_at(spans[i], MutationKind::member, format("without {}", shortened(query_.at(spans[i]))),
               query_.without_item(spans, i));
      }
      visit_value(e.children[i + 1], role, spans.size() == 1 ? Alone::yes : Alone::no);
    }
  }

  // --- values ---

  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_value(ExprId id, Role role, Alone alone) {
    const Expr& e = tree_.at(id);
    switch (e.kind) {
      case ExprKind::literal:
        write_constants(e, role, alone);
        break;
      case ExprKind::field:
        toggle_optional(id);
        break;
      case ExprKind::call:
        visit_call(e);
        break;
      case ExprKind::negate:
        add(MutationKind::constant, format("without - before {}", shortened(query_.at(e.span))),
            {{token_after(e.span.begin), {}}});
        visit_value(e.children[0], Role::plain, Alone::no);
        break;
      case ExprKind::arithmetic: {
        constexpr std::array<std::string_view, 5> others = {"-", "+", "/", "*", "*"};
        const Span op = token_after(query_.written(e.children[0]).end);
        add_operator(MutationKind::function, op,
                     std::string(others[static_cast<std::size_t>(e.arithmetic)]), e.children[0],
                     e.children[1]);
        visit_value(e.children[0], Role::plain, Alone::no);
        visit_value(e.children[1], Role::plain, Alone::no);
        break;
      }
      case ExprKind::logical_not:
      case ExprKind::logical_and:
      case ExprKind::logical_or:
      case ExprKind::compare:
      case ExprKind::membership:
      case ExprKind::pattern:
        visit_condition(id);
        break;
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void visit_call(const Expr& e) {
    const Span name = token_after(e.span.begin);
    const std::string bare = e.name;
    replace(MutationKind::case_folding, name, e.fold_case ? bare : bare + "~");
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> twins = {
        {{"startsWith", "endsWith"},
         {"endsWith", "startsWith"},
         {"stringContains", "startsWith"},
         {"add", "subtract"}}};
    for (const auto& [one, other] : twins) {
      if (fold_ascii(e.name) == fold_ascii(one))
        replace(MutationKind::function, name, std::string(other) + (e.fold_case ? "~" : ""));
    }
    const Role role = fold_ascii(e.name) == "wildcard" ? Role::wildcard : Role::plain;
    if (e.children.size() > 2) {
      std::vector<Span> spans;
      for (std::size_t i = 1; i < e.children.size(); ++i)
        spans.push_back(query_.written(e.children[i]));
      for (std::size_t i = 0; i < spans.size(); ++i) {
        add_at(spans[i], MutationKind::member, format("without {}", shortened(query_.at(spans[i]))),
               query_.without_item(spans, i));
      }
    }
    for (std::size_t i = 0; i < e.children.size(); ++i) {
      visit_value(e.children[i], i == 0 ? Role::plain : role,
                  e.children.size() == 2 ? Alone::yes : Alone::no);
    }
  }

  void write_constants(const Expr& e, Role role, Alone alone) {
    const auto to = [&](MutationKind kind, const event::Value& value) {
      replace(kind, e.span, write_value(value, query_.at(e.span)));
    };
    if (const auto* const boolean = std::get_if<bool>(&e.value)) {
      to(MutationKind::constant, !*boolean);
    } else if (const auto* const integer = std::get_if<std::int64_t>(&e.value)) {
      if (*integer < INT64_MAX) to(MutationKind::constant, *integer + 1);
      if (*integer > INT64_MIN) to(MutationKind::constant, *integer - 1);
    } else if (const auto* const natural = std::get_if<std::uint64_t>(&e.value)) {
      to(MutationKind::constant, *natural - 1);
    } else if (const auto* const real = std::get_if<double>(&e.value)) {
      to(MutationKind::constant, *real + 1);
      to(MutationKind::constant, *real - 1);
    } else if (const auto* const text = std::get_if<std::string>(&e.value)) {
      if (const auto at = std::ranges::find_if(*text, is_letter_or_digit); at != text->end()) {
        std::string other = *text;
        other[static_cast<std::size_t>(at - text->begin())] = neighbour(*at);
        to(MutationKind::constant, other);
      }
      if (alone == Alone::yes && !text->empty()) to(MutationKind::constant, std::string());
      if (role == Role::wildcard) write_wildcards(*text, to);
    }
  }

  template <class To>
  static void write_wildcards(const std::string& text, const To& to) {
    if (!eql::has_wildcards(text)) {
      to(MutationKind::wildcard, text + "*");
      to(MutationKind::wildcard, "*" + text);
      return;
    }
    constexpr std::size_t written_max = 4;
    std::size_t written = 0;
    for (std::size_t i = 0; i < text.size() && written < written_max; ++i) {
      if (text[i] != '*' && text[i] != '?') continue;
      std::string other = text;
      other.erase(i, 1);
      if (other.empty()) continue;
      to(MutationKind::wildcard, other);
      ++written;
    }
  }

  const QueryText& query_;
  const eql::Query& tree_;
  std::size_t step_ = 0;
  std::string where_;  // ` in step 2`
  std::vector<Draft> out_;
};

}  // namespace

std::string_view to_string(MutationKind kind) {
  switch (kind) {
    case MutationKind::comparison:
      return "comparison";
    case MutationKind::case_folding:
      return "case folding";
    case MutationKind::wildcard:
      return "wildcard";
    case MutationKind::connective:
      return "connective";
    case MutationKind::negation:
      return "negation";
    case MutationKind::member:
      return "member";
    case MutationKind::constant:
      return "constant";
    case MutationKind::term:
      return "term";
    case MutationKind::step:
      return "step";
    case MutationKind::category:
      return "category";
    case MutationKind::until:
      return "until";
    case MutationKind::key:
      return "key";
    case MutationKind::optional:
      return "optional";
    case MutationKind::maxspan:
      return "maxspan";
    case MutationKind::runs:
      return "runs";
    case MutationKind::pipe:
      return "pipe";
    case MutationKind::function:
      return "function";
  }
  return "";
}

Result<MutantSet> make_mutants(const rule::Rule& rule, const event::Schema& schema,
                               const MutantOptions& options) {
  EQLAB_TRY(const eql::CheckedQuery original, rule::compile(rule, schema));
  EQLAB_TRY(const QueryText query, QueryText::read(rule.query.text));
  std::vector<Draft> drafts = DraftWriter(query).run();
  MutantSet out;
  // A checked query takes some thirty times its text.
  constexpr std::size_t bytes_max = 64U << 20;
  const std::size_t tried_max = std::min(
      options.mutants_max, std::max<std::size_t>(50, bytes_max / (30 * (query.text().size() + 1))));
  if (drafts.size() > tried_max) {
    out.left_out = drafts.size() - tried_max;
    std::vector<Draft> spread;
    for (std::size_t i = 0; i < tried_max; ++i)
      spread.push_back(std::move(drafts[i * drafts.size() / tried_max]));
    drafts = std::move(spread);
  }
  const std::string meant = eql::normal_form(original);
  std::set<std::string> meanings;
  rule::Rule changed = variant_rule(rule, {});
  for (Draft& draft : drafts) {
    changed.query.text = with_edits(rule.query.text, draft.edits);
    auto compiled = rule::compile(changed, schema);
    if (!compiled) {
      ++out.stillborn;
      continue;
    }
    std::string meaning = eql::normal_form(*compiled);
    if (meaning == meant) {
      ++out.equivalent;
    } else if (!meanings.insert(std::move(meaning)).second) {
      ++out.duplicates;
    } else {
      out.mutants.push_back({.kind = draft.kind,
                             .what = std::move(draft.what),
                             .edits = std::move(draft.edits),
                             .place = draft.place,
                             .query = std::move(*compiled)});
    }
  }
  return out;
}

}  // namespace eqlab::tune
