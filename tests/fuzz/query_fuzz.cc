// Bytes as a query: through the lexer, parser, printer, formatter and checker, and its patterns
// compiled. Nothing is evaluated.
#include <optional>
#include <vector>

#include "harness/base/text.h"
#include "harness/eql/format.h"
#include "harness/eql/query.h"
#include "harness/eql/token.h"
#include "harness/scan/plan.h"
#include "tests/fuzz/fuzz.h"

namespace eqlab::fuzz {
namespace {

/// An error points into the text and can be shown.
void expect_sound(const Diagnostic& error, const std::string& source) {
  EQLAB_ASSERT(error.span.begin <= error.span.end && error.span.end <= source.size());
  EQLAB_ASSERT(!error.code.empty() && !error.message.empty());
  EQLAB_ASSERT(!render(locate(error, {.file = "query", .text = source})).empty());
}

void expect_in_order(const eql::Tokens& tokens, const std::string& source) {
  std::size_t end = 0;
  for (const eql::Token& token : tokens.tokens) {
    EQLAB_ASSERT(token.span.begin >= end && token.span.end >= token.span.begin);
    EQLAB_ASSERT(token.text ==
                 std::string_view(source).substr(token.span.begin, token.text.size()));
    end = token.span.end;
  }
  EQLAB_ASSERT(tokens.tokens.back().kind == eql::TokenKind::end && end == source.size());
}

/// Without what the formatter may take from a comment: blanks at its end, carriage returns.
std::vector<std::string> comments_of(const std::string& source) {
  std::vector<std::string> comments;
  const auto tokens = eql::tokenize(source);
  EQLAB_ASSERT(tokens.has_value());
  for (const eql::Comment& comment : tokens->comments) {
    std::string& text = comments.emplace_back(
        source.substr(comment.span.begin, comment.span.end - comment.span.begin));
    if (text.starts_with("//")) text.erase(text.find_last_not_of(" \t\r") + 1);
    std::erase(text, '\r');
  }
  return comments;
}

void format_twice(const std::string& source, const std::string& printed) {
  const auto text = eql::format_query(source);
  if (!text) {
    EQLAB_ASSERT(text.error().code == "E110");
    return;
  }
  const auto tree = eql::parse_query(*text);
  EQLAB_ASSERT(tree.has_value() && eql::print(*tree) == printed);
  EQLAB_ASSERT(comments_of(*text) == comments_of(source));
  const auto again = eql::format_query(*text);
  EQLAB_ASSERT(again.has_value() && *again == *text);
}

/// The checked form as text; nothing when the query is refused.
std::optional<std::string> checked_text(const std::string& source, const event::Schema& schema) {
  auto query = eql::parse_query(source);
  EQLAB_ASSERT(query.has_value());
  auto checked = eql::check_query(std::move(*query), schema, {});
  if (!checked) {
    expect_sound(checked.error(), source);
    return std::nullopt;
  }
  std::string text;
  for (const eql::CheckedStage& stage : checked->stages)
    text += eql::print_condition(*checked, stage.filter) + "\n";
  if (checked->until) text += eql::print_condition(*checked, checked->until->filter);
  scan::Plan plan(scan::Plan::options_for(schema, "@timestamp", ""));
  const scan::QueryBinding binding = plan.add(*checked);
  EQLAB_ASSERT(binding.stages.size() == checked->stages.size());
  EQLAB_ASSERT(plan.leaves().size() <= checked->leaves.size());
  return text;
}

void run(const std::string& source) {
  const auto tokens = eql::tokenize(source);
  if (!tokens) {
    expect_sound(tokens.error(), source);
    return;
  }
  expect_in_order(*tokens, source);
  const auto query = eql::parse_query(source);
  if (!query) {
    expect_sound(query.error(), source);
    return;
  }
  const std::string printed = eql::print(*query);
  const auto again = eql::parse_query(printed);
  // Escapes and spelled-out operators make the print longer than its source.
  if (!again && again.error().code == "E110") return;
  EQLAB_ASSERT(again.has_value() && eql::print(*again) == printed);
  format_twice(source, printed);
  static const event::Schema open = event::Schema::open();
  for (const event::Schema* schema : {&event::Schema::builtin(), &open}) {
    EQLAB_ASSERT(checked_text(source, *schema) == checked_text(printed, *schema));
  }
}

}  // namespace
}  // namespace eqlab::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  eqlab::fuzz::run(eqlab::fuzz::text_of(data, size));
  return 0;
}
