// A scorecard, version 1 or 2, as the page shows it: rows with labels, in the order of the answer.
import type { Proportion, Rate, Scorecard } from "./contract.js";
import { bestEnds, readProportion, readRate } from "./document.js";
import { Reader, compact } from "./reader.js";
import { countOf, duration, figure, grouped, moment, percent } from "./text.js";

export interface NamedCount {
  name: string;
  count: number;
}

/** A figure with its interval: by hosts if there is one, and by counts for comparison. */
export interface FigureRow {
  label: string;
  note?: string;
  kind: "share" | "score" | "rate";
  value: number | null;
  counts?: string;
  low?: number;
  high?: number;
  counts_low?: number;
  counts_high?: number;
  unmeasured?: string;
}

export interface Loss {
  text: string;
  count: number;
  reason?: string;
  cause?: string;
  step?: number;
  note?: string;
  examples: NamedCount[];
  example_incident?: string;
  repeat?: string;
}

export interface LatencyRow {
  whose: string;
  from: string;
  count: number;
  mean?: number;
  p50?: number;
  p50_low?: number;
  p50_high?: number;
  p90?: number;
  p95?: number;
  p99?: number;
  p999?: number;
  max?: number;
}

export interface Bin {
  le: number;
  count: number;
}

export interface Stratum {
  name: string;
  bins: Bin[];
}

export interface Part {
  name: string;
  seconds: number;
}

export interface Decomposition {
  name: string;
  parts: Part[];
}

export interface Load {
  per_hour: number[];
  by_hour_of_day: number[];
  first_hour?: string;
  facts: string[];
  noisiest_hosts: NamedCount[];
}

export interface BreakdownRow {
  name: string;
  recall?: Proportion;
  false_alarms?: Rate;
}

export interface Breakdown {
  dimension: string;
  rows: BreakdownRow[];
}

export interface ScenarioRow {
  id: string;
  title: string;
  intent: string;
  incidents: number;
  alerted: number;
  coincidences: number;
  expected: string;
  because?: string;
  miss?: string;
  disagrees: boolean;
}

export interface ScoreView {
  name: string;
  variant?: string;
  version?: number;
  file?: string;
  schedule?: string;
  forecast?: string;
  corpus: string[];
  command?: string;
  before_repeat?: string;
  tool_version?: string;
  maxspan_s?: number;
  recall?: Proportion;
  precision?: Proportion;
  false_alarms?: Rate;
  alert_count?: number;
  repeats: number;
  latency?: LatencyRow;
  figures: FigureRow[];
  intervals: string;
  verdicts: NamedCount[];
  /** What became of every malicious incident; adds up to all. */
  fates: NamedCount[];
  misses: Loss[];
  missed: number;
  false_groups: Loss[];
  latencies: LatencyRow[];
  strata: Stratum[];
  decompositions: Decomposition[];
  load?: Load;
  breakdowns: Breakdown[];
  scenarios: ScenarioRow[];
  runs: NamedCount[];
  run_facts: string[];
}

export function words(key: string): string {
  return key.replace(/[_-]+/g, " ");
}

function namedCounts(from: Reader): NamedCount[] {
  const listed = from.list().flatMap((item) => {
    const name = item.at("name").word();
    const count = item.at("count").count();
    return name === undefined || count === undefined ? [] : [{ name, count }];
  });
  if (listed.length > 0) return listed;
  return from.entries().flatMap(([name, value]) => {
    const count = value.count();
    return count === undefined ? [] : [{ name, count }];
  });
}

export const present = (parts: (string | undefined)[]): string[] => parts.filter((part): part is string => part !== undefined);

function scheduleText(from: Reader): string | undefined {
  const every = from.at("interval_s").count();
  const back = from.at("look_back_s").count();
  const cap = from.at("max_signals").count();
  const parts = present([
    every === undefined ? undefined : `every ${duration(every)}`,
    back === undefined ? undefined : `looks back ${duration(back)}`,
    cap === undefined ? undefined : `cap ${grouped(cap)}`,
  ]);
  return parts.length > 0 ? parts.join(", ") : undefined;
}

