// Recursive descent over the grammar that Lucene documents for its RegExp class, one function per
// rule. The grammar has no reserved characters at the place where an item must begin: whatever
// stands there and opens nothing is itself (`*a`, `|a`, `a]`). So `a|` is an error while `|a` is
// three literal characters, odd as it is. Tested by tests/unit/eql/regex_test.cc.
#include "harness/eql/lucene_regex.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::eql {
namespace {

using NodeId = LuceneTree::NodeId;
using Node = LuceneTree::Node;
using Kind = LuceneTree::Kind;

constexpr std::uint32_t unbounded = LuceneTree::unbounded;
/// Groups nest to expression_depth_max; each may put a few nodes into the tree.
constexpr std::uint32_t height_max = 8 * limits::expression_depth_max;
/// Of a bound of `<n-m>`.
constexpr std::size_t digits_max = 10;

/// Makes nodes; equal sets share one entry.
class TreeBuilder {
 public:
  NodeId characters(const CharacterSet& set) {
    const auto [at, is_new] =
        set_ids_.try_emplace(set, static_cast<LuceneTree::SetId>(tree_.sets.size()));
    if (is_new) tree_.sets.push_back(set);
    return push({.kind = Kind::characters, .set = at->second});
  }
  NodeId sequence(std::vector<NodeId> items) { return list(Kind::sequence, std::move(items)); }
  NodeId union_of(std::vector<NodeId> items) { return list(Kind::union_of, std::move(items)); }
  NodeId intersection(std::vector<NodeId> items) {
    return list(Kind::intersection, std::move(items));
  }
  NodeId complement(NodeId item) { return push({.kind = Kind::complement, .children = {item}}); }

  NodeId repetition(NodeId item, std::uint32_t least, std::uint32_t most) {
    // `?`, `*` and `+` one on another are one of them again. Chains of them have no depth, then.
    const auto is_mark = [](std::uint32_t low, std::uint32_t high) {
      return low <= 1 && (high == unbounded || (low == 0 && high == 1));
    };
    Node& below = tree_.nodes[item];
    if (below.kind == Kind::repetition && is_mark(below.least, below.most) &&
        is_mark(least, most)) {
      below.least = std::min(below.least, least);
      below.most = std::max(below.most, most);
      return item;
    }
    return push({.kind = Kind::repetition, .least = least, .most = most, .children = {item}});
  }
  NodeId any_string() { return repetition(characters(CharacterSet::any()), 0, unbounded); }

  /// Decimal numbers from `low` to `high`. `width` 0: with any number of leading zeros; otherwise
  /// of exactly that many digits.
  NodeId interval(std::uint32_t low, std::uint32_t high, std::size_t width) {
    if (width > 0) {
      const std::size_t digits = std::min<std::size_t>(width, digits_max);
      const auto padding = static_cast<std::uint32_t>(width - digits);
      const NodeId number =
          fixed_width(format("{:0{}}", low, digits), format("{:0{}}", high, digits));
      return sequence({repetition(characters(CharacterSet::of('0')), padding, padding), number});
    }
    std::vector<NodeId> by_width;
    const std::size_t widest = format("{}", high).size();
    for (std::size_t digits = format("{}", low).size(); digits <= widest; ++digits) {
      const std::string least = "1" + std::string(digits - 1, '0');
      const std::string from = format("{}", low).size() == digits ? format("{}", low) : least;
      const std::string to = digits == widest ? format("{}", high) : std::string(digits, '9');
      by_width.push_back(fixed_width(from, to));
    }
    const NodeId zeros = repetition(characters(CharacterSet::of('0')), 0, unbounded);
    return sequence({zeros, union_of(std::move(by_width))});
  }

  [[nodiscard]] std::uint32_t height(NodeId id) const { return tree_.node(id).height; }
  LuceneTree finish(NodeId root) {
    tree_.root = root;
    return std::move(tree_);
  }

