#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Numbers that keep what they were made from, and say so where the data supports none.
namespace eqlab::score {

struct Interval {
  double low = 0;
  double high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

inline constexpr double confidence_default = 0.95;

/// Why a figure has no value: one line for people, in lower case.
struct Unmeasured {
  std::string reason;
  friend bool operator==(const Unmeasured&, const Unmeasured&) = default;
};

/// A value, or why there is none.
template <class T>
class Measured {
 public:
  Measured(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Measured(Unmeasured why)
      : reason_(std::move(why.reason)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] explicit operator bool() const { return value_.has_value(); }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] const std::optional<T>& value() const { return value_; }
  /// Empty where there is a value.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  friend bool operator==(const Measured&, const Measured&) = default;

 private:
  std::optional<T> value_;
  std::string reason_;
};

/// How an interval was made.
enum class Method : std::uint8_t {
  wilson,            ///< proportions: score interval, each trial independent of the others
  garwood,           ///< counts: exact Poisson, each event independent of the others
  order_statistics,  ///< medians: between two of the values, whatever their distribution
  bootstrap,         ///< hosts resampled with replacement, BCa: see score/bootstrap.h
};
[[nodiscard]] std::string_view to_string(Method method);

/// hits out of total. Without a total there is no value: neither 0 nor 1 would be true.
struct Proportion {
  std::uint64_t hits = 0;
  std::uint64_t total = 0;
  [[nodiscard]] std::optional<double> value() const;
  /// Wilson's score interval, which also holds near 0 and 1 and for small totals. Takes trials as
  /// independent: many incidents of one host make it too narrow.
  [[nodiscard]] std::optional<Interval> interval(double confidence = confidence_default) const;
  friend bool operator==(const Proportion&, const Proportion&) = default;
};

/// Events counted over an exposure (host-days, say).
struct Rate {
  std::uint64_t count = 0;
  double exposure = 0;
  [[nodiscard]] std::optional<double> value() const;
  /// Exact Poisson interval (Garwood), by quantiles of the gamma distribution. Takes events as
  /// independent: hosts that differ, or events in bursts, make it too narrow.
  [[nodiscard]] std::optional<Interval> interval(double confidence = confidence_default) const;
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// (1 + β²) P R / (β² P + R): recall counts β times as much as precision. 0 where both are 0;
/// nothing where one has no value. beta > 0.
[[nodiscard]] std::optional<double> f_beta(std::optional<double> precision,
                                           std::optional<double> recall, double beta);
/// Both alike: f_beta with beta 1.
[[nodiscard]] std::optional<double> f1(const Proportion& precision, const Proportion& recall);

/// What a corpus says about alerts, told apart by whether it depends on how common attacks are.
struct PrevalenceInputs {
  double recall = 0;               ///< share of malicious incidents that raise a right alert
  double chance_per_incident = 0;  ///< wrong alerts that take an event of one, for each of them
  double false_per_host_day = 0;   ///< all other wrong alerts
};
/// The share of right alerts where `per_host_day` malicious incidents happen on a host each day,
/// whatever the corpus holds: with R, C and F as above and the prevalence π,
///     π R / (π R + π C + F).
/// Recall itself does not depend on π. F stays as the corpus has it, so the mix of benign activity
/// must be one to be believed. Nothing where no alert at all would come.
[[nodiscard]] std::optional<double> precision_at(const PrevalenceInputs& inputs,
                                                 double per_host_day);

}  // namespace eqlab::score
