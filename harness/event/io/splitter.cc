// Tested, against every other form, in tests/unit/event/reader_forms_test.cc.
#include "harness/event/io/splitter.h"

#include <algorithm>
#include <array>

namespace eqlab::event {
namespace {

constexpr std::string_view cut_off = "document ends before its last bracket closes";
constexpr std::string_view after_end = "text after the end of the document";
/// A response tells its kind early; what is not seen by then is an ordinary document.
constexpr std::size_t envelope_bytes_max = std::size_t{64} << 10U;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

bool is_first_on_line(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at == 0 || text[at - 1] == '\n';
}

/// A line from `begin` + 1 up to `end` whose first character is `{`.
std::size_t find_line_with_object(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t found = text.substr(0, end + 1).find("\n{", begin);
  return found == std::string_view::npos ? found : found + 1;
}

enum class StringEnd : std::uint8_t { closed, line_break, text_end };
/// Moves `at` from an opening quote past the closing one, or to the line break or text end before
/// it.
StringEnd skip_string(std::string_view text, std::size_t& at) {
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      ++at;
      return StringEnd::closed;
    }
    if (c == '\n') return StringEnd::line_break;
    if (c == '\\' && at + 1 < text.size() && text[at + 1] != '\n') ++at;
  }
  at = text.size();
  return StringEnd::text_end;
}

/// Moves `at` past a JSON value; false when it is not all there or not one.
bool skip_value(std::string_view text, std::size_t& at) {
  std::size_t depth = 0;
  do {
    at = skip_blanks(text, at);
    if (at >= text.size()) return false;
    const char c = text[at];
    if (c == '"') {
      if (skip_string(text, at) != StringEnd::closed) return false;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return false;
      --depth;
      ++at;
    } else if (c == ',' || c == ':') {
      if (depth == 0) return false;
      ++at;
    } else {
      while (at < text.size() && !is_blank(text[at]) &&
             std::string_view("{}[],:\"").find(text[at]) == std::string_view::npos)
        ++at;
      if (at == text.size()) return false;
    }
  } while (depth > 0);
  return at < text.size();
}

/// Moves `at` past `"key" :`; empty when that is not there.
std::string_view take_key(std::string_view text, std::size_t& at) {
  at = skip_blanks(text, at);
  if (at >= text.size() || text[at] != '"') return {};
  const std::size_t begin = at;
  if (skip_string(text, at) != StringEnd::closed) return {};
  const std::string_view key = text.substr(begin + 1, at - begin - 2);
  at = skip_blanks(text, at);
  if (at >= text.size() || text[at] != ':') return {};
  at = skip_blanks(text, at + 1);
  return key;
}

/// Moves `at` past a comma between members; false at anything else.
bool take_comma(std::string_view text, std::size_t& at) {
  at = skip_blanks(text, at);
  if (at >= text.size() || text[at] != ',') return false;
  ++at;
  return true;
}

bool is_envelope_key(std::string_view key) {
  constexpr std::array<std::string_view, 19> keys = {"took",
                                                     "timed_out",
                                                     "_shards",
                                                     "_clusters",
                                                     "is_partial",
                                                     "is_running",
                                                     "id",
                                                     "_scroll_id",
                                                     "pit_id",
                                                     "terminated_early",
                                                     "num_reduce_phases",
                                                     "status",
                                                     "shard_failures",
                                                     "start_time_in_millis",
                                                     "expiration_time_in_millis",
                                                     "completion_time_in_millis",
                                                     "aggregations",
                                                     "suggest",
                                                     "profile"};
  return std::ranges::find(keys, key) != keys.end();
}

/// The place of the `[` of the hits of a response that begins at `at`, or npos. `is_sequences`
/// tells which kind.
std::size_t find_hits(std::string_view text, std::size_t at, bool& is_sequences) {
  constexpr std::size_t none = std::string_view::npos;
  ++at;
  for (;;) {
    const std::string_view key = take_key(text, at);
    if (key == "hits") break;
    if (!is_envelope_key(key) || !skip_value(text, at) || !take_comma(text, at)) return none;
  }
  if (at >= text.size() || text[at] != '{') return none;
  ++at;
  for (;;) {
    const std::string_view key = take_key(text, at);
    if (key.empty() || at >= text.size()) return none;
    if (text[at] == '[' && (key == "hits" || key == "events" || key == "sequences")) {
      is_sequences = key == "sequences";
      return at;
    }
    if (!skip_value(text, at) || !take_comma(text, at)) return none;
  }
}

