#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/event/schema.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"

/// What the detection engine names its alerts by: a hash of the events that they are made of. The
/// same events give the same names, so that what is found again is not written again. Source:
/// As in build_alert_group_from_sequence.ts.
namespace eqlab::schedule {

/// Where one document lives.
struct DocumentAddress {
  std::string id;     ///< `_id`
  std::string index;  ///< `_index`: the concrete one behind a data stream
  friend bool operator==(const DocumentAddress&, const DocumentAddress&) = default;
};

/// A document's ancestors, if it is an alert itself, oldest first, and then the document.
using Lineage = std::vector<DocumentAddress>;

/// Hits of EQL carry no version, and the engine writes what it then has.
inline constexpr std::string_view absent_version = "undefined";

/// The alert of an event query. `rule_uuid`: of the saved rule, `id` of Kibana's API.
[[nodiscard]] std::string single_alert_id(const DocumentAddress& event, std::string_view space,
                                          std::string_view rule_uuid,
                                          std::string_view version = absent_version);

/// The alerts of one sequence or sample: a building block for each event, and the shell over them.
/// The space is no part of these.
struct GroupIds {
  std::vector<std::string> blocks;  ///< as the events
  std::string shell;
  friend bool operator==(const GroupIds&, const GroupIds&) = default;
};
[[nodiscard]] GroupIds group_alert_ids(std::span<const Lineage> events, std::string_view rule_uuid);

/// Says where a candidate lives. A hit's own `_id` and `_index`, where the input had hits. Else
/// `event.id`, which every event of Elastic Defend has, or its place in the input; and the name of
/// the data stream: from `data_stream.*`, else the only one of Defend's that holds events of the
/// candidate's category, else empty. So ids of alerts over plain documents are stable from run to
/// run of this program, but equal those of a live system only if documents were given as hits.
class Addresses {
 public:
  /// Asks the plan to carry what is needed; after its queries.
  Addresses(scan::Plan& plan, const event::Schema& schema, const std::string& category_field);
  [[nodiscard]] DocumentAddress of(const scan::CandidateLog& log,
                                   scan::CandidateIndex candidate) const;

 private:
  [[nodiscard]] static std::optional<std::string> first(const scan::CandidateLog& log,
                                                        scan::CandidateIndex candidate,
                                                        scan::KeySlot slot);

  scan::KeySlot id_;
  scan::KeySlot index_;
  scan::KeySlot type_;
  scan::KeySlot dataset_;
  scan::KeySlot namespace_;
  scan::KeySlot category_;
};

}  // namespace eqlab::schedule
