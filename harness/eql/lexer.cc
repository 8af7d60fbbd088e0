// Hand-written, one pass, no look-back. Cases: tests/cases/parse/.
#include <array>
#include <cmath>
#include <cstdlib>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/eql/token.h"

namespace eqlab::eql {
namespace {

constexpr std::array<std::string_view, 22> reserved = {
    "and",    "any",      "by",   "false", "in",    "in~", "join",  "like",
    "like~",  "maxspan",  "not",  "null",  "of",    "or",  "regex", "regex~",
    "sample", "sequence", "true", "until", "where", "with"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return is_letter(c) || c == '_' || c == '@'; }
bool is_name_part(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<Tokens> run() {
    for (;;) {
      EQLAB_CHECK(skip_blank());
      if (at_ >= source_.size()) break;
      EQLAB_CHECK(read_token());
    }
    out_.tokens.push_back(
        {.kind = TokenKind::end, .span = {source_.size(), source_.size()}, .text = {}});
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool looking_at(std::string_view text) const {
    return source_.substr(at_).starts_with(text);
  }

  void push(TokenKind kind, std::size_t length, event::Value value = {}) {
    out_.tokens.push_back(
        {kind, {at_, at_ + length}, source_.substr(at_, length), std::move(value)});
    at_ += length;
  }
  [[nodiscard]] Failure<Diagnostic> error(std::size_t begin, std::size_t end, std::string_view code,
                                          std::string message, std::string hint = {}) const {
    return fail(error_at({begin, end}, code, std::move(message), std::move(hint)));
  }

  Status skip_blank() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++at_;
      } else if (looking_at("//")) {
        const std::size_t end = std::min(source_.find('\n', at_), source_.size());
        out_.comments.push_back({{at_, end}});
        at_ = end;
      } else if (looking_at("/*")) {
        const std::size_t end = block_comment_end();
        if (end == std::string_view::npos) {
          return error(at_, at_ + 2, "E102", "comment is not closed", "end it with */");
        }
        out_.comments.push_back({{at_, end}});
        at_ = end;
      } else {
        break;
      }
    }
    return ok();
  }

  /// Comments nest; if the outermost is never closed, the shortest closed form is taken
  /// (EqlBase.g4).
  [[nodiscard]] std::size_t block_comment_end() {
    std::size_t depth = 0;
    std::size_t i = at_;
    // Once one comment has run to the end unclosed, all later ones are taken in the shortest form:
    // no rescans.
    while (!nesting_failed_ && i + 1 < source_.size()) {
      if (source_[i] == '/' && source_[i + 1] == '*') {
        ++depth;
        i += 2;
      } else if (source_[i] == '*' && source_[i + 1] == '/') {
        i += 2;
        if (--depth == 0) return i;
      } else {
        ++i;
      }
    }
    nesting_failed_ = true;
    const std::size_t shortest = source_.find("*/", at_ + 2);
    return shortest == std::string_view::npos ? shortest : shortest + 2;
  }

  Status read_token() {
    const char c = peek();
    if (is_name_start(c)) return read_word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (c == '`') return read_quoted_name();
    if (looking_at("\"\"\"")) return read_raw_string();
    if (c == '"') return read_string();
    if (c == '\'')
      return refuse_quotes(at_, "single quotes are not string quotes in EQL",
                           "use double quotes: \"…\"");
    if (c == '?' && (peek(1) == '"' || peek(1) == '\'')) {
      ++at_;
      return refuse_quotes(at_ - 1, "?\"…\" strings are no longer part of EQL",
                           "use three double quotes for text without escapes: \"\"\"…\"\"\"");
    }
    for (const std::string_view symbol : {"![", "==", "!=", "<=", ">="}) {
      if (looking_at(symbol)) return push_symbol(symbol.size());
    }
    if (std::string_view("<>:=+-*/%.,()[]|?").find(c) != std::string_view::npos)
      return push_symbol(1);
    return stray_character();
  }

  Status push_symbol(std::size_t length) {
    push(TokenKind::symbol, length);
    return ok();
  }