function forecastText(from: Reader): string | undefined {
  const delay = from.at("guaranteed_delay_s").number();
  const sightings = from.at("sightings").count();
  const mean = from.at("mean_latency_s").count();
  const worst = from.at("worst_latency_s").count();
  const parts = present([
    delay === undefined ? undefined : delay < 0 ? "even prompt events can be lost" : `survives delays up to ${duration(delay)}`,
    sightings === undefined ? undefined : `seen by ${figure(sightings)} runs`,
    mean === undefined ? undefined : `${duration(mean)} later on average`,
    worst === undefined ? undefined : `${duration(worst)} at worst`,
  ]);
  return parts.length > 0 ? `By arithmetic, a prompt sequence as long as maxspan: ${parts.join(" · ")}.` : undefined;
}

function corpusParts(score: Reader): string[] {
  const corpus = score.at("corpus");
  const number = (key: string, one: string): string | undefined => {
    const count = corpus.at(key).count();
    return count === undefined ? undefined : countOf(count, one);
  };
  const days = corpus.at("days").count();
  const malicious = corpus.at("incidents", "malicious").count();
  const labelled = corpus.at("labelled").flag();
  const seed = score.at("run", "seed").number();
  return present([
    score.at("run", "corpus").text(),
    number("hosts", "host"),
    days === undefined ? undefined : days === 1 ? "1 day" : `${figure(days)} days`,
    number("events", "event"),
    labelled === false ? "no labels" : malicious === undefined ? undefined : countOf(malicious, "malicious incident"),
    seed === undefined ? undefined : `seed ${seed}`,
  ]);
}

function latencyRow(whose: string, from: string, summary: Reader): LatencyRow | undefined {
  const count = summary.at("count").count();
  if (count === undefined) return undefined;
  const at = (key: string): number | undefined => summary.at(key).number();
  return compact<LatencyRow>({
    whose,
    from,
    count,
    mean: at("mean_s"),
    p50: at("p50_s"),
    p50_low: at("p50_low_s"),
    p50_high: at("p50_high_s"),
    p90: at("p90_s"),
    p95: at("p95_s"),
    p99: at("p99_s"),
    p999: at("p999_s"),
    max: at("max_s"),
  });
}

const beginnings = [
  ["from_event", "the last event"],
  ["from_ingest", "its arrival"],
] as const;

function latencyRows(latency: Reader): LatencyRow[] {
  const rows: LatencyRow[] = [];
  const group = (whose: string, both: Reader): void => {
    for (const [key, from] of beginnings) {
      const row = latencyRow(whose, from, both.at(key));
      if (row) rows.push(row);
    }
  };
  group("right alerts", latency.at("malicious"));
  group("all alerts", latency.at("all"));
  for (const stratum of latency.at("by_stratum").list()) {
    const name = stratum.at("stratum").word();
    if (name !== undefined) group(`${words(name)} hosts`, stratum);
  }
  return rows;
}

function bins(from: Reader): Bin[] {
  return from
    .list()
    .flatMap((bin) => {
      const le = bin.at("le_s").number();
      const count = bin.at("count").count();
      return le === undefined || count === undefined || le < 0 ? [] : [{ le, count }];
    })
    .sort((a, b) => a.le - b.le);
}

function readStrata(latency: Reader): Stratum[] {
  const named = latency.at("by_stratum").list().flatMap((stratum) => {
    const histogram = bins(stratum.at("histogram"));
    return histogram.length > 0 ? [{ name: stratum.at("stratum").word() ?? "unnamed", bins: histogram }] : [];
  });
  if (named.length > 0) return named;
  const all = bins(latency.at("histogram"));
  return all.length > 0 ? [{ name: "all", bins: all }] : [];
}