 private:
  NodeId push(Node node) {
    for (const NodeId child : node.children)
      node.height = std::max(node.height, tree_.node(child).height + 1);
    tree_.nodes.push_back(std::move(node));
    return static_cast<NodeId>(tree_.nodes.size() - 1);
  }
  NodeId list(Kind kind, std::vector<NodeId> items) {
    if (items.size() == 1) return items[0];
    return push({.kind = kind, .children = std::move(items)});
  }

  NodeId digit_range(char first, char last) {
    return characters({{static_cast<char32_t>(first), static_cast<char32_t>(last)}});
  }
  NodeId any_digits(std::size_t count) {
    const auto times = static_cast<std::uint32_t>(count);
    return repetition(digit_range('0', '9'), times, times);
  }
  /// Numbers from `low` to `high`, both of the same number of digits (ten at most, which bounds the
  /// depth).
  NodeId fixed_width(std::string_view low,
                     std::string_view high) {  // NOLINT(misc-no-recursion): ten digits
    if (low.empty()) return sequence({});
    const std::size_t rest = low.size() - 1;
    if (low[0] == high[0])
      return sequence({digit_range(low[0], low[0]), fixed_width(low.substr(1), high.substr(1))});
    std::vector<NodeId> options;
    options.push_back(sequence(
        {digit_range(low[0], low[0]), fixed_width(low.substr(1), std::string(rest, '9'))}));
    if (low[0] + 1 < high[0]) {
      const NodeId between =
          digit_range(static_cast<char>(low[0] + 1), static_cast<char>(high[0] - 1));
      options.push_back(sequence({between, any_digits(rest)}));
    }
    options.push_back(sequence(
        {digit_range(high[0], high[0]), fixed_width(std::string(rest, '0'), high.substr(1))}));
    return union_of(std::move(options));
  }

  LuceneTree tree_;
  std::map<CharacterSet, LuceneTree::SetId> set_ids_;
};

class Parser {
 public:
  Parser(std::string_view pattern, bool fold_case, Span span) : fold_case_(fold_case), span_(span) {
    while (!pattern.empty()) text_.push_back(take_character(pattern));
  }

  Result<LuceneTree> parse() {
    if (text_.empty()) return build_.finish(build_.sequence({}));
    EQLAB_TRY(const NodeId root, parse_union(0));
    if (more()) return fail(error("unmatched `)`", R"(write \) for the character itself)"));
    return build_.finish(root);
  }

