#include "harness/explain/what_if.h"

#include <algorithm>
#include <set>

#include "harness/base/text.h"
#include "harness/explain/one_row.h"
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

/// The query without its pipes and without some of its join keys.
struct Question {
  eql::CheckedQuery query;
  scan::QueryBinding binding;

  Question(const ExplainInputs& in, std::vector<std::size_t> dropped_keys)
      : query(in.query), binding(in.binding) {
    query.limits.clear();
    std::ranges::sort(dropped_keys, std::greater<>());
    for (const std::size_t key : dropped_keys) {
      for (std::size_t j = 0; j < query.stages.size(); ++j)
        drop(key, query.stages[j], binding.stages[j]);
      if (query.until) drop(key, *query.until, *binding.until);
    }
  }

 private:
  static void drop(std::size_t key, eql::CheckedStage& stage, scan::QueryBinding::Stage& bound) {
    const auto place = static_cast<std::ptrdiff_t>(key);
    stage.keys.erase(stage.keys.begin() + place);
    bound.keys.erase(bound.keys.begin() + place);
    bound.optional_keys.erase(bound.optional_keys.begin() + place);
  }
};

/// The log with changed events beside what they were before. Changed ones are marked by lines that
/// no input has.
class ChangedLog {
 public:
  ChangedLog(const ExplainInputs& in, const std::vector<Change::Event>& events) : in_(in) {
    if (events.empty()) return;
    const event::Projection& projection = in.plan.projection();
    scan::CandidateLog extra = in.plan.new_log();
    for (const Change::Event& event : events) {
      EventBatch batch(projection);
      event::append_row(in.sightings.rows(), projection, event.row, batch, projection,
                        event.values);
      if (event.time) batch.event_time[0] = *event.time;
      batch.line[0] = mark + marked_.size();
      marked_.push_back(event.row);
      hidden_.insert(in.sightings.rows().ordinal[event.row]);
      if (!scan::Scanner(in.plan).scan(batch, extra)) is_valid_ = false;
    }
    copy_.emplace(in.sightings.log());
    copy_->merge(std::move(extra));
    copy_->finish();
  }

  /// False where a script fails on a changed event.
  [[nodiscard]] bool is_valid() const { return is_valid_; }
  [[nodiscard]] const scan::CandidateLog& log() const {
    return copy_ ? *copy_ : in_.sightings.log();
  }
  /// What events were before they were changed.
  [[nodiscard]] bool is_hidden(CandidateIndex c) const {
    return log().line(c) < mark && hidden_.contains(log().ordinal(c));
  }
  [[nodiscard]] bool is_row(CandidateIndex c, RowIndex row) const {
    const auto marked = std::ranges::find(marked_, row);
    if (marked != marked_.end())
      return log().line(c) == mark + static_cast<std::uint64_t>(marked - marked_.begin());
    return log().line(c) < mark && log().ordinal(c) == in_.sightings.rows().ordinal[row];
  }

 private:
  static constexpr std::uint64_t mark = UINT64_MAX - 1'000;
  const ExplainInputs& in_;
  std::optional<scan::CandidateLog> copy_;
  std::vector<RowIndex> marked_;
  std::set<std::uint64_t> hidden_;  ///< ordinals
  bool is_valid_ = true;
};

/// An early step may have been towards another side of an `or`.
template <class Satisfies>
void remove_needless(std::vector<ChangedValue>& values, const Satisfies& satisfies) {
  for (std::size_t i = values.size(); i-- > 0 && values.size() > 1;) {
    std::vector<ChangedValue> fewer = values;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (satisfies(fewer)) values = std::move(fewer);
  }
}

}  // namespace

bool WhatIf::matches(const Change& change, std::span<const RowIndex> rows) const {
  const Question question(in_, change.dropped_keys);
  const ChangedLog changed(in_, change.events);
  if (!changed.is_valid()) return false;
  const scan::CandidateLog& log = changed.log();
  std::set<std::uint64_t> gone;
  for (const CandidateIndex candidate : change.without)
    gone.insert(in_.sightings.log().ordinal(candidate));
  std::vector<CandidateIndex> visible =
      question.query.kind == eql::QueryKind::sequence ? log.dated() : log.all();
  std::erase_if(visible, [&](CandidateIndex c) {
    return changed.is_hidden(c) || gone.contains(log.ordinal(c));
  });
  match::MatchOptions options;
  options.maxspan = change.maxspan;
  const match::Matches found =
      match::Matcher(question.query, question.binding).find(log, visible, options);
  return std::ranges::any_of(found.matches, [&](const match::Match& match) {
    return std::ranges::all_of(rows, [&](RowIndex row) {
      return std::ranges::any_of(match.events, [&](CandidateIndex c) {
        return c != match::missing_event && changed.is_row(c, row);
      });
    });
  });
}

std::vector<ChangedValue> WhatIf::options_for(scan::FilterIndex filter, RowIndex row) const {
  std::set<std::uint32_t> leaves;
  collect_leaves(in_.plan.filters()[filter], leaves);
  std::vector<ChangedValue> out;
  for (const std::uint32_t id : leaves) {
    const scan::Plan::PlannedLeaf& planned = in_.plan.leaves()[id];
    // Another category would be another event.
    const bool is_category = in_.watch.weights()[id] == category_weight;
    if (planned.script || is_category || out.size() >= options_max) continue;
    const std::string& field = planned.leaf.field.name;
    const std::vector<Value> now = event::values_of(in_.sightings.rows(), planned.column, row, 1);
    for (Value& value : values_that_satisfy(planned.leaf, now.empty() ? Value() : now[0]))
      out.push_back({field, std::move(value)});
    if (!now.empty()) out.push_back({field, Value()});
  }
  return out;
}

std::optional<std::vector<ChangedValue>> WhatIf::values_for(scan::FilterIndex filter, RowIndex row,
                                                            std::size_t changes_max) const {
  const std::vector<ChangedValue> options = options_for(filter, row);
  const auto evaluated = [&](const std::vector<ChangedValue>& values) {
    return OneRow(in_.plan, in_.plan.projection(), in_.sightings.rows(), row, values);
  };
  std::vector<ChangedValue> made;
  for (std::size_t step = 0; step < changes_max; ++step) {
    const ChangedValue* best = nullptr;
    std::uint32_t best_distance = scan::Scanner::unreachable;
    std::vector<ChangedValue> tried = made;
    tried.emplace_back();
    for (const ChangedValue& option : options) {
      if (std::ranges::find(made, option.field, &ChangedValue::field) != made.end()) continue;
      tried.back() = option;
      OneRow changed = evaluated(tried);
      if (changed.satisfies(filter)) {
        remove_needless(tried,
                        [&](const auto& fewer) { return evaluated(fewer).satisfies(filter); });
        return tried;
      }
      const std::uint32_t distance = changed.distance(filter, in_.watch.weights());
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
