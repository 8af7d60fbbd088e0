#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/eql/query.h"
#include "harness/event/schema.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"

namespace eqlab::match {

/// The values of all join keys of one event at one stage, in written order.
using KeyTuple = std::vector<scan::KeyId>;

/// Calls `use` for every key tuple of the candidate at this stage: the product of multi-valued
/// keys; none when a required key is missing; null where an optional one is (KeyToSequences and EQL
/// syntax reference). At most limits::key_combinations_max tuples; false when there would have been
/// more.
bool for_each_key(const scan::CandidateLog& log, scan::CandidateIndex candidate,
                  const scan::QueryBinding::Stage& stage,
                  const std::function<void(const KeyTuple&)>& use);

/// Null first, false before true, numbers by size, text by bytes.
[[nodiscard]] bool key_less(const scan::CandidateLog& log, const KeyTuple& a, const KeyTuple& b);

/// A join key as results print it: dates as ISO 8601 in sequences, as milliseconds in samples
/// (KeyToSequences and SampleIterator).
[[nodiscard]] std::string shown_key(eql::QueryKind kind, event::FieldType type,
                                    const event::Value& value);

/// Numbers key tuples in order of first appearance.
class KeyTable {
 public:
  [[nodiscard]] std::uint32_t number(const KeyTuple& key);
  [[nodiscard]] const KeyTuple& tuple(std::uint32_t number) const { return tuples_[number]; }
  [[nodiscard]] std::size_t size() const { return tuples_.size(); }

 private:
  std::vector<KeyTuple> tuples_;
  boost::unordered_flat_map<KeyTuple, std::uint32_t, boost::hash<KeyTuple>> numbers_;
};

}  // namespace eqlab::match
