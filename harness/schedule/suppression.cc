// The engine first drops what it has written or counted, then groups what is left of one search,
// then looks for an older alert that a group may join. Tested in
// tests/unit/schedule/suppression_test.cc.
#include "harness/schedule/suppression.h"

#include <algorithm>

namespace eqlab::schedule {
namespace {

event::Field field_of(const event::Schema& schema, const std::string& name) {
  if (const event::Field* const known = schema.find(name)) return *known;
  return {.name = name, .source = name};
}

bool lacks_a_field(const SuppressionTerms& terms) {
  return std::ranges::any_of(terms, [](const auto& values) { return values.empty(); });
}

/// The alert of an event is one document; of a sequence a shell and a block for each event.
std::uint64_t documents_of(const match::Match& match) {
  if (match.events.size() == 1) return 1;
  return 1 + static_cast<std::uint64_t>(std::ranges::count_if(
                 match.events, [](auto event) { return event != match::missing_event; }));
}

}  // namespace

std::optional<SuppressionOptions> carry_suppression(scan::Plan& plan, const event::Schema& schema,
                                                    const rule::Rule& rule) {
  if (!rule.suppression) return std::nullopt;
  SuppressionOptions out{.group_by = {},
                         .missing = rule.suppression->missing_fields_strategy == "doNotSuppress"
                                        ? MissingFields::are_not_suppressed
                                        : MissingFields::are_a_value,
                         .duration = rule.suppression->duration};
  for (const std::string& name : rule.suppression->group_by)
    out.group_by.push_back(plan.carry(field_of(schema, name)));
  return out;
}

SuppressionTerms suppression_terms(const scan::CandidateLog& log, const match::Match& match,
                                   std::span<const scan::KeySlot> group_by) {
  SuppressionTerms out;
  for (const scan::KeySlot slot : group_by) {
    std::vector<scan::KeyId>& common = out.emplace_back();
    bool is_first = true;
    for (const scan::CandidateIndex event : match.events) {
      if (event == match::missing_event) continue;
      const auto keys = log.keys(event, slot);
      std::vector<scan::KeyId> values(keys.begin(), keys.end());
      std::ranges::sort(values);
      if (is_first) {
        common = std::move(values);
      } else {
        std::erase_if(common,
                      [&](scan::KeyId key) { return !std::ranges::binary_search(values, key); });
      }
      is_first = false;
    }
  }
  return out;
}

/// What one write may still add: the flat list of new documents, each shell before its blocks, ends
/// at max_signals less the alerts that the search has made.
class Suppressor::Room {
 public:
  Room(std::uint64_t max_signals, std::uint64_t made)
      : left_(max_signals - std::min(max_signals, made)) {}
  /// The blocks that have no place; nothing when there is none for the alert itself.
  std::optional<std::uint64_t> take(std::uint64_t documents) {
    if (left_ == 0) return std::nullopt;
    const std::uint64_t taken = std::min(left_, documents);
    left_ -= taken;
    return documents - taken;
  }

 private:
  std::uint64_t left_;
};

std::optional<Suppressor::Instance> Suppressor::existing(const SuppressionTerms& terms,
                                                         const Search& search) const {
  const auto found = instances_.find(terms);
  if (found == instances_.end()) return std::nullopt;
  const WallTime since = options_.duration ? saturating_add(search.alert_time, -*options_.duration)
                                           : on_clock<WallTime>(search.window_from);
  if (found->second.started < since) return std::nullopt;
  return found->second;
}

std::vector<Suppressor::Decision> Suppressor::decide(std::span<const match::Match* const> fresh,
                                                     const Search& search) {
  std::vector<Decision> out(fresh.size());
  std::vector<SuppressionTerms> terms;
  for (const match::Match* const match : fresh)
    terms.push_back(suppression_terms(log_, *match, options_.group_by));
  /// Of a sequence the time at which its alert is made, which is always news to an older alert.
  const auto time_of = [&](std::size_t i) {
    return fresh[i]->events.size() > 1 ? search.alert_time
                                       : on_clock<WallTime>(log_.event_time(fresh[i]->events[0]));
  };

  // What cannot be grouped is written first.
  std::uint64_t made = 0;
  Room room_for_single(max_signals_, made);
  std::vector<std::size_t> grouped;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (options_.missing == MissingFields::are_a_value || !lacks_a_field(terms[i])) {
      grouped.push_back(i);
    } else if (const auto cut = room_for_single.take(documents_of(*fresh[i]))) {
      out[i] = {.fate = Fate::alert, .blocks_cut = *cut};
      ++made;
    }
  }

  // The members of each group, first come first.
  std::vector<std::vector<std::size_t>> groups;
  boost::unordered_flat_map<SuppressionTerms, std::size_t> group_of;
  for (const std::size_t i : grouped) {
    const auto older = existing(terms[i], search);
    if (older && older->run != search.run && groups_.at(older->alert).end >= time_of(i)) {
      out[i].fate = Fate::counted;
      continue;
    }
    const auto [known, is_new] = group_of.try_emplace(terms[i], groups.size());
    if (is_new) groups.emplace_back();
    groups[known->second].push_back(i);
  }

  Room room(max_signals_, made);
  for (const std::vector<std::size_t>& members : groups) {
    const std::size_t leader = members.front();
    const auto older = existing(terms[leader], search);
    if (older && (options_.duration || older->run == search.run)) {
      SuppressedGroup& group = groups_.at(older->alert);
      group.count += members.size();
      group.end = std::max(group.end, time_of(members.back()));
      group.last_detected = search.alert_time;
      for (const std::size_t i : members)
        out[i] = {.fate = Fate::suppressed, .alert = older->alert};
      continue;
    }
    const auto cut = room.take(documents_of(*fresh[leader]));
    if (!cut) continue;
    out[leader] = {.fate = Fate::alert, .blocks_cut = *cut};
    for (const std::size_t i : members) {
      if (i != leader) out[i].fate = Fate::suppressed;
    }
  }

  // Places follow the order of the search, not that of writing.
  std::size_t place = search.next_alert;
  for (Decision& decision : out) {
    if (decision.fate == Fate::alert) decision.alert = place++;
  }
  for (const std::vector<std::size_t>& members : groups) {
    const std::size_t leader = members.front();
    if (out[leader].fate != Fate::alert) continue;
    const std::size_t alert = out[leader].alert;
    for (const std::size_t i : members) {
      if (i != leader) out[i].alert = alert;
    }
    groups_[alert] = {.terms = terms[leader],
                      .count = members.size() - 1,
                      .start = time_of(leader),
                      .end = time_of(members.back()),
                      .last_detected = search.alert_time};
    instances_.insert_or_assign(
        terms[leader], Instance{.alert = alert, .run = search.run, .started = search.alert_time});
  }
  return out;
}

}  // namespace eqlab::schedule
