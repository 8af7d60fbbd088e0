// Three steps. `read_pieces` gives the tokens as they will be written, each with the comments
// before it, and settles at once which parentheses go and where comments move to. `Walker` follows
// the grammar, which the parser has accepted already, and says where lines may break. `Writer`
// breaks them where it must: a group that fits stands on one line, else all its lines break.
//
// The layout depends only on the tokens, on where comments stand between them and on whether each
// began a line; the output keeps all three, so formatting it again gives the same. Tested in
// tests/unit/eql/format_test.cc and, on random queries, tests/exhaustive/format_random_test.cc.
#include "harness/eql/format.h"

#include <algorithm>
#include <array>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/eql/token.h"

namespace eqlab::eql {
namespace {

constexpr std::size_t columns_max = 100;
constexpr std::size_t indent_columns = 2;
constexpr std::size_t endless = std::size_t{1} << 40U;  ///< width of what cannot be on one line

// --- what is written ---

struct Remark {
  std::string text;
  bool is_line = false;      ///< `// …`: nothing can follow on its line
  bool line_before = false;  ///< it begins a line
  bool line_after = false;
  [[nodiscard]] bool is_multi_line() const { return text.find('\n') != std::string::npos; }
};

struct Piece {
  TokenKind kind = TokenKind::end;
  std::string text;
  std::vector<Remark> before;

