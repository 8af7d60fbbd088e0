#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/eql/ast.h"
#include "harness/event/schema.h"

/// The checked and folded form of a query: boolean trees over leaves. It means exactly what
/// Elasticsearch executes: a leaf is true when some value of its field satisfies it and false
/// otherwise, also when the field is missing; `and`, `or`, `not` above the leaves are classical.
/// Null logic has been folded away or lives inside script leaves. Source: ExpressionBuilder,
/// Optimizer and QueryTranslator.
namespace eqlab::eql {

using LeafId = std::uint32_t;
using ConditionId = std::uint32_t;

enum class LeafKind : std::uint8_t {
  exists,  ///< the field has a value
  equal,   ///< some value equals one of `constants`; `fold_case`: ASCII letters alike
  less,    ///< the ordered comparisons have one constant
  less_equal,
  greater,
  greater_equal,
  within,    ///< dates: some value lies in one of `ranges`
  between,   ///< some value lies between two constants, the lower one first; see `open_low`
  wildcard,  ///< some value matches one of `constants` as a pattern of `*` and `?`; `fold_case`
  escaped_wildcard,  ///< as wildcard, but a backslash takes the next character literally
  prefix,            ///< some value begins with one of `constants`; `fold_case`
  regex,             ///< some value matches `constants[0]` in Lucene's syntax, whole; `fold_case`
  cidr,              ///< some address lies in one of the blocks `constants`
  script,            ///< `script` is true for some choice of one value for each field occurrence
  script_null,       ///< `script` is null for some choice
};

/// Both ends included, nanoseconds since 1970.
struct TimeRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// Constants have been turned into the field's physical type: text fields and ip and version hold
/// text; numbers stay int64, uint64 or double as written (compare them as numbers of any type).
struct Leaf {
  LeafKind kind = LeafKind::exists;
  event::Field field;  ///< not used by script leaves
  bool fold_case = false;
  std::vector<event::Value> constants = {};  ///< sorted and distinct where several are allowed
  std::vector<TimeRange> ranges = {};
  bool open_low = false;  ///< between: the lower constant itself does not count
  bool open_high = false;
  ExprId script = 0;  ///< root in `CheckedQuery::syntax`
  Span span;  ///< of the first place that wrote it; empty: none in the query (a rule's filter)
  /// Canonical text; two leaves mean the same if and only if their identities are equal (within one
  /// schema), also over several queries.
  std::string identity = {};
};

enum class ConditionKind : std::uint8_t { always, never, leaf, all, any, none };

struct Condition {
  ConditionKind kind = ConditionKind::never;
  LeafId leaf = 0;
  std::vector<ConditionId> children = {};  ///< all, any: two or more; none: one (its complement)
};

/// One join key of one stage.
struct JoinKey {
  event::Field field;
  bool optional =
      false;  ///< `?name`: a missing value is a key of its own, equal to other missing ones
  bool unmapped = false;  ///< optional and not in the schema: always null
  Span span;
};

struct CheckedStage {
  ConditionId filter = 0;
  std::vector<JoinKey> keys;  ///< shared ones first; the same number at every stage
  bool missing = false;
  std::uint32_t written = 0;  ///< place in Query::stages that it came from (runs are expanded)
};

struct Limit {
  enum class Side : std::uint8_t { head, tail } side = Side::tail;
  std::uint64_t count = 0;
};

/// A field that the schema does not have and that counts as mapped all the same (Analyzer,
/// end).
struct AssumedField {
  std::string name;
  event::FieldType type = event::FieldType::keyword;  ///< taken from use
  bool optional = false;                              ///< every place that names it writes `?`
  Span span;                                          ///< where it is first written
};

struct CheckedQuery {
  QueryKind kind = QueryKind::event;
  Query syntax;
  std::vector<Leaf> leaves;  ///< distinct by identity
  std::vector<Condition> conditions;
  std::vector<CheckedStage> stages;  ///< in order, runs expanded
  std::optional<CheckedStage> until;
  std::optional<Duration> maxspan;
  std::vector<Limit> limits;  ///< the pipes, in order
  /// Optional fields that the schema does not have: they count as null (Analyzer).
  std::vector<std::pair<std::string, Span>> unmapped;
  std::vector<AssumedField> assumed;  ///< in order of writing
  /// Fields that script leaves read, by the name written: for projection.
  std::vector<std::pair<std::string, event::Field>> script_fields;
};

}  // namespace eqlab::eql
