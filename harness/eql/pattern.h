#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eqlab::eql {

/// A pattern of `*` (any run of characters, none included) and `?` (exactly one code point),
/// anchored at both ends, nothing else special (eql spec 5.3). `escaped`: a backslash takes the
/// next character literally. Matching takes O(text × pattern) at worst, without recursion or
/// allocation.
class Wildcard {
 public:
  enum class Escapes : unsigned char { none, backslash };
  explicit Wildcard(std::string_view pattern, Escapes escapes = Escapes::none);

  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  /// One character of a run: a byte, or `?`.
  struct Run {
    std::string bytes;                ///< the literal bytes; '\0' stands at each `?`
    std::vector<std::size_t> any_at;  ///< places of `?` in `bytes`, rising
  };
  /// Length of `text`'s front that `run` matches, or npos.
  [[nodiscard]] static std::size_t match_front(const Run& run, std::string_view text);
  [[nodiscard]] static std::size_t find(const Run& run, std::string_view text, std::size_t& length);

  std::vector<Run> runs_;  ///< between the stars; at least one
  bool anchored_front_ = true;
  bool anchored_back_ = true;
};

/// Does the text hold `*` or `?`?
[[nodiscard]] bool has_wildcards(std::string_view text);
/// Only stars, at least one: matches every value.
[[nodiscard]] bool matches_everything(std::string_view pattern);

}  // namespace eqlab::eql
