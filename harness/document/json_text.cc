// A hand-written JSON grammar check without recursion: it runs only on documents that simdjson
// refused, and exists for its messages. Tested in tests/unit/document/json_text_test.cc.
#include "harness/document/json_text.h"

#include <vector>

#include "harness/base/text.h"

namespace eqlab::document {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (fold_ascii(c) >= 'a' && fold_ascii(c) <= 'f'); }

/// One past the closing quote of the string that begins at `at`; the text's end when it is not
/// closed.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

/// One past a number, word or stray character.
std::size_t word_end(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && !is_blank(text[at]) &&
         std::string_view(",:[]{}\"").find(text[at]) == std::string_view::npos)
    ++at;
  return at == begin ? at + 1 : at;
}

/// Whether `word` is a number of JSON's grammar.
bool is_number(std::string_view word) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < word.size() && is_digit(word[at])) ++at;
    return at - begin;
  };
  if (at < word.size() && word[at] == '-') ++at;
  const bool zero = at < word.size() && word[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < word.size() && word[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
    ++at;
    if (at < word.size() && (word[at] == '+' || word[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == word.size();
}

std::string shown(std::string_view word) {
  constexpr std::size_t shown_max = 40;
  return word.size() <= shown_max ? printable(word) : printable(word.substr(0, shown_max)) + "…";
}

class Checker {
 public:
  Checker(std::string_view text, int depth_max)
      : text_(text), depth_max_(static_cast<std::size_t>(depth_max)) {}

  std::optional<JsonFault> run() {
    skip_blanks();
    if (at_ == text_.size()) return JsonFault{0, "the document is empty"};
    if (auto fault = value()) return fault;
    while (!open_.empty()) {
      if (auto fault = inside()) return fault;
    }
    skip_blanks();
    if (at_ < text_.size())
      return JsonFault{at_,
                       format("text after the end of the document: {}", shown(rest_of_line()))};
    return std::nullopt;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  [[nodiscard]] std::string_view rest_of_line() const {
    return trim(text_.substr(at_, text_.find('\n', at_) - at_));
  }

  [[nodiscard]] std::optional<JsonFault> cut_off() const {
    return JsonFault{0, "document ends before its last bracket closes"};
  }

  /// What comes next in the innermost container: a member or element, or its end.
  std::optional<JsonFault> inside() {
    const bool object = open_.back() == '{';
    skip_blanks();
    if (at_ == text_.size()) return cut_off();
    const char closing = object ? '}' : ']';
    if (text_[at_] == closing) {
      if (after_comma_) return JsonFault{at_, format("a comma before the closing {}", closing)};
      ++at_;
      open_.pop_back();
      after_value_ = true;
      return std::nullopt;
    }
    if (after_value_) {
      if (text_[at_] != ',') {
        return JsonFault{at_, format("expected , or {} but found {}", closing,
                                     shown(text_.substr(at_, word_end(text_, at_) - at_)))};
      }
      ++at_;
      after_value_ = false;
      after_comma_ = true;
      return std::nullopt;
    }
    if (object) {
      if (text_[at_] != '"') {
        return JsonFault{at_, format("expected a quoted key but found {}",
                                     shown(text_.substr(at_, word_end(text_, at_) - at_)))};
      }
      const std::size_t begin = at_;
      if (auto fault = string()) return fault;
      const std::string_view key = text_.substr(begin, at_ - begin);
      skip_blanks();
      if (at_ == text_.size()) return cut_off();
      if (text_[at_] != ':')
        return JsonFault{at_, format("expected : after the key {}", shown(key))};
      ++at_;
      skip_blanks();
      if (at_ == text_.size()) return cut_off();
    }
    return value();
  }

  std::optional<JsonFault> value() {
    after_comma_ = false;
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (open_.size() >= depth_max_) {
        return JsonFault{at_, format("nested deeper than {}",
                                     group_digits(static_cast<std::int64_t>(depth_max_)))};
      }
      open_.push_back(c);
      ++at_;
      after_value_ = false;
      return std::nullopt;
    }
    after_value_ = true;
    if (c == '"') return string();
    const std::size_t end = word_end(text_, at_);
    const std::string_view word = text_.substr(at_, end - at_);
    if (word != "true" && word != "false" && word != "null" && !is_number(word)) {
      return JsonFault{at_, format("not a JSON value: {}", shown(word))};
    }
    at_ = end;
    return std::nullopt;
  }

  std::optional<JsonFault> string() {
    const std::size_t begin = at_;
    if (text_.substr(at_, 3) == "\"\"\"") {
      return JsonFault{at_,
                       "triple quotes are Kibana console syntax, not JSON: write one quoted string "
                       "with \\n for each line break"};
    }
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return std::nullopt;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        if (c == '\n' || c == '\r')
          return JsonFault{begin, "a string has no closing quote on its line"};
        return JsonFault{at_,
                         format("a control character ({}) inside a string; JSON wants it escaped",
                                printable(text_.substr(at_, 1)))};
      }
      if (c != '\\') continue;
      ++at_;
      if (at_ == text_.size()) break;
      if (text_[at_] == 'u') {
        for (std::size_t i = 1; i <= 4; ++i) {
          if (at_ + i >= text_.size() || !is_hex(text_[at_ + i]))
            return JsonFault{at_ - 1, "\\u needs four hexadecimal digits"};
        }
        at_ += 4;
      } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
        return JsonFault{at_ - 1,
                         format("\\{} is not an escape of JSON; a backslash is written \\\\",
                                shown(text_.substr(at_, 1)))};
      }
    }
    return JsonFault{0, "document ends inside a string"};
  }

  std::string_view text_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
  std::vector<char> open_;
  bool after_value_ = false;
  bool after_comma_ = false;
};

/// The number of the escape `\uXXXX` whose backslash is at `at`.
unsigned code_unit(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  for (std::size_t i = at + 2; i < at + 6 && i < text.size(); ++i) {
    const char c = fold_ascii(text[i]);
    unit = unit * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  return unit;
}

bool is_escape(std::string_view text, std::size_t at) {
  return at + 6 <= text.size() && text[at] == '\\' && text[at + 1] == 'u';
}

void append_string(std::string& out, std::string_view literal) {
  for (std::size_t at = 0; at < literal.size();) {
    if (!is_escape(literal, at)) {
      const std::size_t step = literal[at] == '\\' ? 2 : 1;
      out += literal.substr(at, step);
      at += step;
      continue;
    }
    const unsigned unit = code_unit(literal, at);
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    const unsigned next = high && is_escape(literal, at + 6) ? code_unit(literal, at + 6) : 0;
    if (high && next >= 0xDC00 && next < 0xE000) {
      out += literal.substr(at, 12);
      at += 12;
    } else {
      out += high || low ? std::string_view("\\ufffd") : literal.substr(at, 6);
      at += 6;
    }
  }
}

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text, int depth_max) {
  return Checker(text, depth_max).run();
}

std::string_view member_text(std::string_view text, std::string_view key) {
  std::size_t depth = 0;
  bool wanted = false;    // the key before the next value is `key`
  std::size_t begin = 0;  // of the wanted value
  bool expects_key = false;
  const auto finished = [&](std::size_t end) { return text.substr(begin, end - begin); };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_blank(c)) {
      ++at;
    } else if (c == '"') {
      const std::size_t end = string_end(text, at);
      if (depth == 1 && expects_key) {
        wanted = text.substr(at + 1, end - at - 2) == key;
        expects_key = false;
      } else if (depth == 1 && wanted) {
        begin = at;
        return finished(end);
      }
      at = end;
    } else if (c == '{' || c == '[') {
      if (depth == 1 && wanted) begin = at;
      ++depth;
      expects_key = depth == 1;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
      if (depth == 1 && wanted) return finished(at);
      if (depth == 0) break;
    } else if (c == ',') {
      if (depth == 1) {
        expects_key = true;
        wanted = false;
      }
      ++at;
    } else if (c == ':') {
      ++at;
    } else {
      const std::size_t end = word_end(text, at);
      if (depth == 1 && wanted) {
        begin = at;
        return finished(end);
      }
      at = end;
    }
  }
  return {};
}

