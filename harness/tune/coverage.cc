// An alternative is asked for as a query of its own: the step's condition with all other
// alternatives of the same list taken out. So what it means is what a search for it would find.
#include "harness/tune/coverage.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/cases/engine.h"
#include "harness/cases/runner.h"
#include "harness/tune/mutation.h"
#include "harness/tune/variant.h"

namespace eqlab::tune {
namespace {

using eql::Expr;
using eql::ExprId;
using eql::ExprKind;

/// Text of all probes together; beyond it alternatives are left out.
constexpr std::size_t probe_bytes_max = 16U << 20;

class AlternativeFinder {
 public:
  explicit AlternativeFinder(const QueryText& query) : query_(query), tree_(query.tree()) {}

  Alternatives run() {
    for (step_ = 0; step_ < tree_.stages.size(); ++step_) {
      if (tree_.stages[step_].missing) continue;  // no event goes through it
      visit(tree_.stages[step_].filter.condition, {});
      add_optional_keys(tree_.shared_keys);
      add_optional_keys(tree_.stages[step_].keys);
    }
    std::ranges::stable_sort(out_.all, [](const Alternative& a, const Alternative& b) {
      return std::pair(a.step, a.place.begin) < std::pair(b.step, b.place.begin);
    });
    return std::move(out_);
  }

 private:
  /// The step's condition around a part of it, with the branches chosen that lead to the part.
  struct Around {
    std::string before = {};
    std::string after = {};
  };

  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::expression_depth_max
  void visit(ExprId id, const Around& around) {
    const Expr& e = tree_.at(id);
    const Span whole = query_.bare(id);
    switch (e.kind) {
      case ExprKind::logical_or:
        for (const ExprId child : e.children) {
          const Span part = query_.written(child);
          add(part, around, std::string(query_.at(part)));
          visit(child, around);
        }
        break;
      case ExprKind::logical_and:
        for (const ExprId child : e.children) {
          const Span part = query_.written(child);
          if (!has_alternatives(child)) continue;
          visit(child,
                {.before = format("{}{}(", around.before, query_.at({whole.begin, part.begin})),
                 .after = format("){}{}", query_.at({part.end, whole.end}), around.after)});
        }
        break;
      case ExprKind::membership:
      case ExprKind::pattern:
      case ExprKind::call:
        if (has_alternatives(id)) visit_list(e, whole, around);
        break;
      case ExprKind::logical_not:
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::negate:
      case ExprKind::compare:
      case ExprKind::arithmetic:
        break;
    }
  }

  [[nodiscard]] bool has_alternatives(ExprId id) const {
    const Expr& e = tree_.at(id);
    switch (e.kind) {
      case ExprKind::logical_or:
      case ExprKind::logical_and:
        return true;
      case ExprKind::membership:
      case ExprKind::pattern:
        return !e.negated && e.children.size() > 2;
      case ExprKind::call: {
        const std::string name = fold_ascii(e.name);
        return e.children.size() > 2 && (name == "cidrmatch" || name == "wildcard");
      }
      case ExprKind::logical_not:
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::negate:
      case ExprKind::compare:
      case ExprKind::arithmetic:
        break;
    }
    return false;
  }

  [[nodiscard]] bool is_full() const {
    return out_.all.size() == alternatives_max || bytes_ > probe_bytes_max;
  }

  void visit_list(const Expr& e, Span whole, const Around& around) {
    if (is_full()) {
      out_.left_out += e.children.size() - 1;
      return;
    }
    const Span all{query_.written(e.children[1]).begin, query_.written(e.children.back()).end};
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      const Span one = query_.written(e.children[i]);
      add(one, around,
          format("{}{}{}", query_.at({whole.begin, all.begin}), query_.at(one),
                 query_.at({all.end, whole.end})));
    }
  }

  void add(Span place, const Around& around, const std::string& chosen) {
    if (is_full()) {
      ++out_.left_out;
      return;
    }
    add_probe(place, shortened(query_.at(place)),
              format("{} where {}({}\n){}", category(), around.before, chosen, around.after));
  }

  void add_optional_keys(const std::vector<ExprId>& keys) {
    const Span condition = query_.written(tree_.stages[step_].filter.condition);
    for (const ExprId key : keys) {
      const Expr& e = tree_.at(key);
      if (!e.optional || is_full()) continue;
      add_probe(e.span, format("{} missing", e.name),
                format("{} where ({}\n) and {} == null", category(), query_.at(condition),
                       write_field(e.name, true)));
    }
  }

  void add_probe(Span place, const std::string& what, std::string probe) {
    bytes_ += probe.size();
    out_.all.push_back({.step = step_,
                        .what = what + query_.in_step(step_),
                        .place = place,
                        .probe = std::move(probe)});
  }

  [[nodiscard]] std::string category() const {
    const eql::EventFilter& filter = tree_.stages[step_].filter;
    return filter.category ? write_value(event::Value{*filter.category}) : "any";
  }

