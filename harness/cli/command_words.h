#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/run/event_source.h"

namespace eqlab::cli {

/// A command line that makes a result again, put together word by word.
class CommandWords {
 public:
  explicit CommandWords(std::vector<std::string> words) : words_(std::move(words)) {}
  /// `--name value`; an empty value stands for an option that was not given.
  CommandWords& add(const std::string& name, const std::string& value) {
    if (value.empty()) return *this;
    words_.push_back("--" + name);
    words_.push_back(value);
    return *this;
  }
  CommandWords& add_flag(const std::string& name) {
    words_.push_back("--" + name);
    return *this;
  }
  CommandWords& add(const run::NamedValues& options) {
    for (const auto& [name, value] : options) add(name, value);
    return *this;
  }
  /// Those of `names` that `options` has, in the order of `names`.
  CommandWords& add_named(const std::vector<std::string>& names, const run::NamedValues& options);
  /// Quoted for a shell.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> words_;
};

}  // namespace eqlab::cli
