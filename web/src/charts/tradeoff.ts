// Precision and recall against one parameter, with bands, and below them, on the same axis, what it
// costs. A marker, moved by pointer or keys, reads the values off.
import { extent, least, max } from "d3-array";
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from "d3-scale";
import { area, line } from "d3-shape";
import type { Proportion, Rate, Sweep, SweepPoint } from "../contract.js";
import { h, replace, s, type Child } from "../dom.js";
import { cut, duration, durationTicks, figure, interval, percent, points as percentPoints, shareInterval, signed } from "../text.js";
import { bottomAxis, canvas, chart, leftAxis, legend, type LegendItem } from "./frame.js";

type Scale = ScaleContinuousNumeric<number, number>;

const left = 52;
const right_gap = 16;

export const valueText = (sweep: Sweep, value: number): string =>
  sweep.unit === "s" ? duration(value) : `${figure(value)}${sweep.unit ? ` ${sweep.unit}` : ""}`;

/** Where the marker stands at first: the rule's own value, or the nearest to it. */
export function startIndex(sweep: Sweep): number {
  const current = sweep.current;
  if (current == null) return 0;
  const nearest = least(sweep.points.map((_, i) => i), (i) => Math.abs((sweep.points[i]?.value ?? 0) - current));
  return nearest ?? 0;
}

