// How late alerts come: one histogram, split by where the delay arose, and what the mean is made of.
import { max, sum } from "d3-array";
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from "d3-scale";
import { h, s } from "../dom.js";
import type { Bin, Decomposition, LatencyRow, Stratum } from "../scorecard.js";
import { duration, durationTicks, grouped, percent } from "../text.js";
import { scrolling } from "../scroll.js";
import { bottomAxis, canvas, chart, leftAxis, legend } from "./frame.js";

export interface Columns {
  /** Ends of the columns, one more than there are columns. */
  edges: number[];
  /** Per stratum, per column: a bin is counted where its end lies, for where it begins is not said. */
  counts: number[][];
  log: boolean;
}

/** The smallest `le` that holds `share` of all. */
export function quantile(bins: readonly Bin[], share: number): number | undefined {
  const total = sum(bins, (bin) => bin.count);
  let seen = 0;
  for (const bin of bins) {
    seen += bin.count;
    if (total > 0 && seen >= share * total) return bin.le;
  }
  return undefined;
}

const merged = (strata: readonly Stratum[]): Bin[] => strata.flatMap((stratum) => stratum.bins).sort((a, b) => a.le - b.le);

/** Bins of any width in columns of one width (of one ratio, where the tail is long). */
export function columnsOf(strata: readonly Stratum[], most: number): Columns | undefined {
  const all = merged(strata).filter((bin) => bin.count > 0);
  // As fine as the numbers bear, and no finer than the bins.
  const alerts = sum(all, (bin) => bin.count);
  const distinct = new Set(all.map((bin) => bin.le)).size;
  const wanted = Math.max(4, Math.min(most, distinct, Math.ceil(2 * Math.sqrt(alerts))));
  const last = all[all.length - 1]?.le ?? 0;
  if (last <= 0) return undefined;
  const median = quantile(all, 0.5) ?? last;
  const log = last > 20 * median;
  const first = all.find((bin) => bin.le > 0)?.le ?? last;
  const low = log ? Math.min(first, median / 10) : 0;
  const scale = log ? scaleLog([low, last], [0, wanted]) : scaleLinear([0, last], [0, wanted]);
  const edges = Array.from({ length: wanted + 1 }, (_, at) => scale.invert(at));
  const place = (value: number): number => {
    const at = Math.ceil(scale(Math.max(value, low)) - 1e-9) - 1;
    return Math.min(wanted - 1, Math.max(0, at));
  };
  const counts = strata.map((stratum) => {
    const out = new Array<number>(wanted).fill(0);
    for (const bin of stratum.bins) {
      const at = place(bin.le);
      out[at] = (out[at] ?? 0) + bin.count;
    }
    return out;
  });
  return { edges, counts, log };
}

const durations = [0.001, 0.01, 0.1, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 259_200, 604_800, 2_592_000];

const left = 48;
const right_gap = 16;
const height = 200;
const top = 26;

