#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "generators/document/program.h"
#include "generators/population/host.h"
#include "harness/base/time.h"

/// The one model of an event. Both the JSON document and the batch row are made from it
/// (document/fields.h), so the two cannot disagree.
namespace eqlab::generators {

enum class Kind : std::uint8_t {
  fork,
  exec,
  end,
  connect,
  disconnect,
  lookup,
  modification,
  launch_daemon,
  // Several events that the agent sent as one document (fault/merging.h).
  fork_exec,
  fork_end,
  exec_end,
  fork_exec_end,
  connect_disconnect
};
inline constexpr std::size_t kind_count = 13;
[[nodiscard]] std::string_view to_string(Kind kind);

using ProcessIndex = std::uint32_t;
using ImageIndex = std::uint32_t;
inline constexpr std::uint32_t nothing = 0xFFFF'FFFFU;

/// A program with its arguments: what a process shows between two execs.
struct Image {
  const Program* program = nullptr;
  std::vector<std::string> args;
  bool is_personal = false;  ///< some text holds `{user}`
};

/// Images, in one list: the shared ones of all hosts first, those of one host's incidents after
/// them.
class ImageTable {
 public:
  explicit ImageTable(const ImageTable* shared = nullptr)
      : shared_(shared),
        shared_count_(shared == nullptr ? 0 : shared->size()),
        own_base_(shared_count_) {}
  /// `program` must outlive the table.
  ImageIndex add(const Program& program, std::vector<std::string> args);
  /// The known program `key`, which must exist; the table owns it.
  ImageIndex add_known(std::string_view key, std::vector<std::string> args);
  [[nodiscard]] const Image& operator[](ImageIndex index) const {
    return index < shared_count_ ? shared_->images_[index] : images_[index - own_base_];
  }
  /// One more than the highest index given out so far.
  [[nodiscard]] std::uint32_t size() const {
    return own_base_ + static_cast<std::uint32_t>(images_.size());
  }
  /// Forgets the images that are not shared. Their indices are not given out again.
  void clear();

 private:
  const ImageTable* shared_;
  std::uint32_t shared_count_;
  std::uint32_t own_base_;  ///< index of the first of images_
  std::vector<Image> images_;
  std::deque<Program> programs_;
};

/// One life of a pid.
struct Process {
  EventTime start{};  ///< of the fork; part of the entity id
  std::int32_t pid = 0;
  ProcessIndex parent = nothing;       ///< who forked it
  ProcessIndex responsible = nothing;  ///< whom the system holds accountable; `nothing`: itself
  ImageIndex image = nothing;          ///< the last one
  ImageIndex forked = nothing;         ///< as a copy of its parent, before any exec
};

/// Processes that run on every host from before the corpus begins; their index is the enumerator.
enum class Standing : std::uint32_t {
  kernel_task,
  launchd,
  installd,
  system_installd,
  package_script_service,
  package_script_service_user,  ///< the per-user one, uid 501
  finder,
  terminal,
  shell,  ///< the zsh in Terminal
  chrome,
  chrome_network,
  webkit_network,
  slack,
  outlook,
  teams,
  onedrive,
  zoom,
  nsurlsessiond,
  apsd,
  cloudd,
  trustd,
  mdmclient,
  jamf,
  intune,
  cron,
  editor,
  docker,
  runner,
  runner_worker,
  make,
  count
};
[[nodiscard]] constexpr ProcessIndex index_of(Standing standing) {
  return static_cast<ProcessIndex>(standing);
}
inline constexpr ProcessIndex standing_count = static_cast<ProcessIndex>(Standing::count);
[[nodiscard]] std::string_view program_of(Standing standing);
[[nodiscard]] User user_of(Standing standing);

/// IPv4, or one of 2001:db8::/32.
struct Address {
  std::uint32_t bits = 0;  ///< IPv4 in host order; IPv6: the last 32 bits
  bool is_v6 = false;
};
/// Writes the canonical spelling to `out` (40 bytes); returns the end.
char* format_address(char* out, Address address);

struct Flow {
  Address destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 443;
  std::uint32_t sent = 0;  ///< bytes, known at the end
  std::uint32_t received = 0;
  std::string_view domain;  ///< owned by the catalogue; empty: opened by address
};

struct FileChange {
  std::string path;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::string label;                  ///< launch_daemon: the job
  std::vector<std::string> job_args;  ///< launch_daemon: what it runs
};

struct Event {
  EventTime time{};
  ProcessIndex process = nothing;
  ProcessIndex parent = nothing;  ///< as the event shows it
  ImageIndex image = nothing;
  ImageIndex parent_image = nothing;
  std::uint32_t detail = nothing;    ///< network: place in flows; file: in files; end: exit code
  std::uint32_t incident = nothing;  ///< place in the host's list of incidents
  std::uint32_t incident_event = 0;
  Kind kind = Kind::exec;
  User user = User::root;
};

/// All that the events of one host refer to.
struct HostTables {
  explicit HostTables(Host made, const ImageTable& shared, EventTime from);

  /// `responsible` nothing: inherited from the parent.
  ProcessIndex add_process(EventTime start, ProcessIndex parent, ImageIndex image,
                           ProcessIndex responsible = nothing);
  std::uint32_t add_flow(const Flow& flow);
  /// `{user}` in the path becomes the console user's name.
  std::uint32_t add_change(FileChange change);

  Host host;
  ImageTable images;
  std::vector<Process> processes;  ///< the standing ones first
  std::vector<Flow> flows;
  std::vector<FileChange> files;

  /// Drops what `events` do not refer to (standing processes stay) and renumbers the rest, events
  /// included, so that the tables of a host stay small however long the corpus is.
  void compact(const std::vector<Event*>& events);

 private:
  std::int32_t next_pid_ = 0;
  std::uint16_t next_port_ = 49'152;
};

/// The images of the standing processes, added to the shared table first: image i is that of
/// standing i.
void add_standing_images(ImageTable& shared);

}  // namespace eqlab::generators
