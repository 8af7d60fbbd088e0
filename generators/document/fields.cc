// The table of fields: for each its name, where it occurs and how its value is made. Documents and
// batch rows both come from here. Held against the built-in schema in
// tests/unit/generators/document_test.cc.
#include "generators/document/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

using View = const EventView&;
using Sink = ValueSink&;

constexpr std::uint16_t bit(Kind kind) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}
constexpr std::uint16_t all_kinds = (1U << kind_count) - 1;
constexpr std::uint16_t exec_kinds =
    bit(Kind::exec) | bit(Kind::fork_exec) | bit(Kind::exec_end) | bit(Kind::fork_exec_end);
constexpr std::uint16_t end_kinds =
    bit(Kind::end) | bit(Kind::fork_end) | bit(Kind::exec_end) | bit(Kind::fork_exec_end);
constexpr std::uint16_t process_kinds = bit(Kind::fork) | exec_kinds | end_kinds;
constexpr std::uint16_t merged_kinds = bit(Kind::fork_exec) | bit(Kind::fork_end) |
                                       bit(Kind::exec_end) | bit(Kind::fork_exec_end) |
                                       bit(Kind::connect_disconnect);
constexpr std::uint16_t closed_flow_kinds = bit(Kind::disconnect) | bit(Kind::connect_disconnect);
constexpr std::uint16_t flow_kinds = bit(Kind::connect) | closed_flow_kinds;
constexpr std::uint16_t network_kinds = flow_kinds | bit(Kind::lookup);
constexpr std::uint16_t file_kinds = bit(Kind::modification) | bit(Kind::launch_daemon);

bool is_process(Kind kind) { return (process_kinds & bit(kind)) != 0; }
bool is_network(Kind kind) { return (network_kinds & bit(kind)) != 0; }

std::string_view category(Kind kind) {
  return is_process(kind) ? "process" : is_network(kind) ? "network" : "file";
}
std::string_view dataset(Kind kind) {
  return is_process(kind)   ? "endpoint.events.process"
         : is_network(kind) ? "endpoint.events.network"
                            : "endpoint.events.file";
}

void action(View view, Sink sink) {
  switch (view.event.kind) {
    case Kind::fork:
      return sink.text("fork");
    case Kind::exec:
      return sink.text("exec");
    case Kind::end:
      return sink.text("end");
    case Kind::connect:
      return sink.text("connection_attempted");
    case Kind::disconnect:
      return sink.text("disconnect_received");
    case Kind::lookup:
      return sink.text("lookup_result");
    case Kind::modification:
      return sink.text("modification");
    case Kind::launch_daemon:
      return sink.text("launch_daemon");
    case Kind::fork_exec:
      sink.text("fork");
      return sink.text("exec");
    case Kind::fork_end:
      sink.text("fork");
      return sink.text("end");
    case Kind::exec_end:
      sink.text("exec");
      return sink.text("end");
    case Kind::fork_exec_end:
      sink.text("fork");
      sink.text("exec");
      return sink.text("end");
    case Kind::connect_disconnect:
      sink.text("connection_attempted");
      return sink.text("disconnect_received");
  }
}

void event_type(View view, Sink sink) {
  switch (view.event.kind) {
    case Kind::fork:
    case Kind::exec:
    case Kind::connect:
    case Kind::fork_exec:
      return sink.text("start");
    case Kind::fork_end:
    case Kind::exec_end:
    case Kind::fork_exec_end:
    case Kind::connect_disconnect:
      sink.text("start");
      return sink.text("end");
    case Kind::end:
    case Kind::disconnect:
      return sink.text("end");
    case Kind::lookup:
      sink.text("protocol");
      return sink.text("info");
    case Kind::modification:
      return sink.text("change");
    case Kind::launch_daemon:
      return sink.text("info");
  }
}

/// `text` with the console user's name in the place of `{user}`.
std::string personal(std::string_view text, const Host& host) {
  std::string out(text);
  for (std::size_t at = out.find("{user}"); at != std::string::npos; at = out.find("{user}", at)) {
    out.replace(at, 6, host.user);
  }
  return out;
}

void put(std::string_view text, const Image& image, View view, Sink sink) {
  if (image.is_personal) {
    sink.text(personal(text, view.host()));
  } else {
    sink.text(text);
  }
}

