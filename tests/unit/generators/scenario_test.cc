#include "generators/incident/scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "generators/incident/embedded.h"

namespace eqlab::generators {
namespace {

const std::string head = R"(id = "X1"
title = "A test"
family = "test"
intent = "malicious"
truth = "M1"
source = "this test"
confidence = "G"
)";

const std::string script = R"(
[[step]]
name = "script"
kind = "exec"
parent = "package_script_service"
program = "bash"
script = "postinstall"
)";

/// The built-in distributions and one scenario file.
Result<Catalogue> read(const std::string& text) {
  std::vector<NamedText> files = embedded_files("generators/scenarios/distributions.toml");
  files.push_back({"x.toml", text});
  return read_catalogue(files);
}

TEST(Catalogue, builtin_scenarios_all_load_and_say_what_is_expected) {
  const auto catalogue = load_catalogue("");
  ASSERT_TRUE(catalogue) << render(catalogue.error());
  EXPECT_GE(catalogue->scenarios.size(), 33U);
  for (const Scenario& scenario : catalogue->scenarios) {
    EXPECT_TRUE(scenario.file.ends_with("/" + scenario.id + ".toml")) << scenario.file;
    EXPECT_FALSE(scenario.expected_because.empty()) << scenario.id;
    EXPECT_EQ(scenario.truth_code.front() == 'M', scenario.intent == truth::Intent::malicious)
        << scenario.id;
  }
}

TEST(Catalogue, the_timing_model_s_quantities_have_names) {
  const auto catalogue = load_catalogue("");
  ASSERT_TRUE(catalogue);
  for (const std::string_view name :
       {"open_to_install", "first_script", "fork_to_exec", "sh_to_bash", "human_dialog",
        "deliberate_delay", "network_after_script.benign", "network_after_script.malicious",
        "mdm_queue_gap"}) {
    EXPECT_TRUE(catalogue->distributions.contains(name)) << name;
  }
  // About 90 % of benign connections within 15 s and 95 % within 30 s: what the model was made for.
  Rng rng(1);
  int within_15 = 0;
  int within_30 = 0;
  constexpr int count = 50'000;
  for (int i = 0; i < count; ++i) {
    const Duration delay = catalogue->distributions.at("network_after_script.benign").sample(rng);
    within_15 += delay <= std::chrono::seconds(15) ? 1 : 0;
    within_30 += delay <= std::chrono::seconds(30) ? 1 : 0;
  }
  EXPECT_NEAR(within_15 / double{count}, 0.90, 0.02);
  EXPECT_NEAR(within_30 / double{count}, 0.955, 0.015);
}

struct Mistake {
  std::string text;
  std::string code;
  std::uint32_t line;
  std::uint32_t column;
  std::string says;
  std::string hint = {};
};

