// An invented scorecard in the program's own form, from the incidents of a sample.
import { proportion, rate, round } from "./draw.mjs";
import { personas, agents, scenarios } from "./incidents.mjs";

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const none = { value: null, unmeasured: "nothing to measure" };

/** Percentiles that so few values do not bear are null, as in the program. */
function summary(seconds) {
  const sorted = [...seconds].sort((a, b) => a - b);
  const count = sorted.length;
  const of = (share, least) => (count < least ? null : round(quantile(sorted, share)));
  const mean = count === 0 ? null : round(sorted.reduce((a, b) => a + b, 0) / count);
  return { count, mean_s: mean, p50_s: of(0.5, 1), p50_low_s: of(0.4, 6), p50_high_s: of(0.6, 6), method: "order-statistics", p75_s: of(0.75, 4), p90_s: of(0.9, 10), p95_s: of(0.95, 20), p99_s: of(0.99, 100), p999_s: of(0.999, 1000), max_s: of(1, 1), unmeasured: count === 0 ? "no alerts" : null };
}

/** Single seconds up to 128, then steps; those without alerts are left out. */
function histogram(seconds) {
  const bins = new Map();
  for (const value of seconds) {
    const le = value < 128 ? Math.floor(value) + 1 : Math.ceil(value / 16) * 16;
    bins.set(le, (bins.get(le) ?? 0) + 1);
  }
  return [...bins].sort(([a], [b]) => a - b).map(([le_s, count]) => ({ le_s, count }));
}

const by_host = (of, least, wider) => {
  const known = of.value !== null && of.value > 0 && least;
  const middle = of.value ?? 0;
  return { low: known ? round(Math.max(0, middle - (middle - of.low) * wider)) : null, high: known ? round(middle + (of.high - middle) * wider) : null, method: "bootstrap-by-host", unmeasured: known ? null : "fewer than 20 hosts" };
};
const measured = (of) => ({ ...of, unmeasured: of.value === null ? "no such incident or alert" : null });
const share = (hits, total) => measured(proportion(hits, total));
const hostShare = (hits, total) => {
  const of = share(hits, total);
  return { ...of, by_host: by_host(of, total >= 20, 1.15) };
};
const daily = (count, host_days) => {
  const { per, ...of } = rate(count, host_days);
  return measured({ ...of, host_days });
};
const hostDaily = (count, host_days) => {
  const of = daily(count, host_days);
  return { ...of, by_host: by_host(of, count >= 20, 1.6) };
};
const estimate = (value) => (value === null ? { ...none, by_host: by_host({ value: null }, false, 1) } : { value, unmeasured: null, by_host: by_host({ value, low: value * 0.8, high: value * 1.2 }, true, 1) });

const counted = (names) => {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
};

function breakdown(incidents, of, host_days, part) {
  return counted(incidents.flatMap(of)).map(({ name }) => {
    const own = incidents.filter((incident) => of(incident).includes(name));
    const malicious = own.filter((incident) => incident.intent === "malicious");
    return {
      name,
      recall: share(malicious.filter((incident) => incident.outcome === "caught").length, malicious.length),
      false_alarms: daily(own.filter((incident) => incident.outcome === "alerted").length, Math.max(1, host_days * part)),
    };
  });
}

const reasons = {
  "stage-unmatched": ["design", "network process not on the list"],
  keys: ["design", "user.id changes between the steps"],
  maxspan: ["design", "longer than maxspan"],
  late: ["delay", "arrived after the look-back"],
};
const schema_reasons = { keys: "keys-differ", maxspan: "over-maxspan", late: "too-late" };

function misses(missed, command) {
  return counted(missed.map((incident) => incident.reason.code)).map(({ name, count }) => {
    const own = missed.filter((incident) => incident.reason.code === name);
    const [cause, text] = reasons[name];
    return { reason: schema_reasons[name] ?? name, cause, text, count, ...(name === "stage-unmatched" ? { step: 2 } : {}), examples: counted(own.map((incident) => incident.title)), example_incident: own[0].id, repeat: `eqlab explain rules/example.toml corpus --incident ${own[0].id}` };
  });
}

