// A scorecard, version 1 or 2, as the page shows it: rows with labels, in the order of the answer.
import type { Proportion, Rate, Scorecard } from "./contract.js";
import { readProportion, readRate } from "./document.js";
import { Reader, compact } from "./reader.js";
import { countOf, duration, figure, grouped } from "./text.js";

export interface NamedCount {
  name: string;
  count: number;
}

export interface ShareRow {
  label: string;
  note?: string;
  share: Proportion;
}

export interface Loss {
  text: string;
  count: number;
  reason?: string;
  step?: number;
  note?: string;
  examples: NamedCount[];
}

export interface LatencyRow {
  whose: string;
  from: string;
  count: number;
  p50?: number;
  p95?: number;
  p99?: number;
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
  facts: { name: string; value: string }[];
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
  version?: number;
  file?: string;
  schedule?: string;
  corpus: string[];
  command?: string;
  tool_version?: string;
  maxspan_s?: number;
  recall?: Proportion;
  precision?: Proportion;
  false_alarms?: Rate;
  false_alarm_count?: number;
  alert_count?: number;
  repeats: number;
  f1?: number;
  latency?: LatencyRow;
  shares: ShareRow[];
  verdicts: NamedCount[];
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

function scheduleText(from: Reader): string | undefined {
  const every = from.at("interval_s").count();
  const back = from.at("look_back_s").count();
  const cap = from.at("max_signals").count();
  const parts: string[] = [];
  if (every !== undefined) parts.push(`every ${duration(every)}`);
  if (back !== undefined) parts.push(`looks back ${duration(back)}`);
  if (cap !== undefined) parts.push(`cap ${grouped(cap)}`);
  return parts.length > 0 ? parts.join(", ") : undefined;
}

function corpusParts(score: Reader): string[] {
  const parts: (string | undefined)[] = [score.at("run", "corpus").text()];
  const corpus = score.at("corpus");
  const number = (key: string, one: string): string | undefined => {
    const count = corpus.at(key).count();
    return count === undefined ? undefined : countOf(count, one);
  };
  const days = corpus.at("days").count();
  const malicious = corpus.at("incidents", "malicious").count();
  const seed = score.at("run", "seed").number();
  parts.push(
    number("hosts", "host"),
    days === undefined ? undefined : days === 1 ? "1 day" : `${figure(days)} days`,
    number("events", "event"),
    malicious === undefined ? undefined : countOf(malicious, "malicious incident"),
    seed === undefined ? undefined : `seed ${seed}`,
  );
  return parts.filter((part) => part !== undefined) as string[];
}

function latencyRow(whose: string, from: string, summary: Reader): LatencyRow | undefined {
  const count = summary.at("count").count();
  if (count === undefined) return undefined;
  return compact<LatencyRow>({
    whose,
    from,
    count,
    p50: summary.at("p50_s").number(),
    p95: summary.at("p95_s").number(),
    p99: summary.at("p99_s").number(),
    max: summary.at("max_s").number(),
  });
}

function latencyRows(latency: Reader): LatencyRow[] {
  const rows: LatencyRow[] = [];
  const group = (whose: string, both: Reader): void => {
    for (const [key, from] of [["from_event", "the last event"], ["from_ingest", "its arrival"]] as const) {
      const row = latencyRow(whose, from, both.at(key));
      if (row) rows.push(row);
    }
  };
  group("right alerts", latency.at("malicious"));
  group("all alerts", latency.at("all"));
  for (const stratum of strataOf(latency)) {
    const name = stratum.at("name").word() ?? stratum.at("stratum").word();
    if (name !== undefined) group(`${words(name)} hosts`, stratum);
  }
  return rows;
}

function strataOf(latency: Reader): Reader[] {
  for (const key of ["by_stratum", "strata"]) {
    if (latency.at(key).list().length > 0) return latency.at(key).list();
  }
  return [];
}

function bins(from: Reader): Bin[] {
  return from
    .list()
    .flatMap((bin) => {
      const le = bin.at("le").number() ?? bin.at("le_s").number();
      const count = bin.at("count").count();
      return le === undefined || count === undefined || le < 0 ? [] : [{ le, count }];
    })
    .sort((a, b) => a.le - b.le);
}

function readStrata(latency: Reader): Stratum[] {
  const named = strataOf(latency).flatMap((stratum) => {
    const name = stratum.at("name").word() ?? stratum.at("stratum").word() ?? "unnamed";
    const histogram = bins(stratum.at("histogram"));
    return histogram.length > 0 ? [{ name, bins: histogram }] : [];
  });
  if (named.length > 0) return named;
  const all = bins(latency.at("histogram"));
  return all.length > 0 ? [{ name: "all", bins: all }] : [];
}

const part_names: [string, string][] = [
  ["delay", "until the event has arrived"],
  ["wait", "until the next run"],
  ["run", "the run itself"],
];

function readDecompositions(latency: Reader): Decomposition[] {
  const from = latency.at("decomposition");
  const read = (name: string, parts: Reader): Decomposition | undefined => {
    const found = part_names.flatMap(([key, label]) => {
      const part = parts.at(key).exists ? parts.at(key) : parts.at(`${key}_s`);
      const seconds = part.number() ?? part.at("mean_s").number() ?? part.at("p50_s").number();
      return seconds === undefined ? [] : [{ name: label, seconds: Math.max(0, seconds) }];
    });
    return found.length > 0 ? { name, parts: found } : undefined;
  };
  const single = read("mean", from);
  if (single) return [single];
  return from.entries().flatMap(([name, parts]) => read(words(name), parts) ?? []);
}

function readLoad(from: Reader): Load | undefined {
  const per_hour = from.at("per_hour").numbers();
  const by_hour_of_day = from.at("by_hour_of_day").numbers();
  if (per_hour.length === 0 && by_hour_of_day.length === 0) return undefined;
  const facts = from.entries().flatMap(([key, value]) => {
    const number = value.number();
    return number === undefined ? [] : [{ name: words(key), value: figure(number) }];
  });
  return { per_hour, by_hour_of_day, facts };
}

const dimensions = ["family", "persona", "agent_version", "tag"] as const;

function readBreakdowns(from: Reader): Breakdown[] {
  return dimensions.flatMap((dimension) => {
    const rows = (from.at(`by_${dimension}`).exists ? from.at(`by_${dimension}`) : from.at(dimension))
      .list()
      .flatMap((row) => {
        const name = row.at("name").word();
        if (name === undefined) return [];
        return [
          compact<BreakdownRow>({
            name,
            recall: readProportion(row.at("recall")),
            false_alarms: readRate(row.at("false_alarms")),
          }),
        ];
      });
    return rows.length > 0 ? [{ dimension: words(dimension), rows }] : [];
  });
}

function expectation(from: Reader): string {
  const fires = from.at("fires").count() ?? 0;
  const silent = from.at("silent").count() ?? 0;
  const depends = from.at("depends").count() ?? 0;
  const parts = [
    [fires, "fires"],
    [silent, "silent"],
    [depends, "depends"],
  ].filter(([count]) => Number(count) > 0);
  if (parts.length === 1) return String(parts[0]?.[1]);
  return parts.map(([count, word]) => `${grouped(Number(count))} ${word}`).join(", ");
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

const share_labels: [string[], string, string][] = [
  [["recall", "all"], "caught, of all malicious incidents", ""],
  [["recall", "with_behaviour"], "… of those that really connect", "the behaviour is there to be seen"],
  [["recall", "reachable"], "… of those whose events can match the rule", "what the query could catch"],
  [["recall", "visible"], "… of those visible to some run", "what the schedule leaves of it"],
  [["headline", "alert_precision"], "alerts that are right", "malicious cause, repeats left out"],
  [["behaviour", "alert_precision"], "alerts for the behaviour itself", "whoever is behind it"],
  [["behaviour", "incident_recall"], "behaviour that raised an alert", "malicious or not"],
];

function readShares(score: Reader): ShareRow[] {
  return share_labels.flatMap(([path, label, note]) => {
    const share = readProportion(score.at(...path));
    return share ? [{ label, ...(note ? { note } : {}), share }] : [];
  });
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
        step: row.at("step").number(),
        note: row.at("note").text(),
        examples: namedCounts(row.at("examples")),
      }),
    ];
  });
}

