#include "harness/tune/mining.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/event/batch_rows.h"
#include "harness/match/matcher.h"
#include "harness/score/verdict.h"

// A value is worth adding to a list when an event of a missed incident would satisfy its step but
// for the term that the list stands in: those events are in the log, because the scan looked for
// every step without each of its terms. Whether the incident is then caught is not asked here but
// by trying.
namespace eqlab::tune {
namespace {

using scan::CandidateIndex;

/// What speaks for a value: different incidents, hosts or alarms.
struct ValueOrder {
  bool operator()(const event::Value& a, const event::Value& b) const {
    return event::to_text(a) < event::to_text(b);
  }
};
using Voices = std::map<event::Value, std::set<std::uint32_t>, ValueOrder>;

struct Ranked {
  event::Value value;
  std::set<std::uint32_t> voices;
};
/// Most voices first, then by text.
std::vector<Ranked> ranked(const Voices& voices) {
  std::vector<Ranked> out;
  for (const auto& [value, who] : voices) out.push_back({.value = value, .voices = who});
  std::ranges::stable_sort(out, std::greater<>(),
                           [](const Ranked& entry) { return entry.voices.size(); });
  return out;
}

bool takes_patterns(ListForm form) { return form == ListForm::colon || form == ListForm::like; }

/// Letters alike: most lists fold case, and one that does not loses nothing by it here.
bool has_value(const ValueList& list, const std::string& text) {
  return std::ranges::any_of(list.values, [&](const event::Value& value) {
    return !event::is_null(value) && fold_ascii(event::to_text(value)) == fold_ascii(text);
  });
}

/// The fields of candidates, from the rows that were kept of them.
class KeptValues {
 public:
  KeptValues(const scan::CandidateLog& log, const scan::KeptRows& rows) : log_(log), rows_(rows) {
    for (std::uint32_t b = 0; b < rows.batches().size(); ++b) {
      const event::EventBatch& batch = rows.batches()[b];
      for (event::RowIndex row = 0; row < batch.row_count(); ++row)
        places_.try_emplace(batch.ordinal[row], b, row);
    }
  }
  /// Without those that no rule is made for.
  [[nodiscard]] std::vector<event::Value> of(CandidateIndex candidate,
                                             event::ColumnIndex column) const {
    const auto place = places_.find(log_.ordinal(candidate));
    if (place == places_.end()) return {};
    const auto [batch, row] = place->second;
    std::vector<event::Value> out =
        event::values_of(rows_.batches()[batch], column, row, values_max);
    std::erase_if(out, [](const event::Value& value) {
      const auto* const text = std::get_if<std::string>(&value);
      return text != nullptr && is_placeholder(*text);
    });
    return out;
  }

 private:
  static constexpr std::size_t values_max = 64;  ///< of one event; the rest is as telling
  const scan::CandidateLog& log_;
  const scan::KeptRows& rows_;
  boost::unordered_flat_map<std::uint64_t, std::pair<std::uint32_t, event::RowIndex>> places_;
};

class Miner {
 public:
  explicit Miner(const MiningInputs& in)
      : in_(in), values_(in.log, in.rows), lists_(value_lists(in.plan.text())) {}

  Mined run() {
    // Of changes that do the same the first is offered: rather what narrows or widens little.
    judge_alerts();
    for (const ValueList& list : lists_) add_values(list);
    exclude();
    leave_out();
    return std::move(out_);
  }

 private:
  void add(std::optional<Variant> variant, Origin origin, std::uint64_t seen_in,
           std::optional<eql::ExprId> list = std::nullopt,
           std::optional<NewMember> member = std::nullopt) {
    if (variant)
      out_.candidates.push_back({.variant = std::move(*variant),
                                 .origin = origin,
                                 .seen_in = seen_in,
                                 .list = list,
                                 .member = std::move(member)});
  }
  void add_member(const ValueList& list, const NewMember& member, Origin origin,
                  std::uint64_t seen_in) {
    add(with_member(in_.plan.text(), list, member.value, member.spelling), origin, seen_in,
        list.members.front(), member);
  }

