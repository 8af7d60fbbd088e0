// Near misses are chosen while events pass by, so that nothing is read twice. A worker keeps every
// row of its piece that is near a stage; the one thread that takes the pieces in input order then
// holds those that go with an event of a neighbouring stage (same keys, within maxspan), nearest
// first, and lets the others go. The choice does not depend on how the input is cut. Tested in
// tests/unit/explain/explain_test.cc.
#include "harness/explain/sightings.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

#include "harness/base/check.h"
#include "harness/match/elapsed.h"

namespace eqlab::explain {
namespace {

using event::EventBatch;
using event::RowIndex;

constexpr std::size_t key_values_max = 4;  // of one field, for telling near misses apart
constexpr std::size_t key_hashes_max = 16;
constexpr std::size_t waiting_max = 4096;
constexpr std::size_t last_max = 1U << 18;  // subjects are bounded by subject_rows_max

constexpr std::uint64_t hash_start = 0xcbf2'9ce4'8422'2325;
std::uint64_t add_to_hash(std::uint64_t hash, std::string_view text) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100'0000'01b3;
  }
  return (hash ^ 0xff) * 0x100'0000'01b3;
}

}  // namespace

Watch::Watch(const eql::CheckedQuery& query, const scan::Plan& plan,
             const scan::QueryBinding& binding, const std::string& category_field, Wanted wanted)
    : plan_(&plan),
      wanted_(std::move(wanted)),
      maxspan_(query.maxspan),
      is_sample_(query.kind == eql::QueryKind::sample) {
  std::size_t positive = 0;
  for (std::size_t j = 0; j < query.stages.size(); ++j) {
    if (query.stages[j].missing) continue;
    const scan::QueryBinding::Stage& bound = binding.stages[j];
    const auto same = [&](const WatchedStage& other) {
      return other.bound.filter == bound.filter && other.bound.keys == bound.keys;
    };
    const auto known = std::ranges::find_if(stages_, same);
    if (known != stages_.end())
      known->last_positive = positive;
    else
      stages_.push_back({.positive = positive, .last_positive = positive, .bound = bound});
    ++positive;
  }
  for (const scan::Plan::PlannedLeaf& planned : plan.leaves())
    weights_.push_back(planned.leaf.field.name == category_field ? category_weight : 1);
}

bool Watch::asks_for(const EventBatch& batch, RowIndex row) const {
  if (std::ranges::find(wanted_.lines, batch.line[row]) != wanted_.lines.end()) return true;
  if (wanted_.ids.empty() || batch.ids.size() == 0) return false;
  return std::ranges::binary_search(wanted_.ids, batch.ids[row], std::less<>());
}

// --- a piece ---

WatchedPiece::WatchedPiece(const Watch& watch)
    : log(watch.plan().new_log()),
      watch_(&watch),
      scanner_(watch.plan()),
      rows_(watch.plan().projection()),
      far_(watch.stages().size()) {}

Status WatchedPiece::scan(const EventBatch& batch) {
  std::size_t next = log.size();
  EQLAB_CHECK(scanner_.scan(batch, log));
  for (RowIndex row = 0; row < batch.row_count(); ++row) {
    const bool is_candidate =
        next < log.size() &&
        log.ordinal(static_cast<scan::CandidateIndex>(next)) == batch.ordinal[row];
    next += is_candidate ? 1 : 0;
    look_at(batch, row, is_candidate);
  }
  return ok();
}

void WatchedPiece::look_at(const EventBatch& batch, RowIndex row, bool is_candidate) {
  Note note{.row = static_cast<RowIndex>(rows_.row_count()), .is_candidate = is_candidate};
  note.is_subject = watch_->asks_for(batch, row);
  bool is_kept = is_candidate || note.is_subject;
  if (watch_->wanted().near_misses) {
    for (std::size_t stage = 0; stage < watch_->stages().size(); ++stage) {
      const std::uint32_t distance =
          scanner_.distance(watch_->stages()[stage].bound.filter, row, watch_->weights());
      note.distances.push_back(distance);
      if (distance == scan::Scanner::unreachable) continue;
      if (distance <= near_distance_max) {
        is_kept = true;
        continue;
      }
      std::vector<std::uint32_t>& far = far_[stage];
      if (far.size() == near_rows_max && distance >= far.back()) continue;
      far.insert(std::ranges::upper_bound(far, distance), distance);
      if (far.size() > near_rows_max) far.pop_back();
      is_kept = true;
    }
    if (!is_kept) return;
    for (const WatchedStage& stage : watch_->stages())
      note.keys.push_back(hash_keys(batch, row, stage.bound));
  }
  if (!is_kept) return;
  event::append_row(batch, watch_->plan().projection(), row, rows_, watch_->plan().projection());
  notes_.push_back(std::move(note));
}

