#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generators/document/model.h"
#include "generators/draw/distribution.h"
#include "harness/base/result.h"
#include "harness/truth/truth.h"

/// What a scenario file says (generators/scenarios/README.md), checked and with its names resolved.
namespace eqlab::generators {

enum class StepKind : std::uint8_t { exec, fork, connect, dns, file, launch_daemon, end };
[[nodiscard]] std::string_view to_string(StepKind kind);

/// How the package is opened; decides who is responsible for its scripts and where the package
/// lies.
enum class Via : std::uint8_t { gui, cli, mdm, jamf, intune, munki, none };

enum class UserRule : std::uint8_t { same, root, console };
enum class AddressClass : std::uint8_t { external, internal, loopback };

/// Another step of the scenario, or something that is there without a step.
struct ActorRef {
  enum class What : std::uint8_t { none, step, standing, client, plugin_service, begin };
  What what = What::none;
  std::uint32_t index = 0;  ///< step: place in Scenario::steps; standing: the process
  friend bool operator==(const ActorRef&, const ActorRef&) = default;
};

struct Step {
  std::string name;
  StepKind kind = StepKind::exec;
  ActorRef actor;                       ///< exec, fork: the parent; else the process that acts
  ActorRef after;                       ///< the delay counts from there
  std::optional<std::uint32_t> before;  ///< instead: the delay counts back from that step
  Distribution delay;
  double probability = 1;
  std::int64_t repeat_min = 1;
  std::int64_t repeat_max = 1;
  Distribution every;

  // exec, fork
  Program program;
  std::vector<std::string> args;  ///< may hold placeholders
  bool is_script = false;         ///< its arguments are those of a package script
  bool relays = false;            ///< an sh, which re-executes bash
  UserRule user = UserRule::same;
  double in_place = 0;         ///< probability that the parent itself becomes the program
  bool is_background = false;  ///< the parent does not wait for it
  double orphaned = 0;         ///< probability that launchd shows as its parent at the exec
  bool keeps_running = false;
  Distribution lasts;
  std::optional<std::uint32_t> caused_by;  ///< the step that loaded this job or opened this program

  // connect, dns
  std::vector<std::uint16_t> ports = {443};
  std::pair<std::uint16_t, std::uint16_t> port_range = {0, 0};  ///< used when not {0, 0}
  AddressClass to = AddressClass::external;
  std::string domain;
  bool stays_open = false;

  // file, launch_daemon
  std::string path;
  std::uint64_t size = 4096;
  std::string label;
  std::vector<std::string> job_args;
};

/// `rule_id` of the base rule, of which scenario files say what it does ("[expected]"): macOS
/// Installer Package Spawns Network Event. Another rule is not held to those expectations.
inline constexpr std::string_view base_rule_id = "99239e7d-b0d4-46e3-8609-acafcf99f68c";

/// The classes that a mixed profile shares its installs out by. They follow from intent, truth and
/// what is expected of the base rule.
enum class ScenarioClass : std::uint8_t {
  malicious_firing,
  evasion,
  benign_network,
  benign_local,
  out_of_scope
};
inline constexpr std::size_t scenario_class_count = 5;
[[nodiscard]] std::string_view to_string(ScenarioClass scenario_class);

struct Scenario {
  std::string file;
  std::string id;
  std::string title;
  std::string story;
  std::string family;
  truth::Intent intent = truth::Intent::benign;
  std::string truth_code;  ///< M1, M0, G1, G0 or OOS: what the author promises
  std::vector<std::string> tags;
  std::string source;
  std::string confidence;         ///< S read, R recalled, I inferred, G guessed
  double rate_per_month = 0;      ///< installs per host and month in an ordinary fleet
  double weight = 1;              ///< within its class in a mixed profile
  std::vector<Persona> personas;  ///< empty: all

  std::string expected_r22 = "N";  ///< Y, N or D; for the base rule
  std::string expected_because;
  std::optional<Duration>
      window;  ///< Y and D: fires if a linked pair is at most this apart, else silent
  std::map<std::string, std::string> expected_others;  ///< r21, r24, r25: kept as text

  std::vector<Via> via = {Via::gui};
  std::string package_id = "com.example.package";
  std::string package_file = "Example.pkg";
  std::string app = "Example";
  std::optional<Duration> rollout;  ///< all installs of the corpus fall into one span this long

  std::vector<Step> steps;
  std::vector<std::uint32_t>
      time_order;  ///< steps so that each comes after what its time depends on

  [[nodiscard]] ScenarioClass scenario_class() const;
  [[nodiscard]] bool suits(Persona persona) const;
};

/// Distributions that the teller itself needs, by the names of distributions.toml.
struct StandardDelays {
  Distribution open_to_install;
  Distribution distribution_script;
  Distribution first_script;
  Distribution first_child;
  Distribution fork_to_exec;
  Distribution sh_to_bash;
  Distribution client_to_connection;
  Distribution tool_runtime;
  Distribution script_runtime;
  Distribution transfer;
};

struct Catalogue {
  std::vector<Scenario> scenarios;  ///< in order of id
  DistributionTable distributions;
  StandardDelays delays;
  [[nodiscard]] const Scenario* find(std::string_view id) const;
};

/// A file's name and text, held apart from where they came from.
struct NamedText {
  std::string file;
  std::string text;
};

/// Errors, at file, line and column: E510 not TOML; E511 an unknown key; E512 a missing key or a
/// value of the wrong kind; E513 not a distribution; E514 a parent or step that does not exist;
/// E515 steps that wait for each other; E516 a negative length of time; E517 an id or name used
/// twice; E518 an unknown program.
[[nodiscard]] Result<Catalogue> read_catalogue(const std::vector<NamedText>& files);
/// The catalogue built in, or every .toml of `folder` (with the built-in distributions, which a
/// distributions.toml there adds to). Errors also: E901 the folder cannot be read.
[[nodiscard]] Result<Catalogue> load_catalogue(const std::string& folder);

}  // namespace eqlab::generators
