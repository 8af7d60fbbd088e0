// The facts come from the last column of fields.tsv and from the table below. Tested in
// tests/unit/event/defend_streams_test.cc.
#include "harness/event/defend_streams.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "embedded/event_fields.h"
#include "harness/event/schema.h"

namespace eqlab::event {
namespace {

constexpr std::string_view defend_prefix = "logs-endpoint.events.";

struct Holding {
  std::string_view stream;
  std::array<std::string_view, 2> categories;  ///< the second may be empty
};
constexpr std::array<Holding, 5> holdings = {{{"file", {"file", ""}},
                                              {"library", {"library", "driver"}},
                                              {"network", {"network", ""}},
                                              {"process", {"process", ""}},
                                              {"registry", {"registry", ""}}}};
/// Categories that the table above speaks about; all others may be anywhere. `dns` is here because
/// only the endpoint's own engine has it: the documents of a DNS look-up are network events.
constexpr std::array<std::string_view, 7> known_categories = {
    "dns", "driver", "file", "library", "network", "process", "registry"};

using Streams = std::array<bool, 3>;

const std::map<std::string, Streams, std::less<>>& streams_by_field() {
  static const auto table = [] {
    std::map<std::string, Streams, std::less<>> fields;
    std::string_view rest = embedded::event_fields;
    for (bool is_header = true; !rest.empty(); is_header = false) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      const std::size_t tab = line.rfind('\t');
      if (is_header || tab == std::string_view::npos) continue;
      const std::string_view name = line.substr(0, line.find('\t'));
      // An object is where its fields are.
      const Field* const known = Schema::builtin().find(name);
      if (known == nullptr || is_opaque(known->type)) continue;
      const std::string_view defend = line.substr(tab + 1);
      Streams streams{};
      for (const DefendStream stream :
           {DefendStream::process, DefendStream::network, DefendStream::file}) {
        streams[static_cast<std::size_t>(stream)] =
            defend.find(to_string(stream)) != std::string_view::npos;
      }
      fields.emplace(name, streams);
    }
    return fields;
  }();
  return table;
}

std::string_view without_cluster(std::string_view pattern) {
  const std::size_t colon = pattern.find(':');
  return colon == std::string_view::npos ? pattern : pattern.substr(colon + 1);
}

}  // namespace

std::string_view to_string(DefendStream stream) {
  switch (stream) {
    case DefendStream::process:
      return "process";
    case DefendStream::network:
      return "network";
    case DefendStream::file:
      return "file";
  }
  return "";
}

std::optional<DefendStream> defend_stream_of(std::string_view category) {
  for (const DefendStream stream :
       {DefendStream::process, DefendStream::network, DefendStream::file}) {
    if (category == to_string(stream)) return stream;
  }
  return std::nullopt;
}

bool may_carry(DefendStream stream, std::string_view field) {
  const auto found = streams_by_field().find(field);
  return found == streams_by_field().end() || found->second[static_cast<std::size_t>(stream)];
}

bool is_defend_pattern(std::string_view index_pattern) {
  return without_cluster(index_pattern).starts_with(defend_prefix);
}

bool may_hold(std::string_view index_pattern, std::string_view category) {
  if (!is_defend_pattern(index_pattern)) return true;
  if (std::ranges::find(known_categories, category) == known_categories.end()) return true;
  const std::string_view stream = without_cluster(index_pattern).substr(defend_prefix.size());
  for (const Holding& holding : holdings) {
    if (!stream.starts_with(holding.stream)) continue;
    const std::string_view after = stream.substr(holding.stream.size());
    // `process*` is taken for the process stream; `process.x-*` would be another one.
    if (!after.empty() && after[0] != '-' && after[0] != '*') continue;
    return std::ranges::find(holding.categories, category) != holding.categories.end();
  }
  return true;
}

}  // namespace eqlab::event