  Status stray_character() {
    std::string_view character = split_characters(source_.substr(at_, 4)).front();
    std::string hint;
    const bool is_pair = looking_at("&&") || looking_at("!:") || looking_at("!~");
    if (is_pair) character = source_.substr(at_, 2);
    if (character == "!")
      hint = "negation is written not, unequal !=, and a missing event ![process where …]";
    if (character == "!:") hint = "write: not FIELD : …";
    if (character == "&" || character == "&&") hint = "write and";
    if (character == "~" || character == "!~")
      hint =
          "to ignore case compare with : or in~; regular expressions are written FIELD regex \"…\"";
    if (character == ";") hint = "leave it out: a query has no sign at its end";
    if (character == "{" || character == "}") hint = "lists and groups are in round brackets";
    if (character == "#") hint = "comments are written // … or /* … */";
    if (character == "$") hint = "variables are not part of EQL in Elasticsearch";
    if (character == "“" || character == "”" || character == "‘" || character == "’")
      hint = "use straight double quotes: \"…\"";
    if (character == "\xC2\xA0") hint = "this is a no-break space: replace it by a plain one";
    if (hint.empty())
      hint = "names with other characters than letters, digits and _ go in backticks";
    return error(at_, at_ + character.size(), "E101",
                 format("unexpected character{} '{}'", is_pair ? "s" : "", character), hint);
  }

  Status read_word() {
    std::size_t length = 1;
    while (is_name_part(peek(length))) ++length;
    const std::string_view word = source_.substr(at_, length);
    if (peek(length) == '~') {
      const std::string_view with_tilde = source_.substr(at_, length + 1);
      if (is_reserved(with_tilde)) {
        push(TokenKind::keyword, length + 1);
        return ok();
      }
      if (is_letter(word[0]) && !is_reserved(word)) {
        push(TokenKind::tilde_identifier, length + 1, std::string(word));
        return ok();
      }
    }
    push(is_reserved(word) ? TokenKind::keyword : TokenKind::identifier, length);
    return ok();
  }

  Status read_number() {
    std::size_t length = 0;
    bool decimal = false;
    while (is_digit(peek(length))) ++length;
    if (peek(length) == '.') {
      decimal = true;
      ++length;
      while (is_digit(peek(length))) ++length;
    }
    if (peek(length) == 'e' || peek(length) == 'E') {
      std::size_t exponent = length + 1;
      if (peek(exponent) == '+' || peek(exponent) == '-') ++exponent;
      if (is_digit(peek(exponent))) {
        decimal = true;
        length = exponent;
        while (is_digit(peek(length))) ++length;
      }
    }
    std::string text(source_.substr(at_, length));
    if (!decimal) {
      if (const auto number = parse_number<long>(text)) {
        push(TokenKind::integer, length, std::int64_t{*number});
        return ok();
      }
      if (const auto number = parse_number<unsigned long>(text)) {
        push(TokenKind::integer, length, std::uint64_t{*number});
        return ok();
      }
    }
    // Too small is zero, as in Java; too large is an error.
    const double number = std::strtod(text.c_str(), nullptr);
    if (std::isinf(number)) {
      return error(at_, at_ + length, "E104", "number is too large for a double",
                   "the largest is about 1.8e308");
    }
    push(decimal ? TokenKind::decimal : TokenKind::integer, length, number);
    return ok();
  }

  Status read_quoted_name() {
    std::string name;
    std::size_t i = at_ + 1;
    for (;; ++i) {
      if (i >= source_.size())
        return error(at_, at_ + 1, "E102", "quoted name is not closed", "end it with a backtick");
      if (source_[i] != '`') {
        name += source_[i];
      } else if (i + 1 < source_.size() && source_[i + 1] == '`') {
        name += '`';
        ++i;
      } else {
        break;
      }
    }
    if (name.empty())
      return error(at_, i + 1, "E102", "quoted name is empty", "write the name between backticks");
    push(TokenKind::quoted_identifier, i + 1 - at_, std::move(name));
    return ok();
  }

