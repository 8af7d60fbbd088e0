#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/score/verdict.h"
#include "harness/truth/truth.h"

/// On which host an alert or incident happened.
namespace eqlab::score {

/// The hosts of a corpus: those that its truth lists, then any others, in the order in which they
/// were asked about. Numbers, so that counts by host are arrays.
class Hosts {
 public:
  using Number = std::uint32_t;
  /// `host_slot`: the values of `host.id`, where the plan carried them. All must outlive it.
  Hosts(const scan::CandidateLog& log, const truth::Truth& truth,
        std::optional<scan::KeySlot> host_slot);

  /// By the incident that the alert is about; else by the `host.id` of its first event that has
  /// one; else by a join key that names a host. Nothing where nothing tells.
  [[nodiscard]] std::optional<Number> of(const match::Match& match, const JudgedAlert& judged);
  [[nodiscard]] std::optional<Number> of(const truth::Incident& incident);

  [[nodiscard]] std::size_t size() const { return listed_ + others_.size(); }
  [[nodiscard]] std::size_t listed() const { return listed_; }
  /// Of a listed host its name, else its id; data, escape before showing.
  [[nodiscard]] const std::string& name(Number host) const;
  /// `unknown` for hosts that the truth does not list.
  [[nodiscard]] const std::string& persona(Number host) const;
  [[nodiscard]] const std::string& agent_version(Number host) const;

 private:
  Number number(const std::string& id);

  const scan::CandidateLog& log_;
  const truth::Truth& truth_;
  std::optional<scan::KeySlot> slot_;
  std::size_t listed_;
  std::vector<std::string> others_;        ///< ids
  std::map<std::string, Number> of_id_;    ///< `host.id`
  std::map<std::string, Number> of_name_;  ///< of the listed ones
};

}  // namespace eqlab::score
