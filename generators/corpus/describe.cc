// Tested in tests/unit/generators/stats_test.cc.
#include "generators/corpus/describe.h"

#include <algorithm>
#include <map>

#include "generators/corpus/plan.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

std::string percent(double share) { return format("{:g} %", share * 100); }

std::vector<std::string> faults_in_words(const FaultOptions& faults) {
  std::vector<std::string> words;
  if (faults.ingest_delay != 1) {
    words.push_back(faults.ingest_delay == 0
                        ? std::string("every document is searchable at once")
                        : format("ingest delays are {:g} times as long", faults.ingest_delay));
  }
  if (faults.loss > 0) words.push_back(percent(faults.loss) + " of documents are lost");
  if (faults.offline_loss > 0)
    words.push_back("of each spell offline the oldest " + percent(faults.offline_loss) +
                    " of its time are lost");
  if (faults.duplicates > 0)
    words.push_back(percent(faults.duplicates) + " of documents are sent twice");
  if (faults.reordering > 0)
    words.push_back(percent(faults.reordering) + " of documents stand up to 2 s late in the input");
  if (faults.truncation > 0)
    words.push_back(percent(faults.truncation) + " of hosts cut command lines short");
  if (faults.clock_offset > 0) {
    words.push_back(format(
        "clocks are wrong by {} (one standard deviation), on one host in a hundred by up to {}",
        human_duration(Duration(static_cast<std::int64_t>(50e6 * faults.clock_offset))),
        human_duration(Duration(static_cast<std::int64_t>(120e9 * faults.clock_offset)))));
  }
  if (faults.clock_steps > 0)
    words.push_back(percent(faults.clock_steps) +
                    " of spells offline end with a step of the clock of up to 5 s");
  const std::string_view time =
      faults.merged_time == MergedTime::exec ? "of the last exec" : "of the end";
  switch (faults.merging) {
    case Merging::off:
      break;
    case Merging::by_version:
      words.push_back(format("agents from 8.18 on merge documents, at the time {}", time));
      break;
    case Merging::on:
      words.push_back(format("all agents merge documents, at the time {}", time));
      break;
  }
  return words;
}

}  // namespace

CorpusDescription describe(const Corpus& corpus) {
  const CorpusPlan& plan = corpus.plan_of();
  CorpusDescription out;
  out.profile = plan.profile.name;
  out.about = plan.profile.about;
  out.hosts = plan.options.hosts;
  out.days = plan.options.days;
  out.events = plan.options.events;
  out.from = plan.from;
  out.to = plan.to;
  out.faults = faults_in_words(plan.profile.faults);
  for (const Persona persona : all_personas)
    out.personas.push_back({.name = std::string(to_string(persona))});
  std::map<std::pair<unsigned, unsigned>, std::pair<std::string, std::uint32_t>> agents;
  for (std::uint32_t h = 0; h < plan.options.hosts; ++h) {
    CorpusDescription::PersonaRow& row = out.personas[static_cast<std::size_t>(plan.personas[h])];
    ++row.hosts;
    row.installs += plan.host_installs[h + 1] - plan.host_installs[h];
    row.events += plan.quotas[h];
    const AgentVersion agent = plan.host(h).agent;
    auto& entry = agents[{agent.major, agent.minor}];
    entry.first = agent.to_string();
    ++entry.second;
  }
  for (auto& [order, entry] : agents) out.agents.push_back(std::move(entry));
  std::vector<std::uint64_t> installs(plan.catalogue.scenarios.size(), 0);
  for (const PlannedInstall& install : plan.installs) ++installs[install.scenario];
  for (std::size_t s = 0; s < installs.size(); ++s) {
    if (installs[s] == 0) continue;
    const Scenario& scenario = plan.catalogue.scenarios[s];
    out.scenarios.push_back({.id = scenario.id,
                             .title = scenario.title,
                             .scenario_class = std::string(to_string(scenario.scenario_class())),
                             .installs = installs[s]});
  }
  for (const double listed : plan.listed) out.listed += listed;
  return out;
}

}  // namespace eqlab::generators
