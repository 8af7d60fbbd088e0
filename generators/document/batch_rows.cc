// Tested in tests/unit/generators/document_test.cc: the rows equal what the reader makes of the documents.
#include "generators/document/batch_rows.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/base/time.h"

namespace eqlab::generators {
namespace {

using event::Physical;
using event::ValueCode;

/// Interns values into a column, converted to its type as the reader of documents would.
class CodeSink final : public ValueSink {
 public:
  CodeSink(const event::Field& field, event::Dictionary& dictionary, std::vector<ValueCode>& codes)
      : field_(field), dictionary_(dictionary), codes_(codes) {}

  void text(std::string_view value) override {
    switch (dictionary_.physical()) {
      case Physical::text:
        if (field_.ignore_above && value.size() > *field_.ignore_above &&
            split_characters(value).size() > *field_.ignore_above) {
          return;
        }
        return codes_.push_back(dictionary_.intern_text(value));
      case Physical::integer:
        if (const auto number = parse_number<std::int64_t>(value)) codes_.push_back(dictionary_.intern_integer(*number));
        return;
      case Physical::natural:
        if (const auto number = parse_number<std::uint64_t>(value)) codes_.push_back(dictionary_.intern_natural(*number));
        return;
      case Physical::real:
        if (const auto number = parse_number<double>(value)) codes_.push_back(dictionary_.intern_real(*number));
        return;
      case Physical::boolean:
        if (value == "true" || value == "false") codes_.push_back(dictionary_.intern_boolean(value == "true"));
        return;
    }
  }
  void integer(std::int64_t value) override {
    switch (dictionary_.physical()) {
      case Physical::text: return codes_.push_back(dictionary_.intern_text(format("{}", value)));
      case Physical::integer: return codes_.push_back(dictionary_.intern_integer(value));
      case Physical::natural: return codes_.push_back(dictionary_.intern_natural(static_cast<std::uint64_t>(value)));
      case Physical::real: return codes_.push_back(dictionary_.intern_real(static_cast<double>(value)));
      case Physical::boolean: return;
    }
  }
  void boolean(bool value) override {
    if (dictionary_.physical() == Physical::boolean) return codes_.push_back(dictionary_.intern_boolean(value));
    if (dictionary_.physical() == Physical::text) codes_.push_back(dictionary_.intern_text(value ? "true" : "false"));
  }
  void real(double value) override {
    if (dictionary_.physical() == Physical::real) return codes_.push_back(dictionary_.intern_real(value));
    text(shortest(value));
  }
  void date(std::int64_t nanoseconds, int digits) override {
    if (event::is_date(field_.type)) return codes_.push_back(dictionary_.intern_integer(nanoseconds));
    text(format_iso8601(nanoseconds, digits));
  }

 private:
  const event::Field& field_;
  event::Dictionary& dictionary_;
  std::vector<ValueCode>& codes_;
};

}  // namespace

BatchRows::BatchRows(const event::Projection& projection) : fields_(projection.columns), batch_(projection) {
  for (const event::Field& field : fields_) {
    sources_.push_back({.field = find_field(field.source.empty() ? field.name : field.source)});
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
  const std::uint64_t place = (std::uint64_t{view.host().index} << 32U) | view.number;
  batch_.line.push_back(place);
  batch_.ordinal.push_back(place);
  std::array<char, event_id_size> id{};
  write_event_id(view.host(), view.number, id.data());
  batch_.ids.push({id.data(), id.size()});
}

void BatchRows::append_column(std::size_t column, const EventView& view) {
  Source& source = sources_[column];
  event::Column& rows = batch_.columns[column];
  if (((source.kinds >> static_cast<unsigned>(view.event.kind)) & 1U) == 0) return rows.push_missing();
  const std::uint32_t key = key_of(source.field->domain, view.event);
  if (key >= source.cache.size()) source.cache.resize(key + 1);
  Codes& codes = source.cache[key];
  if (codes.epoch != epoch_ || source.field->domain == Domain::event) {
    if (source.field->domain == Domain::event) source.pool.clear();
    codes.epoch = epoch_;
    codes.begin = static_cast<std::uint32_t>(source.pool.size());
    CodeSink sink(fields_[column], rows.dictionary(), source.pool);
    source.field->produce(view, sink);
    codes.length = static_cast<std::uint32_t>(source.pool.size()) - codes.begin;
  }
  if (codes.length == 1) return rows.push(source.pool[codes.begin]);
  rows.push(std::span(source.pool).subspan(codes.begin, codes.length));
}

}  // namespace eqlab::generators
