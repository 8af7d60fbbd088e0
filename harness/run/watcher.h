#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

#include "harness/base/diagnostic.h"

namespace eqlab::run {

/// Who looks at long work: is told, on the calling thread, how far it is and what is worth knowing
/// before its result, and can stop it. When `stop` was requested, what the work returns means
/// nothing.
struct Watcher {
  std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)> progress = {};
  std::function<void(const Diagnostic&)> report = {};  ///< what does not end the work
  std::function<void(std::string_view line)> note = {};
  std::stop_token stop = {};

  /// `total` 0: unknown.
  void tell(std::string_view what, std::uint64_t done, std::uint64_t total) const {
    if (progress) progress(what, done, total);
  }
  void tell(const Diagnostic& diagnostic) const {
    if (report) report(diagnostic);
  }
  /// A line with its end.
  void tell(std::string_view line) const {
    if (note) note(line);
  }
};

}  // namespace eqlab::run
