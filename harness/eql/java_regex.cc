// One pass over the pattern, item by item, with a stack of open groups. Two of Java's rules need
// care:
//  * `.` and `$` know five line ends. `.` becomes a class. `$` holds before a final line end as
//  well, which
//    RE2 could only say by looking ahead; but where nothing more can follow, a match of the whole
//    text has it true at the very end only. So `$` is taken there and refused elsewhere.
//  * Without UNICODE_CASE, ignoring case means ASCII; RE2 would fold all of Unicode. Letters become
//  classes.
// Tested by tests/unit/eql/regex_test.cc, whose expectations are Java's own answers.
#include "harness/eql/java_regex.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/eql/character_set.h"
#include "harness/eql/re2_program.h"
#include "harness/eql/regex.h"

namespace eqlab::eql {
namespace {

constexpr int repetitions_max = 1'000;  // RE2's own

CharacterSet line_ends() { return {{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}; }

/// `\d` and its kin; capital letters are the complements.
std::optional<CharacterSet> predefined(char32_t letter) {
  switch (letter) {
    case 'd':
      return characters::digits();
    case 'w':
      return characters::word();
    case 's':
      return CharacterSet{{'\t', '\r'}, {' ', ' '}};
    case 'h':
      return CharacterSet{{'\t', '\t'},     {' ', ' '},       {0xA0, 0xA0},
                          {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200A},
                          {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
    case 'v':
      return CharacterSet{{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}};
    case 'D':
    case 'W':
    case 'S':
    case 'H':
    case 'V':
      return predefined(letter - 'A' + 'a')->complement();
    default:
      return std::nullopt;
  }
}

/// POSIX names of `\p{…}`: ASCII in Java.
std::optional<CharacterSet> posix_class(std::string_view name, bool fold_case) {
  const CharacterSet upper = {{'A', 'Z'}};
  const CharacterSet lower = {{'a', 'z'}};
  if (name == "Lower") return fold_case ? lower.fold_ascii() : lower;
  if (name == "Upper") return fold_case ? upper.fold_ascii() : upper;
  if (name == "ASCII") return CharacterSet{{0, 0x7F}};
  if (name == "Alpha") return upper.fold_ascii();
  if (name == "Digit") return characters::digits();
  if (name == "Alnum") return CharacterSet{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
  if (name == "Punct") return CharacterSet{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
  if (name == "Graph") return CharacterSet{{'!', '~'}};
  if (name == "Print") return CharacterSet{{' ', '~'}};
  if (name == "Blank") return CharacterSet{{'\t', '\t'}, {' ', ' '}};
  if (name == "Cntrl") return CharacterSet{{0, 0x1F}, {0x7F, 0x7F}};
  if (name == "XDigit") return CharacterSet{{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
  if (name == "Space") return predefined('s');
  return std::nullopt;
}

/// Java's own first step: quoting becomes plain escapes.
std::u32string without_quoting(std::string_view pattern) {
  std::u32string out;
  bool quoted = false;
  while (!pattern.empty()) {
    if (pattern.starts_with(quoted ? "\\E" : "\\Q")) {
      quoted = !quoted;
      pattern.remove_prefix(2);
      continue;
    }
    const char32_t c = take_character(pattern);
    const bool is_plain = c >= 0x80 || characters::word().contains(c);
    if (quoted && !is_plain) out += U'\\';
    out += c;
    if (!quoted && c == '\\' && !pattern.empty()) out += take_character(pattern);
  }
  return out;
}

std::string utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

class Translator {
 public:
  Translator(std::string_view pattern, bool fold_case, Span span)
      : text_(without_quoting(pattern)), span_(span) {
    groups_.push_back({.flags = {.fold_case = fold_case}});
  }

  Result<std::string> run() {
    while (more()) EQLAB_CHECK(translate_item());
    if (groups_.size() > 1)
      return fail(invalid("a group without `)`", R"(write \( for the character itself)"));
    return std::move(out_);
  }

 private:
  struct Flags {
    bool fold_case = false;   ///< (?i)
    bool dot_all = false;     ///< (?s)
    bool unix_lines = false;  ///< (?d)
    bool multi_line = false;  ///< (?m)
  };
  struct Group {
    Flags flags = {};
    bool ends_here = false;       ///< a `$` stands behind what the branch has so far
    bool ends_somewhere = false;  ///< the same of an earlier branch
  };
  [[nodiscard]] bool more() const { return at_ < text_.size(); }
  bool take(std::u32string_view wanted) {
    if (std::u32string_view(text_).substr(at_, wanted.size()) != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  [[nodiscard]] Flags& flags() { return groups_.back().flags; }

  [[nodiscard]] Diagnostic invalid(std::string_view what, std::string hint = {}) const {
    return error_at(span_, "E218", format("not a regular expression: {}", what), std::move(hint));
  }
  [[nodiscard]] Diagnostic unsupported(std::string_view what, std::string hint = {}) const {
    std::string message =
        format("{} in a regular expression over a computed value is not supported", what);
    return error_at(span_, "E218", std::move(message), std::move(hint));
  }

  Status translate_item() {
    const char32_t c = text_[at_];
    switch (c) {
      case '\\':
        return translate_escape();
      case '(':
        ++at_;
        return open_group();
      case ')':
        ++at_;
        return close_group();
      case '*':
      case '+':
      case '?':
      case '{':
        return translate_repetition();
      case '|':
        ++at_;
        return next_branch();
      case '[': {
        ++at_;
        EQLAB_TRY(const CharacterSet set, parse_class(0));
        return emit(set);
      }
      case '^':
        ++at_;
        if (flags().multi_line) return fail(unsupported("`^` under (?m)"));
        return emit_assertion("\\A");
      case '$':
        ++at_;
        groups_.back().ends_here = true;
        return emit_assertion("\\z");
      case '.':
        ++at_;
        if (flags().dot_all) return emit(CharacterSet::any());
        return emit((flags().unix_lines ? CharacterSet::of('\n') : line_ends()).complement());
      default:
        ++at_;
        return emit(folded(CharacterSet::of(c)));
    }
  }

  [[nodiscard]] CharacterSet folded(const CharacterSet& set) {
    return flags().fold_case ? set.fold_ascii() : set;
  }

  Status begin_item() {
    if (groups_.back().ends_here) {
      return fail(unsupported("`$` before more of the pattern",
                              "leave it out: the whole value is compared anyway"));
    }
    item_ends_ = false;
    return ok();
  }
  Status emit(const CharacterSet& set) {
    EQLAB_CHECK(begin_item());
    append_re2(out_, set);
    is_repeatable_ = true;
    return ok();
  }
  /// Takes no characters, so it may stand behind a `$`.
  Status emit_assertion(std::string_view assertion) {
    item_ends_ = false;
    out_ += format("(?:{})", assertion);
    is_repeatable_ = true;
    return ok();
  }

  Status next_branch() {
    out_ += '|';
    Group& group = groups_.back();
    group.ends_somewhere |= group.ends_here;
    group.ends_here = false;
    is_repeatable_ = false;
    return ok();
  }

  Status open_group() {
    const std::string not_matched = "say what must not match in a condition of its own, with `not`";
    if (take(U"?=") || take(U"?!"))
      return fail(unsupported("look-ahead (`(?=`, `(?!`)", not_matched));
    if (take(U"?<=") || take(U"?<!"))
      return fail(unsupported("look-behind (`(?<=`, `(?<!`)", not_matched));
    if (take(U"?>")) return fail(unsupported("an atomic group (`(?>`)", "write `(?:`"));
    Flags inside = flags();
    if (take(U"?<")) {
      EQLAB_CHECK(parse_group_name());
    } else if (take(U"?")) {
      EQLAB_CHECK(parse_flags(inside));
      if (take(U")")) {  // for the rest of the group around it
        flags() = inside;
        is_repeatable_ = false;
        return ok();
      }
      if (!take(U":")) return fail(invalid("a group without `)`"));
    }
    if (groups_.size() > limits::expression_depth_max) {
      return fail(error_at(span_, "E218",
                           format("regular expression has groups nested more than {} deep",
                                  limits::expression_depth_max)));
    }
    EQLAB_CHECK(begin_item());
    groups_.push_back({.flags = inside});
    out_ += "(?:";
    is_repeatable_ = false;
    return ok();
  }

  Status close_group() {
    if (groups_.size() == 1)
      return fail(invalid("`)` without a group", R"(write \) for the character itself)"));
    const Group group = groups_.back();
    groups_.pop_back();
    out_ += ')';
    item_ends_ = group.ends_here || group.ends_somewhere;
    groups_.back().ends_here = item_ends_;
    is_repeatable_ = true;
    return ok();
  }

  Status parse_group_name() {
    std::u32string name;
    while (more() && text_[at_] != '>') name += text_[at_++];
    const auto is_letter = [](char32_t c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    const bool is_name =
        !name.empty() && is_letter(name[0]) && std::ranges::all_of(name, [&](char32_t c) {
          return is_letter(c) || characters::digits().contains(c);
        });
    if (!take(U">") || !is_name)
      return fail(invalid("the name of a group must be letters and digits between `<` and `>`"));
    if (!names_.insert(name).second)
      return fail(invalid(format("two groups are named {}", utf8(name))));
    return ok();
  }

  Status parse_flags(Flags& out) {
    bool value = true;
    for (; more() && text_[at_] != ')' && text_[at_] != ':'; ++at_) {
      switch (text_[at_]) {
        case '-':
          if (!value) return fail(invalid("two `-` in one flag group"));
          value = false;
          break;
        case 'i':
          out.fold_case = value;
          break;
        case 's':
          out.dot_all = value;
          break;
        case 'd':
          out.unix_lines = value;
          break;
        case 'm':
          out.multi_line = value;
          break;
        case 'x':
        case 'u':
        case 'U':
          return fail(unsupported(format("the flag (?{})", static_cast<char>(text_[at_]))));
        default:
          return fail(invalid(format("`{}` is no flag", printable(utf8({&text_[at_], 1}))),
                              "flags are i s d m; a group that is not captured begins with (?:"));
      }
    }
    return ok();
  }

  Status translate_repetition() {
    const bool counted = text_[at_] == '{';
    std::string suffix(1, static_cast<char>(text_[at_++]));
    // Java takes a count after a repetition, but as one of nothing at all: surely not what was
    // meant.
    if (!is_repeatable_) {
      return fail(invalid(format("nothing to repeat before `{}`", suffix),
                          format("write \\{} for the character itself", suffix)));
    }
    bool may_repeat = suffix != "?";
    if (counted) {
      EQLAB_TRY(const Counts counts, parse_counts());
      suffix = format("{{{},{}}}", counts.least, counts.most ? format("{}", *counts.most) : "");
      may_repeat = !counts.most || *counts.most > 1;
    }
    if (take(U"+"))
      return fail(
          unsupported("a possessive repetition (`*+`, `++`, `?+`)", "leave out the second `+`"));
    take(U"?");  // lazy or not, the same whole texts match
    // What ends in `$` may come once more behind it only where `$` was not the end.
    if (may_repeat && item_ends_) EQLAB_CHECK(begin_item());
    out_ += suffix;
    is_repeatable_ = false;
    return ok();
  }

  struct Counts {
    int least = 0;
    std::optional<int> most = std::nullopt;
  };
  Result<Counts> parse_counts() {
    Counts counts;
    EQLAB_TRY(counts.least, parse_count());
    if (!take(U",")) {
      counts.most = counts.least;
    } else if (more() && text_[at_] != '}') {
      EQLAB_TRY(counts.most, parse_count());
    }
    if (!take(U"}"))
      return fail(invalid("a repetition without `}`",
                          R"(write {2}, {2,} or {2,5}; \{ for the character itself)"));
    if (counts.most && *counts.most < counts.least)
      return fail(invalid("a repetition that ends below its start"));
    return counts;
  }
  Result<int> parse_count() {
    std::string digits;
    while (more() && characters::digits().contains(text_[at_]))
      digits += static_cast<char>(text_[at_++]);
    if (digits.empty())
      return fail(invalid("`{` without a number",
                          R"(write {2}, {2,} or {2,5}; \{ for the character itself)"));
    const auto count = parse_number<int>(digits);
    if (!count || *count > repetitions_max)
      return fail(unsupported(format("a repetition of more than {} times", repetitions_max)));
    return *count;
  }

  // Escapes

  Status translate_escape() {
    if (at_ + 1 < text_.size()) {
      const char32_t c = text_[at_ + 1];
      if (c == 'A' || c == 'z' || c == 'b' || c == 'B') {
        at_ += 2;
        if (c == 'b' && take(U"{")) return fail(unsupported("`\\b{…}`"));
        return emit_assertion(format("\\{}", static_cast<char>(c)));
      }
    }
    EQLAB_TRY(const auto set, parse_escaped_class());
    if (set) return emit(*set);
    EQLAB_TRY(const char32_t c, parse_escaped_character());
    return emit(folded(CharacterSet::of(c)));
  }

  /// `\d`, `\p{Alpha}` and their kin, if one stands here.
  Result<std::optional<CharacterSet>> parse_escaped_class() {
    if (text_[at_] != '\\' || at_ + 1 >= text_.size()) return std::optional<CharacterSet>();
    const char32_t letter = text_[at_ + 1];
    if (auto set = predefined(letter)) {
      at_ += 2;
      return set;
    }
    if (letter != 'p' && letter != 'P') return std::optional<CharacterSet>();
    at_ += 2;
    std::u32string name;
    if (take(U"{")) {
      while (more() && text_[at_] != '}') name += text_[at_++];
      if (!take(U"}")) return fail(invalid("`\\p{` without `}`"));
    } else if (more()) {
      name += text_[at_++];
    }
    auto set = posix_class(utf8(name), flags().fold_case);
    if (!set)
      return fail(unsupported(format("`\\p{{{}}}`", printable(utf8(name))),
                              "write the characters as a class"));
    return letter == 'P' ? set->complement() : set;
  }

  /// The character that an escape stands for.
  Result<char32_t> parse_escaped_character() {
    ++at_;
    if (!more()) return fail(invalid("nothing after the backslash", R"(write \\ for a backslash)"));
    const char32_t c = text_[at_++];
    switch (c) {
      case 't':
        return U'\t';
      case 'n':
        return U'\n';
      case 'r':
        return U'\r';
      case 'f':
        return U'\f';
      case 'a':
        return U'\a';
      case 'e':
        return U'\x1B';
      case 'c':
        if (more()) return text_[at_++] ^ 64U;
        return fail(invalid("nothing after `\\c`"));
      case '0':
        return parse_octal();
      case 'x': {
        if (!take(U"{")) return parse_hexadecimal(2, 2);
        EQLAB_TRY(const char32_t code, parse_hexadecimal(1, 8));
        if (!take(U"}") || code > code_point_max)
          return fail(invalid("`\\x{…}` that is no code point"));
        return code;
      }
      case 'u':
        return parse_utf16();
      // `\R` takes a CR LF together or not at all, which needs a look ahead.
      case 'G':
      case 'Z':
      case 'X':
      case 'N':
      case 'R':
        return fail(unsupported(format("`\\{}`", static_cast<char>(c))));
      case 'k':
        return fail(unsupported("a back-reference (`\\k<name>`)"));
      default:
        break;
    }
    if (characters::digits().contains(c))
      return fail(unsupported(format("a back-reference (`\\{}`)", static_cast<char>(c))));
    if (characters::word().contains(c) && c != '_') {
      const char name = static_cast<char>(c);
      return fail(invalid(format("`\\{}` has no meaning", name),
                          format("write \\\\{} for a backslash and {}", name, name)));
    }
    return c;
  }

  /// `\0n`, `\0nn`, `\0mnn` with m below 4.
  Result<char32_t> parse_octal() {
    const auto is_octal = [&] { return more() && text_[at_] >= '0' && text_[at_] <= '7'; };
    if (!is_octal()) return fail(invalid("`\\0` without an octal number"));
    const std::size_t digits_allowed = text_[at_] <= '3' ? 3 : 2;
    char32_t code = 0;
    for (std::size_t i = 0; i < digits_allowed && is_octal(); ++i)
      code = code * 8 + (text_[at_++] - '0');
    return code;
  }
  Result<char32_t> parse_hexadecimal(std::size_t least, std::size_t most) {
    char32_t code = 0;
    std::size_t count = 0;
    for (; count < most && more() && posix_class("XDigit", false)->contains(text_[at_]); ++count) {
      const char32_t digit = text_[at_++];
      code = code * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20U) - 'a' + 10);
    }
    if (count < least) return fail(invalid("a hexadecimal escape with too few digits"));
    return code;
  }
  /// `\uD83D\uDE00` is one character.
  Result<char32_t> parse_utf16() {
    EQLAB_TRY(const char32_t high, parse_hexadecimal(4, 4));
    if (high < 0xD800 || high > 0xDBFF || !take(U"\\u")) return high;
    EQLAB_TRY(const char32_t low, parse_hexadecimal(4, 4));
    if (low < 0xDC00 || low > 0xDFFF) return fail(invalid("half a surrogate pair"));
    return 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
  }

  // Classes

  /// Behind the `[`. Unions, nested classes and intersections: `[a-z&&[^aeiou]]`.
  Result<CharacterSet> parse_class(int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    if (depth > limits::expression_depth_max) return fail(invalid("classes nested too deeply"));
    const bool negated = take(U"^");
    std::optional<CharacterSet> parts_before;
    std::optional<CharacterSet> part;
    const auto finish_part = [&] {
      if (part) parts_before = parts_before ? parts_before->intersect(*part) : *part;
      part.reset();
    };
    while (true) {
      if (!more())
        return fail(invalid("a class without `]`", R"(write \[ for the character itself)"));
      if (take(U"&&")) {
        finish_part();
        continue;
      }
      // In the first place a `]` is a character.
      if (text_[at_] == ']' && (part || parts_before)) break;
      EQLAB_TRY(const CharacterSet item, parse_class_item(depth));
      if (!part) part.emplace();
      part->add(item);
    }
    take(U"]");
    finish_part();
    return negated ? parts_before->complement() : *parts_before;
  }

  Result<CharacterSet> parse_class_item(
      int depth) {  // NOLINT(misc-no-recursion): expression_depth_max
    if (take(U"[")) return parse_class(depth + 1);
    EQLAB_TRY(auto set, parse_escaped_class());
    if (set) return std::move(*set);
    EQLAB_TRY(const char32_t first, parse_class_character());
    const bool is_range = more() && text_[at_] == '-' && at_ + 1 < text_.size() &&
                          text_[at_ + 1] != ']' && text_[at_ + 1] != '[';
    if (!is_range) return folded(CharacterSet::of(first));
    ++at_;
    EQLAB_TRY(const char32_t last, parse_class_character());
    if (last < first)
      return fail(
          invalid("a character range that ends below its start", R"(write \- for a hyphen)"));
    return folded({{first, last}});
  }
  Result<char32_t> parse_class_character() {
    if (text_[at_] == '\\') return parse_escaped_character();
    return text_[at_++];
  }

  std::u32string text_;
  std::size_t at_ = 0;
  Span span_;
  std::string out_;
  std::vector<Group> groups_;
  std::set<std::u32string> names_;
  bool is_repeatable_ = false;  ///< something stands here that a repetition may follow
  bool item_ends_ = false;      ///< the last item is a group that has `$` behind a branch
};

}  // namespace

Result<std::string> translate_java_regex(std::string_view pattern, bool fold_case, Span span) {
  if (!is_utf8(pattern))
    return fail(error_at(span, "E218", "not a regular expression: the text is not UTF-8"));
  return Translator(pattern, fold_case, span).run();
}

Result<JavaRegex> JavaRegex::compile(std::string_view pattern, bool fold_case, Span span) {
  EQLAB_TRY(const std::string translated, translate_java_regex(pattern, fold_case, span));
  std::shared_ptr<const Re2Program> program = Re2Program::compile(translated);
  if (!program) {
    return fail(error_at(span, "E218", "regular expression is too complex",
                         "write smaller repetition counts, or several simpler conditions"));
  }
  return JavaRegex(std::move(program));
}

bool JavaRegex::matches(std::string_view text) const { return program_->matches(text); }

Result<bool> java_regex_matches(std::string_view pattern, std::string_view text, bool fold_case,
                                Span span) {
  EQLAB_TRY(const JavaRegex regex, JavaRegex::compile(pattern, fold_case, span));
  return regex.matches(text);
}

}  // namespace eqlab::eql
