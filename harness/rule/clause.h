#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/document/node.h"
#include "harness/event/value.h"

namespace eqlab::rule {

/// How a constant is compared with analysed text; other fields have one way, equality.
enum class TextMatch : std::uint8_t { term, phrase, any_word, all_words };

struct RangeBound {
  event::Value value;
  bool open = false;  ///< the bound itself does not count
  Span span = {};
};

/// A condition on one event as Kibana states it in filters and exceptions: no types yet, the schema
/// gives them (`event_filter.h`). Depth and size are bounded by limits.h. Spans are bytes of the
/// text that it was read from.
struct Clause {
  enum class Kind : std::uint8_t {
    always,
    never,
    all,   ///< every child; true without any
    any,   ///< some child; false without any
    none,  ///< not the one child
    exists,
    equal,   ///< some value is one of `values`
    range,   ///< one value lies within `low` and `high`
    prefix,  ///< of `values[0]`, as wildcard and regexp
    wildcard,
    regexp,
  };
  Kind kind = Kind::always;
  std::string field = {};
  std::vector<event::Value> values = {};
  std::optional<RangeBound> low = std::nullopt;
  std::optional<RangeBound> high = std::nullopt;
  TextMatch text_match = TextMatch::term;
  bool fold_case = false;
  bool lenient = false;  ///< a constant of the wrong type holds for no event, instead of an error
  /// Inside a `nested` entry: values of a nested field are looked at as though it were flat.
  bool nested = false;
  std::vector<Clause> children = {};
  Span span = {};
};

/// A Kibana filter of a rule that is not disabled; `meta.negate` is part of the condition.
struct Filter {
  Clause condition;
  std::string name;  ///< for people: its alias, else its field, else its place in the list
};

/// A number, text or truth value of a file as a constant; null for anything else.
[[nodiscard]] event::Value value_of(const document::Node& node);

/// Clauses in it, itself among them.
[[nodiscard]] std::size_t size_of(const Clause& clause);
/// The fields that a condition names, each once, in order of writing.
[[nodiscard]] std::vector<std::string> field_names(const Clause& clause);

}  // namespace eqlab::rule
