#include "harness/document/node.h"

#include "harness/base/text.h"

namespace eqlab::document {

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

std::optional<std::uint64_t> count_of(const Node& node) {
  if (!node.is(Node::Kind::number)) return std::nullopt;
  const auto count = parse_number<unsigned long>(node.text);
  return count ? std::optional<std::uint64_t>(*count) : std::nullopt;
}

}  // namespace eqlab::document