function scenarioRow(draw, scenario, incidents) {
  const own = incidents.filter((incident) => incident.scenario === scenario.id);
  const alerted = own.filter((incident) => incident.alert_time).length;
  const fires = scenario.family !== "evasion" && scenario.client !== null;
  const miss = own.find((incident) => incident.outcome === "missed");
  return {
    id: scenario.id,
    title: scenario.title,
    intent: scenario.intent,
    incidents: own.length,
    alerted,
    coincidences: draw.below(4),
    expected: { fires: fires ? own.length : 0, silent: fires ? 0 : own.length, depends: 0 },
    expected_because: fires ? "a listed client under the script's own user" : "the query asks for something else",
    main_miss: miss ? { text: miss.reason.text, count: 1 } : null,
    fires_but_missed: fires ? own.length - alerted : 0,
    silent_but_alerted: fires ? 0 : alerted,
    disagrees: fires ? alerted < own.length * 0.9 : alerted > 0,
  };
}

/** Version 1 lacks what version 2 brought; a page must do without. */
function asVersion1(card) {
  const { intervals, f_scores, at_prevalence, load, breakdowns, ...rest } = card;
  const drop = ["by_host", "unmeasured", "method", "mean_s", "p50_low_s", "p50_high_s", "p75_s", "p90_s", "p999_s", "forecast", "lost_to", "by_stratum", "decomposition", "histogram", "histogram_from_ingest", "sightings", "noisiest_hosts", "hosts_with_alerts", "without_host", "per_1000_hosts_a_day", "per_caught_incident_histogram", "cause", "example_incident", "repeat", "variant", "before_repeat", "labelled", "from", "to", "unlabelled"];
  const strip = (value) => {
    if (Array.isArray(value)) return value.map(strip);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).filter(([key]) => !drop.includes(key)).map(([key, item]) => [key, strip(item)]));
    return value;
  };
  return { ...strip(rest), schema_version: 1 };
}

