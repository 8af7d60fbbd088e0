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
constexpr std::uint64_t queries_shown_max = 40;

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
  return result ? reference::describe(*result)
                : format("{}: {}", result.error().code, result.error().message);
}

}  // namespace

bool Comparison::start(std::string_view query, const reference::Options& options,
                       const std::vector<Row>& trial) {
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
  refusal_ = engine ? "the parser alone refuses it"
                    : format("{} {}", engine.error().code, engine.error().message);
  // What both refuse is an agreement.
  if (parsed_ && !reference::run(*parsed_, schema_, options_, trial)) return false;
  ++refused_;
  auto& [count, example] = refusals_[refusal_];
  ++count;
  if (example.empty() || query.size() < example.size()) example = query_;
  return false;
}

void Comparison::compare(const std::vector<Row>& rows) {
  if (!engine_) return;
  const Cut cut = cuts[comparisons_ % cuts.size()];
  ++comparisons_;
  if (!difference(rows, cut, true)) return;
  ++differences_;
  if (differences_ > queries_shown_max) return;
  if (differences_ > differences_shown_max) {
    report_ += format("# also: {}\n", query_);
    return;
  }
  const std::vector<Row> least = shrink(rows, cut);
  report_ += format("# {}; rows a batch {}, logs {}\n", difference(least, cut, false).value_or(""),
                    cut.batch_rows, cut.logs);
  const auto expected = reference::run(*parsed_, schema_, options_, least);
  report_ +=
      reference::case_text("found by comparing the engine with the reference", query_, schema_,
                           options_, least, expected ? *expected : std::vector<ReferenceMatch>()) +
      "\n";
}

std::optional<std::string> Comparison::difference(const std::vector<Row>& rows, Cut cut,
                                                  bool count) {
  const auto expected = reference::run(*parsed_, schema_, options_, rows);
  const auto found = engine_->find(rows, cut);
  if (count && expected && !expected->empty()) ++with_matches_;
  if (!expected) {
    if (count) ++(found ? failed_in_reference_only_ : failed_searches_);
    return std::nullopt;
  }
  if (found && *found == *expected) return std::nullopt;
  return format("the engine finds: {}", outcome(found));
}

std::vector<Row> Comparison::shrink(std::vector<Row> rows, Cut cut) {
  const auto keep_if_different = [&](std::vector<Row> fewer) {
    const bool differs = difference(fewer, cut, false).has_value();
    if (differs) rows = std::move(fewer);
    return differs;
  };
  for (std::size_t i = rows.size(); i-- > 0;) {
    std::vector<Row> fewer = rows;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    keep_if_different(std::move(fewer));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row fields = rows[i];
    for (const auto& [name, values] : fields) {
      if (name == options_.timestamp_field) continue;
      std::vector<Row> fewer = rows;
      fewer[i].erase(name);
      if (keep_if_different(std::move(fewer))) continue;
      for (std::size_t value = values.size(); values.size() > 1 && value-- > 0;) {
        fewer = rows;
        auto& left = fewer[i][name];
        if (value < left.size()) left.erase(left.begin() + static_cast<std::ptrdiff_t>(value));
        keep_if_different(std::move(fewer));
      }
    }
  }
  return rows;
}

std::string Comparison::refusals() const {
  std::string text;
  for (const auto& [reason, seen] : refusals_)
    text += format("{} x {}, such as {}\n", seen.first, reason, seen.second);
  return text;
}

std::string Comparison::summary() const {
  return format(
      "{} queries, {} refused; {} comparisons, {} with matches, {} failed searches in both, {} in "
      "the reference only, "
      "{} differences",
      queries_, refused_, comparisons_, with_matches_, failed_searches_, failed_in_reference_only_,
      differences_);
}

int effort() {
  const char* text =
      std::getenv("EQLAB_EXHAUSTIVE");  // NOLINT(concurrency-mt-unsafe): tests are single-threaded
  return text == nullptr ? 0 : parse_number<int>(text).value_or(0);
}

}  // namespace eqlab::exhaustive
