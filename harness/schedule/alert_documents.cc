// Sources are brought to nested names first, so that merging and overwriting need to know one
// spelling only. Keys come out sorted: the same alert gives the same bytes. Tested in
// tests/unit/schedule/alert_documents_test.cc.
#include "harness/schedule/alert_documents.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/base/limits.h"
#include "harness/base/sha256.h"
#include "harness/base/text.h"
#include "harness/rule/date_math.h"

namespace eqlab::schedule {
namespace {

using Json = nlohmann::json;

// NOLINTNEXTLINE(misc-no-recursion): nesting ends at limits::document_depth_max
void put(Json& object, std::string_view name, Json value, int depth);

/// The object with dotted names nested.
// NOLINTNEXTLINE(misc-no-recursion): nesting ends at limits::document_depth_max
Json nested(Json&& object, int depth) {
  Json out = Json::object();
  for (auto& [name, value] : object.items()) put(out, name, std::move(value), depth);
  return out;
}

/// Gives an object the value under a dotted name; a second value joins the first, as in an index.
/// Names that would nest too deeply, or below a value, stay dotted.
// NOLINTNEXTLINE(misc-no-recursion): nesting ends at limits::document_depth_max
void put(Json& object, std::string_view name, Json value, int depth) {
  Json* target = &object;
  while (depth < limits::document_depth_max) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) break;
    const auto found = target->find(name.substr(0, dot));
    if (found != target->end() && !found->is_object()) break;
    target = found != target->end()
                 ? &*found
                 : &((*target)[std::string(name.substr(0, dot))] = Json::object());
    name.remove_prefix(dot + 1);
    ++depth;
  }
  if (value.is_object() && depth < limits::document_depth_max) {
    value = nested(std::move(value), depth + 1);
  }
  const auto [entry, is_new] = target->emplace(std::string(name), value);
  if (is_new) return;
  if (entry->is_object() && value.is_object()) {
    for (auto& [below, item] : value.items()) put(*entry, below, std::move(item), depth + 1);
    return;
  }
  Json both = entry->is_array() ? *entry : Json::array({*entry});
  if (value.is_array()) {
    both.insert(both.end(), value.begin(), value.end());
  } else {
    both.push_back(std::move(value));
  }
  *entry = std::move(both);
}

Json read_source(std::string_view text) {
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return Json::object();
  return nested(std::move(document), 0);
}

/// What two arrays share, in the order of the first, each once.
Json shared_items(const Json& a, const Json& b) {
  std::set<Json> wanted;
  for (const Json& item : b) {
    if (!item.is_structured()) wanted.insert(item);
  }
  Json out = Json::array();
  for (const Json& item : a) {
    if (!item.is_structured() && wanted.erase(item) > 0) out.push_back(item);
  }
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): nesting ends at limits::document_depth_max
Json agreed(const Json& a, const Json& b) {
  Json out = Json::object();
  for (const auto& [name, value] : a.items()) {
    const auto other = b.find(name);
    if (other == b.end()) continue;
    if (value.is_object() && other->is_object()) {
      if (Json below = agreed(value, *other); !below.empty()) out[name] = std::move(below);
    } else if (value.is_array() || other->is_array()) {
      const Json first = value.is_array() ? value : Json::array({value});
      out[name] = shared_items(first, other->is_array() ? *other : Json::array({*other}));
    } else if (value == *other) {
      out[name] = value;
    }
  }
  return out;
}

Json agreed_by_all(const std::vector<Json>& documents) {
  if (documents.empty()) return Json::object();
  Json out = documents.front();
  for (std::size_t i = 1; i < documents.size(); ++i) out = agreed(out, documents[i]);
  return out;
}

std::string dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string iso(WallTime time) { return format_iso8601(time.time_since_epoch().count()); }

/// As exact as the candidate has it.
std::string iso(std::int64_t nanoseconds) {
  return format_iso8601(nanoseconds, nanoseconds % 1'000'000 == 0 ? 3 : 9);
}

