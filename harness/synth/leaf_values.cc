#include "harness/synth/leaf_values.h"

#include <algorithm>
#include <utility>

#include "harness/base/text.h"
#include "harness/eql/lucene_regex.h"
#include "harness/eql/pattern.h"
#include "harness/eql/regex.h"
#include "harness/event/ip.h"
#include "harness/synth/regex_example.h"

namespace eqlab::synth {
namespace {

using eql::Leaf;
using eql::LeafKind;
using event::FieldType;
using event::Physical;
using event::Value;

constexpr std::size_t constants_tried_max = 24;

/// −1, 0, 1; 2 when one is no number. Exact between whole numbers.
int order_of_numbers(const Value& a, const Value& b) {
  return std::visit(
      [](const auto& x, const auto& y) -> int {
        using X = std::decay_t<decltype(x)>;
        using Y = std::decay_t<decltype(y)>;
        constexpr bool x_is_whole =
            std::is_same_v<X, std::int64_t> || std::is_same_v<X, std::uint64_t>;
        constexpr bool y_is_whole =
            std::is_same_v<Y, std::int64_t> || std::is_same_v<Y, std::uint64_t>;
        if constexpr (x_is_whole && y_is_whole) {
          return std::cmp_less(x, y) ? -1 : std::cmp_equal(x, y) ? 0 : 1;
        } else if constexpr ((x_is_whole || std::is_same_v<X, double>)&&(
                                 y_is_whole || std::is_same_v<Y, double>)) {
          const auto left = static_cast<double>(x);
          const auto right = static_cast<double>(y);
          return left < right ? -1 : left > right ? 1 : left == right ? 0 : 2;
        } else {
          return 2;
        }
      },
      a, b);
}

int order_of(const Leaf& leaf, const Value& value, const Value& constant) {
  const auto* const text = std::get_if<std::string>(&value);
  const auto* const other = std::get_if<std::string>(&constant);
  if (text == nullptr || other == nullptr) return order_of_numbers(value, constant);
  if (leaf.field.type == FieldType::ip) {
    const auto a = event::parse_ip(*text);
    const auto b = event::parse_ip(*other);
    if (!a || !b) return 2;
    return *a < *b ? -1 : *b < *a ? 1 : 0;
  }
  const int order = text->compare(*other);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool holds_for_text(const Leaf& leaf, const std::string& text, const std::string& constant) {
  switch (leaf.kind) {
    case LeafKind::equal:
      return text == constant;
    case LeafKind::prefix:
      return text.starts_with(constant);
    case LeafKind::wildcard:
      return eql::Wildcard(constant).matches(text);
    case LeafKind::escaped_wildcard:
      return eql::Wildcard(constant, eql::Wildcard::Escapes::backslash).matches(text);
    default:
      return false;
  }
}

/// `*` becomes a word where nothing would read oddly, between separators or before an extension;
/// elsewhere, and with another `filler`, what it says.
std::string example_of(std::string_view pattern, bool has_escapes, const char* filler) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (has_escapes && c == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (c == '?') {
      out += 'a';
    } else if (c != '*') {
      out += c;
    } else if (filler != nullptr) {
      out += filler;
    } else {
      const bool after_separator = !out.empty() && (out.back() == '/' || out.back() == '\\');
      const bool before_extension = out.empty() && i + 1 < pattern.size() && pattern[i + 1] == '.';
      if (after_separator || before_extension) out += "example";
    }
  }
  return out;
}

void add(std::vector<Value>& values, Value value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
}

void add_pattern_examples(const Leaf& leaf, std::vector<Value>& out) {
  const bool has_escapes = leaf.kind == LeafKind::escaped_wildcard;
  std::vector<std::string> patterns;
  for (const Value& constant : leaf.constants) {
    if (const auto* const text = std::get_if<std::string>(&constant)) patterns.push_back(*text);
  }
  // Names before patterns.
  std::stable_partition(patterns.begin(), patterns.end(),
                        [](const std::string& p) { return !eql::has_wildcards(p); });
  if (patterns.size() > constants_tried_max) patterns.resize(constants_tried_max);
  for (const char* const filler : {static_cast<const char*>(nullptr), "", "a", "example"}) {
    for (const std::string& pattern : patterns) {
      std::string text = example_of(pattern, has_escapes, filler);
      if (text.empty()) text = "example";
      add(out, std::move(text));
    }
  }
}

Value stepped(const Value& constant, int step) {
  if (const auto* const n = std::get_if<std::int64_t>(&constant)) {
    std::int64_t out = 0;
    return __builtin_add_overflow(*n, step, &out) ? constant : Value(out);
  }
  if (const auto* const n = std::get_if<std::uint64_t>(&constant))
    return step < 0 ? Value(*n - (*n > 0 ? 1U : 0U)) : Value(*n + (*n < UINT64_MAX ? 1U : 0U));
  if (const auto* const n = std::get_if<double>(&constant)) return *n + step;
  return constant;
}

/// The address next above (or below), for blocks and comparisons.
std::string next_address(std::string_view text, int step) {
  const auto parsed = event::parse_ip(text.substr(0, text.find('/')));
  if (!parsed) return std::string(text);
  event::IpAddress address = *parsed;
  for (std::size_t i = address.bytes.size(); i-- > 0;) {
    const int sum = address.bytes[i] + step;
    address.bytes[i] = static_cast<std::uint8_t>(sum & 0xFF);
    if (sum >= 0 && sum <= 0xFF) break;
  }
  return event::to_text(address);
}

void add_near(const Leaf& leaf, const Value& constant, std::vector<Value>& out) {
  const auto* const text = std::get_if<std::string>(&constant);
  for (const int step : {0, 1, -1}) {
    if (text == nullptr) {
      add(out, stepped(constant, step));
    } else if (leaf.field.type == FieldType::ip) {
      add(out, next_address(*text, step));
    } else if (step == 0) {
      add(out, *text);
    } else if (step > 0) {
      add(out, *text + "a");
    } else if (!text->empty() && text->back() > '!') {
      std::string below = *text;
      --below.back();
      add(out, std::move(below));
    }
  }
}

/// Constants keep the number's type as written; a column has one type.
Value as_kept(const event::Field& field, Value value) {
  switch (event::physical_of(field.type)) {
    case Physical::integer:
      if (const auto* const n = std::get_if<double>(&value)) {
        if (*n > -9e18 && *n < 9e18) return static_cast<std::int64_t>(*n);
      }
      if (const auto* const n = std::get_if<std::uint64_t>(&value)) {
        if (std::in_range<std::int64_t>(*n)) return static_cast<std::int64_t>(*n);
      }
      return value;
    case Physical::natural:
      if (const auto* const n = std::get_if<std::int64_t>(&value)) {
        if (*n >= 0) return static_cast<std::uint64_t>(*n);
      }
      return value;
    case Physical::real:
      if (const auto* const n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
      if (const auto* const n = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*n);
      return value;
    case Physical::text:
    case Physical::boolean:
      return value;
  }
  return value;
}

std::vector<Value> as_kept(const event::Field& field, const std::vector<Value>& values) {
  std::vector<Value> out;
  for (const Value& value : values) add(out, as_kept(field, value));
  return out;
}

}  // namespace

bool holds(const Leaf& leaf, const Value& value) {
  if (event::is_null(value)) return false;
  std::string folded;
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && leaf.kind != LeafKind::regex &&
      (leaf.fold_case || leaf.field.folds_case)) {
    folded = fold_ascii(*text);
    text = &folded;
  }
  switch (leaf.kind) {
    case LeafKind::exists:
      return true;
    case LeafKind::equal:
    case LeafKind::wildcard:
    case LeafKind::escaped_wildcard:
    case LeafKind::prefix:
      return std::ranges::any_of(leaf.constants, [&](const Value& constant) {
        const auto* const other = std::get_if<std::string>(&constant);
        if (text != nullptr && other != nullptr) return holds_for_text(leaf, *text, *other);
        return value == constant || order_of_numbers(value, constant) == 0;
      });
    case LeafKind::less:
      return order_of(leaf, value, leaf.constants[0]) == -1;
    case LeafKind::less_equal:
      return order_of(leaf, value, leaf.constants[0]) <= 0;
    case LeafKind::greater:
      return order_of(leaf, value, leaf.constants[0]) == 1;
    case LeafKind::greater_equal: {
      const int order = order_of(leaf, value, leaf.constants[0]);
      return order == 0 || order == 1;
    }
    case LeafKind::between: {
      const int low = order_of(leaf, value, leaf.constants[0]);
      const int high = order_of(leaf, value, leaf.constants[1]);
      return (low == 1 || (low == 0 && !leaf.open_low)) &&
             (high == -1 || (high == 0 && !leaf.open_high));
    }
    case LeafKind::within: {
      const auto* const time = std::get_if<std::int64_t>(&value);
      return time != nullptr && std::ranges::any_of(leaf.ranges, [&](const eql::TimeRange& r) {
               return r.first <= *time && *time <= r.last;
             });
    }
    case LeafKind::regex: {
      if (text == nullptr) return false;
      const auto* const pattern = std::get_if<std::string>(&leaf.constants[0]);
      if (pattern == nullptr) return false;
      const auto program = eql::LuceneRegex::compile(*pattern, leaf.fold_case, {});
      return program && program->matches(*text);
    }
    case LeafKind::cidr: {
      const auto address = text == nullptr ? std::nullopt : event::parse_ip(*text);
      return address && std::ranges::any_of(leaf.constants, [&](const Value& constant) {
               const auto* const written = std::get_if<std::string>(&constant);
               const auto block =
                   written == nullptr ? std::nullopt : event::IpBlock::parse(*written);
               return block && block->contains(*address);
             });
    }
    case LeafKind::script:
    case LeafKind::script_null:
      return false;
  }
  return false;
}

std::vector<Value> likely_values(const Leaf& leaf) {
  std::vector<Value> out;
  switch (leaf.kind) {
    case LeafKind::exists:
      return ordinary_values(leaf.field);
    case LeafKind::equal:
    case LeafKind::prefix:
      for (std::size_t i = 0; i < std::min(leaf.constants.size(), constants_tried_max); ++i)
        add(out, leaf.constants[i]);
      break;
    case LeafKind::wildcard:
    case LeafKind::escaped_wildcard:
      add_pattern_examples(leaf, out);
      break;
    case LeafKind::less:
    case LeafKind::less_equal:
    case LeafKind::greater:
    case LeafKind::greater_equal:
      add_near(leaf, leaf.constants[0], out);
      break;
    case LeafKind::between:
      for (const Value& constant : leaf.constants) add_near(leaf, constant, out);
      break;
    case LeafKind::within:
      for (std::size_t i = 0; i < std::min(leaf.ranges.size(), constants_tried_max); ++i) {
        add(out, leaf.ranges[i].first);
        add(out, leaf.ranges[i].last);
      }
      break;
    case LeafKind::cidr:
      for (std::size_t i = 0; i < std::min(leaf.constants.size(), constants_tried_max); ++i) {
        if (const auto* const block = std::get_if<std::string>(&leaf.constants[i])) {
          add(out, next_address(*block, 1));
          add(out, block->substr(0, block->find('/')));
        }
      }
      break;
    case LeafKind::regex:
      if (const auto* const pattern = std::get_if<std::string>(&leaf.constants[0])) {
        if (const auto tree = eql::parse_lucene_regex(*pattern, false, {})) {
          for (std::string& text : regex_examples(*tree)) add(out, std::move(text));
        }
      }
      break;
    case LeafKind::script:
    case LeafKind::script_null:
      break;
  }
  return as_kept(leaf.field, out);
}

std::vector<Value> ordinary_values(const event::Field& field) {
  if (field.type == FieldType::ip) {
    return {std::string("192.0.2.10"), std::string("203.0.113.7"), std::string("10.0.0.7"),
            std::string("8.8.8.8"),    std::string("2001:db8::7"), std::string("2606:4700::1111")};
  }
  if (field.type == FieldType::version) return {std::string("1.0.0"), std::string("9.9.9")};
  if (event::is_date(field.type))
    return {std::int64_t{1'767'225'600'000'000'000}};  // 2026-01-01, as cases begin
  switch (event::physical_of(field.type)) {
    case Physical::text: {
      const std::size_t dot = field.name.rfind('.');
      const std::string last = field.name.substr(dot == std::string::npos ? 0 : dot + 1);
      std::string parent = dot == std::string::npos ? last : field.name.substr(0, dot);
      parent.erase(0, parent.rfind('.') + 1);
      const bool is_id = last == "id" || last.ends_with("_id") || last == "uid";
      return {is_id ? parent + "-1" : std::string("example"), std::string("a"), std::string("1"),
              std::string("another-example")};
    }
    case Physical::integer:
      return {std::int64_t{1}, std::int64_t{0}, std::int64_t{1000}, std::int64_t{50'000}};
    case Physical::natural:
      return {std::uint64_t{1}, std::uint64_t{0}, std::uint64_t{1000}};
    case Physical::real:
      return {1.0, 0.0, 1000.0};
    case Physical::boolean:
      return {true, false};
  }
  return {};
}

std::vector<Value> other_values(const event::Field& field, const Value& value) {
  std::vector<Value> out;
  if (const auto* const text = std::get_if<std::string>(&value)) {
    if (field.type != FieldType::ip && field.type != FieldType::version) {
      const std::size_t dash = text->rfind('-');
      if (dash != std::string::npos && text->substr(dash) == "-1")
        out.emplace_back(text->substr(0, dash) + "-2");
      out.emplace_back(*text + "-other");
      out.emplace_back("other-" + *text);
      out.emplace_back(std::string("other"));
      return out;
    }
  } else if (const auto* const truth = std::get_if<bool>(&value)) {
    return {!*truth};
  } else {
    out = {stepped(value, 1), stepped(value, -1)};
  }
  for (Value& ordinary : ordinary_values(field)) add(out, std::move(ordinary));
  std::erase(out, value);
  return out;
}

}  // namespace eqlab::synth
