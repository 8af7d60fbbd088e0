import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../load.mjs";

const { matches, ordered, query_words, statusText } = await load("table.ts");

test("rows are ordered, ties keep their place, unknown numbers stand last", () => {
  assert.deepEqual(ordered(["b", "a", "b", "A"], [0, 1, 2, 3], false), [3, 1, 0, 2]);
  assert.deepEqual(ordered(["b", "a", "b"], [0, 1, 2], true), [0, 2, 1]);
  assert.deepEqual(ordered([3, NaN, 1, 2], [0, 1, 2, 3], false), [2, 3, 0, 1]);
  assert.deepEqual(ordered([3, NaN, 1, 2], [0, 1, 2, 3], true), [0, 3, 2, 1]);
  assert.deepEqual(ordered([3, 1, 2], [0, 2], false), [2, 0], "only the rows that were asked for");
});

test("every word must be there, in any order", () => {
  assert.deepEqual(query_words("  Curl  mbp "), ["curl", "mbp"]);
  assert.ok(matches("mbp-01 missed curl", ["curl", "mbp"]));
  assert.ok(!matches("mbp-01 missed", ["curl", "mbp"]));
  assert.ok(matches("anything", []));
});

test("the status says what is seen of what was found of what there is", () => {
  assert.equal(statusText(0, 60, 60, 60, "incidents"), "60 incidents");
  assert.equal(statusText(0, 3, 3, 60, "incidents"), "3 of 60 incidents");
  assert.equal(statusText(25, 25, 10_000, 10_000, "incidents"), "26–50 of 10,000 incidents");
  assert.equal(statusText(0, 25, 312, 10_000, "incidents"), "1–25 of 312 found among 10,000 incidents");
});
