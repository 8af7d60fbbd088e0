#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::eql {

/// Finds which of many literal texts occur in a text, in one pass over it whatever their number
/// (Aho and Corasick: Efficient string matching, 1975). Works on bytes; UTF-8 needs no more.
/// Memory: some 20 bytes for each byte of the literals, twice that while it is built. Immutable and
/// thread-safe.
class LiteralFinder {
 public:
  using LiteralId = std::uint32_t;

  LiteralFinder() : LiteralFinder(std::vector<std::string>()) {}
  /// The literals are distinct and not empty; a literal's id is its place among them. Together they
  /// have fewer than 2³² bytes.
  explicit LiteralFinder(const std::vector<std::string>& literals);

  /// What one thread keeps between searches.
  class Marks {
   private:
    friend class LiteralFinder;
    std::vector<std::uint32_t> seen_ = {};  ///< by literal: number of the last search that met it
    std::uint32_t search_ = 0;
  };

  /// Calls `found(id)` for each literal of `text` at its first end in it, until a call returns
  /// true, which is then the answer; else false. O(text + literals found).
  template <class Found>
  bool find(std::string_view text, Marks& marks, Found found) const {
    begin(marks);
    NodeId node = root;
    for (const char byte : text) {
      node = step(node, byte);
      // All literals that end here. Behind one that was met before, all have been met.
      for (NodeId end = ends_[node] == none ? shorter_end_[node] : node; end != root;
           end = shorter_end_[end]) {
        std::uint32_t& seen = marks.seen_[ends_[end]];
        if (seen == marks.search_) break;
        seen = marks.search_;
        if (found(ends_[end])) return true;
      }
    }
    return false;
  }

 private:
  using NodeId = std::uint32_t;
  static constexpr NodeId root = 0;
  static constexpr std::uint32_t none = UINT32_MAX;

  void begin(Marks& marks) const;
  [[nodiscard]] NodeId child(NodeId node, char byte) const;
  [[nodiscard]] NodeId step(NodeId node, char byte) const {
    while (node != root) {
      if (const NodeId next = child(node, byte); next != root) return next;
      node = fallback_[node];
    }
    return root_children_[static_cast<unsigned char>(byte)];
  }

  // The trie of the literals, level by level: node n's children are [first_child_[n],
  // first_child_[n + 1]), in the order of their bytes.
  std::vector<char> byte_ = {};  ///< on the way to the node
  std::vector<NodeId> first_child_ = {};
  std::vector<NodeId> fallback_ = {};     ///< the longest proper end of this text in the trie
  std::vector<LiteralId> ends_ = {};      ///< the literal that ends here, or none
  std::vector<NodeId> shorter_end_ = {};  ///< nearest node on the way of fallbacks with a literal
  std::array<NodeId, 256> root_children_ = {};
  std::size_t literal_count_ = 0;
};

}  // namespace eqlab::eql
