// The schema, the types, the reader and the samples say the same.
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { documentText, insert } from "../../sample/insert.mjs";
import { kinds, valid_kinds } from "../../sample/make.mjs";
import { load, root } from "../load.mjs";

const schema = JSON.parse(await readFile(join(root, "report.schema.json"), "utf8"));
const validate = new Ajv2020({ allErrors: false, allowUnionTypes: true }).compile(schema);
const { readDocument } = await load("document.ts");

const withoutNulls = (value) => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null).map(([key, item]) => [key, withoutNulls(item)]));
  }
  return value;
};

for (const kind of valid_kinds) {
  test(`the ${kind} sample is as the schema says`, () => {
    assert.ok(validate(kinds[kind]()), JSON.stringify(validate.errors?.[0]));
  });
}

// In the program's tree the scorecard's own schema lies beside; a copy of web/ alone has none.
const scorecard_schema = join(root, "../harness/report/schemas/scorecard.schema.json");
/** A new key of the program is no fault of a sample; a key that the program does not have is. */
const withoutRequired = (schema) => {
  if (Array.isArray(schema)) return schema.map(withoutRequired);
  if (!schema || typeof schema !== "object") return schema;
  return Object.fromEntries(Object.entries(schema).filter(([key, value]) => !(key === "required" && Array.isArray(value))).map(([key, value]) => [key, withoutRequired(value)]));
};
test("scorecards of the samples have only what the program's schema has", { skip: !existsSync(scorecard_schema) && "no scorecard schema beside this folder" }, async () => {
  const valid = new Ajv({ allErrors: false, allowUnionTypes: true, strictTypes: false }).compile(withoutRequired(JSON.parse(await readFile(scorecard_schema, "utf8"))));
  for (const kind of ["small", "several", "unlabelled"]) {
    for (const card of kinds[kind]().scores) assert.ok(valid(JSON.parse(JSON.stringify(card))), `${kind}: ${JSON.stringify(valid.errors?.[0])}`);
  }
});

test("what the schema forbids is found", () => {
  const small = kinds.small();
  const broken = [
    { ...small, eqlab_report: 2 },
    { ...small, rules: undefined },
    { ...small, sweep: [] },
    { ...small, incidents: [{ ...small.incidents[0], outcome: "perhaps" }] },
    { ...small, gate: { verdict: "pass", checks: [{ name: "x" }] } },
    kinds.crooked(),
  ];
  for (const report of broken) assert.equal(validate(JSON.parse(JSON.stringify(report))), false);
});

test("the reader loses nothing of a valid document", () => {
  const { scores, ...small } = kinds.small();
  const { scores: read_scores, ...read } = readDocument(JSON.parse(JSON.stringify({ scores, ...small })));
  assert.deepEqual(withoutNulls(read), withoutNulls(JSON.parse(JSON.stringify(small))));
  assert.deepEqual(read_scores, JSON.parse(JSON.stringify(scores)));
});

test("an interval by hosts stands in for the one by counts, where it has ends", () => {
  const point = (by_host) => ({ value: 1, recall: { hits: 1, total: 4, value: 0.25, low: 0.1, high: 0.5, method: "wilson", unmeasured: null, by_host } });
  const read = (by_host) => readDocument({ eqlab_report: 1, rules: [], sweeps: [{ parameter: "x", points: [point(by_host)] }] }).sweeps[0].points[0].recall;
  const { low, high, method } = read({ low: 0.05, high: 0.6, method: "bootstrap-by-host", unmeasured: null });
  assert.deepEqual([low, high, method], [0.05, 0.6, "bootstrap-by-host"]);
  assert.equal(read({ low: null, high: null, unmeasured: "fewer than 20 hosts" }).high, 0.5);
  assert.equal(read(null).high, 0.5);
});

test("the reader survives what no schema allows", () => {
  const read = readDocument(kinds.crooked());
  assert.equal(read.gate.verdict, "fail", "an unknown verdict is not a pass");
  assert.equal(read.incidents.length, 3);
  assert.equal(readDocument(null), undefined);
  assert.equal(readDocument({ eqlab_report: 2 }), undefined);
  assert.equal(readDocument(JSON.parse('{"__proto__":{"eqlab_report":1}}')), undefined);
});

test("every key of the schema stands in the types", async () => {
  const types = await readFile(join(root, "src/contract.ts"), "utf8");
  const names = new Set();
  const walk = (part) => {
    if (!part || typeof part !== "object") return;
    for (const [name, value] of Object.entries(part)) {
      if (name === "properties") Object.keys(value).forEach((key) => names.add(key));
      walk(value);
    }
  };
  walk(schema);
  names.delete("eqlab_result"); // of the scorecard, which has a schema of its own
  for (const name of names) assert.match(types, new RegExp(`\\b${name}\\??:`), name);
});

test("no text can leave the data's element", () => {
  const report = { eqlab_report: 1, rules: [{ name: "</script><!--<script>$&%EQLAB_DATA%" }] };
  const written = documentText(report);
  assert.ok(!written.includes("<"));
  assert.deepEqual(JSON.parse(written), report);
  const page = insert("a %EQLAB_DATA% b", report);
  assert.equal(page, `a ${written} b`);
});

test("samples are the same every time", () => {
  for (const kind of ["small", "score", "several", "hostile"]) assert.equal(documentText(kinds[kind]()), documentText(kinds[kind]()));
});
