// Around an anchor, the nearest candidates that the other stages can take: earlier stages backwards
// in the log, later ones forwards, under the keys that all taken so far share. Each key is also
// left out in turn, so that events are found which differ by that key alone. What costs least is
// nearest.
#include "harness/explain/choose.h"

#include <algorithm>

#include "harness/explain/judge.h"
#include "harness/match/elapsed.h"
#include "harness/match/sequence.h"

namespace eqlab::explain {
namespace {

constexpr std::size_t steps_around_max = 4096;  // candidates looked at on each side of an anchor
constexpr std::size_t anchors_max = 1024;
constexpr std::size_t anchors_per_stage_max = 128;
constexpr std::size_t left_out_keys_max = 8;
constexpr int window_factor = 10;  // how much beyond maxspan is still looked at
constexpr std::uint32_t absent_cost = 3;

/// An event to choose others around, and the stage that it stands for.
struct Anchor {
  RowIndex row = 0;
  std::size_t positive = 0;
};

/// One walk through the log, away from an anchor.
class Walk {
 public:
  /// `left_out`: a key that need not agree.
  Walk(Evidence& evidence, const Anchor& anchor, std::optional<std::size_t> left_out)
      : evidence_(evidence),
        anchor_(anchor),
        left_out_(left_out),
        time_(evidence.time(anchor.row)),
        before_(place_of(anchor.row)),
        after_(before_ + (evidence.candidate_of(anchor.row) ? 1 : 0)),
        chosen_(evidence.positive_count()) {
    chosen_[anchor.positive] = anchor.row;
    for (std::size_t i = 0; i < evidence.key_count(); ++i)
      allowed_.push_back(evidence.keys(anchor.row, anchor.positive, i));
  }

  Rows choose() && {
    const bool is_alone =
        chosen_.size() == 1 || (evidence_.is_sequence() && !evidence_.is_dated(anchor_.row));
    if (is_alone) return std::move(chosen_);
    if (evidence_.is_sequence())
      take_in_order();
    else
      take_in_any_order();
    return std::move(chosen_);
  }

 private:
  enum class Side : std::uint8_t { before, after };

  void take_in_any_order() {
    for (std::size_t stage = 0; stage < chosen_.size(); ++stage) {
      if (stage == anchor_.positive) continue;
      budget_ = steps_around_max;
      if (!take(Side::after, after_, stage, time_)) take(Side::before, before_, stage, time_);
    }
  }

  void take_in_order() {
    const std::size_t positive = anchor_.positive;
    CandidateIndex from = before_;
    EventTime first = time_;
    budget_ = steps_around_max;
    for (std::size_t stage = positive; stage-- > 0;) {
      const auto found = take(Side::before, from, stage, time_);
      if (!found) break;
      from = *found;
      first = evidence_.log.event_time(*found);
    }
    from = after_;
    budget_ = steps_around_max;
    for (std::size_t stage = positive + 1; stage < chosen_.size(); ++stage) {
      const auto found = take(Side::after, from, stage, first);
      if (!found) break;
      from = *found + 1;
    }
    // The neighbour may be there, only on the wrong side.
    budget_ = steps_around_max;
    if (positive > 0 && !chosen_[positive - 1]) take(Side::after, after_, positive - 1, time_);
    budget_ = steps_around_max;
    if (positive + 1 < chosen_.size() && !chosen_[positive + 1])
      take(Side::before, before_, positive + 1, time_);
  }

