#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace eqlab::generators {

/// What a host is used for. It decides how much happens there, when, and how soon events arrive.
enum class Persona : std::uint8_t { office, developer, ci, kiosk, managed };
inline constexpr std::size_t persona_count = 5;
inline constexpr std::array<Persona, persona_count> all_personas = {
    Persona::office, Persona::developer, Persona::ci, Persona::kiosk, Persona::managed};
[[nodiscard]] std::string_view to_string(Persona persona);
[[nodiscard]] std::optional<Persona> persona_from_name(std::string_view name);

/// The numbers of one persona. Rates of listed clients (programs that some version of a downloader
/// rule names, such as curl) are never thinned: they decide how often an unrelated connection falls
/// into a rule's window. `activity` only shares out the ballast among hosts.
struct PersonaTraits {
  double activity_working;            ///< execs per second in working hours
  double activity_idle;               ///< the same when awake but idle
  double network_share;               ///< of ballast events, those that are connections
  double listed_per_hour_root;        ///< whenever the host is awake
  double listed_per_hour_console;     ///< in working hours; servers: always
  double listed_extra_after_install;  ///< further per hour as root, in the two minutes after an
                                      ///< install
  double installs_per_month;          ///< with scripts
  double share_congested;             ///< of time; section "delivery"
  double share_offline;
  bool sleeps;  ///< a laptop: asleep outside its owner's day
};
[[nodiscard]] const PersonaTraits& traits_of(Persona persona);

/// A CI builder whose runner is a root daemon starts this many listed clients an hour as root.
inline constexpr double listed_per_hour_root_runner = 600;
inline constexpr double root_runner_share = 0.1;

}  // namespace eqlab::generators
