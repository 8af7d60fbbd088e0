// What every chart has: a heading, a sentence that says the same, the drawing at the width that there
// is, and the numbers as a table.
import { h, newId, replace, s, type Child } from "../dom.js";
import { scrolling } from "../scroll.js";
import { visible } from "../text.js";

export interface SimpleTable {
  head: string[];
  rows: Child[][];
}

export interface FrameOptions {
  title?: string;
  /** Read out in place of the drawing. */
  summary: string;
  /** The summary is what a reader in a hurry needs: it stands above the drawing for all to see. */
  say?: boolean;
  legend?: Child;
  /** Called at first and whenever the width changes; `width` is in CSS pixels, at least 240. */
  draw: (width: number) => SVGSVGElement;
  /** Laid over the drawing: handles. They are told when it was drawn anew. */
  over?: HTMLElement;
  after_draw?: () => void;
  /** Left out where the numbers stand right below anyway. */
  table?: () => SimpleTable;
  aside?: Child;
}

/** `texts`: the columns after the first hold text rather than numbers. */
export function simpleTable(caption: string, table: SimpleTable, of: "numbers" | "texts" = "numbers"): HTMLElement {
  const number = (at: number): string | null => (at > 0 && of === "numbers" ? "number" : null);
  return scrolling(
    caption,
    null,
    h(
      "table",
      null,
      h("caption", { class: "unseen" }, caption),
      h("thead", null, h("tr", null, table.head.map((name, at) => h("th", { scope: "col", class: number(at) }, name)))),
      h(
        "tbody",
        null,
        table.rows.map((row) =>
          h("tr", null, row.map((cell, at) => (at === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: number(at) }, cell)))),
        ),
      ),
    ),
  );
}

/** The table is made when it is asked for: most are never opened. */
export function tableDetails(caption: string, table: () => SimpleTable): HTMLElement {
  const place = h("div");
  const details: HTMLDetailsElement = h(
    "details",
    {
      class: "data",
      on: {
        toggle: () => {
          if (details.open && place.childElementCount === 0) replace(place, simpleTable(caption, table()));
        },
      },
    },
    h("summary", null, "The same as a table"),
    place,
  );
  return details;
}

interface Drawn {
  plot: HTMLElement;
  /** Draws at the width of a sheet, or at the plot's own. */
  fit: (paper: boolean) => void;
}
const drawn_charts = new Set<Drawn>();

/** A drawing made for a wide screen and shrunk to a sheet could not be read: it is drawn for the sheet. */
export function redrawForPaper(): void {
  const all = (paper: boolean): void => {
    for (const one of drawn_charts) {
      if (one.plot.isConnected) one.fit(paper);
      else drawn_charts.delete(one);
    }
  };
  addEventListener("beforeprint", () => all(true));
  addEventListener("afterprint", () => all(false));
}

/** CSS pixels between the margins of an A4 sheet. */
const paper_width = 680;

export function chart(options: FrameOptions): HTMLElement {
  const drawing = h("div", { class: "drawing" });
  const said = options.say ? h("p", { class: "said", id: newId("said") }, options.summary) : null;
  const plot = h("div", { class: "plot" }, drawing, options.over);
  let drawn = 0;
  const draw = (width: number): void => {
    const whole = Math.max(240, Math.floor(width));
    if (whole === drawn) return;
    drawn = whole;
    const svg = options.draw(whole);
    svg.setAttribute("role", "img");
    if (said) svg.setAttribute("aria-labelledby", said.id);
    else svg.setAttribute("aria-label", visible(options.summary));
    replace(drawing, svg);
    options.after_draw?.();
  };
  let paper = false;
  new ResizeObserver((entries) => {
    const width = entries[0]?.contentRect.width ?? 0;
    if (width > 0 && !paper) draw(width);
  }).observe(plot);
  drawn_charts.add({
    plot,
    fit: (to_paper) => {
      paper = to_paper;
      if (paper) draw(paper_width);
      else if (plot.clientWidth > 0) draw(plot.clientWidth);
    },
  });
  return h(
    "figure",
    { class: options.aside ? "chart with-aside" : "chart" },
    options.title ? h("figcaption", null, h("h3", null, options.title), options.legend) : options.legend,
    said,
    plot,
    options.aside ? h("div", { class: "aside" }, options.aside) : null,
    options.table ? tableDetails(options.title ?? options.summary, options.table) : null,
  );
}

export function canvas(width: number, height: number): SVGSVGElement {
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "canvas" });
}

export interface LegendItem {
  name: string;
  class: string;
}

export function legend(items: LegendItem[]): HTMLElement {
  return h(
    "ul",
    { class: "legend" },
    items.map((item) => h("li", null, h("span", { class: `key ${item.class}`, "aria-hidden": "true" }), item.name)),
  );
}

/** Horizontal lines with their values at the left. */
export function leftAxis(ticks: { at: number; text: string }[], left: number, right: number): SVGGElement {
  return s(
    "g",
    { class: "axis" },
    ticks.map(({ at, text }) => [
      s("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }),
      s("text", { x: left - 8, y: at, dy: "0.32em", "text-anchor": "end" }, text),
    ]),
  );
}

/** Ticks along the bottom; those that would touch the one before are left without text. */
export function bottomAxis(
  ticks: { at: number; text: string; strong?: boolean }[],
  y: number,
  left: number,
  right: number,
  room = 44,
): SVGGElement {
  const group = s("g", { class: "axis" }, s("line", { class: "base", x1: left, x2: right, y1: y, y2: y }));
  // Strong ticks have their text whatever happens; others give way.
  const taken = ticks.filter((tick) => tick.strong).map((tick) => tick.at);
  for (const tick of ticks) {
    group.append(s("line", { class: "tick", x1: tick.at, x2: tick.at, y1: y, y2: y + 4 }));
    if (!tick.strong && taken.some((at) => Math.abs(at - tick.at) < room)) continue;
    taken.push(tick.at);
    const anchor = tick.at < left + 12 ? "start" : tick.at > right - 12 ? "end" : "middle";
    group.append(
      s("text", { x: tick.at, y: y + 17, "text-anchor": anchor, class: tick.strong ? "strong" : null }, tick.text),
    );
  }
  return group;
}
