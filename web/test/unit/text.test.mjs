import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../load.mjs";

const text = await load("text.ts");

test("control, bidi and invisible characters are shown, not obeyed", () => {
  const cases = [
    ["\u202egnp.exe", "\\u202egnp.exe"],
    ["a\u0000b\u001b[31m\u007f\u009b", "a\\x00b\\x1b[31m\\x7f\\x9b"],
    ["a\nb\tc\r", "a\\nb\\tc\\r"],
    ["\u2066x\u2069\u200b\ufeff\u2028", "\\u2066x\\u2069\\u200b\\ufeff\\u2028"],
    ["\ud800", "\\ud800"],
    ["\u{e0041}", "\\ue0041"],
    ["plain ünïcode 日本 😀 עברית", "plain ünïcode 日本 😀 עברית"],
    ["<b>&amp;</b>", "<b>&amp;</b>"],
  ];
  for (const [given, wanted] of cases) assert.equal(text.visible(given), wanted);
});

test("marks piled on a letter are cut", () => {
  assert.equal(text.visible("e\u0301"), "e\u0301");
  assert.equal(text.visible("e" + "\u0301".repeat(50)), "e" + "\u0301".repeat(3) + "…");
});

test("long text is cut between characters, and its length is said", () => {
  assert.equal(text.visible("abcdef", 3), "abc… (6 characters)");
  assert.equal(text.visible("a😀b", 2), "a… (4 characters)");
  assert.ok(text.visible("x".repeat(1_000_000)).length < 2_100);
});

test("lines stay lines in a query", () => {
  assert.equal(text.visibleLines("a\r\n\tb\u202e\nc"), "a\n    b\\u202e\nc");
});

test("figures as the terminal has them", () => {
  const cases = [[0, "0"], [0.0123, "0.0123"], [1.5, "1.5"], [24.32, "24.3"], [32, "32"], [99.96, "100"], [331.4, "331"], [2317.6, "2,318"], [41882310, "41,882,310"], [-5.25, "−5.25"], [NaN, "–"]];
  for (const [given, wanted] of cases) assert.equal(text.figure(given), wanted);
});

test("durations as the terminal has them", () => {
  const cases = [[0, "0 s"], [5e-8, "50 ns"], [0.000_012, "12 µs"], [0.495, "495 ms"], [30, "30 s"], [59.9, "59.9 s"], [59.96, "1m"], [160.933, "2m 41s"], [3599.6, "1h"], [5400, "1h 30m"], [90_000, "1d 1h"], [-2, "−2 s"]];
  for (const [given, wanted] of cases) assert.equal(text.duration(given), wanted);
});

test("shares, points and intervals", () => {
  assert.equal(text.percent(0.285), "28.5\u00a0%");
  assert.equal(text.points(-0.075), "−7.5");
  assert.equal(text.points(0.0001), "±0.0");
  assert.equal(text.shareInterval(0.229, 0.349), "[22.9 – 34.9]");
  assert.equal(text.shareInterval(null, 0.3), "");
  assert.equal(text.signed(-33, text.figure), "−33");
  assert.equal(text.signed(0, text.duration), "±0 s");
});

test("moments and what lies between them", () => {
  assert.equal(text.moment("2026-03-02T04:41:17.304504000Z"), "2026-03-02 04:41:17.304");
  assert.equal(text.moment("soon"), "soon");
  assert.equal(text.secondsBetween("2026-03-02T00:00:00Z", "2026-03-02T00:02:30.5Z"), 150.5);
  assert.equal(text.secondsBetween("2026-03-02T00:00:00Z", null), undefined);
  assert.equal(text.secondsBetween("x", "y"), undefined);
});

test("ticks of durations are round and few", () => {
  assert.deepEqual(text.durationTicks(0, 400, 3), [0, 180, 360]);
  assert.deepEqual(text.durationTicks(0, 50, 6), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(text.durationTicks(0, 0, 6), []);
  for (const high of [1e-7, 0.3, 7, 1e3, 1e6, 1e9]) assert.ok(text.durationTicks(0, high, 8).length <= 9, `up to ${high}`);
});
