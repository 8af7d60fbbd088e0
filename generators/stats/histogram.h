#pragma once

#include <array>
#include <cstdint>

namespace eqlab::generators {

/// Counts of whole numbers from 0 to 2^63 − 1 in buckets that grow with the number, 64 to an
/// octave: a quantile is right within 1 in 64. Fixed memory, order does not matter.
class Histogram {
 public:
  void add(std::int64_t value);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::int64_t max() const { return max_; }
  /// The smallest number that at least a share p (0 to 1) of all do not exceed; 0 without any.
  [[nodiscard]] std::int64_t quantile(double p) const;
  /// Share of numbers that are at least `value`, within a bucket.
  [[nodiscard]] double share_from(std::int64_t value) const;

 private:
  static constexpr unsigned octave_bits = 6;
  static constexpr std::size_t buckets = (64 - octave_bits) << octave_bits;
  static std::size_t bucket_of(std::int64_t value);
  static std::int64_t top_of(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_ = {};
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace eqlab::generators