  /// Without it the step lets more through: rows are there only if the scan looked for that.
  [[nodiscard]] bool may_widen(const ValueList& list) const {
    if (list.step >= in_.plan.text().tree().stages.size()) return false;
    const auto term = term_of(in_.plan.text(), list);
    return term && in_.plan.relaxed(list.step, *term) != nullptr;
  }

  void leave_out() {
    const QueryText& text = in_.plan.text();
    std::size_t members = 0;
    for (const ValueList& list : lists_) {
      if (list.excludes && !may_widen(list)) continue;
      for (std::size_t m = 0; m < list.members.size(); ++m) {
        auto variant = without_member(text, list, m);
        if (!variant) continue;
        if (++members > members_tried_max) {
          ++out_.left_out;
          continue;
        }
        add(std::move(variant), Origin::left_out, 0);
      }
    }
    for (const auto& relaxed : in_.plan.relaxed()) add(relaxed->variant, Origin::left_out, 0);
    add(without_until(text), Origin::left_out, 0);
  }

  void judge_alerts() {
    const PlannedVariant& rule = in_.plan.original();
    alerts_ = score::judge(in_.log, in_.simulation.alerts, {.bound = rule.bound, .maxspan = {}},
                           in_.population.truth(), in_.index);
    const JudgedLog log{.log = in_.log, .index = in_.index, .host_slot = in_.plan.host_slot()};
    caught_.assign(in_.population.incident_count(), 0);
    for (std::size_t i = 0; i < alerts_.size(); ++i) {
      alert_hosts_.push_back(
          host_of(log, in_.population, in_.simulation.alerts[i].match, alerts_[i]));
      if (alerts_[i].causal) caught_[*alerts_[i].incident] = 1;
    }
  }

  [[nodiscard]] bool is_looked_at(HostNumber host) const { return in_.hosts[host] != 0; }

  [[nodiscard]] HostNumber host_of_event(CandidateIndex event) const {
    if (const auto* const label = in_.index.find(in_.log.event_id(event)))
      return in_.population.host_of(label->incident);
    if (!in_.plan.host_slot()) return in_.population.unlisted();
    const auto keys = in_.log.keys(event, *in_.plan.host_slot());
    return keys.empty()
               ? in_.population.unlisted()
               : in_.population.host_number(event::to_text(in_.log.key_value(keys.front())));
  }

  void add_values(const ValueList& list) {
    if (list.excludes || list.field.empty() || !may_widen(list) || list.form == ListForm::regex ||
        list.form == ListForm::cidr)
      return;
    const PlannedVariant& relaxed = *in_.plan.relaxed(list.step, *term_of(in_.plan.text(), list));
    const auto column = in_.plan.column_of(list.field);
    if (!column) return;
    const std::vector<Ranked> missed = ranked(of_missed(list, relaxed, *column));
    std::vector<std::string> texts;
    std::size_t taken = 0;
    std::set<std::string> named;
    for (const Ranked& entry : missed) {
      if (taken == values_per_list_max) {
        ++out_.left_out;
        continue;
      }
      ++taken;
      texts.push_back(event::to_text(entry.value));
      named.insert(texts.back());
      add_member(list, {.value = entry.value}, Origin::missed, entry.voices.size());
    }
    if (takes_patterns(list.form)) {
      for (const SharedStem& stem : shared_stems(texts)) {
        if (has_value(list, stem.pattern)) continue;
        std::set<std::uint32_t> voices;
        for (const std::size_t value : stem.values)
          voices.insert(missed[value].voices.begin(), missed[value].voices.end());
        add_member(list, {.value = event::Value{stem.pattern}, .spelling = Spelling::pattern},
                   Origin::missed, voices.size());
      }
    }
    constexpr std::size_t seen_max = 3;
    constexpr std::size_t hosts_min = 3;
    std::size_t seen = 0;
    for (const Ranked& entry : ranked(of_matches(list, relaxed, *column))) {
      if (seen == seen_max || entry.voices.size() < hosts_min) break;
      if (!named.insert(event::to_text(entry.value)).second) continue;
      ++seen;
      add_member(list, {.value = entry.value}, Origin::seen, entry.voices.size());
    }
  }

