// Three passes: draw when each step happens, make processes and events parents first, then end the
// processes and read the truth off the tree. A tree's node is a process of the story or one that
// was there before. Tested in tests/unit/generators/simulator_test.cc, scenario by scenario.
#include "generators/incident/simulator.h"

#include <algorithm>
#include <array>
#include <utility>

#include "generators/background/background.h"
#include "harness/base/check.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t no_node = nothing;
constexpr Duration behaviour_window = seconds(60);
/// A service that ran for hours serves most installs; sometimes it has just been started.
constexpr double service_starts = 0.08;
constexpr double user_service_starts = 0.5;

/// A process in the story.
struct Node {
  ProcessIndex process = nothing;
  std::uint32_t parent = no_node;
  std::uint32_t cause = no_node;  ///< what loaded or opened it, if launchd started it
  ProcessIndex shown_parent = nothing;
  ImageIndex shown_parent_image = nothing;  ///< nothing: the parent's at the time
  std::vector<std::pair<EventTime, ImageIndex>> images;
  User user = User::root;
  EventTime ready{};  ///< when it first is what it was started for
  EventTime last{};
  Duration lasts{};
  bool was_there = false;      ///< before the story
  bool runs_packages = false;  ///< Apple's installer family: its children are package code
  bool keeps_running = false;
  bool is_background = false;
  std::vector<std::uint32_t> script_events;  ///< execs as a child of the installer family
};

struct Drawn {
  std::vector<EventTime> times;  ///< one for each repetition
  bool happens = true;
};

class IncidentSimulator {
 public:
  IncidentSimulator(const Scenario& scenario, const StandardDelays& delays, HostTables& tables,
                    EventTime start, Rng rng, std::uint32_t incident, std::vector<Event>& events)
      : scenario_(scenario),
        delays_(delays),
        tables_(tables),
        rng_(rng),
        incident_(incident),
        events_(events),
        first_event_(events.size()),
        start_(whole_microseconds(start)) {}

  SimulatedIncident run() {
    draw_ways();
    open_package();
    draw_times();
    made_.assign(scenario_.steps.size(), no_node);
    is_made_.assign(scenario_.steps.size(), false);
    for (std::uint32_t i = 0; i < scenario_.steps.size(); ++i) make(i);
    end_processes();
    label();
    return std::move(out_);
  }

 private:
  // ---- which way the story goes

  void draw_ways() {
    for (const Choice& choice : scenario_.choices) {
      Rng rng = rng_.split("choice").split(choice.name);
      double left = 0;
      for (const double weight : choice.weights) left += weight;
      left *= rng.uniform();
      std::uint32_t taken = 0;
      for (std::uint32_t i = 0; i < choice.weights.size(); ++i) {
        if (choice.weights[i] <= 0) continue;
        taken = i;  // the last one possible, should rounding leave something over
        left -= choice.weights[i];
        if (left < 0) break;
      }
      chosen_.push_back(taken);
    }
    for (const Loop& loop : scenario_.loops) {
      Rng rng = rng_.split("loop").split(loop.name);
      rounds_.push_back(rng.in_range(loop.rounds_min, loop.rounds_max));
    }
    records_.resize(scenario_.steps.size());
  }

  [[nodiscard]] bool is_told(const Step& step) const {
    if (step.loop && step.round > rounds_[*step.loop]) return false;
    return !step.when || step.when->holds({}, chosen_);
  }

  // ---- what is there before the steps

