// Reads eqlab.toml: tables of keys, each with what takes its value. Tested in
// tests/unit/gate/policy_test.cc.
#include "harness/gate/policy.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>
#include <span>
#include <sstream>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/gate/glob.h"

namespace eqlab::gate {
namespace {

constexpr std::size_t policy_bytes_max = 1U << 20;

/// How a threshold is written, and what it can be.
enum class Unit : std::uint8_t { share, number, whole, time };
/// `interval`: the figure has one, so that certainty can be asked for.
enum class Figure : std::uint8_t { interval, exact };

struct ThresholdKey {
  std::string_view name;
  std::optional<Limit> Thresholds::*member;
  Unit unit;
  Figure figure;
  std::string_view example;
};

constexpr std::array<ThresholdKey, 9> threshold_keys = {{
    {"recall_min", &Thresholds::recall_min, Unit::share, Figure::interval, "recall_min = 0.3"},
    {"recall_drop_max", &Thresholds::recall_drop_max, Unit::share, Figure::interval,
     "recall_drop_max = { value = 0.01, certain = true }"},
    {"scenarios_lost_max", &Thresholds::scenarios_lost_max, Unit::whole, Figure::exact,
     "scenarios_lost_max = 0"},
    {"false_alarms_max", &Thresholds::false_alarms_max, Unit::number, Figure::interval,
     "false_alarms_max = 400"},
    {"false_alarms_rise_max", &Thresholds::false_alarms_rise_max, Unit::number, Figure::interval,
     "false_alarms_rise_max = 20"},
    {"false_alarms_growth_max", &Thresholds::false_alarms_growth_max, Unit::number,
     Figure::interval, "false_alarms_growth_max = { value = 0.1, certain = true }"},
    {"latency_p95_max", &Thresholds::latency_p95_max, Unit::time, Figure::exact,
     "latency_p95_max = \"10m\""},
    {"cap_hits_max", &Thresholds::cap_hits_max, Unit::whole, Figure::exact, "cap_hits_max = 0"},
    {"mutation_score_min", &Thresholds::mutation_score_min, Unit::share, Figure::exact,
     "mutation_score_min = 0.9"},
}};

class Reader {
 public:
  Reader(const std::string& text, const std::string& file) : text_(text), file_(file) {}

  Result<Policy> run();

 private:
  /// A key and what takes its value.
  struct Key {
    std::string_view name;
    std::function<Status(const toml::node&)> take;
  };

  [[nodiscard]] Place place_of(const toml::source_region& region) const;
  [[nodiscard]] Diagnostic wrong(const toml::node& node, std::string message,
                                 std::string hint) const;
  Status read_table(const toml::node& node, std::string_view name, std::span<const Key> keys) const;

  Status text(const toml::node& node, std::string_view name, std::string_view example,
              std::optional<std::string>& out) const;
  /// Of a file or folder beside or below the policy: whoever changes a policy must not reach
  /// others.
  Status path(const toml::node& node, std::string_view name, std::string_view example,
              std::optional<std::string>& out) const;
  Status texts(const toml::node& node, std::string_view name, std::string_view example,
               std::vector<std::string>& out) const;
  Status flag(const toml::node& node, std::string_view name, bool& out) const;
  template <class Number>
  Status whole(const toml::node& node, std::string_view name, std::int64_t low, std::int64_t high,
               std::optional<Number>& out) const;

  Status rules(const toml::node& node);
  Status corpus(const toml::node& node);
  Status thresholds(const toml::node& node, Thresholds& out) const;
  Status limit(const toml::node& node, const ThresholdKey& key, std::optional<Limit>& out) const;
  Status limit_value(const toml::node& node, const ThresholdKey& key, double& out) const;
  Status limits_by_name(const toml::node& node, std::string_view name,
                        std::map<std::string, Limit>& out) const;
  Status fail_on(const toml::node& node, std::optional<Severity>& out) const;
  Status ignored(const toml::node& node, std::vector<std::string>& out) const;
  Status lint(const toml::node& node);
  Status overrides(const toml::node& node);
  Status one_override(const toml::node& node);

