#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace eqlab::eql {

/// A pattern compiled by RE2 and matched against whole texts. Memory is bounded, also while
/// matching, and time is linear in the text. Thread-safe.
class Re2Program {
 public:
  Re2Program(Re2Program&&) noexcept;
  Re2Program& operator=(Re2Program&&) noexcept;
  ~Re2Program();

  /// Nothing when RE2 refuses: too many repetitions, or a program that is too large.
  [[nodiscard]] static std::unique_ptr<const Re2Program> compile(const std::string& pattern);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  explicit Re2Program(std::unique_ptr<const re2::RE2> program);
  std::unique_ptr<const re2::RE2> program_;
};

}  // namespace eqlab::eql
