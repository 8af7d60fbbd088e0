#include "harness/scan/leaf_test.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cmath>
#include <functional>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/eql/pattern_set.h"
#include "harness/eql/regex.h"
#include "harness/event/ip.h"

namespace eqlab::scan {
namespace {

using eql::LeafKind;
using event::Dictionary;
using event::FieldType;
using event::Physical;
using event::ValueCode;

bool satisfies_order(LeafKind kind, int order) {
  switch (kind) {
    case LeafKind::equal:
      return order == 0;
    case LeafKind::less:
      return order == -1;
    case LeafKind::less_equal:
      return order == -1 || order == 0;
    case LeafKind::greater:
      return order == 1;
    case LeafKind::greater_equal:
      return order == 1 || order == 0;
    default:
      return false;
  }
}

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

bool is_ordered(LeafKind kind) {
  return kind == LeafKind::less || kind == LeafKind::less_equal || kind == LeafKind::greater ||
         kind == LeafKind::greater_equal;
}

__extension__ using Wide = __int128;  // holds both 64-bit kinds

/// Whole numbers against a double, exactly.
int compare_integer_real(Wide whole, double real) {
  if (std::isnan(real)) return 2;
  if (real >= 0x1p65) return -1;
  if (real <= -0x1p65) return 1;
  const double floor = std::floor(real);
  const auto below = static_cast<Wide>(floor);
  if (whole != below) return whole < below ? -1 : 1;
  return real > floor ? -1 : 0;
}

struct Version {
  std::vector<std::string_view> parts;
  std::vector<std::string_view> pre_release;
  std::string_view build;
  bool valid = false;
};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string_view> split_dots(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t dot = text.find('.');
    out.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    text.remove_prefix(dot + 1);
  }
}

Version parse_version(std::string_view text) {
  Version version;
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    version.build = text.substr(plus + 1);
    text = text.substr(0, plus);
  }
  std::string_view main = text;
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    main = text.substr(0, dash);
    version.pre_release = split_dots(text.substr(dash + 1));
  }
  version.parts = split_dots(main);
  version.valid =
      std::ranges::all_of(version.parts, is_digits) &&
      std::ranges::none_of(version.pre_release, [](std::string_view part) { return part.empty(); });
  return version;
}

int compare_digits(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign(a.compare(b));
}

int compare_identifiers(std::string_view a, std::string_view b) {
  if (is_digits(a) != is_digits(b)) return is_digits(a) ? -1 : 1;
  return is_digits(a) ? compare_digits(a, b) : sign(a.compare(b));
}

