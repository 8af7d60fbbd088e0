#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "generators/fault/fault_options.h"
#include "generators/incident/scenario.h"
#include "harness/base/result.h"

namespace eqlab::generators {

/// What kind of corpus is wanted: how many hosts of which personas, for how long, and what is
/// installed. One TOML file each in generators/profiles.
struct Profile {
  std::string name;
  std::string about;
  std::uint32_t hosts = 0;
  double days = 0;
  std::uint64_t events = 0;                         ///< of the whole corpus at these hosts and days
  std::array<double, persona_count> personas = {};  ///< shares, summing to 1

  enum class Mode : std::uint8_t { mixed, realistic };
  Mode mode = Mode::mixed;
  /// Mixed: installs a host and day, shared out by class and then by the scenarios' weights.
  double installs_per_host_day = 0;
  std::array<double, scenario_class_count> classes = {};
  /// Realistic: benign installs come at the rates of personas and scenarios, malicious ones at this
  /// rate.
  double malicious_per_host_month = 0;

  /// Every host of a share gets one package within a short time, such as a poisoned update.
  struct Wave {
    std::string scenario;  ///< its id
    double share = 1;      ///< of the hosts that it suits
    Duration begin{};      ///< since the corpus begins
    Duration within{};     ///< a host that is off joins when it wakes
  };
  std::vector<Wave> waves;

  EntityId entity_id = EntityId::by_version;  ///< `[documents]`

  FaultOptions faults;
};

/// A built-in profile by its name, or a file by its path, which has a `/` or ends in `.toml`.
/// Errors: E520 no such profile, E901 the file cannot be read, and those of a broken file.
[[nodiscard]] Result<Profile> load_profile(std::string_view name);
[[nodiscard]] Result<Profile> read_profile(const NamedText& file);

}  // namespace eqlab::generators
