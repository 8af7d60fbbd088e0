#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab {

enum class Severity : std::uint8_t { error, warning, info };
[[nodiscard]] std::string_view to_string(Severity severity);

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// Where a diagnostic points, resolved so that it outlives the text. Line and columns count from 1,
/// columns in characters (code points); `line` 0 means the file as a whole.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_column = 0;  ///< one past the last character, on the same line
  std::string source_line;       ///< without line end; empty when there is none to show
  friend bool operator==(const Place&, const Place&) = default;
};

/// One message for a person. Codes are stable: E1xx syntax, E2xx types and schema, E3xx rule file,
/// E4xx events, E5xx scenario and corpus, E6xx baseline and gate, L3xx lint, E9xx the machine
/// (files that cannot be opened or written).
struct Diagnostic {
  std::string code;
  Severity severity = Severity::error;
  std::string message;  ///< one line, begins in lower case, no full stop
  Span span = {};       ///< in the text that the producer read; see `locate`
  std::string hint;     ///< what to write instead; may be empty
  std::optional<Place> place = std::nullopt;
};

[[nodiscard]] Diagnostic error_at(Span span, std::string_view code, std::string message,
                                  std::string hint = {});
/// An error about a whole file or about no text at all.
[[nodiscard]] Diagnostic error_in(std::string file, std::string_view code, std::string message,
                                  std::string hint = {});

/// A text with a name, and for text that was taken out of a larger file (a query in a rule file)
/// the way back: `origin[i]` is the byte of `file_text` that byte i of `text` came from (one entry
/// more than `text`, for the end). Empty `origin`: `text` is the file.
struct SourceText {
  std::string file;
  std::string text;
  std::string file_text = {};
  std::vector<std::uint32_t> origin = {};
  /// Line of the file on which the text (or `file_text`) begins: of a file with many rules each
  /// keeps its own lines only.
  std::uint32_t first_line = 1;
  /// Above 1: the text begins inside that line, in this column. Places on it show no source line.
  std::uint32_t first_column = 1;
};

/// Fills `place` from `span`; a diagnostic that has a place already keeps it. O(size of the file).
[[nodiscard]] Diagnostic locate(Diagnostic diagnostic, const SourceText& source);

/// `file:line:column: error CODE: message`, the source line, the caret line and the hint, each line
/// ended by "\n". Long lines are cut to a window around the caret. Control characters of the source
/// are shown escaped, so the result is safe to print on a terminal. No colour.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

}  // namespace eqlab
