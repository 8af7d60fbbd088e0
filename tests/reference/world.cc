#include "tests/reference/world.h"

#include <algorithm>

namespace eqlab::reference {
namespace {

/// Groups of types that compare with each other: null, boolean, number, text.
int group(const event::Value& value) {
  switch (value.index()) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 5:
      return 3;
    default:
      return 2;
  }
}

/// The distinct values of one key; none removes the event from the stage.
Key key_values(const eql::Expr& key, const event::Schema& schema, const Row& row) {
  const auto found = row.find(key.name);
  Key values;
  if (schema.find(key.name) != nullptr && found != row.end()) {
    for (const event::Value& value : found->second) {
      if (std::ranges::find(values, value) == values.end()) values.push_back(value);
    }
  }
  if (values.empty() && key.optional) values.emplace_back();
  return values;
}

}  // namespace

std::weak_ordering compare_values(const event::Value& left, const event::Value& right) {
  if (group(left) != group(right)) return group(left) <=> group(right);
  if (const auto* text = std::get_if<std::string>(&left))
    return *text <=> std::get<std::string>(right);
  const auto order = compare(from_literal(left), from_literal(right));
  if (!order || std::is_eq(*order)) return std::weak_ordering::equivalent;
  return std::is_lt(*order) ? std::weak_ordering::less : std::weak_ordering::greater;
}

bool KeyLess::operator()(const Key& left, const Key& right) const {
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    const auto order = compare_values(left[i], right[i]);
    if (std::is_neq(order)) return std::is_lt(order);
  }
  return left.size() < right.size();
}

std::vector<PlacedEvent> place(const std::vector<Row>& rows, const event::Schema& schema,
                               const Options& options) {
  const event::Field* timestamp = schema.find(options.timestamp_field);
  std::vector<PlacedEvent> placed;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    PlacedEvent event{static_cast<int>(i), std::nullopt, {}};
    const auto time = rows[i].find(options.timestamp_field);
    if (timestamp != nullptr && time != rows[i].end() && !time->second.empty()) {
      event.time = std::get<Moment>(from_field(time->second[0], timestamp->type)).nanoseconds;
    }
    const auto tiebreaker = rows[i].find(options.tiebreaker_field);
    if (tiebreaker != rows[i].end() && !tiebreaker->second.empty())
      event.tiebreaker = tiebreaker->second[0];
    placed.push_back(event);
  }
  std::ranges::stable_sort(placed, [](const PlacedEvent& a, const PlacedEvent& b) {
    if (a.time.has_value() != b.time.has_value()) return a.time.has_value();
    if (!a.time) return false;
    if (*a.time != *b.time) return *a.time < *b.time;
    if (event::is_null(a.tiebreaker) != event::is_null(b.tiebreaker))
      return !event::is_null(a.tiebreaker);
    return std::is_lt(compare_values(a.tiebreaker, b.tiebreaker));
  });
  return placed;
}

Result<StageEvents> stage_events(const Interpreter& interpreter, const eql::Query& query,
                                 const eql::Stage& stage, const event::Schema& schema,
                                 const std::vector<PlacedEvent>& placed,
                                 const std::vector<Row>& rows) {
  StageEvents events;
  events.missing = stage.missing;
  std::vector<eql::ExprId> key_fields = query.shared_keys;
  key_fields.insert(key_fields.end(), stage.keys.begin(), stage.keys.end());
  for (const PlacedEvent& event : placed) {
    const Row& row = rows[static_cast<std::size_t>(event.row)];
    EQLAB_TRY(const bool passes, interpreter.passes(stage.filter, row));
    std::vector<Key> keys;
    if (passes) keys.emplace_back();
    for (const eql::ExprId field : key_fields) {
      std::vector<Key> longer;
      for (const Key& key : keys) {
        for (const event::Value& value : key_values(query.at(field), schema, row)) {
          longer.push_back(key);
          longer.back().push_back(value);
        }
      }
      keys = longer;
    }
    events.keys_of.push_back(keys);
  }
  return events;
}

}  // namespace eqlab::reference
