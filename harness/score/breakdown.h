#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/score/hosts.h"
#include "harness/score/statistics.h"
#include "harness/score/verdict.h"
#include "harness/truth/truth.h"

/// The same figures for parts of a corpus.
namespace eqlab::score {

/// What incidents and hosts are told apart by.
enum class Dimension : std::uint8_t { family, scenario, persona, agent_version, tag };
inline constexpr std::size_t dimension_count = 5;
[[nodiscard]] std::string_view to_string(Dimension dimension);

struct BreakdownRow {
  std::string name;   ///< data: escape before showing; `unrelated activity` for coincidences
  Proportion caught;  ///< malicious incidents
  /// By persona and agent version over the days of those hosts alone, else over all host-days.
  Rate false_alarms;
  friend bool operator==(const BreakdownRow&, const BreakdownRow&) = default;
};

/// Rows by name. The parts of family, scenario, persona and agent version add up to the whole; an
/// incident with several tags is in the row of each, one without in none.
using Breakdowns = std::array<std::vector<BreakdownRow>, dimension_count>;

/// Row of false alarms that no incident explains, by family and scenario.
inline constexpr std::string_view unrelated = "unrelated activity";

/// `caught`: by incident. `alert_hosts`: by alert.
[[nodiscard]] Breakdowns break_down(const truth::Truth& truth, const std::vector<bool>& caught,
                                    const std::vector<JudgedAlert>& alerts,
                                    const std::vector<std::optional<Hosts::Number>>& alert_hosts,
                                    const Hosts& hosts);

/// Is it counted as a false alarm: neither a right alert nor a repeat?
[[nodiscard]] bool is_false_alarm(Verdict verdict);

}  // namespace eqlab::score
