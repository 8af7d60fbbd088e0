// Tree to condition. Each condition is folded to null, false, true or a boolean tree over leaves,
// as ExpressionBuilder, Optimizer, QueryTranslator and ExpressionTranslators do. Cases:
// tests/cases/check/ and tests/cases/match/.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "harness/base/text.h"
#include "harness/eql/condition_builder.h"
#include "harness/eql/constants.h"
#include "harness/eql/lucene_regex.h"
#include "harness/eql/pattern.h"
#include "harness/eql/query.h"
#include "harness/eql/regex.h"
#include "harness/eql/types.h"
#include "harness/event/ip.h"

namespace eqlab::eql {
namespace {

using event::Field;
using event::FieldType;

/// A folded condition.
struct Folded {
  enum class State : std::uint8_t { null, no, yes, condition } state = State::null;
  ConditionId id = 0;
};

Folded folded(const Operand& value) {
  if (const auto* const boolean = std::get_if<bool>(&value))
    return {*boolean ? Folded::State::yes : Folded::State::no};
  return {Folded::State::null};
}

class Checker {
 public:
  Checker(Query query, const event::Schema& schema, const CheckOptions& options)
      : options_(options), types_(out_.syntax, schema, options.unknown_fields) {
    out_.syntax = std::move(query);
    out_.kind = out_.syntax.kind;
    out_.maxspan = out_.syntax.maxspan;
  }

  Result<CheckedQuery> run() {
    EQLAB_CHECK(check_settings());
    EQLAB_CHECK(resolve_all());
    EQLAB_CHECK(check_stages());
    EQLAB_CHECK(check_keys());
    EQLAB_CHECK(check_pipes());
    out_.unmapped = types_.unmapped();
    std::ranges::sort(out_.script_fields, {}, &std::pair<std::string, Field>::first);
    out_.assumed = types_.assumed();
    return std::move(out_);
  }

 private:
  [[nodiscard]] const Expr& at(ExprId id) const { return out_.syntax.at(id); }
  [[nodiscard]] static Failure<Diagnostic> error(Span span, std::string_view code,
                                                 std::string message, std::string hint = {}) {
    return fail(error_at(span, code, std::move(message), std::move(hint)));
  }

  // --- settings, names, stages, keys, pipes ---

  Status check_settings() {
    if (out_.kind == QueryKind::sample) return ok();
    EQLAB_TRY(const Field field, setting("timestamp", options_.timestamp_field, ValueType::date));
    if (!event::is_date(field.type)) {
      return error({}, "E208",
                   format("the timestamp field {} is {}, not a date", field.name,
                          event::to_string(field.type)));
    }
    if (options_.tiebreaker_field.empty()) return ok();
    auto tiebreaker = setting("tiebreaker", options_.tiebreaker_field, ValueType::text);
    if (!tiebreaker) return fail(std::move(tiebreaker.error()));
    return ok();
  }

  /// A field that no word of the query names, so errors say which setting it is.
  Result<Field> setting(std::string_view role, const std::string& name, ValueType used_as) {
    auto field = types_.look_up(name, {}, used_as);
    if (field) return field;
    Diagnostic diagnostic = std::move(field.error());
    diagnostic.message =
        format("the {} field {} is not usable: {}", role, name, diagnostic.message);
    if (diagnostic.hint.find("did you mean") == std::string::npos)
      diagnostic.hint =
          format("name another with --{}-field or in the rule, or a --schema that has it", role);
    return fail(std::move(diagnostic));
  }

