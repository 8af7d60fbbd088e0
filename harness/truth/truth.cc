// truth.ndjson: one JSON object a line, so that a reader may stop early and a diff shows one
// incident. Times are written as ISO 8601 with nanoseconds. Tested in
// tests/unit/truth/truth_test.cc.
#include "harness/truth/truth.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/base/text.h"

namespace eqlab::truth {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

constexpr std::array<std::pair<Intent, std::string_view>, 3> intents = {
    {{Intent::malicious, "malicious"},
     {Intent::benign, "benign"},
     {Intent::out_of_scope, "out_of_scope"}}};
constexpr std::array<std::pair<Behaviour, std::string_view>, 3> behaviours = {
    {{Behaviour::none, "none"}, {Behaviour::connects, "connects"}, {Behaviour::local, "local"}}};
constexpr std::array<std::pair<Expectation, std::string_view>, 4> expectations = {
    {{Expectation::fires, "fires"},
     {Expectation::silent, "silent"},
     {Expectation::depends, "depends"},
     {Expectation::unstated, "unstated"}}};
constexpr std::array<std::pair<Role, std::string_view>, 5> roles = {{{Role::script, "script"},
                                                                     {Role::child, "child"},
                                                                     {Role::network, "network"},
                                                                     {Role::file, "file"},
                                                                     {Role::noise, "noise"}}};

template <class Names, class Value>
std::string_view name_of(const Names& names, Value value) {
  const auto found = std::ranges::find(names, value, [](const auto& entry) { return entry.first; });
  EQLAB_ASSERT(found != names.end());
  return found->second;
}

std::string iso(EventTime time) { return format_iso8601(time.time_since_epoch().count(), 9); }

/// What a line lacks or has wrong; turned into E501 where the file and line are known.
struct LineError {
  std::string message;
};

/// One JSON object under reading. The first thing wrong is kept; what is read afterwards means
/// nothing.
class Reading {
 public:
  explicit Reading(const Json& object) : object_(object) {
    if (!object.is_object()) wrong("the line is not a JSON object");
  }

  [[nodiscard]] const std::optional<LineError>& error() const { return error_; }

  const Json* member(std::string_view key) {
    if (error_) return nullptr;
    const auto found = object_.find(key);
    if (found == object_.end()) {
      wrong(format("\"{}\" is missing", key));
      return nullptr;
    }
    return &*found;
  }

  const Json* member_if_any(std::string_view key) {
    return !error_ && object_.contains(key) ? member(key) : nullptr;
  }

  std::string text(std::string_view key) {
    const Json* value = member(key);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    wrong(format("\"{}\" is not a string", key));
    return {};
  }

  /// As `text`, but empty where there is no such key.
  std::string text_if_any(std::string_view key) {
    return !error_ && object_.contains(key) ? text(key) : std::string();
  }

  std::uint64_t number(std::string_view key) {
    const Json* value = member(key);
    if (value == nullptr) return 0;
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
    wrong(format("\"{}\" is not a whole number", key));
    return 0;
  }

  std::uint64_t number_if_any(std::string_view key) {
    return !error_ && object_.contains(key) ? number(key) : 0;
  }

  EventTime time(std::string_view key) {
    const std::string value = text(key);
    if (error_) return {};
    const auto nanoseconds = parse_iso8601(value);
    if (!nanoseconds) {
      wrong(format("\"{}\" is not a date: {}", key, printable(value)));
      return {};
    }
    return EventTime(Duration(*nanoseconds));
  }

  template <class Names>
  auto choice(std::string_view key, const Names& names) {
    const std::string value = text(key);
    const auto found = std::ranges::find(names, std::string_view(value),
                                         [](const auto& entry) { return entry.second; });
    if (!error_ && found == names.end())
      wrong(format("\"{}\" cannot be \"{}\"", key, printable(value)));
    return found == names.end() ? names.front().first : found->first;
  }

  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> found;
    for (const Json& element : array(key)) {
      if (element.is_string()) {
        found.push_back(element.get<std::string>());
      } else {
        wrong(format("\"{}\" must hold strings", key));
      }
    }
    return found;
  }
  /// As `texts`, but empty where there is no such key.
  std::vector<std::string> texts_if_any(std::string_view key) {
    return !error_ && object_.contains(key) ? texts(key) : std::vector<std::string>();
  }

