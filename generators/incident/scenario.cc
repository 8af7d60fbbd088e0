// From TOML to Scenario: read, resolve the names of steps and actors, and put the steps in an order
// in which their times can be drawn. Tested in tests/unit/generators/scenario_test.cc, one file per
// error.
#include "generators/incident/scenario.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "generators/incident/embedded.h"
#include "generators/incident/toml_reader.h"
#include "harness/base/limits.h"

namespace eqlab::generators {
namespace {

using Names = std::vector<std::string_view>;

const Names step_kinds = {"exec", "fork", "connect", "dns", "file", "launch_daemon", "end"};
const Names via_names = {"gui", "cli", "mdm", "jamf", "intune", "munki", "none"};
const Names class_names = {"malicious_firing", "evasion", "benign_network", "benign_local",
                           "out_of_scope"};
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr std::int64_t repeats_max = 1'000;
constexpr std::size_t steps_max = 400;  ///< rounds of loops and included steps counted
constexpr std::int64_t rounds_max = 40;
constexpr std::size_t choices_max = 16;
constexpr std::size_t options_max = 32;
constexpr int text_depth_max = 8;  ///< lists and tables inside a step

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

const Names file_keys = {"id",     "title",    "story",    "family",     "intent",
                         "truth",  "tags",     "source",   "confidence", "rate",
                         "weight", "personas", "expected", "package",    "install",
                         "step",   "choose",   "loop",     "include",    "parameters"};
const Names promise_keys = {"outcome", "because", "if", "share", "window"};
const Names loop_keys = {"name", "repeat", "from", "every"};
const Names include_keys = {"part", "with"};
const Names part_keys = {"about", "parameters", "step"};
const Names package_keys = {"id", "file", "app"};
const Names install_keys = {"via", "rollout", "hosts"};
const Names common_keys = {"name",        "kind",   "after", "before", "delay",
                           "probability", "repeat", "every", "when",   "loop"};
const Names exec_keys = {"parent",        "program", "executable", "signed",     "args",
                         "script",        "user",    "in_place",   "background", "orphaned",
                         "keeps_running", "lasts",   "caused_by",  "relay"};
const Names fork_keys = {"parent", "background", "keeps_running", "lasts"};
const Names connect_keys = {"process", "port", "to", "domain", "seen"};
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
  ScenarioReader(const NamedText& file, const Catalogue& catalogue,
                 std::vector<const NamedText*> parts)
      : file_(file), catalogue_(catalogue), toml_(file.file, file.text), parts_(std::move(parts)) {}

  Result<Scenario> read() {
    EQLAB_TRY(root_, toml_.parse());
    read_parameters(root_);
    read_head(root_);
    read_choices(toml_.table(root_, "choose"));
    read_loops();
    if (const toml::node* steps = root_.get("step")) list_steps(*steps, file_);
    read_includes();
    if (raw_.empty()) toml_.wrong(root_, "E512", "a scenario needs at least one [[step]]");
    read_steps();
    toml_.enter(file_.file, file_.text);
    if (!toml_.error()) order_steps();
    if (!toml_.error()) read_expected(toml_.table(root_, "expected"));
    if (toml_.error()) return fail(*toml_.error());
    return std::move(scenario_);
  }

 private:
  /// A step as it stands in a file; steps of a loop once for each round.
  struct RawStep {
    const toml::table* table = nullptr;
    const NamedText* file = nullptr;
    std::string name;     ///< unique
    std::string spelled;  ///< as in the file
    StepKind kind = StepKind::exec;
    std::optional<std::uint32_t> loop = {};
    std::uint32_t round = 1;
  };

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
    const toml::table& package = toml_.table(root, "package");
    toml_.allow_keys(package, package_keys, "in [package]");
    if (package.contains("id")) s.package_id = toml_.text(package, "id", true);
    if (package.contains("file")) s.package_file = toml_.text(package, "file", true);
    if (package.contains("app")) s.app = toml_.text(package, "app", true);
    read_install(toml_.table(root, "install"));
  }

  // ---- parameters and parts

  using Parameters = std::map<std::string, std::string, std::less<>>;

