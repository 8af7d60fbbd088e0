#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/event/schema.h"
#include "tests/reference/finder.h"
#include "tests/reference/interpreter.h"

/// A short notation for small worlds, shared by the tests of sequences.
///
/// A timeline is a list of events, each `LETTERS@SECONDS[/KEY…][+FIELD=VALUE…]`:
///   A@1         an event that passes the filter [A], one second after the start
///   BU@2.001    one that passes [B] and [U]
///   A@1/x,y     its key field `k` has the values x and y; without `/` the field is missing
///   A@5+tb=9    the number field `tb` is 9
/// In a query `[A]` stands for `[any where tag == "A"]`.
namespace eqlab::reference {

/// `@timestamp` date, `event.category` and `tag` and `k` keyword, `tb`, `p` and `q` long.
[[nodiscard]] event::Schema timeline_schema();
/// Ill-formed notation stops the program: it is a mistake in a test.
[[nodiscard]] std::vector<Row> parse_timeline(std::string_view text);
[[nodiscard]] std::string expand_query(std::string_view text);

/// `1 3 /x; 2 4 /y`: rows counted from 1, `-` for a missing stage, keys after the slash; `none`.
[[nodiscard]] std::string describe(const std::vector<ReferenceMatch>& matches);

}  // namespace eqlab::reference
