#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/output_options.h"
#include "harness/report/gate_reader.h"
#include "harness/report/report_page.h"
#include "harness/report/stored_result.h"

namespace eqlab::cli {
namespace {

using report::ResultKind;
using report::StoredResult;

/// Of one page or file.
constexpr std::size_t results_max = 1'000;

struct Options {
  std::vector<std::string> results;
  std::string format = "html";
  std::string output;
};

/// What is wanted of a result that is not rendered from its JSON.
struct Results {
  std::vector<StoredResult> stored;
  std::vector<gate::GateResult> gates;  ///< as `stored`, where they are of that kind
};

bool can_be(ResultKind kind, const std::string& format) {
  return kind == ResultKind::gate || format == "html" || format == "json";
}

/// No more than a result may have, and one byte, so that the reader sees that it is too long.
Result<std::string> text_of(const std::string& path) {
  std::string text;
  const auto read = [&text](std::istream& in) {
    std::string block(std::size_t{1} << 16, '\0');
    while (in && text.size() <= report::stored_result_bytes_max) {
      in.read(block.data(), static_cast<std::streamsize>(block.size()));
      text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    }
    return !in.bad();
  };
  if (path == "-") {
    if (!read(std::cin)) return fail(error_in("standard input", "E901", "cannot be read"));
    return text;
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(error_in(path, "E901", "cannot be opened"));
  if (!read(in)) return fail(error_in(path, "E901", "cannot be read"));
  return text;
}

/// Errors: E901; those of the readers; E794 and E795.
Result<Results> load(const Options& options) {
  Results out;
  if (options.results.size() > results_max)
    return fail(error_in({}, "E795",
                         format("{} results are more than {}", options.results.size(), results_max),
                         "name fewer"));
  for (const std::string& path : options.results) {
    EQLAB_TRY(std::string text, text_of(path));
    EQLAB_TRY(StoredResult stored, report::read_stored_result(std::move(text), path));
    if (!can_be(stored.kind, options.format)) {
      return fail(error_in(
          path, "E794",
          format("a {} cannot be made {} of a stored result", to_string(stored.kind),
                 options.format),
          format(
              "--format html or json; eqlab {0} itself writes what else there is: eqlab {0} --help",
              stored.kind == ResultKind::tuning ? "tune" : "score")));
    }
    if (stored.kind == ResultKind::gate) {
      EQLAB_TRY(gate::GateResult result, report::read_gate(stored));
      out.gates.push_back(std::move(result));
    }
    if (options.format != "html" && !out.stored.empty() && out.stored.front().kind != stored.kind)
      return fail(error_in(
          path, "E795",
          format("a {} beside a {}", to_string(stored.kind), to_string(out.stored.front().kind)),
          "results of different kinds go together in HTML alone"));
    out.stored.push_back(std::move(stored));
  }
  const bool takes_one =
      options.format == "junit" || options.format == "sarif" ||
      (options.format == "json" && out.stored.front().kind != ResultKind::scorecard);
  if (out.stored.size() > 1 && takes_one)
    return fail(error_in({}, "E795", format("--format {} takes one such result", options.format),
                         "write one file for each"));
  return out;
}

Result<std::string> page_of(const Results& results) {
  report::ReportDocument document;
  std::size_t gates = 0;
  for (const StoredResult& stored : results.stored) {
    switch (stored.kind) {
      case ResultKind::scorecard:
        document.add_scorecards(json_of(stored));
        break;
      case ResultKind::tuning:
        document.add_tuning(json_of(stored));
        break;
      case ResultKind::gate:
        document.add_gate(results.gates[gates++]);
        break;
    }
  }
  return report::report_page(document.write());
}

/// One result as it is; several scorecards, whichever files they come from, in one list.
std::string json_of_all(const Results& results) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const StoredResult& stored : results.stored) {
    nlohmann::ordered_json one = json_of(stored);
    if (results.stored.size() == 1) return report::json_text(one);
    if (one.is_array())
      all.insert(all.end(), one.begin(), one.end());
    else
      all.push_back(std::move(one));
  }
  return report::json_text(all);
}

Result<std::string> rendered(const Options& options, const Results& results,
                             const Console& console) {
  if (options.format == "html") return page_of(results);
  if (options.format == "json") return json_of_all(results);
  report::View view = view_of(console);
  if (!options.output.empty()) view.colour = report::Colour::off;
  const auto* const output = report::output_named<gate::GateResult>(options.format);
  std::string out;
  for (const gate::GateResult& result : results.gates) {
    EQLAB_TRY(const std::string text, output->write(result, view));
    if (!out.empty()) out += "\n";
    out += text;
  }
  return out;
}

Exit run(const Options& options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  if (options.format == "html") {
    if (auto page = report::check_report_page(); !page) return give_up(page.error());
    if (options.output.empty() && console.output_is_terminal())
      return give_up(error_in({}, "E905", "an HTML page is nothing to read in a terminal",
                              "eqlab report RESULT.json --output report.html"));
  }
  auto results = load(options);
  if (!results) return give_up(results.error());
  auto text = rendered(options, *results, console);
  if (!text) return give_up(text.error());
  if (options.output.empty()) {
    console.print(*text);
    return Exit::fine;
  }
  if (auto written = write_file(options.output, *text); !written) return give_up(written.error());
  return Exit::fine;
}

}  // namespace

void define_report(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("report", "Show stored results of score, tune or gate in another format");
  auto options = std::make_shared<Options>();
  command
      ->add_option("RESULT", options->results,
                   "JSON that score, tune or gate wrote; several go into one page; - is standard "
                   "input")
      ->required();
  command
      ->add_option("--format", options->format,
                   "html or json; of gate also text, markdown, junit or sarif")
      ->check(CLI::IsMember({"html", "markdown", "text", "json", "junit", "sarif"}))
      ->capture_default_str();
  command->add_option("--output", options->output, "To this file instead of standard output");
  command->footer(
      "Examples:\n"
      "  eqlab score RULE --output-json score.json && eqlab report score.json --output score.html\n"
      "  eqlab report old.json new.json --output both.html\n"
      "  eqlab report gate.json --format junit --output gate.xml");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
