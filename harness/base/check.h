#pragma once

namespace eqlab {

/// Stops the program with the place and the text: for our own mistakes only, on in every build.
/// What a user can get wrong is a Result (result.h), never an assertion.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace eqlab

#define EQLAB_ASSERT(expression)                        \
  (static_cast<bool>(expression) ? static_cast<void>(0) \
                                 : ::eqlab::assertion_failed(#expression, __FILE__, __LINE__))