std::string without_blanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
    } else if (text[at] == '"') {
      const std::size_t end = string_end(text, at);
      out += text.substr(at, end - at);
      at = end;
    } else {
      out += text[at++];
    }
  }
  return out;
}

SpelledJson spell_numbers(std::string_view text) {
  // 1 to 7 have no short escape, and their digits no upper case: one spelling each.
  unsigned mark = 1;
  while (mark <= 7 && text.find(format("\\u000{}", mark)) != std::string_view::npos) ++mark;
  if (mark > 7) return {std::string(text), 0};
  SpelledJson spelled{{}, static_cast<char>(mark)};
  spelled.text.reserve(text.size() + text.size() / 8 + 64);
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = string_end(text, at);
      append_string(spelled.text, text.substr(at, end - at));
      at = end;
    } else if (c == '-' || is_digit(c)) {
      const std::size_t end = word_end(text, at);
      const std::string_view word = text.substr(at, end - at);
      const bool whole = word.find_first_of(".eE") == std::string_view::npos;
      const bool fits =
          parse_number<long>(word).has_value() || parse_number<unsigned long>(word).has_value();
      if (is_number(word) && (!whole || !fits || word == "-0")) {
        spelled.text += format("\"\\u{:04x}{}\"", mark, word);
      } else {
        spelled.text += word;
      }
      at = end;
    } else {
      spelled.text += c;
      ++at;
    }
  }
  return spelled;
}

}  // namespace eqlab::document