  [[nodiscard]] bool is_let_in(CandidateIndex c, const PlannedVariant& relaxed,
                               std::size_t stage) const {
    return in_.log.satisfies(c, relaxed.bound.binding.stages[stage].filter) &&
           !in_.log.satisfies(c, in_.plan.original().bound.binding.stages[stage].filter);
  }

  Voices of_missed(const ValueList& list, const PlannedVariant& relaxed,
                   event::ColumnIndex column) const {
    const std::vector<std::size_t> stages = stages_of(relaxed.bound.query, list.step);
    Voices voices;
    for (CandidateIndex c = 0; c < in_.log.size(); ++c) {
      const auto* const label = in_.index.find(in_.log.event_id(c));
      if (label == nullptr || !in_.population.is_malicious(label->incident) ||
          caught_[label->incident] != 0 || !is_looked_at(in_.population.host_of(label->incident)))
        continue;
      const truth::Incident& incident = in_.population.truth().incidents[label->incident];
      if (incident.events[label->event].role == truth::Role::noise) continue;
      if (std::ranges::none_of(stages, [&](std::size_t s) { return is_let_in(c, relaxed, s); }))
        continue;
      for (const event::Value& value : values_.of(c, column)) {
        if (!has_value(list, event::to_text(value))) voices[value].insert(label->incident);
      }
    }
    return voices;
  }

  /// Values with which the relaxed rule matches, by host.
  Voices of_matches(const ValueList& list, const PlannedVariant& relaxed,
                    event::ColumnIndex column) const {
    const std::vector<std::size_t> stages = stages_of(relaxed.bound.query, list.step);
    const match::Matches found = match::Matcher(relaxed.bound).find(in_.log, in_.log.dated(), {});
    Voices voices;
    for (const match::Match& match : found.matches) {
      const HostNumber host = host_of_event(match.first());
      if (!is_looked_at(host)) continue;
      for (const std::size_t stage : stages) {
        const CandidateIndex event = match.events[stage];
        if (event == match::missing_event || !is_let_in(event, relaxed, stage)) continue;
        for (const event::Value& value : values_.of(event, column)) {
          if (!has_value(list, event::to_text(value))) voices[value].insert(host);
        }
      }
    }
    return voices;
  }

  void exclude() {
    struct Exclusion {
      std::size_t step = 0;
      std::string field;
      event::Value value;
      std::uint64_t alarms = 0;
    };
    std::uint64_t alarms = 0;
    for (std::size_t i = 0; i < alerts_.size(); ++i)
      alarms += is_looked_at(alert_hosts_[i]) && is_false(alerts_[i]) ? 1U : 0U;
    // A handful of alarms, or of hosts, is an accident.
    constexpr std::size_t hosts_min = 3;
    const std::uint64_t alarms_min = std::max<std::uint64_t>(3, alarms / 50);
    constexpr std::size_t per_field_max = 4;
    std::vector<Exclusion> found;
    const QueryText& text = in_.plan.text();
    for (std::size_t step = 0; step < text.tree().stages.size(); ++step) {
      if (text.step(step).missing) continue;
      for (const std::string& field : telling_fields(text.step(step).filter.category)) {
        const auto column = in_.plan.column_of(field);
        const bool is_listed = std::ranges::any_of(lists_, [&](const ValueList& list) {
          return list.step == step && list.field == field && !list.excludes;
        });
        if (!column || is_listed) continue;
        std::vector<std::pair<event::Value, std::uint64_t>> shared;
        const auto [false_voices, false_hosts, right] = values_of_alerts(step, *column);
        for (const auto& [value, who] : false_voices) {
          if (right.contains(value) || who.size() < alarms_min ||
              false_hosts.at(value).size() < hosts_min)
            continue;
          shared.emplace_back(value, who.size());
        }
        std::ranges::stable_sort(shared, std::greater<>(),
                                 [](const auto& entry) { return entry.second; });
        for (std::size_t i = 0; i < shared.size(); ++i) {
          if (i == per_field_max) {
            out_.left_out += shared.size() - i;
            break;
          }
          found.push_back(
              {.step = step, .field = field, .value = shared[i].first, .alarms = shared[i].second});
        }
      }
    }
    std::ranges::stable_sort(found, std::greater<>(), &Exclusion::alarms);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i == exclusions_tried_max) {
        out_.left_out += found.size() - i;
        break;
      }
      add(with_exclusion(text, found[i].step, found[i].field, found[i].value), Origin::false_alarms,
          found[i].alarms);
    }
  }

