// Texts that attackers write, through every output of every command that shows texts: nothing is
// executed, breaks a format, moves a cursor or notifies anybody.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "harness/base/text.h"
#include "harness/report/report_page.h"
#include "tests/unit/cli/program.h"
#include "tests/unit/report/page_schema.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::ordered_json;

const std::string evil =
    "<img src=x onerror=alert(1)></script><script>alert(2)</script><!--<script>]]>&amp;"
    "@org/team [x](http://evil) ![y](http://evil) `code` |cell| \x1b[2J\x1b]8;;http://evil\x07"
    "\xC2\x9B\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8B\xE2\x80\xA8\n::error file=x::y\n"
    "##[add-mask]z\r\n=cmd|'/C calc'!A0\t%EQLAB_DATA% \x7F #1 </details>";

/// A text of TOML, and of EQL.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(-1, ' ', true); }

/// A small corpus whose every text that no rule and no reader depends on is hostile; some are a
/// megabyte long.
class HostileCorpus {
 public:
  HostileCorpus() {
    const Outcome made = eqlab({"generate", "--events", "1500", "--hosts", "8", "--seed", "3",
                                "--profile", "evasion", "--uncompressed", "--output", corpus()});
    EXPECT_EQ(made.status, 0) << made.err;
    for (const auto& entry : std::filesystem::directory_iterator(corpus())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("events-")) rewrite(entry.path().string(), &HostileCorpus::poison_event);
      if (name == "truth.ndjson") rewrite(entry.path().string(), &HostileCorpus::poison_truth);
    }
    // The folder is again what its manifest says.
    const std::string path = folder_.path("corpus/manifest.json");
    Json manifest = Json::parse(read_file(path));
    for (Json& file : manifest["files"]) {
      const std::string name = folder_.path("corpus/" + file["name"].get<std::string>());
      file["bytes"] = std::filesystem::file_size(name);
      file["sha256"] = run("sha256sum", {name}).out.substr(0, 64);
    }
    folder_.write("corpus/manifest.json", manifest.dump(2));
  }
  [[nodiscard]] std::string corpus() const { return folder_.path("corpus"); }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
  [[nodiscard]] const std::string& incident() const { return incident_; }
  [[nodiscard]] std::string events() const { return folder_.path("corpus/events-0001.ndjson"); }

  /// The rule with a hostile name, description and constant. `programs` of the second step.
  std::string rule(const std::string& file, const std::string& programs) const {
    return folder_.write(
        file,
        "[metadata]\nmaturity = \"production\"\ncreation_date = \"2024/03/01\"\nupdated_date = "
        "\"2024/03/01\"\n[rule]\nname = " +
            quoted("Rule " + evil) + "\ndescription = " + quoted(evil) +
            "\nrule_id = \"99239e7d-b0d4-46e3-8609-acafcf99f68c\"\ntype = \"eql\"\n"
            "language = \"eql\"\nindex = [\"logs-endpoint.events.*\"]\nseverity = \"low\"\n"
            "risk_score = 21\nfrom = \"now-9m\"\ninterval = \"5m\"\nauthor = [" +
            quoted(evil) + "]\nquery = '''\nsequence by host.id, user.id with maxspan=30s\n" +
            "  [process where event.type == \"start\" and event.action == \"exec\" and "
            "process.parent.name : (\"installer\", \"package_script_service\") and\n"
            "   process.name : (\"bash\", \"sh\", \"zsh\", \"python*\")]\n"
            "  [network where event.type == \"start\" and process.name : (" +
            programs + ", \"<img src=x>@org/team\xE2\x80\xAE\xC2\x9B\")]\n'''\n");
  }

 private:
  void rewrite(const std::string& path, void (HostileCorpus::*poison)(Json&)) {
    std::ifstream in(path);
    std::string out;
    for (std::string line; std::getline(in, line);) {
      Json json = Json::parse(line);
      (this->*poison)(json);
      out += json.dump() + "\n";
    }
    in.close();
    std::ofstream(path, std::ios::binary) << out;
  }
  std::string text(const std::string& kept) {
    return ++texts_ % 1'000 == 0 ? std::string(1'000'000, 'A') + evil : kept + evil;
  }
  void poison_event(Json& event) {
    const auto put = [&](const char* where) {
      const Json::json_pointer at(where);
      if (event.contains(at)) event[at] = text(event[at].get<std::string>());
    };
    for (const char* const where : {"/process/command_line", "/process/executable", "/user/name",
                                    "/message", "/host/name", "/destination/domain"})
      put(where);
    // Of steps that are not met, so that the misses name it.
    if (event.contains(Json::json_pointer("/process/name")) && event.contains("destination") &&
        ++connections_ % 2 == 0)
      put("/process/name");
  }
  void poison_truth(Json& record) {
    if (record.contains("hosts")) {
      for (Json& host : record["hosts"]) {
        host["name"] = text("host");
        host["persona"] = evil;
      }
    }
    if (!record.contains("title")) return;
    if (incident_.empty() && record["intent"] == "malicious") incident_ = record["id"];
    for (const char* const key : {"title", "family", "persona", "host_name"}) {
      if (record.contains(key)) record[key] = text(record[key].get<std::string>());
    }
    record["tags"] = Json::array({evil, "=1+1"});
    if (record.contains("events")) {
      for (Json& event : record["events"]) {
        if (event.contains("what")) event["what"] = text(event["what"].get<std::string>());
        if (event.contains("user")) event["user"] = evil;
      }
    }
  }

  TemporaryFolder folder_;
  std::size_t texts_ = 0;
  std::size_t connections_ = 0;
  std::string incident_;
};

