// Tested in tests/unit/generators/fault_test.cc.
#include "generators/fault/transport.h"

namespace eqlab::generators {
namespace {

using std::chrono::seconds;

constexpr std::int64_t displacement_max = Duration(seconds(2)).count();

/// A second copy is sent when the first one's receipt was not seen: a retry after a time-out.
const Distribution& retry_delay() {
  static const Distribution made = Distribution::lognormal(seconds(30), 0.7);
  return made;
}

}  // namespace

Passage Transport::send(EventTime time, Kind kind, std::uint64_t number) {
  Passage passage;
  passage.ingest = delivery_.ingest(time, kind);
  const auto share = delivery_.share_of_spell();
  if (share && *share < options_.offline_loss) passage.is_lost = true;
  if (options_.loss <= 0 && options_.duplicates <= 0 && options_.reordering <= 0) return passage;
  Rng rng = rng_.split(number);
  if (rng.chance(options_.loss)) passage.is_lost = true;
  if (rng.chance(options_.duplicates)) {
    passage.duplicate = IngestTime(
        std::chrono::ceil<seconds>(passage.ingest.time_since_epoch() + retry_delay().sample(rng)));
  }
  if (rng.chance(options_.reordering))
    passage.displaced = Duration(rng.in_range(1, displacement_max));
  return passage;
}

}  // namespace eqlab::generators