  /// `[parameters]` of a scenario: texts that its steps name as `<name>`.
  void read_parameters(toml::table& root) {
    Parameters parameters;
    for (const auto& [key, value] : toml_.table(root, "parameters")) {
      if (const auto* text = value.as_string()) {
        parameters.emplace(std::string(key.str()), text->get());
      } else {
        toml_.wrong(value, "E512", "a parameter must be a string");
      }
    }
    if (parameters.empty()) return;
    for (const std::string_view key : {"step", "include", "expected"}) {
      if (toml::node* node = root.get(key)) fill_parameters(*node, parameters, 0);
    }
  }

  /// Puts the parameters in; `<word>` that is none of them is a mistake.
  void fill_parameters(toml::node& node, const Parameters& parameters,
                       int depth) {  // NOLINT(misc-no-recursion): text_depth_max
    if (depth > text_depth_max)
      return toml_.wrong(node, "E512", format("nested deeper than {}", text_depth_max));
    if (auto* table = node.as_table()) {
      for (auto&& [key, value] : *table) fill_parameters(value, parameters, depth + 1);
    } else if (auto* array = node.as_array()) {
      for (toml::node& element : *array) fill_parameters(element, parameters, depth + 1);
    } else if (auto* text = node.as_string()) {
      if (text->get().find('<') != std::string::npos)
        text->get() = with_parameters(*text, parameters);
    }
  }

