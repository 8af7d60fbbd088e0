#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::event {

/// A cheap hash of an object key: its ends and its length. Keys that share them are told apart by
/// comparison.
[[nodiscard]] inline std::uint32_t hash_key(std::string_view key) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (key.size() >= 8) {
    std::memcpy(&head, key.data(), 8);
    std::memcpy(&tail, key.data() + key.size() - 8, 8);
  } else if (key.size() >= 4) {
    std::memcpy(&head, key.data(), 4);
    std::memcpy(&tail, key.data() + key.size() - 4, 4);
  } else {
    for (const char c : key) head = (head << 8U) | static_cast<unsigned char>(c);
  }
  std::uint64_t hash = (head ^ (tail * 0x9E37'79B9'7F4A'7C15U)) + key.size();
  hash *= 0xD6E8'FEB8'6659'FD93U;
  return static_cast<std::uint32_t>(hash >> 32U);
}

/// The paths that a reader looks for in documents. A key with dots steps several levels at once, so
/// that nested objects and dotted keys are the same path. Targets are the caller's numbers.
class PathTrie {
 public:
  using Node = std::uint32_t;
  using Target = std::uint32_t;
  static constexpr Node root = 0;
  static constexpr Node none = 0xFFFF'FFFFU;

  PathTrie() : nodes_(1) {}

  void add(std::string_view path, Target target);
  /// To be called once, after the last `add`.
  void finish();

  [[nodiscard]] Node step(Node node, std::string_view key, std::uint32_t hash) const {
    const NodeData& data = nodes_[node];
    if (data.slots.empty()) return none;
    for (std::size_t slot = hash & data.mask;; slot = (slot + 1) & data.mask) {
      const Slot& entry = data.slots[slot];
      if (entry.node == none) return none;
      if (entry.hash == hash && entry.key == key) return entry.node;
    }
  }
  [[nodiscard]] const std::vector<Target>& targets(Node node) const { return nodes_[node].targets; }

 private:
  struct Slot {
    std::string key;
    std::uint32_t hash = 0;
    Node node = none;
  };
  struct Child {
    std::string key;  // one level
    Node node;
  };
  struct NodeData {
    std::vector<Child> children;
    std::vector<Target> targets;
    std::vector<Slot>
        slots;  // open addressing, at most half full: every dotted path to a node below
    std::size_t mask = 0;
  };
  void collect(Node node, const std::string& prefix, std::vector<Child>& out) const;

  std::vector<NodeData> nodes_;
};

}  // namespace eqlab::event