  const std::string& text_;
  const std::string& file_;
  Policy out_ = default_policy();
  std::vector<std::string>* removed_ = nullptr;  ///< of the [[rule]] that is being read
};

Place Reader::place_of(const toml::source_region& region) const {
  Place place{.file = file_,
              .line = region.begin.line,
              .column = std::max(region.begin.column, 1U),
              .end_column = 0,
              .source_line = {}};
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < place.line && at != std::string::npos; ++line) {
    at = text_.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  if (at != std::string::npos && place.line > 0) {
    std::size_t end = std::min(text_.find('\n', at), text_.size());
    if (end > at && text_[end - 1] == '\r') --end;
    place.source_line = text_.substr(at, end - at);
  }
  const auto length = static_cast<std::uint32_t>(split_characters(place.source_line).size());
  const bool ends_here = region.end.line == region.begin.line && region.end.column > place.column;
  place.end_column = ends_here ? region.end.column : std::max(length + 1, place.column + 1);
  return place;
}

Diagnostic Reader::wrong(const toml::node& node, std::string message, std::string hint) const {
  Diagnostic out = error_in(file_, "E742", std::move(message), std::move(hint));
  out.place = place_of(node.source());
  return out;
}

Status Reader::read_table(const toml::node& node, std::string_view name,
                          std::span<const Key> keys) const {
  const toml::table* const table = node.as_table();
  if (table == nullptr)
    return fail(wrong(node, format("{} must be a table", name), format("write [{}]", name)));
  // In order of the file, so that the first mistake a reader meets is the one reported.
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, value] : *table) entries.emplace_back(&key, &value);
  std::ranges::stable_sort(entries, {}, [](const auto& entry) {
    const auto& begin = entry.first->source().begin;
    return std::pair(begin.line, begin.column);
  });
  for (const auto& [key, value] : entries) {
    const auto known = std::ranges::find(keys, key->str(), &Key::name);
    if (known == keys.end()) {
      std::vector<std::string_view> names;
      for (const Key& candidate : keys) names.push_back(candidate.name);
      const std::vector<std::string> close = nearest(key->str(), names, 1);
      std::vector<std::string> all(names.begin(), names.end());
      Diagnostic out = error_in(
          file_, "E741",
          name.empty() ? format("there is no key {} here", printable(key->str()))
                       : format("{} has no key {}", name, printable(key->str())),
          close.empty() ? "keys here: " + join(all, ", ") : format("did you mean {}?", close[0]));
      out.place = place_of(key->source());
      return fail(std::move(out));
    }
    EQLAB_CHECK(known->take(*value));
  }
  return ok();
}

Status Reader::text(const toml::node& node, std::string_view name, std::string_view example,
                    std::optional<std::string>& out) const {
  const auto value = node.value_exact<std::string>();
  if (!value || trim(*value).empty())
    return fail(wrong(node, format("{} must be a text", name), format("for example: {}", example)));
  out = *value;
  return ok();
}

Status Reader::path(const toml::node& node, std::string_view name, std::string_view example,
                    std::optional<std::string>& out) const {
  std::optional<std::string> found;
  EQLAB_CHECK(text(node, name, example, found));
  const std::filesystem::path normal = std::filesystem::path(*found).lexically_normal();
  if (normal.is_absolute() || *normal.begin() == "..") {
    return fail(wrong(node, format("{} lies outside the policy's folder", name),
                      "put it below, or name it on the command line"));
  }
  out = std::move(found);
  return ok();
}

Status Reader::texts(const toml::node& node, std::string_view name, std::string_view example,
                     std::vector<std::string>& out) const {
  const auto complain = [&](const toml::node& at) {
    return fail(
        wrong(at, format("{} must be a list of texts", name), format("for example: {}", example)));
  };
  std::vector<std::string> found;
  const auto add = [&](const toml::node& item) {
    const auto value = item.value_exact<std::string>();
    if (!value || trim(*value).empty()) return false;
    found.push_back(*value);
    return true;
  };
  if (const toml::array* const array = node.as_array()) {
    for (const toml::node& item : *array) {
      if (!add(item)) return complain(item);
    }
  } else if (!add(node)) {
    return complain(node);
  }
  out = std::move(found);
  return ok();
}

Status Reader::flag(const toml::node& node, std::string_view name, bool& out) const {
  const auto value = node.value_exact<bool>();
  if (!value)
    return fail(wrong(node, format("{} must be true or false", name), format("{} = true", name)));
  out = *value;
  return ok();
}

template <class Number>
Status Reader::whole(const toml::node& node, std::string_view name, std::int64_t low,
                     std::int64_t high, std::optional<Number>& out) const {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < low || *value > high) {
    return fail(
        wrong(node, format("{} must be a whole number from {} to {}", name, low, high), {}));
  }
  out = static_cast<Number>(*value);
  return ok();
}

