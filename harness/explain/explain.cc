// An explanation is about one event for each stage, chosen around an anchor: an event that was
// asked for, a near miss, or the last event of a sequence that got far. Its demands are then gone
// through in the order in which Chains asks them; what remains is asked of the sequence
// machine, which tells how it ended. Changes are shown only when WhatIf has matched them. Tested in
// tests/unit/explain/explain_test.cc, and over generated corpora in tests/unit/cli.
#include "harness/explain/explain.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>
#include <tuple>

#include "harness/base/text.h"
#include "harness/match/elapsed.h"
#include "harness/match/sequence.h"

namespace eqlab::explain {
namespace {

using event::RowIndex;
using Rows = std::vector<std::optional<RowIndex>>;  // by stage that asks for an event

constexpr std::size_t steps_around_max = 4096;  // candidates looked at on each side of an anchor
constexpr std::size_t anchors_max = 1024;
constexpr std::size_t anchors_per_stage_max = 128;
constexpr std::size_t key_values_max = 64;
constexpr std::size_t changed_values_max = 3;
constexpr std::size_t conditions_max = 40;  // shown of one explanation
constexpr int window_factor = 10;           // how much beyond maxspan is still looked at

constexpr std::uint32_t absent_cost = 3;

/// Values with numbers: those of the log's keys, and others that no candidate has.
class KeyNumbers {
 public:
  explicit KeyNumbers(const scan::CandidateLog& log) : log_(log) {}
  std::uint64_t number(const event::Value& value) {
    if (const auto known = log_.key_of(value)) return *known;
    return others_.try_emplace(event::to_text(value), (std::uint64_t{1} << 32) + others_.size())
        .first->second;
  }

 private:
  const scan::CandidateLog& log_;
  boost::unordered_flat_map<std::string, std::uint64_t> others_;
};

using KeySet = std::vector<std::uint64_t>;  // values of one key that are still possible

KeySet common_to(const KeySet& a, const KeySet& b) {
  KeySet out;
  for (const std::uint64_t value : a) {
    if (std::ranges::find(b, value) != b.end()) out.push_back(value);
  }
  return out;
}

struct Proposal {
  Rows rows;
  std::uint32_t cost = 0;
  std::uint32_t failed = 0;  ///< events that do not satisfy their stage
  Duration over{};
  std::vector<std::uint64_t> ordinals = {};  // for a total order, and to tell proposals apart
  [[nodiscard]] auto rank() const { return std::tie(cost, failed, over, ordinals); }
};

struct Judgement {
  Reason reason = Reason::matched;
  std::size_t positive = 0;
  std::vector<std::size_t> keys = {};
  Duration span{};
  std::optional<CandidateIndex> by = {};
  std::size_t spoiled_stage = 0;
  std::size_t other_match = 0;
};

/// The change as a person would say it.
std::string changed_text(const event::ChangedValue& change, const FieldValues& now,
                         event::FieldType type) {
  const std::string before = now.total == 0   ? "missing"
                             : now.total == 1 ? now.values[0]
                                              : format("{} values", now.total);
  const std::string after =
      event::is_null(change.value) ? "missing" : show_value(change.value, type, 48);
  return format("{} {} instead of {}", change.field, after, before);
}

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::matched:
      return "matched";
    case Reason::no_event:
      return "stage-unmatched";
    case Reason::undated:
      return "undated";
    case Reason::out_of_order:
      return "out-of-order";
    case Reason::keys_differ:
      return "keys-differ";
    case Reason::over_maxspan:
      return "over-maxspan";
    case Reason::stopped:
      return "stopped";
    case Reason::spoiled:
      return "spoiled";
    case Reason::replaced:
      return "replaced";
    case Reason::dropped:
      return "dropped";
    case Reason::paired_elsewhere:
      return "paired-elsewhere";
    case Reason::cut_by_pipe:
      return "cut-by-pipe";
    case Reason::nothing_near:
      return "nothing-near";
  }
  return "";
}

struct Explainer::Impl {
  explicit Impl(const ExplainInputs& given)
      : in(given),
        log(given.sightings.log()),
        rows(given.sightings.rows()),
        chains(given.query, given.binding, log, given.query.maxspan),
        terms(given.rule, given.schema, given.query, given.plan),
        what_if(given.query, given.plan, given.binding, given.sightings, given.watch),
        numbers(log) {
    all_matches = find(given.query, true);
    const match::Matches kept = find(given.query, false);
    for (const match::Match& match : kept.matches) kept_events.insert(match.events);
    for (std::size_t i = 0; i < all_matches.matches.size(); ++i) {
      for (const CandidateIndex event : all_matches.matches[i].events) {
        if (event != match::missing_event) match_of.try_emplace(event, i);
      }
    }
  }

  match::Matches find(const eql::CheckedQuery& query, bool without_pipes) const {
    const std::vector<CandidateIndex> visible = is_sequence() ? log.dated() : log.all();
    if (!without_pipes || query.limits.empty())
      return match::Matcher(query, in.binding).find(log, visible, {});
    eql::CheckedQuery bare = query;
    bare.limits.clear();
    return match::Matcher(bare, in.binding).find(log, visible, {});
  }

  [[nodiscard]] bool is_sequence() const { return in.query.kind == eql::QueryKind::sequence; }
  [[nodiscard]] std::size_t positive_count() const { return chains.positives().size(); }
  [[nodiscard]] bool satisfies(RowIndex row, std::size_t positive) const {
    const auto candidate = in.sightings.candidate_of(row);
    return candidate && chains.satisfies(*candidate, positive);
  }
  [[nodiscard]] EventTime time(RowIndex row) const {
    if (const auto candidate = in.sightings.candidate_of(row)) return log.event_time(*candidate);
    return rows.event_time[row];
  }
  [[nodiscard]] bool is_dated(RowIndex row) const { return rows.has_event_time[row] != 0; }