std::vector<std::uint64_t> WatchedPiece::hash_keys(const EventBatch& batch, RowIndex row,
                                                   const scan::QueryBinding::Stage& at) const {
  std::vector<std::uint64_t> hashes = {hash_start};
  for (std::size_t i = 0; i < at.keys.size(); ++i) {
    std::vector<std::string> texts;
    if (at.keys[i]) {
      const event::ColumnIndex column = watch_->plan().key_columns()[*at.keys[i]];
      for (const event::Value& value : event::values_of(batch, column, row, key_values_max))
        texts.push_back(event::to_text(value));
    }
    if (texts.empty()) {
      if (!at.optional_keys[i]) return {};
      texts.emplace_back();
    }
    std::vector<std::uint64_t> longer;
    for (const std::uint64_t hash : hashes) {
      for (const std::string& text : texts) {
        if (longer.size() < key_hashes_max) longer.push_back(add_to_hash(hash, text));
      }
    }
    hashes = std::move(longer);
  }
  return hashes;
}

// --- all pieces ---

Sightings::Sightings(const Watch& watch)
    : watch_(&watch),
      log_(watch.plan().new_log()),
      rows_(watch.plan().projection()),
      held_(watch.stages().size()) {}

EventBatch Sightings::alone(const EventBatch& rows, RowIndex row) const {
  const event::Projection& projection = watch_->plan().projection();
  EventBatch out(projection);
  event::append_row(rows, projection, row, out, projection);
  return out;
}

void Sightings::take(WatchedPiece&& piece) {
  const event::Projection& projection = watch_->plan().projection();
  for (const WatchedPiece::Note& note : piece.notes_) {
    const bool is_subject = note.is_subject && subjects_.size() < subject_rows_max;
    if (is_subject) subjects_.push_back(static_cast<RowIndex>(rows_.row_count()));
    if (note.is_candidate || is_subject)
      event::append_row(piece.rows_, projection, note.row, rows_, projection);
    if (!note.distances.empty()) weigh(piece, note);
  }
  log_.merge(std::move(piece.log));
}

bool Sightings::is_near_in_time(EventTime earlier, EventTime later) const {
  if (watch_->is_sample()) return true;
  const Duration gap = match::elapsed(earlier, later);
  return gap >= Duration::zero() && (!watch_->maxspan() || gap <= *watch_->maxspan());
}

void Sightings::weigh(const WatchedPiece& piece, const WatchedPiece::Note& note) {
  const EventTime time = piece.rows_.event_time[note.row];
  const std::uint64_t ordinal = piece.rows_.ordinal[note.row];
  for (std::size_t stage = 0; stage < held_.size(); ++stage) {
    const std::uint32_t distance = note.distances[stage];
    if (distance == 0 && note.is_candidate) {
      if (last_.size() >= last_max) last_.clear();
      for (const std::uint64_t key : note.keys[stage])
        (note.is_subject ? last_subject_ : last_).insert_or_assign(Place(stage, key), time);
      link_earlier(note, stage, time);
      continue;
    }
    if (distance >= scan::Scanner::unreachable) continue;
    Link link = Link::none;
    if (stage > 0) {
      const auto goes_with = [&](const auto& last, std::uint64_t key) {
        const auto before = last.find(Place(stage - 1, key));
        return before != last.end() && is_near_in_time(before->second, time);
      };
      for (const std::uint64_t key : note.keys[stage]) {
        if (goes_with(last_subject_, key))
          link = Link::subject;
        else if (link == Link::none && goes_with(last_, key))
          link = Link::candidate;
      }
    }
    std::vector<Held>& held = held_[stage];
    const std::size_t room = std::max<std::size_t>(4, near_rows_max / held_.size());
    const bool is_worth =
        held.size() < room || std::tuple(link, distance, ordinal) < held.back().rank();
    const bool may_wait = link == Link::none && stage + 1 < held_.size() && distance <= 1;
    if (!is_worth && !may_wait) continue;
    const auto make = [&] {
      return Held{.link = link,
                  .distance = distance,
                  .ordinal = ordinal,
                  .row = alone(piece.rows_, note.row)};
    };
    if (may_wait) {
      if (waiting_.size() >= waiting_max) waiting_.clear();
      for (const std::uint64_t key : note.keys[stage])
        waiting_.insert_or_assign(Place(stage, key), make());
    }
    if (is_worth) hold(stage, make());
  }
}

