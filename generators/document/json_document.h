#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "generators/document/fields.h"

namespace eqlab::generators {

struct JsonPlace;

/// Writes events as JSON documents, keys in order of name. Neighbouring fields that depend on the
/// same thing (Domain) are written once for each such thing on a host and copied afterwards. Not
/// thread-safe.
class JsonDocument {
 public:
  JsonDocument();
  /// Before the first event of a host, and again whenever another host's events were written in
  /// between.
  void start_host(const Host& host);
  /// Appends the document, without line end, to `out`.
  void append(const EventView& view, std::string& out);

 private:
  /// What a run of fields came out as, if it followed that field.
  struct Kept {
    std::uint32_t epoch = 0;
    const JsonPlace* after = nullptr;
    const JsonPlace* last = nullptr;
    std::string text;
  };
  struct Run {
    Domain domain = Domain::event;      ///< event: not kept
    std::vector<std::uint16_t> fields;  ///< places in field_definitions()
    std::vector<Kept> kept;             ///< by key of the domain
  };

  std::array<std::vector<Run>, kind_count> runs_;
  std::vector<std::uint16_t> kinds_;  ///< by field, on the present host
  std::uint32_t epoch_ = 0;
};

}  // namespace eqlab::generators
