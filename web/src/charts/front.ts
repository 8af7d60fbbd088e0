// Variants of a rule: recall against false alarms, the front that none betters, and what each one is.
import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { Variant } from "../contract.js";
import { h, lines, replace, s } from "../dom.js";
import { cut, figure, interval, percent, points, shareInterval, signed } from "../text.js";
import { Table } from "../table.js";
import { bottomAxis, canvas, chart, leftAxis, legend } from "./frame.js";

/** Fewest false alarms first, then most recall: the order of the numbers on the points. */
export function inOrder(variants: readonly Variant[]): Variant[] {
  const alarms = (variant: Variant): number => variant.false_alarms.value ?? Infinity;
  return [...variants].sort((a, b) => alarms(a) - alarms(b) || (b.recall.value ?? 0) - (a.recall.value ?? 0));
}

/**
 * Which variants are on the front: as the document says, or, where it says nothing, those to which no
 * other is at least as good in both and better in one.
 */
export function frontOf(variants: readonly Variant[]): boolean[] {
  if (variants.some((variant) => variant.on_front !== undefined)) return variants.map((v) => v.on_front === true);
  const known = (v: Variant): boolean => v.recall.value !== null && v.false_alarms.value !== null;
  return variants.map((v) => {
    if (!known(v)) return false;
    const recall = v.recall.value ?? 0;
    const alarms = v.false_alarms.value ?? 0;
    return !variants.some((other) => {
      if (other === v || !known(other)) return false;
      const r = other.recall.value ?? 0;
      const a = other.false_alarms.value ?? 0;
      return r >= recall && a <= alarms && (r > recall || a < alarms);
    });
  });
}

/** A unified diff as lines with their kind, as text alone. */
export function diffBlock(diff: string): HTMLElement {
  const kind = (line: string): string | null =>
    line.startsWith("+") ? "ins" : line.startsWith("-") ? "del" : line.startsWith("@") ? "place" : null;
  const all = diff.slice(0, 100_000).split("\n");
  if (all[all.length - 1] === "") all.pop();
  return h(
    "pre",
    { class: "diff", tabindex: 0, "aria-label": "Change as a diff" },
    all.map((line) => h("span", { class: kind(line) }, lines(line || " "))),
  );
}

const left = 52;
const right_gap = 20;
const height = 300;

