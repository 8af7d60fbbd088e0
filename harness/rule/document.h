#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/value.h"
#include "harness/rule/toml_string.h"

/// What stands in a rule file, JSON or TOML alike, with its places.
namespace eqlab::rule {

/// One value. Spans are bytes of the text that it was read from.
struct Node {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
  struct Member;

  Kind kind = Kind::null;
  bool truth = false;
  std::string text = {};  ///< text: decoded; number: as it is spelled
  std::vector<Node> items = {};
  std::vector<Member> members;  ///< in order of writing
  Span span = {};

  /// The member of that name; of several the last, as in JavaScript. Null counts as absent.
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] const Node* find(std::string_view key, Kind wanted) const;
  /// Text of a text member, or nothing.
  [[nodiscard]] std::optional<std::string_view> text_at(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
};
struct Node::Member {
  std::string key;
  Span key_span;
  Node value;
};

/// "a list", "an object" and so on, for messages.
[[nodiscard]] std::string_view to_string(Node::Kind kind);
/// A number or text or truth value as a constant; null for anything else.
[[nodiscard]] event::Value value_of(const Node& node);
/// A number that is whole and not negative.
[[nodiscard]] std::optional<std::uint64_t> count_of(const Node& node);

/// One JSON text as a tree. Errors, spanning the place: E311 not JSON, not UTF-8, or nested deeper
/// than limits::rule_document_depth_max. O(length).
[[nodiscard]] Result<Node> parse_json(std::string_view text);

/// The JSON string whose opening quote is at byte `at` of valid JSON, with the way back: every byte
/// notes the byte of `text` that it came from, the bytes of one escape all its backslash. Lone
/// surrogates become U+FFFD. O(length).
[[nodiscard]] DecodedString decode_json_string(std::string_view text, std::size_t at);

}  // namespace eqlab::rule
