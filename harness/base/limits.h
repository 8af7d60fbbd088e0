#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of the program in one place. Rules and events come from attackers, so whatever grows
/// with them has a limit here and a case that reaches it.
namespace eqlab::limits {

// Language
inline constexpr std::size_t query_bytes_max = 1U << 20;   ///< longest public query: 46,906
inline constexpr int expression_depth_max = 200;           ///< deepest public query: 28
inline constexpr std::size_t list_constants_max = 65'536;  ///< largest public list: 2,609
inline constexpr std::size_t stages_max = 256;             ///< Elasticsearch's own limit
inline constexpr int runs_max = 100;                       ///< Elasticsearch's own limit
inline constexpr std::size_t sample_stages_max = 5;        ///< Elasticsearch's own limit

// Events
inline constexpr std::size_t document_bytes_max = 256U << 20;  ///< one JSON document
inline constexpr int document_depth_max = 1'000;               ///< nesting of one JSON document
inline constexpr std::size_t values_per_field_max = 65'536;    ///< array elements kept per field
inline constexpr std::size_t batch_rows_max = 16'384;
inline constexpr std::size_t reported_problems_max = 10;  ///< places named; the rest is counted

// Matching: combinations of multi-valued join keys that one event may take part in.
inline constexpr std::size_t key_combinations_max = 10'000;
/// Sequences in progress at once over all keys; the oldest start is dropped first, and counted.
inline constexpr std::size_t pending_matches_max = 4'000'000;
/// Sequences that one query may find; more are counted, not kept.
inline constexpr std::size_t matches_max = 10'000'000;

// Rule and scenario files
inline constexpr std::size_t rule_file_bytes_max = 16U << 20;
inline constexpr std::size_t rule_files_max = 100'000;     ///< files looked at in one run
inline constexpr std::size_t rules_per_file_max = 10'000;  ///< documents; Kibana's own limit
/// A rule that shares lines of this length with others is kept, and shown, without its neighbours.
inline constexpr std::size_t shown_lines_bytes_max = 16U << 10;
inline constexpr int rule_document_depth_max = 100;  ///< nesting of one JSON document
/// What one rule's filters and exceptions may hold.
inline constexpr int filter_depth_max = 40;
inline constexpr std::size_t filter_clauses_max = 10'000;
inline constexpr std::size_t filter_values_max = 65'536;
inline constexpr std::size_t exception_lists_max = 100;
/// Ways to choose the clauses that `minimum_should_match` asks for.
inline constexpr std::size_t should_choices_max = 500;

}  // namespace eqlab::limits