/// A candidate of `stage` may be what a near miss of the stage before has waited for.
void Sightings::link_earlier(const WatchedPiece::Note& note, std::size_t stage, EventTime time) {
  if (stage == 0) return;
  for (const std::uint64_t key : note.keys[stage]) {
    const auto found = waiting_.find(Place(stage - 1, key));
    if (found == waiting_.end()) continue;
    if (is_near_in_time(found->second.row.event_time[0], time)) {
      Held held = std::move(found->second);
      held.link = note.is_subject ? Link::subject : Link::candidate;
      hold(stage - 1, std::move(held));
    }
    waiting_.erase(found);
  }
}

void Sightings::hold(std::size_t stage, Held held) {
  std::vector<Held>& all = held_[stage];
  const std::size_t room = std::max<std::size_t>(4, near_rows_max / held_.size());
  const auto known = std::ranges::find(all, held.ordinal, &Held::ordinal);
  if (known != all.end()) {
    if (known->rank() <= held.rank()) return;
    all.erase(known);
  }
  const auto place = std::ranges::upper_bound(all, held.rank(), {}, &Held::rank);
  all.insert(place, std::move(held));
  if (all.size() > room) all.pop_back();
}

void Sightings::finish(scan::CandidateLog::Ties ties) {
  log_.finish(ties);
  waiting_.clear();
  last_.clear();
  last_subject_.clear();
  const event::Projection& projection = watch_->plan().projection();
  for (std::size_t stage = 0; stage < held_.size(); ++stage) {
    for (const Held& held : held_[stage]) {
      near_.push_back({.row = static_cast<RowIndex>(rows_.row_count()),
                       .stage = stage,
                       .distance = held.distance});
      event::append_row(held.row, projection, 0, rows_, projection);
    }
    held_[stage].clear();
  }
  // Near misses stand at the end and may repeat a candidate's row; the candidate's own comes first.
  for (RowIndex row = 0; row < rows_.row_count(); ++row)
    row_of_ordinal_.emplace_back(rows_.ordinal[row], row);
  std::ranges::sort(row_of_ordinal_);
  for (scan::CandidateIndex c = 0; c < log_.size(); ++c)
    candidate_of_ordinal_.emplace_back(log_.ordinal(c), c);
  std::ranges::sort(candidate_of_ordinal_);
}

RowIndex Sightings::row_of(scan::CandidateIndex candidate) const {
  const auto found = std::ranges::lower_bound(row_of_ordinal_, log_.ordinal(candidate), {},
                                              &std::pair<std::uint64_t, RowIndex>::first);
  EQLAB_ASSERT(found != row_of_ordinal_.end() && found->first == log_.ordinal(candidate));
  return found->second;
}

std::optional<scan::CandidateIndex> Sightings::candidate_of(RowIndex row) const {
  const auto found =
      std::ranges::lower_bound(candidate_of_ordinal_, rows_.ordinal[row], {},
                               &std::pair<std::uint64_t, scan::CandidateIndex>::first);
  if (found == candidate_of_ordinal_.end() || found->first != rows_.ordinal[row])
    return std::nullopt;
  return found->second;
}

}  // namespace eqlab::explain