  [[nodiscard]] bool is_symbol(std::string_view t) const {
    return kind == TokenKind::symbol && text == t;
  }
  [[nodiscard]] bool is_keyword(std::string_view t) const {
    return kind == TokenKind::keyword && text == t;
  }
};

/// The name without backticks if it reads the same without them.
std::string shortest_name(const Token& token) {
  const auto& name = std::get<std::string>(token.value);
  const auto tokens = tokenize(name);
  std::string plain;
  bool wants_name = true;
  for (std::size_t i = 0; tokens && i + 1 < tokens->tokens.size(); ++i, wants_name = !wants_name) {
    const Token& part = tokens->tokens[i];
    if (wants_name ? part.kind != TokenKind::identifier : !part.is_symbol(".")) break;
    plain += part.text;
  }
  // Blanks, comments and other tokens make the two differ; so does a dot at the end.
  return plain == name && !wants_name ? plain : std::string(token.text);
}

Remark read_remark(std::string_view text) {
  Remark remark;
  remark.is_line = text.starts_with("//");
  if (remark.is_line) {
    remark.text = text.substr(0, text.find_last_not_of(" \t\r") + 1);
    return remark;
  }
  for (const char c : text) {
    while (c == '\n' && remark.text.ends_with('\r')) remark.text.pop_back();
    remark.text += c;
  }
  return remark;
}

std::vector<Piece> all_pieces(std::string_view source, const Tokens& tokens) {
  std::vector<Piece> pieces;
  std::size_t end = 0;  // of what was read last
  bool at_begin = true;
  std::size_t comment = 0;
  const auto line_since = [&](std::size_t begin) {
    const bool line = at_begin || source.substr(end, begin - end).find('\n') != source.npos;
    at_begin = false;
    return line;
  };
  for (const Token& token : tokens.tokens) {
    Piece piece{.kind = token.kind,
                .text = token.kind == TokenKind::quoted_identifier ? shortest_name(token)
                                                                   : std::string(token.text),
                .before = {}};
    for (; comment < tokens.comments.size() &&
           tokens.comments[comment].span.begin < token.span.begin + (token.text.empty() ? 1U : 0U);
         ++comment) {
      const Span span = tokens.comments[comment].span;
      Remark remark = read_remark(source.substr(span.begin, span.end - span.begin));
      remark.line_before = line_since(span.begin);
      if (!piece.before.empty()) piece.before.back().line_after = remark.line_before;
      piece.before.push_back(std::move(remark));
      end = span.end;
    }
    const bool line = line_since(token.span.begin);
    if (!piece.before.empty()) piece.before.back().line_after = line;
    end = token.span.end;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

void append(std::vector<Remark>& to, std::vector<Remark>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

/// Whether an expression may begin behind the piece, so that a parenthesis there is about one.
bool begins_expression(const std::vector<Piece>& pieces, std::size_t i) {
  const Piece& piece = pieces[i];
  return piece.is_keyword("where") || piece.is_keyword("by") || piece.is_symbol(",") ||
         piece.is_symbol("(") ||
         (piece.kind == TokenKind::identifier && i > 0 && pieces[i - 1].is_symbol("|"));
}
/// Whether the piece cannot continue an expression.
bool ends_expression(const Piece& piece) {
  for (const std::string_view symbol : {")", "]", ",", "|", "[", "!["}) {
    if (piece.is_symbol(symbol)) return true;
  }
  return piece.kind == TokenKind::end || piece.is_keyword("with") || piece.is_keyword("until");
}

/// Takes away parentheses around what stands alone; comments beside them go to what follows.
std::vector<Piece> without_idle_brackets(std::vector<Piece> pieces) {
  std::vector<std::size_t> open;
  std::vector<bool> idle(pieces.size(), false);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].is_symbol("(")) open.push_back(i);
    if (!pieces[i].is_symbol(")")) continue;
    const std::size_t begin = open.back();
    open.pop_back();
    idle[begin] = idle[i] = begins_expression(pieces, begin - 1) && ends_expression(pieces[i + 1]);
  }
  std::vector<Piece> kept;
  std::vector<Remark> waiting;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    append(waiting, std::move(pieces[i].before));
    if (idle[i]) continue;
    pieces[i].before = std::move(waiting);
    waiting.clear();
    kept.push_back(std::move(pieces[i]));
  }
  return kept;
}

/// Comments that stand within the line, between two words of it.
bool is_inline(const std::vector<Remark>& remarks) {
  return std::ranges::none_of(remarks, [](const Remark& remark) {
    return remark.is_line || remark.line_before || remark.line_after || remark.is_multi_line();
  });
}

/// A comment at the end of a line stays there when the comma moves before it or the `and` to the
/// next line.
void move_remarks(std::vector<Piece>& pieces) {
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    Piece& next = pieces[i + 1];
    if (pieces[i].is_symbol(",") && !is_inline(pieces[i].before)) {
      append(pieces[i].before, std::move(next.before));
      std::swap(next.before, pieces[i].before);
    } else if ((pieces[i].is_keyword("and") || pieces[i].is_keyword("or")) &&
               !is_inline(next.before)) {
      append(pieces[i].before, std::move(next.before));
    }
  }
  for (Piece& piece : pieces) {
    for (std::size_t i = 1; i < piece.before.size(); ++i) {
      if (piece.before[i - 1].is_line) piece.before[i].line_before = true;
    }
  }
}

std::vector<Piece> read_pieces(std::string_view source, const Tokens& tokens) {
  std::vector<Piece> pieces = without_idle_brackets(all_pieces(source, tokens));
  move_remarks(pieces);
  return pieces;
}

// --- where lines may break ---

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

enum class DocKind : std::uint8_t {
  text,
  line,   ///< `text` on one line, a line end where the group breaks
  hard,   ///< always a line end
  parts,  ///< one after the other
  indent,
  group,
  fill,  ///< item, break, item, …: each break is a line end only where the next item does not fit
};

struct Doc {
  DocKind kind = DocKind::parts;
  std::string text = {};
  std::size_t indent = 0;
  std::vector<Doc> parts = {};
  std::size_t width = 0;   ///< on one line; `endless` when it cannot be
  std::size_t lead = 0;    ///< columns before the first place where it may break
  bool may_break = false;  ///< there is such a place
};

