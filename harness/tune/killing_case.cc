#include "harness/tune/killing_case.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "harness/base/text.h"
#include "harness/cases/engine.h"
#include "harness/cases/event_line.h"
#include "harness/cases/runner.h"
#include "harness/eql/query.h"
#include "harness/tune/mutation.h"
#include "harness/tune/query_text.h"

namespace eqlab::tune {
namespace {

using cases::CaseBlock;
using cases::CaseEvent;
using cases::CaseField;
using cases::CaseValue;

constexpr std::size_t events_changed_max = 8;
constexpr std::size_t values_of_field_max = 200;
/// Timelines that are tried with an event between theirs.
constexpr std::size_t interrupted_max = 3;
/// Of mutants of long queries only the first are looked at for constants.
constexpr std::size_t expressions_read_max = 100'000;

CaseValue text_value(std::string text) {
  return {.kind = CaseValue::Kind::text, .text = std::move(text)};
}

std::string filled(std::string_view pattern, std::string_view star, std::string_view mark) {
  std::string out;
  for (const char c : pattern) {
    if (c == '*')
      out += star;
    else if (c == '?')
      out += mark;
    else
      out += c;
  }
  return out;
}

/// What fields may be set to, by name: what the rule and the mutants name, and what lies beside it.
class FieldValues {
 public:
  void read(const eql::Query& query) {
    for (const eql::Expr& e : query.exprs) {
      const bool compares = e.kind == eql::ExprKind::compare ||
                            e.kind == eql::ExprKind::membership ||
                            e.kind == eql::ExprKind::pattern || e.kind == eql::ExprKind::call;
      if (!compares) continue;
      if (e.kind == eql::ExprKind::compare) add_lengths(query, e);
      for (const eql::ExprId left : e.children) {
        if (query.at(left).kind != eql::ExprKind::field) continue;
        for (const eql::ExprId right : e.children) {
          if (query.at(right).kind == eql::ExprKind::literal)
            add(query.at(left).name, query.at(right).value);
        }
      }
    }
    const auto add_keys = [&](const std::vector<eql::ExprId>& keys) {
      for (const eql::ExprId key : keys) push(values_[query.at(key).name], text_value("other"));
    };
    add_keys(query.shared_keys);
    for (const eql::Stage& stage : query.stages) add_keys(stage.keys);
    for (const eql::Expr& e : query.exprs) {
      if (e.kind == eql::ExprKind::field) values_[e.name];  // may be taken away
    }
  }

  [[nodiscard]] const std::map<std::string, std::vector<CaseValue>>& all() const { return values_; }

 private:
  /// `length(field) > 20`: texts of that length, and one more and less.
  void add_lengths(const eql::Query& query, const eql::Expr& compare) {
    const eql::Expr& call = query.at(compare.children[0]);
    const auto* const length = std::get_if<std::int64_t>(&query.at(compare.children[1]).value);
    constexpr std::int64_t length_max = 1'000;
    if (call.kind != eql::ExprKind::call || fold_ascii(call.name) != "length" ||
        call.children.size() != 1 || query.at(call.children[0]).kind != eql::ExprKind::field ||
        length == nullptr || *length < 1 || *length > length_max)
      return;
    for (const std::int64_t n : {*length, *length + 1, *length - 1}) {
      push(values_[query.at(call.children[0]).name],
           text_value(std::string(static_cast<std::size_t>(n), 'x')));
    }
  }

  static void push(std::vector<CaseValue>& list, CaseValue value) {
    if (list.size() < values_of_field_max && std::ranges::find(list, value) == list.end())
      list.push_back(std::move(value));
  }

