#include "harness/tune/wide_plan.h"

#include <algorithm>
#include <utility>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/run/prepare.h"

namespace eqlab::tune {
namespace {

/// Many events, few of which another step of the sequence brings near: without that, what is kept
/// grows with the corpus.
bool is_prunable(const eql::CheckedQuery& query) {
  return query.kind == eql::QueryKind::sequence && query.maxspan && query.stages.size() >= 2 &&
         std::ranges::none_of(query.stages, &eql::CheckedStage::missing);
}

bool has_script(const eql::CheckedQuery& query) {
  return std::ranges::any_of(query.leaves, [](const eql::Leaf& leaf) {
    return leaf.kind == eql::LeafKind::script || leaf.kind == eql::LeafKind::script_null;
  });
}

}  // namespace

std::vector<std::string> telling_fields(const std::optional<std::string>& category) {
  if (category == "process")
    return {"process.executable", "process.parent.executable", "process.parent.name",
            "process.code_signature.subject_name"};
  if (category == "network")
    return {"process.executable", "destination.domain", "destination.port",
            "process.code_signature.subject_name"};
  if (category == "file") return {"process.executable", "file.extension", "file.path"};
  if (category == "registry") return {"process.executable", "registry.path"};
  if (category == "library" || category == "driver") return {"process.executable", "dll.name"};
  return {"process.executable", "user.name"};
}

std::vector<std::size_t> stages_of(const eql::CheckedQuery& query, std::size_t step) {
  std::vector<std::size_t> out;
  for (std::size_t s = 0; s < query.stages.size(); ++s) {
    if (query.stages[s].written == step) out.push_back(s);
  }
  return out;
}

std::optional<std::size_t> term_of(const QueryText& query, const ValueList& list) {
  const std::vector<eql::ExprId> terms = query.terms(list.step);
  const Span inner = query.bare(list.members.front());
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const Span term = query.written(terms[t]);
    if (term.begin <= inner.begin && inner.end <= term.end) return t;
  }
  return std::nullopt;
}

Result<std::unique_ptr<WidePlan>> WidePlan::make(const rule::Rule& rule,
                                                 const event::Schema& schema,
                                                 const WidePlanOptions& options) {
  EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema));
  EQLAB_TRY(QueryText text, QueryText::read(rule.query.text));
  std::unique_ptr<WidePlan> out(new WidePlan(run::plan_for(rule, schema), std::move(text)));
  out->horizon_ = query.maxspan.value_or(Duration::zero());
  for (const Duration maxspan : options.maxspans) out->horizon_ = std::max(out->horizon_, maxspan);
  out->keeps_rows_ = options.changes_filters;
  out->original_ = std::make_unique<PlannedVariant>();
  out->original_->bound = out->plan_.bind(std::move(query));
  EQLAB_CHECK(out->add_keys(rule, schema, options.keys));
  if (options.changes_filters) out->add_relaxed(rule, schema);
  out->host_field_ = out->field_named("host.id", schema);
  if (out->host_field_) out->host_slot_ = out->plan_.carry(*out->host_field_);
  EQLAB_TRY(out->fields_, schedule::carry_fields(rule, schema, out->plan_));
  if (options.changes_filters) out->read_fields(schema);
  return out;
}

Status WidePlan::add_keys(const rule::Rule& rule, const event::Schema& schema,
                          const std::vector<std::vector<std::string>>& keys) {
  for (const std::vector<std::string>& wanted : keys) {
    const auto variant = with_keys(text_, wanted);
    if (!variant) continue;  // what the rule has already
    auto query = compile_variant(rule, *variant, schema);
    if (!query) {
      return fail(error_in(
          {}, "E721", format("--by {}: {}", printable(join(wanted, ",")), query.error().message),
          "name fields that each step of the query has, separated by commas"));
    }
    auto planned = std::make_unique<PlannedVariant>();
    planned->variant = *variant;
    planned->bound = plan_.bind(std::move(*query));
    planned->keys = wanted;
    for (const eql::JoinKey& key : planned->bound.query.stages.front().keys) {
      if (schema.find(key.field.name) == nullptr)
        notes_.push_back(format("the schema knows no field {}: steps without it are never joined",
                                printable(key.field.name)));
    }
    keys_.push_back(std::move(planned));
  }
  return ok();
}

void WidePlan::add_relaxed(const rule::Rule& rule, const event::Schema& schema) {
  if (has_script(original_->bound.query)) {
    // A script may fail on events that the dropped term kept away from it, and end the scan.
    notes_.emplace_back(
        "the query has expressions that run as scripts: its terms are not dropped, nothing is "
        "added "
        "to its lists");
    return;
  }
  const std::vector<ValueList> lists = value_lists(text_);
  std::size_t left_out = 0;
  for (std::size_t step = 0; step < text_.tree().stages.size(); ++step) {
    if (text_.step(step).missing) continue;
    for (std::size_t term = 0; term < text_.terms(step).size(); ++term) {
      const bool has_list = std::ranges::any_of(lists, [&](const ValueList& list) {
        return list.step == step && !list.field.empty() && term_of(text_, list) == term;
      });
      if (!is_prunable(original_->bound.query) && !has_list) continue;
      const auto variant = without_term(text_, step, term);
      if (!variant) continue;
      auto query = compile_variant(rule, *variant, schema);
      if (!query || has_script(*query)) continue;
      if (relaxed_.size() == relaxations_max) {
        ++left_out;
        continue;
      }
      auto planned = std::make_unique<PlannedVariant>();
      planned->variant = *variant;
      planned->bound = plan_.bind(std::move(*query));
      planned->term = term;
      relaxed_.push_back(std::move(planned));
    }
  }
  if (left_out > 0) notes_.push_back(format("{} terms were not dropped: too many", left_out));
}

std::optional<event::Field> WidePlan::field_named(const std::string& name,
                                                  const event::Schema& schema) const {
  for (const eql::Leaf& leaf : original_->bound.query.leaves) {
    if (leaf.field.name == name) return leaf.field;
  }
  if (const event::Field* const known = schema.find(name)) return *known;
  if (schema.is_open() || name == "host.id") return event::Field{.name = name, .source = name};
  return std::nullopt;
}

void WidePlan::read_fields(const event::Schema& schema) {
  const auto read = [&](const std::string& name) {
    if (const auto field = field_named(name, schema)) plan_.also_read(*field);
  };
  for (const ValueList& list : value_lists(text_)) {
    if (!list.field.empty()) read(list.field);
  }
  for (std::size_t step = 0; step < text_.tree().stages.size(); ++step) {
    for (const std::string& field : telling_fields(text_.step(step).filter.category)) read(field);
  }
}

const PlannedVariant* WidePlan::relaxed(std::size_t step, std::size_t term) const {
  const auto found = std::ranges::find_if(relaxed_, [&](const auto& planned) {
    return planned->variant.step == step && planned->term == term;
  });
  return found == relaxed_.end() ? nullptr : found->get();
}

std::vector<const PlannedVariant*> WidePlan::queries() const {
  std::vector<const PlannedVariant*> out = {original_.get()};
  for (const auto& planned : keys_) out.push_back(planned.get());
  for (const auto& planned : relaxed_) out.push_back(planned.get());
  return out;
}

std::optional<event::ColumnIndex> WidePlan::column_of(const std::string& field) const {
  const auto found = plan_.projection().by_name.find(field);
  return found == plan_.projection().by_name.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace eqlab::tune
