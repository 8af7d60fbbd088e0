// Codes L3NN: NN is the number of the check in section 6 of the detection-engine notes this is
// built from, so related findings keep one number. Names as there: T interval, L look-back (from
// `from` to `to`), M maxspan, d ingest delay, G the largest spacing of runs that is still normal.
// Tested in tests/unit/rule/lint_test.cc.
#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/rule/date_math.h"
#include "harness/rule/lint_filters.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {
namespace {

using std::chrono::seconds;

/// p99 of the time from an event to its being searchable, and how late a run may start.
constexpr Duration ingest_delay_budget = seconds{120};
constexpr Duration jitter_budget = seconds{15};
constexpr std::uint32_t max_signals_ceiling = 1000;

std::string in_seconds(Duration duration) {
  return format("{} s", std::chrono::ceil<seconds>(duration).count());
}

class Linter {
 public:
  Linter(const Rule& rule, const eql::CheckedQuery& query)
      : rule_(rule), query_(query), is_sequence_(query.kind == eql::QueryKind::sequence) {}

  std::vector<Diagnostic> run() {
    check_query();
    if (!rule_.key_positions.empty()) {
      check_schedule();
      check_metadata();
      check_timestamps();
      check_threats();
    }
    std::ranges::copy(lint_filters(rule_, query_), std::back_inserter(out_));
    std::ranges::stable_sort(out_, [](const Diagnostic& a, const Diagnostic& b) {
      return std::pair(a.severity, a.code) < std::pair(b.severity, b.code);
    });
    return std::move(out_);
  }

 private:
  void add(Severity severity, std::string_view code, std::string_view key, std::string message,
           std::string hint) {
    Diagnostic diagnostic =
        error_at(key_span(rule_, key), code, std::move(message), std::move(hint));
    diagnostic.severity = severity;
    out_.push_back(locate(std::move(diagnostic), document_of(rule_)));
  }
  /// At a place in the query.
  void add_in_query(Severity severity, std::string_view code, Span span, std::string message,
                    std::string hint) {
    Diagnostic diagnostic = error_at(span, code, std::move(message), std::move(hint));
    diagnostic.severity = severity;
    out_.push_back(locate(std::move(diagnostic), rule_.query));
  }

  [[nodiscard]] bool has(std::string_view key) const {
    return rule_.key_positions.contains(std::string(key));
  }
  [[nodiscard]] Duration span() const {
    return is_sequence_ ? query_.maxspan.value_or(Duration::zero()) : Duration::zero();
  }
  [[nodiscard]] Duration look_back() const { return rule_.schedule.look_back - rule_.schedule.to; }
  /// The `from` that makes the window at least this long.
  [[nodiscard]] std::string from_for(Duration window) const {
    return format("from = \"{}\"", now_minus(window + rule_.schedule.to));
  }

  void check_query() {
    for (const auto& [name, where] : query_.unmapped) {
      add_in_query(Severity::warning, "L323", where,
                   format("?{} is not in the schema, so it counts as null: conditions on it hold "
                          "for no event, and most of their negations neither",
                          name),
                   "if an index of yours has it, give its mapping: --schema FILE");
    }
    if (!is_sequence_) return;
    if (!query_.maxspan) {
      const Duration covered =
          look_back() - rule_.schedule.interval - jitter_budget - ingest_delay_budget;
      const std::string bound =
          covered > Duration::zero()
              ? format("only sequences shorter than {} are sure to be seen whole",
                       in_seconds(covered))
              : std::string("no sequence is sure to be seen whole");
      add_in_query(Severity::warning, "L318", first_word(),
                   format("sequence without maxspan: {}", bound),
                   "write sequence … with maxspan=30s, or what the behaviour needs");
    }
    if (!query_.stages.empty() && query_.stages.back().missing) {
      const Span where = query_.syntax.stages[query_.stages.back().written].span;
      add_in_query(
          Severity::error, "L310", where,
          "a last stage ![…] is judged before its event can have happened when the sequence is "
          "near the end of the window",
          "ask for the missing event between two stages, or accept the early alerts and say so");
    }
  }
  [[nodiscard]] Span first_word() const {
    const std::size_t begin = query_.syntax.span.begin;
    return {begin, begin + std::string_view("sequence").size()};
  }