  const QueryText& query_;
  const eql::Query& tree_;
  std::size_t step_ = 0;
  std::size_t bytes_ = 0;
  Alternatives out_;
};

/// What is compiled for one block is what the other would compile.
bool compile_alike(const cases::CaseBlock& a, const cases::CaseBlock& b) {
  return &a.schema() == &b.schema() && a.rule->timestamp_field == b.rule->timestamp_field &&
         a.rule->tiebreaker_field == b.rule->tiebreaker_field &&
         a.rule->event_category_field == b.rule->event_category_field;
}

}  // namespace

Result<Alternatives> alternatives_of(const rule::Rule& rule) {
  EQLAB_TRY(const QueryText query, QueryText::read(rule.query.text));
  return AlternativeFinder(query).run();
}

std::uint64_t Coverage::exercised() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(by_alternative, [](std::uint64_t n) { return n > 0; }));
}

void Coverage::add(const Alternatives& alternatives, const std::vector<std::size_t>& through) {
  ++matches;
  for (std::size_t i = 0; i < through.size(); ++i) {
    ++by_alternative[through[i]];
    for (std::size_t j = i + 1; j < through.size(); ++j) {
      if (alternatives.all[through[i]].step == alternatives.all[through[j]].step) continue;
      const std::pair pair(through[i], through[j]);
      const auto known = by_pair.find(pair);
      if (known != by_pair.end())
        ++known->second;
      else if (by_pair.size() < pairs_max)
        by_pair.emplace(pair, 1);
    }
  }
}

Coverage empty_coverage(const Alternatives& alternatives) {
  Coverage out;
  out.by_alternative.resize(alternatives.all.size());
  std::map<std::size_t, std::uint64_t> in_step;
  for (const Alternative& one : alternatives.all) ++in_step[one.step];
  std::uint64_t before = 0;
  for (const auto& [step, count] : in_step) {
    out.pairs += before * count;
    before += count;
  }
  return out;
}

Result<eql::CheckedQuery> compile_probe(const rule::Rule& rule, const event::Schema& schema,
                                        const Alternative& alternative) {
  rule::Rule probe = rule;
  probe.query = SourceText{.file = rule.query.file + " (variant)", .text = alternative.probe};
  return rule::compile(probe, schema);
}

Result<Coverage> cover_by_cases(const Alternatives& alternatives,
                                const std::vector<cases::CaseBlock>& blocks) {
  const cases::Engine engine = cases::fast_engine();
  Coverage out = empty_coverage(alternatives);
  const cases::CaseBlock* compiled_for = nullptr;
  std::vector<Result<eql::CheckedQuery>> probes;
  for (const cases::CaseBlock& block : blocks) {
    if (!cases::expects_results(block)) continue;
    EQLAB_TRY(const eql::CheckedQuery query, compile_for(block, {}));
    const auto found = engine(block, query);
    if (!found || found->empty()) continue;
    // A request's limits are no part of what an event satisfies.
    cases::CaseBlock all = block;
    all.match_options = {};
    std::vector<std::vector<std::size_t>> through(found->size());
    if (compiled_for == nullptr || !compile_alike(*compiled_for, block)) {
      probes.clear();
      for (const Alternative& one : alternatives.all)
        probes.push_back(compile_probe(*block.rule, block.schema(), one));
      compiled_for = &block;
    }
    for (std::size_t a = 0; a < alternatives.all.size(); ++a) {
      const Result<eql::CheckedQuery>& probe = probes[a];
      if (!probe) continue;
      const auto events = engine(all, *probe);
      if (!events) continue;
      std::vector<bool> satisfies(block.events.size());
      for (const cases::FoundMatch& event : *events) satisfies[event.events[0].value()] = true;
      for (std::size_t m = 0; m < found->size(); ++m) {
        const auto& places = (*found)[m].events;
        for (std::size_t s = 0; s < places.size(); ++s) {
          if (query.stages[s].written != alternatives.all[a].step || !places[s] ||
              !satisfies[*places[s]])
            continue;
          through[m].push_back(a);
          break;
        }
      }
    }
    for (const std::vector<std::size_t>& one : through) out.add(alternatives, one);
  }
  return out;
}

Coverage cover_by_matches(const Alternatives& alternatives, const eql::CheckedQuery& query,
                          const scan::CandidateLog& log, const std::vector<match::Match>& matches,
                          const std::vector<scan::FilterIndex>& probes) {
  Coverage out = empty_coverage(alternatives);
  std::vector<std::size_t> through;
  for (const match::Match& match : matches) {
    through.clear();
    for (std::size_t a = 0; a < alternatives.all.size(); ++a) {
      for (std::size_t s = 0; s < match.events.size(); ++s) {
        if (query.stages[s].written != alternatives.all[a].step ||
            match.events[s] == match::missing_event || !log.satisfies(match.events[s], probes[a]))
          continue;
        through.push_back(a);
        break;
      }
    }
    out.add(alternatives, through);
  }
  return out;
}

}  // namespace eqlab::tune
