// Codes L3NN: related findings keep one number. What needs the base revision, or events, is not
// here. Each part is one file; tested in
// tests/unit/rule/lint_*_test.cc.
#include <map>

#include "harness/base/text.h"
#include "harness/rule/lint_filters.h"
#include "harness/rule/lint_findings.h"
#include "harness/rule/lint_query_text.h"

namespace eqlab::rule {
namespace {

void lint_not_applied(const LintSubject& subject, Findings& findings) {
  for (const std::string& key : subject.rule.not_applied) {
    findings.add(Severity::warning, "L311", key,
                 format("{} is not applied here: results show the query alone", key),
                 "write the condition into the query to have it tested");
  }
}

}  // namespace

std::vector<Diagnostic> lint(const Rule& rule, const eql::CheckedQuery& query,
                             const LintOptions& options) {
  const LintSubject subject{rule, query, options};
  Findings findings(rule);
  lint_query(subject, findings);
  std::vector<Diagnostic> wording;
  lint_query_text(rule, query, wording);
  findings.add_located(std::move(wording));
  findings.add_located(lint_filters(subject));
  if (!rule.key_positions.empty()) {
    lint_schedule(subject, findings);
    lint_metadata(subject, findings);
    lint_data(subject, findings);
    lint_threats(subject, findings);
    lint_not_applied(subject, findings);
  }
  return findings.take();
}

std::vector<std::pair<std::size_t, Diagnostic>> lint_duplicates(
    const std::vector<const Rule*>& rules) {
  std::vector<std::pair<std::size_t, Diagnostic>> out;
  const auto look = [&](std::string_view key, std::string Rule::*member) {
    std::map<std::string_view, const Rule*> first;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const std::string& value = rules[i]->*member;
      // The name of a bare query is its file's.
      if (value.empty() || rules[i]->key_positions.empty()) continue;
      const auto [known, is_new] = first.emplace(value, rules[i]);
      if (is_new) continue;
      Findings findings(*rules[i]);
      findings.add(
          Severity::error, "L301", key,
          format("{} {} is that of {} too", key, value, known->second->file),
          key == "name" ? "give one of them another name" : "give the newer one a new UUID");
      out.emplace_back(i, std::move(findings.take().front()));
    }
  };
  look("name", &Rule::name);
  look("rule_id", &Rule::rule_id);
  return out;
}

}  // namespace eqlab::rule
