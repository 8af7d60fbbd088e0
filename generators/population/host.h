#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generators/population/persona.h"
#include "harness/base/rng.h"
#include "harness/base/time.h"

namespace eqlab::generators {

/// Version of the endpoint agent on a host; it decides the shape of the host's documents.
struct AgentVersion {
  std::uint8_t major = 9;
  std::uint8_t minor = 4;
  std::uint8_t patch = 1;
  [[nodiscard]] bool at_least(unsigned wanted_major, unsigned wanted_minor) const {
    return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
  }
  [[nodiscard]] std::string to_string() const;
};

/// When the agent gives a process a new entity id.
enum class EntityId : std::uint8_t {
  by_version,  ///< agents up to 8.1 at every exec, later ones at the fork alone
  pid,
  exec
};
[[nodiscard]] bool gives_id_per_exec(EntityId model, const AgentVersion& agent);

/// The users that act on a host. The second person, uid 502, is logged in only where a scenario
/// says so.
enum class User : std::uint8_t { root, console, second };
[[nodiscard]] std::string_view user_id(User user);
inline constexpr std::string_view second_user_name = "guest";

/// One host: everything about it follows from the corpus seed and its index.
struct Host {
  std::uint32_t index = 0;
  Persona persona = Persona::office;
  bool root_runner = false;  ///< a CI builder whose jobs run as root
  AgentVersion agent;
  std::string agent_id;
  std::string id;    ///< hardware UUID, upper case
  std::string name;  ///< `mbp-ines-07.local`
  std::string user;  ///< the console user's short name; uid 501
  std::string os_version;
  std::string kernel;
  std::string architecture;
  std::string address;  ///< IPv4
  std::vector<std::string> addresses;
  std::vector<std::string> macs;
  std::string event_id_prefix;  ///< 16 characters, fixed for one run of the agent
  std::uint64_t first_sequence = 0;
  std::uint64_t entity_key = 0;  ///< seeds the opaque entity ids of newer agents
  bool has_id_per_exec = false;  ///< a new entity id at every exec, not one for the life of a pid
  bool has_labels = false;       ///< documents of incidents say which
  std::size_t text_bytes_max = SIZE_MAX;  ///< longer arguments and command lines are cut
  Duration zone{};                        ///< local time minus UTC
  Duration work_begin{};                  ///< since local midnight
  Duration work_end{};

  [[nodiscard]] const PersonaTraits& traits() const { return traits_of(persona); }
  /// Monday to Friday between work_begin and work_end, local time; always on hosts that never
  /// sleep.
  [[nodiscard]] bool is_working(EventTime time) const;
  /// A laptop is awake from two hours before until three hours after its owner's working hours,
  /// every day.
  [[nodiscard]] bool is_awake(EventTime time) const;
  /// Execs per second expected at that time; 0 asleep.
  [[nodiscard]] double activity(EventTime time) const;
};

[[nodiscard]] Host make_host(const Rng& corpus, std::uint32_t index, Persona persona);

/// `count` characters of [A-Za-z0-9].
[[nodiscard]] std::string random_letters(Rng& rng, std::size_t count);
[[nodiscard]] std::string random_uuid(Rng& rng, bool upper_case);

}  // namespace eqlab::generators
