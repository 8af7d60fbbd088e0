// Invented documents to look at and to test with: `node sample/make.mjs [KIND…]` writes each as JSON
// and as a page below dist/sample/. Seeded: the same bytes every time.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makePage } from "../build.mjs";
import { Draw, proportion, rate } from "./draw.mjs";
import { incident } from "./incidents.mjs";
import { documentText, insert } from "./insert.mjs";
import { scorecard, unlabelled } from "./scorecard.mjs";

const query = `sequence by host.id, user.id with maxspan=30s
  [process where host.os.type == "macos" and event.type == "start" and event.action == "exec" and
     process.parent.name : ("installer", "package_script_service") and
     process.name : ("bash", "sh", "zsh", "python", "osascript", "tclsh*")]
  [network where host.os.type == "macos" and event.type == "start" and
     process.name : ("curl", "osascript", "wget", "python")]`;

const rule = {
  name: "Installer Script Connects",
  rule_id: "00000000-0000-4000-8000-000000000001",
  version: 7,
  file: "rules/example.toml",
  severity: "medium",
  query,
  maxspan_s: 30,
  steps: ["process where … process.parent.name : (\"installer\", \"package_script_service\")", "network where … process.name : (\"curl\", \"osascript\", \"wget\", \"python\")"],
};

function sweep(total, host_days) {
  const values = [5, 10, 15, 20, 30, 45, 60, 90, 120];
  return {
    parameter: "maxspan",
    unit: "s",
    current: 30,
    points: values.map((value) => {
      const hits = Math.round(total * (0.2 + 0.035 * Math.log2(value)));
      const alarms = Math.round(11 * value ** 0.95);
      return { value, recall: proportion(hits, total), precision: proportion(hits, hits + alarms), false_alarms: rate(alarms, host_days / 10), latency: { p50: 150 + value / 3, p95: 290 + value / 2 } };
    }),
  };
}

function variants(draw, total, host_days) {
  const point = (name, hits, alarms, more) => ({ name, recall: proportion(hits, total), false_alarms: rate(alarms, host_days / 10), ...more });
  const change = (before, after) => `@@ step 2 @@\n-     process.name : (${before})]\n+     process.name : (${after})]\n`;
  const list = '"curl", "osascript", "wget", "python"';
  const all = [
    point("current rule", Math.round(total * 0.3), 230, { is_current: true, on_front: false }),
    point('step 2 + "python3*"', Math.round(total * 0.45), 238, { on_front: true, detail: "adds the versioned names of one interpreter", diff: change(list, `${list}, "python3*"`) }),
    point("ancestry instead of user.id", Math.round(total * 0.29), 60, { on_front: true, detail: "the second step must come from a child of the first", diff: "@@ keys @@\n- sequence by host.id, user.id with maxspan=30s\n+ sequence by host.id, process.Ext.ancestry with maxspan=30s\n" }),
    point("any client", Math.round(total * 0.62), 900, { on_front: true, detail: "drops the list of step 2", diff: change(list, '"*"') }),
    point('step 2 − "osascript"', Math.round(total * 0.22), 226, { on_front: false, diff: change(list, '"curl", "wget", "python"') }),
  ];
  for (let i = 0; i < 14; ++i) all.push(point(`mutation ${i + 1}`, Math.round(total * (0.1 + draw.unit() * 0.25)), 240 + draw.below(600), { on_front: false }));
  return all;
}

