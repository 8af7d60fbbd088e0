// Wildcards over the distinct values of a column: how long a list of patterns takes, whatever its
// length and form, and how long single patterns take that are made to be slow. Values are 20,000
// paths, as a day of process starts on some hundred hosts has; lists are those of the largest
// public query and of an ordinary one. Before a list is timed, its answers are compared with those
// of its patterns one by one.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/pattern.h"
#include "harness/eql/query.h"
#include "harness/event/column.h"
#include "harness/scan/leaf_test.h"
#include "tests/bench/large_query.h"

namespace eqlab::bench {
namespace {

constexpr std::size_t values_count = 20'000;

const event::Dictionary& paths() {
  static const event::Dictionary made = [] {
    constexpr std::array<std::string_view, 6> folders = {R"(C:\Windows\System32\)",
                                                         R"(C:\Program Files\Vendor\Agent\bin\)",
                                                         R"(C:\Users\maria\AppData\Local\Temp\)",
                                                         R"(C:\Users\joão\Downloads\)",
                                                         R"(D:\Users\build\work\)",
                                                         R"(C:\ProgramData\Package Cache\)"};
    constexpr std::array<std::string_view, 6> names = {"svchost",  "update-", "tool-",
                                                       "service-", "up",      "MsMpEng"};
    event::Dictionary values(event::Physical::text);
    Rng rng(17);
    while (values.size() < values_count) {
      values.intern_text(format("{}{}{:05}{}.exe", folders[rng.below(folders.size())],
                                names[rng.below(names.size())], rng.below(100'000),
                                rng.chance(0.2) ? "_x64" : ""));
    }
    return values;
  }();
  return made;
}

/// The constants of a large query's list, as the checker leaves them.
eql::Leaf large_leaf(Shape shape, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i > 0 ? ", " : "") + large_constant(shape, i);
  const std::string text = format("process where process.executable like~ ({})", list);
  const auto query = eql::check_query(*eql::parse_query(text), event::Schema::builtin(), {});
  const auto like = std::ranges::find(query->leaves, eql::LeafKind::wildcard, &eql::Leaf::kind);
  return *like;
}

void prove(const eql::Leaf& leaf, const std::vector<std::uint8_t>& truth) {
  std::vector<eql::Wildcard> patterns;
  for (const event::Value& constant : leaf.constants)
    patterns.emplace_back(std::get<std::string>(constant));
  for (event::ValueCode code = 0; code < paths().size(); code += 7) {
    const std::string text = fold_ascii(paths().text(code));
    const bool matches = std::ranges::any_of(
        patterns, [&](const eql::Wildcard& pattern) { return pattern.matches(text); });
    if (matches == (truth[code] != 0)) continue;
    std::cerr << text << ": the list and its patterns differ, no figures\n";
    std::exit(1);
  }
}

void list_of_patterns(benchmark::State& state) {
  const auto shape = static_cast<Shape>(state.range(0));
  const eql::Leaf leaf = large_leaf(shape, static_cast<std::size_t>(state.range(1)));
  const scan::LeafTest test(leaf);
  std::vector<std::uint8_t> truth;
  test.evaluate(paths(), truth);
  prove(leaf, truth);
  for (auto _ : state) {
    test.evaluate(paths(), truth);
    benchmark::DoNotOptimize(truth.data());
  }
  state.SetLabel(std::string(shape_names[static_cast<std::size_t>(shape)]));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values_count));
}

/// One pattern on 100,000 characters of one kind and then another.
void hostile_pattern(benchmark::State& state, const std::string& pattern) {
  const eql::Wildcard wildcard(pattern);
  const std::string text = std::string(100'000, 'a') + "c";
  for (auto _ : state) benchmark::DoNotOptimize(wildcard.matches(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void question_marks_between(benchmark::State& state) {
  hostile_pattern(state, "*a" + std::string(static_cast<std::size_t>(state.range(0)), '?') + "b*");
}
void question_marks_at_the_end(benchmark::State& state) {
  hostile_pattern(state, "*b" + std::string(static_cast<std::size_t>(state.range(0)), '?'));
}
void long_literal(benchmark::State& state) {
  hostile_pattern(state, "*" + std::string(static_cast<std::size_t>(state.range(0)), 'a') + "b*");
}

BENCHMARK(list_of_patterns)
    ->ArgsProduct({{static_cast<int>(Shape::like_list), static_cast<int>(Shape::colon_list)},
                   {1, 5, 10, 100, static_cast<int>(constants_in_largest)}})
    ->ArgNames({"shape", "patterns"})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(question_marks_between)->Arg(8)->Arg(1'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(question_marks_at_the_end)->Arg(8)->Arg(1'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(long_literal)->Arg(8)->Arg(1'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace eqlab::bench
