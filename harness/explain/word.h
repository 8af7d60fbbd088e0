#pragma once

#include <string>
#include <vector>

#include "harness/explain/evidence.h"
#include "harness/explain/explanation.h"
#include "harness/explain/judge.h"

/// What was judged, for people: each stage with its event, and the reason as a sentence.
namespace eqlab::explain {

/// `step 2`; of a query with one stage, `the query`.
[[nodiscard]] std::string name_of_stage(const Evidence& evidence, std::size_t positive);

class Wording {
 public:
  explicit Wording(Evidence& evidence);

  /// Everything but the changes.
  [[nodiscard]] Explanation explain(const Rows& chosen, const Judgement& judged);

 private:
  [[nodiscard]] EventView view(RowIndex row, std::size_t stage) const;
  [[nodiscard]] StageView show_missing(std::size_t stage, const Judgement& judged) const;
  [[nodiscard]] StageView show(RowIndex row, std::size_t positive,
                               const std::vector<std::size_t>& differing) const;
  [[nodiscard]] FieldValues key_values(RowIndex row, std::size_t positive, std::size_t key) const;
  void word(Explanation& out, const Rows& chosen, const Judgement& judged) const;
  [[nodiscard]] std::string absent(const Rows& chosen, std::size_t positive) const;
  [[nodiscard]] std::string out_of_order(const Rows& chosen, std::size_t positive) const;
  [[nodiscard]] std::string differing(const Rows& chosen,
                                      const std::vector<std::size_t>& keys) const;

  Evidence& evidence_;
  TermReader terms_;
};

}  // namespace eqlab::explain
