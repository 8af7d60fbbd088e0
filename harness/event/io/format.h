#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/event/io/chunk.h"

/// The seam between files and formats. A format is told by its content, cuts the text of a file
/// where documents end, and makes rows of the pieces. It knows nothing of files, compression,
/// threads, batches, or of what is done with the rows. README.md has the recipe for a new one.
namespace eqlab::event {

class ChunkRows;
class ReadPlan;

/// What a file begins with, a byte order mark left out.
struct FileHead {
  std::string_view text;       ///< up to ChunkSource::detection_bytes
  bool is_whole_file = false;  ///< otherwise the last line may be cut off
};

/// Where a text can be cut.
struct Cut {
  enum class Kind : std::uint8_t {
    needs_more,  ///< no document ends in it
    piece,       ///< [0, end) is whole documents
    too_large,   ///< a document begins at `end` that is larger than may be
  };
  Kind kind = Kind::needs_more;
  std::size_t end = 0;
  std::vector<Document> documents = {};  ///< of a piece, for a Parser that wants them named
};

/// Cuts the text of one file, from its beginning to its end, on the calling thread. What it says
/// must not depend on how much of the text it is shown at once.
class Cutter {
 public:
  Cutter() = default;
  Cutter(const Cutter&) = delete;
  Cutter& operator=(const Cutter&) = delete;
  virtual ~Cutter() = default;

  /// `text` goes on where the last piece ended. Cut within the first `wanted` bytes if documents
  /// end there; else the same text comes again, longer, with a larger `wanted`. `is_last`: the file
  /// ends with the text, all of which is to be cut off, by one call or several.
  [[nodiscard]] virtual Cut cut(std::string_view text, std::size_t wanted, bool is_last) = 0;
  /// A document was too large: how a line begins after which reading goes on. Empty: any line.
  [[nodiscard]] virtual std::string_view resumes_at() const { return {}; }
  /// Whether there is something to say at the end of the file even if no text is left.
  [[nodiscard]] virtual bool is_open() const { return false; }
  /// What every chunk of the file needs to know, such as the names of columns. Asked after `cut`.
  [[nodiscard]] virtual std::shared_ptr<const std::string> header() const { return {}; }
};

/// Makes rows of the chunks of one format: whole chunks, in any order. One for each thread.
class Parser {
 public:
  Parser() = default;
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  virtual ~Parser() = default;

  /// Gives every document of the chunk to `rows`, as a row or as malformed.
  virtual void parse(const Chunk& chunk, ChunkRows& rows) = 0;
};

/// One row of the table of formats. Tables are constants, so all of it is.
struct Format {
  std::string_view name;
  /// Whether a file that begins like this is of this format. Never depends on the size of chunks.
  bool (*recognises)(const FileHead& head) = nullptr;
  std::unique_ptr<Cutter> (*make_cutter)(std::size_t document_bytes_max) = nullptr;
  /// The plan outlives the parser.
  std::unique_ptr<Parser> (*make_parser)(const ReadPlan& plan) = nullptr;
  /// Instead of cutter and parser, for files that are recognised and not read: why, and what helps.
  std::string_view refusal = {};
  /// How names end that are read where a folder is named, `.gz` and `.zst` aside. A file that is
  /// named itself is told by its content alone.
  std::span<const std::string_view> endings = {};
};

/// All formats, in the order in which they are asked; the last one takes everything.
[[nodiscard]] std::span<const Format* const> formats();
/// The first format that recognises the file.
[[nodiscard]] const Format& format_of(const FileHead& head);

}  // namespace eqlab::event
