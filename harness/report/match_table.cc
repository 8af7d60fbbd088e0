#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/event/json_values.h"
#include "harness/match/elapsed.h"
#include "harness/match/join_keys.h"
#include "harness/report/match_list.h"

namespace eqlab::report {
namespace {

using scan::CandidateIndex;

/// The line, with its file where there are several.
std::string shown_place(const MatchList& list, CandidateIndex candidate) {
  const std::uint64_t line_of_input = list.log.line(candidate);
  if (list.read.file_starts.size() < 2) return format("line {}", line_of_input);
  const auto [file, line] = place_in_input(list.read.file_starts, line_of_input);
  return format("{}:{}", printable(file), line);
}

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

std::string describe_event(const MatchList& list, std::size_t stage, CandidateIndex candidate) {
  const nlohmann::json document = nlohmann::json::parse(list.log.source(candidate), nullptr, false);
  std::vector<std::string> fields;
  collect_fields(list.query, list.query.stages[stage].filter, fields);
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

std::string shown_keys(const MatchList& list, const match::Match& match) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < match.keys.size(); ++i) {
    const eql::JoinKey& key = list.query.stages[0].keys[i];
    keys.push_back(key.field.name + "=" +
                   (match.keys[i] == scan::null_key
                        ? "null"
                        : printable(match::shown_key(list.query.kind, key.field.type,
                                                     list.log.key_value(match.keys[i])))));
  }
  return join(keys, " ");
}

}  // namespace

std::string match_table(const MatchList& list) {
  std::string out;
  std::size_t number = 0;
  for (const match::Match& match : list.matches) {
    const CandidateIndex first = match.first();
    const bool dated = first < list.log.dated_count();
    out += format("{}  {}", ++number,
                  dated ? format_iso8601(list.log.event_time(first).time_since_epoch().count())
                        : std::string("without a time"));
    if (list.query.kind == eql::QueryKind::event) {
      out += format("  {}  {}\n", shown_place(list, first), describe_event(list, 0, first));
      continue;
    }
    const std::string keys = shown_keys(list, match);
    out += format("{}{}\n", keys.empty() ? "" : "  ", keys);
    for (std::size_t stage = 0; stage < match.events.size(); ++stage) {
      const CandidateIndex candidate = match.events[stage];
      if (candidate == match::missing_event) {
        out += "   –           no such event\n";
        continue;
      }
      const std::string gap =
          list.query.kind == eql::QueryKind::sequence
              ? "+" + human_duration(match::elapsed(list.log.event_time(first),
                                                    list.log.event_time(candidate)))
              : "";
      out += format("   {:<10}  {:<13}  {}\n", gap, shown_place(list, candidate),
                    describe_event(list, stage, candidate));
    }
  }
  return out;
}

}  // namespace eqlab::report
