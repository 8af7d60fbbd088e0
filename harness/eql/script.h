#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/eql/regex.h"

/// Expressions as Elasticsearch's scripts and its constant folding evaluate them: three-valued,
/// typed at run time (Scripts, AutomatonQueries and EQL function reference).
namespace eqlab::eql {

/// A date inside a script, nanoseconds since 1970.
struct ScriptDate {
  std::int64_t nanoseconds = 0;
  friend auto operator<=>(const ScriptDate&, const ScriptDate&) = default;
};

/// null, boolean, 32-bit integer (literals only), 64-bit, unsigned, double, text, date.
using Operand = std::variant<std::monostate, bool, std::int32_t, std::int64_t, std::uint64_t,
                             double, std::string, ScriptDate>;

/// The value of one occurrence of a field for this evaluation; null when it is missing or unmapped.
using FieldResolver = std::function<Operand(ExprId occurrence)>;

/// The regular expressions below a node, compiled once. Immutable and thread-safe; copies share the
/// programs.
class ScriptRegexes {
 public:
  ScriptRegexes() = default;
  /// Patterns that do not compile are left out: evaluating them gives their error.
  ScriptRegexes(const Query& query, ExprId root);
  [[nodiscard]] const JavaRegex* find(ExprId literal) const;

 private:
  std::map<ExprId, JavaRegex> compiled_;
};

[[nodiscard]] Diagnostic run_time_error(Span span, std::string message);

/// Evaluates the tree at `root`; `regexes` may be null. Errors: E216, what the search would fail
/// with (overflow, division by zero, number("abc")). Depth is bounded by the parser.
[[nodiscard]] Result<Operand> evaluate(const Query& query, ExprId root, const FieldResolver& fields,
                                       const ScriptRegexes* regexes = nullptr);

/// Without fields; the caller knows that there are none. Errors: E221 where `evaluate` has E216.
[[nodiscard]] Result<Operand> fold(const Query& query, ExprId root);

[[nodiscard]] Operand operand_of(const event::Value& value);
[[nodiscard]] std::string text_of(const Operand& operand);
[[nodiscard]] bool is_null(const Operand& operand);

/// What the checker knows of a value before any event is seen.
enum class ValueType : std::uint8_t {
  null,
  boolean,
  number,
  text,
  date,
  ip,
  version,
  binary,
  unknown
};
[[nodiscard]] std::string_view to_string(ValueType type);

/// A function of the language.
struct Function {
  enum class Id : std::uint8_t {
    add,
    between,
    cidr_match,
    concat,
    divide,
    ends_with,
    index_of,
    length,
    modulo,
    multiply,
    number,
    starts_with,
    string,
    string_contains,
    substring,
    subtract,
    wildcard
  };
  Id id;
  std::string_view name;  ///< as documented; names are matched without regard to case
  std::uint8_t arguments_min;
  std::uint8_t arguments_max;  ///< 255: any number
  bool has_fold_case;          ///< `name~` exists
  ValueType result;
  /// Type of each argument; the last one repeats. `unknown`: anything with an exact form.
  std::vector<ValueType> arguments;
  std::string_view usage;  ///< for hints
};
/// Nothing when there is no such function.
[[nodiscard]] const Function* find_function(std::string_view name);
[[nodiscard]] std::vector<std::string_view> function_names();

}  // namespace eqlab::eql
