#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/event/io/reader.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/run/pass.h"
#include "harness/run/rule_choice.h"
#include "harness/run/watcher.h"
#include "harness/scan/plan.h"

/// What commands share that look for one rule in events: which rule, which events, how fields are
/// read, one pass over them.
namespace eqlab::run {

struct SearchRequest {
  std::vector<std::string> arguments;  ///< the rule, unless a query is given, then the inputs
  std::string query;
  std::string query_file;
  RuleChoice choice;
  std::string timestamp_field;
  std::string tiebreaker_field;
  std::string category_field;
  std::string schema;
  bool has_query = false;
  bool strict = false;
  unsigned threads = 1;
};

/// Standard input kept in a file without a name, for when it has to be read twice; it goes with the
/// object.
class SpooledInput {
 public:
  SpooledInput() = default;
  ~SpooledInput();
  SpooledInput(const SpooledInput&) = delete;
  SpooledInput& operator=(const SpooledInput&) = delete;

  /// A path to what standard input held. Errors: E902.
  Result<std::string> take();
  /// The name that a user knows the file by.
  [[nodiscard]] std::string shown(const std::string& file) const {
    return !path_.empty() && file == path_ ? "-" : file;
  }

 private:
  std::FILE* file_ = nullptr;
  std::string path_;
};

/// A rule made ready, and where its events are.
struct EventSearch {
  rule::Rule rule;
  event::Schema schema;
  scan::Plan plan;
  scan::BoundQuery bound;
  EventSource source;  ///< files
  std::unique_ptr<SpooledInput> spooled;

  /// Takes the rule out of `options.arguments`; `command` is named in messages. Errors: E905, and
  /// those of rules, schemas and, where the schema lets documents add fields, of reading.
  [[nodiscard]] static Result<EventSearch> prepare(SearchRequest options, std::string_view command,
                                                   const Watcher& watcher);

  /// One pass over the events that keeps the candidates; as scan_events.
  [[nodiscard]] Result<ScannedEvents> scan(const Watcher& watcher) const {
    EQLAB_TRY(ScannedEvents events, scan_events(source, plan, {}, watcher));
    show_names(events.read);
    return events;
  }
  /// One pass by whoever keeps more of the events; see event::read_events.
  template <class Piece>
  [[nodiscard]] Result<event::ReadReport> read(
      const std::function<void(Piece&, const event::EventBatch&)>& scan,
      const std::function<void(Piece&&)>& take, const Watcher& watcher) const {
    EQLAB_TRY(event::ReadReport read,
              event::read_events<Piece>(reading_of(source, source.files, watcher),
                                        plan.projection(), scan, take, watcher.stop));
    show_names(read);
    return read;
  }

 private:
  void show_names(event::ReadReport& read) const;
};

/// The file that a line of the whole input stands in, and the line there.
[[nodiscard]] std::pair<std::string, std::uint64_t> place_of(const event::ReadReport& read,
                                                             std::uint64_t line);

}  // namespace eqlab::run
