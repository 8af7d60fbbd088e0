// Brzozowski's derivatives: the state after reading c is the expression for what may follow c.
// Intersection and complement then need nothing special, which is why this and not a construction
// over NFAs. Terms are interned, unions are flat and sorted, and a union in front of a sequence is
// multiplied out; so that equal states meet, and plain patterns get no more states than the subset
// construction would give them. Owens, Reppy, Turon: Regular-expression derivatives re-examined
// (2009). Tested by comparison with RE2 and with a set-based matcher in
// tests/unit/eql/regex_test.cc.
#include "harness/eql/automaton.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace eqlab::eql {
namespace {

using TermId = std::uint32_t;
using Terms = std::vector<TermId>;

constexpr std::size_t states_max = 10'000;
constexpr std::size_t table_entries_max = 4'000'000;
constexpr std::size_t intervals_max = 4'096;
/// Terms, derivatives and elements of unions looked at: about a second.
constexpr std::size_t work_max = 4'000'000;
/// Bounds of memory: terms, and derivatives remembered before all are forgotten.
constexpr std::size_t terms_max = 200'000;
constexpr std::size_t remembered_max = 500'000;

constexpr std::uint32_t unbounded = LuceneTree::unbounded;

enum class Shape : std::uint32_t {
  nothing,
  empty,
  everything,
  characters,
  sequence,
  union_of,
  intersection,
  complement,
  repetition,
};

struct Term {
  Shape shape = Shape::nothing;
  bool nullable = false;  ///< accepts the empty string
  /// characters: the set; sequence: first, rest; union_of, intersection: sorted; complement: one;
  /// repetition: one, least, most.
  Terms parts = {};
};

struct TermsHash {
  std::size_t operator()(const Terms& key) const {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const TermId part : key) hash = (hash ^ part) * 0x100000001B3U;
    return static_cast<std::size_t>(hash ^ (hash >> 32U));
  }
};

/// Makes terms, each once, in a normal form that is cheap rather than complete.
class TermTable {
 public:
  TermTable() {
    nothing_ = intern(Shape::nothing, false, {});
    empty_ = intern(Shape::empty, true, {});
    everything_ = intern(Shape::everything, true, {});
  }

  [[nodiscard]] const Term& term(TermId id) const { return terms_[id]; }
  [[nodiscard]] bool is_nullable(TermId id) const { return terms_[id].nullable; }
  [[nodiscard]] TermId nothing() const { return nothing_; }
  [[nodiscard]] TermId empty() const { return empty_; }
  [[nodiscard]] TermId everything() const { return everything_; }
  [[nodiscard]] bool is_exhausted() const { return work_ > work_max || terms_.size() > terms_max; }
  void count_work(std::size_t amount) { work_ += amount; }

  TermId characters(std::uint32_t set) { return intern(Shape::characters, false, {set}); }

  TermId sequence(TermId first, TermId rest) {
    if (first == nothing_ || rest == nothing_) return nothing_;
    if (first == empty_) return rest;
    if (rest == empty_) return first;
    if (first == everything_ && rest == everything_) return everything_;
    if (terms_[first].shape == Shape::union_of) {
      const Terms options = terms_[first].parts;  // a copy: interning moves the terms
      Terms out;
      for (const TermId option : options) out.push_back(sequence_of_one(option, rest));
      return union_of(std::move(out));
    }
    return sequence_of_one(first, rest);
  }

  TermId union_of(Terms options) {
    return combine(Shape::union_of, std::move(options), nothing_, everything_);
  }
  TermId intersection(Terms parts) {
    return combine(Shape::intersection, std::move(parts), everything_, nothing_);
  }

  TermId complement(TermId id) {
    if (id == nothing_) return everything_;
    if (id == everything_) return nothing_;
    if (terms_[id].shape == Shape::complement) return terms_[id].parts[0];
    return intern(Shape::complement, !is_nullable(id), {id});
  }

  TermId repetition(TermId id, std::uint32_t least, std::uint32_t most) {
    if (most == 0 || id == empty_) return empty_;
    if (id == nothing_) return least == 0 ? empty_ : nothing_;
    if (id == everything_) return everything_;
    if (least == 1 && most == 1) return id;
    // An optional item can always be had too few times.
    if (is_nullable(id)) least = 0;
    const Term& inner = terms_[id];
    if (inner.shape == Shape::repetition && inner.parts[1] == 0 && inner.parts[2] == unbounded)
      return id;
    return intern(Shape::repetition, least == 0, {id, least, most});
  }

 private:
  TermId sequence_of_one(TermId first, TermId rest) {
    if (first == empty_) return rest;
    return intern(Shape::sequence, is_nullable(first) && is_nullable(rest), {first, rest});
  }

