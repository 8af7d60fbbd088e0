// Line by line: a line that begins in the first column opens a part of a block, indented lines are
// its body. Parts are first collected, then completed per block, so their order within a block is
// free. Tested in tests/unit/cases/parse_test.cc.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "harness/base/text.h"
#include "harness/cases/case_block.h"
#include "harness/cases/event_line.h"
#include "harness/cases/schedule_lines.h"

namespace eqlab::cases {
namespace {

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< without the line end
  std::uint32_t number = 0;
};

/// One part of a block: its first line and its body.
struct Part {
  std::string keyword;
  std::string rest;            ///< of the first line, after the keyword
  std::size_t rest_bytes = 0;  ///< to the end of that line
  Line head;
  std::vector<Line> body;
  std::uint32_t last_line = 0;  ///< one past the last line that is not blank
};

/// The parts of one block before they are put together. What stands before the first `why:` is kept
/// as the beginning of every block.
struct Parts {
  std::optional<Part> why;
  std::map<std::string, Part, std::less<>> setup;  ///< rule, schema, events, options, query
  std::vector<Part> skips;
  std::optional<Part> expectation;
  std::vector<Part> more_expectations;  ///< `gaps` and `missed`, right below `alerts`
  std::string last_keyword;
};

constexpr std::array<std::string_view, 7> setup_keywords = {
    "rule", "schema", "events", "options", "query", "schedule", "runs"};
constexpr std::array<std::string_view, 6> expectation_keywords = {"matches", "ids",    "error",
                                                                  "tree",    "normal", "alerts"};
constexpr std::array<std::string_view, 2> more_keywords = {"gaps", "missed"};
/// Their first lines may say something after the keyword.
constexpr std::array<std::string_view, 3> open_keywords = {"rule", "schedule", "runs"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

class FileParser {
 public:
  FileParser(const std::string& text, const std::string& file)
      : text_(text), file_(file), source_{.file = file, .text = text} {}

  Result<std::vector<CaseBlock>> run() {
    if (!is_utf8(text_)) return fail(error_in(file_, "E450", "case file is not UTF-8"));
    EQLAB_TRY(const std::vector<Parts> blocks, split());
    // A file that tests nothing must not pass for one that tests something.
    if (blocks.empty())
      return fail(
          error_in(file_, "E450", "no case in this file", "a block begins with why: and a reason"));
    std::vector<CaseBlock> out;
    for (const Parts& parts : blocks) {
      auto block = complete(parts);
      if (!block) return fail(locate(std::move(block.error()), source_));
      out.push_back(std::move(*block));
    }
    return out;
  }

 private:
  [[nodiscard]] std::string_view piece(const Line& line) const {
    return std::string_view(text_).substr(line.begin, line.end - line.begin);
  }
  [[nodiscard]] Failure<Diagnostic> error(const Line& line, std::string_view code,
                                          std::string message, std::string hint = {}) const {
    return fail(
        locate(error_at(span_of(line), code, std::move(message), std::move(hint)), source_));
  }
  [[nodiscard]] Span span_of(const Line& line) const {
    const std::string_view text = piece(line);
    return {line.begin + std::min(text.find_first_not_of(" \t"), text.size()), line.end};
  }

  Result<std::vector<Parts>> split() {
    std::vector<Parts> blocks;
    Parts preamble;
    Part* open = nullptr;  // the part that indented lines belong to
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < text_.size();) {
      std::size_t end = std::min(text_.find('\n', at), text_.size());
      const std::size_t next = end + 1;
      if (end > at && text_[end - 1] == '\r') --end;
      const Line line{at, end, ++number};
      at = next;
      const std::string_view text = piece(line);
      if (trim(text).empty()) {
        // Blank lines inside a query keep its lines in step with the file.
        if (open != nullptr && open->keyword == "query") open->body.push_back(line);
        continue;
      }
      if (text[0] == '#') continue;
      if (text[0] == ' ' || text[0] == '\t') {
        if (open == nullptr)
          return error(line, "E450", "an indented line belongs under a keyword",
                       "a block begins with why: and a reason");
        open->body.push_back(line);
        open->last_line = number + 1;
        continue;
      }
      EQLAB_TRY(open, open_part(line, blocks, preamble));
    }
    for (const Parts& block : blocks) {
      if (!block.expectation) {
        return error(block.why->head, "E452", "the block expects nothing",
                     "end it with matches, ids, error CODE, tree or normal");
      }
    }
    return blocks;
  }

  Result<Part*> open_part(const Line& line, std::vector<Parts>& blocks, Parts& preamble) {
    const std::string_view text = piece(line);
    const std::size_t word_end = std::min(text.find_first_of(": \t"), text.size());
    Part part{.keyword = std::string(text.substr(0, word_end)),
              .rest = {},
              .head = line,
              .body = {},
              .last_line = line.number + 1};
    std::string_view rest = text.substr(word_end);
    if (rest.starts_with(':')) rest.remove_prefix(1);
    part.rest = std::string(trim(rest));
    part.rest_bytes = rest.size();
    if (part.keyword == "why") {
      if (part.rest.empty())
        return error(line, "E450", "why: has no reason",
                     "say in one line which behaviour the block shows");
      blocks.push_back(preamble);
      blocks.back().why = std::move(part);
      return &*blocks.back().why;
    }
    Parts& target = blocks.empty() ? preamble : blocks.back();
    const std::string above = std::exchange(target.last_keyword, part.keyword);
    if (is_one_of(part.keyword, setup_keywords)) {
      const auto earlier = target.setup.find(part.keyword);
      if (earlier != target.setup.end() &&
          (blocks.empty() || earlier->second.head.number > target.why->head.number)) {
        return error(line, "E450", format("a second {} in one block", part.keyword),
                     "begin a new block with why:");
      }
      if (!is_one_of(part.keyword, open_keywords) && !part.rest.empty())
        return error(line, "E450", format("{} stands alone on its line", part.keyword),
                     "write its lines below it, indented");
      // A block's own query replaces the file's rule, and the other way round.
      if (part.keyword == "query") target.setup.erase("rule");
      if (part.keyword == "rule") target.setup.erase("query");
      return &(target.setup[part.keyword] = std::move(part));
    }
    if (blocks.empty())
      return unknown_keyword(line, part.keyword,
                             "before the first why: stand rule, schema, events, options, query, "
                             "schedule and runs, for all blocks of the file");
    if (part.keyword == "skip") {
      target.skips.push_back(std::move(part));
      return &target.skips.back();
    }
    if (is_one_of(part.keyword, more_keywords)) {
      const bool follows = above == "alerts" || (above == "gaps" && part.keyword == "missed");
      if (!follows)
        return error(line, "E457", format("{} does not stand right below alerts", part.keyword),
                     "write alerts, then gaps if wanted, then missed");
      target.more_expectations.push_back(std::move(part));
      return &target.more_expectations.back();
    }
    if (!is_one_of(part.keyword, expectation_keywords))
      return unknown_keyword(line, part.keyword, {});
    if (target.expectation)
      return error(line, "E452", "a second expectation in one block",
                   "begin a new block with why:");
    target.expectation = std::move(part);
    return &*target.expectation;
  }

  [[nodiscard]] Failure<Diagnostic> unknown_keyword(const Line& line, const std::string& word,
                                                    std::string hint) const {
    std::vector<std::string_view> known = {"why", "skip"};
    known.insert(known.end(), setup_keywords.begin(), setup_keywords.end());
    known.insert(known.end(), expectation_keywords.begin(), expectation_keywords.end());
    known.insert(known.end(), more_keywords.begin(), more_keywords.end());
    if (const auto similar = nearest(word, known, 1); !similar.empty() && similar.front() != word) {
      hint = format("did you mean {}?", similar.front());
    }
    if (hint.empty())
      hint =
          "a block has why:, rule: or query, schema, events, options, schedule:, runs:, skip and "
          "one of matches, ids, alerts, error, tree, normal";
    return error(line, "E450", format("{} cannot stand here", word), std::move(hint));
  }

  Result<CaseBlock> complete(const Parts& parts) const {
    CaseBlock block;
    block.file = file_;
    block.line = parts.why->head.number;
    block.why = parts.why->rest;
    for (const Line& more : parts.why->body) block.why += format(" {}", trim(piece(more)));
    if (const Part* part = find(parts, "schema")) EQLAB_CHECK(take_schema(*part, block));
    if (const Part* part = find(parts, "events")) EQLAB_CHECK(take_events(*part, block));
    if (const Part* part = find(parts, "options")) EQLAB_CHECK(take_options(*part, block));
    for (const Part& skip : parts.skips) EQLAB_CHECK(take_skip(skip, block));
    if (const Part* part = find(parts, "schedule")) {
      for (const Line& line : lines_of(*part))
        EQLAB_CHECK(read_schedule(text_, line.begin, line.end, block.schedule));
    }
    if (const Part* part = find(parts, "runs")) {
      for (const Line& line : lines_of(*part))
        EQLAB_CHECK(read_runs(text_, line.begin, line.end, block.runs));
    }
    EQLAB_CHECK(take_expectation(*parts.expectation, block));
    for (const Part& more : parts.more_expectations) EQLAB_CHECK(take_more(more, block));
    if (const Part* part = find(parts, "rule")) {
      if (part->rest.empty())
        return error(part->head, "E450", "rule: names no file",
                     "write a path relative to this file");
      block.rule_path = part->rest;
      block.rule_place =
          locate(error_at(span_of(part->head), "", ""), source_).place.value_or(Place{});
    } else if (const Part* query = find(parts, "query")) {
      block.query_first_line =
          query->body.empty() ? query->head.number : query->body.front().number;
      apply_rule(block, own_query(*query));
    } else {
      return error(parts.why->head, "E450", "the block has neither a query nor a rule",
                   "add query with the EQL below it, or rule: FILE.toml");
    }
    return block;
  }

  /// What stands after the keyword, and below it.
  [[nodiscard]] static std::vector<Line> lines_of(const Part& part) {
    Line first = part.head;
    first.begin = first.end - std::min(part.rest_bytes, first.end - first.begin);
    std::vector<Line> lines = {first};
    lines.insert(lines.end(), part.body.begin(), part.body.end());
    return lines;
  }

  static const Part* find(const Parts& parts, std::string_view keyword) {
    const auto found = parts.setup.find(keyword);
    return found == parts.setup.end() ? nullptr : &found->second;
  }

  /// The query without the indentation of its lines, and the way back to this file.
  [[nodiscard]] rule::Rule own_query(const Part& part) const {
    std::size_t indent = std::string::npos;
    for (const Line& line : part.body) {
      if (const std::size_t first = piece(line).find_first_not_of(" \t");
          first != std::string_view::npos)
        indent = std::min(indent, first);
    }
    std::size_t count = part.body.size();
    while (count > 0 && trim(piece(part.body[count - 1])).empty()) --count;
    SourceText query{.file = file_, .text = {}, .file_text = text_, .origin = {}};
    std::size_t end = part.head.end;
    for (std::size_t i = 0; i < count; ++i) {
      const Line& line = part.body[i];
      if (i > 0) {
        query.text += '\n';
        query.origin.push_back(static_cast<std::uint32_t>(end));
      }
      for (std::size_t at = std::min(line.begin + indent, line.end); at < line.end; ++at) {
        query.text += text_[at];
        query.origin.push_back(static_cast<std::uint32_t>(at));
      }
      end = line.end;
    }
    query.origin.push_back(static_cast<std::uint32_t>(end));
    rule::Rule rule = rule::bare_query(query.text, file_);
    rule.query = std::move(query);
    return rule;
  }

  Status take_schema(const Part& part, CaseBlock& block) const {
    using event::FieldType;
    std::vector<event::Field> fields;
    for (const Line& line : part.body) {
      const std::vector<std::string> words = words_of(piece(line));
      if (words.size() < 2)
        return error(line, "E450", "a field needs a type",
                     "write FIELD TYPE, for example: process.pid long");
      event::Field field{
          .name = words[0], .type = event::field_type_from_name(words[1]), .source = words[0]};
      field.has_exact = field.type != FieldType::text;
      for (std::size_t i = 2; i < words.size(); ++i) {
        const std::size_t equals = words[i].find('=');
        const std::string name = words[i].substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : words[i].substr(equals + 1);
        if (name == "exact") {
          field.has_exact = true;
        } else if (name == "ignore_above" && parse_number<unsigned long>(value)) {
          field.ignore_above = *parse_number<unsigned long>(value);
        } else if (name == "null_value") {
          field.null_value = value;
        } else if (name == "source") {
          field.source = value;
        } else if (name == "format") {
          field.date_format = value;
        } else if (name == "lowercase") {
          field.folds_case = true;
        } else {
          return error(line, "E450", format("unknown property {}", words[i]),
                       "properties are exact, lowercase, ignore_above=N, null_value=V, "
                       "source=FIELD and format=F");
        }
      }
      fields.push_back(std::move(field));
    }
    // What the engine places events by is always mapped, so that a schema names only what the case
    // is about.
    for (const auto& [name, type] : {std::pair("@timestamp", FieldType::date),
                                     {"event.category", FieldType::keyword},
                                     {"event.id", FieldType::keyword},
                                     {"event.ingested", FieldType::date}}) {
      if (std::ranges::find(fields, name, &event::Field::name) == fields.end())
        fields.push_back({.name = name, .type = type, .source = name});
    }
    block.own_schema = event::Schema::of(std::move(fields));
    return ok();
  }

  Status take_events(const Part& part, CaseBlock& block) const {
    for (const Line& line : part.body) {
      EQLAB_TRY(
          RawEvent raw,
          read_event_line(text_, line.begin + piece(line).find_first_not_of(" \t"), line.end));
      raw.line = line.number;
      EQLAB_TRY(CaseEvent event, type_event(raw, block.schema()));
      if (std::ranges::find(block.events, event.id, &CaseEvent::id) != block.events.end()) {
        return error(line, "E451", format("a second event named {}", event.id),
                     "names are unique in a block; event.id=… gives two documents one id");
      }
      block.events.push_back(std::move(event));
    }
    return ok();
  }

  Status take_options(const Part& part, CaseBlock& block) const {
    for (const Line& line : part.body) {
      const std::vector<std::string> words = words_of(piece(line));
      const std::string value = words.size() == 2 ? words[1] : "";
      const auto number = parse_number<unsigned long>(value);
      match::MatchOptions& options = block.match_options;
      if (words[0] == "size" && number) {
        options.size = *number;
      } else if (words[0] == "max-samples-per-key" && number) {
        options.max_samples_per_key = *number;
      } else if (words[0] == "result-position" && (value == "head" || value == "tail")) {
        options.result_position =
            value == "head" ? match::ResultPosition::head : match::ResultPosition::tail;
      } else if (words[0] == "timestamp-field" && !value.empty()) {
        block.timestamp_field = value;
      } else if (words[0] == "tiebreaker-field" && !value.empty()) {
        block.tiebreaker_field = value;
      } else if (words[0] == "event-category-field" && !value.empty()) {
        block.event_category_field = value;
      } else {
        return error(line, "E450", format("'{}' is not an option", trim(piece(line))),
                     "options are size N, result-position head|tail, max-samples-per-key N, "
                     "timestamp-field F, tiebreaker-field F and event-category-field F");
      }
    }
    return ok();
  }

  Status take_skip(const Part& part, CaseBlock& block) const {
    const std::size_t colon = part.rest.find(':');
    Skip skip{std::string(trim(std::string_view(part.rest).substr(0, colon))), {}};
    if (colon != std::string::npos)
      skip.reason = std::string(trim(std::string_view(part.rest).substr(colon + 1)));
    if (skip.reason.empty() || skip.configuration.empty()) {
      return error(part.head, "E450", "a skip needs a configuration and a reason",
                   "write: skip CONFIGURATION: reason");
    }
    block.skips.push_back(std::move(skip));
    return ok();
  }

  Status take_expectation(const Part& part, CaseBlock& block) const {
    Expectation& expected = block.expectation;
    expected.first_line = part.head.number;
    expected.last_line = part.last_line;
    if (part.keyword == "error") return take_error(part, block);
    if (!part.rest.empty())
      return error(part.head, "E452", format("{} stands alone on its line", part.keyword),
                   "write its lines below it, indented");
    if (part.keyword == "tree") expected.kind = ExpectationKind::tree;
    if (part.keyword == "normal") expected.kind = ExpectationKind::normal;
    if (part.keyword == "ids") expected.kind = ExpectationKind::ids;
    if (part.keyword == "matches") expected.kind = ExpectationKind::matches;
    if (part.keyword == "alerts") expected.kind = ExpectationKind::alerts;
    if (part.body.empty())
      return error(part.head, "E452", format("{} has no lines", part.keyword),
                   "write none where nothing must come out");
    for (const Line& line : part.body) expected.lines.emplace_back(trim(piece(line)));
    if (expected.kind == ExpectationKind::ids) return take_ids(part, block);
    if (expected.kind == ExpectationKind::matches) return take_matches(part, block);
    if (expected.kind == ExpectationKind::alerts) return take_alerts(part, block);
    return ok();
  }

  [[nodiscard]] bool says_none(const Part& part) const {
    return part.body.size() == 1 && trim(piece(part.body[0])) == "none";
  }

  Status take_alerts(const Part& part, CaseBlock& block) const {
    if (block.runs.empty()) {
      return error(part.head, "E457", "alerts need runs that write them",
                   "write the first ones, such as runs: 10:00 10:05; later ones follow");
    }
    if (says_none(part)) return ok();
    block.expectation.lines.clear();
    for (const Line& line : part.body) {
      EQLAB_TRY(const AlertLine alert, read_alert_line(text_, line.begin, line.end));
      for (const std::string& id : alert.ids) {
        if (id != "-") EQLAB_CHECK(check_id(line, id, block));
      }
      block.expectation.lines.push_back(alert_line_text(alert));
    }
    return ok();
  }

  /// `gaps` and `missed`.
  Status take_more(const Part& part, CaseBlock& block) const {
    if (!part.rest.empty() || part.body.empty()) {
      return error(part.head, "E457", format("{} has no lines below it", part.keyword),
                   "write none where nothing must come out");
    }
    std::vector<std::string> lines;
    for (const Line& line : part.body) {
      if (says_none(part)) {
        lines.emplace_back("none");
      } else if (part.keyword == "gaps") {
        EQLAB_TRY(std::string gap, read_gap_line(text_, line.begin, line.end));
        lines.push_back(std::move(gap));
      } else {
        const std::vector<std::string> ids = words_of(piece(line));
        for (const std::string& id : ids) {
          if (id != "-") EQLAB_CHECK(check_id(line, id, block));
        }
        lines.push_back(join(ids, " "));
      }
    }
    (part.keyword == "gaps" ? block.expectation.gaps : block.expectation.missed) = std::move(lines);
    block.expectation.last_line = part.last_line;
    return ok();
  }

  Status check_id(const Line& line, const std::string& id, const CaseBlock& block) const {
    if (std::ranges::find(block.events, id, &CaseEvent::id) != block.events.end()) return ok();
    return error(line, "E452", format("there is no event {}", id),
                 "ids are the first words of the lines under events");
  }

  Status take_ids(const Part& part, CaseBlock& block) const {
    std::vector<std::string> ids;
    for (const Line& line : part.body) {
      for (std::string& id : words_of(piece(line))) {
        if (id != "none") EQLAB_CHECK(check_id(line, id, block));
        ids.push_back(std::move(id));
      }
    }
    block.expectation.lines = {join(ids, " ")};
    return ok();
  }

  Status take_matches(const Part& part, CaseBlock& block) const {
    block.expectation.lines.clear();
    for (const Line& line : part.body) {
      const std::string_view text = piece(line);
      const std::size_t slash = std::min(text.find(" / "), text.size());
      std::vector<std::string> ids = words_of(text.substr(0, slash));
      for (const std::string& id : ids) {
        if (id != "none" && id != "-") EQLAB_CHECK(check_id(line, id, block));
      }
      std::string shown = join(ids, " ");
      if (slash < text.size()) shown += format(" / {}", trim(text.substr(slash + 3)));
      block.expectation.lines.push_back(std::move(shown));
    }
    return ok();
  }

  Status take_error(const Part& part, CaseBlock& block) const {
    Expectation& expected = block.expectation;
    expected.kind = ExpectationKind::error;
    const std::vector<std::string> words = words_of(part.rest);
    const bool has_line = words.size() == 4 && words[1] == "on" && words[2] == "line" &&
                          parse_number<unsigned>(words[3]);
    if (words.empty() || (words.size() > 1 && !has_line)) {
      return error(part.head, "E452", "error needs a code",
                   "write error E203, or error E203 on line 2 of the query");
    }
    expected.code = words[0];
    if (has_line) expected.query_line = *parse_number<unsigned>(words[3]);
    for (const Line& line : part.body) {
      const std::string_view text = piece(line);
      if (text.find_first_not_of(" \t^") != std::string_view::npos) {
        expected.lines.emplace_back(trim(text));
        continue;
      }
      // Carets are ASCII, so bytes are columns.
      const auto first = static_cast<std::uint32_t>(text.find('^'));
      expected.carets = {first + 1, static_cast<std::uint32_t>(text.rfind('^')) + 2};
    }
    return ok();
  }

  const std::string& text_;
  const std::string& file_;
  SourceText source_;
};

}  // namespace

