// A filter is taken apart into conjunctions of leaves, wanted or not, one for each way through its
// branches (a work list, no recursion). The leaves of one place - a field of one stage, and with it
// all fields that must be equal to it as join keys - then choose a value among those that the
// wanted ones suggest. Script leaves come last: their fields are tried with literals of the script
// until it holds. Tested in tests/unit/synth.
#include "harness/synth/timeline.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "harness/eql/script.h"
#include "harness/event/ip.h"
#include "harness/synth/leaf_values.h"

namespace eqlab::synth {
namespace {

using eql::CheckedQuery;
using eql::Condition;
using eql::ConditionId;
using eql::ConditionKind;
using eql::Leaf;
using eql::LeafKind;
using event::Value;

constexpr std::size_t partials_max = 600;         ///< unfinished conjunctions looked at, a stage
constexpr std::size_t branches_max = 32;          ///< of one `or`
constexpr std::size_t literals_max = 70'000;      ///< of one conjunction
constexpr std::size_t alternatives_max = 6;       ///< conjunctions kept, a stage
constexpr std::size_t products_max = 64;          ///< choices of one for each stage
constexpr std::size_t values_per_field_max = 16;  ///< of an array
constexpr std::size_t evaluations_max = 20'000;   ///< of scripts, a stage
constexpr std::size_t long_text_bytes_max = 8'192;
constexpr std::size_t near_misses_max = 300;
constexpr std::size_t leaves_asked_max = 8;       ///< for values, of one place
constexpr std::size_t script_literals_max = 64;   ///< that values are made of, a stage
constexpr std::size_t work_max = 20'000'000;      ///< constants compared, of one timeline
constexpr std::size_t work_of_a_regex = 100'000;  ///< it is compiled each time

struct Literal {
  eql::LeafId leaf = 0;
  bool wanted = true;
};
using Conjunction = std::vector<Literal>;

const std::string& source_of(const event::Field& field) {
  return field.source.empty() ? field.name : field.source;
}

/// The conjunctions of a filter, depth first; `visit` answers whether it wants more.
template <class Visit>
void for_each_conjunction(const CheckedQuery& query, ConditionId root, const Visit& visit) {
  struct Todo {
    ConditionId condition = 0;
    bool wanted = true;
  };
  struct Partial {
    std::vector<Todo> todo;
    Conjunction chosen;
  };
  std::vector<Partial> partials = {{.todo = {{root, true}}, .chosen = {}}};
  for (std::size_t looked_at = 0; !partials.empty() && looked_at < partials_max; ++looked_at) {
    Partial partial = std::move(partials.back());
    partials.pop_back();
    bool possible = true;
    bool branched = false;
    while (possible && !branched && !partial.todo.empty()) {
      const Todo next = partial.todo.back();
      partial.todo.pop_back();
      const Condition& condition = query.conditions[next.condition];
      switch (condition.kind) {
        case ConditionKind::always:
        case ConditionKind::never:
          possible = (condition.kind == ConditionKind::always) == next.wanted;
          break;
        case ConditionKind::leaf:
          partial.chosen.push_back({condition.leaf, next.wanted});
          possible = partial.chosen.size() <= literals_max;
          break;
        case ConditionKind::none:
          partial.todo.push_back({condition.children[0], !next.wanted});
          break;
        case ConditionKind::all:
        case ConditionKind::any:
          if ((condition.kind == ConditionKind::all) == next.wanted) {
            // Last first, so that leaves are chosen in order of writing.
            for (std::size_t i = condition.children.size(); i-- > 0;)
              partial.todo.push_back({condition.children[i], next.wanted});
          } else {
            for (std::size_t i = std::min(condition.children.size(), branches_max); i-- > 0;) {
              partials.push_back(partial);
              partials.back().todo.push_back({condition.children[i], next.wanted});
            }
            branched = true;
          }
          break;
      }
    }
    if (possible && !branched && !visit(partial.chosen)) return;
  }
}

/// What the leaves of one place say.
struct Place {
  event::Field field;
  std::vector<const Leaf*> wanted;
  std::vector<const Leaf*> unwanted;
  bool required = false;  ///< a join key that must have a value
  bool is_key = false;
};

/// Tries values; counts what that costs, since a query may have ten thousand leaves on one field.
class Chooser {
 public:
  [[nodiscard]] bool suits(const Place& place, const Value& value) {
    return std::ranges::all_of(place.wanted,
                               [&](const Leaf* leaf) { return test(*leaf, value); }) &&
           is_allowed(place, value);
  }

