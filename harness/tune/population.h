#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/truth/truth.h"

/// Hosts and incidents as numbers, so that what two variants of a rule do to them is two arrays.
namespace eqlab::tune {

using HostNumber = std::uint32_t;

class Population {
 public:
  /// `truth` must outlive it.
  explicit Population(const truth::Truth& truth);

  [[nodiscard]] const truth::Truth& truth() const { return *truth_; }
  /// The hosts that the truth lists, in its order, then one for all that it does not.
  [[nodiscard]] std::size_t host_count() const { return truth_->hosts.size() + 1; }
  [[nodiscard]] HostNumber host_number(std::string_view host_id) const;
  [[nodiscard]] HostNumber unlisted() const {
    return static_cast<HostNumber>(truth_->hosts.size());
  }
  /// By place in Truth::incidents.
  [[nodiscard]] HostNumber host_of(std::size_t incident) const { return incident_hosts_[incident]; }
  [[nodiscard]] bool is_malicious(std::size_t incident) const {
    return truth_->incidents[incident].intent == truth::Intent::malicious;
  }
  [[nodiscard]] std::size_t incident_count() const { return incident_hosts_.size(); }
  [[nodiscard]] std::uint64_t malicious_count() const { return malicious_; }

 private:
  const truth::Truth* truth_;
  std::map<std::string, HostNumber, std::less<>> numbers_;
  std::vector<HostNumber> incident_hosts_;
  std::uint64_t malicious_ = 0;
};

/// Some of the hosts: a flag for each of Population's.
using HostSet = std::vector<std::uint8_t>;
[[nodiscard]] HostSet all_hosts(const Population& population);

/// Two halves of the hosts: changes are looked for in one and confirmed in the other, which has no
/// part in the choice.
struct HostSplit {
  HostSet search;
  HostSet held_out;
  std::uint64_t search_incidents = 0;  ///< malicious ones
  std::uint64_t held_out_incidents = 0;
  std::uint64_t search_hosts = 0;  ///< listed ones
  std::uint64_t held_out_hosts = 0;
};
/// Hosts with as many malicious incidents each go by twos, drawn by `seed`, one to either half, so
/// both have incidents where two hosts have. Unlisted hosts are searched.
[[nodiscard]] HostSplit split_hosts(const Population& population, std::uint64_t seed);

}  // namespace eqlab::tune
