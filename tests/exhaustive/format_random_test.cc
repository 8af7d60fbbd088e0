// Random queries, written untidily, with comments at random places between tokens: formatting
// keeps the tree and the comments, and formatting again changes nothing.
#include <gtest/gtest.h>

#include <array>

#include "harness/base/text.h"
#include "harness/eql/format.h"
#include "harness/eql/query.h"
#include "harness/eql/token.h"
#include "tests/exhaustive/random_query.h"

namespace eqlab::exhaustive {
namespace {

struct Untidy {
  std::string text;
  std::vector<std::string> comments;
};

/// The query's tokens with random blanks and comments between them.
Untidy untidy(const std::string& query, Rng& rng, std::uint64_t comments_percent) {
  Untidy out;
  const auto tokens = eql::tokenize(query);
  const auto add_comment = [&](std::string comment) {
    out.text += comment;
    if (comment.ends_with('\n')) comment.pop_back();
    out.comments.push_back(std::move(comment));
  };
  for (const eql::Token& token : tokens->tokens) {
    static constexpr std::array<std::string_view, 5> blanks = {" ", "\n", "  ", "\n\n", "\t"};
    out.text += blanks[rng.below(5)];
    while (rng.below(100) < comments_percent) {
      const std::size_t number = out.comments.size();
      switch (rng.below(4)) {
        case 0:
          add_comment(format("// c{}\n", number));
          break;
        case 1:
          add_comment(format("/* c{} */", number));
          break;
        case 2:
          add_comment(format("/* c{}\n  more */", number));
          break;
        default:
          add_comment(format("/* /* c{} */ , and */", number));
          break;
      }
      if (rng.below(3) > 0) out.text += blanks[rng.below(5)];
    }
    out.text += token.text;
  }
  return out;
}

TEST(FormatRandom, KeepsMeaningAndCommentsAndIsIdempotent) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE(format("seed {}", seed));
    Rng rng(seed);
    QueryWriter writer(rng);
    const int depth = static_cast<int>(seed % 4);
    const std::string query = seed % 3 == 0   ? writer.sequence(depth)
                              : seed % 3 == 1 ? writer.event_query(depth + 1)
                                              : writer.sample(depth);
    const auto tree = eql::parse_query(query);
    ASSERT_TRUE(tree) << query;
    const Untidy source = untidy(query, rng, seed % 5 * 8);
    const auto text = eql::format_query(source.text);
    ASSERT_TRUE(text) << render(text.error()) << source.text;
    const auto again = eql::parse_query(*text);
    ASSERT_TRUE(again) << *text;
    ASSERT_EQ(eql::print(*again), eql::print(*tree)) << *text;
    std::vector<std::string> comments;
    const auto tokens = eql::tokenize(*text);
    for (const eql::Comment& comment : tokens->comments)
      comments.push_back(text->substr(comment.span.begin, comment.span.end - comment.span.begin));
    ASSERT_EQ(comments, source.comments) << *text;
    ASSERT_EQ(*eql::format_query(*text), *text) << source.text;
    // Without comments, only the tokens count.
    if (source.comments.empty()) {
      ASSERT_EQ(*eql::format_query(query), *text);
    }
  }
}

}  // namespace
}  // namespace eqlab::exhaustive