/// As `put`, cut to what the agent sends; never inside a character.
void put_cut(std::string_view text, const Image& image, View view, Sink sink) {
  std::size_t size = view.host().text_bytes_max;
  if (text.size() <= size) return put(text, image, view, sink);
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  put(text.substr(0, size), image, view, sink);
}

void command_line(const Image& image, View view, Sink sink) {
  std::string line;
  for (const std::string& arg : image.args) {
    if (!line.empty()) line += ' ';
    line += arg;
  }
  put_cut(line, image, view, sink);
}

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint64_t mixed(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return x ^ (x >> 31U);
}

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) -> std::uint32_t {
      return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0U;
    };
    const std::uint32_t three = (at(i) << 16U) | (at(i + 1) << 8U) | at(i + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) out += base64_alphabet[(three >> shift) & 63U];
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  out.replace(out.size() - padding, padding, padding, '=');
  return out;
}

/// The id of a process while it shows `image`, which matters only to agents that give a new one at
/// every exec.
void entity_id(ProcessIndex index, ImageIndex image, View view, Sink sink) {
  const Process& process = view.tables.processes[index];
  const Host& host = view.host();
  std::int64_t stamp =
      std::chrono::floor<std::chrono::seconds>(process.start.time_since_epoch()).count();
  if (host.has_id_per_exec) {
    // A finer time; what an exec adds to it stands for how much later it was.
    constexpr std::int64_t ticks = 10'000'000;
    stamp *= ticks;
    if (image != process.forked) stamp += static_cast<std::int64_t>(1 + mixed(image) % (ticks - 1));
  }
  if (!host.agent.at_least(8, 16)) {
    sink.text(base64(format("{}-{}-{}", host.agent_id, process.pid, stamp)));
    return;
  }
  // 16 bytes that depend on pid and start, in base64 without padding.
  const auto bits = static_cast<std::uint64_t>(stamp);
  const std::uint64_t seed = host.entity_key ^ (static_cast<std::uint64_t>(process.pid) << 40U) ^
                             (host.has_id_per_exec ? mixed(bits) : bits);
  const std::uint64_t high = mixed(seed + 0x9E37'79B9'7F4A'7C15U);
  const std::uint64_t low = mixed(seed ^ 0xD1B5'4A32'D192'ED03U);
  std::array<char, 22> out{};
  for (unsigned i = 0; i < 11; ++i) {
    out[i] = base64_alphabet[(high >> (6 * (i % 10))) & 63U];
    out[11 + i] = base64_alphabet[(low >> (6 * (i % 10))) & 63U];
  }
  out[10] = base64_alphabet[high >> 60U | ((low >> 60U) & 3U) << 4U];
  sink.text({out.data(), out.size()});
}

void own_id(View view, Sink sink) { entity_id(view.event.process, view.event.image, view, sink); }

/// Whether what the process was between fork and exec counts as a process of its own, and so as
/// the parent of what it has become.
bool has_fork_copy(ProcessIndex index, ImageIndex image, View view) {
  const ImageIndex forked = view.tables.processes[index].forked;
  return view.host().has_id_per_exec && forked != nothing && image != forked;
}

void parent_id(View view, Sink sink) {
  const ProcessIndex self = view.event.process;
  if (has_fork_copy(self, view.event.image, view))
    return entity_id(self, view.tables.processes[self].forked, view, sink);
  entity_id(view.event.parent, view.event.parent_image, view, sink);
}

void ancestry(View view, Sink sink) {
  const std::vector<Process>& processes = view.tables.processes;
  const auto put_fork_copy = [&](ProcessIndex index, ImageIndex image) {
    if (has_fork_copy(index, image, view)) entity_id(index, processes[index].forked, view, sink);
  };
  put_fork_copy(view.event.process, view.event.image);
  ImageIndex image = view.event.parent_image;
  for (ProcessIndex i = view.event.parent; i != nothing; i = processes[i].parent) {
    if (i != view.event.parent) image = processes[i].image;
    entity_id(i, image, view, sink);
    put_fork_copy(i, image);
  }
}

ProcessIndex responsible(View view) {
  const Process& process = view.tables.processes[view.event.process];
  return process.responsible == nothing ? view.event.process : process.responsible;
}

void responsible_id(View view, Sink sink) {
  const ProcessIndex index = responsible(view);
  entity_id(index, view.tables.processes[index].image, view, sink);
}

const Image& responsible_image(View view) {
  return view.tables.images[view.tables.processes[responsible(view)].image];
}

const Flow& flow(View view) { return view.tables.flows[view.event.detail]; }
const FileChange& file(View view) { return view.tables.files[view.event.detail]; }

void address(Address value, Sink sink) {
  std::array<char, 48> out{};
  const char* end = format_address(out.data(), value);
  sink.text({out.data(), static_cast<std::size_t>(end - out.data())});
}

void source(View view, Sink sink) {
  const Address to = flow(view).destination;
  if (to.is_v6) return address({.bits = 0x1'0000 + view.host().index, .is_v6 = true}, sink);
  sink.text((to.bits >> 24U) == 127 ? std::string_view("127.0.0.1")
                                    : std::string_view(view.host().address));
}

bool has_labels(const Host& host, Kind /*kind*/) { return host.has_labels; }
bool has_full_host(const Host& host, Kind /*kind*/) { return !host.agent.at_least(8, 18); }
bool has_leaders(const Host& host, Kind /*kind*/) { return host.agent.at_least(9, 3); }
bool has_parent_command_line(const Host& host, Kind /*kind*/) { return host.agent.at_least(8, 18); }
/// Agents up to 8.10 leave the command line of a fork empty.
bool has_command_line(const Host& host, Kind kind) {
  return kind != Kind::fork || host.agent.at_least(8, 11);
}

std::string_view user_name(View view) {
  switch (view.event.user) {
    case User::root:
      return "root";
    case User::console:
      return view.host().user;
    case User::second:
      return second_user_name;
  }
  return {};
}
std::string_view group_id(User user) { return user == User::root ? "0" : "20"; }
std::string_view group_name(User user) { return user == User::root ? "wheel" : "staff"; }

void subject(const Image& image, Sink sink) {
  if (!image.program->subject.empty()) sink.text(image.program->subject);
}
void signing_id(const Image& image, Sink sink) {
  if (!image.program->subject.empty()) sink.text(image.program->signing_id);
}

std::string_view last_element(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void extension(View view, Sink sink) {
  const std::string_view name = last_element(file(view).path);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && dot + 1 < name.size())
    sink.text(fold_ascii(name.substr(dot + 1)));
}

using D = Domain;
const auto definitions = std::to_array<FieldDefinition>({
    {"@timestamp", D::event, all_kinds, false, [](View v, Sink s) { s.date(v.event.time.time_since_epoch().count(), 6); }},
    {"Effective_process.entity_id", D::event, file_kinds, false, responsible_id},
    {"Effective_process.executable", D::event, file_kinds, false, [](View v, Sink s) { put(responsible_image(v).program->executable, responsible_image(v), v, s); }},
    {"Effective_process.name", D::event, file_kinds, false, [](View v, Sink s) { s.text(responsible_image(v).program->name); }},
    {"Effective_process.pid", D::event, file_kinds, false, [](View v, Sink s) { s.integer(v.tables.processes[responsible(v)].pid); }},
    {"Persistence.args", D::event, bit(Kind::launch_daemon), true, [](View v, Sink s) { for (const auto& arg : file(v).job_args) s.text(arg); }},
    {"Persistence.keepalive", D::kind, bit(Kind::launch_daemon), false, [](View, Sink s) { s.boolean(false); }},
    {"Persistence.name", D::event, bit(Kind::launch_daemon), false, [](View v, Sink s) { s.text(file(v).label); }},
    {"Persistence.path", D::event, bit(Kind::launch_daemon), false, [](View v, Sink s) { s.text(file(v).path); }},
    {"Persistence.runatload", D::kind, bit(Kind::launch_daemon), false, [](View, Sink s) { s.boolean(true); }},
    {"agent.id", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().agent_id); }},
    {"agent.type", D::host, all_kinds, false, [](View, Sink s) { s.text("endpoint"); }},
    {"agent.version", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().agent.to_string()); }},
    {"data_stream.dataset", D::kind, all_kinds, false, [](View v, Sink s) { s.text(dataset(v.event.kind)); }},
    {"data_stream.namespace", D::host, all_kinds, false, [](View, Sink s) { s.text("default"); }},
    {"data_stream.type", D::host, all_kinds, false, [](View, Sink s) { s.text("logs"); }},
    {"destination.address", D::event, network_kinds, false, [](View v, Sink s) { address(flow(v).destination, s); }},
    {"destination.bytes", D::event, closed_flow_kinds, false, [](View v, Sink s) { s.integer(flow(v).received); }},
    {"destination.domain", D::event, flow_kinds, false, [](View v, Sink s) { if (!flow(v).domain.empty()) s.text(flow(v).domain); }},
    {"destination.ip", D::event, network_kinds, false, [](View v, Sink s) { address(flow(v).destination, s); }},
    {"destination.port", D::event, network_kinds, false, [](View v, Sink s) { s.integer(flow(v).destination_port); }},
    {"dns.Ext.options", D::kind, bit(Kind::lookup), false, [](View, Sink s) { s.text("0"); }},
    {"dns.Ext.status", D::kind, bit(Kind::lookup), false, [](View, Sink s) { s.integer(0); }},
    {"dns.question.name", D::event, bit(Kind::lookup), false, [](View v, Sink s) { if (!flow(v).domain.empty()) s.text(flow(v).domain); }},
    {"dns.question.type", D::kind, bit(Kind::lookup), false, [](View, Sink s) { s.text("A"); }},
    {"ecs.version", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().agent.at_least(9, 0) ? "8.10.0" : "1.11.0"); }},
    {"event.action", D::kind, all_kinds, false, action, nullptr, merged_kinds},
    {"event.category", D::kind, all_kinds, true, [](View v, Sink s) { s.text(category(v.event.kind)); }},
    {"event.created", D::event, all_kinds, false, [](View v, Sink s) { s.date(v.event.time.time_since_epoch().count(), 6); }},
    {"event.dataset", D::kind, all_kinds, false, [](View v, Sink s) { s.text(dataset(v.event.kind)); }},
    {"event.id", D::event, all_kinds, false, [](View v, Sink s) {
       std::array<char, event_id_size> id{};
       write_event_id(v.host(), v.number, id.data());
       s.text({id.data(), id.size()});
     }},
    {"event.ingested", D::event, all_kinds, false, [](View v, Sink s) { s.date(v.ingest.time_since_epoch().count(), 0); }},
    {"event.kind", D::host, all_kinds, false, [](View, Sink s) { s.text("event"); }},
    {"event.module", D::host, all_kinds, false, [](View, Sink s) { s.text("endpoint"); }},
    {"event.sequence", D::event, all_kinds, false, [](View v, Sink s) { s.integer(static_cast<std::int64_t>(v.host().first_sequence + v.number)); }},
    {"event.type", D::kind, all_kinds, true, event_type},
    {"file.extension", D::event, bit(Kind::modification), false, extension},
    {"file.inode", D::event, bit(Kind::modification), false, [](View v, Sink s) { s.text(format("{}", file(v).inode)); }},
    {"file.name", D::event, bit(Kind::modification), false, [](View v, Sink s) { s.text(last_element(file(v).path)); }},
    {"file.path", D::event, bit(Kind::modification), false, [](View v, Sink s) { s.text(file(v).path); }},
    {"file.size", D::event, bit(Kind::modification), false, [](View v, Sink s) { s.integer(static_cast<std::int64_t>(file(v).size)); }},
    {"group.Ext.real.id", D::user, all_kinds, false, [](View v, Sink s) { s.text(group_id(v.event.user)); }},
    {"group.Ext.real.name", D::user, all_kinds, false, [](View v, Sink s) { s.text(group_name(v.event.user)); }},
    {"group.id", D::user, all_kinds, false, [](View v, Sink s) { s.text(group_id(v.event.user)); }},
    {"group.name", D::user, all_kinds, false, [](View v, Sink s) { s.text(group_name(v.event.user)); }},
    {"host.architecture", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().architecture); }, has_full_host},
    {"host.hostname", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().name); }, has_full_host},
    {"host.id", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().id); }},
    {"host.ip", D::host, all_kinds, true, [](View v, Sink s) { for (const auto& ip : v.host().addresses) s.text(ip); }, has_full_host},
    {"host.mac", D::host, all_kinds, true, [](View v, Sink s) { for (const auto& mac : v.host().macs) s.text(mac); }, has_full_host},
    {"host.name", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().name); }},
    {"host.os.Ext.variant", D::host, all_kinds, false, [](View, Sink s) { s.text("macOS"); }},
    {"host.os.family", D::host, all_kinds, false, [](View, Sink s) { s.text("macos"); }},
    {"host.os.full", D::host, all_kinds, false, [](View v, Sink s) { s.text("macOS " + v.host().os_version); }},
    {"host.os.kernel", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().kernel); }, has_full_host},
    {"host.os.name", D::host, all_kinds, false, [](View, Sink s) { s.text("macOS"); }},
    {"host.os.platform", D::host, all_kinds, false, [](View, Sink s) { s.text("macos"); }},
    {"host.os.type", D::host, all_kinds, false, [](View, Sink s) { s.text("macos"); }},
    {"host.os.version", D::host, all_kinds, false, [](View v, Sink s) { s.text(v.host().os_version); }},
    {"labels.eqlab.incident", D::event, all_kinds, false, [](View v, Sink s) { if (v.labels != nullptr) s.text(v.labels->incident); }, has_labels},
    {"labels.eqlab.role", D::event, all_kinds, false, [](View v, Sink s) { if (v.labels != nullptr) s.text(v.labels->role); }, has_labels},
    {"labels.eqlab.scenario", D::event, all_kinds, false, [](View v, Sink s) { if (v.labels != nullptr) s.text(v.labels->scenario); }, has_labels},
    {"message", D::kind, all_kinds, false, [](View v, Sink s) { s.text(format("Endpoint {} event", category(v.event.kind))); }},
    {"network.direction", D::kind, flow_kinds, false, [](View, Sink s) { s.text("egress"); }},
    {"network.protocol", D::kind, bit(Kind::lookup), false, [](View, Sink s) { s.text("dns"); }},
    {"network.transport", D::kind, network_kinds, false, [](View v, Sink s) { s.text(v.event.kind == Kind::lookup ? "udp" : "tcp"); }},
    {"network.type", D::event, network_kinds, false, [](View v, Sink s) { s.text(flow(v).destination.is_v6 ? "ipv6" : "ipv4"); }},
    {"process.Ext.ancestry", D::event, all_kinds, true, ancestry},
    {"process.Ext.effective_parent.entity_id", D::event, exec_kinds, false, responsible_id},
    {"process.Ext.effective_parent.executable", D::event, exec_kinds, false, [](View v, Sink s) { put(responsible_image(v).program->executable, responsible_image(v), v, s); }},
    {"process.Ext.effective_parent.name", D::event, exec_kinds, false, [](View v, Sink s) { s.text(responsible_image(v).program->name); }},
    {"process.Ext.effective_parent.pid", D::event, exec_kinds, false, [](View v, Sink s) { s.integer(v.tables.processes[responsible(v)].pid); }},
    {"process.Ext.trusted", D::host, process_kinds, false, [](View, Sink s) { s.boolean(false); }},
    {"process.Ext.trusted_descendant", D::host, process_kinds, false, [](View, Sink s) { s.boolean(false); }},
    {"process.args", D::image, process_kinds, true, [](View v, Sink s) { for (const auto& arg : v.image().args) put_cut(arg, v.image(), v, s); }},
    {"process.args_count", D::image, process_kinds, false, [](View v, Sink s) { s.integer(static_cast<std::int64_t>(v.image().args.size())); }},
    {"process.code_signature.exists", D::image, all_kinds, false, [](View v, Sink s) { s.boolean(!v.image().program->subject.empty()); }},
    {"process.code_signature.signing_id", D::image, all_kinds, false, [](View v, Sink s) { signing_id(v.image(), s); }},
    {"process.code_signature.status", D::image, all_kinds, false, [](View v, Sink s) { s.text(v.image().program->subject.empty() ? "code object is not signed at all" : "No error."); }},
    {"process.code_signature.subject_name", D::image, all_kinds, false, [](View v, Sink s) { subject(v.image(), s); }},
    {"process.code_signature.team_id", D::image, all_kinds, false, [](View v, Sink s) { s.text(v.image().program->team_id); }},
    {"process.code_signature.trusted", D::image, all_kinds, false, [](View v, Sink s) { s.boolean(!v.image().program->subject.empty()); }},
    {"process.command_line", D::image, process_kinds, false, [](View v, Sink s) { command_line(v.image(), v, s); }, has_command_line},
    {"process.entity_id", D::event, all_kinds, false, own_id},
    {"process.executable", D::image, all_kinds, false, [](View v, Sink s) { put(v.image().program->executable, v.image(), v, s); }},
    {"process.exit_code", D::event, end_kinds, false, [](View v, Sink s) { s.integer(v.event.detail == nothing ? 0 : v.event.detail); }},
    {"process.group_leader.pid", D::event, process_kinds, false, [](View v, Sink s) { s.integer(v.tables.processes[responsible(v)].pid); }, has_leaders},
    {"process.hash.md5", D::image, process_kinds, false, [](View v, Sink s) { s.text(v.image().program->md5); }, has_full_host},
    {"process.hash.sha1", D::image, process_kinds, false, [](View v, Sink s) { s.text(v.image().program->sha1); }, has_full_host},
    {"process.hash.sha256", D::image, process_kinds, false, [](View v, Sink s) { s.text(v.image().program->sha256); }},
    {"process.name", D::image, all_kinds, false, [](View v, Sink s) { s.text(v.image().program->name); }},
    {"process.parent.args_count", D::parent_image, process_kinds, false, [](View v, Sink s) { s.integer(static_cast<std::int64_t>(v.parent_image().args.size())); }},
    {"process.parent.code_signature.signing_id", D::parent_image, process_kinds, false, [](View v, Sink s) { signing_id(v.parent_image(), s); }},
    {"process.parent.code_signature.subject_name", D::parent_image, process_kinds, false, [](View v, Sink s) { subject(v.parent_image(), s); }},
    {"process.parent.command_line", D::parent_image, process_kinds, false, [](View v, Sink s) { command_line(v.parent_image(), v, s); }, has_parent_command_line},
    {"process.parent.entity_id", D::event, process_kinds | network_kinds, false, parent_id},
    {"process.parent.executable", D::parent_image, process_kinds, false, [](View v, Sink s) { put(v.parent_image().program->executable, v.parent_image(), v, s); }},
    {"process.parent.name", D::parent_image, process_kinds, false, [](View v, Sink s) { s.text(v.parent_image().program->name); }},
    {"process.parent.pid", D::event, process_kinds | file_kinds, false, [](View v, Sink s) { s.integer(v.tables.processes[v.event.parent].pid); }},
    {"process.pid", D::event, all_kinds, false, [](View v, Sink s) { s.integer(v.tables.processes[v.event.process].pid); }},
    {"process.session_leader.pid", D::event, process_kinds, false, [](View v, Sink s) { s.integer(v.tables.processes[responsible(v)].pid); }, has_leaders},
    {"source.address", D::event, network_kinds, false, source},
    {"source.bytes", D::event, closed_flow_kinds, false, [](View v, Sink s) { s.integer(flow(v).sent); }},
    {"source.ip", D::event, network_kinds, false, source},
    {"source.port", D::event, network_kinds, false, [](View v, Sink s) { s.integer(flow(v).source_port); }},
    {"user.Ext.real.id", D::user, all_kinds, false, [](View v, Sink s) { s.text(user_id(v.event.user)); }},
    {"user.Ext.real.name", D::user, all_kinds, false, [](View v, Sink s) { s.text(user_name(v)); }},
    {"user.id", D::user, all_kinds, false, [](View v, Sink s) { s.text(user_id(v.event.user)); }},
    {"user.name", D::user, all_kinds, false, [](View v, Sink s) { s.text(user_name(v)); }},
});

}  // namespace