  // --- choosing events ---

  [[nodiscard]] KeySet key_set(RowIndex row, std::size_t positive, std::size_t key) {
    const scan::QueryBinding::Stage& at = chains.stage(positive);
    KeySet out;
    if (at.keys[key]) {
      const event::ColumnIndex column = in.plan.key_columns()[*at.keys[key]];
      for (const event::Value& value : event::values_of(rows, column, row, key_values_max))
        out.push_back(numbers.number(value));
    }
    if (out.empty() && at.optional_keys[key]) out.push_back(scan::null_key);
    return out;
  }
  [[nodiscard]] KeySet key_set_of(CandidateIndex candidate, std::size_t positive,
                                  std::size_t key) const {
    const scan::QueryBinding::Stage& at = chains.stage(positive);
    KeySet out;
    if (at.keys[key]) {
      for (const scan::KeyId id : log.keys(candidate, *at.keys[key])) {
        if (out.size() == key_values_max) break;
        out.push_back(id);
      }
    }
    if (out.empty() && at.optional_keys[key]) out.push_back(scan::null_key);
    return out;
  }

  /// Narrows `allowed` to what the candidate shares with it, unless that leaves nothing.
  [[nodiscard]] bool joins(CandidateIndex candidate, std::size_t positive,
                           std::optional<std::size_t> ignored, std::vector<KeySet>& allowed) const {
    std::vector<KeySet> narrowed = allowed;
    for (std::size_t i = 0; i < allowed.size(); ++i) {
      if (ignored && *ignored == i) continue;
      narrowed[i] = common_to(allowed[i], key_set_of(candidate, positive, i));
      if (narrowed[i].empty()) return false;
    }
    allowed = std::move(narrowed);
    return true;
  }

