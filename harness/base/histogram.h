#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace eqlab {

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

  struct Bucket {
    std::int64_t top = 0;  ///< the largest number that falls into it
    std::uint64_t count = 0;
    friend bool operator==(const Bucket&, const Bucket&) = default;
  };
  /// Those that hold anything, rising.
  [[nodiscard]] std::vector<Bucket> buckets() const;

 private:
  static constexpr unsigned octave_bits = 6;
  static constexpr std::size_t bucket_count = (64 - octave_bits) << octave_bits;
  static std::size_t bucket_of(std::int64_t value);
  static std::int64_t top_of(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> counts_ = {};
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace eqlab
