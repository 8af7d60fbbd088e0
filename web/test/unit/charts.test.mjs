import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../load.mjs";

const tradeoff = await load("charts/tradeoff.ts");
const front = await load("charts/front.ts");
const histogram = await load("charts/histogram.ts");
const load_chart = await load("charts/load.ts");
const timeline = await load("charts/timeline.ts");
const compare = await load("sections/compare.ts");

const share = (value) => ({ hits: value * 100, total: 100, value });
const sweep = (values, current) => ({ parameter: "maxspan", unit: "s", current, points: values.map((value) => ({ value })) });

test("the marker starts at the rule's own value, or the nearest", () => {
  assert.equal(tradeoff.startIndex(sweep([5, 15, 30, 60], 30)), 2);
  assert.equal(tradeoff.startIndex(sweep([5, 15, 30, 60], 50)), 3);
  assert.equal(tradeoff.startIndex(sweep([5, 15], undefined)), 0);
});

test("keys move the marker within its places", () => {
  assert.equal(tradeoff.keyMove("ArrowRight", 2, 4), 3);
  assert.equal(tradeoff.keyMove("ArrowRight", 3, 4), 3);
  assert.equal(tradeoff.keyMove("ArrowLeft", 0, 4), 0);
  assert.equal(tradeoff.keyMove("PageUp", 0, 4), 3);
  assert.equal(tradeoff.keyMove("Home", 3, 4), 0);
  assert.equal(tradeoff.keyMove("End", 0, 4), 3);
  assert.equal(tradeoff.keyMove("a", 0, 4), undefined);
});

test("what is read out at the marker", () => {
  const point = { value: 30, recall: share(0.285), false_alarms: { value: 331 }, latency: { p50: 161 } };
  assert.equal(tradeoff.pointText(sweep([30], 30), point), "maxspan 30 s, recall 28.5\u00a0%, 331 false alarms, median latency 2m 41s");
});

test("the front is as the document says, or those that none betters", () => {
  const variant = (recall, alarms, more = {}) => ({ name: "x", recall: share(recall), false_alarms: { value: alarms }, ...more });
  const plain = [variant(0.3, 100), variant(0.3, 120), variant(0.5, 200), variant(0.2, 50), variant(0.1, 60)];
  assert.deepEqual(front.frontOf(plain), [true, false, true, true, false]);
  assert.deepEqual(front.frontOf([variant(0.1, 9, { on_front: true }), variant(0.9, 1)]), [true, false]);
  assert.deepEqual(front.frontOf([variant(0.5, 10), variant(0.5, 10)]), [true, true], "equals do not better each other");
  assert.deepEqual(front.inOrder(plain).map((v) => v.false_alarms.value), [50, 60, 100, 120, 200]);
});

test("a histogram keeps every alert, whatever its bins", () => {
  const strata = [
    { name: "a", bins: [{ le: 10, count: 50 }, { le: 20, count: 100 }, { le: 300, count: 1 }] },
    { name: "b", bins: [{ le: 86_400, count: 7 }] },
  ];
  for (const most of [1, 4, 48]) {
    const { counts, edges, log } = histogram.columnsOf(strata, most);
    assert.deepEqual(counts.map((of) => of.reduce((a, b) => a + b, 0)), [151, 7]);
    assert.equal(edges.length, counts[0].length + 1);
    assert.equal(log, true, "a tail of a day beside a median of seconds");
    assert.ok(edges.every((edge, at) => at === 0 || edge > edges[at - 1]));
  }
  assert.equal(histogram.columnsOf([{ name: "a", bins: [{ le: 1, count: 5 }, { le: 2, count: 5 }] }], 48).log, false);
  assert.equal(histogram.columnsOf([{ name: "a", bins: [{ le: 1, count: 0 }] }], 48), undefined);
});

test("a bin is counted in the column that holds its end", () => {
  const bins = Array.from({ length: 16 }, (_, at) => ({ le: at + 1, count: 4 }));
  const { counts } = histogram.columnsOf([{ name: "a", bins }], 16);
  assert.deepEqual(counts[0], new Array(16).fill(4));
});

test("quantiles of bins", () => {
  const bins = [{ le: 1, count: 50 }, { le: 2, count: 45 }, { le: 9, count: 5 }];
  assert.equal(histogram.quantile(bins, 0.5), 1);
  assert.equal(histogram.quantile(bins, 0.95), 2);
  assert.equal(histogram.quantile(bins, 1), 9);
  assert.equal(histogram.quantile([], 0.5), undefined);
});

test("hours are added up until they fit", () => {
  assert.deepEqual(load_chart.gathered([1, 2, 3], 10), { counts: [1, 2, 3], hours: 1 });
  assert.deepEqual(load_chart.gathered([1, 2, 3, 4, 5], 2), { counts: [6, 9], hours: 3 });
});

test("events stand to scale or evenly", () => {
  assert.deepEqual(timeline.positions([0, 1, 4], "to scale", 4), [0, 0.25, 1]);
  assert.deepEqual(timeline.positions([0, 1, 1, 40], "evenly", 40), [0, 0.5, 0.5, 1]);
  assert.deepEqual(timeline.positions([7], "evenly", 7), [0]);
});

test("a change is better or worse only where it is certain", () => {
  const metric = (before, after, more) => ({ name: "x", before, after, ...more });
  assert.equal(compare.judgement(metric(0.3, 0.2, { better: "up", certain: true })), "worse");
  assert.equal(compare.judgement(metric(300, 200, { better: "down", certain: true })), "better");
  assert.equal(compare.judgement(metric(0.3, 0.2, { better: "up", certain: false })), "not proven");
  assert.equal(compare.judgement(metric(1, 1, { better: "up", certain: false })), "");
  assert.equal(compare.judgement(metric(null, 1, { better: "up" })), "");
});

test("what was stands above what is", () => {
  assert.equal(compare.changeAsDiff("a\nb", "c"), "-a\n-b\n+c");
  assert.equal(compare.changeAsDiff(null, "c"), "+c");
});
