// A recursive descent over words, brackets and commas. Names of steps hold blanks, so an argument
// reaches to the next comma or bracket. Tested in tests/unit/generators/condition_test.cc.
#include "generators/incident/condition.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

constexpr int nesting_max = 20;
constexpr std::array<std::string_view, 5> functions = {"within", "happens", "in_place", "orphan",
                                                       "ipv6"};

std::chrono::milliseconds in_milliseconds(EventTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_word(char c) { return is_blank(c) || c == '(' || c == ')' || c == ','; }

}  // namespace

bool Condition::holds(  // NOLINT(misc-no-recursion): nesting_max
    std::span<const StepRecord> steps, std::span<const std::uint32_t> chosen) const {
  const auto some = [&](auto&& test) {
    return std::ranges::any_of(first_, [&](std::uint32_t i) { return test(steps[i]); });
  };
  const auto part_holds = [&](const Condition& part) { return part.holds(steps, chosen); };
  switch (op_) {
    case Op::within:
      return is_within(steps);
    case Op::happens:
      return some([](const StepRecord& step) { return !step.times.empty(); });
    case Op::in_place:
      return some([](const StepRecord& step) { return step.replaced_parent; });
    case Op::orphan:
      return some([](const StepRecord& step) { return step.is_orphan; });
    case Op::ipv6:
      return some([](const StepRecord& step) { return step.is_ipv6; });
    case Op::chosen:
      return chosen[choice_] == option_;
    case Op::all:
      return std::ranges::all_of(parts_, part_holds);
    case Op::any:
      return std::ranges::any_of(parts_, part_holds);
    case Op::none:
      return std::ranges::none_of(parts_, part_holds);
  }
  return false;
}

/// The shortest way from any of the first to the next of the second.
bool Condition::is_within(std::span<const StepRecord> steps) const {
  std::vector<EventTime> ends;
  for (const std::uint32_t i : second_)
    ends.insert(ends.end(), steps[i].times.begin(), steps[i].times.end());
  std::ranges::sort(ends);
  return std::ranges::any_of(first_, [&](std::uint32_t i) {
    return std::ranges::any_of(steps[i].times, [&](EventTime begin) {
      const auto next = std::ranges::lower_bound(ends, begin);
      return next != ends.end() && in_milliseconds(*next) - in_milliseconds(begin) <= length_;
    });
  });
}

bool Condition::is_about_choices() const {  // NOLINT(misc-no-recursion): nesting_max
  switch (op_) {
    case Op::chosen:
      return true;
    case Op::all:
    case Op::any:
    case Op::none:
      return std::ranges::all_of(parts_,
                                 [](const Condition& part) { return part.is_about_choices(); });
    case Op::within:
    case Op::happens:
    case Op::in_place:
    case Op::orphan:
    case Op::ipv6:
      break;
  }
  return false;
}

class ConditionParser {
 public:
  ConditionParser(std::string_view text, const ConditionNames& names)
      : text_(text), names_(names) {}

  Result<Condition> parse() {
    EQLAB_TRY(Condition whole, either(0));
    skip_blanks();
    if (place_ != text_.size())
      return wrong(place_, text_.size(), "`and`, `or` or the end is expected");
    return whole;
  }

 private:
  using Op = Condition::Op;

  Result<Condition> either(int depth) {  // NOLINT(misc-no-recursion): nesting_max
    return joined("or", Op::any, depth);
  }

  /// Parts joined by `or`, whose parts are joined by `and`.
  Result<Condition> joined(std::string_view word, Op op,
                           int depth) {  // NOLINT(misc-no-recursion): nesting_max
    Condition whole;
    whole.op_ = op;
    do {
      if (op == Op::any) {
        EQLAB_TRY(Condition part, joined("and", Op::all, depth));
        whole.parts_.push_back(std::move(part));
      } else {
        EQLAB_TRY(Condition part, single(depth));
        whole.parts_.push_back(std::move(part));
      }
    } while (take_word(word));
    if (whole.parts_.size() > 1) return whole;
    Condition only = std::move(whole.parts_.front());
    return only;
  }

  Result<Condition> single(int depth) {  // NOLINT(misc-no-recursion): nesting_max
    skip_blanks();
    if (depth > nesting_max)
      return wrong(place_, place_ + 1, format("nested deeper than {}", nesting_max));
    if (take_word("not")) {
      Condition made;
      made.op_ = Op::none;
      EQLAB_TRY(Condition part, single(depth + 1));
      made.parts_.push_back(std::move(part));
      return made;
    }
    if (take('(')) {
      EQLAB_TRY(Condition inner, either(depth + 1));
      EQLAB_CHECK(closing());
      return inner;
    }
    const std::size_t begin = place_;
    const std::string_view name = word();
    if (name.empty()) return wrong(begin, begin + 1, "a condition is expected");
    if (take('(')) return function(name, begin);
    return choice(name, begin);
  }

