#include "harness/run/pass.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "generators/corpus/verify.h"
#include "harness/base/parallel.h"
#include "harness/base/text.h"
#include "harness/event/io/reader.h"
#include "harness/match/matcher.h"
#include "harness/match/relevant.h"
#include "harness/run/prepare.h"
#include "harness/scan/scanner.h"

namespace eqlab::run {
namespace {

using scan::CandidateIndex;
using scan::CandidateLog;

/// Hosts of events without labels; events come from anybody.
constexpr std::size_t hosts_counted_max = 1'000'000;

/// What is seen of hosts and time where no labels tell. Time 0 is no time.
struct Coverage {
  std::set<std::string, std::less<>> hosts = {};
  EventTime first = EventTime::max();
  EventTime last = EventTime::min();
  std::uint64_t events = 0;

  void look_at(const event::EventBatch& batch, std::optional<event::ColumnIndex> host) {
    events += batch.row_count();
    for (event::RowIndex row = 0; row < batch.row_count(); ++row) {
      if (batch.has_event_time[row] == 0) continue;
      first = std::min(first, batch.event_time[row]);
      last = std::max(last, batch.event_time[row]);
    }
    if (!host) return;
    const event::Dictionary& names = batch.columns[*host].dictionary();
    if (names.physical() != event::Physical::text) return;
    for (std::size_t code = 0; code < names.size(); ++code) {
      const std::string_view name = names.text(static_cast<event::ValueCode>(code));
      if (!hosts.contains(name) && hosts.size() < hosts_counted_max) hosts.emplace(name);
    }
  }
  void merge(Coverage&& other) {
    events += other.events;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
    hosts.merge(std::move(other.hosts));
  }
};

/// Candidates, rows and labels of a part of the events.
struct Part {
  std::optional<CandidateLog> log = {};
  std::optional<scan::Scanner> scanner = {};
  std::optional<scan::KeptRows> rows = {};
  truth::Truth truth = {};
  Coverage coverage = {};
  std::uint64_t events = 0;
  std::uint64_t candidates = 0;
  std::vector<Width> widths = {};
  std::optional<Diagnostic> failure = {};
};

/// No query counts as wide that has no more candidates of a part than this, and than so many times
/// those of the first query.
constexpr double few_candidates = 50;
constexpr double wider_than_first = 4;

void add_widths(const std::vector<Width>& part, std::vector<Width>& all) {
  all.resize(std::max(all.size(), part.size()));
  for (std::size_t q = 0; q < part.size(); ++q) {
    all[q].is_wide = all[q].is_wide || part[q].is_wide;
    all[q].differs = all[q].differs || part[q].differs;
  }
}

/// Those that satisfy one of the query's filters, and those that must stay.
template <class MustKeep>
std::vector<CandidateIndex> candidates_of(const CandidateLog& log,
                                          const scan::QueryBinding& binding,
                                          const MustKeep& must_keep) {
  std::vector<CandidateIndex> out;
  for (CandidateIndex c = 0; c < log.size(); ++c) {
    const bool is_found = std::ranges::any_of(
        binding.stages, [&](const auto& stage) { return log.satisfies(c, stage.filter); });
    if (is_found || (binding.until && log.satisfies(c, binding.until->filter)) || must_keep(c))
      out.push_back(c);
  }
  return out;
}

class Pass {
 public:
  Pass(const EventSource& source, const scan::Plan& plan, const PassOptions& options,
       const Watcher& watcher)
      : source_(source),
        plan_(plan),
        options_(options),
        watcher_(watcher),
        out_{.log = plan.new_log(), .rows = scan::KeptRows(plan)} {}

  Result<ScannedEvents> generated();
  Result<ScannedEvents> corpus();
  Result<ScannedEvents> files();

 private:
  void scan(Part& part, const event::EventBatch& batch) const;
  void take(Part&& part);
  /// Which queries have all their matches within a part.
  enum class Reach : std::uint8_t { whole, part };
  void keep_relevant(CandidateLog& log, scan::KeptRows& rows, const truth::Truth& truth,
                     std::uint64_t events, Reach reach, std::vector<Width>& widths) const;
  [[nodiscard]] static bool is_split_by_key(const WantedQuery& query);
  [[nodiscard]] bool matches_otherwise(const CandidateLog& log, const WantedQuery& query) const;
  Result<event::ReadReport> read(std::vector<std::string> paths,
                                 std::optional<event::ColumnIndex> host);
  Result<ScannedEvents> finish();

