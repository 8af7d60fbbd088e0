// An explanation is about one event for each stage, chosen around an anchor: an event that was
// asked for, a near miss, or the last event of a sequence that got far (choose.h). The first demand
// that these do not meet is the reason (judge.h), which is shown with their values (word.h), and
// with changes that were matched (mend.h). Tested in tests/unit/explain, and over generated corpora
// in tests/unit/cli.
#include "harness/explain/explain.h"

#include <algorithm>
#include <set>

#include "harness/base/text.h"
#include "harness/explain/choose.h"
#include "harness/explain/evidence.h"
#include "harness/explain/judge.h"
#include "harness/explain/mend.h"
#include "harness/explain/word.h"

namespace eqlab::explain {

struct Explainer::Impl {
  explicit Impl(const ExplainInputs& given) : evidence(given), words(evidence), mender(evidence) {}

  Explanation explain(const Rows& chosen) {
    const Judgement judged = judge(evidence, chosen);
    Explanation out = words.explain(chosen, judged);
    out.changes = mender.changes(chosen, judged);
    return out;
  }
  /// What a candidate does besides coming to a match.
  void add_notes(CandidateIndex candidate, std::vector<std::string>& notes) const {
    const ExplainInputs& in = evidence.in;
    for (std::size_t j = 0; j < in.query.stages.size(); ++j) {
      if (in.query.stages[j].missing &&
          evidence.log.satisfies(candidate, in.binding.stages[j].filter))
        notes.push_back(format("it is an event that step {} forbids", j + 1));
    }
    if (in.binding.until && evidence.log.satisfies(candidate, in.binding.until->filter))
      notes.emplace_back("it satisfies until, and ends what is in progress under its keys");
  }

  Evidence evidence;
  Wording words;
  Mender mender;
};

Explainer::Explainer(const ExplainInputs& inputs) : impl_(std::make_unique<Impl>(inputs)) {}
Explainer::~Explainer() = default;

const match::Matches& Explainer::matches() const { return impl_->evidence.matches; }
std::size_t Explainer::stage_count() const { return impl_->evidence.positive_count(); }
std::uint32_t Explainer::distance(RowIndex row, std::size_t positive) {
  return impl_->evidence.distance(row, positive);
}

Explanation Explainer::events(const Rows& rows) { return impl_->explain(rows); }

Explanation Explainer::match(const match::Match& match) {
  Rows rows;
  for (const CandidateIndex event : match.events) {
    if (event != match::missing_event) rows.emplace_back(impl_->evidence.row_of(event));
  }
  return impl_->explain(rows);
}

Explanation Explainer::event(RowIndex row) {
  Evidence& evidence = impl_->evidence;
  const auto candidate = evidence.candidate_of(row);
  if (candidate) {
    if (const match::Match* const found = evidence.match_of(*candidate)) return match(*found);
  }
  Explanation out = impl_->explain(choose_around(evidence, row));
  if (candidate) impl_->add_notes(*candidate, out.notes);
  return out;
}

std::vector<Explanation> Explainer::nearest(std::size_t count) {
  std::vector<Explanation> out;
  std::set<std::uint64_t> shown;  // events that an explanation has been about
  for (const Proposal& proposal : choose_near_misses(impl_->evidence)) {
    if (out.size() == count) break;
    const bool is_new = std::ranges::none_of(
        proposal.ordinals, [&](std::uint64_t ordinal) { return shown.contains(ordinal); });
    if (!is_new) continue;
    shown.insert(proposal.ordinals.begin(), proposal.ordinals.end());
    out.push_back(impl_->explain(proposal.rows));
  }
  return out;
}

}  // namespace eqlab::explain
