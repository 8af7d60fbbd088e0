#include "generators/corpus/profile.h"

#include <algorithm>

#include "generators/corpus/corpus.h"
#include "generators/incident/embedded.h"
#include "generators/incident/toml_reader.h"

namespace eqlab::generators {
namespace {

constexpr std::string_view folder = "generators/profiles/";

std::string profile_of(std::string_view file) {
  file.remove_prefix(folder.size());
  return std::string(file.substr(0, file.rfind('.')));
}

}  // namespace

Result<Profile> read_profile(const NamedText& file) {
  TomlReader toml(file.file, file.text);
  EQLAB_TRY(const toml::table root, toml.parse());
  Profile profile;
  toml.allow_keys(root,
                  {"name", "about", "hosts", "days", "events", "personas", "mixed", "realistic"},
                  "in a profile");
  profile.name = toml.text(root, "name", true);
  profile.about = toml.text(root, "about", true);
  profile.hosts = static_cast<std::uint32_t>(toml.whole(root, "hosts", 100, 1, 1'000'000));
  profile.days = toml.number(root, "days", 1, 0.01, 3650);
  profile.events =
      static_cast<std::uint64_t>(toml.whole(root, "events", 1'000'000, 1, 1'000'000'000'000));
  const toml::table& personas = toml.table(root, "personas");
  toml.allow_keys(personas, {"office", "developer", "ci", "kiosk", "managed"}, "in [personas]");
  double sum = 0;
  for (const Persona persona : all_personas) {
    const double share = toml.number(personas, to_string(persona), 0, 0, 1);
    profile.personas[static_cast<std::size_t>(persona)] = share;
    sum += share;
  }
  if (!toml.error() && (sum < 0.999 || sum > 1.001))
    toml.wrong(root, "E512", "the shares under [personas] must add up to 1");
  const bool is_mixed = root.contains("mixed");
  if (is_mixed == root.contains("realistic"))
    toml.wrong(root, "E512", "a profile needs either [mixed] or [realistic]");
  if (is_mixed) {
    const toml::table& mixed = toml.table(root, "mixed");
    std::vector<std::string_view> keys = {"installs_per_host_day"};
    for (std::size_t c = 0; c < scenario_class_count; ++c)
      keys.push_back(to_string(static_cast<ScenarioClass>(c)));
    toml.allow_keys(mixed, keys, "in [mixed]");
    profile.installs_per_host_day = toml.number(mixed, "installs_per_host_day", 1, 0, 1000);
    for (std::size_t c = 0; c < scenario_class_count; ++c) {
      profile.classes[c] = toml.number(mixed, to_string(static_cast<ScenarioClass>(c)), 0, 0, 1);
    }
  } else {
    profile.mode = Profile::Mode::realistic;
    const toml::table& realistic = toml.table(root, "realistic");
    toml.allow_keys(realistic, {"malicious_per_host_month"}, "in [realistic]");
    profile.malicious_per_host_month =
        toml.number(realistic, "malicious_per_host_month", 0, 0, 1000);
  }
  if (toml.error()) return fail(*toml.error());
  return profile;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const NamedText& file : embedded_files(folder)) names.push_back(profile_of(file.file));
  return names;
}

Result<Profile> load_profile(std::string_view name) {
  for (const NamedText& file : embedded_files(folder)) {
    if (profile_of(file.file) == name) return read_profile(file);
  }
  const std::vector<std::string> names = profile_names();
  return fail(error_in("", "E520", format("there is no profile \"{}\"", printable(name)),
                       format("profiles are {}", join(names, ", "))));
}

}  // namespace eqlab::generators
