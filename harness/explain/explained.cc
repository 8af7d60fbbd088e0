#include "harness/explain/explained.h"

#include <algorithm>

namespace eqlab::explain {

Explained about(Explanation explanation, Explained::Kind kind, std::string title) {
  Explained out{.kind = kind, .title = std::move(title)};
  out.is_match = explanation.reason == Reason::matched;
  out.reason = explanation.reason;
  out.text = explanation.text;
  out.explanation = std::move(explanation);
  return out;
}

const event::FileStart& ExplainedRun::file_of(std::uint64_t line) const {
  const auto after =
      std::ranges::lower_bound(file_starts, line, {}, &event::FileStart::lines_before);
  return after == file_starts.begin() ? *after : *std::prev(after);
}

}  // namespace eqlab::explain
