#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/read_notes.h"
#include "harness/cli/rule_options.h"
#include "harness/event/json_values.h"
#include "harness/match/elapsed.h"
#include "harness/match/join_keys.h"
#include "harness/match/matcher.h"
#include "harness/report/inert_json.h"
#include "harness/rule/rule.h"
#include "harness/run/event_search.h"
#include "harness/scan/plan.h"

namespace eqlab::cli {
namespace {

using Json = nlohmann::ordered_json;
using scan::CandidateIndex;

struct Options {
  run::SearchRequest search;
  std::string format = "table";
  std::string result_position = "tail";
  std::uint64_t size = 10;
  std::uint64_t samples_per_key = 1;
  bool all = false;
  bool with_source = false;
};

/// All that one run of the command works with.
struct Search {
  run::EventSearch from;
  run::ScannedEvents events;
  [[nodiscard]] const eql::CheckedQuery& query() const { return from.bound.query; }
  [[nodiscard]] const scan::CandidateLog& log() const { return events.log; }
  [[nodiscard]] const event::ReadReport& read() const { return events.read; }
};

Result<Search> search(const Options& options, Console& console) {
  const run::Watcher watcher = console.watcher();
  EQLAB_TRY(run::EventSearch from, run::EventSearch::prepare(options.search, "match", watcher));
  from.source.keep_sources = options.with_source || options.format == "table";
  auto events = from.scan(watcher);
  if (!events) return fail(locate(std::move(events.error()), from.rule.query));
  return Search{.from = std::move(from), .events = std::move(*events)};
}

Json key_to_json(const Search& found, const eql::JoinKey& key, scan::KeyId id) {
  if (id == scan::null_key) return nullptr;
  return match::shown_key(found.query().kind, key.field.type, found.log().key_value(id));
}

std::pair<std::string, std::uint64_t> place_of(const Search& found, CandidateIndex candidate) {
  return run::place_of(found.read(), found.log().line(candidate));
}

/// For the table: the line, with its file where there are several.
std::string shown_place(const Search& found, CandidateIndex candidate) {
  const auto [file, line] = place_of(found, candidate);
  return found.read().file_starts.size() > 1 ? format("{}:{}", printable(file), line)
                                             : format("line {}", line);
}

Json event_to_json(const Search& found, CandidateIndex candidate, bool with_source) {
  if (candidate == match::missing_event) return Json{{"missing", true}};
  Json out = {{"line", found.log().line(candidate)}};
  if (!found.log().event_id(candidate).empty()) out["id"] = found.log().event_id(candidate);
  if (found.read().file_starts.size() > 1) {
    const auto [file, line] = place_of(found, candidate);
    out["file"] = file;
    out["file_line"] = line;
  }
  if (with_source) out["source"] = Json::parse(found.log().source(candidate), nullptr, false);
  return out;
}

Json match_to_json(const Search& found, const match::Match& match, bool with_source) {
  constexpr std::array<std::string_view, 3> kinds = {"event", "sequence", "sample"};
  Json out = {{"kind", kinds[static_cast<std::size_t>(found.query().kind)]}};
  if (found.query().kind != eql::QueryKind::event) {
    out["join_keys"] = Json::array();
    for (std::size_t i = 0; i < match.keys.size(); ++i)
      out["join_keys"].push_back(
          key_to_json(found, found.query().stages[0].keys[i], match.keys[i]));
  }
  out["events"] = Json::array();
  for (const CandidateIndex candidate : match.events)
    out["events"].push_back(event_to_json(found, candidate, with_source));
  return out;
}

std::string dump(const Json& json, int indent = -1) {
  return report::inert_json(json.dump(indent, ' ', false, Json::error_handler_t::replace)) + "\n";
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
      nlohmann::json::parse(found.log().source(candidate), nullptr, false);
  std::vector<std::string> fields;
  collect_fields(found.query(), found.query().stages[stage].filter, fields);
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
      const Json value = key_to_json(found, found.query().stages[0].keys[i], match.keys[i]);
      keys.push_back(found.query().stages[0].keys[i].field.name + "=" +
                     (value.is_null() ? "null" : printable(value.get<std::string>())));
    }
    const CandidateIndex first = match.first();
    const bool dated = first < found.log().dated_count();
    out += format("{}  {}", ++number,
                  dated ? format_iso8601(found.log().event_time(first).time_since_epoch().count())
                        : std::string("without a time"));
    if (found.query().kind == eql::QueryKind::event) {
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
          found.query().kind == eql::QueryKind::sequence
              ? "+" + human_duration(match::elapsed(found.log().event_time(first),
                                                    found.log().event_time(candidate)))
              : "";
      out += format("   {:<10}  {:<13}  {}\n", gap, shown_place(found, candidate),
                    describe_event(found, stage, candidate));
    }
  }
  return out;
}

std::string summary(const event::ReadReport& read, std::size_t shown, std::size_t total) {
  std::string text = format("{} · {} match{}", read_summary(read),
                            group_digits(static_cast<std::int64_t>(total)), total == 1 ? "" : "es");
  if (shown < total)
    text += format(", {} shown (--size N or --all for more)",
                   group_digits(static_cast<std::int64_t>(shown)));
  return text + "\n";
}

Exit run(const Options& options, Console& console) {
  auto found = search(options, console);
  if (!found) {
    console.report(found.error());
    return exit_for(found.error());
  }
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was matched\n");
    return Exit::interrupted;
  }
  const match::Matcher matcher(found->from.bound);
  match::MatchOptions settings{.result_position = options.result_position == "head"
                                                      ? match::ResultPosition::head
                                                      : match::ResultPosition::tail,
                               .max_samples_per_key = options.samples_per_key};
  const std::vector<CandidateIndex> visible = found->log().all();
  match::Matches all = matcher.find(found->log(), visible, settings);
  const std::size_t total = all.matches.size();
  if (!options.all) {
    settings.size = options.size;
    all = matcher.find(found->log(), visible, settings);
  }
  note_read(found->read(), console);
  note_limits(all, console);
  if (options.format == "table") {
    console.print(table(*found, all.matches));
  } else if (options.format == "ndjson") {
    for (const match::Match& match : all.matches)
      console.print(dump(match_to_json(*found, match, options.with_source)));
  } else {
    Json out = {{"eqlab_result", "match"},           {"schema_version", 1},
                {"events_read", found->read().read}, {"malformed", found->read().malformed},
                {"undated", found->read().undated},  {"matches_found", total},
                {"matches", Json::array()}};
    for (const match::Match& match : all.matches)
      out["matches"].push_back(match_to_json(*found, match, options.with_source));
    console.print(dump(out, 2));
  }
  console.note(summary(found->read(), all.matches.size(), total));
  if (found->read().read > 0 && found->read().usable == 0) {
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
  auto* const query = add_search_options(*command, options->search);
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
  command->add_flag("--strict", options->search.strict,
                    "Stop at the first malformed event, with status 3");
  command
      ->add_option("--format", options->format, "json, ndjson (one match a line), or table (text)")
      ->check(CLI::IsMember({"json", "ndjson", "table", "text"}))
      ->capture_default_str();
  add_threads_option(*command, options->search.threads);
  command->footer(
      "Reads NDJSON, hits, whole search responses, bulk bodies, arrays and pretty-printed "
      "documents; plain, gzip or zstd.\n"
      "Example:\n  eqlab match --query 'process where process.name == \"curl\"' --all "
      "events.ndjson.gz");
  command->callback([options, query, &chosen] {
    if (options->format == "text") options->format = "table";
    options->search.has_query = query->count() > 0;
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
