#include "tests/reference/fast_engine.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "harness/base/check.h"
#include "harness/eql/query.h"
#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

namespace eqlab::reference {
namespace {

event::ValueCode intern(event::Dictionary& dictionary, const event::Value& value) {
  switch (dictionary.physical()) {
    case event::Physical::text:
      return dictionary.intern_text(std::get<std::string>(value));
    case event::Physical::integer:
      return dictionary.intern_integer(std::get<std::int64_t>(value));
    case event::Physical::natural:
      return dictionary.intern_natural(std::get<std::uint64_t>(value));
    case event::Physical::real:
      return dictionary.intern_real(std::get<double>(value));
    case event::Physical::boolean:
      return dictionary.intern_boolean(std::get<bool>(value));
  }
  return event::no_value;
}

Result<scan::CandidateLog> scan_part(const scan::Plan& plan, const std::vector<Row>& rows,
                                     std::size_t begin, std::size_t end, const Cut& cut) {
  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  event::EventBatch batch(plan.projection());
  for (std::size_t row = begin; row < end;) {
    if (cut.empty_batches) EQLAB_CHECK(scanner.scan(batch, log));
    const std::size_t stop = std::min(end, row + cut.batch_rows);
    for (; row < stop; ++row) push_row(batch, plan.projection(), rows[row], row);
    EQLAB_CHECK(scanner.scan(batch, log));
    batch.clear();
  }
  if (cut.empty_batches) EQLAB_CHECK(scanner.scan(batch, log));
  return log;
}

std::vector<ReferenceMatch> translate(const match::Matches& found, const scan::CandidateLog& log) {
  std::vector<ReferenceMatch> matches;
  for (const match::Match& match : found.matches) {
    ReferenceMatch translated;
    for (const scan::CandidateIndex event : match.events) {
      translated.events.push_back(
          event == match::missing_event ? missing_row : static_cast<int>(log.ordinal(event)));
    }
    for (const scan::KeyId key : match.keys) translated.keys.push_back(log.key_value(key));
    matches.push_back(std::move(translated));
  }
  return matches;
}

}  // namespace

void push_row(event::EventBatch& batch, const event::Projection& projection, const Row& row,
              std::size_t index) {
  for (std::size_t i = 0; i < projection.columns.size(); ++i) {
    std::vector<event::ValueCode> codes;
    if (const auto found = row.find(projection.columns[i].name); found != row.end()) {
      for (const event::Value& value : found->second)
        codes.push_back(intern(batch.columns[i].dictionary(), value));
    }
    batch.columns[i].push(codes);
  }
  const auto time = row.find(projection.timestamp_field);
  event::RowPlace place{.line = index + 1, .ordinal = index};
  if (time != row.end() && !time->second.empty())
    place.event_time = EventTime(Duration(std::get<std::int64_t>(time->second[0])));
  batch.place_row(place);
}

/// The plan and the binding refer to the query, so the three stay in one place.
struct FastEngine::Prepared {
  Options options;
  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
};

FastEngine::FastEngine(std::unique_ptr<Prepared> prepared) : prepared_(std::move(prepared)) {}
FastEngine::FastEngine(FastEngine&&) noexcept = default;
FastEngine& FastEngine::operator=(FastEngine&&) noexcept = default;
FastEngine::~FastEngine() = default;

Result<FastEngine> FastEngine::make(std::string_view text, const event::Schema& schema,
                                    const Options& options) {
  EQLAB_TRY(eql::Query parsed, eql::parse_query(text));
  EQLAB_TRY(eql::CheckedQuery query,
            eql::check_query(std::move(parsed), schema,
                             {.timestamp_field = options.timestamp_field,
                              .event_category_field = options.event_category_field,
                              .tiebreaker_field = options.tiebreaker_field}));
  return of(std::move(query), schema, options);
}

FastEngine FastEngine::of(eql::CheckedQuery query, const event::Schema& schema,
                          const Options& options) {
  const event::Field* timestamp = schema.find(options.timestamp_field);
  EQLAB_ASSERT(timestamp != nullptr);
  scan::Plan::Options plan_options{.timestamp = *timestamp};
  if (const event::Field* tiebreaker = schema.find(options.tiebreaker_field))
    plan_options.tiebreaker = *tiebreaker;
  auto prepared =
      std::make_unique<Prepared>(Prepared{options, std::move(query), scan::Plan(plan_options), {}});
  prepared->binding = prepared->plan.add(prepared->query);
  return FastEngine(std::move(prepared));
}

Result<std::vector<ReferenceMatch>> FastEngine::find(const std::vector<Row>& rows, Cut cut) const {
  const std::size_t parts = std::max<std::size_t>(cut.logs, 1);
  std::optional<scan::CandidateLog> log;
  for (std::size_t part = 0; part < parts; ++part) {
    EQLAB_TRY(scan::CandidateLog next, scan_part(prepared_->plan, rows, rows.size() * part / parts,
                                                 rows.size() * (part + 1) / parts, cut));
    if (log) {
      log->merge(std::move(next));
    } else {
      log.emplace(std::move(next));
    }
  }
  log->finish();
  const match::Matcher matcher(prepared_->query, prepared_->binding);
  const match::Matches found =
      matcher.find(*log, log->all(),
                   {.size = prepared_->options.size,
                    .result_position = prepared_->options.result_position == Position::head
                                           ? match::ResultPosition::head
                                           : match::ResultPosition::tail,
                    .max_samples_per_key = prepared_->options.max_samples_per_key});
  return translate(found, *log);
}

Result<std::vector<ReferenceMatch>> run_fast(std::string_view query, const event::Schema& schema,
                                             const Options& options, const std::vector<Row>& rows,
                                             Cut cut) {
  EQLAB_TRY(const FastEngine engine, FastEngine::make(query, schema, options));
  return engine.find(rows, cut);
}

}  // namespace eqlab::reference
