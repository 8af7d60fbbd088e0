#include "harness/base/diagnostic.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab {
namespace {

constexpr std::size_t shown_characters_max = 160;

std::uint32_t count_characters(std::string_view text) {
  return static_cast<std::uint32_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::size_t to_file(const SourceText& source, std::size_t byte) {
  if (source.origin.empty()) return byte;
  return source.origin[std::min(byte, source.origin.size() - 1)];
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      return "note";
  }
  return "";
}

Diagnostic error_at(Span span, std::string_view code, std::string message, std::string hint) {
  return {.code = std::string(code),
          .message = std::move(message),
          .span = span,
          .hint = std::move(hint)};
}

Diagnostic error_in(std::string file, std::string_view code, std::string message,
                    std::string hint) {
  Diagnostic diagnostic = error_at({}, code, std::move(message), std::move(hint));
  diagnostic.place = Place{.file = std::move(file), .source_line = {}};
  return diagnostic;
}

Diagnostic locate(Diagnostic diagnostic, const SourceText& source) {
  if (diagnostic.place) return diagnostic;
  const std::string& text = source.origin.empty() ? source.text : source.file_text;
  const std::size_t begin = std::min(to_file(source, diagnostic.span.begin), text.size());
  const std::size_t end = std::clamp(to_file(source, diagnostic.span.end), begin, text.size());
  // A caret at the end of the text stands after its last character, not on an empty line below.
  std::size_t anchor = begin;
  if (begin == text.size()) {
    while (anchor > 0 && (text[anchor - 1] == '\n' || text[anchor - 1] == '\r')) --anchor;
  }
  const std::size_t line_begin = anchor == 0 ? 0 : text.rfind('\n', anchor - 1) + 1;
  std::size_t line_end = text.find('\n', anchor);
  if (line_end == std::string::npos) line_end = text.size();
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;

  Place place;
  place.file = source.file;
  place.line = static_cast<std::uint32_t>(std::count(
                   text.begin(), text.begin() + static_cast<std::ptrdiff_t>(line_begin), '\n')) +
               source.first_line;
  place.column =
      count_characters(std::string_view(text).substr(line_begin, anchor - line_begin)) + 1;
  const std::size_t span_end = std::clamp(end, anchor, std::max(anchor, line_end));
  place.end_column =
      place.column +
      std::max(1U, count_characters(std::string_view(text).substr(anchor, span_end - anchor)));
  if (line_begin == 0 && source.first_column > 1) {
    place.column += source.first_column - 1;
    place.end_column += source.first_column - 1;
  } else {
    place.source_line = text.substr(line_begin, std::max(line_end, line_begin) - line_begin);
  }
  diagnostic.place = std::move(place);
  return diagnostic;
}

std::string render(const Diagnostic& diagnostic) {
  std::string out;
  const Place place = diagnostic.place.value_or(Place{});
  if (!place.file.empty()) {
    out += printable(place.file);
    if (place.line > 0) out += format(":{}:{}", place.line, place.column);
    out += ": ";
  }
  out += format("{} {}: {}\n", to_string(diagnostic.severity), diagnostic.code,
                printable(diagnostic.message));
  if (place.line > 0 && !place.source_line.empty()) {
    // Show at most a window of the line, so that a minified file does not fill the terminal.
    const auto characters = split_characters(place.source_line);
    std::size_t first = 0;
    if (characters.size() > shown_characters_max && place.column > shown_characters_max / 2) {
      first = std::min<std::size_t>(place.column - shown_characters_max / 2, characters.size());
    }
    const std::size_t last = std::min(characters.size(), first + shown_characters_max);
    out += first > 0 ? "  …" : "  ";
    std::string caret = first > 0 ? "   " : "  ";
    for (std::size_t i = first; i <= last; ++i) {
      const std::string shown =
          i < last ? (characters[i] == "\t" ? "\t" : printable(characters[i])) : "";
      out += shown;
      const bool marked = i + 1 >= place.column && i + 1 < place.end_column;
      if (i < last && characters[i] == "\t" && !marked) {
        caret += '\t';
      } else {
        const std::size_t width =
            std::max<std::size_t>(i < last ? split_characters(shown).size() : 1, 1);
        caret.append(width, marked ? '^' : ' ');
      }
    }
    if (last < characters.size()) out += "…";
    while (!caret.empty() && (caret.back() == ' ' || caret.back() == '\t')) caret.pop_back();
    out += "\n" + caret + "\n";
  }
  if (!diagnostic.hint.empty()) out += "  " + printable(diagnostic.hint) + "\n";
  return out;
}

}  // namespace eqlab
