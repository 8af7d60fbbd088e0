#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::rule {

/// A TOML string with the way back to the file.
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

}  // namespace eqlab::rule