  /// Values for one place; empty: it needs none. Nothing: there are none.
  [[nodiscard]] std::optional<std::vector<Value>> values_for(const Place& place) {
    if (place.wanted.empty() && !place.required) return std::vector<Value>();
    std::vector<std::vector<Value>> suggested;
    for (const Leaf* leaf : place.wanted) {
      if (leaf->kind != LeafKind::exists && suggested.size() < leaves_asked_max)
        suggested.push_back(likely_values(*leaf));
    }
    const bool is_free = suggested.empty();
    if (is_free) suggested.push_back(ordinary_values(place.field));
    for (const std::vector<Value>& values : suggested) {
      for (const Value& value : values) {
        if (suits(place, value)) return std::vector<Value>{value};
      }
    }
    if (auto beside = beside_unwanted(place)) return std::vector<Value>{std::move(*beside)};
    if (auto both = put_together(place, suggested)) return std::vector<Value>{std::move(*both)};
    if (place.is_key || is_free || !event::is_string(place.field.type)) return std::nullopt;
    return one_for_each(place);
  }

 private:
  [[nodiscard]] bool test(const Leaf& leaf, const Value& value) {
    const std::size_t cost =
        leaf.kind == LeafKind::regex ? work_of_a_regex : 1 + leaf.constants.size();
    if (cost > work_left_) {
      work_left_ = 0;
      return false;
    }
    work_left_ -= cost;
    return holds(leaf, value);
  }

  [[nodiscard]] bool is_allowed(const Place& place, const Value& value) {
    return std::ranges::none_of(place.unwanted,
                                [&](const Leaf* leaf) { return test(*leaf, value); }) &&
           work_left_ > 0;
  }

  [[nodiscard]] std::optional<Value> beside_unwanted(const Place& place) {
    for (std::size_t i = 0; i < std::min(place.unwanted.size(), leaves_asked_max); ++i) {
      for (const Value& value : likely_values(*place.unwanted[i])) {
        for (Value& other : other_values(place.field, value)) {
          if (suits(place, other)) return std::move(other);
        }
      }
    }
    return std::nullopt;
  }

  /// A beginning by one leaf and an end by another.
  [[nodiscard]] std::optional<Value> put_together(
      const Place& place, const std::vector<std::vector<Value>>& suggested) {
    for (const std::vector<Value>& heads : suggested) {
      for (const std::vector<Value>& tails : suggested) {
        for (std::size_t i = 0; i < std::min<std::size_t>(heads.size(), 8); ++i) {
          for (std::size_t k = 0; k < std::min<std::size_t>(tails.size(), 8); ++k) {
            const auto* const head = std::get_if<std::string>(&heads[i]);
            const auto* const tail = std::get_if<std::string>(&tails[k]);
            if (head == nullptr || tail == nullptr) continue;
            Value both = *head + *tail;
            if (suits(place, both)) return both;
          }
        }
      }
    }
    return std::nullopt;
  }

  /// Each leaf by a value of its own, as `process.args` has them.
  [[nodiscard]] std::optional<std::vector<Value>> one_for_each(const Place& place) {
    std::vector<Value> chosen;
    for (const Leaf* leaf : place.wanted) {
      if (std::ranges::any_of(chosen, [&](const Value& value) { return test(*leaf, value); }))
        continue;
      const std::vector<Value> values = likely_values(*leaf);
      const auto found = std::ranges::find_if(values, [&](const Value& value) {
        return test(*leaf, value) && is_allowed(place, value);
      });
      if (found == values.end() || chosen.size() == values_per_field_max) return std::nullopt;
      chosen.push_back(*found);
    }
    return chosen;
  }