  Status resolve_all() {
    const auto resolve_stage = [&](const Stage& stage) -> Status {
      return types_.resolve(stage.filter.condition, {ValueType::boolean, Use::Strength::demands});
    };
    // Conditions first: where no schema has a key, they tell its type.
    for (const Stage& stage : out_.syntax.stages) EQLAB_CHECK(resolve_stage(stage));
    if (out_.syntax.until) EQLAB_CHECK(resolve_stage(*out_.syntax.until));
    EQLAB_CHECK(resolve_keys(out_.syntax.shared_keys));
    for (const Stage& stage : out_.syntax.stages) EQLAB_CHECK(resolve_keys(stage.keys));
    if (out_.syntax.until) EQLAB_CHECK(resolve_keys(out_.syntax.until->keys));
    return ok();
  }
  /// Without a schema's word a key has the type of the one in its place at the first event.
  Status resolve_keys(const std::vector<ExprId>& keys) {
    const std::vector<ExprId>& first = out_.syntax.stages[0].keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      Use use;
      if (i < first.size() && &keys != &first && &keys != &out_.syntax.shared_keys) {
        if (const Field* const known = types_.field(first[i]))
          use = {value_type(known->type), Use::Strength::suggests};
      }
      EQLAB_CHECK(types_.resolve(keys[i], use));
    }
    return ok();
  }

  Status check_stages() {
    for (std::uint32_t i = 0; i < out_.syntax.stages.size(); ++i) {
      const Stage stage = out_.syntax.stages[i];
      EQLAB_TRY(const CheckedStage checked, check_stage(stage, i));
      for (int run = 0; run < stage.runs; ++run) out_.stages.push_back(checked);
    }
    if (!out_.syntax.until) return ok();
    const Stage until = *out_.syntax.until;
    EQLAB_TRY(CheckedStage checked,
              check_stage(until, static_cast<std::uint32_t>(out_.syntax.stages.size())));
    checked.missing = false;  // `until ![…]` behaves as `until […]`
    // Only the last copy is the until; the others are ordinary trailing stages
    // (LogicalPlanBuilder).
    for (int run = 1; run < until.runs; ++run) out_.stages.push_back(checked);
    out_.until = std::move(checked);
    return ok();
  }

  Result<CheckedStage> check_stage(const Stage& stage, std::uint32_t written) {
    CheckedStage checked;
    checked.missing = stage.missing;
    checked.written = written;
    EQLAB_CHECK(types_.check_condition(stage.filter.condition));
    EQLAB_TRY(const Folded condition, condition_of(stage.filter.condition));
    std::vector<Folded> parts;
    if (stage.filter.category) {
      EQLAB_TRY(const Field category, types_.look_up(options_.event_category_field,
                                                     stage.filter.category_span, ValueType::text));
      if (!category.has_exact || value_type(category.type) != ValueType::text) {
        return error(stage.filter.category_span, category.has_exact ? "E203" : "E206",
                     format("the category is looked for in {}, which is {}", category.name,
                            category.has_exact ? event::to_string(category.type)
                                               : "text without a keyword sub-field"),
                     "write any, or name another field of categories");
      }
      parts.push_back(leaf({.kind = LeafKind::equal,
                            .field = category,
                            .constants = {*stage.filter.category},
                            .span = stage.filter.category_span}));
    }
    parts.push_back(condition);
    const Folded whole = all_of(parts);
    checked.filter = whole.state == Folded::State::condition
                         ? whole.id
                         : add({whole.state == Folded::State::yes ? ConditionKind::always
                                                                  : ConditionKind::never});
    std::vector<ExprId> keys = out_.syntax.shared_keys;
    keys.insert(keys.end(), stage.keys.begin(), stage.keys.end());
    for (const ExprId key : keys) {
      EQLAB_TRY(JoinKey checked_key, join_key(key));
      checked.keys.push_back(std::move(checked_key));
    }
    return checked;
  }

  Result<JoinKey> join_key(ExprId id) const {
    JoinKey key;
    key.span = at(id).span;
    key.optional = at(id).optional;
    const Field* const field = types_.field(id);
    key.unmapped = field == nullptr;
    key.field = field == nullptr ? Field{.name = at(id).name, .source = at(id).name} : *field;
    if (!key.field.has_exact) {
      return error(
          key.span, "E206",
          format("{} is text without a keyword sub-field, so events cannot be joined by it",
                 key.field.name),
          "join by a keyword, or map it with a keyword sub-field");
    }
    return key;
  }

