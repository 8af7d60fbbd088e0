// From parsed JSON to the types of contract.ts: whatever does not fit is left out.
import type {
  Change,
  Check,
  Diff,
  Gate,
  Incident,
  IncidentEvent,
  IncidentStep,
  Metric,
  Moved,
  Outcome,
  Proportion,
  Rate,
  Reason,
  ReportDocument,
  Rule,
  Scorecard,
  Sweep,
  SweepPoint,
  Term,
  Variant,
} from "./contract.js";
import { Reader, compact } from "./reader.js";

interface Ends {
  low: number | undefined;
  high: number | undefined;
}

/** The interval to show: by hosts where the data supports one, for it holds where hosts differ. */
export function bestEnds(from: Reader): Ends & { by_host: boolean } {
  const low = from.at("by_host", "low").number();
  const high = from.at("by_host", "high").number();
  if (low !== undefined && high !== undefined) return { low, high, by_host: true };
  return { low: from.at("low").number(), high: from.at("high").number(), by_host: false };
}

const within = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.min(1, Math.max(0, value)));

export function readProportion(from: Reader): Proportion | undefined {
  const hits = from.at("hits").count();
  const total = from.at("total").count();
  if (hits === undefined || total === undefined) return undefined;
  const { low, high, by_host } = bestEnds(from);
  return compact<Proportion>({
    hits,
    total,
    value: share(from.at("value")) ?? null,
    low: within(low),
    high: within(high),
    method: (by_host ? from.at("by_host", "method") : from.at("method")).text(),
    unmeasured: from.at("unmeasured").text(),
  });
}

function share(from: Reader): number | undefined {
  return within(from.number());
}

export function readRate(from: Reader): Rate | undefined {
  const value = from.at("value").number();
  const count = from.at("count").count();
  if (value === undefined && count === undefined) return undefined;
  const { low, high, by_host } = bestEnds(from);
  return compact<Rate>({
    value: value ?? null,
    low,
    high,
    count,
    host_days: from.at("host_days").count(),
    per: from.at("per").text(),
    method: (by_host ? from.at("by_host", "method") : from.at("method")).text(),
    unmeasured: from.at("unmeasured").text(),
  });
}

function readRule(from: Reader): Rule {
  return compact<Rule>({
    name: from.at("name").text() ?? "a rule without a name",
    rule_id: from.at("rule_id").text(),
    version: from.at("version").number(),
    file: from.at("file").text(),
    severity: from.at("severity").text(),
    query: from.at("query").text(),
    maxspan_s: from.at("maxspan_s").count(),
    steps: from.at("steps").exists ? from.at("steps").texts() : undefined,
  });
}

function readPoint(from: Reader): SweepPoint[] {
  const value = from.at("value").number();
  if (value === undefined) return [];
  const latency = from.at("latency");
  return [
    compact<SweepPoint>({
      value,
      recall: readProportion(from.at("recall")),
      precision: readProportion(from.at("precision")),
      false_alarms: readRate(from.at("false_alarms")),
      latency: latency.exists
        ? { p50: latency.at("p50").count() ?? null, p95: latency.at("p95").count() ?? null }
        : undefined,
    }),
  ];
}

function readSweep(from: Reader): Sweep[] {
  const points = from.at("points").list().flatMap(readPoint).sort((a, b) => a.value - b.value);
  const distinct = points.filter((point, i) => i === 0 || point.value !== points[i - 1]?.value);
  if (distinct.length === 0) return [];
  return [
    compact<Sweep>({
      parameter: from.at("parameter").text() ?? "parameter",
      unit: from.at("unit").text(),
      current: from.at("current").number(),
      points: distinct,
    }),
  ];
}

function readVariant(from: Reader): Variant[] {
  const recall = readProportion(from.at("recall"));
  const alarms = readRate(from.at("false_alarms"));
  if (!recall || !alarms) return [];
  return [
    compact<Variant>({
      name: from.at("name").text() ?? "unnamed",
      detail: from.at("detail").text(),
      recall,
      false_alarms: alarms,
      on_front: from.at("on_front").flag(),
      is_current: from.at("is_current").flag(),
      diff: from.at("diff").text(),
    }),
  ];
}

function readEvent(from: Reader): IncidentEvent {
  const pid = from.at("process", "pid").number();
  return compact<IncidentEvent>({
    at_seconds: from.at("at_seconds").number() ?? 0,
    what: from.at("what").text() ?? "an event",
    role: from.at("role").text(),
    user: from.at("user").word(),
    faults: from.at("faults").exists ? from.at("faults").texts() : undefined,
    process:
      pid === undefined
        ? undefined
        : compact<NonNullable<IncidentEvent["process"]>>({
            pid,
            parent: from.at("process", "parent").number(),
            name: from.at("process", "name").text(),
          }),
    stages: from.at("stages").exists ? from.at("stages").numbers().filter((step) => step >= 1) : undefined,
    in_alert: from.at("in_alert").flag(),
  });
}

