#include "harness/event/io/input_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "harness/base/text.h"
#include "harness/event/io/format.h"

namespace eqlab::event {
namespace {

namespace fs = std::filesystem;

bool is_event_file(std::string name) {
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) {
      name.resize(name.size() - packed.size());
      break;
    }
  }
  const auto fits = [&](std::string_view ending) { return name.ends_with(ending); };
  return std::ranges::any_of(
      formats(), [&](const Format* format) { return std::ranges::any_of(format->endings, fits); });
}

/// `*.a, *.b and *.c`.
std::string known_endings() {
  std::vector<std::string> patterns;
  for (const Format* format : formats()) {
    for (const std::string_view ending : format->endings)
      patterns.push_back("*" + std::string(ending));
  }
  const std::string last = patterns.back();
  patterns.pop_back();
  return format("{} and {}", join(patterns, ", "), last);
}

/// A corpus that eqlab wrote: beside its events lie labels, which nobody who looks for matches may
/// see.
bool is_corpus(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "manifest.json", ignored) &&
         fs::is_regular_file(folder / "truth.ndjson", ignored);
}

bool is_hidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

Result<std::vector<InputFile>> walk(const std::string& folder) {
  std::vector<InputFile> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (is_hidden(entry->path())) {
      entry.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    if (!entry->is_regular_file(ignored) ||
        !is_event_file(fold_ascii(entry->path().filename().native())))
      continue;
    const fs::path& path = entry->path();
    if (!path.filename().native().starts_with("events-") && is_corpus(path.parent_path())) continue;
    files.push_back({path.native(), entry->file_size(ignored)});
  }
  if (error)
    return fail(error_in(folder, "E901", format("the folder cannot be read: {}", error.message())));
  if (files.empty()) {
    return fail(error_in(folder, "E404", "the folder has no event files",
                         format("looked for {}, each also with .gz or .zst; a file of another "
                                "name is read when it is named itself",
                                known_endings())));
  }
  std::ranges::sort(files, {}, &InputFile::path);
  return files;
}

}  // namespace

Result<std::vector<InputFile>> find_input_files(const std::vector<std::string>& paths) {
  std::vector<InputFile> files;
  for (const std::string& path : paths) {
    if (path == "-") {
      files.push_back({path, 0});
      continue;
    }
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      const bool missing = !error || error == std::errc::no_such_file_or_directory;
      return fail(error_in(
          path, "E901",
          missing ? "no such file or folder" : format("cannot be opened: {}", error.message())));
    }
    if (fs::is_directory(status)) {
      EQLAB_TRY(std::vector<InputFile> inside, walk(path));
      files.insert(files.end(), inside.begin(), inside.end());
      continue;
    }
    const std::uintmax_t bytes = fs::is_regular_file(status) ? fs::file_size(path, error) : 0;
    files.push_back({path, error ? 0 : bytes});
  }
  return files;
}

}  // namespace eqlab::event