  Status check_keys() const {
    const auto check = [&](const CheckedStage& stage) -> Status {
      for (std::size_t i = 0; i < stage.keys.size(); ++i) {
        const JoinKey& first = out_.stages[0].keys[i];
        const JoinKey& key = stage.keys[i];
        if (first.unmapped || key.unmapped ||
            value_type(first.field.type) == value_type(key.field.type))
          continue;
        return error(key.span, "E207",
                     format("join key {} is {}, but {} in its place at the first event is {}",
                            key.field.name, event::to_string(key.field.type), first.field.name,
                            event::to_string(first.field.type)),
                     "join by fields of one type");
      }
      return ok();
    };
    for (const CheckedStage& stage : out_.stages) EQLAB_CHECK(check(stage));
    return out_.until ? check(*out_.until) : ok();
  }

  Status check_pipes() {
    for (const Pipe& pipe : out_.syntax.pipes) {
      const ExprId argument = pipe.arguments[0];
      const auto refuse = [&] {
        return error(at(argument).span, "E220",
                     format("{} takes a whole number that is not negative", pipe.name),
                     format("for example: | {} 5", pipe.name));
      };
      if (names_field(argument)) return refuse();
      EQLAB_CHECK(types_.resolve(argument, {ValueType::number, Use::Strength::demands}));
      EQLAB_TRY(const ValueType type, types_.check(argument));
      if (type != ValueType::number) return refuse();
      EQLAB_TRY(const Operand value, fold(out_.syntax, argument));
      std::int64_t count = -1;
      if (const auto* const n = std::get_if<std::int32_t>(&value)) count = *n;
      if (const auto* const n = std::get_if<std::int64_t>(&value)) count = *n;
      if (count < 0) return refuse();
      out_.limits.push_back({pipe.name == "head" ? Limit::Side::head : Limit::Side::tail,
                             static_cast<std::uint64_t>(count)});
    }
    return ok();
  }

  [[nodiscard]] bool names_field(ExprId root) const {  // NOLINT(misc-no-recursion)
    return at(root).kind == ExprKind::field ||
           std::ranges::any_of(at(root).children,
                               [this](ExprId child) { return names_field(child); });
  }

  // --- conditions ---

  ConditionId add(Condition condition) {
    out_.conditions.push_back(std::move(condition));
    return static_cast<ConditionId>(out_.conditions.size() - 1);
  }

  /// `and`: false decides; else a null makes the whole null (Optimizer); true parts drop out.
  Folded all_of(const std::vector<Folded>& parts) {
    using State = Folded::State;
    const auto has = [&](State state) {
      return std::ranges::any_of(parts, [&](const Folded& p) { return p.state == state; });
    };
    if (has(State::no)) return {State::no};
    if (has(State::null)) return {State::null};
    return combine(parts, ConditionKind::all, State::yes);
  }

  /// `or`: true decides; null and false parts drop out.
  Folded any_of(const std::vector<Folded>& parts) {
    using State = Folded::State;
    const auto has = [&](State state) {
      return std::ranges::any_of(parts, [&](const Folded& p) { return p.state == state; });
    };
    if (has(State::yes)) return {State::yes};
    return combine(parts, ConditionKind::any, has(State::null) ? State::null : State::no);
  }

  Folded combine(const std::vector<Folded>& parts, ConditionKind kind, Folded::State if_empty) {
    Condition condition{.kind = kind};
    for (const Folded& part : parts) {
      if (part.state != Folded::State::condition) continue;
      // Chains inside chains of the same kind become one.
      if (const Condition& inner = out_.conditions[part.id]; inner.kind == kind) {
        condition.children.insert(condition.children.end(), inner.children.begin(),
                                  inner.children.end());
      } else {
        condition.children.push_back(part.id);
      }
    }
    if (condition.children.empty()) return {if_empty};
    if (condition.children.size() == 1) return {Folded::State::condition, condition.children[0]};
    return {Folded::State::condition, add(std::move(condition))};
  }

