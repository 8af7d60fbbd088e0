#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/event/io/read_report.h"
#include "harness/explain/explain.h"
#include "harness/report/scorecard_text.h"

/// Why something matched or did not, for people and for programs.
namespace eqlab::report {

/// One subject and its explanation. Texts are data: the writers escape them.
struct Explained {
  enum class Kind : std::uint8_t { event, incident, match, near_miss } kind = Kind::near_miss;
  std::string title;                                            ///< `line 12`, `I-000417  E01 …`
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< of an incident, for JSON
  bool is_match = false;
  std::string reason = {};  ///< code
  std::string text = {};    ///< in words
  explain::Explanation explanation = {};
};

struct ExplainedRun {
  std::vector<Explained> items = {};
  std::string rule_name = {};
  std::uint64_t events_read = 0;
  std::uint64_t malformed = 0;
  std::uint64_t matches_found = 0;                 ///< before the query's pipes
  std::vector<event::FileStart> file_starts = {};  ///< which file a line stands in
};

struct ExplanationOptions {
  std::size_t columns = 100;  ///< lines are cut to this
  Colour colour = Colour::off;
  explain::Detail detail = explain::Detail::essential;
};

/// A few lines for each subject: the reason, then every step with its event and what failed, then
/// the nearest change. Terms that hold are counted, and long lists cut, unless Detail::full.
[[nodiscard]] std::string explanation_text(const ExplainedRun& run,
                                           const ExplanationOptions& options);

/// Version of the JSON: as for the scorecard.
inline constexpr int explanation_schema_version = 1;
/// One indented document, ended by "\n". Times in ISO 8601, durations in seconds.
[[nodiscard]] std::string explanation_json(const ExplainedRun& run);

}  // namespace eqlab::report