Result<std::vector<CaseBlock>> parse_cases(const std::string& text, const std::string& file) {
  return FileParser(text, file).run();
}

void apply_rule(CaseBlock& block, rule::Rule rule) {
  if (!block.timestamp_field.empty()) rule.timestamp_field = block.timestamp_field;
  if (!block.tiebreaker_field.empty()) rule.tiebreaker_field = block.tiebreaker_field;
  if (!block.event_category_field.empty()) rule.event_category_field = block.event_category_field;
  const CaseSchedule& stated = block.schedule;
  rule.schedule.interval = stated.interval.value_or(rule.schedule.interval);
  rule.schedule.look_back = stated.look_back.value_or(rule.schedule.look_back);
  rule.schedule.to = stated.to.value_or(rule.schedule.to);
  rule.schedule.max_signals = stated.cap.value_or(rule.schedule.max_signals);
  if (stated.suppression) rule.suppression = stated.suppression;
  for (CaseEvent& event : block.events) {
    for (CaseField& field : event.fields) {
      if (field.name.empty()) field.name = rule.event_category_field;
    }
  }
  block.rule = std::move(rule);
}

std::vector<std::string> expectation_text(const Expectation& expectation) {
  std::vector<std::string> out;
  switch (expectation.kind) {
    case ExpectationKind::matches:
      out.emplace_back("matches");
      break;
    case ExpectationKind::ids:
      out.emplace_back("ids");
      break;
    case ExpectationKind::tree:
      out.emplace_back("tree");
      break;
    case ExpectationKind::normal:
      out.emplace_back("normal");
      break;
    case ExpectationKind::alerts:
      out.emplace_back("alerts");
      break;
    case ExpectationKind::error:
      out.push_back(format("error {}", expectation.code));
      if (expectation.query_line > 0) out.back() += format(" on line {}", expectation.query_line);
      break;
  }
  if (expectation.carets) {
    const auto [first, last] = *expectation.carets;
    out.push_back(std::string(first - 1, ' ') +
                  std::string(std::max(last, first + 1) - first, '^'));
  }
  for (const std::string& line : expectation.lines) out.push_back("  " + line);
  const auto add = [&out](const char* keyword, const auto& lines) {
    if (!lines) return;
    out.emplace_back(keyword);
    for (const std::string& line : *lines) out.push_back("  " + line);
  };
  add("gaps", expectation.gaps);
  add("missed", expectation.missed);
  return out;
}

}  // namespace eqlab::cases