  std::string with_parameters(const toml::value<std::string>& node, const Parameters& parameters) {
    const std::string& text = node.get();
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t open = text.find('<', at);
      const std::size_t close = open == std::string::npos ? open : text.find('>', open);
      if (close == std::string::npos) break;
      const std::string_view name = std::string_view(text).substr(open + 1, close - open - 1);
      const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
      });
      if (!is_name) {
        out.append(text, at, open + 1 - at);
        at = open + 1;
        continue;
      }
      out.append(text, at, open - at);
      at = close + 1;
      const auto found = parameters.find(name);
      if (found != parameters.end()) {
        out += found->second;
        continue;
      }
      std::vector<std::string_view> known;
      for (const auto& [key, value] : parameters) known.push_back(key);
      const auto near = nearest(name, known, 1);
      toml_.wrong(node, "E508", format("there is no parameter \"{}\"", printable(name)),
                  near.empty() ? std::string() : format("did you mean <{}>?", near.front()));
    }
    return out.append(text, std::min(at, text.size()));
  }

  void read_includes() {
    const toml::node* node = root_.get("include");
    if (node == nullptr) return;
    const toml::array* includes = node->as_array();
    if (includes == nullptr || !includes->is_array_of_tables())
      return toml_.wrong(*node, "E512", "parts are included with [[include]]");
    for (const toml::node& element : *includes) {
      if (raw_.size() > steps_max) return;
      include(*element.as_table());
    }
  }

  void include(const toml::table& request) {
    toml_.enter(file_.file, file_.text);
    toml_.allow_keys(request, include_keys, "in an [[include]]");
    const std::string name = toml_.text(request, "part", true);
    if (toml_.error()) return;
    const auto found = std::ranges::find(parts_, "part_" + name + ".toml", [](const NamedText* f) {
      return f->file.substr(f->file.rfind('/') + 1);
    });
    if (found == parts_.end()) {
      std::vector<std::string> names;
      for (const NamedText* part : parts_) {
        const std::string base = part->file.substr(part->file.rfind('/') + 1);
        names.push_back(base.substr(5, base.size() - 10));
      }
      const auto near = nearest(name, {names.begin(), names.end()}, 1);
      return toml_.wrong(*request.get("part"), "E507",
                         format("there is no part \"{}\"", printable(name)),
                         near.empty() ? format("write its steps to part_{}.toml", printable(name))
                                      : format("did you mean \"{}\"?", near.front()));
    }
    Parameters parameters;
    const toml::table& with = toml_.table(request, "with");
    for (const auto& [key, value] : with) {
      if (const auto* text = value.as_string())
        parameters.emplace(key.str(), text->get());
      else
        toml_.wrong(value, "E512", "a parameter must be a string");
    }
    const NamedText& part = **found;
    toml_.enter(part.file, part.text);
    auto parsed = toml_.parse();
    if (!parsed) return toml_.take(std::move(parsed.error()));
    toml::table& steps = *included_.emplace_back(std::make_unique<toml::table>(std::move(*parsed)));
    toml_.allow_keys(steps, part_keys, "in a part");
    const std::vector<std::string> declared = toml_.texts(steps, "parameters");
    toml_.enter(file_.file, file_.text);
    check_parameters(request, with, declared);
    toml_.enter(part.file, part.text);
    if (toml_.error()) return;
    toml::node* list = steps.get("step");
    if (list == nullptr) return toml_.wrong(steps, "E512", "a part needs at least one [[step]]");
    fill_parameters(*list, parameters, 0);
    list_steps(*list, part);
    toml_.enter(file_.file, file_.text);
  }

  void check_parameters(const toml::table& request, const toml::table& with,
                        const std::vector<std::string>& declared) {
    for (const std::string& name : declared) {
      if (!with.contains(name))
        toml_.wrong(request, "E508", format("the part needs the parameter \"{}\"", printable(name)),
                    "write it into with = { … }");
    }
    for (const auto& [key, value] : with) {
      if (std::ranges::find(declared, key.str()) == declared.end())
        toml_.wrong(key.source(), "E508",
                    format("the part has no parameter \"{}\"", printable(key.str())));
    }
  }

  // ---- choices and loops

  void read_choices(const toml::table& choose) {
    for (const auto& [key, value] : choose) {
      if (scenario_.choices.size() == choices_max)
        return toml_.wrong(value, "E512", format("at most {} choices", choices_max));
      Choice choice{.name = std::string(key.str()), .options = {}, .weights = {}};
      if (const toml::array* equal = value.as_array()) {
        for (const toml::node& option : *equal) {
          if (const auto* text = option.as_string()) choice.options.push_back(text->get());
        }
        choice.weights.assign(choice.options.size(), 1);
        if (choice.options.size() != equal->size()) choice.options.clear();
      } else if (const toml::table* weighted = value.as_table()) {
        for (const auto& [option, weight] : *weighted) {
          choice.options.emplace_back(option.str());
          choice.weights.push_back(toml_.number(*weighted, option.str(), 0, 0, 1e6));
        }
      }
      double sum = 0;
      for (const double weight : choice.weights) sum += weight;
      if (choice.options.empty() || choice.options.size() > options_max || sum <= 0) {
        toml_.wrong(value, "E512", format("a choice has 1 to {} options", options_max),
                    "write [\"a\", \"b\"], or { a = 3, b = 1 } with weights");
      }
      check_names(key, value, choice);
      scenario_.choices.push_back(std::move(choice));
    }
  }

  /// Names go into conditions, and the choice's into texts as {NAME}.
  void check_names(const toml::key& key, const toml::node& value, const Choice& choice) {
    const auto is_word = [](std::string_view text) {
      return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
      });
    };
    static const Names taken = {"and",     "or",         "not", "is",   "user", "scripts",
                                "package", "package_id", "app", "home", "tag"};
    if (std::ranges::find(taken, std::string_view(choice.name)) != taken.end())
      return toml_.wrong(key.source(), "E517",
                         format("\"{}\" has a meaning of its own", choice.name));
    for (const std::string& option : choice.options) {
      if (!is_word(option))
        toml_.wrong(value, "E512",
                    format("the option \"{}\" is no single word", printable(option)));
    }
    if (!is_word(choice.name))
      toml_.wrong(key.source(), "E512",
                  format("the choice \"{}\" is no single word", printable(choice.name)));
  }

  void read_loops() {
    const toml::node* node = root_.get("loop");
    if (node == nullptr) return;
    const toml::array* loops = node->as_array();
    if (loops == nullptr || !loops->is_array_of_tables())
      return toml_.wrong(*node, "E512", "loops are written as [[loop]]");
    for (const toml::node& element : *loops) {
      const toml::table& table = *element.as_table();
      toml_.allow_keys(table, loop_keys, "in a [[loop]]");
      Loop loop;
      loop.name = toml_.text(table, "name", true);
      if (std::ranges::find(scenario_.loops, loop.name, &Loop::name) != scenario_.loops.end())
        toml_.wrong(*table.get("name"), "E517",
                    format("there is already a loop named \"{}\"", printable(loop.name)));
      std::tie(loop.rounds_min, loop.rounds_max) = read_repeat(table, rounds_max);
      loop.every = Distribution::constant(std::chrono::seconds(1));
      if (const auto every = toml_.distribution(table, "every", catalogue_.distributions))
        loop.every = *every;
      scenario_.loops.push_back(std::move(loop));
      loop_tables_.push_back(&table);
    }
  }

  std::pair<std::int64_t, std::int64_t> read_repeat(const toml::table& table, std::int64_t most) {
    const toml::node* repeat = table.get("repeat");
    if (repeat == nullptr) return {1, 1};
    std::pair<std::int64_t, std::int64_t> range = {0, 0};
    const toml::array* both = repeat->as_array();
    if (both != nullptr && both->size() == 2 && (*both)[0].is_integer() &&
        (*both)[1].is_integer()) {
      range = {(*both)[0].as_integer()->get(), (*both)[1].as_integer()->get()};
    } else if (repeat->is_integer()) {
      range.first = range.second = repeat->as_integer()->get();
    }
    if (range.first >= 1 && range.second >= range.first && range.second <= most) return range;
    toml_.wrong(*repeat, "E512",
                format("\"repeat\" must be a number or [low, high] from 1 to {}", most));
    return {1, 1};
  }

  // ---- what is expected

  void read_expected(const toml::table& expected) {
    Names keys = {"because", "window", "if", "share"};
    for (const PromisedRule& rule : catalogue_.rules) keys.push_back(rule.key);
    toml_.allow_keys(expected, keys, "in [expected]");
    for (const PromisedRule& rule : catalogue_.rules) {
      scenario_.expected.emplace_back();
      Promise& promise = scenario_.expected.back();
      const bool is_base = scenario_.expected.size() == 1;
      const toml::node* node = expected.get(rule.key);
      if (node != nullptr && node->is_table()) {
        read_promise(*node->as_table(), promise);
      } else {
        if (node != nullptr) read_short(*node, rule.key, promise);
        // What stands under [expected] itself is about the base rule.
        if (is_base) read_terms(expected, promise);
      }
      check_promise(node == nullptr ? expected : *node, promise);
    }
  }

  /// "Y", "N", "D", or with the reason after a colon.
  void read_short(const toml::node& node, std::string_view key, Promise& promise) {
    const auto* value = node.as_string();
    const std::string text = value == nullptr ? std::string() : value->get();
    const std::size_t colon = text.find(':');
    set_outcome(node, key, std::string_view(text).substr(0, colon), promise);
    if (colon == std::string::npos) return;
    const std::size_t begin = text.find_first_not_of(' ', colon + 1);
    if (begin != std::string::npos) promise.because = text.substr(begin);
  }

  void read_promise(const toml::table& table, Promise& promise) {
    toml_.allow_keys(table, promise_keys, "in a promise");
    const toml::node* outcome = table.get("outcome");
    if (outcome == nullptr) return toml_.wrong(table, "E512", "\"outcome\" is missing here");
    set_outcome(*outcome, "outcome",
                outcome->is_string() ? outcome->as_string()->get() : std::string(), promise);
    read_terms(table, promise);
  }

  void set_outcome(const toml::node& node, std::string_view key, std::string_view letter,
                   Promise& promise) {
    promise.is_stated = true;
    if (letter == "Y")
      promise.outcome = Outcome::fires;
    else if (letter == "N")
      promise.outcome = Outcome::silent;
    else if (letter == "D")
      promise.outcome = Outcome::depends;
    else
      toml_.wrong(node, "E512", format("\"{}\" must be one of N, Y, D", key),
                  "or with the reason: \"N: curl is no child of the script\"");
  }

  void read_terms(const toml::table& table, Promise& promise) {
    if (table.contains("because")) promise.because = toml_.text(table, "because");
    promise.window = toml_.length(table, "window");
    if (const toml::node* node = table.get("if")) {
      promise.condition_text = toml_.text(table, "if");
      promise.condition = condition(*node, promise.condition_text);
    }
    const toml::node* share = table.get("share");
    if (share == nullptr) return;
    const toml::array* both = share->as_array();
    const auto low =
        both != nullptr && both->size() == 2 ? (*both)[0].value<double>() : std::nullopt;
    const auto high =
        both != nullptr && both->size() == 2 ? (*both)[1].value<double>() : std::nullopt;
    if (low && high && *low >= 0 && *low <= *high && *high <= 1) {
      promise.share = {*low, *high};
    } else {
      toml_.wrong(*share, "E512", "\"share\" must be [low, high] between 0 and 1");
    }
  }

  void check_promise(const toml::node& node, const Promise& promise) {
    if (promise.outcome == Outcome::depends) {
      if (!promise.condition && !promise.share && !promise.window)
        toml_.wrong(node, "E506", "D needs to say what it depends on",
                    "write if = \"within(A, B, 15s)\", or share = [0.3, 0.4]");
    } else if (promise.condition || promise.share) {
      toml_.wrong(node, "E506", "only D depends on something", "write outcome = \"D\"");
    }
  }

  std::optional<Condition> condition(const toml::node& node, const std::string& text) {
    std::vector<std::string> names;
    for (const RawStep& step : raw_) names.push_back(step.spelled);
    auto parsed = parse_condition(text, {.steps = names, .choices = scenario_.choices});
    if (parsed) return std::move(*parsed);
    toml_.wrong_inside(node, parsed.error());
    return std::nullopt;
  }

  void read_install(const toml::table& install) {
    toml_.allow_keys(install, install_keys, "in [install]");
    scenario_.rollout = toml_.length(install, "rollout");
    scenario_.hosts_per_wave =
        static_cast<std::uint32_t>(toml_.whole(install, "hosts", 0, 1, 1'000'000));
    if (install.contains("hosts") && !scenario_.rollout)
      toml_.wrong(*install.get("hosts"), "E512", "\"hosts\" needs a \"rollout\" to fall into");
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

  /// Names first: a step may stand before the one that it follows.
  void list_steps(const toml::node& node, const NamedText& file) {
    const toml::array* steps = node.as_array();
    if (steps == nullptr || !steps->is_array_of_tables())
      return toml_.wrong(node, "E512", "steps are written as [[step]]");
    for (const toml::node& element : *steps) {
      const toml::table& table = *element.as_table();
      RawStep raw;
      raw.table = &table;
      raw.file = &file;
      raw.spelled = raw.name = toml_.text(table, "name", true);
      if (step_place(raw.name) || std::ranges::find(known_actors(), std::string_view(raw.name),
                                                    &KnownActor::name) != known_actors().end()) {
        toml_.wrong(*table.get("name"), "E517",
                    format("there is already something named \"{}\"", printable(raw.name)));
      }
      raw.kind = static_cast<StepKind>(toml_.choice(table, "kind", step_kinds, true));
      raw.loop = loop_of(table);
      if (toml_.error()) return;
      const std::int64_t rounds = raw.loop ? scenario_.loops[*raw.loop].rounds_max : 1;
      for (std::int64_t round = 1; round <= rounds; ++round) {
        raw.round = static_cast<std::uint32_t>(round);
        if (round > 1) raw.name = format("{} #{}", raw.spelled, round);
        raw_.push_back(raw);
      }
      if (raw_.size() > steps_max) {
        return toml_.wrong(node, "E512",
                           format("a scenario has at most {} steps, rounds counted", steps_max));
      }
    }
  }

  std::optional<std::uint32_t> loop_of(const toml::table& table) {
    const toml::node* node = table.get("loop");
    if (node == nullptr) return std::nullopt;
    const std::string name = toml_.text(table, "loop");
    const auto found = std::ranges::find(scenario_.loops, name, &Loop::name);
    if (found != scenario_.loops.end())
      return static_cast<std::uint32_t>(found - scenario_.loops.begin());
    std::vector<std::string_view> known;
    for (const Loop& loop : scenario_.loops) known.push_back(loop.name);
    const auto near = nearest(name, known, 1);
    toml_.wrong(*node, "E509", format("there is no loop \"{}\"", printable(name)),
                near.empty() ? std::string() : format("did you mean \"{}\"?", near.front()));
    return std::nullopt;
  }

  void read_steps() {
    for (std::uint32_t i = 0; i < raw_.size() && !toml_.error(); ++i) {
      toml_.enter(raw_[i].file->file, raw_[i].file->text);
      read_step(i);
    }
    for (std::size_t l = 0; l < loop_tables_.size() && !toml_.error(); ++l) {
      toml_.enter(file_.file, file_.text);
      const bool is_used =
          std::ranges::any_of(raw_, [l](const RawStep& raw) { return raw.loop == l; });
      if (!is_used)
        toml_.wrong(
            *loop_tables_[l], "E509",
            format("no step is part of the loop \"{}\"", printable(scenario_.loops[l].name)));
    }
  }

  void read_step(std::uint32_t index) {
    reading_ = index;
    const toml::table& table = *raw_[index].table;
    Step step;
    step.name = raw_[index].name;
    step.kind = raw_[index].kind;
    step.loop = raw_[index].loop;
    step.round = raw_[index].round;
    toml_.allow_keys(table, allowed_keys(step.kind),
                     format("in a step of kind {}", to_string(step.kind)));
    if (const toml::node* when = table.get("when")) {
      step.when_text = toml_.text(table, "when");
      step.when = condition(*when, step.when_text);
      if (step.when && !step.when->is_about_choices())
        toml_.wrong(*when, "E505", "\"when\" may ask for choices only");
    }
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
    if (step.round > 1 && begins_round(step)) follow_round_before(step);
    scenario_.steps.push_back(std::move(step));
  }

  [[nodiscard]] bool begins_round(const Step& step) const {
    const auto is_inside = [&](std::uint32_t place) { return raw_[place].loop == step.loop; };
    const auto names_inside = [&](const ActorRef& ref) {
      return ref.what == ActorRef::What::step && is_inside(ref.index);
    };
    return !names_inside(step.actor) && !names_inside(step.after) &&
           !(step.before && is_inside(*step.before)) &&
           !(step.caused_by && is_inside(*step.caused_by));
  }

  /// A step that nothing of its own round comes before waits for the round before.
  void follow_round_before(Step& step) {
    const toml::table& table = *loop_tables_[*step.loop];
    std::string from = raw_[reading_].spelled;
    if (table.contains("from")) from = toml_.text(table, "from");
    const auto place = std::ranges::find_if(raw_, [&](const RawStep& raw) {
      return raw.loop == step.loop && raw.round + 1 == step.round && raw.spelled == from;
    });
    if (place == raw_.end()) {
      toml_.enter(file_.file, file_.text);
      return toml_.wrong(*table.get("from"), "E514",
                         format("the loop has no step named \"{}\"", printable(from)));
    }
    step.before.reset();
    step.after = {ActorRef::What::step, static_cast<std::uint32_t>(place - raw_.begin())};
    step.delay = scenario_.loops[*step.loop].every;
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
    std::tie(step.repeat_min, step.repeat_max) = read_repeat(table, repeats_max);
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
    step.user = static_cast<UserRule>(
        toml_.choice(table, "user", {"same", "root", "console", "second"}, false));
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
    step.seen = static_cast<SeenEnds>(toml_.choice(table, "seen", {"both", "start", "end"}, false));
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
    if (!given) return;
    step.delay = *given;
    step.delay_text = toml_.text(table, "delay");
  }

  ActorRef actor(const toml::table& table, std::string_view key, bool is_required) {
    const std::string name = toml_.text(table, key, is_required);
    if (name.empty()) return {};
    const toml::node& node = *table.get(key);
    if (key == "after" && name == "begin") return {ActorRef::What::begin};
    if (const auto step = step_place(name)) {
      if (key != "after" && !makes_process(raw_[*step].kind)) {
        toml_.wrong(node, "E514",
                    format("\"{}\" is a step of kind {} and has no process of its own", name,
                           to_string(raw_[*step].kind)));
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

  /// From inside a loop a name means the step of the same round, from outside that of the first
  /// (for times the last, see visit_all_rounds).
  [[nodiscard]] std::optional<std::uint32_t> step_place(std::string_view name) const {
    std::optional<std::uint32_t> first;
    for (std::uint32_t i = 0; i < raw_.size(); ++i) {
      if (raw_[i].spelled != name) continue;
      if (!first) first = i;
      if (reading_ < raw_.size() && raw_[i].loop && raw_[i].loop == raw_[reading_].loop &&
          raw_[i].round == raw_[reading_].round)
        return i;
    }
    return first;
  }

  void missing_step(const toml::node& node, const std::string& name) {
    std::vector<std::string_view> known;
    for (const RawStep& raw : raw_) known.push_back(raw.spelled);
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
    // Times may run against the tree (`before`), so that the tree has to be looked at by itself.
    for (std::uint32_t i = 0; i < scenario_.steps.size() && !toml_.error(); ++i) check_ancestry(i);
  }

  void check_ancestry(std::uint32_t index) {
    std::size_t generations = 0;
    for (std::uint32_t at = index; scenario_.steps[at].actor.what == ActorRef::What::step;
         at = scenario_.steps[at].actor.index) {
      if (++generations <= scenario_.steps.size()) continue;
      toml_.enter(raw_[index].file->file, raw_[index].file->text);
      return toml_.wrong(
          *raw_[index].table->get("name"), "E515",
          format("\"{}\" is among its own ancestors, or descends from a step that is",
                 printable(raw_[index].spelled)));
    }
  }

  void visit(std::uint32_t index) {  // NOLINT(misc-no-recursion): steps_max
    if (marks_[index] == Mark::done || toml_.error()) return;
    if (marks_[index] == Mark::open) {
      toml_.enter(raw_[index].file->file, raw_[index].file->text);
      toml_.wrong(
          *raw_[index].table->get("name"), "E515",
          format(
              "\"{}\" waits for itself through its parent, \"after\", \"before\" or \"caused_by\"",
              printable(raw_[index].spelled)));
      return;
    }
    marks_[index] = Mark::open;
    const Step& step = scenario_.steps[index];
    if (step.before) visit(*step.before);
    if (!step.before && step.after.what == ActorRef::What::step) visit_all_rounds(step);
    // A connection may stand before the exec of its own process when the exec counts back from it.
    const bool counts_back = step.actor.what == ActorRef::What::step &&
                             scenario_.steps[step.actor.index].before.has_value();
    if (step.actor.what == ActorRef::What::step && !counts_back) visit(step.actor.index);
    if (step.caused_by) visit(*step.caused_by);
    marks_[index] = Mark::done;
    scenario_.time_order.push_back(index);
  }

  /// From outside a loop the last round counts, whichever that is; rounds stand side by side.
  void visit_all_rounds(const Step& step) {  // NOLINT(misc-no-recursion): steps_max
    const Step& before = scenario_.steps[step.after.index];
    const bool is_outside = before.loop && before.loop != step.loop;
    const auto more = is_outside
                          ? static_cast<std::uint32_t>(scenario_.loops[*before.loop].rounds_max)
                          : before.round;
    for (std::uint32_t round = before.round; round <= more; ++round)
      visit(step.after.index + round - before.round);
  }

  enum class Mark : std::uint8_t { fresh, open, done };

  const NamedText& file_;
  const Catalogue& catalogue_;
  TomlReader toml_;
  Scenario scenario_;
  toml::table root_;
  std::vector<const NamedText*> parts_;
  std::vector<std::unique_ptr<toml::table>> included_;
  std::vector<RawStep> raw_;
  std::uint32_t reading_ = 0;  ///< the step at hand
  std::vector<const toml::table*> loop_tables_;
  std::vector<Mark> marks_;
};

std::string_view base_name(std::string_view file) { return file.substr(file.rfind('/') + 1); }
bool is_distributions(std::string_view file) { return base_name(file) == "distributions.toml"; }
bool is_rules(std::string_view file) { return base_name(file) == "rules.toml"; }
bool is_part(std::string_view file) { return base_name(file).starts_with("part_"); }

Status read_rules(const NamedText& file, std::vector<PromisedRule>& rules) {
  TomlReader toml(file.file, file.text);
  EQLAB_TRY(const toml::table root, toml.parse());
  toml.allow_keys(root, {"rule"}, "in a list of rules");
  const toml::node* list = root.get("rule");
  const toml::array* tables = list == nullptr ? nullptr : list->as_array();
  if (tables == nullptr || !tables->is_array_of_tables())
    return fail(toml.diagnostic(root.source(), "E512", "rules are written as [[rule]]"));
  rules.clear();
  for (const toml::node& element : *tables) {
    const toml::table& table = *element.as_table();
    toml.allow_keys(table, {"key", "rule_id", "title"}, "in a [[rule]]");
    PromisedRule rule{.key = toml.text(table, "key", true),
                      .rule_id = toml.text(table, "rule_id", true),
                      .title = toml.text(table, "title")};
    const bool is_reserved =
        std::ranges::find(promise_keys, std::string_view(rule.key)) != promise_keys.end();
    if (is_reserved || std::ranges::find(rules, rule.key, &PromisedRule::key) != rules.end()) {
      toml.wrong(*table.get("key"), "E517",
                 format("the key \"{}\" is already taken", printable(rule.key)));
    }
    rules.push_back(std::move(rule));
  }
  if (toml.error()) return fail(*toml.error());
  return ok();
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
std::string_view to_string(Outcome outcome) {
  static const Names letters = {"N", "Y", "D"};
  return letters[static_cast<std::size_t>(outcome)];
}
std::string_view to_string(ScenarioClass scenario_class) {
  return class_names[static_cast<std::size_t>(scenario_class)];
}

ScenarioClass Scenario::scenario_class() const {
  switch (intent) {
    case truth::Intent::out_of_scope:
      return ScenarioClass::out_of_scope;
    case truth::Intent::malicious:
      return base().outcome == Outcome::fires && truth_code == "M1"
                 ? ScenarioClass::malicious_firing
                 : ScenarioClass::evasion;
    case truth::Intent::benign:
      return truth_code == "G1" ? ScenarioClass::benign_network : ScenarioClass::benign_local;
  }
  return ScenarioClass::out_of_scope;
}

bool Scenario::suits(Persona persona) const {
  return personas.empty() || std::ranges::find(personas, persona) != personas.end();
}

bool Scenario::runs_scripts() const {
  return std::ranges::any_of(steps, [](const Step& step) {
    return step.actor.what == ActorRef::What::client ||
           step.actor == standing_ref(Standing::package_script_service) ||
           step.actor == standing_ref(Standing::system_installd);
  });
}

const Scenario* Catalogue::find(std::string_view id) const {
  const auto found = std::ranges::find(scenarios, id, &Scenario::id);
  return found == scenarios.end() ? nullptr : &*found;
}

Result<Catalogue> read_catalogue(const std::vector<NamedText>& files) {
  Catalogue catalogue;
  std::vector<const NamedText*> parts;
  for (const NamedText& file : files) {
    if (file.text.size() > limits::rule_file_bytes_max) {
      return fail(error_in(file.file, "E512", "the file is too large to be a scenario"));
    }
    if (is_distributions(file.file)) EQLAB_CHECK(read_distributions(file, catalogue.distributions));
    if (is_rules(file.file)) EQLAB_CHECK(read_rules(file, catalogue.rules));
    if (is_part(file.file)) parts.insert(parts.begin(), &file);  // one of its own folder first
  }
  if (catalogue.rules.empty()) {
    for (const NamedText& file : embedded_files("generators/scenarios/rules.toml"))
      EQLAB_CHECK(read_rules(file, catalogue.rules));
  }
  EQLAB_CHECK(find_standard_delays(catalogue));
  for (const NamedText& file : files) {
    if (is_distributions(file.file) || is_rules(file.file) || is_part(file.file)) continue;
    EQLAB_TRY(Scenario scenario, ScenarioReader(file, catalogue, parts).read());
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
