#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/read_notes.h"
#include "harness/cli/rule_options.h"
#include "harness/match/matcher.h"
#include "harness/run/event_search.h"

namespace eqlab::cli {
namespace {

struct Options {
  run::SearchRequest search;
  OutputOptions output{.format = "table", .files = {}};
  std::string result_position = "tail";
  std::uint64_t size = 10;
  std::uint64_t samples_per_key = 1;
  bool all = false;
  bool with_source = false;
};

std::string summary(const event::ReadReport& read, std::size_t shown, std::size_t total) {
  std::string text = format("{} · {} match{}", read_summary(read),
                            group_digits(static_cast<std::int64_t>(total)), total == 1 ? "" : "es");
  if (shown < total)
    text += format(", {} shown (--size N or --all for more)",
                   group_digits(static_cast<std::int64_t>(shown)));
  return text + "\n";
}

Exit run(const Options& options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  const run::Watcher watcher = console.watcher();
  auto from = run::EventSearch::prepare(options.search, "match", watcher);
  if (!from) return give_up(from.error());
  from->source.keep_sources = options.with_source || options.output.format == "table";
  auto events = from->scan(watcher);
  if (!events) return give_up(locate(std::move(events.error()), from->rule.query));
  if (watcher.stop.stop_requested()) {
    console.note("interrupted: nothing was matched\n");
    return Exit::interrupted;
  }
  const match::Matcher matcher(from->bound);
  match::MatchOptions settings{.result_position = options.result_position == "head"
                                                      ? match::ResultPosition::head
                                                      : match::ResultPosition::tail,
                               .max_samples_per_key = options.samples_per_key};
  const std::vector<scan::CandidateIndex> visible = events->log.all();
  match::Matches all = matcher.find(events->log, visible, settings);
  const std::size_t total = all.matches.size();
  if (!options.all) {
    settings.size = options.size;
    all = matcher.find(events->log, visible, settings);
  }
  note_read(events->read, console);
  note_limits(all, console);
  const report::MatchList list{.query = from->bound.query,
                               .log = events->log,
                               .read = events->read,
                               .matches = all.matches,
                               .matches_found = total,
                               .with_source = options.with_source};
  print_result(options.output, list, view_of(console), console);
  console.note(summary(events->read, all.matches.size(), total));
  if (events->read.read > 0 && events->read.usable == 0)
    return give_up(error_in({}, "E406", "none of this is an event"));
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
  add_output_options<report::MatchList>(*command, options->output,
                                        "json, ndjson (one match a line), or table (text)");
  add_threads_option(*command, options->search.threads);
  command->footer(
      "Reads NDJSON, hits, whole search responses, bulk bodies, arrays and pretty-printed "
      "documents; plain, gzip or zstd.\n"
      "Example:\n  eqlab match --query 'process where process.name == \"curl\"' --all "
      "events.ndjson.gz");
  command->callback([options, query, &chosen] {
    if (options->output.format == "text") options->output.format = "table";
    options->search.has_query = query->count() > 0;
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