  void open_package() {
    Rng rng = rng_.split("package");
    via_ = scenario_.via[rng.below(scenario_.via.size())];
    const std::string sandbox = random_letters(rng, 6);
    scripts_ = format("/tmp/PKInstallSandbox.{}/Scripts/{}.{}", sandbox, scenario_.package_id,
                      random_letters(rng, 6));
    tag_ = fold_ascii(random_letters(rng, 8));
    begin_ = start_;
    switch (via_) {
      case Via::gui: {
        package_ = "/Users/{user}/Downloads/" + scenario_.package_file;
        client_ = start_job("Installer", "com.apple.installer", User::console, start_, no_node);
        nodes_[client_].runs_packages = true;
        responsible_ = nodes_[client_].process;
        begin_ = nodes_[client_].ready + delays_.open_to_install.sample(rng);
        break;
      }
      case Via::cli: {
        package_ = "/Users/{user}/Downloads/" + scenario_.package_file;
        const std::uint32_t sudo =
            start_tool(node_of(Standing::shell), "sudo",
                       {"sudo", "installer", "-pkg", package_, "-target", "/"}, User::root, start_);
        start_client(sudo, nodes_[sudo].ready + milliseconds(30));
        responsible_ = index_of(Standing::terminal);
        break;
      }
      case Via::jamf:
        package_ = "/Library/Application Support/JAMF/Waiting Room/" + scenario_.package_file;
        start_client(node_of(Standing::jamf), start_);
        responsible_ = index_of(Standing::jamf);
        break;
      case Via::intune:
        package_ = "/Library/Intune/Agent/" + scenario_.package_file;
        start_client(node_of(Standing::intune), start_);
        responsible_ = index_of(Standing::intune);
        break;
      case Via::munki:
        package_ = "/Library/Managed Installs/Cache/" + scenario_.package_file;
        client_ =
            start_job("installer", "com.googlecode.munki.installer", User::root, start_, no_node);
        become_client();
        break;
      case Via::mdm:
        package_ =
            format("/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/C/com.apple.appstore/{}/{}",
                   random_uuid(rng, true), scenario_.package_file);
        responsible_ = index_of(Standing::mdmclient);
        break;
      case Via::none:
        break;
    }
    begin_ = whole_microseconds(begin_);
  }

  void start_client(std::uint32_t parent, EventTime at) {
    client_ = start_tool(parent, "installer",
                         {"/usr/sbin/installer", "-pkg", package_, "-target", "/"}, User::root, at);
    become_client();
  }
  void become_client() {
    nodes_[client_].runs_packages = true;
    responsible_ = nodes_[client_].process;
    begin_ = nodes_[client_].ready + milliseconds(50);
  }

