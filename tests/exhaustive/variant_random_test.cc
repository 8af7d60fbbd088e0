// Random queries, written untidily, with comments at random places between tokens: each edit of a
// variant changes the node that it is meant to change, whatever stands around it.
#include <gtest/gtest.h>

#include <array>

#include "harness/base/text.h"
#include "harness/eql/token.h"
#include "tests/exhaustive/random_query.h"
#include "tests/unit/tune/variant_checks.h"

namespace eqlab::exhaustive {
namespace {

std::string untidy(const std::string& query, Rng& rng, std::uint64_t comments_percent) {
  constexpr std::array<std::string_view, 5> blanks = {" ", "\n", "  ", "\n   ", "\t"};
  constexpr std::array<std::string_view, 4> comments = {"// note, and\n", "/* note */",
                                                        "/* a\n  b */", "  // ) or\n  "};
  std::string out;
  const auto tokens = eql::tokenize(query);
  for (const eql::Token& token : tokens->tokens) {
    out += blanks[rng.below(blanks.size())];
    while (rng.below(100) < comments_percent) out += comments[rng.below(comments.size())];
    out += token.text;
  }
  return out;
}

TEST(VariantRandom, EachEditChangesItsNodeAndNothingElse) {
  for (std::uint64_t seed = 0; seed < 1'500 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(format("seed {}", seed));
    Rng rng(seed);
    QueryWriter writer(rng);
    const int depth = static_cast<int>(seed % 4);
    const std::string query = seed % 3 == 0   ? writer.sequence(depth)
                              : seed % 3 == 1 ? writer.event_query(depth + 1)
                                              : writer.sample(depth);
    tune::check_all(query);
    tune::check_all(untidy(query, rng, seed % 5 * 8));
  }
}

}  // namespace
}  // namespace eqlab::exhaustive