  std::size_t work_left_ = work_max;
};

/// The places of a whole timeline: (stage, field) and which of them are equal as join keys.
class Places {
 public:
  std::size_t add(std::size_t stage, const event::Field& field) {
    const auto [known, is_new] = index_.try_emplace({stage, source_of(field)}, parent_.size());
    if (is_new) {
      parent_.push_back(known->second);
      names_.emplace_back(stage, field);
    }
    return known->second;
  }
  void join(std::size_t a, std::size_t b) { parent_[find(b)] = find(a); }
  [[nodiscard]] std::size_t find(std::size_t place) const {
    while (parent_[place] != place) place = parent_[place];
    return place;
  }
  [[nodiscard]] std::size_t size() const { return parent_.size(); }
  [[nodiscard]] std::size_t stage(std::size_t place) const { return names_[place].first; }
  [[nodiscard]] const event::Field& field(std::size_t place) const { return names_[place].second; }

 private:
  std::map<std::pair<std::size_t, std::string>, std::size_t> index_;
  std::vector<std::size_t> parent_;
  std::vector<std::pair<std::size_t, event::Field>> names_;
};

/// Fields and literals of a script.
struct ScriptParts {
  std::vector<std::pair<eql::ExprId, event::Field>> fields;
  std::vector<Value> literals;
};

ScriptParts parts_of(const CheckedQuery& query, eql::ExprId root) {
  ScriptParts parts;
  std::vector<eql::ExprId> todo = {root};
  while (!todo.empty()) {
    const eql::ExprId id = todo.back();
    todo.pop_back();
    const eql::Expr& expr = query.syntax.at(id);
    if (expr.kind == eql::ExprKind::literal && !event::is_null(expr.value))
      parts.literals.push_back(expr.value);
    if (expr.kind == eql::ExprKind::field) {
      const auto known = std::ranges::find(query.script_fields, expr.name,
                                           &std::pair<std::string, event::Field>::first);
      if (known != query.script_fields.end()) parts.fields.emplace_back(id, known->second);
    }
    for (std::size_t i = expr.children.size(); i-- > 0;) todo.push_back(expr.children[i]);
  }
  return parts;
}

/// The events of one choice of conjunctions.
class Solver {
 public:
  Solver(const CheckedQuery& query, const std::string& timestamp_field)
      : query_(query), timestamp_field_(timestamp_field) {}

  /// `conjunctions` by stage; nothing for a stage that is left out.
  std::optional<Timeline> solve(const std::vector<const Conjunction*>& conjunctions) {
    places_ = {};
    add_keys(conjunctions);
    std::vector<std::pair<std::size_t, Literal>> scripts;
    std::map<std::size_t, Place> classes;
    for (std::size_t stage = 0; stage < conjunctions.size(); ++stage) {
      if (conjunctions[stage] == nullptr) continue;
      for (const Literal& literal : *conjunctions[stage]) {
        const Leaf& leaf = query_.leaves[literal.leaf];
        if (leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null) {
          scripts.emplace_back(stage, literal);
        } else {
          (void)places_.add(stage, leaf.field);
        }
      }
    }
    for (std::size_t place = 0; place < places_.size(); ++place) {
      Place& found = classes[places_.find(place)];
      if (found.field.name.empty()) found.field = places_.field(place);
      if (source_of(places_.field(place)) == timestamp_field_) return std::nullopt;
    }
    for (std::size_t stage = 0; stage < conjunctions.size(); ++stage) {
      if (conjunctions[stage] == nullptr) continue;
      for (const Literal& literal : *conjunctions[stage]) {
        const Leaf& leaf = query_.leaves[literal.leaf];
        if (leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null) continue;
        Place& place = classes[places_.find(places_.add(stage, leaf.field))];
        (literal.wanted ? place.wanted : place.unwanted).push_back(&leaf);
      }
      for (const eql::JoinKey& key : query_.stages[stage].keys) {
        if (key.unmapped) continue;
        Place& place = classes[places_.find(places_.add(stage, key.field))];
        place.is_key = true;
        place.required = place.required || !key.optional;
      }
    }
    std::map<std::size_t, std::vector<Value>> values;
    for (const auto& [id, place] : classes) {
      auto chosen = chooser_.values_for(place);
      if (!chosen) return std::nullopt;
      values[id] = std::move(*chosen);
    }
    std::map<std::pair<std::size_t, std::string>, std::vector<Value>> extra;
    if (!solve_scripts(scripts, classes, values, extra)) return std::nullopt;
    return timeline(conjunctions, classes, values, extra);
  }