void add_part(Doc& doc, Doc&& part) {
  doc.width = std::min(endless, doc.width + part.width);
  if (!doc.may_break) doc.lead = std::min(endless, doc.lead + part.lead);
  doc.may_break = doc.may_break || part.may_break;
  doc.parts.push_back(std::move(part));
}

Doc text_doc(std::string text) {
  const std::size_t columns = columns_of(text);
  return {.kind = DocKind::text, .text = std::move(text), .width = columns, .lead = columns};
}
Doc line_doc(std::string flat) {
  const std::size_t columns = flat.size();
  return {.kind = DocKind::line, .text = std::move(flat), .width = columns, .may_break = true};
}
Doc hard_doc() { return {.kind = DocKind::hard, .width = endless, .may_break = true}; }
Doc remark_doc(const Remark& remark) {
  // A comment at the end of a line may reach beyond it: it is not for a comment to break the code.
  if (remark.is_line) return {.kind = DocKind::text, .text = remark.text};
  Doc doc = text_doc(remark.text);
  if (remark.is_multi_line()) {
    doc.width = endless;
    doc.lead = columns_of(remark.text.substr(0, remark.text.find('\n')));
    doc.may_break = true;
  }
  return doc;
}

/// Collects parts of one kind of Doc.
class Parts {
 public:
  explicit Parts(DocKind kind = DocKind::parts, std::size_t indent = 0)
      : doc_{.kind = kind, .indent = indent} {}
  Parts& operator<<(Doc part) {
    add_part(doc_, std::move(part));
    return *this;
  }
  [[nodiscard]] Doc done() { return std::move(doc_); }

 private:
  Doc doc_;
};

Doc indented(Doc doc, std::size_t indent = indent_columns) {
  Parts parts(DocKind::indent, indent);
  parts << std::move(doc);
  return parts.done();
}
Doc grouped(Doc doc) {
  Parts parts(DocKind::group);
  parts << std::move(doc);
  return parts.done();
}

enum class Gap : std::uint8_t { none, space, line, soft, hard };

