#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/event/batch_rows.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

/// What explaining needs of a scan beside the candidates' log, gathered in the same pass: the rows
/// themselves of all candidates, of the events that were asked for, and of a bounded number of
/// events that nearly satisfy some stage.
namespace eqlab::explain {

/// Events nearer than this to a stage are compared in full; farther ones only with one another.
inline constexpr std::uint32_t near_distance_max = 2;
/// A leaf that asks for the event's category weighs so much: another category is no near miss.
inline constexpr std::uint32_t category_weight = 4;
/// Near misses that are kept, over all stages, and events that were asked for.
inline constexpr std::size_t near_rows_max = 192;
inline constexpr std::size_t subject_rows_max = 65'536;

/// Which events are asked for, and whether near misses are wanted beside them.
struct Wanted {
  std::vector<std::uint64_t> lines = {};
  std::vector<std::string> ids = {};  ///< sorted
  bool near_misses = true;
};

/// A stage that asks for an event, repeats of runs left out.
struct WatchedStage {
  std::size_t positive = 0;  ///< the first place among the query's stages that ask for an event
  std::size_t last_positive = 0;
  scan::QueryBinding::Stage bound;
};

/// What all pieces share; immutable. `query`, `plan` and `binding` must outlive it.
class Watch {
 public:
  Watch(const eql::CheckedQuery& query, const scan::Plan& plan, const scan::QueryBinding& binding,
        const std::string& category_field, Wanted wanted);

  [[nodiscard]] const std::vector<WatchedStage>& stages() const { return stages_; }
  [[nodiscard]] const std::vector<std::uint32_t>& weights() const { return weights_; }
  [[nodiscard]] const scan::Plan& plan() const { return *plan_; }
  [[nodiscard]] const Wanted& wanted() const { return wanted_; }
  [[nodiscard]] std::optional<Duration> maxspan() const { return maxspan_; }
  [[nodiscard]] bool is_sample() const { return is_sample_; }
  [[nodiscard]] bool asks_for(const event::EventBatch& batch, event::RowIndex row) const;

 private:
  const scan::Plan* plan_;
  std::vector<WatchedStage> stages_;
  std::vector<std::uint32_t> weights_;
  Wanted wanted_;
  std::optional<Duration> maxspan_;
  bool is_sample_;
};

/// One piece of the input: the log of its candidates, and its rows that may be worth keeping.
class WatchedPiece {
 public:
  explicit WatchedPiece(const Watch& watch);
  /// As Scanner::scan. Errors: E216.
  [[nodiscard]] Status scan(const event::EventBatch& batch);
  scan::CandidateLog log;

 private:
  friend class Sightings;
  struct Note {
    event::RowIndex row = 0;
    bool is_candidate = false;
    bool is_subject = false;
    std::vector<std::uint32_t> distances = {};  ///< by watched stage; none for a subject alone
    /// By watched stage: hashes of its join keys, of a few combinations where there are many.
    std::vector<std::vector<std::uint64_t>> keys = {};
  };
  void look_at(const event::EventBatch& batch, event::RowIndex row, bool is_candidate);
  [[nodiscard]] std::vector<std::uint64_t> hash_keys(const event::EventBatch& batch,
                                                     event::RowIndex row,
                                                     const scan::QueryBinding::Stage& at) const;

  const Watch* watch_;
  scan::Scanner scanner_;
  event::EventBatch rows_;
  std::vector<Note> notes_;
  std::vector<std::vector<std::uint32_t>> far_;  ///< by watched stage: least distances so far
};

/// All pieces together. Give them in input order, then call `finish` once.
class Sightings {
 public:
  explicit Sightings(const Watch& watch);
  void take(WatchedPiece&& piece);
  void finish(scan::CandidateLog::Ties ties = scan::CandidateLog::Ties::by_input);

  /// Finished: in order, as for any search.
  [[nodiscard]] const scan::CandidateLog& log() const { return log_; }
  [[nodiscard]] const event::EventBatch& rows() const { return rows_; }
  /// The row of a candidate.
  [[nodiscard]] event::RowIndex row_of(scan::CandidateIndex candidate) const;
  /// The candidate that a row is, if it satisfies a filter at all.
  [[nodiscard]] std::optional<scan::CandidateIndex> candidate_of(event::RowIndex row) const;
  /// Rows that were asked for, in input order.
  [[nodiscard]] const std::vector<event::RowIndex>& subjects() const { return subjects_; }
  struct Near {
    event::RowIndex row = 0;
    std::size_t stage = 0;       ///< place in Watch::stages
    std::uint32_t distance = 0;  ///< Scanner::distance
  };
  /// The nearest misses of each stage: those first that go with an event of a neighbouring stage
  /// (best of all one that was asked for), then by distance, then in input order.
  [[nodiscard]] const std::vector<Near>& near() const { return near_; }

 private:
  /// What a near miss goes with.
  enum class Link : std::uint8_t { subject, candidate, none };
  struct Held {
    Link link = Link::none;
    std::uint32_t distance = 0;
    std::uint64_t ordinal = 0;
    event::EventBatch row;  ///< alone
    [[nodiscard]] auto rank() const { return std::tuple(link, distance, ordinal); }
  };
  using Place = std::pair<std::size_t, std::uint64_t>;  ///< watched stage, hash of keys
  void weigh(const WatchedPiece& piece, const WatchedPiece::Note& note);
  void link_earlier(const WatchedPiece::Note& note, std::size_t stage, EventTime time);
  void hold(std::size_t stage, Held held);
  [[nodiscard]] bool is_near_in_time(EventTime earlier, EventTime later) const;
  event::EventBatch alone(const event::EventBatch& rows, event::RowIndex row) const;

  const Watch* watch_;
  scan::CandidateLog log_;
  event::EventBatch rows_;
  std::vector<event::RowIndex> subjects_;
  std::vector<Near> near_;
  std::vector<std::vector<Held>> held_;  ///< by watched stage, in order of rank
  /// Last candidate of a stage and key, and last near miss that waits for one; both bounded.
  boost::unordered_flat_map<Place, EventTime, boost::hash<Place>> last_;
  boost::unordered_flat_map<Place, EventTime, boost::hash<Place>> last_subject_;
  boost::unordered_flat_map<Place, Held, boost::hash<Place>> waiting_;
  std::vector<std::pair<std::uint64_t, event::RowIndex>> row_of_ordinal_;
  std::vector<std::pair<std::uint64_t, scan::CandidateIndex>> candidate_of_ordinal_;
};

}  // namespace eqlab::explain
