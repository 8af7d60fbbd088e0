#pragma once

// Body of reader.h: the template part is only the pipeline; all else is in EventReader.

#include <optional>
#include <utility>

#include "harness/base/parallel.h"
#include "harness/event/io/event_reader.h"

namespace eqlab::event {

/// read_events with the cuts chosen by the caller; for tests.
template <class Scanned>
[[nodiscard]] Result<ReadReport> read_events_cut(
    const ReadOptions& options, const Projection& projection,
    const std::function<void(Scanned&, const EventBatch&)>& scan,
    const std::function<void(Scanned&&)>& consume, const std::stop_token& stop,
    const ChunkOptions& cuts) {
  struct Piece {
    Scanned scanned;
    ChunkReport report;
  };
  EQLAB_TRY(std::vector<InputFile> files, find_input_files(options.paths));
  EventReader reader(std::move(files), options, projection, cuts);
  std::stop_source halt;
  const std::stop_callback forward(stop, [&halt] { halt.request_stop(); });
  OrderedPool pool(options.threads);
  pool.run<Chunk, Piece>([&reader] { return reader.next(); },
                         [&reader, &scan](Chunk chunk) {
                           Piece piece{};
                           piece.report = reader.parse(
                               std::move(chunk),
                               [&](const EventBatch& batch) { scan(piece.scanned, batch); });
                           return piece;
                         },
                         [&reader, &consume, &halt](Piece piece) {
                           if (reader.accept(std::move(piece.report))) {
                             consume(std::move(piece.scanned));
                           } else {
                             halt.request_stop();
                           }
                         },
                         halt.get_token());
  return std::move(reader).finish();
}

template <class Scanned>
Result<ReadReport> read_events(const ReadOptions& options, const Projection& projection,
                               const std::function<void(Scanned&, const EventBatch&)>& scan,
                               const std::function<void(Scanned&&)>& consume,
                               const std::stop_token& stop) {
  return read_events_cut<Scanned>(options, projection, scan, consume, stop, {});
}

}  // namespace eqlab::event