/** What a key does to a marker at `index` of `count` places; nothing for other keys. */
export function keyMove(key: string, index: number, count: number): number | undefined {
  const clamp = (to: number): number => Math.min(count - 1, Math.max(0, to));
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return clamp(index + 1);
    case "ArrowLeft":
    case "ArrowDown":
      return clamp(index - 1);
    case "PageUp":
      return clamp(index + 5);
    case "PageDown":
      return clamp(index - 5);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

function xScale(sweep: Sweep, width: number): Scale {
  const [low = 0, high = 1] = extent(sweep.points, (point) => point.value);
  const range: [number, number] = [left, width - right_gap];
  if (low === high) return scaleLinear([low - 1, high + 1], range);
  return low > 0 && high / low >= 8 ? scaleLog([low, high], range) : scaleLinear([low, high], range);
}

interface Series {
  name: string;
  class: string;
  of: (point: SweepPoint) => { value: number; low: number; high: number } | undefined;
}

const estimate = (of: Proportion | Rate | undefined): { value: number; low: number; high: number } | undefined =>
  of?.value == null ? undefined : { value: of.value, low: of.low ?? of.value, high: of.high ?? of.value };
const plain = (value: number | null | undefined): { value: number; low: number; high: number } | undefined =>
  value == null ? undefined : { value, low: value, high: value };

interface Panel {
  title: string;
  height: number;
  series: Series[];
  fixed_max?: number;
  text: (value: number) => string;
}

function panelsOf(sweep: Sweep): Panel[] {
  const per = sweep.points.find((point) => point.false_alarms?.per)?.false_alarms?.per;
  const panels: Panel[] = [
    {
      title: "share",
      height: 190,
      fixed_max: 1,
      text: (value) => `${Math.round(value * 100)} %`,
      series: [
        { name: "recall", class: "recall", of: (point) => estimate(point.recall) },
        { name: "precision", class: "precision", of: (point) => estimate(point.precision) },
      ],
    },
    {
      title: `false alarms${per ? ` per ${cut(per, 40)}` : ""}`,
      height: 90,
      text: figure,
      series: [{ name: "false alarms", class: "alarms", of: (point) => estimate(point.false_alarms) }],
    },
    {
      title: "latency",
      height: 90,
      text: duration,
      series: [
        { name: "latency p50", class: "latency", of: (point) => plain(point.latency?.p50) },
        { name: "latency p95", class: "latency-high", of: (point) => plain(point.latency?.p95) },
      ],
    },
  ];
  const has = (series: Series): boolean => sweep.points.some((point) => series.of(point) !== undefined);
  return panels
    .map((panel) => ({ ...panel, series: panel.series.filter(has) }))
    .filter((panel) => panel.series.length > 0);
}

const title_room = 22;
const between = 14;

function drawPanel(panel: Panel, sweep: Sweep, x: Scale, top: number, width: number): SVGGElement {
  const highest = max(panel.series, (series) => max(sweep.points, (point) => series.of(point)?.high)) ?? 0;
  const y = scaleLinear([0, panel.fixed_max ?? Math.max(highest, 1e-9)], [top + panel.height, top]);
  if (panel.fixed_max === undefined) y.nice(3);
  const values = panel.text === duration ? durationTicks(0, y.domain()[1] ?? 1, 3) : y.ticks(panel.height > 100 ? 5 : 3);
  const ticks = values.map((value) => ({ at: y(value), text: panel.text(value) }));
  const group = s(
    "g",
    null,
    s("text", { class: "panel-title", x: left, y: top - 8 }, panel.title),
    leftAxis(ticks, left, width - right_gap),
  );
  for (const series of panel.series) {
    const known = sweep.points.flatMap((point) => {
      const at = series.of(point);
      return at ? [{ x: x(point.value), ...at }] : [];
    });
    type Known = (typeof known)[number];
    const band = area<Known>()
      .x((d) => d.x)
      .y0((d) => y(d.low))
      .y1((d) => y(d.high));
    const path = line<Known>()
      .x((d) => d.x)
      .y((d) => y(d.value));
    if (known.some((d) => d.high > d.low)) group.append(s("path", { class: `band ${series.class}`, d: band(known) }));
    group.append(s("path", { class: `line ${series.class}`, d: path(known) }));
    if (known.length <= 40) {
      group.append(...known.map((d) => s("circle", { class: `point ${series.class}`, cx: d.x, cy: y(d.value), r: 2.5 })));
    }
  }
  return group;
}

function shareText(share: Proportion | undefined): Child {
  if (share?.value == null) return "–";
  return [h("strong", null, percent(share.value)), " ", h("span", { class: "quiet" }, shareInterval(share.low, share.high))];
}

function plainShare(share: Proportion | undefined): string {
  return share?.value == null ? "not known" : percent(share.value);
}

export function pointText(sweep: Sweep, point: SweepPoint): string {
  const parts = [`${sweep.parameter} ${valueText(sweep, point.value)}`];
  if (point.recall) parts.push(`recall ${plainShare(point.recall)}`);
  if (point.precision) parts.push(`precision ${plainShare(point.precision)}`);
  if (point.false_alarms?.value != null) parts.push(`${figure(point.false_alarms.value)} false alarms`);
  if (point.latency?.p50 != null) parts.push(`median latency ${duration(point.latency.p50)}`);
  return parts.join(", ");
}

function difference(of: (point: SweepPoint) => number | null | undefined, show: (d: number) => string): (point: SweepPoint, base: SweepPoint | undefined) => string {
  return (point, base) => {
    const here = of(point);
    const there = base && of(base);
    return here == null || there == null || base === point ? "" : show(here - there);
  };
}

function readout(sweep: Sweep, index: number, base: SweepPoint | undefined): Child {
  const point = sweep.points[index];
  if (!point) return null;
  const rate = point.false_alarms;
  const rows: [string, string, Child, string][] = [];
  if (point.recall) rows.push(["recall", "recall", shareText(point.recall), difference((p) => p.recall?.value, percentPoints)(point, base)]);
  if (point.precision) rows.push(["precision", "precision", shareText(point.precision), difference((p) => p.precision?.value, percentPoints)(point, base)]);
  if (rate?.value != null) {
    const text = [h("strong", null, figure(rate.value)), " ", h("span", { class: "quiet" }, interval(rate.low, rate.high, figure))];
    rows.push(["false alarms", "alarms", text, difference((p) => p.false_alarms?.value, (d) => signed(d, figure))(point, base)]);
  }
  if (point.latency?.p50 != null) rows.push(["latency p50", "latency", h("strong", null, duration(point.latency.p50)), difference((p) => p.latency?.p50, (d) => signed(d, duration))(point, base)]);
  if (point.latency?.p95 != null) rows.push(["latency p95", "latency-high", h("strong", null, duration(point.latency.p95)), difference((p) => p.latency?.p95, (d) => signed(d, duration))(point, base)]);
  const differs = base !== undefined && base !== point;
  return [
    h("p", { class: "reading" }, sweep.parameter, " ", h("strong", null, valueText(sweep, point.value)), point === base ? h("span", { class: "tag" }, "the rule's own") : null),
    h(
      "table",
      { class: "readout" },
      h("caption", { class: "unseen" }, "Values at the marker"),
      differs
        ? h("thead", null, h("tr", null, h("td"), h("th", { scope: "col" }, "here"), h("th", { scope: "col", class: "number" }, `against ${valueText(sweep, base.value)}`)))
        : null,
      h(
        "tbody",
        null,
        rows.map(([name, kind, text, change]) =>
          h("tr", null, h("th", { scope: "row" }, h("span", { class: `key ${kind}`, "aria-hidden": "true" }), name), h("td", null, text), differs ? h("td", { class: "number" }, change) : null),
        ),
      ),
    ),
  ];
}

export function tradeoff(sweep: Sweep): HTMLElement {
  const panels = panelsOf(sweep);
  const height = panels.reduce((sum, panel) => sum + title_room + panel.height + between, 24 - between);
  const base = sweep.current == null ? undefined : sweep.points.find((point) => point.value === sweep.current);
  let index = startIndex(sweep);
  let x: Scale = xScale(sweep, 600);

  const reading = h("div", { class: "reading-place" });
  const grip = h("span", { class: "grip", "aria-hidden": "true" });
  const marker = h(
    "div",
    {
      class: "marker",
      role: "slider",
      tabindex: 0,
      "aria-label": `Marker: ${sweep.parameter}`,
      "aria-orientation": "horizontal",
      "aria-valuemin": sweep.points[0]?.value ?? 0,
      "aria-valuemax": sweep.points[sweep.points.length - 1]?.value ?? 0,
    },
    grip,
  );
  const over = h("div", { class: "over" }, marker);

  const place = (): void => {
    const point = sweep.points[index];
    if (!point) return;
    marker.style.setProperty("left", `${x(point.value)}px`);
  };
  const moveTo = (to: number): void => {
    index = to;
    const point = sweep.points[index];
    if (!point) return;
    marker.setAttribute("aria-valuenow", String(point.value));
    marker.setAttribute("aria-valuetext", pointText(sweep, point));
    replace(reading, readout(sweep, index, base));
    place();
  };
  const nearest = (event: PointerEvent): number => {
    const at = event.clientX - over.getBoundingClientRect().left;
    return least(sweep.points.map((_, i) => i), (i) => Math.abs(x(sweep.points[i]?.value ?? 0) - at)) ?? index;
  };
  marker.addEventListener("keydown", (event) => {
    const to = keyMove(event.key, index, sweep.points.length);
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  });
  over.addEventListener("pointerdown", (event) => {
    over.setPointerCapture(event.pointerId);
    moveTo(nearest(event));
    marker.focus({ preventScroll: true });
    event.preventDefault();
  });
  over.addEventListener("pointermove", (event) => {
    if (over.hasPointerCapture(event.pointerId)) moveTo(nearest(event));
  });
  moveTo(index);

  const draw = (width: number): SVGSVGElement => {
    x = xScale(sweep, width);
    const svg = canvas(width, height);
    let top = title_room;
    for (const panel of panels) {
      svg.append(drawPanel(panel, sweep, x, top, width));
      top += panel.height + between + title_room;
    }
    const bottom = top - title_room - between;
    const ticks = sweep.points.map((point) => ({ at: x(point.value), text: valueText(sweep, point.value), strong: point === base }));
    if (base) svg.append(s("line", { class: "own", x1: x(base.value), x2: x(base.value), y1: title_room, y2: bottom }));
    svg.append(bottomAxis(ticks, bottom, left, width - right_gap));
    return svg;
  };

  const items: LegendItem[] = panels[0]?.series.map((series) => ({ name: series.name, class: series.class })) ?? [];
  const own = base ? ` The rule's own: ${pointText(sweep, base)}.` : "";
  const first = sweep.points[0];
  const last = sweep.points[sweep.points.length - 1];
  const ends = first && last ? `From ${pointText(sweep, first)} to ${pointText(sweep, last)}.` : "";
  return chart({
    title: `Precision and recall against ${sweep.parameter}`,
    summary: `${ends}${own}`,
    legend: legend(items),
    draw,
    over,
    after_draw: place,
    aside: [
      reading,
      h("p", { class: "hint" }, "Drag the marker, or focus it and use the arrow keys, Home and End. Bands are 95 % intervals."),
    ],
    table: () => ({
      head: [sweep.parameter, "recall", "interval", "precision", "interval", "false alarms", "interval", "latency p50", "latency p95"],
      rows: sweep.points.map((point) => [
        valueText(sweep, point.value) + (point === base ? " (own)" : ""),
        point.recall?.value == null ? "–" : percent(point.recall.value),
        shareInterval(point.recall?.low, point.recall?.high),
        point.precision?.value == null ? "–" : percent(point.precision.value),
        shareInterval(point.precision?.low, point.precision?.high),
        point.false_alarms?.value == null ? "–" : figure(point.false_alarms.value),
        interval(point.false_alarms?.low, point.false_alarms?.high, figure),
        point.latency?.p50 == null ? "–" : duration(point.latency.p50),
        point.latency?.p95 == null ? "–" : duration(point.latency.p95),
      ]),
    }),
  });
}
