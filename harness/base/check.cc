#include "harness/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace eqlab {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: this is a mistake in eqlab, please report it: %s\n", file, line,
               expression);
  std::abort();
}

}  // namespace eqlab
