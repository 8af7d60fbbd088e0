#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/event/batch_rows.h"
#include "harness/scan/plan.h"

/// A few events, written down.
namespace eqlab::test {

struct Row {
  std::string id;
  int second;
  std::map<std::string, event::Value> fields;
};

inline event::EventBatch batch_of(const scan::Plan& plan, const std::vector<Row>& rows) {
  event::EventBatch batch(plan.projection());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& [name, place] : plan.projection().by_name) {
      event::Column& column = batch.columns[place];
      const auto field = rows[i].fields.find(name);
      std::vector<event::ValueCode> codes;
      if (field != rows[i].fields.end())
        codes.push_back(*event::intern(column.dictionary(), field->second));
      column.push(codes);
    }
    batch.place_row({.event_time = EventTime(std::chrono::seconds(rows[i].second)),
                     .line = i + 1,
                     .ordinal = i,
                     .id = rows[i].id});
  }
  return batch;
}

}  // namespace eqlab::test