export function histogram(strata: readonly Stratum[], quantiles: LatencyRow | undefined): HTMLElement | null {
  const columns = columnsOf(strata, 48);
  if (!columns) return null;
  const { edges, counts, log } = columns;
  const totals = edges.slice(1).map((_, at) => sum(counts, (of) => of[at] ?? 0));
  const highest = max(totals) ?? 1;
  const low = edges[0] ?? 0;
  const high = edges[edges.length - 1] ?? 1;
  const all = sum(totals);
  const marks = [
    ["p50", quantiles?.p50 ?? quantile(merged(strata), 0.5)],
    ["p95", quantiles?.p95 ?? quantile(merged(strata), 0.95)],
  ] as const;

  const draw = (width: number): SVGSVGElement => {
    const svg = canvas(width, top + height + 26);
    const bottom = top + height;
    const range: [number, number] = [left, width - right_gap];
    const x: ScaleContinuousNumeric<number, number> = log ? scaleLog([low, high], range) : scaleLinear([low, high], range);
    const y = scaleLinear([0, highest], [bottom, top]).nice(4);
    svg.append(
      leftAxis(y.ticks(4).filter(Number.isInteger).map((value) => ({ at: y(value), text: grouped(value) })), left, width - right_gap),
    );
    edges.slice(1).forEach((edge, at) => {
      let base = 0;
      const from = x(edges[at] ?? 0);
      strata.forEach((_, stratum) => {
        const count = counts[stratum]?.[at] ?? 0;
        if (count <= 0) return;
        svg.append(
          s("rect", { class: `column s${stratum % 5}`, x: from + 0.5, width: Math.max(0.5, x(edge) - from - 1), y: y(base + count), height: y(base) - y(base + count) }),
        );
        base += count;
      });
    });
    let free = -Infinity;
    for (const [name, value] of marks) {
      if (value === undefined || value < low || value > high) continue;
      const at = x(value);
      const room = name.length * 7.2;
      // Two that would touch: the later one gives way to the other side of its line.
      const from = at + 4 < free || at + 4 + room > width ? at - 4 - room : at + 4;
      svg.append(
        s("line", { class: "quantile", x1: at, x2: at, y1: 8, y2: bottom }),
        s("text", { class: "mark", x: Math.max(from, left), y: 14 }, name),
      );
      free = from + room + 10;
    }
    const ticks = (log ? durations.filter((value) => value >= low && value <= high) : durationTicks(low, high, 7)).map((value) => ({ at: x(value), text: duration(value) }));
    svg.append(bottomAxis(ticks, bottom, left, width - right_gap, 56));
    return svg;
  };
  const said = marks.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${duration(value)}`])).join(", ");
  return chart({
    title: "Time from the last event to the alert",
    summary: `${grouped(all)} alerts; ${said}.`,
    say: true,
    legend: strata.length > 1 ? legend(strata.map((stratum, at) => ({ name: stratum.name, class: `s${at % 5}` }))) : null,
    draw,
    table: () => ({
      head: ["up to", ...strata.map((stratum) => stratum.name)],
      rows: edges.slice(1).flatMap((edge, at) =>
        (totals[at] ?? 0) > 0 ? [[duration(edge), ...strata.map((_, of) => grouped(counts[of]?.[at] ?? 0))]] : [],
      ),
    }),
  });
}

/** Bars of equal scale, one per group, cut into the parts of its delay. */
export function decomposition(groups: readonly Decomposition[]): HTMLElement | null {
  const whole = max(groups, (group) => sum(group.parts, (part) => part.seconds)) ?? 0;
  if (whole <= 0) return null;
  const names = groups[0]?.parts.map((part) => part.name) ?? [];
  return scrolling(
    "What the wait is made of",
    "decomposition",
    h("h3", null, "What the wait is made of"),
    legend(names.map((name, at) => ({ name, class: `p${at}` }))),
    h(
      "table",
      null,
      h("caption", { class: "unseen" }, "Parts of the latency"),
      h(
        "thead",
        { class: "unseen" },
        h("tr", null, h("th", { scope: "col" }, "alerts"), h("th", { scope: "col" }, "as bars"), names.map((name) => h("th", { scope: "col" }, name)), h("th", { scope: "col" }, "together")),
      ),
      h(
        "tbody",
        null,
        groups.map((group) => {
          const total = sum(group.parts, (part) => part.seconds);
          return h(
            "tr",
            null,
            h("th", { scope: "row" }, group.name),
            h(
              "td",
              { class: "wide" },
              h(
                "span",
                { class: "stack", "aria-hidden": "true" },
                group.parts.map((part, at) => h("span", { class: `p${at}`, style: { width: percent(part.seconds / whole).replace("\u00a0", "") } })),
              ),
            ),
            group.parts.map((part) => h("td", { class: "number" }, duration(part.seconds))),
            h("td", { class: "number" }, h("strong", null, duration(total))),
          );
        }),
      ),
    ),
  );
}