  /// The nearest candidate that the stage can take, on one side of `from`, near enough to `base`.
  std::optional<CandidateIndex> take(Side side, CandidateIndex from, std::size_t stage,
                                     EventTime base) {
    const auto end = static_cast<CandidateIndex>(evidence_.searched.size());
    for (CandidateIndex next = from; budget_ > 0;) {
      --budget_;
      if (side == Side::before ? next == 0 : next >= end) return std::nullopt;
      const CandidateIndex candidate = side == Side::before ? --next : next++;
      if (!is_within_window(candidate, side, base)) return std::nullopt;
      if (!evidence_.chains.satisfies(candidate, stage)) continue;
      const RowIndex row = evidence_.row_of(candidate);
      if (std::ranges::find(chosen_, std::optional(row)) != chosen_.end()) continue;
      if (!joins(candidate, stage)) continue;
      chosen_[stage] = row;
      return candidate;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_within_window(CandidateIndex candidate, Side side, EventTime base) const {
    if (!evidence_.is_sequence()) return true;
    const EventTime time = evidence_.log.event_time(candidate);
    return (side == Side::before ? match::elapsed(time, base) : match::elapsed(base, time)) <=
           window();
  }
  [[nodiscard]] Duration window() const {
    const std::optional<Duration> maxspan = evidence_.in.query.maxspan;
    if (!maxspan || *maxspan > Duration::max() / window_factor) return Duration::max();
    return *maxspan * window_factor;
  }

  /// Narrows `allowed_` to what the candidate shares with it, unless that leaves nothing.
  bool joins(CandidateIndex candidate, std::size_t stage) {
    std::vector<KeySet> narrowed = allowed_;
    for (std::size_t i = 0; i < allowed_.size(); ++i) {
      if (left_out_ == i) continue;
      narrowed[i] = common_to(allowed_[i], evidence_.keys_of(candidate, stage, i));
      if (narrowed[i].empty()) return false;
    }
    allowed_ = std::move(narrowed);
    return true;
  }

  /// The place in the log where a row stands or would stand.
  [[nodiscard]] CandidateIndex place_of(RowIndex row) const {
    if (const auto candidate = evidence_.candidate_of(row)) return *candidate;
    const scan::CandidateLog& log = evidence_.log;
    const std::span<const CandidateIndex> dated = evidence_.dated();
    if (!evidence_.is_dated(row)) return static_cast<CandidateIndex>(dated.size());
    const auto place = std::ranges::lower_bound(
        dated, std::pair(evidence_.time(row), evidence_.rows.ordinal[row]), {},
        [&](CandidateIndex c) { return std::pair(log.event_time(c), log.ordinal(c)); });
    return static_cast<CandidateIndex>(place - dated.begin());
  }

  Evidence& evidence_;
  Anchor anchor_;
  std::optional<std::size_t> left_out_;
  EventTime time_;
  CandidateIndex before_;  ///< where the walk backwards starts, this candidate left out
  CandidateIndex after_;   ///< where the walk forwards starts
  Rows chosen_;
  std::vector<KeySet> allowed_;  ///< by key: the values that all chosen events share
  std::size_t budget_ = 0;
};

Proposal propose(Evidence& evidence, Rows chosen) {
  Proposal out{.rows = std::move(chosen)};
  for (std::size_t p = 0; p < out.rows.size(); ++p) {
    if (!out.rows[p]) {
      out.cost += absent_cost;
      continue;
    }
    const RowIndex row = *out.rows[p];
    out.ordinals.push_back(evidence.rows.ordinal[row]);
    if (!evidence.satisfies(row, p)) {
      ++out.failed;
      out.cost += std::max(1U, evidence.distance(row, p));
    }
    if (evidence.is_sequence() && !evidence.is_dated(row)) ++out.cost;
  }
  out.cost += static_cast<std::uint32_t>(differing_keys(evidence, out.rows).size());
  out.cost += misplaced(evidence, out.rows) ? 1U : 0U;
  out.over = over_maxspan(evidence, out.rows);
  out.cost += out.over > Duration::zero() ? 1U : 0U;
  // Something came between.
  if (out.cost == 0 && evidence.match_with(out.rows) == nullptr) out.cost = 1;
  return out;
}

void propose_around(Evidence& evidence, const Anchor& anchor, std::vector<Proposal>& out) {
  out.push_back(propose(evidence, Walk(evidence, anchor, std::nullopt).choose()));
  for (std::size_t key = 0; key < std::min(evidence.key_count(), left_out_keys_max); ++key)
    out.push_back(propose(evidence, Walk(evidence, anchor, key).choose()));
}

/// The row as the first and as the last of a run of equal stages.
void add_anchors(RowIndex row, const WatchedStage& stage, std::vector<Anchor>& out) {
  out.push_back({row, stage.positive});
  if (stage.last_positive != stage.positive) out.push_back({row, stage.last_positive});
}

/// The last events of the sequences that got farthest.
void add_deepest(const Evidence& evidence, std::vector<Anchor>& out) {
  using Deep = std::pair<std::size_t, CandidateIndex>;  // how many events, the last of them
  std::vector<Deep> deep;                               // a heap, the least first
  const match::SequenceWatch look = [&](const match::EndedSequence& ended) {
    if (ended.events.size() < 2) return;
    if (deep.size() >= anchors_max && ended.events.size() <= deep.front().first) return;
    deep.emplace_back(ended.events.size(), ended.events.back());
    std::ranges::push_heap(deep, std::greater<>());
    if (deep.size() <= anchors_max) return;
    std::ranges::pop_heap(deep, std::greater<>());
    deep.pop_back();
  };
  (void)match::find_sequences(evidence.in.query, evidence.in.binding, evidence.log,
                              evidence.searched, {}, &look);
  std::ranges::sort(deep, std::greater<>());
  if (deep.size() > anchors_per_stage_max) deep.resize(anchors_per_stage_max);
  for (const auto& [depth, last] : deep) out.push_back({evidence.row_of(last), depth - 1});
}

std::vector<Anchor> anchors_of(const Evidence& evidence) {
  std::vector<Anchor> out;
  const std::vector<WatchedStage>& stages = evidence.in.watch.stages();
  for (const Sightings::Near& near : evidence.in.sightings.near())
    add_anchors(near.row, stages[near.stage], out);
  if (evidence.positive_count() == 1) return out;
  if (evidence.is_sequence()) add_deepest(evidence, out);
  const scan::CandidateLog& log = evidence.log;
  for (std::size_t s = stages.size(); s-- > 0 && out.size() < anchors_max;) {
    std::size_t taken = 0;
    for (CandidateIndex c = 0; c < log.size() && taken < anchors_per_stage_max; ++c) {
      if (!log.satisfies(c, stages[s].bound.filter) || evidence.match_of(c) != nullptr) continue;
      out.push_back({evidence.row_of(c), stages[s].positive});
      ++taken;
    }
  }
  if (out.size() > anchors_max) out.resize(anchors_max);
  return out;
}

/// Not so where an event has a match of its own, or nothing connects any event with its stage.
bool is_near(Evidence& evidence, const Proposal& proposal) {
  bool has_near = false;
  for (std::size_t p = 0; p < proposal.rows.size(); ++p) {
    if (!proposal.rows[p]) continue;
    const RowIndex row = *proposal.rows[p];
    if (evidence.satisfies(row, p)) {
      has_near = true;
      continue;
    }
    const auto candidate = evidence.candidate_of(row);
    if (candidate && evidence.match_of(*candidate) != nullptr) return false;
    has_near = has_near || evidence.distance(row, p) < category_weight;
  }
  return has_near;
}

}  // namespace

Rows choose_around(Evidence& evidence, RowIndex row) {
  std::vector<Anchor> anchors;
  const std::vector<WatchedStage>& stages = evidence.in.watch.stages();
  for (const WatchedStage& stage : stages) add_anchors(row, stage, anchors);
  std::vector<Proposal> proposals;
  for (const Anchor& anchor : anchors) propose_around(evidence, anchor, proposals);
  // A near miss may be what the event goes with.
  const std::uint64_t ordinal = evidence.rows.ordinal[row];
  anchors.clear();
  for (const Sightings::Near& near : evidence.in.sightings.near()) {
    if (evidence.rows.ordinal[near.row] != ordinal)
      add_anchors(near.row, stages[near.stage], anchors);
  }
  std::vector<Proposal> others;
  for (const Anchor& anchor : anchors) propose_around(evidence, anchor, others);
  for (Proposal& other : others) {
    if (std::ranges::find(other.ordinals, ordinal) != other.ordinals.end())
      proposals.push_back(std::move(other));
  }
  return std::move(std::ranges::min_element(proposals, {}, &Proposal::rank)->rows);
}

std::vector<Proposal> choose_near_misses(Evidence& evidence) {
  std::vector<Proposal> out;
  for (const Anchor& anchor : anchors_of(evidence)) propose_around(evidence, anchor, out);
  std::erase_if(out, [&](const Proposal& p) { return p.cost == 0 || !is_near(evidence, p); });
  std::ranges::sort(out, {}, &Proposal::rank);
  return out;
}

}  // namespace eqlab::explain
