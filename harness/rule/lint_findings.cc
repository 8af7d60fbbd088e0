#include "harness/rule/lint_findings.h"

#include <algorithm>
#include <iterator>

#include "harness/base/text.h"
#include "harness/event/defend_streams.h"

namespace eqlab::rule {

bool LintSubject::has(std::string_view key) const {
  return rule.key_positions.contains(std::string(key));
}

Duration LintSubject::maxspan() const {
  return is_sequence() ? query.maxspan.value_or(Duration::zero()) : Duration::zero();
}

std::string_view LintSubject::category(const eql::CheckedStage& stage) const {
  if (stage.written >= query.syntax.stages.size()) return {};
  const auto& category = query.syntax.stages[stage.written].filter.category;
  return category ? std::string_view(*category) : std::string_view();
}

bool LintSubject::reads_defend_alone() const {
  return options.schema == &event::Schema::builtin() &&
         rule.event_category_field == "event.category" && !rule.index.empty() &&
         std::ranges::all_of(rule.index, [](const std::string& pattern) {
           return pattern.starts_with('-') || event::is_defend_pattern(pattern);
         });
}

bool LintSubject::stack_may_be_below(unsigned major, unsigned minor) const {
  const auto stated = rule.metadata.find("min_stack_version");
  if (stated == rule.metadata.end()) return false;
  const std::string_view text = stated->second;
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::size_t second_dot = std::min(text.find('.', dot + 1), text.size());
  const auto stated_major = parse_number<unsigned>(text.substr(0, dot));
  if (!stated_major) return false;
  const auto stated_minor = dot < text.size()
                                ? parse_number<unsigned>(text.substr(dot + 1, second_dot - dot - 1))
                                : std::optional<unsigned>(0);
  return std::pair(*stated_major, stated_minor.value_or(0)) < std::pair(major, minor);
}

void Findings::add(Severity severity, std::string_view code, std::string_view key,
                   std::string message, std::string hint) {
  Diagnostic diagnostic = error_at(key_span(rule_, key), code, std::move(message), std::move(hint));
  diagnostic.severity = severity;
  found_.push_back(locate(std::move(diagnostic), document_of(rule_)));
}

void Findings::add_in_query(Severity severity, std::string_view code, Span span,
                            std::string message, std::string hint) {
  Diagnostic diagnostic = error_at(span, code, std::move(message), std::move(hint));
  diagnostic.severity = severity;
  found_.push_back(locate(std::move(diagnostic), rule_.query));
}

void Findings::add_located(std::vector<Diagnostic>&& found) {
  found_.insert(found_.end(), std::make_move_iterator(found.begin()),
                std::make_move_iterator(found.end()));
}

std::vector<Diagnostic> Findings::take() {
  std::ranges::stable_sort(found_, [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.severity, std::string_view(a.code)) <
           std::pair(b.severity, std::string_view(b.code));
  });
  return std::move(found_);
}

}  // namespace eqlab::rule
