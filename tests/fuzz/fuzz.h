#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/base/check.h"

/// What libFuzzer calls with every input, and replay.cc with the kept ones. Always returns 0; what
/// does not hold ends the program by EQLAB_ASSERT.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace eqlab::fuzz {

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace eqlab::fuzz