  void add(const std::string& field, const event::Value& value) {
    std::vector<CaseValue>& list = values_[field];
    const auto number = [&](const std::string& text) {
      push(list, {.kind = CaseValue::Kind::number, .text = text});
    };
    if (const auto* const integer = std::get_if<std::int64_t>(&value)) {
      number(format("{}", *integer));
      if (*integer < INT64_MAX) number(format("{}", *integer + 1));
      if (*integer > INT64_MIN) number(format("{}", *integer - 1));
    } else if (const auto* const real = std::get_if<double>(&value)) {
      number(shortest(*real));
      number(shortest(*real + 1));
      number(shortest(*real - 1));
    } else if (const auto* const boolean = std::get_if<bool>(&value)) {
      push(list, {.kind = CaseValue::Kind::boolean, .text = *boolean ? "true" : "false"});
      push(list, {.kind = CaseValue::Kind::boolean, .text = *boolean ? "false" : "true"});
    } else if (const auto* const text = std::get_if<std::string>(&value)) {
      add_text(list, *text);
    }
  }

  static void add_text(std::vector<CaseValue>& list, const std::string& constant) {
    const std::string plain = filled(constant, "", "x");
    push(list, text_value(plain));
    push(list, text_value(filled(constant, "x", "x")));
    if (const std::size_t slash = constant.find('/'); slash != std::string::npos && slash > 0)
      push(list, text_value(constant.substr(0, slash)));  // an address of a block
    push(list, text_value("other"));
    std::string other_case = plain;
    for (char& c : other_case) {
      if (c >= 'a' && c <= 'z')
        c = static_cast<char>(c - 'a' + 'A');
      else
        c = fold_ascii(c);
    }
    push(list, text_value(other_case));
    push(list, text_value(plain + "x"));
    push(list, text_value("x" + plain));
    if (plain.size() > 1) push(list, text_value(plain.substr(0, plain.size() - 1)));
  }

  std::map<std::string, std::vector<CaseValue>> values_;
};

void set_field(CaseEvent& event, const std::string& name, const CaseValue& value) {
  const auto known = std::ranges::find(event.fields, name, &CaseField::name);
  CaseField field{.name = name, .values = {value}, .is_array = false};
  if (known == event.fields.end())
    event.fields.push_back(std::move(field));
  else
    *known = std::move(field);
}

/// Fields with which an event would satisfy a condition, as far as plain comparisons say: enough to
/// try. What is negated is left to chance.
class Satisfier {
 public:
  Satisfier(const eql::Query& query, CaseEvent& event) : query_(query), event_(event) {}

  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::expression_depth_max
  void satisfy(eql::ExprId id) {
    const eql::Expr& e = query_.at(id);
    switch (e.kind) {
      case eql::ExprKind::logical_and:
        for (const eql::ExprId child : e.children) satisfy(child);
        break;
      case eql::ExprKind::logical_or:
        satisfy(e.children[0]);
        break;
      case eql::ExprKind::compare:
        compare(e);
        break;
      case eql::ExprKind::membership:
      case eql::ExprKind::pattern:
        if (!e.negated) set(e.children[0], value_of(e.children[1], "", ""));
        break;
      case eql::ExprKind::call:
        if (e.children.size() >= 2) {
          const std::string name = fold_ascii(e.name);
          set(e.children[0], value_of(e.children[1], name == "endswith" ? "x" : "",
                                      name == "startswith" ? "x" : ""));
        }
        break;
      case eql::ExprKind::logical_not:
      case eql::ExprKind::literal:
      case eql::ExprKind::field:
      case eql::ExprKind::negate:
      case eql::ExprKind::arithmetic:
        break;
    }
  }

 private:
  void compare(const eql::Expr& e) {
    using eql::CompareOp;
    const event::Value& constant = query_.at(e.children[1]).value;
    const bool above = e.compare == CompareOp::greater || e.compare == CompareOp::not_equal;
    const auto* const number = std::get_if<std::int64_t>(&constant);
    if (number != nullptr && (above || e.compare == CompareOp::less)) {
      const std::int64_t other =
          above ? *number + (*number < INT64_MAX ? 1 : 0) : *number - (*number > INT64_MIN ? 1 : 0);
      set(e.children[0], CaseValue{.kind = CaseValue::Kind::number, .text = format("{}", other)});
    } else if (e.compare == CompareOp::not_equal) {
      set(e.children[0], text_value("other"));
    } else {
      set(e.children[0], value_of(e.children[1], "", ""));
    }
  }

