#include "harness/event/value.h"

#include "harness/base/text.h"

namespace eqlab::event {

std::string to_text(const Value& value) {
  struct Printer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t n) const { return format("{}", n); }
    std::string operator()(std::uint64_t n) const { return format("{}", n); }
    std::string operator()(double n) const { return shortest(n); }
    std::string operator()(const std::string& s) const { return s; }
  };
  return std::visit(Printer{}, value);
}

}  // namespace eqlab::event