function gated(incidents) {
  const lost = incidents.filter((one) => one.outcome === "missed").slice(0, 14);
  const gained = incidents.filter((one) => one.outcome === "caught").slice(0, 3);
  const moved = (one) => ({ id: one.id, scenario: one.scenario, title: one.title, intent: one.intent, reason: one.reason.text });
  return {
    diff: {
      equivalent: false,
      changes: [
        { kind: "removed", what: "value of process.name in step 2", before: '"curl"', after: null },
        { kind: "changed", what: "maxspan", before: "maxspan=30s", after: "maxspan=20s" },
      ],
      lost: lost.map(moved),
      gained: gained.map(moved),
      metrics: [
        { name: "recall", unit: "share", better: "up", before: 0.285, after: 0.21, interval: { low: -0.109, high: -0.044 }, certain: true },
        { name: "precision", unit: "share", better: "up", before: 0.115, after: 0.121, interval: { low: -0.004, high: 0.016 }, certain: false },
        { name: "false alarms per 1,000 hosts a day", better: "down", before: 331, after: 298, interval: { low: -41, high: -25 }, certain: true },
        { name: "latency p95", unit: "s", better: "down", before: 292, after: 292, certain: false },
      ],
    },
    gate: {
      verdict: "fail",
      reason: "Recall 28.5 % → 21.0 % (−7.5 [−10.9, −4.4], paired, 214 incidents); policy allows −1.0.",
      checks: [
        { name: "recall", status: "fail", detail: "−7.5 points [−10.9, −4.4]; policy allows −1.0", file: "rules/example.toml", line: 14 },
        { name: "false alarms", status: "pass", detail: "331 → 298 per 1,000 hosts a day" },
        { name: "latency p95", status: "pass", detail: "unchanged" },
        { name: "cases", status: "fail", detail: "47 pass, 2 fail", file: "rules/example.case", line: 88 },
        { name: "lint", status: "warn", detail: "one failed run loses 90 s of events; from = \"now-12m\" would not", file: "rules/example.toml", line: 6 },
        { name: "performance", status: "skip", detail: "no base to compare with" },
      ],
    },
  };
}

function whole(seed, count, hosts) {
  const draw = new Draw(seed);
  const incidents = Array.from({ length: count }, (_, at) => incident(draw, at + 1));
  const score = scorecard(draw, incidents, { name: rule.name, version: rule.version, hosts });
  const malicious = incidents.filter((one) => one.intent === "malicious").length;
  const host_days = hosts * 7;
  return {
    eqlab_report: 1,
    command: score.run.command,
    tool_version: "0.1.0",
    rules: [rule],
    scores: [score],
    sweeps: [sweep(malicious, host_days)],
    pareto: variants(draw, malicious, host_days),
    incidents,
    ...gated(incidents),
  };
}

const evil = [
  "<img src=x onerror=window.pwned=1>",
  "</script><script>window.pwned=1</script>",
  "<!--<script>",
  "]]><svg onload=window.pwned=1>",
  "javascript:window.pwned=1",
  "\" onmouseover=\"window.pwned=1",
  "${window.pwned=1}{{window.pwned=1}}",
  "\u202egnp.exe\u202c \u2066isolated\u2069",
  "nul\u0000 esc\u001b[31m bell\u0007 del\u007f c1\u009b",
  "line\u2028separator\nnewline\ttab\r\n",
  "zalgo" + "\u0301".repeat(300),
  "\ud800 lone surrogate",
  "%EQLAB_DATA% $& $1 $` %POLICY%",
  "__proto__",
  "עברית مرحبا 日本語 👩‍💻",
];

/** Puts an attack, or a megabyte, in place of every text of a document. */
function poisoned(value, draw, key) {
  if (typeof value === "string") {
    const kept = ["outcome", "intent", "status", "verdict", "state", "eqlab_result", "unit", "better", "behaviour", "role", "first", "alert_time"];
    if (kept.includes(key)) return value;
    if (draw.chance(0.002)) return "A".repeat(1_000_000);
    return `${draw.of(evil)} ${value}`;
  }
  if (Array.isArray(value)) return value.map((item) => poisoned(item, draw, key));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, draw, name)]));
  return value;
}

