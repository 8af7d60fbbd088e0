// Steps are aligned by what their filters mean, then the terms of steps that belong together by
// what they say of which field. Tested in tests/unit/gate/rule_diff_test.cc.
#include "harness/gate/rule_diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/eql/normal_form.h"
#include "harness/eql/query.h"
#include "harness/gate/glob.h"
#include "harness/gate/normal_form.h"

namespace eqlab::gate {
namespace {

using eql::ExprId;
using eql::ExprKind;
using Kind = RuleChangeKind;

/// Texts beyond this say no more to a reader.
constexpr std::size_t shown_bytes_max = 240;
/// Steps beyond this are compared place by place.
constexpr std::size_t aligned_steps_max = 64;

std::string shown(std::string_view text) {
  std::string out;
  for (const std::string_view character : split_characters(text)) {
    if (out.size() + character.size() > shown_bytes_max) return out + "…";
    out += character;
  }
  return out;
}

/// As rules write it.
std::string rule_duration(Duration duration) {
  return exact_duration(duration, std::chrono::hours{1});
}

/// One operand of a step's `and`.
struct Term {
  std::string text;
  /// What is compared how: `process.name :`; equal heads can be compared member by member.
  std::string head;
  std::vector<std::string> members;  ///< sorted; empty: not a list
  std::vector<Span> member_spans;    ///< in the query's text, as `members`
  std::string field;                 ///< of the left side, as written
  Span span;
};

std::string_view operator_of(const eql::Expr& expr) {
  switch (expr.kind) {
    case ExprKind::membership:
      return expr.negated ? (expr.fold_case ? "not in~" : "not in")
                          : (expr.fold_case ? "in~" : "in");
    case ExprKind::pattern:
      switch (expr.pattern) {
        case eql::PatternOp::colon:
          return ":";
        case eql::PatternOp::like:
          return expr.fold_case ? "like~" : "like";
        case eql::PatternOp::regex:
          return expr.fold_case ? "regex~" : "regex";
      }
      return ":";
    case ExprKind::compare: {
      constexpr std::array<std::string_view, 6> names = {"in", "not in", "<", "<=", ">", ">="};
      return names[static_cast<std::size_t>(expr.compare)];
    }
    case ExprKind::literal:
    case ExprKind::field:
    case ExprKind::call:
    case ExprKind::negate:
    case ExprKind::logical_not:
    case ExprKind::logical_and:
    case ExprKind::logical_or:
    case ExprKind::arithmetic:
      return "";
  }
  return "";
}

/// `==` is a list of one, `!=` the complement of one.
bool is_list(const eql::Query& query, const eql::Expr& expr) {
  if (expr.children.size() < 2) return false;
  if (expr.kind == ExprKind::membership || expr.kind == ExprKind::pattern) return true;
  return expr.kind == ExprKind::compare &&
         (expr.compare == eql::CompareOp::equal || expr.compare == eql::CompareOp::not_equal) &&
         query.at(expr.children[1]).kind == ExprKind::literal;
}

Term term_of(const eql::Query& query, ExprId id) {
  const eql::Expr* expr = &query.at(id);
  Term term{.text = eql::print(query, id),
            .head = {},
            .members = {},
            .member_spans = {},
            .field = {},
            .span = expr->span};
  std::string negation;
  if (expr->kind == ExprKind::logical_not) {
    negation = "not ";
    expr = &query.at(expr->children.front());
  }
  // `x == "a" or x == "b"` is a list too, when each part is one over the same field.
  std::vector<ExprId> parts;
  if (expr->kind == ExprKind::logical_or)
    parts = expr->children;
  else
    parts.push_back(static_cast<ExprId>(expr - query.exprs.data()));
  std::vector<std::pair<std::string, Span>> members;
  for (const ExprId part : parts) {
    const eql::Expr& list = query.at(part);
    if (!is_list(query, list)) {
      members.clear();
      break;
    }
    const std::string left = eql::print(query, list.children.front());
    const std::string head = format("{}{} {}", negation, left, operator_of(list));
    if (!term.head.empty() && term.head != head) {
      members.clear();
      break;
    }
    term.head = head;
    term.field = left;
    for (std::size_t i = 1; i < list.children.size(); ++i)
      members.emplace_back(eql::print(query, list.children[i]), query.at(list.children[i]).span);
  }
  if (members.empty()) {
    term.head.clear();
    if (expr->children.size() == 2 && expr->kind == ExprKind::compare) {
      term.field = eql::print(query, expr->children.front());
      term.head = format("{}{} compared", negation, term.field);
    }
    return term;
  }
  std::ranges::sort(members, {}, [](const auto& member) { return member.first; });
  for (auto& [text, span] : members) {
    if (!term.members.empty() && term.members.back() == text) continue;
    term.members.push_back(std::move(text));
    term.member_spans.push_back(span);
  }
  return term;
}

std::vector<Term> terms_of(const eql::Query& query, const eql::EventFilter& filter) {
  std::vector<Term> terms;
  std::vector<ExprId> open = {filter.condition};
  while (!open.empty()) {
    const ExprId id = open.back();
    open.pop_back();
    const eql::Expr& expr = query.at(id);
    if (expr.kind == ExprKind::logical_and) {
      open.insert(open.end(), expr.children.rbegin(), expr.children.rend());
      continue;
    }
    const bool is_true = expr.kind == ExprKind::literal && expr.value == event::Value{true};
    if (!is_true) terms.push_back(term_of(query, id));
  }
  return terms;
}

/// One step as written.
struct Step {
  const eql::Stage* written;
  std::string digest;  ///< of its filter, `!` included
  std::string text;
};

std::string step_text(const eql::Query& query, const eql::Stage& stage) {
  return format("{}[{} where {}]{}", stage.missing ? "!" : "",
                stage.filter.category.value_or("any"), eql::print(query, stage.filter.condition),
                stage.runs > 1 ? format(" with runs={}", stage.runs) : "");
}

std::vector<Step> steps_of(const eql::CheckedQuery& query) {
  std::vector<Step> steps;
  for (std::uint32_t i = 0; i < query.syntax.stages.size(); ++i) {
    const eql::Stage& stage = query.syntax.stages[i];
    std::string digest = format("{} runs={} ", stage.missing ? "!" : "", stage.runs);
    const auto checked = std::ranges::find(query.stages, i, &eql::CheckedStage::written);
    if (checked != query.stages.end()) digest += eql::filter_digest(query, checked->filter);
    steps.push_back({&stage, std::move(digest), step_text(query.syntax, stage)});
  }
  return steps;
}

/// The members and terms that two steps share, and whether they ask for the same events: what
/// belongs together although something is other in it.
std::size_t likeness(const eql::Query& before, const Step& a, const eql::Query& after,
                     const Step& b) {
  if (a.digest == b.digest) return 1'000'000;
  const std::vector<Term> old_terms = terms_of(before, a.written->filter);
  const std::vector<Term> new_terms = terms_of(after, b.written->filter);
  std::size_t out = a.written->filter.category == b.written->filter.category ? 2 : 0;
  for (const Term& x : old_terms) {
    for (const Term& y : new_terms) {
      if (x.text == y.text) {
        out += 4;
      } else if (!x.head.empty() && x.head == y.head) {
        out += 1;
        out += static_cast<std::size_t>(std::ranges::count_if(x.members, [&](const auto& member) {
          return std::ranges::binary_search(y.members, member);
        }));
      }
    }
  }
  return out;
}

/// For each old step the new one that it became; increasing where set. The alignment of the largest
/// likeness, by dynamic programming.
std::vector<std::optional<std::uint32_t>> align(const eql::Query& before,
                                                const std::vector<Step>& old_steps,
                                                const eql::Query& after,
                                                const std::vector<Step>& new_steps) {
  const std::size_t m = old_steps.size();
  const std::size_t n = new_steps.size();
  std::vector<std::optional<std::uint32_t>> out(m);
  if (m == n || m > aligned_steps_max || n > aligned_steps_max) {
    for (std::uint32_t i = 0; i < std::min(m, n); ++i) out[i] = i;
    return out;
  }
  std::vector<std::vector<std::size_t>> best(m + 1, std::vector<std::size_t>(n + 1, 0));
  std::vector<std::vector<std::size_t>> alike(m, std::vector<std::size_t>(n, 0));
  for (std::size_t i = m; i-- > 0;) {
    for (std::size_t j = n; j-- > 0;) {
      alike[i][j] = likeness(before, old_steps[i], after, new_steps[j]);
      best[i][j] = std::max({best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1]});
    }
  }
  for (std::size_t i = 0, j = 0; i < m && j < n;) {
    if (alike[i][j] > 2 && best[i][j] == alike[i][j] + best[i + 1][j + 1]) {
      out[i] = static_cast<std::uint32_t>(j);
      ++i;
      ++j;
    } else if (best[i][j] == best[i + 1][j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return out;
}

class Differ {
 public:
  Differ(const RuleVersion& before, const RuleVersion& after)
      : before_(before), after_(after), old_(before.query.syntax), new_(after.query.syntax) {}

  RuleDiff run();

 private:
  void add(Kind kind, std::optional<std::uint32_t> step, std::string_view subject,
           std::string_view before, std::string_view after, Span span = {}) {
    out_.changes.push_back({.kind = kind,
                            .step = step,
                            .subject = shown(subject),
                            .before = shown(before),
                            .after = shown(after),
                            .span = span});
  }
  void compare(Kind kind, std::string_view key, std::string_view before, std::string_view after) {
    if (before != after) add(kind, std::nullopt, key, before, after, key_span(after_.rule, key));
  }
  void compare_set(Kind kind, std::string_view key, const std::vector<std::string>& before,
                   const std::vector<std::string>& after) {
    const std::set<std::string> old_set(before.begin(), before.end());
    const std::set<std::string> new_set(after.begin(), after.end());
    for (const std::string& item : old_set) {
      if (!new_set.contains(item))
        add(kind, std::nullopt, key, item, "", key_span(after_.rule, key));
    }
    for (const std::string& item : new_set) {
      if (!old_set.contains(item))
        add(kind, std::nullopt, key, "", item, key_span(after_.rule, key));
    }
  }
  /// A place of the new query in the rule's document.
  [[nodiscard]] Span in_document(Span span) const {
    const std::vector<std::uint32_t>& origin = after_.rule.query.origin;
    if (origin.empty()) return span;
    if (span.begin >= origin.size() || span.end >= origin.size()) return {};
    return {origin[span.begin], origin[span.end]};
  }

  void query();
  void steps();
  void step(const eql::Stage& before, const eql::Stage& after, std::uint32_t place, bool differs);
  void members(const Term& before, const Term& after, std::uint32_t place);
  void keys();
  void pipes();
  void settings();
  void filters();
  void metadata();

  const RuleVersion& before_;
  const RuleVersion& after_;
  const eql::Query& old_;
  const eql::Query& new_;
  RuleDiff out_;
};

void Differ::members(const Term& before, const Term& after, std::uint32_t place) {
  for (const std::string& member : before.members) {
    if (!std::ranges::binary_search(after.members, member))
      add(Kind::member_removed, place, after.head, member, "", in_document(after.span));
  }
  for (std::size_t i = 0; i < after.members.size(); ++i) {
    if (!std::ranges::binary_search(before.members, after.members[i])) {
      add(Kind::member_added, place, after.head, "", after.members[i],
          in_document(after.member_spans[i]));
    }
  }
}

void Differ::step(const eql::Stage& before, const eql::Stage& after, std::uint32_t place,
                  bool differs) {
  const std::size_t found_before = out_.changes.size();
  const Span span = in_document(after.span);
  const std::string old_category = before.filter.category.value_or("any");
  const std::string new_category = after.filter.category.value_or("any");
  if (old_category != new_category)
    add(Kind::step_changed, place, "category", old_category, new_category, span);
  if (before.missing != after.missing)
    add(Kind::step_changed, place, "missing event", before.missing ? "![…]" : "[…]",
        after.missing ? "![…]" : "[…]", span);
  if (before.runs != after.runs)
    add(Kind::step_changed, place, "with runs", format("{}", before.runs), format("{}", after.runs),
        span);
  if (!differs) return;

  std::vector<Term> old_terms = terms_of(old_, before.filter);
  std::vector<Term> new_terms = terms_of(new_, after.filter);
  // Equal ones go first, so that what is left is really other.
  const auto take_pairs = [&](const auto& belong_together, const auto& on_pair) {
    for (auto x = old_terms.begin(); x != old_terms.end();) {
      const auto y = std::ranges::find_if(
          new_terms, [&](const Term& term) { return belong_together(*x, term); });
      if (y == new_terms.end()) {
        ++x;
        continue;
      }
      on_pair(*x, *y);
      x = old_terms.erase(x);
      new_terms.erase(y);
    }
  };
  take_pairs(
      [](const Term& x, const Term& y) {
        return x.text == y.text ||
               (!x.members.empty() && x.head == y.head && x.members == y.members);
      },
      [](const Term&, const Term&) {});
  take_pairs(
      [](const Term& x, const Term& y) {
        return !x.members.empty() && !y.members.empty() && x.head == y.head;
      },
      [&](const Term& x, const Term& y) { members(x, y, place); });
  take_pairs([](const Term& x, const Term& y) { return !x.field.empty() && x.field == y.field; },
             [&](const Term& x, const Term& y) {
               add(Kind::term_changed, place, y.field, x.text, y.text, in_document(y.span));
             });
  for (const Term& term : old_terms) add(Kind::term_removed, place, "", term.text, "", span);
  for (const Term& term : new_terms)
    add(Kind::term_added, place, "", "", term.text, in_document(term.span));
  if (out_.changes.size() == found_before) {
    // The filters mean something else although no term shows it: a filter of the rule, or types.
    if (before_.rule.filters.size() == after_.rule.filters.size() &&
        eql::print(old_, before.filter.condition) != eql::print(new_, after.filter.condition))
      add(Kind::step_changed, place, "condition", step_text(old_, before), step_text(new_, after),
          span);
  }
}

void Differ::steps() {
  const std::vector<Step> old_steps = steps_of(before_.query);
  const std::vector<Step> new_steps = steps_of(after_.query);
  out_.step_of = align(old_, old_steps, new_, new_steps);
  std::set<std::uint32_t> taken;
  for (std::uint32_t i = 0; i < old_steps.size(); ++i) {
    const auto place = out_.step_of[i];
    if (!place) {
      add(Kind::step_removed, i, "", old_steps[i].text, "", in_document(new_.span));
      continue;
    }
    taken.insert(*place);
    step(*old_steps[i].written, *new_steps[*place].written, *place,
         old_steps[i].digest != new_steps[*place].digest);
  }
  for (std::uint32_t j = 0; j < new_steps.size(); ++j) {
    if (!taken.contains(j))
      add(Kind::step_added, j, "", "", new_steps[j].text, in_document(new_steps[j].written->span));
  }
}

std::string keys_text(const eql::CheckedQuery& query, std::size_t stage) {
  std::vector<std::string> names;
  for (const eql::JoinKey& key : query.stages[stage].keys)
    names.push_back((key.optional ? "?" : "") + key.field.name);
  return join(names, ", ");
}

/// `host.id, user.id`, or each stage's own where they differ.
std::string all_keys_text(const eql::CheckedQuery& query) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < query.stages.size(); ++i) texts.push_back(keys_text(query, i));
  if (texts.empty()) return {};
  const bool all_same =
      std::ranges::all_of(texts, [&](const std::string& text) { return text == texts.front(); });
  return all_same ? texts.front() : join(texts, " | ");
}

void Differ::keys() {
  const std::string before = all_keys_text(before_.query);
  const std::string after = all_keys_text(after_.query);
  if (before != after) add(Kind::keys, std::nullopt, "by", before, after, in_document(new_.span));
}

void Differ::pipes() {
  const auto text = [](const eql::Query& query) {
    std::string out;
    for (const eql::Pipe& pipe : query.pipes) {
      out += "| " + pipe.name;
      for (const ExprId argument : pipe.arguments) out += " " + eql::print(query, argument);
      out += " ";
    }
    return std::string(trim(out));
  };
  const std::string before = text(old_);
  const std::string after = text(new_);
  if (before != after) add(Kind::pipes, std::nullopt, "", before, after, in_document(new_.span));
}

std::string kind_text(eql::QueryKind kind) {
  switch (kind) {
    case eql::QueryKind::event:
      return "event query";
    case eql::QueryKind::sequence:
      return "sequence";
    case eql::QueryKind::sample:
      return "sample";
  }
  return {};
}

void Differ::query() {
  if (old_.kind != new_.kind)
    add(Kind::query_kind, std::nullopt, "", kind_text(old_.kind), kind_text(new_.kind),
        in_document(new_.span));
  steps();
  keys();
  const auto span_text = [](const std::optional<Duration>& maxspan) {
    return maxspan ? rule_duration(*maxspan) : std::string();
  };
  if (before_.query.maxspan != after_.query.maxspan)
    add(Kind::maxspan, std::nullopt, "maxspan", span_text(before_.query.maxspan),
        span_text(after_.query.maxspan), in_document(new_.span));
  const auto until_text = [](const eql::Query& query) {
    return query.until ? step_text(query, *query.until) : std::string();
  };
  const auto until_digest = [](const eql::CheckedQuery& query) {
    return query.until ? eql::filter_digest(query, query.until->filter) : std::string();
  };
  if (until_digest(before_.query) != until_digest(after_.query) &&
      until_text(old_) != until_text(new_))
    add(Kind::until, std::nullopt, "until", until_text(old_), until_text(new_),
        in_document(new_.until ? new_.until->span : new_.span));
  pipes();
}

void Differ::settings() {
  const rule::Schedule& x = before_.rule.schedule;
  const rule::Schedule& y = after_.rule.schedule;
  compare(Kind::schedule, "interval", rule_duration(x.interval), rule_duration(y.interval));
  compare(Kind::schedule, "from", rule_duration(x.look_back), rule_duration(y.look_back));
  compare(Kind::schedule, "to", rule_duration(x.to), rule_duration(y.to));
  compare(Kind::schedule, "max_signals", format("{}", x.max_signals), format("{}", y.max_signals));
  const rule::Rule& a = before_.rule;
  const rule::Rule& b = after_.rule;
  compare_set(Kind::data, "index", a.index, b.index);
  compare(Kind::data, "timestamp_override", a.timestamp_override, b.timestamp_override);
  compare(Kind::data, "timestamp_field", a.timestamp_field, b.timestamp_field);
  compare(Kind::data, "tiebreaker_field", a.tiebreaker_field, b.tiebreaker_field);
  compare(Kind::data, "event_category_override", a.event_category_field, b.event_category_field);
  const auto suppression = [](const rule::Rule& rule) {
    if (!rule.suppression) return std::string();
    return join(rule.suppression->group_by, ", ") +
           (rule.suppression->missing_fields_strategy.empty()
                ? std::string()
                : " (" + rule.suppression->missing_fields_strategy + ")") +
           (rule.suppression->duration ? " for " + rule_duration(*rule.suppression->duration)
                                       : std::string(" within a run"));
  };
  compare(Kind::suppression, "alert_suppression", suppression(a), suppression(b));
}

/// A filter or exception item as it stands in its file, white space left out.
std::string squeezed(std::string_view document, Span span) {
  if (span.begin >= span.end || span.end > document.size()) return {};
  std::string out;
  for (const char c : document.substr(span.begin, span.end - span.begin)) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

void Differ::filters() {
  const auto filters_of = [](const rule::Rule& rule) {
    std::map<std::string, std::string> out;  // text -> name
    const std::string document = document_of(rule).text;
    for (const rule::Filter& filter : rule.filters) {
      std::string text = squeezed(document, filter.condition.span);
      if (text.empty()) text = filter.name;
      out.emplace("filter " + text, "filter " + filter.name);
    }
    for (const auto& list : rule.exceptions) {
      for (const rule::ExceptionItem& item : list->items) {
        const std::string name = item.name.empty() ? item.item_id : item.name;
        out.emplace(format("exception {} {}", item.item_id, squeezed(item.source.text, item.span)),
                    "exception " + name);
      }
    }
    for (const rule::ExceptionReference& list : rule.exception_references)
      out.emplace("list " + list.list_id, "exception list " + list.list_id);
    return out;
  };
  const auto before = filters_of(before_.rule);
  const auto after = filters_of(after_.rule);
  std::map<std::string, std::pair<bool, bool>> changed;  // name -> gone, came
  for (const auto& [text, name] : before) {
    if (!after.contains(text)) changed[name].first = true;
  }
  for (const auto& [text, name] : after) {
    if (!before.contains(text)) changed[name].second = true;
  }
  const Span span = key_span(after_.rule, "filters");
  for (const auto& [name, how] : changed)
    add(Kind::filter, std::nullopt, name, how.first ? "as before" : "", how.second ? "as now" : "",
        span);
}

std::vector<std::string> threats_of(const rule::Rule& rule) {
  std::vector<std::string> out;
  for (const rule::Threat& threat : rule.threat) {
    out.push_back(threat.tactic.id);
    for (const rule::ThreatTechnique& technique : threat.techniques) {
      out.push_back(technique.technique.id);
      for (const rule::ThreatReference& sub : technique.subtechniques) out.push_back(sub.id);
    }
  }
  return out;
}

void Differ::metadata() {
  const rule::Rule& a = before_.rule;
  const rule::Rule& b = after_.rule;
  compare(Kind::identity, "rule_id", a.rule_id, b.rule_id);
  compare(Kind::metadata, "name", a.name, b.name);
  compare(Kind::metadata, "severity", a.severity, b.severity);
  compare(Kind::metadata, "risk_score", format("{}", a.risk_score), format("{}", b.risk_score));
  compare(Kind::metadata, "version", format("{}", a.version), format("{}", b.version));
  compare_set(Kind::metadata, "tags", a.tags, b.tags);
  compare_set(Kind::metadata, "threat", threats_of(a), threats_of(b));
  compare_set(Kind::metadata, "author", a.author, b.author);
  compare_set(Kind::metadata, "references", a.references, b.references);
  compare_set(Kind::metadata, "false_positives", a.false_positives, b.false_positives);
  compare(Kind::metadata, "license", a.license, b.license);
  compare(Kind::metadata, "description", a.description, b.description);
  std::set<std::string> said = {
      "name", "severity", "description",        "license", "rule_id", "interval",
      "from", "to",       "timestamp_override", "type",    "language"};
  const auto compare_texts = [&](const std::map<std::string, std::string>& before,
                                 const std::map<std::string, std::string>& after,
                                 std::string_view prefix) {
    std::set<std::string> keys;
    for (const auto& [key, value] : before) keys.insert(key);
    for (const auto& [key, value] : after) keys.insert(key);
    const auto value = [](const std::map<std::string, std::string>& texts, const std::string& key) {
      const auto found = texts.find(key);
      return found == texts.end() ? std::string() : found->second;
    };
    for (const std::string& key : keys) {
      if (prefix.empty() && said.contains(key)) continue;
      // A number that is stated as a member of the rule was compared there.
      if (prefix.empty() && (key == "risk_score" || key == "version" || key == "max_signals"))
        continue;
      compare(Kind::metadata, std::string(prefix) + key, value(before, key), value(after, key));
    }
  };
  compare_texts(a.texts, b.texts, "");
  compare_texts(a.metadata, b.metadata, "metadata.");
}

RuleDiff Differ::run() {
  out_.is_equivalent =
      logic_digest(before_.rule, before_.query) == logic_digest(after_.rule, after_.query);
  query();
  settings();
  filters();
  // What is written otherwise and means the same is no change.
  if (out_.is_equivalent) out_.changes.clear();
  metadata();
  return std::move(out_);
}

/// The text of a printed constant, without its quotes.
std::string_view unquoted(std::string_view constant) {
  if (constant.size() >= 2 && constant.front() == '"' && constant.back() == '"')
    return constant.substr(1, constant.size() - 2);
  return constant;
}

}  // namespace

std::string_view to_string(RuleChangeKind kind) {
  constexpr std::array<std::string_view, 19> names = {
      "query-kind",   "step-added",   "step-removed", "step-changed",   "term-added",
      "term-removed", "term-changed", "member-added", "member-removed", "keys",
      "maxspan",      "until",        "pipes",        "schedule",       "data",
      "filter",       "suppression",  "identity",     "metadata"};
  return names[static_cast<std::size_t>(kind)];
}

bool is_metadata(const RuleChange& change) {
  return change.kind == RuleChangeKind::metadata || change.kind == RuleChangeKind::identity;
}

std::string describe(const RuleChange& change) {
  const std::string where = change.step ? format("step {}: ", *change.step + 1) : std::string();
  const std::string_view b = change.before;
  const std::string_view a = change.after;
  switch (change.kind) {
    case Kind::query_kind:
      return format("{} → {}", b, a);
    case Kind::step_added:
      return format("{}added {}", where, a);
    case Kind::step_removed:
      return format("{}removed {}", where, b);
    case Kind::term_added:
      return format("{}added {}", where, a);
    case Kind::term_removed:
      return format("{}removed {}", where, b);
    case Kind::member_added:
      return format("{}added {} to {}", where, a, change.subject);
    case Kind::member_removed:
      return format("{}removed {} from {}", where, b, change.subject);
    case Kind::filter:
      return b.empty()   ? format("added {}", change.subject)
             : a.empty() ? format("removed {}", change.subject)
                         : format("changed {}", change.subject);
    case Kind::step_changed:
    case Kind::term_changed:
    case Kind::keys:
    case Kind::maxspan:
    case Kind::until:
    case Kind::pipes:
    case Kind::schedule:
    case Kind::data:
    case Kind::suppression:
    case Kind::identity:
    case Kind::metadata:
      break;
  }
  const std::string what = change.subject.empty() ? where : format("{}{}: ", where, change.subject);
  if (b.empty()) return format("{}added {}", what, a);
  if (a.empty()) return format("{}removed {}", what, b);
  return format("{}{} → {}", what, b, a);
}

RuleDiff diff_rules(const RuleVersion& before, const RuleVersion& after) {
  return Differ(before, after).run();
}

const RuleChange* removal_of(const RuleDiff& diff, std::uint32_t step, std::string_view subject) {
  const std::string name = fold_ascii(subject.substr(0, subject.find(' ')));
  if (name.empty() || name.find('/') != std::string::npos) return nullptr;
  for (const RuleChange& change : diff.changes) {
    if (change.kind != RuleChangeKind::member_removed || change.step != step) continue;
    std::string pattern = fold_ascii(unquoted(change.before));
    if (pattern.find('/') != std::string::npos) continue;
    if (matches_glob(pattern, name)) return &change;
  }
  return nullptr;
}

}  // namespace eqlab::gate