export function scorecard(draw, incidents, { name, version, variant = null, schema_version = 2, hosts = 1000, days = 7 }) {
  const malicious = incidents.filter((incident) => incident.intent === "malicious");
  const caught = malicious.filter((incident) => incident.outcome === "caught");
  const missed = malicious.filter((incident) => incident.outcome === "missed");
  const disturbed = incidents.filter((incident) => incident.outcome === "alerted");
  const alerts = [...caught, ...disturbed];
  const coincidences = 4 + Math.round(disturbed.length * 1.8);
  const false_count = disturbed.length + coincidences;
  const host_days = hosts * days;
  const parts = alerts.map(() => {
    const offline = draw.chance(0.06);
    return { stratum: offline ? "offline" : draw.chance(0.15) ? "congested" : "online", delay: offline ? 600 + draw.exponential(9_000) : 8 + draw.exponential(25), wait: draw.unit() * 300, run: 1 + draw.unit() * 3 };
  });
  const late = parts.map((part) => part.delay + part.wait + part.run);
  const from_ingest = parts.map((part) => part.wait + part.run);
  const both = (count) => ({ from_event: summary(late.slice(0, count)), from_ingest: summary(from_ingest.slice(0, count)) });
  const decomposed = (count) => Object.fromEntries(["delay", "wait", "run"].map((key) => [key, summary(parts.slice(0, count).map((part) => part[key]))]));
  const per_hour = Array.from({ length: days * 24 }, () => 0);
  for (const alert of alerts) per_hour[Math.floor(Date.parse(alert.alert_time) / 3_600_000) % per_hour.length] += 1;
  for (let i = 0; i < coincidences; ++i) per_hour[Math.floor((0.5 + 0.35 * Math.sin(draw.unit() * 6.28)) * 12 + 24 * draw.below(days)) % per_hour.length] += 1;
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const busiest = Math.max(...per_hour);
  const first = Date.UTC(2026, 2, 2);
  const recall = hostShare(caught.length, malicious.length);
  const precision = hostShare(caught.length, caught.length + false_count);
  const f = (beta) => (recall.value && precision.value ? round(((1 + beta * beta) * recall.value * precision.value) / (beta * beta * precision.value + recall.value)) : null);
  const command = `eqlab score rules/example.toml --profile realistic --seed 1 --hosts ${hosts} --days ${days}`;
  const total = alerts.length + coincidences + 8;
  const lost = { "no-behaviour": 0, design: 0, telemetry: 0, delay: 0, schedule: 0, cap: 0, fault: 0 };
  for (const incident of missed) lost[reasons[incident.reason.code][0]] += 1;
  const card = {
    eqlab_result: "scorecard",
    schema_version: 2,
    rule: { name, rule_id: "00000000-0000-4000-8000-000000000001", version, file: "rules/example.toml" },
    run: { corpus: "realistic", seed: 1, command, variant, before_repeat: `eqlab generate --profile realistic --seed 1 --hosts ${hosts} --days ${days} --output corpus`, tool_version: "0.1.0", options: {} },
    schedule: { interval_s: 300, look_back_s: 540, to_s: 0, max_signals: 100, maxspan_s: 30, forecast: { span_s: 30, guaranteed_delay_s: 210, sightings: 1.7, mean_latency_s: 154, worst_latency_s: 304, unmeasured: null } },
    corpus: { labelled: true, from: new Date(first).toISOString(), to: new Date(first + days * 86_400_000).toISOString(), hosts, days, events: hosts * days * 5983, candidates: 24_925, incidents: { malicious: malicious.length, benign: incidents.length - malicious.length, out_of_scope: 0 } },
    intervals: { confidence: 0.95, resamples: 1000, seed: 1 },
    headline: { incident_recall: recall, alert_precision: precision, f1: f(1), false_alarms_per_1000_hosts_a_day: hostDaily(false_count, host_days), latency_from_event: summary(late), confidence: 0.95 },
    recall: { all: recall, with_behaviour: recall, reachable: hostShare(caught.length, Math.ceil(caught.length * 1.2)), visible: hostShare(caught.length, Math.ceil(caught.length * 1.05)), lost_to: lost },
    f_scores: { beta: 2, f1: estimate(f(1)), f_beta: estimate(f(2)) },
    at_prevalence: { malicious_per_1000_hosts_a_day: 0.1, alert_precision: estimate(0.000018) },
    behaviour: { alert_precision: hostShare(alerts.length, alerts.length + coincidences), incident_recall: hostShare(alerts.length, Math.ceil(alerts.length * 1.1)) },
    alerts: {
      total,
      verdicts: { "causal-malicious": caught.length, "causal-benign": disturbed.length, "causal-out-of-scope": 0, "coincident-with-incident": 4, "coincident-benign": coincidences - 4, duplicate: 8, impossible: 0, unlabelled: 0 },
      per_1000_hosts_a_day: hostDaily(total, host_days),
      per_caught_incident: 1.1,
      per_caught_incident_max: 2,
      per_caught_incident_histogram: [{ alerts: 1, incidents: caught.length }],
      hosts_with_alerts: Math.min(hosts, total),
      without_host: 0,
      noisiest_hosts: Array.from({ length: 6 }, (_, at) => ({ name: `mbp-${String(at * 131).padStart(4, "0")}`, count: 12 - 2 * at })),
      sightings: { mean: 1.75, expected: 1.72, histogram: [{ searches: 1, alerts: 0 }, { searches: 2, alerts: total }] },
    },
    misses: misses(missed, command),
    false_alarms: { causal_benign: disturbed.length, coincidence: coincidences, out_of_scope: 0, impossible: 0, causal_by_scenario: counted(disturbed.map((incident) => `${incident.scenario} ${incident.title}`)), coincidence_by_persona: personas.map((persona, at) => ({ name: persona, count: Math.max(1, coincidences >> (at + 1)) })) },
    latency: {
      all: both(late.length),
      malicious: both(caught.length),
      decomposition: { all: decomposed(late.length), malicious: decomposed(caught.length) },
      by_stratum: ["online", "congested", "offline"].map((stratum, at) => {
        const own = late.filter((_, place) => parts[place].stratum === stratum);
        return { stratum, ingest_delay_from_s: [0, 60, 600][at], from_event: summary(own), histogram: histogram(own) };
      }),
      histogram: histogram(late),
      histogram_from_ingest: histogram(from_ingest),
    },
    load: {
      hours: per_hour.length,
      first_hour: new Date(first).toISOString(),
      per_hour_mean: round(sum(per_hour) / per_hour.length),
      per_hour_p95: quantile([...per_hour].sort((a, b) => a - b), 0.95),
      per_hour_max: busiest,
      busiest_hour: new Date(first + per_hour.indexOf(busiest) * 3_600_000).toISOString(),
      per_hour,
      by_day: Array.from({ length: days }, (_, day) => ({ day: new Date(first + day * 86_400_000).toISOString().slice(0, 10), alerts: sum(per_hour.slice(day * 24, day * 24 + 24)) })),
      by_hour_of_day: Array.from({ length: 24 }, (_, hour) => sum(per_hour.filter((_, at) => at % 24 === hour))),
      unmeasured: null,
    },
    breakdowns: {
      family: breakdown(incidents, (incident) => [incident.family], host_days, 1),
      scenario: breakdown(incidents, (incident) => [`${incident.scenario} ${incident.title}`], host_days, 1),
      persona: breakdown(incidents, (incident) => [incident.persona], host_days, 1 / personas.length),
      agent_version: breakdown(incidents, (incident) => [incident.agent_version], host_days, 1 / agents.length),
      tag: breakdown(incidents, (incident) => incident.tags, host_days, 1),
    },
    scenarios: scenarios.map((scenario) => scenarioRow(draw, scenario, incidents)),
    runs: { runs: days * 288, failed: 3, at_cap: 1, catch_up_searches: 3, matches_on_complete_data: alerts.length + 12, matches_returned: alerts.length * 2, matches_known_already: alerts.length, matches_cut: 0, dropped_pending: 0 },
  };
  return schema_version === 1 ? asVersion1(card) : card;
}