  Folded negation(const Folded& part) {
    using State = Folded::State;
    switch (part.state) {
      case State::null:
        return {State::null};
      case State::no:
        return {State::yes};
      case State::yes:
        return {State::no};
      case State::condition:
        break;
    }
    if (out_.conditions[part.id].kind == ConditionKind::none)
      return {State::condition, out_.conditions[part.id].children[0]};
    return {State::condition, add({.kind = ConditionKind::none, .children = {part.id}})};
  }

  Folded leaf(Leaf leaf) {
    settle_leaf(leaf, out_.syntax);
    if (leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null)
      leaf.identity.insert(leaf.identity.size() - 1, types_by_use(leaf.script));
    const auto [known, added] =
        leaf_ids_.try_emplace(leaf.identity, static_cast<LeafId>(out_.leaves.size()));
    const LeafId id = known->second;
    if (added) {
      if (leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null)
        note_script_fields(leaf.script);
      out_.leaves.push_back(std::move(leaf));
    }
    return {Folded::State::condition, add({.kind = ConditionKind::leaf, .leaf = id})};
  }

  /// ` FIELD:TYPE` for fields below `root` whose type another query may take otherwise.
  [[nodiscard]] std::string types_by_use(ExprId root) const {  // NOLINT(misc-no-recursion)
    std::string out;
    if (types_.is_typed_by_use(root))
      out = format(" {}:{}", at(root).name, event::to_string(types_.field(root)->type));
    for (const ExprId child : at(root).children) out += types_by_use(child);
    return out;
  }

  void note_script_fields(ExprId root) {  // NOLINT(misc-no-recursion)
    if (const Field* const field = types_.field(root)) {
      // A name is one field throughout a query.
      if (script_field_names_.insert(at(root).name).second)
        out_.script_fields.emplace_back(at(root).name, *field);
    }
    for (const ExprId child : at(root).children) note_script_fields(child);
  }

  Folded script(ExprId root, LeafKind kind = LeafKind::script) {
    return leaf({.kind = kind, .field = {}, .script = root, .span = at(root).span});
  }

  Result<Folded> condition_of(ExprId id) {  // NOLINT(misc-no-recursion)
    const Expr e = at(id);
    const bool is_chain = e.kind == ExprKind::logical_and || e.kind == ExprKind::logical_or ||
                          e.kind == ExprKind::logical_not;
    if (!is_chain && types_.is_constant(id) && !asks_existence(e)) {
      EQLAB_TRY(const Operand value, fold(out_.syntax, id));
      return folded(value);
    }
    switch (e.kind) {
      case ExprKind::literal:
      case ExprKind::negate:
      case ExprKind::arithmetic:
        break;
      case ExprKind::field:
        return leaf({.kind = LeafKind::equal,
                     .field = *types_.field(id),
                     .constants = {true},
                     .span = e.span});
      case ExprKind::logical_not: {
        EQLAB_TRY(const Folded part, condition_of(e.children[0]));
        return negation(part);
      }
      case ExprKind::logical_and:
      case ExprKind::logical_or: {
        std::vector<Folded> parts;
        for (const ExprId child : e.children) {
          EQLAB_TRY(const Folded part, condition_of(child));
          parts.push_back(part);
        }
        return e.kind == ExprKind::logical_and ? all_of(parts) : any_of(parts);
      }
      case ExprKind::compare:
        return comparison(id);
      case ExprKind::membership:
        return membership(id);
      case ExprKind::pattern:
        return pattern(id);
      case ExprKind::call:
        return call(id);
    }
    return error(e.span, "E204", "a condition must be true or false");
  }

  // --- comparisons ---

