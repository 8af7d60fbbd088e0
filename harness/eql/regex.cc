// Lucene's patterns: parsed once, then given to RE2 where it can say the same, to our own automaton
// where not. Both are compared with each other and with a plain matcher in
// tests/unit/eql/regex_test.cc.
#include "harness/eql/regex.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  std::vector<std::unique_ptr<const Re2Program>> any_of;  ///< or, if there is none, the automaton
  std::optional<Automaton> automaton;
};

namespace {

/// The tree as RE2 programs of which any may match. RE2 takes time that is quadratic in the number
/// of branches of a union, so a long list becomes several programs. Empty when RE2 refuses.
std::vector<std::unique_ptr<const Re2Program>> re2_programs(const LuceneTree& tree) {
  constexpr std::size_t program_bytes = std::size_t{16} << 10U;
  const LuceneTree::Node& root = tree.node(tree.root);
  const std::vector<LuceneTree::NodeId> branches =
      root.kind == Kind::union_of ? root.children : std::vector{tree.root};
  std::vector<std::string> patterns(1);
  for (const LuceneTree::NodeId branch : branches) {
    if (patterns.back().size() > program_bytes) patterns.emplace_back();
    if (!patterns.back().empty()) patterns.back() += '|';
    append_re2(patterns.back(), tree, branch);
  }
  const std::int64_t memory =
      std::min(Re2Program::memory_bytes,
               Re2Program::memory_bytes_max / static_cast<std::int64_t>(patterns.size()));
  std::vector<std::unique_ptr<const Re2Program>> programs;
  for (const std::string& pattern : patterns) {
    programs.push_back(Re2Program::compile(pattern, memory));
    if (programs.back() == nullptr) return {};
  }
  return programs;
}

}  // namespace

Result<LuceneRegex> LuceneRegex::compile(std::string_view pattern, bool fold_case, Span span) {
  EQLAB_TRY(const LuceneTree tree, parse_lucene_regex(pattern, fold_case, span));
  if (is_for_re2(tree)) {
    auto programs = re2_programs(tree);
    if (!programs.empty()) {
      return LuceneRegex(std::make_shared<const Program>(Program{std::move(programs), {}}));
    }
    // Repetitions within repetitions that RE2 multiplies out to too many may still be few states.
  }
  EQLAB_TRY(Automaton automaton, Automaton::build(tree, span));
  return LuceneRegex(std::make_shared<const Program>(Program{{}, std::move(automaton)}));
}

bool LuceneRegex::matches(std::string_view text) const {
  if (program_->automaton) return program_->automaton->matches(text);
  return std::ranges::any_of(program_->any_of,
                             [&](const auto& program) { return program->matches(text); });
}

}  // namespace eqlab::eql
