#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/event/io/read_report.h"
#include "harness/explain/explanation.h"

/// The result of `explain`: subjects, each with its explanation.
namespace eqlab::explain {

/// One subject and its explanation. Texts are data: the writers escape them.
struct Explained {
  enum class Kind : std::uint8_t { event, incident, match, near_miss } kind = Kind::near_miss;
  std::string title;                                            ///< `line 12`, `I-000417  E01 …`
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< of an incident, for JSON
  bool is_match = false;
  Reason reason = Reason::nothing_near;
  std::string text = {};  ///< the reason in words
  Explanation explanation = {};
};
/// Reason and text are those of the explanation.
[[nodiscard]] Explained about(Explanation explanation, Explained::Kind kind, std::string title);

struct ExplainedRun {
  std::vector<Explained> items = {};
  std::string rule_name = {};
  std::uint64_t events_read = 0;
  std::uint64_t malformed = 0;
  std::uint64_t matches_found = 0;                 ///< before the query's pipes
  std::vector<event::FileStart> file_starts = {};  ///< which file a line stands in

  /// The file of `file_starts`, which has some, that a line stands in.
  [[nodiscard]] const event::FileStart& file_of(std::uint64_t line) const;
};

}  // namespace eqlab::explain
