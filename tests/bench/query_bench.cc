// The largest public query: 46,906 characters, 2,609 constants, expressions 28 deep. What it costs
// to parse, to check and to compile, in six shapes. Before anything is timed, each is proved to be
// that large.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "harness/eql/query.h"
#include "harness/scan/plan.h"
#include "tests/bench/large_query.h"

namespace eqlab::bench {
namespace {

std::string proved_query(const benchmark::State& state) {
  const auto shape = static_cast<Shape>(state.range(0));
  std::string text = large_query(shape);
  const Result<eql::Query> query = eql::parse_query(text);
  bool is_large = query && text.size() >= bytes_of_largest &&
                  query->at(query->stages[0].filter.condition).height == depth_of_largest;
  if (is_large) {
    const auto constants = std::ranges::count_if(query->exprs, [](const eql::Expr& expr) {
      return std::holds_alternative<std::string>(expr.value);
    });
    is_large = static_cast<std::size_t>(constants) == constants_in_largest;
  }
  if (!is_large) {
    std::cerr << shape_names[static_cast<std::size_t>(shape)]
              << ": not the size that it should be\n";
    std::exit(1);
  }
  return text;
}

void parse(benchmark::State& state) {
  const std::string text = proved_query(state);
  for (auto _ : state) benchmark::DoNotOptimize(eql::parse_query(text)->exprs.size());
  state.SetLabel(std::string(shape_names[static_cast<std::size_t>(state.range(0))]));
}

void check(benchmark::State& state) {
  const eql::Query query = *eql::parse_query(proved_query(state));
  const event::Schema& schema = event::Schema::builtin();
  for (auto _ : state) {
    const auto checked = eql::check_query(query, schema, {});
    if (!checked) std::exit(1);
    benchmark::DoNotOptimize(checked->leaves.size());
  }
  state.SetLabel(std::string(shape_names[static_cast<std::size_t>(state.range(0))]));
}

void compile(benchmark::State& state) {
  const eql::Query query = *eql::parse_query(proved_query(state));
  const event::Schema& schema = event::Schema::builtin();
  const eql::CheckedQuery checked = *eql::check_query(query, schema, {});
  for (auto _ : state) {
    scan::Plan plan(scan::Plan::options_for(schema, "@timestamp", ""));
    benchmark::DoNotOptimize(plan.add(checked).stages.size());
  }
  state.SetLabel(std::string(shape_names[static_cast<std::size_t>(state.range(0))]));
}

BENCHMARK(parse)->DenseRange(0, shape_names.size() - 1)->Unit(benchmark::kMillisecond);
BENCHMARK(check)->DenseRange(0, shape_names.size() - 1)->Unit(benchmark::kMillisecond);
BENCHMARK(compile)->DenseRange(0, shape_names.size() - 1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eqlab::bench
