#include "tests/reference/finder.h"

#include <algorithm>
#include <map>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "tests/reference/world.h"

// A sequence is found stage by stage: first every event of the first stage, each its own partial;
// then each event of the next stage, in order, takes the latest partial of its key that ends before
// it, and whatever is older than that one is gone. Tested by finder_test.cc in tests/unit/match.
namespace eqlab::reference {
namespace {

using Rank = std::size_t;

struct Partial {
  std::vector<Rank> events;
  Key key;
};

struct SequenceQuery {
  std::vector<StageEvents> stages;
  std::optional<StageEvents> until;
  std::optional<std::int64_t> maxspan;
  const std::vector<PlacedEvent>* placed = nullptr;

  [[nodiscard]] std::int64_t time(Rank rank) const { return *(*placed)[rank].time; }
  [[nodiscard]] bool takes_part(const StageEvents& stage, Rank rank, const Key& key) const {
    return (*placed)[rank].time.has_value() &&
           std::ranges::find(stage.keys_of[rank], key) != stage.keys_of[rank].end();
  }
  /// An until event in [previous, current).
  [[nodiscard]] bool ended_between(Rank previous, Rank current, const Key& key) const {
    for (Rank rank = previous; until && rank < current; ++rank) {
      if (takes_part(*until, rank, key)) return true;
    }
    return false;
  }
};

std::vector<Partial> first_stage(const SequenceQuery& query, const StageEvents& stage) {
  std::vector<Partial> partials;
  for (Rank rank = 0; rank < query.placed->size(); ++rank) {
    if (!(*query.placed)[rank].time) continue;
    for (const Key& key : stage.keys_of[rank]) partials.push_back({{rank}, key});
  }
  return partials;
}

std::vector<Partial> extend(const SequenceQuery& query, const StageEvents& stage,
                            std::vector<Partial> partials) {
  std::vector<Partial> extended;
  for (const Partial& next : first_stage(query, stage)) {
    const Rank rank = next.events[0];
    std::optional<Partial> latest;
    for (const Partial& partial : partials) {
      const bool before = partial.key == next.key && partial.events.back() < rank;
      if (before && (!latest || partial.events.back() > latest->events.back())) latest = partial;
    }
    if (!latest) continue;
    const Rank previous = latest->events.back();
    std::erase_if(partials, [&](const Partial& p) {
      return p.key == next.key && p.events.back() <= previous;
    });
    if (query.maxspan && query.time(rank) - query.time(latest->events[0]) > *query.maxspan)
      continue;
    if (query.ended_between(previous, rank, next.key)) continue;
    latest->events.push_back(rank);
    extended.push_back(*latest);
  }
  return extended;
}

/// Milliseconds: what the look-ups of missing events compare.
std::int64_t milliseconds(std::int64_t time) {
  constexpr std::int64_t unit = 1'000'000;
  return (time - ((time % unit) + unit) % unit) / unit;
}

/// The `![…]` stages of a completed match: is it accepted?
bool absences_hold(const SequenceQuery& query, const Partial& match) {
  const auto time = [&](Rank rank) { return milliseconds(query.time(rank)); };
  std::optional<std::int64_t> leading;
  std::optional<std::int64_t> trailing;
  bool has_leading = false;
  bool has_trailing = false;
  std::size_t positives_before = 0;
  for (const StageEvents& stage : query.stages) {
    if (!stage.missing) {
      ++positives_before;
      continue;
    }
    const bool is_leading = positives_before == 0;
    const bool is_trailing = positives_before == match.events.size();
    has_leading = has_leading || is_leading;
    has_trailing = has_trailing || is_trailing;
    for (Rank rank = 0; rank < query.placed->size(); ++rank) {
      if (!query.takes_part(stage, rank, match.key)) continue;
      const std::int64_t at = time(rank);
      if (is_leading) {
        if (at < time(match.events.front())) leading = leading ? std::max(*leading, at) : at;
      } else if (is_trailing) {
        if (at > time(match.events.back())) trailing = trailing ? std::min(*trailing, at) : at;
      } else if (at > time(match.events[positives_before - 1]) &&
                 at < time(match.events[positives_before])) {
        return false;
      }
    }
  }
  const std::int64_t span = milliseconds(query.maxspan.value_or(0));
  if (has_leading && has_trailing) return !leading || !trailing || *trailing - *leading > span;
  if (has_leading) return !leading || time(match.events.back()) - *leading > span;
  if (has_trailing) return !trailing || *trailing - time(match.events.front()) > span;
  return true;
}

Result<SequenceQuery> prepare(const eql::Query& query, const Interpreter& interpreter,
                              const event::Schema& schema, const std::vector<PlacedEvent>& placed,
                              const std::vector<Row>& rows) {
  SequenceQuery prepared;
  prepared.placed = &placed;
  if (query.maxspan) prepared.maxspan = query.maxspan->count();
  for (const eql::Stage& stage : query.stages) {
    EQLAB_TRY(const StageEvents events,
              stage_events(interpreter, query, stage, schema, placed, rows));
    prepared.stages.insert(prepared.stages.end(), static_cast<std::size_t>(stage.runs), events);
  }
  if (query.until) {
    EQLAB_TRY(prepared.until, stage_events(interpreter, query, *query.until, schema, placed, rows));
  }
  return prepared;
}

Result<std::vector<ReferenceMatch>> find_sequences(const SequenceQuery& query) {
  std::vector<Partial> partials;
  bool started = false;
  for (const StageEvents& stage : query.stages) {
    if (stage.missing) continue;
    partials = started ? extend(query, stage, std::move(partials)) : first_stage(query, stage);
    started = true;
  }
  if (!started) return search_failure("a sequence needs a stage that is not missing");
  std::erase_if(partials, [&](const Partial& match) { return !absences_hold(query, match); });
  std::ranges::stable_sort(partials, [](const Partial& a, const Partial& b) {
    if (a.events.back() != b.events.back()) return a.events.back() < b.events.back();
    return KeyLess()(a.key, b.key);
  });
  std::vector<ReferenceMatch> matches;
  for (const Partial& partial : partials) {
    ReferenceMatch match{{}, partial.key};
    std::size_t positive = 0;
    for (const StageEvents& stage : query.stages) {
      match.events.push_back(stage.missing ? missing_row
                                           : (*query.placed)[partial.events[positive++]].row);
    }
    matches.push_back(match);
  }
  return matches;
}

/// All combinations of one key, depth first, until `wanted` are found.
void combine(const std::vector<std::vector<int>>& lists, std::vector<int>& chosen,
             std::size_t wanted, std::vector<std::vector<int>>& found) {
  if (chosen.size() == lists.size()) {
    found.push_back(chosen);
    return;
  }
  for (const int row : lists[chosen.size()]) {
    if (found.size() >= wanted) return;
    if (std::ranges::find(chosen, row) != chosen.end()) continue;
    chosen.push_back(row);
    combine(lists, chosen, wanted, found);  // NOLINT(misc-no-recursion): limits::sample_stages_max
    chosen.pop_back();
  }
}

std::vector<ReferenceMatch> find_samples(const SequenceQuery& query, const Options& options) {
  std::map<Key, std::vector<std::vector<int>>, KeyLess> boxes;
  for (std::size_t box = 0; box < query.stages.size(); ++box) {
    for (Rank rank = 0; rank < query.placed->size(); ++rank) {
      for (const Key& key : query.stages[box].keys_of[rank]) {
        auto& lists = boxes[key];
        lists.resize(query.stages.size());
        lists[box].push_back((*query.placed)[rank].row);
      }
    }
  }
  const std::size_t kept = query.stages.size() + options.max_samples_per_key - 1;
  std::vector<ReferenceMatch> matches;
  for (auto& [key, lists] : boxes) {
    for (auto& list : lists) {
      std::ranges::sort(list);
      if (list.size() > kept) list.resize(kept);
    }
    std::vector<int> chosen;
    std::vector<std::vector<int>> found;
    combine(lists, chosen, options.max_samples_per_key, found);
    for (const std::vector<int>& events : found) matches.push_back({events, key});
  }
  if (options.size && matches.size() > *options.size) matches.resize(*options.size);
  return matches;
}

void limit(std::vector<ReferenceMatch>& matches, Position position, std::uint64_t count) {
  if (matches.size() <= count) return;
  const auto excess = static_cast<std::ptrdiff_t>(matches.size() - count);
  if (position == Position::head) {
    matches.erase(matches.end() - excess, matches.end());
  } else {
    matches.erase(matches.begin(), matches.begin() + excess);
  }
}

/// `size` counts as a pipe before the first one written, of the same kind.
Status apply_limits(const eql::Query& query, const Interpreter& interpreter, const Options& options,
                    std::vector<ReferenceMatch>& matches) {
  if (options.size) {
    const Position position = query.pipes.empty()             ? options.result_position
                              : query.pipes[0].name == "head" ? Position::head
                                                              : Position::tail;
    limit(matches, position, *options.size);
  }
  for (const eql::Pipe& pipe : query.pipes) {
    EQLAB_TRY(const Scalar count, interpreter.constant_value(pipe.arguments.at(0)));
    const auto number = parse_number<std::uint64_t>(to_text(count));
    if (!number) return search_failure("a limit must be a whole number");
    limit(matches, pipe.name == "head" ? Position::head : Position::tail, *number);
  }
  return ok();
}

}  // namespace

Result<std::vector<ReferenceMatch>> run(std::string_view text, const event::Schema& schema,
                                        const Options& options, const std::vector<Row>& rows) {
  EQLAB_TRY(const eql::Query query, eql::parse_query(text));
  return run(query, schema, options, rows);
}

Result<std::vector<ReferenceMatch>> run(const eql::Query& query, const event::Schema& schema,
                                        const Options& options, const std::vector<Row>& rows) {
  const Interpreter interpreter(query, schema, options.event_category_field);
  const std::vector<PlacedEvent> placed = place(rows, schema, options);
  std::vector<ReferenceMatch> matches;
  if (query.kind == eql::QueryKind::event) {
    for (const PlacedEvent& event : placed) {
      EQLAB_TRY(const bool passes, interpreter.passes(query.stages[0].filter,
                                                      rows[static_cast<std::size_t>(event.row)]));
      if (passes) matches.push_back({{event.row}, {}});
    }
  } else {
    EQLAB_TRY(const SequenceQuery prepared, prepare(query, interpreter, schema, placed, rows));
    if (query.kind == eql::QueryKind::sample) return find_samples(prepared, options);
    EQLAB_TRY(matches, find_sequences(prepared));
  }
  EQLAB_CHECK(apply_limits(query, interpreter, options, matches));
  return matches;
}

}  // namespace eqlab::reference
