// Tested in tests/unit/generators/background_test.cc.
#include "generators/population/host.h"

#include <array>

#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

constexpr std::array<std::string_view, 32> first_names = {
    "ines",  "marek", "yuki",  "amara", "tomas", "lena",  "omar",  "sofia",
    "pavel", "aiko",  "luca",  "nadia", "erik",  "zoe",   "samir", "greta",
    "ivan",  "priya", "jonas", "mei",   "diego", "freya", "kofi",  "hana",
    "oskar", "leila", "bruno", "tara",  "anton", "noor",  "felix", "carla"};

struct AgentShare {
  AgentVersion version;
  double share;
};
// Merging of events is a default only since 8.18; here it is switched off everywhere.
constexpr std::array<AgentShare, 12> agents = {{{{8, 4, 3}, 0.03},
                                                {{8, 7, 1}, 0.04},
                                                {{8, 10, 4}, 0.05},
                                                {{8, 12, 2}, 0.06},
                                                {{8, 15, 5}, 0.08},
                                                {{8, 17, 9}, 0.08},
                                                {{8, 18, 4}, 0.10},
                                                {{8, 19, 7}, 0.14},
                                                {{9, 0, 5}, 0.07},
                                                {{9, 1, 6}, 0.10},
                                                {{9, 3, 2}, 0.13},
                                                {{9, 4, 1}, 0.12}}};

struct System {
  std::string_view version;
  std::string_view darwin;
};
constexpr std::array<System, 5> systems = {{{"13.7.8", "22.6.0"},
                                            {"14.8.1", "23.6.0"},
                                            {"15.6.1", "24.6.0"},
                                            {"15.7.2", "24.6.0"},
                                            {"26.1", "25.1.0"}}};

AgentVersion draw_agent(Rng& rng) {
  double left = rng.uniform();
  for (const AgentShare& agent : agents) {
    left -= agent.share;
    if (left < 0) return agent.version;
  }
  return agents.back().version;
}

std::string_view model_prefix(Persona persona) {
  switch (persona) {
    case Persona::office:
      return "mba";
    case Persona::developer:
      return "mbp";
    case Persona::ci:
      return "mini";
    case Persona::kiosk:
      return "imac";
    case Persona::managed:
      return "mbp";
  }
  return "mac";
}

std::string draw_mac(Rng& rng, bool new_form) {
  const std::uint64_t bits = rng.next();
  const auto byte = [bits](unsigned i) { return static_cast<unsigned>((bits >> (8 * i)) & 0xFFU); };
  return new_form ? format("AC-DE-48-{:02X}-{:02X}-{:02X}", byte(0), byte(1), byte(2))
                  : format("ac:de:48:{:02x}:{:02x}:{:02x}", byte(0), byte(1), byte(2));
}

struct LocalTime {
  std::int64_t day;  // since 1970, local
  Duration of_day;
};
LocalTime local(const Host& host, EventTime time) {
  const Duration day = std::chrono::hours(24);
  const Duration since = time.time_since_epoch() + host.zone;
  return {since / day, since % day};
}

}  // namespace

bool gives_id_per_exec(EntityId model, const AgentVersion& agent) {
  return model == EntityId::exec || (model == EntityId::by_version && !agent.at_least(8, 2));
}

std::string AgentVersion::to_string() const { return format("{}.{}.{}", major, minor, patch); }

std::string_view user_id(User user) {
  switch (user) {
    case User::root:
      return "0";
    case User::console:
      return "501";
    case User::second:
      return "502";
  }
  return {};
}

std::string random_letters(Rng& rng, std::size_t count) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out(count, ' ');
  for (char& c : out) c = letters[rng.below(letters.size())];
  return out;
}

std::string random_uuid(Rng& rng, bool upper_case) {
  const std::uint64_t a = rng.next();
  const std::uint64_t b = rng.next();
  const std::uint32_t p1 = static_cast<std::uint32_t>(a >> 32U);
  const auto p2 = static_cast<std::uint16_t>(a >> 16U);
  const auto p3 = static_cast<std::uint16_t>((a & 0x0FFFU) | 0x4000U);
  const auto p4 = static_cast<std::uint16_t>(((b >> 48U) & 0x3FFFU) | 0x8000U);
  const std::uint64_t p5 = b & 0xFFFF'FFFF'FFFFU;
  return upper_case ? format("{:08X}-{:04X}-{:04X}-{:04X}-{:012X}", p1, p2, p3, p4, p5)
                    : format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", p1, p2, p3, p4, p5);
}

Host make_host(const Rng& corpus, std::uint32_t index, Persona persona) {
  Rng rng = corpus.split("host").split(index);
  Host host;
  host.index = index;
  host.persona = persona;
  host.root_runner = persona == Persona::ci && rng.chance(root_runner_share);
  host.agent = draw_agent(rng);
  host.agent_id = random_uuid(rng, false);
  host.id = random_uuid(rng, true);
  host.user = persona == Persona::ci      ? "build"
              : persona == Persona::kiosk ? "visitor"
                                          : std::string(first_names[rng.below(first_names.size())]);
  host.name = format("{}-{}-{:02}.local", model_prefix(persona), host.user, index + 1);
  const System& system = systems[rng.below(systems.size())];
  host.os_version = system.version;
  const bool is_arm = rng.chance(0.85);
  host.architecture = is_arm ? "arm64" : "x86_64";
  host.kernel = format(
      "Darwin Kernel Version {}: Tue Jan 13 21:07:04 PST 2026; root:xnu-12377.61.12~1/RELEASE_{}",
      system.darwin, is_arm ? "ARM64_T6000" : "X86_64");
  host.address = format("192.0.2.{}", 10 + rng.below(240));
  host.addresses = {host.address, "127.0.0.1", "::1", "fe80::1"};
  host.macs = {draw_mac(rng, host.agent.at_least(8, 6)), draw_mac(rng, host.agent.at_least(8, 6))};
  host.event_id_prefix = random_letters(rng, 16);
  host.first_sequence = rng.below(4'000'000);
  host.entity_key = rng.next();
  // A company between the Azores and eastern Europe; servers share the headquarters' zone.
  host.zone =
      host.traits().sleeps ? std::chrono::hours(rng.in_range(-1, 2)) : std::chrono::hours(1);
  const auto shift = std::chrono::minutes(rng.in_range(-45, 45));
  host.work_begin = std::chrono::hours(9) + shift;
  host.work_end = std::chrono::hours(18) + shift;
  return host;
}

bool Host::is_working(EventTime time) const {
  if (!traits().sleeps) return true;
  const LocalTime now = local(*this, time);
  const std::int64_t weekday = (now.day + 3) % 7;  // 1970-01-01 was a Thursday; 0 is Monday
  return weekday < 5 && now.of_day >= work_begin && now.of_day < work_end;
}

bool Host::is_awake(EventTime time) const {
  if (!traits().sleeps) return true;
  const LocalTime now = local(*this, time);
  return now.of_day >= work_begin - std::chrono::hours(2) &&
         now.of_day < work_end + std::chrono::hours(3);
}

double Host::activity(EventTime time) const {
  if (!is_awake(time)) return 0;
  return is_working(time) ? traits().activity_working : traits().activity_idle;
}

}  // namespace eqlab::generators
