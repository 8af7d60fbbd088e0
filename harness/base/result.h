#pragma once

#include <utility>
#include <variant>

#include "harness/base/check.h"
#include "harness/base/diagnostic.h"

namespace eqlab {

/// Wraps an error on its way into a Result: `return fail(diagnostic);`.
template <class E>
struct Failure {
  E error;
};
[[nodiscard]] inline Failure<Diagnostic> fail(Diagnostic diagnostic) {
  return {std::move(diagnostic)};
}

/// A value, or the diagnostic that says why there is none. Member names are those of std::expected,
/// so that it can take this class's place once the oldest supported library has it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {
  }                                    // NOLINT(google-explicit-constructor): as std::expected
  Result(Failure<Diagnostic> failure)  // NOLINT(google-explicit-constructor): as std::expected
      : state_(std::in_place_index<1>, std::move(failure.error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & { return checked(); }
  [[nodiscard]] const T& value() const& {
    EQLAB_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] Diagnostic& error() {
    EQLAB_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] const Diagnostic& error() const {
    EQLAB_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  T& checked() {
    EQLAB_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Diagnostic> state_;
};

/// A Result without a value: done, or why not.
using Status = Result<std::monostate>;
[[nodiscard]] inline Status ok() { return std::monostate{}; }

}  // namespace eqlab

/// Evaluates a Result; on failure returns its error from the enclosing function.
#define EQLAB_TRY_CAT2(a, b) a##b
#define EQLAB_TRY_CAT(a, b) EQLAB_TRY_CAT2(a, b)
#define EQLAB_TRY_IMPL(result, declaration, expression)         \
  auto result = (expression);                                   \
  if (!result) return ::eqlab::fail(std::move(result.error())); \
  declaration = std::move(*result)
#define EQLAB_TRY(declaration, expression) \
  EQLAB_TRY_IMPL(EQLAB_TRY_CAT(eqlab_result_, __LINE__), declaration, expression)
#define EQLAB_CHECK(expression)                              \
  do {                                                       \
    if (auto eqlab_status = (expression); !eqlab_status)     \
      return ::eqlab::fail(std::move(eqlab_status.error())); \
  } while (false)
