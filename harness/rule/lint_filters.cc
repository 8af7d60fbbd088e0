// A stage is shown to be empty without looking at any event: a leaf on a field that the stage's
// events never carry is false, any other leaf may be either, and what a condition can still come to
// follows from its parts. Fields are known to be absent when the schema does not have them, or when
// the rule reads Elastic Defend's events only and the built-in table says so. Tested in
// tests/unit/rule/lint_filters_test.cc.
#include "harness/rule/lint_filters.h"

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/event/defend_streams.h"
#include "harness/rule/event_filter.h"

namespace eqlab::rule {
namespace {

/// What a condition can come to.
struct Outcomes {
  bool can_hold = true;
  bool can_fail = true;
};

struct Stage {
  std::string name;      ///< for people
  std::string category;  ///< empty: any
};

class FilterLinter {
 public:
  explicit FilterLinter(const LintSubject& subject)
      : rule_(subject.rule),
        query_(subject.query),
        schema_(subject.options.schema),
        document_(document_of(subject.rule)),
        reads_defend_alone_(subject.reads_defend_alone()) {
    for (const eql::Leaf& leaf : query_.leaves)
      mapped_.try_emplace(leaf.field.name, leaf.field.source);
    std::set<std::uint32_t> written;
    for (const eql::CheckedStage& stage : query_.stages) {
      if (written.insert(stage.written).second) stages_.push_back(describe(stage));
    }
    if (query_.until) stages_.push_back({"until", category_of(query_.syntax.until->filter)});
  }

  std::vector<Diagnostic> run() {
    for (const Filter& filter : rule_.filters) check_filter(filter);
    for (const ExceptionReference& reference : rule_.exception_references)
      check_reference(reference);
    const std::vector<const ExceptionItem*> items = items_in_force(rule_);
    const std::set<const ExceptionItem*> in_force(items.begin(), items.end());
    for (const auto& list : rule_.exceptions) {
      for (const ExceptionItem& item : list->items) {
        if (in_force.contains(&item))
          check_item(item);
        else
          explain_absence(item);
      }
    }
    if (left_out_ > 0) {
      add(Severity::warning, "L325", {}, document_,
          format("{} more findings on exception items are not shown",
                 group_digits(static_cast<std::int64_t>(left_out_))));
    }
    return std::move(out_);
  }

 private:
  static std::string category_of(const eql::EventFilter& filter) {
    return filter.category.value_or("");
  }
  Stage describe(const eql::CheckedStage& stage) const {
    const std::string category = category_of(query_.syntax.stages[stage.written].filter);
    const std::string number = query_.syntax.stages.size() == 1
                                   ? std::string("the query")
                                   : format("stage {}", stage.written + 1);
    return {category.empty() ? number : format("{} ({})", number, printable(category)), category};
  }

  void add(Severity severity, std::string_view code, Span span, const SourceText& source,
           std::string message, std::string hint = {}) {
    Diagnostic diagnostic = error_at(span, code, std::move(message), std::move(hint));
    diagnostic.severity = severity;
    out_.push_back(locate(std::move(diagnostic), source));
  }
  /// Of items a rule may have thousands; the first findings are shown, the rest is counted.
  void add_on_item(Severity severity, std::string_view code, const ExceptionItem& item,
                   std::string message, std::string hint = {}) {
    if (++on_items_ > limits::reported_problems_max)
      ++left_out_;
    else
      add(severity, code, item.span, item.source,
          format("exception item {}{}", printable(item.name), message), std::move(hint));
  }

  // --- what a condition can come to ---

