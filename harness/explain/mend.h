#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/explain/evidence.h"
#include "harness/explain/explanation.h"
#include "harness/explain/judge.h"
#include "harness/explain/what_if.h"

namespace eqlab::explain {

/// Changes to events or to the query with which chosen events would match. Each one that is shown
/// has been made and matched again.
class Mender {
 public:
  explicit Mender(Evidence& evidence);

  [[nodiscard]] std::vector<ChangeView> changes(const Rows& chosen, const Judgement& judged);

 private:
  /// All that has to be otherwise, and each part of it in words.
  struct Repair {
    Change change = {};
    std::vector<std::string> texts = {};
    [[nodiscard]] Change::Event& event(RowIndex row);
  };
  [[nodiscard]] std::vector<ChangeView> repairs(const Rows& chosen);
  /// The first stage that its event does not satisfy, where other stages have none.
  [[nodiscard]] std::vector<ChangeView> stage_alone(const Rows& chosen) const;
  // Each adds what it takes; false where no value is found that would do.
  [[nodiscard]] bool satisfy(const Rows& chosen, Repair& repair) const;
  [[nodiscard]] bool equalize(const Rows& chosen, std::size_t key, Repair& repair);
  void order(const Rows& chosen, Repair& repair) const;
  [[nodiscard]] event::Value wanted_key(const Rows& chosen, std::size_t key) const;
  [[nodiscard]] std::string text_of(const event::ChangedValue& change, RowIndex row) const;
  [[nodiscard]] std::optional<ChangeView> tried(const Rows& chosen, Repair repair) const;

  Evidence& evidence_;
  WhatIf what_if_;
};

}  // namespace eqlab::explain
