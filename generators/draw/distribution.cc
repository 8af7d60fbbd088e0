// A distribution is a small tree; sampling walks it. The parser is a recursive descent over one
// line. Tested in tests/unit/generators/draw_test.cc.
#include "generators/draw/distribution.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "generators/draw/portable_math.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

constexpr int nesting_max = 16;

double to_double(Duration duration) { return static_cast<double>(duration.count()); }

Duration rounded(double nanoseconds) {
  // 200 years: beyond any corpus, and far from overflow.
  return Duration(static_cast<std::int64_t>(std::clamp(nanoseconds, 0.0, 6.3e18) + 0.5));
}

/// Uniform in (0, 1): the quantile functions have no value at the ends.
double open_uniform(Rng& rng) { return (static_cast<double>(rng.next() >> 12U) + 0.5) * 0x1.0p-52; }

}  // namespace

Distribution Distribution::constant(Duration value) {
  Distribution made;
  made.a_ = value;
  return made;
}

Distribution Distribution::uniform(Duration low, Duration high) {
  Distribution made;
  made.op_ = Op::uniform;
  made.a_ = low;
  made.b_ = high;
  return made;
}

Distribution Distribution::lognormal(Duration median, double sigma) {
  Distribution made;
  made.op_ = Op::lognormal;
  made.a_ = median;
  made.x_ = sigma;
  return made;
}

Distribution Distribution::exponential(Duration mean) {
  Distribution made;
  made.op_ = Op::exponential;
  made.a_ = mean;
  return made;
}

Duration Distribution::sample(Rng& rng) const {  // NOLINT(misc-no-recursion): nesting_max
  switch (op_) {
    case Op::constant:
      return a_;
    case Op::uniform:
    case Op::lognormal:
    case Op::exponential:
      return quantile(open_uniform(rng));
    case Op::choice:
      return parts_[rng.below(parts_.size())].sample(rng);
    case Op::mix: {
      const double drawn = rng.uniform();
      std::size_t i = 0;
      while (i + 1 < parts_.size() && drawn >= bounds_[i]) ++i;
      return parts_[i].sample(rng);
    }
    case Op::clip:
      return std::clamp(parts_[0].sample(rng), a_, b_);
    case Op::times:
      return rounded(to_double(parts_[0].sample(rng)) * x_);
    case Op::jitter:
      return rounded(to_double(parts_[0].sample(rng)) * (1 + x_ * (2 * rng.uniform() - 1)));
    case Op::plus: {
      Duration sum{};
      for (const Distribution& part : parts_) sum += part.sample(rng);
      return sum;
    }
  }
  return {};
}

bool Distribution::has_quantile() const {  // NOLINT(misc-no-recursion): nesting_max
  switch (op_) {
    case Op::constant:
    case Op::uniform:
    case Op::lognormal:
    case Op::exponential:
      return true;
    case Op::choice:
      return std::ranges::all_of(parts_, &Distribution::is_constant);
    case Op::clip:
    case Op::times:
      return parts_[0].has_quantile();
    case Op::mix:
    case Op::jitter:
    case Op::plus:
      return false;
  }
  return false;
}

Duration Distribution::quantile(double p) const {  // NOLINT(misc-no-recursion): nesting_max
  EQLAB_ASSERT(has_quantile() && p > 0 && p < 1);
  switch (op_) {
    case Op::constant:
      return a_;
    case Op::uniform:
      return rounded(to_double(a_) + p * to_double(b_ - a_));
    case Op::lognormal:
      return rounded(to_double(a_) * portable_exp(x_ * normal_quantile(p)));
    case Op::exponential:
      return rounded(to_double(a_) * -portable_log(1 - p));
    case Op::choice: {
      std::vector<Duration> values;
      for (const Distribution& part : parts_) values.push_back(part.a_);
      std::ranges::sort(values);
      return values[static_cast<std::size_t>(p * static_cast<double>(values.size()))];
    }
    case Op::clip:
      return std::clamp(parts_[0].quantile(p), a_, b_);
    case Op::times:
      return rounded(to_double(parts_[0].quantile(p)) * x_);
    case Op::mix:
    case Op::jitter:
    case Op::plus:
      break;
  }
  return {};
}

/// expression := length | name | function '(' argument { ',' argument } ')'
/// argument   := [ key '=' ] ( number | percentage | expression )   with `weight% :` before the
/// parts of mix
class DistributionParser {
 public:
  DistributionParser(std::string_view text, const DistributionTable& table)
      : text_(text), table_(table) {}

  Result<Distribution> parse() {
    EQLAB_TRY(Distribution whole, expression(0));
    skip_blanks();
    if (place_ != text_.size())
      return wrong(place_, text_.size(), "nothing may follow the distribution");
    return whole;
  }