  [[nodiscard]] std::optional<CaseValue> value_of(eql::ExprId id, std::string_view before,
                                                  std::string_view after) const {
    const eql::Expr& e = query_.at(id);
    if (e.kind != eql::ExprKind::literal || event::is_null(e.value)) return std::nullopt;
    if (const auto* const text = std::get_if<std::string>(&e.value)) {
      const std::string plain = filled(*text, "", "x");
      return text_value(format("{}{}{}", before, plain, after));
    }
    return CaseValue{.kind = std::holds_alternative<bool>(e.value) ? CaseValue::Kind::boolean
                                                                   : CaseValue::Kind::number,
                     .text = event::to_text(e.value)};
  }

  void set(eql::ExprId field, const std::optional<CaseValue>& value) {
    if (!value || query_.at(field).kind != eql::ExprKind::field) return;
    set_field(event_, query_.at(field).name, *value);
  }

  const eql::Query& query_;
  CaseEvent& event_;
};

class Search {
 public:
  Search(const rule::Rule& rule, const MutantSet& mutants, std::vector<std::size_t> survivors,
         const KillingOptions& options)
      : rule_(rule),
        mutants_(mutants),
        open_(std::move(survivors)),
        options_(options),
        engine_(cases::fast_engine()) {
    if (const auto query = eql::parse_query(rule.query.text)) {
      values_.read(*query);
      if (query->maxspan) note_span(*query->maxspan);
    }
    std::size_t read = 0;
    for (const std::size_t m : open_) {
      const eql::CheckedQuery& query = mutants_.mutants[m].query;
      read += query.syntax.exprs.size();
      if (read < expressions_read_max) values_.read(query.syntax);
      if (query.maxspan) note_span(*query.maxspan);
    }
  }

