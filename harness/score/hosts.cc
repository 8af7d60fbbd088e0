#include "harness/score/hosts.h"

namespace eqlab::score {
namespace {

const std::string& unknown() {
  static const std::string text = "unknown";
  return text;
}

}  // namespace

Hosts::Hosts(const scan::CandidateLog& log, const truth::Truth& truth,
             std::optional<scan::KeySlot> host_slot)
    : log_(log), truth_(truth), slot_(host_slot), listed_(truth.hosts.size()) {
  for (std::size_t i = 0; i < truth.hosts.size(); ++i) {
    const auto host = static_cast<Number>(i);
    of_id_.try_emplace(truth.hosts[i].id, host);
    of_name_.try_emplace(truth.hosts[i].name, host);
  }
}

Hosts::Number Hosts::number(const std::string& id) {
  const auto [entry, is_new] = of_id_.try_emplace(id, static_cast<Number>(size()));
  if (is_new) others_.push_back(id);
  return entry->second;
}

std::optional<Hosts::Number> Hosts::of(const truth::Incident& incident) {
  if (!incident.host_id.empty()) return number(incident.host_id);
  const auto named = of_name_.find(incident.host_name);
  if (incident.host_name.empty() || named == of_name_.end()) return std::nullopt;
  return named->second;
}

std::optional<Hosts::Number> Hosts::of(const match::Match& match, const JudgedAlert& judged) {
  if (judged.incident) {
    if (const auto host = of(truth_.incidents[*judged.incident])) return host;
  }
  if (slot_) {
    for (const scan::CandidateIndex event : match.events) {
      if (event == match::missing_event) continue;
      const auto values = log_.keys(event, *slot_);
      if (!values.empty()) return number(event::to_text(log_.key_value(values.front())));
    }
  }
  for (const scan::KeyId key : match.keys) {
    const std::string text = event::to_text(log_.key_value(key));
    if (const auto host = of_id_.find(text); host != of_id_.end()) return host->second;
    if (const auto host = of_name_.find(text); host != of_name_.end()) return host->second;
  }
  return std::nullopt;
}

const std::string& Hosts::name(Number host) const {
  if (host >= listed_) return others_[host - listed_];
  const truth::HostRecord& record = truth_.hosts[host];
  return record.name.empty() ? record.id : record.name;
}

const std::string& Hosts::persona(Number host) const {
  return host < listed_ ? truth_.hosts[host].persona : unknown();
}

const std::string& Hosts::agent_version(Number host) const {
  return host < listed_ ? truth_.hosts[host].agent_version : unknown();
}

}  // namespace eqlab::score
