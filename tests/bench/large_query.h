#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "harness/base/text.h"

/// Queries of the size of the largest public rule: 46,906 characters, 2,609 constants, expressions
/// 28 deep.
namespace eqlab::bench {

inline constexpr std::size_t constants_in_largest = 2'609;
inline constexpr std::size_t bytes_of_largest = 46'906;
inline constexpr int depth_of_largest = 28;

enum class Shape : unsigned char {
  like_list,   ///< `like~` of patterns that share their beginning
  colon_list,  ///< `:` of patterns, every third without a wildcard
  in_list,     ///< `in~`
  regex_list,  ///< `regex~`
  or_row,      ///< one `like~` after another, joined by `or`
  not_row,     ///< one `:` after another, negated and joined by `and`
};
inline constexpr std::array<std::string_view, 6> shape_names = {
    "like~ list", ": list", "in~ list", "regex~ list", "row of or", "row of and not"};

/// Constant number `i`, as a string literal.
inline std::string large_constant(Shape shape, std::size_t i) {
  switch (shape) {
    case Shape::like_list:
    case Shape::or_row:
      return format(R"("?:\\Users\\*\\tool-{:05}*.exe")", i * 37);
    case Shape::colon_list:
    case Shape::not_row:
      return i % 3 == 2 ? format(R"("update-{:05}.exe")", i * 37)
                        : format(R"("*\\Temp\\up{:05}?.exe")", i * 37);
    case Shape::in_list:
      return format(R"("service-{:05}.exe")", i * 37);
    case Shape::regex_list:
      return format(R"re("tool[0-9]+{:05}\\\\.(exe|dll)")re", i * 37);
  }
  return {};
}

/// All constants in one condition, `and`, `or` and `not` around it to the full depth.
inline std::string large_query(Shape shape) {
  constexpr std::string_view field = "process.executable";
  std::string inner;
  if (shape == Shape::or_row || shape == Shape::not_row) {
    for (std::size_t i = 0; i < constants_in_largest; ++i) {
      if (i > 0) inner += shape == Shape::or_row ? " or " : " and ";
      inner += format("{}{} {} {}", shape == Shape::or_row ? "" : "not ", field,
                      shape == Shape::or_row ? "like~" : ":", large_constant(shape, i));
    }
  } else {
    constexpr std::array<std::string_view, 4> operators = {"like~", ":", "in~", "regex~"};
    inner = format("{} {} (", field, operators[static_cast<std::size_t>(shape)]);
    for (std::size_t i = 0; i < constants_in_largest; ++i)
      inner += (i > 0 ? ", " : "") + large_constant(shape, i);
    inner += ')';
  }
  // One `and`, `or` or `not` on another.
  const int inner_depth = shape == Shape::or_row ? 3 : shape == Shape::not_row ? 4 : 2;
  for (int depth = inner_depth; depth < depth_of_largest; ++depth) {
    switch (depth % 4) {
      case 0:
        inner = format("(process.pid >= 0 and ({}))", inner);
        break;
      case 2:
        inner = format("(process.pid == {} or ({}))", depth, inner);
        break;
      default:
        inner = format("not ({})", inner);
    }
  }
  return "process where " + inner;
}

}  // namespace eqlab::bench