  std::uint32_t node_of(Standing standing) {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].was_there && nodes_[i].process == index_of(standing)) return i;
    }
    Node node;
    node.process = index_of(standing);
    node.user = user_of(standing);
    node.images = {{EventTime::min(), tables_.processes[node.process].image}};
    node.ready = EventTime::min();
    node.was_there = true;
    node.keeps_running = true;
    node.runs_packages = standing == Standing::package_script_service ||
                         standing == Standing::package_script_service_user ||
                         standing == Standing::installd || standing == Standing::system_installd;
    node.shown_parent = tables_.processes[node.process].parent;
    nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  /// The package service of that user; now and then it has only just been started for this package.
  std::uint32_t package_service(User user) {
    std::uint32_t& service = services_[static_cast<std::size_t>(user)];
    if (service != no_node) return service;
    Rng rng = rng_.split(user == User::root ? "service" : "user service");
    // Only the console user's service may be left over from before.
    const bool starts = rng.chance(user == User::root ? service_starts : user_service_starts);
    if (starts || user == User::second) {
      service = start_job("package_script_service", "com.apple.package_script_service", user,
                          begin_, no_node);
      nodes_[service].runs_packages = true;
      nodes_[service].keeps_running = true;
    } else {
      service = node_of(user == User::root ? Standing::package_script_service
                                           : Standing::package_script_service_user);
    }
    return service;
  }

  std::uint32_t plugin_service() {
    if (plugin_service_ == no_node) {
      plugin_service_ =
          start_job("InstallerRemotePluginService", "com.apple.InstallerRemotePluginService",
                    User::console, begin_ > start_ ? start_ + seconds(1) : start_, no_node);
      nodes_[plugin_service_].runs_packages = true;
    }
    return plugin_service_;
  }

  const Program& own_program(std::string_view key) {
    const KnownProgram* known = find_program(key);
    EQLAB_ASSERT(known != nullptr);
    return programs_of_installs(*known);
  }

  /// The few programs that the simulator starts on its own account live as long as the process.
  static const Program& programs_of_installs(const KnownProgram& known) {
    static const std::array<Program, 6> programs = [] {
      std::array<Program, 6> made;
      const std::array<std::string_view, 6> keys = {"Installer",
                                                    "installer",
                                                    "sudo",
                                                    "package_script_service",
                                                    "InstallerRemotePluginService",
                                                    "xpcproxy"};
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const KnownProgram* program = find_program(keys[i]);
        EQLAB_ASSERT(program != nullptr);
        made[i] = make_program(std::string(program->executable), program->signer);
      }
      return made;
    }();
    const auto found = std::ranges::find(programs, known.executable, &Program::executable);
    EQLAB_ASSERT(found != programs.end());
    return *found;
  }

  std::uint32_t start_job(std::string_view key, const std::string& label, User user, EventTime at,
                          std::uint32_t cause) {
    const Program& program = own_program(key);
    return start_launchd_job(program, {program.executable}, label, user, at, cause);
  }

  std::uint32_t start_tool(std::uint32_t parent, std::string_view key,
                           std::vector<std::string> args, User user, EventTime at) {
    const std::uint32_t node = fork_node(parent, user, at);
    exec_at(node, own_program(key), std::move(args), at);
    nodes_[node].lasts = delays_.tool_runtime.sample(rng_);
    return node;
  }

  // ---- times

  void draw_times() {
    drawn_.resize(scenario_.steps.size());
    for (const std::uint32_t i : scenario_.time_order) {
      const Step& step = scenario_.steps[i];
      Rng rng = rng_.split(step.name);
      Drawn& drawn = drawn_[i];
      drawn.happens = rng.chance(step.probability) && is_told(step) && parent_happens(step);
      const Duration delay = step.delay.sample(rng);
      EventTime time =
          step.before ? drawn_[*step.before].times.front() - delay : base_time(step) + delay;
      const std::int64_t repeats = rng.in_range(step.repeat_min, step.repeat_max);
      for (std::int64_t k = 0; k < repeats; ++k) {
        if (k > 0) time += std::max<Duration>(step.every.sample(rng), microseconds(1));
        drawn.times.push_back(not_before_actor(step, whole_microseconds(time)));
      }
    }
  }

  [[nodiscard]] bool parent_happens(const Step& step) const {
    if (step.actor.what == ActorRef::What::step && !drawn_[step.actor.index].times.empty() &&
        !drawn_[step.actor.index].happens)
      return false;
    return !step.caused_by || drawn_[*step.caused_by].happens;
  }

  /// The step that `step` follows; from outside a loop that is its step in the last round.
  [[nodiscard]] std::uint32_t last_told(const Step& step) const {
    const Step& before = scenario_.steps[step.after.index];
    if (!before.loop || before.loop == step.loop) return step.after.index;
    return step.after.index + static_cast<std::uint32_t>(rounds_[*before.loop]) - before.round;
  }

  [[nodiscard]] EventTime base_time(const Step& step) const {
    switch (step.after.what) {
      case ActorRef::What::step:
        return drawn_[last_told(step)].times.back();
      case ActorRef::What::client:
        return client_ == no_node ? start_ : nodes_[client_].ready;
      case ActorRef::What::plugin_service:
        return start_ + seconds(1);
      case ActorRef::What::begin:
      case ActorRef::What::standing:
      case ActorRef::What::none:
        break;
    }
    return begin_;
  }

  /// Nothing acts before it is there; a step that counts back from another is put right when it is
  /// made.
  [[nodiscard]] EventTime not_before_actor(const Step& step, EventTime time) const {
    if (step.actor.what != ActorRef::What::step || drawn_[step.actor.index].times.empty())
      return time;
    return std::max(time, drawn_[step.actor.index].times.back() + microseconds(200));
  }

  // ---- processes and events

  void make(std::uint32_t index) {  // NOLINT(misc-no-recursion): a scenario's steps_max
    if (is_made_[index]) return;
    is_made_[index] = true;
    const Step& step = scenario_.steps[index];
    const Drawn& drawn = drawn_[index];
    if (step.actor.what == ActorRef::What::step) make(step.actor.index);
    if (step.caused_by) make(*step.caused_by);
    const bool lost_parent =
        step.actor.what == ActorRef::What::step && made_[step.actor.index] == no_node;
    if (!drawn.happens || lost_parent) return;
    Rng rng = rng_.split(step.name).split("make");
    for (std::size_t k = 0; k < drawn.times.size(); ++k) {
      switch (step.kind) {
        case StepKind::exec:
          made_[index] = make_exec(step, drawn.times[k], rng, records_[index]);
          break;
        case StepKind::fork:
          made_[index] = make_fork(step, drawn.times[k], rng);
          records_[index].times.push_back(nodes_[made_[index]].ready);
          break;
        case StepKind::connect:
          make_connection(step, drawn.times[k], rng, records_[index]);
          break;
        case StepKind::dns:
          make_lookup(step, drawn.times[k]);
          records_[index].times.push_back(drawn.times[k]);
          break;
        case StepKind::file:
          make_file(step, drawn.times[k], rng, Kind::modification);
          records_[index].times.push_back(drawn.times[k]);
          break;
        case StepKind::launch_daemon:
          make_file(step, drawn.times[k], rng, Kind::launch_daemon);
          records_[index].times.push_back(drawn.times[k]);
          break;
        case StepKind::end:
          end_node(made_[step.actor.index], drawn.times[k]);
          records_[index].times.push_back(drawn.times[k]);
          break;
      }
    }
  }

  std::uint32_t parent_node(const Step& step) {
    switch (step.actor.what) {
      case ActorRef::What::step:
        return made_[step.actor.index];
      case ActorRef::What::client:
        return client_;
      case ActorRef::What::plugin_service:
        return plugin_service();
      case ActorRef::What::standing:
        if (step.actor.index == index_of(Standing::package_script_service)) {
          return package_service(user_of_rule(step.user, User::root));
        }
        return node_of(static_cast<Standing>(step.actor.index));
      case ActorRef::What::begin:
      case ActorRef::What::none:
        break;
    }
    return node_of(Standing::launchd);
  }

  static User user_of_rule(UserRule rule, User same) {
    switch (rule) {
      case UserRule::same:
        return same;
      case UserRule::root:
        return User::root;
      case UserRule::console:
        return User::console;
      case UserRule::second:
        return User::second;
    }
    return same;
  }

  std::uint32_t make_exec(const Step& step, EventTime at, Rng& rng, StepRecord& record) {
    const std::uint32_t parent = parent_node(step);
    if (nodes_[parent].ready != EventTime::min())
      at = std::max(at, nodes_[parent].ready + microseconds(200));
    const User user = user_of_rule(step.user, nodes_[parent].user);
    std::vector<std::string> args;
    for (const std::string& arg : step.args) args.push_back(filled(arg));
    const bool is_launchd = step.actor.what == ActorRef::What::standing &&
                            step.actor.index == index_of(Standing::launchd);
    std::uint32_t node = no_node;
    if (step.in_place > 0 && rng.chance(step.in_place)) {
      node = parent;
      record.replaced_parent = true;
      nodes_[node].user = user;
      exec_at(node, step.program, args, at);
    } else if (is_launchd) {
      const std::uint32_t cause = step.caused_by ? made_[*step.caused_by] : no_node;
      node = start_launchd_job(step.program, args,
                               step.label.empty() ? "com.example." + tag_ : step.label, user, at,
                               cause);
    } else {
      Duration gap = delays_.fork_to_exec.sample(rng);
      if (rng.chance(0.01)) gap *= 10;
      EventTime forked = whole_microseconds(at - gap);
      if (nodes_[parent].ready != EventTime::min())
        forked = std::max(forked, nodes_[parent].ready + microseconds(50));
      node = fork_node(parent, user, std::min(forked, at - microseconds(1)));
      nodes_[node].cause = step.caused_by ? made_[*step.caused_by] : no_node;
      if (step.orphaned > 0 && rng.chance(step.orphaned)) {
        record.is_orphan = true;
        nodes_[node].shown_parent = index_of(Standing::launchd);
        nodes_[node].shown_parent_image = tables_.processes[index_of(Standing::launchd)].image;
      }
      exec_at(node, step.program, args, at);
    }
    record.times.push_back(nodes_[node].images.back().first);
    if (step.relays) {
      // macOS' sh is a relay: bash takes over, under the arguments that sh was given.
      exec_at(node, bash(), args,
              at + std::max<Duration>(delays_.sh_to_bash.sample(rng), microseconds(1)));
      record.times.push_back(nodes_[node].images.back().first);
    }
    nodes_[node].is_background = nodes_[node].is_background || step.is_background;
    nodes_[node].keeps_running = nodes_[node].keeps_running || step.keeps_running;
    nodes_[node].runs_packages =
        nodes_[node].runs_packages || step.program.executable == "/usr/sbin/installer";
    nodes_[node].lasts = step.lasts.sample(rng);
    return node;
  }

  std::uint32_t make_fork(const Step& step, EventTime at, Rng& rng) {
    const std::uint32_t parent = parent_node(step);
    if (nodes_[parent].ready != EventTime::min())
      at = std::max(at, nodes_[parent].ready + microseconds(200));
    const std::uint32_t node = fork_node(parent, nodes_[parent].user, at);
    nodes_[node].ready = at;
    nodes_[node].is_background = step.is_background;
    nodes_[node].keeps_running = step.keeps_running;
    nodes_[node].lasts = step.lasts.sample(rng);
    return node;
  }

  std::uint32_t fork_node(std::uint32_t parent, User user, EventTime at) {
    at = whole_microseconds(at);
    const ImageIndex image = image_at(nodes_[parent], at);
    Node node;
    // Code that a package runs answers to whoever opened the package, not to the service.
    const bool is_package_code = nodes_[parent].runs_packages && responsible_ != nothing;
    node.process = tables_.add_process(at, nodes_[parent].process, image,
                                       is_package_code ? responsible_ : nothing);
    node.parent = parent;
    node.shown_parent = nodes_[parent].process;
    node.user = user;
    node.images = {{at, image}};
    node.ready = at;
    nodes_.push_back(std::move(node));
    const auto index = static_cast<std::uint32_t>(nodes_.size() - 1);
    // A fork still runs as its parent: a change of user comes with the exec.
    const User own = std::exchange(nodes_[index].user, nodes_[parent].user);
    emit(index, Kind::fork, at);
    nodes_[index].user = own;
    return index;
  }

  void exec_at(std::uint32_t node, const Program& program, const std::vector<std::string>& args,
               EventTime at) {
    at = whole_microseconds(at);
    const ImageIndex image = tables_.images.add(program, args);
    nodes_[node].images.emplace_back(at, image);
    nodes_[node].ready = at;
    tables_.processes[nodes_[node].process].image = image;
    emit(node, Kind::exec, at);
    const std::uint32_t parent = nodes_[node].parent;
    if (parent != no_node && nodes_[parent].runs_packages) {
      nodes_[node].script_events.push_back(
          static_cast<std::uint32_t>(out_.record.events.size() - 1));
      if (!out_.installed || at < *out_.installed) out_.installed = at;
    }
  }

  std::uint32_t start_launchd_job(const Program& program, const std::vector<std::string>& args,
                                  const std::string& label, User user, EventTime at,
                                  std::uint32_t cause) {
    const std::uint32_t launchd = node_of(Standing::launchd);
    const Duration first = std::max<Duration>(delays_.fork_to_exec.sample(rng_), microseconds(2));
    const Duration second = std::max<Duration>(delays_.fork_to_exec.sample(rng_), microseconds(2));
    const std::uint32_t node = fork_node(launchd, User::root, at - first - second);
    nodes_[node].cause = cause;
    exec_at(node, own_program("xpcproxy"), {"xpcproxy", label}, at - second);
    nodes_[node].user = user;
    exec_at(node, program, args, at);
    return node;
  }

  static ImageIndex image_at(const Node& node, EventTime at) {
    ImageIndex image = node.images.front().second;
    for (const auto& [since, next] : node.images) {
      if (since <= at) image = next;
    }
    return image;
  }

  void make_connection(const Step& step, EventTime at, Rng& rng, StepRecord& record) {
    const std::uint32_t node = made_[step.actor.index];
    const Flow flow = draw_flow(step, rng);
    const std::uint32_t detail = tables_.add_flow(flow);
    at = whole_microseconds(std::max(at, nodes_[node].ready + microseconds(50)));
    if (step.seen == SeenEnds::end) return emit(node, Kind::disconnect, at, detail);
    record.times.push_back(at);
    record.is_ipv6 = record.is_ipv6 || flow.destination.is_v6;
    emit(node, Kind::connect, at, detail);
    if (step.seen == SeenEnds::both) {
      emit(node, Kind::disconnect,
           at + std::max<Duration>(delays_.transfer.sample(rng), milliseconds(1)), detail);
    }
  }

  Flow draw_flow(const Step& step, Rng& rng) {
    Flow flow;
    const std::uint64_t bits = rng.next();
    switch (step.to) {
      case AddressClass::external:
        flow.destination = external_address(bits);
        break;
      case AddressClass::internal:
        flow.destination.bits = (192U << 24U | 2U << 8U) | static_cast<std::uint32_t>(1 + bits % 9);
        break;
      case AddressClass::loopback:
        flow.destination.bits = 127U << 24U | 1U;
        break;
    }
    flow.destination_port = step.port_range.first != 0
                                ? static_cast<std::uint16_t>(
                                      rng.in_range(step.port_range.first, step.port_range.second))
                                : step.ports[rng.below(step.ports.size())];
    flow.sent = static_cast<std::uint32_t>(rng.in_range(300, 6'000));
    flow.received = static_cast<std::uint32_t>(rng.in_range(900, 900'000));
    flow.domain = step.domain;
    return flow;
  }

  void make_lookup(const Step& step, EventTime at) {
    const std::uint32_t node = made_[step.actor.index];
    Flow flow;
    flow.destination.bits = 192U << 24U | 2U << 8U | 1U;
    flow.destination_port = 53;
    flow.domain = step.domain;
    emit(node, Kind::lookup, std::max(at, nodes_[node].ready + microseconds(50)),
         tables_.add_flow(flow));
  }

  void make_file(const Step& step, EventTime at, Rng& rng, Kind kind) {
    const std::uint32_t node = made_[step.actor.index];
    FileChange change;
    change.path = personal(filled(step.path));
    change.size = step.size;
    change.inode = rng.next() >> 32U;
    change.label = filled(step.label);
    for (const std::string& arg : step.job_args) change.job_args.push_back(personal(filled(arg)));
    tables_.files.push_back(std::move(change));
    emit(node, kind, std::max(at, nodes_[node].ready + microseconds(50)),
         static_cast<std::uint32_t>(tables_.files.size() - 1));
  }

  [[nodiscard]] std::string personal(std::string text) const {
    replace_all(text, "{user}", tables_.host.user);
    return text;
  }

  static void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
      text.replace(at, what.size(), with);
    }
  }

  /// Placeholders of scenario files; `{user}` stays, it is filled in when the text is written.
  [[nodiscard]] std::string filled(std::string text) const {
    if (text.find('{') == std::string::npos) return text;
    replace_all(text, "{scripts}", scripts_);
    replace_all(text, "{package}", package_);
    replace_all(text, "{package_id}", scenario_.package_id);
    replace_all(text, "{app}", scenario_.app);
    replace_all(text, "{home}", "/Users/{user}");
    replace_all(text, "{tag}", tag_);
    for (std::size_t i = 0; i < scenario_.choices.size(); ++i) {
      const Choice& choice = scenario_.choices[i];
      replace_all(text, "{" + choice.name + "}", choice.options[chosen_[i]]);
    }
    return text;
  }

  static const Program& bash() {
    static const Program made = make_program("/bin/bash", Signer::apple);
    return made;
  }

  void emit(std::uint32_t index, Kind kind, EventTime at, std::uint32_t detail = nothing) {
    Node& node = nodes_[index];
    at = whole_microseconds(at);
    Event event;
    event.time = at;
    event.kind = kind;
    event.process = node.process;
    event.image = kind == Kind::fork ? node.images.front().second : image_at(node, at);
    event.parent = kind == Kind::fork && node.parent != no_node ? nodes_[node.parent].process
                                                                : node.shown_parent;
    if (node.shown_parent_image != nothing && kind != Kind::fork) {
      event.parent_image = node.shown_parent_image;
    } else if (node.parent != no_node) {
      event.parent_image = image_at(nodes_[node.parent], at);
    } else {
      event.parent_image = tables_.processes[event.parent].image;
    }
    event.user = node.user;
    event.detail = detail;
    event.incident = incident_;
    event.incident_event = static_cast<std::uint32_t>(out_.record.events.size());
    node.last = std::max(node.last, at);
    truth::IncidentEvent record;
    record.time = at;
    record.what = describe(event);
    record.user = user_id(event.user);
    const Process& process = tables_.processes[event.process];
    record.pid = static_cast<std::uint64_t>(process.pid);
    if (process.parent != nothing)
      record.parent_pid = static_cast<std::uint64_t>(tables_.processes[process.parent].pid);
    out_.record.events.push_back(std::move(record));
    event_nodes_.push_back(index);
    events_.push_back(event);
  }

  [[nodiscard]] std::string describe(const Event& event) const {
    const std::string& name = tables_.images[event.image].program->name;
    switch (event.kind) {
      case Kind::exec:
        return format("exec {} < {}", name, tables_.images[event.parent_image].program->name);
      case Kind::fork:
        return format("fork {}", name);
      case Kind::end:
        return format("end {}", name);
      case Kind::connect:
      case Kind::disconnect: {
        const Flow& flow = tables_.flows[event.detail];
        std::array<char, 48> out{};
        const char* end = format_address(out.data(), flow.destination);
        const std::string_view address(out.data(), static_cast<std::size_t>(end - out.data()));
        return flow.destination.is_v6 ? format("{} {} [{}]:{}", to_string(event.kind), name,
                                               address, flow.destination_port)
                                      : format("{} {} {}:{}", to_string(event.kind), name, address,
                                               flow.destination_port);
      }
      case Kind::lookup:
        return format("dns {} {}", name, tables_.flows[event.detail].domain);
      case Kind::modification:
        return format("file {} {}", name, tables_.files[event.detail].path);
      case Kind::launch_daemon:
        return format("launch_daemon {} {}", name, tables_.files[event.detail].path);
      case Kind::fork_exec:
      case Kind::fork_end:
      case Kind::exec_end:
      case Kind::fork_exec_end:
      case Kind::connect_disconnect:
        break;  // documents, not events: nothing has been merged yet
    }
    return {};
  }

  // ---- the end

  /// Children first: a process ends after its last act, its lasting time, and those that it waits
  /// for. The package's client waits for everything that the package runs.
  void end_processes() {
    // Nodes stand in the order of their making, so whatever the client waits for comes before it
    // here.
    EventTime all_ended = begin_;
    for (auto i = static_cast<std::uint32_t>(nodes_.size()); i-- > 0;) {
      if (nodes_[i].was_there) continue;
      EventTime at =
          std::max(nodes_[i].last + microseconds(300), nodes_[i].ready + nodes_[i].lasts);
      if (i == client_) at = std::max(at, all_ended + milliseconds(400));
      const bool ends = !nodes_[i].keeps_running;
      end_node(i, at);
      if (ends && !nodes_[i].is_background) all_ended = std::max(all_ended, nodes_[i].last);
    }
  }

  void end_node(std::uint32_t index, EventTime at) {
    if (index == no_node || nodes_[index].keeps_running) return;
    nodes_[index].keeps_running = true;  // one end each
    emit(index, Kind::end, at);
    const std::uint32_t parent = nodes_[index].parent;
    if (parent != no_node && !nodes_[parent].was_there && !nodes_[index].is_background) {
      nodes_[parent].last = std::max(nodes_[parent].last, nodes_[index].last);
    }
  }

  // ---- truth

  /// The node's causes, itself first: what loaded it, else what forked it.
  [[nodiscard]] std::vector<std::uint32_t> lineage(std::uint32_t node) const {
    std::vector<std::uint32_t> line;
    while (node != no_node && std::ranges::find(line, node) == line.end()) {
      line.push_back(node);
      node = nodes_[node].cause != no_node ? nodes_[node].cause : nodes_[node].parent;
    }
    return line;
  }

  void label() {
    truth::Incident& record = out_.record;
    record.scenario = scenario_.id;
    record.title = scenario_.title;
    record.family = scenario_.family;
    record.intent = scenario_.intent;
    record.host_id = tables_.host.id;
    record.host_name = tables_.host.name;
    record.persona = to_string(tables_.host.persona);
    record.agent_version = tables_.host.agent.to_string();
    record.tags = scenario_.tags;
    record.expected_because = scenario_.base().because;
    std::optional<Duration> shortest_gap;
    for (std::uint32_t e = 0; e < record.events.size(); ++e) {
      std::vector<std::uint32_t> scripts;
      for (const std::uint32_t node : lineage(event_nodes_[e])) {
        scripts.insert(scripts.end(), nodes_[node].script_events.begin(),
                       nodes_[node].script_events.end());
      }
      const Event& event = events_[first_event_ + e];
      record.events[e].role = role_of(event, e, scripts);
      if (event.kind != Kind::connect) continue;
      const Address to = tables_.flows[event.detail].destination;
      const bool is_local = !to.is_v6 && (to.bits >> 24U) == 127;
      for (const std::uint32_t script : scripts) {
        const Duration gap = event.time - record.events[script].time;
        if (gap < Duration::zero()) continue;
        record.true_pairs.emplace_back(script, e);
        if (!shortest_gap || gap < *shortest_gap) shortest_gap = gap;
        if (gap > behaviour_window) continue;
        if (!is_local) {
          record.behaviour = truth::Behaviour::connects;
        } else if (record.behaviour == truth::Behaviour::none) {
          record.behaviour = truth::Behaviour::local;
        }
      }
    }
    for (const Promise& promise : scenario_.expected)
      out_.promised.push_back(fires(promise, shortest_gap));
    const std::optional<bool>& base = out_.promised.front();
    record.expected = !base   ? truth::Expectation::depends
                      : *base ? truth::Expectation::fires
                              : truth::Expectation::silent;
  }

  [[nodiscard]] std::optional<bool> fires(const Promise& promise,
                                          std::optional<Duration> shortest_gap) const {
    if (promise.outcome == Outcome::silent) return false;
    if (promise.condition) return promise.condition->holds(records_, chosen_);
    if (promise.window) return shortest_gap && *shortest_gap <= *promise.window;
    if (promise.outcome == Outcome::fires) return true;
    return std::nullopt;
  }

  static truth::Role role_of(const Event& event, std::uint32_t place,
                             const std::vector<std::uint32_t>& scripts) {
    if (scripts.empty()) return truth::Role::noise;
    if (std::ranges::find(scripts, place) != scripts.end()) return truth::Role::script;
    switch (event.kind) {
      case Kind::connect:
      case Kind::disconnect:
      case Kind::lookup:
        return truth::Role::network;
      case Kind::modification:
      case Kind::launch_daemon:
        return truth::Role::file;
      case Kind::fork:
      case Kind::exec:
      case Kind::end:
      case Kind::fork_exec:
      case Kind::fork_end:
      case Kind::exec_end:
      case Kind::fork_exec_end:
      case Kind::connect_disconnect:
        break;
    }
    return truth::Role::child;
  }

  const Scenario& scenario_;
  const StandardDelays& delays_;
  HostTables& tables_;
  Rng rng_;
  std::uint32_t incident_;
  std::vector<Event>& events_;
  std::size_t first_event_;
  EventTime start_;
  EventTime begin_{};  ///< the install itself begins
  Via via_ = Via::none;
  std::string scripts_;
  std::string package_;
  std::string tag_;
  ProcessIndex responsible_ = nothing;
  std::uint32_t client_ = no_node;
  std::uint32_t plugin_service_ = no_node;
  std::array<std::uint32_t, 3> services_ = {no_node, no_node, no_node};  ///< by user
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> chosen_;  ///< by choice: the option
  std::vector<std::int64_t> rounds_;   ///< by loop
  std::vector<StepRecord> records_;    ///< by step
  std::vector<Drawn> drawn_;
  std::vector<std::uint32_t> made_;  ///< by step: the node of its last repetition
  std::vector<bool> is_made_;
  std::vector<std::uint32_t> event_nodes_;
  SimulatedIncident out_;
};

}  // namespace

SimulatedIncident simulate_incident(const Scenario& scenario, const StandardDelays& delays,
                                    HostTables& tables, EventTime start, Rng rng,
                                    std::uint32_t incident, std::vector<Event>& events) {
  return IncidentSimulator(scenario, delays, tables, start, rng, incident, events).run();
}

}  // namespace eqlab::generators
