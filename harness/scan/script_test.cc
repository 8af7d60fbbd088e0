#include "harness/scan/script_test.h"

#include <algorithm>

#include "harness/base/limits.h"
#include "harness/eql/script.h"

namespace eqlab::scan {
namespace {

eql::Operand operand_of(const event::Dictionary& values, event::ValueCode code, bool is_date) {
  using event::Physical;
  switch (values.physical()) {
    case Physical::text:
      return std::string(values.text(code));
    case Physical::integer:
      if (is_date) return eql::ScriptDate{values.integer(code)};
      return values.integer(code);
    case Physical::natural:
      return values.natural(code);
    case Physical::real:
      return values.real(code);
    case Physical::boolean:
      return values.boolean(code);
  }
  return {};
}

void collect_fields(
    const eql::Query& query, eql::ExprId id,
    std::vector<eql::ExprId>& out) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  if (query.at(id).kind == eql::ExprKind::field) out.push_back(id);
  for (const eql::ExprId child : query.at(id).children) collect_fields(query, child, out);
}

}  // namespace

ScriptTest::ScriptTest(std::shared_ptr<const eql::Query> tree, const eql::CheckedQuery& query,
                       const eql::Leaf& leaf, event::Projection& projection)
    : query_(std::move(tree)),
      regexes_(*query_, leaf.script),
      root_(leaf.script),
      wants_null_(leaf.kind == eql::LeafKind::script_null) {
  std::vector<eql::ExprId> fields;
  collect_fields(*query_, root_, fields);
  for (const eql::ExprId id : fields) {
    const std::string& name = query_->at(id).name;
    const auto known = std::ranges::lower_bound(query.script_fields, name, {},
                                                &std::pair<std::string, event::Field>::first);
    if (known == query.script_fields.end() || known->first != name)
      continue;  // optional and unmapped: null without an occurrence
    occurrence_of_[id] = occurrences_.size();
    occurrences_.push_back({projection.add(known->second), event::is_date(known->second.type)});
  }
}

Result<bool> ScriptTest::evaluate(const event::EventBatch& batch, event::RowIndex row) const {
  std::vector<std::size_t> choice(occurrences_.size(), 0);
  const eql::FieldResolver resolver = [&](eql::ExprId id) -> eql::Operand {
    const auto known = occurrence_of_.find(id);
    if (known == occurrence_of_.end()) return {};
    const Occurrence& occurrence = occurrences_[known->second];
    const event::Column& column = batch.columns[occurrence.column];
    const auto codes = column.codes(row);
    if (codes.empty()) return {};
    return operand_of(column.dictionary(), codes[choice[known->second]], occurrence.is_date);
  };
  for (std::size_t tried = 0; tried < limits::key_combinations_max; ++tried) {
    EQLAB_TRY(const eql::Operand value, eql::evaluate(*query_, root_, resolver, &regexes_));
    const auto* const truth = std::get_if<bool>(&value);
    if (wants_null_ ? eql::is_null(value) : truth != nullptr && *truth) return true;
    // The next choice, like a number whose digits have different bases.
    std::size_t digit = 0;
    for (; digit < choice.size(); ++digit) {
      if (++choice[digit] < batch.columns[occurrences_[digit].column].codes(row).size()) break;
      choice[digit] = 0;
    }
    if (digit == choice.size()) return false;
  }
  return fail(
      eql::run_time_error(query_->at(root_).span, "more combinations of values than can be tried"));
}

}  // namespace eqlab::scan
