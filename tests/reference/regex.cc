#include "tests/reference/regex.h"

#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "harness/base/text.h"
#include "tests/reference/characters.h"
#include "tests/reference/scalar.h"

namespace eqlab::reference {
namespace {

using Ends = std::set<std::size_t>;
/// A pattern bound to its text: start to ends.
using Matcher = std::function<Ends(std::size_t)>;
using CharacterTest = std::function<bool(char32_t)>;

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool is_word(char32_t c) { return is_digit(c) || is_letter(c) || c == U'_'; }
bool is_space(char32_t c) { return c == U' ' || c == U'\t' || c == U'\r' || c == U'\n'; }
char32_t other_case(char32_t c) {
  if (c >= U'a' && c <= U'z') return c - 32;
  return c >= U'A' && c <= U'Z' ? c + 32 : c;
}

/// Recursive descent over the pattern; depth is bounded by the pattern of a test.
class Parser {
 public:
  Parser(std::u32string_view pattern, std::u32string_view text, RegexOptions options)
      : pattern_(pattern), text_(text), options_(options) {}

  Result<Matcher> parse() {
    if (!more()) return empty();
    EQLAB_TRY(Matcher matcher, alternatives());
    if (at_ < pattern_.size()) return search_failure("regex: unbalanced parenthesis");
    return matcher;
  }