  /// Flat, sorted, without repeats; `neutral` adds nothing and `absorbing` takes all.
  TermId combine(Shape shape, Terms given, TermId neutral, TermId absorbing) {
    Terms parts;
    for (const TermId id : given) {
      if (id == absorbing) return absorbing;
      if (id == neutral) continue;
      const Term& term = terms_[id];
      if (term.shape == shape) {
        parts.insert(parts.end(), term.parts.begin(), term.parts.end());
      } else {
        parts.push_back(id);
      }
    }
    count_work(parts.size());
    std::ranges::sort(parts);
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    if (parts.empty()) return neutral;
    if (parts.size() == 1) return parts[0];
    const auto accepts_empty = [&](TermId id) { return is_nullable(id); };
    const bool nullable = shape == Shape::union_of ? std::ranges::any_of(parts, accepts_empty)
                                                   : std::ranges::all_of(parts, accepts_empty);
    return intern(shape, nullable, std::move(parts));
  }

  TermId intern(Shape shape, bool nullable, Terms parts) {
    Terms key = parts;
    key.push_back(static_cast<TermId>(shape));
    count_work(1);
    const auto [at, is_new] = ids_.try_emplace(std::move(key), static_cast<TermId>(terms_.size()));
    if (is_new) terms_.push_back({shape, nullable, std::move(parts)});
    return at->second;
  }

  std::vector<Term> terms_;
  std::unordered_map<Terms, TermId, TermsHash> ids_;  // looked up, never iterated
  std::size_t work_ = 0;
  TermId nothing_;
  TermId empty_;
  TermId everything_;
};

}  // namespace

class AutomatonBuilder {
 public:
  explicit AutomatonBuilder(const LuceneTree& tree) : tree_(tree) {}

  /// False when a limit was reached.
  bool build(Automaton& out) {
    if (!partition(out)) return false;
    const TermId start = term_of(tree_.root);
    if (terms_.is_exhausted()) return false;
    std::unordered_map<TermId, Automaton::State> numbers;  // looked up, never iterated
    Terms states;
    const auto number_of = [&](TermId id) {
      const auto [at, is_new] =
          numbers.try_emplace(id, static_cast<Automaton::State>(states.size()));
      if (is_new) states.push_back(id);
      return at->second;
    };
    number_of(start);
    for (std::size_t i = 0; i < states.size(); ++i) {
      for (std::size_t c = 0; c < out.class_count_; ++c) {
        out.next_.push_back(number_of(derivative(states[i], static_cast<Automaton::ClassId>(c))));
        if (states.size() > states_max || out.next_.size() > table_entries_max ||
            terms_.is_exhausted())
          return false;
      }
      out.accepts_.push_back(terms_.is_nullable(states[i]));
    }
    constexpr Automaton::State none = UINT16_MAX;
    const auto number_or_none = [&](TermId id) {
      const auto at = numbers.find(id);
      return at == numbers.end() ? none : at->second;
    };
    out.never_ = number_or_none(terms_.nothing());
    out.always_ = number_or_none(terms_.everything());
    return true;
  }

 private:
  /// Cuts the code points wherever some set begins or ends, and gives pieces that are in the same
  /// sets one class: `[aA]` costs one column of the table.
  bool partition(Automaton& out) {
    std::set<char32_t> cuts = {0};
    for (const CharacterSet& set : tree_.sets) {
      for (const auto& [first, last] : set.ranges()) {
        cuts.insert(first);
        if (last < code_point_max) cuts.insert(last + 1);
      }
      if (cuts.size() > intervals_max) return false;
    }
    out.starts_.assign(cuts.begin(), cuts.end());
    std::map<std::vector<bool>, Automaton::ClassId> by_membership;
    for (const char32_t start : out.starts_) {
      std::vector<bool> membership;
      for (const CharacterSet& set : tree_.sets) membership.push_back(set.contains(start));
      terms_.count_work(membership.size());
      if (terms_.is_exhausted()) return false;
      const auto [at, is_new] = by_membership.try_emplace(
          membership, static_cast<Automaton::ClassId>(memberships_.size()));
      if (is_new) memberships_.push_back(std::move(membership));
      out.classes_.push_back(at->second);
    }
    out.class_count_ = memberships_.size();
    std::size_t interval = 0;
    for (char32_t c = 0; c < out.ascii_.size(); ++c) {
      while (interval + 1 < out.starts_.size() && out.starts_[interval + 1] <= c) ++interval;
      out.ascii_[c] = out.classes_[interval];
    }
    return true;
  }

