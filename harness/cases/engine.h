#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"
#include "harness/eql/condition.h"

namespace eqlab::cases {

/// One result of a query over a block's events.
struct FoundMatch {
  std::vector<std::optional<std::size_t>>
      events;  ///< places in CaseBlock::events; nothing: placeholder of a missing event
  std::vector<std::string> keys;  ///< join keys as text, in written order
};

/// Runs a block's checked query over its events under its options. An error is that of a search
/// which fails as it runs.
using Engine =
    std::function<Result<std::vector<FoundMatch>>(const CaseBlock&, const eql::CheckedQuery&)>;

struct NamedEngine {
  std::string name;
  Engine run;
};

/// The engine of this program three times: one event a batch, seven, and all in one (`batch-1`,
/// `batch-7`, `whole`). Where batches end must never show.
[[nodiscard]] std::vector<NamedEngine> built_in_engines();
/// The last of these, for whoever runs a block very often.
[[nodiscard]] Engine fast_engine();

}  // namespace eqlab::cases
