#include "harness/cli/command_words.h"

#include <algorithm>

#include "harness/cli/console.h"

namespace eqlab::cli {

CommandWords& CommandWords::add_named(const std::vector<std::string>& names,
                                      const run::NamedValues& options) {
  for (const std::string& name : names) {
    const auto found = std::ranges::find(options, name, &run::NamedValues::value_type::first);
    if (found != options.end()) add(name, found->second);
  }
  return *this;
}

std::string CommandWords::text() const { return quote_command(words_); }

}  // namespace eqlab::cli
