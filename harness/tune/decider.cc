#include "harness/tune/decider.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <utility>

#include "harness/base/parallel.h"
#include "harness/match/relevant.h"
#include "harness/schedule/prepared_rule.h"
#include "harness/tune/sweep.h"

// Variants that let little more through than the rule share a scan of the rows; one that drops a
// term has candidates of its own by the thousand, which would only be in the way of the others.
namespace eqlab::tune {
namespace {

constexpr std::size_t group_size_max = 16;

}  // namespace

std::vector<scan::CandidateIndex> needed_by(const scan::CandidateLog& log,
                                            std::span<const scan::BoundQuery* const> queries,
                                            Duration horizon) {
  std::vector<scan::CandidateIndex> out;
  for (const scan::BoundQuery* const bound : queries) {
    std::vector<scan::CandidateIndex> own = match::relevant(
        log, bound->query, bound->binding, horizon, [](scan::CandidateIndex) { return false; });
    // Where nothing can be told to be too far away, everything comes back.
    std::erase_if(own, [&](scan::CandidateIndex c) {
      const auto satisfies = [&](const scan::QueryBinding::Stage& stage) {
        return log.satisfies(c, stage.filter);
      };
      return std::ranges::none_of(bound->binding.stages, satisfies) &&
             !(bound->binding.until && satisfies(*bound->binding.until));
    });
    std::vector<scan::CandidateIndex> both;
    std::ranges::set_union(out, own, std::back_inserter(both));
    out = std::move(both);
  }
  return out;
}

std::vector<std::optional<Outcome>> VariantDecider::decide_group(
    std::span<const Variant> group) const {
  std::vector<std::optional<Outcome>> out(group.size());
  scan::Plan plan = in_.plan.for_bare_variants();
  std::vector<std::optional<scan::BoundQuery>> ready(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto query = compile_variant(in_.rule, group[i], in_.schema);
    if (!query) continue;
    // A field more would be a column that the rows do not have.
    scan::Plan alone = in_.plan.for_bare_variants();
    (void)alone.add(*query);
    if (alone.reads_more_than(in_.plan)) continue;
    ready[i] = plan.bind(std::move(*query));
  }
  std::optional<scan::KeySlot> host_slot;
  if (in_.host_field) host_slot = plan.carry(*in_.host_field);
  const auto fields = schedule::carry_fields(in_.rule, in_.schema, plan);
  if (!fields) return out;
  auto log = in_.rows.candidates(plan, in_.ties);
  if (!log) {
    // A script failed, and which one is not known.
    if (group.size() == 1) return out;
    for (std::size_t i = 0; i < group.size(); ++i)
      out[i] = std::move(decide_group(group.subspan(i, 1)).front());
    return out;
  }
  std::vector<const scan::BoundQuery*> asked;
  Duration longest = Duration::zero();
  for (const auto& variant : ready) {
    if (!variant) continue;
    asked.push_back(&*variant);
    longest = std::max(longest, variant->query.maxspan.value_or(Duration::zero()));
  }
  log->keep(needed_by(*log, asked, longest));
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!ready[i]) continue;
    out[i] = tune::decide({.log = *log, .index = in_.index, .host_slot = host_slot},
                          {.bound = *ready[i], .schedule = in_.rule.schedule}, in_.population,
                          fields->in(in_.simulation));
  }
  return out;
}

std::vector<std::optional<Outcome>> VariantDecider::decide(
    std::span<const Variant> variants) const {
  std::vector<std::optional<Outcome>> out;
  std::size_t next = 0;
  const std::function<std::optional<std::span<const Variant>>()> produce =
      [&]() -> std::optional<std::span<const Variant>> {
    if (next == variants.size()) return std::nullopt;
    const std::size_t begin = next;
    const auto is_wide = [&](std::size_t i) {
      return variants[i].kind == VariantKind::without_term;
    };
    do {
      ++next;
    } while (next < variants.size() && next - begin < group_size_max && !is_wide(begin) &&
             !is_wide(next));
    return variants.subspan(begin, next - begin);
  };
  using Outcomes = std::vector<std::optional<Outcome>>;
  const std::function<Outcomes(std::span<const Variant>)> work =
      [&](std::span<const Variant> group) { return decide_group(group); };
  const std::function<void(Outcomes)> consume = [&](Outcomes outcomes) {
    std::ranges::move(outcomes, std::back_inserter(out));
  };
  OrderedPool pool(in_.threads);
  pool.run<std::span<const Variant>, Outcomes>(produce, work, consume, in_.stop);
  out.resize(variants.size());  // where it was stopped
  return out;
}

}  // namespace eqlab::tune
