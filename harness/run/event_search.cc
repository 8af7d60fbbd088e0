#include "harness/run/event_search.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/event/io/byte_source.h"
#include "harness/event/io/discover.h"
#include "harness/run/prepare.h"

namespace eqlab::run {
namespace {

Result<rule::Rule> rule_from(SearchRequest& options, std::string_view command) {
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
  EQLAB_TRY(event::ByteSource input, event::ByteSource::open("-"));
  file_ = std::tmpfile();
  std::array<char, 65'536> buffer{};
  bool kept = file_ != nullptr;
  for (std::size_t size = 1; kept && size > 0;) {
    EQLAB_TRY(size, input.read(buffer.data(), buffer.size()));
    kept = std::fwrite(buffer.data(), 1, size, file_) == size;
  }
  if (!kept || std::fflush(file_) != 0)
    return fail(error_in("-", "E902", "standard input cannot be kept for a second reading",
                         "give a file, or free space for temporary files"));
  path_ = format("/proc/self/fd/{}", ::fileno(file_));
  return path_;
}

Result<EventSearch> EventSearch::prepare(SearchRequest options, std::string_view command,
                                         const Watcher& watcher) {
  EQLAB_TRY(rule::Rule rule, rule_from(options, command));
  EventSource source{
      .files = options.arguments.empty() ? std::vector<std::string>{"-"} : options.arguments,
      .threads = options.threads};
  auto spooled = std::make_unique<SpooledInput>();
  EQLAB_TRY(event::Schema schema, schema_from(options.schema));
  if (schema.is_dynamic()) {
    if (const auto from = std::ranges::find(source.files, "-"); from != source.files.end()) {
      EQLAB_TRY(*from, spooled->take());
      source.files.erase(std::remove(from + 1, source.files.end(), "-"),
                         source.files.end());  // it has been read to its end
    }
    EQLAB_TRY(schema,
              grow(std::move(schema), rule, reading_of(source, source.files, {}), watcher.stop));
  }
  EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema));
  scan::Plan plan = plan_for(rule, schema);
  scan::BoundQuery bound = plan.bind(std::move(query));
  source.strict = options.strict;
  return EventSearch{.rule = std::move(rule),
                     .schema = std::move(schema),
                     .plan = std::move(plan),
                     .bound = std::move(bound),
                     .source = std::move(source),
                     .spooled = std::move(spooled)};
}

void EventSearch::show_names(event::ReadReport& read) const {
  for (event::InputProblem& problem : read.problems) problem.file = spooled->shown(problem.file);
  for (event::FileStart& start : read.file_starts) start.file = spooled->shown(start.file);
}

std::pair<std::string, std::uint64_t> place_of(const event::ReadReport& read, std::uint64_t line) {
  const auto after =
      std::ranges::lower_bound(read.file_starts, line, {}, &event::FileStart::lines_before);
  const event::FileStart& start = *std::prev(after);
  return {start.file, line - start.lines_before};
}

}  // namespace eqlab::run
