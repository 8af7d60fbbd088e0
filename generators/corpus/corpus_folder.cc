#include "generators/corpus/corpus_folder.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include "harness/base/text.h"

namespace eqlab::generators {
namespace fs = std::filesystem;

CorpusFolder::CorpusFolder(fs::path target) : target_(std::move(target)), building_(target_) {
  building_ += ".tmp";
}

CorpusFolder::CorpusFolder(CorpusFolder&& other) noexcept
    : target_(std::move(other.target_)),
      building_(std::exchange(other.building_, {})),
      open_(std::move(other.open_)),
      digest_(std::move(other.digest_)),
      files_(std::move(other.files_)) {}

CorpusFolder::~CorpusFolder() {
  if (building_.empty()) return;
  open_.reset();
  std::error_code ignored;  // nothing can be done about it here
  fs::remove_all(building_, ignored);
}

Failure<Diagnostic> CorpusFolder::cannot(const fs::path& path, std::string_view what,
                                         int error) const {
  return fail(
      error_in(path.string(), "E902", format("cannot be {}: {}", what, std::strerror(error))));
}

Result<CorpusFolder> CorpusFolder::begin(const std::string& folder) {
  fs::path target(folder);
  if (!target.has_filename()) target = target.parent_path();  // `corpus/` and `corpus` are the same
  CorpusFolder made(std::move(target));
  std::error_code error;
  if (fs::exists(made.target_, error)) {
    const bool is_folder = fs::is_directory(made.target_, error);
    const bool is_free = is_folder && (fs::is_empty(made.target_, error) ||
                                       fs::exists(made.target_ / "manifest.json", error));
    if (!is_free) {
      made.building_.clear();
      return fail(error_in(
          folder, "E503",
          is_folder ? "the folder holds something that is not a corpus" : "is a file, not a folder",
          "choose another folder, or empty this one"));
    }
  }
  // What an interrupted run left behind is ours to remove.
  fs::remove_all(made.building_, error);
  fs::create_directories(made.building_, error);
  if (error) return made.cannot(made.building_, "made", error.value());
  return made;
}

Status CorpusFolder::start_file(const std::string& name) {
  EQLAB_CHECK(end_file());
  const fs::path path = building_ / name;
  open_.reset(std::fopen(path.c_str(), "wb"));
  if (!open_) return cannot(path, "opened for writing", errno);
  digest_ = std::make_unique<Sha256>();
  files_.push_back({.name = name, .bytes = 0, .sha256 = {}});
  return ok();
}

Status CorpusFolder::append(std::string_view bytes) {
  EQLAB_ASSERT(open_ != nullptr);
  if (std::fwrite(bytes.data(), 1, bytes.size(), open_.get()) != bytes.size()) {
    return cannot(building_ / files_.back().name, "written", errno);
  }
  digest_->add(bytes);
  files_.back().bytes += bytes.size();
  return ok();
}

Status CorpusFolder::end_file() {
  if (!open_) return ok();
  if (std::fclose(open_.release()) != 0)
    return cannot(building_ / files_.back().name, "written", errno);
  files_.back().sha256 = digest_->hex();
  return ok();
}

Status CorpusFolder::commit() {
  EQLAB_CHECK(end_file());
  std::error_code error;
  // A folder cannot take the place of one that is not empty in a single step, so the old corpus
  // steps aside first; between the two renames it still exists, whole, under the name `.old`.
  fs::path old = target_;
  old += ".old";
  const bool had_one = fs::exists(target_, error);
  if (had_one) {
    fs::remove_all(old, error);
    fs::rename(target_, old, error);
    if (error) return cannot(target_, "replaced", error.value());
  }
  fs::rename(building_, target_, error);
  if (error) {
    const int reason = error.value();
    if (had_one) fs::rename(old, target_, error);
    return cannot(target_, "put in place", reason);
  }
  building_.clear();
  if (had_one) fs::remove_all(old, error);
  return ok();
}

}  // namespace eqlab::generators
