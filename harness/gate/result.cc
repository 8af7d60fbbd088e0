#include "harness/gate/result.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::gate {
namespace {

std::string counted(std::size_t count, std::string_view singular, std::string_view plural) {
  return format("{} {}", group_digits(static_cast<std::int64_t>(count)),
                count == 1 ? singular : plural);
}

std::string name_of(const RuleResult& rule) { return rule.file.empty() ? rule.name : rule.file; }

/// What a passing change is worth saying: recall and false alarms.
std::string gain_of(const RuleResult& rule) {
  if (rule.is_equivalent()) return "proved to raise the same alerts";
  if (rule.change == ChangeKind::deleted) return "deleted";
  std::vector<std::string> parts;
  const auto percent = [](const std::optional<double>& share) {
    return share ? format("{:.1f} %", *share * 100) : std::string("not measured");
  };
  const auto rate = [](const std::optional<double>& per_host_day) {
    return per_host_day
               ? group_digits(static_cast<std::int64_t>(*per_host_day * score::hosts_shown + 0.5))
               : std::string("not measured");
  };
  if (!rule.after) return "nothing to measure";
  const Figures& after = *rule.after;
  if (rule.before) {
    parts.push_back(format("recall {} → {}", percent(rule.before->recall.value()),
                           percent(after.recall.value())));
    parts.push_back(format("false alarms {} → {} per 1,000 hosts a day",
                           rate(rule.before->false_alarms.value()),
                           rate(after.false_alarms.value())));
  } else {
    parts.push_back(format("recall {}", percent(after.recall.value())));
    parts.push_back(
        format("false alarms {} per 1,000 hosts a day", rate(after.false_alarms.value())));
  }
  return join(parts, ", ");
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, std::min(text.find('\n'), text.size())));
}

std::string passing_reason(const GateResult& result) {
  if (result.rules.empty()) {
    return result.unchanged > 0 ? format("no rule changed: {} as before",
                                         counted(result.unchanged, "rule is", "rules are"))
                                : std::string("there is no rule to judge");
  }
  if (result.rules.size() == 1) return gain_of(result.rules.front());
  const auto equivalent =
      static_cast<std::size_t>(std::ranges::count_if(result.rules, &RuleResult::is_equivalent));
  std::string out = counted(result.rules.size(), "rule passes", "rules pass");
  if (equivalent > 0) out += format(", {} proved to raise the same alerts", equivalent);
  return out;
}

std::string failing_reason(const GateResult& result) {
  std::size_t failed = 0;
  std::string first;
  for (const RuleResult& rule : result.rules) {
    for (const Check& check : rule.checks) {
      if (check.outcome != Outcome::failed) continue;
      if (failed++ == 0)
        first = result.rules.size() == 1 ? check.text : format("{}: {}", name_of(rule), check.text);
    }
  }
  const auto broken =
      static_cast<std::size_t>(std::ranges::count(result.other_cases, false, &CaseOutcome::passed));
  if (broken > 0 && failed++ == 0)
    first = format("{} of {} fail", broken,
                   counted(result.other_cases.size(), "other case", "other cases"));
  return failed > 1 ? format("{} (and {})", first, counted(failed - 1, "more check", "more checks"))
                    : first;
}

bool is_trouble(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::error && diagnostic.code.starts_with("E9");
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "failed";
    case Outcome::skipped:
      return "skipped";
  }
  return "";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::unusable:
      return "unusable";
    case Verdict::trouble:
      return "trouble";
  }
  return "";
}

Outcome RuleResult::outcome() const {
  const bool failed = !usable || std::ranges::any_of(checks, [](const Check& check) {
    return check.outcome == Outcome::failed;
  });
  return failed ? Outcome::failed : Outcome::passed;
}

int GateResult::exit_status() const {
  switch (verdict) {
    case Verdict::pass:
      return 0;
    case Verdict::fail:
      return 1;
    case Verdict::unusable:
      return 2;
    case Verdict::trouble:
      return 3;
  }
  return 3;
}

void conclude(GateResult& result) {
  const Diagnostic* unusable = nullptr;
  const Diagnostic* trouble = nullptr;
  std::size_t errors = 0;
  const auto look_at = [&](const Diagnostic& diagnostic) {
    if (diagnostic.severity != Severity::error) return;
    ++errors;
    if (is_trouble(diagnostic) && trouble == nullptr) trouble = &diagnostic;
    if (unusable == nullptr) unusable = &diagnostic;
  };
  for (const RuleResult& rule : result.rules) {
    if (!rule.usable) std::ranges::for_each(rule.diagnostics, look_at);
  }
  std::ranges::for_each(result.diagnostics, look_at);
  if (const Diagnostic* const worst = trouble != nullptr ? trouble : unusable; worst != nullptr) {
    result.verdict = trouble != nullptr ? Verdict::trouble : Verdict::unusable;
    const std::string where =
        worst->place && worst->place->line > 0
            ? format("{}:{}: ", worst->place->file, worst->place->line)
            : (worst->place && !worst->place->file.empty() ? worst->place->file + ": " : "");
    result.reason =
        format("{}{}{}", where, worst->message,
               errors > 1 ? format(" (and {})", counted(errors - 1, "more error", "more errors"))
                          : std::string());
    return;
  }
  const bool failed =
      std::ranges::any_of(
          result.rules, [](const RuleResult& rule) { return rule.outcome() == Outcome::failed; }) ||
      std::ranges::any_of(result.other_cases,
                          [](const CaseOutcome& outcome) { return !outcome.passed; });
  result.verdict = failed ? Verdict::fail : Verdict::pass;
  result.reason = first_line(failed ? failing_reason(result) : passing_reason(result));
}

}  // namespace eqlab::gate
