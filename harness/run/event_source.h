#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generators/corpus/corpus.h"

namespace eqlab::run {

/// Where the events come from: files, or else a corpus folder, or else a profile.
struct EventSource {
  generators::CorpusOptions corpus = {};
  std::string corpus_dir = {};
  std::vector<std::string> files = {};  ///< without labels; `-` is standard input
  bool strict = false;                  ///< files: stop at the first malformed document
  bool keep_sources = false;            ///< candidates keep their documents, where there are any
  unsigned threads = 1;
};

/// Names and values, as options of the command line are written.
using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// What makes the same events again, whatever defaults were in force. `used`: of a profile, as
/// ScannedEvents has it.
[[nodiscard]] NamedValues options_of(const EventSource& source,
                                     const generators::CorpusOptions& used);
/// The events in a few words: files, folder or profile.
[[nodiscard]] std::string name_of(const EventSource& source, const generators::CorpusOptions& used);

}  // namespace eqlab::run
