// Tested in tests/unit/gate/baseline_test.cc.
#include "harness/gate/baseline.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/document/json.h"

namespace eqlab::gate {
namespace {

using Json = nlohmann::ordered_json;
using document::Node;

constexpr int baseline_version = 1;

/// Machines whose libraries of mathematics differ in the last place write the same bytes.
double rounded(double number) {
  return parse_number<double>(format("{:.6g}", number)).value_or(number);
}

class Reader {
 public:
  Reader(const std::string& text, const std::string& file) : source_{.file = file, .text = text} {}

  Result<Baseline> run();

 private:
  [[nodiscard]] Failure<Diagnostic> wrong(const Node& node, std::string message) const {
    return fail(locate(error_at(node.span, "E747", std::move(message),
                                "make it again: eqlab gate --update-baseline --baseline FILE"),
                       source_));
  }
  Result<const Node*> member(const Node& node, std::string_view key, Node::Kind kind) const {
    const Node* const found = node.find(key, kind);
    if (found == nullptr)
      return wrong(node, format("{} is missing, or is no {}", key, document::to_string(kind)));
    return found;
  }
  Result<std::string> text(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::text));
    return found->text;
  }
  Result<double> number(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::number));
    const auto value = parse_number<double>(found->text);
    if (!value || !std::isfinite(*value) || *value < 0)
      return wrong(*found, format("{} must be a number that is not negative", key));
    return *value;
  }
  Result<std::uint64_t> count(const Node& node, std::string_view key) const {
    EQLAB_TRY(const Node* const found, member(node, key, Node::Kind::number));
    const auto value = document::count_of(*found);
    if (!value) return wrong(*found, format("{} must be a whole number", key));
    return *value;
  }
  Result<score::Proportion> proportion(const Node& list) const {
    score::Proportion out;
    if (!list.is(Node::Kind::list) || list.items.size() != 2)
      return wrong(list, "a share is written [caught, of]");
    const auto hits = document::count_of(list.items[0]);
    const auto total = document::count_of(list.items[1]);
    if (!hits || !total || *hits > *total) return wrong(list, "a share is written [caught, of]");
    return score::Proportion{.hits = *hits, .total = *total};
  }
  Result<BaselineRule> rule(const Node& node) const;
  Result<CorpusIdentity> corpus(const Node& node) const;

  SourceText source_;
};

Result<CorpusIdentity> Reader::corpus(const Node& node) const {
  CorpusIdentity out;
  EQLAB_TRY(out.profile, text(node, "profile"));
  if (node.has("seed")) {
    EQLAB_TRY(const std::uint64_t seed, count(node, "seed"));
    out.seed = seed;
  }
  EQLAB_TRY(out.hosts, count(node, "hosts"));
  EQLAB_TRY(out.days, number(node, "days"));
  EQLAB_TRY(out.events, count(node, "events"));
  EQLAB_TRY(out.incidents, count(node, "incidents"));
  return out;
}

Result<BaselineRule> Reader::rule(const Node& node) const {
  if (!node.is(Node::Kind::object)) return wrong(node, "each of rules must be an object");
  BaselineRule out;
  EQLAB_TRY(out.file, text(node, "file"));
  EQLAB_TRY(out.rule_id, text(node, "rule_id"));
  EQLAB_TRY(out.name, text(node, "name"));
  EQLAB_TRY(out.logic, text(node, "logic"));
  EQLAB_TRY(const Node* const recall, member(node, "recall", Node::Kind::list));
  EQLAB_TRY(out.recall, proportion(*recall));
  EQLAB_TRY(const Node* const scenarios, member(node, "scenarios", Node::Kind::object));
  for (const Node::Member& scenario : scenarios->members) {
    EQLAB_TRY(const score::Proportion share, proportion(scenario.value));
    out.scenarios.insert_or_assign(scenario.key, share);
  }
  EQLAB_TRY(out.false_alarms.count, count(node, "false_alarms"));
  EQLAB_TRY(out.false_alarms.exposure, number(node, "host_days"));
  if (node.has("latency_p95_seconds")) {
    EQLAB_TRY(const double latency, number(node, "latency_p95_seconds"));
    out.latency_p95 = latency;
  }
  EQLAB_TRY(out.cap_hits, count(node, "cap_hits"));
  return out;
}

Result<Baseline> Reader::run() {
  auto root = document::parse_json(source_.text);
  if (!root) {
    Diagnostic error = std::move(root.error());
    error.code = "E747";
    return fail(locate(std::move(error), source_));
  }
  if (!root->is(Node::Kind::object) || !root->has("eqlab_baseline"))
    return wrong(*root, "this is no baseline of eqlab gate");
  EQLAB_TRY(const std::uint64_t version, count(*root, "eqlab_baseline"));
  if (version != baseline_version)
    return wrong(*root, format("the baseline is of version {}, this program reads {}", version,
                               baseline_version));
  Baseline out;
  EQLAB_TRY(const Node* const corpus, member(*root, "corpus", Node::Kind::object));
  EQLAB_TRY(out.corpus, this->corpus(*corpus));
  EQLAB_TRY(const Node* const rules, member(*root, "rules", Node::Kind::list));
  for (const Node& node : rules->items) {
    EQLAB_TRY(BaselineRule rule, this->rule(node));
    out.rules.push_back(std::move(rule));
  }
  return out;
}

Json share(const score::Proportion& proportion) {
  return Json::array({proportion.hits, proportion.total});
}

}  // namespace

