// Where the catalogue's files come from: the texts built into the program, or a folder.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "embedded/catalogue_toml.h"
#include "generators/incident/embedded.h"
#include "generators/incident/scenario.h"
#include "harness/base/text.h"

namespace eqlab::generators {

std::vector<NamedText> embedded_files(std::string_view folder) {
  // One text holds all files; each begins with a line `#@file PATH` (generators/catalogue.cmake).
  constexpr std::string_view marker = "#@file ";
  std::vector<NamedText> files;
  std::string_view rest = embedded::catalogue_toml;
  while (rest.starts_with(marker)) {
    const std::size_t line_end = rest.find('\n');
    const std::string_view path = rest.substr(marker.size(), line_end - marker.size());
    std::size_t next = rest.find("\n#@file ", line_end);
    next = next == std::string_view::npos ? rest.size() : next + 1;
    if (path.starts_with(folder)) {
      files.push_back(
          {std::string(path), std::string(rest.substr(line_end + 1, next - line_end - 1))});
    }
    rest.remove_prefix(next);
  }
  return files;
}

Result<Catalogue> load_catalogue(const std::string& folder) {
  std::vector<NamedText> files = embedded_files("generators/scenarios/");
  if (folder.empty()) return read_catalogue(files);
  std::erase_if(files, [](const NamedText& file) {
    return !file.file.ends_with("/distributions.toml") && !file.file.ends_with("/rules.toml") &&
           file.file.find("/part_") == std::string::npos;
  });
  const std::size_t common = files.size();
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".toml") paths.push_back(at->path());
  }
  if (error) return fail(error_in(folder, "E901", format("cannot be read: {}", error.message())));
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(error_in(path.string(), "E901", "cannot be opened"));
    files.push_back({path.string(), std::string(std::istreambuf_iterator<char>(in), {})});
  }
  if (files.size() == common)
    return fail(error_in(folder, "E512", "the folder holds no .toml files"));
  return read_catalogue(files);
}

}  // namespace eqlab::generators
