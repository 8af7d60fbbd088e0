// Reading events against the floor under it: simdjson parsing the same lines and nothing else.
// Workload: NDJSON of process events as Elastic Defend writes them, about 1.5 KB each, 200 MB, from
// a warm file cache; six columns, as the rule this program began with needs. Before timing, both
// sides must agree on the number of events.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "harness/base/check.h"
#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/event/io/reader.h"

namespace {

using namespace eqlab;         // NOLINT(google-build-using-namespace): a program of one file
using namespace eqlab::event;  // NOLINT(google-build-using-namespace)

constexpr std::size_t corpus_bytes = std::size_t{200} << 20U;

std::string hex(Rng& rng, int words) {
  std::string out;
  for (int i = 0; i < words; ++i) out += format("{:016x}", rng.next());
  return out;
}

std::string process_event(Rng& rng, std::int64_t time) {
  static constexpr std::array<std::string_view, 8> names = {"bash",       "zsh",
                                                            "curl",       "launchd",
                                                            "python3.11", "mdworker_shared",
                                                            "installer",  "Google Chrome Helper"};
  const std::string_view name = names[rng.below(names.size())];
  const std::string_view parent = names[rng.below(names.size())];
  return format(
      R"({{"@timestamp":"{}","agent":{{"id":"{}","type":"endpoint","version":"8.17.2"}},"data_stream":{{"dataset":"endpoint.events.process","namespace":"default","type":"logs"}},"ecs":{{"version":"8.10.0"}},"elastic":{{"agent":{{"id":"{}"}}}},"event":{{"action":"exec","category":["process"],"created":"{}","dataset":"endpoint.events.process","id":"{}","ingested":"{}","kind":"event","module":"endpoint","outcome":"unknown","sequence":{},"type":["start"]}},"group":{{"id":"20","name":"staff"}},"host":{{"architecture":"arm64","hostname":"mac-{}","id":"{}","ip":["127.0.0.1","::1","10.1.{}.{}","fe80::1c2d:3aff:fe4b:{:x}"],"mac":["ac-de-48-00-11-22"],"name":"mac-{}","os":{{"Ext":{{"variant":"macOS"}},"family":"macos","full":"macOS 14.5.0","kernel":"Darwin Kernel Version 23.5.0","name":"macOS","platform":"macos","type":"macos","version":"14.5.0"}}}},"message":"Endpoint process event","process":{{"Ext":{{"ancestry":["{}","{}"]}},"args":["{}","-c","echo {}"],"args_count":3,"code_signature":{{"exists":true,"signing_id":"com.apple.{}","status":"No error.","subject_name":"Software Signing","trusted":true}},"command_line":"{} -c \"echo {}\"","entity_id":"{}","executable":"/bin/{}","hash":{{"sha256":"{}"}},"name":"{}","parent":{{"entity_id":"{}","executable":"/bin/{}","name":"{}","pid":{}}},"pid":{}}},"user":{{"Ext":{{"real":{{"id":"501","name":"maria"}}}},"id":"{}","name":"maria"}}}})",
      format_iso8601(time), hex(rng, 2), hex(rng, 2), format_iso8601(time, 9), hex(rng, 1),
      format_iso8601(time + 2'000'000'000), rng.below(1'000'000), rng.below(400), hex(rng, 2),
      rng.below(256), rng.below(256), rng.below(65'536), rng.below(400), hex(rng, 2), hex(rng, 2),
      name, hex(rng, 2), name, name, hex(rng, 2), hex(rng, 2), name, hex(rng, 4), name, hex(rng, 2),
      parent, parent, rng.below(99'999), rng.below(99'999), 501 + rng.below(3));
}

/// The corpus on disk, made once, removed when the program ends.
class Corpus {
 public:
  static const Corpus& instance() {
    static const Corpus corpus;
    return corpus;
  }
  std::string path;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;

 private:
  Corpus() {
    std::string pattern = (std::filesystem::temp_directory_path() / "eqlab-bench-XXXXXX").native();
    path = std::string(mkdtemp(pattern.data())) + "/events.ndjson";
    std::ofstream file(path, std::ios::binary);
    Rng rng(1);
    while (bytes < corpus_bytes) {
      const std::string line =
          process_event(rng,
                        1'772'442'847'000'000'000 + static_cast<std::int64_t>(events) * 7'000'000) +
          "\n";
      file << line;
      bytes += line.size();
      ++events;
    }
  }
  ~Corpus() { std::filesystem::remove_all(std::filesystem::path(path).parent_path()); }
};

Projection six_columns() {
  Projection projection;
  for (const char* name : {"host.id", "user.id", "event.category", "event.type", "process.name",
                           "process.parent.name"}) {
    const Field* field = Schema::builtin().find(name);
    EQLAB_ASSERT(field != nullptr);
    projection.add(*field);
  }
  return projection;
}

std::uint64_t parse_lines(simdjson::dom::parser& parser, const std::string& text) {
  std::uint64_t events = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (parser.parse(text.data() + begin, end - begin, false).error() == simdjson::SUCCESS)
      ++events;
    begin = end + 1;
  }
  return events;
}

/// Reads the file in pieces of the reader's size and parses every line.
void bare_dom(benchmark::State& state) {
  const Corpus& corpus = Corpus::instance();
  simdjson::dom::parser parser;
  std::string text;
  std::string rest;
  for (auto _ : state) {
    std::ifstream file(corpus.path, std::ios::binary);
    std::uint64_t events = 0;
    rest.clear();
    while (file) {
      text.resize(rest.size() + (std::size_t{4} << 20U));
      std::copy(rest.begin(), rest.end(), text.begin());
      file.read(text.data() + rest.size(), static_cast<std::streamsize>(text.size() - rest.size()));
      text.resize(rest.size() + static_cast<std::size_t>(file.gcount()));
      const std::size_t last = text.rfind('\n') + 1;
      rest = text.substr(last);
      text.resize(last);
      text.reserve(last + simdjson::SIMDJSON_PADDING);
      events += parse_lines(parser, text);
    }
    EQLAB_ASSERT(events == corpus.events);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(corpus.bytes) * state.iterations());
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(corpus.events),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

void read_six_columns(benchmark::State& state) {
  const Corpus& corpus = Corpus::instance();
  const Projection projection = six_columns();
  const ReadOptions options{.paths = {corpus.path},
                            .threads = static_cast<unsigned>(state.range(0))};
  for (auto _ : state) {
    std::uint64_t rows = 0;
    const Result<ReadReport> report = read_events<std::uint64_t>(
        options, projection,
        [](std::uint64_t& count, const EventBatch& batch) { count += batch.row_count(); },
        [&rows](std::uint64_t&& count) { rows += count; }, {});
    EQLAB_ASSERT(report.has_value() && report->malformed == 0 && report->undated == 0 &&
                 rows == corpus.events);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(corpus.bytes) * state.iterations());
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(corpus.events),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(bare_dom)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(read_six_columns)
    ->Arg(1)
    ->Arg(2)
    ->ArgName("threads")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
