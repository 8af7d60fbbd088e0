#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/event/io/read_report.h"
#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"

/// What `match` found, and its three forms.
namespace eqlab::report {

/// All that the forms are made from; it must outlive them. `log` has the events' documents
/// (`keep_sources`) for the table, and for JSON where `with_source` asks for them.
struct MatchList {
  const eql::CheckedQuery& query;
  const scan::CandidateLog& log;
  const event::ReadReport& read;
  const std::vector<match::Match>& matches;
  std::uint64_t matches_found = 0;  ///< before `--size`
  bool with_source = false;
};

/// The contract of conformance checks; keys: harness/cli/README.md.
[[nodiscard]] std::string match_json(const MatchList& list);
/// The objects of `matches`, one a line.
[[nodiscard]] std::string match_ndjson(const MatchList& list);
/// For people: each event with the fields that its condition reads.
[[nodiscard]] std::string match_table(const MatchList& list);

/// The file that a line of the whole input stands in, and the line there. `starts` is not empty.
[[nodiscard]] std::pair<std::string, std::uint64_t> place_in_input(
    const std::vector<event::FileStart>& starts, std::uint64_t line);

}  // namespace eqlab::report
