#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/report/check_result.h"
#include "harness/report/inert_json.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Diagnostic& diagnostic) {
  Json out = {{"code", diagnostic.code},
              {"severity", to_string(diagnostic.severity)},
              {"message", diagnostic.message}};
  if (!diagnostic.hint.empty()) out["hint"] = diagnostic.hint;
  if (diagnostic.place && diagnostic.place->line > 0) {
    out["line"] = diagnostic.place->line;
    out["column"] = diagnostic.place->column;
    out["end_column"] = diagnostic.place->end_column;
  }
  return out;
}

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Json to_json(const rule::ScheduleFigures& figures) {
  Json out = {{"window", figures.by_ingest ? "ingest" : "event"},
              {"span_seconds", in_seconds(figures.span)},
              {"delay_seconds", in_seconds(figures.delay)},
              {"delay_max_seconds", in_seconds(figures.delay_max)},
              {"sightings", figures.sightings},
              {"latency_mean_seconds", nullptr},
              {"latency_worst_seconds", nullptr},
              {"failed_run_loss_seconds", in_seconds(figures.failed_run_loss)}};
  if (figures.latency) {
    out["latency_mean_seconds"] = in_seconds(figures.latency->mean);
    out["latency_worst_seconds"] = in_seconds(figures.latency->worst);
  }
  return out;
}

Json to_json(const CheckedRule& rule) {
  Json out = {{"file", rule.file}, {"name", rule.name}, {"usable", rule.usable}};
  if (rule.line > 0) out["line"] = rule.line;
  if (rule.usable) out["summary"] = rule.summary;
  if (rule.schedule) out["schedule"] = to_json(*rule.schedule);
  out["diagnostics"] = Json::array();
  for (const Diagnostic& diagnostic : rule.diagnostics)
    out["diagnostics"].push_back(to_json(diagnostic));
  return out;
}

Json to_json(const rule::Skipped& skipped) {
  Json out = {{"file", skipped.file}, {"name", skipped.name}, {"type", skipped.type}};
  if (skipped.line > 0) out["line"] = skipped.line;
  return out;
}

}  // namespace

std::size_t CheckResult::count(Severity severity) const {
  auto found = static_cast<std::size_t>(
      std::ranges::count(file_diagnostics, severity, &Diagnostic::severity));
  for (const CheckedRule& rule : rules) {
    found += static_cast<std::size_t>(
        std::ranges::count(rule.diagnostics, severity, &Diagnostic::severity));
  }
  return found;
}

std::string write_check_json(const CheckResult& result) {
  Json out = {{"eqlab_result", "check"},
              {"schema_version", 1},
              {"errors", result.count(Severity::error)},
              {"warnings", result.count(Severity::warning)},
              {"notes", result.count(Severity::info)},
              {"ignored", result.ignored},
              {"rules", Json::array()},
              {"skipped", Json::array()},
              {"file_diagnostics", Json::array()}};
  for (const CheckedRule& rule : result.rules) out["rules"].push_back(to_json(rule));
  for (const rule::Skipped& skipped : result.skipped) out["skipped"].push_back(to_json(skipped));
  for (const Diagnostic& diagnostic : result.file_diagnostics) {
    Json entry = {{"file", diagnostic.place ? diagnostic.place->file : std::string()}};
    entry.update(to_json(diagnostic));
    out["file_diagnostics"].push_back(std::move(entry));
  }
  return inert_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace eqlab::report
