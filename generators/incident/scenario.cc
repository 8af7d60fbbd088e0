// From TOML to Scenario: read, resolve the names of steps and actors, and put the steps in an order
// in which their times can be drawn. Tested in tests/unit/generators/scenario_test.cc, one file per
// error.
#include "generators/incident/scenario.h"

#include <algorithm>

#include "generators/incident/toml_reader.h"
#include "harness/base/limits.h"

namespace eqlab::generators {
namespace {

using Names = std::vector<std::string_view>;

const Names step_kinds = {"exec", "fork", "connect", "dns", "file", "launch_daemon", "end"};
const Names via_names = {"gui", "cli", "mdm", "jamf", "intune", "munki", "none"};
const Names class_names = {"malicious_firing", "evasion", "benign_network", "benign_local",
                           "out_of_scope"};
constexpr std::int64_t repeats_max = 1'000;
constexpr std::size_t steps_max = 200;

/// Actors that are there without a step of that name.
struct KnownActor {
  std::string_view name;
  ActorRef ref;
};
ActorRef standing_ref(Standing standing) { return {ActorRef::What::standing, index_of(standing)}; }
const std::vector<KnownActor>& known_actors() {
  static const std::vector<KnownActor> actors = {
      {"Finder", standing_ref(Standing::finder)},
      {"Installer", {ActorRef::What::client}},
      {"InstallerRemotePluginService", {ActorRef::What::plugin_service}},
      {"IntuneMdmDaemon", standing_ref(Standing::intune)},
      {"cron", standing_ref(Standing::cron)},
      {"editor", standing_ref(Standing::editor)},
      {"installd", standing_ref(Standing::installd)},
      {"installer", {ActorRef::What::client}},
      {"jamf", standing_ref(Standing::jamf)},
      {"launchd", standing_ref(Standing::launchd)},
      {"mdmclient", standing_ref(Standing::mdmclient)},
      {"package_script_service", standing_ref(Standing::package_script_service)},
      {"runner_worker", standing_ref(Standing::runner_worker)},
      {"shell", standing_ref(Standing::shell)},
      {"system_installd", standing_ref(Standing::system_installd)}};
  return actors;
}

const Names file_keys = {"id",       "title",   "story",      "family", "intent", "truth",
                         "tags",     "source",  "confidence", "rate",   "weight", "personas",
                         "expected", "package", "install",    "step"};
const Names expected_keys = {"r22", "because", "window", "r21", "r24", "r25", "ep"};
const Names package_keys = {"id", "file", "app"};
const Names install_keys = {"via", "rollout"};
const Names common_keys = {"name",  "kind",        "after",  "before",
                           "delay", "probability", "repeat", "every"};
const Names exec_keys = {"parent",        "program", "executable", "signed",     "args",
                         "script",        "user",    "in_place",   "background", "orphaned",
                         "keeps_running", "lasts",   "caused_by",  "relay"};
const Names fork_keys = {"parent", "background", "keeps_running", "lasts"};
const Names connect_keys = {"process", "port", "to", "domain", "stays_open"};
const Names dns_keys = {"process", "domain"};
const Names file_step_keys = {"process", "path", "size"};
const Names daemon_keys = {"process", "path", "label", "runs"};
const Names end_keys = {"process"};

Names allowed_keys(StepKind kind) {
  Names keys = common_keys;
  const auto add = [&keys](const Names& more) {
    keys.insert(keys.end(), more.begin(), more.end());
  };
  switch (kind) {
    case StepKind::exec:
      add(exec_keys);
      break;
    case StepKind::fork:
      add(fork_keys);
      break;
    case StepKind::connect:
      add(connect_keys);
      break;
    case StepKind::dns:
      add(dns_keys);
      break;
    case StepKind::file:
      add(file_step_keys);
      break;
    case StepKind::launch_daemon:
      add(daemon_keys);
      break;
    case StepKind::end:
      add(end_keys);
      break;
  }
  return keys;
}

bool makes_process(StepKind kind) { return kind == StepKind::exec || kind == StepKind::fork; }

class ScenarioReader {
 public:
  ScenarioReader(const NamedText& file, const Catalogue& catalogue)
      : file_(file), catalogue_(catalogue), toml_(file.file, file.text) {}