 private:
  [[nodiscard]] bool more() const { return at_ < text_.size(); }
  [[nodiscard]] bool peek(std::u32string_view any_of) const {
    return more() && any_of.find(text_[at_]) != std::u32string_view::npos;
  }
  bool take(char32_t c) {
    if (!more() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// An error at the character that comes next, or at `at`.
  [[nodiscard]] Diagnostic error(std::string_view what, std::string hint = {}) const {
    return error(what, std::move(hint), at_);
  }
  [[nodiscard]] Diagnostic error(std::string_view what, std::string hint, std::size_t at) const {
    const std::string where = at < text_.size() ? format("at character {}", at + 1) : "at its end";
    return error_at(span_, "E218", format("not a regular expression: {}, {}", what, where),
                    std::move(hint));
  }
  Result<NodeId> bounded(NodeId id) const {
    if (build_.height(id) <= height_max) return id;
    return fail(error_at(span_, "E218", "regular expression is nested too deeply",
                         "write fewer repetitions of repetitions"));
  }

  Result<NodeId> parse_union(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    if (depth > limits::expression_depth_max) {
      return fail(error_at(span_, "E218",
                           format("regular expression has groups nested more than {} deep",
                                  limits::expression_depth_max)));
    }
    std::vector<NodeId> branches;
    do {
      EQLAB_TRY(const NodeId branch, parse_intersection(depth));
      branches.push_back(branch);
    } while (take('|'));
    return bounded(build_.union_of(std::move(branches)));
  }

  Result<NodeId> parse_intersection(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    std::vector<NodeId> parts;
    do {
      EQLAB_TRY(const NodeId part, parse_sequence(depth));
      parts.push_back(part);
    } while (take('&'));
    return bounded(build_.intersection(std::move(parts)));
  }

  Result<NodeId> parse_sequence(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    std::vector<NodeId> items;
    do {
      EQLAB_TRY(const NodeId item, parse_repetition(depth));
      items.push_back(item);
    } while (more() && !peek(U")|&"));
    return bounded(build_.sequence(std::move(items)));
  }

  Result<NodeId> parse_repetition(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    EQLAB_TRY(NodeId item, parse_complement(depth));
    while (peek(U"?*+{")) {
      if (take('?')) {
        item = build_.repetition(item, 0, 1);
      } else if (take('*')) {
        item = build_.repetition(item, 0, unbounded);
      } else if (take('+')) {
        item = build_.repetition(item, 1, unbounded);
      } else {
        EQLAB_TRY(const Counts counts, parse_counts());
        item = build_.repetition(item, counts.least, counts.most);
      }
      EQLAB_TRY(item, bounded(item));
    }
    return item;
  }

  struct Counts {
    std::uint32_t least;
    std::uint32_t most;
  };
  Result<Counts> parse_counts() {
    const std::string hint = R"(write {2}, {2,} or {2,5}; \{ for the character itself)";
    const std::size_t start = at_;
    take('{');
    if (!peek(U"0123456789")) return fail(error("expected a number after `{`", hint));
    EQLAB_TRY(const std::uint32_t least, parse_count());
    std::uint32_t most = least;
    if (take(',')) {
      most = unbounded;
      if (peek(U"0123456789")) {
        EQLAB_TRY(most, parse_count());
      }
    }
    if (!take('}')) return fail(error("expected `}` after the number of repetitions", hint));
    if (most < least) {
      return fail(error(format("repetition {{{},{}}} ends below its start", least, most),
                        format("write {{{},{}}}", most, least), start));
    }
    return Counts{least, most};
  }
  Result<std::uint32_t> parse_count() {
    const std::size_t start = at_;
    const std::string digits = take_while([](char32_t c) { return c >= '0' && c <= '9'; });
    const auto count = parse_number<int>(digits);
    if (!count) return fail(error(format("repetition count {} is too large", digits), {}, start));
    return static_cast<std::uint32_t>(*count);
  }

  Result<NodeId> parse_complement(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    // Two complements cancel, so a chain of them needs no depth.
    bool negated = false;
    while (take('~')) negated = !negated;
    EQLAB_TRY(const NodeId item, take('[') ? parse_class() : parse_simple(depth));
    return negated ? bounded(build_.complement(item)) : item;
  }

  Result<NodeId> parse_class() {
    const std::size_t start = at_ - 1;
    const bool negated = take('^');
    CharacterSet set;
    do {  // at least one item: a `]` in the first place is a character
      EQLAB_CHECK(parse_class_item(set));
    } while (more() && !peek(U"]"));
    if (!take(']')) {
      return fail(error(
          "character class without `]`",
          R"(write \[ for the character itself; \- for a hyphen at the end of a class)", start));
    }
    return build_.characters(negated ? set.complement() : set);
  }

  Status parse_class_item(CharacterSet& set) {
    const std::size_t start = at_;
    EQLAB_TRY(const auto predefined, parse_predefined());
    if (predefined) {
      set.add(*predefined);
      return ok();
    }
    EQLAB_TRY(const char32_t first, parse_character());
    if (!take('-')) {
      set.add(single(first));
      return ok();
    }
    EQLAB_TRY(const char32_t last, parse_character());
    if (last < first) {
      return fail(error("character range ends below its start",
                        R"(write \- for a hyphen, also at the end of a class)", start));
    }
    set.add({first, last});
    return ok();
  }

  /// `\d` and its kin. A backslash before any other letter is reserved.
  Result<std::optional<CharacterSet>> parse_predefined() {
    if (!peek(U"\\") || at_ + 1 >= text_.size()) return std::optional<CharacterSet>();
    const char32_t letter = text_[at_ + 1];
    const CharacterSet space = {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}};
    std::optional<CharacterSet> set;
    if (letter == 'd') set = characters::digits();
    if (letter == 'D') set = characters::digits().complement();
    if (letter == 'w') set = characters::word();
    if (letter == 'W') set = characters::word().complement();
    if (letter == 's') set = space;
    if (letter == 'S') set = space.complement();
    if (set) {
      at_ += 2;
    } else if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
      const char name = static_cast<char>(letter);
      return fail(
          error(format("`\\{}` has no meaning here", name),
                format(R"(write \\{} for a backslash and {}; classes are \d \D \w \W \s \S)", name,
                       name)));
    }
    return set;
  }

