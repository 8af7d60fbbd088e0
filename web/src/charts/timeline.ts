// One incident: its events in lanes, the steps that they meet, the span that the rule allows, and
// where the sequence broke.
import { scaleLinear } from "d3-scale";
import type { Incident, IncidentStep, Rule } from "../contract.js";
import { h, s, type Child } from "../dom.js";
import { lanesOf, lanes_max, markOf, stepEvents } from "../lanes.js";
import { countOf, cut, duration, durationTicks, moment, secondsBetween, visible } from "../text.js";
import { bottomAxis, canvas, chart, legend, simpleTable, type LegendItem } from "./frame.js";

const row_height = 24;
const top = 22;
const marks_max = 1_000;
const events_max = 500;

export type Spacing = "to scale" | "evenly";

/** Where each event stands between 0 and 1. Evenly: same time, same place; each later time one on. */
export function positions(at_seconds: readonly number[], spacing: Spacing, whole: number): number[] {
  if (spacing === "to scale") return at_seconds.map((at) => (whole > 0 ? at / whole : 0));
  let place = -1;
  let before: number | undefined;
  const places = at_seconds.map((at) => {
    if (before === undefined || at > before) place += 1;
    before = at;
    return place;
  });
  return places.map((at) => (place > 0 ? at / place : 0));
}

function axisTicks(x: (share: number) => number, whole: number, width: number): { at: number; text: string }[] {
  const scale = scaleLinear([0, whole], [0, 1]);
  return durationTicks(0, whole, Math.max(2, Math.floor(width / 90))).map((value) => ({ at: x(scale(value)), text: value === 0 ? "0" : `+${duration(value)}` }));
}

function drawTimeline(incident: Incident, rule: Rule | undefined, spacing: Spacing, width: number): SVGSVGElement {
  const events = (incident.events ?? []).slice(0, marks_max);
  const all_lanes = lanesOf(incident);
  const lanes = all_lanes.slice(0, lanes_max);
  const label_width = Math.min(230, Math.floor(width * 0.34));
  const right = width - 18;
  const origin = Math.min(0, events[0]?.at_seconds ?? 0);
  const times = events.map((event) => event.at_seconds - origin);
  const whole = Math.max(0.001, times[times.length - 1] ?? 0);
  const places = positions(times, spacing, whole);
  const x = (share: number): number => label_width + 12 + share * (right - label_width - 12);
  const bottom = top + lanes.length * row_height;
  const svg = canvas(width, bottom + 26);
  const lane_of = new Map<number, number>();
  lanes.forEach((lane, at) => lane.events.forEach((event) => lane_of.set(event, at)));
  const y = (event: number): number | undefined => {
    const lane = lane_of.get(event);
    return lane === undefined ? undefined : top + (lane + 0.5) * row_height;
  };

  const steps = stepEvents(incident);
  const first = steps[0];
  if (first !== undefined && rule?.maxspan_s && spacing === "to scale" && first < events.length) {
    const from = x(places[first] ?? 0);
    const end = (times[first] ?? 0) + rule.maxspan_s;
    const to = Math.min(right, x(end / whole));
    svg.append(s("rect", { class: "span", x: from, y: top, width: Math.max(1, to - from), height: bottom - top }));
    if (end <= whole) {
      svg.append(
        s("line", { class: "span-end", x1: to, x2: to, y1: top - 8, y2: bottom }),
        s("text", { class: "span-name", x: to - 4, y: 12, "text-anchor": "end" }, `maxspan ${duration(rule.maxspan_s)}`),
      );
    }
  }
  lanes.forEach((lane, at) => {
    const middle = top + (at + 0.5) * row_height;
    const indent = 4 + lane.depth * 11;
    const parent = lane.parent;
    if (parent !== undefined && parent < lanes.length) {
      const px = 4 + (lanes[parent]?.depth ?? 0) * 11 + 4;
      svg.append(s("path", { class: "tree", d: `M${px},${top + (parent + 1) * row_height - 5}V${middle}H${indent - 2}` }));
    }
    const room = Math.max(4, Math.floor((label_width - indent) / 6.6));
    // Escapes take room too.
    const shown = visible(lane.label);
    const label = shown.length > room ? `${cut(shown, room - 1)}…` : shown;
    svg.append(
      s("line", { class: "lane", x1: label_width + 12, x2: right, y1: middle, y2: middle }),
      s("text", { class: "lane-name", x: indent, y: middle, dy: "0.34em" }, s("title", null, lane.label), label),
    );
  });

  // The sequence as far as it came, then the gap where it broke.
  const met = steps.filter((event, at): event is number => event !== undefined && event < events.length && incident.steps?.[at]?.state !== "failed");
  for (let at = 1; at < met.length; ++at) {
    const [a, b] = [met[at - 1] ?? 0, met[at] ?? 0];
    svg.append(s("path", { class: "sequence", d: `M${x(places[a] ?? 0)},${y(a) ?? top}L${x(places[b] ?? 0)},${y(b) ?? top}` }));
  }
  const broken = incident.steps?.findIndex((step) => step.state !== "met") ?? -1;
  const last = met[met.length - 1];
  const near = broken >= 0 ? steps[broken] : undefined;
  if (broken > 0 && last !== undefined) {
    const to_x = near !== undefined && near < events.length ? x(places[near] ?? 0) : right - 8;
    const to_y = (near !== undefined ? y(near) : undefined) ?? y(last) ?? top;
    svg.append(s("path", { class: "sequence broken", d: `M${x(places[last] ?? 0)},${y(last) ?? top}L${to_x},${to_y}` }));
    if (near === undefined) svg.append(cross(to_x, to_y));
  }

  const rank = { plain: 0, step: 1, failed: 2, alert: 3 };
  const marks = events.map((event, at) => ({ event, at, mark: markOf(incident, at) })).sort((a, b) => rank[a.mark.kind] - rank[b.mark.kind] || a.at - b.at);
  for (const { event, at, mark } of marks) {
    const py = y(at);
    if (py === undefined) continue;
    const px = x(places[at] ?? 0);
    const title = s("title", null, `+${duration(event.at_seconds)} ${event.what}`);
    const faulty = (event.faults?.length ?? 0) > 0;
    const ring = faulty ? s("circle", { class: "fault", cx: px, cy: py, r: mark.kind === "plain" ? 7 : 12 }) : null;
    if (mark.kind === "plain") {
      svg.append(s("g", null, title, ring, s("circle", { class: "event", cx: px, cy: py, r: 3.5 })));
      continue;
    }
    svg.append(
      s(
        "g",
        { class: `step-mark ${mark.kind}` },
        title,
        ring,
        s("circle", { cx: px, cy: py, r: 8.5 }),
        s("text", { x: px, y: py, dy: "0.35em", "text-anchor": "middle" }, mark.step === undefined ? "" : String(mark.step)),
      ),
    );
  }

  if (spacing === "to scale") svg.append(bottomAxis(axisTicks(x, whole, right - label_width), bottom, label_width + 12, right, 60));
  else {
    const seen = new Set<number>();
    const ticks = places.flatMap((place, at) => {
      if (seen.has(place)) return [];
      seen.add(place);
      return [{ at: x(place), text: at === 0 ? "0" : `+${duration(times[at] ?? 0)}` }];
    });
    svg.append(bottomAxis(ticks, bottom, label_width + 12, right, 60));
  }
  const alert = secondsBetween(incident.first, incident.alert_time);
  if (alert !== undefined) {
    svg.append(s("text", { class: "alert-at", x: right, y: 12, "text-anchor": "end" }, `alert +${duration(alert)} →`));
  } else if (incident.outcome === "missed" || incident.outcome === "silent") {
    svg.append(s("text", { class: "alert-at none", x: right, y: 12, "text-anchor": "end" }, "no alert"));
  }
  return svg;
}