Status Reader::rules(const toml::node& node) {
  const std::array<Key, 4> keys = {{
      {"include",
       [this](const toml::node& value) {
         return texts(value, "include", "include = [\"rules/**/*.toml\"]", out_.include);
       }},
      {"exclude",
       [this](const toml::node& value) {
         return texts(value, "exclude", "exclude = [\"rules/retired/**\"]", out_.exclude);
       }},
      {"cases",
       [this](const toml::node& value) {
         return texts(value, "cases", "cases = [\"rules/**/*.case\"]", out_.cases);
       }},
      {"deleted",
       [this](const toml::node& value) -> Status {
         const std::string name = value.value_exact<std::string>().value_or("");
         if (name != "judged" && name != "allowed") {
           return fail(wrong(value, "deleted must be \"judged\" or \"allowed\"",
                             "deleted = \"allowed\" lets rules go, whatever they caught"));
         }
         out_.demands.deletions_allowed = name == "allowed";
         return ok();
       }},
  }};
  return read_table(node, "rules", keys);
}

Status Reader::corpus(const toml::node& node) {
  CorpusPolicy& corpus = out_.corpus;
  const std::array<Key, 7> keys = {{
      {"profile",
       [&](const toml::node& value) {
         return path(value, "profile", "profile = \"balanced\"", corpus.profile);
       }},
      {"seed",
       [&](const toml::node& value) { return whole(value, "seed", 0, INT64_MAX, corpus.seed); }},
      {"hosts",
       [&](const toml::node& value) { return whole(value, "hosts", 1, 1'000'000, corpus.hosts); }},
      {"days",
       [&](const toml::node& value) -> Status {
         const auto days = value.value<double>();
         if (!value.is_number() || !days || !(*days > 0) || *days > 3650) {
           return fail(wrong(value, "days must be a number above 0, at most 3650", "days = 2"));
         }
         corpus.days = *days;
         return ok();
       }},
      {"events",
       [&](const toml::node& value) {
         return whole(value, "events", 1, 10'000'000'000, corpus.events);
       }},
      {"folder",
       [&](const toml::node& value) {
         return path(value, "folder", "folder = \"corpus\"", corpus.folder);
       }},
      {"scenarios",
       [&](const toml::node& value) {
         return path(value, "scenarios", "scenarios = \"scenarios\"", corpus.scenarios);
       }},
  }};
  EQLAB_CHECK(read_table(node, "corpus", keys));
  if (corpus.folder && (corpus.profile || corpus.seed || corpus.hosts || corpus.days ||
                        corpus.events || corpus.scenarios)) {
    return fail(wrong(node, "a corpus folder is what it is: no other key can stand beside folder",
                      "leave out folder, or all the others"));
  }
  return ok();
}

Status Reader::limit_value(const toml::node& node, const ThresholdKey& key, double& out) const {
  const auto complain = [&](std::string_view what) {
    return fail(wrong(node, format("{} must be {}", key.name, what),
                      format("for example: {}", key.example)));
  };
  if (key.unit == Unit::time) {
    const auto duration = parse_duration(node.value_exact<std::string>().value_or(""));
    if (!duration || *duration <= Duration::zero())
      return complain("a length of time such as \"10m\"");
    out = std::chrono::duration<double>(*duration).count();
    return ok();
  }
  const auto number = node.value<double>();
  const bool is_number = node.is_number() && number && std::isfinite(*number) && *number >= 0;
  switch (key.unit) {
    case Unit::share:
      if (!is_number || *number > 1) return complain("a share from 0 to 1");
      break;
    case Unit::whole:
      if (!is_number || !node.is_integer()) return complain("a whole number");
      break;
    case Unit::number:
    case Unit::time:
      if (!is_number) return complain("a number that is not negative");
      break;
  }
  out = *number;
  return ok();
}

Status Reader::limit(const toml::node& node, const ThresholdKey& key,
                     std::optional<Limit>& out) const {
  if (const auto off = node.value_exact<bool>(); off && !*off) {
    out.reset();
    if (removed_ != nullptr) removed_->emplace_back(key.name);
    return ok();
  }
  Limit limit;
  if (!node.is_table()) {
    EQLAB_CHECK(limit_value(node, key, limit.value));
    out = limit;
    return ok();
  }
  bool has_value = false;
  const std::array<Key, 2> keys = {{
      {"value",
       [&](const toml::node& value) {
         has_value = true;
         return limit_value(value, key, limit.value);
       }},
      {"certain",
       [&](const toml::node& value) -> Status {
         EQLAB_CHECK(flag(value, "certain", limit.certain));
         if (limit.certain && key.figure == Figure::exact) {
           return fail(wrong(value, format("{} has no interval to be certain by", key.name),
                             "leave out certain"));
         }
         return ok();
       }},
  }};
  EQLAB_CHECK(read_table(node, key.name, keys));
  if (!has_value)
    return fail(wrong(node, format("{} lacks its value", key.name),
                      format("for example: {}", key.example)));
  out = limit;
  return ok();
}

Status Reader::limits_by_name(const toml::node& node, std::string_view name,
                              std::map<std::string, Limit>& out) const {
  const toml::table* const table = node.as_table();
  if (table == nullptr)
    return fail(wrong(node, format("{} must be a table", name), format("[thresholds.{}]", name)));
  const ThresholdKey key{name, nullptr, Unit::share, Figure::interval, "NAME = 0.5"};
  for (const auto& [who, value] : *table) {
    std::optional<Limit> limit;
    const std::size_t removed = removed_ != nullptr ? removed_->size() : 0;
    EQLAB_CHECK(this->limit(value, key, limit));
    if (limit) {
      out.insert_or_assign(std::string(who.str()), *limit);
      continue;
    }
    out.erase(std::string(who.str()));
    if (removed_ != nullptr && removed_->size() > removed)
      removed_->back() = format("{}.{}", name, who.str());
  }
  return ok();
}

Status Reader::thresholds(const toml::node& node, Thresholds& out) const {
  std::vector<Key> keys;
  for (const ThresholdKey& key : threshold_keys) {
    keys.push_back({key.name, [this, &key, &out](const toml::node& value) {
                      return limit(value, key, out.*key.member);
                    }});
  }
  keys.push_back({"recall_min_by_family", [&](const toml::node& value) {
                    return limits_by_name(value, "recall_min_by_family", out.recall_min_by_family);
                  }});
  keys.push_back({"recall_min_by_scenario", [&](const toml::node& value) {
                    return limits_by_name(value, "recall_min_by_scenario",
                                          out.recall_min_by_scenario);
                  }});
  return read_table(node, "thresholds", keys);
}

Status Reader::fail_on(const toml::node& node, std::optional<Severity>& out) const {
  const std::string name = node.value_exact<std::string>().value_or("");
  if (name == "never") {
    out.reset();
    return ok();
  }
  for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
    if (name != to_string(severity)) continue;
    out = severity;
    return ok();
  }
  return fail(wrong(node, "fail_on must be \"error\", \"warning\", \"note\" or \"never\"",
                    "fail_on = \"error\""));
}

