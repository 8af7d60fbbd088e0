#include "harness/gate/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace eqlab::gate {
namespace {

TEST(Glob, StarsStayWithinOnePart) {
  EXPECT_TRUE(matches_glob("rules/*.toml", "rules/a.toml"));
  EXPECT_TRUE(matches_glob("rules/a?c.toml", "rules/abc.toml"));
  EXPECT_FALSE(matches_glob("rules/*.toml", "rules/macos/a.toml"));
  EXPECT_FALSE(matches_glob("*.toml", "rules/a.toml"));
  EXPECT_FALSE(matches_glob("rules/*.toml", "rules/a.TOML"));
}

TEST(Glob, TwoStarsAreAnyNumberOfParts) {
  EXPECT_TRUE(matches_glob("rules/**/*.toml", "rules/a.toml"));
  EXPECT_TRUE(matches_glob("rules/**/*.toml", "rules/macos/x/a.toml"));
  EXPECT_TRUE(matches_glob("**/_deprecated/**", "rules/_deprecated/a.toml"));
  EXPECT_TRUE(matches_glob("**", "a/b"));
  EXPECT_TRUE(matches_glob("rules/", "rules/a/b.toml"));
  EXPECT_FALSE(matches_glob("rules/**/*.toml", "other/rules/a.toml"));
  EXPECT_FALSE(matches_glob("a/**/b/**/c", "a/x/b/x"));
  EXPECT_TRUE(matches_glob("a/**/b/**/c", "a/x/b/b/x/c"));
}

TEST(Glob, AFolderHereIsNoPart) { EXPECT_TRUE(matches_glob("./rules/*.toml", "rules/a.toml")); }

TEST(Glob, FoldersThatLeadNowhereAreKnown) {
  EXPECT_TRUE(may_match_below("rules/**/*.toml", "rules"));
  EXPECT_TRUE(may_match_below("rules/**/*.toml", "rules/macos/x"));
  EXPECT_TRUE(may_match_below("a/b*/c.toml", "a/bb"));
  EXPECT_TRUE(may_match_below("rules/", "rules/x"));
  EXPECT_TRUE(may_match_below("**/x.toml", "anything/at/all"));
  EXPECT_FALSE(may_match_below("rules/**/*.toml", "node_modules"));
  EXPECT_FALSE(may_match_below("rules/*.toml", "rules/macos"));
  EXPECT_FALSE(may_match_below("a/b/c.toml", "a/c"));
}

TEST(Glob, ManyStarsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(matches_glob(pattern, std::string(5'000, 'a') + "b"));
  std::string parts;
  std::string path;
  for (int i = 0; i < 200; ++i) parts += "**/a/";
  for (int i = 0; i < 2'000; ++i) path += "a/";
  EXPECT_FALSE(matches_glob(parts + "x", path + "b"));
}

}  // namespace
}  // namespace eqlab::gate
