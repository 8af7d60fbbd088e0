// What came out is brought to the spelling of the case file and compared as text, so that a report
// shows what the file would have to say, and --update has nothing left to decide.
#include "harness/cases/runner.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/eql/query.h"
#include "harness/rule/rule.h"

namespace eqlab::cases {
namespace {

std::string lines_text(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}
std::string as_text(const Expectation& expectation) {
  return lines_text(expectation_text(expectation));
}

/// One configuration's answer: what the file should say, or why there is no answer of the kind it
/// asks for.
struct Answer {
  std::string configuration;
  std::optional<Expectation> would_be;
  std::string instead;
};

/// An error in the form in which the block states errors: carets and messages only where it has
/// them.
Expectation error_expectation(const CaseBlock& block, const Diagnostic& error) {
  const Expectation& stated = block.expectation;
  Expectation out = stated;
  out.kind = ExpectationKind::error;
  out.code = error.code;
  if (stated.kind != ExpectationKind::error) return out;
  const Place place = error.place.value_or(Place{});
  const bool is_here = place.file == block.file && place.line >= block.query_first_line;
  if (stated.carets && is_here) out.carets = {place.column, place.end_column};
  if (stated.carets && !is_here) out.carets = std::nullopt;
  if (stated.query_line > 0) out.query_line = is_here ? place.line - block.query_first_line + 1 : 0;
  // A caret under a query of several lines stands under its last unless the file says otherwise.
  if (stated.query_line == 0 && stated.carets && is_here) {
    const std::uint32_t lines =
        static_cast<std::uint32_t>(std::ranges::count(block.rule->query.text, '\n')) + 1;
    if (const std::uint32_t at = place.line - block.query_first_line + 1; at != lines)
      out.query_line = at;
  }
  if (!stated.lines.empty()) {
    out.lines = {error.message};
    if (stated.lines.size() > 1) out.lines.push_back(error.hint);
  }
  return out;
}

Answer error_answer(const CaseBlock& block, std::string configuration, const Diagnostic& error) {
  Answer answer{.configuration = std::move(configuration),
                .would_be = std::nullopt,
                .instead = render(error)};
  if (block.expectation.kind == ExpectationKind::error)
    answer.would_be = error_expectation(block, error);
  return answer;
}

std::string match_line(const CaseBlock& block, const FoundMatch& match, bool with_keys) {
  std::vector<std::string> ids;
  for (const auto& place : match.events) ids.push_back(place ? block.events.at(*place).id : "-");
  std::string line = join(ids, " ");
  if (with_keys && !match.keys.empty()) line += format(" / {}", join(match.keys, ", "));
  return line;
}

Answer found_answer(const CaseBlock& block, std::string configuration,
                    const std::vector<FoundMatch>& found) {
  Expectation out = block.expectation;
  out.lines.clear();
  if (out.kind == ExpectationKind::ids) {
    std::vector<std::string> ids;
    for (const FoundMatch& match : found) ids.push_back(match_line(block, match, false));
    out.lines.push_back(ids.empty() ? "none" : join(ids, " "));
  } else {
    const bool with_keys = std::ranges::any_of(
        block.expectation.lines,
        [](const std::string& line) { return line.find(" / ") != std::string::npos; });
    for (const FoundMatch& match : found) out.lines.push_back(match_line(block, match, with_keys));
    if (found.empty()) out.lines.emplace_back("none");
  }
  return {.configuration = std::move(configuration), .would_be = std::move(out), .instead = {}};
}

/// Parsing what was printed must print the same again, for every query that any case has.
std::optional<std::string> round_trip_problem(const eql::Query& query) {
  const std::string printed = eql::print(query);
  const auto again = eql::parse_query(printed);
  if (!again)
    return format("the printed form does not parse:\n  {}\n{}", printed,
                  render(locate(again.error(), {.file = "printed", .text = printed})));
  const std::string second = eql::print(*again);
  if (second == printed) return std::nullopt;
  return format("the printed form prints otherwise when parsed again:\n  {}\n  {}\n", printed,
                second);
}

Expectation with_lines(const CaseBlock& block, std::vector<std::string> lines) {
  Expectation out = block.expectation;
  out.lines = std::move(lines);
  return out;
}

std::vector<std::string> normal_lines(const eql::CheckedQuery& query) {
  std::vector<std::string> lines;
  for (const eql::CheckedStage& stage : query.stages) {
    lines.push_back(
        format("{}{}", stage.missing ? "!" : "", eql::print_condition(query, stage.filter)));
  }
  if (query.until) lines.push_back("until " + eql::print_condition(query, query.until->filter));
  return lines;
}

bool is_skipped(const CaseBlock& block, const std::string& configuration) {
  return std::ranges::find(block.skips, configuration, &Skip::configuration) != block.skips.end();
}

std::vector<Answer> engine_answers(const CaseBlock& block, const eql::CheckedQuery& query,
                                   const RunOptions& options) {
  std::vector<Answer> answers;
  for (const NamedEngine& engine : options.engines) {
    if (is_skipped(block, engine.name)) continue;
    auto found = engine.run(block, query);
    if (!found) {
      answers.push_back(
          error_answer(block, engine.name, locate(std::move(found.error()), block.rule->query)));
    } else if (block.expectation.kind == ExpectationKind::error) {
      answers.push_back(
          {.configuration = engine.name, .would_be = std::nullopt, .instead = "no error\n"});
    } else {
      answers.push_back(found_answer(block, engine.name, *found));
    }
  }
  return answers;
}

/// Events may have fields that the built-in schema does not know, but none that is a misspelt one
/// of the query: no event would ever match then, for the wrong reason.
std::optional<Diagnostic> misspelt_field(const CaseBlock& block, const eql::CheckedQuery& query) {
  std::vector<std::string_view> names;
  for (const eql::AssumedField& field : query.assumed) names.push_back(field.name);
  for (const CaseEvent& event : block.events) {
    for (const CaseField& field : event.fields) {
      if (block.schema().find(field.name) != nullptr ||
          std::ranges::find(names, field.name) != names.end())
        continue;
      if (const auto close = nearest(field.name, names, 1); !close.empty()) {
        return error_in(block.file, "E451",
                        format("event {} has {}, which neither the schema nor the query knows",
                               event.id, field.name),
                        format("did you mean {}?", close[0]));
      }
    }
  }
  return std::nullopt;
}

std::vector<Answer> answers_to(const CaseBlock& block, const RunOptions& options) {
  EQLAB_ASSERT(block.rule.has_value());
  auto query = eql::parse_query(block.rule->query.text);
  if (!query) return {error_answer(block, "", locate(std::move(query.error()), block.rule->query))};
  if (auto problem = round_trip_problem(*query))
    return {{.configuration = "", .would_be = std::nullopt, .instead = *problem}};
  if (block.expectation.kind == ExpectationKind::tree) {
    return {
        {.configuration = "", .would_be = with_lines(block, {eql::print(*query)}), .instead = {}}};
  }
  auto checked = rule::compile(*block.rule, block.schema());
  if (!checked) return {error_answer(block, "", checked.error())};
  if (const auto misspelt = misspelt_field(block, *checked))
    return {{.configuration = "", .would_be = std::nullopt, .instead = render(*misspelt)}};
  if (block.expectation.kind == ExpectationKind::normal) {
    return {{.configuration = "",
             .would_be = with_lines(block, normal_lines(*checked)),
             .instead = {}}};
  }
  return engine_answers(block, *checked, options);
}

}  // namespace

std::size_t CaseReport::failed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const CaseResult& result) { return !result.passed(); }));
}

