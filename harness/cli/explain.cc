#include "harness/explain/explain.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/read_notes.h"
#include "harness/cli/rule_options.h"
#include "harness/report/cells.h"
#include "harness/report/explanation.h"
#include "harness/run/event_search.h"
#include "harness/schedule/prepared_rule.h"
#include "harness/score/scorecard.h"
#include "harness/truth/truth.h"

namespace eqlab::cli {
namespace {

using event::RowIndex;
using report::Explained;

struct Options {
  run::SearchRequest search;
  std::string event;
  std::vector<std::string> incidents;
  std::string truth;
  std::uint64_t all_misses = 0;
  OutputOptions output;
  bool full = false;
};

/// Labels, and what the rule's schedule makes of them.
struct Labels {
  truth::Truth truth;
  std::vector<std::uint32_t> incidents;  ///< asked for: places in Truth::incidents
};

/// The labels that lie beside the events, when nobody says where they are.
std::string truth_beside(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  for (const std::string& path : paths) {
    std::error_code ignored;
    const fs::path folder =
        fs::is_directory(path, ignored) ? fs::path(path) : fs::path(path).parent_path();
    const fs::path file = folder / "truth.ndjson";
    if (path != "-" && fs::is_regular_file(file, ignored)) return file.string();
  }
  return {};
}

Result<std::optional<Labels>> labels_for(const Options& options,
                                         const std::vector<std::string>& paths) {
  if (options.incidents.empty() && options.all_misses == 0) return std::optional<Labels>();
  const std::string file = options.truth.empty() ? truth_beside(paths) : options.truth;
  if (file.empty()) {
    if (options.incidents.empty()) return std::optional<Labels>();
    return fail(error_in({}, "E407", "an incident is asked for, but there are no labels",
                         "name them with --truth FILE, or give the folder of a corpus"));
  }
  Labels labels;
  EQLAB_TRY(labels.truth, truth::read_truth(file));
  for (const std::string& id : options.incidents) {
    const auto found = std::ranges::find(labels.truth.incidents, id, &truth::Incident::id);
    if (found == labels.truth.incidents.end()) {
      std::vector<std::string_view> known;
      for (const truth::Incident& incident : labels.truth.incidents) known.push_back(incident.id);
      const std::vector<std::string> close = nearest(id, known, 1);
      return fail(error_in(
          file, "E408", format("there is no incident {}", printable(id)),
          close.empty() ? "the ids stand in truth.ndjson" : format("did you mean {}?", close[0])));
    }
    labels.incidents.push_back(static_cast<std::uint32_t>(found - labels.truth.incidents.begin()));
  }
  if (options.all_misses > 0) {
    for (std::uint32_t i = 0; i < labels.truth.incidents.size(); ++i) {
      if (labels.truth.incidents[i].intent == truth::Intent::malicious)
        labels.incidents.push_back(i);
    }
  }
  return std::optional<Labels>(std::move(labels));
}

explain::Wanted wanted_by(const Options& options, const std::optional<Labels>& labels) {
  explain::Wanted wanted;
  if (!options.event.empty()) {
    if (const auto line = parse_number<unsigned long>(options.event)) wanted.lines = {*line};
    wanted.ids = {options.event};
  }
  if (labels) {
    wanted.near_misses = false;  // an incident is explained by its own events
    for (const std::uint32_t place : labels->incidents) {
      for (const truth::IncidentEvent& event : labels->truth.incidents[place].events)
        wanted.ids.push_back(event.id);
    }
  }
  std::ranges::sort(wanted.ids);
  return wanted;
}

/// The one pass over the events.
Result<event::ReadReport> look(const run::EventSearch& from, const explain::Watch& watch,
                               explain::Sightings& sightings, const run::Watcher& watcher) {
  struct Piece {
    std::optional<explain::WatchedPiece> seen;
    std::optional<Diagnostic> failure;
  };
  std::optional<Diagnostic> failure;
  const std::function<void(Piece&, const event::EventBatch&)> scan =
      [&watch](Piece& piece, const event::EventBatch& batch) {
        if (piece.failure) return;
        if (!piece.seen) piece.seen.emplace(watch);
        if (auto done = piece.seen->scan(batch); !done) piece.failure = std::move(done.error());
      };
  const std::function<void(Piece &&)> take = [&](Piece&& piece) {
    if (piece.failure && !failure) failure = std::move(piece.failure);
    if (piece.seen) sightings.take(std::move(*piece.seen));
  };
  EQLAB_TRY(event::ReadReport read, from.read<Piece>(scan, take, watcher));
  if (failure) return fail(locate(std::move(*failure), from.rule.query));
  sightings.finish();
  return read;
}

Explained about(explain::Explanation explanation, Explained::Kind kind, std::string title) {
  Explained out{.kind = kind, .title = std::move(title)};
  out.is_match = explanation.reason == explain::Reason::matched;
  out.reason = std::string(explain::to_string(explanation.reason));
  out.text = explanation.text;
  out.explanation = std::move(explanation);
  return out;
}

Result<std::vector<Explained>> explain_event(const Options& options,
                                             const explain::Sightings& sightings,
                                             explain::Explainer& explainer) {
  const std::vector<RowIndex>& rows = sightings.subjects();
  // A number is a line first, then an id.
  const auto line = parse_number<unsigned long>(options.event);
  auto found = std::ranges::find_if(
      rows, [&](RowIndex row) { return line && sightings.rows().line[row] == *line; });
  if (found == rows.end()) {
    found = std::ranges::find_if(
        rows, [&](RowIndex row) { return sightings.rows().ids[row] == options.event; });
  }
  if (found == rows.end()) {
    return fail(error_in(
        {}, "E409", format("there is no event {}", printable(options.event)),
        "give a line of the input (from 1, over all files) or an event.id; malformed events have "
        "none"));
  }
  const std::string_view id = sightings.rows().ids[*found];
  Explained out = about(explainer.event(*found), Explained::Kind::event,
                        format("event on line {}{}", sightings.rows().line[*found],
                               id.empty() ? "" : format(" · {}", id)));
  const auto same_line = std::ranges::count_if(rows, [&](RowIndex row) {
    return sightings.rows().line[row] == sightings.rows().line[*found];
  });
  if (same_line > 1) {
    out.explanation.notes.push_back(
        format("{} events share this line; this is the first. Name another by its id", same_line));
  }
  return std::vector<Explained>{std::move(out)};
}

/// Explains incidents by the reasons that the scorecard counts.
class IncidentExplainer {
 public:
  IncidentExplainer(const run::EventSearch& from, const explain::Sightings& sightings,
                    explain::Explainer& explainer, const truth::Truth& truth,
                    schedule::SimulationOptions options)
      : sightings_(sightings), explainer_(explainer), truth_(truth), query_(from.bound.query) {
    const truth::TruthIndex index(truth);
    const match::Matcher matcher(from.bound);
    const match::Matches matches = matcher.find(sightings.log(), sightings.log().dated(), {});
    options.start = truth.from;
    options.end = truth.to;
    const schedule::Simulation simulation =
        schedule::simulate(sightings.log(), matcher, from.rule.schedule, options);
    card_ = score::score({.log = sightings.log(),
                          .matches = matches,
                          .simulation = simulation,
                          .truth = truth,
                          .index = index,
                          .bound = from.bound,
                          .schedule = from.rule.schedule,
                          .rule_id = from.rule.rule_id,
                          .options = {.bootstrap = {.resamples = 0}}});
    for (const match::Match& match : matches.matches) {
      if (const auto incident = score::causal_incident(sightings.log(), match, truth, index))
        match_of_.try_emplace(*incident, match);
    }
    for (const RowIndex row : sightings.subjects())
      rows_of_[std::string(sightings.rows().ids[row])].push_back(row);
  }

