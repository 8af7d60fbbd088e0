#include "harness/cli/output_options.h"

#include <algorithm>

#include "harness/report/report_page.h"

namespace eqlab::cli {
namespace {

/// `text, json or markdown`.
std::string listed(const std::vector<std::string>& words) {
  const std::vector<std::string> first(words.begin(), words.end() - 1);
  return first.empty() ? words.back() : format("{} or {}", join(first, ", "), words.back());
}

}  // namespace

bool OutputOptions::writes(std::string_view file_format) const {
  return std::ranges::any_of(
      files, [&](const auto& file) { return file.first == file_format && !file.second.empty(); });
}

report::View view_of(const Console& console) {
  return {.columns = console.columns(),
          .colour = console.output_has_colour() ? report::Colour::on : report::Colour::off};
}

void add_format_option(CLI::App& command, OutputOptions& options,
                       const std::vector<std::string>& formats, const std::string& help) {
  command.add_option("--format", options.format, help.empty() ? listed(formats) : help)
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
}

void add_file_option(CLI::App& command, std::pair<std::string, std::string>& file,
                     std::string_view help) {
  command.add_option("--output-" + file.first, file.second, std::string(help));
}

Status check_outputs(const OutputOptions& options) {
  return options.writes("html") ? report::check_report_page() : ok();
}

}  // namespace eqlab::cli