/// What separates the characters that matter to `scan` from the others.
enum class Mark : std::uint8_t { other, blank, line_break, quote, open, close, colon, comma };
constexpr std::array<Mark, 256> make_marks() {
  std::array<Mark, 256> marks{};
  marks[' '] = marks['\t'] = marks['\r'] = Mark::blank;
  marks['\n'] = Mark::line_break;
  marks['"'] = Mark::quote;
  marks['{'] = marks['['] = Mark::open;
  marks['}'] = marks[']'] = Mark::close;
  marks[':'] = Mark::colon;
  marks[','] = Mark::comma;
  return marks;
}
constexpr std::array<Mark, 256> marks = make_marks();

}  // namespace

bool looks_like_action(std::string_view text) {
  std::size_t at = skip_blanks(text, 0);
  if (at >= text.size() || text[at] != '{') return false;
  ++at;
  const std::string_view key = take_key(text, at);
  return (key == "index" || key == "create" || key == "update" || key == "delete") &&
         at < text.size() && text[at] == '{';
}

bool looks_like_response(std::string_view text) {
  text = text.substr(0, envelope_bytes_max);
  const std::size_t at = skip_blanks(text, 0);
  bool is_sequences = false;
  return at < text.size() && text[at] == '{' &&
         find_hits(text, at, is_sequences) != std::string_view::npos;
}

Splitter::Descent Splitter::enter_response(std::string_view text, std::size_t& at, bool is_last) {
  bool is_sequences = false;
  const std::size_t list = find_hits(text.substr(0, at + envelope_bytes_max), at, is_sequences);
  if (list == std::string_view::npos) {
    // Told apart from an ordinary document by its first key, if that is there.
    std::size_t after = at + 1;
    const std::string_view key = take_key(text, after);
    const bool undecided =
        key.empty() ? after >= text.size() : key == "hits" || is_envelope_key(key);
    return undecided && !is_last && text.size() - at < envelope_bytes_max ? Descent::needs_more
                                                                          : Descent::none;
  }
  contexts_.push_back(Context::response_rest);
  contexts_.push_back(is_sequences ? Context::sequences : Context::hits);
  at = list + 1;
  return Descent::entered;
}

Splitter::Descent Splitter::enter_sequence(std::string_view text, std::size_t& at, bool is_last) {
  std::size_t after = at + 1;
  for (;;) {
    const std::string_view key = take_key(text, after);
    if (key == "events" && after < text.size() && text[after] == '[') {
      contexts_.push_back(Context::sequence_rest);
      contexts_.push_back(Context::hits);
      at = after + 1;
      return Descent::entered;
    }
    if (key.empty() || !skip_value(text, after) || !take_comma(text, after)) {
      return after >= text.size() && !is_last ? Descent::needs_more : Descent::none;
    }
  }
}

