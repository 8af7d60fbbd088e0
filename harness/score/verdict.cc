#include "harness/score/verdict.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

namespace eqlab::score {
namespace {

using scan::CandidateIndex;
using truth::Role;
using Label = truth::TruthIndex::Label;

std::vector<CandidateIndex> members_of(const match::Match& match) {
  std::vector<CandidateIndex> out;
  for (const CandidateIndex event : match.events) {
    if (event != match::missing_event) out.push_back(event);
  }
  return out;
}

bool is_true_pair(const truth::Incident& incident, std::uint32_t a, std::uint32_t b) {
  return std::ranges::find(incident.true_pairs, std::pair(a, b)) != incident.true_pairs.end();
}

/// The event that coincidences are grouped by. Events without an id are told apart by place.
std::string first_event_key(const scan::CandidateLog& log, const match::Match& match) {
  const CandidateIndex first = match.first();
  const std::string_view id = log.event_id(first);
  return id.empty() ? "\n" + std::to_string(first) : std::string(id);
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::causal_malicious:
      return "causal-malicious";
    case Verdict::causal_benign:
      return "causal-benign";
    case Verdict::causal_out_of_scope:
      return "causal-out-of-scope";
    case Verdict::coincident_with_incident:
      return "coincident-with-incident";
    case Verdict::coincident_benign:
      return "coincident-benign";
    case Verdict::duplicate:
      return "duplicate";
    case Verdict::impossible:
      return "impossible";
    case Verdict::unlabelled:
      return "unlabelled";
  }
  return "";
}

bool may_be_linked(const truth::Incident& incident, std::uint32_t earlier, std::uint32_t later) {
  const Role first = incident.events[earlier].role;
  const Role second = incident.events[later].role;
  if (first == Role::noise || second == Role::noise) return false;
  if (first == Role::script && second == Role::network)
    return is_true_pair(incident, earlier, later);
  return true;
}

std::optional<std::uint32_t> causal_incident(const scan::CandidateLog& log,
                                             const match::Match& match, const truth::Truth& truth,
                                             const truth::TruthIndex& index) {
  std::vector<const Label*> labels;
  for (const CandidateIndex event : members_of(match))
    labels.push_back(index.find(log.event_id(event)));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = i + 1; j < labels.size(); ++j) {
      if (labels[i] == nullptr || labels[j] == nullptr ||
          labels[i]->incident != labels[j]->incident)
        continue;
      const truth::Incident& incident = truth.incidents[labels[i]->incident];
      if (is_true_pair(incident, labels[i]->event, labels[j]->event)) return labels[i]->incident;
    }
  }
  if (labels.empty() || labels[0] == nullptr) return std::nullopt;
  const truth::Incident& incident = truth.incidents[labels[0]->incident];
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == nullptr || labels[i]->incident != labels[0]->incident) return std::nullopt;
    if (incident.events[labels[i]->event].role == Role::noise) return std::nullopt;
    for (std::size_t j = i + 1; j < labels.size(); ++j) {
      if (labels[j] == nullptr || labels[j]->incident != labels[0]->incident) return std::nullopt;
      if (!may_be_linked(incident, labels[i]->event, labels[j]->event)) return std::nullopt;
    }
  }
  return labels[0]->incident;
}

bool satisfies_rule(const scan::CandidateLog& log, const match::Match& match,
                    const JudgedRule& rule) {
  const auto& stages = rule.bound.binding.stages;
  if (match.events.size() != stages.size()) return false;
  const std::vector<CandidateIndex> members = members_of(match);
  if (members.empty()) return false;
  for (std::size_t j = 0; j < stages.size(); ++j) {
    const CandidateIndex event = match.events[j];
    const bool must_be_missing = rule.bound.query.stages[j].missing;
    if (must_be_missing != (event == match::missing_event)) return false;
    if (must_be_missing) continue;
    if (!log.satisfies(event, stages[j].filter)) return false;
    if (stages[j].keys.size() != match.keys.size()) return false;
    for (std::size_t i = 0; i < match.keys.size(); ++i) {
      const auto keys =
          stages[j].keys[i] ? log.keys(event, *stages[j].keys[i]) : std::span<const scan::KeyId>();
      const bool fits = match.keys[i] == scan::null_key
                            ? keys.empty() && stages[j].optional_keys[i]
                            : std::ranges::find(keys, match.keys[i]) != keys.end();
      if (!fits) return false;
    }
  }
  if (rule.bound.query.kind != eql::QueryKind::sequence) return true;
  if (std::ranges::adjacent_find(members, std::greater_equal<>()) != members.end()) return false;
  return !rule.maxspan ||
         log.event_time(members.back()) - log.event_time(members.front()) <= *rule.maxspan;
}

std::vector<JudgedAlert> judge(const scan::CandidateLog& log,
                               const std::vector<schedule::Alert>& alerts, const JudgedRule& rule,
                               const truth::Truth& truth, const truth::TruthIndex& index) {
  std::vector<JudgedAlert> out;
  std::map<std::uint32_t, std::uint32_t> first_of_incident;
  std::map<std::string, std::uint32_t> first_of_event;
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    const match::Match& match = alerts[i].match;
    const auto number = static_cast<std::uint32_t>(i);
    JudgedAlert judged;
    if (!satisfies_rule(log, match, rule)) {
      judged.verdict = Verdict::impossible;
      out.push_back(judged);
      continue;
    }
    const auto same_start = first_of_event.try_emplace(first_event_key(log, match), number).first;
    if (const auto incident = causal_incident(log, match, truth, index)) {
      judged.incident = incident;
      judged.causal = true;
      const auto [entry, is_first] = first_of_incident.try_emplace(*incident, number);
      if (!is_first) {
        judged.verdict = Verdict::duplicate;
        judged.original = entry->second;
      } else {
        switch (truth.incidents[*incident].intent) {
          case truth::Intent::malicious:
            judged.verdict = Verdict::causal_malicious;
            break;
          case truth::Intent::benign:
            judged.verdict = Verdict::causal_benign;
            break;
          case truth::Intent::out_of_scope:
            judged.verdict = Verdict::causal_out_of_scope;
            break;
        }
      }
      out.push_back(judged);
      continue;
    }
    judged.verdict = Verdict::coincident_benign;
    for (const CandidateIndex event : members_of(match)) {
      const Label* label = index.find(log.event_id(event));
      if (label == nullptr) continue;
      const bool is_malicious = truth.incidents[label->incident].intent == truth::Intent::malicious;
      if (!judged.incident || (is_malicious && judged.verdict == Verdict::coincident_benign)) {
        judged.incident = label->incident;
      }
      if (is_malicious) judged.verdict = Verdict::coincident_with_incident;
    }
    if (same_start->second != number) {
      judged.verdict = Verdict::duplicate;
      judged.original = same_start->second;
    }
    out.push_back(judged);
  }
  return out;
}

std::vector<JudgedAlert> judge_unlabelled(const scan::CandidateLog& log,
                                          const std::vector<schedule::Alert>& alerts,
                                          const JudgedRule& rule) {
  std::vector<JudgedAlert> out(alerts.size());
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    out[i].verdict =
        satisfies_rule(log, alerts[i].match, rule) ? Verdict::unlabelled : Verdict::impossible;
  }
  return out;
}

}  // namespace eqlab::score
