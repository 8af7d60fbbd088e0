// The folder on disk: events in files of at most half a million, the truth, and the manifest last.
// Tested in tests/unit/generators/write_corpus_test.cc.
#include <nlohmann/json.hpp>

#include "generators/corpus/arrival_order.h"
#include "generators/corpus/corpus.h"
#include "generators/corpus/corpus_folder.h"
#include "generators/corpus/slice_writer.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

constexpr int format_version = 1;
constexpr std::uint64_t events_per_file = 500'000;

using Json = nlohmann::ordered_json;

std::string iso(EventTime time) { return format_iso8601(time.time_since_epoch().count(), 0); }

std::string make_manifest(const Corpus& corpus, const WriteOptions& options,
                          const truth::Truth& truth, const std::vector<CorpusFolder::File>& files) {
  const CorpusOptions& made = corpus.options();
  Json list = Json::array();
  for (const CorpusFolder::File& file : files) {
    list.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  std::map<std::string, std::uint64_t> scenarios;
  for (const truth::Incident& incident : truth.incidents) ++scenarios[incident.scenario];
  Json manifest = {{"corpus", format_version},
                   {"eqlab", options.version},
                   {"options",
                    {{"profile", made.profile},
                     {"seed", made.seed},
                     {"events", made.events},
                     {"hosts", made.hosts},
                     {"days", made.days},
                     {"only", made.only},
                     {"without", made.without},
                     {"scenarios_dir", made.scenarios_dir}}},
                   {"order", options.order == WriteOptions::Order::time ? "time" : "arrival"},
                   {"from", iso(corpus.from())},
                   {"to", iso(corpus.to())},
                   {"events", truth.events},
                   {"hosts", truth.hosts.size()},
                   {"incidents", truth.incidents.size()},
                   {"scenarios", scenarios},
                   {"files", std::move(list)}};
  if (made.labels) manifest["options"]["labels"] = true;
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// How long after the slices have passed a time a document can still turn up that arrived before
/// it: by as much as a clock can be ahead and a document be displaced.
Duration arrival_lag(const FaultOptions& faults) {
  const double steps = faults.clock_steps > 0 ? 600e9 : 0;
  return Duration(static_cast<std::int64_t>(121e9 * faults.clock_offset + steps)) +
         std::chrono::seconds(3);
}

}  // namespace

Result<WrittenCorpus> write_corpus(const Corpus& corpus, const WriteOptions& options,
                                   const std::stop_token& stop) {
  EQLAB_TRY(CorpusFolder folder, CorpusFolder::begin(options.folder));
  truth::Truth truth;
  std::uint64_t done = 0;
  std::uint64_t in_file = 0;
  std::uint64_t bytes_in_file = 0;
  bool is_file_open = false;
  const auto append = [&](std::uint64_t events, std::string_view bytes) -> Status {
    const bool is_full = options.file_bytes_max > 0
                             ? bytes_in_file + bytes.size() > options.file_bytes_max
                             : in_file + events > events_per_file;
    if (!is_file_open || (is_full && in_file > 0)) {
      in_file = 0;
      bytes_in_file = 0;
      is_file_open = true;
      EQLAB_CHECK(folder.start_file(format("events-{:04}.ndjson{}", folder.files().size() + 1,
                                           options.compress ? ".zst" : "")));
    }
    in_file += events;
    bytes_in_file += bytes.size();
    done += events;
    if (options.progress) options.progress(done, corpus.options().events);
    return folder.append(bytes);
  };
  const Packing packing = options.compress ? Packing::zstd : Packing::plain;
  if (options.order == WriteOptions::Order::time) {
    const auto take = [&](WrittenSlice&& slice) -> Status {
      return slice.events == 0 ? ok() : append(slice.events, slice.bytes);
    };
    EQLAB_CHECK(write_slices(corpus.plan_of(), options.threads, packing, stop, take, truth));
  } else {
    ArrivalOrder arriving;
    std::string text;
    const auto take_arrived = [&](IngestTime until) -> Status {
      text.clear();
      const std::uint64_t events = arriving.take(until, text);
      return events == 0 ? ok() : append(events, pack(text, packing));
    };
    const Duration lag = arrival_lag(corpus.plan_of().profile.faults);
    const auto take = [&](WrittenSlice&& slice) -> Status {
      std::size_t begin = 0;
      for (const auto& [end, ingest] : slice.rows) {
        arriving.add(ingest, std::string_view(slice.bytes).substr(begin, end - begin));
        begin = end;
      }
      const EventTime next = corpus.plan_of().slice_begin(slice.index + 1);
      return take_arrived(IngestTime((next - lag).time_since_epoch()));
    };
    EQLAB_CHECK(write_slices(corpus.plan_of(), options.threads, Packing::rows, stop, take, truth));
    EQLAB_CHECK(take_arrived(IngestTime(Duration::max())));
  }
  finish_truth(truth, corpus);
  EQLAB_CHECK(folder.start_file("truth.ndjson"));
  EQLAB_CHECK(folder.append(truth::write_truth(truth)));
  EQLAB_CHECK(folder.end_file());
  const std::string manifest = make_manifest(corpus, options, truth, folder.files());
  EQLAB_CHECK(folder.start_file("manifest.json"));
  EQLAB_CHECK(folder.append(manifest));
  EQLAB_CHECK(folder.commit());
  WrittenCorpus written{
      .events = truth.events, .incidents = truth.incidents.size(), .bytes = 0, .checksums = {}};
  for (const CorpusFolder::File& file : folder.files()) {
    written.bytes += file.bytes;
    written.checksums.emplace_back(file.name, file.sha256);
  }
  return written;
}

}  // namespace eqlab::generators
