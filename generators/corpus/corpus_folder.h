#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/sha256.h"

namespace eqlab::generators {

/// A corpus folder under construction: files go into a folder beside it, which takes its place in
/// the end. Destroyed before `commit`, it leaves everything as it was.
class CorpusFolder {
 public:
  /// Errors: E503 the folder holds something that is not a corpus; E902 cannot be made.
  [[nodiscard]] static Result<CorpusFolder> begin(const std::string& folder);
  CorpusFolder(CorpusFolder&& other) noexcept;
  CorpusFolder& operator=(CorpusFolder&&) = delete;
  ~CorpusFolder();

  /// Closes the file before it and begins another. Errors: E902.
  [[nodiscard]] Status start_file(const std::string& name);
  [[nodiscard]] Status append(std::string_view bytes);
  [[nodiscard]] Status end_file();
  /// Puts the folder in its place, instead of an older corpus there.
  [[nodiscard]] Status commit();

  struct File {
    std::string name;
    std::uint64_t bytes = 0;
    std::string sha256;
  };
  [[nodiscard]] const std::vector<File>& files() const { return files_; }

 private:
  explicit CorpusFolder(std::filesystem::path target);
  [[nodiscard]] Failure<Diagnostic> cannot(const std::filesystem::path& path, std::string_view what,
                                           int error) const;

  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  std::filesystem::path target_;
  std::filesystem::path building_;
  std::unique_ptr<std::FILE, Close> open_;
  std::unique_ptr<Sha256> digest_;
  std::vector<File> files_;
};

}  // namespace eqlab::generators
