#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// What is known for certain about the data streams of Elastic Defend: which categories of events
/// each holds, and which fields each maps. Defend's mappings are closed (`dynamic: false`), so a
/// field that a stream does not map matches nothing there. All answers err on the side of "may".
/// Source: `fields/fields.tsv`.
namespace eqlab::event {

/// The streams whose fields are known.
enum class DefendStream : std::uint8_t { process, network, file };
[[nodiscard]] std::string_view to_string(DefendStream stream);

/// The only stream of Defend that holds events of this category, where its fields are known.
[[nodiscard]] std::optional<DefendStream> defend_stream_of(std::string_view category);

/// False only when the table has `field`, no object, and says that `stream` does not map it.
/// O(log fields); thread-safe.
[[nodiscard]] bool may_carry(DefendStream stream, std::string_view field);

/// The pattern names event streams of Defend and nothing else (`logs-endpoint.events.…`), also on
/// another cluster (`remote:logs-…`).
[[nodiscard]] bool is_defend_pattern(std::string_view index_pattern);

/// False only when the index pattern names one data stream of Defend that is known not to hold
/// events of this category. `*`, other integrations and unknown streams may hold anything.
[[nodiscard]] bool may_hold(std::string_view index_pattern, std::string_view category);

}  // namespace eqlab::event
