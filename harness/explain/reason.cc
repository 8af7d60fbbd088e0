#include "harness/explain/reason.h"

namespace eqlab::explain {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::matched:
      return "matched";
    case Reason::nothing_near:
      return "nothing-near";
    case Reason::no_connection:
      return "no-connection";
    case Reason::stage_unmatched:
      return "stage-unmatched";
    case Reason::document_missing:
      return "document-missing";
    case Reason::undated:
      return "undated";
    case Reason::out_of_order:
      return "out-of-order";
    case Reason::keys_differ:
      return "keys-differ";
    case Reason::over_maxspan:
      return "over-maxspan";
    case Reason::stopped:
      return "stopped";
    case Reason::spoiled:
      return "spoiled";
    case Reason::replaced:
      return "replaced";
    case Reason::dropped:
      return "dropped";
    case Reason::runs_disturbed:
      return "runs-disturbed";
    case Reason::too_late:
      return "too-late";
    case Reason::look_back_too_short:
      return "look-back-too-short";
    case Reason::suppressed:
      return "suppressed";
    case Reason::cut_by_cap:
      return "cut-by-cap";
    case Reason::paired_elsewhere:
      return "paired-elsewhere";
    case Reason::cut_by_pipe:
      return "cut-by-pipe";
    case Reason::unexplained:
      return "unexplained";
  }
  return "";
}

}  // namespace eqlab::explain