  /// Labels of one corpus say nothing about the events of another.
  [[nodiscard]] bool is_in_input(std::uint32_t place) const {
    return std::ranges::any_of(
        truth_.incidents[place].events,
        [&](const truth::IncidentEvent& event) { return row_of(event).has_value(); });
  }

  [[nodiscard]] bool is_missed(std::uint32_t place) const {
    return card_.incidents[place].miss.has_value();
  }

  Explained explain(std::uint32_t place) {
    const truth::Incident& incident = truth_.incidents[place];
    const score::IncidentOutcome& outcome = card_.incidents[place];
    const auto match = match_of_.find(place);
    explain::Explanation explanation;
    if (!outcome.miss && match != match_of_.end()) {
      explanation = explainer_.match(match->second);
    } else {
      explanation = explainer_.events(events_of(incident, outcome));
    }
    Explained out = about(std::move(explanation), Explained::Kind::incident, {});
    out.is_match = !outcome.miss;
    if (outcome.miss) {
      const std::string own(explain::to_string(outcome.miss->reason));
      // The reason that the scorecard counts; in more detail where it is about these very events.
      if (out.reason != own) {
        out.text = score::describe(*outcome.miss, query_, query_.maxspan);
        if (!outcome.miss->example.empty()) out.text += ": " + outcome.miss->example;
        out.reason = own;
      }
    } else if (match == match_of_.end()) {
      out.reason = "matched";
      out.text = "it raised an alert of its own";
    }
    // Short enough that what became of it is not cut off.
    const std::string title = report::cut(incident.title, title_columns_max);
    out.title = format("{}  {} {} · host {} · {} · {}", incident.id, incident.scenario, title,
                       incident.host_name, truth::to_string(incident.intent),
                       became(incident.intent, outcome.miss.has_value()));
    out.facts = {{"incident", incident.id},
                 {"scenario", incident.scenario},
                 {"host", incident.host_name},
                 {"intent", std::string(truth::to_string(incident.intent))}};
    return out;
  }