export function readScore(scorecard: Scorecard): ScoreView {
  const score = new Reader(scorecard);
  const headline = score.at("headline");
  const recall = readProportion(headline.at("incident_recall"));
  const latency = score.at("latency");
  const right = latencyRow("right alerts", "the last event", latency.at("malicious", "from_event"));
  const all =
    latencyRow("all alerts", "the last event", latency.at("all", "from_event")) ??
    latencyRow("all alerts", "the last event", headline.at("latency_from_event"));
  const false_alarms = headline.at("false_alarms_per_1000_hosts_a_day");
  const verdicts = namedCounts(score.at("alerts", "verdicts"));
  return compact<ScoreView>({
    name: score.at("rule", "name").text() ?? "a rule without a name",
    version: score.at("rule", "version").number(),
    file: score.at("rule", "file").text(),
    schedule: scheduleText(score.at("schedule")),
    corpus: corpusParts(score),
    command: score.at("run", "command").text(),
    tool_version: score.at("run", "tool_version").text(),
    maxspan_s: score.at("schedule", "maxspan_s").count(),
    recall,
    precision: readProportion(headline.at("alert_precision")),
    false_alarms: readRate(false_alarms),
    false_alarm_count: false_alarms.at("count").count(),
    alert_count: score.at("alerts", "total").count(),
    repeats: verdicts.find((verdict) => verdict.name === "duplicate")?.count ?? 0,
    f1: headline.at("f1").number(),
    latency: right && right.count > 0 ? right : all,
    shares: readShares(score),
    verdicts,
    misses: readMisses(score.at("misses")),
    missed: recall ? Math.max(0, recall.total - recall.hits) : 0,
    false_groups: readFalseGroups(score.at("false_alarms")),
    latencies: latencyRows(latency),
    strata: readStrata(latency),
    decompositions: readDecompositions(latency),
    load: readLoad(score.at("load")),
    breakdowns: readBreakdowns(score.at("breakdowns")),
    scenarios: readScenarios(score.at("scenarios")),
    runs: namedCounts(score.at("runs")),
  });
}