std::span<const FieldDefinition> field_definitions() { return definitions; }

const FieldDefinition* find_field(std::string_view name) {
  const auto found = std::ranges::find(definitions, name, &FieldDefinition::name);
  return found == definitions.end() ? nullptr : &*found;
}

std::uint16_t kinds_on(const FieldDefinition& field, const Host& host) {
  std::uint16_t kinds = field.kinds;
  for (unsigned k = 0; k < kind_count && field.is_present != nullptr; ++k) {
    if (!field.is_present(host, static_cast<Kind>(k)))
      kinds &= static_cast<std::uint16_t>(~(1U << k));
  }
  return kinds;
}

std::uint32_t key_of(Domain domain, const Event& event) {
  switch (domain) {
    case Domain::host:
      return 0;
    case Domain::kind:
      return static_cast<std::uint32_t>(event.kind);
    case Domain::user:
      return static_cast<std::uint32_t>(event.user);
    case Domain::image:
      return event.image;
    case Domain::parent_image:
      return event.parent_image;
    case Domain::event:
      return 0;
  }
  return 0;
}

void write_event_id(const Host& host, std::uint64_t number, char* out) {
  static constexpr std::string_view digits =
      "+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::memcpy(out, host.event_id_prefix.data(), 16);
  for (std::size_t i = event_id_size; i-- > 16; number >>= 6U) out[i] = digits[number & 63U];
}

}  // namespace eqlab::generators
