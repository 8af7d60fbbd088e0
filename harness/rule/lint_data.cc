// The rule against its data: indices, the fields of their documents, timestamps, grouping. Of
// documents only that is said which the closed mappings of Elastic Defend prove
// (`harness/event/defend_streams.h`). Tested in tests/unit/rule/lint_data_test.cc.
#include <algorithm>
#include <array>
#include <set>

#include "harness/base/text.h"
#include "harness/event/defend_streams.h"
#include "harness/rule/closed_forms.h"
#include "harness/rule/lint_findings.h"

namespace eqlab::rule {
namespace {

using event::DefendStream;

/// A longer list is not repeated in a hint.
constexpr std::size_t indices_shown_max = 16;

std::string in_seconds(Duration duration) {
  return format("{} s", group_digits(std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

std::string quoted_list(const std::vector<std::string>& items) {
  std::vector<std::string> quoted;
  for (const std::string& item : items) quoted.push_back(format("\"{}\"", item));
  return format("[{}]", join(quoted, ", "));
}

class DataLint {
 public:
  DataLint(const LintSubject& subject, Findings& findings)
      : subject_(subject),
        rule_(subject.rule),
        query_(subject.query),
        findings_(findings),
        reads_defend_alone_(subject.reads_defend_alone()) {}

  void run() {
    check_source();
    check_alert_indices();
    check_categories();
    if (subject_.options.schema != nullptr && !subject_.options.schema->is_open()) check_schema();
    check_documents();
    check_timestamps();
    check_grouping();
  }

 private:
  void error(std::string_view code, std::string_view key, std::string message, std::string hint) {
    findings_.add(Severity::error, code, key, std::move(message), std::move(hint));
  }
  void warning(std::string_view code, std::string_view key, std::string message, std::string hint) {
    findings_.add(Severity::warning, code, key, std::move(message), std::move(hint));
  }

  // --- 7, 26 ---

  void check_source() {
    const bool has_index = subject_.has("index") && !rule_.index.empty();
    if (has_index && subject_.has("data_view_id")) {
      error("L307", "data_view_id", "index and data_view_id are both set", "remove data_view_id");
    } else if (!has_index && !subject_.has("data_view_id")) {
      warning("L307", subject_.has("index") ? "index" : "",
              "neither index nor data_view_id: the rule reads the space's default indices",
              "index = [\"logs-endpoint.events.*\"], or where the events are");
    }
  }

  void check_alert_indices() {
    for (const std::string& pattern : rule_.index) {
      if (pattern.find(".alerts-security") == std::string::npos) continue;
      warning("L327", "index",
              format("{} holds alerts: their delay adds to this rule's, and only alerts of this "
                     "very rule are kept out",
                     pattern),
              format("remove \"{}\" from index, or leave room for the other rules' delay in from",
                     pattern));
      return;
    }
  }

  [[nodiscard]] static bool is_excluded(const std::string& pattern) {
    return pattern.starts_with('-');
  }

  void check_categories() {
    if (rule_.index.empty() || rule_.event_category_field != "event.category") return;
    std::set<std::string_view> told;
    for (std::size_t i = 0; i < query_.stages.size(); ++i) {
      const std::string_view category = subject_.category(query_.stages[i]);
      if (category.empty() || !told.insert(category).second) continue;
      const bool may = std::ranges::any_of(rule_.index, [&](const std::string& pattern) {
        return !is_excluded(pattern) && event::may_hold(pattern, category);
      });
      if (may) continue;
      const Span where = query_.syntax.stages[query_.stages[i].written].filter.category_span;
      const std::string what = query_.stages.size() > 1 ? format("stage {} can never match", i + 1)
                                                        : std::string("the rule can never match");
      if (category == "dns") {
        findings_.add_in_query(
            Severity::error, "L307", where,
            format("Elastic Defend writes DNS look-ups as network events: {}", what),
            "write network where …");
        continue;
      }
      const std::string holding =
          format("logs-endpoint.events.{}-*",
                 category == "driver" ? std::string_view("library") : category);
      std::vector<std::string> mended = rule_.index;
      mended.push_back(holding);
      findings_.add_in_query(
          Severity::error, "L307", where,
          format("none of the rule's indices holds {} events: {}", category, what),
          mended.size() <= indices_shown_max ? format("index = {}", quoted_list(mended))
                                             : format("add \"{}\" to index", holding));
    }
  }

  // --- 8 ---

  void check_schema() {
    const event::Schema& schema = *subject_.options.schema;
    const auto complain = [&](std::string_view key, std::string_view role,
                              const std::string& name) {
      const auto similar = schema.similar(name);
      error("L308", key, format("the {} {} is not in the schema", role, name),
            similar.empty() ? std::string("name a field of the rule's indices, or give their "
                                          "mapping: --schema FILE")
                            : format("did you mean {}?", join(similar, ", ")));
    };
    if (!rule_.timestamp_override.empty()) {
      const event::Field* const field = schema.find(rule_.timestamp_override);
      if (field == nullptr) {
        complain("timestamp_override", "field of timestamp_override", rule_.timestamp_override);
      } else if (!event::is_date(field->type)) {
        error("L308", "timestamp_override",
              format("timestamp_override names {}, which is {}, not a date", field->name,
                     event::to_string(field->type)),
              "timestamp_override = \"event.ingested\"");
      }
    }
    if (!rule_.suppression) return;
    for (const std::string& name : rule_.suppression->group_by) {
      if (schema.find(name) == nullptr)
        complain("alert_suppression.group_by", "field of group_by", name);
    }
  }

  /// The stream of Defend that all events of a stage come from, where the rule reads nothing else.
  [[nodiscard]] std::optional<DefendStream> stream_of(const eql::CheckedStage& stage) const {
    if (!reads_defend_alone_) return std::nullopt;
    return event::defend_stream_of(subject_.category(stage));
  }

  void check_documents() {
    std::set<std::pair<std::size_t, DefendStream>> told;
    std::set<std::uint32_t> walked;
    for (std::size_t i = 0; i < query_.stages.size(); ++i) {
      const eql::CheckedStage& stage = query_.stages[i];
      const auto stream = stream_of(stage);
      if (!stream) continue;
      for (std::size_t k = 0; k < stage.keys.size(); ++k) {
        const eql::JoinKey& key = stage.keys[k];
        if (key.optional || key.unmapped || event::may_carry(*stream, key.field.source)) continue;
        if (!told.emplace(key.span.begin, *stream).second) continue;
        findings_.add_in_query(
            Severity::error, "L308", key.span,
            format("no {} event of Elastic Defend has {}, so stage {} never joins",
                   event::to_string(*stream), key.field.name, i + 1),
            "join by a field that all stages have, such as process.entity_id or host.id");
      }
      if (walked.insert(stage.written).second)
        check_condition(query_.syntax.stages[stage.written].filter.condition, *stream);
    }
  }

  /// Names every field that the stage's documents never have, once, except where the query asks for
  /// just that (`?field`, `field == null`).
  void check_condition(eql::ExprId root, DefendStream stream) {
    std::set<std::string_view> told;
    std::vector<eql::ExprId> open = {root};
    while (!open.empty()) {
      const eql::Expr& expr = query_.syntax.at(open.back());
      open.pop_back();
      const bool compares_null =
          expr.kind == eql::ExprKind::compare &&
          std::ranges::any_of(expr.children, [this](eql::ExprId child) {
            const eql::Expr& side = query_.syntax.at(child);
            return side.kind == eql::ExprKind::literal && event::is_null(side.value);
          });
      if (compares_null) continue;
      if (expr.kind == eql::ExprKind::field && !expr.optional &&
          !event::may_carry(stream, source_of(expr.name)) && told.insert(expr.name).second) {
        findings_.add_in_query(
            Severity::warning, "L308", expr.span,
            format("no {} event of Elastic Defend has {}, so it counts as missing here",
                   event::to_string(stream), expr.name),
            format("write ?{} if other data is meant to have it, or remove the condition",
                   expr.name));
      }
      // From left to right, as a reader meets them.
      open.insert(open.end(), expr.children.rbegin(), expr.children.rend());
    }
  }
  [[nodiscard]] std::string_view source_of(std::string_view name) const {
    const event::Field* const field = subject_.options.schema->find(name);
    return field == nullptr ? name : std::string_view(field->source);
  }

  // --- 9, 19 ---

  void check_timestamps() {
    const std::string& override_field = rule_.timestamp_override;
    const Duration slack = rule_.schedule.look_back - rule_.schedule.interval;
    if (query_.kind == eql::QueryKind::event && override_field.empty()) {
      warning("L319", "",
              format("no timestamp_override: events that arrive more than {} late can be lost",
                     in_seconds(std::max(Duration::zero(), slack))),
              "timestamp_override = \"event.ingested\"");
    }
    if (query_.kind == eql::QueryKind::event && !override_field.empty() &&
        override_field != "event.ingested" && override_field != "@timestamp" &&
        !subject_.has("timestamp_override_fallback_disabled")) {
      findings_.add(Severity::info, "L319", "timestamp_override",
                    format("events without {} are taken by @timestamp instead", override_field),
                    {});
    }
    if (!subject_.is_sequence()) return;
    if (!override_field.empty()) {
      warning("L319", "timestamp_override",
              format("the window is cut by {} and the sequence ordered by {}: pairs can come out "
                     "that are none, and events are sure to be seen together only if they arrive "
                     "within {} of one another",
                     override_field, rule_.timestamp_field,
                     in_seconds(std::max(Duration::zero(), slack))),
              "remove timestamp_override");
    }
    if (rule_.timestamp_field == "event.ingested") {
      error("L309", "timestamp_field",
            "event.ingested has whole seconds and the order of arrival: stages of a sequence "
            "change places",
            "remove timestamp_field");
    }
  }

  // --- 23 ---

  /// The fields by which the events of a sequence are alike, in order.
  [[nodiscard]] std::vector<std::string> shared_fields() const {
    std::vector<std::string> shared;
    if (query_.stages.empty()) return shared;
    for (std::size_t k = 0; k < query_.stages[0].keys.size(); ++k) {
      const std::string& name = query_.stages[0].keys[k].field.name;
      const bool everywhere =
          std::ranges::all_of(query_.stages, [&](const eql::CheckedStage& stage) {
            return k < stage.keys.size() && stage.keys[k].field.name == name;
          });
      if (everywhere) shared.push_back(name);
    }
    return shared;
  }

  /// What belongs to one event rather than to its host or user.
  [[nodiscard]] static bool differs_by_event(std::string_view field,
                                             const std::vector<std::string>& shared) {
    constexpr std::array<std::string_view, 8> of_events = {
        "destination.", "dll.", "dns.", "file.", "network.", "process.", "registry.", "source."};
    if (std::ranges::find(shared, field) != shared.end()) return false;
    const bool same_process = std::ranges::find(shared, "process.entity_id") != shared.end();
    if (same_process && field.starts_with("process.")) return false;
    return std::ranges::any_of(of_events,
                               [&](std::string_view root) { return field.starts_with(root); });
  }

  void check_grouping() {
    if (!subject_.is_sequence() || !rule_.suppression) return;
    const std::vector<std::string> shared = shared_fields();
    std::vector<std::string> mended(
        shared.begin(),
        shared.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(shared.size(), 3)));
    const std::string hint = mended.empty() ? std::string("group by a field that all stages share")
                                            : format("group_by = {}", quoted_list(mended));
    const std::string outcome = rule_.suppression->missing_fields_strategy == "doNotSuppress"
                                    ? "such alerts are not suppressed at all"
                                    : "such alerts all fall into one group";
    for (const std::string& field : rule_.suppression->group_by) {
      const auto lacking = std::ranges::find_if(query_.stages, [&](const eql::CheckedStage& stage) {
        const auto stream = stream_of(stage);
        return !stage.missing && stream && !event::may_carry(*stream, source_of(field));
      });
      if (lacking != query_.stages.end()) {
        warning("L323", "alert_suppression.group_by",
                format("stage {} never has {}, so the alert of the sequence has none: {}",
                       lacking - query_.stages.begin() + 1, field, outcome),
                hint);
      } else if (differs_by_event(field, shared)) {
        warning("L323", "alert_suppression.group_by",
                format("{} is no join key: where the events of a sequence differ in it, the alert "
                       "has none: {}",
                       field, outcome),
                hint);
      }
    }
    // One for each event, and the alert itself.
    const auto documents =
        1 + std::ranges::count_if(query_.stages,
                                  [](const eql::CheckedStage& stage) { return !stage.missing; });
    findings_.add(Severity::info, "L323", "alert_suppression",
                  format("a sequence writes {} documents, so max_signals {} leaves room for {} "
                         "whole groups a run",
                         documents, group_digits(rule_.schedule.max_signals),
                         rule_.schedule.max_signals / documents),
                  {});
  }

  const LintSubject& subject_;
  const Rule& rule_;
  const eql::CheckedQuery& query_;
  Findings& findings_;
  bool reads_defend_alone_;
};

}  // namespace

void lint_data(const LintSubject& subject, Findings& findings) {
  DataLint(subject, findings).run();
}

}  // namespace eqlab::rule
