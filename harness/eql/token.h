#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/value.h"

namespace eqlab::eql {

enum class TokenKind : std::uint8_t {
  end,
  identifier,         ///< `text` as written
  quoted_identifier,  ///< in backticks; `value` holds the name
  tilde_identifier,   ///< `name~`; `value` holds the name without the tilde
  keyword,            ///< reserved word, lower case; includes `in~ like~ regex~`
  integer,
  decimal,
  string,  ///< `value` holds the decoded text
  symbol,  ///< operator or bracket; `text` says which
};

struct Token {
  TokenKind kind = TokenKind::end;
  Span span;
  std::string_view text;  ///< of the source, which must outlive the token
  event::Value value = {};

  [[nodiscard]] bool is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  [[nodiscard]] bool is_symbol(std::string_view t) const { return is(TokenKind::symbol, t); }
  [[nodiscard]] bool is_keyword(std::string_view t) const { return is(TokenKind::keyword, t); }
};

struct Comment {
  Span span;
};

struct Tokens {
  std::vector<Token> tokens;      ///< ends with one of kind `end`
  std::vector<Comment> comments;  ///< in order; kept for the formatter
};

/// Splits a query into tokens, longest match first (EqlBase.g4).
/// Errors: E101 stray character; E102 string, comment or quoted name not closed; E103 escape or
/// code point; E104 number out of range; E105 quoting that EQL has given up; E110 query too long;
/// E111 not UTF-8.
[[nodiscard]] Result<Tokens> tokenize(std::string_view source);

[[nodiscard]] bool is_reserved(std::string_view word);

}  // namespace eqlab::eql
