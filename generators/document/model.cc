#include "generators/document/model.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/base/check.h"

namespace eqlab::generators {
namespace {

constexpr std::array<std::string_view, kind_count> kind_names = {"fork",
                                                                 "exec",
                                                                 "end",
                                                                 "connect",
                                                                 "disconnect",
                                                                 "dns",
                                                                 "file",
                                                                 "launch_daemon",
                                                                 "fork+exec",
                                                                 "fork+end",
                                                                 "exec+end",
                                                                 "fork+exec+end",
                                                                 "connect+disconnect"};

struct StandingRow {
  std::string_view program;
  User user;
  Standing parent;
};
constexpr std::array<StandingRow, standing_count> standing_rows = {{
    {"kernel_task", User::root, Standing::kernel_task},
    {"launchd", User::root, Standing::kernel_task},
    {"installd", User::root, Standing::launchd},
    {"system_installd", User::root, Standing::launchd},
    {"package_script_service", User::root, Standing::launchd},
    {"package_script_service", User::console, Standing::launchd},
    {"Finder", User::console, Standing::launchd},
    {"Terminal", User::console, Standing::launchd},
    {"zsh", User::console, Standing::terminal},
    {"Google Chrome", User::console, Standing::launchd},
    {"Google Chrome Helper", User::console, Standing::chrome},
    {"WebKit.Networking", User::console, Standing::launchd},
    {"Slack Helper", User::console, Standing::launchd},
    {"Microsoft Outlook", User::console, Standing::launchd},
    {"Microsoft Teams", User::console, Standing::launchd},
    {"OneDrive", User::console, Standing::launchd},
    {"zoom.us", User::console, Standing::launchd},
    {"nsurlsessiond", User::root, Standing::launchd},
    {"apsd", User::root, Standing::launchd},
    {"cloudd", User::console, Standing::launchd},
    {"trustd", User::root, Standing::launchd},
    {"mdmclient", User::root, Standing::launchd},
    {"jamf", User::root, Standing::launchd},
    {"IntuneMdmDaemon", User::root, Standing::launchd},
    {"cron", User::root, Standing::launchd},
    {"Code Helper", User::console, Standing::launchd},
    {"com.docker.backend", User::console, Standing::launchd},
    {"Runner.Listener", User::console, Standing::launchd},
    {"Runner.Worker", User::console, Standing::runner},
    {"make", User::console, Standing::shell},
}};

constexpr std::int32_t pid_max = 99'998;

bool is_personal(std::string_view text) { return text.find("{user}") != std::string_view::npos; }

}  // namespace

std::string_view to_string(Kind kind) { return kind_names[static_cast<std::size_t>(kind)]; }
std::string_view program_of(Standing standing) { return standing_rows[index_of(standing)].program; }
User user_of(Standing standing) { return standing_rows[index_of(standing)].user; }

ImageIndex ImageTable::add(const Program& program, std::vector<std::string> args) {
  Image image{
      .program = &program, .args = std::move(args), .is_personal = is_personal(program.executable)};
  for (const std::string& arg : image.args)
    image.is_personal = image.is_personal || is_personal(arg);
  images_.push_back(std::move(image));
  return size() - 1;
}

ImageIndex ImageTable::add_known(std::string_view key, std::vector<std::string> args) {
  const KnownProgram* known = find_program(key);
  EQLAB_ASSERT(known != nullptr);
  const auto same = std::ranges::find(programs_, known->executable, &Program::executable);
  if (same != programs_.end()) return add(*same, std::move(args));
  return add(programs_.emplace_back(make_program(std::string(known->executable), known->signer)),
             std::move(args));
}

void ImageTable::clear() {
  own_base_ = size();
  images_.clear();
  programs_.clear();
}

char* format_address(char* out, Address address) {
  if (address.is_v6) {
    // 2001:db8::h:l in canonical spelling: a high half of zero belongs to the run of zeros.
    constexpr std::string_view prefix = "2001:db8::";
    out = std::ranges::copy(prefix, out).out;
    const std::uint32_t high = address.bits >> 16U;
    if (high != 0) {
      out = std::to_chars(out, out + 8, high, 16).ptr;
      *out++ = ':';
    }
    return std::to_chars(out, out + 8, address.bits & 0xFFFFU, 16).ptr;
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    out = std::to_chars(out, out + 4, (address.bits >> static_cast<unsigned>(shift)) & 0xFFU).ptr;
    if (shift > 0) *out++ = '.';
  }
  return out;
}

HostTables::HostTables(Host made, const ImageTable& shared, EventTime from)
    : host(std::move(made)), images(&shared) {
  Rng rng = Rng(host.entity_key).split("standing");
  const EventTime boot = from - std::chrono::seconds(rng.in_range(1800, 400'000));
  for (ProcessIndex i = 0; i < standing_count; ++i) {
    Process process;
    process.start = i < index_of(Standing::installd)
                        ? boot
                        : boot + std::chrono::seconds(rng.in_range(3, 1700));
    process.pid = i < index_of(Standing::installd)
                      ? static_cast<std::int32_t>(i)
                      : static_cast<std::int32_t>(60 + i * 17 + rng.below(16));
    process.parent = i == 0 ? nothing : index_of(standing_rows[i].parent);
    process.image = i;
    processes.push_back(process);
  }
  processes[index_of(Standing::shell)].responsible = index_of(Standing::terminal);
  processes[index_of(Standing::make)].responsible = index_of(Standing::terminal);
  next_pid_ = static_cast<std::int32_t>(rng.in_range(2'000, 60'000));
  next_port_ = static_cast<std::uint16_t>(49'152 + rng.below(16'000));
}

ProcessIndex HostTables::add_process(EventTime start, ProcessIndex parent, ImageIndex image,
                                     ProcessIndex responsible) {
  next_pid_ = next_pid_ >= pid_max ? 1'000 : next_pid_ + 1;
  // Responsibility is inherited, except that what launchd starts answers for itself.
  if (responsible == nothing && parent != index_of(Standing::launchd)) {
    const ProcessIndex inherited = processes[parent].responsible;
    responsible = inherited == nothing ? parent : inherited;
  }
  processes.push_back({.start = start,
                       .pid = next_pid_,
                       .parent = parent,
                       .responsible = responsible,
                       .image = image,
                       .forked = image});
  return static_cast<ProcessIndex>(processes.size() - 1);
}

std::uint32_t HostTables::add_flow(const Flow& flow) {
  flows.push_back(flow);
  next_port_ = next_port_ == 65'535 ? 49'152 : static_cast<std::uint16_t>(next_port_ + 1);
  flows.back().source_port = next_port_;
  return static_cast<std::uint32_t>(flows.size() - 1);
}

std::uint32_t HostTables::add_change(FileChange change) {
  constexpr std::string_view user = "{user}";
  for (std::size_t at = change.path.find(user); at != std::string::npos;
       at = change.path.find(user, at + host.user.size()))
    change.path.replace(at, user.size(), host.user);
  files.push_back(std::move(change));
  return static_cast<std::uint32_t>(files.size() - 1);
}

void HostTables::compact(const std::vector<Event*>& events) {
  std::vector<std::uint32_t> process_place(processes.size(), nothing);
  std::vector<std::uint32_t> flow_place(flows.size(), nothing);
  std::vector<std::uint32_t> file_place(files.size(), nothing);
  std::vector<bool> kept(processes.size(), false);
  std::fill_n(kept.begin(), standing_count, true);
  bool needs_images = false;
  const auto keep_with_ancestors = [&](ProcessIndex i) {
    while (i != nothing && !kept[i]) {
      kept[i] = true;
      const Process& process = processes[i];
      if (process.responsible != nothing && !kept[process.responsible])
        kept[process.responsible] = true;
      i = process.parent;
    }
  };
  for (const Event* event : events) {
    keep_with_ancestors(event->process);
    keep_with_ancestors(event->parent);
    needs_images = needs_images || event->incident != nothing;
  }
  // A responsible process may itself have been kept without its ancestors.
  for (ProcessIndex i = static_cast<ProcessIndex>(processes.size()); i-- > standing_count;) {
    if (kept[i] && processes[i].parent != nothing && !kept[processes[i].parent]) {
      keep_with_ancestors(processes[i].parent);
    }
  }
  std::uint32_t next = 0;
  for (ProcessIndex i = 0; i < processes.size(); ++i) {
    if (!kept[i]) continue;
    process_place[i] = next;
    processes[next++] = processes[i];
  }
  processes.resize(next);
  for (Process& process : processes) {
    if (process.parent != nothing) process.parent = process_place[process.parent];
    if (process.responsible != nothing) process.responsible = process_place[process.responsible];
  }
  std::vector<Flow> flows_left;
  std::vector<FileChange> files_left;
  for (Event* const pointer : events) {
    Event& event = *pointer;
    event.process = process_place[event.process];
    event.parent = process_place[event.parent];
    if (event.detail == nothing) continue;
    if (event.kind == Kind::connect || event.kind == Kind::disconnect ||
        event.kind == Kind::connect_disconnect || event.kind == Kind::lookup) {
      std::uint32_t& place = flow_place[event.detail];
      if (place == nothing) {
        place = static_cast<std::uint32_t>(flows_left.size());
        flows_left.push_back(flows[event.detail]);
      }
      event.detail = place;
    } else if (event.kind == Kind::modification || event.kind == Kind::launch_daemon) {
      std::uint32_t& place = file_place[event.detail];
      if (place == nothing) {
        place = static_cast<std::uint32_t>(files_left.size());
        files_left.push_back(std::move(files[event.detail]));
      }
      event.detail = place;
    }
  }
  flows = std::move(flows_left);
  files = std::move(files_left);
  if (!needs_images) images.clear();
}

void add_standing_images(ImageTable& shared) {
  EQLAB_ASSERT(shared.size() == 0);
  for (const StandingRow& row : standing_rows) {
    const KnownProgram* known = find_program(row.program);
    EQLAB_ASSERT(known != nullptr);
    std::string executable(known->executable);
    shared.add_known(row.program, {row.program == "zsh" ? "-zsh" : executable});
  }
}

}  // namespace eqlab::generators
