#pragma once

#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"
#include "tests/unit/score/world.h"

/// Scorecards for the writers to write.
namespace eqlab::tiny {

/// One caught, one evading by name, one too slow; a vendor package; a coincidence.
[[nodiscard]] inline World small_world() {
  World world{
      .stories =
          {{.scenario = "M02", .events = install("m", 100), .expected = truth::Expectation::fires},
           {.scenario = "E01",
            .events = install("e", 1'000),
            .expected = truth::Expectation::silent},
           {.scenario = "E09",
            .events = install("s", 2'000, 45),
            .expected = truth::Expectation::fires},
           {.scenario = "B37", .intent = truth::Intent::benign, .events = install("b", 3'000)}},
      .background = {{.id = "x", .at = 4'000, .stages = {0}, .keys = {"mac-2", "0"}},
                     {.id = "y", .at = 4'001, .stages = {1}, .keys = {"mac-2", "0"}}}};
  world.stories[1].events[1].stages = {};
  world.stories[1].events[1].what = "connect python3.11 203.0.113.8:443";
  return world;
}

/// As small_world, but the caught package runs a second script that calls out too: one alert more
/// about it.
[[nodiscard]] inline World repeating_world() {
  World world = small_world();
  for (const Labelled& event : install("m2", 150)) world.stories[0].events.push_back(event);
  world.stories[0].true_pairs = {{0, 1}, {2, 3}};
  return world;
}

[[nodiscard]] inline report::RunInfo small_info() {
  report::RunInfo info;
  info.rule_name = "Installer Spawns Network Event";
  info.rule_id = "99239e7d";
  info.rule_file = "rules/installer.toml";
  info.rule_version = 105;
  info.corpus = "balanced";
  info.seed = 1;
  info.command = "eqlab score rules/installer.toml --profile balanced --seed 1";
  info.explain = "eqlab explain rules/installer.toml corpus";
  info.before_explain = "eqlab generate --profile balanced --seed 1 --output corpus";
  info.options = {{"refresh", "1s"}};
  return info;
}

/// What an attacker may put into an event or a rule name.
inline constexpr const char* hostile =
    "a|b`c\x1b[31m<img src=x>@org/team [x](http://evil) \xE2\x80\xAE*_\n#1 ]]> &amp; \xFF";

[[nodiscard]] inline World hostile_world() {
  World world = small_world();
  world.stories[1].events[1].what = std::string("connect ") + hostile;
  world.stories[3].scenario = hostile;
  return world;
}

}  // namespace eqlab::tiny
