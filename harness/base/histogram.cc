// Small numbers have a bucket each; from 64 on, a bucket is the number's six bits below its
// highest. Tested in tests/unit/base/histogram_test.cc.
#include "harness/base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace eqlab {

std::size_t Histogram::bucket_of(std::int64_t value) {
  const auto n = static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
  constexpr std::uint64_t first = std::uint64_t{1} << octave_bits;
  if (n < first) return static_cast<std::size_t>(n);
  const auto shift = static_cast<unsigned>(std::bit_width(n)) - 1 - octave_bits;
  return ((static_cast<std::size_t>(shift) + 1) << octave_bits) +
         static_cast<std::size_t>((n >> shift) - first);
}

std::int64_t Histogram::top_of(std::size_t bucket) {
  constexpr std::size_t first = std::size_t{1} << octave_bits;
  if (bucket < first) return static_cast<std::int64_t>(bucket);
  const unsigned shift = static_cast<unsigned>(bucket >> octave_bits) - 1;
  const std::uint64_t low = (first + (bucket & (first - 1))) << shift;
  return static_cast<std::int64_t>(low + (std::uint64_t{1} << shift) - 1);
}

void Histogram::add(std::int64_t value) {
  ++counts_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

std::int64_t Histogram::quantile(double p) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(
      std::clamp(std::ceil(p * static_cast<double>(count_)), 1.0, static_cast<double>(count_)));
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    below += counts_[bucket];
    if (below >= rank) return std::min(top_of(bucket), max_);
  }
  return max_;
}

double Histogram::share_from(std::int64_t value) const {
  if (count_ == 0) return 0;
  std::uint64_t above = 0;
  for (std::size_t bucket = bucket_of(value); bucket < bucket_count; ++bucket)
    above += counts_[bucket];
  return static_cast<double>(above) / static_cast<double>(count_);
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> out;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    if (counts_[bucket] > 0) out.push_back({.top = top_of(bucket), .count = counts_[bucket]});
  }
  return out;
}

}  // namespace eqlab
