// Bytes as a detection-rules file: read, compiled, linted, and its query put back in canonical
// layout.
#include <algorithm>

#include "harness/base/text.h"
#include "harness/eql/format.h"
#include "harness/rule/rewrite.h"
#include "harness/rule/rule.h"
#include "tests/fuzz/fuzz.h"

namespace eqlab::fuzz {
namespace {

void expect_sound(const Diagnostic& diagnostic) {
  EQLAB_ASSERT(!diagnostic.code.empty() && !diagnostic.message.empty());
  EQLAB_ASSERT(!render(diagnostic).empty());
}

/// A tree that does not depend on layout.
std::string printed(const std::string& source) {
  const auto query = eql::parse_query(source);
  EQLAB_ASSERT(query.has_value());
  return eql::print(*query);
}

void rewrite(const rule::Rule& rule) {
  const auto query = eql::format_query(rule.query.text);
  if (!query) return;
  const auto text = rule::with_query(rule, *query);
  EQLAB_ASSERT(text.has_value());
  const auto again = rule::parse_rule_toml(*text, rule.file);
  EQLAB_ASSERT(again.has_value() && printed(again->query.text) == printed(rule.query.text));
  EQLAB_ASSERT(again->name == rule.name && again->tags == rule.tags &&
               again->schedule == rule.schedule && again->metadata == rule.metadata);
  const auto twice = rule::with_query(*again, *query);
  EQLAB_ASSERT(twice.has_value() && *twice == *text);
}

void run(std::string text) {
  const std::size_t size = text.size();
  const auto rule = rule::parse_rule_toml(std::move(text), "r.toml");
  if (!rule) {
    expect_sound(rule.error());
    return;
  }
  const SourceText& query = rule->query;
  EQLAB_ASSERT(query.origin.size() == query.text.size() + 1);
  EQLAB_ASSERT(std::ranges::is_sorted(query.origin) && query.origin.back() <= size);
  const auto checked = rule::compile(*rule, event::Schema::builtin());
  if (checked) {
    for (const Diagnostic& diagnostic : rule::lint(*rule, *checked)) expect_sound(diagnostic);
  } else {
    expect_sound(checked.error());
  }
  rewrite(*rule);
}

}  // namespace
}  // namespace eqlab::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  eqlab::fuzz::run(eqlab::fuzz::text_of(data, size));
  return 0;
}
