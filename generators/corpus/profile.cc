#include "generators/corpus/profile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>

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

FaultOptions read_faults(TomlReader& toml, const toml::table& table) {
  toml.allow_keys(table,
                  {"ingest_delay", "loss", "offline_loss", "duplicates", "reordering", "truncation",
                   "clock_offset", "clock_steps", "merging", "merged_time"},
                  "in [faults]");
  FaultOptions faults;
  const auto share = [&](std::string_view key) { return toml.number(table, key, 0, 0, 1); };
  faults.ingest_delay = toml.number(table, "ingest_delay", 1, 0, 1000);
  faults.loss = share("loss");
  faults.offline_loss = share("offline_loss");
  faults.duplicates = share("duplicates");
  faults.reordering = share("reordering");
  faults.truncation = share("truncation");
  faults.clock_offset = toml.number(table, "clock_offset", 0, 0, 1000);
  faults.clock_steps = share("clock_steps");
  faults.merging =
      static_cast<Merging>(toml.choice(table, "merging", {"off", "by version", "on"}, false));
  faults.merged_time =
      static_cast<MergedTime>(toml.choice(table, "merged_time", {"exec", "end"}, false));
  return faults;
}

void read_waves(TomlReader& toml, const toml::table& root, Profile& profile) {
  const toml::node* const waves = root.get("wave");
  if (waves == nullptr) return;
  if (!waves->is_array_of_tables())
    return toml.wrong(*waves, "E512", "waves are written [[wave]], one table each");
  for (const toml::node& node : *waves->as_array()) {
    const toml::table& table = *node.as_table();
    toml.allow_keys(table, {"scenario", "share", "begin", "within"}, "in [[wave]]");
    profile.waves.push_back(
        {.scenario = toml.text(table, "scenario", true),
         .share = toml.number(table, "share", 1, 0, 1),
         .begin = toml.length(table, "begin").value_or(std::chrono::hours(1)),
         .within = toml.length(table, "within").value_or(std::chrono::minutes(10))});
  }
}

Result<Profile> read_profile_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(error_in(path, "E901", format("cannot be opened: {}", std::strerror(errno))));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return fail(error_in(path, "E901", "cannot be read"));
  return read_profile({.file = path, .text = text});
}

}  // namespace

Result<Profile> read_profile(const NamedText& file) {
  TomlReader toml(file.file, file.text);
  EQLAB_TRY(const toml::table root, toml.parse());
  Profile profile;
  toml.allow_keys(root,
                  {"name", "about", "hosts", "days", "events", "personas", "mixed", "realistic",
                   "wave", "documents", "faults"},
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
  const auto add_up = [](double shares) { return shares > 0.999 && shares < 1.001; };
  if (!toml.error() && !add_up(sum)) {
    toml.wrong(root.contains("personas") ? personas : root, "E512",
               format("the shares under [personas] must add up to 1, not {:.4g}", sum));
  }
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
    const double shares = std::accumulate(profile.classes.begin(), profile.classes.end(), 0.0);
    if (!toml.error() && shares > 0 && !add_up(shares)) {
      toml.wrong(
          mixed, "E512",
          format("the shares of classes under [mixed] must add up to 1, not {:.4g}", shares));
    }
  } else {
    profile.mode = Profile::Mode::realistic;
    const toml::table& realistic = toml.table(root, "realistic");
    toml.allow_keys(realistic, {"malicious_per_host_month"}, "in [realistic]");
    profile.malicious_per_host_month =
        toml.number(realistic, "malicious_per_host_month", 0, 0, 1000);
  }
  read_waves(toml, root, profile);
  const toml::table& documents = toml.table(root, "documents");
  toml.allow_keys(documents, {"entity_id"}, "in [documents]");
  profile.entity_id = static_cast<EntityId>(
      toml.choice(documents, "entity_id", {"by version", "pid", "exec"}, false));
  profile.faults = read_faults(toml, toml.table(root, "faults"));
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
  if (name.find('/') != std::string_view::npos || name.ends_with(".toml"))
    return read_profile_file(std::string(name));
  const std::vector<std::string> names = profile_names();
  return fail(error_in("", "E520", format("there is no profile \"{}\"", printable(name)),
                       format("profiles are {}, or the path of a file", join(names, ", "))));
}

}  // namespace eqlab::generators