  Status read_raw_string() {
    const std::size_t begin = at_ + 3;
    std::size_t close = source_.find("\"\"\"", begin);
    const std::size_t line_end = source_.find_first_of("\r\n", begin);
    if (close == std::string_view::npos || line_end < close) {
      return error(at_, at_ + 3, "E102", "string is not closed on its line",
                   "end it with three double quotes on the same line");
    }
    // Up to two more quotes directly before the end belong to the content.
    for (int extra = 0; extra < 2 && close + 3 < source_.size() && source_[close + 3] == '"';
         ++extra)
      ++close;
    push(TokenKind::string, close + 3 - at_, std::string(source_.substr(begin, close - begin)));
    return ok();
  }

  Status read_string() {
    std::string text;
    std::size_t i = at_ + 1;
    for (;;) {
      if (i >= source_.size() || source_[i] == '\n' || source_[i] == '\r') {
        return error(at_, at_ + 1, "E102", "string is not closed on its line",
                     "end it with a double quote on the same line");
      }
      const char c = source_[i];
      if (c == '"') break;
      if (c != '\\') {
        text += c;
        ++i;
        continue;
      }
      EQLAB_TRY(i, read_escape(i, text));
    }
    push(TokenKind::string, i + 1 - at_, std::move(text));
    return ok();
  }

  /// Decodes the escape at `i` into `text`; the place after it.
  Result<std::size_t> read_escape(std::size_t i, std::string& text) {
    const char c = i + 1 < source_.size() ? source_[i + 1] : '\0';
    constexpr std::string_view letters = "btnfr\"'\\";
    constexpr std::string_view meanings = "\b\t\n\f\r\"'\\";
    if (const std::size_t known = letters.find(c); c != '\0' && known != std::string_view::npos) {
      text += meanings[known];
      return i + 2;
    }
    if (c != 'u' || i + 2 >= source_.size() || source_[i + 2] != '{') {
      const std::size_t end = std::min(i + 2, source_.size());
      return error(
          i, end, "E103",
          format("\\{} is not an escape of EQL strings",
                 c == '\0' ? std::string()
                           : std::string(split_characters(source_.substr(i + 1, 4)).front())),
          "for a backslash write two, or use three double quotes: \"\"\"…\"\"\"");
    }
    const std::size_t close = source_.find('}', i);
    const std::string_view digits =
        close == std::string_view::npos ? std::string_view() : source_.substr(i + 3, close - i - 3);
    if (digits.size() < 2 || digits.size() > 8 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      return error(i, std::min(i + 3, source_.size()), "E103",
                   "a code point is written \\u{…} with two to eight hexadecimal digits",
                   "for example: \\u{0041}");
    }
    unsigned long point = 0;
    for (const char d : digits)
      point =
          point * 16 + static_cast<unsigned long>(is_digit(d) ? d - '0' : fold_ascii(d) - 'a' + 10);
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      return error(i, close + 1, "E103", format("U+{:X} is not a character", point),
                   "code points end at 10FFFF, without D800 to DFFF");
    }
    append_utf8(text, static_cast<char32_t>(point));
    return close + 1;
  }

  /// Points at the whole text in the refused quotes, which start at `at_`.
  Status refuse_quotes(std::size_t begin, std::string message, std::string hint) {
    const char quote = source_[at_];
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n') ++end;
    if (end < source_.size() && source_[end] == quote) ++end;
    return error(begin, end, "E105", std::move(message), std::move(hint));
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool nesting_failed_ = false;
  Tokens out_;
};

}  // namespace

bool is_reserved(std::string_view word) {
  for (const std::string_view known : reserved) {
    if (known == word) return true;
  }
  return false;
}

Result<Tokens> tokenize(std::string_view source) {
  if (source.size() > limits::query_bytes_max) {
    return fail(error_at({0, 0}, "E110",
                         format("query is longer than {} bytes",
                                group_digits(std::int64_t{limits::query_bytes_max})),
                         "split it into several rules"));
  }
  if (!is_utf8(source))
    return fail(error_at({0, 0}, "E111", "query is not UTF-8", "save the file as UTF-8"));
  return Lexer(source).run();
}

}  // namespace eqlab::eql
