// What the query alone shows, also a bare one. Tested in tests/unit/rule/lint_test.cc.
#include "harness/base/text.h"
#include "harness/rule/lint_findings.h"

namespace eqlab::rule {
namespace {

using std::chrono::seconds;

void lint_unmapped(const LintSubject& subject, Findings& findings) {
  for (const auto& [name, where] : subject.query.unmapped) {
    findings.add_in_query(
        Severity::warning, "L308", where,
        format("?{} is not in the schema, so it counts as null: conditions on it hold for no "
               "event, and most of their negations neither",
               name),
        "if an index of yours has it, give its mapping: --schema FILE");
  }
}

void lint_maxspan(const LintSubject& subject, Findings& findings) {
  if (subject.query.maxspan) return;
  const Schedule& schedule = subject.rule.schedule;
  const Duration covered = schedule.look_back - schedule.interval - subject.options.jitter -
                           std::max(subject.options.delay, schedule.to);
  const std::size_t begin = subject.query.syntax.span.begin;
  const Span first_word = {begin, begin + std::string_view("sequence").size()};
  if (covered < seconds{1}) {
    findings.add_in_query(Severity::warning, "L318", first_word,
                          "sequence without maxspan: no sequence is sure to be seen whole",
                          "write sequence … with maxspan=30s, or what the behaviour needs");
    return;
  }
  const auto whole = std::chrono::floor<seconds>(covered).count();
  findings.add_in_query(
      Severity::warning, "L318", first_word,
      format("sequence without maxspan: only sequences shorter than {} s are sure to be seen whole",
             whole),
      format("write sequence … with maxspan={}s, or less where the behaviour is quicker", whole));
}

}  // namespace

void lint_query(const LintSubject& subject, Findings& findings) {
  lint_unmapped(subject, findings);
  if (!subject.is_sequence()) return;
  lint_maxspan(subject, findings);
  if (!subject.query.stages.empty() && subject.query.stages.back().missing) {
    const Span where = subject.query.syntax.stages[subject.query.stages.back().written].span;
    findings.add_in_query(
        Severity::error, "L310", where,
        "a last stage ![…] is judged before its event can have happened when the sequence is near "
        "the end of the window",
        "ask for the missing event between two stages, or accept the early alerts and say so");
  }
}

}  // namespace eqlab::rule
