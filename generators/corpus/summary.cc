#include "generators/corpus/summary.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

std::string_view behaviour_of(const Scenario& scenario) {
  if (scenario.truth_code == "M1" || scenario.truth_code == "G1") return "connects within 60 s";
  return scenario.truth_code == "OOS" ? "out of scope" : "no connection within 60 s";
}

/// `Y`, or with the reason after a colon.
std::string promise_text(const Promise& promise) {
  std::string text(to_string(promise.outcome));
  if (!promise.because.empty()) text += ": " + promise.because;
  return text;
}

// ---- the tree of processes

std::string actor_name(const ActorRef& actor) {
  switch (actor.what) {
    case ActorRef::What::standing:
      return std::string(program_of(static_cast<Standing>(actor.index)));
    case ActorRef::What::client:
      return "Installer or installer";
    case ActorRef::What::plugin_service:
      return "InstallerRemotePluginService";
    case ActorRef::What::begin:
      return "the beginning";
    case ActorRef::What::step:
    case ActorRef::What::none:
      break;
  }
  return "launchd";
}

std::string percent(double share) { return format("{:.0f} %", share * 100); }

std::string process_line(const Step& step) {
  std::string line = step.kind == StepKind::fork ? std::string("(fork)") : step.program.name;
  if (step.user != UserRule::same)
    line += step.user == UserRule::root      ? ", root"
            : step.user == UserRule::console ? ", 501"
                                             : ", 502";
  if (step.in_place > 0)
    line += step.in_place < 1 ? format(", in its parent's place {}", percent(step.in_place))
                              : std::string(", in its parent's place");
  if (step.orphaned > 0) line += format(", orphan {}", percent(step.orphaned));
  return line;
}

std::string connection_line(const Step& step) {
  std::string to = step.domain;
  if (to.empty()) {
    to = step.to == AddressClass::loopback   ? "127.0.0.1"
         : step.to == AddressClass::internal ? "an internal address"
                                             : "an address";
  }
  std::string ports;
  if (step.port_range.first != 0) {
    ports = format("{}-{}", step.port_range.first, step.port_range.second);
  } else {
    for (const std::uint16_t port : step.ports)
      ports += format("{}{}", ports.empty() ? "" : "/", port);
  }
  std::string line = format("connects to {}, port {}", to, ports);
  if (step.seen == SeenEnds::start) line += ", only its beginning seen";
  if (step.seen == SeenEnds::end) line += ", only its end seen";
  return line;
}

std::string act_line(const Step& step) {
  switch (step.kind) {
    case StepKind::exec:
    case StepKind::fork:
      return process_line(step);
    case StepKind::connect:
      return connection_line(step);
    case StepKind::dns:
      return "looks up " + step.domain;
    case StepKind::file:
      return "writes " + step.path;
    case StepKind::launch_daemon:
      return "has launchd notice " + step.path;
    case StepKind::end:
      return "ends";
  }
  return {};
}

/// How often, in which cases and when, so far as the file says.
std::string terms(const Step& step, const Scenario& scenario) {
  std::string out;
  if (step.loop) {
    const Loop& loop = scenario.loops[*step.loop];
    out += loop.rounds_min == loop.rounds_max
               ? format("; {} rounds", loop.rounds_max)
               : format("; {} to {} rounds", loop.rounds_min, loop.rounds_max);
  }
  if (step.repeat_max > 1)
    out += step.repeat_min == step.repeat_max
               ? format("; {} times", step.repeat_max)
               : format("; {} to {} times", step.repeat_min, step.repeat_max);
  if (step.probability < 1) out += "; in " + percent(step.probability);
  if (!step.when_text.empty()) out += "; when " + step.when_text;
  if (step.before) {
    out += "; shortly before " + scenario.steps[*step.before].name;
  } else if (!step.delay_text.empty()) {
    const std::string from = step.after.what == ActorRef::What::step
                                 ? scenario.steps[step.after.index].name
                                 : actor_name(step.after);
    out += format("; {} after {}", step.delay_text, from);
  }
  if (step.caused_by) out += "; caused by " + scenario.steps[*step.caused_by].name;
  return out;
}

/// The children of one step, or of an actor that is there anyway, in order of the file.
void add_children(
    const Scenario& scenario, const ActorRef& parent, std::size_t depth,
    std::vector<std::string>& lines) {  // NOLINT(misc-no-recursion): steps have no cycle
  for (std::uint32_t i = 0; i < scenario.steps.size(); ++i) {
    const Step& step = scenario.steps[i];
    if (step.actor != parent || step.round > 1) continue;
    lines.push_back(format("{}{}: {}{}", std::string(2 * depth, ' '), step.name, act_line(step),
                           terms(step, scenario)));
    add_children(scenario, {ActorRef::What::step, i}, depth + 1, lines);
  }
}

std::vector<std::string> tree_of(const Scenario& scenario) {
  std::vector<std::string> lines;
  std::vector<ActorRef> roots;
  for (const Step& step : scenario.steps) {
    if (step.actor.what == ActorRef::What::step) continue;
    if (std::ranges::find(roots, step.actor) == roots.end()) roots.push_back(step.actor);
  }
  for (const ActorRef& root : roots) {
    lines.push_back(actor_name(root));
    add_children(scenario, root, 1, lines);
  }
  return lines;
}

}  // namespace

ScenarioSummary summary_of(const Scenario& scenario, const Catalogue& catalogue) {
  ScenarioSummary row{.id = scenario.id,
                      .title = scenario.title,
                      .story = scenario.story,
                      .family = scenario.family,
                      .intent = std::string(truth::to_string(scenario.intent)),
                      .scenario_class = std::string(to_string(scenario.scenario_class())),
                      .behaviour = std::string(behaviour_of(scenario)),
                      .expected = promise_text(scenario.base()),
                      .promises = {},
                      .source = scenario.source,
                      .confidence = scenario.confidence,
                      .rate_per_month = scenario.rate_per_month,
                      .tags = scenario.tags,
                      .tree = tree_of(scenario)};
  for (std::size_t r = 0; r < catalogue.rules.size(); ++r)
    row.promises.emplace_back(catalogue.rules[r].key, promise_text(scenario.expected[r]));
  return row;
}

Status require_scenario(const Catalogue& catalogue, const std::string& id) {
  if (catalogue.find(id) != nullptr) return ok();
  std::vector<std::string_view> known;
  for (const Scenario& scenario : catalogue.scenarios) known.push_back(scenario.id);
  const auto close = nearest(id, known, 1);
  return fail(error_in("", "E521", format("there is no scenario \"{}\"", printable(id)),
                       close.empty() ? "" : format("did you mean {}?", close.front())));
}

}  // namespace eqlab::generators
