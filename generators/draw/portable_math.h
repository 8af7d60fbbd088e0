#pragma once

namespace eqlab::generators {

/// log, exp and the normal quantile from +, −, ×, ÷ and exact scaling alone. The C library's
/// versions may differ in the last bit between machines (with or without fused multiply-add), and
/// that bit would reach an event's time stamp. Relative error below 1e-14 over the ranges used
/// here.
[[nodiscard]] double portable_log(double x);  ///< x > 0, finite
[[nodiscard]] double portable_exp(double x);  ///< |x| < 700
/// The x for which a standard normal variable is below it with probability p; 0 < p < 1.
/// Source: Wichura, algorithm AS 241 (PPND16).
[[nodiscard]] double normal_quantile(double p);

}  // namespace eqlab::generators
