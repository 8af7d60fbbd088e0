// Hosts are divided into groups. A group makes its slices one after another; when all groups have
// made a slice it is put in order and compressed, as one zstd frame, by whichever thread comes
// next. Frames one after another are a zstd file, so the bytes do not depend on who made them.
// Groups may run only a few slices ahead of the writing, which bounds the memory.
#include "generators/corpus/slice_writer.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <tuple>

#include "generators/corpus/host_stream.h"
#include "generators/document/json_document.h"
#include "harness/base/check.h"

namespace eqlab::generators {
namespace {

constexpr std::size_t groups_max = 16;
constexpr std::size_t ahead_max = 3;
constexpr int compression_level = 1;

/// One group's documents of one slice: texts in one buffer, and where each belongs. Pieces go
/// round: their buffers are large, and fresh memory for each would cost more than the writing.
struct Piece {
  struct Row {
    std::int64_t time;
    IngestTime ingest;
    std::uint32_t host;
    std::uint32_t group;
    std::size_t begin;
    std::size_t end;
  };
  std::string text;
  std::vector<Row> rows;
};

struct Group {
  std::vector<std::unique_ptr<HostStream>> streams;
  JsonDocument document;
  std::size_t next_slice = 0;
  bool is_busy = false;
};

struct SliceInWork {
  std::vector<Piece> pieces;
  std::size_t made = 0;   ///< groups that are done with it
  bool is_taken = false;  ///< being put in order
  bool is_finished = false;
  WrittenSlice finished;
};

class SliceFactory {
 public:
  SliceFactory(const CorpusPlan& plan, Packing packing) : plan_(plan), packing_(packing) {
    const std::size_t count = std::min<std::size_t>(groups_max, plan.options.hosts);
    groups_.resize(count);
    for (std::uint32_t host = 0; host < plan.options.hosts; ++host) {
      Group& group = groups_[host % count];
      group.streams.push_back(std::make_unique<HostStream>(plan, host));
    }
  }

  /// A thread's life: take the most urgent piece of work until there is none left.
  void work() {
    std::string scratch;
    std::unique_lock lock(mutex_);
    while (!is_stopped_ && written_ < plan_.slice_count) {
      if (const auto slice = slice_to_finish()) {
        SliceInWork& in_work = slices_.at(*slice);
        in_work.is_taken = true;
        lock.unlock();
        WrittenSlice finished = finish(*slice, in_work.pieces, scratch);
        lock.lock();
        in_work.finished = std::move(finished);
        for (Piece& piece : in_work.pieces) spare_.push_back(std::move(piece));
        in_work.pieces.clear();
        in_work.is_finished = true;
        changed_.notify_all();
      } else if (const auto group = group_to_advance()) {
        Group& own = groups_[*group];
        const std::size_t slice_index = own.next_slice;
        SliceInWork& in_work = slices_[slice_index];
        in_work.pieces.resize(groups_.size());
        own.is_busy = true;
        Piece piece = spare_piece();
        lock.unlock();
        advance(own, static_cast<std::uint32_t>(*group), piece);
        lock.lock();
        in_work.pieces[*group] = std::move(piece);
        ++in_work.made;
        ++own.next_slice;
        own.is_busy = false;
        changed_.notify_all();
      } else {
        changed_.wait(lock);
      }
    }
  }

