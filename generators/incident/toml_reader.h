#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generators/draw/distribution.h"
#include "harness/base/result.h"
#include "harness/base/text.h"

namespace eqlab::generators {

/// Reads the values of one TOML file and remembers the first thing wrong with it, with its place.
/// Reading goes on after an error, with neutral values, so that callers need no checks between
/// reads.
class TomlReader {
 public:
  TomlReader(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  /// Errors: E510.
  [[nodiscard]] Result<toml::table> parse() const;
  /// From here on what is read stands in another file, which must outlive the reader.
  void enter(const std::string& file, std::string_view text) {
    file_ = file;
    text_ = text;
  }
  [[nodiscard]] const std::optional<Diagnostic>& error() const { return error_; }

  void wrong(const toml::source_region& where, std::string_view code, std::string message,
             std::string hint = {});
  void wrong(const toml::node& node, std::string_view code, std::string message,
             std::string hint = {}) {
    wrong(node.source(), code, std::move(message), std::move(hint));
  }
  /// An error inside the text of a string node: its span counts from the first character.
  void wrong_inside(const toml::node& node, const Diagnostic& inner);
  /// An error that already has its place.
  void take(Diagnostic diagnostic) {
    if (!error_) error_ = std::move(diagnostic);
  }
  [[nodiscard]] Diagnostic diagnostic(const toml::source_region& where, std::string_view code,
                                      std::string message, std::string hint = {}) const;

  /// E511 for the first key that is not in `known`.
  void allow_keys(const toml::table& table, const std::vector<std::string_view>& known,
                  std::string_view where);

  [[nodiscard]] std::string text(const toml::table& table, std::string_view key,
                                 bool is_required = false);
  [[nodiscard]] double number(const toml::table& table, std::string_view key, double otherwise,
                              double min, double max);
  [[nodiscard]] std::int64_t whole(const toml::table& table, std::string_view key,
                                   std::int64_t otherwise, std::int64_t min, std::int64_t max);
  [[nodiscard]] bool truth(const toml::table& table, std::string_view key);
  [[nodiscard]] std::vector<std::string> texts(const toml::table& table, std::string_view key);
  [[nodiscard]] std::optional<Duration> length(const toml::table& table, std::string_view key);
  [[nodiscard]] std::optional<Distribution> distribution(const toml::table& table,
                                                         std::string_view key,
                                                         const DistributionTable& named);
  [[nodiscard]] Distribution distribution(const toml::node& node, const DistributionTable& named);
  /// The place of the value in `choices`; the first after an error or when it is not required and
  /// missing.
  [[nodiscard]] std::size_t choice(const toml::table& table, std::string_view key,
                                   const std::vector<std::string_view>& choices, bool is_required);
  [[nodiscard]] std::size_t choice_of(const toml::node& node, std::string_view key,
                                      const std::vector<std::string_view>& choices);
  /// The sub-table under `key`; an empty one if there is none.
  [[nodiscard]] const toml::table& table(const toml::table& parent, std::string_view key);

 private:
  const toml::node* required(const toml::table& table, std::string_view key);

  std::string file_;
  std::string_view text_;
  std::optional<Diagnostic> error_;
};

}  // namespace eqlab::generators
