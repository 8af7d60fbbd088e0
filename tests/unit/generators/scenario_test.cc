#include "generators/incident/scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "generators/incident/embedded.h"
#include "harness/base/text.h"

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

TEST(Catalogue, BuiltinScenariosAllLoadAndSayWhatIsExpected) {
  const auto catalogue = load_catalogue("");
  ASSERT_TRUE(catalogue) << render(catalogue.error());
  EXPECT_GT(catalogue->scenarios.size(), 110U);
  for (const Scenario& scenario : catalogue->scenarios) {
    EXPECT_TRUE(scenario.file.ends_with("/" + scenario.id + ".toml")) << scenario.file;
    for (std::size_t r = 0; r < catalogue->rules.size(); ++r) {
      const Promise& promise = scenario.expected[r];
      EXPECT_TRUE(promise.is_stated) << scenario.id << " " << catalogue->rules[r].key;
      EXPECT_FALSE(promise.because.empty()) << scenario.id << " " << catalogue->rules[r].key;
    }
    EXPECT_EQ(scenario.truth_code.front() == 'M', scenario.intent == truth::Intent::malicious)
        << scenario.id;
  }
}

TEST(Catalogue, TheTimingModelSQuantitiesHaveNames) {
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

TEST(Scenario, EveryMistakeIsNamedAtItsLineAndColumn) {
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
      {head + script + connect +
           "[[step]]\nname = \"a\"\nkind = \"exec\"\nparent = \"b\"\nprogram = \"ls\"\nbefore = "
           "\"net\"\n[[step]]\nname = \"b\"\nkind = \"exec\"\nparent = \"a\"\nprogram = "
           "\"ls\"\nbefore = \"net\"\n",
       "E515", 21, 8, "among its own ancestors"},
      {head + script + connect + "before = \"net\"\n", "E515", 17, 8, "waits for itself"},
      {head + script + script, "E517", 17, 8, "already something named \"script\""},
      {head + script +
           "\n[[step]]\nname = \"c\"\nkind = \"exec\"\nparent = \"script\"\nprogram = \"culr\"\n",
       "E518", 20, 11, "\"culr\" is not known", "did you mean \"curl\"?"},
      {head + "[expected]\nr22 = \"X\"\n" + script, "E512", 9, 7, "must be one of N, Y, D"},
      {head + "[expected]\nr22x = \"Y\"\n" + script, "E511", 9, 1, "no key \"r22x\" in [expected]",
       "did you mean \"r22\"?"},
      {head + "[expected]\nr22 = \"D\"\n" + script, "E506", 9, 7, "what it depends on"},
      {head + "[expected]\nr24 = \"D: on chance\"\n" + script, "E506", 9, 7, "what it depends on"},
      {head + "[expected]\nr22 = \"Y\"\nshare = [0.1, 0.2]\n" + script, "E506", 9, 7, "only D"},
      {head + "[expected]\nr22 = \"D\"\nshare = [0.5, 0.2]\n" + script, "E512", 10, 9,
       "[low, high]"},
      {head + "[expected]\nr22 = \"D\"\nif = \"happens(scrpt)\"\n" + script, "E505", 10, 15,
       "no step named \"scrpt\"", "did you mean script?"},
      {head + "[choose]\ntool = []\n" + script, "E512", 9, 8, "a choice has 1 to 32 options"},
      {head + "[choose]\ntag = [\"a\"]\n" + script, "E517", 9, 1, "a meaning of its own"},
      {head + "[choose]\ntool = [\"a b\"]\n" + script, "E512", 9, 8, "\"a b\" is no single word"},
      {head + "[choose]\ntool = { nc = 0 }\n" + script, "E512", 9, 8, "a choice has"},
      {head + "[choose]\ntool = [\"nc\"]\n" + script + "when = \"tool is ssh\"\n", "E505", 17, 17,
       "no option of tool named \"ssh\""},
      {head + script + "when = \"happens(script)\"\n", "E505", 15, 8, "choices only"},
      {head + script + "loop = \"rounds\"\n", "E509", 15, 8, "no loop \"rounds\""},
      {head + "[[loop]]\nname = \"rounds\"\nrepeat = 2\n" + script, "E509", 8, 1,
       "no step is part of the loop"},
      {head + "[[loop]]\nname = \"rounds\"\nrepeat = 41\n" + script, "E512", 10, 10,
       "from 1 to 40"},
      {head + "[[loop]]\nname = \"rounds\"\nrepeat = 2\nfrom = \"curl\"\n" + script +
           "loop = \"rounds\"\n",
       "E514", 11, 8, "the loop has no step named \"curl\""},
      {head + "[[loop]]\nname = \"a\"\n[[loop]]\nname = \"a\"\n" + script, "E517", 11, 8,
       "already a loop named \"a\""},
      {head + "[[include]]\npart = \"mystikal_stagger\"\n" + script, "E507", 9, 8,
       "no part \"mystikal_stagger\""},
      {head + "[install]\nhosts = 5\n" + script, "E512", 9, 9, "needs a \"rollout\""},
      {head + "[parameters]\nserver = \"a.example\"\n" + script + connect +
           "domain = \"<sever>\"\n",
       "E508", 22, 10, "no parameter \"sever\"", "did you mean <server>?"},
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

TEST(Scenario, StepsAreBoundedWithAllTheirRounds) {
  std::string text = head + "[[loop]]\nname = \"rounds\"\nrepeat = 40\n";
  for (int i = 0; i < 11; ++i) {
    text += format(
        "[[step]]\nname = \"s{}\"\nkind = \"exec\"\nparent = "
        "\"launchd\"\nprogram = \"ls\"\nloop = \"rounds\"\n",
        i);
  }
  const auto result = read(text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "E512");
  EXPECT_NE(result.error().message.find("at most 400 steps"), std::string::npos);
}

const std::string part = R"(about = "a download"
parameters = ["parent", "server"]

[[step]]
name = "curl"
kind = "exec"
parent = "<parent>"
program = "curl"
args = ["curl", "https://<server>/x"]

[[step]]
name = "download"
kind = "connect"
process = "curl"
domain = "<server>"
)";

Result<Catalogue> read_with_part(const std::string& scenario, const std::string& part_text) {
  std::vector<NamedText> files = embedded_files("generators/scenarios/distributions.toml");
  files.push_back({"here/part_fetch.toml", part_text});
  files.push_back({"here/x.toml", scenario});
  return read_catalogue(files);
}

TEST(Scenario, APartBringsItsStepsWithTheParametersPutIn) {
  const auto catalogue = read_with_part(
      head + script +
          "[[include]]\npart = \"fetch\"\nwith = { parent = \"script\", server = \"a.example\" }\n",
      part);
  ASSERT_TRUE(catalogue) << render(catalogue.error());
  const Scenario& scenario = catalogue->scenarios.front();
  ASSERT_EQ(scenario.steps.size(), 3U);
  EXPECT_EQ(scenario.steps[1].args, (std::vector<std::string>{"curl", "https://a.example/x"}));
  EXPECT_EQ(scenario.steps[1].actor, (ActorRef{ActorRef::What::step, 0}));
  EXPECT_EQ(scenario.steps[2].domain, "a.example");
}

TEST(Scenario, AMistakeInAPartIsNamedInThePart) {
  const std::string include = head + script + "[[include]]\npart = \"fetch\"\n";
  const std::string both = "with = { parent = \"scrpt\", server = \"a.example\" }\n";
  struct Wrong {
    std::string scenario;
    std::string part;
    std::string code;
    std::string file;
    std::uint32_t line;
  };
  for (const Wrong& wrong : std::vector<Wrong>{
           {include, part, "E508", "here/x.toml", 15},
           {include + "with = { parent = \"script\", server = \"a\", x = \"y\" }\n", part, "E508",
            "here/x.toml", 17},
           {include + both, part, "E514", "here/part_fetch.toml", 7},
           {include + both, part + "delay = \"<wait>\"\n", "E508", "here/part_fetch.toml", 16},
           {include + both, "parameters = 3\n", "E512", "here/part_fetch.toml", 1},
           {include + both, "part = [", "E510", "here/part_fetch.toml", 1}}) {
    const auto result = read_with_part(wrong.scenario, wrong.part);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, wrong.code) << render(result.error());
    EXPECT_EQ(result.error().place->file, wrong.file) << render(result.error());
    EXPECT_EQ(result.error().place->line, wrong.line) << render(result.error());
  }
}

