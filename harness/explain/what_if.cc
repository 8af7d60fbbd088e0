#include "harness/explain/what_if.h"

#include <algorithm>
#include <set>

#include "harness/base/text.h"
#include "harness/scan/scanner.h"

namespace eqlab::explain {
namespace {

using event::ChangedValue;
using event::EventBatch;
using event::RowIndex;
using event::Value;

constexpr std::size_t options_per_leaf_max = 12;
constexpr std::size_t options_max = 400;
constexpr std::size_t constants_looked_at_max = 4096;

/// Constants that begin most like the value at hand first, otherwise in their own order.
std::vector<Value> likest(const std::vector<Value>& constants, const Value& value) {
  const auto* const text = std::get_if<std::string>(&value);
  const auto common = [&](const Value& constant) -> std::size_t {
    const auto* const other = std::get_if<std::string>(&constant);
    if (text == nullptr || other == nullptr) return 0;
    const std::string a = fold_ascii(std::string_view(*text).substr(0, 256));
    const std::string b = fold_ascii(std::string_view(*other).substr(0, 256));
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  };
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < std::min(constants.size(), constants_looked_at_max); ++i)
    order.emplace_back(common(constants[i]), i);
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Value> out;
  for (const auto& [length, i] : order) {
    if (out.size() == options_per_leaf_max) break;
    out.push_back(constants[i]);
  }
  return out;
}

/// A text that the pattern matches: runs become nothing, single places a letter.
std::string example_of(const std::string& pattern) {
  std::string out;
  for (const char c : pattern) {
    if (c == '*') continue;
    out += c == '?' ? 'a' : c;
  }
  return out.empty() ? "a" : out;
}

Value one_step(const Value& constant, int step) {
  if (const auto* const n = std::get_if<std::int64_t>(&constant)) {
    std::int64_t out = 0;
    return __builtin_add_overflow(*n, step, &out) ? constant : Value(out);
  }
  if (const auto* const n = std::get_if<std::uint64_t>(&constant))
    return step < 0 ? Value(*n - (*n > 0 ? 1U : 0U)) : Value(*n + (*n < UINT64_MAX ? 1U : 0U));
  if (const auto* const n = std::get_if<double>(&constant)) return *n + step;
  return constant;
}

/// Some value of the field's type.
Value some_value(const event::Field& field) {
  using event::FieldType;
  if (field.type == FieldType::ip) return std::string("192.0.2.1");
  if (field.type == FieldType::version) return std::string("1.0.0");
  switch (event::physical_of(field.type)) {
    case event::Physical::text:
      return std::string("a");
    case event::Physical::integer:
    case event::Physical::natural:
      return std::int64_t{1};
    case event::Physical::real:
      return 1.0;
    case event::Physical::boolean:
      return true;
  }
  return {};
}

/// Values with which a leaf is true.
std::vector<Value> values_that_satisfy(const eql::Leaf& leaf, const Value& now) {
  std::vector<Value> out;
  switch (leaf.kind) {
    case eql::LeafKind::exists:
      return {some_value(leaf.field)};
    case eql::LeafKind::equal:
    case eql::LeafKind::prefix:
      return likest(leaf.constants, now);
    case eql::LeafKind::less:
      return {one_step(leaf.constants[0], -1)};
    case eql::LeafKind::greater:
      return {one_step(leaf.constants[0], 1)};
    case eql::LeafKind::less_equal:
    case eql::LeafKind::greater_equal:
      return {leaf.constants[0]};
    case eql::LeafKind::between:
      return leaf.constants;
    case eql::LeafKind::within:
      for (const eql::TimeRange& range : leaf.ranges) {
        if (out.size() < options_per_leaf_max) out.emplace_back(range.first);
      }
      return out;
    case eql::LeafKind::wildcard:
    case eql::LeafKind::escaped_wildcard:
      for (const Value& pattern : likest(leaf.constants, now))
        out.emplace_back(example_of(std::get<std::string>(pattern)));
      return out;
    case eql::LeafKind::cidr:
      for (const Value& block : likest(leaf.constants, now)) {
        const std::string& text = std::get<std::string>(block);
        out.emplace_back(text.substr(0, text.find('/')));
      }
      return out;
    case eql::LeafKind::regex:
    case eql::LeafKind::script:
    case eql::LeafKind::script_null:
      return {};
  }
  return {};
}

void collect_leaves(const scan::Plan::Node& node,
                    std::set<std::uint32_t>& out) {  // NOLINT(misc-no-recursion): depth bounded by
                                                     // the parser
  if (node.kind == eql::ConditionKind::leaf) out.insert(node.leaf);
  for (const scan::Plan::Node& child : node.children) collect_leaves(child, out);
}

}  // namespace

EventBatch WhatIf::changed(RowIndex row, std::span<const ChangedValue> changes) const {
  EventBatch out(plan_.projection());
  event::append_row(sightings_.rows(), plan_.projection(), row, out, plan_.projection(), changes);
  return out;
}

bool WhatIf::satisfies(scan::FilterIndex filter, RowIndex row,
                       std::span<const ChangedValue> changes) const {
  const EventBatch batch = changed(row, changes);
  scan::CandidateLog log = plan_.new_log();
  return scan::Scanner(plan_).scan(batch, log) && log.size() > 0 && log.satisfies(0, filter);
}