  Result<Scenario> read() {
    EQLAB_TRY(const toml::table root, toml_.parse());
    read_head(root);
    if (const toml::node* steps = root.get("step")) read_steps(*steps);
    if (scenario_.steps.empty())
      toml_.wrong(root, "E512", "a scenario needs at least one [[step]]");
    if (!toml_.error()) order_steps();
    if (toml_.error()) return fail(*toml_.error());
    return std::move(scenario_);
  }

 private:
  void read_head(const toml::table& root) {
    toml_.allow_keys(root, file_keys, "in a scenario");
    Scenario& s = scenario_;
    s.file = file_.file;
    s.id = toml_.text(root, "id", true);
    s.title = toml_.text(root, "title", true);
    s.story = toml_.text(root, "story");
    s.family = toml_.text(root, "family", true);
    s.intent = static_cast<truth::Intent>(
        toml_.choice(root, "intent", {"malicious", "benign", "out_of_scope"}, true));
    static const Names truths = {"M1", "M0", "G1", "G0", "OOS"};
    s.truth_code = truths[toml_.choice(root, "truth", truths, true)];
    s.tags = toml_.texts(root, "tags");
    s.source = toml_.text(root, "source", true);
    static const Names confidences = {"S", "R", "I", "G"};
    s.confidence = confidences[toml_.choice(root, "confidence", confidences, true)];
    s.rate_per_month = toml_.number(root, "rate", 0, 0, 1e6);
    s.weight = toml_.number(root, "weight", 1, 0, 1e6);
    for (const std::string& name : toml_.texts(root, "personas")) {
      if (const auto persona = persona_from_name(name)) {
        s.personas.push_back(*persona);
      } else {
        toml_.wrong(*root.get("personas"), "E512",
                    format("there is no persona \"{}\"", printable(name)),
                    "personas are office, developer, ci, kiosk, managed");
      }
    }
    read_expected(toml_.table(root, "expected"));
    const toml::table& package = toml_.table(root, "package");
    toml_.allow_keys(package, package_keys, "in [package]");
    if (package.contains("id")) s.package_id = toml_.text(package, "id", true);
    if (package.contains("file")) s.package_file = toml_.text(package, "file", true);
    if (package.contains("app")) s.app = toml_.text(package, "app", true);
    read_install(toml_.table(root, "install"));
  }

  void read_expected(const toml::table& expected) {
    toml_.allow_keys(expected, expected_keys, "in [expected]");
    static const Names outcomes = {"N", "Y", "D"};
    scenario_.expected_r22 = outcomes[toml_.choice(expected, "r22", outcomes, false)];
    scenario_.expected_because = toml_.text(expected, "because");
    scenario_.window = toml_.length(expected, "window");
    for (const std::string_view key : {"r21", "r24", "r25", "ep"}) {
      if (expected.contains(key))
        scenario_.expected_others[std::string(key)] = toml_.text(expected, key);
    }
  }

  void read_install(const toml::table& install) {
    toml_.allow_keys(install, install_keys, "in [install]");
    scenario_.rollout = toml_.length(install, "rollout");
    const toml::node* via = install.get("via");
    if (via == nullptr) return;
    scenario_.via.clear();
    if (const toml::array* several = via->as_array()) {
      for (const toml::node& element : *several) add_via(element);
    } else {
      add_via(*via);
    }
    if (scenario_.via.empty()) {
      toml_.wrong(*via, "E512", "\"via\" is empty");
      scenario_.via = {Via::none};
    }
  }

  void add_via(const toml::node& node) {
    scenario_.via.push_back(static_cast<Via>(toml_.choice_of(node, "via", via_names)));
  }

