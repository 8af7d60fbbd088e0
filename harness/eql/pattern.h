#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::eql {

/// A pattern of `*` (any run of characters, none included) and `?` (exactly one code point),
/// anchored at both ends, nothing else special (StringUtils). `escaped`: a backslash takes the
/// next character literally. Pattern and texts are UTF-8.
/// Matching takes O(text + pattern) where no run between two stars has a `?`, and else at worst
/// O(text × longest such run / 64 + pattern); it does not recurse. Many patterns at once:
/// `PatternSet`.
class Wildcard {
 public:
  enum class Escapes : unsigned char { none, backslash };
  explicit Wildcard(std::string_view pattern, Escapes escapes = Escapes::none);
  /// Whatever begins with `text`, in which nothing is special.
  [[nodiscard]] static Wildcard beginning_with(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text) const;

  /// The literal parts in order: every match has all of them, none overlapping another. Views into
  /// the pattern, valid while it lives and is not moved. No empty ones.
  [[nodiscard]] std::vector<std::string_view> literals() const;
  /// For patterns without literals, which say no more than how many code points there are: at least
  /// this many, and no more unless there is a star.
  [[nodiscard]] std::size_t any_count() const;
  [[nodiscard]] bool has_star() const {
    return !anchored_front_ || !anchored_back_ || runs_.size() > 1;
  }

 private:
  /// `any` code points, then `literal`, which only the last segment of a run may have empty.
  struct Segment {
    std::size_t any = 0;
    std::string literal = {};
  };
  /// What stands between two stars.
  struct Run {
    std::vector<Segment> segments = {};
    std::size_t longest = 0;  ///< the segment with the longest literal
  };
  class Search;

  static void add_any(Run& run);
  static void add_literal(Run& run, char byte);

  std::vector<Run> runs_;      ///< at least one
  std::size_t bytes_min_ = 0;  ///< no shorter text can match
  bool anchored_front_ = true;
  bool anchored_back_ = true;
};

/// Does the text hold `*` or `?`?
[[nodiscard]] bool has_wildcards(std::string_view text);
/// Only stars, at least one: matches every value.
[[nodiscard]] bool matches_everything(std::string_view pattern);
/// Code points of UTF-8 text.
[[nodiscard]] std::size_t count_characters(std::string_view text);

}  // namespace eqlab::eql