  [[nodiscard]] bool is_unmapped(const std::string& field) const {
    if (mapped_.contains(field) || (schema_ != nullptr && schema_->find(field) != nullptr))
      return false;
    const auto inner = mapped_.lower_bound(field + ".");
    return inner == mapped_.end() || !inner->first.starts_with(field + ".");
  }
  /// Only the built-in schema lacks it, and it counts as mapped; see unknown_fields.h.
  [[nodiscard]] bool is_assumed(const std::string& field) const {
    return mapped_.contains(field) && schema_ != nullptr && schema_->is_assumed() &&
           schema_->find(field) == nullptr;
  }
  [[nodiscard]] bool lacks(const Stage& stage, const std::string& field) const {
    if (is_unmapped(field)) return true;
    const auto stream = event::defend_stream_of(stage.category);
    const auto known = mapped_.find(field);
    return reads_defend_alone_ && stream &&
           !event::may_carry(*stream, known == mapped_.end() ? field : known->second);
  }
  // NOLINTNEXTLINE(misc-no-recursion): limits::filter_depth_max
  [[nodiscard]] Outcomes outcomes(const Clause& clause, const Stage& stage) const {
    switch (clause.kind) {
      case Clause::Kind::always:
        return {.can_fail = false};
      case Clause::Kind::never:
        return {.can_hold = false};
      case Clause::Kind::none: {
        const Outcomes inner = outcomes(clause.children[0], stage);
        return {inner.can_fail, inner.can_hold};
      }
      case Clause::Kind::all:
      case Clause::Kind::any: {
        const bool is_all = clause.kind == Clause::Kind::all;
        Outcomes whole{.can_hold = is_all, .can_fail = !is_all};
        for (const Clause& child : clause.children) {
          const Outcomes part = outcomes(child, stage);
          whole.can_hold =
              is_all ? whole.can_hold && part.can_hold : whole.can_hold || part.can_hold;
          whole.can_fail =
              is_all ? whole.can_fail || part.can_fail : whole.can_fail && part.can_fail;
        }
        return whole;
      }
      case Clause::Kind::exists:
      case Clause::Kind::equal:
      case Clause::Kind::range:
      case Clause::Kind::prefix:
      case Clause::Kind::wildcard:
      case Clause::Kind::regexp:
        break;
    }
    return lacks(stage, clause.field) ? Outcomes{.can_hold = false} : Outcomes{};
  }

  /// A filter may name thousands.
  [[nodiscard]] static std::string listed(std::vector<std::string> fields) {
    constexpr std::size_t shown_max = 8;
    if (fields.size() > shown_max) {
      const std::size_t more = fields.size() - shown_max;
      fields.resize(shown_max);
      fields.push_back(format("… ({} more)", group_digits(static_cast<std::int64_t>(more))));
    }
    return join(fields, ", ");
  }
  /// The fields of the condition that the stage's events never carry.
  [[nodiscard]] std::string absent_fields(const Clause& clause, const Stage& stage) const {
    std::vector<std::string> absent;
    for (const std::string& field : field_names(clause)) {
      if (lacks(stage, field)) absent.push_back(printable(field));
    }
    return listed(std::move(absent));
  }
  [[nodiscard]] std::vector<std::string> unmapped_fields(const Clause& clause) const {
    std::vector<std::string> unmapped;
    for (const std::string& field : field_names(clause)) {
      if (is_unmapped(field)) unmapped.push_back(printable(field));
    }
    return unmapped;
  }
  [[nodiscard]] std::string assumed_fields(const Clause& clause) const {
    std::vector<std::string> assumed;
    for (const std::string& field : field_names(clause)) {
      if (is_assumed(field)) assumed.push_back(printable(field));
    }
    return listed(std::move(assumed));
  }

  // --- findings ---

  void check_filter(const Filter& filter) {
    bool reported = false;
    for (const Stage& stage : stages_) {
      if (outcomes(filter.condition, stage).can_hold) continue;
      const std::string absent = absent_fields(filter.condition, stage);
      add(Severity::error, "L311", filter.condition.span, document_,
          format("filter {} leaves no event to {}{}", printable(filter.name), stage.name,
                 absent.empty() ? "" : format(": it never has {}", absent)),
          "filters hold for every stage; ask for fields that all of them have, or put the "
          "condition into one stage of the query");
      reported = true;
    }
    const std::vector<std::string> unmapped = unmapped_fields(filter.condition);
    if (!reported && !unmapped.empty()) {
      add(Severity::warning, "L311", filter.condition.span, document_,
          format("filter {} asks for {}, which the schema does not have: no event has it",
                 printable(filter.name), listed(unmapped)),
          "if an index of yours has it, give its mapping: --schema FILE");
    }
    if (const std::string assumed = assumed_fields(filter.condition); !assumed.empty()) {
      add(Severity::warning, "L311", filter.condition.span, document_,
          format("filter {} asks for {}, which {}", printable(filter.name), assumed, is_guessed),
          own_mapping);
    }
  }

