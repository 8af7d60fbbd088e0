#pragma once

#include <cstdint>
#include <vector>

#include "generators/background/stories.h"
#include "generators/corpus/corpus.h"
#include "generators/corpus/profile.h"

namespace eqlab::generators {

struct PlannedInstall {
  EventTime time{};
  std::uint32_t host = 0;
  std::uint32_t scenario = 0;  ///< place in the catalogue
};

/// All decisions that concern more than one host. Immutable once made and shared by all threads.
struct CorpusPlan {
  CorpusPlan() : stories(images) {}
  CorpusPlan(const CorpusPlan&) = delete;
  CorpusPlan& operator=(const CorpusPlan&) = delete;

  CorpusOptions options;  ///< with the profile's own numbers filled in
  Profile profile;
  Catalogue catalogue;
  Rng rng{0};
  EventTime from{};
  EventTime to{};
  /// Events are made slice by slice on a grid that the plan fixes, so that it cannot show in the
  /// events how they are asked for.
  Duration slice{};
  std::size_t slice_count = 0;
  std::vector<Persona> personas;      ///< by host
  std::vector<std::uint64_t> quotas;  ///< events by host; they add up to options.events
  std::vector<double> listed;         ///< by host: events expected of listed clients
  std::vector<double> floors;         ///< by host: events expected of listed clients and installs
  std::vector<PlannedInstall> installs;    ///< in order of (host, time)
  std::vector<std::size_t> host_installs;  ///< by host, and one more: where its installs begin
  std::uint32_t hosts_per_part = 1;
  /// By host and by incident on it: its number in the corpus, 0 for one that leaves no event; empty
  /// unless labels are wanted.
  std::vector<std::vector<std::uint32_t>> incident_numbers;

 private:
  struct StandingImages {
    explicit StandingImages(ImageTable& table) { add_standing_images(table); }
  };

 public:
  ImageTable images;

 private:
  StandingImages standing_{images};

 public:
  BackgroundStories stories;

  [[nodiscard]] EventTime slice_begin(std::size_t slice_index) const {
    return std::min(to, from + slice * static_cast<std::int64_t>(slice_index));
  }
  /// What a host does draws from here.
  [[nodiscard]] Rng events_rng(std::uint32_t index) const {
    return rng.split("events").split(index);
  }
  [[nodiscard]] Host host(std::uint32_t index) const {
    return make_host(rng, index, personas[index]);
  }
};

/// Errors: E504 the numbers cannot go together; E520, E521 unknown profile or scenario; those of
/// the catalogue.
[[nodiscard]] Result<std::unique_ptr<CorpusPlan>> make_plan(const CorpusOptions& options);

}  // namespace eqlab::generators
