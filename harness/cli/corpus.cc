#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "generators/corpus/describe.h"
#include "generators/corpus/verify.h"
#include "generators/stats/event_stats.h"
#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/rule_options.h"
#include "harness/report/cells.h"

namespace eqlab::cli {
namespace {

using Json = nlohmann::ordered_json;
using generators::EventStats;

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string grouped(std::uint64_t number) {
  return group_digits(static_cast<std::int64_t>(number));
}

// ---- verify

struct VerifyOptions {
  std::string folder;
};

Exit verify(const VerifyOptions& options, Console& console) {
  auto verified = generators::verify_corpus(options.folder);
  if (!verified) {
    console.report(verified.error());
    return exit_for(verified.error());
  }
  const std::filesystem::path folder(options.folder);
  auto truth = truth::read_truth((folder / "truth.ndjson").string());
  if (!truth) {
    console.report(truth.error());
    return exit_for(truth.error());
  }
  auto files = generators::event_files(options.folder);
  if (!files) {
    console.report(files.error());
    return exit_for(files.error());
  }
  auto stats = generators::measure_events({.paths = std::move(*files)}, nullptr, console.stop());
  if (console.stop().stop_requested()) return Exit::interrupted;
  if (!stats) {
    console.report(stats.error());
    return exit_for(stats.error());
  }
  const event::ReadReport& read = stats->read;
  if (read.malformed > 0 || read.usable != truth->events) {
    const Diagnostic wrong =
        error_in(options.folder, "E502",
                 format("truth.ndjson counts {} events; {} can be read and {} are malformed",
                        grouped(truth->events), grouped(read.usable), grouped(read.malformed)),
                 "make the corpus again with eqlab generate");
    console.report(wrong);
    return exit_for(wrong);
  }
  console.print(format("{}: whole; {} events, {} incident{}, {} host{}\n",
                       printable(options.folder), grouped(truth->events),
                       grouped(truth->incidents.size()), truth->incidents.size() == 1 ? "" : "s",
                       grouped(truth->hosts.size()), truth->hosts.size() == 1 ? "" : "s"));
  return Exit::fine;
}

// ---- stats

struct StatsOptions {
  std::vector<std::string> paths;
  std::vector<std::string> against;
  std::string format = "text";
  unsigned threads = 1;
};

/// A corpus folder's plan, made again from its manifest; nothing for other inputs.
std::optional<generators::CorpusDescription> configured(const std::vector<std::string>& paths) {
  if (paths.size() != 1) return std::nullopt;
  std::ifstream in(std::filesystem::path(paths.front()) / "manifest.json", std::ios::binary);
  if (!in) return std::nullopt;
  const nlohmann::json manifest = nlohmann::json::parse(in, nullptr, false);
  const auto options = manifest.is_object() ? manifest.find("options") : manifest.end();
  if (!manifest.is_object() || options == manifest.end() || !options->is_object())
    return std::nullopt;
  const auto texts = [&](const char* key) {
    std::vector<std::string> out;
    const auto list = options->find(key);
    if (list == options->end() || !list->is_array()) return out;
    for (const auto& element : *list)
      if (element.is_string()) out.push_back(element.get<std::string>());
    return out;
  };
  const auto number = [&](const char* key) -> std::uint64_t {
    const auto found = options->find(key);
    return found != options->end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  };
  const auto text = [&](const char* key) {
    const auto found = options->find(key);
    return found != options->end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  const auto days = options->find("days");
  auto corpus = generators::Corpus::plan(
      {.profile = text("profile"),
       .seed = number("seed"),
       .events = number("events"),
       .hosts = static_cast<std::uint32_t>(number("hosts")),
       .days = days != options->end() && days->is_number() ? days->get<double>() : 0,
       .only = texts("only"),
       .without = texts("without"),
       .scenarios_dir = text("scenarios_dir")});
  // Made by another version, or by files that are gone: then there is nothing to compare with.
  if (!corpus) return std::nullopt;
  return generators::describe(*corpus);
}

struct Measured {
  EventStats stats;
  std::optional<generators::CorpusDescription> plan;
};

Result<Measured> measure(const std::vector<std::string>& paths, unsigned threads,
                         Console& console) {
  std::optional<truth::Truth> truth;
  event::ReadOptions reading{.paths = paths, .threads = threads};
  if (paths.size() == 1) {
    const auto path = std::filesystem::path(paths.front()) / "truth.ndjson";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) {
      EQLAB_TRY(truth, truth::read_truth(path.string()));
      EQLAB_TRY(reading.paths, generators::event_files(paths.front()));
    }
  }
  reading.progress = [&console](std::uint64_t done, std::uint64_t total) {
    console.progress("reading events", done, total);
  };
  EQLAB_TRY(EventStats stats,
            generators::measure_events(reading, truth ? &*truth : nullptr, console.stop()));
  return Measured{std::move(stats), configured(paths)};
}

std::string shown(std::int64_t nanoseconds) { return human_duration(Duration(nanoseconds)); }

/// One line of the table: what it is called, and how it reads for one set of events; empty: cannot
/// be told.
struct Line {
  std::string label;
  std::function<std::string(const EventStats&)> measured;
  std::function<std::string(const generators::CorpusDescription&)> planned = {};
};

std::string none_or(bool is_there, std::string text) {
  return is_there ? std::move(text) : std::string("–");
}

std::function<std::string(const EventStats&)> quantile(Histogram EventStats::*which, double p,
                                                       bool is_time) {
  return [which, p, is_time](const EventStats& stats) {
    const Histogram& histogram = stats.*which;
    const std::int64_t value = p < 1 ? histogram.quantile(p) : histogram.max();
    return none_or(histogram.count() > 0,
                   is_time ? shown(value) : grouped(static_cast<std::uint64_t>(value)));
  };
}

std::vector<Line> table() {
  using S = const EventStats&;
  using D = const generators::CorpusDescription&;
  const auto share_of = [](const char* category) {
    return [category](S s) {
      const auto found = s.categories.find(category);
      return none_or(
          found != s.categories.end(),
          report::percent(static_cast<double>(found == s.categories.end() ? 0 : found->second) /
                          static_cast<double>(s.read.usable)));
    };
  };
  std::vector<Line> lines = {
      {"events", [](S s) { return grouped(s.read.usable); }, [](D d) { return grouped(d.events); }},
      {"malformed documents", [](S s) { return grouped(s.read.malformed); }},
      {"hosts", [](S s) { return grouped(s.hosts); }, [](D d) { return grouped(d.hosts); }},
      {"time covered", [](S s) { return human_duration(s.to - s.from); },
       [](D d) { return human_duration(d.to - d.from); }},
      {"incidents", [](S s) { return none_or(s.incidents > 0, grouped(s.incidents)); },
       [](D d) {
         std::uint64_t installs = 0;
         for (const auto& row : d.scenarios) installs += row.installs;
         return grouped(installs);
       }},
      {"  malicious",
       [](S s) {
         const auto found = s.incidents_by_intent.find("malicious");
         return none_or(s.incidents > 0,
                        grouped(found == s.incidents_by_intent.end() ? 0 : found->second));
       },
       [](D d) {
         std::uint64_t installs = 0;
         for (const auto& row : d.scenarios) {
           if (row.scenario_class == "malicious_firing" || row.scenario_class == "evasion")
             installs += row.installs;
         }
         return grouped(installs);
       }},
      {"process events", share_of("process")},
      {"network events", share_of("network")},
      {"file events", share_of("file")},
      {"events an active host hour, median", quantile(&EventStats::per_host_hour, 0.5, false)},
      {"  p95", quantile(&EventStats::per_host_hour, 0.95, false)},
      {"  most", quantile(&EventStats::per_host_hour, 1, false)},
      {"busiest hour (UTC) to mean",
       [](S s) {
         const auto most = *std::ranges::max_element(s.by_hour);
         std::uint64_t all = 0;
         for (const std::uint64_t n : s.by_hour) all += n;
         return none_or(
             all > 0, format("{:.2f}", static_cast<double>(most) * 24 / static_cast<double>(all)));
       }},
      {"delay to the index, median", quantile(&EventStats::delay, 0.5, true)},
      {"  p95", quantile(&EventStats::delay, 0.95, true)},
      {"  p99", quantile(&EventStats::delay, 0.99, true)},
      {"  longest", quantile(&EventStats::delay, 1, true)},
      {"  20 minutes and more",
       [](S s) {
         return none_or(
             s.delay.count() > 0,
             report::percent(s.delay.share_from(Duration(std::chrono::minutes(20)).count())));
       }},
      {"starts under one process, median", quantile(&EventStats::children, 0.5, false)},
      {"  p95", quantile(&EventStats::children, 0.95, false)},
      {"  most", quantile(&EventStats::children, 1, false)},
      {"distinct process names",
       [](S s) { return (s.names_are_more ? "more than " : "") + grouped(s.process_names); }},
      {"burstiness of a host, median",
       [](S s) { return none_or(s.hosts_for_bursts > 0, format("{:.2f}", s.burstiness_median)); }},
      {"variance to mean, events a minute",
       [](S s) { return none_or(s.hosts_for_bursts > 0, format("{:.1f}", s.fano_median)); }},
      {"start to first connection, median", quantile(&EventStats::start_to_connection, 0.5, true)},
      {"  p95", quantile(&EventStats::start_to_connection, 0.95, true)},
      {"script to connection, median", quantile(&EventStats::script_to_connection, 0.5, true)},
      {"  p95", quantile(&EventStats::script_to_connection, 0.95, true)},
  };
  return lines;
}

void print_text(const StatsOptions& options, const Measured& here,
                const std::optional<Measured>& there, Console& console) {
  std::vector<std::string> heads = {"measured"};
  if (here.plan) heads.push_back("configured");
  if (there) heads.push_back("against");
  constexpr std::size_t label_width = 38;
  constexpr std::size_t cell_width = 16;
  std::string out = report::pad_right(printable(options.paths.front()), label_width);
  for (const std::string& head : heads) out += report::pad_left(head, cell_width);
  out += '\n';
  for (const Line& line : table()) {
    out += report::pad_right(line.label, label_width);
    out += report::pad_left(line.measured(here.stats), cell_width);
    if (here.plan)
      out += report::pad_left(line.planned ? line.planned(*here.plan) : "", cell_width);
    if (there) out += report::pad_left(line.measured(there->stats), cell_width);
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  }
  out += "\nmost common names  ";
  std::vector<std::string> names;
  for (const auto& [name, count] : here.stats.common_names)
    names.push_back(format("{} {}", printable(name), grouped(count)));
  out += join(names, " · ") + "\n";
  console.print(out);
}

Json to_json(const Histogram& histogram, double unit) {
  if (histogram.count() == 0) return nullptr;
  const auto in_units = [unit](std::int64_t value) { return static_cast<double>(value) / unit; };
  return {{"count", histogram.count()},
          {"p50", in_units(histogram.quantile(0.5))},
          {"p95", in_units(histogram.quantile(0.95))},
          {"p99", in_units(histogram.quantile(0.99))},
          {"max", in_units(histogram.max())}};
}

Json to_json(const Measured& measured) {
  const EventStats& s = measured.stats;
  Json names = Json::array();
  for (const auto& [name, count] : s.common_names)
    names.push_back({{"name", name}, {"count", count}});
  Json out = {{"events", s.read.usable},
              {"malformed", s.read.malformed},
              {"undated", s.read.undated},
              {"hosts", s.hosts},
              {"host_hours", s.host_hours},
              {"from", format_iso8601(s.from.time_since_epoch().count(), 9)},
              {"to", format_iso8601(s.to.time_since_epoch().count(), 9)},
              {"categories", s.categories},
              {"actions", s.actions},
              {"by_hour", s.by_hour},
              {"by_weekday", s.by_weekday},
              {"per_host_hour", to_json(s.per_host_hour, 1)},
              {"delay_s", to_json(s.delay, 1e9)},
              {"ingested_before_it_happened", s.early_ingest},
              {"children", to_json(s.children, 1)},
              {"start_to_connection_s", to_json(s.start_to_connection, 1e9)},
              {"script_to_connection_s", to_json(s.script_to_connection, 1e9)},
              {"processes", s.processes},
              {"process_names", s.process_names},
              {"common_names", std::move(names)},
              {"burstiness",
               s.hosts_for_bursts > 0 ? Json(report::rounded(s.burstiness_median)) : Json(nullptr)},
              {"variance_to_mean_a_minute",
               s.hosts_for_bursts > 0 ? Json(report::rounded(s.fano_median)) : Json(nullptr)},
              {"incidents", s.incidents},
              {"incidents_by_intent", s.incidents_by_intent}};
  if (measured.plan) {
    out["configured"] = {{"events", measured.plan->events}, {"hosts", measured.plan->hosts}};
  }
  return out;
}

Exit stats(const StatsOptions& options, Console& console) {
  auto here = measure(options.paths, options.threads, console);
  if (!here) {
    console.report(here.error());
    return exit_for(here.error());
  }
  std::optional<Measured> there;
  if (!options.against.empty()) {
    auto other = measure(options.against, options.threads, console);
    if (!other) {
      console.report(other.error());
      return exit_for(other.error());
    }
    there = std::move(*other);
  }
  if (console.stop().stop_requested()) return Exit::interrupted;
  console.end_progress();
  if (options.format == "text") {
    print_text(options, *here, there, console);
    return Exit::fine;
  }
  Json out = {
      {"eqlab_result", "corpus-stats"}, {"schema_version", 1}, {"measured", to_json(*here)}};
  if (there) out["against"] = to_json(*there);
  console.print(dump(out));
  return Exit::fine;
}

}  // namespace

Exit describe_corpus(const generators::CorpusOptions& options, const std::string& form,
                     Console& console) {
  auto corpus = generators::Corpus::plan(options);
  if (!corpus) {
    console.report(corpus.error());
    return exit_for(corpus.error());
  }
  const generators::CorpusDescription d = generators::describe(*corpus);
  if (form == "json") {
    Json out = {{"eqlab_result", "description"},
                {"schema_version", 1},
                {"profile", d.profile},
                {"about", d.about},
                {"hosts", d.hosts},
                {"days", d.days},
                {"events", d.events},
                {"from", format_iso8601(d.from.time_since_epoch().count(), 0)},
                {"to", format_iso8601(d.to.time_since_epoch().count(), 0)},
                {"faults", d.faults},
                {"personas", Json::array()},
                {"agents", Json::array()},
                {"scenarios", Json::array()}};
    for (const auto& row : d.personas)
      out["personas"].push_back({{"name", row.name},
                                 {"hosts", row.hosts},
                                 {"installs", row.installs},
                                 {"events", row.events}});
    for (const auto& [agent, hosts] : d.agents)
      out["agents"].push_back({{"version", agent}, {"hosts", hosts}});
    for (const auto& row : d.scenarios)
      out["scenarios"].push_back({{"id", row.id},
                                  {"title", row.title},
                                  {"class", row.scenario_class},
                                  {"installs", row.installs}});
    console.print(dump(out));
    return Exit::fine;
  }
  std::string text =
      format("{} · {} hosts · {} · {} events\n  {}\n\n", printable(d.profile), grouped(d.hosts),
             human_duration(d.to - d.from), grouped(d.events), printable(d.about));
  text += format("{:<14}{:>10}{:>12}{:>16}\n", "persona", "hosts", "installs", "events");
  for (const auto& row : d.personas) {
    if (row.hosts > 0)
      text += format("{:<14}{:>10}{:>12}{:>16}\n", row.name, grouped(row.hosts),
                     grouped(row.installs), grouped(row.events));
  }
  text += format("\nevents of clients that a downloader rule names, expected: {}\n",
                 grouped(static_cast<std::uint64_t>(d.listed + 0.5)));
  std::vector<std::string> agents;
  for (const auto& [agent, hosts] : d.agents) agents.push_back(format("{} on {}", agent, hosts));
  text += "agents: " + join(agents, " · ") + "\n";
  if (!d.faults.empty()) {
    text += "\nfaults\n";
    for (const std::string& fault : d.faults) text += "  " + fault + "\n";
  }
  text += format("\n{:<6}{:<18}{:>9}  {}\n", "id", "class", "installs", "scenario");
  for (const auto& row : d.scenarios)
    text += format("{:<6}{:<18}{:>9}  {}\n", printable(row.id), row.scenario_class,
                   grouped(row.installs), printable(row.title));
  console.print(text);
  return Exit::fine;
}

void define_corpus(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("corpus", "Look at corpora: are they whole, what is in them");
  command->require_subcommand(1);
  {
    CLI::App* const sub =
        command->add_subcommand("verify", "Checksums, counts and labels of a corpus folder");
    auto options = std::make_shared<VerifyOptions>();
    sub->add_option("DIR", options->folder, "Folder that eqlab generate wrote")->required();
    sub->footer("Example:\n  eqlab corpus verify corpus");
    sub->callback([options, &chosen] {
      chosen = [options](Console& console) { return verify(*options, console); };
    });
  }
  CLI::App* const sub = command->add_subcommand(
      "stats", "Rates, delays, process trees, burstiness and gaps of events, generated or real");
  auto options = std::make_shared<StatsOptions>();
  sub->add_option("PATHS", options->paths, "A corpus folder, or event files and folders")
      ->required();
  sub->add_option("--against", options->against, "Other events, for a second column");
  sub->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_threads_option(*sub, options->threads);
  sub->footer("Example:\n  eqlab corpus stats corpus --against real-events/");
  sub->callback([options, &chosen] {
    chosen = [options](Console& console) { return stats(*options, console); };
  });
}

}  // namespace eqlab::cli
