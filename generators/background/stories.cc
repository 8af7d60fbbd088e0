// What ordinarily happens on the hosts. Names, parents, users and ports are those of ordinary
// fleets. None of these shells is a child of a package service: background never begins a sequence
// by itself.
#include "generators/background/stories.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "harness/base/check.h"

namespace eqlab::generators {
namespace {

using Weights = std::array<double, persona_count>;  // office, developer, ci, kiosk, managed

constexpr Weights everywhere = {1, 1, 1, 1, 1};
constexpr Weights people = {1, 1, 0, 0.4, 1};
constexpr Weights builders = {0, 1, 1, 0, 0};

Weights scaled(Weights weights, double factor) {
  for (double& weight : weights) weight *= factor;
  return weights;
}

Actor standing(Standing process) { return {static_cast<std::uint16_t>(process), true}; }

/// Builds one story step by step.
class StoryBuilder {
 public:
  explicit StoryBuilder(ImageTable& images) : images_(images) {}

  /// A child of `parent` that becomes `key`; returns it.
  Actor spawn(Actor parent, User user, std::string_view key, std::vector<std::string> args) {
    const Actor child = member(parent, user);
    story_.steps.push_back({Kind::fork, Pace::tool, child});
    become(child, Pace::fork_to_exec, key, std::move(args));
    return child;
  }
  /// A job that launchd starts: fork, xpcproxy, then the program, all in one pid.
  Actor job(User user, std::string_view key, std::vector<std::string> args,
            const std::string& label) {
    const Actor child = member(standing(Standing::launchd), user);
    story_.steps.push_back({Kind::fork, Pace::tool, child});
    become(child, Pace::fork_to_exec, "xpcproxy", {"xpcproxy", label});
    become(child, Pace::fork_to_exec, key, std::move(args));
    return child;
  }
  void become(Actor actor, Pace pace, std::string_view key, std::vector<std::string> args) {
    story_.steps.push_back({Kind::exec, pace, actor, images_.add_known(key, std::move(args))});
  }
  /// `sh` hands over to bash under the same arguments.
  void relay(Actor actor, std::vector<std::string> args) {
    become(actor, Pace::relay, "bash", std::move(args));
  }
  void connect(Actor actor, Pace pace = Pace::connect) {
    story_.steps.push_back({Kind::connect, pace, actor});
    story_.steps.push_back({Kind::disconnect, Pace::flow, actor});
  }
  void connect_only(Actor actor) { story_.steps.push_back({Kind::connect, Pace::connect, actor}); }
  void lookup(Actor actor) { story_.steps.push_back({Kind::lookup, Pace::tool, actor}); }
  void end(Actor actor, Pace pace = Pace::tool) {
    story_.steps.push_back({Kind::end, pace, actor});
  }
  /// Changes one of the story's files.
  void change(Actor actor, Pace pace = Pace::tool) {
    story_.steps.push_back({Kind::modification, pace, actor});
  }
  void files(std::vector<std::string> paths) { story_.files = std::move(paths); }
  void port(std::uint16_t port) { story_.port = port; }

  void into(StorySet& set, Weights weights) {
    story_.weight = weights;
    set.add(std::move(story_));
    story_ = {};
  }

 private:
  Actor member(Actor parent, User user) {
    story_.members.push_back({parent, user});
    return {static_cast<std::uint16_t>(story_.members.size() - 1), false};
  }