  void check_schedule() {
    const Duration interval = rule_.schedule.interval;
    const Duration window = look_back();
    const Duration maxspan = span();
    if (interval < std::chrono::minutes{1}) {
      add(Severity::error, "L302", "interval", "a rule cannot run more often than once a minute",
          "interval = \"1m\"");
    }
    if (window <= Duration::zero()) {
      add(Severity::error, "L302", has("to") ? "to" : "from",
          "the window ends before it begins: no event is ever read",
          from_for(interval + maxspan + ingest_delay_budget + jitter_budget));
      return;
    }
    if (maxspan >= window) {
      add(Severity::error, "L304", "from",
          format("maxspan {} is not shorter than the look-back {}: a run can never see a sequence "
                 "that long",
                 in_seconds(maxspan), in_seconds(window)),
          from_for(interval + jitter_budget + maxspan + ingest_delay_budget));
    }
    if (window < interval + maxspan) {
      const Duration gap = interval + maxspan - window;
      add(Severity::error, "L303", has("from") ? "from" : "interval",
          window < interval ? format("{} of every {} are never read", in_seconds(interval - window),
                                     in_seconds(interval))
                            : format("sequences that use maxspan can fall between two runs: the "
                                     "look-back is {} too short",
                                     in_seconds(gap)),
          from_for(interval + jitter_budget + maxspan + ingest_delay_budget));
      return;
    }
    check_delays(interval, window, maxspan);
  }

  void check_delays(Duration interval, Duration window, Duration maxspan) {
    const Duration delay_max = window - interval - maxspan;
    const Duration wanted = interval + jitter_budget + maxspan + ingest_delay_budget;
    const std::string where = has("from") ? "from" : "interval";
    if (window < wanted) {
      add(Severity::warning, "L315", where,
          format("events that arrive more than {} late can be missed; the budget is {} late and a "
                 "run {} late",
                 in_seconds(delay_max), in_seconds(ingest_delay_budget), in_seconds(jitter_budget)),
          from_for(wanted));
    } else {
      add(Severity::info, "L315", where,
          format("every match is seen if its events arrive within {}; the budget is {}",
                 in_seconds(delay_max), in_seconds(ingest_delay_budget)),
          {});
    }
    const Duration one_failure = interval + interval + maxspan + ingest_delay_budget;
    if (window < one_failure) {
      add(Severity::warning, "L316", where,
          format("one failed run loses {} of events", in_seconds(one_failure - window)),
          from_for(one_failure));
    }
    if (window > 3 * interval) {
      const double sightings =
          std::chrono::duration<double>(window - maxspan - ingest_delay_budget) /
          std::chrono::duration<double>(interval);
      add(Severity::warning, "L317", where,
          format("each match is found again in about {:.1f} runs, and takes a place under "
                 "max_signals each time",
                 sightings),
          from_for(std::min(Duration(3 * interval), std::max(one_failure, wanted))));
    }
  }

  void check_metadata() {
    struct Band {
      std::string_view severity;
      std::uint32_t low;
      std::uint32_t high;
    };
    constexpr std::array<Band, 4> bands = {
        {{"low", 0, 21}, {"medium", 22, 47}, {"high", 48, 73}, {"critical", 74, 100}}};
    const auto stated = std::ranges::find(bands, rule_.severity, &Band::severity);
    const auto scored = std::ranges::find_if(bands, [&](const Band& band) {
      return rule_.risk_score >= band.low && rule_.risk_score <= band.high;
    });
    if (stated != bands.end() && scored != bands.end() && stated != scored) {
      add(Severity::error, "L305", "risk_score",
          format("risk score {} is {}, but severity is {} ({} to {})", rule_.risk_score,
                 scored->severity, stated->severity, stated->low, stated->high),
          format("severity = \"{}\", or a risk_score from {} to {}", scored->severity, stated->low,
                 stated->high));
    }
    if (rule_.schedule.max_signals > max_signals_ceiling) {
      add(Severity::error, "L305", "max_signals",
          format("max_signals {} is above the {} alerts that Kibana allows one run",
                 group_digits(rule_.schedule.max_signals), group_digits(max_signals_ceiling)),
          format("max_signals = {}", max_signals_ceiling));
    }
    if (has("index") && has("data_view_id")) {
      add(Severity::error, "L307", "data_view_id", "index and data_view_id are both set",
          "keep one of them");
    } else if (!has("index") && !has("data_view_id")) {
      add(Severity::warning, "L307", "",
          "neither index nor data_view_id: the rule reads the space's default indices",
          "index = [\"logs-endpoint.events.*\"], or where the events are");
    }
    if (is_sequence_) {
      for (const std::string_view key :
           {"risk_score_mapping", "rule_name_override", "severity_mapping"}) {
        if (has(key))
          add(Severity::warning, "L322", key, format("{} is ignored for sequences", key),
              format("remove {}", key));
      }
    }
    for (const std::string& key : rule_.not_applied) {
      add(Severity::warning, "L311", key,
          format("{} is not applied here: results show the query alone", key),
          "write the condition into the query to have it tested");
    }
  }

