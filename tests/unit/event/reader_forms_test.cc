// The same events in every form that the reader takes are the same batches, wherever chunks are cut
// and however many threads read them.
#include <gtest/gtest.h>

#include <functional>

#include "reading.h"

namespace eqlab::event::testing {
namespace {

/// A random event as a tree of members; values are JSON text.
struct Member {
  std::string key;
  std::string value;  // JSON, unless there are members
  std::vector<Member> members = {};
};

std::string quoted(Rng& rng) {
  static constexpr std::array<std::string_view, 12> pieces = {
      "a", "bash", "{", "}", "[", "]", "\\\"", "\\\\", ",", "é", "\\n", "\\u20ac"};
  std::string text = "\"";
  for (std::uint64_t i = rng.below(5); i > 0; --i) text += pieces[rng.below(pieces.size())];
  return text + "\"";
}

std::string scalar(Rng& rng) {
  switch (rng.below(5)) {
    case 0:
      return format("{}", rng.in_range(-5, 500));
    case 1:
      return "null";
    case 2:
      return rng.chance(0.5) ? "true" : "1.50";
    default:
      return quoted(rng);
  }
}

std::string value(Rng& rng) {
  if (!rng.chance(0.3)) return scalar(rng);
  std::string list = "[";
  for (std::uint64_t i = rng.below(4); i > 0; --i) list += scalar(rng) + (i > 1 ? "," : "");
  return list + "]";
}

std::vector<Member> random_event(Rng& rng, std::size_t number) {
  std::vector<Member> event;
  event.push_back({"@timestamp", format("\"2026-03-02T09:14:{:02}.{:03}Z\"", number / 1'000 % 60,
                                        number % 1'000)});
  event.push_back({"event", "", {{"id", format("\"e{}\"", number)}, {"category", value(rng)}}});
  Member process{"process", "", {}};
  if (rng.chance(0.8)) process.members.push_back({"name", value(rng)});
  if (rng.chance(0.6))
    process.members.push_back(
        {"parent", "", {{"name", value(rng)}, {"pid", format("{}", rng.below(9'999))}}});
  if (!process.members.empty()) event.push_back(std::move(process));
  if (rng.chance(0.3)) event.push_back({"note", quoted(rng)});
  return event;
}

std::string compact(const std::vector<Member>& members) {
  std::string out = "{";
  for (const Member& member : members) {
    if (out.size() > 1) out += ",";
    out += "\"" + member.key +
           "\":" + (member.members.empty() ? member.value : compact(member.members));
  }
  return out + "}";
}

std::string pretty(const std::vector<Member>& members, const std::string& indent) {
  std::string out = "{";
  for (const Member& member : members) {
    out += out.size() > 1 ? ",\n" : "\n";
    out += indent + "  \"" + member.key + "\" : ";
    out += member.members.empty() ? member.value : pretty(member.members, indent + "  ");
  }
  return out + "\n" + indent + "}";
}

void flatten(const std::vector<Member>& members, const std::string& prefix,
             std::vector<Member>& out) {
  for (const Member& member : members) {
    if (member.members.empty()) {
      out.push_back({prefix + member.key, member.value});
    } else {
      flatten(member.members, prefix + member.key + ".", out);
    }
  }
}

std::vector<Member> dotted(const std::vector<Member>& members) {
  std::vector<Member> out;
  flatten(members, "", out);
  return out;
}

using Events = std::vector<std::vector<Member>>;

std::string hit(const std::string& source) {
  return R"({"_index":"logs","_id":"x","_score":null,"_source":)" + source + "}";
}

std::string joined(const Events& events,
                   const std::function<std::string(const std::vector<Member>&)>& one,
                   std::string_view between) {
  std::string out;
  for (const std::vector<Member>& event : events) {
    if (!out.empty()) out += between;
    out += one(event);
  }
  return out;
}

struct Form {
  std::string name;
  std::string text;
};

std::vector<Form> all_forms(const Events& events) {
  const auto plain = [](const std::vector<Member>& event) { return compact(event); };
  const auto flat = [](const std::vector<Member>& event) { return compact(dotted(event)); };
  const auto hits = [](const std::vector<Member>& event) { return hit(compact(event)); };
  const auto indented = [](const std::vector<Member>& event) { return pretty(event, "      "); };
  const auto at_margin = [](const std::vector<Member>& event) { return pretty(event, ""); };
  const std::string lines = joined(events, plain, "\n") + "\n";
  return {
      {"plain", lines},
      {"plain, no last line end", joined(events, plain, "\n")},
      {"CRLF", joined(events, plain, "\r\n") + "\r\n"},
      {"blank lines", "\n" + joined(events, plain, "\n\n  \n") + "\n"},
      {"dotted", joined(events, flat, "\n")},
      {"hits", joined(events, hits, "\n")},
      {"bulk", joined(
                   events,
                   [](const std::vector<Member>& event) {
                     return "{\"index\":{\"_id\":\"y\"}}\n" + compact(event);
                   },
                   "\n") +
                   "\n"},
      {"bulk updates", joined(
                           events,
                           [](const std::vector<Member>& event) {
                             return "{\"update\":{\"_id\":\"y\"}}\n{\"doc\":" + compact(event) +
                                    "}";
                           },
                           "\n")},
      {"array on one line", "[" + joined(events, plain, ",") + "]"},
      {"array of lines", "[\n" + joined(events, plain, ",\n") + "\n]\n"},
      {"array of hits, pretty",
       "[\n" +
           joined(
               events,
               [](const std::vector<Member>& event) { return "  " + hit(pretty(event, "  ")); },
               ",\n") +
           "\n]"},
      {"pretty", joined(events, at_margin, "\n")},
      {"pretty with commas", joined(events, at_margin, ",\n\n")},
      {"pretty, indented", joined(events, indented, "\n")},
      {"one after another on a line", joined(events, plain, "")},
      {"search response",
       R"({"took":5,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":1,"relation":"eq"},"max_score":1.0,"hits":[)" +
           joined(events, hits, ",") + R"(]},"status":200})"},
      {"pretty EQL response",
       "{\n  \"is_partial\" : false,\n  \"hits\" : {\n    \"total\" : { \"value\" : 3 },\n    "
       "\"events\" : [\n      " +
           joined(
               events,
               [](const std::vector<Member>& event) { return hit(pretty(event, "        ")); },
               ",\n      ") +
           "\n    ]\n  }\n}\n"},
      {"sequences", R"({"took":1,"hits":{"sequences":[)" +
                        joined(
                            events,
                            [](const std::vector<Member>& event) {
                              return R"({"join_keys":["a"],"events":[)" + hit(compact(event)) +
                                     R"(,{"_id":"","_source":{},"missing":true}]})";
                            },
                            ",") +
                        "]}}"},
      {"gzip", gzip(lines)},
      {"zstd", zstd(lines)},
  };
}

/// What must not depend on the form: the place in the text does.
std::vector<Row> without_lines(std::vector<Row> rows) {
  for (Row& row : rows) row.line = 0;
  return rows;
}

TEST(ReaderForms, TheSameEventsAreTheSameBatches) {
  const Projection projection = columns({{"process.name", FieldType::keyword},
                                         {"process.parent.name", FieldType::keyword},
                                         {"process.parent.pid", FieldType::long_},
                                         {"event.category", FieldType::keyword},
                                         {"note", FieldType::text}});
  const TempFolder folder;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(format("seed {}", seed));
    Rng rng(seed);
    Events events;
    for (std::uint64_t i = rng.in_range(1, 12) > 6 ? 40 : 5; i > 0; --i)
      events.push_back(random_event(rng, events.size()));
    std::vector<Row> expected;
    for (const Form& form : all_forms(events)) {
      const std::string path = folder.write("events", form.text);
      std::vector<Row> whole;
      for (const std::size_t chunk : {std::size_t{4} << 20U, std::size_t{1}, std::size_t{2},
                                      std::size_t{7}, std::size_t{64}, std::size_t{1'000}}) {
        const Reading reading = read({.paths = {path}, .threads = chunk % 2 == 0 ? 3U : 1U},
                                     projection, {.chunk_bytes = chunk});
        ASSERT_EQ(reading.error, "");
        EXPECT_EQ(reading.report.malformed, 0U) << form.name << ", chunks of " << chunk;
        if (!reading.report.problems.empty()) ADD_FAILURE() << reading.report.problems[0].message;
        if (whole.empty()) whole = reading.rows;
        EXPECT_EQ(reading.rows, whole) << form.name << ", chunks of " << chunk;  // with lines
      }
      if (expected.empty()) expected = without_lines(whole);
      EXPECT_EQ(without_lines(whole), expected) << form.name;
    }
    EXPECT_EQ(expected.size(), events.size());
  }
}

TEST(ReaderForms, WhatIsBrokenIsTheSameAtAnyCut) {
  const Projection projection = columns({{"n", FieldType::keyword}});
  Rng rng(11);
  for (int round = 0; round < 40; ++round) {
    // Good documents among damaged ones, on lines or pretty-printed.
    std::string text;
    for (int i = 0; i < 12; ++i) {
      std::string document =
          rng.chance(0.5)
              ? format("{{\"n\":\"{}\",\"a\":[1,{{\"b\":2}}]}}", i)
              : format("{{\n  \"n\": \"{}\",\n  \"a\": [\n    1,\n    {{ \"b\": 2 }}\n  ]\n}}", i);
      if (rng.chance(0.3)) document.erase(rng.below(document.size()), 1);
      if (rng.chance(0.1)) document.insert(rng.below(document.size()), "\"\"\"");
      text += document + "\n";
    }
    const Reading whole = read_text(text, projection);
    EXPECT_EQ(whole.report.read, whole.report.usable + whole.report.malformed);
    for (const std::size_t chunk : {1U, 5U, 33U, 200U}) {
      const Reading cut = read_text(text, projection, {.threads = 2}, {.chunk_bytes = chunk});
      EXPECT_EQ(cut.rows, whole.rows) << text;
      EXPECT_EQ(problems(cut), problems(whole)) << text;
      EXPECT_EQ(cut.report.malformed, whole.report.malformed);
    }
  }
}

TEST(ReaderForms, ADamagedDocumentNeverTakesItsNeighboursAlong) {
  // One byte lost anywhere in the middle one of three documents on lines.
  const Projection projection = columns({{"n", FieldType::keyword}});
  const std::string middle = R"({"n":"middle","a":{"b":["x",{"c":"{"}],"d":null}})";
  for (std::size_t at = 0; at < middle.size(); ++at) {
    std::string damaged = middle;
    damaged.erase(at, 1);
    const Reading reading =
        read_text("{\"n\":\"first\"}\n" + damaged + "\n{\"n\":\"last\"}\n", projection);
    ASSERT_GE(reading.rows.size(), 2U) << damaged;
    EXPECT_EQ(reading.rows.front().values[0][0], "first") << damaged;
    EXPECT_EQ(reading.rows.back().values[0][0], "last") << damaged;
    EXPECT_EQ(reading.rows.back().line, 3U) << damaged;
    EXPECT_LE(reading.report.read, 4U) << damaged;
  }
}

}  // namespace
}  // namespace eqlab::event::testing