  Result<Folded> comparison(ExprId id) {  // NOLINT(misc-no-recursion)
    Expr e = at(id);
    if (types_.is_constant(e.children[0])) flip(e);
    const ExprId left = e.children[0];
    EQLAB_TRY(const Operand constant, fold(out_.syntax, e.children[1]));
    const bool is_equality = e.compare == CompareOp::equal || e.compare == CompareOp::not_equal;
    const auto answer = [&](Folded equal) {
      return e.compare == CompareOp::not_equal ? negation(equal) : equal;
    };
    if (is_null(constant)) {
      if (!is_equality) return Folded{Folded::State::null};
      if (!types_.is_plain_field(left)) return answer(script(left, LeafKind::script_null));
      return answer(
          negation(leaf({.kind = LeafKind::exists, .field = *types_.field(left), .span = e.span})));
    }
    if (is_equality && std::holds_alternative<bool>(constant) && is_truth_valued(left)) {
      EQLAB_TRY(const Folded condition, condition_of(left));
      return std::get<bool>(constant) ? answer(condition) : answer(negation(condition));
    }
    if (types_.is_plain_field(left)) {
      EQLAB_TRY(const Folded native,
                native_comparison(*types_.field(left),
                                  e.compare == CompareOp::not_equal ? CompareOp::equal : e.compare,
                                  constant, e));
      return answer(native);
    }
    if (e.compare == CompareOp::not_equal)
      e.compare = CompareOp::equal;
    else
      return script(add_expr(e));
    return negation(script(add_expr(e)));
  }

  static void flip(Expr& e) {
    std::swap(e.children[0], e.children[1]);
    switch (e.compare) {
      case CompareOp::less:
        e.compare = CompareOp::greater;
        break;
      case CompareOp::less_equal:
        e.compare = CompareOp::greater_equal;
        break;
      case CompareOp::greater:
        e.compare = CompareOp::less;
        break;
      case CompareOp::greater_equal:
        e.compare = CompareOp::less_equal;
        break;
      case CompareOp::equal:
      case CompareOp::not_equal:
        break;
    }
  }

  ExprId add_expr(Expr e) {
    out_.syntax.exprs.push_back(std::move(e));
    return static_cast<ExprId>(out_.syntax.exprs.size() - 1);
  }

  /// A function or predicate that yields true or false, so that `== true` may be dropped
  /// (ExpressionBuilder).
  [[nodiscard]] bool is_truth_valued(ExprId id) const {
    const Expr& e = at(id);
    if (e.kind == ExprKind::call) return find_function(e.name)->result == ValueType::boolean;
    return e.kind == ExprKind::membership || e.kind == ExprKind::pattern ||
           e.kind == ExprKind::compare || e.kind == ExprKind::logical_and ||
           e.kind == ExprKind::logical_or || e.kind == ExprKind::logical_not;
  }

  static LeafKind leaf_kind(CompareOp op) {
    switch (op) {
      case CompareOp::equal:
      case CompareOp::not_equal:
        return LeafKind::equal;
      case CompareOp::less:
        return LeafKind::less;
      case CompareOp::less_equal:
        return LeafKind::less_equal;
      case CompareOp::greater:
        return LeafKind::greater;
      case CompareOp::greater_equal:
        return LeafKind::greater_equal;
    }
    return LeafKind::equal;
  }