  void read_steps(const toml::node& node) {
    const toml::array* steps = node.as_array();
    if (steps == nullptr || !steps->is_array_of_tables()) {
      toml_.wrong(node, "E512", "steps are written as [[step]]");
      return;
    }
    if (steps->size() > steps_max) {
      toml_.wrong(node, "E512", format("a scenario has at most {} steps", steps_max));
      return;
    }
    // Names first: a step may stand before the one that it follows.
    for (const toml::node& element : *steps) {
      const toml::table& table = *element.as_table();
      const std::string name = toml_.text(table, "name", true);
      const bool is_taken = std::ranges::find(step_names_, name) != step_names_.end() ||
                            std::ranges::find(known_actors(), std::string_view(name),
                                              &KnownActor::name) != known_actors().end();
      if (is_taken)
        toml_.wrong(*table.get("name"), "E517",
                    format("there is already something named \"{}\"", printable(name)));
      step_names_.push_back(name);
      step_tables_.push_back(&table);
      kinds_.push_back(static_cast<StepKind>(toml_.choice(table, "kind", step_kinds, true)));
    }
    if (toml_.error()) return;
    for (std::size_t i = 0; i < step_tables_.size(); ++i) read_step(i);
  }

  void read_step(std::size_t index) {
    const toml::table& table = *step_tables_[index];
    Step step;
    step.name = step_names_[index];
    step.kind = kinds_[index];
    toml_.allow_keys(table, allowed_keys(step.kind),
                     format("in a step of kind {}", to_string(step.kind)));
    read_times(table, step);
    if (makes_process(step.kind)) {
      read_process(table, step, index);
    } else {
      step.actor = actor(table, "process", true);
      if (step.actor.what != ActorRef::What::step && !toml_.error()) {
        toml_.wrong(*table.get("process"), "E514",
                    "\"process\" must name a step of kind exec or fork");
      }
    }
    switch (step.kind) {
      case StepKind::connect:
        read_connect(table, step);
        break;
      case StepKind::dns:
        step.domain = toml_.text(table, "domain", true);
        break;
      case StepKind::file:
        step.path = toml_.text(table, "path", true);
        step.size =
            static_cast<std::uint64_t>(toml_.whole(table, "size", 4096, 0, std::int64_t{1} << 40));
        break;
      case StepKind::launch_daemon:
        step.path = toml_.text(table, "path", true);
        step.label = toml_.text(table, "label", true);
        step.job_args = toml_.texts(table, "runs");
        break;
      case StepKind::exec:
      case StepKind::fork:
      case StepKind::end:
        break;
    }
    default_times(table, step);
    scenario_.steps.push_back(std::move(step));
  }

  void read_times(const toml::table& table, Step& step) {
    if (table.contains("after")) step.after = actor(table, "after", false);
    if (const toml::node* node = table.get("before")) {
      if (const auto found = step_place(toml_.text(table, "before"))) {
        step.before = *found;
      } else {
        missing_step(*node, toml_.text(table, "before"));
      }
      if (table.contains("after"))
        toml_.wrong(*node, "E512", "a step has either \"after\" or \"before\"");
    }
    step.probability = toml_.number(table, "probability", 1, 0, 1);
    if (const toml::node* repeat = table.get("repeat")) {
      const toml::array* range = repeat->as_array();
      if (range != nullptr && range->size() == 2 && (*range)[0].is_integer() &&
          (*range)[1].is_integer()) {
        step.repeat_min = (*range)[0].as_integer()->get();
        step.repeat_max = (*range)[1].as_integer()->get();
      } else if (repeat->is_integer()) {
        step.repeat_min = step.repeat_max = repeat->as_integer()->get();
      } else {
        step.repeat_min = 0;
      }
      if (step.repeat_min < 1 || step.repeat_max < step.repeat_min ||
          step.repeat_max > repeats_max) {
        toml_.wrong(*repeat, "E512",
                    format("\"repeat\" must be a number or [low, high] from 1 to {}", repeats_max));
      }
    }
    step.every = Distribution::constant(std::chrono::seconds(1));
    if (const auto every = toml_.distribution(table, "every", catalogue_.distributions))
      step.every = *every;
  }

