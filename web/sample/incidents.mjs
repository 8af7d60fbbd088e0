// Invented incidents of an installer story: a package's script, what it starts, what connects.
import { round } from "./draw.mjs";

const scenarios = [
  { id: "M02", title: "Dropper fetches its second stage with curl", family: "dropper", intent: "malicious", client: "curl" },
  { id: "M07", title: "Post-install script beacons through osascript", family: "dropper", intent: "malicious", client: "osascript" },
  { id: "E01", title: "Downloader under a versioned interpreter name", family: "evasion", intent: "malicious", client: "python3.11" },
  { id: "E04", title: "Waits half a minute before it connects", family: "evasion", intent: "malicious", client: "curl", delay: 45 },
  { id: "E09", title: "Hands the job to a helper of the console user", family: "evasion", intent: "malicious", client: "curl", user: "501" },
  { id: "B11", title: "Vendor script reports the installation", family: "vendor", intent: "benign", client: "curl" },
  { id: "B23", title: "Package without scripts", family: "vendor", intent: "benign", client: null },
  { id: "B31", title: "Management agent enrols", family: "management", intent: "benign", client: "curl" },
];
const personas = ["developer", "office", "managed", "kiosk", "ci"];
const agents = ["8.10.4", "8.17.9", "9.3.2"];
const day_zero = Date.UTC(2026, 2, 2);

const iso = (ms) => new Date(ms).toISOString();

function story(draw, scenario) {
  const user = "0";
  const installer = 400 + draw.below(20_000);
  const service = installer + 1 + draw.below(4);
  const script = service + 1 + draw.below(4);
  const client = script + 1 + draw.below(6);
  let at = 0;
  const events = [];
  const add = (role, what, process, more = {}) => events.push({ at_seconds: round(at), role, what, user, process, ...more });
  add("noise", "exec installer < sudo", { pid: installer, parent: installer - 1, name: "installer" }, { user: "501" });
  at += draw.exponential(0.4);
  add("child", "fork package_script_service", { pid: service, parent: installer, name: "package_script_service" });
  at += draw.exponential(0.02);
  add("script", "exec bash < package_script_service", { pid: script, parent: service, name: "bash" }, { stages: [1] });
  const start = at;
  for (let child = draw.below(4); child > 0; --child) {
    at += draw.exponential(0.08);
    add("child", `exec ${draw.of(["mkdir", "chmod", "defaults", "launchctl"])} < bash`, { pid: script + 20 + child, parent: script, name: "child" });
  }
  if (scenario.client) {
    at += draw.exponential(0.3) + (scenario.delay ?? 0);
    add("child", `exec ${scenario.client} < bash`, { pid: client, parent: script, name: scenario.client });
    at += draw.exponential(0.2);
    const listed = ["curl", "osascript", "wget", "python"].includes(scenario.client);
    add("network", `connect ${scenario.client} 203.0.113.${1 + draw.below(200)}:443`, { pid: client, parent: script, name: scenario.client }, { user: scenario.user ?? user, ...(listed ? { stages: [2] } : {}) });
    at += draw.exponential(2);
    add("child", `end ${scenario.client}`, { pid: client, parent: script, name: scenario.client });
  }
  at += draw.exponential(0.5);
  add("child", "end bash", { pid: script, parent: service, name: "bash" });
  return { events, start };
}

function judged(scenario, events, start, rare) {
  const first = events.findIndex((event) => event.role === "script");
  const second = events.findIndex((event) => event.role === "network");
  const term = (text, truth, value) => ({ text, truth, ...(value === undefined ? {} : { value }) });
  if (second < 0) {
    return { reason: { code: "no-connection", text: "no connection at all", step: 2 }, steps: [{ state: "met", event: first }, { state: "absent" }] };
  }
  const failed = (code, text, terms) => ({ reason: { code, text, step: 2 }, steps: [{ state: "met", event: first }, { state: "failed", event: second, terms }] });
  const listed = 'process.name : ("curl", "osascript", "wget", "python")';
  if (!events[second].stages) {
    return failed("stage-unmatched", `step 2 is not met: process.name is "${scenario.client}"`, [term('event.type == "start"', true), term(listed, false, `"${scenario.client}"`)]);
  }
  if (scenario.user) return failed("keys", "user.id changes between the steps: 0, then 501", [term(listed, true), term("user.id as in step 1", false, '"501"')]);
  const gap = events[second].at_seconds - start;
  if (gap > 30) return failed("maxspan", `longer than maxspan: ${gap.toFixed(1)} s of 30 s`, [term(listed, true), term("within 30 s of step 1", false, `${gap.toFixed(1)} s`)]);
  if (rare) return { reason: { code: "late", text: "arrived after the look-back" }, steps: [{ state: "met", event: first }, { state: "met", event: second }] };
  events[first].in_alert = true;
  events[second].in_alert = true;
  return { alerted: true, reason: { text: "both steps, same host and user" }, steps: [{ state: "met", event: first }, { state: "met", event: second }] };
}

export function incident(draw, number) {
  const scenario = draw.of(scenarios);
  const { events, start } = story(draw, scenario);
  const rare = draw.chance(0.08);
  if (rare) events[events.length - 2].faults = ["displaced"];
  const { alerted = false, reason, steps } = judged(scenario, events, start, rare);
  const first = day_zero + draw.below(7 * 86_400_000);
  const malicious = scenario.intent === "malicious";
  const last = events[steps[1]?.event ?? 0].at_seconds;
  return {
    id: `I-${String(number).padStart(6, "0")}`,
    scenario: scenario.id,
    title: scenario.title,
    family: scenario.family,
    tags: ["T1105", ...(scenario.family === "evasion" ? ["unlisted-client"] : [])],
    intent: scenario.intent,
    behaviour: scenario.client ? "connects" : "none",
    host_name: `mbp-${String(draw.below(1000)).padStart(4, "0")}`,
    persona: draw.of(personas),
    agent_version: draw.of(agents),
    outcome: alerted ? (malicious ? "caught" : "alerted") : malicious ? "missed" : "silent",
    reason,
    first: iso(first),
    alert_time: alerted ? iso(first + 1000 * (last + 20 + draw.unit() * 280)) : null,
    steps,
    events,
  };
}

export { personas, agents, scenarios };
