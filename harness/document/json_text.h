#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Work on JSON as text, for the rare paths: what is wrong with a document, and its exact spelling.
namespace eqlab::document {

/// Where and why a text is not one JSON document.
struct JsonFault {
  std::size_t at = 0;   ///< byte
  std::string message;  ///< for people
};
/// The first fault, or nothing when the grammar is kept. UTF-8 is not looked at. O(size).
[[nodiscard]] std::optional<JsonFault> find_json_fault(std::string_view text, int depth_max);

/// The value of a member of the outermost object, as it is spelled; empty when there is none.
/// `text` is valid JSON.
[[nodiscard]] std::string_view member_text(std::string_view text, std::string_view key);

/// Valid JSON without the white space between its tokens.
[[nodiscard]] std::string without_blanks(std::string_view text);

/// The same document, with every number that has a fraction or exponent, is `-0` or has more digits
/// than 64 bits hold turned into text: `mark` and then the number as it was spelled. Lone surrogate
/// escapes become U+FFFD, as they do when Elasticsearch indexes them. So nothing that JSON can say
/// is out of simdjson's reach. The text must keep the grammar.
struct SpelledJson {
  std::string text;
  char mark = 0;  ///< a control character that no string of the document has; 0: all are in use,
                  ///< nothing was changed
};
[[nodiscard]] SpelledJson spell_numbers(std::string_view text);

}  // namespace eqlab::document
