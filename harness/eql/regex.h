#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace eqlab::eql {

class Re2Program;

/// A regular expression in Lucene's syntax with all optional features (Lucene's RegExp), matched
/// against the whole value (UTF-8). What RE2 can say is given to RE2; `&`, `~` and large
/// repetitions go to a bounded automaton of our own. Linear time in the text. Thread-safe once
/// compiled. Copies share the program. Errors: E218, spanning `span`: not a pattern, or larger than
/// the automaton may become.
class LuceneRegex {
 public:
  /// `fold_case`: ASCII letters match in both cases (AutomatonQueries), except those that
  /// only a range of a class covers: Lucene leaves `[a-z]` as it is.
  [[nodiscard]] static Result<LuceneRegex> compile(std::string_view pattern, bool fold_case,
                                                   Span span);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Program;
  explicit LuceneRegex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

/// A regular expression of java.util.regex, matched against the whole text: for script leaves
/// (RegexProcessor), as far as RE2 reaches. Linear time in the text. Thread-safe. Copies share
/// the program. Errors: E218, spanning `span`: what Java rejects, and look-around, back-references,
/// possessive repetitions and what else RE2 lacks, by name.
class JavaRegex {
 public:
  /// `fold_case`: ASCII only, as Java does without UNICODE_CASE.
  [[nodiscard]] static Result<JavaRegex> compile(std::string_view pattern, bool fold_case,
                                                 Span span);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  explicit JavaRegex(std::shared_ptr<const Re2Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Re2Program> program_;
};

/// The same for a pattern that is used once; compiling costs some microseconds.
[[nodiscard]] Result<bool> java_regex_matches(std::string_view pattern, std::string_view text,
                                              bool fold_case, Span span);

}  // namespace eqlab::eql