export function front(given: readonly Variant[]): HTMLElement {
  const variants = inOrder(given);
  const on_front = frontOf(variants);
  const current = variants.find((variant) => variant.is_current);
  const per = cut(variants.find((v) => v.false_alarms.per)?.false_alarms.per ?? "1,000 hosts a day", 40);
  const number_of = new Map(variants.map((variant, at) => [variant, at + 1]));
  let chosen: Variant | undefined = current ?? variants[0];

  const details = h("div", { class: "variant", "aria-live": "polite" });
  const dots = new Map<Variant, SVGGElement>();

  const showDetails = (): void => {
    if (!chosen) return;
    const v = chosen;
    const change =
      current && v !== current && v.recall.value !== null && current.recall.value !== null
        ? `${points(v.recall.value - current.recall.value)} points of recall, ${signed((v.false_alarms.value ?? 0) - (current.false_alarms.value ?? 0), figure)} false alarms against the current rule`
        : "";
    replace(
      details,
      h("p", { class: "reading" }, h("span", { class: "tag plain" }, String(number_of.get(v))), " ", h("strong", null, v.name), v.is_current ? h("span", { class: "tag" }, "current") : null),
      v.detail ? h("p", null, v.detail) : null,
      h(
        "p",
        null,
        `recall ${v.recall.value === null ? "–" : percent(v.recall.value)} `,
        h("span", { class: "quiet" }, shareInterval(v.recall.low, v.recall.high)),
        ` · false alarms ${v.false_alarms.value === null ? "–" : figure(v.false_alarms.value)} `,
        h("span", { class: "quiet" }, interval(v.false_alarms.low, v.false_alarms.high, figure)),
      ),
      change ? h("p", { class: "quiet" }, change) : null,
      v.diff ? diffBlock(v.diff) : v.is_current ? h("p", { class: "quiet" }, "the rule as it stands") : null,
    );
  };
  const choose = (variant: Variant): void => {
    dots.get(chosen as Variant)?.classList.remove("chosen");
    chosen = variant;
    dots.get(variant)?.classList.add("chosen");
    showDetails();
  };
  showDetails();

  const draw = (width: number): SVGSVGElement => {
    const svg = canvas(width, height + 44);
    const bottom = height;
    const far = max(variants, (v, at) => Math.max(v.false_alarms.value ?? 0, on_front[at] || v === current ? (v.false_alarms.high ?? 0) : 0)) ?? 1;
    const top_recall = max(variants, (v) => v.recall.high ?? v.recall.value ?? 0) ?? 1;
    const x = scaleLinear([0, far > 0 ? far * 1.04 : 1], [left, width - right_gap]);
    const y = scaleLinear([0, Math.min(1, Math.max(0.05, top_recall * 1.05))], [bottom, 22]).nice(5);
    svg.append(
      leftAxis(y.ticks(5).map((value) => ({ at: y(value), text: `${figure(value * 100)} %` })), left, width - right_gap),
      bottomAxis(x.ticks(Math.max(2, Math.floor(width / 110))).map((value) => ({ at: x(value), text: figure(value) })), bottom, left, width - right_gap),
      s("text", { class: "panel-title", x: left, y: 10 }, "recall"),
      s("text", { class: "panel-title", x: width - right_gap, y: bottom + 36, "text-anchor": "end" }, `false alarms per ${per}`),
    );
    const known = variants.filter((v) => v.recall.value !== null && v.false_alarms.value !== null);
    // A step from each point of the front to the next: between two there is nothing to be had.
    const edge = known.filter((v) => on_front[(number_of.get(v) ?? 0) - 1]);
    let path = "";
    let best = 0;
    for (const v of edge) {
      const px = x(v.false_alarms.value ?? 0);
      path += path === "" ? `M${px},${y(v.recall.value ?? 0)}` : `L${px},${y(best)}L${px},${y(v.recall.value ?? 0)}`;
      best = v.recall.value ?? 0;
    }
    if (edge.length > 0) svg.append(s("path", { class: "front-line", d: `${path}L${width - right_gap},${y(best)}` }));
    dots.clear();
    // The front and the current one are drawn last, on top of the others.
    const rank = (v: Variant): number => (v.is_current ? 2 : on_front[(number_of.get(v) ?? 0) - 1] ? 1 : 0);
    for (const v of known.filter((one) => rank(one) > 0)) {
      const px = x(v.false_alarms.value ?? 0);
      const py = y(v.recall.value ?? 0);
      if (v.recall.low != null && v.recall.high != null) svg.append(s("line", { class: "error", x1: px, x2: px, y1: y(v.recall.low), y2: y(v.recall.high) }));
      if (v.false_alarms.low != null && v.false_alarms.high != null) svg.append(s("line", { class: "error", x1: x(v.false_alarms.low), x2: x(v.false_alarms.high), y1: py, y2: py }));
    }
    for (const v of [...known].sort((a, b) => rank(a) - rank(b))) {
      const px = x(v.false_alarms.value ?? 0);
      const py = y(v.recall.value ?? 0);
      const kind = v.is_current ? "current" : rank(v) === 1 ? "best" : "other";
      const numbered = rank(v) > 0 || known.length <= 25;
      const dot = s(
        "g",
        { class: `variant-dot ${kind}${v === chosen ? " chosen" : ""}`, on: { click: () => choose(v) } },
        s("title", null, `${number_of.get(v)}: ${v.name}`),
        s("circle", { cx: px, cy: py, r: numbered ? 9 : 4 }),
        numbered ? s("text", { x: px, y: py, dy: "0.34em", "text-anchor": "middle" }, String(number_of.get(v))) : null,
      );
      dots.set(v, dot);
      svg.append(dot);
    }
    return svg;
  };

  const best = variants.filter((_, at) => on_front[at]);
  const summary =
    `${variants.length} variants, ${best.length} on the front` +
    (current ? `; the current rule has recall ${percent(current.recall.value ?? 0)} with ${figure(current.false_alarms.value ?? 0)} false alarms` : "") +
    ".";
  const list = new Table<Variant>({
    caption: "Variants",
    what: variants.length === 1 ? "variant" : "variants",
    rows: variants,
    page_rows: 12,
    columns: [
      { name: "#", numeric: true, key: (v) => number_of.get(v) ?? 0, cell: (v) => String(number_of.get(v)) },
      {
        name: "variant",
        key: (v) => v.name.toLowerCase(),
        class: "wide",
        cell: (v) => [
          h("button", { type: "button", class: "link", on: { click: () => choose(v) } }, v.name),
          v.is_current ? h("span", { class: "tag" }, "current") : null,
          on_front[(number_of.get(v) ?? 0) - 1] ? h("span", { class: "tag plain" }, "front") : null,
        ],
      },
      {
        name: "recall",
        numeric: true,
        descending: true,
        key: (v) => v.recall.value ?? NaN,
        cell: (v) => [v.recall.value === null ? "–" : percent(v.recall.value), " ", h("span", { class: "quiet" }, shareInterval(v.recall.low, v.recall.high))],
      },
      {
        name: "false alarms",
        numeric: true,
        key: (v) => v.false_alarms.value ?? NaN,
        cell: (v) => [v.false_alarms.value === null ? "–" : figure(v.false_alarms.value), " ", h("span", { class: "quiet" }, interval(v.false_alarms.low, v.false_alarms.high, figure))],
      },
    ],
  });
  return h(
    "div",
    null,
    chart({
      summary,
      legend: legend([
        { name: "on the front", class: "best" },
        { name: "bettered by another", class: "other" },
        { name: "current rule", class: "current" },
      ]),
      draw,
      aside: details,
      table: () => ({
        head: ["variant", "recall", "false alarms", "on the front"],
        rows: variants.slice(0, 500).map((v, at) => [v.name, v.recall.value === null ? "–" : percent(v.recall.value), v.false_alarms.value === null ? "–" : figure(v.false_alarms.value), on_front[at] ? "yes" : "no"]),
      }),
    }),
    list.element,
  );
}