/// What a terminal, or a program that prints what it read, must never get.
std::string unprintable_in(const std::string& text) {
  if (!is_utf8(text)) return "not UTF-8";
  for (const std::string_view character : split_characters(text)) {
    const auto first = static_cast<unsigned char>(character[0]);
    if ((first < 0x20 && first != '\n') || first == 0x7F) return "a control character";
    for (const std::string_view moving :
         {"\xC2\x9B", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\xA8"}) {
      if (character == moving) return "a mark that moves what is around it";
    }
  }
  return {};
}

std::string problem_of(const std::string& format, const std::string& text) {
  if (text.empty()) return "empty";
  const auto holds = [&text](std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  if (format == "html") {
    const std::string document = document_of(text);
    if (nlohmann::json::parse(document, nullptr, false).is_discarded()) return "no document";
    if (document.find('<') != std::string::npos) return "the document has markup";
    const std::string problem = page_problem(nlohmann::json::parse(document));
    if (!problem.empty()) return problem;
    // Around it stands the page as it was built.
    const std::size_t at = text.find(document);
    const std::string around =
        text.substr(0, at) + "%EQLAB_DATA%" + text.substr(at + document.size());
    return around == report::built_in_page() ? "" : "the page is another";
  }
  if (format == "ndjson") {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = text.find('\n', begin);
      if (nlohmann::json::parse(text.substr(begin, end - begin), nullptr, false).is_discarded())
        return "a line is no JSON";
      begin = end + 1;
    }
    return unprintable_in(text);
  }
  if (format == "json" || format == "sarif") {
    if (nlohmann::json::parse(text, nullptr, false).is_discarded()) return "no JSON";
    return unprintable_in(text);
  }
  if (format == "junit") {
    pugi::xml_document xml;
    if (!xml.load_buffer(text.data(), text.size())) return "no XML";
    if (!xml.child("testsuites")) return "no test suites";
    for (const pugi::xml_node suite : xml.child("testsuites")) {
      for (const pugi::xml_node test : suite) {
        if (std::string_view(test.name()) != "testcase") return "a text became an element";
      }
    }
    return holds("\x1b") ? "a control character" : "";
  }
  if (format == "markdown") {
    for (const std::string_view markup :
         {"<img", "<script", "</script", "<!--", "@org", "](http", "![y]"}) {
      if (holds(markup)) return "markup: " + std::string(markup);
    }
    const auto count = [&text](std::string_view part) {
      std::size_t found = 0;
      for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
      return found;
    };
    if (count("<details>") != count("</details>")) return "a fold is open";
    return unprintable_in(text);
  }
  // Of a workflow nothing but annotations is printed here, and only where they were asked for.
  return unprintable_in(text);
}

class Hostile : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { corpus_ = new HostileCorpus(); }
  static void TearDownTestSuite() {
    delete corpus_;
    corpus_ = nullptr;
  }
  static const HostileCorpus& corpus() { return *corpus_; }

  static Running in_folder() { return {.folder = corpus().folder().path("")}; }
  /// Runs the command and holds what it prints, and what it writes, against its format.
  static void try_out(const std::vector<std::string>& words, const std::string& format,
                      const std::vector<std::string>& files = {}) {
    std::vector<std::string> all = words;
    for (const std::string& kind : files) {
      if (kind == "html" && !report::has_report_page()) continue;
      all.insert(all.end(), {"--output-" + kind, corpus().folder().path("out." + kind)});
    }
    const Outcome outcome = eqlab(all, in_folder());
    EXPECT_LE(outcome.status, 1) << words[0] << "\n" << outcome.err.substr(0, 3'000);
    EXPECT_EQ(problem_of(format, outcome.out), "") << words[0] << " " << format << "\n"
                                                   << outcome.out.substr(0, 2'000);
    if (!outcome.err.empty()) {
      EXPECT_EQ(unprintable_in(outcome.err), "") << words[0] << "\n" << outcome.err;
    }
    for (const std::string& kind : files) {
      if (kind == "html" && !report::has_report_page()) continue;
      const std::string text = read_file(corpus().folder().path("out." + kind));
      EXPECT_EQ(problem_of(kind, text), "") << words[0] << " " << kind;
    }
  }

 private:
  static HostileCorpus* corpus_;
};
HostileCorpus* Hostile::corpus_ = nullptr;

TEST_F(Hostile, Score) {
  const std::string rule = corpus().rule("a.toml", R"("curl", "python*")");
  const std::string other = corpus().rule("b.toml", R"("curl")");
  for (const std::vector<std::string>& rules :
       std::vector<std::vector<std::string>>{{rule}, {rule, other}}) {
    std::vector<std::string> words = {"score"};
    words.insert(words.end(), rules.begin(), rules.end());
    words.insert(words.end(), {"--corpus", corpus().corpus()});
    try_out(words, "text", {"json", "markdown", "html"});
    words.emplace_back("--verbose");
    try_out(words, "text");
    words.insert(words.end(), {"--format", "markdown"});
    try_out(words, "markdown");
  }
  // What was stored shows the same.
  EXPECT_EQ(eqlab({"score", rule, "--corpus", corpus().corpus(), "--output-json",
                   corpus().folder().path("s.json")})
                .status,
            0);
  const std::string stored = corpus().folder().path("s.json");
  try_out({"report", stored, "--format", "json"}, "json");
  if (report::has_report_page()) try_out({"report", stored}, "html");
}

TEST_F(Hostile, Tune) {
  const std::string rule = corpus().rule("a.toml", R"("curl")");
  try_out({"tune", rule, "--corpus", corpus().corpus(), "--verbose"}, "text", {"json", "html"});
  if (report::has_report_page()) try_out({"report", corpus().folder().path("out.json")}, "html");
}

TEST_F(Hostile, Gate) {
  corpus().rule("a.toml", R"("curl", "python*")");
  corpus().rule("b.toml", R"("nscurl")");
  const std::vector<std::string> words = {"gate",   "b.toml",   "--base-file",
                                          "a.toml", "--corpus", corpus().corpus()};
  try_out(words, "text", {"json", "markdown", "junit", "sarif", "html"});
  std::vector<std::string> annotated = words;
  annotated.emplace_back("--annotations");
  const Outcome outcome = eqlab(annotated, in_folder());
  EXPECT_EQ(outcome.out.find("\n::error file=x::y"), std::string::npos);
  // What stands in an annotation is its text, whatever it says: the runner looks for `##[` in what
  // is no command of the newer form.
  std::size_t commands = 0;
  for (std::size_t at = 0; at < outcome.out.size();) {
    const std::size_t end = std::min(outcome.out.find('\n', at), outcome.out.size());
    const std::string line = outcome.out.substr(at, end - at);
    at = end + 1;
    const bool is_annotation = line.starts_with("::error ") || line.starts_with("::warning ") ||
                               line.starts_with("::notice ");
    commands += is_annotation ? 1U : 0U;
    EXPECT_TRUE(
        is_annotation ||
        (line.find("##[") == std::string::npos && line.find_first_not_of(' ') != line.find("::")) ||
        line.empty())
        << line;
  }
  EXPECT_GT(commands, 0U);
  const std::string stored = corpus().folder().path("out.json");
  for (const char* const format : {"text", "json", "markdown", "junit", "sarif"})
    try_out({"report", stored, "--format", format}, format);
}

TEST_F(Hostile, ExplainMatchAndCheck) {
  const std::string rule = corpus().rule("a.toml", R"("curl", "python*")");
  ASSERT_FALSE(corpus().incident().empty());
  for (const char* const format : {"text", "json"}) {
    try_out({"explain", rule, corpus().corpus(), "--all-misses", "5", "--full", "--format", format},
            format);
    try_out(
        {"explain", rule, corpus().corpus(), "--incident", corpus().incident(), "--format", format},
        format);
  }
  const std::string one = corpus().folder().write("one.eql", "network where true");
  for (const char* const format : {"json", "ndjson"})
    try_out({"match", one, corpus().events(), "--size", "50", "--with-source", "--format", format},
            format);
  for (const std::string format : {"json", "ndjson", "table"})
    try_out({"match", one, corpus().events(), "--size", "50", "--format", format}, format);
  for (const char* const format : {"text", "json", "sarif"})
    try_out({"check", rule, "--format", format}, format);
  const std::string broken = corpus().folder().write(
      "broken.toml", "[rule]\nname = " + quoted(evil) +
                         "\ntype = \"eql\"\nlanguage = \"eql\"\nquery = '''" + "process where " +
                         "process.pid == \"" + "<img src=x>\xE2\x80\xAE@org/team\"'''\n");
  for (const char* const format : {"json", "sarif"}) {
    const Outcome outcome = eqlab({"check", broken, "--format", format});
    EXPECT_EQ(problem_of(format, outcome.out), "") << outcome.out;
    EXPECT_EQ(unprintable_in(outcome.err), "");
  }
  EXPECT_EQ(unprintable_in(eqlab({"check", broken}).out), "");
}

}  // namespace
}  // namespace eqlab::test
