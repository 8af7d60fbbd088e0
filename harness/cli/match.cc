#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/rule_choice.h"
#include "harness/event/io/discover.h"
#include "harness/event/io/reader.h"
#include "harness/event/json_values.h"
#include "harness/match/elapsed.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

namespace eqlab::cli {
namespace {

using Json = nlohmann::ordered_json;
using scan::CandidateIndex;

struct Options {
  std::vector<std::string> arguments;  ///< the rule, unless a query is given, then the inputs
  std::string query;
  std::string query_file;
  RuleChoice choice;
  std::string timestamp_field;
  std::string tiebreaker_field;
  std::string category_field;
  std::string schema;
  std::string format = "table";
  std::string result_position = "tail";
  std::uint64_t size = 10;
  std::uint64_t samples_per_key = 1;
  bool has_query = false;
  bool all = false;
  bool with_source = false;
  bool strict = false;
  unsigned threads = 1;
};

/// All that one run of the command works with.
struct Search {
  rule::Rule rule;
  eql::CheckedQuery query;
  scan::QueryBinding binding;
  scan::CandidateLog log;
  event::ReadReport read;
};

Result<rule::Rule> rule_from(Options& options) {
  std::optional<rule::Rule> rule;
  if (options.has_query) {
    rule = rule::bare_query(options.query, "query");
  } else {
    std::string path = options.query_file;
    if (path.empty()) {
      if (options.arguments.empty())
        return fail(error_in({}, "E905", "no rule given",
                             "write eqlab match RULE EVENTS…, or --query 'EQL'"));
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

/// Standard input kept in a file without a name, for when it has to be read twice; it goes with the
/// object.
class SpooledInput {
 public:
  SpooledInput() = default;
  ~SpooledInput() {
    if (file_ != nullptr) std::fclose(file_);
  }
  SpooledInput(const SpooledInput&) = delete;
  SpooledInput& operator=(const SpooledInput&) = delete;

  /// A path to what standard input held. Errors: E902.
  Result<std::string> take() {
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
  /// The name that a user knows the file by.
  [[nodiscard]] std::string shown(const std::string& file) const {
    return !path_.empty() && file == path_ ? "-" : file;
  }

 private:
  std::FILE* file_ = nullptr;
  std::string path_;
};

/// A schema that lets documents add fields, with those that the rule names and the events have.
Result<event::Schema> grow(event::Schema schema, const rule::Rule& rule,
                           const event::ReadOptions& reading, const std::stop_token& stop) {
  std::vector<std::string> names = rule::field_names(rule);
  std::erase_if(names, [&](const std::string& name) { return schema.find(name) != nullptr; });
  if (names.empty()) return schema;
  EQLAB_TRY(std::vector<event::Field> found, event::discover_fields(reading, names, stop));
  return schema.with(std::move(found));
}

Result<Search> search(Options& options, Console& console) {
  EQLAB_TRY(rule::Rule rule, rule_from(options));
  event::ReadOptions reading{
      .paths = options.arguments.empty() ? std::vector<std::string>{"-"} : options.arguments,
      .threads = options.threads};
  SpooledInput spooled;
  EQLAB_TRY(event::Schema schema, schema_from(options.schema));
  if (schema.is_dynamic()) {
    if (const auto from = std::ranges::find(reading.paths, "-"); from != reading.paths.end()) {
      EQLAB_TRY(*from, spooled.take());
      reading.paths.erase(std::remove(from + 1, reading.paths.end(), "-"),
                          reading.paths.end());  // it has been read to its end
    }
    EQLAB_TRY(schema, grow(std::move(schema), rule, reading, console.stop()));
  }
  EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema));
  scan::Plan plan(scan::Plan::options_for(schema, rule.timestamp_field, rule.tiebreaker_field));
  scan::QueryBinding binding = plan.add(query);

  /// What one piece of the input yields.
  struct Piece {
    std::optional<scan::CandidateLog> log;
    std::optional<scan::Scanner> scanner;
    std::optional<Diagnostic> failure;
  };
  reading.strict = options.strict;
  reading.keep_sources = options.with_source || options.format == "table";
  reading.progress = [&console](std::uint64_t done, std::uint64_t total) {
    console.progress("reading events", done, total);
  };
  scan::CandidateLog log = plan.new_log();
  std::optional<Diagnostic> failure;
  const std::function<void(Piece&, const event::EventBatch&)> scan_batch =
      [&plan](Piece& piece, const event::EventBatch& batch) {
        if (piece.failure) return;
        if (!piece.log) piece.log.emplace(plan.new_log());
        if (!piece.scanner) piece.scanner.emplace(plan);
        if (auto done = piece.scanner->scan(batch, *piece.log); !done)
          piece.failure = std::move(done.error());
      };
  const std::function<void(Piece &&)> take = [&](Piece&& piece) {
    if (piece.failure && !failure) failure = std::move(piece.failure);
    if (piece.log) log.merge(std::move(*piece.log));
  };
  EQLAB_TRY(event::ReadReport read, event::read_events<Piece>(reading, plan.projection(),
                                                              scan_batch, take, console.stop()));
  if (failure) return fail(locate(std::move(*failure), rule.query));
  for (event::InputProblem& problem : read.problems) problem.file = spooled.shown(problem.file);
  for (event::FileStart& start : read.file_starts) start.file = spooled.shown(start.file);
  log.finish();
  return Search{std::move(rule), std::move(query), std::move(binding), std::move(log),
                std::move(read)};
}

Json key_to_json(const Search& found, const eql::JoinKey& key, scan::KeyId id) {
  if (id == scan::null_key) return nullptr;
  const event::Value& value = found.log.key_value(id);
  if (event::is_date(key.field.type)) {
    // Sequences print dates as text, samples as epoch milliseconds (eql spec 8.3 and 9).
    const std::int64_t time = std::get<std::int64_t>(value);
    if (found.query.kind == eql::QueryKind::sample) return format("{}", time / 1'000'000);
    return format_iso8601(time, key.field.type == event::FieldType::date_nanos ? 9 : 3);
  }
  return event::to_text(value);
}

/// The file that an event stands in, and the line there.
std::pair<std::string, std::uint64_t> place_of(const Search& found, CandidateIndex candidate) {
  const std::uint64_t line = found.log.line(candidate);
  const auto after =
      std::ranges::lower_bound(found.read.file_starts, line, {}, &event::FileStart::lines_before);
  const event::FileStart& start = *std::prev(after);
  return {start.file, line - start.lines_before};
}

/// For the table: the line, with its file where there are several.
std::string shown_place(const Search& found, CandidateIndex candidate) {
  const auto [file, line] = place_of(found, candidate);
  return found.read.file_starts.size() > 1 ? format("{}:{}", printable(file), line)
                                           : format("line {}", line);
}

Json event_to_json(const Search& found, CandidateIndex candidate, bool with_source) {
  if (candidate == match::missing_event) return Json{{"missing", true}};
  Json out = {{"line", found.log.line(candidate)}};
  if (!found.log.event_id(candidate).empty()) out["id"] = found.log.event_id(candidate);
  if (found.read.file_starts.size() > 1) {
    const auto [file, line] = place_of(found, candidate);
    out["file"] = file;
    out["file_line"] = line;
  }
  if (with_source) out["source"] = Json::parse(found.log.source(candidate), nullptr, false);
  return out;
}

Json match_to_json(const Search& found, const match::Match& match, bool with_source) {
  constexpr std::array<std::string_view, 3> kinds = {"event", "sequence", "sample"};
  Json out = {{"kind", kinds[static_cast<std::size_t>(found.query.kind)]}};
  if (found.query.kind != eql::QueryKind::event) {
    out["join_keys"] = Json::array();
    for (std::size_t i = 0; i < match.keys.size(); ++i)
      out["join_keys"].push_back(key_to_json(found, found.query.stages[0].keys[i], match.keys[i]));
  }
  out["events"] = Json::array();
  for (const CandidateIndex candidate : match.events)
    out["events"].push_back(event_to_json(found, candidate, with_source));
  return out;
}

std::string dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

// --- table ---

/// Fields that a stage's condition reads, in order of writing, the category and the join keys left
/// out.
void collect_fields(const eql::CheckedQuery& query, eql::ConditionId id,
                    std::vector<std::string>& out) {  // NOLINT(misc-no-recursion)
  const eql::Condition& condition = query.conditions[id];
  if (condition.kind == eql::ConditionKind::leaf) {
    const std::string& name = query.leaves[condition.leaf].field.name;
    if (!name.empty() && std::ranges::find(out, name) == out.end()) out.push_back(name);
  }
  for (const eql::ConditionId child : condition.children) collect_fields(query, child, out);
}

std::string describe_event(const Search& found, std::size_t stage, CandidateIndex candidate) {
  const nlohmann::json document =
      nlohmann::json::parse(found.log.source(candidate), nullptr, false);
  std::vector<std::string> fields;
  collect_fields(found.query, found.query.stages[stage].filter, fields);
  // A condition that names no field says nothing of the event: show what most events have.
  for (const std::string_view usual :
       {"event.category", "event.action", "host.name", "process.name", "user.name"}) {
    if (fields.size() < 4 && std::ranges::find(fields, usual) == fields.end())
      fields.emplace_back(usual);
  }
  std::vector<std::string> shown;
  for (const std::string& field : fields) {
    if (shown.size() == 6) break;
    std::vector<std::string> values;
    event::for_each_value(document, field, [&](const nlohmann::json& value) {
      values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    });
    if (values.empty()) continue;
    std::string text = printable(join(values, ","));
    const auto characters = split_characters(text);
    if (characters.size() > 60)
      text = text.substr(0, static_cast<std::size_t>(characters[57].data() - text.data())) + "…";
    shown.push_back(field + "=" + text);
  }
  return join(shown, "  ");
}

std::string table(const Search& found, const std::vector<match::Match>& matches) {
  std::string out;
  std::size_t number = 0;
  for (const match::Match& match : matches) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < match.keys.size(); ++i) {
      const Json value = key_to_json(found, found.query.stages[0].keys[i], match.keys[i]);
      keys.push_back(found.query.stages[0].keys[i].field.name + "=" +
                     (value.is_null() ? "null" : printable(value.get<std::string>())));
    }
    const CandidateIndex first = match.first();
    const bool dated = first < found.log.dated_count();
    out += format("{}  {}", ++number,
                  dated ? format_iso8601(found.log.event_time(first).time_since_epoch().count())
                        : std::string("without a time"));
    if (found.query.kind == eql::QueryKind::event) {
      out += format("  {}  {}\n", shown_place(found, first), describe_event(found, 0, first));
      continue;
    }
    out += format("{}{}\n", keys.empty() ? "" : "  ", join(keys, " "));
    for (std::size_t stage = 0; stage < match.events.size(); ++stage) {
      const CandidateIndex candidate = match.events[stage];
      if (candidate == match::missing_event) {
        out += "   –           no such event\n";
        continue;
      }
      const std::string gap =
          found.query.kind == eql::QueryKind::sequence
              ? "+" + human_duration(match::elapsed(found.log.event_time(first),
                                                    found.log.event_time(candidate)))
              : "";
      out += format("   {:<10}  {:<13}  {}\n", gap, shown_place(found, candidate),
                    describe_event(found, stage, candidate));
    }
  }
  return out;
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

std::string summary(const event::ReadReport& read, std::size_t shown, std::size_t total) {
  const auto count = [](std::uint64_t n) { return group_digits(static_cast<std::int64_t>(n)); };
  std::string text = format("read {} events: {} usable, {} malformed", count(read.read),
                            count(read.usable), count(read.malformed));
  if (read.undated > 0)
    text += format(", {} without a time (no sequence can use them)", count(read.undated));
  if (read.ill_typed > 0)
    text +=
        format(", {} values not of their field's type (taken as missing)", count(read.ill_typed));
  text += format(" · {} match{}", count(total), total == 1 ? "" : "es");
  if (shown < total) text += format(", {} shown (--size N or --all for more)", count(shown));
  return text + "\n";
}

Exit run(Options options, Console& console) {
  auto found = search(options, console);
  if (!found) {
    console.report(found.error());
    return exit_for(found.error());
  }
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was matched\n");
    return Exit::interrupted;
  }
  const match::Matcher matcher(found->query, found->binding);
  match::MatchOptions settings{.result_position = options.result_position == "head"
                                                      ? match::ResultPosition::head
                                                      : match::ResultPosition::tail,
                               .max_samples_per_key = options.samples_per_key};
  const std::vector<CandidateIndex> visible = found->log.all();
  match::Matches all = matcher.find(found->log, visible, settings);
  const std::size_t total = all.matches.size();
  if (!options.all) {
    settings.size = options.size;
    all = matcher.find(found->log, visible, settings);
  }
  note_read(found->read, console);
  note_limits(all, console);
  if (options.format == "table") {
    console.print(table(*found, all.matches));
  } else if (options.format == "ndjson") {
    for (const match::Match& match : all.matches)
      console.print(dump(match_to_json(*found, match, options.with_source)));
  } else {
    Json out = {{"eqlab_result", "match"},         {"schema_version", 1},
                {"events_read", found->read.read}, {"malformed", found->read.malformed},
                {"undated", found->read.undated},  {"matches_found", total},
                {"matches", Json::array()}};
    for (const match::Match& match : all.matches)
      out["matches"].push_back(match_to_json(*found, match, options.with_source));
    console.print(dump(out, 2));
  }
  console.note(summary(found->read, all.matches.size(), total));
  if (found->read.read > 0 && found->read.usable == 0) {
    console.report(error_in({}, "E406", "none of this is an event"));
    return Exit::io_failed;
  }
  return Exit::fine;
}

}  // namespace

void define_match(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("match", "All matches of a rule or query in files or standard input");
  auto options = std::make_shared<Options>();
  command->add_option("INPUT", options->arguments,
                      "The rule (unless --query or --query-file is given), then event files or "
                      "folders; - or nothing: standard input");
  auto* const query =
      command->add_option("--query", options->query, "EQL text instead of a rule file");
  command->add_option("--query-file", options->query_file, "File with EQL text or a rule")
      ->excludes(query);
  add_rule_choice(*command, options->choice);
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  command->add_option("--timestamp-field", options->timestamp_field,
                      "Default: the rule's, or @timestamp");
  command->add_option("--tiebreaker-field", options->tiebreaker_field,
                      "Orders events of equal time; default: the rule's, or none");
  command->add_option("--event-category-field", options->category_field,
                      "Default: the rule's, or event.category");
  auto* const size =
      command->add_option("--size", options->size, "How many results, as in Elasticsearch")
          ->check(whole_number(0, 1'000'000'000))
          ->capture_default_str();
  command->add_flag("--all", options->all, "Every result")->excludes(size);
  command
      ->add_option("--max-samples-per-key", options->samples_per_key, "Samples for each join key")
      ->check(whole_number(1, 10'000))
      ->capture_default_str();
  command
      ->add_option("--result-position", options->result_position,
                   "Which results --size keeps: the first (head) or the last (tail)")
      ->check(CLI::IsMember({"head", "tail"}))
      ->capture_default_str();
  command->add_flag("--with-source", options->with_source,
                    "Add each event's document to JSON results");
  command->add_flag("--strict", options->strict,
                    "Stop at the first malformed event, with status 3");
  command
      ->add_option("--format", options->format, "json, ndjson (one match a line), or table (text)")
      ->check(CLI::IsMember({"json", "ndjson", "table", "text"}))
      ->capture_default_str();
  add_threads_option(*command, options->threads);
  command->footer(
      "Reads NDJSON, hits, whole search responses, bulk bodies, arrays and pretty-printed "
      "documents; plain, gzip or zstd.\n"
      "Example:\n  eqlab match --query 'process where process.name == \"curl\"' --all "
      "events.ndjson.gz");
  command->callback([options, query, &chosen] {
    if (options->format == "text") options->format = "table";
    options->has_query = query->count() > 0;
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
