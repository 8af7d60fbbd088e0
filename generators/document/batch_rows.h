#pragma once

#include <cstdint>
#include <vector>

#include "generators/document/fields.h"
#include "harness/event/batch_builder.h"

namespace eqlab::generators {

/// Appends events to a batch by dictionary code. A field's values are made once for each distinct
/// thing that they depend on (Domain) and only while the same host and batch last; then a row costs
/// a look-up. Fields that no document carries stay missing. Not thread-safe.
class BatchRows {
 public:
  explicit BatchRows(const event::Projection& projection);

  [[nodiscard]] event::EventBatch& batch() { return batch_; }
  /// After the batch has been handed over; before the first event of another host.
  void start_batch();
  void start_host(const Host& host);
  void append(const EventView& view);

 private:
  struct Codes {
    std::uint32_t epoch = 0;
    std::uint32_t begin = 0;  ///< in Source::pool
    std::uint32_t length = 0;
  };
  struct Source {
    const FieldDefinition* field = nullptr;
    unsigned kinds = 0;             ///< on the present host
    std::vector<Codes> cache = {};  ///< by key of the domain
    std::vector<event::ValueCode> pool = {};
  };

  void append_column(event::ColumnIndex column, const EventView& view);

  event::BatchBuilder builder_;
  std::vector<Source> sources_;  ///< by column
  event::EventBatch batch_;
  std::uint32_t epoch_ = 1;
};

}  // namespace eqlab::generators