/// Walks a value from `at` to the bracket that closes it. `open` holds the brackets that are open
/// already.
Splitter::Scan Splitter::scan(std::string_view text, std::size_t at, bool is_last,
                              std::string_view open) {
  enum class Last : std::uint8_t { bracket, comma, colon, value };
  const std::size_t begin = at;
  open_.assign(open.begin(), open.end());
  Last last = open.empty() ? Last::bracket : Last::value;
  // How many of open_ are objects: a stray bracket must not cost a look through all of them.
  std::size_t objects = open_.size();
  bool is_twisted = false;  // brackets or quotes do not fit
  bool has_triples = false;
  const auto cut_at = [&](std::size_t place) {
    return Scan{.is_complete = true,
                .is_broken = true,
                .at_new_document = true,
                .end = place,
                .problem = {}};
  };
  // Once a document is known to be broken, the next line that looks like a new one ends it.
  const auto twist = [&](std::size_t place) {
    if (is_twisted) return std::string_view::npos;
    is_twisted = true;
    return find_line_with_object(text, begin, place);
  };

  while (at < text.size()) {
    const char c = text[at];
    switch (marks[static_cast<unsigned char>(c)]) {
      case Mark::blank:
        ++at;
        continue;
      case Mark::line_break:
        ++at;
        if (is_twisted && at < text.size() && text[at] == '{') return cut_at(at);
        continue;
      case Mark::colon:
        last = Last::colon;
        ++at;
        continue;
      case Mark::comma:
        last = Last::comma;
        ++at;
        continue;
      case Mark::other:
        last = Last::value;
        ++at;
        continue;
      case Mark::quote: {
        if (!is_last && at + 2 >= text.size()) return {};
        last = Last::value;
        if (text.substr(at, 3) == "\"\"\"") {
          const std::size_t closing = text.find("\"\"\"", at + 3);
          has_triples = true;
          if (closing != std::string_view::npos) {
            at = closing + 3;
            continue;
          }
          if (!is_last) return {};
          at = text.size();
          continue;
        }
        const StringEnd end = skip_string(text, at);
        if (end == StringEnd::line_break) {
          const std::size_t other = twist(at);
          if (other != std::string_view::npos) return cut_at(other);
        }
        continue;
      }
      case Mark::open: {
        const bool fits =
            open_.empty() || (open_.back() == '{' ? last == Last::colon
                                                  : last == Last::bracket || last == Last::comma);
        if (!fits) {
          const bool new_object = c == '{' && open_.back() == '{' && is_first_on_line(text, at);
          const std::size_t other = twist(at);
          if (other != std::string_view::npos) return cut_at(other);
          if (new_object) return cut_at(at);
        }
        open_.push_back(c);
        if (c == '{') ++objects;
        last = Last::bracket;
        ++at;
        continue;
      }
      case Mark::close: {
        const char opening = c == '}' ? '{' : '[';
        last = Last::value;
        if (open_.back() != opening) {
          const std::size_t other = twist(at);
          if (other != std::string_view::npos) return cut_at(other);
          if ((c == '}' ? objects : open_.size() - objects) == 0) {
            // It closes the list that this document is in.
            if (c == ']' && in_list())
              return {.is_complete = true, .is_broken = true, .end = at, .problem = cut_off};
            ++at;
            continue;
          }
          while (open_.back() != opening) {
            if (open_.back() == '{') --objects;
            open_.pop_back();
          }
        }
        if (c == '}') --objects;
        open_.pop_back();
        ++at;
        if (open_.empty())
          return {.is_complete = true, .is_broken = is_twisted || has_triples, .end = at};
        continue;
      }
    }
  }
  if (!is_last) return {};
  const std::size_t other =
      is_twisted ? std::string_view::npos : find_line_with_object(text, begin, text.size() - 1);
  if (other != std::string_view::npos) return cut_at(other);
  return {.is_complete = true, .is_broken = true, .end = text.size(), .problem = cut_off};
}

Splitter::Step Splitter::object(std::string_view text, std::size_t& at, bool is_last,
                                Document& out) {
  const Scan scanned = scan(text, at, is_last, {});
  if (!scanned.is_complete) return Step::needs_more;
  out = {.begin = at,
         .end = scanned.end,
         .is_hit = in(Context::hits),
         .is_broken = scanned.is_broken,
         .problem = scanned.problem};
  if (scanned.at_new_document && text[scanned.end - 1] == '\n' &&
      std::ranges::find(contexts_, Context::response_rest) != contexts_.end()) {
    contexts_
        .clear();  // the hits of a pretty-printed response are indented: this is not one of them
  }
  if (!scanned.is_broken) {
    // On the line where a document ends only another one may follow; and a comma with a key shows
    // that it ended early.
    std::size_t next = scanned.end;
    while (next < text.size() && (text[next] == ' ' || text[next] == '\t' || text[next] == '\r'))
      ++next;
    const std::size_t same_line = next;
    while (next < text.size() && (is_blank(text[next]) || text[next] == ',')) ++next;
    if (next == text.size() && !is_last) return Step::needs_more;
    const auto is_one_of = [&](std::size_t place, std::string_view set) {
      return place < text.size() && set.find(text[place]) != std::string_view::npos;
    };
    const bool closes_list = in_list() && is_one_of(same_line, "]");
    const bool line_is_clean =
        same_line == text.size() || closes_list || is_one_of(same_line, "\n,{[");
    bool key_follows = false;
    const bool has_comma =
        text.substr(scanned.end, next - scanned.end).find(',') != std::string_view::npos;
    if (contexts_.empty() && has_comma && is_one_of(next, "\"")) {
      std::size_t after = next;
      const StringEnd key_end = skip_string(text, after);
      after = skip_blanks(text, after);
      if (after == text.size() && key_end != StringEnd::line_break && !is_last)
        return Step::needs_more;
      key_follows = key_end == StringEnd::closed && is_one_of(after, ":");
    }
    if (!line_is_clean || key_follows) {
      Document tail;
      std::size_t tail_at = line_is_clean ? next : same_line;
      if (stray(text, tail_at, is_last, tail) == Step::needs_more) return Step::needs_more;
      out.end = tail.end;
      out.is_broken = true;
      out.problem = after_end;
    }
  }
  at = out.end;
  return Step::document;
}

