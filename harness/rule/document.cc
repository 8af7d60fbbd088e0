// JSON in two steps: the reader's grammar check names the first fault; what passes it is built into
// a tree without looking for faults again. Tested in tests/unit/rule/document_test.cc.
#include "harness/rule/document.h"

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/event/io/json_text.h"

namespace eqlab::rule {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Over JSON that keeps the grammar and is no deeper than limits::rule_document_depth_max.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Node value() {  // NOLINT(misc-no-recursion): limits::rule_document_depth_max
    skip_blanks();
    Node node;
    node.span.begin = at_;
    switch (text_[at_]) {
      case '{':
        node.kind = Node::Kind::object;
        members(node);
        break;
      case '[':
        node.kind = Node::Kind::list;
        items(node);
        break;
      case '"':
        node.kind = Node::Kind::text;
        node.text = string();
        break;
      default:
        word(node);
        break;
    }
    node.span.end = at_;
    return node;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  /// Past a comma or to the closing bracket, which is taken; false at the end.
  bool another(char closing) {
    skip_blanks();
    if (text_[at_] == ',') {
      ++at_;
      skip_blanks();
      return true;
    }
    if (text_[at_] != closing) return true;
    ++at_;
    return false;
  }

  void members(Node& node) {  // NOLINT(misc-no-recursion)
    ++at_;
    while (another('}')) {
      Node::Member member;
      member.key_span.begin = at_;
      member.key = string();
      member.key_span.end = at_;
      skip_blanks();
      ++at_;  // the colon
      member.value = value();
      node.members.push_back(std::move(member));
    }
  }
  void items(Node& node) {  // NOLINT(misc-no-recursion)
    ++at_;
    while (another(']')) node.items.push_back(value());
  }

  std::string string() {
    DecodedString decoded = decode_json_string(text_, at_);
    at_ = decoded.origin.back() + 1;
    return std::move(decoded.text);
  }

  void word(Node& node) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) &&
           std::string_view(",]}").find(text_[at_]) == std::string_view::npos)
      ++at_;
    node.text = text_.substr(begin, at_ - begin);
    if (node.text == "null") {
      node.kind = Node::Kind::null;
    } else if (node.text == "true" || node.text == "false") {
      node.kind = Node::Kind::boolean;
      node.truth = node.text == "true";
    } else {
      node.kind = Node::Kind::number;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::size_t> first_bad_byte(std::string_view text) {
  if (is_utf8(text)) return std::nullopt;
  std::size_t at = 0;
  for (const std::string_view piece : split_characters(text)) {
    if (!is_utf8(piece)) break;
    at += piece.size();
  }
  return at;
}

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

const Node* Node::find(std::string_view key) const {
  const Node* found = nullptr;
  for (const Member& member : members) {
    if (member.key == key) found = member.value.is(Kind::null) ? nullptr : &member.value;
  }
  return found;
}
const Node* Node::find(std::string_view key, Kind wanted) const {
  const Node* const found = find(key);
  return found != nullptr && found->is(wanted) ? found : nullptr;
}
std::optional<std::string_view> Node::text_at(std::string_view key) const {
  const Node* const found = find(key, Kind::text);
  return found == nullptr ? std::nullopt : std::optional<std::string_view>(found->text);
}

std::string_view to_string(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::boolean:
      return "true or false";
    case Node::Kind::number:
      return "a number";
    case Node::Kind::text:
      return "text";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::object:
      return "an object";
  }
  return "";
}

event::Value value_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::boolean:
      return node.truth;
    case Node::Kind::text:
      return node.text;
    case Node::Kind::number:
      if (const auto whole = parse_number<long>(node.text)) return std::int64_t{*whole};
      if (const auto natural = parse_number<unsigned long>(node.text))
        return std::uint64_t{*natural};
      if (const auto real = parse_number<double>(node.text)) return *real;
      return std::monostate{};
    case Node::Kind::null:
    case Node::Kind::list:
    case Node::Kind::object:
      break;
  }
  return std::monostate{};
}

std::optional<std::uint64_t> count_of(const Node& node) {
  if (!node.is(Node::Kind::number)) return std::nullopt;
  const auto count = parse_number<unsigned long>(node.text);
  return count ? std::optional<std::uint64_t>(*count) : std::nullopt;
}

Result<Node> parse_json(std::string_view text) {
  if (const auto bad = first_bad_byte(text)) {
    return fail(
        error_at({*bad, *bad + 1}, "E311",
                 format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text[*bad])),
                 "save the file as UTF-8"));
  }
  if (const auto fault = event::find_json_fault(text, limits::rule_document_depth_max)) {
    return fail(
        error_at({fault->at, fault->at + 1}, "E311", format("not JSON: {}", fault->message)));
  }
  return Builder(text).value();
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

}  // namespace eqlab::rule
