#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/schedule/alert_ids.h"
#include "harness/schedule/simulation.h"

/// Alerts as the detection engine would index them. Source: wrap_hits.ts,
/// build_alert_group_from_sequence.ts and Kibana's build_alert.ts.
namespace eqlab::schedule {

/// What all given documents agree on, as one JSON object with its names nested and in order: a
/// field stays if all have it alike, of arrays what all of them hold, of an array and a single
/// value an array. Dotted and nested spellings are one. Objects inside arrays are never alike, as
/// to the engine. A text that is no JSON object agrees with nothing. O(size × log size).
[[nodiscard]] std::string merged_source(std::span<const std::string_view> documents);

/// What the rule's file does not say and alerts carry.
struct AlertContext {
  std::string rule_uuid;  ///< of the saved rule; empty: the file's `id`, else its `rule_id`
  std::string space = "default";
};

/// Writes alerts as documents. `log`, `rule` and `addresses` must outlive it. Thread-safe.
class AlertDocuments {
 public:
  AlertDocuments(const scan::CandidateLog& log, const rule::Rule& rule, const Addresses& addresses,
                 const AlertContext& context = {});

  /// NDJSON, each line a hit: `_index`, `_id`, `_source`. Of an event query one; of a sequence or a
  /// sample the shell, then a building block for each event, placeholders of absent events left
  /// out; of a shell that the cap on documents cut off from blocks only those that were written.
  /// Sources are whole where the scan kept them; else they hold the event's time, ingest time and
  /// id alone. An alert that takes others in says what they have in common and how many they are.
  /// The engine's random run id is left out, so that the same alert gives the same bytes;
  /// `kibana.alert.instance.id` is a hash of our own.
  [[nodiscard]] std::string write(const Alert& alert) const;

  /// The ids that `write` gives, in its order.
  [[nodiscard]] std::vector<std::string> ids(const match::Match& match) const;

 private:
  [[nodiscard]] std::string source_of(scan::CandidateIndex candidate) const;
  [[nodiscard]] std::vector<Lineage> lineages(const match::Match& match) const;

  const scan::CandidateLog* log_;
  const rule::Rule* rule_;
  const Addresses* addresses_;
  std::string rule_uuid_;
  std::string space_;
  std::string rule_fields_;  ///< JSON object of `kibana.alert.rule.*`
};

}  // namespace eqlab::schedule
