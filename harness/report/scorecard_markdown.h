#pragma once

#include <string>
#include <string_view>

#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// The scorecard as GitHub-flavoured Markdown, for pull requests and wikis. Text from events and
/// rules cannot break a table, become markup or a link, or notify anybody.
[[nodiscard]] std::string scorecard_markdown(const score::Scorecard& card, const RunInfo& info);

/// `text` on one line, so that Markdown shows it as it is, in a table cell too.
[[nodiscard]] std::string markdown_text(std::string_view text);

}  // namespace eqlab::report