  void read_process(const toml::table& table, Step& step, std::size_t index) {
    step.actor = actor(table, "parent", true);
    step.is_background = toml_.truth(table, "background");
    step.keeps_running = toml_.truth(table, "keeps_running");
    step.lasts = catalogue_.delays.tool_runtime;
    if (step.kind == StepKind::exec) read_exec(table, step, index);
    if (const auto lasts = toml_.distribution(table, "lasts", catalogue_.distributions))
      step.lasts = *lasts;
  }

  void read_exec(const toml::table& table, Step& step, std::size_t index) {
    read_program(table, step);
    step.args = toml_.texts(table, "args");
    if (const std::string script = toml_.text(table, "script"); !script.empty()) {
      if (!step.args.empty())
        toml_.wrong(*table.get("script"), "E512", "a step has either \"args\" or \"script\"");
      step.is_script = true;
      step.args = {step.program.executable, "{scripts}/" + script, "{package}", "/", "/", "/"};
      step.lasts = catalogue_.delays.script_runtime;
    }
    if (step.args.empty()) step.args = {step.program.executable};
    step.relays = step.program.executable == "/bin/sh" &&
                  (!table.contains("relay") || toml_.truth(table, "relay"));
    step.user =
        static_cast<UserRule>(toml_.choice(table, "user", {"same", "root", "console"}, false));
    if (const toml::node* node = table.get("in_place"); node != nullptr && node->is_boolean()) {
      step.in_place = toml_.truth(table, "in_place") ? 1 : 0;
    } else {
      step.in_place = toml_.number(table, "in_place", 0, 0, 1);
    }
    if (step.in_place > 0 && step.actor.what != ActorRef::What::step) {
      toml_.wrong(*table.get("in_place"), "E512", "only a step can turn into another program");
    }
    step.orphaned = toml_.number(table, "orphaned", 0, 0, 1);
    if (step.orphaned > 0) step.is_background = true;
    if (const toml::node* node = table.get("caused_by")) {
      const std::string name = toml_.text(table, "caused_by");
      const auto found = step_place(name);
      if (!found) {
        missing_step(*node, name);
      } else if (*found == index) {
        toml_.wrong(*node, "E515", format("\"{}\" cannot be caused by itself", name));
      } else {
        step.caused_by = *found;
      }
    }
  }

  void read_program(const toml::table& table, Step& step) {
    const std::string key = toml_.text(table, "program");
    std::string executable = toml_.text(table, "executable");
    if (key.empty() == executable.empty()) {
      toml_.wrong(table, "E512", "an exec step needs either \"program\" or \"executable\"");
      return;
    }
    if (!key.empty()) {
      const KnownProgram* known = find_program(key);
      if (known == nullptr) {
        std::vector<std::string_view> keys;
        for (const KnownProgram& program : known_programs()) keys.push_back(program.key);
        const auto close = nearest(key, keys, 1);
        toml_.wrong(*table.get("program"), "E518",
                    format("the program \"{}\" is not known", printable(key)),
                    close.empty() ? "give its path as \"executable\""
                                  : format("did you mean \"{}\"?", close.front()));
        return;
      }
      step.program = make_program(std::string(known->executable), known->signer);
      return;
    }
    if (executable.starts_with("{home}")) executable.replace(0, 6, "/Users/{user}");
    if (executable.front() != '/')
      toml_.wrong(*table.get("executable"), "E512", "\"executable\" must be a full path");
    const auto signer = toml_.choice(table, "signed", {"none", "developer", "apple"}, false);
    step.program = make_program(std::move(executable), signer == 0   ? Signer::none
                                                       : signer == 1 ? Signer::developer
                                                                     : Signer::apple);
  }