 private:
  [[nodiscard]] bool more() const { return at_ < pattern_.size(); }
  [[nodiscard]] bool lucene() const { return options_.dialect == RegexDialect::lucene; }
  bool take(char32_t c) {
    if (!more() || pattern_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<Matcher> alternatives() {
    EQLAB_TRY(Matcher left, conjunction());
    while (take(U'|')) {
      EQLAB_TRY(Matcher right, conjunction());
      left = [left, right](std::size_t start) {
        Ends ends = left(start);
        ends.merge(right(start));
        return ends;
      };
    }
    return left;
  }

  Result<Matcher> conjunction() {
    EQLAB_TRY(Matcher left, chain());
    while (lucene() && take(U'&')) {
      EQLAB_TRY(Matcher right, chain());
      left = [left, right](std::size_t start) {
        Ends both;
        const Ends other = right(start);
        for (const std::size_t end : left(start)) {
          if (other.contains(end)) both.insert(end);
        }
        return both;
      };
    }
    return left;
  }

  Result<Matcher> chain() {
    Matcher all = empty();
    // Lucene asks for an item first and takes whatever stands there for one: a leading `|` or `*`
    // is a letter, and nothing at all is an error.
    if (lucene()) {
      EQLAB_TRY(all, repetition());
    }
    while (more() && pattern_[at_] != U')' && pattern_[at_] != U'|' &&
           !(lucene() && pattern_[at_] == U'&')) {
      EQLAB_TRY(Matcher next, repetition());
      all = [all, next](std::size_t start) {
        Ends ends;
        for (const std::size_t middle : all(start)) ends.merge(next(middle));
        return ends;
      };
    }
    return all;
  }

  Result<Matcher> repetition() {
    EQLAB_TRY(Matcher item, complement());
    while (more()) {
      std::size_t least = 0;
      std::size_t most = std::numeric_limits<std::size_t>::max();
      if (take(U'?')) {
        most = 1;
      } else if (take(U'+')) {
        least = 1;
      } else if (take(U'{')) {
        EQLAB_TRY(least, integer());
        most = least;
        if (take(U',')) {
          most = std::numeric_limits<std::size_t>::max();
          if (more() && is_digit(pattern_[at_])) {
            EQLAB_TRY(most, integer());
          }
        }
        if (!take(U'}')) return search_failure("regex: braces");
      } else if (!take(U'*')) {
        break;
      }
      if (!lucene()) {
        if (take(U'+')) return search_failure("regex: possessive repetition is not supported");
        take(U'?');
      }
      item = repeat(item, least, most);
    }
    return item;
  }

  static Matcher repeat(const Matcher& item, std::size_t least, std::size_t most) {
    return [item, least, most](std::size_t start) {
      Ends ends;
      Ends current = {start};
      std::set<Ends> seen;
      for (std::size_t count = 0; !current.empty(); ++count) {
        if (count >= least) {
          ends.insert(current.begin(), current.end());
          if (!seen.insert(current).second) break;
        }
        if (count == most) break;
        Ends next;
        for (const std::size_t middle : current) next.merge(item(middle));
        current = next;
      }
      return ends;
    };
  }

  Result<std::size_t> integer() {
    if (!more() || !is_digit(pattern_[at_])) return search_failure("regex: number expected");
    std::size_t value = 0;
    while (more() && is_digit(pattern_[at_]) && value < 100'000)
      value = value * 10 + (pattern_[at_++] - U'0');
    return value;
  }

  Result<Matcher> complement() {
    if (!lucene() || !take(U'~')) return item();
    EQLAB_TRY(Matcher inner, complement());
    const std::size_t size = text_.size();
    return Matcher([inner, size](std::size_t start) {
      const Ends not_these = inner(start);
      Ends ends;
      for (std::size_t end = start; end <= size; ++end) {
        if (!not_these.contains(end)) ends.insert(end);
      }
      return ends;
    });
  }

  Result<Matcher> item() {
    if (!more()) return search_failure("regex: something must follow");
    const char32_t c = pattern_[at_++];
    if (c == U'(') return group();
    if (c == U'[') return character_class();
    if (c == U'.') {
      const bool newline_too = lucene();
      return one([newline_too](char32_t t) { return newline_too || (t != U'\n' && t != U'\r'); });
    }
    if (c == U'\\') return escape();
    if (lucene()) {
      if (c == U'#') return Matcher([](std::size_t) { return Ends{}; });
      if (c == U'@')
        return repeat(one([](char32_t) { return true; }), 0,
                      std::numeric_limits<std::size_t>::max());
      if (c == U'"') return quoted();
      if (c == U'<') return interval();
    } else if (c == U'^' || c == U'$') {
      const std::size_t wanted = c == U'^' ? 0 : text_.size();
      return Matcher(
          [wanted](std::size_t start) { return start == wanted ? Ends{start} : Ends{}; });
    }
    const bool repeats = c == U'*' || c == U'+' || c == U'?' || c == U'{';
    if (repeats && !lucene()) return search_failure("regex: nothing to repeat");
    return one(literal(c));
  }

  Result<Matcher> group() {
    if (!lucene() && take(U'?') && !take(U':'))
      return search_failure("regex: this group is not supported");
    if (take(U')')) return empty();
    EQLAB_TRY(Matcher inner, alternatives());
    if (!take(U')')) return search_failure("regex: parenthesis is not closed");
    return inner;
  }

  Result<Matcher> quoted() {
    Matcher all = empty();
    while (more() && pattern_[at_] != U'"') {
      const Matcher next = one(literal(pattern_[at_++]));
      all = [all, next](std::size_t start) {
        Ends ends;
        for (const std::size_t middle : all(start)) ends.merge(next(middle));
        return ends;
      };
    }
    if (!take(U'"')) return search_failure("regex: quote is not closed");
    return all;
  }

  Result<Matcher> interval() {
    EQLAB_TRY(const std::size_t low, integer());
    if (!take(U'-')) return search_failure("regex: named automata are not supported");
    EQLAB_TRY(const std::size_t high, integer());
    if (!take(U'>')) return search_failure("regex: interval is not closed");
    const std::u32string_view text = text_;
    return Matcher([=](std::size_t start) {
      Ends ends;
      std::size_t value = 0;
      for (std::size_t i = start; i < text.size() && is_digit(text[i]) && value <= high; ++i) {
        value = value * 10 + (text[i] - U'0');
        if (value >= low && value <= high) ends.insert(i + 1);
      }
      return ends;
    });
  }

  Result<Matcher> escape() {
    if (!more()) return search_failure("regex: escape at the end");
    const char32_t c = pattern_[at_++];
    if (auto test = predefined(c)) return one(*test);
    if (!lucene() && c == U'b') {
      const std::u32string_view text = text_;
      return Matcher([text](std::size_t start) {
        const bool before = start > 0 && is_word(text[start - 1]);
        const bool after = start < text.size() && is_word(text[start]);
        return before != after ? Ends{start} : Ends{};
      });
    }
    if (is_letter(c)) return search_failure("regex: unknown escape");
    return one(literal(c));
  }

  static std::optional<CharacterTest> predefined(char32_t c) {
    switch (c) {
      case U'd':
        return is_digit;
      case U'D':
        return [](char32_t t) { return !is_digit(t); };
      case U'w':
        return is_word;
      case U'W':
        return [](char32_t t) { return !is_word(t); };
      case U's':
        return is_space;
      case U'S':
        return [](char32_t t) { return !is_space(t); };
      default:
        return std::nullopt;
    }
  }

  Result<Matcher> character_class() {
    const bool negated = take(U'^');
    CharacterTest any = [](char32_t) { return false; };
    do {
      if (!more()) return search_failure("regex: class is not closed");
      CharacterTest part;
      char32_t low = pattern_[at_++];
      bool is_set = false;
      if (low == U'\\') {
        if (!more()) return search_failure("regex: escape at the end");
        low = pattern_[at_++];
        if (auto test = predefined(low)) {
          part = *test;
          is_set = true;
        } else if (is_letter(low)) {
          return search_failure("regex: unknown escape");
        }
      }
      if (!is_set && at_ + 1 < pattern_.size() && pattern_[at_] == U'-' &&
          pattern_[at_ + 1] != U']') {
        ++at_;
        take(U'\\');
        const char32_t high = pattern_[at_++];
        const bool fold = options_.fold_ascii;
        part = [low, high, fold](char32_t t) {
          const char32_t o = other_case(t);
          return (t >= low && t <= high) || (fold && o >= low && o <= high);
        };
      } else if (!is_set) {
        part = literal(low);
      }
      any = [any, part](char32_t t) { return any(t) || part(t); };
    } while (!take(U']'));
    return one([any, negated](char32_t t) { return any(t) != negated; });
  }

  [[nodiscard]] CharacterTest literal(char32_t c) const {
    const bool fold = options_.fold_ascii;
    return [c, fold](char32_t t) { return t == c || (fold && other_case(t) == c); };
  }

  [[nodiscard]] Matcher one(CharacterTest test) const {
    const std::u32string_view text = text_;
    return [text, test = std::move(test)](std::size_t start) {
      return start < text.size() && test(text[start]) ? Ends{start + 1} : Ends{};
    };
  }

  static Matcher empty() {
    return [](std::size_t start) { return Ends{start}; };
  }

  std::u32string_view pattern_;
  std::u32string_view text_;
  RegexOptions options_;
  std::size_t at_ = 0;
};

}  // namespace

Result<bool> matches_regex(std::u32string_view pattern, std::u32string_view text,
                           RegexOptions options) {
  EQLAB_TRY(const Matcher matcher, Parser(pattern, text, options).parse());
  return matcher(0).contains(text.size());
}

}  // namespace eqlab::reference
