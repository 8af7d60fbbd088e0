// Tested in tests/unit/report/gate_reader_test.cc and tests/unit/cli/report_test.cc.
#include "harness/report/stored_result.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "harness/base/text.h"
#include "harness/document/json.h"
#include "harness/report/gate_report.h"
#include "harness/report/scorecard_json.h"
#include "harness/report/tuning_json.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;
using document::Node;

constexpr std::string_view what_it_takes =
    "give what eqlab score, tune or gate wrote with --output-json or --format json";

std::optional<ResultKind> kind_named(std::string_view name) {
  for (const ResultKind kind : {ResultKind::scorecard, ResultKind::tuning, ResultKind::gate}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

std::uint64_t newest_version(ResultKind kind) {
  switch (kind) {
    case ResultKind::scorecard:
      return scorecard_schema_version;
    case ResultKind::tuning:
      return tuning_schema_version;
    case ResultKind::gate:
      return gate_schema_version;
  }
  return 0;
}

/// Errors: E791, E792, with spans alone.
Result<ResultKind> kind_of(const Node& document) {
  const Node* const named = document.find("eqlab_result", Node::Kind::text);
  if (named == nullptr)
    return fail(
        error_at(document.span, "E791", "this is no result of eqlab", std::string(what_it_takes)));
  const std::optional<ResultKind> kind = kind_named(named->text);
  if (!kind) {
    return fail(error_at(named->span, "E791",
                         format("a result of the kind {} cannot be shown again",
                                printable(named->text.substr(0, 40))),
                         std::string(what_it_takes)));
  }
  const Node* const stated = document.find("schema_version", Node::Kind::number);
  const auto version = stated == nullptr ? std::nullopt : document::count_of(*stated);
  if (!version || *version == 0)
    return fail(error_at(document.span, "E791", "schema_version is missing or is no number",
                         std::string(what_it_takes)));
  if (*version > newest_version(*kind)) {
    return fail(error_at(stated->span, "E792",
                         format("version {} of this result is newer than {}, the last that this "
                                "eqlab knows",
                                *version, newest_version(*kind)),
                         "read it with the eqlab that wrote it, or a newer one"));
  }
  return *kind;
}

}  // namespace

std::string_view to_string(ResultKind kind) {
  switch (kind) {
    case ResultKind::scorecard:
      return "scorecard";
    case ResultKind::tuning:
      return "tuning";
    case ResultKind::gate:
      return "gate";
  }
  return "";
}

Result<StoredResult> read_stored_result(std::string text, std::string file, std::size_t bytes_max) {
  StoredResult out;
  if (text.size() > bytes_max)
    return fail(error_in(std::move(file), "E791",
                         format("longer than a result may be ({} bytes)", bytes_max),
                         "store fewer rules in one result"));
  out.source.file = std::move(file);
  out.source.text = std::move(text);
  auto root = document::parse_json(out.source.text);
  if (!root) {
    Diagnostic error = std::move(root.error());
    error.code = "E791";
    error.hint = what_it_takes;
    // Of what was cut off the reader tells no place; it is where the text ends.
    const std::size_t last =
        trim(out.source.text).empty() ? 0 : out.source.text.find_last_not_of(" \t\r\n");
    if (error.span.begin == 0 && error.message.find("document ends") != std::string::npos)
      error.span = {last, last + 1};
    return fail(locate(std::move(error), out.source));
  }
  out.root = std::move(*root);
  const auto checked = [&]() -> Result<ResultKind> {
    if (!out.root.is(Node::Kind::list)) return kind_of(out.root);
    if (out.root.items.empty())
      return fail(error_at(out.root.span, "E791", "there is no result in this list",
                           std::string(what_it_takes)));
    for (const Node& item : out.root.items) {
      EQLAB_TRY(const ResultKind kind, kind_of(item));
      if (kind != ResultKind::scorecard)
        return fail(error_at(item.span, "E791", "only scorecards stand in lists",
                             std::string(what_it_takes)));
    }
    return ResultKind::scorecard;
  }();
  if (!checked) return fail(locate(checked.error(), out.source));
  out.kind = *checked;
  return out;
}

Json json_of(const StoredResult& result) {
  Json out = Json::parse(result.source.text, nullptr, false);
  // Only a number that no double holds could still be refused.
  return out.is_discarded() ? Json::object() : out;
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eqlab::report
