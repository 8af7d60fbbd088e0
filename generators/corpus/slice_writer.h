#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "generators/corpus/corpus.h"
#include "generators/corpus/plan.h"

namespace eqlab::generators {

/// A finished slice of the corpus over all hosts, in order of (event time, host, number on host).
struct WrittenSlice {
  std::size_t index = 0;
  std::uint64_t events = 0;
  std::string bytes;  ///< NDJSON, or one zstd frame of it
  /// Only with Packing::rows: where each document's line ends in `bytes`, and when it arrives.
  std::vector<std::pair<std::size_t, IngestTime>> rows;
};

enum class Packing : std::uint8_t {
  plain,
  zstd,
  rows  ///< plain, with the place and arrival of each document
};
[[nodiscard]] std::string pack(std::string_view text, Packing packing);

/// Makes all documents of a corpus, slice by slice over all hosts, on several threads, and gives
/// the slices to `take` in order, on the calling thread. What comes out depends on the plan alone.
/// Memory: a few slices, and what each host keeps between slices. Stops early when `take` fails or
/// `stop` is requested.
[[nodiscard]] Status write_slices(const CorpusPlan& plan, unsigned threads, Packing packing,
                                  const std::stop_token& stop,
                                  const std::function<Status(WrittenSlice&&)>& take,
                                  truth::Truth& truth);

}  // namespace eqlab::generators