  std::vector<KillingCase> run(const std::vector<CaseBlock>& blocks) {
    const std::vector<const CaseBlock*> chosen = bases(blocks);
    for (const CaseBlock* base : chosen) {
      if (is_done()) break;
      change(*base, {});
    }
    for (std::size_t i = 0; i < std::min(chosen.size(), interrupted_max); ++i)
      interrupt(*chosen[i]);
    std::ranges::sort(found_, {}, &KillingCase::mutant);
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool is_done() const { return open_.empty() || tried_ >= options_.tried_max; }

  void note_span(Duration span) {
    constexpr Duration step = std::chrono::milliseconds{1};
    for (const Duration d : {span, span + step, span - step}) {
      if (std::ranges::find(spans_, d) == spans_.end()) spans_.push_back(d);
    }
  }

  /// Timelines in which the rule finds something first, short ones first.
  [[nodiscard]] std::vector<const CaseBlock*> bases(const std::vector<CaseBlock>& blocks) const {
    std::vector<const CaseBlock*> out;
    for (const CaseBlock& block : blocks) {
      if (cases::expects_results(block) && !block.own_schema && !block.match_options.size &&
          block.timestamp_field.empty() && block.tiebreaker_field.empty() &&
          block.event_category_field.empty() && block.match_options.max_samples_per_key == 1 &&
          !block.events.empty())
        out.push_back(&block);
    }
    const auto finds_nothing = [](const CaseBlock* block) {
      return block->expectation.lines == std::vector<std::string>{"none"};
    };
    std::ranges::stable_sort(out, [&](const CaseBlock* a, const CaseBlock* b) {
      return std::pair(finds_nothing(a), a->events.size()) <
             std::pair(finds_nothing(b), b->events.size());
    });
    if (out.size() > options_.bases_max) out.resize(options_.bases_max);
    return out;
  }

  /// The timeline with an event in it that `until` asks for, or a step that must be missing: from
  /// there too one change may tell.
  void interrupt(const CaseBlock& base) {
    const auto query = eql::parse_query(rule_.query.text);
    if (!query) return;
    std::vector<const eql::Stage*> stages;
    for (const eql::Stage& stage : query->stages) {
      if (stage.missing) stages.push_back(&stage);
    }
    if (query->until) stages.push_back(&*query->until);
    for (const eql::Stage* stage : stages) {
      for (std::size_t j = 0; j + 1 < std::min(base.events.size(), events_changed_max); ++j) {
        if (is_done() || !base.events[j].time) return;
        CaseEvent event = base.events[j];  // its keys
        event.id = "between";
        event.time = *event.time + std::chrono::milliseconds{1};
        if (stage->filter.category)
          set_field(event, base.rule->event_category_field, text_value(*stage->filter.category));
        Satisfier(*query, event).satisfy(stage->filter.condition);
        CaseBlock interrupted = base;
        interrupted.events.insert(interrupted.events.begin() + static_cast<std::ptrdiff_t>(j) + 1,
                                  std::move(event));
        change(interrupted, "with an event between: ");
      }
    }
  }

  void change(const CaseBlock& base, const std::string& told) {
    block_ = base;
    told_ = told;
    block_.skips.clear();
    block_.expectation = {};
    block_.expectation.kind =
        mutants_.mutants.empty() || mutants_.mutants[0].query.kind != eql::QueryKind::event
            ? cases::ExpectationKind::matches
            : cases::ExpectationKind::ids;
    auto original = compile_for(block_, {});
    if (!original) return;
    original_ = std::move(*original);
    const std::vector<CaseEvent> events = base.events;
    const std::size_t count = std::min(events.size(), events_changed_max);
    if (!told_.empty()) attempt(events, "as it is");
    change_fields(events, count);
    change_times(events, count);
    change_events(events, count);
    change_keys_together(events);
  }

  void change_fields(const std::vector<CaseEvent>& events, std::size_t count) {
    for (const auto& [name, values] : values_.all()) {
      for (std::size_t i = 0; i < count; ++i) {
        for (const CaseValue& value : values) {
          std::vector<CaseEvent> changed = events;
          set_field(changed[i], name, value);
          attempt(std::move(changed), format("{}={} in event {}", name, value.text, events[i].id));
          if (is_done()) return;
        }
        std::vector<CaseEvent> changed = events;
        if (std::erase_if(changed[i].fields,
                          [&](const CaseField& field) { return field.name == name; }) > 0)
          attempt(std::move(changed), format("no {} in event {}", name, events[i].id));
      }
    }
  }

  void change_times(const std::vector<CaseEvent>& events, std::size_t count) {
    for (std::size_t i = 0; i < count && !is_done(); ++i) {
      for (std::size_t j = 0; j < count; ++j) {
        if (i == j || !events[i].time || !events[j].time) continue;
        for (const Duration span : spans_) {
          std::vector<CaseEvent> changed = events;
          changed[j].time = *events[i].time + span;
          attempt(std::move(changed), format("event {} {} after event {}", events[j].id,
                                             human_duration(span), events[i].id));
        }
        if (i < j) {
          std::vector<CaseEvent> changed = events;
          std::swap(changed[i].time, changed[j].time);
          attempt(std::move(changed), format("event {} before event {}, the other way round",
                                             events[j].id, events[i].id));
        }
      }
    }
  }

  void change_events(const std::vector<CaseEvent>& events, std::size_t count) {
    for (std::size_t i = 0; i < count && !is_done(); ++i) {
      std::vector<CaseEvent> changed = events;
      changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
      if (!changed.empty()) attempt(std::move(changed), format("without event {}", events[i].id));
      for (const std::string_view category : {"process", "network", "file", "registry"}) {
        changed = events;
        set_field(changed[i], block_.rule->event_category_field, text_value(std::string(category)));
        attempt(std::move(changed), format("event {} of category {}", events[i].id, category));
      }
      for (std::size_t j = 0; j < count; ++j) {
        if (!events[j].time) continue;
        changed = events;
        CaseEvent copy = events[i];
        copy.id += "b";
        copy.time = *events[j].time + std::chrono::milliseconds{1};
        changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(j) + 1, std::move(copy));
        attempt(std::move(changed),
                format("event {} once more, 1 ms after event {}", events[i].id, events[j].id));
      }
    }
    // All of it once more, a while later.
    std::vector<CaseEvent> changed = events;
    for (CaseEvent copy : events) {
      if (!copy.time) return;
      copy.id += "b";
      copy.time = *copy.time + std::chrono::hours{1};
      changed.push_back(std::move(copy));
    }
    attempt(std::move(changed), "everything once more an hour later");
  }