const Json* below(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* at = &object;
  for (const std::string_view name : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(name);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

/// `kibana.alert.ancestors` of a document that is itself an alert.
const Json* ancestors_in(const Json& source) {
  const Json* const found = below(source, {"kibana", "alert", "ancestors"});
  return found != nullptr && found->is_array() ? found : nullptr;
}

/// How many alerts lie below a document; 0 for an event.
std::int64_t depth_of(const Json& source) {
  const Json* const found = below(source, {"kibana", "alert", "depth"});
  constexpr std::int64_t most = 1'000'000;
  return found != nullptr && found->is_number_integer()
             ? std::clamp<std::int64_t>(found->get<std::int64_t>(), 0, most)
             : 0;
}

std::string text_or(const rule::Rule& rule, const std::string& key, std::string otherwise) {
  const auto found = rule.texts.find(key);
  return found != rule.texts.end() && !found->second.empty() ? found->second : otherwise;
}

Json reference_json(const rule::ThreatReference& reference) {
  return {{"id", reference.id}, {"name", reference.name}, {"reference", reference.reference}};
}

Json threat_json(const rule::Threat& threat) {
  Json out = {{"framework", threat.framework},
              {"tactic", reference_json(threat.tactic)},
              {"technique", Json::array()}};
  for (const rule::ThreatTechnique& technique : threat.techniques) {
    Json row = reference_json(technique.technique);
    row["subtechnique"] = Json::array();
    for (const rule::ThreatReference& sub : technique.subtechniques)
      row["subtechnique"].push_back(reference_json(sub));
    out["technique"].push_back(std::move(row));
  }
  return out;
}

std::string whole_seconds(Duration duration) {
  return format("{}s", std::chrono::ceil<std::chrono::seconds>(duration).count());
}

Json rule_json(const rule::Rule& rule, const std::string& uuid) {
  const rule::Schedule& schedule = rule.schedule;
  Json out = {
      {"uuid", uuid},
      {"rule_id", rule.rule_id},
      {"name", rule.name},
      {"description", rule.description},
      {"category", "Event Correlation Rule"},
      {"rule_type_id", "siem.eqlRule"},
      {"consumer", "siem"},
      {"producer", "siem"},
      {"type", rule.type},
      {"interval", text_or(rule, "interval", whole_seconds(schedule.interval))},
      {"from", text_or(rule, "from", rule::now_minus(schedule.look_back))},
      {"to",
       text_or(rule, "to", schedule.to == Duration::zero() ? "now" : rule::now_minus(schedule.to))},
      {"max_signals", schedule.max_signals},
      {"severity", rule.severity},
      {"risk_score", rule.risk_score},
      {"indices", rule.index},
      {"tags", rule.tags},
      {"author", rule.author},
      {"references", rule.references},
      {"false_positives", rule.false_positives},
      {"threat", Json::array()}};
  if (!rule.license.empty()) out["license"] = rule.license;
  if (rule.version > 0) out["version"] = rule.version;
  for (const rule::Threat& threat : rule.threat) out["threat"].push_back(threat_json(threat));
  return out;
}

/// What alerts of one match have in common.
struct Frame {
  const rule::Rule& rule;
  Json rule_fields;
  const std::string& rule_uuid;
  const std::string& space;
  const Alert& alert;
};

/// What an alert has taken in, field by field as the rule groups by them.
void add_suppression(const Frame& frame, const scan::CandidateLog& log, Json& alert) {
  if (!frame.alert.suppression) return;
  const SuppressedGroup& group = *frame.alert.suppression;
  Json terms = Json::array();
  const std::vector<std::string>& names = frame.rule.suppression->group_by;
  for (std::size_t i = 0; i < group.terms.size() && i < names.size(); ++i) {
    std::vector<std::string> values;
    for (const scan::KeyId key : group.terms[i])
      values.push_back(event::to_text(log.key_value(key)));
    std::ranges::sort(values);
    terms.push_back({{"field", names[i]}, {"value", values.empty() ? Json() : Json(values)}});
  }
  alert["instance"] = {
      {"id", sha256_hex(format("{}{}{}", dump(terms), frame.rule_uuid, frame.space))}};
  alert["suppression"] = {{"terms", std::move(terms)},
                          {"docs_count", group.count},
                          {"start", iso(group.start)},
                          {"end", iso(group.end)}};
  alert["last_detected"] = iso(group.last_detected);
}

/// Overwrites a source, merged or not, with what makes it an alert.
Json alert_json(const Frame& frame, Json source, const std::string& id, std::int64_t depth,
                const std::string& original_time, Json ancestors) {
  Json alert = {{"uuid", id},
                {"status", "active"},
                {"workflow_status", "open"},
                {"depth", depth},
                {"ancestors", std::move(ancestors)},
                {"original_time", original_time},
                {"severity", frame.rule.severity},
                {"risk_score", frame.rule.risk_score},
                {"start", iso(frame.alert.alert_time)},
                {"last_detected", iso(frame.alert.alert_time)},
                {"intended_timestamp", iso(frame.alert.alert_time)},
                {"rule", frame.rule_fields}};
  alert["rule"]["execution"] = {{"timestamp", iso(frame.alert.alert_time)}, {"type", "scheduled"}};
  if (const Json* const event = below(source, {"event"}); event != nullptr && event->is_object())
    alert["original_event"] = *event;
  if (!source["event"].is_object()) source["event"] = Json::object();
  source["event"]["kind"] = "signal";
  source["@timestamp"] = iso(frame.alert.alert_time);
  source["kibana"] = {{"space_ids", Json::array({frame.space})}, {"alert", std::move(alert)}};
  return source;
}

std::string hit_line(const Frame& frame, const std::string& id, const Json& source) {
  return dump({{"_index", ".alerts-security.alerts-" + frame.space},
               {"_id", id},
               {"_source", source}}) +
         "\n";
}

bool is_group(const match::Match& match) { return match.events.size() > 1; }

std::vector<scan::CandidateIndex> present(const match::Match& match) {
  std::vector<scan::CandidateIndex> out;
  for (const scan::CandidateIndex event : match.events) {
    if (event != match::missing_event) out.push_back(event);
  }
  return out;
}

Json parent_json(const DocumentAddress& address, bool is_alert, std::int64_t depth,
                 const std::string& rule_uuid) {
  Json out = {{"id", address.id},
              {"index", address.index},
              {"type", is_alert ? "signal" : "event"},
              {"depth", depth}};
  if (is_alert) out["rule"] = rule_uuid;
  return out;
}

/// A document's own ancestors, and it.
Json family_of(const Json& source, const DocumentAddress& address, const std::string& rule_uuid) {
  const Json* const earlier = ancestors_in(source);
  Json out = earlier != nullptr ? *earlier : Json::array();
  const Json* const of_rule = below(source, {"kibana", "alert", "rule", "uuid"});
  out.push_back(parent_json(
      address, earlier != nullptr, depth_of(source),
      of_rule != nullptr && of_rule->is_string() ? of_rule->get<std::string>() : rule_uuid));
  return out;
}

std::string original_time_of(const Json& source, std::int64_t otherwise) {
  const Json* const found = below(source, {"@timestamp"});
  return found != nullptr && found->is_string() ? found->get<std::string>() : iso(otherwise);
}

}  // namespace

std::string merged_source(std::span<const std::string_view> documents) {
  std::vector<Json> sources;
  for (const std::string_view text : documents) sources.push_back(read_source(text));
  return dump(agreed_by_all(sources));
}

AlertDocuments::AlertDocuments(const scan::CandidateLog& log, const rule::Rule& rule,
                               const Addresses& addresses, const AlertContext& context)
    : log_(&log),
      rule_(&rule),
      addresses_(&addresses),
      rule_uuid_(context.rule_uuid.empty() ? text_or(rule, "id", rule.rule_id) : context.rule_uuid),
      space_(context.space),
      rule_fields_(dump(rule_json(rule, rule_uuid_))) {}

std::string AlertDocuments::source_of(scan::CandidateIndex candidate) const {
  if (const std::string_view kept = log_->source(candidate); !kept.empty())
    return std::string(kept);
  Json out = {{"@timestamp", iso(log_->event_time(candidate).time_since_epoch().count())},
              {"event.ingested", iso(log_->ingest_time(candidate).time_since_epoch().count())}};
  if (candidate >= log_->dated_count()) out.erase("@timestamp");
  if (const std::string_view id = log_->event_id(candidate); !id.empty()) out["event.id"] = id;
  return dump(out);
}

std::vector<Lineage> AlertDocuments::lineages(const match::Match& match) const {
  std::vector<Lineage> out;
  for (const scan::CandidateIndex event : present(match)) {
    Lineage& line = out.emplace_back();
    // Only a document of its own can say that it is an alert.
    if (const std::string_view kept = log_->source(event);
        kept.find("ancestors") != std::string_view::npos) {
      const Json source = read_source(kept);
      if (const Json* const earlier = ancestors_in(source)) {
        for (const Json& ancestor : *earlier) {
          const auto text = [&](const char* key) {
            const Json* const found = below(ancestor, {key});
            return found != nullptr && found->is_string() ? found->get<std::string>()
                                                          : std::string();
          };
          line.push_back({.id = text("id"), .index = text("index")});
        }
      }
    }
    line.push_back(addresses_->of(*log_, event));
  }
  return out;
}

std::vector<std::string> AlertDocuments::ids(const match::Match& match) const {
  const std::vector<Lineage> events = lineages(match);
  if (events.empty()) return {};
  if (!is_group(match)) return {single_alert_id(events[0].back(), space_, rule_uuid_)};
  GroupIds group = group_alert_ids(events, rule_uuid_);
  std::vector<std::string> out = {std::move(group.shell)};
  for (std::string& block : group.blocks) out.push_back(std::move(block));
  return out;
}

std::string AlertDocuments::write(const Alert& alert) const {
  const Frame frame{.rule = *rule_,
                    .rule_fields = Json::parse(rule_fields_, nullptr, false),
                    .rule_uuid = rule_uuid_,
                    .space = space_,
                    .alert = alert};
  const std::vector<scan::CandidateIndex> events = present(alert.match);
  const std::vector<std::string> names = ids(alert.match);
  if (names.empty()) return {};
  const bool grouped = is_group(alert.match);

  std::vector<Json> blocks;
  Json shell_ancestors = Json::array();
  std::int64_t depth_max = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    Json source = read_source(source_of(events[i]));
    Json family = family_of(source, addresses_->of(*log_, events[i]), rule_uuid_);
    const std::int64_t depth = depth_of(source) + 1;
    depth_max = std::max(depth_max, depth);
    const std::string original_time =
        original_time_of(source, log_->event_time(events[i]).time_since_epoch().count());
    const std::string& id = names[grouped ? i + 1 : 0];
    if (grouped) {
      shell_ancestors.insert(shell_ancestors.end(), family.begin(), family.end());
      shell_ancestors.push_back(parent_json({.id = id, .index = ""}, true, depth, rule_uuid_));
    }
    blocks.push_back(
        alert_json(frame, std::move(source), id, depth, original_time, std::move(family)));
  }
  const std::string building_block = text_or(*rule_, "building_block_type", "");
  if (!grouped) {
    if (!building_block.empty())
      blocks[0]["kibana"]["alert"]["building_block_type"] = building_block;
    add_suppression(frame, *log_, blocks[0]["kibana"]["alert"]);
    return hit_line(frame, names[0], blocks[0]);
  }

  for (std::size_t i = 0; i < blocks.size(); ++i) {
    Json& fields = blocks[i]["kibana"]["alert"];
    fields["building_block_type"] = "default";
    fields["group"] = {{"id", names[0]}, {"index", i}};
  }
  // The engine takes the shell's original time from the first block's @timestamp, which is when
  // that was made (Kibana's build_alert.ts).
  Json shell = alert_json(frame, agreed_by_all(blocks), names[0], depth_max + 1,
                          iso(alert.alert_time), std::move(shell_ancestors));
  // What the blocks made of `event` by becoming alerts is not the events' own.
  if (const Json* const original = below(blocks[0], {"kibana", "alert", "original_event"})) {
    Json common = *original;
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      const Json* const next = below(blocks[i], {"kibana", "alert", "original_event"});
      common = next == nullptr ? Json::object() : agreed(common, *next);
    }
    shell["kibana"]["alert"]["original_event"] = std::move(common);
  }
  shell["kibana"]["alert"]["group"] = {{"id", names[0]}};
  if (!building_block.empty()) shell["kibana"]["alert"]["building_block_type"] = building_block;
  add_suppression(frame, *log_, shell["kibana"]["alert"]);
  std::string out = hit_line(frame, names[0], shell);
  const std::size_t written = blocks.size() - std::min(blocks.size(), alert.blocks_cut);
  for (std::size_t i = 0; i < written; ++i) out += hit_line(frame, names[i + 1], blocks[i]);
  return out;
}

}  // namespace eqlab::schedule
