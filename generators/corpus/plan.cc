// Sizes first (hosts, days, events), then personas, installs and what each host may write. Tested
// in tests/unit/generators/corpus_test.cc.
#include "generators/corpus/plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "generators/background/background.h"
#include "generators/corpus/summary.h"
#include "harness/base/check.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Monday, 2 March 2026.
constexpr EventTime first_day{seconds(1'772'409'600)};
/// For planning: the mean over the catalogue, and the connections that follow an install on managed
/// hosts.
constexpr double events_per_incident = 28;
constexpr double ballast_share_min = 0.08;  ///< of all events, so that the total can be met
constexpr double events_per_slice = 8'000;
constexpr double events_per_part = 60'000;
constexpr Duration margin_max = minutes(20);  ///< no install begins so close to the end
constexpr Duration spacing = minutes(3);      ///< between installs of one host
constexpr double installs_max = 50e6;

Duration of_days(double days) { return seconds(static_cast<std::int64_t>(days * 86'400 + 0.5)); }

/// Shares `total` out in proportion to `weights`: whole parts first, then one each to the largest
/// rests.
std::vector<std::uint64_t> apportion(std::uint64_t total, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::uint64_t> parts(weights.size(), 0);
  if (sum <= 0) return parts;
  std::vector<double> rests(weights.size());
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double exact = static_cast<double>(total) * weights[i] / sum;
    parts[i] = static_cast<std::uint64_t>(exact);
    rests[i] = exact - std::floor(exact);
    given += parts[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return rests[i]; });
  for (std::size_t k = 0; given < total; k = (k + 1) % order.size()) {
    if (weights[order[k]] <= 0) continue;
    ++parts[order[k]];
    ++given;
  }
  return parts;
}

template <class T>
void shuffle(std::vector<T>& items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.below(i)]);
}

class Planner {
 public:
  Planner(CorpusPlan& plan) : plan_(plan) {}

  Status make() {
    EQLAB_CHECK(select_scenarios());
    EQLAB_CHECK(size());
    plan_installs();
    share_events();
    return ok();
  }

 private:
  // ---- which scenarios

  Status select_scenarios() {
    const CorpusOptions& options = plan_.options;
    for (const auto* ids : {&options.only, &options.without}) {
      for (const std::string& id : *ids) EQLAB_CHECK(require_scenario(plan_.catalogue, id));
    }
    const auto holds = [](const std::vector<std::string>& ids, const std::string& id) {
      return std::ranges::find(ids, id) != ids.end();
    };
    for (const Profile::Wave& wave : plan_.profile.waves) {
      if (plan_.catalogue.find(wave.scenario) != nullptr) continue;
      return fail(error_in("", "E521",
                           format("the profile's wave is of scenario \"{}\", which does not exist",
                                  printable(wave.scenario)),
                           "eqlab generate --list names them"));
    }
    for (std::uint32_t i = 0; i < plan_.catalogue.scenarios.size(); ++i) {
      const Scenario& scenario = plan_.catalogue.scenarios[i];
      if (!options.only.empty() && !holds(options.only, scenario.id)) continue;
      if (holds(options.without, scenario.id)) continue;
      selected_.push_back(i);
    }
    if (selected_.empty()) {
      return fail(error_in("", "E521", "no scenario is left: all are excluded",
                           "take some out of --without, or name others with --only"));
    }
    return ok();
  }

  // ---- hosts, days, events

  Status size() {
    CorpusOptions& options = plan_.options;
    const Profile& profile = plan_.profile;
    const double per_host_day =
        static_cast<double>(profile.events) / (profile.hosts * profile.days);
    const bool may_shrink = options.days == 0;
    const bool may_lose_hosts = options.hosts == 0;
    if (options.days < 0 || !(options.days <= 3650)) {
      return fail(error_in("", "E504", "a corpus covers more than no time and at most 3,650 days"));
    }
    if (options.days == 0) options.days = profile.days;
    if (options.hosts == 0) {
      options.hosts =
          options.events == 0
              ? profile.hosts
              : static_cast<std::uint32_t>(std::clamp(
                    static_cast<double>(options.events) / (per_host_day * options.days) + 0.5, 1.0,
                    1e6));
    }
    if (options.events == 0) {
      options.events =
          static_cast<std::uint64_t>(per_host_day * options.hosts * options.days + 0.5);
    }
    for (;;) {
      settle();
      const double least = least_events() / (1 - ballast_share_min);
      if (least <= static_cast<double>(options.events)) break;
      if (may_lose_hosts && options.hosts > 1) {
        options.hosts = std::max(1U, options.hosts * 4 / 5);
      } else if (may_shrink && options.days > 1.0 / 24) {
        options.days = std::max(1.0 / 24, options.days * 0.8);
      } else {
        return fail(
            error_in("", "E504",
                     format("{} over {} alone make at least {} events, but {} are wanted",
                            options.hosts == 1 ? "1 host" : group_digits(options.hosts) + " hosts",
                            human_duration(plan_.to - plan_.from),
                            group_digits(static_cast<std::int64_t>(least)),
                            group_digits(static_cast<std::int64_t>(options.events))),
                     "ask for more events, or for fewer hosts or days"));
      }
    }
    const double slices =
        std::clamp(std::ceil(static_cast<double>(options.events) / events_per_slice), 1.0, 1e6);
    const double length = std::chrono::duration<double>(plan_.to - plan_.from).count();
    plan_.slice =
        seconds(static_cast<std::int64_t>(std::clamp(std::ceil(length / slices), 60.0, 3600.0)));
    plan_.slice_count =
        static_cast<std::size_t>((plan_.to - plan_.from + plan_.slice - Duration(1)) / plan_.slice);
    plan_.hosts_per_part = static_cast<std::uint32_t>(std::clamp(
        events_per_part * options.hosts / static_cast<double>(options.events), 1.0, 256.0));
    return ok();
  }

  /// Times, personas and the expected volume for the present hosts and days.
  void settle() {
    const CorpusOptions& options = plan_.options;
    // Less than a day would be a night's sleep if it began at midnight.
    plan_.from = options.days < 1 ? first_day + hours(10) : first_day;
    plan_.to = plan_.from + of_days(options.days);
    const std::vector<double> shares(plan_.profile.personas.begin(), plan_.profile.personas.end());
    const auto counts = apportion(options.hosts, shares);
    plan_.personas.clear();
    for (const Persona persona : all_personas) {
      plan_.personas.insert(plan_.personas.end(), counts[static_cast<std::size_t>(persona)],
                            persona);
    }
    Rng rng = plan_.rng.split("personas");
    shuffle(plan_.personas, rng);
    hosts_.clear();
    for (std::uint32_t h = 0; h < options.hosts; ++h) hosts_.push_back(plan_.host(h));
    volumes_.assign(options.hosts, {});
    const Duration step = std::min<Duration>(hours(1), (plan_.to - plan_.from) / 4);
    for (std::uint32_t h = 0; h < options.hosts; ++h) {
      const ListedCounts listed =
          count_listed(hosts_[h], plan_.events_rng(h), plan_.from, plan_.to);
      const Persona persona = plan_.personas[h];
      volumes_[h].listed =
          static_cast<double>(listed.root) * plan_.stories.listed_root.mean_size(persona) +
          static_cast<double>(listed.console) * plan_.stories.listed_console.mean_size(persona);
      for (EventTime at = plan_.from + step / 2; at < plan_.to; at += step) {
        const double step_hours = std::chrono::duration<double, std::ratio<3600>>(step).count();
        volumes_[h].activity += hosts_[h].activity(at) * step_hours;
      }
    }
  }

  [[nodiscard]] double install_count() const {
    const CorpusOptions& options = plan_.options;
    const double host_days = options.hosts * options.days;
    if (plan_.profile.mode == Profile::Mode::mixed)
      return plan_.profile.installs_per_host_day * host_days;
    double per_month = 0;
    for (const Persona persona : plan_.personas) per_month += traits_of(persona).installs_per_month;
    return (per_month + plan_.profile.malicious_per_host_month * options.hosts) * options.days / 30;
  }

  [[nodiscard]] double least_events() const {
    double sum = install_count() * events_per_incident;
    for (const Volume& volume : volumes_) sum += volume.listed;
    for (const Profile::Wave& wave : plan_.profile.waves)
      sum += wave.share * plan_.options.hosts * events_per_incident;
    return sum;
  }

  // ---- installs

  void plan_installs() {
    std::vector<std::uint32_t> scenarios;
    if (plan_.profile.mode == Profile::Mode::mixed) {
      plan_mixed(scenarios);
    } else {
      plan_realistic(scenarios);
    }
    Rng rng = plan_.rng.split("installs");
    shuffle(scenarios, rng);
    taken_.assign(plan_.options.hosts, {});
    std::vector<Wave> waves;
    for (const Scenario& scenario : plan_.catalogue.scenarios)
      waves.push_back({.begin = draw_wave(scenario, 0)});
    for (const std::uint32_t s : scenarios) {
      const Scenario& scenario = plan_.catalogue.scenarios[s];
      if (scenario.rollout) {
        Wave& wave = waves[s];
        if (scenario.hosts_per_wave > 0 && wave.installs == scenario.hosts_per_wave)
          wave = {.begin = draw_wave(scenario, wave.number + 1), .number = wave.number + 1};
        ++wave.installs;
        place_in_wave(s, wave.begin, rng);
      } else {
        place(s, rng);
      }
    }
    for (std::size_t w = 0; w < plan_.profile.waves.size(); ++w) place_wave(w);
    std::ranges::sort(plan_.installs, {}, [](const PlannedInstall& install) {
      return std::tuple(install.host, install.time, install.scenario);
    });
    plan_.host_installs.assign(plan_.options.hosts + 1, 0);
    for (const PlannedInstall& install : plan_.installs) ++plan_.host_installs[install.host + 1];
    for (std::size_t h = 0; h < plan_.options.hosts; ++h)
      plan_.host_installs[h + 1] += plan_.host_installs[h];
  }

  void add(std::vector<std::uint32_t>& scenarios, std::uint64_t count,
           const std::vector<std::uint32_t>& among, const std::vector<double>& weights) {
    const auto counts = apportion(count, weights);
    for (std::size_t i = 0; i < among.size(); ++i)
      scenarios.insert(scenarios.end(), counts[i], among[i]);
  }

  void plan_mixed(std::vector<std::uint32_t>& scenarios) {
    std::array<std::vector<std::uint32_t>, scenario_class_count> by_class;
    std::vector<double> shares(scenario_class_count, 0);
    for (const std::uint32_t s : selected_) {
      if (plan_.catalogue.scenarios[s].weight <= 0 || !has_host(s)) continue;
      const auto c = static_cast<std::size_t>(plan_.catalogue.scenarios[s].scenario_class());
      by_class[c].push_back(s);
      // Scenarios asked for by id come even if the profile has no share for their class.
      shares[c] = plan_.options.only.empty() ? plan_.profile.classes[c]
                                             : std::max(plan_.profile.classes[c], 0.05);
    }
    const auto total = static_cast<std::uint64_t>(std::min(install_count(), installs_max) + 0.5);
    const auto counts = apportion(total, shares);
    for (std::size_t c = 0; c < scenario_class_count; ++c) {
      std::vector<double> weights;
      for (const std::uint32_t s : by_class[c])
        weights.push_back(plan_.catalogue.scenarios[s].weight);
      add(scenarios, counts[c], by_class[c], weights);
    }
  }

  void plan_realistic(std::vector<std::uint32_t>& scenarios) {
    std::vector<std::uint32_t> benign;
    std::vector<std::uint32_t> malicious;
    std::vector<double> benign_weights;
    std::vector<double> malicious_weights;
    double all_rates = 0;
    double scripted_rates = 0;
    for (const std::uint32_t s : selected_) {
      const Scenario& scenario = plan_.catalogue.scenarios[s];
      if (!has_host(s)) continue;
      if (scenario.intent == truth::Intent::benign) {
        benign.push_back(s);
        // A rate is per host; fewer hosts take what only some personas do.
        benign_weights.push_back(scenario.rate_per_month * share_of_hosts(scenario));
        all_rates += benign_weights.back();
        if (scenario.runs_scripts()) scripted_rates += benign_weights.back();
      } else if (scenario.intent == truth::Intent::malicious) {
        malicious.push_back(s);
        malicious_weights.push_back(scenario.weight);
      }
    }
    const double bad =
        plan_.profile.malicious_per_host_month * plan_.options.hosts * plan_.options.days / 30;
    Rng rng = plan_.rng.split("install counts");
    // Personas' installs are those with scripts; the others come on top of them.
    const double others = scripted_rates > 0 ? all_rates / scripted_rates : 1;
    add(scenarios, draw_count(rng, std::min((install_count() - bad) * others, installs_max)),
        benign, benign_weights);
    // Which attacks come is chance here, not a fair share for each.
    for (std::uint64_t left = malicious.empty() ? 0 : draw_count(rng, bad); left > 0; --left) {
      scenarios.push_back(malicious[draw_weighted(malicious_weights, rng)]);
    }
  }

  [[nodiscard]] double share_of_hosts(const Scenario& scenario) const {
    const auto suited = std::ranges::count_if(
        plan_.personas, [&](Persona persona) { return scenario.suits(persona); });
    return static_cast<double>(suited) / static_cast<double>(plan_.personas.size());
  }

  static std::size_t draw_weighted(const std::vector<double>& weights, Rng& rng) {
    double left = rng.uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      left -= weights[i];
      if (left < 0) return i;
    }
    return weights.size() - 1;
  }

  [[nodiscard]] bool has_host(std::uint32_t s) const {
    const Scenario& scenario = plan_.catalogue.scenarios[s];
    return std::ranges::any_of(plan_.personas,
                               [&](Persona persona) { return scenario.suits(persona); });
  }

  [[nodiscard]] Duration margin() const {
    return std::min<Duration>(margin_max, (plan_.to - plan_.from) / 6);
  }

  EventTime draw_time(Rng& rng) const {
    const Duration span = plan_.to - plan_.from - margin() - margin() / 10;
    return plan_.from + margin() / 10 + Duration(rng.in_range(0, span.count() - 1));
  }

  /// Roll-outs happen in the morning of a weekday if the corpus has one.
  EventTime draw_wave(const Scenario& scenario, std::uint64_t number) {
    Rng rng = plan_.rng.split("wave").split(scenario.id);
    if (number > 0) rng = rng.split(number);
    EventTime best = draw_time(rng);
    for (int tries = 0; tries < 200; ++tries) {
      const Duration of_day = best.time_since_epoch() % hours(24);
      if (of_day >= hours(9) && of_day < hours(14)) break;
      best = draw_time(rng);
    }
    return best;
  }

  std::uint32_t draw_host(const Scenario& scenario, Rng& rng) const {
    // Hosts take installs in proportion to their persona's rate, by rejection.
    double most = 0;
    for (const Persona persona : all_personas)
      most = std::max(most, traits_of(persona).installs_per_month);
    for (;;) {
      const auto host = static_cast<std::uint32_t>(rng.below(plan_.options.hosts));
      if (!scenario.suits(plan_.personas[host])) continue;
      if (rng.chance(traits_of(plan_.personas[host]).installs_per_month / most)) return host;
    }
  }

  [[nodiscard]] bool is_free(std::uint32_t host, EventTime time) const {
    return std::ranges::none_of(
        taken_[host], [&](EventTime other) { return std::chrono::abs(other - time) < spacing; });
  }

  void place(std::uint32_t s, Rng& rng) {
    const Scenario& scenario = plan_.catalogue.scenarios[s];
    std::uint32_t host = draw_host(scenario, rng);
    EventTime time = draw_time(rng);
    for (int tries = 0; tries < 400 && !(hosts_[host].is_working(time) && is_free(host, time));
         ++tries) {
      if (tries % 40 == 39) host = draw_host(scenario, rng);
      time = draw_time(rng);
    }
    taken_[host].push_back(time);
    plan_.installs.push_back({.time = time, .host = host, .scenario = s});
  }

  void place_in_wave(std::uint32_t s, EventTime wave, Rng& rng) {
    const Scenario& scenario = plan_.catalogue.scenarios[s];
    const Duration room = std::min(*scenario.rollout, plan_.to - margin() - wave);
    const EventTime time =
        wave + Duration(rng.in_range(0, std::max<std::int64_t>(1, room.count())));
    std::uint32_t host = draw_host(scenario, rng);
    for (int tries = 0; tries < 200 && !(hosts_[host].is_awake(time) && is_free(host, time));
         ++tries) {
      host = draw_host(scenario, rng);
    }
    taken_[host].push_back(time);
    plan_.installs.push_back({.time = time, .host = host, .scenario = s});
  }

  /// A wave of the profile: each host of the share once.
  void place_wave(std::size_t w) {
    const Profile::Wave& wave = plan_.profile.waves[w];
    const auto s = static_cast<std::uint32_t>(plan_.catalogue.find(wave.scenario) -
                                              plan_.catalogue.scenarios.data());
    if (std::ranges::find(selected_, s) == selected_.end()) return;
    const EventTime last = plan_.to - margin();
    for (std::uint32_t host = 0; host < plan_.options.hosts; ++host) {
      Rng rng = plan_.rng.split("profile wave").split(w).split(host);
      if (!plan_.catalogue.scenarios[s].suits(plan_.personas[host]) || !rng.chance(wave.share))
        continue;
      EventTime time = plan_.from + wave.begin +
                       Duration(rng.in_range(0, std::max<std::int64_t>(wave.within.count(), 1)));
      for (; !hosts_[host].is_awake(time) && time < last; time += minutes(1)) {
      }
      if (time >= last) continue;
      plan_.installs.push_back({.time = time, .host = host, .scenario = s});
    }
  }

  // ---- events

  /// Each host gets what its listed clients and installs are expected to need, and a share of the
  /// ballast.
  void share_events() {
    std::vector<double>& floors = plan_.floors;
    double floor_sum = 0;
    double activity_sum = 0;
    for (std::uint32_t h = 0; h < plan_.options.hosts; ++h) {
      const auto count = static_cast<double>(plan_.host_installs[h + 1] - plan_.host_installs[h]);
      plan_.listed.push_back(volumes_[h].listed);
      floors.push_back(volumes_[h].listed + count * events_per_incident);
      floor_sum += floors.back();
      activity_sum += volumes_[h].activity;
    }
    // Part of the ballast goes where the floor is uncertain, so that a host can make good for its
    // luck.
    const double ballast = std::max(0.0, static_cast<double>(plan_.options.events) - floor_sum);
    std::vector<double> weights;
    for (std::uint32_t h = 0; h < plan_.options.hosts; ++h) {
      const double by_floor = floor_sum > 0 ? floors[h] / floor_sum : 1.0 / plan_.options.hosts;
      const double by_activity =
          activity_sum > 0 ? volumes_[h].activity / activity_sum : 1.0 / plan_.options.hosts;
      weights.push_back(floors[h] + ballast * (0.3 * by_floor + 0.7 * by_activity));
    }
    plan_.quotas = apportion(plan_.options.events, weights);
  }

  /// A roll-out under way.
  struct Wave {
    EventTime begin{};
    std::uint64_t number = 0;
    std::uint32_t installs = 0;
  };

  struct Volume {
    double listed = 0;  ///< events of listed clients expected
    double activity = 0;
  };

  CorpusPlan& plan_;
  std::vector<std::uint32_t> selected_;
  std::vector<Host> hosts_;
  std::vector<Volume> volumes_;
  std::vector<std::vector<EventTime>> taken_;
};

}  // namespace

Result<std::unique_ptr<CorpusPlan>> make_plan(const CorpusOptions& options) {
  auto plan = std::make_unique<CorpusPlan>();
  plan->options = options;
  plan->rng = Rng(options.seed);
  EQLAB_TRY(plan->profile, load_profile(options.profile));
  EQLAB_TRY(plan->catalogue, load_catalogue(options.scenarios_dir));
  EQLAB_CHECK(Planner(*plan).make());
  return plan;
}

}  // namespace eqlab::generators
