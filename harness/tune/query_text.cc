#include "harness/tune/query_text.h"

#include <algorithm>
#include <utility>

#include "harness/base/text.h"
#include "harness/eql/query.h"

namespace eqlab::tune {
namespace {

constexpr std::size_t shown_characters_max = 60;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// After this token a `+` is a sign, not a sum.
bool is_sign(const eql::Token& before) {
  if (before.kind == eql::TokenKind::keyword)
    return before.text != "true" && before.text != "false" && before.text != "null";
  return before.kind == eql::TokenKind::symbol && before.text != ")";
}

}  // namespace

std::string with_edits(std::string_view text, std::vector<TextEdit> edits) {
  std::ranges::stable_sort(
      edits, {}, [](const TextEdit& edit) { return std::pair(edit.span.begin, edit.span.end); });
  std::string out;
  std::size_t at = 0;
  for (const TextEdit& edit : edits) {
    EQLAB_ASSERT(edit.span.begin >= at && edit.span.end >= edit.span.begin &&
                 edit.span.end <= text.size());
    out += text.substr(at, edit.span.begin - at);
    out += edit.replacement;
    at = edit.span.end;
  }
  out += text.substr(at);
  return out;
}

Result<QueryText> QueryText::read(std::string_view text) {
  QueryText out;
  out.text_ = std::make_shared<const std::string>(text);
  EQLAB_TRY(out.tree_, eql::parse_query(*out.text_));
  EQLAB_TRY(out.tokens_, eql::tokenize(*out.text_));
  return out;
}

std::string QueryText::in_step(std::size_t index) const {
  if (tree_.kind == eql::QueryKind::event) return {};
  if (index >= tree_.stages.size()) return " in until";
  return format(" in step {}", index + 1);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by limits::expression_depth_max, as all trees are
Span QueryText::bare(eql::ExprId id) const {
  const eql::Expr& e = tree_.at(id);
  Span span = e.span;
  const auto reach_first = [&] { span.begin = written(e.children.front()).begin; };
  const auto reach_last = [&] { span.end = std::max(span.end, written(e.children.back()).end); };
  switch (e.kind) {
    case eql::ExprKind::literal:
    case eql::ExprKind::field:
    case eql::ExprKind::call:
      break;
    case eql::ExprKind::negate:
    case eql::ExprKind::logical_not:
      reach_last();
      break;
    case eql::ExprKind::membership:
    case eql::ExprKind::pattern:
      reach_first();
      break;
    case eql::ExprKind::logical_and:
    case eql::ExprKind::logical_or:
    case eql::ExprKind::compare:
    case eql::ExprKind::arithmetic:
      reach_first();
      reach_last();
      break;
  }
  return span;
}

/// A bracket around an expression, not one of a call or a list.
bool QueryText::is_grouping(std::size_t open) const {
  if (!tokens()[open].is_symbol("(") || open == 0) return false;
  const eql::Token& before = tokens()[open - 1];
  if (before.kind == eql::TokenKind::identifier ||
      before.kind == eql::TokenKind::tilde_identifier || before.is_symbol(":"))
    return false;
  return std::ranges::none_of(
      std::initializer_list<std::string_view>{"in", "in~", "like", "like~", "regex", "regex~"},
      [&](std::string_view word) { return before.is_keyword(word); });
}

// NOLINTNEXTLINE(misc-no-recursion)
Span QueryText::written(eql::ExprId id) const {
  Span span = bare(id);
  std::size_t first = token_at(span.begin);
  std::size_t behind = token_at(span.end);
  while (first > 0) {
    const eql::Token& before = tokens()[first - 1];
    if (before.is_symbol("+") && first > 1 && is_sign(tokens()[first - 2])) {
      span.begin = before.span.begin;  // a sign that leaves no node
      --first;
    } else if (is_grouping(first - 1) && tokens()[behind].is_symbol(")")) {
      span = {before.span.begin, tokens()[behind].span.end};
      --first;
      ++behind;
    } else {
      break;
    }
  }
  return span;
}

std::vector<eql::ExprId> QueryText::terms(std::size_t index) const {
  const eql::ExprId condition = step(index).filter.condition;
  const eql::Expr& e = tree_.at(condition);
  if (e.kind == eql::ExprKind::logical_and) return e.children;
  return {condition};
}

std::size_t QueryText::token_at(std::size_t byte) const {
  const auto found = std::ranges::lower_bound(tokens(), byte, {},
                                              [](const eql::Token& t) { return t.span.begin; });
  return std::min(static_cast<std::size_t>(found - tokens().begin()), tokens().size() - 1);
}

std::optional<Span> QueryText::maxspan() const {
  if (!tree_.maxspan) return std::nullopt;
  // with maxspan = NUMBER UNIT, before the first step.
  for (std::size_t i = 0; i + 4 < tokens().size(); ++i) {
    if (tokens()[i].is_keyword("with"))
      return Span{tokens()[i].span.begin, tokens()[i + 4].span.end};
  }
  return std::nullopt;
}

std::size_t QueryText::line_start(std::size_t byte) const {
  const std::size_t end = byte == 0 ? std::string::npos : text_->rfind('\n', byte - 1);
  return end == std::string::npos ? 0 : end + 1;
}

bool QueryText::is_blank(std::size_t begin, std::size_t end) const {
  return begin <= end && std::ranges::all_of(at({begin, end}), is_space);
}

bool QueryText::begins_line(std::size_t byte) const {
  while (byte > 0 && (*text_)[byte - 1] != '\n') {
    if (!is_space((*text_)[byte - 1])) return false;
    --byte;
  }
  return true;
}

std::string_view QueryText::indentation(std::size_t byte) const {
  return at({line_start(byte), byte});
}

std::optional<std::size_t> QueryText::end_of_idle_line(std::size_t byte) const {
  std::size_t i = byte;
  while (i < text_->size() && (*text_)[i] != '\n' && is_space((*text_)[i])) ++i;
  if (i == text_->size() || (*text_)[i] == '\n') return i;
  if (!at({i, text_->size()}).starts_with("//")) return std::nullopt;
  return std::min(text_->find('\n', i), text_->size());
}

TextEdit QueryText::without(Span stretch) const {
  if (begins_line(stretch.begin)) {
    const std::size_t start = line_start(stretch.begin);
    const auto end = end_of_idle_line(stretch.end);
    if (end && *end < text_->size()) return {{start, *end + 1}, {}};
    // The last line: the line end before it goes.
    if (end && start > 0) return {{start - 1, *end}, {}};
  }
  std::size_t begin = stretch.begin;
  while (begin > 0 && is_space((*text_)[begin - 1])) --begin;
  // A comment to the line's end would swallow what follows.
  const bool after_line_comment =
      std::ranges::any_of(tokens_.comments, [&](const eql::Comment& comment) {
        return comment.span.end == begin && at(comment.span).starts_with("//");
      });
  return {{after_line_comment ? stretch.begin : begin, stretch.end}, {}};
}

std::vector<TextEdit> QueryText::without_item(std::span<const Span> items,
                                              std::size_t index) const {
  EQLAB_ASSERT(items.size() >= 2 && index < items.size());
  const Span item = items[index];
  const bool is_last = index + 1 == items.size();
  const auto separator_after = [&](std::size_t i) { return tokens()[token_at(items[i].end)].span; };

  // On lines of its own, its separator at their end or at their beginning.
  const auto lines_of = [&](std::size_t begin, std::size_t end) -> std::optional<TextEdit> {
    if (!begins_line(begin)) return std::nullopt;
    const auto line_end = end_of_idle_line(end);
    if (!line_end || *line_end == text_->size()) return std::nullopt;
    return TextEdit{{line_start(begin), *line_end + 1}, {}};
  };
  if (!is_last && is_blank(item.end, separator_after(index).begin)) {
    if (auto edit = lines_of(item.begin, separator_after(index).end)) return {*edit};
  }
  if (index > 0 && is_blank(separator_after(index - 1).end, item.begin)) {
    if (auto edit = lines_of(separator_after(index - 1).begin, item.end)) return {*edit};
  }

  if (index > 0) {
    const Span separator = separator_after(index - 1);
    const std::size_t before = items[index - 1].end;
    if (is_blank(before, separator.begin) && is_blank(separator.end, item.begin))
      return {{{before, item.end}, {}}};
    return {{separator, {}}, {item, {}}};
  }
  const Span separator = separator_after(0);
  const std::size_t after = items[1].begin;
  if (is_blank(item.end, separator.begin) && is_blank(separator.end, after))
    return {{{item.begin, after}, {}}};
  return {{item, {}}, {separator, {}}};
}

std::string write_value(const event::Value& value, std::string_view beside) {
  const auto* const text = std::get_if<std::string>(&value);
  const bool fits_raw =
      text != nullptr && beside.starts_with("\"\"\"") && !text->ends_with('"') &&
      text->find("\"\"\"") == std::string::npos &&
      std::ranges::none_of(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (fits_raw) return format("\"\"\"{}\"\"\"", *text);
  eql::Query one;
  one.exprs.push_back({.kind = eql::ExprKind::literal, .span = {}, .value = value});
  return eql::print(one, 0);
}

std::string shortened(std::string_view text) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    const bool is_blank = is_space(c);
    if (is_blank && blank) continue;
    out += is_blank ? ' ' : c;
    blank = is_blank;
  }
  const std::vector<std::string_view> characters = split_characters(out);
  if (characters.size() <= shown_characters_max) return out;
  std::string cut;
  for (std::size_t i = 0; i < shown_characters_max; ++i) cut += characters[i];
  return cut + "…";
}

std::string write_field(const std::string& name, bool optional) {
  eql::Query one;
  one.exprs.push_back(
      {.kind = eql::ExprKind::field, .span = {}, .name = name, .optional = optional});
  return eql::print(one, 0);
}

}  // namespace eqlab::tune
