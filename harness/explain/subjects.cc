#include "harness/explain/subjects.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::explain {

using event::RowIndex;

Wanted wanted_event(const std::string& name) {
  Wanted wanted{.ids = {name}};
  if (const auto line = parse_number<unsigned long>(name)) wanted.lines = {*line};
  return wanted;
}

Result<Explained> explain_event(Explainer& explainer, const Sightings& sightings,
                                const std::string& name) {
  const std::vector<RowIndex>& subjects = sightings.subjects();
  const event::EventBatch& rows = sightings.rows();
  const auto line = parse_number<unsigned long>(name);
  auto found =
      std::ranges::find_if(subjects, [&](RowIndex row) { return line && rows.line[row] == *line; });
  if (found == subjects.end())
    found = std::ranges::find_if(subjects, [&](RowIndex row) { return rows.ids[row] == name; });
  if (found == subjects.end()) {
    return fail(error_in(
        {}, "E409", format("there is no event {}", printable(name)),
        "give a line of the input (from 1, over all files) or an event.id; malformed events have "
        "none"));
  }
  const std::string_view id = rows.ids[*found];
  Explained out =
      about(explainer.event(*found), Explained::Kind::event,
            format("event on line {}{}", rows.line[*found], id.empty() ? "" : format(" · {}", id)));
  const auto same_line = std::ranges::count_if(
      subjects, [&](RowIndex row) { return rows.line[row] == rows.line[*found]; });
  if (same_line > 1) {
    out.explanation.notes.push_back(
        format("{} events share this line; this is the first. Name another by its id", same_line));
  }
  return out;
}

std::vector<Explained> explain_first(Explainer& explainer, std::uint64_t events_read) {
  const std::vector<match::Match>& matches = explainer.matches().matches;
  if (matches.empty()) return explain_near_misses(explainer, 1, events_read);
  const std::string title = matches.size() == 1
                                ? std::string("the only match")
                                : format("the first of {} matches",
                                         group_digits(static_cast<std::int64_t>(matches.size())));
  Explained out = about(explainer.match(matches.front()), Explained::Kind::match, title);
  out.explanation.notes.emplace_back(
      "--all-misses N shows what came near, --event what one event comes to");
  return {std::move(out)};
}

std::vector<Explained> explain_near_misses(Explainer& explainer, std::uint64_t count,
                                           std::uint64_t events_read) {
  std::vector<Explained> out;
  for (Explanation& found : explainer.nearest(count)) {
    out.push_back(about(std::move(found), Explained::Kind::near_miss,
                        format("near miss {}", out.size() + 1)));
  }
  if (out.size() == 1) out[0].title = "the nearest miss";
  if (out.empty()) {
    out.push_back(about(
        {.text = events_read == 0 ? "the input has no events" : "no event comes near the query"},
        Explained::Kind::near_miss, "no match"));
  }
  return out;
}

}  // namespace eqlab::explain