  const EventSource& source_;
  const scan::Plan& plan_;
  const PassOptions& options_;
  const Watcher& watcher_;
  ScannedEvents out_;
  Coverage coverage_;
  std::optional<Diagnostic> failure_;
};

void Pass::scan(Part& part, const event::EventBatch& batch) const {
  if (part.failure) return;
  part.events += batch.row_count();
  if (!part.log) part.log.emplace(plan_.new_log());
  if (!part.scanner) part.scanner.emplace(plan_);
  if (options_.keep_rows && !part.rows) part.rows.emplace(plan_);
  auto done = part.rows ? part.rows->scan(*part.scanner, batch, *part.log)
                        : part.scanner->scan(batch, *part.log);
  if (!done) part.failure = std::move(done.error());
}

void Pass::take(Part&& part) {
  if (part.failure && !failure_) failure_ = std::move(part.failure);
  if (part.log) out_.log.merge(std::move(*part.log));
  if (part.rows) {
    if (auto merged = out_.rows.merge(std::move(*part.rows)); !merged && !failure_)
      failure_ = std::move(merged.error());
  }
  out_.candidates += part.candidates;
  add_widths(part.widths, out_.widths);
  if (options_.kept_share_max && out_.log.size() > scan::KeptRows::rows_max_default && !failure_) {
    failure_ = error_in({}, "E530",
                        format("more than {} events come near the rule's variants",
                               scan::KeptRows::rows_max_default),
                        "use fewer events, or give the rule a maxspan and a join key");
  }
  coverage_.merge(std::move(part.coverage));
  out_.truth.events += part.truth.events;
  std::ranges::move(part.truth.hosts, std::back_inserter(out_.truth.hosts));
  std::ranges::move(part.truth.incidents, std::back_inserter(out_.truth.incidents));
}

bool Pass::is_split_by_key(const WantedQuery& query) {
  return std::ranges::all_of(query.bound->query.stages, [](const eql::CheckedStage& stage) {
    return !stage.keys.empty() && generators::identifies_host(stage.keys.front().field.name);
  });
}

bool Pass::matches_otherwise(const CandidateLog& log, const WantedQuery& query) const {
  const auto events_of = [&log](const WantedQuery& one) {
    std::vector<std::vector<CandidateIndex>> out;
    for (const match::Match& match : match::Matcher(*one.bound).find(log, log.dated(), {}).matches)
      out.push_back(match.events);
    std::ranges::sort(out);
    return out;
  };
  return events_of(query) != events_of(options_.queries[0]);
}

/// Drops the candidates that no decision needs; those of incidents stay. `log` is finished.
void Pass::keep_relevant(CandidateLog& log, scan::KeptRows& rows, const truth::Truth& truth,
                         std::uint64_t events, Reach reach, std::vector<Width>& widths) const {
  if (options_.queries.empty()) return;
  const truth::TruthIndex labels(truth);
  std::vector<std::uint8_t> labelled(log.size());
  for (CandidateIndex c = 0; c < log.size(); ++c)
    labelled[c] = labels.find(log.event_id(c)) != nullptr ? 1 : 0;
  const auto is_labelled = [&labelled](CandidateIndex c) { return labelled[c] != 0; };
  if (options_.kept_share_max) widths.resize(options_.queries.size());
  std::vector<std::uint8_t> is_kept(log.size());
  double of_first = 0;
  for (std::size_t q = 0; q < options_.queries.size(); ++q) {
    const WantedQuery& query = options_.queries[q];
    if (q < widths.size() && widths[q].is_wide) continue;  // found so in a part
    const bool is_whole = reach == Reach::whole || is_split_by_key(query);
    const std::vector<CandidateIndex> of_query =
        is_whole ? match::relevant(log, query.bound->query, query.bound->binding,
                                   query.kept_span.value_or(options_.kept_span), is_labelled)
                 : candidates_of(log, query.bound->binding, is_labelled);
    const auto unlabelled = static_cast<double>(
        options_.kept_share_max ? std::ranges::count_if(of_query, std::not_fn(is_labelled)) : 0);
    if (q == 0) of_first = unlabelled;
    if (options_.kept_share_max && q > 0 &&
        unlabelled > few_candidates + wider_than_first * of_first +
                         *options_.kept_share_max * static_cast<double>(events)) {
      widths[q] = {.is_wide = true, .differs = is_whole && matches_otherwise(log, query)};
      continue;
    }
    for (const CandidateIndex c : of_query) is_kept[c] = 1;
  }
  std::vector<CandidateIndex> kept;
  for (CandidateIndex c = 0; c < log.size(); ++c) {
    if (is_kept[c] != 0) kept.push_back(c);
  }
  if (kept.size() == log.size()) return;
  if (options_.keep_rows) rows.keep(log, kept);
  log.keep(kept);
}

Result<ScannedEvents> Pass::finish() {
  if (failure_) return fail(std::move(*failure_));
  out_.log.finish(out_.ties);
  // Whole logs again, whatever went part by part before: the same events stay for generated and
  // read corpora.
  keep_relevant(out_.log, out_.rows, out_.truth, out_.truth.events, Reach::whole, out_.widths);
  return std::move(out_);
}

Result<ScannedEvents> Pass::generated() {
  EQLAB_TRY(const generators::Corpus corpus, generators::Corpus::plan(source_.corpus));
  out_.used = corpus.options();
  out_.ties = CandidateLog::Ties::by_full_time;
  // A part holds whole hosts, so what joins by host can be looked at part by part.
  const bool is_split =
      options_.kept_share_max.has_value() || std::ranges::all_of(options_.queries, is_split_by_key);
  std::size_t next = 0;
  std::size_t done = 0;
  OrderedPool pool(source_.threads);
  const std::function<std::optional<std::size_t>()> produce = [&]() -> std::optional<std::size_t> {
    if (next == corpus.part_count()) return std::nullopt;
    return next++;
  };
  const std::function<Part(std::size_t)> work = [&](std::size_t index) {
    Part part;
    corpus.make_batches(
        index, plan_.projection(), [&](const event::EventBatch& batch) { scan(part, batch); },
        part.truth);
    if (!part.log) return part;
    part.candidates = part.log->size();
    if (is_split) {
      part.log->finish(out_.ties);
      scan::KeptRows none(plan_);
      keep_relevant(*part.log, part.rows ? *part.rows : none, part.truth, part.events, Reach::part,
                    part.widths);
    }
    return part;
  };
  const std::function<void(Part)> consume = [&](Part part) {
    take(std::move(part));
    watcher_.tell("generating and scanning", ++done, corpus.part_count());
  };
  pool.run<std::size_t, Part>(produce, work, consume, watcher_.stop);
  generators::finish_truth(out_.truth, corpus);
  return finish();
}

Result<event::ReadReport> Pass::read(std::vector<std::string> paths,
                                     std::optional<event::ColumnIndex> host) {
  return event::read_events<Part>(
      reading_of(source_, std::move(paths), watcher_), plan_.projection(),
      [this, host](Part& part, const event::EventBatch& batch) {
        scan(part, batch);
        part.coverage.look_at(batch, host);
      },
      [this](Part&& part) {
        part.candidates = part.log ? part.log->size() : 0;
        take(std::move(part));
      },
      watcher_.stop);
}

Result<ScannedEvents> Pass::corpus() {
  EQLAB_CHECK(generators::verify_corpus(source_.corpus_dir));
  EQLAB_TRY(
      truth::Truth truth,
      truth::read_truth((std::filesystem::path(source_.corpus_dir) / "truth.ndjson").string()));
  EQLAB_TRY(std::vector<std::string> files, generators::event_files(source_.corpus_dir));
  EQLAB_TRY(const event::ReadReport read, this->read(std::move(files), std::nullopt));
  if (read.usable != truth.events && !watcher_.stop.stop_requested()) {
    return fail(
        error_in(source_.corpus_dir, "E502",
                 format("the corpus is not whole: truth.ndjson counts {} events, {} were read",
                        truth.events, read.usable),
                 "make it again with eqlab generate"));
  }
  out_.truth = std::move(truth);
  return finish();
}

Result<ScannedEvents> Pass::files() {
  out_.labels = score::Labels::none;
  const auto host = plan_.projection().by_name.find(host_field_name);
  EQLAB_TRY(event::ReadReport read,
            this->read(source_.files, host == plan_.projection().by_name.end()
                                          ? std::nullopt
                                          : std::optional(host->second)));
  out_.truth.events = read.usable;
  out_.read = std::move(read);
  if (coverage_.first <= coverage_.last) {
    out_.truth.from = coverage_.first;
    out_.truth.to = coverage_.last;
  }
  for (const std::string& id : coverage_.hosts) {
    truth::HostRecord record;
    record.id = id;
    out_.truth.hosts.push_back(std::move(record));
  }
  return finish();
}

}  // namespace

event::ReadOptions reading_of(const EventSource& source, std::vector<std::string> paths,
                              const Watcher& watcher) {
  event::ReadOptions reading{.paths = std::move(paths),
                             .strict = source.strict,
                             .keep_sources = source.keep_sources,
                             .threads = source.threads};
  reading.progress = [&watcher](std::uint64_t done, std::uint64_t total) {
    watcher.tell("reading events", done, total);
  };
  return reading;
}

Result<ScannedEvents> scan_events(const EventSource& source, const scan::Plan& plan,
                                  const PassOptions& options, const Watcher& watcher) {
  Pass pass(source, plan, options, watcher);
  if (!source.files.empty()) return pass.files();
  return source.corpus_dir.empty() ? pass.generated() : pass.corpus();
}

}  // namespace eqlab::run
