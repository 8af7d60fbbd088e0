// Events as JSON, in two formats with one parser. A file whose first bytes are lines that each look
// like an object is cut at line breaks without a second look; everything else goes through the
// Splitter, which matches brackets. Tested through read_events, at chunk sizes from one byte up:
// tests/unit/event/reader_forms_test.cc.
#include <algorithm>
#include <array>
#include <utility>

#include "harness/event/io/format.h"
#include "harness/event/io/json_parser.h"
#include "harness/event/io/splitter.h"

namespace eqlab::event {
namespace {

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// `{ … }` on one line.
bool looks_like_object(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  const std::size_t last = line.find_last_not_of(" \t\r");
  return first != std::string_view::npos && first < last && line[first] == '{' && line[last] == '}';
}

bool is_lines(const FileHead& head) {
  if (looks_like_response(head.text)) return false;
  bool seen = false;
  for (std::string_view rest = head.text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos && !head.is_whole_file)
      break;  // a line that is not all there tells nothing
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (is_blank_line(line)) continue;
    if (!looks_like_object(line)) return false;
    seen = true;
  }
  return seen;
}

/// The start of the trailing lines that all look like action lines: one of them may need the
/// document that follows.
std::size_t before_trailing_actions(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t line_break = text.rfind('\n', end - 1 - (text[end - 1] == '\n' ? 1 : 0));
    const std::size_t begin = line_break == std::string_view::npos || end == 1 ? 0 : line_break + 1;
    const std::string_view line = text.substr(begin, end - begin);
    if (!is_blank_line(line) && !looks_like_action(line)) break;
    end = begin;
  }
  return end;
}

class LineCutter final : public Cutter {
 public:
  explicit LineCutter(std::size_t document_bytes_max) : document_bytes_max_(document_bytes_max) {}

  Cut cut(std::string_view text, std::size_t wanted, bool is_last) override {
    if (is_last && text.size() <= wanted) return {.kind = Cut::Kind::piece, .end = text.size()};
    const std::size_t last_break = text.substr(0, wanted).rfind('\n');
    if (last_break == std::string_view::npos)
      return {.kind = wanted > document_bytes_max_ ? Cut::Kind::too_large : Cut::Kind::needs_more};
    const std::size_t end = before_trailing_actions(text.substr(0, last_break + 1));
    return {.kind = end > 0 ? Cut::Kind::piece : Cut::Kind::needs_more, .end = end};
  }

 private:
  std::size_t document_bytes_max_;
};

class DocumentCutter final : public Cutter {
 public:
  explicit DocumentCutter(std::size_t document_bytes_max)
      : document_bytes_max_(document_bytes_max) {}

  Cut cut(std::string_view text, std::size_t wanted, bool is_last) override {
    std::vector<Document> documents;
    std::size_t at = 0;
    // What can go: everything up to the last document that is not an action line, which may need
    // the next document.
    std::size_t end = 0;
    std::size_t kept = 0;
    Splitter::State state = splitter_.state();
    while (at < wanted || is_last) {
      Document document;
      const Splitter::Step step = splitter_.next(text, at, is_last, document);
      if (step == Splitter::Step::finished) {
        return {.kind = Cut::Kind::piece, .end = text.size(), .documents = std::move(documents)};
      }
      if (step == Splitter::Step::needs_more) break;
      documents.push_back(document);
      if (document.is_hit ||
          !looks_like_action(text.substr(document.begin, document.end - document.begin))) {
        end = at;
        kept = documents.size();
        state = splitter_.state();
        if (at >= wanted) break;
      }
    }
    if (kept == 0 && wanted > document_bytes_max_ && text.size() - at > document_bytes_max_)
      return {.kind = Cut::Kind::too_large, .end = at};
    splitter_.restore(std::move(state));
    if (kept == 0) return {};
    documents.resize(kept);
    return {.kind = Cut::Kind::piece, .end = end, .documents = std::move(documents)};
  }

  [[nodiscard]] std::string_view resumes_at() const override { return "{"; }
  /// A list that is still open at the end of the file is a mistake, even if all its text has gone.
  [[nodiscard]] bool is_open() const override { return !splitter_.state().empty(); }

 private:
  std::size_t document_bytes_max_;
  Splitter splitter_;
};

template <class Made>
std::unique_ptr<Cutter> make_cutter(std::size_t document_bytes_max) {
  return std::make_unique<Made>(document_bytes_max);
}

/// Of both formats.
constexpr std::array<std::string_view, 3> endings = {".json", ".ndjson", ".jsonl"};

}  // namespace

extern const Format json_lines_format;
constexpr Format json_lines_format = {.name = "JSON lines",
                                      .recognises = is_lines,
                                      .make_cutter = make_cutter<LineCutter>,
                                      .make_parser = make_json_line_parser};

extern const Format json_format;
constexpr Format json_format = {.name = "JSON",
                                .recognises = [](const FileHead&) { return true; },
                                .make_cutter = make_cutter<DocumentCutter>,
                                .make_parser = make_json_parser,
                                .endings = endings};

}  // namespace eqlab::event