  /// The next slice in order; nothing when stopped.
  bool next(WrittenSlice& out) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      const auto found = slices_.find(written_);
      return is_stopped_ || (found != slices_.end() && found->second.is_finished);
    });
    if (is_stopped_) return false;
    out = std::move(slices_.at(written_).finished);
    slices_.erase(written_);
    ++written_;
    changed_.notify_all();
    return true;
  }

  /// Without threads: makes the next slice here.
  WrittenSlice make_next() {
    spare_.resize(groups_.size());
    for (std::size_t g = 0; g < groups_.size(); ++g)
      advance(groups_[g], static_cast<std::uint32_t>(g), spare_[g]);
    return finish(written_++, spare_, scratch_);
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
  }

  void finish_truth_of_hosts(truth::Truth& truth) {
    for (std::uint32_t host = 0; host < plan_.options.hosts; ++host) {
      groups_[host % groups_.size()].streams[host / groups_.size()]->finish(truth);
    }
  }

 private:
  [[nodiscard]] std::optional<std::size_t> slice_to_finish() const {
    for (const auto& [index, slice] : slices_) {
      if (slice.made == groups_.size() && !slice.is_taken) return index;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::size_t> group_to_advance() const {
    std::optional<std::size_t> best;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      if (group.is_busy || group.next_slice >= std::min(plan_.slice_count, written_ + ahead_max))
        continue;
      if (!best || group.next_slice < groups_[*best].next_slice) best = g;
    }
    return best;
  }

  Piece spare_piece() {
    if (spare_.empty()) return {};
    Piece piece = std::move(spare_.back());
    spare_.pop_back();
    return piece;
  }

  static void advance(Group& group, std::uint32_t number, Piece& piece) {
    piece.text.clear();
    piece.rows.clear();
    for (std::size_t i = 0; i < group.streams.size(); ++i) {
      group.document.start_host(group.streams[i]->host());
      group.streams[i]->advance([&](const EventView& view) {
        const std::size_t begin = piece.text.size();
        group.document.append(view, piece.text);
        piece.text += '\n';
        piece.rows.push_back({.time = view.position.time_since_epoch().count(),
                              .ingest = view.ingest,
                              .host = view.host().index,
                              .group = number,
                              .begin = begin,
                              .end = piece.text.size()});
      });
    }
  }

  [[nodiscard]] WrittenSlice finish(std::size_t index, const std::vector<Piece>& pieces,
                                    std::string& text) const {
    std::vector<Piece::Row> rows;
    for (const Piece& piece : pieces) rows.insert(rows.end(), piece.rows.begin(), piece.rows.end());
    // A host's rows already stand in the order of their numbers, and `begin` rises with them.
    std::ranges::sort(
        rows, {}, [](const Piece::Row& row) { return std::tuple(row.time, row.host, row.begin); });
    WrittenSlice slice{.index = index, .events = rows.size(), .bytes = {}, .rows = {}};
    text.clear();
    for (const Piece::Row& row : rows) {
      text.append(pieces[row.group].text, row.begin, row.end - row.begin);
      if (packing_ == Packing::rows) slice.rows.emplace_back(text.size(), row.ingest);
    }
    slice.bytes = pack(text, packing_);
    return slice;
  }

  const CorpusPlan& plan_;
  Packing packing_;
  std::vector<Group> groups_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, SliceInWork> slices_;
  std::vector<Piece> spare_;
  std::string scratch_;
  std::size_t written_ = 0;
  bool is_stopped_ = false;
};

}  // namespace

std::string pack(std::string_view text, Packing packing) {
  if (packing != Packing::zstd || text.empty()) return std::string(text);
  // The documents compress to a tenth or less; the bound for the worst case is only tried if that
  // fails.
  std::string bytes(text.size() / 4 + 4096, '\0');
  std::size_t written =
      ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), compression_level);
  if (ZSTD_isError(written) != 0U) {
    bytes.resize(ZSTD_compressBound(text.size()));
    written =
        ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), compression_level);
  }
  EQLAB_ASSERT(ZSTD_isError(written) == 0U);
  bytes.resize(written);
  return bytes;
}

Status write_slices(const CorpusPlan& plan, unsigned threads, Packing packing,
                    const std::stop_token& stop, const std::function<Status(WrittenSlice&&)>& take,
                    truth::Truth& truth) {
  SliceFactory factory(plan, packing);
  std::vector<std::jthread> workers;
  for (unsigned t = 0; threads > 1 && t < threads; ++t)
    workers.emplace_back([&factory] { factory.work(); });
  Status status = ok();
  bool is_whole = true;
  for (std::size_t index = 0; index < plan.slice_count; ++index) {
    WrittenSlice slice;
    if (stop.stop_requested()) {
      is_whole = false;
      break;
    }
    if (threads > 1) {
      if (!factory.next(slice)) break;
    } else {
      slice = factory.make_next();
    }
    status = take(std::move(slice));
    if (!status) break;
  }
  factory.stop();
  workers.clear();
  if (!status) return status;
  if (!is_whole)
    return fail(
        error_in("", "E902", "stopped before the corpus was complete; nothing was written"));
  factory.finish_truth_of_hosts(truth);
  return status;
}

}  // namespace eqlab::generators
