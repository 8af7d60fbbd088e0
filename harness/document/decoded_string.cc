// TOML strings follow the grammar of TOML 1.0; JSON strings are known to keep theirs. Every byte
// that is produced notes the byte of the file that it came from; the bytes of one escape all note
// its backslash. Tested in tests/unit/document/decoded_string_test.cc.
#include "harness/document/decoded_string.h"

#include "harness/base/text.h"

namespace eqlab::document {
namespace {

class Decoder {
 public:
  Decoder(std::string_view file, std::size_t at) : file_(file), at_(at) {}

  std::optional<DecodedString> run() {
    if (at_ >= file_.size() || (file_[at_] != '"' && file_[at_] != '\'')) return std::nullopt;
    quote_ = file_[at_];
    multi_line_ = quotes_here() >= 3;
    if (!multi_line_ && quotes_here() == 2) {
      at_ += 1;  // the empty string; `at_` is on its closing quote
      return finish();
    }
    at_ += multi_line_ ? 3 : 1;
    if (multi_line_)
      at_ += line_end_length();  // a line end directly after the opening is not content
    while (at_ < file_.size()) {
      if (file_[at_] == quote_) {
        if (read_quotes()) return finish();
      } else if (file_[at_] == '\\' && quote_ == '"') {
        if (!read_escape()) return std::nullopt;
      } else if (const std::size_t length = line_end_length(); length > 0) {
        if (!multi_line_) return std::nullopt;
        push('\n', at_);
        at_ += length;
      } else {
        push(file_[at_], at_);
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::size_t quotes_here() const {
    std::size_t count = 0;
    while (at_ + count < file_.size() && file_[at_ + count] == quote_) ++count;
    return count;
  }
  [[nodiscard]] std::size_t line_end_length() const {
    if (file_.substr(at_).starts_with("\r\n")) return 2;
    return at_ < file_.size() && file_[at_] == '\n' ? 1 : 0;
  }
  void push(char c, std::size_t from) {
    out_.text += c;
    out_.origin.push_back(static_cast<std::uint32_t>(from));
  }
  DecodedString finish() {
    out_.origin.push_back(static_cast<std::uint32_t>(at_));
    return std::move(out_);
  }

  /// At a quote: takes it as content, or stops on the closing delimiter. Up to two quotes directly
  /// before the delimiter of a multi-line string are content.
  bool read_quotes() {
    if (!multi_line_) return true;
    const std::size_t count = quotes_here();
    const std::size_t content = count < 3 ? count : std::min<std::size_t>(count - 3, 2);
    for (std::size_t i = 0; i < content; ++i, ++at_) push(quote_, at_);
    return count >= 3;
  }

  bool read_escape() {
    const std::size_t begin = at_++;
    if (at_ >= file_.size()) return false;
    constexpr std::string_view letters = "btnfr\"\\";
    constexpr std::string_view meanings = "\b\t\n\f\r\"\\";
    const char c = file_[at_];
    if (const std::size_t known = letters.find(c); known != std::string_view::npos) {
      push(meanings[known], begin);
      ++at_;
      return true;
    }
    if (c == 'u' || c == 'U') return read_code_point(begin, c == 'u' ? 4 : 8);
    return multi_line_ && skip_line_end();
  }

  bool read_code_point(std::size_t begin, std::size_t digits) {
    char32_t point = 0;
    for (++at_; digits > 0; --digits, ++at_) {
      const char d = at_ < file_.size() ? fold_ascii(file_[at_]) : '\0';
      if (d >= '0' && d <= '9') {
        point = point * 16 + static_cast<char32_t>(d - '0');
      } else if (d >= 'a' && d <= 'f') {
        point = point * 16 + static_cast<char32_t>(d - 'a' + 10);
      } else {
        return false;
      }
    }
    std::string encoded;
    append_utf8(encoded, point);
    for (const char byte : encoded) push(byte, begin);
    return true;
  }

  /// After a backslash that ends a line: all white space up to the next other character is skipped.
  bool skip_line_end() {
    bool ended = false;
    while (at_ < file_.size()) {
      if (const std::size_t length = line_end_length(); length > 0) {
        ended = true;
        at_ += length;
      } else if (file_[at_] == ' ' || file_[at_] == '\t') {
        ++at_;
      } else {
        break;
      }
    }
    return ended;
  }

  std::string_view file_;
  std::size_t at_;
  char quote_ = '"';
  bool multi_line_ = false;
  DecodedString out_;
};

/// The four digits at `at`.
char32_t hexadecimal(std::string_view text, std::size_t at) {
  char32_t unit = 0;
  for (std::size_t i = at; i < at + 4 && i < text.size(); ++i) {
    const char digit = fold_ascii(text[i]);
    unit = unit * 16 + static_cast<char32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return unit;
}

}  // namespace

std::optional<DecodedString> decode_toml_string(std::string_view file, std::size_t at) {
  return Decoder(file, at).run();
}

DecodedString decode_json_string(std::string_view text, std::size_t at) {
  DecodedString out;
  const auto push = [&out](char c, std::size_t from) {
    out.text += c;
    out.origin.push_back(static_cast<std::uint32_t>(from));
  };
  for (++at; at < text.size() && text[at] != '"';) {
    const std::size_t begin = at;
    if (text[at] != '\\') {
      push(text[at++], begin);
      continue;
    }
    const char letter = text[at + 1];
    at += 2;
    if (letter != 'u') {
      constexpr std::string_view letters = "bfnrt";
      constexpr std::string_view meanings = "\b\f\n\r\t";
      const std::size_t known = letters.find(letter);
      push(known == std::string_view::npos ? letter : meanings[known], begin);
      continue;
    }
    char32_t point = hexadecimal(text, at);
    at += 4;
    if (point >= 0xD800 && point < 0xDC00 && text.substr(at, 2) == "\\u") {
      const char32_t low = hexadecimal(text, at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
        at += 6;
      }
    }
    if (point >= 0xD800 && point < 0xE000) point = 0xFFFD;
    std::string encoded;
    append_utf8(encoded, point);
    for (const char byte : encoded) push(byte, begin);
  }
  out.origin.push_back(static_cast<std::uint32_t>(at));
  return out;
}

}  // namespace eqlab::document