 private:
  /// Only what is malicious can be missed or caught.
  static std::string_view became(truth::Intent intent, bool is_silent) {
    if (intent == truth::Intent::malicious) return is_silent ? "missed" : "caught";
    return is_silent ? "no alert" : "raised an alert";
  }
  [[nodiscard]] std::optional<RowIndex> row_of(const truth::IncidentEvent& event) const {
    const auto found = rows_of_.find(event.id);
    if (found == rows_of_.end()) return std::nullopt;
    return found->second.front();
  }

  /// The events that speak for the incident; where none were chosen, for each step the event that
  /// comes nearest to it.
  std::vector<std::optional<RowIndex>> events_of(const truth::Incident& incident,
                                                 const score::IncidentOutcome& outcome) {
    std::vector<std::optional<RowIndex>> out(explainer_.stage_count());
    if (outcome.miss && outcome.miss->events.size() == out.size()) {
      for (std::size_t p = 0; p < out.size(); ++p)
        out[p] = row_of(incident.events[outcome.miss->events[p]]);
      return out;
    }
    std::set<RowIndex> taken;
    for (std::size_t p = 0; p < out.size(); ++p) {
      std::uint32_t best = explain::category_weight;  // an event of another category is none
      std::size_t looked_at = 0;
      for (const truth::IncidentEvent& event : incident.events) {
        const auto row = row_of(event);
        if (!row || taken.contains(*row) || event.role == truth::Role::noise) continue;
        if (++looked_at > events_compared_max) break;
        const std::uint32_t distance = explainer_.distance(*row, p);
        if (distance >= best) continue;
        best = distance;
        out[p] = row;
      }
      if (out[p]) taken.insert(*out[p]);
    }
    return out;
  }

  static constexpr std::size_t events_compared_max = 256;
  static constexpr std::size_t title_columns_max = 32;
  const explain::Sightings& sightings_;
  explain::Explainer& explainer_;
  const truth::Truth& truth_;
  const eql::CheckedQuery& query_;
  score::Scorecard card_;
  std::map<std::uint32_t, match::Match> match_of_;
  std::map<std::string, std::vector<RowIndex>, std::less<>> rows_of_;
};

std::vector<Explained> explain_best(const Options& options, explain::Explainer& explainer,
                                    std::uint64_t events_read) {
  std::vector<Explained> out;
  if (options.all_misses == 0 && !explainer.matches().matches.empty()) {
    const std::size_t total = explainer.matches().matches.size();
    out.push_back(about(
        explainer.match(explainer.matches().matches.front()), Explained::Kind::match,
        total == 1
            ? std::string("the only match")
            : format("the first of {} matches", group_digits(static_cast<std::int64_t>(total)))));
    out.back().explanation.notes.emplace_back(
        "--all-misses N shows what came near, --event what one event comes to");
    return out;
  }
  for (explain::Explanation& found :
       explainer.nearest(std::max<std::uint64_t>(1, options.all_misses))) {
    out.push_back(about(std::move(found), Explained::Kind::near_miss,
                        format("near miss {}", out.size() + 1)));
  }
  if (out.size() == 1) out[0].title = "the nearest miss";
  if (out.empty()) {
    explain::Explanation nothing{.text = events_read == 0 ? "the input has no events"
                                                          : "no event comes near the query"};
    out.push_back(about(std::move(nothing), Explained::Kind::near_miss, "no match"));
  }
  return out;
}

Exit run(const Options& options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  const run::Watcher watcher = console.watcher();
  auto from = run::EventSearch::prepare(options.search, "explain", watcher);
  if (!from) return give_up(from.error());
  auto labels = labels_for(options, from->source.files);
  if (!labels) return give_up(labels.error());
  explain::read_named_fields(from->rule, from->schema, from->bound.query, from->plan);
  schedule::SimulationOptions simulation;
  if (*labels) {
    const auto fields = schedule::carry_fields(from->rule, from->schema, from->plan);
    if (!fields) return give_up(fields.error());
    simulation = fields->in();
  }
  const explain::Watch watch(from->bound.query, from->plan, from->bound.binding,
                             from->rule.event_category_field, wanted_by(options, *labels));
  explain::Sightings sightings(watch);
  auto read = look(*from, watch, sightings, watcher);
  if (!read) return give_up(read.error());
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was explained\n");
    return Exit::interrupted;
  }
  note_read(*read, console);
  if (read->read > 0 && read->usable == 0)
    return give_up(error_in({}, "E406", "none of this is an event"));