bool WhatIf::matches(const Change& change, std::span<const RowIndex> rows) const {
  eql::CheckedQuery query = query_;
  query.limits.clear();
  scan::QueryBinding binding = binding_;
  std::vector<std::size_t> dropped = change.dropped_keys;
  std::ranges::sort(dropped, std::greater<>());
  for (const std::size_t key : dropped) {
    const auto place = static_cast<std::ptrdiff_t>(key);
    const auto drop = [&](eql::CheckedStage& stage, scan::QueryBinding::Stage& bound) {
      stage.keys.erase(stage.keys.begin() + place);
      bound.keys.erase(bound.keys.begin() + place);
      bound.optional_keys.erase(bound.optional_keys.begin() + place);
    };
    for (std::size_t j = 0; j < query.stages.size(); ++j) drop(query.stages[j], binding.stages[j]);
    if (query.until) drop(*query.until, *binding.until);
  }

  // Changed events go into a copy of the log, marked by lines that no input has; what they were
  // before is left out of sight.
  constexpr std::uint64_t mark = UINT64_MAX - 1'000;
  std::set<std::uint64_t> replaced;
  std::vector<std::pair<RowIndex, std::uint64_t>> marks;
  scan::CandidateLog extra = plan_.new_log();
  for (const Change::Event& event : change.events) {
    EventBatch batch = changed(event.row, event.values);
    if (event.time) batch.event_time[0] = *event.time;
    batch.line[0] = mark + marks.size();
    marks.emplace_back(event.row, batch.line[0]);
    replaced.insert(sightings_.rows().ordinal[event.row]);
    if (!scan::Scanner(plan_).scan(batch, extra)) return false;
  }
  std::optional<scan::CandidateLog> copy;
  if (!change.events.empty()) {
    copy.emplace(sightings_.log());
    copy->merge(std::move(extra));
    copy->finish();
  }
  const scan::CandidateLog& log = copy ? *copy : sightings_.log();

  std::set<std::uint64_t> gone;
  for (const CandidateIndex candidate : change.without)
    gone.insert(sightings_.log().ordinal(candidate));
  std::vector<CandidateIndex> visible =
      query_.kind == eql::QueryKind::sequence ? log.dated() : log.all();
  std::erase_if(visible, [&](CandidateIndex c) {
    const bool is_old = log.line(c) < mark && replaced.contains(log.ordinal(c));
    return is_old || gone.contains(log.ordinal(c));
  });
  match::MatchOptions options;
  options.maxspan = change.maxspan;
  const match::Matches found = match::Matcher(query, binding).find(log, visible, options);

  const auto is_row = [&](CandidateIndex c, RowIndex row) {
    const auto marked = std::ranges::find(marks, row, &std::pair<RowIndex, std::uint64_t>::first);
    if (marked != marks.end()) return log.line(c) == marked->second;
    return log.line(c) < mark && log.ordinal(c) == sightings_.rows().ordinal[row];
  };
  return std::ranges::any_of(found.matches, [&](const match::Match& match) {
    return std::ranges::all_of(rows, [&](RowIndex row) {
      return std::ranges::any_of(match.events, [&](CandidateIndex c) {
        return c != match::missing_event && is_row(c, row);
      });
    });
  });
}

std::optional<std::vector<ChangedValue>> WhatIf::values_for(scan::FilterIndex filter, RowIndex row,
                                                            std::size_t changes_max) const {
  std::set<std::uint32_t> leaves;
  collect_leaves(plan_.filters()[filter], leaves);
  std::vector<ChangedValue> options;
  for (const std::uint32_t id : leaves) {
    const scan::Plan::PlannedLeaf& planned = plan_.leaves()[id];
    // Another category would be another event.
    const bool is_category = watch_.weights()[id] == category_weight;
    if (planned.script || is_category || options.size() >= options_max) continue;
    const std::vector<Value> now = event::values_of(sightings_.rows(), planned.column, row, 1);
    for (Value& value : values_that_satisfy(planned.leaf, now.empty() ? Value() : now[0]))
      options.push_back({planned.leaf.field.name, std::move(value)});
    if (!now.empty()) options.push_back({planned.leaf.field.name, Value()});
  }

  const auto met_by = [&](const std::vector<ChangedValue>& values) {
    scan::CandidateLog log = plan_.new_log();
    scan::Scanner scanner(plan_);
    return scanner.scan(changed(row, values), log).has_value() && log.size() > 0 &&
           log.satisfies(0, filter);
  };
  std::vector<ChangedValue> made;
  for (std::size_t step = 0; step < changes_max; ++step) {
    const ChangedValue* best = nullptr;
    std::uint32_t best_distance = scan::Scanner::unreachable;
    std::vector<ChangedValue> tried = made;
    tried.emplace_back();
    for (const ChangedValue& option : options) {
      const auto same_field = [&](const ChangedValue& done) { return done.field == option.field; };
      if (std::ranges::any_of(made, same_field)) continue;
      tried.back() = option;
      const EventBatch batch = changed(row, tried);
      scan::CandidateLog log = plan_.new_log();
      scan::Scanner scanner(plan_);
      if (!scanner.scan(batch, log)) continue;  // a script would fail on it
      if (log.size() > 0 && log.satisfies(0, filter)) {
        // An early step may have been towards another side of an `or`.
        for (std::size_t i = tried.size(); i-- > 0 && tried.size() > 1;) {
          std::vector<ChangedValue> fewer = tried;
          fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
          if (met_by(fewer)) tried = std::move(fewer);
        }
        return tried;
      }
      const std::uint32_t distance = scanner.distance(filter, 0, watch_.weights());
      if (distance >= best_distance) continue;
      best = &option;
      best_distance = distance;
    }
    if (best == nullptr) return std::nullopt;
    made.push_back(*best);
  }
  return std::nullopt;
}

}  // namespace eqlab::explain
