#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/batch.h"
#include "harness/truth/truth.h"

namespace eqlab::generators {

struct CorpusPlan;  // corpus/plan.h

struct CorpusOptions {
  std::string profile = "balanced";  ///< name of a built-in profile
  std::uint64_t seed = 1;
  std::uint64_t events = 0;  ///< wanted number, met within 2 %; 0: what hosts and days give
  std::uint32_t hosts = 0;   ///< 0: the profile's own
  double days = 0;           ///< 0: the profile's own
  std::vector<std::string> only = {};  ///< scenario ids; empty: all of the profile
  std::vector<std::string> without = {};
  std::string scenarios_dir = {};  ///< own catalogue instead of the built-in one; empty: built-in
  /// Events of incidents carry `labels.eqlab.{incident,scenario,role}`; costs simulating everything
  /// once more, as ids of incidents are known only then.
  bool labels = false;
};

/// A corpus that has been decided on but not written: everything about it follows from the options.
/// It is made part by part (a part is a group of hosts), in any order and on any thread. A part's
/// events come host by host, those of one host in order of time, so that EventBatch::line rises;
/// parts are independent. Same options, same bytes. Errors of `plan`: E5xx, with file and line
/// where a scenario or profile is wrong (incident/scenario.h); E504 hosts, days and events cannot
/// go together; E520 no such profile; E521 no such scenario.
class Corpus {
 public:
  [[nodiscard]] static Result<Corpus> plan(const CorpusOptions& options);
  Corpus(Corpus&&) noexcept;
  Corpus& operator=(Corpus&&) noexcept;
  ~Corpus();

  [[nodiscard]] std::size_t part_count() const;

  /// Makes the events of one part as batches, without going through text. `on_batch` is called with
  /// batches of at most limits::batch_rows_max rows; the batch is reused afterwards.
  /// Adds the part's hosts, incidents and event count to `truth` (not yet ordered or numbered).
  /// Thread-safe. Cost: O(events of the part), memory O(events of one slice of one host + a batch).
  void make_batches(std::size_t part, const event::Projection& projection,
                    const std::function<void(const event::EventBatch&)>& on_batch,
                    truth::Truth& truth) const;

  /// The same events as JSON documents, one call each, in the same order.
  struct Document {
    EventTime event_time;
    IngestTime ingest_time;
    std::string_view json;  ///< without line end; valid during the call
  };
  void make_documents(std::size_t part, const std::function<void(const Document&)>& on_document,
                      truth::Truth& truth) const;

  /// Everything needed to make the corpus again, and what it holds: the manifest without checksums.
  [[nodiscard]] const CorpusOptions& options() const;  ///< with the profile's own numbers filled in
  [[nodiscard]] EventTime from() const;
  [[nodiscard]] EventTime to() const;
  /// For the writer, which makes all hosts slice by slice.
  [[nodiscard]] const CorpusPlan& plan_of() const { return *plan_; }

 private:
  explicit Corpus(std::unique_ptr<const CorpusPlan> plan);
  std::unique_ptr<const CorpusPlan> plan_;
};

/// Each host has a value of its own in this field, and a part holds whole hosts: what is joined by
/// it never reaches from one part into another.
[[nodiscard]] bool identifies_host(std::string_view field);

/// Puts what the parts brought in one order: hosts by id, incidents by (first event, host,
/// scenario), numbers the incidents, and says what the corpus covers and which rule is expected to
/// do what. Call once, after all parts.
void finish_truth(truth::Truth& truth, const Corpus& corpus);

/// Writes `manifest.json`, `events-*.ndjson.zst` (in order of event time over all hosts) and
/// `truth.ndjson` into `folder`, whole or not at all. The bytes do not depend on `threads`.
/// Errors: E902 cannot be written; E503 the folder holds something that is not a corpus.
struct WriteOptions {
  std::string folder = {};
  unsigned threads = 1;
  bool compress = true;
  /// Documents in order of time, as a host's clock showed it, or in that of their arrival; the
  /// latter holds in memory what waits on hosts that are offline.
  enum class Order : std::uint8_t { time, arrival } order = Order::time;
  /// A file ends before it would be longer than this on disk; 0: after half a million events.
  std::uint64_t file_bytes_max = 0;
  std::string version = {};  ///< of the program, for the manifest
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};
struct WrittenCorpus {
  std::uint64_t events = 0;
  std::uint64_t incidents = 0;
  std::uint64_t bytes = 0;                                     ///< on disk
  std::vector<std::pair<std::string, std::string>> checksums;  ///< file name, SHA-256 in hex
};
[[nodiscard]] Result<WrittenCorpus> write_corpus(const Corpus& corpus, const WriteOptions& options,
                                                 const std::stop_token& stop);

/// One row of `eqlab generate --list`.
struct ScenarioSummary {
  std::string id;
  std::string title;
  std::string story;
  std::string family;
  std::string intent;
  std::string scenario_class;
  std::string behaviour;
  std::string expected;  ///< for the base rule: Y, N or D, with the reason
  std::vector<std::pair<std::string, std::string>> promises;  ///< the same for every rule, by key
  std::string source;
  std::string confidence;     ///< S read, R recalled, I inferred, G guessed
  double rate_per_month = 0;  ///< installs per host in an ordinary fleet
  std::vector<std::string> tags;
  std::vector<std::string> tree;  ///< processes and what they do, one a line, indented
};
/// Of those that `only` and `without` leave. Errors: those of the catalogue; E521.
[[nodiscard]] Result<std::vector<ScenarioSummary>> list_scenarios(const CorpusOptions& options);
[[nodiscard]] std::vector<std::string> profile_names();

}  // namespace eqlab::generators
