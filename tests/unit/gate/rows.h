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
    batch.event_time.push_back(EventTime(std::chrono::seconds(rows[i].second)));
    batch.has_event_time.push_back(1);
    batch.ingest_time.push_back(IngestTime(std::chrono::seconds(rows[i].second)));
    batch.line.push_back(i + 1);
    batch.ordinal.push_back(i);
    batch.ids.push(rows[i].id);
  }
  return batch;
}

}  // namespace eqlab::test
