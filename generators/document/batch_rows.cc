// Tested in tests/unit/generators/document_test.cc: the rows equal what the reader makes of the
// documents.
#include "generators/document/batch_rows.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/base/time.h"

namespace eqlab::generators {
namespace {

using event::Coercer;
using event::Scalar;

/// Interns values into a column, brought to its type as the reader of documents brings them.
class CodeSink final : public ValueSink {
 public:
  CodeSink(Coercer& coercer, event::Dictionary& dictionary, std::vector<event::ValueCode>& codes)
      : coercer_(coercer), dictionary_(dictionary), codes_(codes) {}

  void text(std::string_view value) override { store({.kind = Scalar::Kind::text, .text = value}); }
  void integer(std::int64_t value) override {
    store({.kind = Scalar::Kind::integer, .integer = value});
  }
  void boolean(bool value) override { store({.kind = Scalar::Kind::boolean, .boolean = value}); }
  void real(double value) override {
    if (store({.kind = Scalar::Kind::real, .real = value})) return;
    store({.kind = Scalar::Kind::number_text, .text = shortest(value)});
  }
  void date(std::int64_t nanoseconds, int digits) override {
    std::array<char, 40> spelled{};
    const std::size_t length = format_iso8601_into(spelled.data(), nanoseconds, digits);
    text({spelled.data(), length});
  }

 private:
  /// False only if the value must be given as it is spelled.
  bool store(const Scalar& scalar) {
    event::ValueCode code = event::no_value;
    const Coercer::Outcome outcome = coercer_.store(scalar, dictionary_, code);
    if (outcome == Coercer::Outcome::kept) codes_.push_back(code);
    return outcome != Coercer::Outcome::needs_spelling;
  }

  Coercer& coercer_;
  event::Dictionary& dictionary_;
  std::vector<event::ValueCode>& codes_;
};

}  // namespace

BatchRows::BatchRows(const event::Projection& projection) : batch_(projection) {
  for (const event::Field& field : projection.columns) {
    sources_.push_back({.field = find_field(field.source.empty() ? field.name : field.source),
                        .coercer = Coercer(field)});
    if (sources_.back().coercer.is_opaque()) sources_.back().field = nullptr;
  }
}

void BatchRows::start_batch() {
  batch_.clear();
  ++epoch_;
  for (Source& source : sources_) source.pool.clear();
}

void BatchRows::start_host(const Host& host) {
  ++epoch_;
  for (Source& source : sources_) {
    source.pool.clear();
    source.kinds = source.field == nullptr ? 0 : kinds_on(*source.field, host);
  }
}

void BatchRows::append(const EventView& view) {
  for (std::size_t column = 0; column < sources_.size(); ++column) append_column(column, view);
  batch_.event_time.push_back(view.event.time);
  batch_.has_event_time.push_back(1);
  batch_.ingest_time.push_back(view.ingest);
  const std::uint64_t place = (std::uint64_t{view.host().index} << 32U) | view.place;
  batch_.line.push_back(place);
  batch_.ordinal.push_back(place);
  std::array<char, event_id_size> id{};
  write_event_id(view.host(), view.number, id.data());
  batch_.ids.push({id.data(), id.size()});
}

void BatchRows::append_column(std::size_t column, const EventView& view) {
  Source& source = sources_[column];
  event::Column& rows = batch_.columns[column];
  if (((source.kinds >> static_cast<unsigned>(view.event.kind)) & 1U) == 0)
    return rows.push_missing();
  const std::uint32_t key = key_of(source.field->domain, view.event);
  if (key >= source.cache.size()) source.cache.resize(key + 1);
  Codes& codes = source.cache[key];
  if (codes.epoch != epoch_ || source.field->domain == Domain::event) {
    if (source.field->domain == Domain::event) source.pool.clear();
    codes.epoch = epoch_;
    codes.begin = static_cast<std::uint32_t>(source.pool.size());
    CodeSink sink(source.coercer, rows.dictionary(), source.pool);
    source.field->produce(view, sink);
    codes.length = static_cast<std::uint32_t>(source.pool.size()) - codes.begin;
  }
  if (codes.length == 1) return rows.push(source.pool[codes.begin]);
  rows.push(std::span(source.pool).subspan(codes.begin, codes.length));
}

}  // namespace eqlab::generators
