// From seed to candidates without text: what generating costs, what scanning adds, what deciding
// adds. The workload is the balanced profile at 200,000 events, as `eqlab score` runs it, a tenth
// of its default size so that a round is short; the figures do not depend on the size. Before
// anything is timed, the scan over batches is proved to find the candidates that a scan over the
// written documents finds.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "generators/corpus/corpus.h"
#include "harness/event/io/reader.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/scanner.h"
#include "harness/schedule/simulation.h"

namespace eqlab {
namespace {

constexpr const char* query_text =
    "sequence by host.id, user.id with maxspan=30s\n"
    "  [process where host.os.type == \"macos\" and event.type == \"start\" and event.action == "
    "\"exec\" and\n"
    "   process.parent.name : (\"installer\", \"package_script_service\") and\n"
    "   process.name : (\"bash\", \"sh\", \"zsh\", \"python\", \"osascript\", \"tclsh*\")]\n"
    "  [network where host.os.type == \"macos\" and event.type == \"start\" and\n"
    "   process.name : (\"curl\", \"osascript\", \"wget\", \"python\")]";

struct World {
  World()
      : corpus(*generators::Corpus::plan({.events = 200'000})),
        rule(rule::bare_query(query_text, "bench")),
        query(*rule::compile(rule, event::Schema::builtin())),
        plan(scan::Plan::options_for(event::Schema::builtin(), "@timestamp", "")),
        binding(plan.add(query)) {}

  /// All candidates, and the number of events.
  std::pair<scan::CandidateLog, std::uint64_t> scan_batches() const {
    scan::CandidateLog log = plan.new_log();
    scan::Scanner scanner(plan);
    truth::Truth truth;
    for (std::size_t part = 0; part < corpus.part_count(); ++part) {
      corpus.make_batches(
          part, plan.projection(),
          [&](const event::EventBatch& batch) {
            if (!scanner.scan(batch, log)) std::abort();
          },
          truth);
    }
    log.finish(scan::CandidateLog::Ties::by_full_time);
    return {std::move(log), truth.events};
  }

  generators::Corpus corpus;
  rule::Rule rule;
  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
};

/// The written corpus gives the same candidates; without this no figure below means anything.
void prove(const World& world, const scan::CandidateLog& from_batches) {
  const std::string folder = (std::filesystem::temp_directory_path() / "eqlab_scan_bench").string();
  if (!generators::write_corpus(world.corpus, {.folder = folder}, {})) std::abort();
  scan::CandidateLog log = world.plan.new_log();
  scan::Scanner scanner(world.plan);
  const std::function<void(int&, const event::EventBatch&)> scan =
      [&](int&, const event::EventBatch& batch) {
        if (!scanner.scan(batch, log)) std::abort();
      };
  const std::function<void(int&&)> take = [](int&&) {};
  const auto read =
      event::read_events<int>({.paths = {folder}}, world.plan.projection(), scan, take, {});
  log.finish();
  std::filesystem::remove_all(folder);
  bool same = read && log.size() == from_batches.size();
  for (scan::CandidateIndex i = 0; same && i < log.size(); ++i)
    same = log.event_id(i) == from_batches.event_id(i);
  if (!same) {
    std::cerr << "the two ways differ: no figures\n";
    std::exit(1);
  }
}

const World& world() {
  static const World made = [] {
    World fresh;
    prove(fresh, fresh.scan_batches().first);
    return fresh;
  }();
  return made;
}

void generate(benchmark::State& state) {
  std::uint64_t events = 0;
  for (auto _ : state) {
    truth::Truth truth;
    for (std::size_t part = 0; part < world().corpus.part_count(); ++part) {
      world().corpus.make_batches(
          part, world().plan.projection(),
          [](const event::EventBatch& batch) { benchmark::DoNotOptimize(batch.row_count()); },
          truth);
    }
    events += truth.events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void generate_and_scan(benchmark::State& state) {
  std::uint64_t events = 0;
  for (auto _ : state) events += world().scan_batches().second;
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void decide(benchmark::State& state) {
  const auto [log, events] = world().scan_batches();
  const match::Matcher matcher(world().query, world().binding);
  for (auto _ : state)
    benchmark::DoNotOptimize(schedule::simulate(log, matcher, {}, {}).alerts.size());
  state.SetItemsProcessed(
      static_cast<std::int64_t>(state.iterations() * static_cast<std::int64_t>(events)));
}

BENCHMARK(generate)->Unit(benchmark::kMillisecond);
BENCHMARK(generate_and_scan)->Unit(benchmark::kMillisecond);
BENCHMARK(decide)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eqlab