  static bool is_false(const score::JudgedAlert& alert) {
    return alert.verdict != score::Verdict::causal_malicious &&
           alert.verdict != score::Verdict::duplicate;
  }

  struct OfAlerts {
    Voices alarms;  ///< by place of the alert
    Voices hosts;
    Voices right;
  };
  OfAlerts values_of_alerts(std::size_t step, event::ColumnIndex column) const {
    const std::vector<std::size_t> stages = stages_of(in_.plan.original().bound.query, step);
    OfAlerts out;
    for (std::size_t i = 0; i < alerts_.size(); ++i) {
      if (!is_looked_at(alert_hosts_[i])) continue;
      const bool is_catch = alerts_[i].causal && in_.population.is_malicious(*alerts_[i].incident);
      if (!is_catch && !is_false(alerts_[i])) continue;
      for (const std::size_t stage : stages) {
        const CandidateIndex event = in_.simulation.alerts[i].match.events[stage];
        if (event == match::missing_event) continue;
        for (const event::Value& value : values_.of(event, column)) {
          if (is_catch) {
            out.right[value].insert(static_cast<std::uint32_t>(i));
          } else {
            out.alarms[value].insert(static_cast<std::uint32_t>(i));
            out.hosts[value].insert(alert_hosts_[i]);
          }
        }
      }
    }
    return out;
  }

  const MiningInputs& in_;
  KeptValues values_;
  std::vector<ValueList> lists_;
  Mined out_;
  std::vector<score::JudgedAlert> alerts_;
  std::vector<HostNumber> alert_hosts_;
  std::vector<std::uint8_t> caught_;
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::left_out:
      return "left-out";
    case Origin::missed:
      return "missed-incidents";
    case Origin::seen:
      return "seen-values";
    case Origin::false_alarms:
      return "false-alarms";
    case Origin::setting:
      return "setting";
  }
  return "";
}

bool is_placeholder(std::string_view value) {
  const std::string text = fold_ascii(value);
  for (const std::string_view domain : {"example", "example.com", "example.net", "example.org"}) {
    if (text == domain || text.ends_with(format(".{}", domain))) return true;
  }
  // A file may end so too, a name of two dots is a host's.
  if (text.ends_with(".test") && text.find('/') == std::string::npos &&
      std::ranges::count(text, '.') >= 2)
    return true;
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"com.example.", "org.example.", "192.0.2.",
                                              "198.51.100.", "203.0.113."},
      [&](std::string_view begin) { return text.starts_with(begin); });
}

std::vector<SharedStem> shared_stems(const std::vector<std::string>& values) {
  constexpr std::size_t letters_min = 3;
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::size_t letters = 0;
    while (letters < values[i].size() && is_letter(values[i][letters])) ++letters;
    if (letters >= letters_min) groups[values[i].substr(0, letters)].push_back(i);
  }
  std::vector<SharedStem> out;
  for (const auto& [letters, members] : groups) {
    if (members.size() < 2) continue;
    std::string prefix = values[members.front()];
    for (const std::size_t member : members) {
      const auto differs = std::ranges::mismatch(prefix, values[member]);
      prefix.erase(differs.in1, prefix.end());
    }
    // Where versions begin alike is chance: `python3.1` is `python3`.
    const auto is_separator = [](char c) { return c == '.' || c == '-' || c == '_' || c == ' '; };
    for (std::size_t i = prefix.size(); i-- > letters.size();) {
      if (!is_separator(prefix[i])) continue;
      prefix.resize(i);
      break;
    }
    while (prefix.size() > letters.size() && is_separator(prefix.back())) prefix.pop_back();
    if (prefix.find_first_of("*?") != std::string::npos) continue;
    out.push_back({.pattern = prefix + "*", .values = members});
  }
  return out;
}

Mined mine(const MiningInputs& inputs) { return Miner(inputs).run(); }

}  // namespace eqlab::tune
