#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/schedule/prepared_rule.h"
#include "harness/tune/variant.h"

namespace eqlab::tune {

/// What is asked of one scan.
struct WidePlanOptions {
  std::vector<Duration> maxspans = {};
  std::vector<std::vector<std::string>> keys = {};  ///< joins to try, as written
  /// Changes of filters will be tried: rows are kept of whatever the rule would see without any one
  /// of its terms, with the fields that exclusions are made of.
  bool changes_filters = false;
};

/// A query that the scan looks for, and where its filters are in the log.
struct PlannedVariant {
  Variant variant;  ///< without edits: the rule itself
  scan::BoundQuery bound;
  std::size_t term = 0;                ///< without_term: as QueryText::terms
  std::vector<std::string> keys = {};  ///< with_keys
};

/// Everything that one scan must look for so that the variants of a rule can be decided over what
/// it kept. Not to be moved once a scan has begun: rows name their plan.
class WidePlan {
 public:
  static constexpr std::size_t relaxations_max = 32;

  /// Errors: those of rule::compile and of schedule::carry_range_field; of `keys` that cannot be
  /// joined by, E721 with what is wrong.
  [[nodiscard]] static Result<std::unique_ptr<WidePlan>> make(const rule::Rule& rule,
                                                              const event::Schema& schema,
                                                              const WidePlanOptions& options);

  [[nodiscard]] const scan::Plan& plan() const { return plan_; }
  [[nodiscard]] const QueryText& text() const { return text_; }
  [[nodiscard]] const PlannedVariant& original() const { return *original_; }
  [[nodiscard]] const std::vector<std::unique_ptr<PlannedVariant>>& keys() const { return keys_; }
  /// The rule with one term less.
  [[nodiscard]] const std::vector<std::unique_ptr<PlannedVariant>>& relaxed() const {
    return relaxed_;
  }
  [[nodiscard]] const PlannedVariant* relaxed(std::size_t step, std::size_t term) const;
  /// All of the above.
  [[nodiscard]] std::vector<const PlannedVariant*> queries() const;
  /// The largest maxspan that can be asked for.
  [[nodiscard]] Duration horizon() const { return horizon_; }
  /// The same for one of the queries: what drops a term is many times as much, and is asked for
  /// with the rule's own maxspan alone.
  [[nodiscard]] Duration horizon_of(const PlannedVariant& planned) const {
    return planned.variant.kind == VariantKind::without_term && !planned.variant.edits.empty()
               ? original_->bound.query.maxspan.value_or(horizon_)
               : horizon_;
  }
  [[nodiscard]] bool keeps_rows() const { return keeps_rows_; }

  [[nodiscard]] std::optional<scan::KeySlot> host_slot() const { return host_slot_; }
  [[nodiscard]] const std::optional<event::Field>& host_field() const { return host_field_; }
  /// `options` with what the rule says of windows and suppression.
  [[nodiscard]] schedule::SimulationOptions simulation(schedule::SimulationOptions options) const {
    return fields_.in(std::move(options));
  }
  /// The column of the kept rows that has a field.
  [[nodiscard]] std::optional<event::ColumnIndex> column_of(const std::string& field) const;
  /// What could not be planned, in words.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  WidePlan(scan::Plan plan, QueryText text) : plan_(std::move(plan)), text_(std::move(text)) {}
  Status add_keys(const rule::Rule& rule, const event::Schema& schema,
                  const std::vector<std::vector<std::string>>& keys);
  void add_relaxed(const rule::Rule& rule, const event::Schema& schema);
  void read_fields(const event::Schema& schema);
  [[nodiscard]] std::optional<event::Field> field_named(const std::string& name,
                                                        const event::Schema& schema) const;

  scan::Plan plan_;
  QueryText text_;
  std::unique_ptr<PlannedVariant> original_;
  std::vector<std::unique_ptr<PlannedVariant>> keys_;
  std::vector<std::unique_ptr<PlannedVariant>> relaxed_;
  std::optional<event::Field> host_field_;
  std::optional<scan::KeySlot> host_slot_;
  schedule::CarriedFields fields_;
  Duration horizon_{};
  bool keeps_rows_ = false;
  std::vector<std::string> notes_;
};

/// Fields of an event category that tell one benign activity from another, for exclusions.
[[nodiscard]] std::vector<std::string> telling_fields(const std::optional<std::string>& category);
/// The places in CheckedQuery::stages that came of a step as written.
[[nodiscard]] std::vector<std::size_t> stages_of(const eql::CheckedQuery& query, std::size_t step);
/// The term of a step that a list stands in.
[[nodiscard]] std::optional<std::size_t> term_of(const QueryText& query, const ValueList& list);

}  // namespace eqlab::tune