  void read_connect(const toml::table& table, Step& step) {
    step.to = static_cast<AddressClass>(
        toml_.choice(table, "to", {"external", "internal", "loopback"}, false));
    step.domain = toml_.text(table, "domain");
    step.stays_open = toml_.truth(table, "stays_open");
    const toml::node* port = table.get("port");
    if (port == nullptr) return;
    step.ports.clear();
    if (const auto* text = port->as_string()) {
      const std::string& range = text->get();
      const std::size_t dash = range.find('-');
      const auto low = parse_number<unsigned>(std::string_view(range).substr(0, dash));
      const auto high = dash == std::string::npos
                            ? std::nullopt
                            : parse_number<unsigned>(std::string_view(range).substr(dash + 1));
      if (low && high && *low >= 1 && *low <= *high && *high <= 65'535) {
        step.port_range = {static_cast<std::uint16_t>(*low), static_cast<std::uint16_t>(*high)};
        return;
      }
    } else if (const toml::array* several = port->as_array()) {
      for (const toml::node& element : *several) add_port(element, step);
    } else {
      add_port(*port, step);
    }
    if (step.ports.empty())
      toml_.wrong(*port, "E512", "\"port\" must be a port, a list of ports or \"8000-9999\"");
  }

  void add_port(const toml::node& node, Step& step) {
    const auto* value = node.as_integer();
    if (value != nullptr && value->get() >= 1 && value->get() <= 65'535) {
      step.ports.push_back(static_cast<std::uint16_t>(value->get()));
    } else {
      toml_.wrong(node, "E512", "a port is a whole number from 1 to 65535");
    }
  }

  /// What a step follows, and after how long, when the file does not say.
  void default_times(const toml::table& table, Step& step) {
    const StandardDelays& delays = catalogue_.delays;
    const auto given = toml_.distribution(table, "delay", catalogue_.distributions);
    const bool is_installed = step.actor == standing_ref(Standing::package_script_service) ||
                              step.actor == standing_ref(Standing::system_installd) ||
                              step.actor == standing_ref(Standing::installd);
    step.delay = delays.first_child;
    if (step.kind == StepKind::connect || step.before) step.delay = delays.client_to_connection;
    if (step.after.what == ActorRef::What::none) {
      step.after = step.actor;
      if (step.caused_by) step.after = {ActorRef::What::step, *step.caused_by};
      if (is_installed && !step.caused_by) {
        step.after = {ActorRef::What::begin};
        step.delay = delays.first_script;
      } else if (step.actor.what == ActorRef::What::client ||
                 step.actor.what == ActorRef::What::plugin_service) {
        step.delay = delays.distribution_script;
      } else if (step.after.what == ActorRef::What::standing) {
        step.after = {ActorRef::What::begin};
      }
    } else if (step.after.what == ActorRef::What::standing) {
      toml_.wrong(*table.get("after"), "E514",
                  "\"after\" must name a step, \"begin\", \"Installer\" or \"installer\"");
    }
    if (given) step.delay = *given;
  }

  ActorRef actor(const toml::table& table, std::string_view key, bool is_required) {
    const std::string name = toml_.text(table, key, is_required);
    if (name.empty()) return {};
    const toml::node& node = *table.get(key);
    if (key == "after" && name == "begin") return {ActorRef::What::begin};
    if (const auto step = step_place(name)) {
      if (key != "after" && !makes_process(kinds_[*step])) {
        toml_.wrong(node, "E514",
                    format("\"{}\" is a step of kind {} and has no process of its own", name,
                           to_string(kinds_[*step])));
      }
      return {ActorRef::What::step, *step};
    }
    const auto known = std::ranges::find(known_actors(), std::string_view(name), &KnownActor::name);
    if (known == known_actors().end()) {
      missing_step(node, name);
      return {};
    }
    if (known->ref.what == ActorRef::What::client) check_client(node, name);
    return known->ref;
  }

