#include "harness/eql/literal_finder.h"

#include <algorithm>
#include <numeric>

namespace eqlab::eql {

LiteralFinder::LiteralFinder(const std::vector<std::string>& literals)
    : literal_count_(literals.size()) {
  // In order, the literals below a node are neighbours.
  std::vector<LiteralId> sorted(literals.size());
  std::iota(sorted.begin(), sorted.end(), LiteralId{0});
  std::ranges::sort(sorted, {}, [&](LiteralId id) -> const std::string& { return literals[id]; });
  struct Below {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t depth;
  };
  std::vector<Below> below = {{0, static_cast<std::uint32_t>(sorted.size()), 0}};
  byte_ = {'\0'};
  fallback_ = {root};
  ends_ = {none};
  shorter_end_ = {root};
  for (NodeId node = 0; node < below.size(); ++node) {
    auto [begin, end, depth] = below[node];
    if (begin < end && literals[sorted[begin]].size() == depth) ends_[node] = sorted[begin++];
    first_child_.push_back(static_cast<NodeId>(below.size()));
    while (begin < end) {
      const char byte = literals[sorted[begin]][depth];
      std::uint32_t next = begin + 1;
      while (next < end && literals[sorted[next]][depth] == byte) ++next;
      const auto made = static_cast<NodeId>(below.size());
      // Everything that is less deep has its children already, also what `step` asks for here.
      const NodeId fallback = node == root ? root : step(fallback_[node], byte);
      if (node == root) root_children_[static_cast<unsigned char>(byte)] = made;
      below.push_back({begin, next, depth + 1});
      byte_.push_back(byte);
      fallback_.push_back(fallback);
      ends_.push_back(none);
      shorter_end_.push_back(root);
      begin = next;
    }
  }
  first_child_.push_back(static_cast<NodeId>(below.size()));
  for (NodeId node = 1; node < below.size(); ++node) {
    const NodeId fallback = fallback_[node];
    shorter_end_[node] = ends_[fallback] == none ? shorter_end_[fallback] : fallback;
  }
}

void LiteralFinder::begin(Marks& marks) const {
  if (marks.seen_.size() != literal_count_) {
    marks.seen_.assign(literal_count_, 0);
    marks.search_ = 0;
  }
  if (++marks.search_ == 0) {
    std::ranges::fill(marks.seen_, 0U);
    marks.search_ = 1;
  }
}

/// The root where there is no such child.
LiteralFinder::NodeId LiteralFinder::child(NodeId node, char byte) const {
  constexpr std::size_t few = 8;
  NodeId first = first_child_[node];
  NodeId last = first_child_[node + 1];
  while (last - first > few) {
    const NodeId middle = first + (last - first) / 2;
    (static_cast<unsigned char>(byte_[middle]) > static_cast<unsigned char>(byte) ? last : first) =
        middle;
  }
  for (; first < last; ++first) {
    if (byte_[first] == byte) return first;
  }
  return root;
}

}  // namespace eqlab::eql
