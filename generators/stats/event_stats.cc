// The pool turns documents into rows of numbers; the calling thread adds them up in input order.
// Tested in tests/unit/generators/stats_test.cc.
#include "generators/stats/event_stats.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cmath>
#include <optional>

#include "harness/base/text.h"
#include "harness/event/io/reader.h"
#include "harness/event/schema.h"

namespace eqlab::generators {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t names_max = 200'000;
constexpr std::size_t actions_max = 1'000;
constexpr std::size_t processes_max = 1U << 20U;
constexpr std::uint64_t events_for_bursts = 100;

enum Flag : std::uint8_t { dated = 1, start = 2, process = 4, network = 8, ingested = 16 };

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0xCBF2'9CE4'8422'2325U;  // FNV-1a, then mixed, so that low bits thin evenly
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3U;
  h = (h ^ (h >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  h = (h ^ (h >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return h ^ (h >> 31U);
}

/// One event as numbers; texts are places in the piece's list.
struct Row {
  std::int64_t time = 0;
  std::int64_t ingest = 0;
  std::uint64_t process = 0;  ///< hash of the entity id; 0: none
  std::uint64_t parent = 0;
  std::uint32_t host = 0;
  std::uint32_t name = 0;
  std::uint32_t category = 0;
  std::uint32_t action = 0;
  std::uint8_t flags = 0;
};

/// What a chunk of the input comes to.
struct Piece {
  std::vector<Row> rows;
  std::vector<std::string> texts;
  boost::unordered_flat_map<std::string, std::uint32_t> places;

  std::uint32_t place_of(std::string_view text) {
    const auto [entry, added] =
        places.try_emplace(std::string(text), static_cast<std::uint32_t>(texts.size()));
    if (added) texts.emplace_back(text);
    return entry->second;
  }
};

struct Columns {
  event::ColumnIndex host_id, agent_id, host_name, category, type, action, entity, parent, name,
      ingest;
};

/// Entries by hash; when there are too many, those whose hash does not end in enough zeros go.
template <class T>
class ThinnedTable {
 public:
  T* find_or_add(std::uint64_t key) {
    if (!is_kept(key)) return nullptr;
    T& entry = entries_[key];
    if (entries_.size() <= processes_max) return &entry;
    ++zeros_;
    boost::unordered_flat_map<std::uint64_t, T> left;
    for (auto& [k, v] : entries_) {
      if (is_kept(k)) left.emplace(k, v);
    }
    entries_ = std::move(left);
    return is_kept(key) ? &entries_.at(key) : nullptr;
  }
  T* find(std::uint64_t key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const auto& entries() const { return entries_; }
  [[nodiscard]] std::uint64_t estimated_size() const { return entries_.size() << zeros_; }

 private:
  [[nodiscard]] bool is_kept(std::uint64_t key) const {
    return (key & ((std::uint64_t{1} << zeros_) - 1)) == 0;
  }
  boost::unordered_flat_map<std::uint64_t, T> entries_;
  unsigned zeros_ = 0;
};

/// Mean and variance, one number after another (Welford).
struct Moments {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;
  void add(double x) {
    ++count;
    const double delta = x - mean;
    mean += delta / static_cast<double>(count);
    squares += delta * (x - mean);
  }
  [[nodiscard]] double variance() const {
    return count < 2 ? 0 : squares / static_cast<double>(count - 1);
  }
};

struct HostState {
  std::optional<std::int64_t> last;
  std::int64_t hour = INT64_MIN;
  std::uint64_t in_hour = 0;
  std::int64_t first_minute = 0;
  std::int64_t minute = INT64_MIN;
  std::uint64_t in_minute = 0;
  Moments gaps;
  Moments minutes;
};

struct ProcessState {
  std::uint32_t children = 0;
  std::optional<std::int64_t> started;
  bool has_connected = false;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

class Measuring {
 public:
  explicit Measuring(EventStats& stats) : stats_(stats) {}

  void take(Piece&& piece) {
    for (const Row& row : piece.rows) {
      count_text(stats_.categories, piece.texts[row.category]);
      count_text(stats_.actions, piece.texts[row.action]);
      count_name(piece.texts[row.name]);
      if ((row.flags & dated) == 0) continue;
      take_time(row, piece.texts[row.host]);
      take_process(row);
    }
  }

  void finish() {
    std::vector<double> burstiness;
    std::vector<double> fano;
    for (auto& [id, host] : hosts_) {
      end_hour(host);
      end_minutes(host, host.minute + 1);
      if (host.gaps.count < events_for_bursts) continue;
      const double sigma = std::sqrt(host.gaps.variance());
      if (sigma + host.gaps.mean > 0)
        burstiness.push_back((sigma - host.gaps.mean) / (sigma + host.gaps.mean));
      if (host.minutes.mean > 0) fano.push_back(host.minutes.variance() / host.minutes.mean);
    }
    stats_.hosts = hosts_.size();
    stats_.hosts_for_bursts = burstiness.size();
    stats_.burstiness_median = median(std::move(burstiness));
    stats_.fano_median = median(std::move(fano));
    for (const auto& [key, process] : processes_.entries()) {
      if (process.children > 0) stats_.children.add(process.children);
    }
    stats_.processes = processes_.estimated_size();
    stats_.process_names = names_.size();
    std::vector<std::pair<std::string, std::uint64_t>> names(names_.begin(), names_.end());
    std::ranges::sort(names, [](const auto& a, const auto& b) {
      return std::pair(b.second, a.first) < std::pair(a.second, b.first);
    });
    names.resize(std::min<std::size_t>(names.size(), 10));
    stats_.common_names = std::move(names);
  }

 private:
  static void count_text(std::map<std::string, std::uint64_t>& counts, const std::string& text) {
    if (counts.size() < actions_max || counts.contains(text)) ++counts[text];
  }

  void count_name(const std::string& name) {
    if (name.empty()) return;
    if (names_.size() >= names_max && !names_.contains(name)) {
      stats_.names_are_more = true;
      return;
    }
    ++names_[name];
  }

  void take_time(const Row& row, const std::string& host_id) {
    const EventTime time{Duration(row.time)};
    if (!has_time_) stats_.from = stats_.to = time;
    has_time_ = true;
    stats_.from = std::min(stats_.from, time);
    stats_.to = std::max(stats_.to, time);
    const Duration since = time.time_since_epoch();
    const std::int64_t hour = std::chrono::floor<hours>(since).count();
    ++stats_.by_hour[static_cast<std::size_t>(((hour % 24) + 24) % 24)];
    const std::int64_t day = std::chrono::floor<std::chrono::days>(since).count();
    ++stats_.by_weekday[static_cast<std::size_t>((((day + 3) % 7) + 7) % 7)];
    if ((row.flags & ingested) != 0) {
      if (row.ingest < row.time) ++stats_.early_ingest;
      stats_.delay.add(std::max<std::int64_t>(row.ingest - row.time, 0));
    }
    HostState& host = hosts_[host_id];
    if (hour != host.hour) {
      end_hour(host);
      host.hour = hour;
    }
    ++host.in_hour;
    // Events that come out of order do not make a gap.
    if (host.last && row.time >= *host.last)
      host.gaps.add(static_cast<double>(row.time - *host.last));
    if (!host.last || row.time > *host.last) host.last = row.time;
    const std::int64_t minute = std::chrono::floor<minutes>(since).count();
    if (minute > host.minute) {
      if (host.minute != INT64_MIN) end_minutes(host, minute);
      host.minute = minute;
      host.in_minute = 0;
    }
    ++host.in_minute;
  }

  void end_hour(HostState& host) {
    if (host.in_hour == 0) return;
    ++stats_.host_hours;
    stats_.per_host_hour.add(static_cast<std::int64_t>(host.in_hour));
    host.in_hour = 0;
  }

  /// The minute under way, and the empty ones up to `next`; a pause of more than a quarter of an
  /// hour is sleep, not a lull.
  static void end_minutes(HostState& host, std::int64_t next) {
    if (host.minute == INT64_MIN) return;
    host.minutes.add(static_cast<double>(host.in_minute));
    if (next - host.minute > 15) return;
    for (std::int64_t m = host.minute + 1; m < next; ++m) host.minutes.add(0);
  }

  void take_process(const Row& row) {
    if ((row.flags & process) != 0 && (row.flags & start) != 0) {
      if (row.process != 0) {
        if (ProcessState* state = processes_.find_or_add(row.process); state != nullptr)
          state->started = row.time;  // of the last exec: what it now is began here
      }
      if (row.parent != 0) {
        if (ProcessState* state = processes_.find_or_add(row.parent); state != nullptr)
          ++state->children;
      }
      return;
    }
    if ((row.flags & network) == 0 || (row.flags & start) == 0 || row.process == 0) return;
    ProcessState* const state = processes_.find(row.process);
    if (state == nullptr || !state->started || state->has_connected) return;
    state->has_connected = true;
    if (row.time >= *state->started) stats_.start_to_connection.add(row.time - *state->started);
  }

  EventStats& stats_;
  bool has_time_ = false;
  std::map<std::string, HostState> hosts_;
  std::map<std::string, std::uint64_t> names_;
  ThinnedTable<ProcessState> processes_;
};

std::string_view text_of(const event::Column& column, event::RowIndex row) {
  const auto codes = column.codes(row);
  return codes.empty() ? std::string_view() : column.dictionary().text(codes.front());
}

void reduce(const Columns& at, const event::EventBatch& batch, Piece& piece) {
  const auto& columns = batch.columns;
  std::string joined;
  for (event::RowIndex r = 0; r < batch.row_count(); ++r) {
    Row row;
    row.time = batch.event_time[r].time_since_epoch().count();
    row.ingest = batch.ingest_time[r].time_since_epoch().count();
    if (batch.has_event_time[r] != 0) row.flags |= dated;
    if (!columns[at.ingest].codes(r).empty()) row.flags |= ingested;
    std::string_view host = text_of(columns[at.host_id], r);
    if (host.empty()) host = text_of(columns[at.agent_id], r);
    if (host.empty()) host = text_of(columns[at.host_name], r);
    row.host = piece.place_of(host);
    row.name = piece.place_of(text_of(columns[at.name], r));
    const std::string_view category = text_of(columns[at.category], r);
    row.category = piece.place_of(category);
    if (category == "process") row.flags |= process;
    if (category == "network") row.flags |= network;
    joined.clear();
    for (const event::ValueCode code : columns[at.action].codes(r)) {
      if (!joined.empty()) joined += '+';
      joined += columns[at.action].dictionary().text(code);
    }
    row.action = piece.place_of(joined);
    for (const event::ValueCode code : columns[at.type].codes(r)) {
      if (columns[at.type].dictionary().text(code) == "start") row.flags |= start;
    }
    const std::string_view entity = text_of(columns[at.entity], r);
    const std::string_view parent = text_of(columns[at.parent], r);
    if (!entity.empty()) row.process = hash_of(entity) | 1U << 31U;
    if (!parent.empty()) row.parent = hash_of(parent) | 1U << 31U;
    piece.rows.push_back(row);
  }
}

void measure_truth(const truth::Truth& truth, EventStats& stats) {
  stats.incidents = truth.incidents.size();
  for (const truth::Incident& incident : truth.incidents) {
    ++stats.incidents_by_intent[std::string(truth::to_string(incident.intent))];
    if (incident.true_pairs.empty()) continue;
    const auto& [script, connection] = incident.true_pairs.front();
    const Duration gap = incident.events[connection].time - incident.events[script].time;
    if (gap >= Duration::zero()) stats.script_to_connection.add(gap.count());
  }
}

}  // namespace

Result<EventStats> measure_events(const event::ReadOptions& options, const truth::Truth* truth,
                                  const std::stop_token& stop) {
  const event::Schema& schema = event::Schema::builtin();
  event::Projection projection;
  const auto column = [&](std::string_view name) { return projection.add(*schema.find(name)); };
  const Columns at{.host_id = column("host.id"),
                   .agent_id = column("agent.id"),
                   .host_name = column("host.name"),
                   .category = column("event.category"),
                   .type = column("event.type"),
                   .action = column("event.action"),
                   .entity = column("process.entity_id"),
                   .parent = column("process.parent.entity_id"),
                   .name = column("process.name"),
                   .ingest = column("event.ingested")};
  EventStats stats;
  Measuring measuring(stats);
  const std::function<void(Piece&, const event::EventBatch&)> scan =
      [&at](Piece& piece, const event::EventBatch& batch) { reduce(at, batch, piece); };
  const std::function<void(Piece &&)> take = [&measuring](Piece&& piece) {
    measuring.take(std::move(piece));
  };
  EQLAB_TRY(stats.read, event::read_events<Piece>(options, projection, scan, take, stop));
  if (stats.read.usable == 0) {
    return fail(error_in(options.paths.empty() ? "" : options.paths.front(), "E406",
                         "there is no usable event in the input"));
  }
  measuring.finish();
  if (truth != nullptr) measure_truth(*truth, stats);
  return stats;
}

}  // namespace eqlab::generators
