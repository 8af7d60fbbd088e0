#include "harness/match/join_keys.h"

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/scan/leaf_test.h"

namespace eqlab::match {
namespace {

int compare_values(const event::Value& a, const event::Value& b) {
  if (const int order = scan::compare_numbers(a, b); order != 2) return order;
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

bool for_each_key(const scan::CandidateLog& log, scan::CandidateIndex candidate,
                  const scan::QueryBinding::Stage& stage,
                  const std::function<void(const KeyTuple&)>& use) {
  constexpr scan::KeyId null_only[] = {scan::null_key};
  std::vector<std::span<const scan::KeyId>> values;
  for (std::size_t i = 0; i < stage.keys.size(); ++i) {
    auto of_key =
        stage.keys[i] ? log.keys(candidate, *stage.keys[i]) : std::span<const scan::KeyId>();
    if (of_key.empty()) {
      if (!stage.optional_keys[i]) return true;
      of_key = null_only;
    }
    values.push_back(of_key);
  }
  KeyTuple key(values.size());
  std::vector<std::size_t> choice(values.size(), 0);
  for (std::size_t made = 0; made < limits::key_combinations_max; ++made) {
    for (std::size_t i = 0; i < values.size(); ++i) key[i] = values[i][choice[i]];
    use(key);
    // The last key turns fastest, so tuples come in order of the first.
    std::size_t digit = values.size();
    while (digit > 0 && ++choice[digit - 1] == values[digit - 1].size()) choice[--digit] = 0;
    if (digit == 0) return true;
  }
  return false;
}

bool key_less(const scan::CandidateLog& log, const KeyTuple& a, const KeyTuple& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (a[i] == scan::null_key || b[i] == scan::null_key) return a[i] == scan::null_key;
    if (const int order = compare_values(log.key_value(a[i]), log.key_value(b[i])); order != 0)
      return order < 0;
  }
  return false;
}

std::string shown_key(eql::QueryKind kind, event::FieldType type, const event::Value& value) {
  const auto* const nanoseconds = std::get_if<std::int64_t>(&value);
  if (nanoseconds == nullptr || !event::is_date(type)) return event::to_text(value);
  if (kind != eql::QueryKind::sample)
    return format_iso8601(*nanoseconds, type == event::FieldType::date_nanos ? 9 : 3);
  return format("{}",
                std::chrono::floor<std::chrono::milliseconds>(Duration{*nanoseconds}).count());
}

std::uint32_t KeyTable::number(const KeyTuple& key) {
  const auto [entry, added] = numbers_.try_emplace(key, static_cast<std::uint32_t>(tuples_.size()));
  if (added) tuples_.push_back(key);
  return entry->second;
}

}  // namespace eqlab::match
