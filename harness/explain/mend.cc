// Everything that stands in the way is put right at once; mostly that is one thing.
#include "harness/explain/mend.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/explain/word.h"

namespace eqlab::explain {
namespace {

using event::ChangedValue;

constexpr std::size_t changed_values_max = 3;  // of one event
constexpr std::size_t value_characters_max = 48;

/// What other values, times or settings can put right.
constexpr std::array unmet_demands = {Reason::stage_unmatched, Reason::undated,
                                      Reason::out_of_order, Reason::keys_differ,
                                      Reason::over_maxspan};

/// As people write a maxspan: whole seconds, or milliseconds below one.
Duration rounded_up(Duration span) {
  const Duration unit = span >= std::chrono::seconds{1} ? Duration{std::chrono::seconds{1}}
                                                        : Duration{std::chrono::milliseconds{1}};
  const Duration whole = span - span % unit;
  return whole == span || whole > Duration::max() - unit ? whole : whole + unit;
}
bool has_all(const Rows& chosen) {
  return std::ranges::all_of(chosen, [](const auto& row) { return row.has_value(); });
}

}  // namespace

Change::Event& Mender::Repair::event(RowIndex row) {
  const auto known = std::ranges::find(change.events, row, &Change::Event::row);
  if (known != change.events.end()) return *known;
  return change.events.emplace_back(Change::Event{.row = row});
}

Mender::Mender(Evidence& evidence) : evidence_(evidence), what_if_(evidence.in) {}

std::vector<ChangeView> Mender::changes(const Rows& chosen, const Judgement& judged) {
  if (std::ranges::find(unmet_demands, judged.reason) != unmet_demands.end())
    return has_all(chosen) ? repairs(chosen) : stage_alone(chosen);
  if (!judged.by) return {};
  const std::uint64_t line = evidence_.rows.line[evidence_.row_of(*judged.by)];
  const auto found = tried(chosen, {.change = {.without = {*judged.by}},
                                    .texts = {format("without the event on line {}", line)}});
  return found ? std::vector{*found} : std::vector<ChangeView>();
}

std::vector<ChangeView> Mender::stage_alone(const Rows& chosen) const {
  for (std::size_t p = 0; p < chosen.size(); ++p) {
    if (!chosen[p] || evidence_.satisfies(*chosen[p], p)) continue;
    const auto values =
        what_if_.values_for(evidence_.chains.stage(p).filter, *chosen[p], changed_values_max);
    if (!values) return {};
    ChangeView out{.then = ChangeView::Then::meets_stage, .stage = evidence_.chains.positives()[p]};
    for (const ChangedValue& value : *values) out.parts.push_back(text_of(value, *chosen[p]));
    return {std::move(out)};
  }
  return {};
}

std::vector<ChangeView> Mender::repairs(const Rows& chosen) {
  Repair repair;
  if (!satisfy(chosen, repair)) return {};
  order(chosen, repair);
  std::vector<ChangeView> out;
  const auto attempt = [&](Repair whole) {
    if (auto found = tried(chosen, std::move(whole))) out.push_back(*std::move(found));
  };
  const std::vector<std::size_t> keys = differing_keys(evidence_, chosen);
  if (keys.empty()) {
    if (!repair.texts.empty()) attempt(std::move(repair));
    return out;
  }
  Repair with_equal_keys = repair;
  if (std::ranges::all_of(keys,
                          [&](std::size_t key) { return equalize(chosen, key, with_equal_keys); }))
    attempt(std::move(with_equal_keys));
  std::vector<std::string> names;
  for (const std::size_t key : keys) names.push_back(evidence_.key_field(0, key).name);
  repair.change.dropped_keys = keys;
  repair.texts.push_back(format("no join by {}", join(names, ", ")));
  attempt(std::move(repair));
  return out;
}

bool Mender::satisfy(const Rows& chosen, Repair& repair) const {
  for (std::size_t p = 0; p < chosen.size(); ++p) {
    const RowIndex row = *chosen[p];
    if (evidence_.satisfies(row, p)) continue;
    const auto values =
        what_if_.values_for(evidence_.chains.stage(p).filter, row, changed_values_max);
    if (!values) return false;
    const std::string where =
        chosen.size() > 1 ? format(" at {}", name_of_stage(evidence_, p)) : std::string();
    for (const ChangedValue& value : *values) repair.texts.push_back(text_of(value, row) + where);
    repair.change.events.push_back({.row = row, .values = *values});
  }
  return true;
}

void Mender::order(const Rows& chosen, Repair& repair) const {
  if (const auto place = misplaced(evidence_, chosen)) {
    repair.event(*chosen[*place]).time =
        evidence_.time(*chosen[*place - 1]) + Duration{std::chrono::milliseconds{1}};
    repair.texts.push_back(format("{} after {}", name_of_stage(evidence_, *place),
                                  name_of_stage(evidence_, *place - 1)));
  } else if (over_maxspan(evidence_, chosen) > Duration::zero()) {
    repair.change.maxspan = rounded_up(span_of(evidence_, chosen));
    repair.texts.push_back(
        format("maxspan={}", exact_duration(*repair.change.maxspan, std::chrono::seconds{1})));
  }
}

/// Gives later events the first one's value.
bool Mender::equalize(const Rows& chosen, std::size_t key, Repair& repair) {
  const event::Value wanted = wanted_key(chosen, key);
  for (std::size_t p = 0; p < chosen.size(); ++p) {
    if (!evidence_.chains.stage(p).keys[key]) return false;  // unmapped: no value to give
    const RowIndex row = *chosen[p];
    if (evidence_.has_key(row, p, key, wanted)) continue;
    const ChangedValue value{evidence_.key_field(p, key).name, wanted};
    repair.texts.push_back(format("{} at {}", text_of(value, row), name_of_stage(evidence_, p)));
    repair.event(row).values.push_back(value);
  }
  return true;
}

event::Value Mender::wanted_key(const Rows& chosen, std::size_t key) const {
  for (std::size_t p = 0; p < chosen.size(); ++p) {
    const auto slot = evidence_.chains.stage(p).keys[key];
    if (!slot) continue;
    const auto values =
        event::values_of(evidence_.rows, evidence_.in.plan.key_columns()[*slot], *chosen[p], 1);
    if (!values.empty()) return values[0];
  }
  return std::string("a");
}

/// `process.name "curl" instead of "nc"`.
std::string Mender::text_of(const ChangedValue& change, RowIndex row) const {
  const event::Projection& projection = evidence_.in.plan.projection();
  const FieldValues now = field_values(projection, evidence_.rows, row, change.field, 1);
  const std::string before = now.total == 0   ? "missing"
                             : now.total == 1 ? now.values[0]
                                              : format("{} values", now.total);
  const event::FieldType type = projection.columns[projection.by_name.at(change.field)].type;
  const std::string after = event::is_null(change.value)
                                ? "missing"
                                : show_value(change.value, type, value_characters_max);
  return format("{} {} instead of {}", change.field, after, before);
}

/// The repair, if all of them match with it; else if the changed events do, with others.
std::optional<ChangeView> Mender::tried(const Rows& chosen, Repair repair) const {
  std::vector<RowIndex> rows;
  for (const auto& row : chosen) {
    if (!row) return std::nullopt;
    rows.push_back(*row);
  }
  if (what_if_.matches(repair.change, rows)) return ChangeView{.parts = std::move(repair.texts)};
  // A newer start, say, may take the place of the one shown.
  std::vector<RowIndex> changed;
  for (const Change::Event& event : repair.change.events) {
    const auto candidate = evidence_.candidate_of(event.row);
    if (!candidate || evidence_.match_of(*candidate) == nullptr) changed.push_back(event.row);
  }
  if (changed.empty() || !what_if_.matches(repair.change, changed)) return std::nullopt;
  return ChangeView{.parts = std::move(repair.texts), .then = ChangeView::Then::matches_otherwise};
}

}  // namespace eqlab::explain