/** Real events without labels: alerts and load, but nothing is right or wrong. */
export function unlabelled(card) {
  const why = "no labels";
  const share_without = { hits: 0, total: 0, value: null, low: null, high: null, method: "wilson", unmeasured: why, by_host: { low: null, high: null, method: "bootstrap-by-host", unmeasured: why } };
  const rate_without = { ...card.headline.false_alarms_per_1000_hosts_a_day, count: 0, value: null, low: null, high: null, unmeasured: why, by_host: share_without.by_host };
  const estimate_without = { value: null, unmeasured: why, by_host: share_without.by_host };
  const zero = (counts) => Object.fromEntries(Object.keys(counts).map((key) => [key, 0]));
  const empty = summary([]);
  return {
    ...card,
    corpus: { ...card.corpus, labelled: false, incidents: zero(card.corpus.incidents) },
    headline: { ...card.headline, incident_recall: share_without, alert_precision: share_without, f1: null, false_alarms_per_1000_hosts_a_day: rate_without },
    recall: { all: share_without, with_behaviour: share_without, reachable: share_without, visible: share_without, lost_to: zero(card.recall.lost_to) },
    f_scores: { beta: 2, f1: estimate_without, f_beta: estimate_without },
    at_prevalence: { ...card.at_prevalence, alert_precision: estimate_without },
    behaviour: { alert_precision: share_without, incident_recall: share_without },
    alerts: { ...card.alerts, verdicts: { ...zero(card.alerts.verdicts), unlabelled: card.alerts.total }, per_caught_incident: null, per_caught_incident_max: null, per_caught_incident_histogram: [] },
    misses: [],
    false_alarms: { causal_benign: 0, coincidence: 0, out_of_scope: 0, impossible: 0, causal_by_scenario: [], coincidence_by_persona: [] },
    latency: { ...card.latency, malicious: { from_event: empty, from_ingest: empty }, decomposition: { all: card.latency.decomposition.all, malicious: { delay: empty, wait: empty, run: empty } } },
    breakdowns: { family: [], scenario: [], persona: [], agent_version: [], tag: [] },
    scenarios: [],
  };
}
