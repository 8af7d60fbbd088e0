#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "generators/document/model.h"

namespace eqlab::generators {

/// What an event of an incident says about itself when it is asked to.
struct Labels {
  std::string_view incident;  ///< its id in the truth
  std::string_view scenario;
  std::string_view role;
};

/// One event with everything its fields are made from. Valid while the tables are unchanged.
struct EventView {
  const HostTables& tables;
  const Event& event;    ///< its time is the one that the document shows
  std::uint64_t number;  ///< of the event on its host, from 0; a second copy has the same
  std::uint64_t place;   ///< among the documents of its host, from 0
  EventTime position;    ///< documents of all hosts are written in this order
  IngestTime ingest;
  const Labels* labels = nullptr;  ///< null: background, or no labels wanted

  [[nodiscard]] const Host& host() const { return tables.host; }
  [[nodiscard]] const Image& image() const { return tables.images[event.image]; }
  [[nodiscard]] const Image& parent_image() const { return tables.images[event.parent_image]; }
};

/// Takes the values of one field of one event; several calls make an array.
class ValueSink {
 public:
  virtual ~ValueSink() = default;
  virtual void text(std::string_view value) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void boolean(bool value) = 0;
  virtual void real(double value) = 0;
  /// UTC nanoseconds; `digits` fraction digits at most, zeros at the end dropped.
  virtual void date(std::int64_t nanoseconds, int digits) = 0;
};

/// What a field's values depend on besides the host. A writer may keep what it made for one key.
enum class Domain : std::uint8_t { host, kind, user, image, parent_image, event };

struct FieldDefinition {
  std::string_view name;  ///< dotted
  Domain domain;
  std::uint16_t kinds;  ///< bit per Kind: where the field occurs
  bool is_array;
  void (*produce)(const EventView& view, ValueSink& sink);    ///< no call: the field is left out
  bool (*is_present)(const Host& host, Kind kind) = nullptr;  ///< by version of the agent
  std::uint16_t array_kinds = 0;  ///< where it is an array although `is_array` is not set
};

/// All fields that are ever written, in the order of documents (by name, element by element).
[[nodiscard]] std::span<const FieldDefinition> field_definitions();
[[nodiscard]] const FieldDefinition* find_field(std::string_view name);
/// `kinds` of the definition, less those that the host's agent does not write it for.
[[nodiscard]] std::uint16_t kinds_on(const FieldDefinition& field, const Host& host);

/// Names the thing of that domain that the event's values come from, on one host.
[[nodiscard]] std::uint32_t key_of(Domain domain, const Event& event);

/// 24 characters: the prefix of the agent's run and a counter.
void write_event_id(const Host& host, std::uint64_t number, char* out);
inline constexpr std::size_t event_id_size = 24;

}  // namespace eqlab::generators
