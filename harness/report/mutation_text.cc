#include <algorithm>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "harness/report/mutation.h"

namespace eqlab::report {
namespace {

constexpr std::size_t never_shown_max = 8;
constexpr std::size_t survivors_shown_max = 30;

std::string share(const score::Proportion& proportion) {
  const auto value = proportion.value();
  return value ? percent(*value) : "not measured";
}

std::string where(const Place& place) {
  return format("{}:{}:{}", printable(place.file), place.line, place.column);
}

std::string coverage_text(const CoverageTable& table, const std::string& whose) {
  if (table.exercised.total == 0) return "the rule offers no alternatives\n";
  std::string out = format("{} alternatives are exercised by {}: {}\n",
                           hits_of_total(table.exercised), whose, share(table.exercised));
  std::vector<std::string> never;
  std::uint64_t more = 0;
  for (const AlternativeRow& row : table.alternatives) {
    if (row.matches > 0) continue;
    if (never.size() < never_shown_max)
      never.push_back(printable(row.what));
    else
      ++more;
  }
  if (!never.empty()) {
    out += format("  never: {}{}\n", join(never, ", "),
                  more > 0 ? format(" and {} more", more) : std::string());
  }
  if (table.pairs.total > 0)
    out += format("  together, of two steps: {}\n", hits_of_total(table.pairs));
  if (table.left_out > 0) out += format("  {} alternatives were not looked at\n", table.left_out);
  return out;
}

std::string survivors_text(const MutationResult& result, const View& view) {
  std::size_t place_width = 0;
  std::vector<const MutantRow*> rows;
  for (const MutantRow& row : result.mutants) {
    const bool is_noticed =
        result.by_cases ? !row.noticed_by.empty() : row.noticed_by_corpus.value_or(row.is_too_wide);
    if (!is_noticed) rows.push_back(&row);
  }
  if (rows.empty()) return {};
  std::string out = "\nnot noticed\n";
  const std::size_t shown =
      view.detail == Detail::full ? rows.size() : std::min(rows.size(), survivors_shown_max);
  for (std::size_t i = 0; i < shown; ++i)
    place_width = std::max(place_width, width(where(rows[i]->place)));
  for (std::size_t i = 0; i < shown; ++i) {
    const MutantRow& row = *rows[i];
    out += format("  {}  {}{}{}\n", pad_right(where(row.place), place_width), printable(row.what),
                  row.killing_case.empty() || view.shows_cases ? "" : "  *",
                  result.by_cases && row.noticed_by_corpus.value_or(false)
                      ? "  (the corpus notices it)"
                      : "");
    if (!view.shows_cases || row.killing_case.empty()) continue;
    for (std::size_t at = 0; at < row.killing_case.size();) {
      const std::size_t end = std::min(row.killing_case.find('\n', at), row.killing_case.size());
      out += "      " + printable(std::string_view(row.killing_case).substr(at, end - at)) + "\n";
      at = end + 1;
    }
  }
  if (shown < rows.size())
    out += format("  … and {} more (--verbose)\n", grouped(rows.size() - shown));
  return out;
}

std::string noticed_text(const MutationResult& result) {
  std::string out;
  for (const MutantRow& row : result.mutants) {
    if (row.noticed_by.empty() && !row.noticed_by_corpus.value_or(false)) continue;
    out += format("  {}  {}  by {}\n", where(row.place), printable(row.what),
                  row.noticed_by.empty() ? "the corpus" : printable(row.noticed_by));
  }
  return out.empty() ? out : "\nnoticed\n" + out;
}

}  // namespace

std::string mutation_text(const MutationResult& result, const View& view) {
  std::string out = printable(result.rule_name) + "\n\n";
  if (result.by_cases) {
    out +=
        format("{} mutants are noticed by the cases: {}   ({})\n", hits_of_total(*result.by_cases),
               share(*result.by_cases), count_of(result.blocks, "case", "cases"));
  }
  if (result.by_corpus) {
    const auto others = static_cast<std::uint64_t>(std::ranges::count_if(
        result.mutants, [](const MutantRow& row) { return row.catches_others.value_or(false); }));
    out += format("{} are noticed by the corpus: {}   ({} catch other incidents; {})\n",
                  hits_of_total(*result.by_corpus), share(*result.by_corpus), grouped(others),
                  printable(result.corpus));
  }
  if (result.case_coverage) out += coverage_text(*result.case_coverage, "the cases");
  if (result.corpus_coverage) out += coverage_text(*result.corpus_coverage, "the corpus");
  out += survivors_text(result, view);
  if (view.detail == Detail::full) out += noticed_text(result);

  std::vector<std::string> aside;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) aside.push_back(format("{} {}", grouped(count), what));
  };
  const auto verb = [](std::uint64_t count, std::string_view one, std::string_view several) {
    return count == 1 ? one : several;
  };
  add(result.equivalent,
      verb(result.equivalent, "means the same as the rule", "mean the same as the rule"));
  add(result.duplicates,
      verb(result.duplicates, "means the same as another", "mean the same as another"));
  add(result.stillborn, verb(result.stillborn, "does not compile", "do not compile"));
  add(result.left_out,
      verb(result.left_out, "beyond the limit was not tried", "beyond the limit were not tried"));
  add(static_cast<std::uint64_t>(std::ranges::count_if(result.mutants, &MutantRow::is_too_wide)),
      "accept too many events to be asked of the corpus");
  if (!aside.empty()) out += format("\nnot counted: {}\n", join(aside, ", "));

  const auto offered = static_cast<std::uint64_t>(std::ranges::count_if(
      result.mutants, [](const MutantRow& row) { return !row.killing_case.empty(); }));
  if (!result.written.empty()) {
    out += format("{} written to {}: agree with each, or correct the rule\n",
                  count_of(result.written_cases, "case", "cases"), printable(result.written));
  } else if (offered > 0 && !view.shows_cases) {
    out += format("* a case that would notice it: --show-cases prints {}, --write FILE keeps {}\n",
                  offered == 1 ? "it" : "them", offered == 1 ? "it" : "them");
  }
  out += format("again  {}\n", printable(result.command));
  return out;
}

}  // namespace eqlab::report
