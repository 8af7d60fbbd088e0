// What a corpus costs to make: as columns that go straight to the scan, and as documents, plain and
// compressed, written to a folder; with the agents' merging off and on. Bytes are those of the
// plain documents on every path that makes text, so that the paths compare.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "generators/corpus/corpus.h"
#include "harness/rule/rule.h"
#include "harness/scan/scanner.h"

namespace eqlab {
namespace {

constexpr const char* query_text =
    "sequence by host.id, user.id with maxspan=30s\n"
    "  [process where event.action == \"exec\" and process.parent.name : "
    "\"package_script_service\"]\n"
    "  [network where event.type == \"start\" and process.name : (\"curl\", \"osascript\")]";

std::filesystem::path temporary(const char* name) {
  return std::filesystem::temp_directory_path() / name;
}

generators::Corpus plan_corpus(const char* merging) {
  const std::string path = temporary("eqlab_generate_bench.toml").string();
  std::ofstream(path)
      << "name = \"bench\"\nabout = \"for figures\"\nhosts = 100\ndays = 1\n"
         "events = 200000\n[personas]\noffice = 0.6\ndeveloper = 0.2\nmanaged = 0.2\n"
         "[mixed]\ninstalls_per_host_day = 5\nmalicious_firing = 0.1\n"
         "benign_network = 0.9\n[faults]\nmerging = \""
      << merging << "\"\n";
  auto corpus = generators::Corpus::plan({.profile = path});
  std::filesystem::remove(path);
  if (!corpus) {
    std::cerr << render(corpus.error()) << '\n';
    std::exit(1);
  }
  return std::move(*corpus);
}

struct World {
  explicit World(const char* merging)
      : corpus(plan_corpus(merging)),
        rule(rule::bare_query(query_text, "bench")),
        query(*rule::compile(rule, event::Schema::builtin())),
        plan(scan::Plan::options_for(event::Schema::builtin(), "@timestamp", "")) {
    (void)plan.add(query);
  }
  generators::Corpus corpus;
  rule::Rule rule;
  eql::CheckedQuery query;
  scan::Plan plan;
};

const World& world(const benchmark::State& state) {
  static const World off("off");
  static const World on("on");
  return state.range(0) == 0 ? off : on;
}

void columns_to_scan(benchmark::State& state) {
  const World& made = world(state);
  std::uint64_t events = 0;
  for (auto _ : state) {
    scan::CandidateLog log = made.plan.new_log();
    scan::Scanner scanner(made.plan);
    truth::Truth truth;
    for (std::size_t part = 0; part < made.corpus.part_count(); ++part) {
      made.corpus.make_batches(
          part, made.plan.projection(),
          [&](const event::EventBatch& batch) {
            if (!scanner.scan(batch, log)) std::abort();
          },
          truth);
    }
    events += truth.events;
    benchmark::DoNotOptimize(log.size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

std::uint64_t make_text(const generators::Corpus& corpus, truth::Truth& truth) {
  std::uint64_t bytes = 0;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_documents(
        part,
        [&](const generators::Corpus::Document& document) { bytes += document.json.size() + 1; },
        truth);
  }
  return bytes;
}

void documents(benchmark::State& state) {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    truth::Truth truth;
    bytes += make_text(world(state).corpus, truth);
    events += truth.events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

/// In order over all hosts, with checksums, on one thread.
void write_folder(benchmark::State& state, bool compress) {
  const World& made = world(state);
  truth::Truth once;
  const std::uint64_t text = make_text(made.corpus, once);
  const std::string folder = temporary("eqlab_generate_bench").string();
  std::uint64_t events = 0;
  std::uint64_t on_disk = 0;
  std::int64_t rounds = 0;
  for (auto _ : state) {
    const auto written =
        generators::write_corpus(made.corpus, {.folder = folder, .compress = compress}, {});
    if (!written) std::abort();
    events += written->events;
    on_disk = written->bytes;
    ++rounds;
  }
  std::filesystem::remove_all(folder);
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(text));
  state.counters["bytes_per_event_on_disk"] =
      static_cast<double>(on_disk) / static_cast<double>(once.events);
}
void write_plain(benchmark::State& state) { write_folder(state, false); }
void write_compressed(benchmark::State& state) { write_folder(state, true); }

BENCHMARK(columns_to_scan)->ArgName("merging")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(documents)->ArgName("merging")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(write_plain)->ArgName("merging")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(write_compressed)->ArgName("merging")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eqlab