const part_names: [string, string][] = [
  ["delay", "until the last event has arrived"],
  ["wait", "until the next run"],
  ["run", "the run itself"],
];
const whose_names: Record<string, string> = { all: "all alerts", malicious: "right alerts" };

/** Means, for they add up; percentiles do not. */
function readDecompositions(from: Reader): Decomposition[] {
  return from.entries().flatMap(([key, parts]) => {
    const found = part_names.flatMap(([part, name]) => {
      const seconds = parts.at(part, "mean_s").number();
      return seconds === undefined ? [] : [{ name, seconds: Math.max(0, seconds) }];
    });
    return found.length > 0 ? [{ name: whose_names[key] ?? words(key), parts: found }] : [];
  });
}

function readLoad(load: Reader, alerts: Reader): Load | undefined {
  const per_hour = load.at("per_hour").numbers();
  const by_hour_of_day = load.at("by_hour_of_day").numbers();
  const noisiest_hosts = namedCounts(alerts.at("noisiest_hosts"));
  const number = (key: string, text: (shown: string) => string): string | undefined => {
    const value = load.at(key).count();
    return value === undefined ? undefined : text(figure(value));
  };
  const busiest = load.at("busiest_hour").text();
  const with_alerts = alerts.at("hosts_with_alerts").count();
  const facts = present([
    number("per_hour_mean", (shown) => `${shown} alerts an hour`),
    number("per_hour_p95", (shown) => `${shown} p95`),
    number("per_hour_max", (shown) => `${shown} in the busiest${busiest ? ` (${moment(busiest).slice(0, 16)})` : ""}`),
    with_alerts === undefined ? undefined : `${countOf(with_alerts, "host")} with alerts`,
    load.at("unmeasured").text(),
  ]);
  if (per_hour.length === 0 && by_hour_of_day.length === 0 && noisiest_hosts.length === 0) return undefined;
  return compact<Load>({ per_hour, by_hour_of_day, first_hour: load.at("first_hour").text(), facts, noisiest_hosts });
}

const dimensions = ["family", "persona", "agent_version", "tag", "scenario"] as const;

function readBreakdowns(from: Reader): Breakdown[] {
  return dimensions.flatMap((dimension) => {
    const rows = from.at(dimension).list().flatMap((row) => {
      const name = row.at("name").word();
      if (name === undefined) return [];
      return [compact<BreakdownRow>({ name, recall: readProportion(row.at("recall")), false_alarms: readRate(row.at("false_alarms")) })];
    });
    return rows.length > 0 ? [{ dimension: words(dimension), rows }] : [];
  });
}

function expectation(from: Reader): string {
  const parts = (["fires", "silent", "depends"] as const).flatMap((word) => {
    const count = from.at(word).count() ?? 0;
    return count > 0 ? [{ word, count }] : [];
  });
  if (parts.length === 1) return parts[0]?.word ?? "";
  return parts.map(({ word, count }) => `${grouped(count)} ${word}`).join(", ");
}

function readScenarios(from: Reader): ScenarioRow[] {
  return from.list().flatMap((row) => {
    const id = row.at("id").word();
    if (id === undefined) return [];
    return [
      compact<ScenarioRow>({
        id,
        title: row.at("title").text() ?? "",
        intent: words(row.at("intent").text() ?? ""),
        incidents: row.at("incidents").count() ?? 0,
        alerted: row.at("alerted").count() ?? 0,
        coincidences: row.at("coincidences").count() ?? 0,
        expected: expectation(row.at("expected")),
        because: row.at("expected_because").text(),
        miss: row.at("main_miss", "text").text(),
        disagrees: row.at("disagrees").flag() ?? false,
      }),
    ];
  });
}

