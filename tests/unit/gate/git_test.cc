#include "harness/gate/io/git.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/gate/repository.h"

namespace eqlab::gate {
namespace {

using test::Repository;
using Lines = std::vector<std::string>;

Git open(const Repository& repository, const std::string& below = {}) {
  auto git = Git::open({.folder = repository.path(below), .environment = Repository::variables()});
  EXPECT_TRUE(git) << git.error().message;
  return *git;
}

std::vector<std::string> names(const std::vector<GitFile>& files) {
  std::vector<std::string> out;
  for (const GitFile& file : files) out.push_back(file.path);
  return out;
}

TEST(Git, ReadsFilesOfACommitWithoutCheckout) {
  const Repository repository;
  repository.write("rules/a.toml", "old\n");
  repository.write("rules/naïve \"b\".toml", "b\n");
  repository.commit("base");
  repository.write("rules/a.toml", "new\n");
  repository.write("rules/c.toml", "c\n");
  const Git git = open(repository);
  const auto base = git.find_base("HEAD");
  ASSERT_TRUE(base);
  EXPECT_TRUE(base->is_merge_base);
  EXPECT_FALSE(base->is_shallow);
  EXPECT_EQ(names(*git.files(base->commit)),
            (std::vector<std::string>{"rules/a.toml", "rules/naïve \"b\".toml"}));
  EXPECT_EQ(*git.changed(base->commit), (std::vector<std::string>{"rules/a.toml"}));
  EXPECT_EQ(*git.read(base->commit, "rules/a.toml"), "old\n");
  EXPECT_EQ(*git.read(base->commit, "rules/naïve \"b\".toml"), "b\n");
  EXPECT_EQ(repository.read("rules/a.toml"), "new\n") << "the work tree is left alone";
  EXPECT_EQ(git.read(base->commit, "rules/none.toml").error().code, "E745");
}

TEST(Git, WorksInAFolderBelowTheTop) {
  const Repository repository;
  repository.write("other/x.toml", "x\n");
  repository.write("detections/rules/a.toml", "a\n");
  repository.commit("base");
  repository.write("other/x.toml", "changed\n");
  repository.write("detections/rules/a.toml", "changed\n");
  const Git git = open(repository, "detections");
  EXPECT_EQ(git.prefix(), "detections/");
  EXPECT_EQ(names(*git.files("HEAD")), (std::vector<std::string>{"detections/rules/a.toml"}));
  EXPECT_EQ(*git.changed("HEAD"), (std::vector<std::string>{"detections/rules/a.toml"}));
}

TEST(Git, PathsCountFromTheTopWhateverIsSet) {
  const Repository repository;
  repository.write("detections/rules/a.toml", "a\n");
  repository.commit("base");
  repository.git({"config", "diff.relative", "true"});
  repository.write("detections/rules/a.toml", "changed\n");
  const Lines expected = {"detections/rules/a.toml"};
  EXPECT_EQ(*open(repository, "detections").changed("HEAD"), expected);
  repository.git({"config", "--unset", "diff.relative"});
  auto environment = Repository::variables();
  environment.emplace_back("GIT_CONFIG_COUNT", "1");
  environment.emplace_back("GIT_CONFIG_KEY_0", "diff.relative");
  environment.emplace_back("GIT_CONFIG_VALUE_0", "true");
  const auto git = Git::open({.folder = repository.path("detections"), .environment = environment});
  ASSERT_TRUE(git);
  EXPECT_EQ(*git->changed("HEAD"), expected);
}

TEST(Git, TheMergeBaseLeavesOutWhatOthersMerged) {
  const Repository repository;
  repository.write("a", "1");
  repository.commit("base");
  repository.git({"checkout", "--quiet", "-b", "change"});
  repository.write("b", "2");
  repository.commit("change");
  repository.git({"checkout", "--quiet", "main"});
  repository.write("a", "of others");
  repository.commit("others");
  repository.git({"checkout", "--quiet", "change"});
  const Git git = open(repository);
  const auto base = git.find_base("main");
  ASSERT_TRUE(base);
  EXPECT_TRUE(base->is_merge_base);
  EXPECT_EQ(*git.read(base->commit, "a"), "1");
  EXPECT_EQ(*git.changed(base->commit), (std::vector<std::string>{"b"}));
}

TEST(Git, AMissingBaseSaysHowToGetIt) {
  const Repository repository;
  repository.write("a", "1");
  repository.commit("one");
  repository.write("a", "2");
  repository.commit("two");
  const Git git = open(repository);
  for (const std::string name : {"origin/main", "", "--output=x", "HEAD~9", "a b"}) {
    const auto base = git.find_base(name);
    ASSERT_FALSE(base) << name;
    EXPECT_EQ(base.error().code, "E744");
    EXPECT_NE(base.error().hint.find("git fetch"), std::string::npos);
  }
  const Repository outer(false);
  EXPECT_EQ(outer.git({"clone", "--quiet", "--depth=1", "file://" + repository.path(), "clone"}),
            0);
  const auto shallow =
      Git::open({.folder = outer.path("clone"), .environment = Repository::variables()});
  ASSERT_TRUE(shallow);
  const auto base = shallow->find_base("HEAD~1");
  ASSERT_FALSE(base);
  EXPECT_NE(base.error().hint.find("shallow"), std::string::npos);
}

TEST(Git, NoRepositoryAndNoGitAreSaid) {
  const Repository nothing(false);
  const auto none = Git::open({.folder = nothing.path(), .environment = Repository::variables()});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "E746");
  const auto no_git = Git::open({.folder = nothing.path(), .environment = {{"PATH", "/nowhere"}}});
  ASSERT_FALSE(no_git);
  EXPECT_EQ(no_git.error().code, "E746");
  EXPECT_NE(no_git.error().message.find("not found"), std::string::npos);
}

TEST(Git, VariablesOfAHookLeadNowhereElse) {
  const Repository repository;
  repository.write("a", "1");
  repository.commit("base");
  auto environment = Repository::variables();
  environment.emplace_back("GIT_DIR", "/nowhere");
  environment.emplace_back("GIT_INDEX_FILE", "/nowhere/index");
  environment.emplace_back("GIT_WORK_TREE", "/");
  environment.emplace_back("GIT_EXTERNAL_DIFF", "false");
  const auto git = Git::open({.folder = repository.path(), .environment = environment});
  ASSERT_TRUE(git) << git.error().message;
  EXPECT_EQ(names(*git->files("HEAD")), (std::vector<std::string>{"a"}));
  EXPECT_TRUE(git->changed("HEAD")->empty());
}

TEST(Git, RepositoriesCannotRunPrograms) {
  const Repository repository;
  repository.write(".gitattributes", "* diff=evil\n");
  repository.write("a", "1");
  repository.commit("base");
  const std::string proof = repository.path("proof");
  repository.git({"config", "core.fsmonitor", "touch " + proof});
  repository.git({"config", "diff.external", "touch " + proof});
  repository.git({"config", "diff.evil.textconv", "touch " + proof});
  repository.write("a", "2");
  const Git git = open(repository);
  EXPECT_EQ(*git.changed("HEAD"), (std::vector<std::string>{"a"}));
  EXPECT_FALSE(std::filesystem::exists(proof));
}

TEST(Git, NothingIsFetchedIntoAPartialClone) {
  const Repository repository;
  repository.write("a", "1");
  repository.commit("one");
  repository.git({"config", "uploadpack.allowFilter", "true"});
  const Repository outer(false);
  ASSERT_EQ(outer.git({"clone", "--quiet", "--no-checkout", "--filter=blob:none",
                       "file://" + repository.path(), "clone"}),
            0);
  const auto git =
      Git::open({.folder = outer.path("clone"), .environment = Repository::variables()});
  ASSERT_TRUE(git);
  const auto text = git->read("HEAD", "a");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, "E745");
  EXPECT_NE(text.error().hint.find("partial"), std::string::npos) << text.error().message;
}

TEST(Git, TimeAndSizeAreBounded) {
  const Repository repository;
  repository.write("a", std::string(100'000, 'x'));
  repository.commit("base");
  const auto small = Git::open({.folder = repository.path(),
                                .environment = Repository::variables(),
                                .output_bytes_max = 1'000});
  ASSERT_TRUE(small);
  const auto text = small->read("HEAD", "a");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, "E745");
  const auto hasty = Git::open({.folder = repository.path(),
                                .environment = Repository::variables(),
                                .time_limit = Duration{1}});
  ASSERT_FALSE(hasty);
  EXPECT_EQ(hasty.error().code, "E745");
}

}  // namespace
}  // namespace eqlab::gate
