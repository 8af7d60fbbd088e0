#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "harness/eql/query.h"
#include "harness/explain/explain.h"
#include "tests/reference/fast_engine.h"
#include "tests/reference/timeline.h"

/// One query over rows, all that explaining takes, in one place.
namespace eqlab::explain {

struct Setting {
  Wanted wanted = {};
  std::size_t piece_rows = 1'000'000;  ///< rows before the next piece begins
  Detail detail = Detail::essential;
};

class World {
 public:
  World(const std::string& text, const std::vector<reference::Row>& rows,
        const event::Schema& schema, const Setting& setting = {})
      : rule_(rule::bare_query(text, "query")),
        schema_(schema),
        query_(*rule::compile(rule_, schema_)),
        plan_(scan::Plan::options_for(schema_, "@timestamp", "")),
        binding_(plan_.add(query_)),
        watch_(query_, plan_, binding_, "event.category", setting.wanted),
        sightings_(watch_) {
    for (std::size_t from = 0; from < rows.size();) {
      WatchedPiece piece(watch_);
      event::EventBatch batch(plan_.projection());
      const std::size_t to = std::min(rows.size(), from + setting.piece_rows);
      for (; from < to; ++from) reference::push_row(batch, plan_.projection(), rows[from], from);
      EXPECT_TRUE(piece.scan(batch));
      sightings_.take(std::move(piece));
    }
    sightings_.finish();
    explainer_ = std::make_unique<Explainer>(ExplainInputs{.rule = rule_,
                                                           .schema = schema_,
                                                           .query = query_,
                                                           .plan = plan_,
                                                           .binding = binding_,
                                                           .watch = watch_,
                                                           .sightings = sightings_,
                                                           .detail = setting.detail});
  }

  [[nodiscard]] Explainer& explainer() { return *explainer_; }
  [[nodiscard]] const Sightings& sightings() const { return sightings_; }
  [[nodiscard]] const Watch& watch() const { return watch_; }

 private:
  rule::Rule rule_;
  event::Schema schema_;
  eql::CheckedQuery query_;
  scan::Plan plan_;
  scan::QueryBinding binding_;
  Watch watch_;
  Sightings sightings_;
  std::unique_ptr<Explainer> explainer_;
};

}  // namespace eqlab::explain