  TermId term_of(LuceneTree::NodeId id) {  // NOLINT(misc-no-recursion): height of the tree, which
                                           // its parser bounds
    using Kind = LuceneTree::Kind;
    const LuceneTree::Node& node = tree_.node(id);
    const auto children = [&] {
      Terms out;
      for (const LuceneTree::NodeId child : node.children) out.push_back(term_of(child));
      return out;
    };
    switch (node.kind) {
      case Kind::characters: {
        const bool is_empty = tree_.sets[node.set].ranges().empty();
        return is_empty ? terms_.nothing() : terms_.characters(node.set);
      }
      case Kind::sequence: {
        TermId rest = terms_.empty();
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
          rest = terms_.sequence(term_of(*child), rest);
        }
        return rest;
      }
      case Kind::union_of:
        return terms_.union_of(children());
      case Kind::intersection:
        return terms_.intersection(children());
      case Kind::complement:
        return terms_.complement(term_of(node.children[0]));
      case Kind::repetition: {
        const LuceneTree::Node& inner = tree_.node(node.children[0]);
        const bool is_any_string = node.least == 0 && node.most == unbounded &&
                                   inner.kind == Kind::characters &&
                                   tree_.sets[inner.set] == CharacterSet::any();
        return is_any_string ? terms_.everything()
                             : terms_.repetition(term_of(node.children[0]), node.least, node.most);
      }
    }
    EQLAB_ASSERT(false);
  }

  TermId derivative(TermId id,
                    Automaton::ClassId c) {  // NOLINT(misc-no-recursion): height of the tree
    const std::uint64_t key = (std::uint64_t{id} << 16U) | c;
    if (const auto known = derivatives_.find(key); known != derivatives_.end())
      return known->second;
    terms_.count_work(1);
    // Past a limit the answer is not used any more; this ends what one step can still cost.
    const TermId out = terms_.is_exhausted() ? terms_.nothing() : derive(id, c);
    if (derivatives_.size() >= remembered_max) derivatives_.clear();
    derivatives_.emplace(key, out);
    return out;
  }

  TermId derive(TermId id, Automaton::ClassId c) {  // NOLINT(misc-no-recursion): height of the tree
    const Term term = terms_.term(id);              // a copy: the terms move when new ones are made
    const auto each = [&] {
      Terms out;
      for (const TermId part : term.parts) out.push_back(derivative(part, c));
      return out;
    };
    switch (term.shape) {
      case Shape::nothing:
      case Shape::empty:
        return terms_.nothing();
      case Shape::everything:
        return id;
      case Shape::characters:
        return memberships_[c][term.parts[0]] ? terms_.empty() : terms_.nothing();
      case Shape::sequence:
        return derive_sequence(id, c);
      case Shape::union_of:
        return terms_.union_of(each());
      case Shape::intersection:
        return terms_.intersection(each());
      case Shape::complement:
        return terms_.complement(derivative(term.parts[0], c));
      case Shape::repetition: {
        const std::uint32_t least = term.parts[1] == 0 ? 0 : term.parts[1] - 1;
        const std::uint32_t most = term.parts[2] == unbounded ? unbounded : term.parts[2] - 1;
        const TermId rest = terms_.repetition(term.parts[0], least, most);
        return terms_.sequence(derivative(term.parts[0], c), rest);
      }
    }
    EQLAB_ASSERT(false);
  }

  /// A loop along the sequence, which may be as long as the pattern.
  TermId derive_sequence(TermId id,
                         Automaton::ClassId c) {  // NOLINT(misc-no-recursion): height of the tree
    Terms options;
    while (terms_.term(id).shape == Shape::sequence) {
      terms_.count_work(1);
      const TermId first = terms_.term(id).parts[0];
      const TermId rest = terms_.term(id).parts[1];
      options.push_back(terms_.sequence(derivative(first, c), rest));
      if (!terms_.is_nullable(first)) return terms_.union_of(std::move(options));
      if (terms_.is_exhausted()) return terms_.nothing();
      id = rest;
    }
    options.push_back(derivative(id, c));
    return terms_.union_of(std::move(options));
  }

  const LuceneTree& tree_;
  TermTable terms_;
  std::vector<std::vector<bool>> memberships_;             ///< [class][set]
  std::unordered_map<std::uint64_t, TermId> derivatives_;  // looked up, never iterated
};

Result<Automaton> Automaton::build(const LuceneTree& tree, Span span) {
  Automaton automaton;
  if (AutomatonBuilder(tree).build(automaton)) return automaton;
  return fail(error_at(
      span, "E218", "regular expression is too complex: its automaton would need too many states",
      "write smaller repetition counts, or several simpler conditions"));
}

Automaton::ClassId Automaton::class_of(char32_t c) const {
  if (c < ascii_.size()) return ascii_[c];
  const auto after = std::ranges::upper_bound(starts_, c);
  return classes_[static_cast<std::size_t>(after - starts_.begin()) - 1];
}

bool Automaton::matches(std::string_view text) const {
  State state = 0;
  while (!text.empty() && state != never_ && state != always_) {
    state = next_[state * class_count_ + class_of(take_character(text))];
  }
  return accepts_[state];
}

}  // namespace eqlab::eql
