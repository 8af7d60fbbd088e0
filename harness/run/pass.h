#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/event/io/read_report.h"
#include "harness/run/event_source.h"
#include "harness/run/watcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/kept_rows.h"
#include "harness/scan/plan.h"
#include "harness/score/scorecard.h"
#include "harness/truth/truth.h"

/// One pass over the events of a profile, of a corpus folder or of files, for whoever decides what
/// queries find in them.
namespace eqlab::run {

/// A query of the plan that will be decided over the candidates.
struct WantedQuery {
  const scan::BoundQuery* bound = nullptr;
  /// Instead of PassOptions::kept_span.
  std::optional<Duration> kept_span = std::nullopt;
};

struct PassOptions {
  /// Only candidates that one of these needs are kept; see match::relevant. None: all are kept.
  std::vector<WantedQuery> queries = {};
  /// Events farther apart than this are not kept for one another: no larger maxspan can be asked
  /// for afterwards. It also bounds how near a near miss must be to be noticed.
  Duration kept_span = std::chrono::hours(1);
  /// Candidates are kept as rows too, for variants of the queries.
  bool keep_rows = false;
  /// A query of which more than this share of a part's events would stay, and many more than of the
  /// first query, keeps none: what is asked of it is answered while the part is at hand, see Width.
  /// Nothing: all stay.
  std::optional<double> kept_share_max = std::nullopt;
};
/// The queries of prepared rules.
template <class Rules>
[[nodiscard]] std::vector<WantedQuery> wanted(const Rules& rules) {
  std::vector<WantedQuery> out;
  for (const auto& rule : rules) out.push_back({.bound = &rule.bound});
  return out;
}

/// Of a query of PassOptions::queries.
struct Width {
  bool is_wide = false;  ///< some part had too many of its candidates; they are not in the log
  /// Wide: on complete data its matches are others than those of the first query. False also where
  /// parts could not tell, because the query joins events of different parts.
  bool differs = false;
};

/// The events, reduced to the candidates that some decision needs; those of incidents stay.
struct ScannedEvents {
  scan::CandidateLog log;  ///< finished
  scan::KeptRows rows;     ///< empty unless asked for
  scan::CandidateLog::Ties ties = scan::CandidateLog::Ties::by_input;
  truth::Truth truth = {};  ///< without labels: hosts, events and the time that they cover, no more
  score::Labels labels = score::Labels::given;
  std::vector<Width> widths = {};       ///< one a query, where PassOptions asked for it
  std::uint64_t candidates = 0;         ///< found, before those that cannot matter were dropped
  generators::CorpusOptions used = {};  ///< of a profile: with its own numbers filled in
  event::ReadReport read = {};          ///< of files without labels
};

/// How files are read. `watcher` must outlive the reading.
[[nodiscard]] event::ReadOptions reading_of(const EventSource& source,
                                            std::vector<std::string> paths, const Watcher& watcher);

/// Makes or reads the events once. `plan` is complete, and must outlive the result when rows are
/// kept. Errors: those of the corpus, the folder and the reader; E216 with no place in the rule;
/// E530 too many rows to keep.
[[nodiscard]] Result<ScannedEvents> scan_events(const EventSource& source, const scan::Plan& plan,
                                                const PassOptions& options, const Watcher& watcher);

}  // namespace eqlab::run
