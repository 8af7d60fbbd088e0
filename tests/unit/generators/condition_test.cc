#include "generators/incident/condition.h"

#include <gtest/gtest.h>

#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr EventTime noon{seconds(1'772'452'800)};

const std::vector<std::string> step_names = {"script", "last command", "curl", "download",
                                             "download"};
const std::vector<Choice> choices = {{"tool", {"nc", "ssh"}, {1, 1}}, {"start", {"now"}, {1}}};

Condition parsed(std::string_view text) {
  auto result = parse_condition(text, {.steps = step_names, .choices = choices});
  EXPECT_TRUE(result) << text << ": " << (result ? "" : result.error().message);
  return result ? std::move(*result) : Condition{};
}

/// script at noon; curl an orphan at +1 s; the first download at +15 s, the second at +40 s to
/// IPv6.
std::vector<StepRecord> story(Duration first_download = seconds(15)) {
  std::vector<StepRecord> steps(5);
  steps[0].times = {noon};
  steps[2].times = {noon + seconds(1)};
  steps[2].is_orphan = true;
  steps[3].times = {noon + first_download};
  steps[4].times = {noon + seconds(40)};
  steps[4].is_ipv6 = true;
  return steps;
}

bool holds(std::string_view text, const std::vector<StepRecord>& steps = story(),
           const std::vector<std::uint32_t>& chosen = {1, 0}) {
  return parsed(text).holds(steps, chosen);
}

TEST(Condition, WithinReachesFromTheSameMomentToTheLengthInclusive) {
  EXPECT_TRUE(holds("within(script, download, 15s)"));
  EXPECT_FALSE(holds("within(script, download, 14999ms)"));
  EXPECT_FALSE(holds("within(script, download, 15s)", story(seconds(15) + milliseconds(1))));
  EXPECT_FALSE(holds("within(download, script, 1h)")) << "the second comes first";
  EXPECT_TRUE(holds("within(script, script, 0s)"));
  EXPECT_FALSE(holds("within(last command, download, 1h)")) << "it never happened";
}

TEST(Condition, TimesAreComparedInWholeMilliseconds) {
  EXPECT_TRUE(holds("within(script, download, 15s)", story(seconds(15) + microseconds(999))));
  EXPECT_FALSE(holds("within(script, download, 15s)", story(seconds(15) + microseconds(1000))));
}

TEST(Condition, ANameStandsForTheStepInEveryRoundOfALoop) {
  EXPECT_TRUE(holds("within(script, download, 15s)"));
  EXPECT_TRUE(holds("ipv6(download)")) << "of the second round";
  EXPECT_TRUE(holds("within(curl, download, 39s) and not within(curl, download, 13s)"));
}

TEST(Condition, KnowsWhatBecameOfAStep) {
  EXPECT_TRUE(holds("happens(curl)"));
  EXPECT_FALSE(holds("happens(last command)"));
  EXPECT_TRUE(holds("orphan(curl)"));
  EXPECT_FALSE(holds("orphan(script)"));
  EXPECT_FALSE(holds("in_place(curl)"));
  std::vector<StepRecord> steps = story();
  steps[2].replaced_parent = true;
  EXPECT_TRUE(holds("in_place(curl)", steps));
}

TEST(Condition, OrBindsWeakerThanAndAndBracketsStrongest) {
  EXPECT_TRUE(holds("happens(curl) or happens(curl) and happens(last command)"));
  EXPECT_FALSE(holds("(happens(curl) or happens(curl)) and happens(last command)"));
  EXPECT_FALSE(holds("not happens(curl) and happens(script)"));
  EXPECT_TRUE(holds("not (happens(last command) or tool is nc)"));
}

TEST(Condition, AChoiceIsOneOfItsOptions) {
  EXPECT_TRUE(holds("tool is ssh"));
  EXPECT_FALSE(holds("tool is nc"));
  EXPECT_TRUE(parsed("tool is nc or not start is now").is_about_choices());
  EXPECT_FALSE(parsed("tool is nc or happens(curl)").is_about_choices());
}

struct Mistake {
  std::string text;
  std::size_t begin;
  std::string says;
  std::string hint = {};
};

TEST(Condition, EveryMistakeIsNamedAtItsPlace) {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"", 0, "a condition is expected"},
           {"within(script, download)", 23, "`,` is expected"},
           {"within(script, download, soon)", 25, "a length of time is expected",
            "write for example 15s"},
           {"within(script, download, -5s)", 25, "a length of time is expected"},
           {"happens(scirpt)", 8, "no step named \"scirpt\"", "did you mean script?"},
           {"hapens(script)", 0, "no function named \"hapens\"", "did you mean happens?"},
           {"happens(script", 14, "`)` is expected"},
           {"happens(script) xor happens(curl)", 16, "`and`, `or` or the end is expected"},
           {"tool is ftp", 8, "no option of tool named \"ftp\""},
           {"tool = nc", 5, "`is` is expected after the choice tool"},
           {"tol is nc", 0, "no function or choice named \"tol\"", "did you mean tool?"},
           {"happens(curl) and", 17, "a condition is expected"},
           {std::string(200, '(') + "happens(curl)", 21, "nested deeper than 20"}}) {
    const auto result = parse_condition(mistake.text, {.steps = step_names, .choices = choices});
    ASSERT_FALSE(result) << mistake.text;
    EXPECT_EQ(result.error().code, "E505");
    EXPECT_EQ(result.error().span.begin, mistake.begin) << mistake.text;
    EXPECT_NE(result.error().message.find(mistake.says), std::string::npos)
        << result.error().message;
    if (!mistake.hint.empty()) {
      EXPECT_EQ(result.error().hint, mistake.hint);
    }
  }
}

}  // namespace
}  // namespace eqlab::generators
