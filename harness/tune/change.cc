#include "harness/tune/change.h"

#include <cmath>
#include <vector>

namespace eqlab::tune {
namespace {

/// Of the normal distribution, for score::confidence_default.
constexpr double z = 1.959963984540054;
static_assert(score::confidence_default == 0.95);

/// What one host adds to the sums.
struct Share {
  double incidents = 0;
  double gained = 0;  ///< less those lost
  double alarms = 0;  ///< after less before
};

/// Of numerator over denominator, both sums of `count` values; `spread` is the sum of the squared
/// residuals.
score::Interval around(double value, double spread, double denominator, double count) {
  const double variance = spread * count / (count - 1) / (denominator * denominator);
  const double half = z * std::sqrt(variance);
  return {.low = value - half, .high = value + half};
}

}  // namespace

Change compare(const Outcome& before, const Outcome& after, const Population& population,
               const HostSet& hosts) {
  std::vector<Share> shares(population.host_count());
  Change out;
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    const HostNumber host = population.host_of(i);
    if (!population.is_malicious(i) || hosts[host] == 0) continue;
    ++out.incidents;
    shares[host].incidents += 1;
    if (before.caught[i] == after.caught[i]) continue;
    out.gained += after.caught[i];
    out.lost += before.caught[i];
    shares[host].gained += after.caught[i] != 0 ? 1 : -1;
  }
  double count = 0;
  double alarms = 0;
  for (std::size_t host = 0; host < shares.size(); ++host) {
    if (hosts[host] == 0) continue;
    shares[host].alarms = static_cast<double>(after.false_by_host[host]) -
                          static_cast<double>(before.false_by_host[host]);
    alarms += shares[host].alarms;
    // The place of unlisted hosts is none that was sampled, unless something happened there.
    if (host < population.unlisted() || shares[host].incidents > 0 || shares[host].alarms != 0)
      count += 1;
  }
  const double exposure = host_days(population, hosts);
  const auto incidents = static_cast<double>(out.incidents);
  if (out.incidents > 0)
    out.recall = (static_cast<double>(out.gained) - static_cast<double>(out.lost)) / incidents;
  if (exposure > 0) out.false_alarms = alarms / exposure;
  if (count < 2) return out;

  double recall_spread = 0;
  double alarm_spread = 0;
  for (std::size_t host = 0; host < shares.size(); ++host) {
    if (hosts[host] == 0) continue;
    const Share& share = shares[host];
    const double gained = share.gained - out.recall.value_or(0) * share.incidents;
    recall_spread += gained * gained;
    if (host == population.unlisted() && share.alarms == 0) continue;
    const double raised = share.alarms - alarms / count;
    alarm_spread += raised * raised;
  }
  if (out.recall) out.recall_interval = around(*out.recall, recall_spread, incidents, count);
  if (out.false_alarms)
    out.false_alarms_interval = around(*out.false_alarms, alarm_spread, exposure, count);
  return out;
}

}  // namespace eqlab::tune
