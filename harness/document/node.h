#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/diagnostic.h"

/// What a JSON or TOML text says, with its places.
namespace eqlab::document {

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
/// A number that is whole and not negative.
[[nodiscard]] std::optional<std::uint64_t> count_of(const Node& node);

}  // namespace eqlab::document