  void change_keys_together(const std::vector<CaseEvent>& events) {
    for (const auto& [name, values] : values_.all()) {
      std::vector<CaseEvent> changed = events;
      for (CaseEvent& event : changed)
        std::erase_if(event.fields, [&](const CaseField& field) { return field.name == name; });
      attempt(std::move(changed), format("no {} in any event", name));
      for (const CaseValue& value : values) {
        if (is_done()) return;
        changed = events;
        for (CaseEvent& event : changed) set_field(event, name, value);
        attempt(std::move(changed), format("{}={} in every event", name, value.text));
      }
    }
  }

  /// Runs the rule and the open mutants over these events.
  void attempt(std::vector<CaseEvent> events, const std::string& change) {
    if (is_done()) return;
    ++tried_;
    runs_ += (1 + open_.size()) * (1 + original_.syntax.exprs.size() / 100);
    block_.events = std::move(events);
    const std::string finds = cases::outcome_of(block_, original_, engine_);
    if (finds.starts_with("error ")) return;
    for (std::size_t i = 0; i < open_.size();) {
      const Mutant& mutant = mutants_.mutants[open_[i]];
      if (cases::outcome_of(block_, mutant.query, engine_) != finds && offer(open_[i], change)) {
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
  }

  /// Writes the block and proves it, as a reader of the file would run it.
  bool offer(std::size_t m, const std::string& change) {
    const Mutant& mutant = mutants_.mutants[m];
    const std::string found = cases::outcome_of(block_, original_, engine_);
    KillingCase out{.mutant = m, .text = {}, .why = {}};
    const bool finds_none = found.ends_with("\n  none\n");
    const bool mutant_finds_none =
        cases::outcome_of(block_, mutant.query, engine_).ends_with("\n  none\n");
    out.why = printable(format("{}{}: {} ({} would {})", told_, change,
                               finds_none ? "no match" : "a match", mutant.what,
                               finds_none          ? "make it one"
                               : mutant_finds_none ? "lose it"
                                                   : "find another"));
    out.text = format("why: {}\nevents\n", out.why);
    for (const CaseEvent& event : block_.events) {
      out.text +=
          "  " +
          cases::write_event_line(event, block_.rule->event_category_field, block_.schema()) + "\n";
    }
    out.text += found;
    const auto read = cases::parse_cases("rule: r\n" + out.text, "offered");
    if (!read || read->size() != 1) return false;
    CaseBlock again = (*read)[0];
    cases::apply_rule(again, rule_);
    if (!cases::run_block(again, {}).passed()) return false;
    if (cases::outcome_of(again, mutant.query, engine_) == cases::expected_outcome(again))
      return false;
    found_.push_back(std::move(out));
    return true;
  }

  const rule::Rule& rule_;
  const MutantSet& mutants_;
  std::vector<std::size_t> open_;
  const KillingOptions& options_;
  cases::Engine engine_;
  FieldValues values_;
  std::vector<Duration> spans_;
  std::size_t tried_ = 0;
  std::size_t runs_ = 0;
  CaseBlock block_;
  std::string told_;  ///< of the timeline that is changed
  eql::CheckedQuery original_;
  std::vector<KillingCase> found_;
};

}  // namespace

std::vector<KillingCase> find_killing_cases(const rule::Rule& rule, const MutantSet& mutants,
                                            const std::vector<std::size_t>& survivors,
                                            const std::vector<cases::CaseBlock>& blocks,
                                            const KillingOptions& options) {
  return Search(rule, mutants, survivors, options).run(blocks);
}

}  // namespace eqlab::tune
