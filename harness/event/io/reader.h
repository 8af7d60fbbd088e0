#pragma once

#include <functional>
#include <stop_token>

#include "harness/base/result.h"
#include "harness/event/batch.h"
#include "harness/event/io/read_report.h"

namespace eqlab::event {

/// Reads all inputs and hands over every batch, in input order, on the calling thread; `work` runs
/// on the pool, so put the scan there. The result does not depend on `threads` or on where batches
/// end.
///
/// Takes, without being told which: NDJSON of plain documents; hits (`_source`, `_index`, `_id`,
/// `fields`); whole `_search` and `_eql/search` responses; bulk bodies with action lines; one JSON
/// array; documents one after another, pretty-printed, with or without commas. Plain, gzip or zstd.
/// Nested objects and dotted keys mean the same.
///
/// Errors: E403 strict; E404 a folder without event files; E901 cannot be opened; E902 broken
/// compression. Cost: see tests/bench.
///
/// `Scanned` is what one piece of the input yields: `scan` (any thread) adds a batch to it,
/// `consume` (calling thread, input order) takes it. A default-constructed one begins each piece.
template <class Scanned>
[[nodiscard]] Result<ReadReport> read_events(
    const ReadOptions& options, const Projection& projection,
    const std::function<void(Scanned&, const EventBatch&)>& scan,
    const std::function<void(Scanned&&)>& consume, const std::stop_token& stop);

}  // namespace eqlab::event

#include "harness/event/io/reader-inl.h"
