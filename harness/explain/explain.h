#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harness/explain/explanation.h"
#include "harness/explain/sightings.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"

/// Why an event, a few events or nothing at all came to a match or did not.
namespace eqlab::explain {

/// All must outlive the explainer; `sightings` is finished.
struct ExplainInputs {
  const rule::Rule& rule;
  const event::Schema& schema;
  const eql::CheckedQuery& query;
  const scan::Plan& plan;
  const scan::QueryBinding& binding;
  const Watch& watch;
  const Sightings& sightings;
  Detail detail = Detail::essential;
};

/// Rows are those of Sightings::rows. Cost of an answer: a few passes over the log, and a bounded
/// look around the events that it is about; nothing is read again.
class Explainer {
 public:
  explicit Explainer(const ExplainInputs& inputs);
  ~Explainer();
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;

  /// What one event comes to.
  [[nodiscard]] Explanation event(event::RowIndex row);
  /// What chosen events come to, one for each stage that asks for one; nothing where there is none.
  [[nodiscard]] Explanation events(const std::vector<std::optional<event::RowIndex>>& rows);
  /// One of `matches().matches`.
  [[nodiscard]] Explanation match(const match::Match& match);
  /// Up to `count` near misses, nearest first, each about events of its own.
  [[nodiscard]] std::vector<Explanation> nearest(std::size_t count);
  /// How far the row is from a stage that asks for an event, as Scanner::distance.
  [[nodiscard]] std::uint32_t distance(event::RowIndex row, std::size_t positive);

  /// Over all events, before the query's pipes.
  [[nodiscard]] const match::Matches& matches() const;
  [[nodiscard]] std::size_t stage_count() const;  ///< that ask for an event

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eqlab::explain