TEST(Scenario, every_mistake_is_named_at_its_line_and_column) {
  const std::string connect =
      "\n[[step]]\nname = \"net\"\nkind = \"connect\"\nprocess = \"script\"\n";
  const std::vector<Mistake> mistakes = {
      {"id = \"X1", "E510", 1, 9, "not TOML"},
      {head + "colour = 3\n" + script, "E511", 8, 1, "no key \"colour\""},
      {head + "weigth = 3\n" + script, "E511", 8, 1, "no key \"weigth\"",
       "did you mean \"weight\"?"},
      {head + script + connect + "prt = 443\n", "E511", 20, 1,
       "no key \"prt\" in a step of kind connect", "did you mean \"port\"?"},
      {"id = \"X1\"\n" + script, "E512", 1, 1, "\"title\" is missing"},
      {head + "rate = \"often\"\n" + script, "E512", 8, 8, "\"rate\" must be a number"},
      {head, "E512", 1, 1, "at least one [[step]]"},
      {head + script + "in_place = true\n", "E512", 15, 12, "only a step"},
      {head + script + connect + "port = 70000\n", "E512", 20, 8, "1 to 65535"},
      {head + script + connect + "delay = \"lognromal(1s, 1)\"\n", "E513", 20, 10, "lognromal",
       "did you mean lognormal(…)?"},
      {head + script + connect + "delay = \"plus(1s, fist_child)\"\n", "E513", 20, 19, "fist_child",
       "did you mean first_child?"},
      {head + script + connect + "delay = \"uniform(1s, -2s)\"\n", "E516", 20, 22, "negative"},
      {head + "[expected]\nwindow = \"-30s\"\n" + script, "E516", 9, 10, "negative"},
      {head + script + "\n[[step]]\nname = \"net\"\nkind = \"connect\"\nprocess = \"scirpt\"\n",
       "E514", 19, 11, "named \"scirpt\"", "did you mean \"script\"?"},
      {head + script + connect + "after = \"nothing like it\"\n", "E514", 20, 9, "nothing like it"},
      {head + script + connect +
           "\n[[step]]\nname = \"child\"\nkind = \"exec\"\nparent = \"net\"\nprogram = \"ls\"\n",
       "E514", 24, 10, "no process of its own"},
      {head + "[install]\nvia = \"mdm\"\n\n[[step]]\nname = \"s\"\nkind = \"exec\"\nparent = "
              "\"Installer\"\nprogram = \"bash\"\n",
       "E514", 14, 10, "does not run when a package is opened by mdm"},
      {head + "[[step]]\nname = \"a\"\nkind = \"exec\"\nparent = \"b\"\nprogram = "
              "\"ls\"\n[[step]]\nname = \"b\"\nkind = \"exec\"\nparent = \"a\"\nprogram = \"ls\"\n",
       "E515", 9, 8, "waits for itself"},
      {head + script + connect + "before = \"net\"\n", "E515", 17, 8, "waits for itself"},
      {head + script + script, "E517", 17, 8, "already something named \"script\""},
      {head + script +
           "\n[[step]]\nname = \"c\"\nkind = \"exec\"\nparent = \"script\"\nprogram = \"culr\"\n",
       "E518", 20, 11, "\"culr\" is not known", "did you mean \"curl\"?"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto result = read(mistake.text);
    ASSERT_FALSE(result) << mistake.says;
    const Diagnostic& error = result.error();
    ASSERT_TRUE(error.place) << mistake.says;
    EXPECT_EQ(error.code, mistake.code) << error.message;
    EXPECT_EQ(error.place->file, "x.toml");
    EXPECT_EQ(error.place->line, mistake.line) << render(error);
    EXPECT_EQ(error.place->column, mistake.column) << render(error);
    EXPECT_NE(error.message.find(mistake.says), std::string::npos) << error.message;
    if (!mistake.hint.empty()) {
      EXPECT_EQ(error.hint, mistake.hint);
    }
  }
}

TEST(Scenario, an_id_is_used_once) {
  std::vector<NamedText> files = embedded_files("generators/scenarios/distributions.toml");
  files.push_back({"a.toml", head + script});
  files.push_back({"b.toml", "# the same again\n" + head + script});
  const auto result = read_catalogue(files);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "E517");
  EXPECT_EQ(result.error().place->file, "b.toml");
  EXPECT_EQ(result.error().place->line, 2U);
}

TEST(Scenario, a_folder_of_one_s_own_takes_the_place_of_the_builtin_catalogue) {
  const auto folder = std::filesystem::temp_directory_path() / "eqlab_own_scenarios";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "distributions.toml")
      << "[distribution]\nmine = \"times(2, first_child)\"\n";
  std::ofstream(folder / "x.toml") << head << script << "delay = \"mine\"\n";
  const auto catalogue = load_catalogue(folder.string());
  ASSERT_TRUE(catalogue) << render(catalogue.error());
  EXPECT_EQ(catalogue->scenarios.size(), 1U);
  EXPECT_NE(catalogue->find("X1"), nullptr);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(load_catalogue(folder.string()).error().code, "E901");
}

}  // namespace
}  // namespace eqlab::generators
