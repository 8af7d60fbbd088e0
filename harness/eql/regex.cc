// Lucene's patterns: parsed once, then given to RE2 where it can say the same, to our own automaton
// where not. Both are compared with each other and with a plain matcher in
// tests/unit/eql/regex_test.cc.
#include "harness/eql/regex.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "harness/base/text.h"
#include "harness/eql/automaton.h"
#include "harness/eql/lucene_regex.h"
#include "harness/eql/re2_program.h"

namespace eqlab::eql {
namespace {

using Kind = LuceneTree::Kind;

/// RE2 refuses larger ones.
constexpr std::uint32_t re2_count_max = 1'000;

bool is_for_re2(const LuceneTree& tree) {
  return std::ranges::none_of(tree.nodes, [](const LuceneTree::Node& node) {
    const bool is_large = node.kind == Kind::repetition &&
                          (node.least > re2_count_max ||
                           (node.most != LuceneTree::unbounded && node.most > re2_count_max));
    return node.kind == Kind::intersection || node.kind == Kind::complement || is_large;
  });
}

/// Appends the node as one unit, which a repetition may follow.
// NOLINTNEXTLINE(misc-no-recursion): height of the tree, which its parser bounds
void append_re2(std::string& out, const LuceneTree& tree, LuceneTree::NodeId id) {
  const LuceneTree::Node& node = tree.node(id);
  switch (node.kind) {
    case Kind::characters:
      append_re2(out, tree.sets[node.set]);
      return;
    case Kind::sequence:
    case Kind::union_of: {
      out += "(?:";
      for (const LuceneTree::NodeId child : node.children) {
        if (node.kind == Kind::union_of && child != node.children.front()) out += '|';
        append_re2(out, tree, child);
      }
      out += ')';
      return;
    }
    case Kind::repetition: {
      out += "(?:";
      append_re2(out, tree, node.children[0]);
      if (node.most != LuceneTree::unbounded) {
        out += format("{{{},{}}}", node.least, node.most);
      } else if (node.least <= 1) {
        out += node.least == 0 ? '*' : '+';
      } else {
        out += format("{{{},}}", node.least);
      }
      out += ')';
      return;
    }
    case Kind::intersection:
    case Kind::complement:
      break;
  }
  EQLAB_ASSERT(false);
}

}  // namespace

struct LuceneRegex::Program {
  std::variant<std::unique_ptr<const Re2Program>, Automaton> engine;
};

Result<LuceneRegex> LuceneRegex::compile(std::string_view pattern, bool fold_case, Span span) {
  EQLAB_TRY(const LuceneTree tree, parse_lucene_regex(pattern, fold_case, span));
  if (is_for_re2(tree)) {
    std::string translated;
    append_re2(translated, tree, tree.root);
    if (auto program = Re2Program::compile(translated)) {
      return LuceneRegex(std::make_shared<const Program>(Program{std::move(program)}));
    }
    // Repetitions within repetitions that RE2 multiplies out to too many may still be few states.
  }
  EQLAB_TRY(Automaton automaton, Automaton::build(tree, span));
  return LuceneRegex(std::make_shared<const Program>(Program{std::move(automaton)}));
}

bool LuceneRegex::matches(std::string_view text) const {
  const auto* re2 = std::get_if<std::unique_ptr<const Re2Program>>(&program_->engine);
  return re2 != nullptr ? (*re2)->matches(text)
                        : std::get_if<Automaton>(&program_->engine)->matches(text);
}

}  // namespace eqlab::eql
