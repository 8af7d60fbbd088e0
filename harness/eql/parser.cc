// Recursive descent, one function per rule of the grammar in EqlBase.g4. Chains of `and`,
// `or` and list items are loops, so only nesting costs stack; `Nest` bounds it. Cases:
// tests/cases/parse/.
#include <algorithm>
#include <array>
#include <set>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/eql/advice.h"
#include "harness/eql/query.h"
#include "harness/eql/token.h"

namespace eqlab::eql {
namespace {

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::end:
      return "the end of the query";
    case TokenKind::string:
      return "a string";
    case TokenKind::keyword:
      return format("the reserved word {}", token.text);
    case TokenKind::identifier:
    case TokenKind::quoted_identifier:
    case TokenKind::tilde_identifier:
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::symbol:
      break;
  }
  return format("'{}'", token.text);
}

/// A name that some take for the operator; the operator is reserved, so its own spelling is no
/// name.
bool is_capital_not(const Token& token) {
  return token.kind == TokenKind::identifier && fold_ascii(token.text) == "not";
}

/// A reserved word where a field could stand, by what follows it.
bool is_meant_as_name(const Token& word, const Token& after) {
  for (const std::string_view op : {"and", "or", "not", "in", "in~", "like", "like~", "regex"}) {
    if (word.text == op) return after.is_symbol(".") || after.is_symbol("==");
  }
  if (after.kind == TokenKind::symbol)
    return after.text != "[" && after.text != "![" && after.text != "(";
  return after.is_keyword("and") || after.is_keyword("or") || after.is_keyword("in") ||
         after.is_keyword("in~") || after.is_keyword("like") || after.is_keyword("like~") ||
         after.is_keyword("regex") || after.is_keyword("regex~");
}

