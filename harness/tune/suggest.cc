#include "harness/tune/suggest.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/score/bootstrap.h"

namespace eqlab::tune {
namespace {

/// False alarms that a rule may gain, as a share of its own, before they are a price.
constexpr double alarms_unnoticed = 0.1;

/// Sums that the worth of a change is made of.
struct Sums {
  double caught_before = 0;
  double caught_after = 0;
  double alarms_before = 0;
  double alarms_after = 0;
};
constexpr std::size_t sum_columns = 5;  ///< and whether the host has any of them

double worth_of(const Sums& sums) {
  return (sums.caught_after - sums.caught_before) / std::max(1.0, sums.caught_before) -
         (sums.alarms_after - sums.alarms_before) / std::max(1.0, sums.alarms_before);
}

std::vector<Sums> sums_by_host(const Outcome& before, const Outcome& after,
                               const Population& population) {
  std::vector<Sums> out(population.host_count());
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    if (!population.is_malicious(i)) continue;
    out[population.host_of(i)].caught_before += before.caught[i];
    out[population.host_of(i)].caught_after += after.caught[i];
  }
  for (std::size_t host = 0; host < out.size(); ++host) {
    out[host].alarms_before += before.false_by_host[host];
    out[host].alarms_after += after.false_by_host[host];
  }
  return out;
}

/// The malicious incidents that `after` catches and `before` does not, on these hosts.
std::vector<std::size_t> gained(const Outcome& before, const Outcome& after,
                                const Population& population, const HostSet& hosts) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    if (population.is_malicious(i) && hosts[population.host_of(i)] != 0 && before.caught[i] == 0 &&
        after.caught[i] != 0)
      out.push_back(i);
  }
  return out;
}

/// Alike on these hosts, as far as anybody could tell.
bool is_same(const Outcome& a, const Outcome& b, const Population& population,
             const HostSet& hosts) {
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    if (hosts[host] != 0 && a.false_by_host[host] != b.false_by_host[host]) return false;
  }
  for (std::size_t i = 0; i < population.incident_count(); ++i) {
    if (hosts[population.host_of(i)] != 0 && a.caught[i] != b.caught[i]) return false;
  }
  return true;
}

class Suggester {
 public:
  Suggester(const Outcome& current, std::span<const Tried> tried, const Population& population,
            const HostSplit& split, const VariantDecider& decider, const SuggestOptions& options)
      : current_(current),
        tried_(tried),
        population_(population),
        split_(split),
        decider_(decider),
        options_(options) {}

  Suggestions run() {
    struct Chosen {
      Candidate change;
      Outcome outcome;
      std::vector<std::size_t> parts = {};
    };
    std::vector<Chosen> chosen;
    const std::vector<std::size_t> places =
        shortlist(current_, tried_, population_, split_.search, options_.suggestions_max);
    for (const std::size_t place : places)
      chosen.push_back({.change = tried_[place].candidate, .outcome = tried_[place].outcome});

    // The best one, and whatever of the others makes it better still on the searched hosts.
    if (!chosen.empty()) {
      Chosen together = chosen.front();
      together.parts = {0};
      for (std::size_t next = 1; next < places.size(); ++next) {
        if (together.change.stands_alone || chosen[next].change.stands_alone) continue;
        std::vector<const Variant*> parts;
        for (const std::size_t part : together.parts) parts.push_back(&chosen[part].change.variant);
        parts.push_back(&chosen[next].change.variant);
        const auto variant = combined(parts);
        if (!variant) continue;
        const Variant asked[] = {*variant};
        auto outcome = std::move(decider_.decide(asked).front());
        if (!outcome || worth(current_, *outcome, population_, split_.search) <=
                            worth(current_, together.outcome, population_, split_.search))
          continue;
        together.change.variant = *variant;
        together.change.list = std::nullopt;
        together.change.member = std::nullopt;
        together.outcome = std::move(*outcome);
        together.parts.push_back(next);
      }
      if (together.parts.size() > 1) chosen.push_back(std::move(together));
    }

    Suggestions out;
    out.taken_over = chosen.size();
    if (chosen.empty()) return out;
    out.confidence_shared =
        1 - (1 - score::confidence_default) / static_cast<double>(chosen.size());
    for (const Chosen& change : chosen) {
      Suggestion suggestion = judged(change.change, change.outcome, out.confidence_shared);
      suggestion.parts = change.parts;
      out.list.push_back(std::move(suggestion));
    }
    put_in_order(out.list);
    return out;
  }