function cross(x: number, y: number): SVGPathElement {
  return s("path", { class: "cross", d: `M${x - 5},${y - 5}l10,10m0,-10l-10,10` });
}

const state_words: Record<IncidentStep["state"], string> = {
  met: "met",
  failed: "not met",
  absent: "no such event",
};

function stepItem(incident: Incident, rule: Rule | undefined, step: IncidentStep, at: number): Child {
  const event = step.event != null ? incident.events?.[step.event] : undefined;
  const met = step.state === "met";
  return h(
    "li",
    { class: `step ${step.state}` },
    h("span", { class: "step-number", "aria-hidden": "true" }, String(at + 1)),
    h(
      "div",
      null,
      h(
        "p",
        null,
        h("strong", null, `${met ? "✓" : "✗"} step ${at + 1} ${state_words[step.state]}`),
        event ? [" ", h("span", { class: "quiet" }, `+${duration(event.at_seconds)}`), " ", h("code", null, event.what)] : null,
      ),
      rule?.steps?.[at] ? h("p", { class: "quiet" }, h("code", null, rule.steps[at])) : null,
      step.terms && step.terms.length > 0
        ? h(
            "ul",
            { class: "terms" },
            step.terms.slice(0, 100).map((term) =>
              h(
                "li",
                { class: term.truth ? "true" : "false" },
                h("span", { class: "truth" }, term.truth ? "✓" : "✗", h("span", { class: "unseen" }, term.truth ? "true: " : "false: ")),
                " ",
                h("code", null, term.text),
                term.value !== undefined && !term.truth ? [" is ", h("code", { class: "value" }, term.value)] : null,
              ),
            ),
          )
        : null,
    ),
  );
}

