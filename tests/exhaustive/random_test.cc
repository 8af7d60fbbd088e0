// Random queries on random events, larger than what can be enumerated. A failure prints the seed of
// its round and a case block. EQLAB_EXHAUSTIVE=1 plays ten times as many rounds; EQLAB_SEED starts
// elsewhere.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "tests/exhaustive/comparison.h"
#include "tests/exhaustive/random_query.h"

namespace eqlab::exhaustive {
namespace {

/// At most this share of the queries may be refused by the engine though the reference runs them.
constexpr double refused_share_max = 0.02;

std::uint64_t first_seed() {
  const char* text =
      std::getenv("EQLAB_SEED");  // NOLINT(concurrency-mt-unsafe): tests are single-threaded
  return text == nullptr ? 20'260'302 : parse_number<std::uint64_t>(text).value_or(0);
}

std::uint64_t rounds(std::uint64_t usual) {
  for (int i = 0; i < effort(); ++i) usual *= 10;
  return usual;
}

template <class Write>
void play(std::string_view name, std::uint64_t usual_rounds, const Write& write) {
  Comparison comparison(random_schema());
  const Rng base = Rng(first_seed()).split(name);
  std::cout << "seed " << first_seed() << "\n";
  std::string failed_rounds;
  for (std::uint64_t round = 0; round < rounds(usual_rounds) && comparison.differences() < 20;
       ++round) {
    Rng rng = base.split(round);
    reference::Options options;
    if (rng.chance(0.3)) options.tiebreaker_field = "tb";
    if (rng.chance(0.2)) options.size = rng.below(4);
    if (rng.chance(0.5)) options.result_position = reference::Position::head;
    if (rng.chance(0.3)) options.max_samples_per_key = 1 + rng.below(4);
    QueryWriter writer(rng);
    if (!comparison.start(write(writer), options)) continue;
    const std::uint64_t before = comparison.differences();
    // Sizes around a word of the engine's bit masks, and small ones for sequences.
    constexpr std::size_t sizes[] = {0, 1, 6, 12, 63, 64, 65, 130};
    comparison.compare(random_rows(rng, sizes[rng.below(std::size(sizes))]));
    comparison.compare(random_rows(rng, 20 + rng.below(20)));
    if (comparison.differences() != before) failed_rounds += format(" {}", round);
  }
  std::cout << comparison.summary() << "\n" << comparison.refusals();
  EXPECT_EQ(comparison.differences(), 0U)
      << "EQLAB_SEED=" << first_seed() << ", rounds" << failed_rounds << "\n"
      << comparison.report();
  EXPECT_LE(static_cast<double>(comparison.refused()),
            refused_share_max * static_cast<double>(comparison.queries()))
      << "the engine refuses too many queries that the language allows\n"
      << comparison.refusals();
  EXPECT_GT(comparison.with_matches(), comparison.comparisons() / 10)
      << "these queries hardly ever match";
}

TEST(RandomQueries, Events) {
  play("events", 6000, [](QueryWriter& writer) { return writer.event_query(4); });
}

TEST(RandomQueries, DeepConditions) {
  play("deep", 1000, [](QueryWriter& writer) { return "any where " + writer.condition(7); });
}

TEST(RandomQueries, Sequences) {
  play("sequences", 6000, [](QueryWriter& writer) { return writer.sequence(2); });
}

TEST(RandomQueries, Samples) {
  play("samples", 1500, [](QueryWriter& writer) { return writer.sample(1); });
}

}  // namespace
}  // namespace eqlab::exhaustive