  /// The place in the log where a row stands or would stand.
  [[nodiscard]] CandidateIndex place_of(RowIndex row) const {
    if (const auto candidate = in.sightings.candidate_of(row)) return *candidate;
    if (!is_dated(row)) return static_cast<CandidateIndex>(log.dated_count());
    const auto key = std::pair(time(row), rows.ordinal[row]);
    std::size_t low = 0;
    std::size_t high = log.dated_count();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const auto c = static_cast<CandidateIndex>(middle);
      if (std::pair(log.event_time(c), log.ordinal(c)) < key)
        low = middle + 1;
      else
        high = middle;
    }
    return static_cast<CandidateIndex>(low);
  }

  [[nodiscard]] Duration window() const {
    if (!is_sequence() || !in.query.maxspan) return Duration::max();
    return *in.query.maxspan > Duration::max() / window_factor ? Duration::max()
                                                               : *in.query.maxspan * window_factor;
  }

  /// The nearest candidate that a stage can take, on one side of `from` (which is left out).
  enum class Side : std::uint8_t { before, after };
  [[nodiscard]] std::optional<CandidateIndex> look(Side side, CandidateIndex from,
                                                   std::size_t positive,
                                                   std::optional<std::size_t> ignored,
                                                   std::vector<KeySet>& allowed, EventTime anchor,
                                                   const Rows& taken, std::size_t& budget) const {
    const std::size_t end = is_sequence() ? log.dated_count() : log.size();
    std::size_t c = from;
    while (budget > 0) {
      --budget;
      if (side == Side::before) {
        if (c == 0) return std::nullopt;
        --c;
      } else {
        if (c >= end) return std::nullopt;
      }
      const auto candidate = static_cast<CandidateIndex>(c);
      if (side == Side::after) ++c;
      if (c > end) return std::nullopt;
      if (is_sequence()) {
        const Duration gap = side == Side::before
                                 ? match::elapsed(log.event_time(candidate), anchor)
                                 : match::elapsed(anchor, log.event_time(candidate));
        if (gap > window()) return std::nullopt;
      }
      if (!chains.satisfies(candidate, positive)) continue;
      const RowIndex row = in.sightings.row_of(candidate);
      if (std::ranges::find(taken, std::optional(row)) != taken.end()) continue;
      if (joins(candidate, positive, ignored, allowed)) return candidate;
    }
    return std::nullopt;
  }

  Rows around(RowIndex anchor, std::size_t positive, std::optional<std::size_t> ignored) {
    Rows out(positive_count());
    out[positive] = anchor;
    if (positive_count() == 1 || (is_sequence() && !is_dated(anchor))) return out;
    std::vector<KeySet> allowed;
    for (std::size_t i = 0; i < chains.stage(positive).keys.size(); ++i)
      allowed.push_back(key_set(anchor, positive, i));
    const bool is_own = in.sightings.candidate_of(anchor).has_value();
    const CandidateIndex place = place_of(anchor);
    const CandidateIndex after = place + (is_own ? 1 : 0);
    const EventTime when = time(anchor);
    const auto take = [&](Side side, CandidateIndex from, std::size_t stage, EventTime base,
                          std::size_t& budget) {
      const auto found = look(side, from, stage, ignored, allowed, base, out, budget);
      if (found) out[stage] = in.sightings.row_of(*found);
      return found;
    };
    if (!is_sequence()) {
      for (std::size_t stage = 0; stage < out.size(); ++stage) {
        if (stage == positive) continue;
        std::size_t budget = steps_around_max;
        if (!take(Side::after, after, stage, when, budget))
          take(Side::before, place, stage, when, budget);
      }
      return out;
    }
    std::size_t budget = steps_around_max;
    CandidateIndex from = place;
    EventTime first = when;
    for (std::size_t stage = positive; stage-- > 0;) {
      const auto found = take(Side::before, from, stage, when, budget);
      if (!found) break;
      from = *found;
      first = log.event_time(*found);
    }
    budget = steps_around_max;
    from = after;
    for (std::size_t stage = positive + 1; stage < out.size(); ++stage) {
      const auto found = take(Side::after, from, stage, first, budget);
      if (!found) break;
      from = *found + 1;
    }
    // The neighbour may be there, only on the wrong side.
    budget = steps_around_max;
    if (positive > 0 && !out[positive - 1]) take(Side::after, after, positive - 1, when, budget);
    budget = steps_around_max;
    if (positive + 1 < out.size() && !out[positive + 1])
      take(Side::before, place, positive + 1, when, budget);
    return out;
  }

  // --- judging them ---

  [[nodiscard]] std::vector<std::size_t> differing_keys(const Rows& chosen) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < chains.stage(0).keys.size(); ++i) {
      std::optional<KeySet> common;
      for (std::size_t p = 0; p < chosen.size(); ++p) {
        if (!chosen[p]) continue;
        const KeySet here = key_set(*chosen[p], p, i);
        common = common ? common_to(*common, here) : here;
      }
      if (common && common->empty()) out.push_back(i);
    }
    return out;
  }

  [[nodiscard]] bool in_order(RowIndex a, RowIndex b) const {
    const auto x = in.sightings.candidate_of(a);
    const auto y = in.sightings.candidate_of(b);
    if (x && y) return *x < *y;
    return std::pair(time(a), rows.ordinal[a]) < std::pair(time(b), rows.ordinal[b]);
  }
  /// The first place whose event comes before that of an earlier place.
  [[nodiscard]] std::optional<std::size_t> misplaced(const Rows& chosen) const {
    if (!is_sequence()) return std::nullopt;
    std::optional<RowIndex> last;
    for (std::size_t p = 0; p < chosen.size(); ++p) {
      if (!chosen[p]) continue;
      if (last && !in_order(*last, *chosen[p])) return p;
      last = chosen[p];
    }
    return std::nullopt;
  }
  [[nodiscard]] Duration span(const Rows& chosen) const {
    std::optional<EventTime> first;
    EventTime last{};
    for (const auto& row : chosen) {
      if (!row) continue;
      if (!first) first = time(*row);
      last = time(*row);
    }
    return first ? match::elapsed(*first, last) : Duration::zero();
  }
  [[nodiscard]] Duration over_maxspan(const Rows& chosen) const {
    if (!is_sequence() || !in.query.maxspan) return Duration::zero();
    return std::max(Duration::zero(), span(chosen) - *in.query.maxspan);
  }

  Proposal propose(Rows chosen) {
    Proposal out{.rows = std::move(chosen)};
    for (std::size_t p = 0; p < out.rows.size(); ++p) {
      if (!out.rows[p]) {
        out.cost += absent_cost;
        continue;
      }
      out.ordinals.push_back(rows.ordinal[*out.rows[p]]);
      if (!satisfies(*out.rows[p], p)) {
        ++out.failed;
        out.cost += std::max(1U, distance(*out.rows[p], p));
      }
      if (is_sequence() && !is_dated(*out.rows[p])) ++out.cost;
    }
    out.cost += static_cast<std::uint32_t>(differing_keys(out.rows).size());
    out.cost += misplaced(out.rows) ? 1U : 0U;
    out.over = over_maxspan(out.rows);
    out.cost += out.over > Duration::zero() ? 1U : 0U;
    if (out.cost == 0 && match_with(out.rows) == nullptr) out.cost = 1;  // something came between
    return out;
  }

  std::uint32_t distance(RowIndex row, std::size_t positive) {
    const auto [known, is_new] =
        distances.try_emplace(std::pair(row, chains.stage(positive).filter), 0);
    if (is_new) known->second = measure(row, positive);
    return known->second;
  }
  [[nodiscard]] std::uint32_t measure(RowIndex row, std::size_t positive) const {
    event::EventBatch batch(in.plan.projection());
    event::append_row(rows, in.plan.projection(), row, batch, in.plan.projection());
    scan::CandidateLog ignored = in.plan.new_log();
    scan::Scanner scanner(in.plan);
    if (!scanner.scan(batch, ignored)) return scan::Scanner::unreachable;
    if (ignored.size() > 0 && ignored.satisfies(0, chains.stage(positive).filter)) return 0;
    return std::max(1U, scanner.distance(chains.stage(positive).filter, 0, in.watch.weights()));
  }

  /// The match that has all of these events, if there is one.
  [[nodiscard]] const match::Match* match_with(const Rows& chosen) const {
    const auto holds = [&](const match::Match& match) {
      return std::ranges::all_of(chosen, [&](const std::optional<RowIndex>& row) {
        if (!row) return false;
        const auto candidate = in.sightings.candidate_of(*row);
        return candidate && std::ranges::find(match.events, *candidate) != match.events.end();
      });
    };
    for (const auto& row : chosen) {
      const auto candidate = row ? in.sightings.candidate_of(*row) : std::nullopt;
      if (!candidate) return nullptr;
      const auto [known, end] = std::pair(match_of.find(*candidate), match_of.end());
      if (known == end) return nullptr;
      // An event may be in several matches: they follow one another by completing event.
      for (std::size_t i = known->second;
           i < std::min(all_matches.matches.size(), known->second + steps_around_max); ++i) {
        if (holds(all_matches.matches[i])) return &all_matches.matches[i];
      }
      return nullptr;
    }
    return nullptr;
  }

  Judgement judge(const Rows& chosen) {
    for (std::size_t p = 0; p < chosen.size(); ++p) {
      if (!chosen[p] || !satisfies(*chosen[p], p))
        return {.reason = Reason::no_event, .positive = p};
    }
    if (const match::Match* const found = match_with(chosen)) {
      return {.reason =
                  kept_events.contains(found->events) ? Reason::matched : Reason::cut_by_pipe};
    }
    if (is_sequence()) {
      for (std::size_t p = 0; p < chosen.size(); ++p) {
        if (!is_dated(*chosen[p])) return {.reason = Reason::undated, .positive = p};
      }
      if (const auto place = misplaced(chosen))
        return {.reason = Reason::out_of_order, .positive = *place};
    }
    std::vector<std::size_t> keys = differing_keys(chosen);
    Chain chain;
    for (const auto& row : chosen) chain.push_back({.candidate = *in.sightings.candidate_of(*row)});
    if (keys.empty() && !share_a_tuple(chain)) {
      for (std::size_t i = 0; i < chains.stage(0).keys.size(); ++i) keys.push_back(i);
    }
    if (!keys.empty()) return {.reason = Reason::keys_differ, .keys = std::move(keys)};
    if (!is_sequence()) return {.reason = Reason::paired_elsewhere};
    if (!chains.fits(chain)) return {.reason = Reason::over_maxspan, .span = chains.span(chain)};
    if (const auto by = chains.stopped_by(chain)) return {.reason = Reason::stopped, .by = by};
    return ending(chain);
  }

  [[nodiscard]] bool share_a_tuple(const Chain& chain) const {
    return std::ranges::any_of(chains.keys_of(chain[0].candidate, chains.stage(0)),
                               [&](const match::KeyTuple& keys) {
                                 for (std::size_t p = 1; p < chain.size(); ++p) {
                                   if (!chains.has_keys(chain[p].candidate, chains.stage(p), keys))
                                     return false;
                                 }
                                 return true;
                               });
  }

  /// Asks the machine how the sequence ended that began with these events and got farthest.
  Judgement ending(const Chain& chain) const {
    Judgement out{.reason = Reason::paired_elsewhere};
    std::size_t deepest = 0;
    const match::SequenceWatch told = [&](const match::EndedSequence& ended) {
      if (ended.events.size() <= deepest || ended.events.size() > chain.size()) return;
      for (std::size_t i = 0; i < ended.events.size(); ++i) {
        if (ended.events[i] != chain[i].candidate) return;
      }
      deepest = ended.events.size();
      out.positive = deepest - 1;
      out.by = ended.by == match::missing_event ? std::nullopt : std::optional(ended.by);
      switch (ended.how) {
        case match::SequenceEnd::replaced:
          out.reason = Reason::replaced;
          return;
        case match::SequenceEnd::stopped:
          out.reason = Reason::stopped;
          return;
        case match::SequenceEnd::dropped:
          out.reason = Reason::dropped;
          return;
        case match::SequenceEnd::spoiled:
          out.reason = Reason::spoiled;
          out.spoiled_stage = ended.stage;
          out.by = spoiler(ended);
          return;
        case match::SequenceEnd::too_late:
        case match::SequenceEnd::unfinished:
          return;
      }
    };
    (void)match::find_sequences(in.query, in.binding, log, log.dated(), {}, &told);
    if (out.reason != Reason::paired_elsewhere) return out;
    for (const ChainEvent& event : chain) {
      const auto other = match_of.find(event.candidate);
      if (other == match_of.end()) continue;
      const match::Match& match = all_matches.matches[other->second];
      out.by = event.candidate == chain.front().candidate ? match.completing() : match.first();
      break;
    }
    return out;
  }

  /// The event of the missing stage: at that time, with the sequence's keys.
  [[nodiscard]] std::optional<CandidateIndex> spoiler(const match::EndedSequence& ended) const {
    const scan::QueryBinding::Stage& at = in.binding.stages[ended.stage];
    const auto dated = static_cast<CandidateIndex>(log.dated_count());
    CandidateIndex low = 0;
    CandidateIndex high = dated;
    while (low < high) {
      const CandidateIndex middle = low + (high - low) / 2;
      if (log.event_time(middle) < ended.spoiler)
        low = middle + 1;
      else
        high = middle;
    }
    for (CandidateIndex c = low; c < dated; ++c) {
      if (match::elapsed(ended.spoiler, log.event_time(c)) > std::chrono::milliseconds{1}) break;
      if (log.satisfies(c, at.filter) && chains.has_keys(c, at, ended.keys)) return c;
    }
    return std::nullopt;
  }

  // --- showing them ---

  [[nodiscard]] EventView view(RowIndex row, std::size_t stage) const {
    EventView out{.line = rows.line[row], .id = std::string(rows.ids[row])};
    if (is_dated(row)) out.time = time(row);
    out.fields = terms.fields(stage, rows, row);
    return out;
  }
  [[nodiscard]] EventView view_of(CandidateIndex candidate, std::size_t stage) const {
    return view(in.sightings.row_of(candidate), stage);
  }

  [[nodiscard]] FieldValues key_values(RowIndex row, std::size_t positive, std::size_t key) const {
    const event::Field& field = in.query.stages[chains.positives()[positive]].keys[key].field;
    FieldValues out{.field = field.name};
    if (const auto slot = chains.stage(positive).keys[key]) {
      const event::ColumnIndex column = in.plan.key_columns()[*slot];
      out.total = rows.columns[column].codes(row).size();
      for (const event::Value& value : event::values_of(rows, column, row, 4))
        out.values.push_back(show_value(value, field.type, 48));
    }
    return out;
  }

  Explanation show(const Rows& chosen, const Judgement& judged) {
    Explanation out{.reason = judged.reason};
    const std::vector<std::size_t> differing = differing_keys(chosen);
    std::optional<EventTime> first;
    std::size_t conditions = 0;
    std::size_t positive = 0;
    for (std::size_t stage = 0; stage < in.query.stages.size(); ++stage) {
      StageView shown{.stage = stage};
      if (in.query.stages[stage].missing) {
        const bool happened = judged.reason == Reason::spoiled && judged.spoiled_stage == stage;
        shown.state = happened ? StageView::State::happened : StageView::State::free;
        if (happened && judged.by) shown.event = view_of(*judged.by, stage);
        out.stages.push_back(std::move(shown));
        continue;
      }
      const std::optional<RowIndex> row = chosen[positive];
      if (row) {
        shown.state = satisfies(*row, positive) ? StageView::State::met : StageView::State::failed;
        shown.event = view(*row, stage);
        if (is_dated(*row) && is_sequence()) {
          if (!first) first = time(*row);
          shown.since_first = match::elapsed(*first, time(*row));
        }
        const bool wants = shown.state == StageView::State::failed || in.detail == Detail::full;
        if (wants && conditions++ < conditions_max) shown.condition = terms.read(stage, rows, *row);
        for (std::size_t i = 0; i < chains.stage(positive).keys.size(); ++i) {
          shown.keys.push_back({.name = in.query.stages[stage].keys[i].field.name,
                                .values = key_values(*row, positive, i),
                                .differs = std::ranges::count(differing, i) > 0});
        }
      }
      ++positive;
      out.stages.push_back(std::move(shown));
    }
    // Also where something else already stands in the way: time is no lesser obstacle.
    const Duration over = over_maxspan(chosen);
    const bool is_unordered = judged.reason == Reason::undated || misplaced(chosen).has_value();
    if (over > Duration::zero() && !is_unordered) out.over = over;
    if (judged.by)
      out.by = view_of(*judged.by, judged.reason == Reason::spoiled ? judged.spoiled_stage : 0);
    word(out, chosen, judged);
    return out;
  }

  [[nodiscard]] std::string step(std::size_t positive) const {
    return in.query.stages.size() == 1 ? "the query"
                                       : format("step {}", chains.positives()[positive] + 1);
  }

  /// Terms that fail, with their text.
  static void collect_failing(
      const Term& term,
      std::vector<const Term*>& out) {  // NOLINT(misc-no-recursion): depth bounded by the parser
    if (term.truth == Truth::yes) return;
    const bool is_negated_term = term.kind == TermKind::none && term.children.size() == 1 &&
                                 term.children[0].kind == TermKind::term;
    if (is_negated_term) {
      out.push_back(&term.children[0]);
    } else if (term.kind == TermKind::all) {
      for (const Term& child : term.children) collect_failing(child, out);
    } else {
      out.push_back(&term);
    }
  }

  void word(Explanation& out, const Rows& chosen, const Judgement& judged) {
    const auto seconds = [](Duration d) { return match::precise_duration(d); };
    const auto by = [&]() -> std::string {
      return out.by ? format("the event on line {}", out.by->line) : std::string("another event");
    };
    switch (judged.reason) {
      case Reason::matched:
        out.text = "it matches";
        return;
      case Reason::cut_by_pipe:
        out.text = "it matches, but the query's own pipe (head or tail) leaves it out";
        return;
      case Reason::no_event:
        out.stage = chains.positives()[judged.positive];
        out.text = no_event_text(out, chosen, judged.positive);
        return;
      case Reason::undated:
        out.stage = chains.positives()[judged.positive];
        out.text = format("the event for {} has no time ({}), and no sequence can use it",
                          step(judged.positive), in.rule.timestamp_field);
        return;
      case Reason::out_of_order: {
        out.stage = chains.positives()[judged.positive];
        const Duration early =
            match::elapsed(time(*chosen[judged.positive]), time(*chosen[judged.positive - 1]));
        out.text = early == Duration::zero()
                       ? format(
                             "{} and {} are at the same time, and the {} puts them in the other "
                             "order",
                             step(judged.positive - 1), step(judged.positive),
                             log.has_tiebreaker() ? "tiebreaker" : "input")
                       : format("{} comes {} before {} instead of after it", step(judged.positive),
                                seconds(early), step(judged.positive - 1));
        return;
      }
      case Reason::keys_differ:
        out.text = keys_text(chosen, judged.keys);
        return;
      case Reason::over_maxspan:
        out.over = judged.span - *in.query.maxspan;
        out.text = format("{} over maxspan: {} of {}", seconds(*out.over), seconds(judged.span),
                          seconds(*in.query.maxspan));
        return;
      case Reason::stopped:
        out.text = format("stopped by until: {} comes between", by());
        return;
      case Reason::spoiled:
        out.stage = judged.spoiled_stage;
        out.text =
            format("step {} must not happen, but {} does it", judged.spoiled_stage + 1, by());
        return;
      case Reason::replaced:
        out.stage = chains.positives()[judged.positive];
        out.text = format("another event took its place: {} reaches {} again", by(),
                          step(judged.positive));
        return;
      case Reason::dropped:
        out.text = "too many sequences were in progress, and it was the oldest";
        return;
      case Reason::paired_elsewhere:
        out.text = out.by ? format("its events went into another match, with {}", by())
                          : "its events went into other matches";
        return;
      case Reason::nothing_near:
        out.text = "no event comes near the query";
        return;
    }
  }

  std::string no_event_text(const Explanation& out, const Rows& chosen, std::size_t positive) {
    const std::size_t stage = chains.positives()[positive];
    const std::uint32_t written = in.query.stages[stage].written;
    const auto& stages = in.query.syntax.stages;
    if (!chosen[positive]) {
      const std::string what = written < stages.size() && stages[written].filter.category
                                   ? *stages[written].filter.category + " event"
                                   : "event";
      const bool is_beside = std::ranges::any_of(chosen, [](const auto& row) { return bool(row); });
      if (in.query.stages.size() == 1) return format("no {} satisfies the query", what);
      return format(
          "no {} satisfies {}{}", what, step(positive),
          is_beside && in.query.maxspan && is_sequence()
              ? format(" near enough (maxspan {})", match::precise_duration(*in.query.maxspan))
              : "");
    }
    const StageView& shown = out.stages[stage];
    std::vector<const Term*> failing;
    if (shown.condition) collect_failing(*shown.condition, failing);
    const bool are_all_guards =
        !failing.empty() &&
        std::ranges::none_of(failing, [](const Term* term) { return term->guard.empty(); });
    if (are_all_guards) {
      const std::size_t others = failing.size() - 1 + shown.condition->hidden;
      return format("{} is met, but the event is left out by {}{}", step(positive),
                    failing[0]->guard, others > 0 ? format(" and {} more", others) : "");
    }
    if (failing.size() == 1 && failing[0]->values.size() == 1 &&
        failing[0]->truth != Truth::fails) {
      const FieldValues& values = failing[0]->values[0];
      return format("{} is not met: {} is {}", step(positive), values.field,
                    values.total == 0   ? "missing"
                    : values.total == 1 ? values.values[0]
                                        : join(values.values, ", "));
    }
    if (failing.empty()) return format("{} is not met", step(positive));
    return format("{} is not met: {} term{} fail{}", step(positive), failing.size(),
                  failing.size() == 1 ? "" : "s", failing.size() == 1 ? "s" : "");
  }

  std::string keys_text(const Rows& chosen, const std::vector<std::size_t>& keys) const {
    std::vector<std::string> parts;
    for (const std::size_t i : keys) {
      std::vector<std::string> values;
      std::string name;
      for (std::size_t p = 0; p < chosen.size(); ++p) {
        if (!chosen[p]) continue;
        const FieldValues here = key_values(*chosen[p], p, i);
        if (name.empty()) name = here.field;
        const std::string text = here.total == 0 ? "missing" : join(here.values, ", ");
        if (values.empty() || values.back() != text) values.push_back(text);
      }
      if (values.size() == 1 && values[0] == "missing")
        parts.push_back(format("{} is missing, which equals nothing", name));
      else
        parts.push_back(format("{} differs: {}", name, join(values, ", then ")));
    }
    return join(parts, "; ");
  }

  // --- what would have made it match ---

  [[nodiscard]] event::FieldType type_of(const std::string& field) const {
    const auto& columns = in.plan.projection().columns;
    const auto found = std::ranges::find(columns, field, &event::Field::name);
    return found == columns.end() ? event::FieldType::keyword : found->type;
  }
  [[nodiscard]] FieldValues now(const std::string& field, RowIndex row) const {
    const auto& columns = in.plan.projection().columns;
    const auto found = std::ranges::find(columns, field, &event::Field::name);
    FieldValues out{.field = field};
    if (found == columns.end()) return out;
    const auto column = static_cast<event::ColumnIndex>(found - columns.begin());
    out.total = rows.columns[column].codes(row).size();
    for (const event::Value& value : event::values_of(rows, column, row, 1))
      out.values.push_back(show_value(value, found->type, 48));
    return out;
  }

  void add_changes(Explanation& out, const Rows& chosen, const Judgement& judged) {
    std::vector<RowIndex> present;
    for (const auto& row : chosen) {
      if (row) present.push_back(*row);
    }
    const bool is_whole = present.size() == chosen.size();
    const auto try_whole = [&](const Change& change, std::vector<std::string> parts) {
      if (what_if.matches(change, present)) {
        out.changes.push_back({.parts = std::move(parts)});
        return;
      }
      // A newer start, say, may take the place of the one shown.
      std::vector<RowIndex> changed;
      for (const Change::Event& event : change.events) {
        const auto candidate = in.sightings.candidate_of(event.row);
        if (!candidate || !match_of.contains(*candidate)) changed.push_back(event.row);
      }
      if (!changed.empty() && what_if.matches(change, changed)) {
        out.changes.push_back(
            {.parts = std::move(parts), .then = ChangeView::Then::matches_otherwise});
      }
    };
    switch (judged.reason) {
      case Reason::no_event:
      case Reason::undated:
      case Reason::out_of_order:
      case Reason::keys_differ:
      case Reason::over_maxspan:
        break;
      case Reason::stopped:
      case Reason::spoiled:
      case Reason::replaced:
      case Reason::paired_elsewhere:
        if (judged.by && out.by && is_whole)
          try_whole({.without = {*judged.by}},
                    {format("without the event on line {}", out.by->line)});
        return;
      case Reason::matched:
      case Reason::dropped:
      case Reason::cut_by_pipe:
      case Reason::nothing_near:
        return;
    }

    // Everything that stands in the way is put right at once; mostly that is one thing.
    Change change;
    std::vector<std::string> texts;
    for (std::size_t p = 0; p < chosen.size(); ++p) {
      if (!chosen[p] || satisfies(*chosen[p], p)) continue;
      const auto values =
          what_if.values_for(chains.stage(p).filter, *chosen[p], changed_values_max);
      if (!values) return;
      std::vector<std::string> own;
      for (const event::ChangedValue& value : *values)
        own.push_back(changed_text(value, now(value.field, *chosen[p]), type_of(value.field)));
      if (!is_whole) {
        out.changes.push_back(
            {.parts = own, .then = ChangeView::Then::meets_stage, .stage = chains.positives()[p]});
        return;
      }
      if (chosen.size() > 1) {
        for (std::string& text : own) text += format(" at {}", step(p));
      }
      std::ranges::move(own, std::back_inserter(texts));
      change.events.push_back({.row = *chosen[p], .values = *values});
    }
    if (!is_whole) return;
    const auto changed_event = [&](RowIndex row) -> Change::Event& {
      const auto known = std::ranges::find(change.events, row, &Change::Event::row);
      if (known != change.events.end()) return *known;
      change.events.push_back({.row = row});
      return change.events.back();
    };
    if (const auto place = misplaced(chosen)) {
      const RowIndex row = *chosen[*place];
      const EventTime after = time(*chosen[*place - 1]) + Duration{std::chrono::milliseconds{1}};
      changed_event(row).time = after;
      texts.push_back(format("{} after {}", step(*place), step(*place - 1)));
    } else if (const Duration over = over_maxspan(chosen); over > Duration::zero()) {
      change.maxspan = rounded_up(span(chosen));
      texts.push_back(format("maxspan={}", maxspan_text(*change.maxspan)));
    }
    const std::vector<std::size_t> keys = differing_keys(chosen);
    const Change without_key = [&] {
      Change out_of = change;
      out_of.dropped_keys = keys;
      return out_of;
    }();
    if (!keys.empty()) {
      std::vector<std::string> names;
      for (const std::size_t key : keys)
        names.push_back(in.query.stages[chains.positives()[0]].keys[key].field.name);
      std::vector<std::string> dropped = texts;
      dropped.push_back(format("no join by {}", join(names, ", ")));
      if (equalize_keys(chosen, keys, changed_event, texts)) try_whole(change, texts);
      try_whole(without_key, dropped);
      return;
    }
    if (!texts.empty()) try_whole(change, texts);
  }

  /// Gives later events the first one's keys. False where there is no value to give.
  template <class ChangedEvent>
  bool equalize_keys(const Rows& chosen, const std::vector<std::size_t>& keys,
                     const ChangedEvent& changed_event, std::vector<std::string>& texts) {
    for (const std::size_t key : keys) {
      std::optional<event::Value> wanted;
      for (std::size_t p = 0; p < chosen.size() && !wanted; ++p) {
        if (const auto slot = chains.stage(p).keys[key]) {
          const auto values = event::values_of(rows, in.plan.key_columns()[*slot], *chosen[p], 1);
          if (!values.empty()) wanted = values[0];
        }
      }
      if (!wanted) wanted = event::Value(std::string("a"));
      for (std::size_t p = 0; p < chosen.size(); ++p) {
        const auto slot = chains.stage(p).keys[key];
        if (!slot) return false;
        const KeySet here = key_set(*chosen[p], p, key);
        if (std::ranges::find(here, numbers.number(*wanted)) != here.end()) continue;
        const event::Field& field = in.query.stages[chains.positives()[p]].keys[key].field;
        const event::ChangedValue value{field.name, *wanted};
        texts.push_back(format(
            "{} at {}", changed_text(value, now(field.name, *chosen[p]), field.type), step(p)));
        changed_event(*chosen[p]).values.push_back(value);
      }
    }
    return true;
  }

  /// As people write a maxspan: whole seconds, or milliseconds below one.
  static Duration rounded_up(Duration span) {
    const Duration unit = span >= std::chrono::seconds{1} ? Duration{std::chrono::seconds{1}}
                                                          : Duration{std::chrono::milliseconds{1}};
    const Duration whole = span - span % unit;
    return whole == span || whole > Duration::max() - unit ? whole : whole + unit;
  }
  static std::string maxspan_text(Duration span) {
    return span % std::chrono::seconds{1} == Duration::zero()
               ? format("{}s", span / std::chrono::seconds{1})
               : format("{}ms", span / std::chrono::milliseconds{1});
  }

  Explanation explain(const Rows& chosen) {
    const Judgement judged = judge(chosen);
    Explanation out = show(chosen, judged);
    add_changes(out, chosen, judged);
    return out;
  }

  Rows rows_of(const match::Match& match) const {
    Rows out;
    for (const CandidateIndex event : match.events) {
      if (event != match::missing_event) out.emplace_back(in.sightings.row_of(event));
    }
    return out;
  }

  std::vector<std::optional<std::size_t>> ignorable_keys() const {
    std::vector<std::optional<std::size_t>> out = {std::nullopt};
    for (std::size_t i = 0; i < std::min<std::size_t>(chains.stage(0).keys.size(), 8); ++i)
      out.emplace_back(i);
    return out;
  }

  void propose_around(RowIndex row, std::size_t positive, std::vector<Proposal>& out) {
    for (const auto& ignored : ignorable_keys())
      out.push_back(propose(around(row, positive, ignored)));
  }
  /// As the first and as the last of a run.
  void propose_around(RowIndex row, const WatchedStage& stage, std::vector<Proposal>& out) {
    propose_around(row, stage.positive, out);
    if (stage.last_positive != stage.positive) propose_around(row, stage.last_positive, out);
  }

  /// Not so an event that has its own match, or one that nothing connects with its step.
  [[nodiscard]] bool is_near(const Proposal& proposal) {
    bool has_near = false;
    for (std::size_t p = 0; p < proposal.rows.size(); ++p) {
      if (!proposal.rows[p]) continue;
      if (satisfies(*proposal.rows[p], p)) {
        has_near = true;
        continue;
      }
      const auto candidate = in.sightings.candidate_of(*proposal.rows[p]);
      if (candidate && match_of.contains(*candidate)) return false;
      has_near = has_near || distance(*proposal.rows[p], p) < category_weight;
    }
    return has_near;
  }

  [[nodiscard]] std::vector<std::pair<RowIndex, std::size_t>> anchors() {
    std::vector<std::pair<RowIndex, std::size_t>> out;
    const std::vector<WatchedStage>& stages = in.watch.stages();
    for (const Sightings::Near& near : in.sightings.near()) {
      const WatchedStage& stage = stages[near.stage];
      out.emplace_back(near.row, stage.positive);
      if (stage.last_positive != stage.positive) out.emplace_back(near.row, stage.last_positive);
    }
    if (positive_count() == 1) return out;
    // How far sequences got: the last event of those that got farthest.
    std::vector<std::tuple<std::size_t, CandidateIndex>> deep;
    if (is_sequence()) {
      const match::SequenceWatch told = [&](const match::EndedSequence& ended) {
        if (ended.events.size() < 2) return;
        if (deep.size() >= anchors_max && ended.events.size() <= std::get<0>(deep.front())) return;
        deep.emplace_back(ended.events.size(), ended.events.back());
        std::ranges::push_heap(deep, std::greater<>());
        if (deep.size() <= anchors_max) return;
        std::ranges::pop_heap(deep, std::greater<>());
        deep.pop_back();
      };
      (void)match::find_sequences(in.query, in.binding, log, log.dated(), {}, &told);
      std::ranges::sort(deep, std::greater<>());
      if (deep.size() > anchors_per_stage_max) deep.resize(anchors_per_stage_max);
    }
    for (const auto& [depth, last] : deep) out.emplace_back(in.sightings.row_of(last), depth - 1);
    for (std::size_t s = stages.size(); s-- > 0 && out.size() < anchors_max;) {
      std::size_t taken = 0;
      for (CandidateIndex c = 0; c < log.size() && taken < anchors_per_stage_max; ++c) {
        if (!log.satisfies(c, stages[s].bound.filter) || match_of.contains(c)) continue;
        out.emplace_back(in.sightings.row_of(c), stages[s].positive);
        ++taken;
      }
    }
    if (out.size() > anchors_max) out.resize(anchors_max);
    return out;
  }

  ExplainInputs in;
  const scan::CandidateLog& log;
  const event::EventBatch& rows;
  Chains chains;
  TermReader terms;
  WhatIf what_if;
  KeyNumbers numbers;
  match::Matches all_matches;
  std::map<std::pair<RowIndex, scan::FilterIndex>, std::uint32_t> distances;
  std::set<std::vector<CandidateIndex>> kept_events;
  boost::unordered_flat_map<CandidateIndex, std::size_t> match_of;  // the first
};