  Result<Condition> function(std::string_view name, std::size_t begin) {
    const auto found = std::ranges::find(functions, name);
    if (found == functions.end()) {
      return unknown(name, begin, "function", {functions.begin(), functions.end()});
    }
    Condition made;
    made.op_ = static_cast<Op>(found - functions.begin());
    EQLAB_TRY(made.first_, step());
    if (made.op_ == Op::within) {
      EQLAB_CHECK(comma());
      EQLAB_TRY(made.second_, step());
      EQLAB_CHECK(comma());
      const auto [at, spelled] = argument();
      const auto length = parse_duration(spelled);
      if (!length || *length < Duration::zero())
        return wrong(at, at + std::max<std::size_t>(1, spelled.size()),
                     "a length of time is expected", "write for example 15s");
      made.length_ = *length;
    }
    EQLAB_CHECK(closing());
    return made;
  }

  Result<Condition> choice(std::string_view name, std::size_t begin) {
    const auto found = std::ranges::find(names_.choices, name, &Choice::name);
    if (found == names_.choices.end()) {
      std::vector<std::string_view> known(functions.begin(), functions.end());
      for (const Choice& made : names_.choices) known.push_back(made.name);
      return unknown(name, begin, "function or choice", known);
    }
    if (!take_word("is"))
      return wrong(place_, place_ + 1, format("`is` is expected after the choice {}", name));
    skip_blanks();
    const std::size_t at = place_;
    const std::string_view option = word();
    const auto taken = std::ranges::find(found->options, option);
    if (taken == found->options.end()) {
      return unknown(option, at, format("option of {}", name),
                     {found->options.begin(), found->options.end()});
    }
    Condition made;
    made.op_ = Op::chosen;
    made.choice_ = static_cast<std::uint32_t>(found - names_.choices.begin());
    made.option_ = static_cast<std::uint32_t>(taken - found->options.begin());
    return made;
  }

  Result<std::vector<std::uint32_t>> step() {
    const auto [at, name] = argument();
    std::vector<std::uint32_t> places;
    for (std::uint32_t i = 0; i < names_.steps.size(); ++i) {
      if (names_.steps[i] == name) places.push_back(i);
    }
    if (places.empty()) {
      return unknown(name, at, "step", {names_.steps.begin(), names_.steps.end()});
    }
    return places;
  }

  /// Up to the next comma or bracket, without blanks at its ends; and where it begins.
  std::pair<std::size_t, std::string_view> argument() {
    skip_blanks();
    const std::size_t begin = place_;
    while (place_ < text_.size() && text_[place_] != ',' && text_[place_] != ')') ++place_;
    std::size_t end = place_;
    while (end > begin && is_blank(text_[end - 1])) --end;
    return {begin, text_.substr(begin, end - begin)};
  }

  void skip_blanks() {
    while (place_ < text_.size() && is_blank(text_[place_])) ++place_;
  }
  std::string_view word() {
    skip_blanks();
    const std::size_t begin = place_;
    while (place_ < text_.size() && !ends_word(text_[place_])) ++place_;
    return text_.substr(begin, place_ - begin);
  }
  bool take_word(std::string_view wanted) {
    const std::size_t begin = place_;
    if (word() == wanted) return true;
    place_ = begin;
    return false;
  }
  bool take(char c) {
    skip_blanks();
    if (place_ >= text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }
  Status closing() {
    if (take(')')) return ok();
    return wrong(place_, place_ + 1, "`)` is expected");
  }
  Status comma() {
    if (take(',')) return ok();
    return wrong(place_, place_ + 1, "`,` is expected", "write within(STEP, STEP, LENGTH)");
  }

  static Failure<Diagnostic> wrong(std::size_t begin, std::size_t end, std::string message,
                                   std::string hint = {}) {
    return fail(error_at({begin, end}, "E505", std::move(message), std::move(hint)));
  }
  static Failure<Diagnostic> unknown(std::string_view name, std::size_t begin,
                                     std::string_view kind,
                                     const std::vector<std::string_view>& known) {
    const auto close = nearest(name, known, 1);
    return wrong(begin, begin + std::max<std::size_t>(1, name.size()),
                 format("there is no {} named \"{}\"", kind, printable(name)),
                 close.empty() ? std::string() : format("did you mean {}?", close.front()));
  }

  std::string_view text_;
  const ConditionNames& names_;
  std::size_t place_ = 0;
};

Result<Condition> parse_condition(std::string_view text, const ConditionNames& names) {
  return ConditionParser(text, names).parse();
}

}  // namespace eqlab::generators