class Walker {
 public:
  explicit Walker(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  Doc query() {
    Parts out;
    if (!peek().before.empty()) out << gap(Gap::none);
    if (peek().is_keyword("sequence") || peek().is_keyword("sample")) {
      out << stages();
      while (peek().is_symbol("|")) out << gap(Gap::hard) << pipe();
    } else {
      Parts group(DocKind::group);
      group << event_filter();
      while (peek().is_symbol("|")) group << gap(Gap::line) << pipe();
      out << group.done();
    }
    out << remarks();
    return out.done();
  }

 private:
  [[nodiscard]] const Piece& peek(std::size_t ahead = 0) const {
    return pieces_[std::min(at_ + ahead, pieces_.size() - 1)];
  }
  Doc take() { return text_doc(std::move(pieces_[at_++].text)); }

  /// The comments before the next piece, each with the line end or blank before it.
  [[nodiscard]] Doc remarks() const {
    Parts out;
    for (std::size_t i = 0; i < peek().before.size(); ++i) {
      const Remark& remark = peek().before[i];
      if (at_ > 0 || i > 0) out << (remark.line_before ? hard_doc() : text_doc(" "));
      out << remark_doc(remark);
    }
    return out.done();
  }
  /// What stands between the comments, or else the piece before, and the next piece.
  [[nodiscard]] Doc ending(Gap kind) const {
    const std::vector<Remark>& before = peek().before;
    if (!before.empty()) {
      if (before.back().is_line) return hard_doc();
      if (std::ranges::any_of(before, &Remark::line_before))
        return before.back().line_after ? hard_doc() : text_doc(" ");
    }
    switch (kind) {
      case Gap::none:
        return text_doc(before.empty() ? "" : " ");
      case Gap::space:
        return text_doc(" ");
      case Gap::line:
        return line_doc(" ");
      case Gap::soft:
        return line_doc(before.empty() ? "" : " ");
      case Gap::hard:
        return hard_doc();
    }
    return {};
  }
  [[nodiscard]] Doc gap(Gap kind) const {
    Parts out;
    out << remarks() << ending(kind);
    return out.done();
  }
  /// Comments before a closing bracket belong to what it closes.
  Doc closing() {
    Parts out;
    out << indented(remarks()) << ending(Gap::soft) << take();
    return out.done();
  }

  // --- queries ---

  Doc event_filter() {
    Parts head;
    head << take() << gap(Gap::space) << take();
    Parts out(DocKind::group);
    Parts condition;
    condition << gap(Gap::line) << expression();
    out << head.done() << indented(condition.done());
    return out.done();
  }

  Doc stages() {
    Parts out;
    out << take();
    if (peek().is_keyword("by")) out << gap(Gap::space) << keys();
    if (peek().is_keyword("with")) {
      out << gap(Gap::space) << take();                    // with
      out << gap(Gap::space) << take() << option_value();  // maxspan=30
      out << gap(Gap::none) << take();                     // s
    }
    while (peek().is_symbol("[") || peek().is_symbol("![")) {
      Parts row(DocKind::indent, indent_columns);
      row << gap(Gap::hard) << stage();
      out << row.done();
    }
    if (peek().is_keyword("until")) {
      out << gap(Gap::hard) << take();
      out << gap(Gap::space) << stage();
    }
    return out.done();
  }

  /// `=30`
  Doc option_value() {
    Parts out;
    out << gap(Gap::none) << take();
    out << gap(Gap::none) << take();
    return out.done();
  }

  Doc stage() {
    Parts box(DocKind::group);
    box << take();
    Parts filter(DocKind::indent, indent_columns);
    filter << gap(Gap::none) << take();
    filter << gap(Gap::space) << take();
    filter << gap(Gap::line) << expression();
    box << filter.done() << closing();
    Parts out;
    out << box.done();
    if (peek().is_keyword("by")) out << gap(Gap::space) << keys();
    if (peek().is_keyword("with")) {
      out << gap(Gap::space) << take();                    // with
      out << gap(Gap::space) << take() << option_value();  // runs=3
    }
    return out.done();
  }

  Doc keys() {
    Parts out;
    out << take() << gap(Gap::space) << indented(items(), 2 * indent_columns);
    return out.done();
  }

  Doc pipe() {
    Parts out;
    out << take() << gap(Gap::space) << take();
    out << gap(Gap::space) << items();
    return out.done();
  }

  /// One or more expressions with commas between.
  Doc items() {  // NOLINT(misc-no-recursion): bounded by limits::expression_depth_max
    Parts out(DocKind::fill);
    for (;;) {
      Parts item;
      item << grouped(indented(expression()));
      const bool is_last = !peek().is_symbol(",");
      if (!is_last) item << gap(Gap::none) << take();
      out << item.done();
      if (is_last) return out.done();
      out << gap(Gap::line);
    }
  }

  // --- expressions, as in parser.cc ---

  struct Chain {
    Doc doc;
    bool has_lines = false;
  };

  /// Its lines are those of the group around it.
  Doc expression() {  // NOLINT(misc-no-recursion): bounded by limits::expression_depth_max
    Chain first = conjunction();
    if (!peek().is_keyword("or")) return std::move(first.doc);
    Parts out;
    out << as_operand(std::move(first));
    while (peek().is_keyword("or")) {
      out << gap(Gap::line) << take();
      out << gap(Gap::space) << as_operand(conjunction());
    }
    return out.done();
  }
  static Doc as_operand(Chain chain) {
    return chain.has_lines ? grouped(indented(std::move(chain.doc))) : std::move(chain.doc);
  }

  Chain conjunction() {  // NOLINT(misc-no-recursion)
    Doc first = negation();
    if (!peek().is_keyword("and")) return {std::move(first)};
    Parts out;
    out << std::move(first);
    while (peek().is_keyword("and")) {
      out << gap(Gap::line) << take();
      out << gap(Gap::space) << negation();
    }
    return {.doc = out.done(), .has_lines = true};
  }

  Doc negation() {  // NOLINT(misc-no-recursion)
    Parts out;
    while (peek().is_keyword("not")) {
      out << take();
      out << gap(Gap::space);
    }
    out << comparison();
    return out.done();
  }

  static bool is_one_of(const Piece& piece, const std::vector<std::string_view>& symbols) {
    return piece.kind == TokenKind::symbol &&
           std::ranges::find(symbols, piece.text) != symbols.end();
  }

  Doc comparison() {  // NOLINT(misc-no-recursion)
    Parts out;
    out << arithmetic();
    if (is_one_of(peek(), {"==", "!=", "<", "<=", ">", ">="})) {
      out << gap(Gap::space) << take();
      out << gap(Gap::space) << arithmetic();
    }
    return out.done();
  }

  Doc arithmetic() {  // NOLINT(misc-no-recursion)
    Parts out;
    out << signed_value();
    while (is_one_of(peek(), {"+", "-", "*", "/", "%"})) {
      out << gap(Gap::space) << take();
      out << gap(Gap::space) << signed_value();
    }
    return out.done();
  }

  Doc signed_value() {  // NOLINT(misc-no-recursion)
    Parts out;
    while (is_one_of(peek(), {"+", "-"})) {
      out << take();
      out << gap(Gap::none);
    }
    out << predicate();
    return out.done();
  }

  Doc predicate() {  // NOLINT(misc-no-recursion)
    Parts out;
    out << primary();
    if (peek().is_keyword("not")) out << gap(Gap::space) << take();
    const Piece& op = peek();
    const bool takes_list = op.is_symbol(":") || op.is_keyword("in") || op.is_keyword("in~") ||
                            op.is_keyword("like") || op.is_keyword("like~") ||
                            op.is_keyword("regex") || op.is_keyword("regex~");
    if (!takes_list) return out.done();
    out << gap(Gap::space) << take();
    out << gap(Gap::space) << (peek().is_symbol("(") ? bracketed_items() : take());
    return out.done();
  }

  Doc bracketed_items() {  // NOLINT(misc-no-recursion)
    Parts out(DocKind::group);
    out << take();
    Parts inner(DocKind::indent, indent_columns);
    inner << gap(Gap::soft) << items();
    out << inner.done() << closing();
    return out.done();
  }

  Doc primary() {  // NOLINT(misc-no-recursion)
    const Piece& first = peek();
    if (first.is_symbol("(")) {
      Parts out(DocKind::group);
      out << take();
      Parts inner(DocKind::indent, indent_columns);
      inner << gap(Gap::soft) << expression();
      out << inner.done() << closing();
      return out.done();
    }
    if (first.is_symbol("?") || first.kind == TokenKind::quoted_identifier ||
        (first.kind == TokenKind::identifier && !peek(1).is_symbol("(")))
      return field();
    Parts out;
    out << take();  // a literal, or the name of a function
    if (first.kind != TokenKind::identifier && first.kind != TokenKind::tilde_identifier)
      return out.done();
    out << gap(Gap::none);
    if (!peek(1).is_symbol(")")) {
      out << bracketed_items();
    } else {
      out << take();
      out << gap(Gap::none) << take();
    }
    return out.done();
  }

  Doc field() {
    Parts out;
    if (peek().is_symbol("?")) {
      out << take();
      out << gap(Gap::none);
    }
    out << take();
    while (peek().is_symbol(".")) {
      out << gap(Gap::none) << take();
      out << gap(Gap::none) << take();
    }
    return out.done();
  }

  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

// --- where they do break ---

class Writer {
 public:
  std::string run(const Doc& doc) {
    write(doc, {.indent = 0, .is_flat = false, .after = 0});
    out_ += '\n';
    return std::move(out_);
  }
  [[nodiscard]] bool is_full() const { return out_.size() > limits::query_bytes_max; }

 private:
  struct Where {
    std::size_t indent;
    bool is_flat;       ///< a group around it stands on one line
    std::size_t after;  ///< columns that must follow on the same line
  };

  void put(std::string_view text) {
    out_ += text;
    const std::size_t line = text.rfind('\n');
    if (line == std::string_view::npos) {
      column_ += columns_of(text);
    } else {
      ++lines_;
      column_ = columns_of(text.substr(line + 1));
    }
  }
  void new_line(std::size_t indent) {
    out_ += '\n';
    out_.append(indent, ' ');
    ++lines_;
    column_ = indent;
  }
  [[nodiscard]] bool fits(std::size_t width) const { return column_ + width <= columns_max; }

  void write(const Doc& doc, Where where) {  // NOLINT(misc-no-recursion): depth bounded by parser
    if (is_full()) return;
    switch (doc.kind) {
      case DocKind::text:
        put(doc.text);
        break;
      case DocKind::line:
        if (where.is_flat) {
          put(doc.text);
        } else {
          new_line(where.indent);
        }
        break;
      case DocKind::hard:
        new_line(where.indent);
        break;
      case DocKind::group:
        where.is_flat = where.is_flat || fits(std::min(endless, doc.width + where.after));
        write_parts(doc, where);
        break;
      case DocKind::indent:
        where.indent += doc.indent;
        write_parts(doc, where);
        break;
      case DocKind::parts:
        write_parts(doc, where);
        break;
      case DocKind::fill:
        write_fill(doc, where);
        break;
    }
  }

  void write_parts(const Doc& doc, Where where) {  // NOLINT(misc-no-recursion)
    for (std::size_t i = 0; i < doc.parts.size(); ++i) {
      Where inner = where;
      if (!where.is_flat && doc.parts[i].may_break) inner.after = after_part(doc, i, where.after);
      write(doc.parts[i], inner);
    }
  }
  /// Columns from the end of part `i` to the next place where the line may break.
  static std::size_t after_part(const Doc& doc, std::size_t i, std::size_t after) {
    std::size_t columns = 0;
    for (++i; i < doc.parts.size() && columns <= columns_max; ++i) {
      columns += doc.parts[i].lead;
      if (doc.parts[i].may_break) return columns;
    }
    return columns + after;
  }

  void write_fill(const Doc& doc, Where where) {  // NOLINT(misc-no-recursion)
    std::size_t first_line = lines_;
    for (std::size_t i = 0; i < doc.parts.size(); i += 2) {
      Where inner = where;
      inner.after = i + 1 == doc.parts.size() ? where.after : 0;
      if (i > 0) {
        const Doc& between = doc.parts[i - 1];
        const bool stays =
            lines_ == first_line &&
            fits(std::min(endless, between.width + doc.parts[i].width + inner.after));
        write(between, {.indent = where.indent, .is_flat = where.is_flat || stays, .after = 0});
      }
      first_line = lines_;
      write(doc.parts[i], inner);
    }
  }

  std::string out_;
  std::size_t column_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace

Result<std::string> format_query(std::string_view source) {
  EQLAB_TRY(const Query query, parse_query(source));
  EQLAB_TRY(const Tokens tokens, tokenize(source));
  const Doc doc = Walker(read_pieces(source, tokens)).query();
  Writer writer;
  std::string text = writer.run(doc);
  if (text.size() > limits::query_bytes_max) {
    return fail(error_at({0, 0}, "E110",
                         format("laid out, the query is longer than {} bytes",
                                group_digits(std::int64_t{limits::query_bytes_max}))));
  }
  // Files are rewritten with this: whatever else may be wrong, the meaning must not be.
  const auto again = parse_query(text);
  EQLAB_ASSERT(again.has_value() && print(*again) == print(query));
  return text;
}

}  // namespace eqlab::eql
