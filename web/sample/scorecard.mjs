// An invented scorecard in the program's own form, from the incidents of a sample.
import { proportion, rate, round } from "./draw.mjs";
import { personas, agents, scenarios } from "./incidents.mjs";

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

function summary(seconds) {
  const sorted = [...seconds].sort((a, b) => a - b);
  if (sorted.length === 0) return { count: 0, p50_s: null, p95_s: null, p99_s: null, max_s: null };
  return { count: sorted.length, p50_s: round(quantile(sorted, 0.5)), p95_s: round(quantile(sorted, 0.95)), p99_s: round(quantile(sorted, 0.99)), max_s: round(sorted[sorted.length - 1]) };
}

function histogram(seconds) {
  const bins = new Map();
  for (const value of seconds) {
    const le = Math.max(1, Math.ceil(value / 8) * 8);
    bins.set(le, (bins.get(le) ?? 0) + 1);
  }
  return [...bins].sort(([a], [b]) => a - b).map(([le, count]) => ({ le, count }));
}

const counted = (names) => {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
};

function breakdown(incidents, of, host_days, share) {
  return counted(incidents.flatMap(of)).map(({ name }) => {
    const own = incidents.filter((incident) => of(incident).includes(name));
    const malicious = own.filter((incident) => incident.intent === "malicious");
    return {
      name,
      recall: proportion(malicious.filter((incident) => incident.outcome === "caught").length, malicious.length),
      false_alarms: rate(own.filter((incident) => incident.outcome === "alerted").length, Math.max(1, host_days * share)),
    };
  });
}

