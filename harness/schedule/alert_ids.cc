// Held by tests/unit/schedule/alert_ids_test.cc to the ids that the engine's own tests state.
#include "harness/schedule/alert_ids.h"

#include "harness/base/sha256.h"
#include "harness/base/text.h"
#include "harness/event/defend_streams.h"

namespace eqlab::schedule {

std::string single_alert_id(const DocumentAddress& event, std::string_view space,
                            std::string_view rule_uuid, std::string_view version) {
  return sha256_hex(format("{}{}{}{}:{}", event.index, event.id, version, space, rule_uuid));
}

GroupIds group_alert_ids(std::span<const Lineage> events, std::string_view rule_uuid) {
  std::vector<std::string> lines;
  std::string base;
  for (const Lineage& event : events) {
    std::string& line = lines.emplace_back();
    for (const DocumentAddress& ancestor : event) line += ancestor.id + ancestor.index;
    base += line;
    base += rule_uuid;
  }
  GroupIds out;
  std::string shell;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out.blocks.push_back(sha256_hex(format("{}{}", base, i)));
    shell += lines[i] + out.blocks.back();
  }
  shell += rule_uuid;
  out.shell = sha256_hex(shell);
  return out;
}

namespace {

/// As the schema has it, or as documents carry it.
event::Field field_of(const event::Schema& schema, const std::string& name) {
  if (const event::Field* const known = schema.find(name)) return *known;
  return {.name = name, .source = name};
}

}  // namespace

Addresses::Addresses(scan::Plan& plan, const event::Schema& schema,
                     const std::string& category_field)
    : id_(plan.carry({.name = "_id", .source = "_id"})),
      index_(plan.carry({.name = "_index", .source = "_index"})),
      type_(plan.carry(field_of(schema, "data_stream.type"))),
      dataset_(plan.carry(field_of(schema, "data_stream.dataset"))),
      namespace_(plan.carry(field_of(schema, "data_stream.namespace"))),
      category_(plan.carry(field_of(schema, category_field))) {}

std::optional<std::string> Addresses::first(const scan::CandidateLog& log,
                                            scan::CandidateIndex candidate, scan::KeySlot slot) {
  const auto keys = log.keys(candidate, slot);
  if (keys.empty()) return std::nullopt;
  return event::to_text(log.key_value(keys.front()));
}

DocumentAddress Addresses::of(const scan::CandidateLog& log, scan::CandidateIndex candidate) const {
  DocumentAddress out;
  if (auto id = first(log, candidate, id_)) {
    out.id = *std::move(id);
  } else if (const std::string_view event_id = log.event_id(candidate); !event_id.empty()) {
    out.id = event_id;
  } else {
    // Events on one line share it.
    out.id = format("line-{}-{}", log.line(candidate), log.ordinal(candidate));
  }
  if (auto index = first(log, candidate, index_)) {
    out.index = *std::move(index);
  } else if (const auto dataset = first(log, candidate, dataset_)) {
    out.index = format("{}-{}-{}", first(log, candidate, type_).value_or("logs"), *dataset,
                       first(log, candidate, namespace_).value_or("default"));
  } else {
    // Of several the first stream, not the first value: the order of values is the log's own.
    std::optional<event::DefendStream> stream;
    for (const scan::KeyId key : log.keys(candidate, category_)) {
      const auto holds = event::defend_stream_of(event::to_text(log.key_value(key)));
      if (holds && (!stream || *holds < *stream)) stream = holds;
    }
    if (stream) out.index = format("logs-endpoint.events.{}-default", event::to_string(*stream));
  }
  return out;
}

}  // namespace eqlab::schedule
