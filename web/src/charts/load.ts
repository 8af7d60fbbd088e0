// What analysts get to see: alerts by the hour of the corpus, and by the hour of the day.
import { max, mean, sum } from "d3-array";
import { scaleLinear } from "d3-scale";
import { s } from "../dom.js";
import { figure, grouped } from "../text.js";
import { bottomAxis, canvas, chart, leftAxis } from "./frame.js";

const left = 48;
const right_gap = 16;
const top = 12;

/** Neighbouring hours added up so that no more than `most` columns are drawn. */
export function gathered(counts: readonly number[], most: number): { counts: number[]; hours: number } {
  const hours = Math.max(1, Math.ceil(counts.length / Math.max(1, most)));
  const out: number[] = [];
  for (let at = 0; at < counts.length; at += hours) out.push(sum(counts.slice(at, at + hours)));
  return { counts: out, hours };
}

/** The hour so many after the first: a date if the first is known, else the number of its day. */
export function hourName(first: string | undefined, hour: number): string {
  const begin = first === undefined ? NaN : Date.parse(first);
  if (!Number.isFinite(begin)) return `day ${Math.floor(hour / 24) + 1}, ${String(hour % 24).padStart(2, "0")}:00`;
  return new Date(begin + hour * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
}

/** Hours at which a day begins. */
function dayStarts(first: string | undefined, hours: number): number[] {
  const begin = first === undefined ? NaN : Date.parse(first);
  const offset = Number.isFinite(begin) ? (24 - new Date(begin).getUTCHours()) % 24 : 0;
  const out: number[] = [];
  for (let hour = offset; hour < hours; hour += 24) out.push(hour);
  return out;
}

export function loadOverTime(per_hour: readonly number[], first?: string): HTMLElement | null {
  if (per_hour.length === 0) return null;
  const highest = max(per_hour) ?? 0;
  const busiest = per_hour.indexOf(highest);
  const place = (hour: number): string => hourName(first, hour);
  const draw = (width: number): SVGSVGElement => {
    const height = 130;
    const bottom = top + height;
    const { counts, hours } = gathered(per_hour, Math.floor((width - left - right_gap) / 3));
    const x = scaleLinear([0, counts.length], [left, width - right_gap]);
    const y = scaleLinear([0, Math.max(1, max(counts) ?? 1)], [bottom, top]).nice(3);
    const svg = canvas(width, bottom + 26);
    svg.append(leftAxis(y.ticks(3).filter(Number.isInteger).map((value) => ({ at: y(value), text: grouped(value) })), left, width - right_gap));
    counts.forEach((count, at) => {
      if (count <= 0) return;
      svg.append(s("rect", { class: "column load", x: x(at) + 0.5, width: Math.max(0.5, x(at + 1) - x(at) - 1), y: y(count), height: bottom - y(count) }));
    });
    const day = (hour: number): string => {
      const name = place(hour);
      return name.startsWith("day") ? name.replace(/,.*/, "") : name.slice(0, 10);
    };
    const ticks = dayStarts(first, per_hour.length).map((hour) => ({ at: x(hour / hours), text: day(hour) }));
    svg.append(bottomAxis(ticks, bottom, left, width - right_gap, 84));
    return svg;
  };
  return chart({
    title: "Alerts each hour",
    summary: `${grouped(sum(per_hour))} alerts in ${grouped(per_hour.length)} hours: ${figure(mean(per_hour) ?? 0)} an hour on average, at most ${grouped(highest)} (${place(busiest)}).`,
    say: true,
    draw,
    table: () => ({ head: ["hour", "alerts"], rows: per_hour.slice(0, 2_000).map((count, hour) => [place(hour), grouped(count)]) }),
  });
}

export function loadByHourOfDay(counts: readonly number[]): HTMLElement | null {
  if (counts.length === 0) return null;
  const highest = max(counts) ?? 0;
  const hour = (at: number): string => `${String(at).padStart(2, "0")}:00`;
  const draw = (width: number): SVGSVGElement => {
    const bottom = top + 130;
    const x = scaleLinear([0, counts.length], [left, width - right_gap]);
    const y = scaleLinear([0, Math.max(highest, 1e-9)], [bottom, top]).nice(3);
    const svg = canvas(width, bottom + 26);
    svg.append(leftAxis(y.ticks(3).map((value) => ({ at: y(value), text: figure(value) })), left, width - right_gap));
    counts.forEach((count, at) => {
      if (count > 0) svg.append(s("rect", { class: "column load", x: x(at) + 1, width: Math.max(0.5, x(at + 1) - x(at) - 2), y: y(count), height: bottom - y(count) }));
    });
    svg.append(bottomAxis(counts.flatMap((_, at) => (at % 6 === 0 ? [{ at: x(at + 0.5), text: hour(at) }] : [])), bottom, left, width - right_gap));
    return svg;
  };
  return chart({
    title: "By hour of the day (UTC)",
    summary: `Busiest at ${hour(counts.indexOf(highest))} with ${figure(highest)} alerts.`,
    say: true,
    draw,
    table: () => ({ head: ["hour", "alerts"], rows: counts.map((count, at) => [hour(at), figure(count)]) }),
  });
}
