#include "harness/tune/mutation.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/cases/engine.h"
#include "harness/cases/runner.h"
#include "harness/tune/coverage.h"
#include "harness/tune/variant.h"

namespace eqlab::tune {
namespace {

/// What was compiled for the rule is what this block would compile.
bool reads_alike(const cases::CaseBlock& block, const rule::Rule& rule,
                 const event::Schema& schema) {
  return &block.schema() == &schema && block.rule->timestamp_field == rule.timestamp_field &&
         block.rule->tiebreaker_field == rule.tiebreaker_field &&
         block.rule->event_category_field == rule.event_category_field &&
         block.rule->as_of == rule.as_of;
}

}  // namespace

std::uint64_t CaseKills::noticed() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      noticed_by, [](const std::optional<std::size_t>& by) { return by.has_value(); }));
}

Result<eql::CheckedQuery> compile_for(const cases::CaseBlock& block,
                                      const std::vector<TextEdit>& edits) {
  return rule::compile(variant_rule(*block.rule, edits), block.schema());
}

Result<CaseKills> kill_by_cases(const rule::Rule& rule, const MutantSet& mutants,
                                const event::Schema& schema,
                                const std::vector<cases::CaseBlock>& blocks) {
  const cases::Engine engine = cases::fast_engine();
  CaseKills out;
  out.noticed_by.resize(mutants.mutants.size());
  std::vector<bool> alike;
  std::vector<std::string> expected;
  for (const cases::CaseBlock& block : blocks) {
    alike.push_back(reads_alike(block, rule, schema));
    expected.push_back(cases::expected_outcome(block));
    if (!cases::expects_results(block)) continue;
    ++out.blocks;
    EQLAB_TRY(const eql::CheckedQuery original, compile_for(block, {}));
    if (cases::outcome_of(block, original, engine) == expected.back()) continue;
    Diagnostic failed = error_in(
        block.file, "E700", format("a case fails with the rule as it is: {}", printable(block.why)),
        "see eqlab test; mutants can be told from the rule only where its cases pass");
    failed.place->line = block.line;
    return fail(std::move(failed));
  }
  for (std::size_t m = 0; m < mutants.mutants.size(); ++m) {
    const Mutant& mutant = mutants.mutants[m];
    for (std::size_t b = 0; b < blocks.size() && !out.noticed_by[m]; ++b) {
      if (!cases::expects_results(blocks[b])) continue;
      if (alike[b]) {
        if (cases::outcome_of(blocks[b], mutant.query, engine) != expected[b])
          out.noticed_by[m] = b;
        continue;
      }
      const auto query = compile_for(blocks[b], mutant.edits);
      if (!query || cases::outcome_of(blocks[b], *query, engine) != expected[b])
        out.noticed_by[m] = b;
    }
  }
  return out;
}

Result<MutationSummary> summarize_cases(const rule::Rule& rule,
                                        const std::vector<cases::CaseBlock>& blocks,
                                        const MutantOptions& options) {
  const event::Schema& schema = event::Schema::builtin();
  EQLAB_TRY(const MutantSet mutants, make_mutants(rule, schema, options));
  EQLAB_TRY(const CaseKills kills, kill_by_cases(rule, mutants, schema, blocks));
  EQLAB_TRY(const Alternatives alternatives, alternatives_of(rule));
  EQLAB_TRY(const Coverage coverage, cover_by_cases(alternatives, blocks));
  return MutationSummary{.blocks = kills.blocks,
                         .noticed = {kills.noticed(), mutants.mutants.size()},
                         .alternatives = {coverage.exercised(), alternatives.all.size()}};
}

}  // namespace eqlab::tune
