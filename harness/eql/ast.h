#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/time.h"
#include "harness/event/value.h"

/// The syntax tree, as written: nothing is folded, renamed or checked here. Nodes of one query lie
/// in one vector and name each other by place, so a tree is a value: copyable, comparable by
/// printing. Source: EqlBase.g4.
namespace eqlab::eql {

using ExprId = std::uint32_t;

enum class ExprKind : std::uint8_t {
  literal,  ///< `value`: null, boolean, number or string
  field,    ///< `name`, `optional`
  call,     ///< `name` as written without `~`, `fold_case` for `~`, `children`: arguments
  negate,   ///< unary minus; unary plus leaves no node
  logical_not,
  logical_and,  ///< two or more children, as written in a chain
  logical_or,
  compare,     ///< `compare`, two children
  arithmetic,  ///< `arithmetic`, two children
  membership,  ///< `in`, `in~`, `not in`: child 0 is the left side, the rest the list
  pattern,     ///< `:`, `like`, `regex`: child 0 is the left side, the rest literals
};

enum class CompareOp : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
enum class ArithmeticOp : std::uint8_t { add, subtract, multiply, divide, modulo };
enum class PatternOp : std::uint8_t { colon, like, regex };

struct Expr {
  ExprKind kind = ExprKind::literal;
  Span span;  ///< of the whole expression
  event::Value value = {};
  std::string name = {};   ///< dotted, backticks removed
  bool optional = false;   ///< `?name`
  bool fold_case = false;  ///< `name~(…)`, `in~`, `like~`, `regex~`; always set for `:`
  bool negated = false;    ///< `not in`
  CompareOp compare = CompareOp::equal;
  ArithmeticOp arithmetic = ArithmeticOp::add;
  PatternOp pattern = PatternOp::colon;
  std::vector<ExprId> children = {};
  /// Levels of the tree below and with this node; at most limits::expression_depth_max.
  int height = 1;
};

/// `CATEGORY where CONDITION`.
struct EventFilter {
  std::optional<std::string> category;  ///< none for `any`
  Span category_span;
  ExprId condition = 0;
  Span span;
};

/// One `[…]` or `![…]` of a sequence or sample, or its `until`.
struct Stage {
  EventFilter filter;
  bool missing = false;      ///< `![…]`
  std::vector<ExprId> keys;  ///< own `by`, after the shared ones
  int runs = 1;
  Span span;
};

struct Pipe {
  std::string name;
  Span name_span;
  std::vector<ExprId> arguments;
  Span span;
};

enum class QueryKind : std::uint8_t { event, sequence, sample };

struct Query {
  QueryKind kind = QueryKind::event;
  std::vector<Expr> exprs;
  std::vector<ExprId> shared_keys;  ///< after `sequence by` or `sample by`
  std::optional<Duration> maxspan;
  std::vector<Stage> stages;  ///< an event query has one, without keys; `runs` is not expanded
  std::optional<Stage> until;
  std::vector<Pipe> pipes;
  Span span;

  [[nodiscard]] const Expr& at(ExprId id) const { return exprs[id]; }
};

}  // namespace eqlab::eql