  Result<NodeId> parse_simple(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    if (take('.')) return build_.characters(CharacterSet::any());
    if (take('#')) return build_.characters({});
    if (take('@')) return build_.any_string();
    if (take('"')) return parse_quoted();
    if (take('<')) return parse_interval();
    if (take('(')) {
      const std::size_t start = at_ - 1;
      if (take(')')) return build_.sequence({});
      EQLAB_TRY(const NodeId group, parse_union(depth + 1));
      if (!take(')')) {
        return fail(error(format("`(` of character {} without `)`", start + 1),
                          R"(write \( for the character itself, x? for an x that may be missing)"));
      }
      return group;
    }
    EQLAB_TRY(const auto predefined, parse_predefined());
    if (predefined) return build_.characters(*predefined);
    EQLAB_TRY(const char32_t c, parse_character());
    return build_.characters(single(c));
  }

  Result<NodeId> parse_quoted() {
    const std::size_t start = at_ - 1;
    std::vector<NodeId> items;
    while (more() && !peek(U"\"")) items.push_back(build_.characters(single(text_[at_++])));
    if (!take('"'))
      return fail(
          error("quoted text without its end", R"(write \" for the character itself)", start));
    return build_.sequence(std::move(items));
  }

  Result<NodeId> parse_interval() {
    const std::size_t start = at_ - 1;
    const std::string inside = take_while([](char32_t c) { return c != '>'; });
    const std::string hint = R"(write \< for the character itself, <1-100> for an interval)";
    if (!take('>')) return fail(error("`<` without `>`", hint, start));
    const std::size_t hyphen = inside.find('-');
    if (hyphen == std::string::npos)
      return fail(error(format("no automaton is named <{}>", printable(inside)), hint, start));
    const std::string low = inside.substr(0, hyphen);
    const std::string high = inside.substr(hyphen + 1);
    auto from = parse_bound(low);
    auto to = parse_bound(high);
    if (!from || !to) {
      return fail(error(
          format("<{}> is not an interval of two numbers below 2147483648", printable(inside)),
          hint, start));
    }
    if (*from > *to) std::swap(from, to);
    return build_.interval(*from, *to, low.size() == high.size() ? low.size() : 0);
  }
  static std::optional<std::uint32_t> parse_bound(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
      return std::nullopt;
    const auto number = parse_number<int>(text);
    return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
  }

  /// Any character at all, or the one after a backslash.
  Result<char32_t> parse_character() {
    const bool escaped = take('\\');
    if (more()) return text_[at_++];
    if (escaped) return fail(error("nothing after the backslash", R"(write \\ for a backslash)"));
    return fail(error("something must follow here", "write x? for an x that may be missing"));
  }

  template <class Wanted>
  std::string take_while(Wanted wanted) {
    std::string out;
    while (more() && wanted(text_[at_])) append_utf8(out, text_[at_++]);
    return out;
  }
  [[nodiscard]] CharacterSet single(char32_t c) const {
    const CharacterSet set = CharacterSet::of(c);
    return fold_case_ ? set.fold_ascii() : set;
  }

  std::u32string text_;
  std::size_t at_ = 0;
  bool fold_case_;
  Span span_;
  TreeBuilder build_;
};

}  // namespace

Result<LuceneTree> parse_lucene_regex(std::string_view pattern, bool fold_case, Span span) {
  if (!is_utf8(pattern))
    return fail(error_at(span, "E218", "not a regular expression: the text is not UTF-8"));
  return Parser(pattern, fold_case, span).parse();
}

}  // namespace eqlab::eql
