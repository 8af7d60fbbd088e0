#include "generators/corpus/verify.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "generators/corpus/corpus_folder.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

Result<std::string> checksum_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(error_in(path.string(), "E502",
                         format("the corpus lacks this file: {}", std::strerror(errno)),
                         "make it again with eqlab generate"));
  Sha256 digest;
  std::array<char, 1U << 16U> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    digest.add({buffer.data(), static_cast<std::size_t>(in.gcount())});
  }
  return digest.hex();
}

}  // namespace

Status verify_corpus(const std::string& folder) {
  const std::filesystem::path manifest_path = std::filesystem::path(folder) / "manifest.json";
  std::ifstream in(manifest_path, std::ios::binary);
  if (!in) {
    return fail(error_in(
        folder, "E901",
        format("this is no corpus, its manifest.json cannot be opened: {}", std::strerror(errno)),
        "make one with eqlab generate -o DIR"));
  }
  const nlohmann::json manifest = nlohmann::json::parse(in, nullptr, false);
  const auto files = manifest.is_object() ? manifest.find("files") : manifest.end();
  if (!manifest.is_object() || files == manifest.end() || !files->is_array()) {
    return fail(error_in(manifest_path.string(), "E502", "this is not the manifest of a corpus"));
  }
  for (const nlohmann::json& file : *files) {
    const std::string name = file.value("name", std::string());
    // Names come from the folder itself; they may not lead out of it.
    if (name.empty() || name.find('/') != std::string::npos)
      return fail(error_in(manifest_path.string(), "E502", "a file has an impossible name"));
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    EQLAB_TRY(const std::string checksum, checksum_of(path));
    if (checksum != file.value("sha256", std::string())) {
      return fail(error_in(path.string(), "E502",
                           "the file is not the one that the manifest describes",
                           "make the corpus again with eqlab generate"));
    }
  }
  return ok();
}

Result<std::vector<std::string>> event_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with("events-"))
      files.push_back(entry.path().string());
  }
  if (error || files.empty()) {
    return fail(error_in(folder, "E404", "no events-*.ndjson files in this folder",
                         "make a corpus with eqlab generate -o DIR"));
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace eqlab::generators