function eventTable(incident: Incident): HTMLElement {
  const events = (incident.events ?? []).slice(0, events_max);
  const has_process = events.some((event) => event.process);
  const table = simpleTable(`Events of ${incident.id}`, {
    head: ["time", "event", "role", "user", ...(has_process ? ["process"] : []), "step", "document"],
    rows: events.map((event, at) => {
      const mark = markOf(incident, at);
      const step = mark.step === undefined ? "" : `${mark.step}${mark.kind === "alert" ? " in the alert" : mark.kind === "failed" ? " not met" : ""}`;
      const process = event.process ? `${event.process.name ?? ""} ${event.process.pid}${event.process.parent == null ? "" : ` < ${event.process.parent}`}` : "";
      return [
        `+${duration(event.at_seconds)}`,
        h("code", null, event.what),
        event.role ?? "",
        event.user ?? "",
        ...(has_process ? [process] : []),
        step,
        event.faults?.join(", ") ?? "",
      ];
    }),
  });
  table.classList.add("events");
  const left_out = (incident.events?.length ?? 0) - events.length;
  return h("div", null, table, left_out > 0 ? h("p", { class: "quiet" }, `${countOf(left_out, "more event")} not shown`) : null);
}

/** Only what occurs. */
function legendOf(incident: Incident): LegendItem[] {
  const events = (incident.events ?? []).slice(0, marks_max);
  const found = new Set(events.map((_, at) => markOf(incident, at).kind));
  const items: [boolean, LegendItem][] = [
    [found.has("alert"), { name: "in the alert", class: "mark-alert" }],
    [found.has("step"), { name: "meets a step", class: "mark-step" }],
    [found.has("failed"), { name: "came nearest to the step", class: "mark-failed" }],
    [found.has("plain"), { name: "other event", class: "mark-event" }],
    [events.some((event) => (event.faults?.length ?? 0) > 0), { name: "document late, lost or changed", class: "mark-fault" }],
  ];
  return items.flatMap(([occurs, item]) => (occurs ? [item] : []));
}

const outcome_sentences = {
  caught: "caught",
  missed: "missed",
  alerted: "alerted for, though not malicious",
  silent: "rightly silent",
};

export function incidentDetail(incident: Incident, rule: Rule | undefined): HTMLElement {
  const events = incident.events ?? [];
  const facts: [string, Child][] = (
    [
      ["scenario", [incident.scenario, incident.title].filter(Boolean).join(" ")],
      ["family", incident.family],
      ["host", [incident.host_name, incident.persona, incident.agent_version && `agent ${incident.agent_version}`].filter(Boolean).join(" · ")],
      ["behaviour", incident.behaviour],
      ["tags", incident.tags?.slice(0, 50).join(" · ")],
      ["first event", incident.first && moment(incident.first)],
      ["alert", incident.alert_time && moment(incident.alert_time)],
    ] as [string, string | undefined][]
  ).filter(([, value]) => value);

  let spacing: Spacing = "to scale";
  const holder = h("div");
  const drawChart = (): void => {
    const lanes = lanesOf(incident);
    const hidden = lanes.length - Math.min(lanes.length, lanes_max);
    holder.replaceChildren(
      chart({
        summary: `${countOf(events.length, "event")} of ${incident.id} in ${countOf(lanes.length, "lane")}; ${outcome_sentences[incident.outcome]}${incident.reason ? `: ${incident.reason.text}` : ""}. The table below lists them.`,
        legend: legend(legendOf(incident)),
        draw: (width) => drawTimeline(incident, rule, spacing, width),
      }),
      ...(hidden > 0 ? [h("p", { class: "quiet" }, `${countOf(hidden, "more lane")} not shown`)] : []),
    );
  };
  const option = (name: Spacing): HTMLLabelElement => {
    const input: HTMLInputElement = h("input", {
      type: "radio",
      name: `spacing-${incident.id}`,
      checked: name === spacing,
      on: {
        change: () => {
          spacing = name;
          drawChart();
        },
      },
    });
    return h("label", null, input, name);
  };
  if (events.length > 0) drawChart();
  return h(
    "div",
    { class: "incident" },
    h("p", { class: "lead" }, h("span", { class: `outcome ${incident.outcome}` }, incident.outcome), " ", incident.reason?.text ?? outcome_sentences[incident.outcome]),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    incident.steps && incident.steps.length > 0 ? h("ol", { class: "steps" }, incident.steps.map((step, at) => stepItem(incident, rule, step, at))) : null,
    events.length > 0
      ? [h("fieldset", { class: "spacing" }, h("legend", null, "Time"), option("to scale"), option("evenly")), holder, eventTable(incident)]
      : h("p", { class: "quiet" }, "no events were kept for this incident"),
  );
}
