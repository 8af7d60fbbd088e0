#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"

/// What really happened, kept apart from the events. The matcher never sees it; generators write it
/// from their process tree (never from names or times), the scorer compares alerts with it.
namespace eqlab::truth {

enum class Intent : std::uint8_t { malicious, benign, out_of_scope };
/// Did code that the package ran open an outbound TCP connection within 60 s of its script?
enum class Behaviour : std::uint8_t { none, connects, local };
/// What the scenario file promises of the rule that Truth::expected_rule names.
enum class Expectation : std::uint8_t { fires, silent, depends, unstated };
enum class Role : std::uint8_t { script, child, network, file, noise };

[[nodiscard]] std::string_view to_string(Intent intent);
[[nodiscard]] std::string_view to_string(Behaviour behaviour);
[[nodiscard]] std::string_view to_string(Expectation expectation);
[[nodiscard]] std::string_view to_string(Role role);

/// One event that belongs to an incident.
struct IncidentEvent {
  std::string id;  ///< `event.id`
  Role role = Role::noise;
  EventTime time{};
  std::string
      what;  ///< for people: `exec bash < package_script_service`, `connect curl 203.0.113.8:443`
  std::string user;  ///< `user.id`
  /// Of the process whose event it is, and of the one that forked it; 0 where nothing tells.
  std::uint64_t pid = 0;
  std::uint64_t parent_pid = 0;
  /// What befell its document: `merged` (gone into another document), `lost`, `duplicated`,
  /// `displaced` (written later than its time), `offset` (its time was shown wrong by more than a
  /// second).
  std::vector<std::string> faults = {};
};

/// One generated install (or other story), malicious or not.
struct Incident {
  std::string id;        ///< `I-000417`, unique in the corpus, rising with time of first event
  std::string scenario;  ///< `M02`
  std::string title;
  std::string family;  ///< for grouping: `mystikal`, `evasion`, `vendor-package`
  Intent intent = Intent::benign;
  Behaviour behaviour = Behaviour::none;
  std::string host_id;
  std::string host_name;
  std::string persona;
  std::string agent_version;
  std::vector<std::string> tags;  ///< evasion and technique tags
  EventTime first{};
  EventTime last{};
  std::vector<IncidentEvent> events;  ///< in order of time
  /// Causally linked (script event, network event) pairs: places in `events`; the earliest pair
  /// first.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> true_pairs;
  Expectation expected = Expectation::unstated;
  std::string expected_because;
};

struct HostRecord {
  std::string id;
  std::string name;
  std::string persona;
  std::string agent_version;
};

/// How many events happened and what became of them: happened = events + merged + lost −
/// duplicated.
struct FaultCounts {
  std::uint64_t happened = 0;
  std::uint64_t merged = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t displaced = 0;
  std::uint64_t truncating_hosts = 0;
  friend bool operator==(const FaultCounts&, const FaultCounts&) = default;
};

/// The labels of a whole corpus.
struct Truth {
  EventTime from{};  ///< the corpus covers [from, to)
  EventTime to{};
  std::vector<HostRecord> hosts;    ///< all, also those without incidents
  std::vector<Incident> incidents;  ///< in order of (first, id)
  std::uint64_t events = 0;         ///< all documents of the corpus, background included
  FaultCounts faults;               ///< all 0 where no generator wrote them
  std::string expected_rule;        ///< `rule_id` that the expectations speak of; empty: of none

  [[nodiscard]] double days() const;
  [[nodiscard]] double host_days() const;
};

/// Which incident an event belongs to. Built once; look-ups are thread-safe.
class TruthIndex {
 public:
  struct Label {
    std::uint32_t incident = 0;  ///< place in Truth::incidents
    std::uint32_t event = 0;     ///< place in Incident::events
  };
  /// `truth` must outlive the index.
  explicit TruthIndex(const Truth& truth);
  /// Nothing for background events.
  [[nodiscard]] const Label* find(std::string_view event_id) const;

 private:
  boost::unordered_flat_map<std::string_view, Label> labels_;
};

/// `truth.ndjson`: the first line is the corpus
/// (`{"truth":1,"from":…,"to":…,"events":…,"expected_rule":…,"hosts":[…]}`; "expected_rule" may be
/// missing), every other line one incident. Round trips: read_truth(write_truth(t)) == t.
[[nodiscard]] std::string write_truth(const Truth& truth);
/// Errors: E501 with the line that cannot be read; E901 cannot be opened.
[[nodiscard]] Result<Truth> read_truth(const std::string& path);

}  // namespace eqlab::truth