  /// The array under `key`; an empty one after an error.
  const Json& array(std::string_view key) {
    static const Json nothing = Json::array();
    const Json* value = member(key);
    if (value == nullptr) return nothing;
    if (value->is_array()) return *value;
    wrong(format("\"{}\" is not an array", key));
    return nothing;
  }

  /// Reads `element` as an object of its own and takes over its error.
  template <class Read>
  auto nested(const Json& element, const Read& read) {
    Reading inner(element);
    auto result = read(inner);
    if (!error_ && inner.error_) error_ = inner.error_;
    return result;
  }

  void wrong(std::string message) {
    if (!error_) error_ = LineError{std::move(message)};
  }

 private:
  const Json& object_;
  std::optional<LineError> error_;
};

Json to_json(const HostRecord& host) {
  return {{"id", host.id},
          {"name", host.name},
          {"persona", host.persona},
          {"agent_version", host.agent_version}};
}

Json to_json(const Incident& incident) {
  Json events = Json::array();
  for (const IncidentEvent& event : incident.events) {
    events.push_back({{"id", event.id},
                      {"role", to_string(event.role)},
                      {"time", iso(event.time)},
                      {"what", event.what},
                      {"user", event.user}});
    if (event.pid != 0) {
      events.back()["pid"] = event.pid;
      events.back()["parent_pid"] = event.parent_pid;
    }
    if (!event.faults.empty()) events.back()["faults"] = event.faults;
  }
  return {{"id", incident.id},
          {"scenario", incident.scenario},
          {"title", incident.title},
          {"family", incident.family},
          {"intent", to_string(incident.intent)},
          {"behaviour", to_string(incident.behaviour)},
          {"host",
           {{"id", incident.host_id},
            {"name", incident.host_name},
            {"persona", incident.persona},
            {"agent_version", incident.agent_version}}},
          {"tags", incident.tags},
          {"first", iso(incident.first)},
          {"last", iso(incident.last)},
          {"expected", to_string(incident.expected)},
          {"expected_because", incident.expected_because},
          {"true_pairs", incident.true_pairs},
          {"events", std::move(events)}};
}

HostRecord read_host(Reading& line) {
  return {.id = line.text("id"),
          .name = line.text("name"),
          .persona = line.text("persona"),
          .agent_version = line.text("agent_version")};
}

IncidentEvent read_event(Reading& line) {
  return {.id = line.text("id"),
          .role = line.choice("role", roles),
          .time = line.time("time"),
          .what = line.text("what"),
          .user = line.text("user"),
          .pid = line.number_if_any("pid"),
          .parent_pid = line.number_if_any("parent_pid"),
          .faults = line.texts_if_any("faults")};
}

FaultCounts read_faults(Reading& line) {
  return {.happened = line.number("happened"),
          .merged = line.number("merged"),
          .lost = line.number("lost"),
          .duplicated = line.number("duplicated"),
          .displaced = line.number("displaced"),
          .truncating_hosts = line.number("truncating_hosts")};
}

void read_pairs(Reading& line, Incident& incident) {
  for (const Json& pair : line.array("true_pairs")) {
    const bool is_pair = pair.is_array() && pair.size() == 2 && pair[0].is_number_unsigned() &&
                         pair[1].is_number_unsigned();
    if (!is_pair || pair[0].get<std::uint64_t>() >= incident.events.size() ||
        pair[1].get<std::uint64_t>() >= incident.events.size()) {
      line.wrong("\"true_pairs\" must hold pairs of places in \"events\"");
      return;
    }
    incident.true_pairs.emplace_back(pair[0].get<std::uint32_t>(), pair[1].get<std::uint32_t>());
  }
}

Incident read_incident(Reading& line) {
  Incident incident;
  incident.id = line.text("id");
  incident.scenario = line.text("scenario");
  incident.title = line.text("title");
  incident.family = line.text("family");
  incident.intent = line.choice("intent", intents);
  incident.behaviour = line.choice("behaviour", behaviours);
  if (const Json* host = line.member("host")) {
    HostRecord record = line.nested(*host, read_host);
    incident.host_id = std::move(record.id);
    incident.host_name = std::move(record.name);
    incident.persona = std::move(record.persona);
    incident.agent_version = std::move(record.agent_version);
  }
  incident.tags = line.texts("tags");
  incident.first = line.time("first");
  incident.last = line.time("last");
  incident.expected = line.choice("expected", expectations);
  incident.expected_because = line.text("expected_because");
  for (const Json& event : line.array("events"))
    incident.events.push_back(line.nested(event, read_event));
  read_pairs(line, incident);
  return incident;
}