export function scorecard(draw, incidents, { name, version, schema_version = 2, hosts = 1000, days = 7 }) {
  const malicious = incidents.filter((incident) => incident.intent === "malicious");
  const caught = malicious.filter((incident) => incident.outcome === "caught");
  const missed = malicious.filter((incident) => incident.outcome === "missed");
  const disturbed = incidents.filter((incident) => incident.outcome === "alerted");
  const alerts = [...caught, ...disturbed];
  const coincidences = Math.round(disturbed.length * 1.8);
  const false_count = disturbed.length + coincidences;
  const host_days = hosts * days;
  const parts = alerts.map(() => {
    const offline = draw.chance(0.06);
    return { stratum: offline ? "offline" : draw.chance(0.15) ? "congested" : "online", delay: offline ? 600 + draw.exponential(9_000) : 8 + draw.exponential(25), wait: draw.unit() * 300, run: 1 + draw.unit() * 3 };
  });
  const late = parts.map((part) => part.delay + part.wait + part.run);
  const both = (seconds) => ({ from_event: summary(seconds), from_ingest: summary(seconds.map((value) => value * 0.8)) });
  const per_hour = Array.from({ length: days * 24 }, () => 0);
  for (const alert of alerts) per_hour[Math.floor(Date.parse(alert.alert_time) / 3_600_000) % per_hour.length] += 1;
  for (let i = 0; i < coincidences; ++i) per_hour[Math.floor((0.5 + 0.35 * Math.sin(draw.unit() * 6.28)) * 12 + 24 * draw.below(days)) % per_hour.length] += 1;
  const by_hour = Array.from({ length: 24 }, (_, hour) => per_hour.filter((_, at) => at % 24 === hour).reduce((a, b) => a + b, 0));
  const recall = proportion(caught.length, malicious.length);
  const precision = proportion(caught.length, caught.length + false_count);
  const f1 = recall.value && precision.value ? round((2 * recall.value * precision.value) / (recall.value + precision.value)) : null;
  const command = `eqlab score rules/example.toml --profile realistic --seed 1 --hosts ${hosts} --days ${days}`;
  const card = {
    eqlab_result: "scorecard",
    schema_version,
    rule: { name, rule_id: "00000000-0000-4000-8000-000000000001", version, file: "rules/example.toml" },
    run: { corpus: "realistic", seed: 1, command, tool_version: "0.1.0", options: {} },
    schedule: { interval_s: 300, look_back_s: 540, to_s: 0, max_signals: 100, maxspan_s: 30 },
    corpus: { hosts, days, events: hosts * days * 5983, candidates: 24_925, incidents: { malicious: malicious.length, benign: incidents.length - malicious.length, out_of_scope: 0 } },
    headline: { incident_recall: recall, alert_precision: precision, f1, false_alarms_per_1000_hosts_a_day: { ...rate(false_count, host_days), host_days }, latency_from_event: summary(late), confidence: 0.95 },
    recall: { all: recall, with_behaviour: recall, reachable: proportion(caught.length, Math.ceil(caught.length * 1.2)), visible: proportion(caught.length, Math.ceil(caught.length * 1.05)) },
    behaviour: { alert_precision: proportion(alerts.length, alerts.length + coincidences), incident_recall: proportion(alerts.length, Math.ceil(alerts.length * 1.1)) },
    alerts: { total: alerts.length + coincidences + 8, verdicts: { "causal-malicious": caught.length, "causal-benign": disturbed.length, "causal-out-of-scope": 0, "coincident-with-incident": 4, "coincident-benign": coincidences - 4, duplicate: 8, impossible: 0 }, per_caught_incident: 1, per_caught_incident_max: 1 },
    misses: counted(missed.map((incident) => incident.reason.code ?? incident.reason.text)).map(({ name: reason, count }) => ({
      reason,
      text: { "stage-unmatched": "network process not on the list", keys: "user.id changes between the steps", maxspan: "longer than maxspan", late: "arrived after the look-back" }[reason] ?? reason,
      count,
      examples: counted(missed.filter((incident) => incident.reason.code === reason).map((incident) => incident.title)),
    })),
    false_alarms: { causal_benign: disturbed.length, coincidence: coincidences, out_of_scope: 0, impossible: 0, causal_by_scenario: counted(disturbed.map((incident) => `${incident.scenario} ${incident.title}`)), coincidence_by_persona: personas.map((persona, at) => ({ name: persona, count: Math.max(1, coincidences >> (at + 1)) })) },
    latency: { all: both(late), malicious: both(late.slice(0, caught.length)) },
    scenarios: scenarios.map((scenario) => {
      const own = incidents.filter((incident) => incident.scenario === scenario.id);
      const alerted = own.filter((incident) => incident.alert_time).length;
      const fires = scenario.family !== "evasion" && scenario.client !== null;
      const miss = own.find((incident) => incident.outcome === "missed");
      return { id: scenario.id, title: scenario.title, intent: scenario.intent, incidents: own.length, alerted, coincidences: draw.below(4), expected: { fires: fires ? own.length : 0, silent: fires ? 0 : own.length, depends: 0 }, expected_because: fires ? "a listed client under the script's own user" : "the query asks for something else", main_miss: miss ? { text: miss.reason.text, count: 1 } : null, fires_but_missed: fires ? own.length - alerted : 0, silent_but_alerted: fires ? 0 : alerted, disagrees: fires ? alerted < own.length * 0.9 : alerted > 0 };
    }),
    runs: { runs: days * 288, failed: 3, at_cap: 1, catch_up_searches: 3, matches_on_complete_data: alerts.length + 12, matches_returned: alerts.length * 2, matches_known_already: alerts.length, matches_cut: 0, dropped_pending: 0 },
  };
  if (schema_version < 2) return card;
  const strata = ["online", "congested", "offline"].map((stratum) => {
    const own = late.filter((_, at) => parts[at].stratum === stratum);
    return { stratum, ...both(own), histogram: histogram(own) };
  });
  const mean = (key) => round(parts.reduce((total, part) => total + part[key], 0) / Math.max(1, parts.length));
  card.latency.by_stratum = strata;
  card.latency.decomposition = { delay_s: mean("delay"), wait_s: mean("wait"), run_s: mean("run") };
  card.load = { per_hour, by_hour_of_day: by_hour };
  card.breakdowns = {
    by_family: breakdown(incidents, (incident) => [incident.family], host_days, 1),
    by_persona: breakdown(incidents, (incident) => [incident.persona], host_days, 1 / personas.length),
    by_agent_version: breakdown(incidents, (incident) => [incident.agent_version], host_days, 1 / agents.length),
    by_tag: breakdown(incidents, (incident) => incident.tags, host_days, 1),
  };
  return card;
}