  void check_timestamps() {
    const bool overridden = !rule_.timestamp_override.empty();
    if (!is_sequence_ && query_.kind == eql::QueryKind::event && !overridden) {
      add(Severity::warning, "L319", "",
          "no timestamp_override: events that arrive after the look-back are lost",
          "timestamp_override = \"event.ingested\"");
    }
    if (is_sequence_ && overridden) {
      add(Severity::warning, "L319", "timestamp_override",
          "the window is cut by one time and the sequence ordered by another: pairs can come out "
          "that are none",
          "remove timestamp_override");
    }
    if (is_sequence_ && rule_.timestamp_field == "event.ingested") {
      add(Severity::error, "L309", "timestamp_field",
          "event.ingested has whole seconds and the order of arrival: stages of a sequence change "
          "places",
          "remove timestamp_field");
    }
  }

  void check_threats() {
    for (std::size_t i = 0; i < rule_.threat.size(); ++i) {
      const Threat& threat = rule_.threat[i];
      const std::string path = format("threat.{}", i);
      for (std::size_t earlier = 0; earlier < i; ++earlier) {
        if (rule_.threat[earlier].framework == threat.framework &&
            rule_.threat[earlier].tactic.id == threat.tactic.id) {
          add(Severity::error, "L313", path + ".tactic.id",
              format("tactic {} is listed twice", threat.tactic.id),
              "put its techniques under one [[rule.threat]]");
          break;
        }
      }
      check_reference(threat.tactic, path + ".tactic", "tactics", threat.tactic.id);
      for (std::size_t j = 0; j < threat.techniques.size(); ++j) {
        const ThreatTechnique& technique = threat.techniques[j];
        const std::string technique_path = format("{}.technique.{}", path, j);
        check_reference(technique.technique, technique_path, "techniques", technique.technique.id);
        for (std::size_t k = 0; k < technique.subtechniques.size(); ++k) {
          const ThreatReference& sub = technique.subtechniques[k];
          const std::string sub_path = format("{}.subtechnique.{}", technique_path, k);
          if (!sub.id.starts_with(technique.technique.id + ".")) {
            add(Severity::error, "L313", sub_path + ".id",
                format("{} is not a sub-technique of {}", sub.id, technique.technique.id),
                format("move it under {}", sub.id.substr(0, sub.id.find('.'))));
            continue;
          }
          std::string in_url = sub.id;
          std::ranges::replace(in_url, '.', '/');
          check_reference(sub, sub_path, "techniques", in_url);
        }
      }
    }
  }

  /// The address must name the id; a missing slash at its end is forgiven, as the publishers' tools
  /// add it.
  void check_reference(const ThreatReference& reference, const std::string& path,
                       std::string_view kind, const std::string& id_in_url) {
    const std::string expected = format("https://attack.mitre.org/{}/{}/", kind, id_in_url);
    if (reference.reference == expected || reference.reference + "/" == expected) return;
    if (!reference.reference.starts_with("https://attack.mitre.org/")) return;
    add(Severity::error, "L313", path + ".reference",
        format("the address does not belong to {}", reference.id),
        format("reference = \"{}\"", expected));
  }

  const Rule& rule_;
  const eql::CheckedQuery& query_;
  bool is_sequence_;
  std::vector<Diagnostic> out_;
};

}  // namespace

std::vector<Diagnostic> lint(const Rule& rule, const eql::CheckedQuery& query) {
  return Linter(rule, query).run();
}

}  // namespace eqlab::rule
