#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "generators/corpus/corpus.h"
#include "generators/document/fields.h"
#include "generators/document/model.h"
#include "harness/event/io/reader.h"

namespace eqlab::generators {
namespace {

using Json = nlohmann::json;

Corpus small_corpus(std::uint64_t events = 20'000) {
  auto corpus = Corpus::plan({.seed = 5, .events = events});
  EXPECT_TRUE(corpus) << render(corpus.error());
  return std::move(*corpus);
}

std::vector<std::string> documents_of(const Corpus& corpus) {
  std::vector<std::string> documents;
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_documents(
        part, [&](const Corpus::Document& document) { documents.emplace_back(document.json); },
        truth);
  }
  return documents;
}

void each_leaf(const Json& json, const std::string& path,
               const std::function<void(const std::string&, const Json&)>& visit) {
  for (const auto& [key, value] : json.items()) {
    const std::string name = path.empty() ? key : path + "." + key;
    if (value.is_object()) {
      EXPECT_FALSE(value.empty()) << name << " is an empty object";
      each_leaf(value, name, visit);
    } else {
      visit(name, value);
    }
  }
}

TEST(Documents, EveryFieldStandsInTheBuiltinTableWithAFittingType) {
  const event::Schema& schema = event::Schema::builtin();
  std::set<std::string> seen;
  for (const std::string& document : documents_of(small_corpus(60'000))) {
    each_leaf(Json::parse(document), "", [&](const std::string& name, const Json& value) {
      seen.insert(name);
      const event::Field* field = schema.find(name);
      ASSERT_NE(field, nullptr) << name << " is not in the table";
      EXPECT_EQ(field->source, name) << name << " is a multi-field and must not be written";
      for (const Json& element : value.is_array() ? value : Json::array({value})) {
        switch (event::physical_of(field->type)) {
          case event::Physical::text:
            EXPECT_TRUE(element.is_string()) << name;
            break;
          case event::Physical::integer:
            EXPECT_TRUE(event::is_date(field->type) ? element.is_string()
                                                    : element.is_number_integer())
                << name;
            break;
          case event::Physical::natural:
            EXPECT_TRUE(element.is_number_unsigned()) << name;
            break;
          case event::Physical::real:
            EXPECT_TRUE(element.is_number()) << name;
            break;
          case event::Physical::boolean:
            EXPECT_TRUE(element.is_boolean()) << name;
            break;
        }
      }
    });
  }
  // Every field of the table of definitions came up, so the check above covered it.
  for (const FieldDefinition& field : field_definitions()) {
    if (field.name.starts_with("dns.") || field.name == "network.protocol") continue;  // rare
    if (field.name.starts_with("labels.")) continue;  // on request, see write_corpus_test.cc
    EXPECT_TRUE(seen.contains(std::string(field.name))) << field.name << " was never written";
  }
}

TEST(Documents, FieldsStandInOrderOfNameSoThatObjectsOpenOnce) {
  std::vector<std::vector<std::string>> paths;
  for (const FieldDefinition& field : field_definitions()) {
    std::vector<std::string> path;
    std::string_view rest = field.name;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      path.emplace_back(rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
    }
    path.emplace_back(rest);
    paths.push_back(std::move(path));
  }
  EXPECT_TRUE(std::ranges::is_sorted(paths));
}

TEST(Documents, TheAgentSVersionDecidesTheShape) {
  int old_ones = 0;
  int new_ones = 0;
  for (const std::string& text : documents_of(small_corpus(120'000))) {
    const Json document = Json::parse(text);
    const std::string version = document["agent"]["version"];
    const bool is_shrunk =
        version.starts_with("9.") || version.starts_with("8.18") || version.starts_with("8.19");
    EXPECT_EQ(document["host"].contains("ip"), !is_shrunk) << version;
    EXPECT_EQ(document["ecs"]["version"], version.starts_with("9.") ? "8.10.0" : "1.11.0");
    const std::string entity = document["process"]["entity_id"];
    const bool is_opaque = version.starts_with("9.") || version.starts_with("8.17") ||
                           version.starts_with("8.18") || version.starts_with("8.19");
    EXPECT_EQ(entity.size() == 22, is_opaque) << version << " " << entity;
    if (document["event"]["action"] == "fork") {
      EXPECT_EQ(document["process"].contains("command_line"),
                !(version.starts_with("8.4") || version.starts_with("8.7") ||
                  version.starts_with("8.10")))
          << version;
    }
    (is_shrunk ? new_ones : old_ones) += 1;
  }
  EXPECT_GT(old_ones, 1000);
  EXPECT_GT(new_ones, 1000);
}

TEST(Documents, ForkExecAndEndOfOnePidShareAnEntityIdThatOtherProcessesLack) {
  std::map<std::pair<std::string, std::string>, std::set<std::int64_t>>
      pids;  // (host, entity) -> pids
  std::size_t events = 0;
  for (const std::string& text : documents_of(small_corpus(40'000))) {
    const Json document = Json::parse(text);
    ++events;
    pids[{document["host"]["id"], document["process"]["entity_id"]}].insert(
        document["process"]["pid"].get<std::int64_t>());
  }
  EXPECT_GT(pids.size(), events / 10);
  for (const auto& [key, values] : pids) EXPECT_EQ(values.size(), 1U) << key.second;
}

std::string profile_with(const std::string& more) {
  const auto path = std::filesystem::temp_directory_path() / "eqlab_document_profile.toml";
  std::ofstream(path, std::ios::binary)
      << "name = \"own\"\nabout = \"for a test\"\nhosts = 20\ndays = 1\nevents = 40000\n"
         "[personas]\noffice = 0.5\ndeveloper = 0.5\n"
         "[mixed]\ninstalls_per_host_day = 5\nmalicious_firing = 0.5\nbenign_network = 0.5\n"
      << more;
  return path.string();
}

/// As agents up to 8.1 had it: what a process was between fork and exec is a process of its own,
/// and the parent of what it became.
TEST(Documents, EveryExecBringsANewEntityIdWhereTheProfileSaysSo) {
  const std::string path = profile_with("[documents]\nentity_id = \"exec\"\n");
  auto corpus = Corpus::plan({.profile = path, .seed = 5});
  ASSERT_TRUE(corpus) << render(corpus.error());
  struct Life {
    std::string forked;  ///< id
    std::set<std::string> ids;
    std::string now;
  };
  std::map<std::pair<std::string, std::int64_t>, Life> lives;  // by host and pid
  int execs = 0;
  int more_execs = 0;
  int forks_of_known = 0;
  int others = 0;
  for (const std::string& text : documents_of(*corpus)) {
    const Json document = Json::parse(text);
    const Json& process = document["process"];
    const std::string id = process["entity_id"];
    const std::string host = document["host"]["id"];
    Life& life = lives[{host, process["pid"].get<std::int64_t>()}];
    const std::string action = document["event"]["action"];
    if (action == "fork") {
      life = {.forked = id, .ids = {id}, .now = id};
      const auto parent = lives.find({host, process["parent"]["pid"].get<std::int64_t>()});
      if (parent != lives.end() && !parent->second.forked.empty()) {
        EXPECT_EQ(process["parent"]["entity_id"], parent->second.now) << text;
        ++forks_of_known;
      }
    } else if (life.forked.empty()) {
      continue;  // it was there before the corpus began
    } else if (action == "exec") {
      EXPECT_TRUE(life.ids.insert(id).second) << text;
      life.now = id;
      EXPECT_EQ(process["parent"]["entity_id"], life.forked) << text;
      EXPECT_EQ(process["Ext"]["ancestry"][0], life.forked) << text;
      ++(life.ids.size() == 2 ? execs : more_execs);
    } else {
      EXPECT_EQ(id, life.now) << text;
      ++others;
    }
  }
  EXPECT_GT(execs, 1000);
  EXPECT_GT(more_execs, 100);
  EXPECT_GT(forks_of_known, 100);
  EXPECT_GT(others, 1000);
  std::filesystem::remove(path);
}

TEST(Documents, AgentsUpTo81GiveAnIdAtEveryExecUnlessTheProfileSaysOtherwise) {
  EXPECT_TRUE(gives_id_per_exec(EntityId::by_version, {8, 1, 3}));
  EXPECT_TRUE(gives_id_per_exec(EntityId::by_version, {7, 17, 0}));
  EXPECT_FALSE(gives_id_per_exec(EntityId::by_version, {8, 4, 0}));
  EXPECT_FALSE(gives_id_per_exec(EntityId::pid, {8, 1, 3}));
  EXPECT_TRUE(gives_id_per_exec(EntityId::exec, {9, 4, 1}));
}

TEST(Documents, AnUnknownModelOfEntityIdsIsNamedAtItsLine) {
  const std::string path = profile_with("[documents]\nentity_id = \"fork\"\n");
  const auto corpus = Corpus::plan({.profile = path});
  ASSERT_FALSE(corpus);
  EXPECT_EQ(corpus.error().code, "E512");
  ASSERT_TRUE(corpus.error().place);
  EXPECT_EQ(corpus.error().place->line, 14U) << render(corpus.error());
  std::filesystem::remove(path);
}

TEST(Documents, FilesChangeInTheBackgroundAndNoPathKeepsAPlaceholder) {
  int changes = 0;
  const std::vector<std::string> documents = documents_of(small_corpus(60'000));
  for (const std::string& text : documents) {
    EXPECT_EQ(text.find("{user}"), std::string::npos) << text;
    changes += text.find("\"action\":\"modification\"") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(changes, static_cast<int>(documents.size() / 20));
  EXPECT_LT(changes, static_cast<int>(documents.size() / 3));
}

TEST(Documents, IdsAreUniqueAndSequencesRiseWithTimeOnEachHost) {
  std::set<std::string> ids;
  std::map<std::string, std::pair<std::string, std::int64_t>> last;
  for (const std::string& text : documents_of(small_corpus())) {
    const Json document = Json::parse(text);
    const std::string id = document["event"]["id"];
    EXPECT_EQ(id.size(), 24U);
    EXPECT_TRUE(ids.insert(id).second) << id;
    auto& [id_before, sequence] = last[document["host"]["id"]];
    if (!id_before.empty()) {
      EXPECT_EQ(document["event"]["sequence"], sequence + 1);
      EXPECT_LT(id_before, id);
    }
    id_before = id;
    sequence = document["event"]["sequence"];
  }
}

TEST(Documents, NetworkEventsLackWhatTheSensorDoesNotKnow) {
  int checked = 0;
  for (const std::string& text : documents_of(small_corpus())) {
    const Json document = Json::parse(text);
    if (document["event"]["category"][0] != "network") continue;
    EXPECT_FALSE(document["process"].contains("args"));
    EXPECT_FALSE(document["process"].contains("hash"));
    EXPECT_FALSE(document["process"]["parent"].contains("name"));
    EXPECT_EQ(document["destination"].contains("bytes"),
              document["event"]["action"] == "disconnect_received");
    ++checked;
  }
  EXPECT_GT(checked, 1000);
}

/// One row of a batch as text, so that rows from both paths can be compared.
std::string row_text(const event::EventBatch& batch, event::RowIndex row) {
  std::string text(batch.ids[row]);
  text += " " + std::to_string(batch.event_time[row].time_since_epoch().count());
  text += " " + std::to_string(batch.ingest_time[row].time_since_epoch().count());
  for (const event::Column& column : batch.columns) {
    text += " [";
    for (const event::ValueCode code : column.codes(row))
      text += event::to_text(column.dictionary().value(code)) + ",";
    text += "]";
  }
  return text;
}

class Batches : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(WithoutAndWithFaults, Batches, testing::Values("balanced", "nightmare"),
                         [](const auto& test) { return test.param; });

TEST_P(Batches, HoldWhatTheReaderMakesOfTheDocuments) {
  auto planned = Corpus::plan({.profile = GetParam(), .seed = 5, .events = 50'000});
  ASSERT_TRUE(planned);
  const Corpus corpus = std::move(*planned);
  event::Projection projection;
  for (const std::string_view name : {"host.id",
                                      "host.os.type",
                                      "host.ip",
                                      "user.id",
                                      "user.name",
                                      "event.action",
                                      "event.type",
                                      "event.sequence",
                                      "event.ingested",
                                      "@timestamp",
                                      "process.name",
                                      "process.executable",
                                      "process.args",
                                      "process.args_count",
                                      "process.command_line",
                                      "process.pid",
                                      "process.entity_id",
                                      "process.Ext.ancestry",
                                      "process.parent.name",
                                      "process.parent.command_line",
                                      "process.exit_code",
                                      "process.code_signature.trusted",
                                      "process.Ext.effective_parent.name",
                                      "destination.ip",
                                      "destination.port",
                                      "source.bytes",
                                      "destination.domain",
                                      "file.path",
                                      "Persistence.name",
                                      "dns.question.name"}) {
    const event::Field* field = event::Schema::builtin().find(name);
    ASSERT_NE(field, nullptr) << name;
    projection.add(*field);
  }
  const auto path =
      std::filesystem::temp_directory_path() / ("eqlab_round_trip_" + GetParam() + ".ndjson");
  std::vector<std::string> made;
  {
    std::ofstream out(path, std::ios::binary);
    for (const std::string& document : documents_of(corpus)) out << document << "\n";
    truth::Truth truth;
    std::uint64_t line = 0;
    for (std::size_t part = 0; part < corpus.part_count(); ++part) {
      corpus.make_batches(
          part, projection,
          [&](const event::EventBatch& batch) {
            for (event::RowIndex row = 0; row < batch.row_count(); ++row) {
              made.push_back(row_text(batch, row));
              EXPECT_TRUE(made.size() == 1 || batch.line[row] > line) << "places rise";
              line = batch.line[row];
            }
          },
          truth);
    }
  }
  std::vector<std::string> read;
  using Rows = std::vector<std::string>;
  const auto report = event::read_events<Rows>(
      {.paths = {path.string()}}, projection,
      [](Rows& rows, const event::EventBatch& batch) {
        for (event::RowIndex row = 0; row < batch.row_count(); ++row)
          rows.push_back(row_text(batch, row));
      },
      [&read](Rows&& rows) { read.insert(read.end(), rows.begin(), rows.end()); }, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_EQ(report->malformed, 0U);
  EXPECT_EQ(report->undated, 0U);
  EXPECT_EQ(report->ill_typed, 0U);
  ASSERT_EQ(made.size(), read.size());
  for (std::size_t i = 0; i < made.size(); ++i) ASSERT_EQ(made[i], read[i]) << "event " << i;
  std::filesystem::remove(path);
}

TEST(HostTables, CompactionKeepsWhatWaitingEventsReferTo) {
  ImageTable shared;
  add_standing_images(shared);
  HostTables tables(make_host(Rng(1), 0, Persona::office), shared, EventTime{});
  std::vector<Event> events;
  std::vector<std::string> before;
  const auto describe = [&tables](const Event& event) {
    const Process& process = tables.processes[event.process];
    return std::to_string(process.pid) + " under " +
           std::to_string(tables.processes[process.parent].pid) + " to " +
           std::to_string(tables.flows[event.detail].source_port);
  };
  for (int i = 0; i < 2000; ++i) {
    const ProcessIndex parent = i % 3 == 0 ? index_of(Standing::shell)
                                           : static_cast<ProcessIndex>(tables.processes.size() - 1);
    const ProcessIndex process = tables.add_process(EventTime(Duration(i)), parent, 0);
    const std::uint32_t flow = tables.add_flow({});
    if (i % 7 != 0) continue;
    Event event;
    event.process = process;
    event.parent = parent;
    event.image = event.parent_image = 0;
    event.detail = flow;
    event.kind = Kind::connect;
    events.push_back(event);
    before.push_back(describe(event));
  }
  std::vector<Event*> in_use;
  for (Event& event : events) in_use.push_back(&event);
  tables.compact(in_use);
  EXPECT_LT(tables.processes.size(), 1200U);
  EXPECT_EQ(tables.flows.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(describe(events[i]), before[i]);
}

}  // namespace
}  // namespace eqlab::generators
