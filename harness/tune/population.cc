#include "harness/tune/population.h"

#include <algorithm>
#include <tuple>

#include "harness/base/rng.h"

namespace eqlab::tune {

Population::Population(const truth::Truth& truth) : truth_(&truth) {
  for (std::size_t i = 0; i < truth.hosts.size(); ++i)
    numbers_.emplace(truth.hosts[i].id, static_cast<HostNumber>(i));
  for (const truth::Incident& incident : truth.incidents) {
    incident_hosts_.push_back(host_number(incident.host_id));
    if (incident.intent == truth::Intent::malicious) ++malicious_;
  }
}

HostNumber Population::host_number(std::string_view host_id) const {
  const auto known = numbers_.find(host_id);
  return known == numbers_.end() ? unlisted() : known->second;
}

HostSet all_hosts(const Population& population) { return HostSet(population.host_count(), 1); }

HostSplit split_hosts(const Population& population, std::uint64_t seed) {
  struct Drawn {
    std::uint64_t incidents = 0;
    std::uint64_t lot = 0;
    HostNumber host = 0;
  };
  std::vector<Drawn> drawn(population.unlisted());
  const Rng lots = Rng(seed).split("hosts held out");
  for (HostNumber host = 0; host < population.unlisted(); ++host) {
    // By name, not by place: another host more or less moves few of the others.
    drawn[host] = {.lot = lots.split(population.truth().hosts[host].id).next(), .host = host};
  }
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    const HostNumber host = population.host_of(i);
    if (population.is_malicious(i) && host < population.unlisted()) ++drawn[host].incidents;
  }
  std::ranges::sort(drawn, {}, [](const Drawn& host) {
    return std::tuple(-static_cast<std::int64_t>(host.incidents), host.lot, host.host);
  });
  HostSplit split{.search = HostSet(population.host_count(), 0),
                  .held_out = HostSet(population.host_count(), 0)};
  split.search[population.unlisted()] = 1;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    // Of each two the lower lot; of one that is left over, as its lot falls.
    const std::size_t other = i % 2 == 0 ? i + 1 : i - 1;
    const bool is_searched =
        other < drawn.size()
            ? drawn[i].lot < drawn[other].lot || (drawn[i].lot == drawn[other].lot && i < other)
            : drawn[i].lot % 2 == 0;
    (is_searched ? split.search : split.held_out)[drawn[i].host] = 1;
    ++(is_searched ? split.search_hosts : split.held_out_hosts);
  }
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    if (!population.is_malicious(i)) continue;
    if (split.search[population.host_of(i)] != 0)
      ++split.search_incidents;
    else
      ++split.held_out_incidents;
  }
  return split;
}

}  // namespace eqlab::tune
