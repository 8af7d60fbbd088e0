// Events go from the case's values straight into columns, past JSON: a case tests matching, and the
// reader has tests of its own. Values are typed by the reader's own Coercer, so the two cannot
// drift apart.
#include "harness/cases/engine.h"

#include <algorithm>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/event/batch.h"
#include "harness/event/coerce.h"
#include "harness/match/join_keys.h"
#include "harness/match/matcher.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

namespace eqlab::cases {
namespace {

using event::Scalar;

Scalar to_scalar(const CaseValue& value) {
  switch (value.kind) {
    case CaseValue::Kind::null:
      return {};
    case CaseValue::Kind::boolean:
      return {.kind = Scalar::Kind::boolean, .boolean = value.text == "true"};
    case CaseValue::Kind::text:
      return {.kind = Scalar::Kind::text, .text = value.text};
    case CaseValue::Kind::number:
      break;
  }
  if (const auto integer = parse_number<long>(value.text))
    return {.kind = Scalar::Kind::integer, .integer = *integer};
  if (const auto natural = parse_number<unsigned long>(value.text))
    return {.kind = Scalar::Kind::natural, .natural = *natural};
  return {.kind = Scalar::Kind::real, .real = parse_number<double>(value.text).value_or(0)};
}

/// Fills batches of one projection from case events.
class BatchWriter {
 public:
  explicit BatchWriter(const event::Projection& projection) : projection_(projection) {
    for (const event::Field& field : projection.columns) coercers_.emplace_back(field);
  }

  void push(event::EventBatch& batch, const CaseEvent& event, std::size_t place) {
    for (std::size_t c = 0; c < coercers_.size(); ++c) push_column(batch.columns[c], event, c);
    batch.event_time.push_back(event.time.value_or(EventTime{}));
    batch.has_event_time.push_back(event.time ? 1 : 0);
    batch.ingest_time.push_back(ingest_time(event));
    batch.line.push_back(place + 1);
    batch.ordinal.push_back(place);
    batch.ids.push(event.id);
  }

 private:
  static const CaseField* find(const CaseEvent& event, const std::string& name) {
    const auto found = std::ranges::find(event.fields, name, &CaseField::name);
    return found == event.fields.end() ? nullptr : &*found;
  }

  void push_column(event::Column& column, const CaseEvent& event, std::size_t c) {
    const event::Field& field = projection_.columns[c];
    const std::string& source = field.source.empty() ? field.name : field.source;
    std::vector<event::ValueCode> codes;
    if (source == projection_.timestamp_field && event.time) {
      const std::string text = format_iso8601(event.time->time_since_epoch().count(), 9);
      store(c, {.kind = Scalar::Kind::text, .text = text}, text, column.dictionary(), codes);
    } else if (const CaseField* given = find(event, source)) {
      for (const CaseValue& value : given->values)
        store(c, to_scalar(value), value.text, column.dictionary(), codes);
    } else if (source == projection_.id_field) {
      store(c, {.kind = Scalar::Kind::text, .text = event.id}, event.id, column.dictionary(),
            codes);
    }
    column.push(codes);
  }

  void store(std::size_t c, const Scalar& scalar, std::string_view spelling,
             event::Dictionary& dictionary, std::vector<event::ValueCode>& codes) {
    using Outcome = event::Coercer::Outcome;
    event::ValueCode code = 0;
    Outcome outcome = coercers_[c].store(scalar, dictionary, code);
    if (outcome == Outcome::needs_spelling) {
      outcome = coercers_[c].store({.kind = Scalar::Kind::number_text, .text = spelling},
                                   dictionary, code);
    }
    if (outcome == Outcome::kept) codes.push_back(code);
  }

  [[nodiscard]] IngestTime ingest_time(const CaseEvent& event) const {
    const CaseField* given = find(event, projection_.ingest_field);
    const auto stated = given != nullptr && !given->values.empty()
                            ? parse_iso8601(given->values[0].text)
                            : std::nullopt;
    return stated ? IngestTime(Duration{*stated})
                  : on_clock<IngestTime>(event.time.value_or(EventTime{}));
  }

  const event::Projection& projection_;
  std::vector<event::Coercer> coercers_;
};

Result<std::vector<FoundMatch>> run_built_in(const CaseBlock& block, const eql::CheckedQuery& query,
                                             std::size_t batch_rows) {
  const rule::Rule& rule = *block.rule;
  scan::Plan plan(
      scan::Plan::options_for(block.schema(), rule.timestamp_field, rule.tiebreaker_field));
  const scan::QueryBinding binding = plan.add(query);

  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  BatchWriter writer(plan.projection());
  event::EventBatch batch(plan.projection());
  for (std::size_t place = 0; place < block.events.size(); ++place) {
    writer.push(batch, block.events[place], place);
    if (batch.row_count() == batch_rows || place + 1 == block.events.size()) {
      // Each batch into a log of its own, merged in input order: what parallel reading does.
      scan::CandidateLog part = plan.new_log();
      EQLAB_CHECK(scanner.scan(batch, part));
      log.merge(std::move(part));
      batch.clear();
    }
  }
  log.finish();

  const auto visible = query.kind == eql::QueryKind::sequence ? log.dated() : log.all();
  const match::Matches matches =
      match::Matcher(query, binding).find(log, visible, block.match_options);
  std::vector<FoundMatch> out;
  for (const match::Match& match : matches.matches) {
    FoundMatch found;
    for (const scan::CandidateIndex candidate : match.events) {
      found.events.push_back(candidate == match::missing_event
                                 ? std::nullopt
                                 : std::optional<std::size_t>(log.line(candidate) - 1));
    }
    for (std::size_t i = 0; i < match.keys.size(); ++i)
      found.keys.push_back(match::shown_key(query.kind, query.stages[0].keys[i].field.type,
                                            log.key_value(match.keys[i])));
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace

Engine fast_engine() {
  return [](const CaseBlock& block, const eql::CheckedQuery& query) {
    return run_built_in(block, query, limits::batch_rows_max);
  };
}

std::vector<NamedEngine> built_in_engines() {
  const auto with_rows = [](std::size_t rows) {
    return [rows](const CaseBlock& block, const eql::CheckedQuery& query) {
      return run_built_in(block, query, rows);
    };
  };
  return {{"batch-1", with_rows(1)},
          {"batch-7", with_rows(7)},
          {"whole", with_rows(limits::batch_rows_max)}};
}

}  // namespace eqlab::cases