CaseResult run_block(const CaseBlock& block, const RunOptions& options) {
  CaseResult result{.file = block.file,
                    .line = block.line,
                    .why = block.why,
                    .failures = {},
                    .skipped = block.skips};
  const std::string expected = as_text(block.expectation);
  const std::vector<Answer> answers = answers_to(block, options);
  std::size_t passed = 0;
  for (const Answer& answer : answers) {
    const std::string got = answer.would_be ? as_text(*answer.would_be) : answer.instead;
    if (answer.would_be && got == expected) {
      ++passed;
      continue;
    }
    const auto same = std::ranges::find(result.failures, got, &CaseFailure::got);
    if (same == result.failures.end()) {
      result.failures.push_back({answer.configuration, expected, got});
    } else {
      same->configuration += ", " + answer.configuration;
    }
  }
  // Which engine it was says something only where another one got something else.
  if (passed == 0 && result.failures.size() == 1) result.failures[0].configuration.clear();
  return result;
}

bool expects_results(const CaseBlock& block) {
  return block.expectation.kind == ExpectationKind::matches ||
         block.expectation.kind == ExpectationKind::ids;
}

std::string expected_outcome(const CaseBlock& block) { return as_text(block.expectation); }

std::string outcome_of(const CaseBlock& block, const eql::CheckedQuery& query,
                       const Engine& engine) {
  const auto found = engine(block, query);
  if (!found) return format("error {}\n", found.error().code);
  return as_text(*found_answer(block, "", *found).would_be);
}