  ImageTable& images_;
  Story story_;
};

void add_system_jobs(StoryBuilder& story, StorySet& set) {
  struct Job {
    std::string_view program;
    std::string label;
    User user;
    double weight;
  };
  const std::initializer_list<Job> jobs = {
      {"mdworker_shared", "com.apple.mdworker.shared.02000000-0500-0000-0000-000000000000",
       User::console, 6},
      {"mdworker_shared", "com.apple.mdworker.shared.08000000-0000-0000-0000-000000000000",
       User::root, 2},
      {"trustd", "com.apple.trustd.agent", User::console, 1},
      {"nsurlsessiond", "com.apple.nsurlsessiond", User::console, 1},
      {"cloudd", "com.apple.cloudd", User::console, 1},
      {"softwareupdated", "com.apple.softwareupdated", User::root, 0.3},
      {"mdmclient", "com.apple.mdmclient.agent", User::console, 0.6}};
  for (const Job& entry : jobs) {
    const Actor job =
        story.job(entry.user, entry.program, {std::string(find_program(entry.program)->executable)},
                  entry.label);
    story.end(job, Pace::session);
    story.into(set, scaled(everywhere, entry.weight * 3));
  }
}

void add_standing_connections(StoryBuilder& story, StorySet& set) {
  struct Client {
    Standing process;
    std::uint16_t port;
    Weights weights;
  };
  const std::initializer_list<Client> clients = {
      {Standing::chrome_network, 443, scaled(people, 12)},
      {Standing::webkit_network, 443, scaled(people, 8)},
      {Standing::slack, 443, scaled(people, 4)},
      {Standing::outlook, 443, {4, 1, 0, 0, 4}},
      {Standing::teams, 443, {5, 1, 0, 0, 5}},
      {Standing::onedrive, 443, {3, 0.5, 0, 0, 3}},
      {Standing::zoom, 8801, {1, 1, 0, 0, 1}},
      {Standing::nsurlsessiond, 443, scaled(everywhere, 2)},
      {Standing::apsd, 5223, scaled(everywhere, 0.5)},
      {Standing::cloudd, 443, scaled(people, 1)},
      {Standing::trustd, 80, scaled(everywhere, 1)},
      {Standing::mdmclient, 443, {0.2, 0.2, 0.2, 0.5, 1}},
      {Standing::jamf, 443, {0.1, 0.1, 0.1, 0.1, 2}},
      {Standing::intune, 443, {0.3, 0.2, 0, 0, 2}},
      {Standing::editor, 443, {0, 6, 0, 0, 0}},
      {Standing::docker, 443, {0, 3, 2, 0, 0}},
      {Standing::runner, 443, {0, 0, 8, 0, 0}}};
  for (const Client& client : clients) {
    story.connect(standing(client.process));
    story.port(client.port);
    story.into(set, client.weights);
  }
  story.lookup(standing(Standing::chrome_network));
  story.connect(standing(Standing::chrome_network));
  story.into(set, scaled(people, 2));
}

/// Files that applications and agents write all day, a few at a time.
void add_file_changes(StoryBuilder& story, StorySet& set) {
  struct Writer {
    Standing process;
    std::vector<std::string> files;
    Weights weights;
  };
  const std::string home = "/Users/{user}/";
  const std::string support = home + "Library/Application Support/";
  const std::string chrome = support + "Google/Chrome/Default/";
  const std::initializer_list<Writer> writers = {
      {Standing::chrome,
       {chrome + "Preferences", chrome + "Cookies", chrome + "History-journal",
        chrome + "Network/TransportSecurity", home + "Downloads/Unconfirmed 48213.crdownload"},
       scaled(people, 9)},
      {Standing::slack,
       {support + "Slack/Local Storage/leveldb/000451.log", support + "Slack/Cookies-journal"},
       scaled(people, 3)},
      {Standing::outlook,
       {home +
        "Library/Group Containers/UBF8T346G9.Office/Outlook/Main Profile/Data/Outlook.sqlite"},
       {3, 1, 0, 0, 3}},
      {Standing::onedrive,
       {home + "OneDrive/Reports/quarter.xlsx", home + "OneDrive/Notes/minutes.docx"},
       {3, 0.5, 0, 0, 3}},
      {Standing::finder,
       {home + "Documents/.DS_Store", home + "Desktop/.DS_Store"},
       scaled(people, 1)},
      {Standing::editor,
       {home + "src/app/main.c", home + "src/app/net/session.c", home + "src/app/.git/index.lock"},
       {0, 6, 0, 0, 0}},
      {Standing::cloudd,
       {home + "Library/Caches/CloudKit/com.apple.bird/CloudKit.db-wal"},
       scaled(people, 1.5)},
      {Standing::jamf,
       {"/Library/Application Support/JAMF/tmp/inventory.xml", "/var/log/jamf.log"},
       {0.2, 0.2, 0.2, 0.2, 2}},
      {Standing::intune,
       {"/Library/Logs/Microsoft/Intune/IntuneMDMDaemon.log"},
       {0.3, 0.2, 0, 0, 1.5}},
      {Standing::runner_worker,
       {home + "actions-runner/_work/app/app/build/report.json",
        home + "actions-runner/_diag/Worker.log"},
       {0, 0, 10, 0, 0}}};
  for (const Writer& writer : writers) {
    for (int i = 0; i < 3; ++i) story.change(standing(writer.process));
    story.files(writer.files);
    story.into(set, scaled(writer.weights, 2.5));
  }
}

void add_applications(StoryBuilder& story, StorySet& set) {
  const std::string helper(find_program("Google Chrome Helper (Renderer)")->executable);
  const Actor renderer =
      story.spawn(standing(Standing::chrome), User::console, "Google Chrome Helper (Renderer)",
                  {helper, "--type=renderer", "--lang=en-GB", "--num-raster-threads=4"});
  story.end(renderer, Pace::session);
  story.into(set, scaled(people, 8));
}

/// Management agents and periodic jobs run shells all day; none of them is an installer.
void add_agent_shells(StoryBuilder& story, StorySet& set) {
  struct Tool {
    std::string_view key;
    std::vector<std::string> args;
  };
  const std::initializer_list<Tool> tools = {
      {"profiles", {"profiles", "status", "-type", "enrollment"}},
      {"system_profiler", {"system_profiler", "SPHardwareDataType"}},
      {"defaults", {"defaults", "read", "/Library/Preferences/com.example.agent", "State"}},
      {"sw_vers", {"sw_vers", "-productVersion"}},
      {"ioreg", {"ioreg", "-rd1", "-c", "IOPlatformExpertDevice"}},
      {"pgrep", {"pgrep", "-x", "Finder"}},
      {"stat", {"stat", "-f", "%Su", "/dev/console"}},
      {"df", {"df", "-h", "/"}}};
  for (const Tool& tool : tools) {
    const std::vector<std::string> script = {"/bin/sh",
                                             "/Library/Application Support/Example/collect.sh"};
    for (const Standing agent : {Standing::jamf, Standing::intune}) {
      const Actor shell = story.spawn(standing(agent), User::root, "sh", script);
      story.relay(shell, script);
      const Actor child = story.spawn(shell, User::root, tool.key, tool.args);
      story.end(child);
      story.end(shell);
      story.into(set, {0.3, 0.3, 0.1, 0.5, 3});
    }
    const std::vector<std::string> periodic = {"/bin/sh", "/usr/local/libexec/example/periodic.sh"};
    const Actor shell = story.job(User::root, "sh", periodic, "com.example.periodic");
    story.relay(shell, periodic);
    const Actor child = story.spawn(shell, User::root, tool.key, tool.args);
    story.end(child);
    story.end(shell);
    story.into(set, scaled(everywhere, 0.4));
  }
}

void add_builders(StoryBuilder& story, StorySet& set) {
  struct Tool {
    std::string_view key;
    std::vector<std::string> args;
    double weight;
  };
  const std::initializer_list<Tool> shell_tools = {
      {"git", {"git", "status", "--porcelain"}, 6},
      {"git", {"git", "rev-parse", "--abbrev-ref", "HEAD"}, 6},
      {"ls", {"ls", "-la"}, 3},
      {"grep", {"grep", "-rn", "TODO", "src"}, 2},
      {"cat", {"cat", "README.md"}, 2},
      {"sed", {"sed", "-n", "1,40p", "Makefile"}, 1},
      {"find", {"find", ".", "-name", "*.swift"}, 1},
      {"rm", {"rm", "-rf", "build"}, 1},
      {"mkdir", {"mkdir", "-p", "build"}, 1}};
  for (const Tool& tool : shell_tools) {
    const Actor child = story.spawn(standing(Standing::shell), User::console, tool.key, tool.args);
    story.end(child);
    story.into(set, {0.05 * tool.weight, 3 * tool.weight, 0, 0, 0.05 * tool.weight});
    const Actor step =
        story.spawn(standing(Standing::runner_worker), User::console, tool.key, tool.args);
    story.end(step);
    story.into(set, {0, 0, 2 * tool.weight, 0, 0});
  }
  struct Compiler {
    std::string_view key;
    std::vector<std::string> args;
    std::string output;
    double weight;
  };
  const std::initializer_list<Compiler> compilers = {
      {"clang", {"clang", "-O2", "-c", "main.c", "-o", "main.o"}, "main.o", 10},
      {"clang", {"clang", "-O2", "-c", "net/session.c", "-o", "session.o"}, "session.o", 10},
      {"swift-frontend",
       {"swift-frontend", "-frontend", "-c", "-primary-file", "View.swift"},
       "View.o",
       6},
      {"ld", {"ld", "-o", "app", "main.o"}, "app", 2},
      {"ar", {"ar", "rcs", "libcore.a", "core.o"}, "libcore.a", 2}};
  for (const Compiler& tool : compilers) {
    for (const Standing parent : {Standing::make, Standing::runner_worker}) {
      const Actor child = story.spawn(standing(parent), User::console, tool.key, tool.args);
      story.change(child, Pace::brief);
      story.files({"/Users/{user}/src/app/build/" + tool.output});
      story.end(child);
      story.into(set, scaled(builders, (parent == Standing::make ? 2.0 : 3.0) * tool.weight));
    }
  }
  const Actor git =
      story.spawn(standing(Standing::shell), User::console, "git", {"git", "fetch", "--quiet"});
  const Actor remote = story.spawn(git, User::console, "git-remote-https",
                                   {"git-remote-https", "origin", "https://git.example.com/app"});
  story.connect(remote);
  story.end(remote);
  story.end(git);
  story.into(set, {0, 6, 3, 0, 0});
  const Actor ssh =
      story.spawn(standing(Standing::shell), User::console, "ssh", {"ssh", "build.example.com"});
  story.connect(ssh);
  story.end(ssh);
  story.port(22);
  story.into(set, {0, 2, 0.5, 0, 0});
}

void add_listed(StoryBuilder& story, BackgroundStories& stories) {
  struct Client {
    std::string_view key;
    std::vector<std::string> args;
    double weight;
  };
  const std::vector<std::string> fetch = {"curl", "-fsSL", "https://config.example.com/v1/state"};
  const std::initializer_list<Client> root_clients = {
      {"curl", fetch, 17},
      {"Python",
       {std::string(find_program("Python")->executable), "/usr/local/example/report.py"},
       2},
      {"osascript", {"osascript", "/Library/Application Support/Example/inventory.scpt"}, 1}};
  for (const Client& client : root_clients) {
    for (const Standing agent : {Standing::jamf, Standing::intune, Standing::cron}) {
      const Actor child = story.spawn(standing(agent), User::root, client.key, client.args);
      story.connect(child);
      story.end(child);
      story.into(stories.listed_root, scaled(everywhere, 2.6 * client.weight));
    }
    const Actor step =
        story.spawn(standing(Standing::runner_worker), User::root, client.key, client.args);
    story.connect(step);
    story.end(step);
    story.into(stories.listed_root, {0, 0, 40 * client.weight, 0, 0});
    // The same from a periodic shell job, which looks like a script but is no package's.
    const std::vector<std::string> script = {"/bin/sh", "/usr/local/libexec/example/report.sh"};
    const Actor shell = story.job(User::root, "sh", script, "com.example.report");
    story.relay(shell, script);
    const Actor child = story.spawn(shell, User::root, client.key, client.args);
    story.connect(child);
    story.end(child);
    story.end(shell);
    story.into(stories.listed_root, scaled(everywhere, 1.2 * client.weight));
  }
  const std::initializer_list<Client> console_clients = {
      {"curl", {"curl", "-sS", "https://api.example.com/v2/items"}, 14},
      {"Python",
       {std::string(find_program("Python")->executable), "-m", "pip", "download", "example"},
       5},
      {"wget", {"wget", "-q", "https://mirror.example.com/data.tgz"}, 1}};
  for (const Client& client : console_clients) {
    for (const Standing parent : {Standing::shell, Standing::editor, Standing::runner_worker}) {
      const Actor child = story.spawn(standing(parent), User::console, client.key, client.args);
      story.connect(child);
      story.end(child);
      const bool is_runner = parent == Standing::runner_worker;
      story.into(stories.listed_console,
                 {is_runner ? 0 : client.weight, is_runner ? 0 : client.weight,
                  is_runner ? client.weight : 0, client.weight, is_runner ? 0 : client.weight});
    }
  }
}

std::array<QuantileTable, pace_count> make_paces() {
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {QuantileTable(Distribution::lognormal(microseconds(1900), 0.7)),
          QuantileTable(Distribution::lognormal(milliseconds(2), 0.5)),
          QuantileTable(Distribution::lognormal(milliseconds(12), 0.8)),
          QuantileTable(Distribution::lognormal(milliseconds(60), 0.8)),
          QuantileTable(Distribution::lognormal(milliseconds(1500), 1.2)),
          QuantileTable(Distribution::lognormal(milliseconds(300), 1.0)),
          QuantileTable(Distribution::lognormal(seconds(40), 1.2))};
}

}  // namespace

void StorySet::finish() {
  EQLAB_ASSERT(!stories_.empty() && stories_.size() < 65'536);
  for (std::size_t p = 0; p < persona_count; ++p) {
    double sum = 0;
    for (const Story& story : stories_) sum += story.weight[p];
    EQLAB_ASSERT(sum > 0);
    // Slot i belongs to the story in whose share (i + ½) / 2048 falls.
    double reached = 0;
    std::size_t slot = 0;
    for (std::size_t s = 0; s < stories_.size(); ++s) {
      reached += stories_[s].weight[p] / sum;
      while (slot < 2048 && (static_cast<double>(slot) + 0.5) / 2048 < reached) {
        tables_[p][slot++] = static_cast<std::uint16_t>(s);
      }
    }
    const std::uint16_t last = slot == 0 ? std::uint16_t{0} : tables_[p][slot - 1];
    while (slot < 2048) tables_[p][slot++] = last;
  }
}

double StorySet::mean_size(Persona persona) const {
  double sum = 0;
  for (const std::uint16_t s : tables_[static_cast<std::size_t>(persona)]) {
    sum += static_cast<double>(stories_[s].steps.size());
  }
  return sum / 2048;
}

BackgroundStories::BackgroundStories(ImageTable& images) : paces(make_paces()) {
  StoryBuilder story(images);
  add_system_jobs(story, ballast);
  add_standing_connections(story, ballast);
  add_file_changes(story, ballast);
  add_applications(story, ballast);
  add_agent_shells(story, ballast);
  add_builders(story, ballast);
  ballast.finish();
  add_listed(story, *this);
  listed_root.finish();
  listed_console.finish();
}

}  // namespace eqlab::generators