  void check_client(const toml::node& node, const std::string& name) {
    for (const Via via : scenario_.via) {
      const bool fits = name == "Installer" ? via == Via::gui
                                            : via == Via::cli || via == Via::jamf ||
                                                  via == Via::intune || via == Via::munki;
      if (!fits) {
        toml_.wrong(node, "E514",
                    format("\"{}\" does not run when a package is opened by {}", name,
                           via_names[static_cast<std::size_t>(via)]),
                    name == "Installer"
                        ? "write via = \"gui\" under [install]"
                        : "write via = \"cli\", \"jamf\", \"intune\" or \"munki\" under [install]");
      }
    }
  }

  std::optional<std::uint32_t> step_place(std::string_view name) const {
    const auto found = std::ranges::find(step_names_, name);
    if (found == step_names_.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - step_names_.begin());
  }

  void missing_step(const toml::node& node, const std::string& name) {
    std::vector<std::string_view> known(step_names_.begin(), step_names_.end());
    for (const KnownActor& actor : known_actors()) known.push_back(actor.name);
    const auto close = nearest(name, known, 1);
    toml_.wrong(node, "E514", format("there is no step or process named \"{}\"", printable(name)),
                close.empty() ? std::string() : format("did you mean \"{}\"?", close.front()));
  }

  /// Depth first over what a step's time and process depend on; a step met twice on one path waits
  /// for itself.
  void order_steps() {
    marks_.assign(scenario_.steps.size(), Mark::fresh);
    for (std::uint32_t i = 0; i < scenario_.steps.size() && !toml_.error(); ++i) visit(i);
  }

  void visit(std::uint32_t index) {  // NOLINT(misc-no-recursion): steps_max
    if (marks_[index] == Mark::done || toml_.error()) return;
    if (marks_[index] == Mark::open) {
      toml_.wrong(
          *step_tables_[index]->get("name"), "E515",
          format(
              "\"{}\" waits for itself through its parent, \"after\", \"before\" or \"caused_by\"",
              step_names_[index]));
      return;
    }
    marks_[index] = Mark::open;
    const Step& step = scenario_.steps[index];
    if (step.before) visit(*step.before);
    if (!step.before && step.after.what == ActorRef::What::step) visit(step.after.index);
    // A connection may stand before the exec of its own process when the exec counts back from it.
    const bool counts_back = step.actor.what == ActorRef::What::step &&
                             scenario_.steps[step.actor.index].before.has_value();
    if (step.actor.what == ActorRef::What::step && !counts_back) visit(step.actor.index);
    if (step.caused_by) visit(*step.caused_by);
    marks_[index] = Mark::done;
    scenario_.time_order.push_back(index);
  }

  enum class Mark : std::uint8_t { fresh, open, done };

