#include "harness/report/outputs.h"

#include <gtest/gtest.h>

namespace eqlab::report {
namespace {

template <class Kind>
std::vector<std::string> formats_of(bool are_files) {
  std::vector<std::string> out;
  for (const Output<Kind>& output : outputs_of<Kind>()) {
    const Offered other = are_files ? Offered::on_screen : Offered::in_file;
    if (output.offered != other) out.emplace_back(output.format);
  }
  return out;
}

using Names = std::vector<std::string>;

TEST(Outputs, EachKindComesInTheFormatsThatItsCommandOffers) {
  EXPECT_EQ(formats_of<Scorecards>(false), (Names{"text", "json", "markdown"}));
  EXPECT_EQ(formats_of<Scorecards>(true), (Names{"json", "markdown", "html"}));
  EXPECT_EQ(formats_of<TuningResult>(false), (Names{"text", "json"}));
  EXPECT_EQ(formats_of<TuningResult>(true), (Names{"json", "html"}));
  EXPECT_EQ(formats_of<gate::GateResult>(false), (Names{"text", "json", "markdown"}));
  EXPECT_EQ(formats_of<gate::GateResult>(true),
            (Names{"json", "junit", "sarif", "markdown", "html"}));
  EXPECT_EQ(formats_of<ExplainedRun>(false), (Names{"text", "json"}));
  EXPECT_EQ(formats_of<RehearsalResult>(false), (Names{"text", "json"}));
  EXPECT_EQ(formats_of<MutationResult>(false), (Names{"text", "json"}));
}

TEST(Outputs, ARowIsFoundByItsNameAndWritesItsFormat) {
  EXPECT_EQ(output_named<RehearsalResult>("xml"), nullptr);
  const RehearsalResult result{.runs = 3, .seed = 1, .rules = {{.label = "r", .file = "r.toml"}}};
  const auto* const json = output_named<RehearsalResult>("json");
  ASSERT_NE(json, nullptr);
  EXPECT_EQ(*json->write(result, {}), rehearsal_json(result));
  const auto* const text = output_named<RehearsalResult>("text");
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(*text->write(result, {}), rehearsal_text(result));
}

TEST(Outputs, AFormatThatIsAFileSaysInHelpWhatItIs) {
  for (const Output<gate::GateResult>& output : outputs_of<gate::GateResult>())
    EXPECT_EQ(output.offered == Offered::on_screen, output.file_help.empty()) << output.format;
}

}  // namespace
}  // namespace eqlab::report
