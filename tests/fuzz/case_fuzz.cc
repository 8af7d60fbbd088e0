// Bytes as a case file: parsed, run on every configuration of the engine, and rewritten. Queries
// here meet events, which those of query_fuzz do not.
#include <algorithm>

#include "harness/base/text.h"
#include "harness/cases/runner.h"
#include "tests/fuzz/fuzz.h"

namespace eqlab::fuzz {
namespace {

/// Blocks that would take long by design rather than by mistake.
bool is_small(const cases::CaseBlock& block) {
  std::size_t values = 0;
  for (const cases::CaseEvent& event : block.events) {
    for (const cases::CaseField& field : event.fields) values += field.values.size();
  }
  return block.events.size() <= 50 && values <= 1'000;
}

void run(const std::string& text) {
  auto blocks = cases::parse_cases(text, "f.case");
  if (!blocks) {
    const Diagnostic& error = blocks.error();
    EQLAB_ASSERT(error.code.starts_with("E45") && !error.message.empty());
    EQLAB_ASSERT(error.place.has_value() && !render(error).empty());
    return;
  }
  EQLAB_ASSERT(!blocks->empty());
  const cases::RunOptions options;
  for (const cases::CaseBlock& block : *blocks) {
    // Opening rule files is not for a fuzzer.
    if (!block.rule || !is_small(block)) return;
  }
  for (const cases::CaseBlock& block : *blocks) {
    const cases::CaseResult result = cases::run_block(block, options);
    for (const cases::CaseFailure& failure : result.failures) {
      // An engine is named where it got something else than the others.
      EQLAB_ASSERT(failure.configuration.empty());
    }
  }
  const cases::Rewritten rewritten = cases::rewrite(text, *blocks, options);
  const auto again = cases::parse_cases(rewritten.text, "f.case");
  EQLAB_ASSERT(again.has_value() && again->size() == blocks->size());
  EQLAB_ASSERT(cases::rewrite(rewritten.text, *again, options).blocks == 0);
}

}  // namespace
}  // namespace eqlab::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  eqlab::fuzz::run(eqlab::fuzz::text_of(data, size));
  return 0;
}