 private:
  using Op = Distribution::Op;

  Result<Distribution> expression(int depth) {  // NOLINT(misc-no-recursion): nesting_max
    skip_blanks();
    if (depth > nesting_max)
      return wrong(place_, place_ + 1, format("nested deeper than {}", nesting_max));
    const std::size_t begin = place_;
    if (begin < text_.size() &&
        (is_digit(text_[begin]) || text_[begin] == '-' || text_[begin] == '.')) {
      EQLAB_TRY(const Duration value, length());
      return Distribution::constant(value);
    }
    const std::string_view name = word();
    if (name.empty())
      return wrong(begin, begin + 1, "a distribution or a length of time is expected");
    skip_blanks();
    if (place_ >= text_.size() || text_[place_] != '(') return named(name, begin);
    ++place_;
    return function(name, begin, depth);
  }

  Result<Distribution> named(std::string_view name, std::size_t begin) {
    const auto found = table_.find(name);
    if (found != table_.end()) return found->second;
    std::vector<std::string_view> known(functions.begin(), functions.end());
    for (const auto& [key, value] : table_) known.push_back(key);
    const auto close = nearest(name, known, 1);
    return fail(error_at({begin, begin + name.size()}, "E513",
                         format("there is no distribution named \"{}\"", name),
                         close.empty() ? "" : format("did you mean {}?", close.front())));
  }

  Result<Distribution> function(std::string_view name, std::size_t begin,
                                int depth) {  // NOLINT(misc-no-recursion)
    Distribution made;
    if (name == "constant") {
      EQLAB_TRY(made.a_, length("value"));
    } else if (name == "uniform") {
      made.op_ = Op::uniform;
      EQLAB_TRY(made.a_, length("low"));
      EQLAB_CHECK(comma());
      EQLAB_TRY(made.b_, length("high"));
      if (made.b_ < made.a_) return wrong(begin, place_, "the upper end lies below the lower end");
    } else if (name == "lognormal") {
      made.op_ = Op::lognormal;
      EQLAB_TRY(made.a_, length("median"));
      EQLAB_CHECK(comma());
      EQLAB_TRY(made.x_, number("sigma", 10));
    } else if (name == "exponential") {
      made.op_ = Op::exponential;
      EQLAB_TRY(made.a_, length("mean"));
    } else if (name == "choice") {
      made.op_ = Op::choice;
      EQLAB_CHECK(parts(made, depth));
    } else if (name == "plus") {
      made.op_ = Op::plus;
      EQLAB_CHECK(parts(made, depth));
    } else if (name == "mix") {
      made.op_ = Op::mix;
      EQLAB_CHECK(weighted_parts(made, depth));
    } else if (name == "clip") {
      made.op_ = Op::clip;
      EQLAB_TRY(Distribution inner, expression(depth + 1));
      made.parts_.push_back(std::move(inner));
      EQLAB_CHECK(comma());
      EQLAB_TRY(made.a_, length("low"));
      EQLAB_CHECK(comma());
      EQLAB_TRY(made.b_, length("high"));
      if (made.b_ < made.a_) return wrong(begin, place_, "the upper end lies below the lower end");
    } else if (name == "times") {
      made.op_ = Op::times;
      EQLAB_TRY(made.x_, number("factor", 1e6));
      EQLAB_CHECK(comma());
      EQLAB_TRY(Distribution inner, expression(depth + 1));
      made.parts_.push_back(std::move(inner));
    } else if (name == "jitter") {
      made.op_ = Op::jitter;
      EQLAB_TRY(Distribution inner, expression(depth + 1));
      made.parts_.push_back(std::move(inner));
      EQLAB_CHECK(comma());
      EQLAB_TRY(made.x_, number("share", 1));
    } else {
      const auto close = nearest(name, {functions.begin(), functions.end()}, 1);
      return fail(error_at({begin, begin + name.size()}, "E513",
                           format("there is no distribution called {}(…)", name),
                           close.empty() ? "" : format("did you mean {}(…)?", close.front())));
    }
    skip_blanks();
    if (place_ >= text_.size() || text_[place_] != ')') {
      return wrong(place_, place_ + 1, format("`)` is expected after the arguments of {}", name));
    }
    ++place_;
    return made;
  }

  Status parts(Distribution& made, int depth) {  // NOLINT(misc-no-recursion): nesting_max
    do {
      EQLAB_TRY(Distribution part, expression(depth + 1));
      made.parts_.push_back(std::move(part));
    } while (take(','));
    return ok();
  }

