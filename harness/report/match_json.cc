#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/match/join_keys.h"
#include "harness/report/inert_json.h"
#include "harness/report/match_list.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;
using scan::CandidateIndex;

Json to_json(const MatchList& list, CandidateIndex candidate) {
  if (candidate == match::missing_event) return Json{{"missing", true}};
  Json out = {{"line", list.log.line(candidate)}};
  if (!list.log.event_id(candidate).empty()) out["id"] = list.log.event_id(candidate);
  if (list.read.file_starts.size() > 1) {
    const auto [file, line] = place_in_input(list.read.file_starts, list.log.line(candidate));
    out["file"] = file;
    out["file_line"] = line;
  }
  if (list.with_source) out["source"] = Json::parse(list.log.source(candidate), nullptr, false);
  return out;
}

Json to_json(const MatchList& list, const match::Match& match) {
  constexpr std::array<std::string_view, 3> kinds = {"event", "sequence", "sample"};
  Json out = {{"kind", kinds[static_cast<std::size_t>(list.query.kind)]}};
  if (list.query.kind != eql::QueryKind::event) {
    out["join_keys"] = Json::array();
    for (std::size_t i = 0; i < match.keys.size(); ++i) {
      const event::FieldType type = list.query.stages[0].keys[i].field.type;
      out["join_keys"].push_back(
          match.keys[i] == scan::null_key
              ? Json(nullptr)
              : Json(match::shown_key(list.query.kind, type, list.log.key_value(match.keys[i]))));
    }
  }
  out["events"] = Json::array();
  for (const CandidateIndex candidate : match.events)
    out["events"].push_back(to_json(list, candidate));
  return out;
}

std::string dump(const Json& json, int indent) {
  return inert_json(json.dump(indent, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace

std::string match_json(const MatchList& list) {
  Json out = {{"eqlab_result", "match"},       {"schema_version", 1},
              {"events_read", list.read.read}, {"malformed", list.read.malformed},
              {"undated", list.read.undated},  {"matches_found", list.matches_found},
              {"matches", Json::array()}};
  for (const match::Match& match : list.matches) out["matches"].push_back(to_json(list, match));
  return dump(out, 2);
}

std::string match_ndjson(const MatchList& list) {
  std::string out;
  for (const match::Match& match : list.matches) out += dump(to_json(list, match), -1);
  return out;
}

std::pair<std::string, std::uint64_t> place_in_input(const std::vector<event::FileStart>& starts,
                                                     std::uint64_t line) {
  const auto after = std::ranges::lower_bound(starts, line, {}, &event::FileStart::lines_before);
  const event::FileStart& start = after == starts.begin() ? *after : *std::prev(after);
  return {start.file, line - start.lines_before};
}

}  // namespace eqlab::report