int compare_lists(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (const int order = compare_identifiers(a[i], b[i]); order != 0) return order;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

int compare_numbers(const event::Value& a, const event::Value& b) {
  const auto whole = [](const event::Value& v) -> std::optional<Wide> {
    if (const auto* const n = std::get_if<std::int64_t>(&v)) return *n;
    if (const auto* const n = std::get_if<std::uint64_t>(&v)) return *n;
    return std::nullopt;
  };
  const auto x = whole(a);
  const auto y = whole(b);
  if (x && y) return *x < *y ? -1 : *y < *x ? 1 : 0;
  const auto* const real_a = std::get_if<double>(&a);
  const auto* const real_b = std::get_if<double>(&b);
  if (x && real_b != nullptr) return compare_integer_real(*x, *real_b);
  if (real_a != nullptr && y) {
    const int order = compare_integer_real(*y, *real_a);
    return order == 2 ? 2 : -order;
  }
  if (real_a == nullptr || real_b == nullptr || std::isnan(*real_a) || std::isnan(*real_b))
    return 2;
  return *real_a < *real_b ? -1 : *real_b < *real_a ? 1 : 0;
}

int compare_versions(std::string_view a, std::string_view b) {
  const Version x = parse_version(a);
  const Version y = parse_version(b);
  if (x.valid != y.valid) return x.valid ? -1 : 1;
  if (!x.valid) return sign(a.compare(b));
  if (const int order = compare_lists(x.parts, y.parts); order != 0) return order;
  if (x.pre_release.empty() != y.pre_release.empty()) return x.pre_release.empty() ? 1 : -1;
  if (const int order = compare_lists(x.pre_release, y.pre_release); order != 0) return order;
  return sign(x.build.compare(y.build));
}

/// What each kind of leaf needs, ready for use.
struct LeafTest::Compiled {
  explicit Compiled(const eql::Leaf& source) : leaf(source) {
    std::vector<eql::Wildcard> wildcards;
    for (const event::Value& constant : leaf.constants) {
      const auto* const text = std::get_if<std::string>(&constant);
      switch (leaf.kind) {
        case LeafKind::equal:
        case LeafKind::wildcard:
        case LeafKind::escaped_wildcard:
        case LeafKind::prefix:
          if (text != nullptr) add_text(leaf.kind, *text, wildcards);
          break;
        case LeafKind::regex: {
          auto compiled = eql::LuceneRegex::compile(*text, leaf.fold_case, {});
          EQLAB_ASSERT(compiled.has_value());  // the checker has compiled it before
          regexes.push_back(std::move(*compiled));
          break;
        }
        case LeafKind::cidr: {
          const auto block = event::IpBlock::parse(*text);
          EQLAB_ASSERT(block.has_value());
          blocks.push_back(*block);
          break;
        }
        default:
          break;
      }
    }
    patterns = eql::PatternSet(std::move(wildcards));
    if ((is_ordered(leaf.kind) || leaf.kind == LeafKind::between) &&
        leaf.field.type == FieldType::ip) {
      for (const event::Value& constant : leaf.constants) {
        addresses.push_back(event::parse_ip(std::get<std::string>(constant)));
        EQLAB_ASSERT(addresses.back().has_value());
      }
    }
  }

  explicit Compiled(const std::vector<const eql::Leaf*>& leaves) : leaf(*leaves[0]) {
    leaf.kind = LeafKind::wildcard;
    leaf.constants.clear();
    std::vector<eql::Wildcard> wildcards;
    for (const eql::Leaf* const one : leaves) {
      for (const event::Value& constant : one->constants)
        add_text(one->kind, std::get<std::string>(constant), wildcards);
    }
    patterns = eql::PatternSet(std::move(wildcards));
  }

  void add_text(LeafKind kind, const std::string& text, std::vector<eql::Wildcard>& wildcards) {
    if (kind == LeafKind::equal) {
      texts.insert(text);
    } else if (kind == LeafKind::prefix) {
      wildcards.push_back(eql::Wildcard::beginning_with(text));
    } else {
      wildcards.emplace_back(text, kind == LeafKind::escaped_wildcard
                                       ? eql::Wildcard::Escapes::backslash
                                       : eql::Wildcard::Escapes::none);
    }
  }

  [[nodiscard]] bool test_text(std::string_view value, eql::PatternSet::Scratch& scratch) const {
    switch (leaf.kind) {
      case LeafKind::exists:
        return true;
      case LeafKind::equal:
      case LeafKind::wildcard:
      case LeafKind::escaped_wildcard:
      case LeafKind::prefix:
        return texts.contains(value) || patterns.matches(value, scratch);
      case LeafKind::regex:
        return regexes[0].matches(value);
      case LeafKind::cidr: {
        const auto parsed = event::parse_ip(value);
        return parsed && std::ranges::any_of(
                             blocks, [&](const event::IpBlock& b) { return b.contains(*parsed); });
      }
      case LeafKind::less:
      case LeafKind::less_equal:
      case LeafKind::greater:
      case LeafKind::greater_equal:
        return satisfies_order(leaf.kind, order_text(value, 0));
      case LeafKind::between:
        return is_between(order_text(value, 0), order_text(value, 1));
      case LeafKind::within:
      case LeafKind::script:
      case LeafKind::script_null:
        return false;
    }
    return false;
  }

  [[nodiscard]] bool is_between(int to_low, int to_high) const {
    return satisfies_order(leaf.open_low ? LeafKind::greater : LeafKind::greater_equal, to_low) &&
           satisfies_order(leaf.open_high ? LeafKind::less : LeafKind::less_equal, to_high);
  }

  /// The value's order to one of the constants.
  [[nodiscard]] int order_text(std::string_view value, std::size_t which) const {
    const std::string& constant = std::get<std::string>(leaf.constants[which]);
    if (leaf.field.type == FieldType::version) return compare_versions(value, constant);
    if (leaf.field.type == FieldType::ip) {
      const auto parsed = event::parse_ip(value);
      if (!parsed) return 2;
      const event::IpAddress& address = *addresses[which];
      return *parsed < address ? -1 : address < *parsed ? 1 : 0;
    }
    return sign(value.compare(constant));
  }

  [[nodiscard]] bool test_value(const event::Value& value) const {
    switch (leaf.kind) {
      case LeafKind::exists:
        return true;
      case LeafKind::within: {
        const std::int64_t time = std::get<std::int64_t>(value);
        return std::ranges::any_of(leaf.ranges, [&](const eql::TimeRange& r) {
          return r.first <= time && time <= r.last;
        });
      }
      case LeafKind::between:
        return is_between(compare_numbers(value, leaf.constants[0]),
                          compare_numbers(value, leaf.constants[1]));
      default:
        return std::ranges::any_of(leaf.constants, [&](const event::Value& constant) {
          if (std::holds_alternative<bool>(value))
            return leaf.kind == LeafKind::equal && value == constant;
          return satisfies_order(leaf.kind, compare_numbers(value, constant));
        });
    }
  }

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  eql::Leaf leaf;
  boost::unordered_flat_set<std::string, TextHash, std::equal_to<>> texts;
  eql::PatternSet patterns;
  std::vector<eql::LuceneRegex> regexes;
  std::vector<event::IpBlock> blocks;
  std::vector<std::optional<event::IpAddress>> addresses;  ///< of the constants, where ordered
};

LeafTest::LeafTest(const eql::Leaf& leaf)
    : compiled_(leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null
                    ? nullptr
                    : std::make_shared<const Compiled>(leaf)) {}

bool LeafTest::can_join(const eql::Leaf& leaf) {
  const bool is_of_texts = leaf.kind == LeafKind::equal || leaf.kind == LeafKind::wildcard ||
                           leaf.kind == LeafKind::escaped_wildcard || leaf.kind == LeafKind::prefix;
  return is_of_texts && event::physical_of(leaf.field.type) == Physical::text &&
         std::ranges::all_of(leaf.constants, [](const event::Value& constant) {
           return std::holds_alternative<std::string>(constant);
         });
}

LeafTest LeafTest::any_of(const std::vector<const eql::Leaf*>& leaves) {
  EQLAB_ASSERT(!leaves.empty());
  return LeafTest(std::make_shared<const Compiled>(leaves));
}

void LeafTest::evaluate(const Dictionary& values, std::vector<std::uint8_t>& truth) const {
  truth.assign(values.size() + 1, 0);
  if (values.physical() != Physical::text) {
    for (ValueCode code = 0; code < values.size(); ++code)
      truth[code] = compiled_->test_value(values.value(code)) ? 1 : 0;
    return;
  }
  // Constants are folded already; a regex folds in its own program.
  const bool folds = compiled_->leaf.fold_case && compiled_->leaf.kind != LeafKind::regex;
  eql::PatternSet::Scratch scratch;
  std::string folded;
  for (ValueCode code = 0; code < values.size(); ++code) {
    std::string_view text = values.text(code);
    if (folds) {
      folded.resize(text.size());
      std::ranges::transform(text, folded.begin(), [](char c) { return fold_ascii(c); });
      text = folded;
    }
    truth[code] = compiled_->test_text(text, scratch) ? 1 : 0;
  }
}

}  // namespace eqlab::scan
