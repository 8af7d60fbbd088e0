#pragma once

#include <string_view>

#include "harness/base/result.h"

namespace eqlab::reference {

enum class RegexDialect { lucene, java };

struct RegexOptions {
  RegexDialect dialect = RegexDialect::lucene;
  bool fold_ascii = false;
};

/// Does the pattern match the whole text? By definition: a pattern is a function from a start to
/// the set of ends, so that intersection and complement are set operations and nothing is ever
/// tried twice. Lucene: Lucene's RegExp. Java: only what the two share, plus `^ $ \b`, `(?:…)` and
/// lazy or possessive marks, which change nothing when the whole text must match (possessive ones
/// are refused). Errors: a pattern that cannot be parsed or needs what is not here.
[[nodiscard]] Result<bool> matches_regex(std::u32string_view pattern, std::u32string_view text,
                                         RegexOptions options);

}  // namespace eqlab::reference
