#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/eql/token.h"

/// Hints for syntax errors: what people write out of habit from SQL, KQL and older EQL, and what to
/// write here instead. Each function answers for one place of the grammar; `at` is the token that
/// cannot stand there. Empty: nothing better is known than the message itself. Tested in
/// tests/cases/parse/habits.case.
namespace eqlab::eql {

/// Where the query, or an event filter in brackets, begins.
[[nodiscard]] std::string category_advice(std::span<const Token> tokens, std::size_t at);
/// After a category, where `where` is wanted.
[[nodiscard]] std::string where_advice(std::span<const Token> tokens, std::size_t at);
/// After a whole condition, where `and` or `or` could stand.
[[nodiscard]] std::string operator_advice(std::span<const Token> tokens, std::size_t at);
/// Where a field, a value or a bracket is wanted.
[[nodiscard]] std::string operand_advice(std::span<const Token> tokens, std::size_t at);
/// After `:`, `like` or `regex`, where only a constant may stand.
[[nodiscard]] std::string constant_advice(std::span<const Token> tokens, std::size_t at);
/// Inside a list, where a comma or `)` is wanted.
[[nodiscard]] std::string list_advice(std::span<const Token> tokens, std::size_t at);
/// Between and after the events of a sequence or sample.
[[nodiscard]] std::string event_advice(std::span<const Token> tokens, std::size_t at);
/// For a pipe that Elasticsearch does not have.
[[nodiscard]] std::string pipe_advice(std::string_view name);

}  // namespace eqlab::eql
