#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/character_set.h"

namespace eqlab::eql {

/// A pattern in Lucene's syntax as a tree over sets of code points. Quoting, predefined classes,
/// case folding and decimal intervals are spelled out by the parser, so that few kinds of node are
/// left.
struct LuceneTree {
  using NodeId = std::uint32_t;
  using SetId = std::uint32_t;
  static constexpr std::uint32_t unbounded = UINT32_MAX;

  enum class Kind : std::uint8_t {
    characters,    ///< one code point of `sets[set]`; the empty set is the empty language
    sequence,      ///< the children one after another; none: the empty string
    union_of,      ///< any of the children
    intersection,  ///< all of the children
    complement,    ///< whatever the child is not
    repetition,    ///< the child `least` to `most` times
  };
  struct Node {
    Kind kind = Kind::sequence;
    SetId set = 0;
    std::uint32_t least = 0;
    std::uint32_t most = 0;
    std::uint32_t height =
        1;  ///< of the tree below: what walkers recurse over; bounded by the parser
    std::vector<NodeId> children = {};
  };

  std::vector<Node> nodes;
  std::vector<CharacterSet> sets;  ///< distinct
  NodeId root = 0;

  [[nodiscard]] const Node& node(NodeId id) const { return nodes[id]; }
};

/// Lucene's regexp grammar with every optional part on (Lucene's RegExp). `fold_case` adds the
/// other case of every ASCII letter that stands for itself, also in a class, but not of those that
/// a range covers:
/// `[a-c]` stays lower case, as in Lucene before its option for ranges.
/// Errors: E218 spanning `span`; the message gives the character at fault, counted from 1.
[[nodiscard]] Result<LuceneTree> parse_lucene_regex(std::string_view pattern, bool fold_case,
                                                    Span span);

}  // namespace eqlab::eql
