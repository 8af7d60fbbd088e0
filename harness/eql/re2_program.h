#pragma once

#include <cstdint>
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

  /// What a program and its cache may take; a single large one may have the second.
  static constexpr std::int64_t memory_bytes = 16LL << 20U;
  static constexpr std::int64_t memory_bytes_max = 128LL << 20U;

  /// Nothing when RE2 refuses: too many repetitions, or a program that is too large. Where `memory`
  /// is not enough for the program itself, it is given `memory_bytes_max`.
  [[nodiscard]] static std::unique_ptr<const Re2Program> compile(
      const std::string& pattern, std::int64_t memory = memory_bytes);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  explicit Re2Program(std::unique_ptr<const re2::RE2> program);
  std::unique_ptr<const re2::RE2> program_;
};

}  // namespace eqlab::eql
