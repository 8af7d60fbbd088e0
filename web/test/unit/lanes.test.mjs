import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../load.mjs";

const { lanesOf, markOf, stepEvents, depth_max } = await load("lanes.ts");
const event = (pid, parent, name, more = {}) => ({ at_seconds: 0, what: "x", ...(pid === undefined ? {} : { process: { pid, parent, name } }), ...more });
const shape = (events) => lanesOf({ id: "I", outcome: "silent", events }).map((lane) => `${" ".repeat(lane.depth)}${lane.label}: ${lane.events.join(",")}`);

test("processes are a tree, in order of their first event", () => {
  const events = [event(1, 0, "installer"), event(2, 1, "service"), event(3, 2, "bash"), event(4, 3, "mkdir"), event(3, 2, "bash"), event(5, 1, "other")];
  assert.deepEqual(shape(events), ["installer 1: 0", " service 2: 1", "  bash 3: 2,4", "   mkdir 4: 3", " other 5: 5"]);
});

test("events without a process get a lane for each role", () => {
  const events = [event(undefined, undefined, undefined, { role: "network" }), event(undefined, undefined, undefined, { role: "script" }), event(undefined)];
  assert.deepEqual(shape(events), ["script: 1", "network: 0", "other: 2"]);
});

test("circles and depth do no harm", () => {
  const circle = [event(1, 2), event(2, 3), event(3, 1), event(4, 4), event(5, 2)];
  const lanes = lanesOf({ id: "I", outcome: "silent", events: circle });
  assert.deepEqual(lanes.flatMap((lane) => lane.events).sort(), [0, 1, 2, 3, 4], "every event once");
  const deep = Array.from({ length: 5_000 }, (_, at) => event(at + 1, at));
  const chain = lanesOf({ id: "I", outcome: "silent", events: deep });
  assert.equal(chain.length, 5_000);
  assert.equal(Math.max(...chain.map((lane) => lane.depth)), depth_max);
});

test("marks: in the alert, a step met, the nearest that was not, other", () => {
  const incident = {
    id: "I",
    outcome: "missed",
    steps: [{ state: "met", event: 0 }, { state: "failed", event: 2 }],
    events: [event(1), event(1), event(1, 0, "x", { stages: [2] }), event(1, 0, "x", { stages: [1], in_alert: true }), event(1, 0, "x", { stages: [2] })],
  };
  assert.deepEqual([0, 1, 2, 3, 4].map((at) => markOf(incident, at)), [
    { kind: "step", step: 1 },
    { kind: "plain" },
    { kind: "failed", step: 2 },
    { kind: "alert", step: 1 },
    { kind: "step", step: 2 },
  ]);
  assert.deepEqual(stepEvents(incident), [0, 2]);
  assert.deepEqual(stepEvents({ ...incident, steps: undefined }), [3]);
  assert.deepEqual(stepEvents({ ...incident, steps: [{ state: "met", event: 99 }] }), [undefined], "an event that is not there");
});
