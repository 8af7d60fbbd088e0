#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::document {

/// A string of a file, decoded, with the way back.
struct DecodedString {
  std::string text;
  std::vector<std::uint32_t> origin;  ///< `text.size() + 1` entries; see SourceText::origin
};

/// Decodes the string whose opening quote is at byte `at` of `file`: all four forms of TOML 1.0,
/// CRLF read as LF. Nothing when no well-formed string begins there. O(length).
///
/// The TOML library gives a decoded text but not where its bytes came from, which carets need.
[[nodiscard]] std::optional<DecodedString> decode_toml_string(std::string_view file,
                                                              std::size_t at);

/// The JSON string whose opening quote is at byte `at` of valid JSON, with the way back: every byte
/// notes the byte of `text` that it came from, the bytes of one escape all its backslash. Lone
/// surrogates become U+FFFD. O(length).
[[nodiscard]] DecodedString decode_json_string(std::string_view text, std::size_t at);

}  // namespace eqlab::document
