#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace eqlab::eql {

/// The query in canonical layout, lines of at most 100 columns where they can be broken, ended by
/// "\n". Formatting what it returns changes nothing, the tree is that of `source`, and every
/// comment is still there, in order. O(length).
///
/// - An event query that fits stands on one line. Otherwise its condition begins below `where`, one
///   operand a line, `and` and `or` leading. A sequence or sample has each `[…]` on its own line.
/// - Lists and arguments that do not fit are filled to the line's end between brackets that stand
///   alone.
/// - Strings, numbers and names of functions stay as written; backticks go where a plain name does.
/// - Parentheses stay as written, except those around what stands alone anyway: a whole condition,
///   list item, argument or key, or the content of other parentheses.
/// - A comment that began a line still does, at the indentation of what follows it; one behind
///   something stays behind it. Both make what they are part of break. Blank lines go.
///
/// Errors: as parse_query; E110 also when the layout would be longer than a query may be.
[[nodiscard]] Result<std::string> format_query(std::string_view source);

}  // namespace eqlab::eql