function figureRow(kind: FigureRow["kind"], label: string, note: string, from: Reader): FigureRow[] {
  const value = from.at("value").number();
  const unmeasured = from.at("unmeasured").text();
  const hits = from.at("hits").count();
  const total = from.at("total").count();
  const count = from.at("count").count();
  if (value === undefined && unmeasured === undefined && total === undefined) return [];
  const { low, high, by_host } = bestEnds(from);
  return [
    compact<FigureRow>({
      label,
      note: note === "" ? undefined : note,
      kind,
      value: value ?? null,
      counts: hits !== undefined && total !== undefined ? `${grouped(hits)} of ${grouped(total)}` : count === undefined ? undefined : grouped(count),
      low,
      high,
      counts_low: by_host ? from.at("low").number() : undefined,
      counts_high: by_host ? from.at("high").number() : undefined,
      unmeasured,
    }),
  ];
}

function readFigures(score: Reader): FigureRow[] {
  const shares: [string[], string, string][] = [
    [["recall", "all"], "caught, of all malicious incidents", ""],
    [["recall", "with_behaviour"], "… of those that really do it", "the behaviour is there to be seen"],
    [["recall", "reachable"], "… of those whose events can match the rule", "what the query could catch"],
    [["recall", "visible"], "… of those visible to some run", "what the schedule leaves of it"],
    [["headline", "alert_precision"], "alerts that are right", "malicious cause, repeats left out"],
    [["behaviour", "alert_precision"], "alerts for the behaviour itself", "whoever is behind it"],
    [["behaviour", "incident_recall"], "behaviour that raised an alert", "malicious or not"],
  ];
  const scores = score.at("f_scores");
  const beta = scores.at("beta").number();
  const f1 = score.at("headline", "f1").number();
  const prevalence = score.at("at_prevalence");
  const attacks = prevalence.at("malicious_per_1000_hosts_a_day").number();
  return [
    ...shares.flatMap(([path, label, note]) => figureRow("share", label, note, score.at(...path))),
    ...figureRow("share", "alerts that would be right in the field", `where ${attacks === undefined ? "" : figure(attacks)} attacks a day come to 1,000 hosts`, prevalence.at("alert_precision")),
    ...(scores.exists
      ? figureRow("score", "F1", "recall and precision in one number", scores.at("f1"))
      : f1 === undefined
        ? []
        : [{ label: "F1", note: "recall and precision in one number", kind: "score", value: f1 } as const]),
    ...figureRow("score", `F${beta === undefined ? "β" : figure(beta)}`, "recall counts for more", scores.at("f_beta")),
    ...figureRow("rate", "false alarms a day per 1,000 hosts", "neither right nor repeats", score.at("headline", "false_alarms_per_1000_hosts_a_day")),
    ...figureRow("rate", "alerts a day per 1,000 hosts", "", score.at("alerts", "per_1000_hosts_a_day")),
  ];
}

function intervalsText(score: Reader): string {
  const confidence = score.at("intervals", "confidence").number() ?? score.at("headline", "confidence").number() ?? 0.95;
  const resamples = score.at("intervals", "resamples").count() ?? 0;
  const level = percent(confidence).replace(".0", "");
  return resamples > 0 ? `Intervals are ${level}, from hosts drawn anew ${grouped(resamples)} times; by counts where that cannot be done.` : `Intervals are ${level}, by counts.`;
}

const false_labels: [string, string, string | undefined][] = [
  ["causal_benign", "benign activity that really does it", "causal_by_scenario"],
  ["coincidence", "coincidence: events of unrelated activity", "coincidence_by_persona"],
  ["out_of_scope", "malicious, but not what the rule is for", undefined],
  ["impossible", "should not be possible", undefined],
];

function readFalseGroups(from: Reader): Loss[] {
  return false_labels.flatMap(([key, text, by]) => {
    const count = from.at(key).count() ?? 0;
    return count > 0 ? [{ text, count, examples: by ? namedCounts(from.at(by)) : [] }] : [];
  });
}