TEST(Scenario, TheRulesThatPromisesAreMadeAboutAreData) {
  std::vector<NamedText> files = embedded_files("generators/scenarios/distributions.toml");
  files.push_back({"rules.toml", "[[rule]]\nkey = \"mine\"\nrule_id = \"abc\"\n"});
  files.push_back({"x.toml", head + "[expected]\nmine = \"Y: it must\"\n" + script});
  const auto catalogue = read_catalogue(files);
  ASSERT_TRUE(catalogue) << render(catalogue.error());
  EXPECT_EQ(catalogue->scenarios[0].base().outcome, Outcome::fires);
  EXPECT_EQ(catalogue->scenarios[0].base().because, "it must");
  files[files.size() - 2].text += "[[rule]]\nkey = \"mine\"\nrule_id = \"def\"\n";
  const auto twice = read_catalogue(files);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, "E517");
  EXPECT_EQ(twice.error().place->line, 5U);
}

TEST(Scenario, AnIdIsUsedOnce) {
  std::vector<NamedText> files = embedded_files("generators/scenarios/distributions.toml");
  files.push_back({"a.toml", head + script});
  files.push_back({"b.toml", "# the same again\n" + head + script});
  const auto result = read_catalogue(files);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "E517");
  EXPECT_EQ(result.error().place->file, "b.toml");
  EXPECT_EQ(result.error().place->line, 2U);
}

TEST(Scenario, AFolderOfOneSOwnTakesThePlaceOfTheBuiltinCatalogue) {
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