  void check_reference(const ExceptionReference& reference) {
    if (is_endpoint_list(reference.type)) {
      add(Severity::warning, "L325", reference.span, document_,
          format("the endpoint's exception list {} is not applied: rules never see it",
                 printable(reference.list_id)));
    } else if (reference.is_lost) {
      add(Severity::error, "L314", reference.span, document_,
          format("the exception list {} is not in the file: the rule is tested as though it were "
                 "empty",
                 printable(reference.list_id)),
          "export the rules again with their exception lists");
    }
  }

  void check_item(const ExceptionItem& item) {
    bool can_hold = false;
    bool reported = false;
    for (const Stage& stage : stages_) {
      const Outcomes here = outcomes(item.condition, stage);
      can_hold = can_hold || here.can_hold;
      if (here.can_fail) continue;
      reported = true;
      add_on_item(Severity::error, "L311", item,
                  format(" is true for every event of {}: it never has {}", stage.name,
                         absent_fields(item.condition, stage)),
                  "an excluded entry is true where the field is absent; add an entry that only "
                  "the events meant have");
    }
    if (!can_hold) {
      add_on_item(Severity::warning, "L311", item, " is never true: no event has all of its fields",
                  "an item is held against one event at a time, never against a whole sequence");
    } else if (const auto unmapped = unmapped_fields(item.condition);
               !reported && !unmapped.empty()) {
      add_on_item(
          Severity::warning, "L311", item,
          format(" asks for {}, which the schema does not have: no event has it", listed(unmapped)),
          "if an index of yours has it, give its mapping: --schema FILE");
    }
    if (const std::string assumed = assumed_fields(item.condition); !assumed.empty()) {
      add_on_item(Severity::warning, "L311", item,
                  format(" asks for {}, which {}", assumed, is_guessed), own_mapping);
    }
    if (item.has_nested) {
      add_on_item(Severity::info, "L311", item,
                  " has nested entries: they are held against the values of all elements together, "
                  "so two elements can make it true that do not alone");
    }
    if (item.expire_time && !rule_.as_of) {
      add_on_item(Severity::info, "L325", item,
                  format(" expires at {}; it is applied as though it had not",
                         format_iso8601(*item.expire_time)),
                  "--at TIME says when the rule runs");
    }
  }

  void explain_absence(const ExceptionItem& item) {
    if (item.uses_value_list) {
      add_on_item(Severity::warning, "L325", item,
                  " asks a value list, which no export carries: the whole item is not applied",
                  "write the values into the entry (match_any) to have them tested");
    } else if (item.expire_time) {
      add_on_item(
          Severity::warning, "L325", item,
          format(" has expired at {}: it is not applied", format_iso8601(*item.expire_time)));
    }
  }

  static constexpr std::string_view is_guessed =
      "the built-in schema does not have: taken as mapped, its type from use";
  static constexpr const char* own_mapping = "--schema FILE gives the fields of your index";
  const Rule& rule_;
  const eql::CheckedQuery& query_;
  const event::Schema* schema_;  ///< nothing: fields are not judged
  SourceText document_;
  std::vector<Stage> stages_;
  /// Fields that the compiled conditions ask, and where documents carry them.
  std::map<std::string, std::string> mapped_;
  bool reads_defend_alone_ = false;
  std::size_t on_items_ = 0;
  std::size_t left_out_ = 0;
  std::vector<Diagnostic> out_;
};

}  // namespace

std::vector<Diagnostic> lint_filters(const LintSubject& subject) {
  if (subject.rule.filters.empty() && subject.rule.exception_references.empty()) return {};
  return FilterLinter(subject).run();
}

}  // namespace eqlab::rule