void read_header(Reading& line, Truth& truth) {
  const std::uint64_t version = line.number("truth");
  if (!line.error() && version != format_version) {
    line.wrong(format("version {} of the format is not known, only {}", version, format_version));
  }
  truth.from = line.time("from");
  truth.to = line.time("to");
  truth.events = line.number("events");
  truth.expected_rule = line.text_if_any("expected_rule");
  if (const Json* faults = line.member_if_any("faults"))
    truth.faults = line.nested(*faults, read_faults);
  for (const Json& host : line.array("hosts")) truth.hosts.push_back(line.nested(host, read_host));
}

Diagnostic broken_line(const std::string& path, std::uint32_t line, const std::string& text,
                       std::string message) {
  Diagnostic diagnostic = error_in(path, "E501", std::move(message));
  diagnostic.place->line = line;
  diagnostic.place->column = 1;
  diagnostic.place->end_column = 2;
  diagnostic.place->source_line = text;
  return diagnostic;
}

}  // namespace

std::string_view to_string(Intent intent) { return name_of(intents, intent); }
std::string_view to_string(Behaviour behaviour) { return name_of(behaviours, behaviour); }
std::string_view to_string(Expectation expectation) { return name_of(expectations, expectation); }
std::string_view to_string(Role role) { return name_of(roles, role); }

double Truth::days() const {
  return static_cast<double>((to - from).count()) /
         static_cast<double>(Duration(std::chrono::hours(24)).count());
}

double Truth::host_days() const { return days() * static_cast<double>(hosts.size()); }

TruthIndex::TruthIndex(const Truth& truth) {
  std::size_t count = 0;
  for (const Incident& incident : truth.incidents) count += incident.events.size();
  labels_.reserve(count);
  for (std::uint32_t i = 0; i < truth.incidents.size(); ++i) {
    const auto& events = truth.incidents[i].events;
    for (std::uint32_t e = 0; e < events.size(); ++e)
      labels_.emplace(events[e].id, Label{.incident = i, .event = e});
  }
}

const TruthIndex::Label* TruthIndex::find(std::string_view event_id) const {
  const auto found = labels_.find(event_id);
  return found == labels_.end() ? nullptr : &found->second;
}

std::string write_truth(const Truth& truth) {
  Json hosts = Json::array();
  for (const HostRecord& host : truth.hosts) hosts.push_back(to_json(host));
  Json header = {{"truth", format_version},
                 {"from", iso(truth.from)},
                 {"to", iso(truth.to)},
                 {"events", truth.events},
                 {"expected_rule", truth.expected_rule},
                 {"hosts", std::move(hosts)}};
  if (truth.faults != FaultCounts()) {
    header["faults"] = {
        {"happened", truth.faults.happened},   {"merged", truth.faults.merged},
        {"lost", truth.faults.lost},           {"duplicated", truth.faults.duplicated},
        {"displaced", truth.faults.displaced}, {"truncating_hosts", truth.faults.truncating_hosts}};
  }
  // Names may come from outside and be no UTF-8; replacing beats throwing.
  const auto line = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  std::string out = line(header);
  for (const Incident& incident : truth.incidents) out += line(to_json(incident));
  return out;
}

Result<Truth> read_truth(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(error_in(path, "E901", format("cannot be opened: {}", std::strerror(errno))));
  Truth truth;
  std::string text;
  std::uint32_t number = 0;
  while (std::getline(file, text)) {
    ++number;
    if (trim(text).empty()) continue;
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail(broken_line(path, number, text, "this line is not JSON"));
    Reading line(json);
    if (number == 1) {
      read_header(line, truth);
    } else {
      truth.incidents.push_back(read_incident(line));
    }
    if (line.error()) return fail(broken_line(path, number, text, line.error()->message));
  }
  if (file.bad()) return fail(error_in(path, "E901", "cannot be read to its end"));
  if (number == 0)
    return fail(
        error_in(path, "E501", "the file is empty: the first line must describe the corpus"));
  return truth;
}

}  // namespace eqlab::truth