function hostile(seed) {
  const draw = new Draw(seed);
  const report = poisoned(whole(seed, 120, 100), draw, "");
  report.title = `${evil[1]}${evil[7]}`;
  for (const at of [0, 1, 2, 3]) report.incidents[at].id = `I-00000${at + 1}`;
  report.incidents[0].title = "M".repeat(1_000_000);
  report.incidents[1].events = Array.from({ length: 3_000 }, (_, at) => ({ at_seconds: at / 7, what: draw.of(evil), process: { pid: at, parent: (at + 1) % 3_000 } }));
  report.incidents[2].events = Array.from({ length: 300 }, (_, at) => ({ at_seconds: at, what: "deep", process: { pid: at + 1, parent: at, name: evil[7] } }));
  report.incidents[3].tags = Array.from({ length: 500 }, () => draw.of(evil));
  return report;
}

/** Not what the schema allows: wrong kinds everywhere, which the page must survive all the same. */
function crooked() {
  const nonsense = [null, 0, "", [], {}, [[]], [null], true, { value: "NaN" }, -1, 1e308];
  const keys = ["rules", "scores", "sweeps", "pareto", "incidents", "diff", "gate", "title", "command", "tool_version"];
  const report = { eqlab_report: 1 };
  keys.forEach((key, at) => (report[key] = nonsense[(at * 7 + 3) % nonsense.length]));
  report.scores = [{ headline: 7, misses: [null, { count: "many" }], latency: [], scenarios: {}, load: { per_hour: ["x", null] } }, null, "text"];
  report.sweeps = [{ points: [{ value: 1 }, { value: 1 }, { value: "2" }] }, { points: [{ value: -1, recall: { hits: 1, total: 0, value: null } }] }, null];
  report.pareto = [{ name: 5, recall: { hits: 0, total: 0, value: null }, false_alarms: { value: null, count: 0 } }];
  report.incidents = [null, {}, { id: 7, outcome: "?", events: [{ at_seconds: "x" }, null, { process: { pid: 1, parent: 1 } }], steps: [{}, { event: 99, state: "met" }] }];
  report.gate = { verdict: "maybe", checks: [null, {}] };
  report.diff = { metrics: [{}], changes: [null], lost: [{}] };
  return report;
}

export const kinds = {
  small: () => whole(1, 60, 200),
  score: () => {
    const { scores, ...rest } = whole(2, 80, 200);
    const draw = new Draw(2);
    return { eqlab_report: 1, command: rest.command, tool_version: "0.1.0", rules: [rule], scores: [scorecard(draw, rest.incidents, { name: rule.name, version: rule.version, schema_version: 1, hosts: 200 })] };
  },
  several: () => {
    const draw = new Draw(3);
    const scores = [1, 2, 3].map((version) => scorecard(draw, Array.from({ length: 90 }, (_, at) => incident(draw, at + 1)), { name: rule.name, version: 7, variant: `maxspan ${version * 15} s`, hosts: 300 }));
    return { eqlab_report: 1, title: "Three variants", rules: scores.map((score) => ({ name: score.rule.name, version: score.rule.version })), scores };
  },
  unlabelled: () => {
    const { scores, rules } = whole(6, 60, 200);
    return { eqlab_report: 1, rules, scores: [unlabelled(scores[0])] };
  },
  empty: () => ({ eqlab_report: 1, rules: [] }),
  hostile: () => hostile(5),
  crooked,
  large: () => whole(4, 10_000, 5_000),
};

/** Those that a correct program could write. */
export const valid_kinds = Object.keys(kinds).filter((kind) => kind !== "crooked");

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(kinds);
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../dist/sample");
  await mkdir(folder, { recursive: true });
  const page = await makePage();
  for (const kind of wanted) {
    if (!Object.hasOwn(kinds, kind)) throw new Error(`no such kind: ${kind} (there are ${Object.keys(kinds).join(", ")})`);
    const report = kinds[kind]();
    await writeFile(join(folder, `${kind}.json`), documentText(report));
    await writeFile(join(folder, `${kind}.html`), insert(page, report));
    console.log(join(folder, `${kind}.html`));
  }
}
