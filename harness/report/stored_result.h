#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/document/node.h"

/// Results that the program printed as JSON and that somebody kept, or made up: nothing in them is
/// believed before it has been looked at.
namespace eqlab::report {

enum class ResultKind : std::uint8_t { scorecard, tuning, gate };
[[nodiscard]] std::string_view to_string(ResultKind kind);

/// A result of `score`, `tune` or `gate`, or the array that `score` makes of several.
struct StoredResult {
  ResultKind kind = ResultKind::scorecard;
  SourceText source;  ///< the file and its text, valid JSON
  document::Node root;
};

/// The largest that is read; a scorecard has about 60 KiB, a gate's result a few times as much.
inline constexpr std::size_t stored_result_bytes_max = std::size_t{128} << 20;

/// Errors, at the place: E791 not JSON, cut off, too deep or too large, or no result of these
/// kinds; E792 of a version that this program does not know.
[[nodiscard]] Result<StoredResult> read_stored_result(
    std::string text, std::string file, std::size_t bytes_max = stored_result_bytes_max);

/// The same as a value. No error: `read_stored_result` has looked.
[[nodiscard]] nlohmann::ordered_json json_of(const StoredResult& result);
/// The same bytes that the program printed, when it is unaltered; else its JSON laid out so.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

}  // namespace eqlab::report
