#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "generators/corpus/corpus.h"
#include "generators/corpus/corpus_folder.h"

namespace eqlab::generators {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(fs::temp_directory_path() / ("eqlab_corpus_" + name)) {
    clear();
  }
  ~Folder() { clear(); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  void clear() {
    for (const char* end : {"", ".tmp", ".old"}) fs::remove_all(path_.string() + end);
  }
  fs::path path_;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string unpacked(const std::string& bytes) {
  std::string out;
  ZSTD_DStream* stream = ZSTD_createDStream();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string chunk(1 << 16, '\0');
  while (in.pos < in.size) {
    ZSTD_outBuffer piece{chunk.data(), chunk.size(), 0};
    if (ZSTD_isError(ZSTD_decompressStream(stream, &piece, &in)) != 0U) break;
    out.append(chunk, 0, piece.pos);
  }
  ZSTD_freeDStream(stream);
  return out;
}

Corpus planned(const CorpusOptions& options) {
  auto corpus = Corpus::plan(options);
  EXPECT_TRUE(corpus) << (corpus ? "" : render(corpus.error()));
  return std::move(*corpus);
}

WrittenCorpus write(const Corpus& corpus, const WriteOptions& options) {
  auto written = write_corpus(corpus, options, {});
  EXPECT_TRUE(written) << (written ? "" : render(written.error()));
  return written ? *written : WrittenCorpus{};
}

TEST(WriteCorpus, TheBytesDoNotDependOnTheNumberOfThreads) {
  const Corpus corpus = planned({.seed = 4, .events = 120'000});
  const Folder one("one");
  const Folder three("three");
  const auto a = write(corpus, {.folder = one.path(), .threads = 1});
  const auto b = write(corpus, {.folder = three.path(), .threads = 3});
  EXPECT_EQ(a.checksums, b.checksums);
  EXPECT_EQ(a.bytes, b.bytes);
  for (const auto& [name, sum] : a.checksums)
    EXPECT_EQ(read_file(one / name), read_file(three / name)) << name;
}

TEST(WriteCorpus, EventsStandInOrderOfTimeOverAllHostsAndAreThoseOfTheParts) {
  const Corpus corpus = planned({.seed = 4, .events = 60'000});
  const Folder folder("order");
  const auto written = write(corpus, {.folder = folder.path(), .threads = 2});
  std::istringstream lines(unpacked(read_file(folder / "events-0001.ndjson.zst")));
  std::vector<std::string> from_file;
  std::string before;
  std::set<std::string> hosts;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line);
    // Trailing zeros are dropped from the fraction, so compare as if they were there.
    std::string time = json["@timestamp"].get<std::string>();
    time.pop_back();
    if (time.find('.') == std::string::npos) time += '.';
    time.resize(26, '0');
    EXPECT_LE(before, time);
    before = time;
    hosts.insert(json["host"]["id"].get<std::string>());
    from_file.push_back(line);
  }
  EXPECT_EQ(from_file.size(), written.events);
  EXPECT_EQ(hosts.size(), corpus.options().hosts);
  std::vector<std::string> from_parts;
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_documents(
        part, [&](const Corpus::Document& document) { from_parts.emplace_back(document.json); },
        truth);
  }
  std::ranges::sort(from_file);
  std::ranges::sort(from_parts);
  EXPECT_EQ(from_file, from_parts);
}

TEST(WriteCorpus, DocumentsInOrderOfArrivalAreTheSameOnesInAnotherOrder) {
  for (const std::string profile : {"balanced", "nightmare"}) {
    const Corpus corpus = planned({.profile = profile, .seed = 4, .events = 60'000});
    const Folder by_time("by_time");
    const Folder by_arrival("by_arrival");
    const auto a = write(corpus, {.folder = by_time.path()});
    const auto b = write(
        corpus, {.folder = by_arrival.path(), .threads = 2, .order = WriteOptions::Order::arrival});
    EXPECT_EQ(a.events, b.events);
    EXPECT_EQ(read_file(by_time / "truth.ndjson"), read_file(by_arrival / "truth.ndjson"));
    const auto lines_of = [](const Folder& folder) {
      std::istringstream text(unpacked(read_file(folder / "events-0001.ndjson.zst")));
      std::vector<std::string> lines;
      for (std::string line; std::getline(text, line);) lines.push_back(line);
      return lines;
    };
    std::vector<std::string> arrived = lines_of(by_arrival);
    std::string before;
    for (const std::string& line : arrived) {
      const std::string ingested =
          nlohmann::json::parse(line)["event"]["ingested"].get<std::string>();
      ASSERT_LE(before, ingested) << profile;
      before = ingested;
    }
    std::vector<std::string> timed = lines_of(by_time);
    EXPECT_NE(arrived, timed);
    std::ranges::sort(arrived);
    std::ranges::sort(timed);
    EXPECT_EQ(arrived, timed) << profile;
  }
}

TEST(WriteCorpus, FilesEndBeforeTheyGrowTooLarge) {
  const Corpus corpus = planned({.seed = 4, .events = 60'000});
  const Folder whole("whole");
  const Folder split("split");
  (void)write(corpus, {.folder = whole.path(), .compress = false});
  const auto written =
      write(corpus, {.folder = split.path(), .compress = false, .file_bytes_max = 20'000'000});
  std::string joined;
  std::size_t files = 0;
  for (const auto& [name, sum] : written.checksums) {
    if (!name.starts_with("events-")) continue;
    const std::string bytes = read_file(split / name);
    EXPECT_LE(bytes.size(), 20'000'000U);
    joined += bytes;
    ++files;
  }
  EXPECT_GE(files, 4U);
  EXPECT_EQ(joined, read_file(whole / "events-0001.ndjson"));
}

TEST(WriteCorpus, TheManifestSaysWhatTheFolderHolds) {
  const Corpus corpus = planned({.seed = 6, .events = 10'000});
  const Folder folder("manifest");
  const auto written =
      write(corpus, {.folder = folder.path(), .compress = false, .version = "9.9.9"});
  const auto manifest = nlohmann::json::parse(read_file(folder / "manifest.json"));
  EXPECT_EQ(manifest["eqlab"], "9.9.9");
  EXPECT_EQ(manifest["events"], written.events);
  EXPECT_EQ(manifest["options"]["seed"], 6);
  EXPECT_EQ(manifest["from"], "2026-03-02T00:00:00Z");
  for (const auto& file : manifest["files"]) {
    const std::string bytes = read_file(folder / file["name"].get<std::string>());
    Sha256 digest;
    digest.add(bytes);
    EXPECT_EQ(file["sha256"], digest.hex());
    EXPECT_EQ(file["bytes"], bytes.size());
  }
  EXPECT_TRUE(fs::exists(folder / "events-0001.ndjson"));
  const auto truth = truth::read_truth((folder / "truth.ndjson").string());
  ASSERT_TRUE(truth) << render(truth.error());
  EXPECT_EQ(truth->events, written.events);
  EXPECT_EQ(truth->incidents.size(), written.incidents);
  EXPECT_EQ(truth->expected_rule, "99239e7d-b0d4-46e3-8609-acafcf99f68c")
      << "the rule that [expected] speaks of";
}

TEST(WriteCorpus, LabelsInDocumentsAreThoseOfTheTruthAndChangeNothingElse) {
  for (const std::string profile : {"balanced", "nightmare"}) {
    const Corpus corpus =
        planned({.profile = profile, .seed = 4, .events = 60'000, .labels = true});
    const Folder one("labels_one");
    const Folder three("labels_three");
    const auto a = write(corpus, {.folder = one.path(), .threads = 1});
    EXPECT_EQ(a.checksums, write(corpus, {.folder = three.path(), .threads = 3}).checksums);
    const auto truth = truth::read_truth((one / "truth.ndjson").string());
    ASSERT_TRUE(truth) << render(truth.error());
    const Folder without("labels_without");
    write(planned({.profile = profile, .seed = 4, .events = 60'000}), {.folder = without.path()});
    EXPECT_EQ(read_file(one / "truth.ndjson"), read_file(without / "truth.ndjson"));

    const truth::TruthIndex index(*truth);
    std::istringstream labelled(unpacked(read_file(one / "events-0001.ndjson.zst")));
    std::istringstream plain(unpacked(read_file(without / "events-0001.ndjson.zst")));
    std::set<std::string> incidents;
    std::string line;
    for (std::string other; std::getline(labelled, line) && std::getline(plain, other);) {
      auto json = nlohmann::json::parse(line);
      const auto* place = index.find(json["event"]["id"].get<std::string>());
      ASSERT_EQ(json.contains("labels"), place != nullptr) << line;
      if (place == nullptr) {
        ASSERT_EQ(line, other);
        continue;
      }
      const truth::Incident& incident = truth->incidents[place->incident];
      const auto& labels = json["labels"]["eqlab"];
      EXPECT_EQ(labels["incident"], incident.id);
      EXPECT_EQ(labels["scenario"], incident.scenario);
      EXPECT_EQ(labels["role"], to_string(incident.events[place->event].role));
      EXPECT_EQ(labels.size(), 3U);
      incidents.insert(incident.id);
      json.erase("labels");
      EXPECT_EQ(json, nlohmann::json::parse(other));
    }
    EXPECT_FALSE(std::getline(plain, line));
    EXPECT_GT(incidents.size(), truth->incidents.size() * 9 / 10);
    EXPECT_EQ(nlohmann::json::parse(read_file(one / "manifest.json"))["options"]["labels"], true);
  }
}

TEST(WriteCorpus, AnOlderCorpusIsReplacedAndNothingElseIs) {
  const Folder folder("replace");
  write(planned({.seed = 1, .events = 4'000}), {.folder = folder.path()});
  const std::string first = read_file(folder / "manifest.json");
  write(planned({.seed = 2, .events = 4'000}), {.folder = folder.path()});
  EXPECT_NE(read_file(folder / "manifest.json"), first);

  const Folder other("other");
  fs::create_directories(other.path());
  std::ofstream(other / "thesis.txt") << "years of work";
  const auto refused = write_corpus(planned({.events = 4'000}), {.folder = other.path()}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "E503");
  EXPECT_EQ(read_file(other / "thesis.txt"), "years of work");
}

TEST(WriteCorpus, AnInterruptedRunLeavesTheOlderCorpusAsItWas) {
  const Folder folder("interrupted");
  write(planned({.seed = 1, .events = 4'000}), {.folder = folder.path()});
  const std::string first = read_file(folder / "manifest.json");
  std::stop_source stop;
  WriteOptions options{.folder = folder.path(), .threads = 2};
  options.progress = [&stop](std::uint64_t, std::uint64_t) { stop.request_stop(); };
  const auto stopped =
      write_corpus(planned({.seed = 2, .events = 200'000}), options, stop.get_token());
  EXPECT_FALSE(stopped);
  EXPECT_EQ(read_file(folder / "manifest.json"), first);
  EXPECT_FALSE(fs::exists(folder.path() + ".tmp"));
}

TEST(WriteCorpus, APlaceThatCannotBeWrittenIsAnError) {
  const auto refused =
      write_corpus(planned({.events = 2'000}), {.folder = "/proc/nowhere/corpus"}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "E902");
}

}  // namespace
}  // namespace eqlab::generators
