// JSON in two steps: the reader's grammar check names the first fault; what passes it is built into
// a tree without looking for faults again. Tested in tests/unit/document/json_test.cc.
#include "harness/document/json.h"

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/document/decoded_string.h"
#include "harness/document/json_text.h"

namespace eqlab::document {
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

}  // namespace

Result<Node> parse_json(std::string_view text) {
  if (const auto bad = first_bad_byte(text)) {
    return fail(
        error_at({*bad, *bad + 1}, "E311",
                 format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text[*bad])),
                 "save the file as UTF-8"));
  }
  if (const auto fault = find_json_fault(text, limits::rule_document_depth_max)) {
    return fail(
        error_at({fault->at, fault->at + 1}, "E311", format("not JSON: {}", fault->message)));
  }
  return Builder(text).value();
}

}  // namespace eqlab::document
