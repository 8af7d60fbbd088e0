#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/event/io/chunk.h"

namespace eqlab::event {

/// Finds the documents of a text by matching brackets: objects one after another with white space,
/// commas or nothing between; the elements of an array; the hits of `_search` and `_eql/search`
/// responses. Knows strings, and steps over the triple-quoted ones of Kibana's console. Values are
/// not looked at, so what it finds may still not be JSON; but what it calls broken never is.
///
/// A broken document loses only itself: reading goes on at the next line that begins with `{` (at
/// its first column, or where an object cannot stand otherwise). A line break ends a string, so one
/// lost quote does not turn the rest inside out.
class Splitter {
 public:
  enum class Step : std::uint8_t { document, needs_more, finished };

  /// The next document of `text` from `at` on, which moves behind it. `needs_more`: the text ends
  /// inside a document and `is_last` is false: call again with text that begins with what is left
  /// from `at` and goes on longer.
  Step next(std::string_view text, std::size_t& at, bool is_last, Document& out);

  /// The brackets that are open around documents. After the hits of a response or sequence comes
  /// the rest of the object that they are in.
  enum class Context : std::uint8_t { array, hits, sequences, response_rest, sequence_rest };
  using State = std::vector<Context>;
  [[nodiscard]] const State& state() const { return contexts_; }
  void restore(State state) { contexts_ = std::move(state); }

 private:
  enum class Descent : std::uint8_t { none, needs_more, entered };
  struct Scan {
    bool is_complete = false;
    bool is_broken = false;
    bool at_new_document = false;  ///< cut where another one begins
    std::size_t end = 0;
    std::string_view problem = {};
  };

  [[nodiscard]] bool in(Context context) const {
    return !contexts_.empty() && contexts_.back() == context;
  }
  [[nodiscard]] bool in_list() const {
    return in(Context::array) || in(Context::hits) || in(Context::sequences);
  }
  Descent enter_response(std::string_view text, std::size_t& at, bool is_last);
  Descent enter_sequence(std::string_view text, std::size_t& at, bool is_last);
  Scan scan(std::string_view text, std::size_t at, bool is_last, std::string_view open);
  Step object(std::string_view text, std::size_t& at, bool is_last, Document& out);
  Step rest(std::string_view text, std::size_t& at, bool is_last, Document& out, bool& done);
  Step stray(std::string_view text, std::size_t& at, bool is_last, Document& out) const;

  State contexts_;
  std::vector<char> open_;  // scratch of scan
};

/// Whether the text begins like the action line of a bulk body (`{"index":{`). Whether it is one,
/// only its JSON says.
[[nodiscard]] bool looks_like_action(std::string_view text);

/// Whether the text begins like a response of `_search` or `_eql/search`, as far as it goes.
[[nodiscard]] bool looks_like_response(std::string_view text);

}  // namespace eqlab::event
