#include "harness/base/columns.h"

#include <vector>

#include "harness/base/text.h"

namespace eqlab {

std::size_t width(std::string_view text) { return split_characters(text).size(); }

std::string cut(std::string_view text, std::size_t columns) {
  const std::vector<std::string_view> characters = split_characters(text);
  if (characters.size() <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string out;
  for (std::size_t i = 0; i + 1 < columns; ++i) out += characters[i];
  return out + "…";
}

}  // namespace eqlab
