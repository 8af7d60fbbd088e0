#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "generators/document/model.h"
#include "generators/draw/distribution.h"

namespace eqlab::generators {

/// How long the steps of background stories take; one quantile table each.
enum class Pace : std::uint8_t { fork_to_exec, relay, tool, connect, flow, brief, session };
inline constexpr std::size_t pace_count = 7;

/// Who acts in a story: one of its own processes (0, 1, …) or a standing one.
struct Actor {
  std::uint16_t number = 0;
  bool is_standing = false;
};

struct StoryStep {
  Kind kind = Kind::exec;
  Pace pace = Pace::tool;  ///< time since the step before
  Actor actor;
  ImageIndex image = nothing;  ///< exec: what it becomes
};

/// A short sequence of background events, always the same apart from times, ids and addresses.
struct Story {
  struct Member {
    Actor parent;
    User user = User::root;
  };
  std::vector<Member> members;
  std::vector<StoryStep> steps;
  std::vector<std::string> files;  ///< a modification changes one of them; may hold `{user}`
  std::uint16_t port = 443;
  bool is_loopback = false;
  std::array<double, persona_count> weight = {};
};

/// Stories with a weight for each persona; a draw costs one random number.
class StorySet {
 public:
  void add(Story story) { stories_.push_back(std::move(story)); }
  /// Call once, after the last add.
  void finish();
  [[nodiscard]] const Story& draw(Persona persona, Rng& rng) const {
    return stories_[tables_[static_cast<std::size_t>(persona)][rng.next() >> 53U]];
  }
  [[nodiscard]] const std::vector<Story>& stories() const { return stories_; }
  /// Mean number of events of a drawn story.
  [[nodiscard]] double mean_size(Persona persona) const;

 private:
  std::vector<Story> stories_;
  std::array<std::array<std::uint16_t, 2048>, persona_count> tables_ = {};
};

/// All background stories. Ballast stories connect only with programs that no rule version lists,
/// so that their number can be scaled freely; each listed story holds exactly one connection by a
/// listed client.
struct BackgroundStories {
  explicit BackgroundStories(ImageTable& images);
  StorySet ballast;
  StorySet listed_root;
  StorySet listed_console;
  std::array<QuantileTable, pace_count> paces;
};

}  // namespace eqlab::generators
