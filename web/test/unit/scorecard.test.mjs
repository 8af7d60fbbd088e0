import assert from "node:assert/strict";
import test from "node:test";
import { kinds } from "../../sample/make.mjs";
import { load } from "../load.mjs";

const { readScore } = await load("scorecard.ts");

test("a scorecard of version 1 has its headline, losses, scenarios and no more", () => {
  const [card] = kinds.score().scores;
  const view = readScore(card);
  assert.equal(view.recall.hits, card.headline.incident_recall.hits);
  assert.equal(view.alert_count, card.alerts.total);
  assert.equal(view.missed, card.headline.incident_recall.total - card.headline.incident_recall.hits);
  assert.equal(view.misses.reduce((sum, loss) => sum + loss.count, 0), view.missed);
  assert.equal(view.scenarios.length, card.scenarios.length);
  assert.equal(view.schedule, "every 5m, looks back 9m, cap 100");
  assert.deepEqual(view.corpus.slice(0, 3), ["realistic", "200 hosts", "7 days"]);
  assert.equal(view.latency.p50, card.latency.malicious.from_event.p50_s);
  assert.deepEqual([view.strata, view.decompositions, view.breakdowns, view.load], [[], [], [], undefined]);
});

test("a scorecard of version 2 brings histograms, parts, load and breakdowns", () => {
  const [card] = kinds.small().scores;
  const view = readScore(card);
  assert.ok(view.strata.length >= 1);
  const drawn = view.strata.flatMap((stratum) => stratum.bins).reduce((sum, bin) => sum + bin.count, 0);
  assert.equal(drawn, card.latency.all.from_event.count);
  assert.ok(view.decompositions.length >= 1);
  assert.equal(view.load.per_hour.length, 7 * 24);
  assert.deepEqual(view.breakdowns.map((breakdown) => breakdown.dimension), ["family", "persona", "agent version", "tag"]);
});

test("an empty or crooked scorecard has no figures, and none of them is 0", () => {
  for (const card of [{}, { headline: 7, misses: "x", latency: [], alerts: { verdicts: [] } }]) {
    const view = readScore(card);
    for (const figure of ["recall", "precision", "false_alarms", "alert_count", "latency", "f1", "load"]) assert.equal(view[figure], undefined, figure);
  }
});
