#pragma once

#include <string>
#include <vector>

#include "harness/report/card_of_run.h"
#include "harness/report/view.h"

/// Several rules, or variants of one, side by side.
namespace eqlab::report {

/// For a terminal: one table, then for each what costs it most. As wide as `view` says; names and
/// examples are cut to fit. RunInfo::variant names a row, else the rule's name.
[[nodiscard]] std::string scorecards_text(const std::vector<CardOfRun>& cards, const View& view);
/// The same for pull requests.
[[nodiscard]] std::string scorecards_markdown(const std::vector<CardOfRun>& cards);

}  // namespace eqlab::report
