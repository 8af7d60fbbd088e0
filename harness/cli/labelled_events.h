#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "generators/corpus/corpus.h"
#include "harness/base/result.h"
#include "harness/cli/console.h"
#include "harness/eql/condition.h"
#include "harness/event/io/read_report.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/kept_rows.h"
#include "harness/scan/plan.h"
#include "harness/truth/truth.h"

/// One pass over the events of a profile, of a corpus folder or of files, for whoever scores what
/// queries find in them: `score`, `tune`, `gate`.
namespace eqlab::cli {

/// Where the events come from: files, or else a corpus folder, or else a profile.
struct EventSource {
  generators::CorpusOptions corpus = {};
  std::string corpus_dir = {};
  std::vector<std::string> files = {};  ///< without labels; `-` is standard input
  bool keep_sources = false;            ///< candidates keep their documents, where there are any
  unsigned threads = 1;
};

/// A query of the plan that will be decided over the candidates.
struct PlannedQuery {
  const eql::CheckedQuery* query = nullptr;
  const scan::QueryBinding* binding = nullptr;
  /// Instead of ScanOptions::kept_span.
  std::optional<Duration> kept_span = std::nullopt;
};

struct ScanOptions {
  std::span<const PlannedQuery> queries = {};
  /// Events farther apart than this are not kept for one another (match::relevant): no larger
  /// maxspan can be asked for afterwards. It also bounds how near a near miss must be to be
  /// noticed.
  Duration kept_span = std::chrono::hours(1);
  /// Candidates are kept as rows too, for variants of the queries.
  bool keep_rows = false;
  /// A query of which more than this share of a part's events would stay, and many more than of the
  /// first query, keeps none: what is asked of it is answered while the part is at hand, see Width.
  /// Nothing: all stay.
  std::optional<double> kept_share_max = std::nullopt;
};

/// Of a query of ScanOptions::queries.
struct Width {
  bool is_wide = false;  ///< some part had too many of its candidates; they are not in the log
  /// Wide: on complete data its matches are others than those of the first query. False also where
  /// parts could not tell, because the query joins events of different parts.
  bool differs = false;
};

/// The events, reduced to the candidates that some decision needs; those of incidents stay.
struct LabelledEvents {
  scan::CandidateLog log;  ///< finished
  scan::KeptRows rows;     ///< empty unless asked for
  scan::CandidateLog::Ties ties = scan::CandidateLog::Ties::by_input;
  truth::Truth truth = {};  ///< without labels: hosts, events and the time that they cover, no more
  bool has_labels = true;
  std::vector<Width> widths = {};       ///< one a query, where ScanOptions asked for it
  std::uint64_t candidates = 0;         ///< found, before those that cannot matter were dropped
  generators::CorpusOptions used = {};  ///< of a profile: with its own numbers filled in
  event::ReadReport read = {};          ///< of files without labels
};

/// Makes or reads the events once. `plan` is complete, and must outlive the result when rows are
/// kept. Errors: those of the corpus, the folder and the reader; E216 with no place in the rule;
/// E530 too many rows to keep. When the console was asked to stop, what is returned means nothing.
[[nodiscard]] Result<LabelledEvents> scan_labelled(const EventSource& source,
                                                   const scan::Plan& plan,
                                                   const ScanOptions& options, Console& console);

/// The field that tells hosts apart where no labels do; to be carried by the plan.
[[nodiscard]] event::Field host_field(const event::Schema& schema);

}  // namespace eqlab::cli
