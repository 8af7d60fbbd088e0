#include "harness/synth/regex_example.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::synth {
namespace {

constexpr std::size_t examples_max = 8;
constexpr std::size_t example_bytes_max = 4096;

/// A plain character of the set where it has one.
char32_t choose(const eql::CharacterSet& set) {
  for (const char32_t wanted : {U'a', U'1', U'A', U'-', U'_', U'.', U'/'}) {
    if (set.contains(wanted)) return wanted;
  }
  for (const eql::CharacterRange& range : set.ranges()) {
    if (range.last >= U'!') return std::max(range.first, U'!');
  }
  return set.ranges().front().first;
}

class Writer {
 public:
  Writer(const eql::LuceneTree& tree, std::size_t branch) : tree_(tree), branch_(branch) {}

  /// Appends an example; false where there is none, or none short enough.
  // NOLINTNEXTLINE(misc-no-recursion): LuceneTree::Node::height is bounded by the parser
  bool write(eql::LuceneTree::NodeId id) {
    using Kind = eql::LuceneTree::Kind;
    const eql::LuceneTree::Node& node = tree_.node(id);
    if (text.size() > example_bytes_max) return false;
    switch (node.kind) {
      case Kind::characters: {
        const eql::CharacterSet& set = tree_.sets[node.set];
        if (set.ranges().empty()) return false;
        append_utf8(text, choose(set));
        return true;
      }
      case Kind::sequence:
        for (const eql::LuceneTree::NodeId child : node.children) {
          if (!write(child)) return false;
        }
        return true;
      case Kind::union_of:
        return !node.children.empty() && write(node.children[branch_ % node.children.size()]);
      case Kind::intersection:
        return !node.children.empty() && write(node.children[0]);
      case Kind::complement:
        return true;
      case Kind::repetition:
        // Once rather than never, where both will do: `.+` and `.*` then read alike.
        for (std::uint32_t i = 0; i < std::max(node.least, std::min(node.most, 1U)); ++i) {
          if (!write(node.children[0])) return false;
        }
        return true;
    }
    return false;
  }

  std::string text = {};

 private:
  const eql::LuceneTree& tree_;
  std::size_t branch_;
};

}  // namespace

std::vector<std::string> regex_examples(const eql::LuceneTree& pattern) {
  std::vector<std::string> out;
  for (std::size_t branch = 0; branch < examples_max; ++branch) {
    Writer writer(pattern, branch);
    if (writer.write(pattern.root) && std::ranges::find(out, writer.text) == out.end())
      out.push_back(std::move(writer.text));
  }
  return out;
}

}  // namespace eqlab::synth