 private:
  Suggestion judged(const Candidate& change, const Outcome& outcome, double confidence) const {
    Suggestion out{.change = change,
                   .parts = {},
                   .search_before = figures_of(current_, population_, split_.search),
                   .search_after = figures_of(outcome, population_, split_.search),
                   .held_before = figures_of(current_, population_, split_.held_out),
                   .held_after = figures_of(outcome, population_, split_.held_out),
                   .recall = {},
                   .false_alarms = {},
                   .price = {},
                   .why_not = {},
                   .all_after = figures_of(outcome, population_, all_hosts(population_))};
    const score::BootstrapOptions resampling{
        .resamples = options_.resamples, .seed = options_.seed, .threads = options_.threads};
    compare_held_out(outcome, resampling, out);

    score::BootstrapOptions shared = resampling;
    shared.confidence = confidence;
    const std::vector<Sums> sums = sums_by_host(current_, outcome, population_);
    std::vector<double> table;
    for (std::size_t host = 0; host < sums.size(); ++host) {
      if (split_.held_out[host] == 0) continue;
      const Sums& of = sums[host];
      const bool has_any =
          of.caught_before + of.caught_after + of.alarms_before + of.alarms_after > 0;
      table.insert(table.end(), {of.caught_before, of.caught_after, of.alarms_before,
                                 of.alarms_after, has_any ? 1.0 : 0.0});
    }
    out.worth_interval = score::Bootstrap(std::move(table), sum_columns, shared)
                             .interval(
                                 [](std::span<const double> of) -> std::optional<double> {
                                   return worth_of({.caught_before = of[0],
                                                    .caught_after = of[1],
                                                    .alarms_before = of[2],
                                                    .alarms_after = of[3]});
                                 },
                                 sum_columns - 1);
    advise(out);
    return out;
  }

  void compare_held_out(const Outcome& outcome, const score::BootstrapOptions& resampling,
                        Suggestion& out) const {
    // Numbers without gaps: hosts that are searched are no hosts without incidents.
    std::vector<std::uint32_t> place(population_.host_count(), 0);
    std::vector<score::PairedCounts> alarms;
    for (std::size_t host = 0; host < place.size(); ++host) {
      if (split_.held_out[host] == 0) continue;
      place[host] = static_cast<std::uint32_t>(alarms.size());
      alarms.push_back(
          {.before = current_.false_by_host[host], .after = outcome.false_by_host[host]});
    }
    std::vector<score::PairedOutcome> incidents;
    for (std::size_t i = 0; i < population_.incident_count(); ++i) {
      const HostNumber host = population_.host_of(i);
      if (!population_.is_malicious(i) || split_.held_out[host] == 0) continue;
      incidents.push_back({.host = place[host],
                           .before = current_.caught[i] != 0,
                           .after = outcome.caught[i] != 0});
    }
    out.recall = score::compare_paired(incidents, alarms.size(), resampling);
    out.false_alarms =
        score::compare_rates(alarms, host_days(population_, split_.held_out), resampling);
  }

  /// Per thousand hosts.
  static std::string rate_shown(double per_host) {
    const double shown = 1'000 * per_host;
    return shown < 1'000 ? format("{:.3g}", shown) : group_digits(std::llround(shown));
  }

  static void advise(Suggestion& out) {
    if (!out.worth_interval) {
      out.why_not = out.worth_interval.reason();
      return;
    }
    if (out.worth_interval->low <= 0) return;
    if (!out.recall.change) {
      out.advice = Advice::unmeasured;
      return;
    }
    std::vector<std::string> prices;
    const bool loses = out.recall.interval ? out.recall.interval->high < 0
                                           : out.recall.only_before > out.recall.only_after;
    if (loses) prices.push_back(format("{:.1f} points of recall", -100 * *out.recall.change));
    const double own = out.false_alarms.before.value().value_or(0);
    const double more = out.false_alarms.change.value_or(0);
    if (more > alarms_unnoticed * own)
      prices.push_back(format("{} more false alarms a day per 1,000 hosts", rate_shown(more)));
    out.advice = prices.empty() ? Advice::keep : Advice::at_a_price;
    out.price = join(prices, " and ");
  }

  void put_in_order(std::vector<Suggestion>& list) const {
    // By what the searched hosts say within each advice: they were in that order.
    std::vector<std::size_t> order(list.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return list[i].advice; });
    std::vector<std::size_t> place(list.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    std::vector<Suggestion> sorted;
    for (const std::size_t i : order) sorted.push_back(std::move(list[i]));
    for (Suggestion& suggestion : sorted) {
      for (std::size_t& part : suggestion.parts) part = place[part];
      std::ranges::sort(suggestion.parts);
    }
    list = std::move(sorted);
  }

  const Outcome& current_;
  std::span<const Tried> tried_;
  const Population& population_;
  const HostSplit& split_;
  const VariantDecider& decider_;
  const SuggestOptions& options_;
};

}  // namespace

