#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/rng.h"
#include "harness/event/schema.h"
#include "tests/reference/interpreter.h"

/// Random queries that the checker should accept, and random events that they have something to do
/// with. All text comes from small pools, so that patterns, keys and constants meet the values of
/// events often.
namespace eqlab::exhaustive {

[[nodiscard]] event::Schema random_schema();
[[nodiscard]] std::vector<reference::Row> random_rows(Rng& rng, std::size_t count);

/// Writes EQL. A new one for every query: what it draws depends on what it drew.
class QueryWriter {
 public:
  explicit QueryWriter(Rng& rng) : rng_(&rng) {}

  /// `depth`: how often expressions may nest.
  [[nodiscard]] std::string event_query(int depth);
  [[nodiscard]] std::string sequence(int depth);
  [[nodiscard]] std::string sample(int depth);
  [[nodiscard]] std::string condition(int depth);

 private:
  [[nodiscard]] std::string filter(int depth);
  [[nodiscard]] std::string leaf(int depth);
  [[nodiscard]] std::string text_leaf(const std::string& subject, bool is_bare);
  [[nodiscard]] std::string number_leaf(const std::string& subject);
  [[nodiscard]] std::string boolean_leaf();
  [[nodiscard]] std::string other_leaf();
  [[nodiscard]] std::string text(int depth);
  [[nodiscard]] std::string number(int depth);
  [[nodiscard]] std::string text_literal();
  [[nodiscard]] std::string number_literal();
  [[nodiscard]] std::string text_list(std::string_view between_parts);
  [[nodiscard]] std::string keys();
  std::string_view pick(const std::vector<std::string_view>& options);
  [[nodiscard]] bool chance(int percent);

  Rng* rng_;
};

}  // namespace eqlab::exhaustive
