#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"
#include "harness/event/value.h"
#include "harness/rule/rule.h"
#include "harness/tune/query_text.h"

/// Variants of a rule: small changes of its query, each a set of edits of the text, so that layout
/// and comments of the rest stay and a diff shows exactly what was tried.
namespace eqlab::tune {

enum class VariantKind : std::uint8_t {
  without_member,
  with_member,
  without_term,
  without_key,
  without_step,
  without_until,
  without_maxspan,
  with_maxspan,
  with_keys,
  with_exclusion,
};

struct Variant {
  VariantKind kind = VariantKind::without_member;
  std::string what;  ///< for people: `+ "python3*" in step 2`; not escaped
  std::vector<TextEdit> edits = {};
  std::optional<std::size_t> step = std::nullopt;  ///< that it changes, as QueryText::step
};

/// The rule with the variant's query. Diagnostics about it name the file's variant.
[[nodiscard]] rule::Rule variant_rule(const rule::Rule& rule, const std::vector<TextEdit>& edits);
/// rule::compile of it: filters and exceptions apply. Errors: as there.
[[nodiscard]] Result<eql::CheckedQuery> compile_variant(const rule::Rule& rule,
                                                        const Variant& variant,
                                                        const event::Schema& schema);

enum class ListForm : std::uint8_t {
  membership,  ///< `in`, `in~`, `not in`
  colon,       ///< `:`
  like,        ///< `like`, `like~`, `wildcard(…)`
  regex,       ///< `regex`, `regex~`
  cidr,        ///< `cidrMatch(…)`
  comparison,  ///< `x == "a"`, or several joined by `or`; `x != "a"`, or several joined by `and`
};

/// Constants that stand for one another.
struct ValueList {
  std::size_t step = 0;  ///< as QueryText::step
  ListForm form = ListForm::membership;
  bool fold_case = false;
  /// A member more makes the condition hold for fewer events: `not in`, `!=`, under `not`.
  bool excludes = false;
  std::string field = {};                 ///< its name; empty: the left side is an expression
  std::vector<event::Value> values = {};  ///< null where a member is no plain constant
  std::vector<std::string> texts = {};    ///< the members as written
  std::vector<eql::ExprId> members = {};  ///< at least one
  std::vector<eql::ExprId> parts = {};    ///< comparison: the comparisons, one for each member
  eql::ExprId node = 0;                   ///< list, call, comparison or chain
};

/// All of a query, in order of writing. Single constants are lists of one: they can grow.
[[nodiscard]] std::vector<ValueList> value_lists(const QueryText& query);

/// How a value is meant.
enum class Spelling : std::uint8_t {
  literal,  ///< no sign of it is special; `:` and `like` have no escapes, a `*` of the value
            ///< becomes
            ///< `?` there, the narrowest pattern that has it
  pattern,  ///< `*` and `?` are wildcards; of lists that take none nothing comes
};

// Nothing where the change cannot be made: the only member of a list, the only step, a key that is
// there already. Each costs O(size of the query). A change that the language refuses (a sample
// without keys) comes out of compile_variant as its error.

[[nodiscard]] std::optional<Variant> without_member(const QueryText& query, const ValueList& list,
                                                    std::size_t member);
/// At the end of the list, in the style in which the list is written.
[[nodiscard]] std::optional<Variant> with_member(const QueryText& query, const ValueList& list,
                                                 const event::Value& value,
                                                 Spelling spelling = Spelling::literal);
struct NewMember {
  event::Value value;
  Spelling spelling = Spelling::literal;
  friend bool operator==(const NewMember&, const NewMember&) = default;
};
/// Several at once, in the order given; those that the list has already, or cannot say, are left
/// out. Not the sum of single changes, which edit the same place.
[[nodiscard]] std::optional<Variant> with_members(const QueryText& query, const ValueList& list,
                                                  std::span<const NewMember> members);
/// One of QueryText::terms; the only one becomes `true`.
[[nodiscard]] std::optional<Variant> without_term(const QueryText& query, std::size_t step,
                                                  std::size_t term);
[[nodiscard]] std::optional<Variant> without_shared_key(const QueryText& query, std::size_t key);
/// The key at this place of every step's own `by`.
[[nodiscard]] std::optional<Variant> without_own_key(const QueryText& query, std::size_t key);
/// A stage; not `until`.
[[nodiscard]] std::optional<Variant> without_step(const QueryText& query, std::size_t step);
[[nodiscard]] std::optional<Variant> without_until(const QueryText& query);
[[nodiscard]] std::optional<Variant> without_maxspan(const QueryText& query);
/// Sequences only; whole milliseconds above zero.
[[nodiscard]] std::optional<Variant> with_maxspan(const QueryText& query, Duration maxspan);
/// Other shared keys, as they are written (`host.id`, `?user.id`); none of them: no `by`. Keys of
/// single steps stay.
[[nodiscard]] std::optional<Variant> with_keys(const QueryText& query,
                                               const std::vector<std::string>& keys);
/// `and not FIELD : "VALUE"` at the end of the step's condition; `==` for numbers and booleans.
[[nodiscard]] std::optional<Variant> with_exclusion(const QueryText& query, std::size_t step,
                                                    const std::string& field,
                                                    const event::Value& value,
                                                    Spelling spelling = Spelling::literal);

/// All of them in one, exclusions behind what they stand behind. Nothing where an edit of one is in
/// the way of another's: they overlap, or one adds at the edge of what the other takes away.
[[nodiscard]] std::optional<Variant> combined(std::span<const Variant* const> variants);

/// Everything that can be left out: members, terms, keys, steps, `until`, maxspan.
[[nodiscard]] std::vector<Variant> ablations(const QueryText& query);

}  // namespace eqlab::tune