double worth(const Outcome& before, const Outcome& after, const Population& population,
             const HostSet& hosts) {
  Sums total;
  const std::vector<Sums> sums = sums_by_host(before, after, population);
  for (std::size_t host = 0; host < sums.size(); ++host) {
    if (hosts[host] == 0) continue;
    total.caught_before += sums[host].caught_before;
    total.caught_after += sums[host].caught_after;
    total.alarms_before += sums[host].alarms_before;
    total.alarms_after += sums[host].alarms_after;
  }
  return worth_of(total);
}

std::string_view to_string(Advice advice) {
  switch (advice) {
    case Advice::keep:
      return "keep";
    case Advice::at_a_price:
      return "at-a-price";
    case Advice::not_proven:
      return "not-proven";
    case Advice::unmeasured:
      return "catches-not-measured";
  }
  return "";
}

std::vector<std::size_t> shortlist(const Outcome& current, std::span<const Tried> tried,
                                   const Population& population, const HostSet& searched,
                                   std::size_t count_max) {
  struct Ranked {
    std::size_t place = 0;
    double worth = 0;
  };
  const Figures before = figures_of(current, population, searched);
  // What one or two incidents say, or a few alarms, is not worth a look on the other half.
  constexpr std::uint64_t incidents_min = 2;
  const std::uint64_t alarms_min = std::max<std::uint64_t>(3, before.false_alarms.count / 50);
  std::vector<Ranked> ranked;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    const Figures after = figures_of(tried[i].outcome, population, searched);
    const bool catches_more = after.recall.hits >= before.recall.hits + incidents_min;
    const bool raises_less = after.false_alarms.count + alarms_min <= before.false_alarms.count;
    if (static_cast<double>(after.recall.hits) <
        (1 - loss_max) * static_cast<double>(before.recall.hits))
      continue;
    const double value = worth(current, tried[i].outcome, population, searched);
    if (value > 0 && (catches_more || raises_less)) ranked.push_back({.place = i, .worth = value});
  }
  std::ranges::stable_sort(ranked, std::greater<>(), &Ranked::worth);
  std::vector<std::size_t> out;
  for (const Ranked& entry : ranked) {
    if (out.size() == count_max) break;
    const Tried& now = tried[entry.place];
    const std::vector<std::size_t> catches = gained(current, now.outcome, population, searched);
    const bool is_covered = std::ranges::any_of(out, [&](std::size_t place) {
      const Tried& other = tried[place];
      if (is_same(now.outcome, other.outcome, population, searched)) return true;
      const VariantKind kind = now.candidate.variant.kind;
      if (kind == other.candidate.variant.kind &&
          (kind == VariantKind::with_maxspan || kind == VariantKind::with_keys))
        return true;
      return now.candidate.list && now.candidate.list == other.candidate.list &&
             std::ranges::includes(gained(current, other.outcome, population, searched), catches);
    });
    if (!is_covered) out.push_back(entry.place);
  }
  return out;
}

std::vector<Candidate> joined_values(const Outcome& current, std::span<const Tried> tried,
                                     const Population& population, const HostSet& searched,
                                     const QueryText& text) {
  constexpr std::size_t values_max = 8;
  std::map<eql::ExprId, std::vector<std::pair<double, const Tried*>>> by_list;
  for (const Tried& value : tried) {
    if (!value.candidate.list || !value.candidate.member) continue;
    const double gain = worth(current, value.outcome, population, searched);
    if (gain > 0) by_list[*value.candidate.list].emplace_back(gain, &value);
  }
  const std::vector<ValueList> lists = value_lists(text);
  std::vector<Candidate> out;
  for (auto& [list, values] : by_list) {
    std::ranges::stable_sort(values, std::greater<>(), [](const auto& each) { return each.first; });
    std::set<std::size_t> caught;
    std::vector<NewMember> members;
    for (const auto& [gain, value] : values) {
      const std::vector<std::size_t> more = gained(current, value->outcome, population, searched);
      if (members.size() == values_max ||
          std::ranges::all_of(more, [&](std::size_t i) { return caught.contains(i); }))
        continue;
      caught.insert(more.begin(), more.end());
      members.push_back(*value->candidate.member);
    }
    if (members.size() < 2) continue;
    const auto grown = std::ranges::find_if(
        lists, [&](const ValueList& one) { return one.members.front() == list; });
    if (grown == lists.end()) continue;
    if (auto variant = with_members(text, *grown, members))
      out.push_back({.variant = std::move(*variant),
                     .origin = Origin::missed,
                     .seen_in = caught.size(),
                     .list = list});
  }
  return out;
}

Suggestions suggest(const Outcome& current, std::span<const Tried> tried,
                    const Population& population, const HostSplit& split,
                    const VariantDecider& decider, const SuggestOptions& options) {
  return Suggester(current, tried, population, split, decider, options).run();
}

}  // namespace eqlab::tune