/// The rest of a response or sequence after its hits. `done`: nothing to report.
Splitter::Step Splitter::rest(std::string_view text, std::size_t& at, bool is_last, Document& out,
                              bool& done) {
  const Scan scanned = scan(text, at, is_last, in(Context::response_rest) ? "{{" : "{");
  if (!scanned.is_complete) return Step::needs_more;
  out = {.begin = std::min(at, text.size()),
         .end = scanned.end,
         .is_broken = true,
         .problem = "the response ends before its last bracket closes"};
  at = scanned.end;
  contexts_.pop_back();
  done = !scanned.is_broken;
  return Step::document;
}

/// Text where a document should begin: a scalar in a list; else the line, with the lines after it
/// that look like the inside of an object.
Splitter::Step Splitter::stray(std::string_view text, std::size_t& at, bool is_last,
                               Document& out) const {
  const std::size_t begin = at;
  std::size_t end = at;
  if (in_list()) {
    if (text[end] == '"') skip_string(text, end);
    while (end < text.size() && std::string_view(",]\n{").find(text[end]) == std::string_view::npos)
      ++end;
    if (end == begin) ++end;
    if (end == text.size() && !is_last) return Step::needs_more;
  } else {
    for (;;) {
      end = std::min(text.find('\n', end), text.size());
      const std::size_t next = std::min(text.find_first_not_of(" \t\r\n", end), text.size());
      if (next == text.size()) {
        if (!is_last) return Step::needs_more;
        break;
      }
      const bool is_inside =
          std::string_view("}]\",:").find(text[next]) != std::string_view::npos ||
          (text[next - 1] != '\n' && text[next] != '{' && text[next] != '[');
      if (!is_inside) break;
      end = next;
    }
  }
  while (end > begin + 1 && is_blank(text[end - 1])) --end;
  out = {.begin = begin, .end = end, .is_broken = true};
  at = end;
  return Step::document;
}

Splitter::Step Splitter::next(std::string_view text, std::size_t& at, bool is_last, Document& out) {
  for (;;) {
    if (in(Context::response_rest) || in(Context::sequence_rest)) {
      bool done = false;
      const Step step = rest(text, at, is_last, out, done);
      if (step == Step::document && done) continue;
      return step;
    }
    while (at < text.size() && (is_blank(text[at]) || text[at] == ',')) ++at;
    if (at == text.size()) {
      if (!is_last) return Step::needs_more;
      if (contexts_.empty()) return Step::finished;
      contexts_.clear();
      out = {.begin = at,
             .end = at,
             .is_broken = true,
             .problem = "the list of documents ends before its last bracket closes"};
      return Step::document;
    }
    const char c = text[at];
    if (c == ']' && in_list()) {
      contexts_.pop_back();
      ++at;
      continue;
    }
    if (c == '[' && contexts_.empty()) {
      contexts_.push_back(Context::array);
      ++at;
      continue;
    }
    if (c == '{') {
      Descent descent = Descent::none;
      if (in(Context::sequences)) {
        descent = enter_sequence(text, at, is_last);
      } else if (!in(Context::hits)) {
        descent = enter_response(text, at, is_last);
      }
      if (descent == Descent::needs_more) return Step::needs_more;
      if (descent == Descent::entered) continue;
      const Step step = object(text, at, is_last, out);
      if (step == Step::document && in(Context::sequences) && !out.is_broken) {
        out.is_broken = true;
        out.problem = "a sequence of a response without \"events\"";
      }
      return step;
    }
    if (c == '[')
      return object(text, at, is_last, out);  // a list inside a list: not a document, but a whole
    return stray(text, at, is_last, out);
  }
}

}  // namespace eqlab::event
