#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generators/document/model.h"
#include "generators/draw/distribution.h"
#include "generators/incident/condition.h"
#include "harness/base/result.h"
#include "harness/truth/truth.h"

/// What a scenario file says (generators/scenarios/README.md), checked and with its names resolved.
namespace eqlab::generators {

enum class StepKind : std::uint8_t { exec, fork, connect, dns, file, launch_daemon, end };
[[nodiscard]] std::string_view to_string(StepKind kind);

/// How the package is opened; decides who is responsible for its scripts and where the package
/// lies.
enum class Via : std::uint8_t { gui, cli, mdm, jamf, intune, munki, none };

/// `second`: another person's account on the same host, uid 502.
enum class UserRule : std::uint8_t { same, root, console, second };
enum class AddressClass : std::uint8_t { external, internal, loopback };
/// Which ends of a connection the sensor reports.
enum class SeenEnds : std::uint8_t { both, start, end };

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
  std::string delay_text;  ///< as the file spells it; empty: the usual
  double probability = 1;
  std::int64_t repeat_min = 1;
  std::int64_t repeat_max = 1;
  Distribution every;
  std::optional<Condition> when;  ///< about choices alone; nothing: always
  std::string when_text;
  std::optional<std::uint32_t> loop;  ///< place in Scenario::loops
  std::uint32_t round = 1;            ///< of that loop; each round has steps of its own

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
  SeenEnds seen = SeenEnds::both;

  // file, launch_daemon
  std::string path;
  std::uint64_t size = 4096;
  std::string label;
  std::vector<std::string> job_args;
};

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

/// A rule that scenario files make promises about (rules.toml).
struct PromisedRule {
  std::string key;      ///< as under [expected]
  std::string rule_id;  ///< of the rule document
  std::string title;
};

/// What a scenario promises of one rule.
enum class Outcome : std::uint8_t { silent, fires, depends };
struct Promise {
  Outcome outcome = Outcome::silent;
  std::string because;
  bool is_stated = false;  ///< in the file; else silence is taken for N
  // Of `depends`, at least one:
  std::optional<Duration> window;      ///< fires if a linked pair is at most this far apart
  std::optional<Condition> condition;  ///< fires if it holds
  std::string condition_text;
  /// Of many tellings, the share that fires lies between these.
  std::optional<std::pair<double, double>> share;
};
/// Y, N or D.
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// Steps that come again and again, as many rounds as are drawn.
struct Loop {
  std::string name;
  std::int64_t rounds_min = 1;
  std::int64_t rounds_max = 1;
  Distribution every;  ///< from a round to the next
};

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

  std::vector<Promise> expected;  ///< as Catalogue::rules; the first is the base rule's
  std::vector<Choice> choices;
  std::vector<Loop> loops;

  std::vector<Via> via = {Via::gui};
  std::string package_id = "com.example.package";
  std::string package_file = "Example.pkg";
  std::string app = "Example";
  std::optional<Duration> rollout;   ///< the installs of a wave fall into one span this long
  std::uint32_t hosts_per_wave = 0;  ///< 0: all installs of the corpus are one wave

  std::vector<Step> steps;
  std::vector<std::uint32_t>
      time_order;  ///< steps so that each comes after what its time depends on

  [[nodiscard]] ScenarioClass scenario_class() const;
  [[nodiscard]] bool suits(Persona persona) const;
  /// Some step is a child of an installer or of a service of one, if only sometimes.
  [[nodiscard]] bool runs_scripts() const;
  [[nodiscard]] const Promise& base() const { return expected.front(); }
};

/// Distributions that the simulator itself needs, by the names of distributions.toml.
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
  std::vector<PromisedRule> rules;  ///< at least one; the first is the base rule
  DistributionTable distributions;
  StandardDelays delays;
  [[nodiscard]] const Scenario* find(std::string_view id) const;
};

/// A file's name and text, held apart from where they came from.
struct NamedText {
  std::string file;
  std::string text;
};

/// Files called distributions.toml and rules.toml hold what their names say, files called
/// part_NAME.toml steps that scenarios include; all others are scenarios.
/// Errors, at file, line and column: E505 not a condition; E506 a promise without its condition, or
/// with one that it cannot have; E507 a part that does not exist; E508 a parameter that is missing
/// or does not exist; E509 a loop that does not exist; E510 not TOML; E511 an unknown key; E512 a
/// missing key or a value of the wrong kind; E513 not a distribution; E514 a parent or step that
/// does not exist; E515 steps that wait for each other; E516 a negative length of time; E517 an id
/// or name used twice; E518 an unknown program.
[[nodiscard]] Result<Catalogue> read_catalogue(const std::vector<NamedText>& files);
/// The catalogue built in, or every .toml of `folder` (with the built-in distributions, which a
/// distributions.toml there adds to, and the built-in parts and rules unless a rules.toml is
/// there). Errors also: E901 the folder cannot be read.
[[nodiscard]] Result<Catalogue> load_catalogue(const std::string& folder);

}  // namespace eqlab::generators