 private:
  using Extra = std::map<std::pair<std::size_t, std::string>, std::vector<Value>>;

  void add_keys(const std::vector<const Conjunction*>& conjunctions) {
    std::map<std::size_t, std::size_t> first;  // by key
    for (std::size_t stage = 0; stage < conjunctions.size(); ++stage) {
      if (conjunctions[stage] == nullptr) continue;
      const std::vector<eql::JoinKey>& keys = query_.stages[stage].keys;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].unmapped) continue;
        const std::size_t place = places_.add(stage, keys[i].field);
        const auto [known, is_new] = first.try_emplace(i, place);
        if (!is_new) places_.join(known->second, place);
      }
    }
  }

  /// Values for the fields that scripts read, stage by stage; what native leaves have chosen is
  /// tried first, and kept where it is a join key.
  bool solve_scripts(const std::vector<std::pair<std::size_t, Literal>>& scripts,
                     const std::map<std::size_t, Place>& classes,
                     const std::map<std::size_t, std::vector<Value>>& values, Extra& extra) {
    std::map<std::size_t, std::vector<Literal>> by_stage;
    for (const auto& [stage, literal] : scripts) by_stage[stage].push_back(literal);
    return std::ranges::all_of(by_stage, [&](const auto& entry) {
      return solve_stage_scripts(entry.first, entry.second, classes, values, extra);
    });
  }

  bool solve_stage_scripts(std::size_t stage, const std::vector<Literal>& literals,
                           const std::map<std::size_t, Place>& classes,
                           const std::map<std::size_t, std::vector<Value>>& values, Extra& extra) {
    struct Unknown {
      std::string source;
      std::vector<Value> options;  ///< a null: without a value
    };
    std::vector<Unknown> unknowns;
    std::vector<ScriptParts> parts;
    std::vector<Value> all_literals;
    for (const Literal& literal : literals) {
      parts.push_back(parts_of(query_, query_.leaves[literal.leaf].script));
      all_literals.insert(all_literals.end(), parts.back().literals.begin(),
                          parts.back().literals.end());
    }
    if (all_literals.size() > script_literals_max) all_literals.resize(script_literals_max);
    for (const ScriptParts& part : parts) {
      for (const auto& [occurrence, field] : part.fields) {
        if (source_of(field) == timestamp_field_) return false;
        if (std::ranges::find(unknowns, source_of(field), &Unknown::source) != unknowns.end())
          continue;
        unknowns.push_back(
            {source_of(field), options_for(stage, field, all_literals, classes, values)});
      }
    }
    std::vector<std::size_t> choice(unknowns.size(), 0);
    for (std::size_t tried = 0; tried < evaluations_max; ++tried) {
      const auto value_of = [&](const event::Field& field) -> const Value& {
        const auto unknown = std::ranges::find(unknowns, source_of(field), &Unknown::source);
        return unknown->options[choice[static_cast<std::size_t>(unknown - unknowns.begin())]];
      };
      bool all = true;
      for (std::size_t i = 0; all && i < literals.size(); ++i)
        all = script_agrees(literals[i], parts[i], value_of);
      if (all) {
        for (std::size_t i = 0; i < unknowns.size(); ++i) {
          const Value& value = unknowns[i].options[choice[i]];
          extra[{stage, unknowns[i].source}] =
              event::is_null(value) ? std::vector<Value>() : std::vector<Value>{value};
          script_field(stage, unknowns[i].source, parts);
        }
        return true;
      }
      std::size_t digit = 0;
      for (; digit < choice.size(); ++digit) {
        if (++choice[digit] < unknowns[digit].options.size()) break;
        choice[digit] = 0;
      }
      if (digit == choice.size()) return false;
    }
    return false;
  }

  /// Remembers the field of a place that only scripts read.
  void script_field(std::size_t stage, const std::string& source,
                    const std::vector<ScriptParts>& parts) {
    for (const ScriptParts& part : parts) {
      for (const auto& [occurrence, field] : part.fields) {
        if (source_of(field) == source) (void)places_.add(stage, field);
      }
    }
  }

  template <class ValueOf>
  bool script_agrees(const Literal& literal, const ScriptParts& parts, const ValueOf& value_of) {
    const Leaf& leaf = query_.leaves[literal.leaf];
    const eql::FieldResolver resolver = [&](eql::ExprId occurrence) -> eql::Operand {
      const auto found =
          std::ranges::find(parts.fields, occurrence, &std::pair<eql::ExprId, event::Field>::first);
      if (found == parts.fields.end()) return {};
      const Value& value = value_of(found->second);
      if (event::is_date(found->second.type)) {
        const auto* const time = std::get_if<std::int64_t>(&value);
        if (time != nullptr) return eql::ScriptDate{*time};
      }
      // As the column has it: a 64-bit number, where a literal would be of 32.
      if (const auto* const whole = std::get_if<std::int64_t>(&value)) return *whole;
      return eql::operand_of(value);
    };
    const auto result = eql::evaluate(query_.syntax, leaf.script, resolver);
    if (!result) return false;
    const auto* const truth = std::get_if<bool>(&*result);
    const bool is_true =
        leaf.kind == LeafKind::script_null ? eql::is_null(*result) : truth != nullptr && *truth;
    return is_true == literal.wanted;
  }

  std::vector<Value> options_for(std::size_t stage, const event::Field& field,
                                 const std::vector<Value>& literals,
                                 const std::map<std::size_t, Place>& classes,
                                 const std::map<std::size_t, std::vector<Value>>& values) {
    std::vector<Value> options;
    const auto offer = [&](Value value) {
      if (std::ranges::find(options, value) == options.end()) options.push_back(std::move(value));
    };
    const Place* place = nullptr;
    const std::size_t before = places_.size();
    const std::size_t id = places_.find(places_.add(stage, field));
    if (places_.size() == before) {
      const auto known = classes.find(id);
      if (known != classes.end()) {
        place = &known->second;
        for (const Value& value : values.at(id)) offer(value);
        if (place->is_key && !options.empty()) return options;
      }
    }
    switch (event::physical_of(field.type)) {
      case event::Physical::text:
        offer_texts(literals, offer);
        break;
      case event::Physical::integer:
      case event::Physical::natural:
      case event::Physical::real:
        for (const Value& literal : literals) offer_numbers(literal, field, offer);
        break;
      case event::Physical::boolean:
        break;
    }
    for (Value& value : ordinary_values(field)) offer(std::move(value));
    if (field.type == event::FieldType::ip) {
      std::erase_if(options, [](const Value& value) {
        const auto* const text = std::get_if<std::string>(&value);
        return text != nullptr && !event::parse_ip(*text);
      });
    }
    if (place != nullptr)
      std::erase_if(options, [&](const Value& value) { return !chooser_.suits(*place, value); });
    if (place == nullptr || place->wanted.empty()) options.emplace_back();
    return options;
  }

  template <class Offer>
  static void offer_texts(const std::vector<Value>& literals, const Offer& offer) {
    std::string all;
    for (const Value& literal : literals) {
      if (const auto* const text = std::get_if<std::string>(&literal)) {
        offer(*text);
        all += *text;
        offer("example" + *text);
        offer(*text + "example");
        for (const char* const rest : {".0.0.1", ".0.1", "0.0.1", ".1", "1"})
          if (event::parse_ip(*text + rest)) offer(*text + rest);
        // What is left of it where another one stands in it.
        for (const Value& other : literals) {
          const auto* const part = std::get_if<std::string>(&other);
          const std::size_t at =
              part == nullptr || part->empty() ? std::string::npos : text->find(*part);
          if (at == std::string::npos) continue;
          offer(text->substr(0, at));
          offer(text->substr(at + part->size()));
        }
      } else if (const auto* const number = std::get_if<std::int64_t>(&literal)) {
        for (const std::int64_t length : {*number, *number + 1, *number - 1}) {
          if (length > 0 && length <= std::int64_t{long_text_bytes_max})
            offer(std::string(static_cast<std::size_t>(length), 'a'));
        }
        offer(std::to_string(*number));
      }
    }
    if (!all.empty() && all.size() <= long_text_bytes_max) offer(all);
  }

  template <class Offer>
  static void offer_numbers(const Value& literal, const event::Field& field, const Offer& offer) {
    const auto physical = event::physical_of(field.type);
    const auto put = [&](std::int64_t number) {
      if (physical == event::Physical::real) {
        offer(static_cast<double>(number));
      } else if (physical == event::Physical::integer) {
        offer(number);
      } else if (number >= 0) {
        offer(static_cast<std::uint64_t>(number));
      }
    };
    if (const auto* const number = std::get_if<std::int64_t>(&literal)) {
      put(*number);
      if (*number < INT64_MAX) put(*number + 1);
      if (*number > INT64_MIN) put(*number - 1);
    } else if (const auto* const real = std::get_if<double>(&literal)) {
      if (physical == event::Physical::real) offer(*real);
    }
  }

  Timeline timeline(const std::vector<const Conjunction*>& conjunctions,
                    const std::map<std::size_t, Place>& classes,
                    const std::map<std::size_t, std::vector<Value>>& values, const Extra& extra) {
    Timeline out;
    for (std::size_t stage = 0; stage < conjunctions.size(); ++stage) {
      if (conjunctions[stage] == nullptr) continue;
      TimelineEvent event{.stage = stage, .at = {}, .fields = {}};
      for (std::size_t place = 0; place < places_.size(); ++place) {
        if (places_.stage(place) != stage) continue;
        FieldValues field{.field = places_.field(place), .values = {}};
        field.field.name = source_of(field.field);
        const auto known = classes.find(places_.find(place));
        if (known != classes.end()) {
          field.values = values.at(known->first);
          field.is_key = known->second.is_key;
          field.is_wanted = std::ranges::any_of(known->second.wanted, [&](const Leaf* leaf) {
            return leaf->kind != LeafKind::exists && source_of(leaf->field) == field.field.name;
          });
        }
        const auto by_script = extra.find({stage, field.field.name});
        if (by_script != extra.end()) {
          field.values = by_script->second;
          field.is_wanted = true;
        }
        if (!field.values.empty()) event.fields.push_back(std::move(field));
      }
      out.events.push_back(std::move(event));
    }
    // Close enough for any maxspan that leaves room, in round numbers.
    const auto count = static_cast<std::int64_t>(out.events.size());
    Duration gap = std::chrono::seconds{1};
    if (query_.maxspan && count > 0) {
      gap = std::min(gap, *query_.maxspan / (2 * count));
      const Duration millisecond = std::chrono::milliseconds{1};
      if (gap > millisecond) gap -= gap % millisecond;
    }
    for (std::size_t i = 0; i < out.events.size(); ++i)
      out.events[i].at = gap * static_cast<std::int64_t>(i);
    return out;
  }

  const CheckedQuery& query_;
  const std::string& timestamp_field_;
  Places places_;
  Chooser chooser_;
};

