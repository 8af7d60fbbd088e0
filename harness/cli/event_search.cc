#include "harness/cli/event_search.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/event/io/discover.h"

namespace eqlab::cli {
namespace {

Result<rule::Rule> rule_from(SearchOptions& options, std::string_view command) {
  std::optional<rule::Rule> rule;
  if (options.has_query) {
    rule = rule::bare_query(options.query, "query");
  } else {
    std::string path = options.query_file;
    if (path.empty()) {
      if (options.arguments.empty())
        return fail(error_in({}, "E905", "no rule given",
                             format("write eqlab {} RULE EVENTS…, or --query 'EQL'", command)));
      path = options.arguments.front();
      options.arguments.erase(options.arguments.begin());
    }
    EQLAB_TRY(rule, load_chosen_rule(path, options.choice));
  }
  if (!options.timestamp_field.empty()) rule->timestamp_field = options.timestamp_field;
  if (!options.tiebreaker_field.empty()) rule->tiebreaker_field = options.tiebreaker_field;
  if (!options.category_field.empty()) rule->event_category_field = options.category_field;
  return *std::move(rule);
}

/// A schema that lets documents add fields, with those that the rule names and the events have.
Result<event::Schema> grow(event::Schema schema, const rule::Rule& rule,
                           const event::ReadOptions& reading, const std::stop_token& stop) {
  std::vector<std::string> names = rule::field_names(rule);
  std::erase_if(names, [&](const std::string& name) { return schema.find(name) != nullptr; });
  if (names.empty()) return schema;
  EQLAB_TRY(std::vector<event::Field> found, event::discover_fields(reading, names, stop));
  return schema.with(std::move(found));
}

}  // namespace

SpooledInput::~SpooledInput() {
  if (file_ != nullptr) std::fclose(file_);
}

Result<std::string> SpooledInput::take() {
  file_ = std::tmpfile();
  std::array<char, 65'536> buffer{};
  bool kept = file_ != nullptr;
  for (std::size_t size = 1; kept && size > 0;) {
    size = std::fread(buffer.data(), 1, buffer.size(), stdin);
    kept = std::fwrite(buffer.data(), 1, size, file_) == size;
  }
  if (!kept || std::fflush(file_) != 0)
    return fail(error_in("-", "E902", "standard input cannot be kept for a second reading",
                         "give a file, or free space for temporary files"));
  path_ = format("/proc/self/fd/{}", ::fileno(file_));
  return path_;
}

Result<EventSearch> EventSearch::prepare(SearchOptions options, std::string_view command,
                                         Console& console) {
  EQLAB_TRY(rule::Rule rule, rule_from(options, command));
  event::ReadOptions reading{
      .paths = options.arguments.empty() ? std::vector<std::string>{"-"} : options.arguments,
      .threads = options.threads};
  auto spooled = std::make_unique<SpooledInput>();
  EQLAB_TRY(event::Schema schema, schema_from(options.schema));
  if (schema.is_dynamic()) {
    if (const auto from = std::ranges::find(reading.paths, "-"); from != reading.paths.end()) {
      EQLAB_TRY(*from, spooled->take());
      reading.paths.erase(std::remove(from + 1, reading.paths.end(), "-"),
                          reading.paths.end());  // it has been read to its end
    }
    EQLAB_TRY(schema, grow(std::move(schema), rule, reading, console.stop()));
  }
  EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema));
  scan::Plan plan(scan::Plan::options_for(schema, rule.timestamp_field, rule.tiebreaker_field));
  scan::QueryBinding binding = plan.add(query);
  reading.strict = options.strict;
  reading.progress = [&console](std::uint64_t done, std::uint64_t total) {
    console.progress("reading events", done, total);
  };
  return EventSearch{.rule = std::move(rule),
                     .schema = std::move(schema),
                     .query = std::move(query),
                     .plan = std::move(plan),
                     .binding = std::move(binding),
                     .reading = std::move(reading),
                     .spooled = std::move(spooled)};
}

std::pair<std::string, std::uint64_t> place_of(const event::ReadReport& read, std::uint64_t line) {
  const auto after =
      std::ranges::lower_bound(read.file_starts, line, {}, &event::FileStart::lines_before);
  const event::FileStart& start = *std::prev(after);
  return {start.file, line - start.lines_before};
}

void note_read(const event::ReadReport& read, Console& console) {
  for (const event::InputProblem& problem : read.problems) {
    console.note(format("{}:{}: malformed: {}\n", printable(problem.file), problem.line,
                        printable(problem.message)));
  }
  if (read.malformed > read.problems.size())
    console.note(format("… and {} more malformed\n", group_digits(static_cast<std::int64_t>(
                                                         read.malformed - read.problems.size()))));
}

void note_limits(const match::Matches& all, Console& console) {
  const auto warn = [&console](std::uint64_t count, std::string_view what) {
    if (count > 0)
      console.note(format("warning: {} {}; results may lack some\n",
                          group_digits(static_cast<std::int64_t>(count)), what));
  };
  warn(all.dropped_pending, "unfinished sequences were dropped to bound memory");
  warn(all.dropped_matches, "results were dropped to bound memory");
  warn(all.cut_keys, "times an event had more combinations of join keys than are followed");
}

std::string read_summary(const event::ReadReport& read) {
  const auto count = [](std::uint64_t n) { return group_digits(static_cast<std::int64_t>(n)); };
  std::string text = format("read {} events: {} usable, {} malformed", count(read.read),
                            count(read.usable), count(read.malformed));
  if (read.undated > 0)
    text += format(", {} without a time (no sequence can use them)", count(read.undated));
  if (read.ill_typed > 0)
    text +=
        format(", {} values not of their field's type (taken as missing)", count(read.ill_typed));
  return text;
}

CLI::Option* add_search_options(CLI::App& command, SearchOptions& options) {
  command.add_option("INPUT", options.arguments,
                     "The rule (unless --query or --query-file is given), then event files or "
                     "folders; - or nothing: standard input");
  auto* const query =
      command.add_option("--query", options.query, "EQL text instead of a rule file");
  command.add_option("--query-file", options.query_file, "File with EQL text or a rule")
      ->excludes(query);
  add_rule_choice(command, options.choice);
  command.add_option(
      "--schema", options.schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  command.add_option("--timestamp-field", options.timestamp_field,
                     "Default: the rule's, or @timestamp");
  command.add_option("--tiebreaker-field", options.tiebreaker_field,
                     "Orders events of equal time; default: the rule's, or none");
  command.add_option("--event-category-field", options.category_field,
                     "Default: the rule's, or event.category");
  return query;
}

}  // namespace eqlab::cli
