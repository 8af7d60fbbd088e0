#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/gate/result.h"
#include "harness/report/card_of_run.h"
#include "harness/report/check_result.h"
#include "harness/report/explanation.h"
#include "harness/report/match_list.h"
#include "harness/report/mutation.h"
#include "harness/report/rehearsal.h"
#include "harness/report/report_document.h"
#include "harness/report/tuning_text.h"
#include "harness/report/view.h"

/// Which kinds of result come in which formats: one table, from which commands take their options
/// and `report` its choice. A new format is a writer and a row.
namespace eqlab::report {

/// What `score` found: one scorecard, or several side by side. What the cards are of must outlive
/// it.
struct Scorecards {
  std::vector<CardOfRun> cards;
  std::vector<RuleText> rules = {};  ///< as many, or none; for the page
  nlohmann::ordered_json incidents = nlohmann::ordered_json::array();  ///< incident_list
};

/// What `tune` found. All must outlive it.
struct TuningResult {
  const tune::Tuning& tuning;
  const TuningInfo& info;
  std::optional<RuleText> rule = std::nullopt;  ///< for the page
};

/// Where a format is offered: `--format NAME`, `--output-NAME FILE`, or both.
enum class Offered : std::uint8_t { on_screen, in_file, both };

/// A row: one format of one kind of result.
template <class Kind>
struct Output {
  std::string_view format;
  Offered offered = Offered::on_screen;
  std::string_view file_help = {};  ///< of `--output-NAME`
  /// Errors: E790 (no page). Nothing: the command writes it itself, to both of its streams.
  Result<std::string> (*write)(const Kind& result, const View& view) = nullptr;
};

/// In the order in which help lists them and files are written.
template <class Kind>
[[nodiscard]] std::span<const Output<Kind>> outputs_of();
template <>
std::span<const Output<Scorecards>> outputs_of();
template <>
std::span<const Output<TuningResult>> outputs_of();
template <>
std::span<const Output<gate::GateResult>> outputs_of();
template <>
std::span<const Output<CheckResult>> outputs_of();
template <>
std::span<const Output<MutationResult>> outputs_of();
template <>
std::span<const Output<ExplainedRun>> outputs_of();
template <>
std::span<const Output<RehearsalResult>> outputs_of();
template <>
std::span<const Output<MatchList>> outputs_of();

/// Nothing where the kind has no such format.
template <class Kind>
[[nodiscard]] const Output<Kind>* output_named(std::string_view format) {
  for (const Output<Kind>& output : outputs_of<Kind>()) {
    if (output.format == format) return &output;
  }
  return nullptr;
}

}  // namespace eqlab::report
