// Which files are read, and what is said when they cannot be.
#include <gtest/gtest.h>

#include "reading.h"

namespace eqlab::event::testing {
namespace {

using Texts = std::vector<std::string>;

std::string event(std::string_view name) { return format("{{\"n\":\"{}\"}}\n", name); }
Projection name_column() { return columns({{"n", FieldType::keyword}}); }

TEST(InputFiles, AFolderIsWalkedInOrderOfPath) {
  const TempFolder folder;
  folder.write("b.json", event("b"));
  folder.write("a/z.ndjson.gz", gzip(event("a/z")));
  folder.write("a/c.jsonl", event("a/c"));
  folder.write("c.NDJSON.zst", zstd(event("c")));
  folder.write("README.md", "not events");
  folder.write(".hidden/x.json", event("hidden"));
  folder.write("d.json", "");
  const Reading reading = read({.paths = {folder.path()}, .threads = 2}, name_column());
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(first_column(reading), (Texts{"a/c", "a/z", "b", "c"}));
  EXPECT_EQ(reading.report.files, 5U);
}

TEST(InputFiles, AFileThatIsNamedIsReadWhateverItsName) {
  const TempFolder folder;
  EXPECT_EQ(first_column(read({.paths = {folder.write("events.log", event("x"))}}, name_column())),
            (Texts{"x"}));
}

TEST(InputFiles, WhatIsMissingIsSaid) {
  const TempFolder folder;
  EXPECT_EQ(read({.paths = {folder.path() + "/none.json"}}, name_column()).error,
            "E901 no such file or folder");
  folder.write("README.md", "not events");
  EXPECT_EQ(read({.paths = {folder.path()}}, name_column()).error,
            "E404 the folder has no event files");
}

TEST(InputFiles, AnEmptyFileHasNoEvents) {
  for (const std::string_view text : {"", "\n\n", "[]", "\xEF\xBB\xBF", " "}) {
    const Reading reading = read_text(text, name_column());
    EXPECT_EQ(reading.error, "");
    EXPECT_EQ(reading.report.read, 0U) << text;
  }
}

TEST(InputFiles, FormsMayDifferFromFileToFile) {
  const TempFolder folder;
  folder.write("1.json", "[" + event("array") + "]");
  folder.write("2.ndjson", event("lines"));
  folder.write("3.json", R"({"took":1,"hits":{"hits":[{"_id":"1","_source":{"n":"response"}}]}})");
  folder.write("4.json", "{\"index\":{}}\n" + event("bulk"));
  folder.write("5.json", "{\n  \"n\": \"pretty\"\n}\n");
  const Reading reading = read({.paths = {folder.path()}}, name_column());
  EXPECT_EQ(first_column(reading), (Texts{"array", "lines", "response", "bulk", "pretty"}));
  EXPECT_EQ(reading.report.malformed, 0U);
}

TEST(InputFiles, SeveralMembersAndFramesAreOneFile) {
  EXPECT_EQ(first_column(read_text(gzip(event("a")) + gzip(event("b")) + std::string(512, '\0'),
                                   name_column())),
            (Texts{"a", "b"}));
  EXPECT_EQ(first_column(read_text(zstd(event("a")) + zstd("") + zstd(event("b")), name_column())),
            (Texts{"a", "b"}));
  EXPECT_EQ(read_text(gzip(""), name_column()).report.read, 0U);
}

TEST(InputFiles, BrokenCompressionFailsTheRead) {
  std::string text;
  Rng rng(7);
  for (int i = 0; i < 5'000; ++i) text += event(format("{:x}", rng.next()));
  const std::string packed_gzip = gzip(text);
  const std::string packed_zstd = zstd(text);
  EXPECT_EQ(read_text(packed_gzip, name_column()).rows.size(), 5'000U);
  EXPECT_EQ(read_text(packed_zstd, name_column()).rows.size(), 5'000U);
  for (const std::size_t size : {packed_gzip.size() - 1, packed_gzip.size() / 2, std::size_t{12}}) {
    EXPECT_EQ(read_text(packed_gzip.substr(0, size), name_column()).error,
              "E902 broken gzip file: it ends too early; was it cut off?");
  }
  for (const std::size_t size : {packed_zstd.size() - 1, packed_zstd.size() / 2, std::size_t{5}}) {
    EXPECT_EQ(read_text(packed_zstd.substr(0, size), name_column()).error,
              "E902 broken zstd file: it ends too early; was it cut off?");
  }
  std::string bent = packed_gzip;
  bent[bent.size() / 2] = static_cast<char>(bent[bent.size() / 2] ^ 0x55);
  EXPECT_TRUE(read_text(bent, name_column()).error.starts_with("E902 broken gzip file: "));
}

TEST(InputFiles, ProgressReachesTheStoredSize) {
  const TempFolder folder;
  const std::string packed = gzip(event("a"));
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  const Reading reading = read({.paths = {folder.write("a.gz", packed)},
                                .progress =
                                    [&](std::uint64_t bytes_done, std::uint64_t bytes_total) {
                                      EXPECT_GE(bytes_done, done);
                                      done = bytes_done;
                                      total = bytes_total;
                                    }},
                               name_column());
  EXPECT_EQ(done, packed.size());
  EXPECT_EQ(total, packed.size());
}

}  // namespace
}  // namespace eqlab::event::testing
