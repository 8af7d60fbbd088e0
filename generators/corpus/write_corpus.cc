// The folder on disk: events in files of at most half a million, the truth, and the manifest last.
// Tested in tests/unit/generators/write_corpus_test.cc.
#include <nlohmann/json.hpp>

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
  const Json manifest = {{"corpus", format_version},
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
                         {"from", iso(corpus.from())},
                         {"to", iso(corpus.to())},
                         {"events", truth.events},
                         {"hosts", truth.hosts.size()},
                         {"incidents", truth.incidents.size()},
                         {"scenarios", scenarios},
                         {"files", std::move(list)}};
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<WrittenCorpus> write_corpus(const Corpus& corpus, const WriteOptions& options,
                                   const std::stop_token& stop) {
  EQLAB_TRY(CorpusFolder folder, CorpusFolder::begin(options.folder));
  truth::Truth truth;
  std::uint64_t done = 0;
  std::uint64_t in_file = events_per_file;
  const auto take = [&](WrittenSlice&& slice) -> Status {
    if (slice.events == 0) return ok();
    if (in_file + slice.events > events_per_file) {
      in_file = 0;
      EQLAB_CHECK(folder.start_file(format("events-{:04}.ndjson{}", folder.files().size() + 1,
                                           options.compress ? ".zst" : "")));
    }
    in_file += slice.events;
    done += slice.events;
    if (options.progress) options.progress(done, corpus.options().events);
    return folder.append(slice.bytes);
  };
  EQLAB_CHECK(write_slices(corpus.plan_of(), options.threads, options.compress, stop, take, truth));
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