  Result<Folded> native_comparison(const Field& field, CompareOp op, const Operand& constant,
                                   const Expr& e) {
    const Span span = at(e.children[1]).span;
    const auto mismatch = [&](std::string_view what, std::string hint = {}) {
      const ValueType given = std::holds_alternative<std::string>(constant) ? ValueType::text
                              : std::holds_alternative<bool>(constant)      ? ValueType::boolean
                                                                            : ValueType::number;
      return error(span, "E203",
                   format("{} is {}, but this is {}", field.name, what, to_string(given)),
                   std::move(hint));
    };
    Leaf native{.kind = leaf_kind(op), .field = field, .span = e.span};
    switch (value_type(field.type)) {
      case ValueType::text:
        native.constants = {text_of(constant)};
        return leaf(std::move(native));
      case ValueType::number: {
        auto number = numeric_constant(constant);
        if (!number) return mismatch("a number", "write a number, without quotes");
        native.constants = {std::move(*number)};
        return leaf(std::move(native));
      }
      case ValueType::boolean: {
        const std::string text = text_of(constant);
        if (op != CompareOp::equal)
          return mismatch("true or false, which has no order", "write == true or == false");
        if (text != "true" && text != "false" && !text.empty())
          return mismatch("true or false", "write == true or == false");
        native.constants = {text == "true"};
        return leaf(std::move(native));
      }
      case ValueType::date:
        return date_comparison(std::move(native), op, constant, span);
      case ValueType::ip: {
        const std::string text = text_of(constant);
        if (const auto address = event::parse_ip(text)) {
          native.constants = {event::to_text(*address)};
        } else if (op == CompareOp::equal && event::IpBlock::parse(text)) {
          native.kind = LeafKind::cidr;
          native.constants = {text};
        } else {
          return mismatch(
              "an ip address",
              "write an address such as \"10.0.0.1\", or a block such as \"10.0.0.0/8\"");
        }
        return leaf(std::move(native));
      }
      case ValueType::version:
      case ValueType::binary:
        if (!std::holds_alternative<std::string>(constant))
          return mismatch(to_string(value_type(field.type)), "write it in double quotes");
        native.constants = {text_of(constant)};
        return leaf(std::move(native));
      case ValueType::null:
      case ValueType::unknown:
        break;
    }
    return mismatch("of a type that cannot be compared");
  }

  Result<Folded> date_comparison(Leaf native, CompareOp op, const Operand& constant, Span span) {
    if (is_date_math(constant)) {
      return error(span, "E209", "a date relative to now has no meaning in a replay",
                   "write the date itself");
    }
    auto range = date_constant(constant, native.field.date_format);
    if (range && native.field.type == FieldType::date) {
      // Such a field keeps milliseconds, and so does what it is compared with.
      constexpr std::int64_t millisecond = 1'000'000;
      range->first -= ((range->first % millisecond) + millisecond) % millisecond;
      range->last = std::max(range->last, range->first + millisecond - 1);
    }
    if (!range) {
      return error(span, "E209",
                   format("{} is a date, and \"{}\" cannot be read as one", native.field.name,
                          printable(text_of(constant))),
                   native.field.date_format.empty()
                       ? std::string("for example: \"2026-03-02T09:14:07Z\"")
                       : format("its mapping has the format {}", native.field.date_format));
    }
    switch (op) {
      case CompareOp::equal:
      case CompareOp::not_equal:
        native.kind = LeafKind::within;
        native.ranges = {*range};
        break;
      // The bounds round so that `<=` and `>` speak of the whole unit written, as range queries do.
      case CompareOp::less:
      case CompareOp::greater_equal:
        native.constants = {range->first};
        break;
      case CompareOp::less_equal:
      case CompareOp::greater:
        native.constants = {range->last};
        break;
    }
    return leaf(std::move(native));
  }

  // --- lists and patterns ---

  Result<Folded> membership(ExprId id) {
    const Expr e = at(id);
    const auto answer = [&](Folded found) { return e.negated ? negation(found) : found; };
    if (!types_.is_plain_field(e.children[0])) {
      Expr positive = e;
      positive.negated = false;
      return answer(script(add_expr(std::move(positive))));
    }
    const Field& field = *types_.field(e.children[0]);
    Leaf native{.kind = LeafKind::equal, .field = field, .fold_case = e.fold_case, .span = e.span};
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      EQLAB_TRY(const Operand item, fold(out_.syntax, e.children[i]));
      if (is_null(item)) continue;
      if (value_type(field.type) == ValueType::text) {
        native.constants.emplace_back(e.fold_case ? fold_ascii(text_of(item)) : text_of(item));
      } else if (value_type(field.type) == ValueType::number) {
        native.constants.push_back(*numeric_constant(item));
      } else {
        native.constants.emplace_back(std::get<bool>(item));
      }
    }
    // Only nulls in the list: the whole folds to null, as a script would have it.
    if (native.constants.empty()) return Folded{Folded::State::null};
    return answer(leaf(std::move(native)));
  }

