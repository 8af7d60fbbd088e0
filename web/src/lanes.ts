// The lanes of an incident's timeline: its process tree where events say whose they are, else one
// lane for each role.
import type { Incident, IncidentEvent } from "./contract.js";

export interface Lane {
  label: string;
  depth: number;
  /** Places in the incident's events. */
  events: number[];
  /** Place of the parent's lane. */
  parent?: number;
}

export const lanes_max = 40;
export const depth_max = 10;
const roles = ["script", "child", "network", "file", "noise"];

interface Process {
  pid: number;
  parent: number | undefined;
  name: string | undefined;
  events: number[];
  children: Process[];
}

function processes(events: readonly IncidentEvent[]): Map<number, Process> {
  const all = new Map<number, Process>();
  events.forEach((event, at) => {
    if (!event.process) return;
    const { pid, parent, name } = event.process;
    let process = all.get(pid);
    if (!process) {
      process = { pid, parent: undefined, name: undefined, events: [], children: [] };
      all.set(pid, process);
    }
    process.parent ??= parent ?? undefined;
    // An exec changes the name: the last one is what the process became.
    process.name = name ?? process.name;
    process.events.push(at);
  });
  return all;
}

/** Roots: processes whose parent has no events here, and one of each circle. */
function grow(all: Map<number, Process>): Process[] {
  const roots: Process[] = [];
  for (const process of all.values()) {
    let up = process.parent === undefined ? undefined : all.get(process.parent);
    const parent = up;
    const seen = new Set<Process>([process]);
    while (up && !seen.has(up)) {
      seen.add(up);
      up = up.parent === undefined ? undefined : all.get(up.parent);
    }
    // `up` is set only if the chain of parents came back on itself.
    if (parent && up !== process) parent.children.push(process);
    else roots.push(process);
  }
  return roots;
}

function processLanes(events: readonly IncidentEvent[]): Lane[] {
  const lanes: Lane[] = [];
  const waiting = grow(processes(events))
    .reverse()
    .map((process) => ({ process, depth: 0, parent: undefined as number | undefined }));
  // A stack of our own: the depth is the document's, not ours.
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { process, depth, parent } = next;
    const at = lanes.length;
    lanes.push({
      label: process.name ? `${process.name} ${process.pid}` : `process ${process.pid}`,
      depth: Math.min(depth, depth_max),
      events: process.events,
      ...(parent === undefined ? {} : { parent }),
    });
    for (const child of [...process.children].reverse()) waiting.push({ process: child, depth: depth + 1, parent: at });
  }
  return lanes;
}

function roleLanes(events: readonly IncidentEvent[], places: readonly number[]): Lane[] {
  const by_role = new Map<string, number[]>();
  for (const at of places) {
    const role = events[at]?.role ?? "other";
    const lane = by_role.get(role);
    if (lane) lane.push(at);
    else by_role.set(role, [at]);
  }
  const rank = (role: string): number => (roles.includes(role) ? roles.indexOf(role) : roles.length);
  return [...by_role]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([label, own]) => ({ label, depth: 0, events: own }));
}

export function lanesOf(incident: Incident): Lane[] {
  const events = incident.events ?? [];
  const homeless = events.flatMap((event, at) => (event.process ? [] : [at]));
  return [...processLanes(events), ...roleLanes(events, homeless)];
}

/** The event that met each step, as far as is known: named by the steps, else marked in the events. */
export function stepEvents(incident: Incident): (number | undefined)[] {
  const events = incident.events ?? [];
  const inside = (at: number | null | undefined): number | undefined => (at != null && at < events.length ? at : undefined);
  if (incident.steps) return incident.steps.map((step) => inside(step.event));
  const alert = events.flatMap((event, at) => (event.in_alert ? [at] : []));
  return alert;
}

export type Mark = "alert" | "step" | "failed" | "plain";

export function markOf(incident: Incident, at: number): { kind: Mark; step?: number } {
  const event = incident.events?.[at];
  const place = incident.steps?.findIndex((step) => step.event === at) ?? -1;
  const named = place >= 0 ? incident.steps?.[place] : undefined;
  if (named?.state === "failed") return { kind: "failed", step: place + 1 };
  const step = named ? place + 1 : event?.stages?.[0];
  if (event?.in_alert) return step === undefined ? { kind: "alert" } : { kind: "alert", step };
  if (named?.state === "met" || step !== undefined) return { kind: "step", ...(step === undefined ? {} : { step }) };
  return { kind: "plain" };
}
