#include "harness/event/io/path_trie.h"

#include <algorithm>
#include <bit>

namespace eqlab::event {

void PathTrie::add(std::string_view path, Target target) {
  Node node = root;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view label = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    const auto child = std::ranges::find(nodes_[node].children, label, &Child::key);
    if (child != nodes_[node].children.end()) {
      node = child->node;
      continue;
    }
    const Node added = static_cast<Node>(nodes_.size());
    nodes_[node].children.push_back({std::string(label), added});
    nodes_.emplace_back();
    node = added;
  }
  nodes_[node].targets.push_back(target);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as field names have dots
void PathTrie::collect(Node node, const std::string& prefix, std::vector<Child>& out) const {
  for (const Child& child : nodes_[node].children) {
    const std::string path = prefix.empty() ? child.key : prefix + "." + child.key;
    out.push_back({path, child.node});
    collect(child.node, path, out);
  }
}

void PathTrie::finish() {
  for (Node node = 0; node < nodes_.size(); ++node) {
    std::vector<Child> below;
    collect(node, {}, below);
    if (below.empty()) continue;
    NodeData& data = nodes_[node];
    data.slots.assign(std::bit_ceil(below.size() * 2), {});
    data.mask = data.slots.size() - 1;
    for (Child& child : below) {
      const std::uint32_t hash = hash_key(child.key);
      std::size_t slot = hash & data.mask;
      while (data.slots[slot].node != none) slot = (slot + 1) & data.mask;
      data.slots[slot] = {std::move(child.key), hash, child.node};
    }
  }
}

}  // namespace eqlab::event