  explain::Explainer explainer(
      {.rule = from->rule,
       .schema = from->schema,
       .query = from->bound.query,
       .plan = from->plan,
       .binding = from->bound.binding,
       .watch = watch,
       .sightings = sightings,
       .detail = options.full ? explain::Detail::full : explain::Detail::essential});
  note_limits(explainer.matches(), console);
  report::ExplainedRun result{.rule_name = from->rule.name,
                              .events_read = read->read,
                              .malformed = read->malformed,
                              .matches_found = explainer.matches().matches.size(),
                              .file_starts = read->file_starts};
  if (!options.event.empty()) {
    auto found = explain_event(options, sightings, explainer);
    if (!found) return give_up(found.error());
    result.items = std::move(*found);
  } else if (*labels) {
    IncidentExplainer incidents(*from, sightings, explainer, (*labels)->truth,
                                std::move(simulation));
    for (const std::uint32_t place : (*labels)->incidents) {
      if (options.all_misses > 0 &&
          (result.items.size() >= options.all_misses || !incidents.is_missed(place)))
        continue;
      if (!incidents.is_in_input(place)) {
        return give_up(error_in(
            {}, "E408",
            format("no event of incident {} is in the input",
                   printable((*labels)->truth.incidents[place].id)),
            "truth.ndjson must be that of these events, and all files of the corpus be given"));
      }
      result.items.push_back(incidents.explain(place));
    }
  } else {
    result.items = explain_best(options, explainer, read->read);
  }
  report::View view = view_of(console);
  if (options.full) view.detail = report::Detail::full;
  print_result(options.output, result, view, console);
  console.note(format("{} · {} match{}\n", read_summary(*read),
                      group_digits(static_cast<std::int64_t>(result.matches_found)),
                      result.matches_found == 1 ? "" : "es"));
  return Exit::fine;
}

}  // namespace

void define_explain(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "explain", "Why an event or incident did or did not match, and what is nearest to a match");
  auto options = std::make_shared<Options>();
  auto* const query = add_search_options(*command, options->search);
  auto* const event = command->add_option(
      "--event", options->event, "This event: its line in the input, or its event.id (or _id)");
  auto* const incident =
      command
          ->add_option("--incident", options->incidents,
                       "This incident of a labelled corpus (or several, with commas)")
          ->allow_extra_args(false)
          ->delimiter(',')
          ->excludes(event);
  command->add_option("--truth", options->truth, "Labels; default: truth.ndjson beside the events");
  command
      ->add_option("--all-misses", options->all_misses,
                   "Up to so many: missed malicious incidents where there are labels, else the "
                   "nearest misses")
      ->check(whole_number(1, 10'000))
      ->excludes(event)
      ->excludes(incident);
  command->add_flag("--full", options->full, "Every term and key, also those that hold");
  command->add_flag("--strict", options->search.strict,
                    "Stop at the first malformed event, with status 3");
  add_output_options<report::ExplainedRun>(*command, options->output);
  add_threads_option(*command, options->search.threads);
  command->footer(
      "Without --event, --incident and --all-misses: the first match, or the nearest miss.\n"
      "A change is shown only after the events, so changed, were matched again.\n"
      "Example:\n  eqlab explain --query 'process where process.name == \"curl\"' --event 12 "
      "events.ndjson");
  command->callback([options, query, &chosen] {
    options->search.has_query = query->count() > 0;
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