Status Reader::ignored(const toml::node& node, std::vector<std::string>& out) const {
  std::vector<std::string> codes;
  EQLAB_CHECK(texts(node, "ignore", "ignore = [\"L316\"]", codes));
  for (const std::string& code : codes) {
    if (code.size() != 4 || code[0] != 'L' || !parse_number<unsigned>(code.substr(1))) {
      return fail(wrong(node, format("{} is no code of lint", printable(code)),
                        "codes of lint begin with L, such as L316"));
    }
    out.push_back(code);
  }
  return ok();
}

Status Reader::lint(const toml::node& node) {
  LintPolicy& lint = out_.demands.lint;
  const std::array<Key, 3> keys = {{
      {"fail_on", [&](const toml::node& value) { return fail_on(value, lint.fail_on); }},
      {"ignore", [&](const toml::node& value) { return ignored(value, lint.ignore); }},
      {"only_new", [&](const toml::node& value) { return flag(value, "only_new", lint.only_new); }},
  }};
  return read_table(node, "lint", keys);
}

Status Reader::one_override(const toml::node& node) {
  RulePolicy rule;
  rule.place = place_of(node.source());
  const auto lint = [&](const toml::node& value) {
    const std::array<Key, 3> keys = {{
        {"fail_on",
         [&](const toml::node& inner) -> Status {
           std::optional<Severity> severity;
           EQLAB_CHECK(fail_on(inner, severity));
           rule.fail_on = severity;
           return ok();
         }},
        {"ignore", [&](const toml::node& inner) { return ignored(inner, rule.ignore); }},
        {"only_new",
         [&](const toml::node& inner) -> Status {
           bool only_new = false;
           EQLAB_CHECK(flag(inner, "only_new", only_new));
           rule.only_new = only_new;
           return ok();
         }},
    }};
    return read_table(value, "rule.lint", keys);
  };
  std::optional<std::string> rule_id;
  const std::array<Key, 4> keys = {{
      {"match",
       [&](const toml::node& value) {
         return texts(value, "match", "match = \"rules/noisy_*.toml\"", rule.match);
       }},
      {"rule_id",
       [&](const toml::node& value) {
         return text(value, "rule_id", "rule_id = \"99239e7d-…\"", rule_id);
       }},
      {"thresholds", [&](const toml::node& value) { return thresholds(value, rule.thresholds); }},
      {"lint", lint},
  }};
  removed_ = &rule.removed;
  const Status read = read_table(node, "rule", keys);
  removed_ = nullptr;
  EQLAB_CHECK(read);
  rule.rule_id = rule_id.value_or("");
  if (rule.match.empty() && rule.rule_id.empty()) {
    return fail(wrong(node, "this [[rule]] does not say which rules it means",
                      "match = \"rules/noisy_*.toml\", or rule_id"));
  }
  out_.rules.push_back(std::move(rule));
  return ok();
}