const BaselineRule* Baseline::find(const rule::Rule& rule) const {
  const auto found = std::ranges::find_if(rules, [&](const BaselineRule& known) {
    return rule.rule_id.empty() ? known.rule_id.empty() && known.file == rule.file
                                : known.rule_id == rule.rule_id;
  });
  return found == rules.end() ? nullptr : &*found;
}

BaselineRule baseline_of(const rule::Rule& rule, const std::string& logic, const Figures& figures) {
  BaselineRule out{.file = rule.file,
                   .rule_id = rule.rule_id,
                   .name = rule.name,
                   .logic = logic,
                   .recall = figures.recall,
                   .scenarios = {},
                   .false_alarms = figures.false_alarms,
                   .latency_p95 = {},
                   .cap_hits = figures.cap_hits};
  for (const GroupRecall& scenario : figures.scenarios)
    out.scenarios.emplace(scenario.name, scenario.recall);
  if (figures.latency.p95)
    out.latency_p95 = std::chrono::duration<double>(*figures.latency.p95).count();
  return out;
}

Baseline updated(const Baseline& old, const Baseline& changed,
                 const std::vector<std::string>& kept_files) {
  Baseline out = changed;
  // Figures of another corpus say nothing beside those of this one.
  if (old.corpus == changed.corpus) {
    for (const BaselineRule& rule : old.rules) {
      const bool is_known = std::ranges::any_of(changed.rules, [&](const BaselineRule& other) {
        return rule.rule_id.empty() ? other.file == rule.file : other.rule_id == rule.rule_id;
      });
      if (!is_known && std::ranges::find(kept_files, rule.file) != kept_files.end())
        out.rules.push_back(rule);
    }
  }
  return out;
}

std::string write_baseline(Baseline baseline) {
  std::ranges::sort(baseline.rules, {}, [](const BaselineRule& rule) {
    return std::tie(rule.file, rule.rule_id, rule.name);
  });
  Json corpus = {{"profile", baseline.corpus.profile}};
  if (baseline.corpus.seed) corpus["seed"] = *baseline.corpus.seed;
  corpus["hosts"] = baseline.corpus.hosts;
  corpus["days"] = rounded(baseline.corpus.days);
  corpus["events"] = baseline.corpus.events;
  corpus["incidents"] = baseline.corpus.incidents;
  // Written by hand around the figures, so that each share stands on one line.
  const auto text = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string out = format("{{\n  \"eqlab_baseline\": {},\n  \"corpus\": {{\n", baseline_version);
  const auto members = [&](const Json& object, std::string_view indent) {
    std::vector<std::string> lines;
    for (const auto& [key, value] : object.items())
      lines.push_back(format("{}{}: {}", indent, text(Json(key)), text(value)));
    return join(lines, ",\n");
  };
  out += members(corpus, "    ") + "\n  },\n  \"rules\": [";
  for (std::size_t i = 0; i < baseline.rules.size(); ++i) {
    const BaselineRule& rule = baseline.rules[i];
    Json head = {{"file", rule.file},
                 {"rule_id", rule.rule_id},
                 {"name", rule.name},
                 {"logic", rule.logic},
                 {"recall", share(rule.recall)},
                 {"false_alarms", rule.false_alarms.count},
                 {"host_days", rounded(rule.false_alarms.exposure)}};
    if (rule.latency_p95) head["latency_p95_seconds"] = rounded(*rule.latency_p95);
    head["cap_hits"] = rule.cap_hits;
    Json scenarios = Json::object();
    for (const auto& [id, proportion] : rule.scenarios) scenarios[id] = share(proportion);
    out += format("{}\n    {{\n{},\n      \"scenarios\": {{", i > 0 ? "," : "",
                  members(head, "      "));
    if (!scenarios.empty()) out += "\n" + members(scenarios, "        ") + "\n      ";
    out += "}\n    }";
  }
  out += baseline.rules.empty() ? "]\n}\n" : "\n  ]\n}\n";
  return out;
}

Result<Baseline> parse_baseline(const std::string& text, const std::string& file) {
  return Reader(text, file).run();
}

BaselineEffect compare_with_baseline(const BaselineRule& before, const CorpusIdentity& of_before,
                                     const Figures& after, const CorpusIdentity& of_after) {
  BaselineEffect out;
  out.is_same_corpus = of_before == of_after;
  for (const GroupRecall& scenario : after.scenarios) {
    const auto known = before.scenarios.find(scenario.name);
    if (known == before.scenarios.end()) continue;
    // Other incidents of a scenario: only whether it is caught at all can be compared.
    const bool differs = out.is_same_corpus
                             ? known->second.hits != scenario.recall.hits
                             : (known->second.hits > 0) != (scenario.recall.hits > 0);
    if (!differs) continue;
    out.scenarios.push_back({.id = scenario.name,
                             .title = scenario.title,
                             .incidents = scenario.recall.total,
                             .before = known->second.hits,
                             .after = scenario.recall.hits});
  }
  const auto difference = [](const auto& x, const auto& y, std::optional<double>& value,
                             std::optional<score::Interval>& interval) {
    const auto first = x.value();
    const auto second = y.value();
    const auto of_first = x.interval();
    const auto of_second = y.interval();
    if (!first || !second) return;
    value = *second - *first;
    if (of_first && of_second)
      interval = unpaired_difference(*first, *of_first, *second, *of_second);
  };
  difference(before.recall, after.recall, out.recall_difference, out.recall_interval);
  difference(before.false_alarms, after.false_alarms, out.false_alarm_difference,
             out.false_alarm_interval);
  return out;
}

}  // namespace eqlab::gate