/// What an engineer would look at first, largest first.
int weight_of(const FieldValues& field) {
  const std::string& name = field.field.name;
  if (!field.is_wanted) return 0;
  if (name.ends_with(".name") || name.ends_with(".executable") || name.ends_with(".args")) return 4;
  if (name.starts_with("event.") || name.starts_with("host.os.")) return 1;
  return std::holds_alternative<std::string>(field.values[0]) ? 3 : 2;
}

}  // namespace

std::optional<Timeline> positive_timeline(const CheckedQuery& query,
                                          const std::string& timestamp_field) {
  Solver solver(query, timestamp_field);
  std::vector<std::vector<Conjunction>> alternatives(query.stages.size());
  for (std::size_t stage = 0; stage < query.stages.size(); ++stage) {
    if (query.stages[stage].missing) continue;
    for_each_conjunction(query, query.stages[stage].filter, [&](const Conjunction& conjunction) {
      std::vector<const Conjunction*> alone(query.stages.size(), nullptr);
      alone[stage] = &conjunction;
      if (solver.solve(alone)) alternatives[stage].push_back(conjunction);
      return alternatives[stage].size() < alternatives_max;
    });
    if (alternatives[stage].empty()) return std::nullopt;
  }
  // The last stages turn fastest.
  std::vector<std::size_t> choice(query.stages.size(), 0);
  for (std::size_t tried = 0; tried < products_max; ++tried) {
    std::vector<const Conjunction*> chosen(query.stages.size(), nullptr);
    for (std::size_t stage = 0; stage < chosen.size(); ++stage) {
      if (!alternatives[stage].empty()) chosen[stage] = &alternatives[stage][choice[stage]];
    }
    auto found = solver.solve(chosen);
    if (found && !found->events.empty()) return found;
    std::size_t digit = choice.size();
    while (digit > 0) {
      if (++choice[digit - 1] < alternatives[digit - 1].size()) break;
      choice[--digit] = 0;
    }
    if (digit == 0) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<NearMiss> near_misses(const CheckedQuery& query, const Timeline& timeline) {
  struct Candidate {
    int weight = 0;
    std::size_t event = 0;
    std::size_t field = 0;
  };
  std::vector<Candidate> candidates;
  for (std::size_t e = timeline.events.size(); e-- > 0;) {
    const std::vector<FieldValues>& fields = timeline.events[e].fields;
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const bool joins = fields[f].is_key && timeline.events.size() > 1;
      if (fields[f].is_wanted || joins) candidates.push_back({weight_of(fields[f]), e, f});
    }
  }
  std::ranges::stable_sort(candidates, std::greater<>(), &Candidate::weight);
  std::vector<NearMiss> out;
  for (const Candidate& candidate : candidates) {
    const FieldValues& field = timeline.events[candidate.event].fields[candidate.field];
    for (const Value& value : other_values(field.field, field.values[0])) {
      if (out.size() == near_misses_max) break;
      NearMiss miss{.timeline = timeline,
                    .event = candidate.event,
                    .field = field.field.name,
                    .is_key = field.is_key && !field.is_wanted};
      miss.timeline.events[candidate.event].fields[candidate.field].values = {value};
      out.push_back(std::move(miss));
    }
  }
  if (query.maxspan && timeline.events.size() > 1 && query.kind == eql::QueryKind::sequence) {
    NearMiss late{.timeline = timeline, .event = timeline.events.size() - 1, .field = {}};
    late.timeline.events.back().at = *query.maxspan + std::chrono::milliseconds{1};
    out.push_back(std::move(late));
  }
  return out;
}

}  // namespace eqlab::synth