  Result<Folded> pattern(ExprId id) {
    const Expr e = at(id);
    if (!types_.is_plain_field(e.children[0]))
      return asks_existence(e) ? existence_or(e) : script(id);
    const Field& field = *types_.field(e.children[0]);
    std::vector<std::string> texts;
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      const event::Value& value = at(e.children[i]).value;
      if (!event::is_null(value)) texts.push_back(text_of(operand_of(value)));
    }
    if (texts.empty()) return Folded{Folded::State::null};
    if (e.pattern == PatternOp::regex) return regex(field, e, texts);
    return wildcard(field, texts, e.fold_case, e.span);
  }

  [[nodiscard]] bool asks_existence(ExprId constant) const {
    const auto* const text = std::get_if<std::string>(&at(constant).value);
    return text != nullptr && matches_everything(*text);
  }
  /// A pattern of stars is among the constants of `:` or `like`: it means `E != null`, whatever E
  /// is (ExpressionBuilder).
  [[nodiscard]] bool asks_existence(const Expr& e) const {
    return e.kind == ExprKind::pattern && e.pattern != PatternOp::regex &&
           std::any_of(e.children.begin() + 1, e.children.end(),
                       [&](ExprId child) { return asks_existence(child); });
  }
  Result<Folded> existence_or(const Expr& e) {
    const ExprId left = e.children[0];
    const bool is_constant = types_.is_constant(left);
    std::vector<Folded> parts;
    if (is_constant) {
      EQLAB_TRY(const Operand value, fold(out_.syntax, left));
      parts.push_back({is_null(value) ? Folded::State::no : Folded::State::yes});
    } else {
      parts.push_back(negation(script(left, LeafKind::script_null)));
    }
    Expr others = e;
    std::erase_if(others.children,
                  [&](ExprId child) { return child != left && asks_existence(child); });
    if (others.children.size() > 1) {
      const ExprId rest = add_expr(std::move(others));
      if (is_constant) {
        EQLAB_TRY(const Operand value, fold(out_.syntax, rest));
        parts.push_back(folded(value));
      } else {
        parts.push_back(script(rest));
      }
    }
    return any_of(parts);
  }

  /// One leaf for the constants without wildcards, one for the patterns; a pattern of stars asks
  /// only for existence.
  Folded wildcard(const Field& field, const std::vector<std::string>& texts, bool fold_case,
                  Span span) {
    Leaf equal{.kind = LeafKind::equal, .field = field, .fold_case = fold_case, .span = span};
    Leaf like{.kind = LeafKind::wildcard, .field = field, .fold_case = fold_case, .span = span};
    for (const std::string& text : texts) {
      if (matches_everything(text))
        return leaf({.kind = LeafKind::exists, .field = field, .span = span});
      Leaf& target = has_wildcards(text) ? like : equal;
      target.constants.emplace_back(fold_case ? fold_ascii(text) : text);
    }
    std::vector<Folded> parts;
    if (!equal.constants.empty()) parts.push_back(leaf(std::move(equal)));
    if (!like.constants.empty()) parts.push_back(leaf(std::move(like)));
    return any_of(parts);
  }

  Result<Folded> regex(const Field& field, const Expr& e, const std::vector<std::string>& texts) {
    // Each is read alone first, so that an error points at the pattern that has it; compiling is
    // the greater part of the cost and is done for all together.
    const auto each = [&](auto attempt) -> Status {
      for (std::size_t i = 1; i < e.children.size(); ++i) {
        const Expr& constant = at(e.children[i]);
        if (event::is_null(constant.value)) continue;
        auto done = attempt(text_of(operand_of(constant.value)), e.fold_case, constant.span);
        if (!done) return fail(std::move(done.error()));
      }
      return ok();
    };
    EQLAB_CHECK(each(parse_lucene_regex));
    if (auto all = LuceneRegex::compile(join(texts, "|"), e.fold_case, e.span); !all) {
      EQLAB_CHECK(each(LuceneRegex::compile));
      return fail(std::move(all.error()));
    }
    return leaf({.kind = LeafKind::regex,
                 .field = field,
                 .fold_case = e.fold_case,
                 .constants = {join(texts, "|")},
                 .span = e.span});
  }
  // --- functions ---

  Result<Folded> call(ExprId id) {
    const Expr e = at(id);
    const Function& function = *find_function(e.name);
    if (function.result != ValueType::boolean) {
      return error(e.span, "E204",
                   format("a condition must be true or false, {} yields {}", function.name,
                          to_string(function.result)),
                   "compare it with something");
    }
    const bool is_native = types_.is_plain_field(e.children[0]) &&
                           std::all_of(e.children.begin() + 1, e.children.end(),
                                       [&](ExprId child) { return types_.is_constant(child); });
    if (!is_native) return script(id);
    const Field& field = *types_.field(e.children[0]);
    std::vector<std::string> texts;
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      EQLAB_TRY(const Operand constant, fold(out_.syntax, e.children[i]));
      if (is_null(constant)) return Folded{Folded::State::null};
      texts.push_back(text_of(constant));
    }
    const auto fold_texts = [&](std::string text) { return e.fold_case ? fold_ascii(text) : text; };
    const auto pushed = [&](LeafKind kind, std::string text) -> Folded {
      // Patterns of stars only: the field exists (StringUtils).
      if (kind == LeafKind::escaped_wildcard && matches_everything(text))
        return leaf({.kind = LeafKind::exists, .field = field, .span = e.span});
      return leaf({.kind = kind,
                   .field = field,
                   .fold_case = e.fold_case,
                   .constants = {fold_texts(std::move(text))},
                   .span = e.span});
    };
    switch (function.id) {
      case Function::Id::starts_with:
        return pushed(LeafKind::prefix, texts[0]);
      case Function::Id::ends_with:
        return pushed(LeafKind::escaped_wildcard, "*" + texts[0]);
      case Function::Id::string_contains:
        return pushed(LeafKind::escaped_wildcard, "*" + texts[0] + "*");
      case Function::Id::wildcard:
        return wildcard(field, texts, e.fold_case, e.span);
      case Function::Id::cidr_match: {
        Leaf blocks{.kind = LeafKind::cidr, .field = field, .span = e.span};
        blocks.constants.assign(texts.begin(), texts.end());
        return leaf(std::move(blocks));
      }
      default:
        break;
    }
    return script(id);
  }

  const CheckOptions& options_;
  CheckedQuery out_;
  Types types_;
  std::unordered_map<std::string, LeafId> leaf_ids_;
  std::unordered_set<std::string> script_field_names_;
};