  const NamedText& file_;
  const Catalogue& catalogue_;
  TomlReader toml_;
  Scenario scenario_;
  std::vector<std::string> step_names_;
  std::vector<const toml::table*> step_tables_;
  std::vector<StepKind> kinds_;
  std::vector<Mark> marks_;
};

bool is_distributions(std::string_view file) {
  return file.substr(file.rfind('/') + 1) == "distributions.toml";
}

Status read_distributions(const NamedText& file, DistributionTable& table) {
  TomlReader toml(file.file, file.text);
  EQLAB_TRY(const toml::table root, toml.parse());
  toml.allow_keys(root, {"distribution"}, "in a table of distributions");
  // In the order of the file, so that a definition may use those above it.
  std::vector<std::pair<std::string, const toml::node*>> entries;
  for (const auto& [key, value] : toml.table(root, "distribution"))
    entries.emplace_back(std::string(key.str()), &value);
  std::ranges::stable_sort(entries, {},
                           [](const auto& entry) { return entry.second->source().begin.line; });
  std::vector<std::pair<std::string, const toml::node*>> flat;
  for (const auto& [key, node] : entries) {
    if (const toml::table* group =
            node->as_table()) {  // network_after_script.benign is a group of its own
      for (const auto& [inner, value] : *group)
        flat.emplace_back(format("{}.{}", key, inner.str()), &value);
    } else {
      flat.emplace_back(key, node);
    }
  }
  for (const auto& [name, node] : flat)
    table.insert_or_assign(name, toml.distribution(*node, table));
  if (toml.error()) return fail(*toml.error());
  return ok();
}

Status find_standard_delays(Catalogue& catalogue) {
  const auto take = [&catalogue](std::string_view name, Distribution& into) -> Status {
    const auto found = catalogue.distributions.find(name);
    if (found == catalogue.distributions.end()) {
      return fail(error_in("distributions.toml", "E512",
                           format("the distribution \"{}\" is missing", name)));
    }
    into = found->second;
    return ok();
  };
  StandardDelays& delays = catalogue.delays;
  EQLAB_CHECK(take("open_to_install", delays.open_to_install));
  EQLAB_CHECK(take("distribution_script", delays.distribution_script));
  EQLAB_CHECK(take("first_script", delays.first_script));
  EQLAB_CHECK(take("first_child", delays.first_child));
  EQLAB_CHECK(take("fork_to_exec", delays.fork_to_exec));
  EQLAB_CHECK(take("sh_to_bash", delays.sh_to_bash));
  EQLAB_CHECK(take("client_to_connection", delays.client_to_connection));
  EQLAB_CHECK(take("tool_runtime", delays.tool_runtime));
  EQLAB_CHECK(take("script_runtime", delays.script_runtime));
  return take("transfer", delays.transfer);
}

}  // namespace

std::string_view to_string(StepKind kind) { return step_kinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(ScenarioClass scenario_class) {
  return class_names[static_cast<std::size_t>(scenario_class)];
}

ScenarioClass Scenario::scenario_class() const {
  switch (intent) {
    case truth::Intent::out_of_scope:
      return ScenarioClass::out_of_scope;
    case truth::Intent::malicious:
      return expected_r22 == "Y" && truth_code == "M1" ? ScenarioClass::malicious_firing
                                                       : ScenarioClass::evasion;
    case truth::Intent::benign:
      return truth_code == "G1" ? ScenarioClass::benign_network : ScenarioClass::benign_local;
  }
  return ScenarioClass::out_of_scope;
}

bool Scenario::suits(Persona persona) const {
  return personas.empty() || std::ranges::find(personas, persona) != personas.end();
}

const Scenario* Catalogue::find(std::string_view id) const {
  const auto found = std::ranges::find(scenarios, id, &Scenario::id);
  return found == scenarios.end() ? nullptr : &*found;
}

Result<Catalogue> read_catalogue(const std::vector<NamedText>& files) {
  Catalogue catalogue;
  for (const NamedText& file : files) {
    if (file.text.size() > limits::rule_file_bytes_max) {
      return fail(error_in(file.file, "E512", "the file is too large to be a scenario"));
    }
    if (is_distributions(file.file)) EQLAB_CHECK(read_distributions(file, catalogue.distributions));
  }
  EQLAB_CHECK(find_standard_delays(catalogue));
  for (const NamedText& file : files) {
    if (is_distributions(file.file)) continue;
    EQLAB_TRY(Scenario scenario, ScenarioReader(file, catalogue).read());
    if (const Scenario* same = catalogue.find(scenario.id)) {
      TomlReader toml(file.file, file.text);
      const auto root = toml.parse();
      return fail(toml.diagnostic(
          root->get("id")->source(), "E517",
          format("the id \"{}\" is already that of {}", printable(scenario.id), same->file)));
    }
    catalogue.scenarios.push_back(std::move(scenario));
  }
  std::ranges::sort(catalogue.scenarios, {}, &Scenario::id);
  return catalogue;
}

}  // namespace eqlab::generators
