// The only file of this folder that opens files.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail(error_in(path, "E901", "this is a folder, not a rule file"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(error_in(path, "E901", format("cannot be opened: {}", std::strerror(errno))));
  std::string text;
  std::string block(1U << 16U, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > limits::rule_file_bytes_max) {
      return fail(error_in(path, "E301",
                           format("rule file is longer than {} bytes",
                                  group_digits(std::int64_t{limits::rule_file_bytes_max}))));
    }
  }
  if (in.bad()) return fail(error_in(path, "E901", "cannot be read"));
  return text;
}

/// Some line is `[rule]` or `[metadata]`: EQL has no such line, a rule file always has one.
bool looks_like_toml(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trim(text.substr(at, end - at));
    if (line == "[rule]" || line == "[metadata]") return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

Result<Rule> load_rule(const std::string& path) {
  EQLAB_TRY(std::string text, read_file(path));
  const std::filesystem::path name(path);
  if (name.extension() == ".toml" || (name.extension() != ".eql" && looks_like_toml(text))) {
    return parse_rule_toml(std::move(text), path);
  }
  if (name.extension() != ".eql" && trim(text).starts_with('{')) {
    return fail(error_in(path, "E301", "this is JSON, not a rule in TOML or a bare query",
                         "put the export's query into a .eql file, or the rule into TOML"));
  }
  Rule rule = bare_query(std::move(text), path);
  rule.name = name.filename().string();
  return rule;
}

}  // namespace eqlab::rule
