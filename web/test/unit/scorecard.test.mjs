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
  assert.deepEqual(view.decompositions.map(({ name, parts }) => [name, parts.length]), [["all alerts", 3], ["right alerts", 3]]);
  assert.equal(view.load.per_hour.length, 7 * 24);
  assert.match(view.load.facts.join(" · "), /^[\d.]+ alerts an hour · \d+ p95 · \d+ in the busiest \(2026-03-\d\d \d\d:00\) · \d+ hosts with alerts$/);
  assert.deepEqual(view.breakdowns.map((breakdown) => breakdown.dimension), ["family", "persona", "agent version", "tag", "scenario"]);
});

test("the headline has the interval by hosts, the table both", () => {
  const [card] = kinds.small().scores;
  const view = readScore(card);
  const given = card.headline.incident_recall;
  assert.deepEqual([view.recall.low, view.recall.high], [given.by_host.low, given.by_host.high]);
  const row = view.figures.find((figure) => figure.label.startsWith("caught"));
  assert.deepEqual([row.low, row.high, row.counts_low, row.counts_high], [given.by_host.low, given.by_host.high, given.low, given.high]);
});

test("every malicious incident has one fate", () => {
  const [card] = kinds.small().scores;
  const fates = readScore(card).fates;
  assert.equal(fates.reduce((sum, fate) => sum + fate.count, 0), card.recall.all.total);
});

test("without labels nothing is right or wrong, and the reason is kept", () => {
  const view = readScore(kinds.unlabelled().scores[0]);
  assert.equal(view.recall.value, null);
  assert.equal(view.recall.unmeasured, "no labels");
  assert.ok(view.alert_count > 0);
  const measured = view.figures.filter((figure) => figure.value !== null).map((figure) => figure.label);
  assert.deepEqual(measured, ["alerts a day per 1,000 hosts"]);
  assert.ok(view.figures.every((figure) => figure.value !== null || figure.unmeasured === "no labels"));
  assert.ok(view.corpus.includes("no labels"));
});

test("an empty or crooked scorecard has no figures, and none of them is 0", () => {
  for (const card of [{}, { headline: 7, misses: "x", latency: [], alerts: { verdicts: [] } }]) {
    const view = readScore(card);
    for (const figure of ["recall", "precision", "false_alarms", "alert_count", "latency", "load"]) assert.equal(view[figure], undefined, figure);
    assert.deepEqual([view.figures, view.fates, view.misses], [[], [], []]);
  }
});