Result<CaseReport> run_cases(const std::vector<std::string>& paths, const RunOptions& options) {
  CaseReport report;
  EQLAB_TRY(const std::vector<std::string> files, find_case_files(paths));
  for (const std::string& file : files) {
    auto blocks = load_cases(file);
    if (!blocks) {
      report.unusable.push_back(std::move(blocks.error()));
      continue;
    }
    for (const CaseBlock& block : *blocks) report.results.push_back(run_block(block, options));
    ++report.files;
  }
  return report;
}

std::string describe_failures(const CaseReport& report) {
  const auto indented = [](const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      out += "    " + printable(std::string_view(text).substr(at, end - at)) + "\n";
      at = end + 1;
    }
    return out;
  };
  std::string out;
  for (const CaseResult& result : report.results) {
    for (const CaseFailure& failure : result.failures) {
      out += format("{}:{}: FAIL{} {}\n", printable(result.file), result.line,
                    failure.configuration.empty() ? "" : format(" [{}]", failure.configuration),
                    printable(result.why));
      out += "  expected\n" + indented(failure.expected) + "  got\n" + indented(failure.got);
    }
  }
  return out;
}

Rewritten rewrite(const std::string& text, const std::vector<CaseBlock>& blocks,
                  const RunOptions& options) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  Rewritten out;
  // From the last block up, so that line numbers stay true.
  for (std::size_t i = blocks.size(); i-- > 0;) {
    const Expectation& stated = blocks[i].expectation;
    const std::vector<Answer> answers = answers_to(blocks[i], options);
    if (answers.empty() || !answers[0].would_be) continue;
    const std::string agreed = as_text(*answers[0].would_be);
    const bool all_agree = std::ranges::all_of(answers, [&](const Answer& answer) {
      return answer.would_be && as_text(*answer.would_be) == agreed;
    });
    if (!all_agree || agreed == as_text(stated)) continue;
    const auto first = lines.begin() + static_cast<std::ptrdiff_t>(stated.first_line - 1);
    const auto last = lines.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                          stated.last_line - 1, lines.size()));
    std::vector<std::string> replacement = expectation_text(*answers[0].would_be);
    if (first->ends_with('\r')) {
      for (std::string& line : replacement) line += '\r';
    }
    lines.insert(lines.erase(first, last), replacement.begin(), replacement.end());
    ++out.blocks;
  }
  out.text = out.blocks == 0 ? text : lines_text(lines);
  return out;
}

Result<UpdateReport> update_cases(const std::vector<std::string>& paths,
                                  const RunOptions& options) {
  UpdateReport report;
  std::vector<Diagnostic> unwritable;
  EQLAB_TRY(const std::vector<std::string> files, find_case_files(paths));
  for (const std::string& file : files) {
    const auto text = read_text(file);
    const auto blocks = load_cases(file);
    if (!text || !blocks) continue;  // the run below says why
    const Rewritten rewritten = rewrite(*text, *blocks, options);
    if (rewritten.blocks == 0) continue;
    if (auto written = write_text(file, rewritten.text); !written) {
      unwritable.push_back(std::move(written.error()));
      continue;
    }
    report.changed.push_back(file);
    report.blocks += rewritten.blocks;
  }
  EQLAB_TRY(report.after, run_cases(paths, options));
  for (Diagnostic& problem : unwritable) report.after.unusable.push_back(std::move(problem));
  return report;
}

}  // namespace eqlab::cases
