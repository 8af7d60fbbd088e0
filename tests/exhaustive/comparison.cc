#include "tests/exhaustive/comparison.h"

#include <array>
#include <cstdlib>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "tests/reference/case_text.h"
#include "tests/reference/timeline.h"

namespace eqlab::exhaustive {
namespace {

using reference::Cut;
using reference::ReferenceMatch;
using reference::Row;

constexpr std::uint64_t differences_shown_max = 3;

constexpr std::array<Cut, 10> cuts = {{
    {.batch_rows = 1024, .logs = 1, .empty_batches = false},
    {.batch_rows = 1, .logs = 1, .empty_batches = false},
    {.batch_rows = 63, .logs = 1, .empty_batches = true},
    {.batch_rows = 64, .logs = 2, .empty_batches = false},
    {.batch_rows = 65, .logs = 1, .empty_batches = false},
    {.batch_rows = 2, .logs = 3, .empty_batches = true},
    {.batch_rows = 1, .logs = 7, .empty_batches = false},
    {.batch_rows = 3, .logs = 1, .empty_batches = false},
    {.batch_rows = 64, .logs = 1, .empty_batches = true},
    {.batch_rows = 1024, .logs = 2, .empty_batches = false},
}};

std::string outcome(const Result<std::vector<ReferenceMatch>>& result) {
  return result ? reference::describe(*result) : format("{}: {}", result.error().code, result.error().message);
}

}  // namespace

bool Comparison::start(std::string_view query, const reference::Options& options) {
  ++queries_;
  options_ = options;
  query_ = std::string(query);
  parsed_.reset();
  engine_.reset();
  if (auto parsed = eql::parse_query(query)) parsed_ = std::move(*parsed);
  auto engine = reference::FastEngine::make(query, schema_, options);
  if (engine && parsed_) {
    engine_.emplace(std::move(*engine));
    return true;
  }
  refusal_ = engine ? "the parser alone refuses it" : format("{} {}", engine.error().code, engine.error().message);
  // What both refuse is an agreement.
  if (parsed_ && !reference::run(*parsed_, schema_, options_, {})) return false;
  ++refused_;
  auto& [count, example] = refusals_[refusal_];
  ++count;
  if (example.empty() || query.size() < example.size()) example = query_;
  return false;
}

void Comparison::compare(const std::vector<Row>& rows) {
  if (!engine_) return;
  const auto expected = reference::run(*parsed_, schema_, options_, rows);
  const auto found = engine_->find(rows, cuts[comparisons_ % cuts.size()]);
  ++comparisons_;
  if (expected && !expected->empty()) ++with_matches_;
  if (!expected) {
    ++(found ? failed_in_reference_only_ : failed_searches_);
    return;
  }
  if (!found) {
    note("the engine fails, the reference does not", rows, expected, found);
  } else if (*expected != *found) {
    note("the engine differs from the reference", rows, expected, found);
  }
}

void Comparison::note(std::string_view why, const std::vector<Row>& rows,
                      const Result<std::vector<ReferenceMatch>>& expected,
                      const Result<std::vector<ReferenceMatch>>& found) {
  if (++differences_ > differences_shown_max) return;
  report_ += format("# the engine: {}\n", outcome(found));
  report_ += reference::case_text(why, query_, schema_, options_, rows, *expected) + "\n";
}

std::string Comparison::refusals() const {
  std::string text;
  for (const auto& [reason, seen] : refusals_) text += format("{} x {}, such as {}\n", seen.first, reason, seen.second);
  return text;
}

std::string Comparison::summary() const {
  return format(
      "{} queries, {} refused; {} comparisons, {} with matches, {} failed searches in both, {} in the reference only, "
      "{} differences",
      queries_, refused_, comparisons_, with_matches_, failed_searches_, failed_in_reference_only_, differences_);
}

int effort() {
  const char* text = std::getenv("EQLAB_EXHAUSTIVE");  // NOLINT(concurrency-mt-unsafe): tests are single-threaded
  return text == nullptr ? 0 : parse_number<int>(text).value_or(0);
}

}  // namespace eqlab::exhaustive