Explainer::Explainer(const ExplainInputs& inputs) : impl_(std::make_unique<Impl>(inputs)) {}
Explainer::~Explainer() = default;

const match::Matches& Explainer::matches() const { return impl_->all_matches; }
std::size_t Explainer::stage_count() const { return impl_->positive_count(); }
std::uint32_t Explainer::distance(RowIndex row, std::size_t positive) {
  return impl_->distance(row, positive);
}

Explanation Explainer::match(const match::Match& match) {
  return impl_->explain(impl_->rows_of(match));
}

Explanation Explainer::events(const Rows& rows) { return impl_->explain(rows); }

Explanation Explainer::event(RowIndex row) {
  Impl& at = *impl_;
  const auto candidate = at.in.sightings.candidate_of(row);
  if (candidate) {
    const auto known = at.match_of.find(*candidate);
    if (known != at.match_of.end()) return match(at.all_matches.matches[known->second]);
  }
  std::vector<Proposal> proposals;
  for (const WatchedStage& stage : at.in.watch.stages()) at.propose_around(row, stage, proposals);
  // A near miss may be what the event goes with.
  const std::uint64_t ordinal = at.rows.ordinal[row];
  for (const Sightings::Near& near : at.in.sightings.near()) {
    if (at.rows.ordinal[near.row] == ordinal) continue;
    std::vector<Proposal> others;
    at.propose_around(near.row, at.in.watch.stages()[near.stage], others);
    for (Proposal& other : others) {
      if (std::ranges::find(other.ordinals, ordinal) != other.ordinals.end())
        proposals.push_back(std::move(other));
    }
  }
  Explanation out = at.explain(std::ranges::min_element(proposals, {}, &Proposal::rank)->rows);
  if (candidate) {
    for (std::size_t j = 0; j < at.in.query.stages.size(); ++j) {
      if (at.in.query.stages[j].missing &&
          at.log.satisfies(*candidate, at.in.binding.stages[j].filter))
        out.notes.push_back(format("it is an event that step {} forbids", j + 1));
    }
    if (at.in.binding.until && at.log.satisfies(*candidate, at.in.binding.until->filter))
      out.notes.emplace_back("it satisfies until, and ends what is in progress under its keys");
  }
  return out;
}

std::vector<Explanation> Explainer::nearest(std::size_t count) {
  Impl& at = *impl_;
  std::vector<Proposal> proposals;
  for (const auto& [row, positive] : at.anchors()) at.propose_around(row, positive, proposals);
  std::erase_if(proposals, [&](const Proposal& p) { return p.cost == 0 || !at.is_near(p); });
  std::ranges::sort(proposals, {}, &Proposal::rank);
  std::vector<Explanation> out;
  std::set<std::uint64_t> told;  // events that an explanation has been about
  for (const Proposal& proposal : proposals) {
    if (out.size() == count) break;
    const bool is_new = std::ranges::none_of(
        proposal.ordinals, [&](std::uint64_t ordinal) { return told.contains(ordinal); });
    if (!is_new) continue;
    told.insert(proposal.ordinals.begin(), proposal.ordinals.end());
    out.push_back(at.explain(proposal.rows));
  }
  return out;
}

}  // namespace eqlab::explain
