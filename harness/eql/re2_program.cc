#include "harness/eql/re2_program.h"

#include <re2/re2.h>

#include <utility>

namespace eqlab::eql {
namespace {

std::unique_ptr<const RE2> compile_within(const std::string& pattern, std::int64_t bytes) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(bytes);
  return std::make_unique<const RE2>(pattern, options);
}

}  // namespace

Re2Program::Re2Program(std::unique_ptr<const re2::RE2> program) : program_(std::move(program)) {}
Re2Program::Re2Program(Re2Program&&) noexcept = default;
Re2Program& Re2Program::operator=(Re2Program&&) noexcept = default;
Re2Program::~Re2Program() = default;

std::unique_ptr<const Re2Program> Re2Program::compile(const std::string& pattern,
                                                      std::int64_t memory) {
  auto program = compile_within(pattern, memory);
  if (program->error_code() == RE2::ErrorPatternTooLarge)
    program = compile_within(pattern, memory_bytes_max);
  if (!program->ok()) return nullptr;
  return std::unique_ptr<const Re2Program>(new Re2Program(std::move(program)));
}

bool Re2Program::matches(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *program_);
}

}  // namespace eqlab::eql
