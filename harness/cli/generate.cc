#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/rule_options.h"
#include "harness/cli/version.h"

namespace eqlab::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  generators::CorpusOptions corpus;
  std::string folder;
  std::string format = "text";
  bool list = false;
  bool describe = false;
  bool uncompressed = false;
  std::string order = "time";
  std::uint64_t file_megabytes = 0;
  unsigned threads = 1;
};

std::string in_short(const generators::ScenarioSummary& s) {
  std::string promises;
  for (const auto& [key, promise] : s.promises)
    promises += format("{}{} {}", promises.empty() ? "" : ", ", key, promise.substr(0, 1));
  return format("{:<5} {:<16} {:<24} {}\n      {}\n      {}\n      source ({}): {}\n",
                printable(s.id), s.scenario_class, s.behaviour, printable(promises),
                printable(s.title), printable(s.expected), s.confidence, printable(s.source));
}

/// For scenarios that were asked for by id.
std::string in_full(const generators::ScenarioSummary& s) {
  std::string out = format("{:<5} {}\n", printable(s.id), printable(s.title));
  std::string_view rest = s.story;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    out += format("      {}\n", printable(rest.substr(0, end)));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  out += format("      {}, {}, {}; family {}\n", s.intent, s.scenario_class, s.behaviour,
                printable(s.family));
  for (const auto& [key, promise] : s.promises)
    out += format("      {:<4} {}\n", printable(key), printable(promise));
  out += format("      tags: {}\n", printable(join(s.tags, ", ")));
  if (s.rate_per_month > 0)
    out += format("      installs per host and month: {}\n", s.rate_per_month);
  out += format("      source ({}): {}\n", s.confidence, printable(s.source));
  for (const std::string& line : s.tree) out += format("        {}\n", printable(line));
  return out;
}

Exit list(const Options& options, Console& console) {
  auto scenarios = generators::list_scenarios(options.corpus);
  if (!scenarios) {
    console.report(scenarios.error());
    return exit_for(scenarios.error());
  }
  Json out = {{"eqlab_result", "scenarios"}, {"schema_version", 1}, {"scenarios", Json::array()}};
  for (const generators::ScenarioSummary& s : *scenarios) {
    if (options.format == "json") {
      Json promises = Json::object();
      for (const auto& [key, promise] : s.promises) promises[key] = promise;
      out["scenarios"].push_back({{"id", s.id},
                                  {"title", s.title},
                                  {"story", s.story},
                                  {"family", s.family},
                                  {"intent", s.intent},
                                  {"class", s.scenario_class},
                                  {"behaviour", s.behaviour},
                                  {"expected", s.expected},
                                  {"promises", std::move(promises)},
                                  {"source", s.source},
                                  {"confidence", s.confidence},
                                  {"rate_per_month", s.rate_per_month},
                                  {"tags", s.tags},
                                  {"tree", s.tree}});
    } else {
      console.print(options.corpus.only.empty() ? in_short(s) : in_full(s));
    }
  }
  if (options.format == "json")
    console.print(out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  else
    console.print(format("{} scenario{}\n", scenarios->size(), scenarios->size() == 1 ? "" : "s"));
  return Exit::fine;
}

Exit run(const Options& options, Console& console) {
  if (options.list) return list(options, console);
  if (options.describe) return describe_corpus(options.corpus, options.format, console);
  auto corpus = generators::Corpus::plan(options.corpus);
  if (!corpus) {
    console.report(corpus.error());
    return exit_for(corpus.error());
  }
  console.wait_for_clean_up();
  const double started = seconds_now();
  // A link to a folder stays one: the folder that it names is written.
  std::error_code ignored;
  const std::string folder =
      std::filesystem::is_symlink(options.folder, ignored)
          ? std::filesystem::weakly_canonical(options.folder, ignored).string()
          : options.folder;
  const bool is_there =
      std::filesystem::exists(std::filesystem::path(folder) / "manifest.json", ignored);
  auto written = generators::write_corpus(
      *corpus,
      {.folder = folder,
       .threads = options.threads,
       .compress = !options.uncompressed,
       .order = options.order == "time" ? generators::WriteOptions::Order::time
                                        : generators::WriteOptions::Order::arrival,
       .file_bytes_max = options.file_megabytes * 1'000'000,
       .version = std::string(version),
       .progress =
           [&](std::uint64_t done, std::uint64_t total) {
             console.progress("writing the corpus", done, total);
           }},
      console.stop());
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!written) {
    console.report(written.error());
    return exit_for(written.error());
  }
  if (is_there) console.note("the corpus that was there has been replaced\n");
  if (options.format == "json") {
    Json out = {{"eqlab_result", "generate"},      {"schema_version", 1},
                {"folder", options.folder},        {"events", written->events},
                {"incidents", written->incidents}, {"bytes", written->bytes},
                {"files", Json::array()}};
    for (const auto& [file, checksum] : written->checksums)
      out["files"].push_back({{"file", file}, {"sha256", checksum}});
    console.print(out.dump(2) + "\n");
    return Exit::fine;
  }
  console.print(format("{}: {} events, {} incidents, {:.1f} MB\n", printable(options.folder),
                       group_digits(static_cast<std::int64_t>(written->events)),
                       group_digits(static_cast<std::int64_t>(written->incidents)),
                       static_cast<double>(written->bytes) / 1e6));
  for (const auto& [file, checksum] : written->checksums)
    console.print(format("  {}  {}\n", checksum, printable(file)));
  const double took = seconds_now() - started;
  console.note(format("took {:.1f} s, {} events/s\n", took,
                      group_digits(static_cast<std::int64_t>(static_cast<double>(written->events) /
                                                             std::max(took, 1e-9)))));
  return Exit::fine;
}

}  // namespace

void define_generate(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("generate", "Write a labelled corpus of endpoint events");
  auto options = std::make_shared<Options>();
  auto* const folder =
      command->add_option("-o,--output", options->folder,
                          "Folder for manifest.json, events-*.ndjson.zst and truth.ndjson");
  auto* const listing = command->add_flag(
      "--list", options->list,
      "Name all scenarios, with what rules are expected to do; in full those given by --only");
  listing->excludes(folder);
  command
      ->add_flag("--describe", options->describe,
                 "Say what the corpus would hold, with expected counts, and write nothing")
      ->excludes(folder)
      ->excludes(listing);
  static_cast<void>(add_corpus_options(*command, options->corpus));
  command->add_flag("--labels", options->corpus.labels,
                    "Events of incidents say so: labels.eqlab.incident, .scenario and .role");
  command->add_flag("--uncompressed", options->uncompressed, "Plain NDJSON instead of zstd");
  command
      ->add_option("--order", options->order,
                   "Documents in order of time, or of arrival at the index")
      ->check(CLI::IsMember({"time", "arrival"}))
      ->capture_default_str();
  command
      ->add_option("--file-size", options->file_megabytes,
                   "Begin another file before one is longer than this many megabytes; default: "
                   "after 500,000 events")
      ->check(whole_number(1, 1'000'000));
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_threads_option(*command, options->threads);
  command->footer(
      "Example:\n  eqlab generate -o corpus --profile balanced --events 200000 --seed 7\n"
      "  eqlab generate --list --only M01");
  command->callback([options, &chosen] {
    if (!options->list && !options->describe && options->folder.empty())
      throw CLI::RequiredError("--output");
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