function readMisses(from: Reader): Loss[] {
  return from.list().flatMap((row) => {
    const count = row.at("count").count();
    if (count === undefined) return [];
    return [
      compact<Loss>({
        text: row.at("text").text() ?? words(row.at("reason").text() ?? "not said"),
        count,
        reason: row.at("reason").text(),
        cause: row.at("cause").text(),
        step: row.at("step").number(),
        note: row.at("note").text(),
        examples: namedCounts(row.at("examples")),
        example_incident: row.at("example_incident").text(),
        repeat: row.at("repeat").text(),
      }),
    ];
  });
}

const cause_names: Record<string, string> = {
  "no-behaviour": "nothing to see",
  design: "not what the rule asks for",
  telemetry: "a document was lost or merged",
  delay: "events arrived too late",
  schedule: "runs late, failed, or looking back too little",
  cap: "cut by the cap",
  fault: "a fault of the matcher or the labels",
};

function readFates(recall: Reader): NamedCount[] {
  const lost = namedCounts(recall.at("lost_to"));
  const caught = recall.at("all", "hits").count();
  if (lost.length === 0 || caught === undefined) return [];
  return [{ name: "caught", count: caught }, ...lost.map(({ name, count }) => ({ name: cause_names[name] ?? words(name), count }))];
}

function runFacts(alerts: Reader): string[] {
  const mean = alerts.at("sightings", "mean").count();
  const expected = alerts.at("sightings", "expected").count();
  const per = alerts.at("per_caught_incident").count();
  const most = alerts.at("per_caught_incident_max").count();
  return present([
    mean === undefined ? undefined : `Each alert was returned by ${figure(mean)} searches on average${expected === undefined ? "" : `; arithmetic expects ${figure(expected)}`}.`,
    per === undefined ? undefined : `Alerts for each caught incident: ${figure(per)} on average${most === undefined ? "" : `, at most ${grouped(most)}`}.`,
  ]);
}

export function readScore(scorecard: Scorecard): ScoreView {
  const score = new Reader(scorecard);
  const headline = score.at("headline");
  const recall = readProportion(headline.at("incident_recall"));
  const latency = score.at("latency");
  const alerts = score.at("alerts");
  const right = latencyRow("right alerts", "the last event", latency.at("malicious", "from_event"));
  const all =
    latencyRow("all alerts", "the last event", latency.at("all", "from_event")) ??
    latencyRow("all alerts", "the last event", headline.at("latency_from_event"));
  const verdicts = namedCounts(alerts.at("verdicts"));
  return compact<ScoreView>({
    name: score.at("rule", "name").text() ?? "a rule without a name",
    variant: score.at("run", "variant").text(),
    version: score.at("rule", "version").number(),
    file: score.at("rule", "file").text(),
    schedule: scheduleText(score.at("schedule")),
    forecast: forecastText(score.at("schedule", "forecast")),
    corpus: corpusParts(score),
    command: score.at("run", "command").text(),
    before_repeat: score.at("run", "before_repeat").text(),
    tool_version: score.at("run", "tool_version").text(),
    maxspan_s: score.at("schedule", "maxspan_s").count(),
    recall,
    precision: readProportion(headline.at("alert_precision")),
    false_alarms: readRate(headline.at("false_alarms_per_1000_hosts_a_day")),
    alert_count: alerts.at("total").count(),
    repeats: verdicts.find((verdict) => verdict.name === "duplicate")?.count ?? 0,
    latency: right && right.count > 0 ? right : all,
    figures: readFigures(score),
    intervals: intervalsText(score),
    verdicts,
    fates: readFates(score.at("recall")),
    misses: readMisses(score.at("misses")),
    missed: recall ? Math.max(0, recall.total - recall.hits) : 0,
    false_groups: readFalseGroups(score.at("false_alarms")),
    latencies: latencyRows(latency),
    strata: readStrata(latency),
    decompositions: readDecompositions(latency.at("decomposition")),
    load: readLoad(score.at("load"), alerts),
    breakdowns: readBreakdowns(score.at("breakdowns")),
    scenarios: readScenarios(score.at("scenarios")),
    runs: namedCounts(score.at("runs")),
    run_facts: runFacts(alerts),
  });
}
