#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace eqlab {

/// A counter-based random stream (Philox 4×32-10 of Random123): its numbers are a pure function of
/// the seed, the names it was split by, and how many were drawn before. Copies repeat each other.
/// Streams of different names are independent, so a new draw in one place never shifts another.
/// Not for secrets. Cost: about 3 ns a number. Thread-safe: no; make one stream per thread of work.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);

  /// A new stream; this one is not advanced. The same name gives the same stream.
  [[nodiscard]] Rng split(std::string_view name) const;
  [[nodiscard]] Rng split(std::uint64_t index) const;

  [[nodiscard]] std::uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// Uniform in [0, bound), without bias. bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high], both ends included.
  [[nodiscard]] std::int64_t in_range(std::int64_t low, std::int64_t high);
  [[nodiscard]] bool chance(double probability);

 private:
  Rng(std::uint64_t key, std::uint64_t stream) : key_(key), stream_(stream) {}

  std::uint64_t key_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
  std::array<std::uint64_t, 2> block_ = {};
  bool half_used_ = false;
};

}  // namespace eqlab
