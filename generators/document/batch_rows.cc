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
  CodeSink(event::BatchBuilder& builder, event::ColumnIndex column, event::Dictionary& dictionary,
           std::vector<event::ValueCode>& codes)
      : builder_(builder), column_(column), dictionary_(dictionary), codes_(codes) {}

  void text(std::string_view value) override { store({.kind = Scalar::Kind::text, .text = value}); }
  void integer(std::int64_t value) override {
    store({.kind = Scalar::Kind::integer, .integer = value});
  }
  void boolean(bool value) override { store({.kind = Scalar::Kind::boolean, .boolean = value}); }
  void real(double value) override {
    if (store({.kind = Scalar::Kind::real, .real = value})) return;
    store({.kind = Scalar::Kind::real, .real = value, .text = shortest(value)});
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
    const Coercer::Outcome outcome = builder_.code_of(column_, scalar, dictionary_, code);
    if (outcome == Coercer::Outcome::kept) codes_.push_back(code);
    return outcome != Coercer::Outcome::needs_spelling;
  }

  event::BatchBuilder& builder_;
  event::ColumnIndex column_;
  event::Dictionary& dictionary_;
  std::vector<event::ValueCode>& codes_;
};

}  // namespace

BatchRows::BatchRows(const event::Projection& projection)
    : builder_(projection), batch_(projection) {
  for (const event::Field& field : projection.columns) {
    const bool has_values = !event::is_opaque(field.type);
    const std::string& source = field.source.empty() ? field.name : field.source;
    sources_.push_back({.field = has_values ? find_field(source) : nullptr});
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
  for (event::ColumnIndex column = 0; column < sources_.size(); ++column)
    append_column(column, view);
  const std::uint64_t place = (std::uint64_t{view.host().index} << 32U) | view.place;
  std::array<char, event_id_size> id{};
  write_event_id(view.host(), view.number, id.data());
  batch_.place_row({.event_time = view.event.time,
                    .ingest_time = view.ingest,
                    .line = place,
                    .ordinal = place,
                    .id = {id.data(), id.size()}});
}

void BatchRows::append_column(event::ColumnIndex column, const EventView& view) {
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
    CodeSink sink(builder_, column, rows.dictionary(), source.pool);
    source.field->produce(view, sink);
    codes.length = static_cast<std::uint32_t>(source.pool.size()) - codes.begin;
  }
  if (codes.length == 1) return rows.push(source.pool[codes.begin]);
  rows.push(std::span(source.pool).subspan(codes.begin, codes.length));
}

}  // namespace eqlab::generators