  Status weighted_parts(Distribution& made, int depth) {  // NOLINT(misc-no-recursion): nesting_max
    const std::size_t begin = place_;
    double sum = 0;
    do {
      EQLAB_TRY(const double weight, number("", 1e9));
      if (!take(':'))
        return wrong(place_, place_ + 1, "`:` is expected between weight and distribution");
      EQLAB_TRY(Distribution part, expression(depth + 1));
      sum += weight;
      made.bounds_.push_back(sum);
      made.parts_.push_back(std::move(part));
    } while (take(','));
    if (sum <= 0) return wrong(begin, place_, "the weights of mix add up to nothing");
    for (double& bound : made.bounds_) bound /= sum;
    return ok();
  }

  Result<Duration> length(std::string_view key = "") {
    key_of(key);
    skip_blanks();
    const std::size_t begin = place_;
    const bool negative = take('-');
    const std::size_t digits = place_;
    while (place_ < text_.size() && (is_word(text_[place_]) || text_[place_] == '.')) ++place_;
    const std::string_view spelled = text_.substr(digits, place_ - digits);
    const auto parsed = parse_duration(spelled);
    if (!parsed) {
      return fail(error_at({begin, std::max(place_, begin + 1)}, "E513",
                           "a length of time is expected",
                           "write a number with ns, us, ms, s, m, h or d, such as 250ms"));
    }
    if (negative || *parsed < Duration::zero()) {
      return fail(error_at({begin, place_}, "E516", "a length of time cannot be negative"));
    }
    return *parsed;
  }

  /// A plain number or a percentage.
  Result<double> number(std::string_view key, double max) {
    key_of(key);
    skip_blanks();
    const std::size_t begin = place_;
    while (place_ < text_.size() &&
           (is_digit(text_[place_]) || text_[place_] == '.' || text_[place_] == '-'))
      ++place_;
    auto value = parse_number<double>(text_.substr(begin, place_ - begin));
    if (value && place_ < text_.size() && text_[place_] == '%') {
      ++place_;
      *value /= 100;
    }
    if (!value || !(*value >= 0) || *value > max) {
      return wrong(begin, std::max(place_, begin + 1),
                   format("a number from 0 to {} is expected", max));
    }
    return *value;
  }

  /// Skips `key =` if it stands here; arguments may be given by place alone.
  void key_of(std::string_view key) {
    skip_blanks();
    const std::size_t begin = place_;
    if (!key.empty() && word() == key && take('=')) return;
    place_ = begin;
  }

  Status comma() {
    if (take(',')) return ok();
    return wrong(place_, place_ + 1, "another argument is expected");
  }

  bool take(char wanted) {
    skip_blanks();
    if (place_ >= text_.size() || text_[place_] != wanted) return false;
    ++place_;
    return true;
  }

  std::string_view word() {
    const std::size_t begin = place_;
    while (place_ < text_.size() && (is_word(text_[place_]) || text_[place_] == '.')) ++place_;
    return text_.substr(begin, place_ - begin);
  }

  void skip_blanks() {
    while (place_ < text_.size() &&
           (text_[place_] == ' ' || text_[place_] == '\t' || text_[place_] == '\n'))
      ++place_;
  }

  [[nodiscard]] Failure<Diagnostic> wrong(std::size_t begin, std::size_t end,
                                          std::string message) const {
    begin = std::min(begin, text_.size());
    return fail(
        error_at({begin, std::clamp(end, begin, text_.size())}, "E513", std::move(message)));
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static constexpr std::array<std::string_view, 10> functions = {
      "constant", "uniform", "lognormal", "exponential", "choice",
      "mix",      "clip",    "times",     "jitter",      "plus"};

  std::string_view text_;
  const DistributionTable& table_;
  std::size_t place_ = 0;
};

Result<Distribution> parse_distribution(std::string_view text, const DistributionTable& table) {
  return DistributionParser(text, table).parse();
}

QuantileTable::QuantileTable(const Distribution& distribution) {
  // Ends at 1/4096 and 4095/4096: the tail beyond them is drawn as if it ended there.
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double p = std::clamp(static_cast<double>(i) / 1024.0, 1.0 / 4096, 4095.0 / 4096);
    values_[i] = static_cast<std::uint64_t>(distribution.quantile(p).count());
  }
}

std::uint64_t draw_count(Rng& rng, double mean) {
  if (mean <= 0) return 0;
  if (mean > 64) {
    const double drawn = mean + std::sqrt(mean) * normal_quantile(open_uniform(rng));
    return static_cast<std::uint64_t>(std::max(0.0, drawn + 0.5));
  }
  // Knuth: count the uniform factors until the product falls below e^-mean.
  const double floor = portable_exp(-mean);
  std::uint64_t count = 0;
  for (double product = rng.uniform(); product > floor; product *= rng.uniform()) ++count;
  return count;
}

}  // namespace eqlab::generators