Status Reader::overrides(const toml::node& node) {
  const toml::array* const array = node.as_array();
  if (array == nullptr)
    return fail(
        wrong(node, "rule must be a list of tables", "write [[rule]]; [rules] has the globs"));
  for (const toml::node& item : *array) EQLAB_CHECK(one_override(item));
  return ok();
}

Result<Policy> Reader::run() {
  out_.file = file_;
  if (text_.size() > policy_bytes_max)
    return fail(error_in(file_, "E740", "a policy of more than a megabyte is none"));
  toml::table root;
  try {
    root = toml::parse(text_, file_);
  } catch (const toml::parse_error& error) {
    Diagnostic out =
        error_in(file_, "E740", format("not TOML: {}", printable(error.description())));
    out.place = place_of(error.source());
    return fail(std::move(out));
  }
  const std::array<Key, 5> keys = {{
      {"rules", [this](const toml::node& value) { return rules(value); }},
      {"corpus", [this](const toml::node& value) { return corpus(value); }},
      {"thresholds",
       [this](const toml::node& value) { return thresholds(value, out_.demands.thresholds); }},
      {"lint", [this](const toml::node& value) { return lint(value); }},
      {"rule", [this](const toml::node& value) { return overrides(value); }},
  }};
  EQLAB_CHECK(read_table(root, "", keys));
  return std::move(out_);
}

bool is_any_of(const std::vector<std::string>& patterns, std::string_view path) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return matches_glob(pattern, path); });
}

}  // namespace

Policy default_policy() {
  Policy policy;
  policy.include = {"rules/**/*.toml", "rules/**/*.eql", "rules/**/*.ndjson", "rules/**/*.json"};
  policy.exclude = {"**/_deprecated/**"};
  policy.cases = {"rules/**/*.case"};
  Thresholds& thresholds = policy.demands.thresholds;
  thresholds.recall_drop_max = Limit{.value = 0.01, .certain = true};
  thresholds.false_alarms_growth_max = Limit{.value = 0.1, .certain = true};
  thresholds.scenarios_lost_max = Limit{.value = 0};
  return policy;
}

Result<Policy> parse_policy(const std::string& text, const std::string& file) {
  return Reader(text, file).run();
}

Demands demands_on(const Policy& policy, std::string_view path, std::string_view rule_id) {
  Demands out = policy.demands;
  for (const RulePolicy& rule : policy.rules) {
    const bool is_meant =
        is_any_of(rule.match, path) || (!rule.rule_id.empty() && rule.rule_id == rule_id);
    if (!is_meant) continue;
    for (const ThresholdKey& key : threshold_keys) {
      if (std::ranges::find(rule.removed, key.name) != rule.removed.end())
        (out.thresholds.*key.member).reset();
      if (rule.thresholds.*key.member) out.thresholds.*key.member = rule.thresholds.*key.member;
    }
    for (const std::string& removed : rule.removed) {
      const std::size_t dot = std::min(removed.find('.'), removed.size());
      const std::string key = removed.substr(0, dot);
      const std::string name = removed.substr(std::min(dot + 1, removed.size()));
      if (key == "recall_min_by_family") out.thresholds.recall_min_by_family.erase(name);
      if (key == "recall_min_by_scenario") out.thresholds.recall_min_by_scenario.erase(name);
    }
    for (const auto& [name, limit] : rule.thresholds.recall_min_by_family)
      out.thresholds.recall_min_by_family.insert_or_assign(name, limit);
    for (const auto& [name, limit] : rule.thresholds.recall_min_by_scenario)
      out.thresholds.recall_min_by_scenario.insert_or_assign(name, limit);
    if (rule.fail_on) out.lint.fail_on = *rule.fail_on;
    if (rule.only_new) out.lint.only_new = *rule.only_new;
    out.lint.ignore.insert(out.lint.ignore.end(), rule.ignore.begin(), rule.ignore.end());
  }
  return out;
}

bool is_rule_path(const Policy& policy, std::string_view path) {
  return is_any_of(policy.include, path) && !is_any_of(policy.exclude, path);
}

bool is_case_path(const Policy& policy, std::string_view path) {
  return is_any_of(policy.cases, path) && !is_any_of(policy.exclude, path);
}

}  // namespace eqlab::gate