void print_condition_into(std::string& out, const CheckedQuery& query, ConditionId id,
                          bool brackets) {  // NOLINT(misc-no-recursion)
  const Condition& condition = query.conditions[id];
  switch (condition.kind) {
    case ConditionKind::always:
      out += "true";
      return;
    case ConditionKind::never:
      out += "false";
      return;
    case ConditionKind::leaf:
      out += '{' + query.leaves[condition.leaf].identity + '}';
      return;
    case ConditionKind::none:
      out += "not ";
      print_condition_into(out, query, condition.children[0], true);
      return;
    case ConditionKind::all:
    case ConditionKind::any:
      break;
  }
  if (brackets) out += '(';
  for (std::size_t i = 0; i < condition.children.size(); ++i) {
    if (i > 0) out += condition.kind == ConditionKind::all ? " and " : " or ";
    print_condition_into(out, query, condition.children[i], true);
  }
  if (brackets) out += ')';
}

}  // namespace

Result<CheckedQuery> check_query(Query query, const event::Schema& schema,
                                 const CheckOptions& options) {
  return Checker(std::move(query), schema, options).run();
}

std::string print_condition(const CheckedQuery& query, ConditionId condition) {
  std::string out;
  print_condition_into(out, query, condition, false);
  return out;
}

}  // namespace eqlab::eql
