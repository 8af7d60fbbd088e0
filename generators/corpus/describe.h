#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generators/corpus/corpus.h"

namespace eqlab::generators {

/// What a corpus will hold, known before any event is made. Counts of hosts and installs are what
/// will be made; `listed` and `ballast` are expectations.
struct CorpusDescription {
  std::string profile;
  std::string about;
  std::uint32_t hosts = 0;
  double days = 0;
  std::uint64_t events = 0;
  EventTime from{};
  EventTime to{};
  struct PersonaRow {
    std::string name;
    std::uint32_t hosts = 0;
    std::uint64_t installs = 0;
    std::uint64_t events = 0;
  };
  std::vector<PersonaRow> personas;  ///< in the order of the code; those without hosts too
  std::vector<std::pair<std::string, std::uint32_t>> agents;  ///< version and hosts, by version
  struct ScenarioRow {
    std::string id;
    std::string title;
    std::string scenario_class;  ///< `malicious_firing`, `evasion`, `benign_network`, …
    std::uint64_t installs = 0;
  };
  std::vector<ScenarioRow> scenarios;  ///< in the order of the catalogue; those that occur
  double listed = 0;                   ///< events expected of listed clients
  std::vector<std::string> faults;     ///< in words, those that are on
};
[[nodiscard]] CorpusDescription describe(const Corpus& corpus);

}  // namespace eqlab::generators