function readStep(from: Reader): IncidentStep {
  return compact<IncidentStep>({
    state: from.at("state").choice("met", "failed", "absent") ?? "absent",
    event: from.at("event").count(),
    terms: from.at("terms").exists
      ? from.at("terms").list().map((term) =>
          compact<Term>({
            text: term.at("text").text() ?? "a condition",
            truth: term.at("truth").flag() ?? false,
            value: term.at("value").text(),
          }),
        )
      : undefined,
  });
}

function readReason(from: Reader): Reason | undefined {
  const text = from.at("text").text() ?? from.text();
  if (text === undefined) return undefined;
  return compact<Reason>({ text, code: from.at("code").text(), step: from.at("step").count() });
}

const outcomes: readonly Outcome[] = ["caught", "missed", "alerted", "silent"];

function readIncident(from: Reader): Incident {
  return compact<Incident>({
    id: from.at("id").text() ?? "?",
    scenario: from.at("scenario").text(),
    title: from.at("title").text(),
    family: from.at("family").text(),
    tags: from.at("tags").exists ? from.at("tags").texts() : undefined,
    intent: from.at("intent").text(),
    behaviour: from.at("behaviour").text(),
    host_name: from.at("host_name").text(),
    persona: from.at("persona").text(),
    agent_version: from.at("agent_version").word(),
    outcome: from.at("outcome").choice(...outcomes) ?? "silent",
    reason: readReason(from.at("reason")),
    first: from.at("first").text(),
    alert_time: from.at("alert_time").text(),
    steps: from.at("steps").exists ? from.at("steps").list().map(readStep) : undefined,
    events: from.at("events").exists
      ? from.at("events").list().map(readEvent).sort((a, b) => a.at_seconds - b.at_seconds)
      : undefined,
  });
}

function readMoved(from: Reader): Moved {
  return compact<Moved>({
    id: from.at("id").text() ?? "?",
    scenario: from.at("scenario").text(),
    title: from.at("title").text(),
    intent: from.at("intent").text(),
    reason: from.at("reason").text() ?? from.at("reason", "text").text(),
  });
}

function readMetric(from: Reader): Metric {
  const low = from.at("interval", "low").number();
  const high = from.at("interval", "high").number();
  return compact<Metric>({
    name: from.at("name").text() ?? "unnamed",
    unit: from.at("unit").text(),
    better: from.at("better").choice("up", "down"),
    before: from.at("before").number() ?? null,
    after: from.at("after").number() ?? null,
    interval: low === undefined || high === undefined ? undefined : { low, high },
    certain: from.at("certain").flag(),
  });
}

function readDiff(from: Reader): Diff | undefined {
  if (!from.exists) return undefined;
  return compact<Diff>({
    equivalent: from.at("equivalent").flag(),
    changes: from.at("changes").list().map((change) =>
      compact<Change>({
        kind: change.at("kind").text() ?? "changed",
        what: change.at("what").text() ?? "",
        before: change.at("before").word(),
        after: change.at("after").word(),
      }),
    ),
    gained: from.at("gained").list().map(readMoved),
    lost: from.at("lost").list().map(readMoved),
    metrics: from.at("metrics").list().map(readMetric),
  });
}

function readGate(from: Reader): Gate | undefined {
  // A verdict that is not understood must not look like a pass.
  if (!from.exists) return undefined;
  return compact<Gate>({
    verdict: from.at("verdict").choice("pass", "fail", "warn") ?? "fail",
    reason: from.at("reason").text(),
    checks: from.at("checks").list().map((check) =>
      compact<Check>({
        name: check.at("name").text() ?? "unnamed",
        status: check.at("status").choice("pass", "fail", "warn", "skip") ?? "fail",
        detail: check.at("detail").text(),
        file: check.at("file").text(),
        line: check.at("line").count(),
      }),
    ),
  });
}

/** Nothing if `parsed` is no report document of a version that this page knows. */
export function readDocument(parsed: unknown): ReportDocument | undefined {
  const from = new Reader(parsed);
  if (from.at("eqlab_report").number() !== 1) return undefined;
  const scores = from.at("scores").list().filter((score) => score.entries().length > 0);
  return compact<ReportDocument>({
    eqlab_report: 1,
    title: from.at("title").text(),
    command: from.at("command").text(),
    tool_version: from.at("tool_version").text(),
    rules: from.at("rules").list().map(readRule),
    scores: scores.map((score) => score.raw as Scorecard),
    sweeps: from.at("sweeps").list().flatMap(readSweep),
    pareto: from.at("pareto").list().flatMap(readVariant),
    incidents: from.at("incidents").list().map(readIncident),
    diff: readDiff(from.at("diff")),
    gate: readGate(from.at("gate")),
  });
}
