#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace eqlab::eql {

/// A regular expression in Lucene's syntax with all optional features (eql spec 5.4), matched against the
/// whole value. What RE2 can say is given to RE2; `&`, `~`, `<n-m>`, `@`, `#` go to a bounded
/// automaton of our own. Linear time in the text. Thread-safe once compiled. Copies share the program.
/// Errors: E218, spanning `span`: not a pattern, or larger than the automaton may become.
class LuceneRegex {
 public:
  /// `fold_case`: ASCII letters match in both cases (spec 5.2, native leaves).
  [[nodiscard]] static Result<LuceneRegex> compile(std::string_view pattern, bool fold_case, Span span);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Program;
  explicit LuceneRegex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

/// Does Java's regular expression match the whole text? For script leaves (spec 5.4, last rows), as far
/// as RE2 reaches. Errors: E218 for look-around, back-references and what else RE2 lacks.
[[nodiscard]] Result<bool> java_regex_matches(std::string_view pattern, std::string_view text, bool fold_case, Span span);

}  // namespace eqlab::eql
