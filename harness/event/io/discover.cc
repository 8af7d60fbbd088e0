#include "harness/event/io/discover.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "harness/base/time.h"
#include "harness/event/io/reader-inl.h"
#include "harness/event/json_values.h"

namespace eqlab::event {
namespace {

using Json = nlohmann::json;
using Types = std::vector<std::optional<FieldType>>;

FieldType dynamic_type(const Json& value) {
  if (value.is_boolean()) return FieldType::boolean;
  if (value.is_number_float()) return FieldType::float_;
  if (value.is_number()) return FieldType::long_;
  // Only text with a date's punctuation is tried as one.
  const auto& text = value.get_ref<const std::string&>();
  if (text.find_first_of("-:/") != std::string::npos && parse_iso8601(text)) return FieldType::date;
  return FieldType::text;
}

void learn(const Json& document, const std::vector<std::string>& names, Types& types) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (types[i]) continue;
    for_each_value(document, names[i], [&](const Json& value) {
      if (!types[i]) types[i] = dynamic_type(value);
    });
  }
}

}  // namespace

Result<std::vector<Field>> discover_fields(const ReadOptions& options,
                                           const std::vector<std::string>& names,
                                           const std::stop_token& stop) {
  ReadOptions reading = options;
  reading.keep_sources = true;
  Types types(names.size());
  const std::function<void(Types&, const EventBatch&)> look = [&names](Types& piece,
                                                                       const EventBatch& batch) {
    piece.resize(names.size());
    for (std::size_t row = 0; row < batch.row_count(); ++row) {
      const Json document = Json::parse(batch.sources[row], nullptr, false);
      if (!document.is_discarded()) learn(document, names, piece);
    }
  };
  const std::function<void(Types &&)> take = [&types](Types&& piece) {
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!types[i]) types[i] = piece[i];
    }
  };
  EQLAB_TRY(const ReadReport read, read_events<Types>(reading, Projection{}, look, take, stop));
  static_cast<void>(read);  // what is malformed is reported by the reading that follows
  std::vector<Field> fields;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!types[i]) continue;
    Field field{.name = names[i], .type = *types[i], .source = names[i]};
    if (field.type == FieldType::text) field.ignore_above = 256;
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace eqlab::event
