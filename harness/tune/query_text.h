#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/eql/token.h"

/// A query as text and tree at once, and edits of the text: what is tested is what a diff shows.
namespace eqlab::tune {

/// `replacement` in place of the bytes of `span`; an empty span inserts.
struct TextEdit {
  Span span;
  std::string replacement;
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

/// The text with all edits made. They must not overlap; several insertions at one place are made in
/// the order given, before what replaces the stretch that begins there.
[[nodiscard]] std::string with_edits(std::string_view text, std::vector<TextEdit> edits);

/// Copies share the text.
class QueryText {
 public:
  /// Errors: those of eql::parse_query.
  [[nodiscard]] static Result<QueryText> read(std::string_view text);

  [[nodiscard]] const std::string& text() const { return *text_; }
  [[nodiscard]] const eql::Query& tree() const { return tree_; }
  [[nodiscard]] const std::vector<eql::Token>& tokens() const { return tokens_.tokens; }

  /// Steps are the stages in order and then, if there is one, `until`.
  [[nodiscard]] std::size_t step_count() const {
    return tree_.stages.size() + (tree_.until ? 1 : 0);
  }
  [[nodiscard]] const eql::Stage& step(std::size_t index) const {
    return index < tree_.stages.size() ? tree_.stages[index] : *tree_.until;
  }
  /// ` in step 2`, ` in until`; nothing in a query of one event.
  [[nodiscard]] std::string in_step(std::size_t index) const;

  /// The expression with the brackets that its parts stand in, without its own. A node's own span
  /// may lack those of its first part.
  [[nodiscard]] Span bare(eql::ExprId id) const;
  /// With its own brackets too.
  [[nodiscard]] Span written(eql::ExprId id) const;
  [[nodiscard]] std::string_view at(Span span) const {
    return std::string_view(*text_).substr(span.begin, span.end - span.begin);
  }
  /// The conjuncts of a step's condition: the parts of an outermost `and`, or the whole.
  [[nodiscard]] std::vector<eql::ExprId> terms(std::size_t step) const;

  /// The first token that begins at or after a byte; the last one is the end.
  [[nodiscard]] std::size_t token_at(std::size_t byte) const;
  /// `with maxspan=…`; nothing when the query has none.
  [[nodiscard]] std::optional<Span> maxspan() const;

  /// Takes item `index` of at least two out of a list or chain, with one of its separators and, of
  /// an item that stands on lines of its own, the lines. `items` are spans in order with one token
  /// between them.
  [[nodiscard]] std::vector<TextEdit> without_item(std::span<const Span> items,
                                                   std::size_t index) const;
  /// Takes a stretch out, with the blank before it or the lines that it stands on alone.
  [[nodiscard]] TextEdit without(Span stretch) const;

  /// Between line start and `byte` there is nothing but blanks.
  [[nodiscard]] bool begins_line(std::size_t byte) const;
  /// Those blanks.
  [[nodiscard]] std::string_view indentation(std::size_t byte) const;
  [[nodiscard]] bool is_blank(std::size_t begin, std::size_t end) const;
  /// The end of the line, when nothing but blanks and a `//` comment follows on it.
  [[nodiscard]] std::optional<std::size_t> end_of_idle_line(std::size_t byte) const;

 private:
  QueryText() = default;
  [[nodiscard]] bool is_grouping(std::size_t open) const;
  [[nodiscard]] std::size_t line_start(std::size_t byte) const;

  std::shared_ptr<const std::string> text_;
  eql::Tokens tokens_;
  eql::Query tree_;
};

/// A value as a query writes it: text in quotes with its escapes, or in those of `beside` (as
/// written, of another text) where they can hold it.
[[nodiscard]] std::string write_value(const event::Value& value, std::string_view beside = {});
/// A stretch of a query for people: blanks as one space, the end of long ones cut.
[[nodiscard]] std::string shortened(std::string_view text);
/// A field's name as a query writes it, in backticks where it needs them.
[[nodiscard]] std::string write_field(const std::string& name, bool optional = false);

}  // namespace eqlab::tune