std::optional<CompareOp> compare_op(const Token& token) {
  if (token.is_symbol("==")) return CompareOp::equal;
  if (token.is_symbol("!=")) return CompareOp::not_equal;
  if (token.is_symbol("<")) return CompareOp::less;
  if (token.is_symbol("<=")) return CompareOp::less_equal;
  if (token.is_symbol(">")) return CompareOp::greater;
  if (token.is_symbol(">=")) return CompareOp::greater_equal;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Query> run() {
    if (peek().kind == TokenKind::end) {
      return error(peek(), "E107", "the query is empty",
                   "for example: process where process.name == \"curl\"");
    }
    if (peek().is_keyword("sequence")) {
      EQLAB_CHECK(parse_sequence());
    } else if (peek().is_keyword("sample")) {
      EQLAB_CHECK(parse_sample());
    } else if (peek().is_keyword("join")) {
      return error(peek(), "E109", "join is not supported by Elasticsearch",
                   "use sequence, or sample for events in any order");
    } else {
      query_.kind = QueryKind::event;
      Stage stage;
      EQLAB_TRY(stage.filter, parse_event_filter());
      stage.span = stage.filter.span;
      query_.stages.push_back(std::move(stage));
    }
    while (peek().is_symbol("|")) EQLAB_CHECK(parse_pipe());
    if (peek().kind != TokenKind::end) return unexpected_after_query();
    if (too_deep_)
      return error(*too_deep_, "E112",
                   format("expression is nested deeper than {}", limits::expression_depth_max),
                   "split it, or use lists");
    query_.span = {tokens_.front().span.begin, tokens_.back().span.end};
    EQLAB_CHECK(check_shape());
    return std::move(query_);
  }

 private:
  // Counts nesting for as long as it lives.
  class Nest {
   public:
    explicit Nest(int& depth) : depth_(depth) { ++depth_; }
    ~Nest() { --depth_; }
    Nest(const Nest&) = delete;
    Nest& operator=(const Nest&) = delete;

   private:
    int& depth_;
  };

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& next() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool accept_symbol(std::string_view text) {
    if (!peek().is_symbol(text)) return false;
    next();
    return true;
  }
  bool accept_keyword(std::string_view text) {
    if (!peek().is_keyword(text)) return false;
    next();
    return true;
  }
  [[nodiscard]] static Failure<Diagnostic> error(const Token& token, std::string_view code,
                                                 std::string message, std::string hint = {}) {
    return fail(error_at(token.span, code, std::move(message), std::move(hint)));
  }
  [[nodiscard]] static Failure<Diagnostic> error(Span span, std::string_view code,
                                                 std::string message, std::string hint = {}) {
    return fail(error_at(span, code, std::move(message), std::move(hint)));
  }
  [[nodiscard]] Failure<Diagnostic> expected(std::string_view what, std::string hint = {}) const {
    return error(peek(), "E106", format("expected {}, found {}", what, describe(peek())),
                 std::move(hint));
  }
  Status close_list() {
    if (accept_symbol(")")) return ok();
    return expected("a comma or )", list_advice(tokens_, at_));
  }
  /// Every pass after this one recurses over the tree, so its height is bounded here, whatever
  /// built it.
  ExprId add(Expr expr) {
    for (const ExprId child : expr.children)
      expr.height = std::max(expr.height, query_.at(child).height + 1);
    if (expr.height > limits::expression_depth_max && !too_deep_) too_deep_ = expr.span;
    query_.exprs.push_back(std::move(expr));
    return static_cast<ExprId>(query_.exprs.size() - 1);
  }
  [[nodiscard]] Span between(ExprId first, ExprId last) const {
    return {query_.at(first).span.begin, query_.at(last).span.end};
  }
  [[nodiscard]] std::size_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].span.end; }

  // --- queries ---

  Result<EventFilter> parse_event_filter() {
    EventFilter filter;
    const Token& category = peek();
    filter.span.begin = category.span.begin;
    filter.category_span = category.span;
    if (category.is_keyword("any")) {
      next();
    } else if (category.kind == TokenKind::identifier) {
      filter.category = std::string(category.text);
      next();
    } else if (category.kind == TokenKind::string) {
      filter.category = std::get<std::string>(category.value);
      next();
    } else if (category.is_symbol("?")) {
      return error(category, "E106", "the event category cannot be optional",
                   "write the category alone, or any");
    } else {
      return expected("an event category or any", category_advice(tokens_, at_));
    }
    if (!accept_keyword("where")) return expected("where", where_advice(tokens_, at_));
    EQLAB_TRY(filter.condition, parse_expr());
    filter.span.end = last_end();
    return filter;
  }

  Result<std::vector<ExprId>> parse_by_keys() {
    std::vector<ExprId> keys;
    if (!accept_keyword("by")) return keys;
    do {
      const bool has_bracket = peek().is_symbol("(");
      auto parsed = parse_expr();
      if (!parsed) {
        if (has_bracket) parsed.error().hint = "join keys take no brackets: by a, b";
        return fail(std::move(parsed.error()));
      }
      const ExprId key = *parsed;
      if (query_.at(key).kind != ExprKind::field) {
        const Expr& written = query_.at(key);
        const bool is_text = std::holds_alternative<std::string>(written.value);
        const bool is_list = written.kind == ExprKind::logical_and;
        return error(written.span, "E117", "a join key must be a field",
                     is_text   ? "names of fields are written without quotes"
                     : is_list ? "several keys are separated by commas: by a, b"
                               : "put conditions and functions into the event filter");
      }
      keys.push_back(key);
    } while (accept_symbol(","));
    return keys;
  }

  Status parse_maxspan() {
    const Token& with = next();
    if (!accept_keyword("maxspan")) {
      if (fold_ascii(peek().text) == "runs") {
        return error(peek(), "E113", "runs belongs to one event, not to the sequence",
                     "write it after the closing bracket: […] with runs=3");
      }
      return expected("maxspan", "for example: with maxspan=30s");
    }
    if (!accept_symbol("=")) return expected("= after maxspan", "for example: with maxspan=30s");
    const Token& number = next();
    const auto failed = [&](std::string message, std::string hint) {
      return error({number.span.begin, std::max(number.span.end, last_end())}, "E108",
                   std::move(message), std::move(hint));
    };
    if (number.is_symbol("-"))
      return failed("maxspan must be positive", "for example: maxspan=30s");
    if (number.kind == TokenKind::decimal)
      return failed("maxspan takes whole numbers only", "use a smaller unit: 90m for 1.5h");
    if (number.kind != TokenKind::integer)
      return error(number, "E108",
                   format("expected a time after maxspan=, found {}", describe(number)),
                   "for example: maxspan=30s");
    if (peek().kind != TokenKind::identifier) {
      return failed("maxspan needs a unit",
                    format("for seconds write {}s; units are ms, s, m, h and d", number.text));
    }
    const Token& unit = next();
    const auto known = unit_of_time(unit.text);
    if (!known || *known < std::chrono::milliseconds{1}) {
      return error(unit, "E108", format("'{}' is not a unit of time", unit.text),
                   "units are ms, s, m, h and d, in lower case");
    }
    const auto* const count = std::get_if<std::int64_t>(&number.value);
    if (count == nullptr || *count > INT64_MAX / known->count())
      return failed("maxspan is too long", "the longest is 106751d");
    if (*count == 0) return failed("maxspan must be positive", "for example: maxspan=30s");
    query_.maxspan = Duration{*count * known->count()};
    if (peek().is_keyword("by")) {
      return error({with.span.begin, peek().span.end}, "E113", "by must come before with",
                   "write: sequence by KEYS with maxspan=…");
    }
    return ok();
  }

  Status parse_sequence() {
    query_.kind = QueryKind::sequence;
    next();
    EQLAB_TRY(query_.shared_keys, parse_by_keys());
    if (peek().is_keyword("with")) EQLAB_CHECK(parse_maxspan());
    EQLAB_CHECK(parse_stages());
    if (accept_keyword("until")) {
      EQLAB_TRY(query_.until, parse_stage());
    }
    return ok();
  }

  Status parse_sample() {
    query_.kind = QueryKind::sample;
    next();
    EQLAB_TRY(query_.shared_keys, parse_by_keys());
    if (peek().is_keyword("with"))
      return error(peek(), "E115", "a sample has no maxspan",
                   "samples take no account of time: leave it out, or write a sequence");
    EQLAB_CHECK(parse_stages());
    if (peek().is_keyword("until"))
      return error(peek(), "E115", "a sample has no until",
                   "samples take no account of order: leave it out, or write a sequence");
    return ok();
  }

  Status parse_stages() {
    if (!at_box()) return expected("[ and an event filter", event_advice(tokens_, at_));
    while (at_box()) {
      EQLAB_TRY(Stage stage, parse_stage());
      query_.stages.push_back(std::move(stage));
      if (query_.stages.size() > limits::stages_max) return too_many_stages();
    }
    return ok();
  }
  [[nodiscard]] bool at_box() const { return peek().is_symbol("[") || peek().is_symbol("!["); }
  [[nodiscard]] Failure<Diagnostic> too_many_stages() const {
    return error(query_.stages.back().span, "E113",
                 format("more than {} events in one query", limits::stages_max),
                 "runs are counted one by one");
  }

  Result<Stage> parse_stage() {
    Stage stage;
    if (!at_box()) return expected("[ and an event filter", "for example: until [file where …]");
    stage.span.begin = peek().span.begin;
    stage.missing = next().text == "![";
    EQLAB_TRY(stage.filter, parse_event_filter());
    if (!accept_symbol("]")) return expected_operator("]");
    EQLAB_TRY(stage.keys, parse_by_keys());
    if (peek().is_keyword("with")) EQLAB_CHECK(parse_runs(stage));
    if (peek().kind == TokenKind::identifier && peek().text == "fork") {
      return error(peek(), "E109", "fork is no longer part of EQL", "leave it out");
    }
    stage.span.end = last_end();
    return stage;
  }

  Status parse_runs(Stage& stage) {
    next();
    if (query_.kind == QueryKind::sample)
      return error(peek(), "E115", "a sample has no runs",
                   "write the event as often as it is wanted");
    const Token& option = peek();
    if (option.is_keyword("maxspan")) {
      return error(option, "E113", "maxspan belongs to the sequence, not to one event",
                   "write it first: sequence by KEYS with maxspan=…");
    }
    if (option.kind != TokenKind::identifier) return expected("runs", "for example: with runs=3");
    if (option.text != "runs")
      return error(option, "E113", format("unknown option {}", option.text),
                   "the only option of an event is runs, for example: with runs=3");
    next();
    if (!accept_symbol("=")) return expected("= after runs", "for example: with runs=3");
    const Token& number = peek();
    const auto* const count = std::get_if<std::int64_t>(&number.value);
    if (number.kind != TokenKind::integer || count == nullptr || *count < 1 ||
        *count > limits::runs_max) {
      return error(number, "E113",
                   format("runs must be a whole number from 1 to {}", limits::runs_max),
                   "for example: with runs=3");
    }
    next();
    stage.runs = static_cast<int>(*count);
    return ok();
  }

  Status parse_pipe() {
    Pipe pipe;
    pipe.span.begin = next().span.begin;
    const Token& name = peek();
    if (name.is_symbol("|") && name.span.begin == pipe.span.begin + 1)
      return error({pipe.span.begin, name.span.end}, "E106", "|| is not an operator of EQL",
                   "write or");
    if (name.kind == TokenKind::string)
      return expected("a pipe", "alternatives are a list: (\"a\", \"b\")");
    if (name.kind != TokenKind::identifier)
      return expected("a pipe", "pipes are head and tail, for example: | tail 5");
    next();
    pipe.name = std::string(name.text);
    pipe.name_span = name.span;
    if (pipe.name != "head" && pipe.name != "tail") return refuse_pipe(name);
    if (peek().kind != TokenKind::end && !peek().is_symbol("|")) {
      do {
        EQLAB_TRY(const ExprId argument, parse_expr());
        pipe.arguments.push_back(argument);
      } while (accept_symbol(","));
    }
    pipe.span.end = last_end();
    if (pipe.arguments.size() != 1) {
      return error(pipe.span, "E114", format("{} takes one number", pipe.name),
                   format("for example: | {} 5", pipe.name));
    }
    query_.pipes.push_back(std::move(pipe));
    return ok();
  }

  [[nodiscard]] static Failure<Diagnostic> refuse_pipe(const Token& name) {
    for (const std::string_view old : {"count", "filter", "sort", "unique", "unique_count"}) {
      if (name.text == old)
        return error(name, "E114", format("the pipe {} is not supported by Elasticsearch", old),
                     pipe_advice(old));
    }
    const std::vector<std::string> close = nearest(name.text, {"head", "tail"}, 1);
    std::string hint = pipe_advice(name.text);
    if (hint.empty())
      hint = close.empty() ? "pipes are head and tail" : format("did you mean {}?", close[0]);
    return error(name, "E114", format("unknown pipe {}", name.text), std::move(hint));
  }

  [[nodiscard]] Failure<Diagnostic> unexpected_after_query() const {
    const Token& token = peek();
    if (query_.kind == QueryKind::event) return expected_operator("the end of the query");
    if (token.kind == TokenKind::identifier && token.text == "fork")
      return error(token, "E109", "fork is no longer part of EQL", "leave it out");
    if (token.kind == TokenKind::identifier && token.text == "as")
      return error(token, "E109", "aliases are not part of EQL in Elasticsearch",
                   "join by fields: after the event write by FIELD");
    return expected("[, until, a pipe or the end of the query", event_advice(tokens_, at_));
  }

  // --- what only the whole query shows ---

  Status check_shape() const {
    if (query_.kind == QueryKind::event) return ok();
    std::size_t boxes = 0;
    for (const Stage& stage : query_.stages) boxes += static_cast<std::size_t>(stage.runs);
    const std::size_t copies = query_.until ? static_cast<std::size_t>(query_.until->runs) : 0;
    const std::string_view name = query_.kind == QueryKind::sequence ? "sequence" : "sample";
    const std::string_view code = query_.kind == QueryKind::sequence ? "E113" : "E115";
    if (boxes < 2)
      return error(query_.stages[0].span, code, format("a {} needs at least two events", name),
                   "add another […]");
    if (boxes + copies > limits::stages_max) return too_many_stages();
    EQLAB_CHECK(check_key_counts(code));
    return query_.kind == QueryKind::sequence ? check_missing() : check_sample();
  }

  Status check_key_counts(std::string_view code) const {
    const std::size_t wanted = query_.stages[0].keys.size();
    const auto check = [&](const Stage& stage) -> Status {
      if (stage.keys.size() == wanted) return ok();
      return error(stage.span, code,
                   format("this event has {} join key{} of its own, the first has {}",
                          stage.keys.size(), stage.keys.size() == 1 ? "" : "s", wanted),
                   "write by with as many keys after each […], or once for all: sequence by KEYS");
    };
    for (const Stage& stage : query_.stages) EQLAB_CHECK(check(stage));
    return query_.until ? check(*query_.until) : ok();
  }

  Status check_missing() const {
    const auto missing = std::ranges::find_if(query_.stages, &Stage::missing);
    if (missing == query_.stages.end()) return ok();
    if (!query_.maxspan)
      return error(missing->span, "E113", "a missing event needs maxspan",
                   "write: sequence … with maxspan=…");
    if (std::ranges::all_of(query_.stages, &Stage::missing))
      return error(query_.stages[0].span, "E113",
                   "at least one event of a sequence must not be missing",
                   "write one of them without !");
    return ok();
  }

  Status check_sample() const {
    if (query_.stages.size() > limits::sample_stages_max) {
      return error(query_.stages[limits::sample_stages_max].span, "E115",
                   format("a sample has at most {} events", limits::sample_stages_max),
                   "join some of them by or inside one […]");
    }
    if (!query_.pipes.empty())
      return error(query_.pipes[0].span, "E115", "a sample takes no pipes",
                   "leave it out; the request's size bounds the number of samples");
    for (const Stage& stage : query_.stages) {
      if (stage.missing)
        return error(stage.span, "E115", "a sample has no missing events",
                     "write it as a sequence with maxspan");
      std::vector<ExprId> keys = query_.shared_keys;
      keys.insert(keys.end(), stage.keys.begin(), stage.keys.end());
      if (keys.empty())
        return error(stage.span, "E115", "every event of a sample needs a join key",
                     "write: sample by FIELD […] […]");
      std::set<std::string_view> names;
      for (const ExprId key : keys) {
        if (names.insert(query_.at(key).name).second) continue;
        return error(query_.at(key).span, "E115",
                     format("{} is a join key twice", query_.at(key).name), "name it once");
      }
    }
    return ok();
  }

  // --- expressions, lowest precedence first ---

  Result<ExprId>
  parse_expr() {  // NOLINT(misc-no-recursion): bounded by limits::expression_depth_max
    const Nest nest(depth_);
    if (depth_ > limits::expression_depth_max) {
      return error(peek(), "E112",
                   format("expression is nested deeper than {}", limits::expression_depth_max),
                   "split it, or use lists");
    }
    return parse_chain(ExprKind::logical_or);
  }

  Result<ExprId> parse_chain(ExprKind kind) {  // NOLINT(misc-no-recursion)
    const bool is_or = kind == ExprKind::logical_or;
    const auto operand = [&] { return is_or ? parse_chain(ExprKind::logical_and) : parse_not(); };
    EQLAB_TRY(const ExprId first, operand());
    std::vector<ExprId> children = {first};
    while (accept_keyword(is_or ? "or" : "and")) {
      EQLAB_TRY(const ExprId child, operand());
      children.push_back(child);
    }
    if (children.size() == 1) return first;
    const Span span = between(first, children.back());
    return add({.kind = kind, .span = span, .children = std::move(children)});
  }

  Result<ExprId> parse_not() {  // NOLINT(misc-no-recursion)
    std::vector<Token> nots;
    while (peek().is_keyword("not")) {
      nots.push_back(next());
      if (nots.size() > static_cast<std::size_t>(limits::expression_depth_max)) {
        return error(peek(), "E112",
                     format("expression is nested deeper than {}", limits::expression_depth_max),
                     "two nots cancel: leave both out");
      }
    }
    if (peek().kind == TokenKind::identifier && peek(1).is_keyword("of")) {
      return error(
          {peek().span.begin, peek(1).span.end}, "E109",
          format("{} of is not supported by Elasticsearch", peek().text),
          "join the processes by process.entity_id and process.parent.entity_id in a sequence");
    }
    EQLAB_TRY(ExprId expr, parse_compare());
    for (; !nots.empty(); nots.pop_back()) {
      const Span span{nots.back().span.begin, query_.at(expr).span.end};
      expr = add({.kind = ExprKind::logical_not, .span = span, .children = {expr}});
    }
    return expr;
  }

  Result<ExprId> parse_compare() {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(const ExprId left, parse_sum());
    const auto op = compare_op(peek());
    if (peek().is_symbol("=")) {
      return error(peek(), "E109", "= is not an operator of EQL",
                   "write == for exactly equal, or : to ignore case and allow wildcards");
    }
    if (!op) return left;
    const Token& op_token = next();
    if (op_token.is_symbol("==") && peek().is_symbol("="))
      return error(peek(), "E106", "unexpected =", "equality is written ==");
    EQLAB_TRY(const ExprId right, parse_sum());
    if (compare_op(peek())) {
      return error(peek(), "E106", "comparisons cannot be chained", "write: a < b and b < c");
    }
    const Span span = between(left, right);
    return add(
        {.kind = ExprKind::compare, .span = span, .compare = *op, .children = {left, right}});
  }

  Result<ExprId> parse_sum() {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(ExprId left, parse_product());
    while (peek().is_symbol("+") || peek().is_symbol("-")) {
      const ArithmeticOp op = next().text == "+" ? ArithmeticOp::add : ArithmeticOp::subtract;
      EQLAB_TRY(const ExprId right, parse_product());
      left = add_arithmetic(op, left, right);
    }
    return left;
  }

  Result<ExprId> parse_product() {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(ExprId left, parse_unary());
    while (peek().is_symbol("*") || peek().is_symbol("/") || peek().is_symbol("%")) {
      const std::string_view text = next().text;
      const ArithmeticOp op = text == "*"   ? ArithmeticOp::multiply
                              : text == "/" ? ArithmeticOp::divide
                                            : ArithmeticOp::modulo;
      EQLAB_TRY(const ExprId right, parse_unary());
      left = add_arithmetic(op, left, right);
    }
    return left;
  }

  ExprId add_arithmetic(ArithmeticOp op, ExprId left, ExprId right) {
    const Span span = between(left, right);
    return add(
        {.kind = ExprKind::arithmetic, .span = span, .arithmetic = op, .children = {left, right}});
  }

  Result<ExprId> parse_unary() {  // NOLINT(misc-no-recursion)
    if (!peek().is_symbol("-") && !peek().is_symbol("+")) return parse_predicate();
    const Nest nest(depth_);
    if (depth_ > limits::expression_depth_max) {
      return error(peek(), "E112",
                   format("expression is nested deeper than {}", limits::expression_depth_max),
                   "two signs cancel: leave both out");
    }
    const Token& sign = next();
    EQLAB_TRY(const ExprId operand, parse_unary());
    if (sign.text == "+") return operand;
    const Span span{sign.span.begin, query_.at(operand).span.end};
    return add({.kind = ExprKind::negate, .span = span, .children = {operand}});
  }

  Result<ExprId> parse_predicate() {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(const ExprId left, parse_primary());
    const Token& token = peek();
    const bool is_not = token.is_keyword("not");
    const Token& op = is_not ? peek(1) : token;
    if (op.is_keyword("in") || op.is_keyword("in~")) {
      if (is_not) next();
      next();
      return parse_membership(left, {.negated = is_not, .fold_case = op.text == "in~"});
    }
    if (is_not && (op.is_symbol(":") || op.is_keyword("like") || op.is_keyword("like~") ||
                   op.is_keyword("regex") || op.is_keyword("regex~"))) {
      return error({token.span.begin, op.span.end}, "E106",
                   format("not cannot stand before {}", op.text),
                   format("write: not FIELD {} …", op.text));
    }
    if (is_not) return left;
    if (token.is_symbol(":")) return parse_pattern(left, PatternOp::colon, FoldCase::yes);
    if (token.is_keyword("like")) return parse_pattern(left, PatternOp::like, FoldCase::no);
    if (token.is_keyword("like~")) return parse_pattern(left, PatternOp::like, FoldCase::yes);
    if (token.is_keyword("regex")) return parse_pattern(left, PatternOp::regex, FoldCase::no);
    if (token.is_keyword("regex~")) return parse_pattern(left, PatternOp::regex, FoldCase::yes);
    return left;
  }

  enum class FoldCase : std::uint8_t { no, yes };
  struct Membership {
    bool negated = false;
    bool fold_case = false;
  };

  Result<ExprId> parse_membership(ExprId left, Membership how) {  // NOLINT(misc-no-recursion)
    const Token& open = peek();
    if (!accept_symbol("("))
      return expected("( and a list", "for example: in (\"curl\", \"wget\")");
    std::vector<ExprId> children = {left};
    do {
      if (peek().is_symbol(")")) return trailing_comma(open);
      EQLAB_TRY(const ExprId item, parse_expr());
      children.push_back(item);
      if (children.size() - 1 > limits::list_constants_max)
        return list_too_long();  // without `left`
    } while (accept_symbol(","));
    EQLAB_CHECK(close_list());
    const Span span{query_.at(left).span.begin, last_end()};
    return add({.kind = ExprKind::membership,
                .span = span,
                .fold_case = how.fold_case,
                .negated = how.negated,
                .children = std::move(children)});
  }

  [[nodiscard]] Failure<Diagnostic> trailing_comma(const Token& open) const {
    const bool is_empty = tokens_[at_ - 1].span == open.span;
    return error(peek(), "E106",
                 is_empty ? "the list is empty" : "a comma must be followed by another item",
                 is_empty ? "write at least one item" : "leave the comma out");
  }
  [[nodiscard]] Failure<Diagnostic> list_too_long() const {
    return error(peek(), "E112",
                 format("list has more than {} items",
                        group_digits(std::int64_t{limits::list_constants_max})),
                 "write several lists joined by or");
  }

  Result<ExprId> parse_pattern(ExprId left, PatternOp op, FoldCase fold) {
    const std::string op_text(next().text);
    std::vector<ExprId> children = {left};
    const Token& open = peek();
    if (accept_symbol("(")) {
      do {
        if (peek().is_symbol(")")) return trailing_comma(open);
        EQLAB_TRY(const ExprId item, parse_constant(op_text));
        children.push_back(item);
        if (children.size() - 1 > limits::list_constants_max)
          return list_too_long();  // without `left`
      } while (accept_symbol(","));
      EQLAB_CHECK(close_list());
    } else {
      EQLAB_TRY(const ExprId item, parse_constant(op_text));
      children.push_back(item);
    }
    const Span span{query_.at(left).span.begin, last_end()};
    return add({.kind = ExprKind::pattern,
                .span = span,
                .fold_case = fold == FoldCase::yes,
                .pattern = op,
                .children = std::move(children)});
  }

  Result<ExprId> parse_constant(std::string_view after) {
    if (const auto literal = accept_literal()) return *literal;
    return expected(format("a constant after {}", after), constant_advice(tokens_, at_));
  }

  std::optional<ExprId> accept_literal() {
    const Token& token = peek();
    event::Value value;
    if (token.kind == TokenKind::string || token.kind == TokenKind::integer ||
        token.kind == TokenKind::decimal) {
      value = token.value;
    } else if (token.is_keyword("true") || token.is_keyword("false")) {
      value = token.text == "true";
    } else if (!token.is_keyword("null")) {
      return std::nullopt;
    }
    const Span span = next().span;
    return add({.kind = ExprKind::literal, .span = span, .value = std::move(value)});
  }

  Result<ExprId> parse_primary() {  // NOLINT(misc-no-recursion)
    if (const auto literal = accept_literal()) return *literal;
    const Token& token = peek();
    if (token.is_symbol("(")) {
      next();
      EQLAB_TRY(const ExprId inner, parse_expr());
      if (peek().is_symbol(","))
        return expected(")", "a list stands after in, :, like or regex: FIELD in (\"a\", \"b\")");
      if (!accept_symbol(")")) return expected_operator(")");
      return inner;
    }
    if (is_capital_not(token) && (peek(1).kind == TokenKind::identifier || peek(1).is_symbol("(")))
      return error(token, "E106", format("unexpected {}", token.text),
                   "keywords are written in lower case: not");
    if ((token.kind == TokenKind::identifier || token.kind == TokenKind::tilde_identifier) &&
        peek(1).is_symbol("("))
      return parse_call();
    if (token.kind == TokenKind::tilde_identifier) {
      return error(token, "E106", "~ belongs to functions and to in, like and regex",
                   "to ignore case compare with : instead");
    }
    if (token.is_symbol("?") || token.kind == TokenKind::identifier ||
        token.kind == TokenKind::quoted_identifier)
      return parse_field();
    if (token.kind == TokenKind::keyword && is_meant_as_name(token, peek(1))) {
      return error(token, "E106", format("{} is a reserved word", token.text),
                   format("as a field name write it in backticks: `{}`", token.text));
    }
    return expected("a field, a value or (", operand_advice(tokens_, at_));
  }

  Result<ExprId> parse_call() {  // NOLINT(misc-no-recursion)
    const Token& name = next();
    next();
    Expr call{.kind = ExprKind::call, .span = {}};
    call.fold_case = name.kind == TokenKind::tilde_identifier;
    call.name = call.fold_case ? std::get<std::string>(name.value) : std::string(name.text);
    if (!accept_symbol(")")) {
      do {
        if (peek().is_symbol(")")) return trailing_comma(peek());
        EQLAB_TRY(const ExprId argument, parse_expr());
        call.children.push_back(argument);
        if (call.children.size() > limits::list_constants_max) return list_too_long();
      } while (accept_symbol(","));
      EQLAB_CHECK(close_list());
    }
    call.span = {name.span.begin, last_end()};
    return add(std::move(call));
  }

  Result<ExprId> parse_field() {
    Expr field{.kind = ExprKind::field, .span = {}};
    field.span.begin = peek().span.begin;
    field.optional = accept_symbol("?");
    for (;;) {
      const Token& segment = peek();
      if (segment.kind == TokenKind::identifier) {
        field.name += segment.text;
      } else if (segment.kind == TokenKind::quoted_identifier) {
        field.name += std::get<std::string>(segment.value);
      } else if (segment.kind == TokenKind::keyword && !field.name.empty()) {
        return error(segment, "E106", format("{} is a reserved word", segment.text),
                     format("as part of a field name write it in backticks: `{}`", segment.text));
      } else {
        return expected("a field name", peek().is_symbol("?")
                                            ? "an optional field has its ? in front: ?process.name"
                                            : "a dot stands between two parts of a name");
      }
      next();
      if (peek().is_symbol("[") && peek(1).kind == TokenKind::integer) {
        return error({peek().span.begin, peek(2).span.end}, "E109",
                     "array elements cannot be addressed in Elasticsearch",
                     "leave the index out: a condition holds if any element satisfies it");
      }
      if (!peek().is_symbol(".")) break;
      next();
      field.name += '.';
    }
    field.span.end = last_end();
    return add(std::move(field));
  }

  /// A condition has ended and what follows cannot continue it: say what a user most likely meant.
  [[nodiscard]] Failure<Diagnostic> expected_operator(std::string_view closing) const {
    const Token& token = peek();
    std::string hint = operator_advice(tokens_, at_);
    if (hint.empty() && closing != "the end of the query") hint = format("{} is missing", closing);
    if (hint.empty() && token.is_symbol("]")) hint = "there is no [ before it that it could close";
    return error(token, "E106",
                 format("expected and, or, {}, found {}",
                        closing == "the end of the query" ? "a pipe or the end of the query"
                                                          : std::string(closing),
                        describe(token)),
                 hint);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::optional<Span> too_deep_;
  Query query_;
};

}  // namespace

Result<Query> parse_query(std::string_view source) {
  EQLAB_TRY(Tokens tokens, tokenize(source));
  return Parser(std::move(tokens.tokens)).run();
}

}  // namespace eqlab::eql
