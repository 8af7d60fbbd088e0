#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/gate/result.h"
#include "harness/rule/rule.h"

namespace eqlab::report {

/// What a page tells of a rule beside its results.
struct RuleText {
  std::string severity;
  std::string query;
  std::optional<Duration> maxspan;
  std::vector<std::string> steps;  ///< those that ask for an event, runs expanded
};
[[nodiscard]] RuleText rule_text(const rule::Rule& rule, const eql::CheckedQuery& query);

/// So many bytes of one text, other than queries and diffs, go into a page.
inline constexpr std::size_t page_text_bytes_max = 4'096;
/// So many checks, changes and incidents that moved; so many variants of a rule.
inline constexpr std::size_t page_rows_max = 2'000;
inline constexpr std::size_t page_variants_max = 200;

/// The document of the report page (`web/report.schema.json`), put together from results as the
/// program prints and stores them. Parts of a stored result that are not what they should be are
/// left out.
class ReportDocument {
 public:
  /// One scorecard (scorecard_json), or the array of several. `rules` are as many, or none where
  /// nothing is known of them.
  void add_scorecards(nlohmann::ordered_json cards, const std::vector<RuleText>& rules = {});
  /// As tuning_json writes it.
  void add_tuning(const nlohmann::ordered_json& tuning,
                  const std::optional<RuleText>& rule = std::nullopt);
  void add_gate(const gate::GateResult& result);
  /// As incident_list makes them; of one scorecard, so that they are left out beside several.
  void set_incidents(nlohmann::ordered_json incidents);

  /// JSON, for report_page. Same results, same bytes.
  [[nodiscard]] std::string write() const;

 private:
  void add_rule(nlohmann::ordered_json rule, const RuleText* text);
  void note_run(const std::string& command, const std::string& tool_version);

  nlohmann::ordered_json rules_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json scores_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json sweeps_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json variants_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json incidents_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json diff_;
  nlohmann::ordered_json gate_;
  std::size_t tunings_ = 0;
  std::size_t gated_rules_ = 0;
  std::string command_;  ///< of the first result
  std::string tool_version_;
};

}  // namespace eqlab::report
