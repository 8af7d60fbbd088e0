#include "harness/base/rng.h"

#include <Random123/philox.h>

#include "harness/base/check.h"

namespace eqlab {
namespace {

std::array<std::uint64_t, 2> philox(std::uint64_t key, std::uint64_t stream,
                                    std::uint64_t counter) {
  const r123::Philox4x32 generator;
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32U); };
  const r123::Philox4x32::ctr_type in = {{low(counter), high(counter), low(stream), high(stream)}};
  const r123::Philox4x32::key_type k = {{low(key), high(key)}};
  const auto out = generator(in, k);
  return {out[0] | (std::uint64_t{out[1]} << 32U), out[2] | (std::uint64_t{out[3]} << 32U)};
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return hash;
}

}  // namespace

Rng::Rng(std::uint64_t seed) : key_(seed), stream_(0) {}

// A child is keyed by a block of its parent's cipher that the parent itself never draws: parents
// count up from 0 with their own stream number, children take blocks from the top bit on.
Rng Rng::split(std::string_view name) const {
  const auto child = philox(key_ ^ 0x9E37'79B9'7F4A'7C15U, stream_, fnv1a(name) | (1ULL << 63U));
  return {child[0], child[1]};
}

Rng Rng::split(std::uint64_t index) const {
  const auto child = philox(key_ ^ 0xD1B5'4A32'D192'ED03U, stream_, index);
  return {child[0], child[1]};
}

std::uint64_t Rng::next() {
  if (half_used_) {
    half_used_ = false;
    return block_[1];
  }
  block_ = philox(key_, stream_, counter_++);
  half_used_ = true;
  return block_[0];
}

double Rng::uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

std::uint64_t Rng::below(std::uint64_t bound) {
  EQLAB_ASSERT(bound > 0);
  // Draws under `skip` would make low results likelier; they are drawn again.
  const std::uint64_t skip = (0 - bound) % bound;
  std::uint64_t drawn = next();
  while (drawn < skip) drawn = next();
  return drawn % bound;
}

std::int64_t Rng::in_range(std::int64_t low, std::int64_t high) {
  EQLAB_ASSERT(low <= high);
  const std::uint64_t width =
      static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t offset = width == 0 ? next() : below(width);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

bool Rng::chance(double probability) { return uniform() < probability; }

}  // namespace eqlab
